//! The verdict on each claim. A claim passes where the data prove it, and fails only where they prove that it is not so: where no route is
//! only assumed, and no table unknown, of the peers that were there. Missing data leave it open.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::claim::{Claim, Claimed, Claims, When};
use super::event::{Event, Sight};
use super::moment::{Moment, Shows, moments};
use crate::model::{Asn, RecordId, Span, Time};
use crate::replay::{Basis, RouteInterval};
use crate::target::Watch;
use crate::timeline::{self, Certainties, Certainty, Observed, Options, Question, Timeline, View};

/// What a claim comes to, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The data show it.
    Pass,
    /// The data cannot say.
    NotDecidable,
    /// The data prove something else.
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
    /// Fail: another upstream is proven there.
    Another,
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
    /// Open: no table is known before the updates, so silence says nothing.
    NoTable,
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
            Reason::Another => "another upstream is proven there",
            Reason::Outside => "the data do not cover this time",
            Reason::Missing => "data are missing there",
            Reason::Sampled => "there are RIB dumps only, and nothing is known between them",
            Reason::NobodyToSee => "no peer was up that could have seen it",
            Reason::WiderBounds => "it lies within bounds that are wider than the claim",
            Reason::NoBaseline => "it was there by then, but nothing shows since when",
            Reason::NoTable => "no table is known there: no RIB dump comes before",
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
    /// The upstream that the claim does not know of.
    pub another: Option<Asn>,
}

/// A claim with what the data say to it.
pub type Judged<'a> = (&'a Claim, Finding);

/// The data that claims are held against: the observed routes of all origins, and the timelines of those that claims name.
pub struct Data<'a> {
    observed: &'a Observed,
    pub(super) options: Options,
    timelines: BTreeMap<Asn, [Timeline; 2]>,
    /// Of the peers that are asked.
    pub(super) certainties: Certainties,
    /// Of all peers: nobody has a route only where none of them has.
    pub(super) of_all_peers: Certainties,
}

impl<'a> Data<'a> {
    /// Builds the timelines of the claimed origins. What was observed must hold every origin's routes (rule 4); `everybody` is the same
    /// before peers were selected.
    pub fn new(observed: &'a Observed, everybody: &Observed, claims: &Claims, options: Options) -> Data<'a> {
        let mut timelines = BTreeMap::new();
        for claim in &claims.claims {
            timelines.entry(claim.origin).or_insert_with(|| {
                let watch = Watch::new(claims.prefixes.iter().copied(), [claim.origin]);
                [View::Prefix, View::Target].map(|view| timeline::build(observed, &watch, &Options { view, ..options }))
            });
        }
        let (certainties, of_all_peers) = (Certainties::new(observed), Certainties::new(everybody));
        Data { observed, options, timelines, certainties, of_all_peers }
    }

    /// What the data say to a claim. They must have been read at its hop.
    pub fn finding(&self, claim: &Claim) -> Finding {
        let window = claim.when.window();
        let blindness = self.blindness(claim.prefix, window);
        if claim.what == Claimed::Only {
            return self.of_only(claim, blindness);
        }
        let moments = moments(claim, self, window);
        let Some(event) = Event::of(claim.what) else {
            // That no message came can be said without any table, but of those only who were listened to.
            let blindness = blindness.filter(|reason| *reason != Reason::NoTable).or_else(|| self.deafness(window));
            return of_message(claim.when, window, blindness, &moments);
        };
        // Nobody has a route only where nobody is that never spoke (rule 12).
        let of_nobody = matches!(claim.what, Claimed::Absent | Claimed::OutageBegins | Claimed::OutageEnds);
        if of_nobody && blindness == Some(Reason::NoTable) {
            return Finding::open(blindness);
        }
        let question = Question { prefix: claim.prefix, origin: claim.origin, upstream: claim.upstream };
        // Nobody has a route only if none of the peers has that were not asked.
        let asked = if claim.what == Claimed::Absent { &self.of_all_peers } else { &self.certainties };
        let sight = Sight { certainty: &asked.of(question), k: self.least(claim.what) };
        match claim.when {
            When::At { .. } if claim.what.is_state() => self.of_state(claim, blindness, &sight),
            When::At { time, .. } => of_moment(time, window, blindness, &moments, sight.event(event, window)),
            When::Within { count, .. } => of_count(count, window, blindness, &moments, sight.count(event, window)),
            When::Throughout { .. } => Finding::open(blindness),
        }
    }

    /// An outage begins with the last route; an upstream is one with so many peers.
    fn least(&self, what: Claimed) -> usize {
        match what {
            Claimed::OutageBegins | Claimed::OutageEnds => 1,
            _ => self.options.min_peers.max(1),
        }
    }

    pub(super) fn timeline(&self, claim: &Claim) -> Option<&Timeline> {
        let [prefixes, target] = self.timelines.get(&claim.origin)?;
        // Outages of the target are in both; its upstreams only in its own.
        Some(if claim.prefix.is_some() { prefixes } else { target })
    }

    pub(super) fn intervals(&self) -> impl Iterator<Item = RouteInterval> {
        self.observed.collectors.iter().flat_map(|c| c.replay.intervals.iter())
    }

    /// Why the data cannot see all of the window; `None` if all collectors that were there then, at least one, miss nothing and had shown
    /// their tables before, and some peer could have seen it.
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
        let has_table = |c: &&timeline::Collector| c.replay.baseline.is_some_and(|baseline| baseline <= window.from);
        match (is_seen, full.iter().all(has_table)) {
            (false, _) => Some(Reason::NobodyToSee),
            (true, false) => Some(Reason::NoTable),
            (true, true) => None,
        }
    }

