//! Puts the timeline together: holds, then what is stuck, then rows, changes and outages.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::change::{self, Around, Change};
use super::denominator::Denominator;
use super::episode::{Episode, each_episode};
use super::hold::{self, Hold, Holds, Subject};
use super::knowledge::{Knowledge, PrefixKnowledge, Unproven};
use super::observed::Observed;
use super::origins::Origins;
use super::outage::{self, Edge, Outage};
use super::row::{Row, Rows};
use super::stuck;
use super::sweep::{Standing, Steps};
use crate::model::{CollectorId, Flag, Origin, Span, Time, Upstream, family_of};
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
    /// For further questions: the holds behind the rows, and those that are stuck (rule 18).
    pub holds: Holds,
    /// See `holds`.
    pub stuck: Holds,
    /// With the target's view, the holds of each prefix, the stuck ones included: by these a peer counts once.
    pub parts: Holds,
    /// Rule 15.
    pub denominator: Denominator,
}

impl Timeline {
    /// The holds behind a row, sorted by (peer, believed from).
    pub fn members<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = &'a Hold> {
        let holds = if row.flags.has(Flag::Stuck) { &self.stuck } else { &self.holds };
        holds.get(&row.subject).into_iter().flatten().filter(|hold| row.has(hold))
    }

    /// All holds of each subject, the stuck ones included.
    pub fn with_stuck(&self) -> Holds {
        together(self.holds.clone(), &self.stuck)
    }
}

fn together(mut main: Holds, stuck: &Holds) -> Holds {
    for (subject, list) in stuck {
        main.entry(*subject).or_default().extend(list.iter().cloned());
    }
    main
}

/// Builds the timeline of what was observed. The watch's origins say whose routes make rows (rule 4).
pub fn build(observed: &Observed, watch: &Watch, options: &Options) -> Timeline {
    let all = hold::of_all(observed);
    Builder::new(observed, watch, options, &all).build(all)
}

struct Builder<'a> {
    observed: &'a Observed,
    watch: &'a Watch,
    options: &'a Options,
    k: usize,
    denominator: Denominator,
    knowledge: Knowledge,
    missing: Vec<Vec<Span>>,
}

impl<'a> Builder<'a> {
    fn new(observed: &'a Observed, watch: &'a Watch, options: &'a Options, all: &Holds) -> Self {
        let mut families = [false; 2];
        for prefix in all.keys().filter_map(|subject| subject.prefix) {
            families[family_of(prefix)] = true;
        }
        Builder {
            observed,
            watch,
            options,
            k: options.min_peers.max(1),
            denominator: Denominator::new(observed, families),
            knowledge: Knowledge::new(observed),
            missing: (0..).map(CollectorId).take(observed.collectors.len()).map(|id| observed.missing(id)).collect(),
        }
    }

    /// `all` are the holds of all origins. They may be many: none is copied where it can be moved.
    fn build(self, all: Holds) -> Timeline {
        let prefixes: BTreeSet<IpNet> = all.keys().filter_map(|subject| subject.prefix).collect();
        let known: BTreeMap<IpNet, PrefixKnowledge> =
            prefixes.into_iter().map(|p| (p, self.knowledge.of(p, &all, |subject| self.is_ours(subject)))).collect();
        let (origins, conflicts) = self.conflicts(&all, &known);
        let (main, aside) = set_stuck_aside(all.into_iter().filter(|(subject, _)| self.is_ours(subject)).collect());
        let (main_view, stuck_view) = match self.options.view {
            View::Prefix => (None, None),
            View::Target => (Some(hold::of_target(&main)), Some(hold::of_target(&aside))),
        };
        let (holds, stuck) = (main_view.as_ref().unwrap_or(&main), stuck_view.as_ref().unwrap_or(&aside));

        let mut changes = conflicts;
        let mut rows = self.rows(holds, &known);
        for mut row in self.rows(stuck, &known) {
            row.flags.set(Flag::Stuck);
            rows.push(row);
        }
        let standing: BTreeMap<Subject, Standing> = holds.iter().map(|(s, list)| (*s, Standing::of(list))).collect();
        let nobody = Standing::default();
        if self.watch.origins().is_empty() {
            flag_conflicts(&mut rows);
        }
        if let Some(within) = self.options.merge_within {
            rows = merge(rows, within);
        }
        for row in &mut rows {
            row.flags.set_if(Flag::PeerLike, row.beyond_peers == Some(0));
        }
        rows.retain(|row| self.options.min_duration.is_none_or(|least| row.duration_micros() >= least));
        rows.sort_by_cached_key(Row::order);
        for row in &rows {
            let standing = standing.get(&row.subject).unwrap_or(&nobody);
            changes.extend(change::of_row(row, &Around { standing, denominator: &self.denominator }));
        }
        debug_assert!(
            changes.iter().all(|c| c.crosses(self.k)),
            "rule 14: a gain has fewer before, a loss fewer after: {changes:?}"
        );
        changes.extend(self.outages(&main, &known, &origins));
        changes.sort_by_cached_key(Change::order);
        let denominator = self.denominator.clone();
        match (main_view, stuck_view) {
            (Some(holds), Some(stuck)) => Timeline { rows, changes, holds, stuck, parts: together(main, &aside), denominator },
            _ => Timeline { rows, changes, holds: main, stuck: aside, parts: Holds::new(), denominator },
        }
    }

