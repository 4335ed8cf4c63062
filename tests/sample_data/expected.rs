//! The right answers, from the script's steps alone: no record is decoded and no path is read here. A step says which
//! upstream it means; who holds what when follows by counting.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::archive::SampleFile;
use crate::script::{RESET_DOWN, Step};
use crate::tables::World;
use crate::world::{END, ORIGIN, START, TRANSTELECOM, WATCHED, role};

/// `*`, the target as a whole, sorts behind the prefixes of an instant.
const TARGET: usize = WATCHED;

/// The three tables of `expected/`.
pub fn files(world: &World) -> Vec<SampleFile> {
    let ledger = Ledger::of(world);
    let file = |name: &str, content: String| SampleFile { path: ["expected", name].iter().collect(), content: content.into() };
    vec![
        file("timeline.csv", ledger.timeline(world)),
        file("changes.csv", ledger.changes(world)),
        file("onset.csv", onset(world)),
    ]
}

/// A span of an upstream on a prefix.
struct Episode {
    prefix: usize,
    upstream: u32,
    /// None: before the data.
    first: Option<u32>,
    /// None: beyond the data.
    last: Option<u32>,
    peak: usize,
}

/// A change of a prefix, or of the target. The kind tells the order within an instant.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    time: u32,
    prefix: usize,
    order: u8,
    upstream: Option<u32>,
    kind: &'static str,
}

#[derive(Default)]
struct Ledger {
    /// Peers that hold a prefix, by (prefix, upstream).
    holders: BTreeMap<(usize, u32), BTreeSet<usize>>,
    open: BTreeMap<(usize, u32), Episode>,
    episodes: Vec<Episode>,
    changes: Vec<Change>,
}

impl Ledger {
    fn of(world: &World) -> Self {
        let mut ledger = Self::default();
        for peer in 0..world.peers.len() {
            for prefix in 0..WATCHED {
                if let Some(upstream) = world.held(peer, prefix, START).and_then(|held| held.route.upstream) {
                    ledger.holders.entry((prefix, upstream)).or_default().insert(peer);
                }
            }
        }
        for ((prefix, upstream), peers) in &ledger.holders {
            let episode = Episode { prefix: *prefix, upstream: *upstream, first: None, last: None, peak: peers.len() };
            ledger.open.insert((*prefix, *upstream), episode);
        }
        let watched: Vec<&Step> = world.steps.iter().filter(|step| step.prefix < WATCHED).collect();
        let (early, late) = watched.split_at(watched.partition_point(|step| step.time <= RESET_DOWN));
        for second in early.chunk_by(|a, b| a.time == b.time) {
            ledger.second(second);
        }
        ledger.drop_peer(role::RESET);
        for second in late.chunk_by(|a, b| a.time == b.time) {
            ledger.second(second);
        }
        ledger.episodes.extend(std::mem::take(&mut ledger.open).into_values());
        ledger.episodes.sort_by_key(|episode| (episode.prefix, episode.first, episode.upstream));
        ledger.changes.sort();
        ledger
    }

    /// A lost session is no withdrawal: the routes are gone, and nothing is reported.
    fn drop_peer(&mut self, peer: usize) {
        for peers in self.holders.values_mut() {
            peers.remove(&peer);
        }
    }

