//! What was observed at all: coverage, and how many peers could have seen a route (rule 15).

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use crate::model::{CollectorId, Coverage, PeerKey, Span, Time, family_of};
use crate::replay::{Basis, Presence, Replay};

/// One collector's share in a run.
#[derive(Debug, Clone)]
pub struct Collector {
    /// Its name, for rows.
    pub name: String,
    /// What its files cover.
    pub coverage: Coverage,
    /// Whether any complete RIB dump of it was read.
    pub has_rib: bool,
    /// What replay made of its records.
    pub replay: Replay,
}

/// All collectors of a run, by [`CollectorId`].
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// Sorted by name.
    pub collectors: Vec<Collector>,
}

impl Observed {
    /// The collector of a peer.
    pub fn collector(&self, id: CollectorId) -> Option<&Collector> {
        self.collectors.get(usize::from(id.0))
    }

    /// The same run as if some collectors had nothing to say.
    #[must_use]
    pub fn silenced(&self, is_silent: impl Fn(CollectorId) -> bool) -> Observed {
        let ids = (0..).map(CollectorId);
        let keep = |(id, collector): (CollectorId, &Collector)| {
            let replay = if is_silent(id) { Replay::default() } else { collector.replay.clone() };
            let Collector { name, coverage, has_rib, .. } = collector;
            Collector { name: name.clone(), coverage: coverage.clone(), has_rib: *has_rib, replay }
        };
        Observed { collectors: ids.zip(&self.collectors).map(keep).collect() }
    }

    /// Whether the collector's data are missing at that instant.
    pub fn in_gap(&self, id: CollectorId, time: Time) -> bool {
        let after = time.plus_micros(1);
        self.collector(id).is_none_or(|c| !c.coverage.gaps_between(time, after).is_empty())
    }
}

/// How many peers, at any time, are believed able to see a route: full-feed, or holding a watched route (rule 15).
#[derive(Debug, Clone, Default)]
pub struct Denominator {
    /// Peers from each instant on, by family.
    steps: [Vec<(Time, usize)>; 2],
}

impl Denominator {
    /// From all sessions and routes of the run.
    pub fn new(observed: &Observed) -> Self {
        let steps = [0, 1].map(|family| {
            let mut spans: BTreeMap<PeerKey, Vec<Span>> = BTreeMap::new();
            for collector in &observed.collectors {
                collect(collector, family, &mut spans);
            }
            count(spans)
        });
        Denominator { steps }
    }

    /// The number of peers at `time` for the prefix's family; for the whole target (`None`) that of the larger family.
    pub fn at(&self, prefix: Option<IpNet>, time: Time) -> usize {
        let of = |family: usize| {
            let steps = &self.steps[family];
            steps.partition_point(|(t, _)| *t <= time).checked_sub(1).map_or(0, |at| steps[at].1)
        };
        match prefix {
            Some(prefix) => of(family_of(prefix)),
            None => of(0).max(of(1)),
        }
    }

    /// The instants at which the number changes.
    pub fn changes(&self, prefix: Option<IpNet>) -> impl Iterator<Item = Time> + '_ {
        let wanted = move |family: &usize| prefix.is_none_or(|p| family_of(p) == *family);
        (0..2).filter(wanted).flat_map(|family| self.steps[family].iter().map(|(t, _)| *t))
    }
}

fn collect(collector: &Collector, family: usize, spans: &mut BTreeMap<PeerKey, Vec<Span>>) {
    let held = collector.replay.intervals.iter().filter(|i| family_of(i.prefix) == family);
    if collector.has_rib {
        for presence in collector.replay.presences.iter().filter(|p| p.full[family]) {
            spans.entry(presence.peer).or_default().push(presence.span);
        }
        for interval in held {
            let Span { from, until } = interval.believed();
            // A route that goes on counts at the data's last instant too.
            let last = u8::from(interval.end.basis == Basis::DataEnd);
            let until = until.plus_micros(last.into());
            spans.entry(interval.peer).or_default().push(Span { from, until });
        }
        return;
    }
    // Without any RIB: the peers that ever carried a watched route, from the data's start but for the time they were down.
    let carriers: BTreeSet<PeerKey> = held.map(|i| i.peer).collect();
    let mut first: BTreeMap<PeerKey, &Presence> = BTreeMap::new();
    for presence in collector.replay.presences.iter().filter(|p| carriers.contains(&p.peer)) {
        let earliest = first.entry(presence.peer).or_insert(presence);
        if presence.span.from < earliest.span.from {
            *earliest = presence;
        }
        spans.entry(presence.peer).or_default().push(presence.span);
    }
    for (peer, presence) in first {
        let from = collector.coverage.start.min(presence.span.from);
        spans.entry(peer).or_default().push(Span { from, until: presence.span.from });
    }
}

fn count(spans: BTreeMap<PeerKey, Vec<Span>>) -> Vec<(Time, usize)> {
    let mut moves: BTreeMap<Time, isize> = BTreeMap::new();
    for (_, mut own) in spans {
        own.sort_unstable();
        let mut joined: Vec<Span> = Vec::new();
        for span in own.into_iter().filter(|s| s.from < s.until) {
            match joined.last_mut() {
                Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
                _ => joined.push(span),
            }
        }
        for span in joined {
            *moves.entry(span.from).or_default() += 1;
            *moves.entry(span.until).or_default() -= 1;
        }
    }
    let mut now: isize = 0;
    moves
        .into_iter()
        .map(|(time, by)| {
            now += by;
            (time, usize::try_from(now).unwrap_or(0))
        })
        .collect()
}
