//! Huffman decoding by table: a group of fifty symbols at a time, up to two symbols per lookup.

use super::bits::Bits;

/// Symbols that share one table.
pub const GROUP: usize = 50;
/// A group's symbols; the size is a power of two so that a masked index needs no bounds check.
pub type Group = [u16; 64];

/// First run symbol: adds `1 << k` copies, k counting the run symbols before it.
pub const RUN_A: u16 = 0;
/// Second run symbol: adds `2 << k` copies.
pub const RUN_B: u16 = 1;
/// End of block, whatever number the block's alphabet gives it.
pub const END: u16 = 511;
/// Bits that are no code.
pub const INVALID: u16 = 510;

/// Longest code.
const MAX_BITS: usize = 20;
/// Codes up to this length are found by one lookup. Six tables of 4 KiB stay in a first-level cache of 32 KiB.
const LOOKUP_BITS: usize = 10;
/// Lookups that a freshly loaded word of 57 bits surely serves.
const LOOKUPS_PER_LOAD: usize = 5;
const _: () = assert!(LOOKUPS_PER_LOAD * LOOKUP_BITS <= 57);

/// What a lookup finds: one symbol, or two whose codes fit together.
///
/// From the low end: bits of all symbols (5; none for a code that is longer than a lookup), bits of the first (5),
/// first symbol (9), second symbol (9), number of symbols (2).
#[derive(Debug, Clone, Copy, Default)]
struct Entry(u32);

impl Entry {
    const fn one(symbol: u16, bits: u32) -> Self {
        Self(bits | bits << 5 | (symbol as u32) << 10 | 1 << 28)
    }

    const fn then(self, next: Self) -> Self {
        Self((self.bits() + next.bits()) | self.first_bits() << 5 | self.0 & 0x1FF << 10 | (next.first() as u32) << 19 | 2 << 28)
    }

    const fn bits(self) -> u32 {
        self.0 & 31
    }

    const fn first_bits(self) -> u32 {
        self.0 >> 5 & 31
    }

    const fn first(self) -> u16 {
        (self.0 >> 10 & 0x1FF) as u16
    }

    const fn second(self) -> u16 {
        (self.0 >> 19 & 0x1FF) as u16
    }

    const fn symbols(self) -> usize {
        (self.0 >> 28) as usize
    }
}

/// One of a block's two to six codes.
#[derive(Debug, Clone)]
pub struct Table {
    lookup: Box<[Entry; 1 << LOOKUP_BITS]>,
    /// Per length: the first code beyond those of this length or less, aligned to [`MAX_BITS`].
    beyond: [u32; MAX_BITS + 1],
    /// Per length: what to add to a code of this length to get its index in `symbols`; wraps.
    base: [u32; MAX_BITS + 1],
    /// Symbols by code length, then by number.
    symbols: [u16; 258],
}

impl Default for Table {
    fn default() -> Self {
        Self {
            lookup: Box::new([Entry::default(); 1 << LOOKUP_BITS]),
            beyond: [0; MAX_BITS + 1],
            base: [0; MAX_BITS + 1],
            symbols: [INVALID; 258],
        }
    }
}

impl Table {
    /// Rebuilds the table for code `lengths` (each 1 to 20), of which the last one belongs to the end of the block.
    ///
    /// Like libbz2 it takes lengths that leave codes unused or that give out more codes than there are.
    #[expect(clippy::cast_possible_truncation, reason = "at most 258 symbols")]
    pub fn rebuild(&mut self, lengths: &[u8]) {
        let mut counts = [0u32; MAX_BITS + 1];
        for &length in lengths {
            counts[usize::from(length).min(MAX_BITS)] += 1;
        }
        let mut next = [0usize; MAX_BITS + 2];
        let mut code = 0u32;
        for length in 1..=MAX_BITS {
            let count = counts[length];
            self.base[length] = (next[length] as u32).wrapping_sub(code);
            code += count;
            self.beyond[length] = code.saturating_mul(1 << (MAX_BITS - length));
            code <<= 1;
            next[length + 1] = next[length] + count as usize;
        }
        self.symbols.fill(INVALID);
        for (symbol, &length) in lengths.iter().enumerate() {
            let place = &mut next[usize::from(length).min(MAX_BITS)];
            if let Some(slot) = self.symbols.get_mut(*place) {
                *slot = if symbol + 1 == lengths.len() { END } else { symbol as u16 };
            }
            *place += 1;
        }
        self.fill_lookup();
    }

    #[expect(clippy::cast_possible_truncation, reason = "indices have at most LOOKUP_BITS bits")]
    fn fill_lookup(&mut self) {
        let mut at = 0;
        for length in 1..=LOOKUP_BITS {
            let end = (self.beyond[length] >> (MAX_BITS - LOOKUP_BITS)).min(1 << LOOKUP_BITS) as usize;
            while at < end {
                let code = (at >> (LOOKUP_BITS - length)) as u32;
                let entry = Entry::one(self.symbol(code, length), length as u32);
                let next = at + (1 << (LOOKUP_BITS - length));
                self.lookup[at..next].fill(entry);
                at = next;
            }
        }
        self.lookup[at..].fill(Entry::default());
        // The bits behind a code are looked up with zeros behind them, which is right if the code found there is
        // short enough.
        let singles = *self.lookup;
        for (at, entry) in self.lookup.iter_mut().enumerate() {
            if entry.bits() == 0 || entry.first() >= INVALID {
                continue;
            }
            let next = singles[(at << entry.bits()) & ((1 << LOOKUP_BITS) - 1)];
            if next.bits() != 0 && entry.bits() + next.bits() <= LOOKUP_BITS as u32 {
                *entry = entry.then(next);
            }
        }
    }

