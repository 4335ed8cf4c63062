//! Patterns that lie across the borders of blocks, which no search of a single block can find.

use std::collections::VecDeque;

use super::search::SearchSet;

/// The first and last raw bytes of one block, each at least as many as [`SearchSet::reach`] asks for, or all that it
/// has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edges {
    /// First bytes.
    pub head: Vec<u8>,
    /// Last bytes.
    pub tail: Vec<u8>,
}

/// Joins the edges of successive blocks and looks for patterns across them.
#[derive(Debug)]
pub struct Border<'a> {
    patterns: &'a SearchSet,
    /// Raw bytes before the next block, at most as many as a pattern can have before its last byte.
    before: VecDeque<u8>,
    /// How many of them came from each block, oldest first.
    shares: VecDeque<usize>,
}

impl<'a> Border<'a> {
    /// Begins before the first block.
    pub fn new(patterns: &'a SearchSet) -> Self {
        Self { patterns, before: VecDeque::new(), shares: VecDeque::new() }
    }

    /// Takes the edges of the next block. If a pattern begins before this block and reaches into it, or stands at its
    /// head, tells how many blocks before this one it may touch: one or, where blocks are shorter than a pattern,
    /// more.
    pub fn join(&mut self, edges: &Edges) -> Option<usize> {
        let reach = self.patterns.reach();
        let head = edges.head.get(..reach).unwrap_or(&edges.head);
        let mut joined: Vec<u8> = self.before.iter().copied().collect();
        joined.extend_from_slice(head);
        let across = !self.before.is_empty() && self.patterns.occurs_in(&joined);
        let blocks = self.shares.len();
        let tail = edges.tail.get(edges.tail.len().saturating_sub(reach)..).unwrap_or_default();
        self.before.extend(tail);
        self.shares.push_back(tail.len());
        self.forget(self.before.len().saturating_sub(reach));
        across.then_some(blocks)
    }

    /// Drops the oldest bytes and the blocks that have none left.
    fn forget(&mut self, mut bytes: usize) {
        self.before.drain(..bytes);
        while let Some(share) = self.shares.front_mut() {
            let gone = bytes.min(*share);
            *share -= gone;
            bytes -= gone;
            if *share > 0 {
                return;
            }
            self.shares.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Pattern;
    use super::*;

    fn joined(blocks: &[&str]) -> Vec<Option<usize>> {
        let set = SearchSet::new([&Pattern::exact(b"needle")]).unwrap();
        let mut border = Border::new(&set);
        let edges = blocks.iter().map(|block| {
            let bytes = block.as_bytes();
            Edges { head: bytes[..bytes.len().min(5)].to_vec(), tail: bytes[bytes.len().saturating_sub(5)..].to_vec() }
        });
        edges.map(|edges| border.join(&edges)).collect()
    }

    #[test]
    fn patterns_across_borders_are_seen() {
        assert_eq!(joined(&["hay hay nee", "dle hay"]), [None, Some(1)]);
        assert_eq!(joined(&["hay hay needl", "e hay hay", "needle"]), [None, Some(1), None]);
        assert_eq!(joined(&["hay n", "eedlf hay", "hay need", "le"]), [None, None, None, Some(1)]);
    }

    #[test]
    fn patterns_across_many_small_blocks_are_seen() {
        assert_eq!(joined(&["hay hay", "ne", "", "e", "dle hay"]), [None, None, None, None, Some(4)]);
        assert_eq!(joined(&["n", "e", "e", "d", "l", "e"]), [None, None, None, None, None, Some(5)]);
    }
}
