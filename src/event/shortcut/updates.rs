//! Update files: only the blocks that hold something watched, and the last, are inverted.
//!
//! Every block is decoded to its last column, which tells whether a pattern occurs; its first and last bytes tell whether one lies
//! across its borders. A block with a pattern is inverted, and its records are found by a chain of whole messages with their markers
//! ([`Island`]). What lies before the first and after the last whole record belongs to a record that reaches into a neighbour: if a
//! pattern may stand there, the neighbour is inverted as well, until none does. So every record with a pattern is read whole, and no
//! other record matters. The end of the last block tells the time of the last record.

use super::GaveUp;
use super::blocks::Opening;
use super::sweep::{Search, each_block};
use crate::archive::bzip2::border::Border;
use crate::archive::bzip2::decoder::{BlockDecoder, LARGEST_LEVEL, Lent};
use crate::archive::bzip2::octets::Octets;
use crate::archive::bzip2::search::SearchSet;
use crate::event::file::FileEvents;
use crate::event::paths::Paths;
use crate::event::read::add_session_record;
use crate::model::Time;
use crate::mrt::{Edge, Island, Prefilter};
use crate::target::Watch;

/// A stretch of this many raw bytes is not worth the memory.
const LONGEST: usize = 16 << 20;

/// Blocks that are tried before the framing counts as lost.
const WIDEST_SEARCH: usize = 4;

/// A block, searched.
#[derive(Debug)]
struct Block {
    bit: usize,
    /// Its bytes, if they were kept.
    bytes: Option<Vec<u8>>,
    /// A pattern occurs in it, or across one of its borders.
    wanted: bool,
    /// A pattern lies across the border before it.
    joined: bool,
}

/// Inverted blocks, first and last, with what their records say.
struct Stretch {
    blocks: (usize, usize),
    said: FileEvents,
}

/// Reads a file of which `opening` says that it begins with a session record.
pub(super) fn read(
    data: Octets<'_>,
    mut opening: Opening<'_>,
    patterns: &SearchSet,
    watch: &Watch,
) -> Result<FileEvents, GaveUp> {
    let (blocks, end) = search(data, &mut opening, patterns)?;
    let prefilter = Prefilter::for_prefixes(watch.set());
    let mut reader = Reader { data, secs: opening.secs, blocks, patterns, decoder: opening.decoder, watch, prefilter };
    let mut stretches: Vec<Stretch> = Vec::new();
    let last = reader.blocks.len().checked_sub(1).ok_or(GaveUp)?;
    for at in 0..=last {
        let is_read = stretches.last().is_some_and(|stretch| at <= stretch.blocks.1);
        if is_read || !(at == last || reader.blocks[at].wanted) {
            continue;
        }
        // A single block is looked at as a whole.
        if at > 0
            && !reader.blocks[at].wanted
            && let Some(time) = time_of_last(&end, reader.secs)
        {
            stretches.push(Stretch { blocks: (at, at), said: FileEvents { last: Some(time), ..FileEvents::default() } });
            break;
        }
        let mut from = at;
        loop {
            let stretch = reader.stretch(from, at)?;
            // Blocks that an earlier stretch has read belong to this one, too: they are one.
            let (first, _) = stretch.blocks;
            let Some(before) = stretches.pop_if(|before| first <= before.blocks.1) else {
                stretches.push(stretch);
                break;
            };
            from = before.blocks.0;
        }
    }
    let mut events = FileEvents { first: Some(opening.time), has_updates: true, ..FileEvents::default() };
    for Stretch { said, .. } in stretches {
        events.records.extend(said.records);
        events.kept.extend(said.kept);
        events.counts += said.counts;
        events.last = said.last;
    }
    if events.last.is_some() { Ok(events) } else { Err(GaveUp) }
}

/// The time of the last record, if the file's last bytes tell it beyond doubt.
fn time_of_last(end: &[u8], secs: u32) -> Option<Time> {
    let island = Island::find(end, secs, (Edge::Anywhere, Edge::File)).ok()?;
    island.records().last().map(|record| record.time)
}