    /// The symbol of a code of `length` bits.
    fn symbol(&self, code: u32, length: usize) -> u16 {
        let index = code.wrapping_add(self.base[length]) as usize;
        self.symbols.get(index).copied().unwrap_or(INVALID)
    }

    /// Decodes a group from bit `offset` on and returns the offset behind it.
    ///
    /// It goes on behind an [`END`] or [`INVALID`] symbol: what it makes of those bits is for the caller to throw
    /// away, and the offset then comes from [`Table::skip`].
    #[inline]
    pub fn decode(&self, bits: Bits<'_>, mut offset: usize, group: &mut Group) -> usize {
        let mut at = 0;
        'load: loop {
            let mut word = bits.peek(offset);
            for _ in 0..LOOKUPS_PER_LOAD {
                if at >= GROUP - 1 {
                    break 'load;
                }
                let entry = self.lookup[(word >> (64 - LOOKUP_BITS)) as usize];
                if entry.bits() == 0 {
                    let (symbol, length) = self.long(bits.peek(offset));
                    group[at & 63] = symbol;
                    at += 1;
                    offset += length;
                    continue 'load;
                }
                group[at & 63] = entry.first();
                group[(at + 1) & 63] = entry.second();
                at += entry.symbols();
                word <<= entry.bits();
                offset += entry.bits() as usize;
            }
        }
        if at < GROUP {
            let (symbol, length) = self.one(bits.peek(offset));
            group[at & 63] = symbol;
            offset += length;
        }
        offset
    }

    /// The offset behind the first `count` symbols of a group that begins at `offset`.
    pub fn skip(&self, bits: Bits<'_>, offset: usize, count: usize) -> usize {
        (0..count).fold(offset, |offset, _| offset + self.one(bits.peek(offset)).1)
    }

    /// The first symbol at the high end of `word` and the length of its code in bits.
    fn one(&self, word: u64) -> (u16, usize) {
        let entry = self.lookup[(word >> (64 - LOOKUP_BITS)) as usize];
        if entry.bits() == 0 { self.long(word) } else { (entry.first(), entry.first_bits() as usize) }
    }

    /// A code that is longer than a lookup, or none.
    #[cold]
    fn long(&self, word: u64) -> (u16, usize) {
        let code = (word >> (64 - MAX_BITS)) as u32;
        for length in LOOKUP_BITS + 1..=MAX_BITS {
            if code < self.beyond[length] {
                return (self.symbol(code >> (MAX_BITS - length), length), length);
            }
        }
        (INVALID, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes codes one after the other.
    fn packed(codes: &[(u32, u32)]) -> Vec<u8> {
        let bits: Vec<u8> =
            codes.iter().flat_map(|(code, length)| (0..*length).rev().map(move |bit| (code >> bit & 1) as u8)).collect();
        bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | bit << (7 - at))).collect()
    }

    fn decoded(lengths: &[u8], data: &[u8], count: usize) -> (Vec<u16>, usize) {
        let mut table = Table::default();
        table.rebuild(lengths);
        let mut group = [0; 64];
        table.decode(Bits::new(data), 0, &mut group);
        (group[..count].to_vec(), table.skip(Bits::new(data), 0, count))
    }

    #[test]
    fn short_and_long_codes_are_told_apart() {
        // Lengths 1, 2, ... 14, 14: codes 0, 10, 110, ...
        let lengths: Vec<u8> = (1..=14).chain([14]).collect();
        let codes: Vec<(u32, u32)> = (1..=14).map(|n| ((1 << n) - 2, n)).chain([((1 << 14) - 1, 14)]).collect();
        let order = [0usize, 13, 1, 12, 0, 0, 2, 10, 11, 9, 3, 8, 4, 14];
        let data = packed(&order.map(|symbol| codes[symbol]));
        let bits: u32 = order.iter().map(|symbol| codes[*symbol].1).sum();
        let expected = order.map(|symbol| if symbol == 14 { END } else { u16::try_from(symbol).unwrap() });
        assert_eq!(decoded(&lengths, &data, order.len()), (expected.to_vec(), bits as usize));
    }

    #[test]
    fn a_whole_group_is_decoded_and_the_offset_agrees_with_one_by_one() {
        let mut table = Table::default();
        table.rebuild(&[1, 2, 3, 3]);
        let data: Vec<u8> = (0..64u8).map(|n| n.wrapping_mul(151)).collect();
        let mut group = [0; 64];
        for from in 0..100 {
            let end = table.decode(Bits::new(&data), from, &mut group);
            assert_eq!(end, table.skip(Bits::new(&data), from, GROUP));
        }
    }

    #[test]
    fn bits_that_are_no_code_are_told() {
        // Two codes of three: 000, 001, 010; the rest is unused.
        assert_eq!(decoded(&[3, 3, 3], &packed(&[(1, 3), (7, 3)]), 2).0, [1, INVALID]);
        assert_eq!(decoded(&[12, 12, 12], &packed(&[(1, 12), (0xFFF, 12)]), 2).0, [1, INVALID]);
    }

    #[test]
    fn too_many_codes_are_taken_as_libbz2_takes_them() {
        assert_eq!(decoded(&[1, 1, 1], &packed(&[(0, 1), (1, 1)]), 2).0, [0, 1]);
    }
}
