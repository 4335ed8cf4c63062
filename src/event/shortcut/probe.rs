//! Finds the block of a dump in which a place of its order lies, by looking at the first record of few blocks.
//!
//! Blocks begin at any bit, so a probe looks for the next block magic behind an offset; it counts only if the block decodes and another
//! block or an end follows at its last bit. Every probe must agree with all before it in order and numbers.

use std::collections::BTreeMap;

use super::GaveUp;
use super::order::{Key, Order, Row};
use crate::archive::bzip2::decoder::{LARGEST_LEVEL, Lent};
use crate::archive::bzip2::octets::Octets;
use crate::archive::bzip2::scan::{Mark, Scanner};
use crate::archive::bzip2::stream::Place;

/// Raw bytes at a block's start in which its first records are looked for: at first, and if they are long.
const HEADS: [usize; 3] = [24 << 10, 192 << 10, usize::MAX];

/// Bytes of blocks read ahead beyond which no more are.
const MOST_AHEAD: usize = 16 << 20;

/// Compressed bytes at the end of the file in which the last block is looked for.
const TAILS: [usize; 3] = [128 << 10, 1 << 20, 8 << 20];

/// Looks into blocks and remembers what it saw.
pub(super) struct Prober<'a> {
    data: Octets<'a>,
    pub order: Order,
    decoder: Lent,
    scanner: Scanner,
    /// The first record of a block by the block's offset in bits.
    seen: BTreeMap<usize, Row>,
    /// Of blocks that were decoded, by their offset in bits, what follows.
    next: BTreeMap<usize, Place>,
    /// Blocks read ahead, by their offset in bits, and what follows each.
    ahead: BTreeMap<usize, (Vec<u8>, Place)>,
    head: Vec<u8>,
}

impl<'a> Prober<'a> {
    pub fn new(data: Octets<'a>, order: Order) -> Self {
        Prober {
            data,
            order,
            decoder: Lent::new(),
            scanner: Scanner::new(&[Mark::Block]),
            seen: BTreeMap::new(),
            next: BTreeMap::new(),
            ahead: BTreeMap::new(),
            head: Vec::new(),
        }
    }

