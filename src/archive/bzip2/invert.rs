//! The inverse Burrows-Wheeler transform of a whole block.
//!
//! Each step leads to an unforeseeable row and waits for memory: this is most of the cost of bzip2. Following two
//! chains at once (from both ends of the text) or two bytes per step doubles the memory in use and was measured to be
//! slower; small tables matter most.

use super::header::Randomised;
use super::random::derandomise;

/// Buffers of an inversion, reused from block to block.
#[derive(Debug, Default)]
pub struct Inverter {
    /// Per row: the row one byte later in the text (upper 24 bits) and the row's first byte.
    next: Vec<u32>,
    text: Vec<u8>,
}

impl Inverter {
    /// The first `count` bytes, or all, of the text whose last column is `last`. `starts[b]` is the number of bytes
    /// below `b` in it, `orig_ptr` below its length.
    pub fn invert(&mut self, last: &[u8], starts: &[u32; 257], orig_ptr: usize, randomised: Randomised, count: usize) -> &[u8] {
        self.link(last, starts);
        self.text.resize(count.min(last.len()), 0);
        let next = self.next.as_slice();
        let mut row = orig_ptr;
        for byte in &mut self.text {
            let link = next.get(row).copied().unwrap_or_default();
            [*byte, ..] = link.to_le_bytes();
            row = (link >> 8) as usize;
        }
        if randomised == Randomised::Yes {
            derandomise(&mut self.text);
        }
        &self.text
    }

    fn link(&mut self, last: &[u8], starts: &[u32; 257]) {
        let mut firsts = [0u32; 256];
        firsts.copy_from_slice(&starts[..256]);
        self.next.resize(last.len(), 0);
        let next = self.next.as_mut_slice();
        for (row, byte) in (0u32..).zip(last) {
            let first = &mut firsts[usize::from(*byte)];
            if let Some(next) = next.get_mut(*first as usize) {
                *next = row << 8 | u32::from(*byte);
            }
            *first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rank::tests::transform;
    use super::*;

    #[test]
    fn texts_come_back_also_periodic_ones() {
        let mut inverter = Inverter::default();
        for text in [&b"banana"[..], b"a", b"ab", b"aaaaa", b"abababab", b"the quick brown fox, the lazy dog", b"xyx"] {
            let (last, starts, origin) = transform(text);
            assert_eq!(inverter.invert(&last, &starts, origin, Randomised::No, usize::MAX), text);
            assert_eq!(inverter.invert(&last, &starts, origin, Randomised::No, 3), &text[..text.len().min(3)]);
        }
    }
}
