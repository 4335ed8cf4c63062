//! Backward search: whether patterns occur in a block, from its last column alone.
//!
//! The rows that begin with a string lie together, and those that begin with one byte more in front follow from a
//! count and a rank. So a needle is followed from its tail to its lead, and needles with a common end share the way.
//! Most searches end after one step or two, since no row of the few that are left has the right last byte.
//!
//! The matrix holds rotations, so a needle may also be found around the text's end, which is looked at (a block often
//! ends with a run, as encoders fill it run by run), or where a count happens to look like a byte: the answer is "may contain" or "does not contain", and only the latter is certain. [`super::pattern`]
//! says why it is.

use std::ops::Range;

use super::pattern::{Needle, Octet, Pattern, Unsearchable};
use super::rank::Matrix;
use super::rle::RUN;

/// Needles, arranged as a tree from their last byte backwards.
#[derive(Debug, Clone, Default)]
pub struct SearchSet {
    tails: Vec<(Octet, usize)>,
    nodes: Vec<Node>,
    patterns: Vec<Pattern>,
    reach: usize,
}

/// A common end of needles.
#[derive(Debug, Clone, Default)]
struct Node {
    /// Its length.
    length: usize,
    /// Bytes before it that lead to longer ends.
    longer: Vec<(u8, usize)>,
    /// Leads of the needles whose body and tail end here.
    leads: Vec<Octet>,
}

impl SearchSet {
    /// Prepares a search for any of `patterns`. Fails if one of them cannot be searched for, as its absence could not
    /// be told.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a Pattern>) -> Result<Self, Unsearchable> {
        let mut set = Self::default();
        for pattern in patterns {
            set.reach = set.reach.max(pattern.len().saturating_sub(1));
            set = set.within(pattern)?;
        }
        Ok(set)
    }

    /// The same and a pattern that is looked for within blocks only: what lies across a border costs the more to look at the longer it
    /// may be.
    pub fn within(mut self, pattern: &Pattern) -> Result<Self, Unsearchable> {
        self.patterns.push(pattern.clone());
        for needle in pattern.needles()? {
            self.insert(&needle);
        }
        Ok(self)
    }

    /// How many raw bytes on either side of a border of blocks can belong to a pattern across it.
    pub fn reach(&self) -> usize {
        self.reach
    }

    /// Whether raw bytes hold any of the patterns, by plain comparison.
    pub fn occurs_in(&self, raw: &[u8]) -> bool {
        self.patterns.iter().any(|pattern| pattern.occurs_in(raw))
    }

    fn insert(&mut self, needle: &Needle) {
        let known = self.tails.iter().find(|(tail, _)| *tail == needle.tail).map(|(_, node)| *node);
        let mut at = known.unwrap_or_else(|| {
            let node = self.add_node(1);
            self.tails.push((needle.tail, node));
            node
        });
        for &byte in needle.body.iter().rev() {
            let known = self.nodes[at].longer.iter().find(|(longer, _)| *longer == byte).map(|(_, node)| *node);
            at = known.unwrap_or_else(|| {
                let node = self.add_node(self.nodes[at].length + 1);
                self.nodes[at].longer.push((byte, node));
                node
            });
        }
        if !self.nodes[at].leads.contains(&needle.lead) {
            self.nodes[at].leads.push(needle.lead);
        }
    }

    fn add_node(&mut self, length: usize) -> usize {
        self.nodes.push(Node { length, ..Node::default() });
        self.nodes.len() - 1
    }

    /// Whether the text of the matrix, which is row `origin`, may hold a pattern. `false` is certain as far as the raw
    /// bytes of this one block go.
    pub fn may_occur(&self, matrix: &Matrix<'_>, origin: usize) -> bool {
        let rows_of_tails = self.tails.iter().map(|(tail, node)| (matrix.beginning_with(tail.low, tail.high), *node));
        let mut open: Vec<(Range<usize>, usize)> = rows_of_tails.collect();
        while let Some((rows, node)) = open.pop() {
            let Some(node) = self.nodes.get(node) else { continue };
            if rows.is_empty() {
                continue;
            }
            if node.leads.iter().any(|lead| lead_stands_before(matrix, rows.clone(), *lead)) {
                if rows.len() > 1 || !is_around_the_end(matrix, rows.start, node.length, origin) {
                    return true;
                }
                continue;
            }
            open.extend(node.longer.iter().map(|(byte, longer)| (matrix.extend(rows.clone(), *byte), *longer)));
        }
        false
    }
}

