//! A row of the timeline: an episode with its counts, flags and unobserved time.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::denominator::Denominator;
use super::episode::Episode;
use super::hold::{Hold, Subject};
use super::knowledge::Unproven;
use super::observed::Observed;
use crate::model::{AsPath, CollectorId, Few, Flag, Flags, PeerKey, Span, Time, Upstream, spans};
use crate::replay::{Basis, End, Start};

/// One row of `timeline`.
#[derive(Debug, Clone)]
pub struct Row {
    /// Prefix, origin and upstream.
    pub subject: Subject,
    /// When it is believed to stand: half-open, [`Time::MAX`] at the end of an ongoing one.
    pub believed: Span,
    /// Rule 13.
    pub start: Start,
    /// Rule 13.
    pub end: End,
    /// The upstreams of the records that prove its start and its end: the subject's own, but where a row is of an origin as a whole.
    pub upstreams: (Upstream, Upstream),
    /// Microseconds between first and last proof that lie in gaps of every collector whose peers hold it.
    pub unobserved_micros: i64,
    /// The most sessions at one time.
    pub peak_peers: usize,
    /// Distinct AS numbers among them.
    pub peak_peer_asns: usize,
    /// Those of them with an AS further left than the upstream in their path; none where the upstream is no AS.
    pub beyond_peers: Option<usize>,
    /// Peers able to see it at the first moment of the peak (rule 15).
    pub peers_total: usize,
    /// When that was.
    pub peak_at: Time,
    /// Collectors that saw it, in order, each once.
    pub collectors: Few<CollectorId>,
    /// The peer of `start`.
    pub first_peer: PeerKey,
    /// Its path.
    pub first_as_path: Arc<AsPath>,
    /// That peer's own start, whatever others may have had.
    pub first_start: Start,
    /// Whether all peers that any record names are known to have had something else just before it began, and to have something else after
    /// it ended: without a dump before, this alone tells a gain or a loss.
    pub is_told_apart: (bool, bool),
    /// Remarks.
    pub flags: Flags,
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

    /// Whether a hold of its subject is one of those behind it.
    pub fn has(&self, hold: &Hold) -> bool {
        let own = hold.believed();
        own.from <= self.believed.until && own.until >= self.believed.from
    }

    /// Takes in a later row of the same subject.
    pub(super) fn append(&mut self, later: &Row) {
        self.end = later.end;
        self.upstreams.1 = later.upstreams.1;
        self.believed.until = later.believed.until;
        self.unobserved_micros += later.unobserved_micros;
        self.collectors = each_once(self.collectors.iter().chain(&later.collectors).copied());
        let mut flags = self.flags.union(later.flags);
        if later.peak_peers > self.peak_peers {
            (self.peak_peers, self.peak_peer_asns, self.beyond_peers) =
                (later.peak_peers, later.peak_peer_asns, later.beyond_peers);
            (self.peers_total, self.peak_at) = (later.peers_total, later.peak_at);
        }
        if self.peak_peers > 1 {
            flags.clear(Flag::SinglePeer);
        }
        self.flags = flags;
    }
}

/// In order.
fn each_once(collectors: impl Iterator<Item = CollectorId>) -> Few<CollectorId> {
    collectors.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What makes rows of a subject's episodes.
pub struct Rows<'a> {
    subject: Subject,
    holds: &'a [Hold],
    observed: &'a Observed,
    denominator: &'a Denominator,
    /// When at least one peer is believed to hold it.
    held: Vec<Span>,
    /// When at least one peer holds it whose collector has data.
    covered: Vec<Span>,
}

impl<'a> Rows<'a> {
    /// For one subject's holds; `missing` tells where each collector's data are.
    pub fn new(
        subject: Subject,
        holds: &'a [Hold],
        observed: &'a Observed,
        denominator: &'a Denominator,
        missing: &[Vec<Span>],
    ) -> Self {
        let held = spans::union(holds.iter().map(Hold::believed).collect());
        let observed_part = |hold: &Hold| {
            let missing = missing.get(usize::from(hold.peer.collector.0)).map_or(&[][..], Vec::as_slice);
            spans::complement(missing, hold.believed())
        };
        let covered = spans::union(holds.iter().flat_map(observed_part).collect());
        Rows { subject, holds, observed, denominator, held, covered }
    }

