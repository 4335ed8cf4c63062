//! A row of the timeline: an episode with its counts, flags and unobserved time.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use super::episode::Episode;
use super::hold::{Hold, Subject};
use super::observed::{Denominator, Observed};
use crate::model::{AsPath, Asn, CollectorId, Flag, Flags, Span, Time};
use crate::replay::{Basis, End, Start};

/// One row of `timeline`.
#[derive(Debug, Clone)]
pub struct Row {
    /// Prefix, origin and upstream.
    pub subject: Subject,
    /// Rule 13.
    pub start: Start,
    /// Rule 13.
    pub end: End,
    /// Microseconds between first and last proof that lie in gaps of every collector whose peers hold it.
    pub unobserved_micros: i64,
    /// The most sessions at one time.
    pub peak_peers: usize,
    /// Distinct AS numbers among them.
    pub peak_peer_asns: usize,
    /// Peers able to see it at the first moment of the peak (rule 15).
    pub peers_total: usize,
    /// When that was.
    pub peak_at: Time,
    /// Collectors that saw it.
    pub collectors: BTreeSet<CollectorId>,
    /// The peer of `start`: its collector, address and AS number.
    pub first_collector: CollectorId,
    /// See `first_collector`.
    pub first_peer_ip: IpAddr,
    /// See `first_collector`.
    pub first_peer_asn: Asn,
    /// Its path.
    pub first_as_path: Arc<AsPath>,
    /// Remarks.
    pub flags: Flags,
    /// The holds behind it, sorted by (peer, first_seen).
    pub members: Vec<Hold>,
}

impl Row {
    /// Microseconds from first to last proof.
    pub fn duration_micros(&self) -> i64 {
        self.end.last_seen.micros_since(self.start.first_seen)
    }

    /// The order of rows: prefix (`*` last), first_seen, upstream, origin; then what makes it total.
    pub fn order(&self) -> impl Ord + use<> {
        let Subject { prefix, origin, upstream } = self.subject;
        (prefix.is_none(), prefix, self.start.first_seen, upstream, origin, self.end.last_seen)
    }

    pub(super) fn new(
        subject: Subject,
        episode: Episode,
        k: usize,
        observed: &Observed,
        denominator: &Denominator,
    ) -> Option<Row> {
        let flags = flags(&episode, k, observed);
        let (peak_peers, peak_at) = episode.peak;
        let asns: BTreeSet<Asn> = episode.peers_at(peak_at).map(|p| p.asn).collect();
        let first = episode.members.get(episode.first)?;
        Some(Row {
            subject,
            start: episode.start,
            end: episode.end,
            unobserved_micros: unobserved(&episode, observed),
            peak_peers,
            peak_peer_asns: asns.len(),
            peers_total: denominator.at(subject.prefix, peak_at).max(peak_peers),
            peak_at,
            collectors: episode.members.iter().map(|h| h.peer.collector).collect(),
            first_collector: first.peer.collector,
            first_peer_ip: first.peer.ip,
            first_peer_asn: first.peer.asn,
            first_as_path: first.path.clone(),
            flags,
            members: episode.members,
        })
    }
}

fn flags(episode: &Episode, k: usize, observed: &Observed) -> Flags {
    let mut flags = episode.members.iter().fold(Flags::default(), |all, h| all.union(h.flags));
    let first = episode.members.get(episode.first).map_or(Flags::default(), |h| h.first_flags);
    flags.clear(Flag::RouteServer);
    flags.set_if(Flag::RouteServer, first.has(Flag::RouteServer));
    flags.set_if(Flag::Clock, episode.start.clock || episode.end.clock);
    flags.set_if(Flag::NoBaseline, episode.start.no_baseline);
    flags.set_if(Flag::Gap, [episode.start.basis, episode.end.basis].contains(&Basis::Gap));
    for hold in &episode.members {
        let Some(collector) = observed.collector(hold.peer.collector) else { continue };
        let coverage = &collector.coverage;
        flags.set_if(Flag::Sampled, coverage.sampled);
        flags.set_if(Flag::NoBaseline, !collector.has_rib);
        let from = hold.start.first_seen.max(episode.start.first_seen);
        let missing = !coverage.gaps_between(from, hold.end.last_seen.min(episode.end.last_seen)).is_empty();
        flags.set_if(Flag::Gap, missing && !coverage.sampled);
    }
    // All its peers were away for a while.
    flags.set_if(Flag::Gap, uncovered(episode, |h| vec![h.believed()]) > 0);
    flags.set_if(Flag::SinglePeer, episode.peak.0 == 1);
    flags.set_if(Flag::WiderBounds, episode.has_wider_bounds(k));
    flags
}

/// The part of the episode in which every collector whose peers hold it has no data.
fn unobserved(episode: &Episode, observed: &Observed) -> i64 {
    uncovered(episode, |hold| {
        let Some(collector) = observed.collector(hold.peer.collector) else { return Vec::new() };
        without(hold.believed(), &collector.coverage.gaps)
    })
}

/// Microseconds of the episode in no span of any member.
fn uncovered(episode: &Episode, spans: impl Fn(&Hold) -> Vec<Span>) -> i64 {
    let mut all: Vec<Span> = episode.members.iter().flat_map(spans).collect();
    all.sort_unstable();
    let (mut reached, mut missing) = (episode.start.first_seen, 0);
    for span in all {
        let from = span.from.min(episode.end.last_seen);
        missing += from.micros_since(reached).max(0);
        reached = reached.max(span.until.min(episode.end.last_seen));
    }
    missing + episode.end.last_seen.micros_since(reached).max(0)
}

/// The span less the gaps, which are sorted and disjoint.
fn without(span: Span, gaps: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    let mut from = span.from;
    for gap in gaps.iter().filter(|g| g.until > span.from && g.from < span.until) {
        if gap.from > from {
            left.push(Span { from, until: gap.from });
        }
        from = from.max(gap.until);
    }
    if from < span.until {
        left.push(Span { from, until: span.until });
    }
    left
}

impl Row {
    /// Takes in a later row of the same subject.
    pub(super) fn append(&mut self, later: Row) {
        self.end = later.end;
        self.unobserved_micros += later.unobserved_micros;
        self.collectors.extend(later.collectors);
        self.members.extend(later.members);
        self.members.sort_by_key(|h| (h.peer, h.start.first_seen, h.end.last_seen));
        self.members.dedup_by_key(|h| (h.peer, h.start.first_seen, h.end.last_seen));
        let mut flags = self.flags.union(later.flags);
        if later.peak_peers > self.peak_peers {
            (self.peak_peers, self.peak_peer_asns) = (later.peak_peers, later.peak_peer_asns);
            (self.peers_total, self.peak_at) = (later.peers_total, later.peak_at);
        }
        if self.peak_peers > 1 {
            flags.clear(Flag::SinglePeer);
        }
        self.flags = flags;
    }
}
