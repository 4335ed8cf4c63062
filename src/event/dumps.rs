//! Tells the table dumps of a file apart: daemons append them (GoBGP, BIRD), people concatenate files. Each counts as if it were in a
//! file of its own (rule 8).
//!
//! A dump begins with a peer index that says something new; where numbers (`TABLE_DUMP`: and prefixes) start over at a later time; and
//! behind messages. What goes on by its numbers is one dump whatever stands between. What is not beyond doubt stays together: two halves
//! of one dump would prove, of each other's routes, that they are absent.

use std::sync::Arc;

use super::dump::{Aim, Built, DumpBuilder, First};
use super::dump_v2::read_peer_index;
use super::file::{FilePeer, KeptRecord};
use super::numbers::{Follows, Numbers};
use crate::model::Time;
use crate::mrt::{Cursor, Damage, Family, Kind, PeerEntry, RawRecord, RibBody, peer_entries, rib_record};

/// Records of one dump are not further apart than this, in seconds.
const NEAR_SECS: i64 = 300;

/// No file holds more dumps: a minute's dumps of six weeks. What follows is one more, which cannot be trusted.
const MOST: usize = 1 << 16;

/// The dumps of a file, the last one under construction.
#[derive(Debug)]
pub(super) struct DumpsBuilder {
    aim: Aim,
    done: Vec<Built>,
    current: Option<Box<Current>>,
    /// The peer index in force: it stands until there is another.
    index: Option<Arc<[FilePeer]>>,
    /// The bytes that said it: many tables with one index are decoded once.
    index_body: Vec<u8>,
    /// The record of an index that only repeats the one before: the next RIB record tells what for.
    repeated: Option<First>,
    /// The original bytes of such.
    kept: Vec<KeptRecord>,
    /// Messages stand behind the last record of a dump.
    messages: bool,
    /// Where the record at hand should begin; if it does not, what is between is lost.
    expected: u64,
    /// Bytes are lost right before the record at hand, from this offset on.
    torn: Option<u64>,
}

#[derive(Debug)]
struct Current {
    kind: Kind,
    builder: DumpBuilder,
    numbers: Numbers,
    /// Where the last record of peers' entries stands in the order of prefixes.
    prefix: Option<(Family, u128, u8)>,
}

impl DumpsBuilder {
    pub fn new(aim: Aim) -> Self {
        DumpsBuilder {
            aim,
            done: Vec::new(),
            current: None,
            index: None,
            index_body: Vec::new(),
            repeated: None,
            kept: Vec::new(),
            messages: false,
            expected: 0,
            torn: None,
        }
    }

    /// To be told of every record of the file before anything else.
    #[inline]
    pub fn see(&mut self, record: &RawRecord<'_>) {
        self.torn = (record.offset != self.expected).then_some(self.expected);
        self.expected = record.offset + record.bytes.len() as u64;
        if let (Some(from), Some(current), false) = (self.torn, &mut self.current, self.messages) {
            current.builder.is_torn(from);
        }
    }

    /// The record is of a session.
    #[inline]
    pub fn add_message(&mut self) {
        self.messages = true;
    }

    /// Adds a `TABLE_DUMP_V2` record.
    pub fn add_v2(&mut self, record: &RawRecord<'_>) {
        match rib_record(record.header.subtype, record.body()) {
            Some(RibBody::PeerIndex) => self.add_peer_index(record),
            Some(RibBody::Rib(rib)) => self.place(record, Some(rib.family), rib.sequence).add_rib(record, &rib),
            Some(RibBody::OtherFamily { sequence }) => self.place(record, None, sequence).dump.end = record.time,
            Some(RibBody::Other) => {}
            None => {
                let builder = &mut self.current(record, Kind::TableDumpV2).builder;
                builder.dump.end = record.time;
                builder.breaks(|| format!("the RIB record at byte {} is malformed", record.offset));
            }
        }
    }

