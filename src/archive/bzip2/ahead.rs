//! Blocks that were decoded before the walk through a file came to them, at every place that looks like a block's begin.

use std::collections::VecDeque;

use super::decoder::BlockInfo;

/// What was made of blocks ahead. A block counts only where the walk is: magic numbers that came by chance cost time and nothing else.
#[derive(Debug)]
pub struct Ahead<T> {
    /// By offset in bits.
    found: VecDeque<(usize, BlockInfo, T)>,
}

impl<T> Default for Ahead<T> {
    fn default() -> Self {
        Ahead { found: VecDeque::new() }
    }
}

impl<T> Ahead<T> {
    /// Adds what lies behind all that is there: offsets in bits, and blocks decoded with the largest level.
    pub fn extend(&mut self, found: impl IntoIterator<Item = (usize, BlockInfo, T)>) {
        self.found.extend(found);
    }

    /// Drops what lies before a bit; tells whether nothing is left.
    pub fn is_empty_from(&mut self, bit: usize) -> bool {
        while self.found.front().is_some_and(|(at, ..)| *at < bit) {
            self.found.pop_front();
        }
        self.found.is_empty()
    }

    /// Takes the block at a bit, if it is there and a stream of this level can hold it.
    pub fn take(&mut self, bit: usize, level: u8) -> Option<(BlockInfo, T)> {
        self.is_empty_from(bit);
        let (at, info, _) = self.found.front()?;
        let is_it = *at == bit && info.fits(level);
        if is_it { self.found.pop_front().map(|(_, info, made)| (info, made)) } else { None }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.found.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::BlockHeader;
    use super::*;

    #[test]
    fn only_the_block_where_the_walk_is_counts() {
        let info = |end_bit, rows| BlockInfo { header: BlockHeader::default(), end_bit, rows };
        let mut ahead = Ahead::default();
        ahead.extend([(32, info(500, 10), 'a'), (100, info(300, 10), 'b'), (500, info(900, 150_000), 'c')]);
        assert_eq!(ahead.take(32, 9).map(|(_, made)| made), Some('a'));
        assert!(ahead.take(500, 1).is_none(), "too large for its stream");
        assert_eq!(ahead.take(500, 2).map(|(_, made)| made), Some('c'));
        assert!(ahead.is_empty_from(500) && ahead.take(900, 9).is_none());
    }
}
