//! Gathers the facts of one table dump (rules 8 and 15), record by record. Which records belong to it is said in [`super::dumps`].

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ipnet::IpNet;

use super::file::{Digest, DumpRecord, FileCounts, FileDump, FilePeer, KeptRecord};
use super::paths::Paths;
use super::sample::Sample;
use crate::model::{AsPath, Time};
use crate::mrt::{Family, PrefixSet, RawRecord};
use crate::target::{Keep, Watch};

/// What is looked at whatever its prefix: the records that begin so many bytes behind the dump's first. A small dump is looked at as a
/// whole, and all ways of reading look at the same.
pub(super) const HEAD: u64 = 256 << 10;

/// What decides which records are looked at and what is kept of them.
#[derive(Debug, Clone)]
pub(super) struct Aim {
    pub watched: Arc<PrefixSet>,
    pub keep: Keep,
    pub depth: Depth,
}

/// How far records are read that are neither watched nor sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Their heads.
    Heads,
    /// Whose entries they have.
    Peers,
}

impl Aim {
    pub fn of(watch: &Watch) -> Self {
        Aim { watched: Arc::new(watch.set()), keep: watch.keep(), depth: Depth::Heads }
    }
}

/// The record that begins a dump.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    pub time: Time,
    pub digest: Digest,
    pub offset: u64,
}

impl First {
    pub fn of(record: &RawRecord<'_>) -> Self {
        First { time: record.time, digest: Digest::of(record.bytes), offset: record.offset }
    }
}

/// A dump under construction. The formats add to it, each in its own file.
#[derive(Debug)]
pub(super) struct DumpBuilder {
    pub aim: Aim,
    pub dump: FileDump,
    pub sample: Sample,
    pub counts: FileCounts,
    pub kept: Vec<KeptRecord>,
    /// The peer index that its records mean.
    pub index: Option<Arc<[FilePeer]>>,
    /// Peers with any entry, if that is asked for.
    pub holders: BTreeMap<FilePeer, [bool; 2]>,
    pub v1: super::dump_v1::V1State,
    pub paths: Paths,
    first: First,
    /// Bits and mask of the highest prefix of each family.
    last: [Option<(u128, u8)>; 2],
}

/// What a dump comes to.
#[derive(Debug)]
pub(super) struct Built {
    pub dump: FileDump,
    pub counts: FileCounts,
    pub kept: Vec<KeptRecord>,
    pub holders: BTreeMap<FilePeer, [bool; 2]>,
}

impl DumpBuilder {
    pub fn new(aim: Aim, first: First) -> Self {
        let dump = FileDump {
            begin: first.time,
            end: first.time,
            first: first.digest,
            size: 0,
            families: [false; 2],
            broken: None,
            excerpt: false,
            last: [None; 2],
            peers: Vec::new(),
            sample: Vec::new(),
            records: Vec::new(),
        };
        DumpBuilder {
            aim,
            dump,
            sample: Sample::default(),
            counts: FileCounts::default(),
            kept: Vec::new(),
            index: None,
            holders: BTreeMap::new(),
            v1: super::dump_v1::V1State::default(),
            paths: Paths::default(),
            first,
            last: [None; 2],
        }
    }

    /// Keeps a record's bytes, once, if that is asked for.
    pub fn keep(&mut self, record: &RawRecord<'_>) {
        if self.kept.last().is_none_or(|last| last.offset != record.offset || last.bytes != record.bytes) {
            self.kept.extend(KeptRecord::of(record, self.aim.keep));
        }
    }

    /// Whether a record is looked at whatever its prefix.
    pub fn is_in_head(&self, record: &RawRecord<'_>) -> bool {
        record.offset.saturating_sub(self.first.offset) < HEAD
    }