    /// Why a message may have come to a collector that did not tell of the window: it has data of other times, or dumps only.
    fn deafness(&self, window: Span) -> Option<Reason> {
        let has_data = |c: &&timeline::Collector| c.coverage.end > Time::MIN;
        let all = self.observed.collectors.iter().filter(has_data);
        let reason = |c: &timeline::Collector| {
            let is_covered = c.coverage.start <= window.from && window.until <= c.coverage.end;
            match (c.coverage.sampled, is_covered) {
                (true, _) => Some(Reason::Sampled),
                (false, covered) => (!covered).then_some(Reason::Missing),
            }
        };
        all.filter_map(reason).min_by_key(|reason| *reason == Reason::Sampled)
    }

    fn of_state(&self, claim: &Claim, blindness: Option<Reason>, sight: &Sight) -> Finding {
        let (window, time) = (claim.when.window(), claim.when.time());
        let wants_presence = claim.what == Claimed::Present;
        let state = if wants_presence { sight.presence(window, time) } else { sight.absence(window, time) };
        let proof = |at: Option<Time>| {
            let at = at.unwrap_or(time);
            let rows = self.timeline(claim).map_or(&[][..], |t| &t.rows);
            let here = |row: &&timeline::Row| row.believed.from <= at && at <= row.believed.until;
            rows.iter().filter(|row| super::moment::is_of(row, claim)).find(here).map(|row| (row.start.record, row.start.basis))
        };
        let finding = |verdict, reason, found: Option<Time>, is_present: bool| {
            let proof = if is_present { proof(found) } else { None };
            let (record, basis) = (proof.map(|p| p.0), proof.map(|p| p.1));
            Finding { found, basis, record, ..Finding::bare(verdict, reason) }
        };
        match (state.proven, state.refuted) {
            (Some(at), _) => finding(Verdict::Pass, Reason::Agrees, Some(at), wants_presence),
            (None, true) if wants_presence && blindness.is_some() => Finding::open(blindness),
            (None, true) => finding(Verdict::Fail, Reason::Opposite, None, !wants_presence),
            (None, false) => Finding::open(blindness),
        }
    }
}

impl Finding {
    pub(super) fn bare(verdict: Verdict, reason: Reason) -> Finding {
        Finding { verdict, reason, found: None, after: None, by: None, basis: None, record: None, counted: None, another: None }
    }

    pub(super) fn open(blindness: Option<Reason>) -> Finding {
        Finding::bare(Verdict::NotDecidable, blindness.unwrap_or(Reason::Unproven))
    }