    /// The first record that begins in the block at `bit`; `None` if there is no block or no such record.
    pub fn probe(&mut self, bit: usize) -> Result<Option<Row>, GaveUp> {
        if let Some(row) = self.seen.get(&bit) {
            return Ok(Some(*row));
        }
        let Ok(info) = self.data.decode(&mut self.decoder, bit, LARGEST_LEVEL) else { return Ok(None) };
        let Ok(behind) = self.data.after(info.end_bit, LARGEST_LEVEL) else { return Ok(None) };
        self.next.insert(bit, behind);
        for length in HEADS {
            self.head.clear();
            self.decoder.invert_head_into(length, &mut self.head);
            if let Some((_, row)) = self.order.first_row(&self.head) {
                self.remember(bit, row)?;
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// A place in the order behind which all is that begins behind the last of these blocks, the first of the file on: the second record
    /// of the last in which a record begins at all. Some compressors make blocks shorter than a record.
    pub fn key_before(&mut self, bits: &[usize]) -> Result<Key, GaveUp> {
        for bit in bits.iter().rev() {
            if let Some(row) = self.probe(*bit)? {
                return Ok(row.key.next());
            }
        }
        Ok(Key::before(0, 0))
    }

    /// The bytes of the block at `bit`, and what follows it.
    pub fn block(&mut self, bit: usize) -> Result<(Vec<u8>, Place), GaveUp> {
        if let Some(block) = self.ahead.remove(&bit) {
            return Ok(block);
        }
        let mut bytes = Vec::new();
        let known = self.next.get(&bit).copied().filter(|_| self.decoder.bit() == Some(bit));
        let behind = if let Some(behind) = known {
            behind
        } else {
            let info = self.data.decode(&mut self.decoder, bit, LARGEST_LEVEL)?;
            self.data.after(info.end_bit, LARGEST_LEVEL)?
        };
        self.next.insert(bit, behind);
        self.decoder.invert_into(&mut bytes)?;
        Ok((bytes, behind))
    }

    /// Reads the block at `bit` and the one behind it for later.
    pub fn read_ahead(&mut self, mut bit: usize) -> Result<(), GaveUp> {
        for _ in 0..2 {
            if self.ahead.values().map(|(bytes, _)| bytes.len()).sum::<usize>() > MOST_AHEAD {
                break;
            }
            let block = self.block(bit)?;
            let next = block.1;
            self.ahead.insert(bit, block);
            let Place::Block { bit: behind, .. } = next else { break };
            bit = behind;
        }
        Ok(())
    }

    /// Looks into every eighth of the file, from its first block on; no stretch may have far fewer records than the others, as one has in
    /// which numbers start over.
    pub fn look_everywhere(&mut self, first: usize) -> Result<(), GaveUp> {
        const PARTS: usize = 8;
        const FEWER: u128 = 4;
        const SHORT: usize = 64;
        self.probe(first)?;
        let place = |part: usize| self.data.len() / PARTS * 8 * part;
        for (from, to) in (0..PARTS).map(|part| (place(part), place(part + 1))).collect::<Vec<_>>() {
            if self.seen.range(from..to).next().is_none() {
                self.first_in(from, to)?;
            }
        }
        let pairs = self.seen.iter().zip(self.seen.iter().skip(1)).filter(|(from, to)| from.1.subtype == to.1.subtype);
        let stretches: Vec<(usize, u32)> =
            pairs.map(|(from, to)| (to.0 - from.0, to.1.sequence.saturating_sub(from.1.sequence))).collect();
        let all = stretches.iter().fold((0, 0_u128), |all, (bits, records)| (all.0 + bits, all.1 + u128::from(*records)));
        let is_thin = |(bits, records): &(usize, u32)| {
            *bits > all.0 / SHORT && u128::from(*records) * all.0 as u128 * FEWER < all.1 * *bits as u128
        };
        if stretches.iter().any(is_thin) { Err(GaveUp) } else { Ok(()) }
    }

    fn remember(&mut self, bit: usize, row: Row) -> Result<(), GaveUp> {
        let before = self.seen.range(..bit).next_back().is_none_or(|(_, before)| before.precedes(&row));
        let after = self.seen.range(bit..).next().is_none_or(|(_, after)| row.precedes(after));
        if !(before && after) {
            return Err(GaveUp);
        }
        self.seen.insert(bit, row);
        Ok(())
    }

    /// The first block that begins in a range of bits and in which a record begins.
    fn first_in(&mut self, mut from: usize, to: usize) -> Result<Option<(usize, Row)>, GaveUp> {
        while let Some((bit, _)) = self.data.first_mark(&self.scanner, from, to) {
            if let Some(row) = self.probe(bit)? {
                return Ok(Some((bit, row)));
            }
            from = bit + 1;
        }
        Ok(None)
    }

    /// The last block in which a record certainly begins.
    pub fn last(&mut self) -> Result<usize, GaveUp> {
        let mut end = self.data.len();
        for tail in TAILS {
            let start = self.data.len().saturating_sub(tail);
            for (bit, _) in self.data.find(&self.scanner, start * 8, end * 8).into_iter().rev() {
                if self.probe(bit)?.is_some() {
                    return Ok(bit);
                }
            }
            end = start;
        }
        Err(GaveUp)
    }

    /// A block whose first record comes before `key`, as far on as there is one; `first`, the file's first block, if there is no other.
    pub fn locate(&mut self, key: Key, first: usize) -> Result<usize, GaveUp> {
        let lower = self.seen.iter().rev().find(|(_, row)| row.key < key).map(|(bit, row)| (*bit, Some(row.key)));
        let (mut low, mut low_key) = lower.unwrap_or((first, None));
        let upper = self.seen.iter().find(|(_, row)| row.key >= key).map(|(bit, row)| (*bit, Some(row.key)));
        let (mut high, mut high_key) = upper.unwrap_or((self.data.len() * 8, None));
        for step in 0_u32.. {
            let begin = match self.next.get(&low) {
                Some(Place::Block { bit, .. }) => *bit,
                Some(Place::End | Place::Trailing { .. }) => break,
                None => low + 1,
            };
            if begin >= high {
                break;
            }
            let middle = if step % 3 == 2 { None } else { low_key.zip(high_key).and_then(|(low, high)| share(key, low, high)) };
            let from = begin + part(high - begin, middle.unwrap_or(0.5));
            match self.first_in(from, high)? {
                Some((bit, row)) if row.key < key => (low, low_key) = (bit, Some(row.key)),
                // No block begins between `from` and the one found.
                Some((_, row)) => (high, high_key) = (from, Some(row.key)),
                None => high = from,
            }
        }
        Ok(low)
    }
}

/// Where between two keys of one part a third lies, 0 to 1.
fn share(key: Key, low: Key, high: Key) -> Option<f64> {
    if low.part != key.part || high.part != key.part {
        return None;
    }
    let (whole, share) = (high.bits.checked_sub(low.bits)?, key.bits.checked_sub(low.bits)?);
    Some((share as f64 / whole.max(1) as f64).clamp(0.02, 0.98))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a length is no longer than it")]
fn part(length: usize, share: f64) -> usize {
    (length as f64 * share) as usize
}
