//! Puts the timeline together: holds, then what is stuck, then rows, changes and outages.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::change::{self, Change};
use super::episode::episodes;
use super::hold::{self, Hold, Holds, Subject};
use super::observed::{Denominator, Observed};
use super::outage::{self, Edge, Knowledge, Outage, PrefixView};
use super::row::Row;
use super::stuck;
use crate::model::{Flag, Origin, Time};
use crate::replay::RouteInterval;
use crate::target::Watch;

/// Whether rows speak of each prefix or of the whole target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// A row for each prefix.
    #[default]
    Prefix,
    /// The prefixes together, as `*`.
    Target,
}

/// How to aggregate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Peers that make an episode, at least 1 (rule 14).
    pub min_peers: usize,
    /// What rows are about.
    pub view: View,
    /// The share of peers, 0 to 1, to which routes must fall for an outage (rule 17).
    pub outage_share: f64,
    /// Rows of a subject at most this many microseconds apart are one; `None`: off.
    pub merge_within: Option<i64>,
    /// Shorter rows, in microseconds, are left out; `None`: off.
    pub min_duration: Option<i64>,
}

impl Default for Options {
    fn default() -> Self {
        Options { min_peers: 1, view: View::Prefix, outage_share: 0.0, merge_within: None, min_duration: None }
    }
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// In order of rows.
    pub rows: Vec<Row>,
    /// In order of time.
    pub changes: Vec<Change>,
    /// For further questions: the holds behind the rows, stuck ones included.
    pub holds: Holds,
    /// Rule 15.
    pub denominator: Denominator,
}

/// Builds the timeline of what was observed. The watch's origins say whose routes make rows (rule 4).
pub fn build(observed: &Observed, watch: &Watch, options: &Options) -> Timeline {
    let all = || observed.collectors.iter().flat_map(|c| &c.replay.intervals);
    let (denominator, k) = (Denominator::new(observed), options.min_peers.max(1));
    let (main, stuck) = set_stuck_aside(&hold::of_prefixes(all().filter(|i| is_ours(i, watch))));
    let (main_view, stuck_view) = match options.view {
        View::Prefix => (main.clone(), stuck.clone()),
        View::Target => (hold::of_target(&main), hold::of_target(&stuck)),
    };
    let mut rows = rows(&main_view, k, observed, &denominator);
    for mut row in self::rows(&stuck_view, k, observed, &denominator) {
        row.flags.set(Flag::Stuck);
        rows.push(row);
    }
    if watch.origins().is_empty() {
        flag_conflicts(&mut rows);
    }
    if let Some(within) = options.merge_within {
        rows = merge(rows, within);
    }
    rows.retain(|row| options.min_duration.is_none_or(|least| row.duration_micros() >= least));
    rows.sort_by_cached_key(Row::order);

    let mut changes: Vec<Change> = Vec::new();
    for row in &rows {
        changes.extend(change::of_row(row, holds_of(&main_view, &row.subject), &denominator));
    }
    let conflicts = one_upstream(hold::of_prefixes(all().filter(|i| !is_ours(i, watch))));
    for row in self::rows(&conflicts, k, observed, &denominator) {
        changes.extend(change::of_conflict(&row, holds_of(&conflicts, &row.subject), &denominator));
    }
    changes.extend(outages(observed, &main, &stuck, options));
    changes.sort_by_cached_key(Change::order);
    let mut holds = main_view;
    for (subject, list) in stuck_view {
        holds.entry(subject).or_default().extend(list);
    }
    Timeline { rows, changes, holds, denominator }
}

/// Rule 4: a watched origin's routes make rows; an ambiguous one may be ours.
fn is_ours(interval: &RouteInterval, watch: &Watch) -> bool {
    match interval.route.origin {
        Origin::As(asn) => watch.is_origin(asn),
        Origin::Ambiguous => true,
    }
}

fn holds_of<'a>(holds: &'a Holds, subject: &Subject) -> &'a [Hold] {
    holds.get(subject).map_or(&[], Vec::as_slice)
}

fn rows(holds: &Holds, k: usize, observed: &Observed, denominator: &Denominator) -> Vec<Row> {
    let of = |(subject, list): (&Subject, &Vec<Hold>)| {
        let made = episodes(list, k).into_iter();
        made.filter_map(|e| Row::new(*subject, e, k, observed, denominator)).collect::<Vec<_>>()
    };
    holds.iter().flat_map(of).collect()
}

