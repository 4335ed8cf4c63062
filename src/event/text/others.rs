//! What else is asked of files, of texts: which prefixes an origin has, who speaks how often, and where a line stands.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use ipnet::IpNet;

use super::dumps::TextDumps;
use super::found::Line;
use super::{Go, Malformed, Sink, Statement, Text, What};
use crate::event::count::RecordCounts;
use crate::event::dump::{Aim, Depth};
use crate::event::file::{Digest, FilePeer};
use crate::event::find::{FoundRecord, Left, Search, Wanted};
use crate::model::{Asn, Origin};
use crate::target::Watch;

/// The first pass of a target without prefixes (rule 4).
pub(in crate::event) fn discover<R: Read>(input: R, text: Text, origins: &BTreeSet<Asn>) -> BTreeSet<IpNet> {
    let mut sink = Originated { origins, texts: origins.iter().map(ToString::to_string).collect(), found: BTreeSet::new() };
    super::read(input, text, &mut sink);
    sink.found
}

struct Originated<'a> {
    origins: &'a BTreeSet<Asn>,
    texts: Vec<String>,
    found: BTreeSet<IpNet>,
}

impl Originated<'_> {
    /// Whether the path, unread, may hold one of the origins. An empty path is the peer's own route.
    fn may_be(&self, path: &str) -> bool {
        path.trim().is_empty() || path.contains('.') || self.texts.iter().any(|text| path.contains(text.as_str()))
    }
}

impl Sink for Originated<'_> {
    fn take(&mut self, said: &Statement<'_>) -> Result<Go, Malformed> {
        if let What::Announced(route) | What::Entry(route) = &said.what
            && self.may_be(&route.path)
        {
            let origin = match route.path()?.origin() {
                Some(Origin::As(origin)) => Some(origin),
                Some(Origin::Ambiguous) => None,
                None => Some(said.peer.asn),
            };
            if route.prefix.prefix_len() > 0 && origin.is_some_and(|origin| self.origins.contains(&origin)) {
                self.found.insert(route.prefix);
            }
        }
        Ok(Go::On)
    }
}

/// `inventory --full`.
pub(in crate::event) fn count<R: Read>(input: R, text: Text) -> RecordCounts {
    let mut sink = Counts(RecordCounts::default());
    super::read(input, text, &mut sink);
    sink.0
}

struct Counts(RecordCounts);

impl Sink for Counts {
    fn take(&mut self, said: &Statement<'_>) -> Result<Go, Malformed> {
        if let What::Entry(_) = said.what {
            self.0.rib += 1;
        } else {
            self.0.session += 1;
            *self.0.peers.entry(said.peer).or_default() += 1;
        }
        Ok(Go::On)
    }
}

/// As [`crate::event::peers_with_routes`].
pub(in crate::event) fn holders<R: Read>(input: R, text: Text, which: usize) -> BTreeMap<FilePeer, [bool; 2]> {
    let aim = Aim { depth: Depth::Peers, ..Aim::of(&Watch::default()) };
    let mut sink = Holders(TextDumps::new(aim));
    super::read(input, text, &mut sink);
    sink.0.finish(None).into_iter().nth(which).map(|built| built.holders).unwrap_or_default()
}

struct Holders(TextDumps);

impl Sink for Holders {
    fn take(&mut self, said: &Statement<'_>) -> Result<Go, Malformed> {
        match &said.what {
            What::Entry(route) => self.0.add(said, route)?,
            _ => self.0.add_message(),
        }
        Ok(Go::On)
    }
}

/// As [`crate::event::find_records`]: a line by the digest of its bytes.
pub(in crate::event) fn find<R: Read>(input: R, text: Text, wanted: &Wanted) -> Search {
    let mut sink = Finder { wanted, left: wanted.left(), search: Search::default() };
    if !sink.left.is_none() {
        let damage = super::read(input, text, &mut sink).damage;
        sink.search.damage = damage;
    }
    sink.search
}

struct Finder<'a> {
    wanted: &'a Wanted,
    left: Left<'a>,
    search: Search,
}

impl Sink for Finder<'_> {
    fn take(&mut self, said: &Statement<'_>) -> Result<Go, Malformed> {
        self.search.records += 1;
        if self.wanted.times.as_ref().is_some_and(|times| !times.contains(&said.time)) {
            return Ok(Go::On);
        }
        let digest = Digest::of(said.bytes);
        if self.left.take(digest, said.bytes) {
            let (offset, bytes) = (said.offset, said.bytes.to_vec());
            self.search.found.push(FoundRecord { digest, offset, bytes, index: None, line: Some(Box::new(Line::of(said))) });
        }
        Ok(if self.left.is_none() { Go::Enough } else { Go::On })
    }
}