/// Goes through all blocks; the first is decoded. Tells as well the file's last bytes, if no inversion is needed for that.
fn search(data: Octets<'_>, opening: &mut Opening<'_>, patterns: &SearchSet) -> Result<(Vec<Block>, Vec<u8>), GaveUp> {
    let mut border = Border::new(patterns);
    let (mut blocks, mut end): (Vec<Block>, _) = (Vec::new(), Vec::new());
    each_block(data, opening, &Search::new(patterns, LONGEST), |sight| {
        let across = border.join(sight.edges()?);
        end.extend(sight.end.into_iter().flatten());
        blocks.push(Block { bit: sight.bit, bytes: sight.bytes, wanted: sight.may_contain, joined: false });
        if let Some(before) = across {
            let from = blocks.len().saturating_sub(before + 1);
            for (index, block) in blocks.iter_mut().enumerate().skip(from) {
                block.wanted = true;
                block.joined |= index > from;
            }
        }
        Ok(())
    })?;
    Ok((blocks, end))
}

struct Reader<'a> {
    data: Octets<'a>,
    secs: u32,
    blocks: Vec<Block>,
    patterns: &'a SearchSet,
    decoder: Lent,
    watch: &'a Watch,
    prefilter: Prefilter,
}

impl Reader<'_> {
    /// Inverts the blocks from `first` to `last` and as many more as belong to them, and reads their records.
    fn stretch(&mut self, mut first: usize, mut last: usize) -> Result<Stretch, GaveUp> {
        let end = self.blocks.len() - 1;
        loop {
            while first > 0 && self.blocks[first].joined {
                first -= 1;
            }
            while last < end && self.blocks[last + 1].joined {
                last += 1;
            }
            let bytes = self.invert(first, last)?;
            let edge = |at_file| if at_file { Edge::File } else { Edge::Anywhere };
            let island = match Island::find(&bytes, self.secs, (edge(first == 0), edge(last == end))) {
                Ok(island) => island,
                // A last block may be too short to tell.
                Err(_) if first > 0 && last - first < WIDEST_SEARCH => {
                    first -= 1;
                    continue;
                }
                Err(uncertain) => return Err(uncertain.into()),
            };
            let grows =
                (first > 0 && self.patterns.occurs_in(island.head()), last < end && self.patterns.occurs_in(island.tail()));
            if grows == (false, false) {
                return Ok(Stretch { blocks: (first, last), said: self.read(&island) });
            }
            first -= usize::from(grows.0);
            last += usize::from(grows.1);
        }
    }

    fn decode(&mut self, index: usize) -> Result<&mut BlockDecoder, GaveUp> {
        let block = self.blocks.get(index).ok_or(GaveUp)?;
        if self.decoder.bit() != Some(block.bit) {
            self.data.decode(&mut self.decoder, block.bit, LARGEST_LEVEL)?;
        }
        Ok(&mut self.decoder)
    }

    fn invert(&mut self, first: usize, last: usize) -> Result<Vec<u8>, GaveUp> {
        let mut bytes = Vec::new();
        for index in first..=last {
            match self.blocks.get_mut(index).and_then(|block| block.bytes.take()) {
                Some(kept) if bytes.is_empty() => bytes = kept,
                Some(kept) => bytes.extend_from_slice(&kept),
                None => self.decode(index)?.invert_into(&mut bytes)?,
            }
            if bytes.len() > LONGEST {
                return Err(GaveUp);
            }
        }
        Ok(bytes)
    }

    fn read(&self, island: &Island<'_>) -> FileEvents {
        let (mut said, mut paths) = (FileEvents::default(), Paths::default());
        for record in island.records() {
            if self.prefilter.may_matter(&record) {
                add_session_record(&mut said, &record, &self.prefilter, self.watch, &mut paths);
            }
            said.last = Some::<Time>(record.time);
        }
        said
    }
}
