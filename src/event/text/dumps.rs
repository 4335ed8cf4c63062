//! Tables that stand in a text, entry by entry (rules 8 and 15).
//!
//! Nothing in a text says that a table is whole: it has no running numbers, and people print parts of tables. One that does not reach
//! through the address space, whose paths all have an AS behind the peer's in common, or that has lines which cannot be read, proves what
//! it shows and never what it lacks.

use super::{Malformed, Route, Statement};
use crate::event::dump::{Aim, Built, Depth, DumpBuilder, First};
use crate::event::file::{Digest, DumpRecord};
use crate::model::Time;
use crate::mrt::Family;

/// Entries of one table are not further apart than this, in seconds.
const NEAR_SECS: i64 = 300;

/// No file holds more tables.
const MOST: usize = 1 << 16;

type Key = (Family, u128, u8);

/// A table under construction.
struct Current {
    builder: DumpBuilder,
    /// Its last prefix.
    last: Key,
    /// ASes that all of its paths so far have behind the peer's, as printed: what somebody may have asked for.
    common: Vec<String>,
}

pub(super) struct TextDumps {
    aim: Aim,
    done: Vec<Built>,
    current: Option<Box<Current>>,
    /// Messages stand behind the last entry.
    messages: bool,
    /// Before the table that may begin, something could not be read.
    torn: bool,
}

impl TextDumps {
    pub fn new(aim: Aim) -> Self {
        TextDumps { aim, done: Vec::new(), current: None, messages: false, torn: false }
    }

    /// The next entry; its path is read only if it is watched.
    pub fn add(&mut self, said: &Statement<'_>, route: &Route<'_>) -> Result<(), Malformed> {
        let key = key_of(route);
        let is_watched = self.aim.watched.covers(key.0, key.1, key.2) && self.aim.depth == Depth::Heads;
        let path = if is_watched { Some(route.path()?) } else { None };
        if !self.current.as_deref().is_some_and(|current| self.goes_on(current, key, said.time)) {
            self.begin(said, key, route);
        }
        self.messages = false;
        let Some(Current { builder, last, common }) = self.current.as_deref_mut() else { return Ok(()) };
        *last = key;
        if !common.is_empty() {
            common.retain(|asn| behind_the_peer(&route.path).any(|other| other == asn));
        }
        builder.dump.end = said.time;
        builder.count_entry(key, said.peer);
        if let Some(path) = path {
            let entries = vec![(said.peer, route.path_id, builder.paths.share(path))];
            let (time, digest) = (said.time, Digest::of(said.bytes));
            builder.dump.records.push(DumpRecord { time, prefix: route.prefix, digest, entries, repeated: Vec::new() });
        }
        Ok(())
    }

    /// A table ends where messages follow, or where prefixes start over at another time.
    fn goes_on(&self, Current { builder, last, .. }: &Current, key: Key, time: Time) -> bool {
        let is_near = time.micros_since(builder.dump.end).abs() <= NEAR_SECS * 1_000_000;
        self.done.len() >= MOST || (!self.messages && (is_near || key > *last))
    }

    fn begin(&mut self, said: &Statement<'_>, last: Key, route: &Route<'_>) {
        self.end();
        let first = First { time: said.time, digest: Digest::of(said.bytes), offset: said.offset };
        let mut builder = DumpBuilder::new(self.aim.clone(), first);
        builder.dump.excerpt = std::mem::take(&mut self.torn);
        let common = behind_the_peer(&route.path).map(str::to_owned).collect();
        self.current = Some(Box::new(Current { builder, last, common }));
    }

    fn end(&mut self) {
        let Some(Current { mut builder, common, .. }) = self.current.take().map(|current| *current) else { return };
        let is_full = |family| (0..4).all(|start| builder.sample.has_all(family, start));
        builder.dump.excerpt |= !common.is_empty() || (!is_full(Family::V4) && !is_full(Family::V6));
        self.done.push(builder.finish());
    }

    /// What follows is of a session.
    pub fn add_message(&mut self) {
        (self.messages, self.torn) = (true, false);
    }

    /// Something could not be read.
    pub fn torn(&mut self) {
        match (self.current.as_deref_mut(), self.messages) {
            (Some(current), false) => current.builder.dump.excerpt = true,
            _ => self.torn = true,
        }
    }

    /// All tables, in the order of the text, which may have been cut.
    pub fn finish(mut self, cut: Option<&str>) -> Vec<Built> {
        if let (Some(current), false, Some(reason)) = (self.current.as_deref_mut(), self.messages, cut) {
            current.builder.breaks(|| format!("the file cannot be read to its end: {reason}"));
        }
        self.end();
        self.done
    }
}

fn behind_the_peer(path: &str) -> impl Iterator<Item = &str> {
    let mut ases = path.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|asn| !asn.is_empty());
    let peer = ases.next();
    ases.filter(move |asn| Some(*asn) != peer)
}

fn key_of(route: &Route<'_>) -> Key {
    match route.prefix {
        ipnet::IpNet::V4(net) => (Family::V4, u128::from(net.network().to_bits()) << 96, net.prefix_len()),
        ipnet::IpNet::V6(net) => (Family::V6, net.network().to_bits(), net.prefix_len()),
    }
}
