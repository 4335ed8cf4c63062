//! Episodes (rule 14): spans in which at least k peers are believed to reach a prefix through one upstream.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::bounds;
use super::hold::Hold;
use super::sweep::{Move, Turn, moves};
use crate::model::{Asn, Flags, PeerKey, Span, Time};
use crate::replay::{Basis, End, Start};

/// An episode of one subject, before it is flagged and named.
#[derive(Debug, Clone)]
pub struct Episode {
    /// When at least k peers are believed to hold it; [`Time::MAX`] ends one that stands where the data end.
    pub believed: Span,
    /// The k-th peer's start: each bound of its own rank.
    pub start: Start,
    /// The end by which fewer than k are left.
    pub end: End,
    /// The place of the hold whose record proves the start.
    pub first: usize,
    /// The places of the holds that make the start and the end.
    pub edges: (usize, usize),
    /// The most peers at one time, and when that was first so.
    pub peak: (usize, Time),
    /// What they are.
    pub among: Among,
    /// The peers that held it at any time, each with the places of its first and its last hold.
    pub members: BTreeMap<PeerKey, (usize, usize)>,
    /// Flags of all holds that overlap it.
    pub flags: Flags,
    /// Another member may have held it earlier, or later, than the bounds say: its session was away then.
    pub may_be_wider: bool,
}

/// Of the peers that hold a route at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Among {
    /// Distinct AS numbers.
    pub asns: usize,
    /// Those with an AS further left than the upstream in their path.
    pub beyond: usize,
}

/// An episode under way.
struct Open {
    from: Time,
    /// Some of those that make it may have ended unseen before it began: only the first proof tells that it has.
    is_assumed: bool,
    peak: (usize, Time),
    among: Among,
    members: BTreeMap<PeerKey, (usize, usize)>,
    flags: Flags,
}

impl Open {
    fn add(&mut self, at: usize, hold: &Hold) {
        self.members.entry(hold.peer).or_insert((at, at)).1 = at;
        self.flags = self.flags.union(hold.flags);
    }
}

/// The holds that stand, and how many of them each AS has.
#[derive(Default)]
struct Members {
    holds: BTreeSet<usize>,
    asns: BTreeMap<Asn, usize>,
    beyond: usize,
}

impl Members {
    fn insert(&mut self, at: usize, holds: &[Hold]) {
        self.holds.insert(at);
        *self.asns.entry(holds[at].peer.asn).or_default() += 1;
        self.beyond += usize::from(holds[at].is_beyond);
    }

    fn remove(&mut self, at: usize, holds: &[Hold]) {
        if self.holds.remove(&at)
            && let Entry::Occupied(mut own) = self.asns.entry(holds[at].peer.asn)
        {
            self.beyond -= usize::from(holds[at].is_beyond);
            *own.get_mut() -= 1;
            if *own.get() == 0 {
                own.remove();
            }
        }
    }
}

/// Finds the episodes of at least `k` peers among one subject's holds, and hands them out one by one: there may be as many as holds.
pub fn each_episode(holds: &[Hold], k: usize, mut give: impl FnMut(Episode)) {
    // It may go on.
    let mut last: Option<Episode> = None;
    let mut put = |next: Episode| match last.take() {
        Some(mut before) if goes_on(&before, &next, holds, k) => {
            join(&mut before, next, holds, k);
            last = Some(before);
        }
        before => {
            before.into_iter().for_each(&mut give);
            last = Some(next);
        }
    };
    let mut standing = Members::default();
    let mut open: Option<Open> = None;
    let moves = moves(holds);
    for instant in moves.chunk_by(|a, b| a.time == b.time) {
        let Some(time) = instant.first().map(|m| m.time) else { continue };
        for turn in [Turn::Leaves, Turn::Arrives, Turn::LeavesAtOnce] {
            for at in instant.iter().filter(|m| m.turn == turn).map(Move::place) {
                if turn == Turn::Arrives {
                    standing.insert(at, holds);
                    if let Some(open) = &mut open {
                        open.add(at, &holds[at]);
                    }
                } else {
                    standing.remove(at, holds);
                }
            }
            if turn == Turn::Arrives {
                if open.is_none() && standing.holds.len() >= k {
                    open = Some(begin(time, &standing.holds, holds, k));
                }
                if let Some(open) = open.as_mut().filter(|open| standing.holds.len() > open.peak.0) {
                    open.peak = (standing.holds.len(), time);
                    open.among = Among { asns: standing.asns.len(), beyond: standing.beyond };
                }
            }
        }
        if standing.holds.len() < k
            && let Some(open) = open.take()
        {
            put(end(open, time, holds, k));
        }
    }
    if let Some(open) = open {
        put(end(open, Time::MAX, holds, k));
    }
    last.into_iter().for_each(give);
}

