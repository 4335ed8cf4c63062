//! How many peers, at any time, are believed able to see a route: up and full-feed, or holding a watched route (rule 15).

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::observed::{Collector, Observed};
use super::sweep::Steps;
use crate::model::{PeerKey, Span, Time, family_of, spans};

/// When each peer is able.
type Able = BTreeMap<PeerKey, Vec<Span>>;

/// The number of peers that are able to see a prefix, or any prefix of the target.
#[derive(Debug, Clone, Default)]
pub struct Denominator {
    /// By family.
    families: [Steps; 2],
    /// Of prefixes that a first dump told of before its end: from then on its peers count.
    told_early: BTreeMap<IpNet, Steps>,
    /// Of the target: each peer once, of the families that the target has.
    target: Steps,
}

impl Denominator {
    /// From all sessions and routes of the run; `families` are those of the target's prefixes.
    pub fn new(observed: &Observed, families: [bool; 2]) -> Self {
        let able = [0, 1].map(|family| able(observed, family));
        let early: BTreeSet<IpNet> = observed.collectors.iter().flat_map(|c| c.replay.first_told.keys().copied()).collect();
        let mut told_early = BTreeMap::new();
        let mut together: BTreeMap<PeerKey, Vec<Span>> = BTreeMap::new();
        let has = |family: usize| families[family];
        for (peer, spans) in [0, 1].into_iter().filter(|family| has(*family)).flat_map(|family| &able[family]) {
            together.entry(*peer).or_default().extend(spans);
        }
        for prefix in early {
            let family = family_of(prefix);
            let sooner: Vec<(PeerKey, Span)> = observed.collectors.iter().flat_map(|c| sooner(c, prefix)).collect();
            if sooner.is_empty() {
                continue;
            }
            let mut own = able[family].clone();
            for (peer, span) in sooner {
                own.entry(peer).or_default().push(span);
                if has(family) {
                    together.entry(peer).or_default().push(span);
                }
            }
            told_early.insert(prefix, count(own));
        }
        Denominator { target: count(together), families: able.map(count), told_early }
    }

    /// The number at `time` for the prefix; for `None` that of the whole target.
    pub fn at(&self, prefix: Option<IpNet>, time: Time) -> usize {
        self.of(prefix).at(time)
    }

    /// The number just before and from `time` on, whichever is greater.
    pub fn around(&self, prefix: Option<IpNet>, time: Time) -> usize {
        self.at(prefix, time.plus_micros(-1)).max(self.at(prefix, time))
    }

    /// The instants at which the number changes.
    pub fn changes(&self, prefix: Option<IpNet>) -> impl Iterator<Item = Time> + '_ {
        self.of(prefix).times()
    }

    fn of(&self, prefix: Option<IpNet>) -> &Steps {
        let of_prefix = |prefix: IpNet| self.told_early.get(&prefix).unwrap_or(&self.families[family_of(prefix)]);
        prefix.map_or(&self.target, of_prefix)
    }
}

fn count(able: Able) -> Steps {
    Steps::count(able.into_values().flat_map(spans::union))
}

fn able(observed: &Observed, family: usize) -> Able {
    let mut all = Able::new();
    for collector in &observed.collectors {
        if collector.has_rib {
            with_dumps(collector, family, &mut all);
        } else {
            without_dumps(collector, family, &mut all);
        }
    }
    all
}

/// A dump takes minutes to write, and a peer is up from its end on. But whether it has a prefix is known as soon as the first dump tells
/// of that prefix; a peer without it is able to see it from then on, as one that has it is.
fn sooner(collector: &Collector, prefix: IpNet) -> Vec<(PeerKey, Span)> {
    let replay = &collector.replay;
    let Some((told, written)) = replay.first_told.get(&prefix).zip(replay.first_written) else { return Vec::new() };
    let mut first: BTreeMap<PeerKey, Time> = BTreeMap::new();
    for presence in replay.presences.iter().filter(|p| p.full[family_of(prefix)]) {
        let from = first.entry(presence.peer).or_insert(presence.span.from);
        *from = presence.span.from.min(*from);
    }
    let span = |(peer, from): (PeerKey, Time)| {
        let is_shown = *told < from && from <= written;
        is_shown.then_some((peer, Span { from: *told, until: from }))
    };
    first.into_iter().filter_map(span).collect()
}

fn with_dumps(collector: &Collector, family: usize, all: &mut Able) {
    for presence in collector.replay.presences.iter().filter(|p| p.full[family]) {
        all.entry(presence.peer).or_default().push(presence.span);
    }
    for interval in collector.replay.intervals.iter().filter(|i| family_of(i.prefix) == family) {
        all.entry(interval.peer).or_default().push(interval.believed());
    }
    for route in collector.replay.pathless.iter().filter(|route| family_of(route.prefix) == family) {
        all.entry(route.peer).or_default().push(route.span);
    }
}

/// Without any dump: the peers that ever carried a watched route, from the data's start but for the time they were down.
fn without_dumps(collector: &Collector, family: usize, all: &mut Able) {
    let carriers = collector.replay.carriers(family);
    let mut first: BTreeMap<PeerKey, Time> = BTreeMap::new();
    for presence in collector.replay.presences.iter().filter(|p| carriers.contains(&p.peer)) {
        let from = first.entry(presence.peer).or_insert(presence.span.from);
        *from = presence.span.from.min(*from);
        all.entry(presence.peer).or_default().push(presence.span);
    }
    for (peer, until) in first {
        all.entry(peer).or_default().push(Span { from: collector.coverage.start.min(until), until });
    }
}
