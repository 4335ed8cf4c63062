//! Counting, ranking and selecting in a last column: what it takes to walk and to search a Burrows-Wheeler matrix
//! without inverting it.
//!
//! Rows are the sorted rotations of the block's text. `L` is their last, `F` their first column. The k-th row that
//! ends with a byte and the k-th row that begins with it are the same place of the text, which is all that the steps
//! rest on.

use std::ops::Range;

/// Bytes looked at in one go by [`Matrix::select`].
const STRIDE: usize = 4096;

/// A block's last column with, per byte value, the first row that begins with it.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    last: &'a [u8],
    starts: &'a [u32; 257],
}

impl<'a> Matrix<'a> {
    /// `starts[b]` is the number of bytes below `b` in `last`; `starts[256]` is the length.
    pub fn new(last: &'a [u8], starts: &'a [u32; 257]) -> Self {
        debug_assert_eq!(starts[256] as usize, last.len());
        Self { last, starts }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.last.len()
    }

    /// The rows that begin with a byte of `low..=high`.
    pub fn beginning_with(&self, low: u8, high: u8) -> Range<usize> {
        self.starts[usize::from(low)] as usize..self.starts[usize::from(high) + 1] as usize
    }

    /// The last byte of a row: the one before it in the text.
    pub fn last(&self, row: usize) -> Option<u8> {
        self.last.get(row).copied()
    }

    /// The last bytes of a range of rows.
    pub fn lasts(&self, rows: Range<usize>) -> &'a [u8] {
        self.last.get(rows).unwrap_or_default()
    }

    /// The first byte of a row.
    pub fn first(&self, row: usize) -> u8 {
        u8::try_from(self.starts.partition_point(|start| *start as usize <= row).saturating_sub(1)).unwrap_or(u8::MAX)
    }

    /// How many rows before `row` end with `byte`.
    pub fn rank(&self, byte: u8, row: usize) -> usize {
        let (before, behind) = self.last.split_at(row.min(self.rows()));
        if before.len() <= behind.len() {
            return count(before, byte);
        }
        self.beginning_with(byte, byte).len().saturating_sub(count(behind, byte))
    }

    /// The row whose last byte is the `nth` (from 0) `byte` of the last column.
    pub fn select(&self, byte: u8, nth: usize) -> Option<usize> {
        let total = self.beginning_with(byte, byte).len();
        let back = total.checked_sub(nth + 1)?;
        if nth <= back {
            let mut left = nth;
            for (index, stride) in self.last.chunks(STRIDE).enumerate() {
                let here = count(stride, byte);
                if left < here {
                    return Some(index * STRIDE + memchr::memchr_iter(byte, stride).nth(left)?);
                }
                left -= here;
            }
            return None;
        }
        let mut left = back;
        let mut end = self.rows();
        for stride in self.last.rchunks(STRIDE) {
            let here = count(stride, byte);
            end -= stride.len();
            if left < here {
                return Some(end + memchr::memchr_iter(byte, stride).nth(here - 1 - left)?);
            }
            left -= here;
        }
        None
    }

    /// The row of the rotation that begins one byte earlier in the text.
    pub fn backward(&self, row: usize) -> Option<usize> {
        let byte = self.last(row)?;
        Some(self.beginning_with(byte, byte).start + self.rank(byte, row))
    }

    /// The row of the rotation that begins one byte later in the text.
    pub fn forward(&self, row: usize) -> Option<usize> {
        let byte = self.first(row);
        self.select(byte, row.checked_sub(self.beginning_with(byte, byte).start)?)
    }

    /// Of `rows`, which share a beginning `s`: the rows that begin with `byte`, then `s`. Empty if there are none.
    pub fn extend(&self, rows: Range<usize>, byte: u8) -> Range<usize> {
        let found = count(self.lasts(rows.clone()), byte);
        if found == 0 {
            return 0..0;
        }
        let start = self.beginning_with(byte, byte).start + self.rank(byte, rows.start);
        start..start + found
    }
}

/// How often `byte` occurs in `bytes`.
pub fn count(bytes: &[u8], byte: u8) -> usize {
    memchr::memchr_iter(byte, bytes).count()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The last column of `text`, its starts, and the row of the text itself, by sorting all rotations.
    pub fn transform(text: &[u8]) -> (Vec<u8>, [u32; 257], usize) {
        let mut rows: Vec<usize> = (0..text.len()).collect();
        rows.sort_by_key(|start| [&text[*start..], &text[..*start]].concat());
        let last: Vec<u8> = rows.iter().map(|start| text[(start + text.len() - 1) % text.len()]).collect();
        let mut starts = [0u32; 257];
        for byte in 0..=255u8 {
            starts[usize::from(byte) + 1] = starts[usize::from(byte)] + u32::try_from(count(text, byte)).unwrap();
        }
        (last, starts, rows.iter().position(|start| *start == 0).unwrap())
    }

    #[test]
    fn walking_both_ways_spells_the_text() {
        let text = b"so many words, so little meaning, so it goes";
        let (last, starts, origin) = transform(text);
        let matrix = Matrix::new(&last, &starts);
        let (mut row, mut spelled) = (origin, Vec::new());
        for _ in 0..text.len() {
            spelled.push(matrix.first(row));
            row = matrix.forward(row).unwrap();
        }
        assert_eq!(spelled, text);
        for byte in text.iter().rev() {
            assert_eq!(matrix.last(row), Some(*byte));
            row = matrix.backward(row).unwrap();
        }
        assert_eq!(row, origin);
    }

    #[test]
    fn select_undoes_rank_in_long_columns() {
        let last: Vec<u8> = (0..30_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 29) as u8).collect();
        let mut starts = [0u32; 257];
        for byte in 0..=255u8 {
            starts[usize::from(byte) + 1] = starts[usize::from(byte)] + u32::try_from(count(&last, byte)).unwrap();
        }
        let matrix = Matrix::new(&last, &starts);
        for row in (0..last.len()).step_by(97) {
            assert_eq!(matrix.select(last[row], matrix.rank(last[row], row)), Some(row));
        }
        assert_eq!(matrix.select(0, count(&last, 0)), None);
        assert_eq!(matrix.select(200, 0), None);
    }

    #[test]
    fn rows_that_begin_with_a_string_are_found() {
        let text = b"abracadabra abracadabra";
        let (last, starts, _) = transform(text);
        let matrix = Matrix::new(&last, &starts);
        let a = matrix.beginning_with(b'a', b'a');
        assert_eq!(a.len(), 10);
        assert_eq!(matrix.extend(a.clone(), b'r').len(), 4);
        assert!(matrix.extend(a, b'x').is_empty());
    }
}
