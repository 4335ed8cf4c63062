//! Outages (rule 17): the routes of a prefix's watched origins fall to a share of the peers that could see them. Loss of peers or of
//! files is never an outage: only a route's proven end can begin one.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::hold::Hold;
use super::observed::Observed;
use crate::model::{PeerKey, RecordId, Span, Time, family_of};
use crate::replay::{Basis, Presence};

/// One side of an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// When.
    pub time: Time,
    /// What proves it.
    pub basis: Basis,
    /// The record that proves it.
    pub record: RecordId,
    /// Peers with a route just before, and from then on.
    pub peers: (usize, usize),
    /// Peers that could have had one.
    pub total: usize,
}

/// An outage; without an end it lasts to the end of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// The last route's end.
    pub start: Edge,
    /// The first route's return.
    pub end: Option<Edge>,
}

/// What is known of the peers' tables at large: built once for all prefixes.
pub struct Knowledge<'a> {
    observed: &'a Observed,
    presences: BTreeMap<PeerKey, Vec<&'a Presence>>,
    absences: BTreeMap<IpNet, BTreeMap<PeerKey, Vec<Span>>>,
    ever_held: BTreeSet<PeerKey>,
}

impl<'a> Knowledge<'a> {
    /// From the sessions and absences of all collectors.
    pub fn new(observed: &'a Observed) -> Self {
        let mut presences: BTreeMap<PeerKey, Vec<&Presence>> = BTreeMap::new();
        let mut absences: BTreeMap<IpNet, BTreeMap<PeerKey, Vec<Span>>> = BTreeMap::new();
        let mut ever_held = BTreeSet::new();
        for replay in observed.collectors.iter().map(|c| &c.replay) {
            for presence in &replay.presences {
                presences.entry(presence.peer).or_default().push(presence);
            }
            for absence in &replay.absences {
                absences.entry(absence.prefix).or_default().entry(absence.peer).or_default().push(absence.span);
            }
            ever_held.extend(replay.intervals.iter().map(|i| i.peer));
        }
        Knowledge { observed, presences, absences, ever_held }
    }

    fn is_absent(&self, prefix: IpNet, peer: PeerKey, presences: &[&Presence], time: Time) -> bool {
        let within = |s: &Span| s.from <= time && time < s.until;
        let Some(presence) = presences.iter().find(|p| within(&p.span)) else { return false };
        let able = presence.full[family_of(prefix)] || self.ever_held.contains(&peer);
        let withdrawn = || self.absences.get(&prefix)?.get(&peer).map(|all| all.iter().any(within));
        able && (presence.table_known[family_of(prefix)] || withdrawn() == Some(true))
            && !self.observed.in_gap(peer.collector, time)
    }
}

/// All that is known of one prefix: every peer's holds of watched origins, whatever the upstream; those that are stuck (rule 18) apart.
pub struct PrefixView<'a> {
    /// The peers.
    pub knowledge: &'a Knowledge<'a>,
    /// The prefix.
    pub prefix: IpNet,
    /// The holds of its rows.
    pub holds: Vec<&'a Hold>,
    /// The parts that rule 18 sets aside.
    pub stuck: Vec<&'a Hold>,
}

impl PrefixView<'_> {
    /// Peers with a proven route, and peers that are known to have one or none, at `time`.
    fn count(&self, time: Time) -> (usize, usize) {
        let mut with: BTreeSet<PeerKey> = BTreeSet::new();
        let mut aside: BTreeSet<PeerKey> = BTreeSet::new();
        for hold in self.holds.iter().filter(|h| h.stands_at(time)) {
            let set = if hold.is_assumed_at(time) { &mut aside } else { &mut with };
            set.insert(hold.peer);
        }
        aside.extend(self.stuck.iter().filter(|h| h.stands_at(time)).map(|h| h.peer));
        let without = self.knowledge.presences.iter().filter(|(peer, spans)| {
            !with.contains(*peer) && !aside.contains(*peer) && self.knowledge.is_absent(self.prefix, **peer, spans, time)
        });
        let total = with.len() + without.count();
        (with.len(), total)
    }

    /// The outages, in order. `share`: the share of peers, 0 to 1, to which the routes must fall.
    pub fn outages(&self, share: f64) -> Vec<Outage> {
        // What ends or begins at an instant, with the proof; an end counts only where it is a change of the network.
        let mut moves: BTreeMap<Time, (Option<Edge>, Option<Edge>)> = BTreeMap::new();
        let edge = |time, basis, record| Edge { time, basis, record, peers: (0, 0), total: 0 };
        for hold in &self.holds {
            let Span { from, until } = hold.believed();
            let begins = edge(from, hold.start.basis, hold.start.record);
            moves.entry(from).or_default().1.get_or_insert(begins);
            // A route may only be assumed when it begins to stand; its proof can end an outage as well.
            let seen = edge(hold.start.first_seen, hold.start.basis, hold.start.record);
            moves.entry(seen.time).or_default().1.get_or_insert(seen);
            if let (true, Some(record)) = (hold.end.basis.is_change(), hold.end.record) {
                moves.entry(until).or_default().0.get_or_insert(edge(until, hold.end.basis, record));
            }
        }
        let mut outages: Vec<Outage> = Vec::new();
        let (mut seen, mut open, mut before) = (false, false, 0);
        for (time, (ended, begun)) in moves {
            let (with, total) = self.count(time);
            let is_down = with as f64 <= share * total as f64 && total > 0;
            let counted = |edge: Edge| Edge { peers: (before, with), total: total.max(before), ..edge };
            if let (true, true, false, Some(edge)) = (is_down, seen, open, ended) {
                outages.push(Outage { start: counted(edge), end: None });
                open = true;
            } else if let (false, true, Some(edge)) = (is_down || with == 0, open, begun) {
                if let Some(last) = outages.last_mut() {
                    last.end = Some(counted(edge));
                }
                open = false;
            }
            seen |= with > 0;
            before = with;
        }
        outages
    }
}

/// Outages of the target: all prefixes seen so far are out at once. Each prefix comes with its first appearance.
pub fn of_target(prefixes: &[(Edge, Vec<Outage>)]) -> Vec<Outage> {
    let mut instants: Vec<Time> = prefixes.iter().flat_map(|(_, all)| all).map(|o| o.start.time).collect();
    instants.sort_unstable();
    instants.dedup();
    let mut found: Vec<Outage> = Vec::new();
    for time in instants {
        if found.last().is_some_and(|last| last.end.is_none_or(|end| end.time > time)) {
            continue;
        }
        let seen = prefixes.iter().filter(|(first, _)| first.time <= time);
        let covering: Option<Vec<&Outage>> =
            seen.map(|(_, all)| all.iter().find(|o| o.start.time <= time && o.end.is_none_or(|end| end.time > time))).collect();
        let Some(covering) = covering else { continue };
        let Some(start) = covering.iter().map(|o| o.start).max_by_key(|e| e.time) else { continue };
        // A prefix that is announced for the first time ends it too.
        let newcomers = prefixes.iter().map(|(first, _)| *first).filter(|first| first.time > time);
        let end = covering.iter().filter_map(|o| o.end).chain(newcomers).min_by_key(|e| e.time);
        found.push(Outage { start, end });
    }
    found
}
