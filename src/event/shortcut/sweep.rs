//! Goes through all blocks of a file and says of each whether a pattern may occur in it and how it begins and ends.
//!
//! With several threads, stretches of the file are looked through ahead of the walk: whatever begins with a block's magic number is
//! decoded and searched. The walk then goes from block to block as ever, checks the chain and the checksums of streams, and takes what
//! was found at the place where it is; where nothing was, it decodes by itself. So magic numbers that came by chance cost time and
//! nothing else, and what is said of a file, be it damaged or not, does not depend on the number of threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::GaveUp;
use super::blocks::Opening;
use crate::archive::bzip2::ahead::Ahead;
use crate::archive::bzip2::border::Edges;
use crate::archive::bzip2::decoder::{BlockDecoder, BlockInfo, LARGEST_LEVEL, Lent};
use crate::archive::bzip2::octets::Octets;
use crate::archive::bzip2::rle::Fit;
use crate::archive::bzip2::scan::{Mark, Scanner};
use crate::archive::bzip2::search::SearchSet;
use crate::archive::bzip2::stream::Place;

/// Compressed bytes in which one task looks for blocks: about the size of one.
const TASK: usize = 128 << 10;

/// Tasks before the walk catches up: many, as it waits for the last of them; not all, as what they find takes memory and is in vain if
/// the file is damaged.
const TASKS_PER_THREAD: usize = 32;

/// What a block holds.
pub(super) struct Sight {
    /// Offset of the block in bits.
    pub bit: usize,
    /// Whether a pattern may occur within it.
    pub may_contain: bool,
    /// Its ends, as long as patterns reach. Nothing if only inversion can tell.
    edges: Option<Edges>,
    /// All its bytes, if a pattern may occur and there was room for them.
    pub bytes: Option<Vec<u8>>,
    /// The last bytes of a block behind which the file ends: [`END`] at most. Empty if they cannot be told.
    pub end: Option<Vec<u8>>,
}

/// What is looked for.
pub(super) struct Search<'a> {
    patterns: &'a SearchSet,
    /// How many more bytes of wanted blocks may be kept.
    room: AtomicUsize,
}

impl<'a> Search<'a> {
    /// For `patterns`, keeping up to `room` bytes of blocks in which one may occur: who needs them later need not decode them again.
    pub fn new(patterns: &'a SearchSet, room: usize) -> Self {
        Search { patterns, room: AtomicUsize::new(room) }
    }

    fn keep(&self, decoder: &mut BlockDecoder) -> Option<Vec<u8>> {
        // A block has at least as many bytes as rows.
        if self.room.load(Ordering::Relaxed) < decoder.matrix().rows() {
            return None;
        }
        let (mut bytes, room) = (Vec::new(), self.room.load(Ordering::Relaxed));
        // A wrong checksum is met again by whoever needs the block.
        if decoder.invert_within(room, &mut bytes).ok()? == Fit::Whole {
            let less = |room: usize| room.checked_sub(bytes.len());
            return self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).ok().map(|_| bytes);
        }
        self.room.store(0, Ordering::Relaxed);
        None
    }
}

/// Bytes at the end of a file that surely hold some whole records.
const END: usize = 32 << 10;

impl Sight {
    /// Of the block at `bit`, which is decoded, and what is behind it.
    fn of(bit: usize, decoder: &mut BlockDecoder, behind: Place, search: &Search<'_>) -> Self {
        let end = (behind == Place::End).then(|| {
            let mut end = Vec::new();
            decoder.invert_tail_into(END, &mut end);
            end.drain(..end.len().saturating_sub(END));
            end
        });
        let may_contain = decoder.may_contain(search.patterns);
        let bytes = if may_contain { search.keep(decoder) } else { None };
        Sight { bit, may_contain, edges: decoder.edges(search.patterns.reach()), bytes, end }
    }

    /// Its ends.
    pub fn edges(&self) -> Result<&Edges, GaveUp> {
        self.edges.as_ref().ok_or(GaveUp)
    }
}

/// Shows `take` all blocks in order. The first is decoded.
pub(super) fn each_block(
    data: Octets<'_>,
    opening: &mut Opening<'_>,
    search: &Search<'_>,
    mut take: impl FnMut(Sight) -> Result<(), GaveUp>,
) -> Result<(), GaveUp> {
    take(Sight::of(opening.first, &mut opening.decoder, opening.walk.place(), search))?;
    let mut ahead = (rayon::current_num_threads() > 1).then(|| Sweeper::new(data, search));
    loop {
        let (bit, level) = match opening.walk.place() {
            Place::Block { bit, level } => (bit, level),
            Place::End => return Ok(()),
            Place::Trailing { .. } => return Err(GaveUp),
        };
        if let Some((info, sight)) = ahead.as_mut().and_then(|ahead| ahead.block(bit, level)) {
            opening.walk.pass(&info)?;
            take(sight)?;
        } else {
            opening.walk.decode_next(&mut opening.decoder)?.ok_or(GaveUp)?;
            take(Sight::of(bit, &mut opening.decoder, opening.walk.place(), search))?;
        }
    }
}

/// Looks through a file ahead of the walk, on all threads of the pool.
struct Sweeper<'a> {
    data: Octets<'a>,
    search: &'a Search<'a>,
    scanner: Scanner,
    /// Bytes looked through.
    done: usize,
    found: Ahead<Sight>,
}

impl<'a> Sweeper<'a> {
    fn new(data: Octets<'a>, search: &'a Search<'a>) -> Self {
        let scanner = Scanner::new(&[Mark::Block]);
        Sweeper { data, search, scanner, done: 0, found: Ahead::default() }
    }

    /// The block at `bit` of a stream of this level, unless it has to be decoded where the walk is, because it does not decode.
    fn block(&mut self, bit: usize, level: u8) -> Option<(BlockInfo, Sight)> {
        while self.done * 8 <= bit {
            self.done = self.done.max(bit / 8);
            self.look(bit);
        }
        self.found.take(bit, level)
    }

    /// Looks through as much as keeps all threads busy, for blocks from `bit` on.
    fn look(&mut self, bit: usize) {
        let start = self.done;
        self.done = start.saturating_add(rayon::current_num_threads().saturating_mul(TASKS_PER_THREAD * TASK));
        let starts: Vec<usize> = (start..self.done.min(self.data.len())).step_by(TASK).collect();
        let task = |start: &usize| self.found_in((*start * 8).max(bit), (start + TASK) * 8);
        let found: Vec<Vec<_>> = starts.par_iter().with_max_len(1).map(task).collect();
        self.found.extend(found.into_iter().flatten());
    }

    /// The blocks that begin in a range of bits.
    fn found_in(&self, from: usize, to: usize) -> Vec<(usize, BlockInfo, Sight)> {
        let marks = self.data.find(&self.scanner, from, to);
        let sight = |bit| {
            let mut decoder = Lent::new();
            let info = self.data.decode(&mut decoder, bit, LARGEST_LEVEL).ok()?;
            let behind = self.data.after(info.end_bit, LARGEST_LEVEL).ok()?;
            Some((bit, info, Sight::of(bit, &mut decoder, behind, self.search)))
        };
        marks.into_iter().filter_map(|(bit, _)| sight(bit)).collect()
    }
}
