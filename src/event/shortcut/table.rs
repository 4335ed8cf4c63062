//! Table dumps: only the records of watched prefixes and of the sample (rule 15) are read, and those around them.
//!
//! A `TABLE_DUMP_V2` dump opens with the peer index; its records come in the order of families, addresses and masks, with running
//! numbers ([`super::order`]), so more-specifics follow the prefix that covers them and the sample is a few stretches of neighbours.
//! Each stretch is found by bisection ([`super::probe`]) and read from a record before it to one after it ([`super::cursor`]). The size
//! of the dump is the difference of the numbers at its ends; where it has two families, the border between them is read as well, and so
//! is its beginning ([`HEAD`], and all of the first block). Every record looked at must agree with all others in order and numbers, or
//! everything is read.
//!
//! A file may hold several dumps, or messages among the records, and a record may lie where the order does not put it. No number at the
//! ends of a stretch and no length of a block tells that it does not. So the transforms of all blocks are searched for the watched
//! prefixes, wherever they are, and for the heads of records that a single dump does not hold; whatever may be one is read. Only the
//! sample, which any of its records may stand in for, is found by the order.
//!
//! With seeking alone, what lies between two probes is taken for what is around it. A file that is no longer than what is read of the
//! beginning and end shows what does not belong; so do dumps of different times, and dumps of which the probes, some in every eighth of
//! the file, see two.

use super::GaveUp;
use super::blocks::Opening;
use super::cursor::Cursor;
use super::estimate::Estimate;
use super::order::{Key, Order, Row};
use super::probe::Prober;
use super::sweep::{Search, each_block};
use crate::archive::bzip2::border::Border;
use crate::archive::bzip2::octets::Octets;
use crate::archive::bzip2::search::SearchSet;
use crate::event::dump::{Aim, Built, DumpBuilder, First, HEAD};
use crate::event::dump_v2::read_peer_index;
use crate::event::file::FileEvents;
use crate::event::sample;
use crate::model::Time;
use crate::mrt::{Family, Header, RawRecord, RibBody, rib_record};
use crate::target::Watch;

/// A stretch of a dump to read.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// The first records that count come at or after this.
    from: Key,
    until: Until,
}

/// A dump that takes longer to write, in seconds, is none, or several.
const LONGEST: i64 = 1800;

/// Where a stretch ends.
#[derive(Debug, Clone, Copy)]
enum Until {
    /// So many bytes behind the file's begin.
    Head(u64),
    /// The sample has all of one start.
    Sampled(Family, usize),
    /// Addresses above this.
    Above(u128),
    /// The second part begins.
    Part,
    /// A record begins behind the block at this bit.
    Behind(usize),
}

/// Reads a dump of which `opening` says that it begins with a `TABLE_DUMP_V2` record. With `patterns`, all blocks are searched.
pub(super) fn read(
    data: Octets<'_>,
    mut opening: Opening<'_>,
    patterns: Option<&SearchSet>,
    watch: &Watch,
) -> Result<FileEvents, GaveUp> {
    let (start, secs, first) = (opening.time, opening.secs, opening.first);
    if patterns.is_none() && !Estimate::of(data, &opening, watch).is_worth_seeking() {
        return Err(GaveUp);
    }
    let prober = Prober::new(data, Order { subtype: 0, secs });
    // What is read of the dump's ends and places anyway goes on beside the search: no two threads could share it.
    let (hits, frame) = rayon::join(
        || patterns.map(|patterns| search(data, &mut opening, patterns)).transpose(),
        || {
            let mut frame = Frame::read(prober, first, Aim::of(watch))?;
            if patterns.is_some() {
                frame.find_sample()?;
            }
            Ok::<_, GaveUp>(frame)
        },
    );
    let (hits, Frame { mut dump, first, last, end, families }) = (hits?, frame?);
    if end.micros_since(start).abs() > LONGEST * 1_000_000 {
        return Err(GaveUp);
    }
    let beginning = [Until::Head(HEAD), Until::Behind(dump.first)];
    let mut stretches: Vec<Stretch> = beginning.into_iter().map(|until| Stretch { from: Key::before(0, 0), until }).collect();
    stretches.extend(sampled(&families));
    match hits {
        None => stretches.extend(watched(&families, &dump.builder)),
        Some(Hits { bits, hits }) => {
            for (before, at) in hits {
                let from = dump.prober.key_before(&bits[..=before])?;
                stretches.push(Stretch { from, until: Until::Behind(bits[at]) });
            }
        }
    }
    stretches.sort_by_key(|stretch| stretch.from);
    for stretch in stretches {
        dump.read(stretch)?;
    }
    if patterns.is_none() {
        dump.prober.look_everywhere(dump.first)?;
    }
    let (size, before) = match (families.len(), dump.border) {
        (1, _) => (first.count_to(&last)?, None),
        (_, Some((before, behind))) => (first.count_to(&before)? + behind.count_to(&last)?, Some(before)),
        (_, None) => return Err(GaveUp),
    };
    let ends: Vec<Row> = before.into_iter().chain([last]).collect();
    dump.finish(start, end, size, &ends)
}

