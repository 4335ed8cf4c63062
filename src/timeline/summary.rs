//! What a timeline comes to for each upstream, or each origin: how much of the target it carries or originates, since when, and for how long.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::build::Timeline;
use super::hold::{Hold, unite};
use super::row::Row;
use super::sweep::{Standing, Steps};
use crate::model::{Asn, CollectorId, Flag, Flags, Origin, Span, Time, Upstream, family_of, spans};
use crate::replay::{Basis, End, Start};

/// What is summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SummaryOf {
    /// Each upstream, whatever the prefix and the origin.
    Upstreams,
    /// Each origin, whatever the prefix and the upstream.
    Origins,
}

/// Whom a summary is about. The order is that of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Summed {
    /// An upstream.
    Upstream(Upstream),
    /// An origin.
    Origin(Origin),
}

impl Summed {
    /// Its AS number, if it has one.
    pub const fn asn(self) -> Option<Asn> {
        match self {
            Summed::Upstream(upstream) => upstream.asn(),
            Summed::Origin(Origin::As(asn)) => Some(asn),
            Summed::Origin(Origin::Ambiguous) => None,
        }
    }
}

/// All rows of one upstream or one origin.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Whose.
    pub whose: Summed,
    /// Distinct origins of an upstream, distinct upstreams of an origin.
    pub others: usize,
    /// Distinct prefixes, by family.
    pub prefixes: [usize; 2],
    /// Rows of the timeline.
    pub episodes: usize,
    /// The start of the row that is proven first.
    pub start: Start,
    /// The end of the row that is proven last.
    pub end: End,
    /// Microseconds of the window in which it carries, or originates, any prefix: proven, believed, and at most. None is longer than the next.
    pub time: [i64; 3],
    /// The most sessions at one time that reach any prefix through it, or of it, and those able to see the target then (rule 15).
    pub peers: (usize, usize),
    /// Collectors that saw it.
    pub collectors: usize,
    /// Remarks on any of its rows; `single-peer` and `peer-like` only if they hold of all of them together.
    pub flags: Flags,
}

/// The summaries of a timeline, most prefixes first.
#[derive(Debug, Clone, Default)]
pub struct Summaries {
    /// In order of rows.
    pub all: Vec<Summary>,
    /// The target's prefixes that were seen in the window, through whomever.
    pub prefixes: usize,
}

/// Sums up a timeline of prefixes, whose rows overlap the time asked for; times count within the window, which is that or what the data have
/// of it. `k` peers make an episode.
pub fn summarize(timeline: &Timeline, of: SummaryOf, asked: Span, window: Span, k: usize) -> Summaries {
    let mut rows_of: BTreeMap<Summed, Vec<&Row>> = BTreeMap::new();
    for row in &timeline.rows {
        let whose = match of {
            SummaryOf::Upstreams => Summed::Upstream(row.subject.upstream),
            SummaryOf::Origins => Summed::Origin(row.subject.origin),
        };
        rows_of.entry(whose).or_default().push(row);
    }
    let summary = |(whose, rows): (Summed, Vec<&Row>)| of_rows(whose, &rows, timeline, window, k);
    let mut all: Vec<Summary> = rows_of.into_iter().filter_map(summary).collect();
    all.sort_by_key(|s| {
        let [proven, believed, _] = s.time;
        (std::cmp::Reverse((s.prefixes[0] + s.prefixes[1], believed, proven)), s.whose)
    });
    let is_within = |hold: &Hold| hold.end.last_seen >= asked.from && hold.start.first_seen < asked.until;
    let seen = timeline.holds.iter().chain(&timeline.stuck).filter(|(_, list)| list.iter().any(is_within));
    let prefixes: BTreeSet<IpNet> = seen.filter_map(|(subject, _)| subject.prefix).collect();
    Summaries { all, prefixes: prefixes.len() }
}

fn of_rows(whose: Summed, rows: &[&Row], timeline: &Timeline, window: Span, k: usize) -> Option<Summary> {
    let first = rows.iter().min_by_key(|row| row.start.first_seen)?;
    let last = rows.iter().max_by_key(|row| (row.end.last_seen, row.end.basis == Basis::DataEnd))?;
    let prefixes: BTreeSet<IpNet> = rows.iter().filter_map(|row| row.subject.prefix).collect();
    let of_family = |family: usize| prefixes.iter().filter(|prefix| family_of(**prefix) == family).count();
    let mut flags = rows.iter().fold(Flags::default(), |all, row| all.union(row.flags));
    let mut holds: Vec<Hold> = Vec::new();
    let [mut proven, mut believed, mut at_most] = [const { Vec::new() }; 3];
    for row in rows {
        let own: Vec<&Hold> = timeline.members(row).collect();
        let stood = Steps::count(own.iter().flat_map(|hold| proven_spans(hold))).at_least(k);
        let span = until_the_end(row.believed, &row.end);
        proven.extend(spans::intersection(&stood, &[span]));
        believed.push(span);
        at_most.push(bounds(row));
        holds.extend(own.into_iter().cloned());
    }
    let micros = |list: Vec<Span>| spans::total(&spans::intersection(&spans::union(list), &[window]));
    unite(&mut holds);
    let (peak, at) = Standing::of(&holds).peak();
    flags.clear(Flag::SinglePeer);
    flags.set_if(Flag::SinglePeer, peak == 1);
    flags.clear(Flag::PeerLike);
    flags.set_if(Flag::PeerLike, rows.iter().all(|row| row.flags.has(Flag::PeerLike)));
    Some(Summary {
        whose,
        others: match whose {
            Summed::Upstream(_) => rows.iter().map(|row| row.subject.origin).collect::<BTreeSet<Origin>>().len(),
            Summed::Origin(_) => rows.iter().map(|row| row.subject.upstream).collect::<BTreeSet<Upstream>>().len(),
        },
        prefixes: [of_family(0), of_family(1)],
        episodes: rows.len(),
        start: first.start,
        end: last.end,
        time: [proven, believed, at_most].map(micros),
        peers: (peak, timeline.denominator.at(None, at).max(peak)),
        collectors: rows.iter().flat_map(|row| &row.collectors).collect::<BTreeSet<&CollectorId>>().len(),
        flags,
    })
}

/// What stands where the data end is not known to stand any longer.
fn until_the_end(believed: Span, end: &End) -> Span {
    let is_ongoing = end.basis == Basis::DataEnd;
    Span { from: believed.from, until: if is_ongoing { believed.until.min(end.last_seen) } else { believed.until } }
}

/// From proof to proof: the instant after a last one counts no more than the proof itself, which is no time.
fn proven_spans(hold: &Hold) -> Vec<Span> {
    let assumed = hold.assumed.iter().map(|span| Span { from: span.from.plus_micros(-1), until: span.until });
    spans::complement(&spans::union(assumed.collect()), until_the_end(hold.believed(), &hold.end))
}

/// The outermost bounds (rule 13), where nothing is known without end.
fn bounds(row: &Row) -> Span {
    let until = if row.end.basis == Basis::DataEnd { row.end.last_seen } else { row.end.before.unwrap_or(Time::MAX) };
    Span { from: row.start.after.unwrap_or(Time::MIN), until }
}
