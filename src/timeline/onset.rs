//! The onset of an upstream (rule 16): its first appearance, and how soon other peers corroborate it.

use std::collections::BTreeSet;

use super::build::{Options, Timeline, View, build};
use super::hold::Hold;
use super::observed::Observed;
use super::row::Row;
use crate::model::{CollectorId, Flag, Flags, PeerKey, Time, Upstream};
use crate::replay::Start;
use crate::target::Watch;

/// The n-th peer to show the upstream.
#[derive(Debug, Clone)]
pub struct Rank {
    /// 1 for the first.
    pub n: usize,
    /// Whether this is the rank of half the peak.
    pub half_of_peak: bool,
    /// The peer's hold, which begins then; `None` if so many peers never showed it.
    pub hold: Option<Hold>,
}

/// When an upstream appeared first.
#[derive(Debug, Clone)]
pub struct Onset {
    /// The upstream.
    pub upstream: Upstream,
    /// The row that makes the headline; `None` if all rows are stuck or out of clock.
    pub headline: Option<Row>,
    /// The first row of each prefix.
    pub first_rows: Vec<Row>,
    /// The 1st, 2nd, 5th and half-of-peak peer in the headline's episode.
    pub ranks: Vec<Rank>,
    /// The most peers at one time in the headline's episode.
    pub peak_peers: usize,
    /// The headline under other assumptions, if asked for.
    pub variations: Vec<(Variation, Option<Row>)>,
}

/// Another assumption under which the onset is asked for: does the headline hang on one router?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variation {
    /// With that many peers to make an episode.
    MinPeers(usize),
    /// Without one collector.
    Without(CollectorId),
    /// From one collector alone.
    Only(CollectorId),
}

/// The headline under 1, 2, 5 and 10 peers, without each collector, and from each alone (of two, that is the same).
pub fn variations(observed: &Observed, watch: &Watch, options: &Options, upstream: Upstream) -> Vec<(Variation, Option<Row>)> {
    let options = Options { view: View::Prefix, ..*options };
    let found = |observed: &Observed, options: &Options| {
        let timeline = build(observed, watch, options);
        let rows: Vec<&Row> = timeline.rows.iter().filter(|r| r.subject.upstream.hop == upstream.hop).collect();
        headline(rows.into_iter()).cloned()
    };
    let by_peers =
        [1, 2, 5, 10].map(|min_peers| (Variation::MinPeers(min_peers), found(observed, &Options { min_peers, ..options })));
    let mut all = by_peers.to_vec();
    let ids: Vec<CollectorId> = (0..).map(CollectorId).take(observed.collectors.len()).collect();
    for &id in ids.iter().filter(|_| ids.len() > 1) {
        let without = observed.silenced(|other| other == id);
        let only = observed.silenced(|other| other != id);
        all.push((Variation::Without(id), found(&without, &options)));
        if ids.len() > 2 {
            all.push((Variation::Only(id), found(&only, &options)));
        }
    }
    all
}

/// Finds the onset; `None` if no row shows the upstream. `target` must be built with the target's view, `prefixes` with that of prefixes.
pub fn onset(prefixes: &Timeline, target: &Timeline, upstream: Upstream) -> Option<Onset> {
    // Through whatever it is seen.
    let rows: Vec<&Row> = prefixes.rows.iter().filter(|r| r.subject.upstream.hop == upstream.hop).collect();
    let mut first_rows: Vec<Row> = Vec::new();
    for row in &rows {
        if !first_rows.iter().any(|r| r.subject.prefix == row.subject.prefix) {
            first_rows.push((*row).clone());
        }
    }
    if rows.is_empty() {
        return None;
    }
    let headline = headline(rows.iter().copied()).cloned();
    let episode = headline.as_ref().and_then(|head| {
        let holds_it = |r: &&Row| r.start.first_seen <= head.start.first_seen && head.start.first_seen <= r.end.last_seen;
        target.rows.iter().filter(|r| r.subject.upstream == head.subject.upstream && !r.flags.has(Flag::Stuck)).find(holds_it)
    });
    let upstream = headline.as_ref().map_or(upstream, |head| head.subject.upstream);
    let peak_peers = episode.map_or(0, |r| r.peak_peers);
    let ranks = episode.map_or(Vec::new(), |row| ranks(target.members(row), peak_peers));
    Some(Onset { upstream, headline, first_rows, ranks, peak_peers, variations: Vec::new() })
}

/// The earliest row, without those that are stuck or out of clock, nor single-peer ones where another row has more.
fn headline<'a>(rows: impl Iterator<Item = &'a Row> + Clone) -> Option<&'a Row> {
    let never: Flags = [Flag::Stuck, Flag::Clock].into_iter().collect();
    let sound = rows.filter(|r| r.flags.is_disjoint(never));
    let seen_by_several = sound.clone().any(|r| !r.flags.has(Flag::SinglePeer));
    let candidates = sound.filter(|r| !seen_by_several || !r.flags.has(Flag::SinglePeer));
    candidates.min_by_key(|r| (r.start.first_seen, r.subject))
}

fn ranks<'a>(members: impl Iterator<Item = &'a Hold>, peak: usize) -> Vec<Rank> {
    let mut seen: BTreeSet<PeerKey> = BTreeSet::new();
    let mut order: Vec<&Hold> = members.filter(|h| !h.start.clock).collect();
    order.sort_by_key(|h| (h.start.first_seen, h.start.after.map_or(Time::MAX, |a| Time::from_micros(-a.micros())), h.peer));
    let arrivals: Vec<&Hold> = order.into_iter().filter(|h| seen.insert(h.peer)).collect();
    let half = peak.div_ceil(2).max(1);
    let mut wanted = vec![(1, false), (2, false), (5, false), (half, true)];
    wanted.sort_unstable();
    // A peer's own change may be exact; that it was the n-th is not, where others may have been silent for years (rule 12).
    let arrived = |hold: &Hold| {
        let after = hold.start.after.filter(|_| !hold.start.no_baseline);
        Hold { start: Start { after, ..hold.start }, ..hold.clone() }
    };
    let rank = |(n, half_of_peak)| Rank { n, half_of_peak, hold: arrivals.get(n - 1).map(|h| arrived(h)) };
    wanted.into_iter().map(rank).collect()
}
