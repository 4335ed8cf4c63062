//! Finds the places where a block or the end of a stream may begin, at any bit.
//!
//! A magic number has 48 bits, so at each of the eight places within a byte it covers at least five whole bytes,
//! which are looked for as such. What is found is a candidate: the same bits may occur by chance inside a block.

use memchr::memmem::Finder;

use super::bits::Bits;

/// Magic number of a block: pi in decimal.
pub const BLOCK_MAGIC: u64 = 0x3141_5926_5359;
/// Magic number of a stream's end: the square root of pi.
pub const END_MAGIC: u64 = 0x1772_4538_5090;

/// Bytes searched for all shifts before going on, so that they come from the cache.
const CHUNK: usize = 256 << 10;
const WHOLE_BYTES: usize = 5;

/// What a magic number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A block begins.
    Block,
    /// A stream ends.
    End,
}

impl Mark {
    fn magic(self) -> u64 {
        match self {
            Self::Block => BLOCK_MAGIC,
            Self::End => END_MAGIC,
        }
    }
}

/// Looks for magic numbers. Making one costs a little: keep it.
#[derive(Debug)]
pub struct Scanner {
    /// Whole bytes to look for, what they are part of, and how many bits of it come before them.
    finders: Vec<(Finder<'static>, Mark, usize)>,
}

impl Scanner {
    /// A scanner for these marks.
    pub fn new(marks: &[Mark]) -> Self {
        let shifts = marks.iter().flat_map(|mark| (0..8).map(|before| (*mark, before)));
        let finders = shifts.map(|(mark, before)| {
            let bytes = (mark.magic() << 16 << before).to_be_bytes();
            (Finder::new(&bytes[..WHOLE_BYTES]).into_owned(), mark, before)
        });
        Self { finders: finders.collect() }
    }

    /// All candidates that begin at bit `from` or later and before bit `to`, in order.
    pub fn find(&self, data: &[u8], from: usize, to: usize) -> Vec<(usize, Mark)> {
        let mut found = Vec::new();
        let mut start = from / 8;
        while start < data.len() && start * 8 < to {
            self.find_in_chunk(data, start, &mut found);
            start += CHUNK;
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|(bit, _)| (from..to).contains(bit));
        found
    }

    /// The first candidate that begins at bit `from` or later and before bit `to`.
    pub fn first(&self, data: &[u8], from: usize, to: usize) -> Option<(usize, Mark)> {
        let mut from = from;
        while from < to.min(data.len() * 8) {
            let end = from.saturating_add(CHUNK * 8).min(to);
            if let Some(first) = self.find(data, from, end).first() {
                return Some(*first);
            }
            from = end;
        }
        None
    }

    fn find_in_chunk(&self, data: &[u8], start: usize, found: &mut Vec<(usize, Mark)>) {
        // Whole bytes begin up to one byte behind the magic number's first bit.
        let end = start.saturating_add(CHUNK + 1 + WHOLE_BYTES).min(data.len());
        let chunk = data.get(start..end).unwrap_or_default();
        let bits = Bits::new(data);
        for (finder, mark, before) in &self.finders {
            let candidates = finder.find_iter(chunk).filter_map(|at| ((start + at) * 8).checked_sub(*before));
            found.extend(candidates.filter(|bit| bits.magic(*bit) == mark.magic()).map(|bit| (bit, *mark)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `gap` bytes of nothing, then the magic number `shift` bits later.
    fn planted(magic: u64, gap: usize, shift: usize) -> Vec<u8> {
        let mut data = vec![0; gap + 12];
        data[gap..gap + 8].copy_from_slice(&(magic << 16 >> shift).to_be_bytes());
        data
    }

    #[test]
    fn magic_numbers_are_found_at_every_bit_and_across_chunks() {
        let scanner = Scanner::new(&[Mark::Block, Mark::End]);
        for gap in [0, 1, 7, CHUNK - 7, CHUNK - 6, CHUNK - 5, CHUNK - 1, CHUNK, CHUNK + 1] {
            for shift in 0..8 {
                let bit = gap * 8 + shift;
                for mark in [Mark::Block, Mark::End] {
                    let data = planted(mark.magic(), gap, shift);
                    assert_eq!(scanner.find(&data, 0, usize::MAX), [(bit, mark)]);
                    assert_eq!(scanner.first(&data, 0, usize::MAX), Some((bit, mark)));
                    assert_eq!(scanner.first(&data, bit + 1, usize::MAX), None);
                    assert_eq!(scanner.first(&data, bit, bit + 1), Some((bit, mark)));
                    assert_eq!(scanner.first(&data, 0, bit), None);
                }
            }
        }
    }

    #[test]
    fn a_cut_magic_number_is_none() {
        let scanner = Scanner::new(&[Mark::Block]);
        let mut data = planted(BLOCK_MAGIC, 3, 4);
        data.truncate(9);
        assert!(scanner.find(&data, 0, usize::MAX).is_empty());
        assert!(scanner.find(&[], 0, usize::MAX).is_empty());
    }
}