    /// Rule 4: a watched origin's routes make rows; an ambiguous one may be ours.
    fn is_ours(&self, subject: &Subject) -> bool {
        match subject.origin {
            Origin::As(asn) => self.watch.is_origin(asn),
            Origin::Ambiguous => true,
        }
    }

    fn rows(&self, holds: &Holds, known: &BTreeMap<IpNet, PrefixKnowledge>) -> Vec<Row> {
        let mut rows = Vec::new();
        for (subject, list) in holds {
            let maker = Rows::new(*subject, list, self.observed, &self.denominator, &self.missing);
            let unproven = |time: Time| match subject.prefix {
                Some(prefix) => known.get(&prefix).map_or_else(Unproven::default, |k| k.unproven(time)),
                None => known.values().map(|k| k.unproven(time)).sum(),
            };
            let first = rows.len();
            each_episode(list, self.k, |episode| rows.extend(maker.row(&episode, unproven)));
            flag_perhaps_one(&mut rows[first..]);
        }
        rows
    }

    /// The holds of each prefix and origin, whatever the upstream; none where all are ours, for then nothing is in conflict.
    fn by_origin(&self, all: &Holds) -> Holds {
        let every_origin = self.watch.origins().is_empty();
        if every_origin || all.keys().any(|s| !self.is_ours(s)) { hold::of_origins(all) } else { Holds::new() }
    }

    /// The origins of each prefix, and other origins' routes; where every origin has its rows, those of origins that came to a prefix that
    /// had one.
    fn conflicts(&self, all: &Holds, known: &BTreeMap<IpNet, PrefixKnowledge>) -> (Origins, Vec<Change>) {
        let by_origin = self.by_origin(all);
        let rows = self.rows(&by_origin, known);
        let origins = Origins::of(&rows);
        let every_origin = self.watch.origins().is_empty();
        let is_theirs = |row: &&Row| if every_origin { origins.came_to_another(row) } else { !self.is_ours(&row.subject) };
        let mut changes = Vec::new();
        for row in rows.iter().filter(is_theirs) {
            let standing = by_origin.get(&row.subject).map(|list| Standing::of(list)).unwrap_or_default();
            let around = Around { standing: &standing, denominator: &self.denominator };
            changes.extend(change::of_conflict(row, carriers(all, row), &around));
        }
        (origins, changes)
    }

    fn outages(&self, main: &Holds, known: &BTreeMap<IpNet, PrefixKnowledge>, origins: &Origins) -> Vec<Change> {
        let may_be_ours = |origin| self.is_ours(&Subject { prefix: None, origin, upstream: Upstream::DIRECT });
        let mut found: BTreeMap<IpNet, outage::Prefix> = BTreeMap::new();
        let prefixes: BTreeSet<IpNet> = main.keys().filter_map(|s| s.prefix).collect();
        for prefix in prefixes {
            let holds = outage::whatever_upstream(hold::at_prefix(main, Some(prefix)).flat_map(|(_, list)| list.iter().cloned()));
            let Some(first) = holds.iter().min_by_key(|h| (h.start.by, h.peer)).map(|h| h.start) else { continue };
            let first = Edge { time: first.by, basis: first.basis, record: first.record, peers: (0, 1), total: 1 };
            let since = holds.iter().map(|h| h.start.after.unwrap_or(Time::MIN)).min().unwrap_or(Time::MIN);
            let outages =
                known.get(&prefix).map_or(Vec::new(), |known| outage::of_prefix(&holds, known, self.options.outage_share));
            found.insert(prefix, outage::Prefix { first, since, outages });
        }
        // Where another origin has what it had before ours came, a conflict has ended: nothing is out.
        let is_ours = |prefix: IpNet, outage: &Outage| !origins.is_anothers(prefix, may_be_ours, outage.start.time);
        let of_prefix = |(prefix, own): (&IpNet, &outage::Prefix)| {
            let own = own.outages.iter().filter(|outage| is_ours(*prefix, outage));
            own.flat_map(|o| change::of_outage(o, Some(*prefix))).collect::<Vec<_>>()
        };
        let mut changes: Vec<Change> = match self.options.view {
            View::Prefix => found.iter().flat_map(of_prefix).collect(),
            View::Target => Vec::new(),
        };
        let (prefixes, together): (Vec<IpNet>, Vec<outage::Prefix>) = found.into_iter().unzip();
        let mut of_target = outage::of_target(&together);
        of_target.retain(|outage| prefixes.iter().any(|prefix| is_ours(*prefix, outage)));
        if !of_target.is_empty() {
            // Of the target a peer counts once, whatever it holds.
            let anything = Standing::of(&outage::whatever_upstream(main.values().flatten().cloned()));
            let counted = |edge: Edge| {
                let (before, _, after) = anything.around(edge.time);
                let total = self.denominator.around(None, edge.time).max(before).max(after);
                Edge { peers: (before, after), total, ..edge }
            };
            let counted = of_target.iter().map(|o| Outage { start: counted(o.start), end: o.end.map(counted) });
            changes.extend(counted.flat_map(|o| change::of_outage(&o, None)));
        }
        changes
    }
}