    fn add_peer_index(&mut self, record: &RawRecord<'_>) {
        let known = self.index.clone().filter(|_| self.index_body == record.body());
        let Some(peers) = known.or_else(|| read_peer_index(record.body()).map(Into::into)) else {
            self.index = None;
            self.repeated = None;
            self.begin(First::of(record), Kind::TableDumpV2).builder.breaks(|| "the peer index is malformed".to_owned());
            return;
        };
        let says_the_same = self.index.as_deref() == Some(&peers[..]);
        let goes_on = |current: &Current| current.kind == Kind::TableDumpV2 && current.is_near(record.time);
        let current = self.current.as_deref().filter(|current| says_the_same && !self.messages && goes_on(current));
        if let Some(current) = current {
            // Some daemons repeat the index for each family.
            if !current.numbers.is_empty() {
                self.repeated.get_or_insert_with(|| First::of(record));
            }
            self.kept.extend(KeptRecord::of(record, self.aim.keep));
        } else {
            self.index = Some(peers);
            self.index_body.clear();
            self.index_body.extend_from_slice(record.body());
            self.repeated = None;
            self.begin(First::of(record), Kind::TableDumpV2).builder.keep(record);
        }
        self.messages = false;
    }

    /// The dump to which a numbered record belongs: the one under construction, or a new one.
    #[inline]
    fn place(&mut self, record: &RawRecord<'_>, family: Option<Family>, number: u32) -> &mut DumpBuilder {
        let goes_on = |current: &Current| current.kind == Kind::TableDumpV2 && current.numbers.is_next(number);
        if self.repeated.is_some() || !self.current.as_deref().is_some_and(goes_on) {
            self.begin_if_due(record, family, number);
        }
        self.messages = false;
        let current = self.current(record, Kind::TableDumpV2);
        current.take(record.header.subtype, number);
        &mut current.builder
    }

    /// Begins a dump if a numbered record is the first of one.
    fn begin_if_due(&mut self, record: &RawRecord<'_>, family: Option<Family>, number: u32) {
        let (subtype, messages, repeated) = (record.header.subtype, self.messages, self.repeated.take());
        let current = self.current(record, Kind::TableDumpV2);
        match repeated {
            Some(first) if current.begins_behind_index(subtype, family, number) => {
                self.begin(first, Kind::TableDumpV2);
            }
            None if current.begins_by_number(record.time, subtype, number, messages) => {
                // Where records are missing, they may be missing from either.
                let excerpt = current.builder.dump.excerpt;
                self.begin_with(record, Kind::TableDumpV2).builder.dump.excerpt = excerpt;
            }
            Some(_) | None => {}
        }
    }

    /// Adds a `TABLE_DUMP` or `BGP4MP_ENTRY` record.
    pub fn add_entries(&mut self, record: &RawRecord<'_>) {
        let (kind, messages) = (record.kind(), self.messages);
        let number = (kind == Kind::TableDump).then(|| Cursor::new(record.body().get(2..)?).u16().map(u32::from)).flatten();
        let prefix = |entry: Option<Result<PeerEntry<'_>, _>>| entry?.ok().map(|entry| (entry.family, entry.bits, entry.len));
        let first = prefix(peer_entries(record).next());
        if self.current(record, kind).begins_by_prefix(record, first, number, messages) {
            self.begin_with(record, kind);
        }
        self.messages = false;
        let current = self.current(record, kind);
        current.prefix = first;
        if let Some(number) = number {
            current.take(record.header.subtype, number);
        }
        current.builder.add_v1(record);
    }

    /// The dump under construction; one of this kind begins with `record` if there is none.
    fn current(&mut self, record: &RawRecord<'_>, kind: Kind) -> &mut Current {
        match self.current.take_if(|current| current.kind == kind) {
            Some(current) => self.current.insert(current),
            None => self.begin_with(record, kind),
        }
    }

    /// Begins a dump that has no peer index of its own: what is lost before its first record may be some of it.
    fn begin_with(&mut self, record: &RawRecord<'_>, kind: Kind) -> &mut Current {
        let torn = self.torn;
        let current = self.begin(First::of(record), kind);
        current.builder.keep(record);
        if let Some(from) = torn {
            current.builder.is_torn(from);
        }
        current
    }