    /// Counts a prefix and says whether the sample takes it.
    pub fn count_prefix(&mut self, family: Family, bits: u128, len: u8) -> bool {
        self.dump.size += 1;
        self.dump.families[family.index()] = true;
        let last = &mut self.last[family.index()];
        *last = (*last).max(Some((bits, len)));
        self.sample.takes(family, bits)
    }

    /// The dump cannot be trusted; the first reason stays.
    pub fn breaks(&mut self, reason: impl FnOnce() -> String) {
        self.dump.broken.get_or_insert_with(reason);
    }

    /// It has lost bytes at this offset.
    pub fn is_torn(&mut self, from: u64) {
        self.breaks(|| format!("the file is damaged at byte {from} of its uncompressed content"));
    }

    /// The dump, complete, and what could not be used of it.
    pub fn finish(mut self) -> Built {
        for family in [Family::V4, Family::V6] {
            self.dump.last[family.index()] = self.last[family.index()].and_then(|(bits, len)| family.prefix(bits, len));
        }
        self.dump.sample = self.sample.into_counts();
        self.counts.repeated_peers = tell_apart(&mut self.dump.records);
        Built { dump: self.dump, counts: self.counts, kept: self.kept, holders: self.holders }
    }
}

/// One route of a dump: its path id and path, its record, its place there.
type Route = (u32, Arc<AsPath>, usize, usize);

/// Several routes of a peer for one prefix and path id get path ids of their own, in the order of their paths, so that the answer does
/// not depend on which of two equal peers comes first. The same route twice is one. Returns how many peers had several.
pub(super) fn tell_apart(records: &mut [DumpRecord]) -> u64 {
    // The records of each prefix; a prefix that has one record needs no list.
    let mut firsts: HashMap<IpNet, usize> = HashMap::new();
    let mut others: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, record) in records.iter().enumerate() {
        match firsts.entry(record.prefix) {
            Entry::Vacant(first) => _ = first.insert(at),
            Entry::Occupied(first) => others.entry(*first.get()).or_default().push(at),
        }
    }
    let (mut repeated, mut same) = (0, Vec::new());
    for first in firsts.into_values() {
        let own: Vec<usize> = [first].into_iter().chain(others.remove(&first).unwrap_or_default()).collect();
        repeated += tell_prefix_apart(records, &own, &mut same);
    }
    same.sort_unstable();
    for (at, place) in same.into_iter().rev() {
        records[at].entries.remove(place);
    }
    for record in records {
        record.repeated.sort_unstable();
        record.repeated.dedup();
    }
    repeated
}

/// The same of one prefix, whose records are `own`; what there is twice goes to `same`.
fn tell_prefix_apart(records: &mut [DumpRecord], own: &[usize], same: &mut Vec<(usize, usize)>) -> u64 {
    let mut routes: HashMap<FilePeer, Vec<Route>> = HashMap::new();
    for at in own {
        for (place, (peer, path_id, path)) in records[*at].entries.iter().enumerate() {
            routes.entry(*peer).or_default().push((*path_id, Arc::clone(path), *at, place));
        }
    }
    let mut repeated = 0;
    for (peer, mut routes) in routes {
        if routes.len() < 2 {
            continue;
        }
        routes.sort_unstable();
        let mut used: Vec<u32> = routes.iter().map(|route| route.0).collect();
        let mut several = false;
        for (before, (path_id, path, at, place)) in routes.iter().zip(routes.iter().skip(1)) {
            if before.0 != *path_id {
                continue;
            }
            if before.1 == *path {
                same.push((*at, *place));
                continue;
            }
            several = true;
            let free = (1..u32::MAX).find(|id| !used.contains(id)).unwrap_or(u32::MAX);
            used.push(free);
            records[*at].entries[*place].1 = free;
        }
        if several {
            repeated += 1;
            for (_, _, at, _) in &routes {
                records[*at].repeated.push(peer);
            }
        }
    }
    repeated
}

#[cfg(test)]
#[path = "dump_tests.rs"]
mod tests;