/// Whether the first `length` bytes of a row are not all of one stretch of the text with what stands before them.
fn is_around_the_end(matrix: &Matrix<'_>, row: usize, length: usize, origin: usize) -> bool {
    let mut row = Some(row);
    (0..length).any(|_| {
        let here = row;
        row = here.and_then(|here| matrix.forward(here));
        here == Some(origin)
    })
}

/// Whether before one of `rows` stands a byte of `lead`, or four of one such byte and a count.
fn lead_stands_before(matrix: &Matrix<'_>, rows: Range<usize>, lead: Octet) -> bool {
    if matrix.lasts(rows.clone()).iter().any(|byte| lead.allows(*byte)) {
        return true;
    }
    if !(lead.low..=lead.high).any(|byte| memchr::memchr(byte, matrix.lasts(matrix.beginning_with(byte, byte))).is_some()) {
        return false;
    }
    run_stands_before(matrix, &rows, lead)
}

/// Whether before one of `rows` stand four bytes of one value in `lead` and any byte.
fn run_stands_before(matrix: &Matrix<'_>, rows: &Range<usize>, lead: Octet) -> bool {
    let mut counts = [false; 256];
    for count in matrix.lasts(rows.clone()) {
        counts[usize::from(*count)] = true;
    }
    (0..=u8::MAX).filter(|count| counts[usize::from(*count)]).any(|count| {
        let behind_run = matrix.extend(rows.clone(), count);
        (lead.low..=lead.high).any(|byte| {
            let step = |rows: Range<usize>, _| Some(matrix.extend(rows, byte)).filter(|rows| !rows.is_empty());
            (0..RUN).try_fold(behind_run.clone(), step).is_some()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::rank::tests::transform;
    use super::*;

    fn found(text: &[u8], patterns: &[&[u8]]) -> bool {
        let patterns: Vec<Pattern> = patterns.iter().map(|raw| Pattern::exact(raw)).collect();
        let (last, starts, origin) = transform(text);
        SearchSet::new(&patterns).unwrap().may_occur(&Matrix::new(&last, &starts), origin)
    }

    #[test]
    fn patterns_are_found_in_text_as_encoded() {
        // Text after the first run-length stage; a pattern in raw bytes; whether it is there.
        let cases: [(&[u8], &[u8], bool); 10] = [
            (b"to be or not to be", b"or n", true),
            (b"to be or not to be", b"or m", false),
            (b"xxaaaa\x03bcd", b"abcd", true),
            (b"xxaaaa\x03bcd", b"aaaaaaabcd", true),
            (b"xxaaaa\x03bcd", b"xaaaaaaabcd", true),
            (b"xxaaaa\x03bcd", b"xaaaaaabcd", false),
            (b"xaxa\x03bcd", b"abcd", false),
            (b"bcdaaaa\x03x", b"bcdaaaaa", true),
            (b" be or not to", b"to be", false),
            (b" be to be or not to", b"to be", true),
        ];
        for (text, pattern, expected) in cases {
            assert_eq!(found(text, &[pattern]), expected, "{:?} in {:?}", pattern.escape_ascii(), text.escape_ascii());
        }
    }

    #[test]
    fn any_of_several_patterns_suffices() {
        let text = b"she sells sea shells on the sea shore";
        assert!(found(text, &[b"shell shock", b"sea shore", b"see shore"]));
        assert!(!found(text, &[b"shell shock", b"sea shire", b"see shore"]));
        assert!(!found(text, &[]));
    }
}
