//! The first and last raw bytes of a block, from a few steps in its matrix: what it takes to see a pattern that lies
//! across blocks.

use super::rank::Matrix;
use super::rle::{RUN, decode_into};

/// The first `count` raw bytes of the block whose text is row `origin`; fewer if it has no more.
pub fn head(matrix: &Matrix<'_>, origin: usize, count: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(count + RUN);
    let mut raw = Vec::with_capacity(count);
    let mut row = origin;
    while text.len() < matrix.rows() && raw.len() < count {
        // A run's count adds bytes only once it is there, so decoding what we have never tells too many.
        for _ in 0..(count - raw.len()).min(matrix.rows() - text.len()) {
            text.push(matrix.first(row));
            let Some(next) = matrix.forward(row) else { return raw };
            row = next;
        }
        raw.clear();
        decode_into(&text, &mut raw);
    }
    raw.truncate(count);
    raw
}

/// The last `count` raw bytes of the block whose text is row `origin`; fewer if it has no more. Nothing if they
/// cannot be told without inverting the block: in text of nothing but runs it is unclear from the end which bytes are
/// counts.
pub fn tail(matrix: &Matrix<'_>, origin: usize, count: usize) -> Option<Vec<u8>> {
    let most = (4 * count + 64).min(matrix.rows());
    let mut goal = (count + RUN + 2).min(most);
    let mut backwards = Vec::with_capacity(goal);
    let mut row = origin;
    loop {
        while backwards.len() < goal {
            backwards.push(matrix.last(row)?);
            row = matrix.backward(row)?;
        }
        let text: Vec<u8> = backwards.iter().rev().copied().collect();
        let start = if text.len() == matrix.rows() { Some(0) } else { first_certain(&text) };
        if let Some(start) = start {
            let mut raw = Vec::with_capacity(2 * count);
            decode_into(&text[start..], &mut raw);
            if start == 0 || raw.len() >= count {
                return Some(raw.split_off(raw.len().saturating_sub(count)));
            }
        }
        if goal == most {
            return None;
        }
        goal = (goal + 8).min(most);
    }
}

/// The first place of `text`, an end of a block's text, that certainly begins a run: it is no count, as the four bytes
/// before it are not equal, and it differs from the byte before it, whether that is a count or not.
pub(super) fn first_certain(text: &[u8]) -> Option<usize> {
    let certain = |window: &[u8]| window[RUN] != window[RUN - 1] && window[..RUN].iter().any(|byte| *byte != window[0]);
    text.windows(RUN + 1).position(certain).map(|at| at + RUN)
}

#[cfg(test)]
mod tests {
    use super::super::rank::tests::transform;
    use super::*;

    #[test]
    fn both_ends_are_told_as_raw_bytes() {
        let texts: [&[u8]; 6] = [
            b"hello, world",
            b"aaaa\x05bcdefghijaaaa\x03",
            b"x",
            b"abcdefghaaaa\0aaa",
            b"aaaa\x01",
            b"0123456789aaaa\x02bbbb\x02cccc\x02",
        ];
        for text in texts {
            let mut raw = Vec::new();
            decode_into(text, &mut raw);
            let (last, starts, origin) = transform(text);
            let matrix = Matrix::new(&last, &starts);
            for count in 1..8 {
                assert_eq!(head(&matrix, origin, count), &raw[..count.min(raw.len())]);
                assert_eq!(tail(&matrix, origin, count).unwrap(), &raw[raw.len().saturating_sub(count)..]);
            }
        }
    }

    #[test]
    fn an_end_of_nothing_but_runs_is_left_open() {
        let text = [b"ab".as_slice(), &[1; 300]].concat();
        let (last, starts, origin) = transform(&text);
        assert_eq!(tail(&Matrix::new(&last, &starts), origin, 4), None);
    }
}