    fn of(verdict: Verdict, reason: Reason, moment: &Moment) -> Finding {
        let Moment { found, after, by, basis, record, .. } = *moment;
        Finding { found: Some(found), after, by, basis: Some(basis), record, ..Finding::bare(verdict, reason) }
    }
}

/// What is certain of an event in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// It happened there, for certain.
    pub proven: bool,
    /// It did not, for certain.
    pub refuted: bool,
}

fn nearest(moments: impl Iterator<Item = Moment>, time: Time) -> Option<Moment> {
    moments.min_by_key(|m| (m.found.micros_since(time).abs(), m.found))
}

fn of_moment(time: Time, window: Span, blindness: Option<Reason>, moments: &[Moment], outcome: Outcome) -> Finding {
    let shown = || moments.iter().copied().filter(|m| m.shows == Shows::TheThing);
    // Without a dump before, the peer that shows it first, or last, has to do; with one, all peers are asked.
    let hit = nearest(shown().filter(|m| m.is_within(window) && (outcome.proven || m.no_baseline)), time);
    if let Some(hit) = hit {
        return Finding::of(Verdict::Pass, Reason::Agrees, &hit);
    }
    if outcome.proven {
        return match nearest(moments.iter().copied().filter(|m| m.may_be_within(window)), time) {
            Some(moment) => Finding::of(Verdict::Pass, Reason::Agrees, &moment),
            None => Finding::bare(Verdict::Pass, Reason::Agrees),
        };
    }
    if blindness == Some(Reason::Outside) {
        return Finding::open(blindness);
    }
    if let Some(open) = nearest(moments.iter().copied().filter(|m| m.may_be_within(window)), time) {
        let reason = match (open.after, open.is_within(window)) {
            (None, _) => Reason::NoBaseline,
            (Some(_), true) => blindness.unwrap_or(Reason::Unproven),
            (Some(_), false) => Reason::WiderBounds,
        };
        return Finding::of(Verdict::NotDecidable, reason, &open);
    }
    if blindness.is_some() || !outcome.refuted {
        return Finding::open(blindness);
    }
    match nearest(shown(), time) {
        Some(other) => Finding::of(Verdict::Fail, Reason::OtherTime, &other),
        None => Finding::bare(Verdict::Fail, Reason::Never),
    }
}

/// A message that a claim speaks of: its own time counts, and nothing else has to be known.
fn of_message(when: When, window: Span, blindness: Option<Reason>, moments: &[Moment]) -> Finding {
    let is_hit = |m: &&Moment| m.shows == Shows::TheThing && m.is_within(window);
    match when {
        When::At { time, .. } => {
            let proven = moments.iter().any(|m| is_hit(&m));
            of_moment(time, window, blindness, moments, Outcome { proven, refuted: !proven })
        }
        When::Within { count, .. } => {
            let found = moments.iter().filter(is_hit).count();
            let open = moments.iter().any(|m| m.may_be_within(window) && !is_hit(&m));
            of_count(count, window, blindness, moments, (found, !open))
        }
        When::Throughout { .. } => Finding::open(blindness),
    }
}

/// `counted`: how often it surely happened, and whether that is all.
fn of_count(count: usize, window: Span, blindness: Option<Reason>, moments: &[Moment], counted: (usize, bool)) -> Finding {
    let within: Vec<&Moment> = moments.iter().filter(|m| m.shows == Shows::TheThing && m.is_within(window)).collect();
    let (surely, is_all) = counted;
    let (verdict, reason) = match (blindness, is_all) {
        (Some(reason), _) => (Verdict::NotDecidable, reason),
        (None, false) => (Verdict::NotDecidable, Reason::WiderBounds),
        (None, true) if surely == count => (Verdict::Pass, Reason::Agrees),
        (None, true) => (Verdict::Fail, Reason::OtherCount),
    };
    let counted = (blindness != Some(Reason::Outside)).then_some(surely);
    let first = within.first().map_or(Finding::bare(verdict, reason), |m| Finding::of(verdict, reason, m));
    Finding { counted, ..first }
}

/// See [`Certainty`].
pub(super) type Known<'a> = &'a Certainty;