    fn second(&mut self, steps: &[&Step]) {
        let time = steps[0].time;
        let all_gone = self.prefixes_held() == 0;
        let before: Vec<bool> = (0..WATCHED).map(|prefix| self.is_held(prefix)).collect();
        for step in steps {
            for ((prefix, _), peers) in &mut self.holders {
                if *prefix == step.prefix {
                    peers.remove(&step.peer);
                }
            }
            if let Some(upstream) = step.route.as_ref().and_then(|route| route.upstream) {
                self.holders.entry((step.prefix, upstream)).or_default().insert(step.peer);
            }
        }
        for ((prefix, upstream), peers) in &self.holders {
            let key = (*prefix, *upstream);
            match (self.open.get_mut(&key), peers.len()) {
                (Some(episode), count) if count > 0 => episode.peak = episode.peak.max(count),
                (None, count) if count > 0 => {
                    let first = Some(time);
                    self.open.insert(key, Episode { prefix: key.0, upstream: key.1, first, last: None, peak: count });
                    self.changes.push(Change::of(time, key.0, Some(key.1), "upstream-gained"));
                }
                (Some(_), _) => {
                    let closed = self.open.remove(&key);
                    self.episodes.extend(closed.map(|episode| Episode { last: Some(time), ..episode }));
                    self.changes.push(Change::of(time, key.0, Some(key.1), "upstream-lost"));
                }
                (None, _) => {}
            }
        }
        for (prefix, was_held) in before.into_iter().enumerate() {
            match (was_held, self.is_held(prefix)) {
                (true, false) => self.changes.push(Change::of(time, prefix, None, "outage-start")),
                (false, true) => self.changes.push(Change::of(time, prefix, None, "outage-end")),
                _ => {}
            }
        }
        match (all_gone, self.prefixes_held() == 0) {
            (false, true) => self.changes.push(Change::of(time, TARGET, None, "outage-start")),
            (true, false) => self.changes.push(Change::of(time, TARGET, None, "outage-end")),
            _ => {}
        }
    }

    fn is_held(&self, prefix: usize) -> bool {
        self.holders.iter().any(|((which, _), peers)| *which == prefix && !peers.is_empty())
    }

    fn prefixes_held(&self) -> usize {
        (0..WATCHED).filter(|prefix| self.is_held(*prefix)).count()
    }

    fn timeline(&self, world: &World) -> String {
        let mut out = "prefix,origin_asn,upstream_asn,first_seen,last_seen,start_basis,end_basis,peak_peers\n".to_owned();
        for episode in &self.episodes {
            let (prefix, upstream, peak) = (world.prefixes[episode.prefix], episode.upstream, episode.peak);
            let (first, last) = (utc(episode.first.unwrap_or(START)), utc(episode.last.unwrap_or(END)));
            let start = if episode.first.is_some() { "update" } else { "data-start" };
            let end = if episode.last.is_some() { "update" } else { "data-end" };
            let _ = writeln!(out, "{prefix},{ORIGIN},{upstream},{first},{last},{start},{end},{peak}");
        }
        out
    }

    fn changes(&self, world: &World) -> String {
        let mut out = "time,prefix,change,upstream_asn\n".to_owned();
        for change in &self.changes {
            let prefix = world.prefixes.get(change.prefix).filter(|_| change.prefix != TARGET);
            let prefix = prefix.map_or_else(|| "*".to_owned(), ToString::to_string);
            let upstream = change.upstream.map(|asn| asn.to_string()).unwrap_or_default();
            let _ = writeln!(out, "{},{prefix},{},{upstream}", utc(change.time), change.kind);
        }
        out
    }
}

impl Change {
    fn of(time: u32, prefix: usize, upstream: Option<u32>, kind: &'static str) -> Self {
        let order = match kind {
            "upstream-lost" => 0,
            "outage-start" => 1,
            "outage-end" => 2,
            _ => 3,
        };
        Self { time, prefix, order, upstream, kind }
    }
}

/// When the 1st, 2nd and 5th peer, and half of the first episode's peak, held any watched prefix by `TransTeleCom`.
fn onset(world: &World) -> String {
    let by_it = |step: &&Step| step.route.as_ref().is_some_and(|route| route.upstream == Some(TRANSTELECOM));
    let mut arrivals: Vec<(u32, usize)> = Vec::new();
    for step in world.steps.iter().filter(|step| step.time < crate::script::GONE).filter(by_it) {
        if arrivals.iter().all(|(_, peer)| *peer != step.peer) {
            arrivals.push((step.time, step.peer));
        }
    }
    let mut out = "rank,time,peers\n".to_owned();
    for (rank, count) in [("1", 1), ("2", 2), ("5", 5), ("half-of-peak", arrivals.len().div_ceil(2))] {
        let _ = writeln!(out, "{rank},{},{count}", utc(arrivals[count - 1].0));
    }
    out
}

/// RFC 3339; the archive spans two days only.
fn utc(time: u32) -> String {
    let since = time - START;
    format!("2017-10-0{}T{:02}:{:02}:{:02}Z", 1 + since / 86400, since / 3600 % 24, since / 60 % 60, since % 60)
}