/// What the ends of a dump say.
struct Frame<'a> {
    /// At the first record.
    dump: Dump<'a>,
    first: Row,
    last: Row,
    end: Time,
    families: Vec<Family>,
}

impl<'a> Frame<'a> {
    /// Of the dump that begins with the block at bit `at`.
    fn read(mut prober: Prober<'a>, at: usize, aim: Aim) -> Result<Self, GaveUp> {
        let mut cursor = Cursor::open(&mut prober, at)?;
        let (mut builder, first) = read_head(&mut cursor, &mut prober, aim)?;
        builder.dump.excerpt |= !first.begins_a_dump();
        let (last, end) = read_end(&mut prober)?;
        let mut families = vec![first.family];
        families.extend((last.key.part > 0).then_some(last.family));
        if families.len() == 2 && first.family == last.family {
            return Err(GaveUp);
        }
        let dump = Dump { prober, builder, cursor, first: at, last: last.subtype, border: None };
        Ok(Frame { dump, first, last, end, families })
    }

    /// Lets the prober find the places of the sample and read there, so that it need not later.
    fn find_sample(&mut self) -> Result<(), GaveUp> {
        for stretch in sampled(&self.families) {
            let bit = self.dump.prober.locate(stretch.from, self.dump.first)?;
            self.dump.prober.read_ahead(bit)?;
        }
        Ok(())
    }
}

/// The blocks of a dump.
struct Hits {
    /// The first bit of each.
    bits: Vec<usize>,
    /// Those that may hold a pattern, or its end, each behind one in which such a pattern may begin.
    hits: Vec<(usize, usize)>,
}

/// Goes through all blocks; the first is decoded.
fn search(data: Octets<'_>, opening: &mut Opening<'_>, patterns: &SearchSet) -> Result<Hits, GaveUp> {
    let mut border = Border::new(patterns);
    let (mut bits, mut hits) = (Vec::new(), Vec::new());
    each_block(data, opening, &Search::new(patterns, 0), |sight| {
        let at = bits.len();
        bits.push(sight.bit);
        let across = border.join(sight.edges()?).unwrap_or(0);
        if across > 0 || sight.may_contain {
            hits.push((at.saturating_sub(across + 1), at));
        }
        Ok(())
    })?;
    Ok(Hits { bits, hits })
}

/// Reads the peer index and the first RIB record, at which the cursor then stands.
fn read_head(cursor: &mut Cursor, prober: &mut Prober<'_>, aim: Aim) -> Result<(DumpBuilder, Row), GaveUp> {
    let bytes = cursor.raw(prober)?;
    let record = RawRecord::read(bytes, 0).filter(|record| record.header.is_convincing()).ok_or(GaveUp)?;
    let Some(RibBody::PeerIndex) = rib_record(record.header.subtype, record.body()) else { return Err(GaveUp) };
    let mut builder = DumpBuilder::new(aim, First::of(&record));
    builder.set_index(&read_peer_index(record.body()).ok_or(GaveUp)?.into());
    builder.keep(&record);
    let length = bytes.len();
    cursor.pass(length);
    prober.order.subtype = Header::read(cursor.raw(prober)?).ok_or(GaveUp)?.subtype;
    let row = cursor.advance(prober)?.ok_or(GaveUp)?;
    add(cursor, prober.order, &mut builder)?;
    Ok((builder, row))
}

