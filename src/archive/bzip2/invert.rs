//! The inverse Burrows-Wheeler transform of a whole block.
//!
//! Each step leads to an unforeseeable row and waits for memory: this is most of the cost of bzip2. So the text is spelled
//! in many pieces, several at a time, whose waits overlap: each begins at some row and ends where another begins. Which
//! piece follows which is then known, too.
//!
//! Following two chains at once from both ends of the text, or two bytes per step, doubles the memory in use and was
//! measured to be slower.

use super::header::Randomised;
use super::random::derandomise;

/// Pieces that are spelled at once.
const LANES: usize = 16;
/// Pieces of a text. Their lengths differ much; so many keep all lanes busy nearly to the end.
const PIECES: usize = 256;
/// Steps between two looks at whether a piece has ended.
const STRIDE: usize = 32;
/// Shorter texts are spelled in one piece.
const SHORT: usize = 1 << 14;

/// A neighbour of a row in the text (20 bits of the upper 24), and the byte between them.
type Link = u32;
/// Marks the link of a row with which a piece begins.
const MARK: Link = 1 << 31;

/// Rows that a link can name: more than a block has.
const ROWS: usize = 1 << 20;

fn row(link: Link) -> usize {
    (link >> 8) as usize & (ROWS - 1)
}

fn byte(link: Link) -> u8 {
    link.to_le_bytes()[0]
}

/// A spelled part of the text.
#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    lane: usize,
    /// Where it lies in its lane's bytes.
    from: usize,
    to: usize,
    /// The piece that follows.
    next: usize,
}

/// A piece being spelled, and those spelled before it in the same lane.
#[derive(Debug, Default)]
struct Lane {
    piece: Option<usize>,
    row: usize,
    bytes: Vec<u8>,
}

/// Buffers of an inversion, reused from block to block.
#[derive(Debug, Default)]
pub struct Inverter {
    /// One for each row, and room for others, so that none can lie outside.
    links: Box<[Link]>,
    lanes: [Lane; LANES],
    text: Vec<u8>,
}

impl Inverter {
    /// The first `count` bytes, or all, of the text whose last column is `last`, at most 900,000 bytes. `starts[b]` is the
    /// number of bytes below `b` in it, `orig_ptr` below its length.
    pub fn invert(&mut self, last: &[u8], starts: &[u32; 257], orig_ptr: usize, randomised: Randomised, count: usize) -> &[u8] {
        self.link(last, starts);
        self.text.clear();
        if count < last.len() || last.len() < SHORT {
            self.spell(orig_ptr, count.min(last.len()));
        } else {
            self.spell_in_pieces(orig_ptr, last.len());
        }
        if randomised == Randomised::Yes {
            derandomise(&mut self.text);
        }
        &self.text
    }

    /// The last `count` bytes, or all, of the text. `orig_ptr` and the others as for [`Inverter::invert`].
    pub fn invert_tail(&mut self, last: &[u8], starts: &[u32; 257], orig_ptr: usize, count: usize) -> &[u8] {
        self.link_back(last, starts);
        self.text.clear();
        self.spell(orig_ptr, count.min(last.len()));
        self.text.reverse();
        &self.text
    }

    fn room(&mut self) -> &mut [Link; ROWS] {
        if self.links.len() != ROWS {
            self.links = vec![0; ROWS].into_boxed_slice();
        }
        self.links.first_chunk_mut().unwrap_or_else(|| unreachable!("as many as that"))
    }

    /// Links each row to the one a byte earlier, with the byte that it ends with.
    fn link_back(&mut self, last: &[u8], starts: &[u32; 257]) {
        let mut firsts = [0u32; 256];
        firsts.copy_from_slice(&starts[..256]);
        for (link, byte) in self.room().iter_mut().zip(last) {
            let first = &mut firsts[usize::from(*byte)];
            *link = *first << 8 | u32::from(*byte);
            *first += 1;
        }
    }

    /// Links each row to the one a byte later, with the byte that it begins with.
    fn link(&mut self, last: &[u8], starts: &[u32; 257]) {
        let mut firsts = [0u32; 256];
        firsts.copy_from_slice(&starts[..256]);
        let links = self.room();
        for (row, byte) in (0u32..).zip(last) {
            let first = &mut firsts[usize::from(*byte)];
            links[*first as usize & (ROWS - 1)] = row << 8 | u32::from(*byte);
            *first += 1;
        }
    }

    fn spell(&mut self, mut at: usize, count: usize) {
        let links = &*self.links;
        self.text.extend((0..count).map(|_| {
            let link = links.get(at).copied().unwrap_or_default();
            at = row(link);
            byte(link)
        }));
    }