/// Rule 18, before anything is counted.
fn set_stuck_aside(holds: &Holds) -> (Holds, Holds) {
    let (mut main, mut stuck) = (Holds::new(), Holds::new());
    let others_hold = |subject: &Subject, time: Time, stuck: &[Hold]| {
        let is_stuck = |h: &Hold| stuck.iter().any(|s| s.peer == h.peer && s.start == h.start);
        hold::at_prefix(holds, subject.prefix).flat_map(|(_, list)| list).any(|h| h.stands_at(time) && !is_stuck(h))
    };
    for (subject, list) in holds {
        for episode in episodes(list, 1) {
            let (rest, alone) = match stuck::split(subject, &episode, others_hold) {
                Some((rest, alone)) => (rest, alone),
                None => (episode.members, Vec::new()),
            };
            main.entry(*subject).or_default().extend(rest);
            if !alone.is_empty() {
                stuck.entry(*subject).or_default().extend(alone);
            }
        }
    }
    (main, stuck)
}

/// Where every origin has its rows, overlapping rows of different origins are in conflict.
fn flag_conflicts(rows: &mut [Row]) {
    let mut spans: BTreeMap<Option<IpNet>, Vec<(Origin, Time, Time)>> = BTreeMap::new();
    for row in &*rows {
        let span = (row.subject.origin, row.start.first_seen, row.end.last_seen);
        spans.entry(row.subject.prefix).or_default().push(span);
    }
    for row in rows {
        let overlaps = |(origin, from, until): &(Origin, Time, Time)| {
            *origin != row.subject.origin && *from <= row.end.last_seen && *until >= row.start.first_seen
        };
        row.flags.set_if(Flag::OriginConflict, spans[&row.subject.prefix].iter().any(overlaps));
    }
}

/// A conflict is between origins: their upstreams are put together under the first.
fn one_upstream(holds: Holds) -> Holds {
    let mut by_origin: BTreeMap<(Option<IpNet>, Origin), (Subject, Vec<Hold>)> = BTreeMap::new();
    for (subject, list) in holds {
        let (_, all) = by_origin.entry((subject.prefix, subject.origin)).or_insert_with(|| (subject, Vec::new()));
        all.extend(list);
    }
    by_origin.into_values().collect()
}

fn outages(observed: &Observed, main: &Holds, stuck: &Holds, options: &Options) -> Vec<Change> {
    let knowledge = Knowledge::new(observed);
    let mut prefixes: Vec<IpNet> = main.keys().filter_map(|s| s.prefix).collect();
    prefixes.dedup();
    let of = |holds: &'_ Holds, prefix: IpNet| -> Vec<Hold> {
        hold::at_prefix(holds, Some(prefix)).flat_map(|(_, list)| list).cloned().collect()
    };
    let mut found: Vec<(IpNet, Edge, Vec<Outage>)> = Vec::new();
    for prefix in prefixes {
        let (holds, aside) = (of(main, prefix), of(stuck, prefix));
        let Some(first) = holds.iter().min_by_key(|h| (h.start.by, h.peer)) else { continue };
        let first = Edge { time: first.start.by, basis: first.start.basis, record: first.start.record, peers: (0, 1), total: 1 };
        let view = PrefixView { knowledge: &knowledge, prefix, holds: holds.iter().collect(), stuck: aside.iter().collect() };
        found.push((prefix, first, view.outages(options.outage_share)));
    }
    let of_prefix = |(prefix, _, all): &(IpNet, Edge, Vec<Outage>)| {
        let prefix = Some(*prefix);
        all.iter().flat_map(move |o| change::of_outage(o, prefix)).collect::<Vec<_>>()
    };
    let mut changes: Vec<Change> = match options.view {
        View::Prefix => found.iter().flat_map(of_prefix).collect(),
        View::Target => Vec::new(),
    };
    let together: Vec<(Edge, Vec<Outage>)> = found.into_iter().map(|(_, first, all)| (first, all)).collect();
    changes.extend(outage::of_target(&together).iter().flat_map(|o| change::of_outage(o, None)));
    changes
}

/// Reads rows of one subject that lie close together as one span (`--merge-within`).
fn merge(mut rows: Vec<Row>, within: i64) -> Vec<Row> {
    rows.sort_by_key(|r| (r.subject, r.flags.has(Flag::Stuck), r.start.first_seen, r.end.last_seen));
    let mut merged: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        match merged.last_mut() {
            Some(last)
                if last.subject == row.subject
                    && last.flags.has(Flag::Stuck) == row.flags.has(Flag::Stuck)
                    && row.start.first_seen.micros_since(last.end.last_seen) <= within =>
            {
                last.append(row);
            }
            _ => merged.push(row),
        }
    }
    merged
}