/// All upstreams that an origin's episode has, each with the number of its peers.
fn carriers(all: &Holds, row: &Row) -> Box<[(Upstream, usize)]> {
    let own = hold::at_prefix(all, row.subject.prefix).filter(|(s, _)| s.origin == row.subject.origin);
    let peers = |list: &[Hold]| list.iter().filter(|h| row.has(h)).map(|h| h.peer).collect::<BTreeSet<_>>().len();
    own.map(|(s, list)| (s.upstream, peers(list))).filter(|(_, peers)| *peers > 0).collect()
}

/// Rule 18, before anything is counted.
pub(super) fn set_stuck_aside(holds: Holds) -> (Holds, Holds) {
    let (mut main, mut stuck) = (Holds::new(), Holds::new());
    let prefixes: BTreeSet<Option<IpNet>> = holds.keys().map(|s| s.prefix).collect();
    let standing: BTreeMap<Option<IpNet>, Steps> = prefixes
        .into_iter()
        .map(|prefix| {
            let spans = hold::at_prefix(&holds, prefix).flat_map(|(_, list)| list.iter().map(Hold::believed));
            (prefix, Steps::count(spans))
        })
        .collect();
    for (subject, list) in holds {
        let count = |time| standing.get(&subject.prefix).map_or(0, |steps| steps.at(time));
        let mut episodes: Vec<Episode> = Vec::new();
        each_episode(&list, 1, |episode| episodes.extend(Some(episode).filter(stuck::may_be_in)));
        let own = by_episode(&list, &episodes);
        let found = episodes.iter().zip(own).filter_map(|(e, own)| stuck::find(&list, &own, e, count));
        let found: Vec<_> = found.collect();
        if found.is_empty() {
            main.insert(subject, list);
            continue;
        }
        let mut rest = list;
        for (places, others) in found {
            for at in places {
                stuck.entry(subject).or_default().push(stuck::after(&rest[at], &others));
                rest[at] = stuck::before(&rest[at], &others);
            }
        }
        if let Some(stuck) = stuck.get_mut(&subject) {
            stuck.sort_by_key(|h| (h.peer, h.start.by));
        }
        main.insert(subject, rest);
    }
    (main, stuck)
}

/// The places of the holds that make each of these episodes of at least one peer.
fn by_episode(holds: &[Hold], episodes: &[Episode]) -> Vec<Vec<usize>> {
    let mut own = vec![Vec::new(); episodes.len()];
    for (at, hold) in holds.iter().enumerate() {
        let after = episodes.partition_point(|e| e.believed.from <= hold.start.by);
        let Some(e) = after.checked_sub(1) else { continue };
        if hold.start.by <= episodes[e].believed.until {
            own[e].push(at);
        }
    }
    own
}

/// Rows of a subject, in order: where the later one may have begun before the earlier one ended, they may be one.
fn flag_perhaps_one(rows: &mut [Row]) {
    for at in 1..rows.len() {
        let ended = rows[at - 1].end.before.unwrap_or(rows[at - 1].believed.until);
        if rows[at].start.after.is_some_and(|after| after < ended) {
            rows[at - 1].flags.set(Flag::WiderBounds);
            rows[at].flags.set(Flag::WiderBounds);
        }
    }
}

/// Where every origin has its rows, overlapping rows of different origins are in conflict.
fn flag_conflicts(rows: &mut [Row]) {
    let origins = Origins::of(rows);
    for row in rows {
        row.flags.set_if(Flag::OriginConflict, origins.overlap(row));
    }
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
                last.append(&row);
            }
            _ => merged.push(row),
        }
    }
    merged
}

#[cfg(test)]
#[path = "build_tests.rs"]
mod tests;