fn begin(time: Time, standing: &BTreeSet<usize>, holds: &[Hold], k: usize) -> Open {
    let surely = |at: &&usize| holds[**at].end.after.unwrap_or(holds[**at].end.last_seen) >= time;
    let is_assumed = standing.iter().filter(surely).count() < k;
    let mut open = Open {
        from: time,
        is_assumed,
        peak: (0, time),
        among: Among::default(),
        members: BTreeMap::new(),
        flags: Flags::default(),
    };
    for at in standing {
        open.add(*at, &holds[*at]);
    }
    open
}

fn end(open: Open, until: Time, holds: &[Hold], k: usize) -> Episode {
    let Open { from, is_assumed, peak, among, members, flags } = open;
    let firsts: Vec<usize> = members.values().map(|(first, _)| *first).collect();
    let lasts: Vec<usize> = members.values().map(|(_, last)| *last).collect();
    let mut start = bounds::start(holds, &firsts, k);
    if is_assumed {
        start.start.by = start.start.first_seen;
    }
    let mut end = bounds::end(holds, &lasts, k);
    bounds::meet(&mut start.start, &mut end.end);
    debug_assert!(peak.0 >= k, "no episode has fewer than k peers");
    Episode {
        believed: Span { from, until },
        start: start.start,
        end: end.end,
        first: start.first,
        edges: (start.edge, end.edge),
        peak,
        among,
        members,
        flags,
        may_be_wider: start.may_be_wider || end.may_be_wider,
    }
}

/// Whether all peers went down and came back on the same upstream with nothing else between.
fn goes_on(last: &Episode, next: &Episode, holds: &[Hold], k: usize) -> bool {
    if last.end.basis != Basis::PeerDown || next.start.basis != Basis::PeerUp {
        return false;
    }
    let is_back = |(peer, (_, lost)): (&PeerKey, &(usize, usize))| {
        let back = next.members.get(peer).map(|(first, _)| &holds[*first]);
        holds[*lost].came_back && back.is_some_and(|hold| hold.start.basis == Basis::PeerUp)
    };
    last.members.iter().filter(|member| is_back(*member)).count() >= k
}

fn join(last: &mut Episode, next: Episode, holds: &[Hold], k: usize) {
    for (peer, (first, end)) in next.members {
        last.members.entry(peer).or_insert((first, end)).1 = end;
    }
    let lasts: Vec<usize> = last.members.values().map(|(_, last)| *last).collect();
    let mut end = bounds::end(holds, &lasts, k);
    bounds::meet(&mut last.start, &mut end.end);
    (last.end, last.edges.1) = (end.end, end.edge);
    last.believed.until = next.believed.until;
    if next.peak.0 > last.peak.0 {
        (last.peak, last.among) = (next.peak, next.among);
    }
    last.flags = last.flags.union(next.flags);
    last.may_be_wider |= end.may_be_wider;
}

#[cfg(test)]
#[path = "episode_tests.rs"]
mod tests;
