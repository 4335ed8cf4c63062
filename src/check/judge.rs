//! The verdict on each claim. A claim fails only where complete data show something else; missing data leave it open.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::claim::{Claim, Claimed, Claims, When};
use super::moment::{Moment, Shows, moments};
use super::state::{Status, statuses};
use crate::model::{Asn, CollectorId, RecordId, Span, Time};
use crate::replay::{Basis, Presence, RouteInterval};
use crate::target::Watch;
use crate::timeline::{self, Observed, Options, Timeline, View};

/// What a claim comes to, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The data show it.
    Pass,
    /// The data cannot say.
    NotDecidable,
    /// The data are complete there and show something else.
    Fail,
}

impl Verdict {
    /// The word in the `verdict` column.
    pub const fn text(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::NotDecidable => "not-decidable",
        }
    }
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Pass: within the tolerance.
    Agrees,
    /// Fail: it happened at another time.
    OtherTime,
    /// Fail: it never happened in the data.
    Never,
    /// Fail: another number of times.
    OtherCount,
    /// Fail: the opposite is proven.
    Opposite,
    /// Open: no collector covers the time.
    Outside,
    /// Open: data are missing there.
    Missing,
    /// Open: RIB dumps only.
    Sampled,
    /// Open: no peer could have seen it.
    NobodyToSee,
    /// Open: it happened, but the bounds are wider than what the claim allows.
    WiderBounds,
    /// Open: it was there by then, and nothing shows since when.
    NoBaseline,
    /// Open: whether it was there at that instant is not proven.
    Unproven,
}

impl Reason {
    /// The sentence in the `note` column.
    pub const fn text(self) -> &'static str {
        match self {
            Reason::Agrees => "",
            Reason::OtherTime => "the data are complete there and show it at another time",
            Reason::Never => "the data are complete there and never show it",
            Reason::OtherCount => "the data are complete there and show it another number of times",
            Reason::Opposite => "the data are complete there and prove the opposite",
            Reason::Outside => "the data do not cover this time",
            Reason::Missing => "data are missing there",
            Reason::Sampled => "there are RIB dumps only, and nothing is known between them",
            Reason::NobodyToSee => "no peer was up that could have seen it",
            Reason::WiderBounds => "it lies within bounds that are wider than the claim",
            Reason::NoBaseline => "it was there by then, but nothing shows since when",
            Reason::Unproven => "nothing proves what stood there at that time",
        }
    }
}

/// What the data say to one claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The nearest such thing in the data.
    pub found: Option<Time>,
    /// It lies after this; `None`: unknown.
    pub after: Option<Time>,
    /// And at or before this; `None`: unknown.
    pub by: Option<Time>,
    /// What proves it.
    pub basis: Option<Basis>,
    /// The record that proves it.
    pub record: Option<RecordId>,
    /// How often it is found, where the claim counts.
    pub counted: Option<usize>,
}

/// A claim with what the data say to it.
pub type Judged<'a> = (&'a Claim, Finding);

/// The data that claims are held against: the observed routes of all origins, and the timelines of those that claims name.
pub struct Data<'a> {
    observed: &'a Observed,
    pub(super) options: Options,
    timelines: BTreeMap<Asn, [Timeline; 2]>,
}

impl<'a> Data<'a> {
    /// Builds the timelines of the claimed origins. What was observed must hold every origin's routes (rule 4).
    pub fn new(observed: &'a Observed, claims: &Claims, options: Options) -> Data<'a> {
        let mut timelines = BTreeMap::new();
        for claim in &claims.claims {
            timelines.entry(claim.origin).or_insert_with(|| {
                let watch = Watch::new(claims.prefixes.iter().copied(), [claim.origin]);
                [View::Prefix, View::Target].map(|view| timeline::build(observed, &watch, &Options { view, ..options }))
            });
        }
        Data { observed, options, timelines }
    }

    /// Judges each claim.
    pub fn judge<'c>(&self, claims: &'c Claims) -> Vec<Judged<'c>> {
        claims.claims.iter().map(|claim| (claim, self.finding(claim))).collect()
    }

    fn finding(&self, claim: &Claim) -> Finding {
        let window = claim.when.window();
        let blindness = self.blindness(claim.prefix, window);
        match claim.when {
            When::At { .. } if claim.what.is_state() => of_state(claim, blindness, &statuses(claim, self, window)),
            When::At { time, .. } => of_moment(time, window, blindness, &moments(claim, self, window)),
            When::Within { count, .. } => of_count(count, window, blindness, &moments(claim, self, window)),
        }
    }

    pub(super) fn timeline(&self, claim: &Claim) -> Option<&Timeline> {
        let [prefixes, target] = self.timelines.get(&claim.origin)?;
        // Outages of the target are in both; its upstreams only in its own.
        Some(if claim.prefix.is_some() { prefixes } else { target })
    }

    pub(super) fn intervals(&self) -> impl Iterator<Item = &RouteInterval> {
        self.observed.collectors.iter().flat_map(|c| &c.replay.intervals)
    }

    pub(super) fn is_sampled(&self, collector: CollectorId) -> bool {
        self.observed.collector(collector).is_some_and(|c| c.coverage.sampled)
    }

    /// Whether a peer that could see the prefix has shown its table of that family, and is up: what it did not show is absent.
    pub(super) fn knows_a_table(&self, prefix: Option<IpNet>, time: Time) -> bool {
        let within = |span: Span| span.from <= time && time < span.until;
        let families = match prefix {
            Some(IpNet::V4(_)) => 0..1,
            Some(IpNet::V6(_)) => 1..2,
            None => 0..2,
        };
        self.observed.collectors.iter().filter(|c| !c.coverage.sampled).map(|c| &c.replay).any(|replay| {
            let able = |peer| replay.intervals.iter().any(|i| i.peer == peer);
            let knows = |p: &Presence| families.clone().any(|f| p.table_known[f] && (p.full[f] || able(p.peer)));
            let withdrawn = || replay.absences.iter().any(|a| Some(a.prefix) == prefix && within(a.span));
            replay.presences.iter().any(|p| within(p.span) && knows(p)) || withdrawn()
        })
    }

    /// Why the data cannot see all of the window; `None` if all collectors that were there then, at least one, miss nothing, and some peer
    /// could have seen it.
    pub(super) fn blindness(&self, prefix: Option<IpNet>, window: Span) -> Option<Reason> {
        let there = |c: &&timeline::Collector| c.coverage.start < window.until && c.coverage.end >= window.from;
        let (sampled, full): (Vec<_>, Vec<_>) = self.observed.collectors.iter().filter(there).partition(|c| c.coverage.sampled);
        if full.is_empty() {
            return Some(if sampled.is_empty() { Reason::Outside } else { Reason::Sampled });
        }
        let last = window.until.plus_micros(-1);
        let misses = |c: &&timeline::Collector| {
            let coverage = &c.coverage;
            let is_part = coverage.start > window.from || coverage.end < last;
            is_part || !coverage.gaps_between(window.from.plus_micros(-1), window.until).is_empty()
        };
        if full.iter().any(misses) {
            return Some(Reason::Missing);
        }
        let Some(denominator) = self.timelines.values().next().map(|[t, _]| &t.denominator) else {
            return Some(Reason::NobodyToSee);
        };
        let within = denominator.changes(prefix).filter(|t| window.from <= *t && *t < window.until);
        let is_seen = [window.from].into_iter().chain(within).all(|time| denominator.at(prefix, time) > 0);
        (!is_seen).then_some(Reason::NobodyToSee)
    }
}