    fn begin(&mut self, first: First, kind: Kind) -> &mut Current {
        let rest = self.current.take_if(|_| self.done.len() >= MOST).map(|current| current.builder);
        self.done.extend(self.current.take().map(|current| current.builder.finish()));
        let mut builder = rest.unwrap_or_else(|| DumpBuilder::new(self.aim.clone(), first));
        if self.done.len() >= MOST {
            builder.breaks(|| format!("it is not among the first {MOST} of its file"));
        }
        if let Some(index) = self.index.as_ref().filter(|_| kind == Kind::TableDumpV2) {
            builder.set_index(index);
        }
        let numbers = Numbers::new(if kind == Kind::TableDumpV2 { u32::MAX } else { 0xFFFF });
        self.current.insert(Box::new(Current { kind, builder, numbers, prefix: None }))
    }

    /// How many dumps are complete.
    pub fn finished(&self) -> usize {
        self.done.len()
    }

    /// All dumps, in file order, and the records of repeated indexes; `damage` is the file's.
    pub fn finish(mut self, damage: &[Damage]) -> (Vec<Built>, Vec<KeptRecord>) {
        let at_the_end = damage.iter().find(|damage| damage.from >= self.expected).filter(|_| !self.messages);
        if let (Some(damage), Some(current)) = (at_the_end, &mut self.current) {
            current.builder.is_torn(damage.from);
        }
        self.done.extend(self.current.map(|current| current.builder.finish()));
        (self.done, self.kept)
    }
}

impl Current {
    fn is_near(&self, time: Time) -> bool {
        time.micros_since(self.builder.dump.end).abs() <= NEAR_SECS * 1_000_000
    }

    /// Whether a record behind a repeated index begins a dump: it does if the dump has its family, unless its number goes on.
    fn begins_behind_index(&mut self, subtype: u16, family: Option<Family>, number: u32) -> bool {
        let has = family.map_or(self.numbers.has(subtype), |family| self.builder.dump.families[family.index()]);
        if self.numbers.is_next(number) {
            return false;
        }
        if !has {
            self.numbers.begin_anew();
        } else if number > 1 && self.numbers.is_later(number) {
            // Perhaps two parts of one.
            self.builder.dump.excerpt = true;
        }
        has
    }

    /// Whether a record begins a dump though no index is before it.
    fn begins_by_number(&mut self, time: Time, subtype: u16, number: u32, messages: bool) -> bool {
        let apart = || messages || !self.is_near(time);
        match self.numbers.look(subtype, number) {
            Follows::Well => false,
            Follows::Anew => apart(),
            // At the same time, records may only be out of order.
            Follows::Over => apart() || time > self.builder.dump.end,
            Follows::Jump if self.numbers.is_empty() => false,
            Follows::Jump => {
                let begins = apart();
                self.builder.dump.excerpt = true;
                begins
            }
        }
    }

    /// Whether a record of peers' entries begins a dump.
    fn begins_by_prefix(
        &mut self,
        record: &RawRecord<'_>,
        prefix: Option<(Family, u128, u8)>,
        number: Option<u32>,
        messages: bool,
    ) -> bool {
        let Some(before) = self.prefix else { return false };
        let (subtype, far) = (record.header.subtype, !self.is_near(record.time));
        let later = record.time > self.builder.dump.end;
        let goes_on = number.is_some_and(|number| self.numbers.is_next(number));
        let follows = number.map(|number| self.follows(subtype, number));
        let (lower, equal) = prefix.map_or((false, false), |prefix| (prefix < before, prefix == before));
        let (over, jumps) = (follows == Some(Follows::Over), follows == Some(Follows::Jump));
        let begins =
            (messages && !goes_on) || (far && (lower || jumps || over || (equal && !goes_on))) || (lower && later && over);
        // What is missing may belong to either.
        self.builder.dump.excerpt |= begins && jumps;
        begins
    }

    /// How a number follows. Those who number so: 0 for every `TABLE_DUMP` record is no numbering.
    fn follows(&self, subtype: u16, number: u32) -> Follows {
        let unnumbered = self.kind != Kind::TableDumpV2 && self.numbers.is_last(number);
        if unnumbered { Follows::Well } else { self.numbers.look(subtype, number) }
    }

    fn take(&mut self, subtype: u16, number: u32) {
        self.builder.dump.excerpt |= matches!(self.follows(subtype, number), Follows::Jump | Follows::Over);
        self.numbers.take(subtype, number);
    }
}

#[cfg(test)]
#[path = "dumps_tests.rs"]
mod tests;