fn add(cursor: &Cursor, order: Order, builder: &mut DumpBuilder) -> Result<(), GaveUp> {
    let (record, rib) = cursor.record(order).ok_or(GaveUp)?;
    // It is whole, so it need not be looked at for that.
    builder.add_rib(&RawRecord { offset: HEAD, ..record }, &rib);
    Ok(())
}

/// The last record and its time.
fn read_end(prober: &mut Prober<'_>) -> Result<(Row, Time), GaveUp> {
    let bit = prober.last()?;
    let mut cursor = Cursor::open(prober, bit)?;
    cursor.find_row(prober.order)?;
    loop {
        let row = *cursor.row().ok_or(GaveUp)?;
        let time = cursor.record(prober.order).ok_or(GaveUp)?.0.time;
        if cursor.advance(prober)?.is_none() {
            return Ok((row, time));
        }
    }
}

/// The stretches of the sample, and the border of families.
fn sampled(families: &[Family]) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    for (part, family) in (0_u8..).zip(families) {
        if part > 0 {
            stretches.push(Stretch { from: Key::before(part, 0), until: Until::Part });
        }
        let starts = sample::STARTS[family.index()].iter().enumerate();
        stretches.extend(
            starts.map(|(index, start)| Stretch { from: Key::before(part, *start), until: Until::Sampled(*family, index) }),
        );
    }
    stretches
}

/// The stretches of the watched prefixes, where the order puts them.
fn watched(families: &[Family], builder: &DumpBuilder) -> Vec<Stretch> {
    let parts = (0_u8..).zip(families);
    let of_part = |(part, family): (u8, &Family)| {
        let ranges = builder.aim.watched.spans(*family);
        ranges.map(move |(first, last)| Stretch { from: Key::before(part, first), until: Until::Above(last) }).collect::<Vec<_>>()
    };
    parts.flat_map(of_part).collect()
}

/// A dump that is being read.
struct Dump<'a> {
    prober: Prober<'a>,
    builder: DumpBuilder,
    cursor: Cursor,
    /// The file's first block.
    first: usize,
    /// The subtype of the last record, which all of the second part have.
    last: u16,
    border: Option<(Row, Row)>,
}

impl Dump<'_> {
    fn read(&mut self, stretch: Stretch) -> Result<(), GaveUp> {
        // At the end of the file: all there is was read.
        let Some(row) = self.cursor.row() else { return Ok(()) };
        if row.key < stretch.from {
            let bit = self.prober.locate(stretch.from, self.first)?;
            if bit > self.cursor.block_bit() {
                self.cursor = Cursor::open(&mut self.prober, bit)?;
                self.cursor.find_row(self.prober.order)?;
                add(&self.cursor, self.prober.order, &mut self.builder)?;
            }
        }
        while !self.is_read(stretch) {
            let Some(row) = self.cursor.advance(&mut self.prober)? else { return Ok(()) };
            // Routes with path ids among those without (RFC 8050 4) have no order of their own.
            if row.key.part > 0 && row.subtype != self.last {
                return Err(GaveUp);
            }
            self.border = self.border.or(self.cursor.border);
            add(&self.cursor, self.prober.order, &mut self.builder)?;
        }
        Ok(())
    }

    fn is_read(&self, stretch: Stretch) -> bool {
        let Some(row) = self.cursor.row() else { return true };
        let from = stretch.from;
        let is_left = row.key.part > from.part;
        match stretch.until {
            // The first stretch: the cursor has not left the file's begin.
            Until::Head(bytes) => self.cursor.offset() >= bytes,
            Until::Sampled(family, index) => is_left || self.builder.sample.has_all(family, index),
            Until::Above(last) => is_left || row.key.part == from.part && row.key.bits > last,
            Until::Part => is_left || row.key.part == from.part,
            Until::Behind(bit) => is_left || self.cursor.is_behind(bit),
        }
    }

    /// `ends` are the last records of the families, in order.
    fn finish(self, first: Time, end: Time, size: u64, ends: &[Row]) -> Result<FileEvents, GaveUp> {
        let Built { mut dump, counts, kept, .. } = self.builder.finish();
        dump.size = size;
        dump.end = end;
        for row in ends {
            dump.families[row.family.index()] = true;
            dump.last[row.family.index()] = Some(row.prefix().ok_or(GaveUp)?);
        }
        Ok(FileEvents { first: Some(first), last: Some(end), dumps: vec![dump], counts, kept, ..FileEvents::default() })
    }
}
