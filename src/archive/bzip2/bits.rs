//! Bits of a byte slice, most significant first, at any offset.

use super::error::Bz2Error;

/// A view of bytes as bits. Offsets count bits from the slice's start; bits beyond its end read as zero, so
/// that hot loops need no end test: whoever reads ahead compares the last offset with [`Bits::len`].
#[derive(Debug, Clone, Copy)]
pub struct Bits<'a> {
    data: &'a [u8],
}

impl<'a> Bits<'a> {
    /// Looks at `data` as bits.
    pub fn new(data: &'a [u8]) -> Self {
        Self { data }
    }

    /// Number of bits.
    pub fn len(&self) -> usize {
        self.data.len() * 8
    }

    /// Whether there is no bit at all.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The bits from `offset` on in the high end of a word. At least 57 are valid.
    #[inline]
    pub fn peek(&self, offset: usize) -> u64 {
        let byte = offset / 8;
        let word = match self.data.get(byte..).and_then(<[u8]>::first_chunk) {
            Some(chunk) => u64::from_be_bytes(*chunk),
            None => self.peek_tail(byte),
        };
        word << (offset % 8)
    }

    #[cold]
    fn peek_tail(&self, byte: usize) -> u64 {
        let mut padded = [0; 8];
        let rest = self.data.get(byte..).unwrap_or_default();
        for (to, from) in padded.iter_mut().zip(rest) {
            *to = *from;
        }
        u64::from_be_bytes(padded)
    }

    /// The 48 bits at `offset`: room for a magic number. Zero bits stand for what lies beyond the end.
    pub fn magic(&self, offset: usize) -> u64 {
        self.peek(offset) >> 16
    }
}

/// Reads fields one after the other, for the parts of a block that are not hot.
#[derive(Debug, Clone)]
pub struct BitReader<'a> {
    bits: Bits<'a>,
    offset: usize,
}

impl<'a> BitReader<'a> {
    /// Begins at bit `offset` of `bits`.
    pub fn new(bits: Bits<'a>, offset: usize) -> Self {
        Self { bits, offset }
    }

    /// Offset of the next bit.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The next `count` bits, 1 to 32, as a number.
    pub fn take(&mut self, count: u32) -> Result<u32, Bz2Error> {
        debug_assert!((1..=32).contains(&count));
        let word = self.bits.peek(self.offset);
        self.skip(count)?;
        #[expect(clippy::cast_possible_truncation, reason = "at most 32 bits are left after the shift")]
        Ok((word >> (64 - count)) as u32)
    }

    /// The next bit.
    pub fn bit(&mut self) -> Result<bool, Bz2Error> {
        Ok(self.take(1)? == 1)
    }

    /// How many one bits come before the next zero bit, which is read as well; an error above `limit` (at most 32).
    pub fn ones(&mut self, limit: u32) -> Result<Option<u32>, Bz2Error> {
        let ones = self.bits.peek(self.offset).leading_ones();
        if ones > limit {
            return Ok(None);
        }
        self.skip(ones + 1)?;
        Ok(Some(ones))
    }

    /// Bits ahead in the high end of a word, 57 of them valid, without moving.
    pub fn peek(&self) -> u64 {
        self.bits.peek(self.offset)
    }

    /// Moves on by `count` bits.
    pub fn skip(&mut self, count: u32) -> Result<(), Bz2Error> {
        let next = self.offset.saturating_add(count as usize);
        if next > self.bits.len() {
            return Err(Bz2Error::Truncated);
        }
        self.offset = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_across_byte_borders() {
        let data = [0b1010_0110, 0b1111_0000, 0xAB, 0xCD];
        let mut reader = BitReader::new(Bits::new(&data), 1);
        assert_eq!(reader.take(3), Ok(0b010));
        assert_eq!(reader.take(6), Ok(0b01_1011));
        assert_eq!(reader.ones(5), Ok(Some(2)));
        assert_eq!(reader.take(3), Ok(0));
        assert_eq!(reader.take(16), Ok(0xABCD));
        assert_eq!(reader.take(1), Err(Bz2Error::Truncated));
        assert_eq!(reader.offset(), 32);
    }

    #[test]
    fn beyond_the_end_are_zeros() {
        let bits = Bits::new(&[0xFF, 0xFF]);
        assert_eq!(bits.peek(4), 0xFFF0_0000_0000_0000);
        assert_eq!(bits.peek(16), 0);
        assert_eq!(bits.peek(usize::MAX), 0);
    }

    #[test]
    fn too_many_ones_are_told() {
        let mut reader = BitReader::new(Bits::new(&[0xFF, 0x7F]), 0);
        assert_eq!(reader.ones(5), Ok(None));
        assert_eq!(reader.ones(8), Ok(Some(8)));
    }
}