    fn spell_in_pieces(&mut self, orig_ptr: usize, rows: usize) {
        let mut starts: Vec<usize> = (0..PIECES).map(|piece| piece * rows / PIECES).chain([orig_ptr]).collect();
        starts.sort_unstable();
        starts.dedup();
        let links = self.room();
        for start in &starts {
            links[*start & (ROWS - 1)] |= MARK;
        }
        let Some(links) = self.links.first_chunk::<ROWS>() else { return };
        let mut pieces = vec![Piece::default(); starts.len()];
        let mut unspelled = 0..starts.len();
        for (lane, index) in self.lanes.iter_mut().zip(0..) {
            lane.bytes.clear();
            lane.begin(index, unspelled.next(), &starts, &mut pieces, links);
        }
        while self.lanes.iter().any(|lane| lane.piece.is_some()) {
            let mut rows = [0; LANES];
            for (row, lane) in rows.iter_mut().zip(&self.lanes) {
                *row = lane.row;
            }
            let strides = stride(links, rows);
            for ((lane, index), stride) in self.lanes.iter_mut().zip(0..).zip(&strides) {
                let Some(piece) = lane.piece else { continue };
                if let Some(end) = lane.take(stride) {
                    pieces[piece].to = lane.bytes.len();
                    pieces[piece].next = starts.binary_search(&end).unwrap_or_default();
                    lane.begin(index, unspelled.next(), &starts, &mut pieces, links);
                }
            }
        }
        // The text of a periodic block goes round.
        let mut at = starts.binary_search(&orig_ptr).unwrap_or_default();
        while self.text.len() < rows {
            let Piece { lane, from, to, next } = pieces[at];
            self.text.extend_from_slice(&self.lanes[lane].bytes[from..to]);
            at = next;
        }
        self.text.truncate(rows);
    }
}

/// The links of the next steps from each row.
#[expect(clippy::needless_range_loop, reason = "so the compiler keeps the rows in registers: a sixth faster")]
fn stride(links: &[Link; ROWS], mut rows: [usize; LANES]) -> [[Link; STRIDE]; LANES] {
    let mut strides = [[0; STRIDE]; LANES];
    for step in 0..STRIDE {
        for lane in 0..LANES {
            let link = links[rows[lane] & (ROWS - 1)];
            strides[lane][step] = link;
            rows[lane] = row(link);
        }
    }
    strides
}

impl Lane {
    /// Begins a piece with its first byte.
    fn begin(&mut self, index: usize, piece: Option<usize>, starts: &[usize], pieces: &mut [Piece], links: &[Link; ROWS]) {
        self.piece = piece;
        let Some(piece) = piece else {
            self.row = 0;
            return;
        };
        pieces[piece] = Piece { lane: index, from: self.bytes.len(), ..Piece::default() };
        let link = links[starts[piece] & (ROWS - 1)];
        self.bytes.push(byte(link));
        self.row = row(link);
    }

    /// Adds the steps up to the row with which another piece begins, and tells this row.
    fn take(&mut self, stride: &[Link; STRIDE]) -> Option<usize> {
        if stride.iter().fold(0, |any, link| any | link) & MARK == 0 {
            let mut bytes = [0; STRIDE];
            for (to, link) in bytes.iter_mut().zip(stride) {
                *to = byte(*link);
            }
            self.bytes.extend_from_slice(&bytes);
            self.row = row(stride[STRIDE - 1]);
            return None;
        }
        let steps = stride.iter().take_while(|link| **link & MARK == 0).count();
        self.bytes.extend(stride[..steps].iter().map(|link| byte(*link)));
        Some(steps.checked_sub(1).map_or(self.row, |last| row(stride[last])))
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
            assert_eq!(inverter.invert_tail(&last, &starts, origin, 3), &text[text.len().saturating_sub(3)..]);
        }
    }

    /// The last column of `period` written `times` times: each row of its matrix so often.
    fn repeated(period: &[u8], times: usize) -> (Vec<u8>, [u32; 257], usize) {
        let (last, starts, origin) = transform(period);
        let last = last.iter().flat_map(|byte| std::iter::repeat_n(*byte, times)).collect();
        let times32 = u32::try_from(times).unwrap();
        (last, starts.map(|start| start * times32), origin * times)
    }

    #[test]
    fn long_texts_come_back_in_order() {
        let mut inverter = Inverter::default();
        for period in [1usize, 7, 100, 3000] {
            let text: Vec<u8> = (0..period).map(|n| u8::try_from(n * n * 31 / 7 % 251).unwrap()).collect();
            let times = 50_000 / period + 1;
            let (last, starts, origin) = repeated(&text, times);
            assert_eq!(inverter.invert(&last, &starts, origin, Randomised::No, usize::MAX), text.repeat(times));
        }
    }
}