    /// The row of an episode. `unproven(time)` counts the peers of which nothing is proven then.
    pub fn row(&self, episode: &Episode, unproven: impl Fn(Time) -> Unproven) -> Option<Row> {
        let (peak_peers, peak_at) = episode.peak;
        let first = self.holds.get(episode.first)?;
        let (Subject { prefix, .. }, start, end) = (self.subject, episode.start, episode.end);
        let whole = Span { from: start.first_seen, until: end.last_seen };
        let length = whole.until.micros_since(whole.from);
        let within = |tidy: &[Span]| length - spans::total(&spans::complement(tidy, whole));
        let mut flags = self.flags(episode, first);
        flags.set_if(Flag::Gap, within(&self.held) < length);
        // Without a baseline the row says already that others may have held it.
        let is_doubtful = !flags.has(Flag::NoBaseline) && self.is_doubtful(episode, &unproven);
        let is_told = |time: Time| unproven(time).named == 0;
        flags.set_if(Flag::WiderBounds, episode.may_be_wider || is_doubtful);
        let upstream = |at: usize, of: fn(&Hold) -> Upstream| self.holds.get(at).map_or(self.subject.upstream, of);
        Some(Row {
            subject: self.subject,
            believed: episode.believed,
            start,
            end,
            upstreams: (upstream(episode.first, |h| h.upstreams.0), upstream(episode.edges.1, |h| h.upstreams.1)),
            unobserved_micros: length - within(&self.covered),
            peak_peers,
            peak_peer_asns: episode.among.asns,
            beyond_peers: self.subject.upstream.asn().map(|_| episode.among.beyond),
            peers_total: self.denominator.at(prefix, peak_at).max(peak_peers),
            peak_at,
            collectors: each_once(episode.members.keys().map(|peer| peer.collector)),
            first_peer: first.peer,
            first_as_path: first.path.clone(),
            first_start: first.start,
            is_told_apart: (is_told(start.by.plus_micros(-1)), end.before.is_some_and(is_told)),
            flags,
        })
    }

    fn flags(&self, episode: &Episode, first: &Hold) -> Flags {
        let mut flags = episode.flags;
        flags.clear(Flag::RouteServer);
        flags.set_if(Flag::RouteServer, first.first_flags.has(Flag::RouteServer));
        flags.set_if(Flag::Clock, episode.start.clock || episode.end.clock);
        let has_no_rib = |peer: CollectorId| self.observed.collector(peer).is_some_and(|c| !c.has_rib);
        let no_baseline = episode.start.no_baseline || episode.members.keys().any(|peer| has_no_rib(peer.collector));
        flags.set_if(Flag::NoBaseline, no_baseline);
        flags.set_if(Flag::Gap, [episode.start.basis, episode.end.basis].contains(&Basis::Gap));
        flags.set_if(Flag::SinglePeer, episode.peak.0 == 1);
        flags
    }

    /// Rule 14: a peer of which nothing is proven may have held it before the start's bounds, or after the end's.
    fn is_doubtful(&self, episode: &Episode, unproven: &impl Fn(Time) -> Unproven) -> bool {
        // Of the members themselves, those that may have held it then without a proof are no others.
        let others = |time: Time, members: usize| unproven(time).named + unproven(time).silent > members;
        let members = |counts: &dyn Fn(&Hold, &Hold) -> bool| {
            episode.members.values().filter(|(first, last)| counts(&self.holds[*first], &self.holds[*last])).count()
        };
        let before = episode.start.after.is_some_and(|after| {
            // Where the start is exact, just before it; else where its bounds begin.
            let time = if after == episode.start.by { after.plus_micros(-1) } else { after };
            others(time, members(&|first, _| first.start.visible_after() < after && !first.is_proven_at(time)))
        });
        let after = episode.end.before.is_some_and(|before| {
            others(before, members(&|_, last| last.end.invisible_by() > before && !last.is_proven_at(before)))
        });
        before || after
    }
}