impl Finding {
    fn bare(verdict: Verdict, reason: Reason) -> Finding {
        Finding { verdict, reason, found: None, after: None, by: None, basis: None, record: None, counted: None }
    }

    fn of(verdict: Verdict, reason: Reason, moment: &Moment) -> Finding {
        let Moment { found, after, by, basis, record, .. } = *moment;
        Finding { found: Some(found), after, by, basis: Some(basis), record, ..Finding::bare(verdict, reason) }
    }
}

fn of_moment(time: Time, window: Span, blindness: Option<Reason>, moments: &[Moment]) -> Finding {
    let nearest =
        |moments: Vec<&Moment>| moments.into_iter().min_by_key(|m| (m.found.micros_since(time).abs(), m.found)).copied();
    let shown: Vec<&Moment> = moments.iter().filter(|m| m.shows == Shows::TheThing).collect();
    if let Some(hit) = nearest(shown.iter().copied().filter(|m| m.is_within(window)).collect()) {
        return Finding::of(Verdict::Pass, Reason::Agrees, &hit);
    }
    if blindness == Some(Reason::Outside) {
        return Finding::bare(Verdict::NotDecidable, Reason::Outside);
    }
    if let Some(open) = nearest(moments.iter().filter(|m| m.may_be_within(window)).collect()) {
        let reason = if open.after.is_none() { Reason::NoBaseline } else { Reason::WiderBounds };
        return Finding::of(Verdict::NotDecidable, reason, &open);
    }
    if let Some(reason) = blindness {
        return Finding::bare(Verdict::NotDecidable, reason);
    }
    match nearest(shown) {
        Some(other) => Finding::of(Verdict::Fail, Reason::OtherTime, &other),
        None => Finding::bare(Verdict::Fail, Reason::Never),
    }
}

fn of_count(count: usize, window: Span, blindness: Option<Reason>, moments: &[Moment]) -> Finding {
    let within: Vec<&Moment> = moments.iter().filter(|m| m.shows == Shows::TheThing && m.is_within(window)).collect();
    let open = moments.iter().any(|m| m.may_be_within(window) && !(m.shows == Shows::TheThing && m.is_within(window)));
    let (verdict, reason) = match (blindness, within.len() == count) {
        (Some(reason), _) => (Verdict::NotDecidable, reason),
        (None, _) if open => (Verdict::NotDecidable, Reason::WiderBounds),
        (None, true) => (Verdict::Pass, Reason::Agrees),
        (None, false) => (Verdict::Fail, Reason::OtherCount),
    };
    let counted = (blindness != Some(Reason::Outside)).then_some(within.len());
    let first = within.first().map_or(Finding::bare(verdict, reason), |m| Finding::of(verdict, reason, m));
    Finding { counted, ..first }
}

fn of_state(claim: &Claim, blindness: Option<Reason>, statuses: &[(Time, Status)]) -> Finding {
    let is_present = |status: &Status| matches!(status, Status::Present(..));
    let is_wanted = |status: &Status| match claim.what {
        Claimed::Present => is_present(status),
        _ => *status == Status::Absent,
    };
    let finding = |verdict, reason, found: Option<Time>, status: Option<&Status>| {
        let proof = status.and_then(|s| if let Status::Present(record, basis) = s { Some((*record, *basis)) } else { None });
        Finding { found, basis: proof.map(|p| p.1), record: proof.map(|p| p.0), ..Finding::bare(verdict, reason) }
    };
    if let Some((time, status)) = statuses.iter().find(|(_, status)| is_wanted(status)) {
        return finding(Verdict::Pass, Reason::Agrees, Some(*time), Some(status));
    }
    if statuses.iter().all(|(_, status)| *status != Status::Unknown) {
        return finding(Verdict::Fail, Reason::Opposite, None, statuses.first().map(|(_, status)| status));
    }
    finding(Verdict::NotDecidable, blindness.unwrap_or(Reason::Unproven), None, None)
}
