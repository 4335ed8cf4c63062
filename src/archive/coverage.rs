//! What a collector's files cover in time (rule 11). Pure: times in, spans out.

use std::collections::BTreeMap;

use super::collector::Project;
use crate::model::{Coverage, Span, Time};

/// What reading an update file showed of its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateFile {
    /// The time in its name.
    pub named: Option<Time>,
    /// `None`: no whole record; the file proves nothing and counts as absent.
    pub records: Option<RecordTimes>,
    /// What could not be read, in any order.
    pub damage: Vec<Damage>,
}

/// Times of a file's first and last whole record, in file order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordTimes {
    /// The first record's.
    pub first: Time,
    /// The last record's.
    pub last: Time,
}

/// A stretch of a file that could not be read, between two whole records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// Time of the last whole record before it; `None`: it begins the file.
    pub after: Option<Time>,
    /// Time of the first whole record after it; `None`: it ends the file.
    pub before: Option<Time>,
}

/// A collector's files.
#[derive(Debug, Clone, Copy)]
pub struct CollectorFiles<'a> {
    /// Its update files, in any order.
    pub updates: &'a [UpdateFile],
    /// Begin times of its complete RIB dumps, in any order.
    pub ribs: &'a [Time],
    /// Caps the spacing between update files, where known.
    pub project: Option<Project>,
    /// `--to`: nothing at or after it is looked at.
    pub until: Option<Time>,
}

/// What the files of a collector cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// The collector's coverage; `None` if its files prove nothing (before `until`).
    pub coverage: Option<Coverage>,
    /// Each update file's own span, in the order given; `None` for a file without records. Not clipped.
    pub spans: Vec<Option<Span>>,
}

/// A file's name is believed if its first record lies up to this many seconds before it...
const EARLY: i64 = 300;
/// ...or up to the cadence, but at least this, and `EARLY` after it. (Names in Pacific time are 7 or 8 hours off.)
const LATE: i64 = 900;
/// Without a known project, two files this far apart in seconds still are neighbours.
const NEIGHBOURS: i64 = 3600;

/// Rule 11 for one collector.
pub fn cover(files: &CollectorFiles) -> Covered {
    let starts: Vec<Option<Time>> = files.updates.iter().map(|file| start(file, files.project)).collect();
    let mut distinct: Vec<Time> = starts.iter().copied().flatten().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let spacings = Spacings::of(&distinct, files.project);
    let spans: Vec<Option<Span>> =
        files.updates.iter().zip(&starts).map(|(file, start)| span(file, (*start)?, &distinct, &spacings)).collect();
    let coverage = coverage(files, &spans);
    Covered { coverage, spans }
}

/// The name's time if the records bear it out, else the first record's, to the second.
fn start(file: &UpdateFile, project: Option<Project>) -> Option<Time> {
    let first = file.records?.first;
    let believable = |named: &Time| {
        let late = project.map_or(LATE, |project| project.cadence(*named).max(LATE)) + EARLY;
        (named.plus_secs(-EARLY)..=named.plus_secs(late)).contains(&first)
    };
    Some(file.named.filter(believable).unwrap_or(Time::from_secs(first.secs())))
}

/// Seconds from one update file to the next; per nominal cadence, for RIS changed its own in 2003.
struct Spacings {
    project: Option<Project>,
    by_cadence: BTreeMap<Option<i64>, i64>,
}

impl Spacings {
    fn of(distinct: &[Time], project: Option<Project>) -> Self {
        let mut counts: BTreeMap<Option<i64>, BTreeMap<i64, usize>> = BTreeMap::new();
        for pair in distinct.windows(2) {
            if let [a, b] = pair {
                *counts.entry(nominal(project, *a)).or_default().entry(b.secs() - a.secs()).or_default() += 1;
            }
        }
        let modal = |(cadence, differences): (Option<i64>, BTreeMap<i64, usize>)| Some((cadence, modal(&differences, cadence)?));
        Self { project, by_cadence: counts.into_iter().filter_map(modal).collect() }
    }

    /// `None`: the file stands alone.
    fn at(&self, start: Time) -> Option<i64> {
        let cadence = nominal(self.project, start);
        // The last file of an era may be its only one: it still has neighbours, so the project's word holds.
        self.by_cadence.get(&cadence).copied().or(cadence)
    }
}

fn nominal(project: Option<Project>, at: Time) -> Option<i64> {
    project.map(|project| project.cadence(at))
}

/// The most frequent difference, the smallest of equals, but no more than the project's own. Without a project a
/// difference seen once counts only if it is short.
fn modal(differences: &BTreeMap<i64, usize>, cadence: Option<i64>) -> Option<i64> {
    let mut best: Option<(i64, usize)> = None;
    for (&difference, &count) in differences {
        if best.is_none_or(|(_, most)| count > most) {
            best = Some((difference, count));
        }
    }
    let (difference, count) = best?;
    match cadence {
        Some(cadence) => Some(difference.min(cadence)),
        None => (count > 1 || difference <= NEIGHBOURS).then_some(difference),
    }
}

fn span(file: &UpdateFile, start: Time, distinct: &[Time], spacings: &Spacings) -> Option<Span> {
    let records = file.records?;
    let alone = Span { from: records.first.min(records.last), until: records.first.max(records.last) };
    let spacing = if distinct.len() < 2 { None } else { spacings.at(start) };
    let Some(spacing) = spacing else { return Some(alone) };
    let next = distinct.get(distinct.partition_point(|other| *other <= start)).copied();
    let full = start.plus_secs(spacing);
    let Some(next) = next else {
        // Its last records may be a little late, and nothing after it says more: the data end with them.
        let late = Some(records.last).filter(|last| *last <= full.plus_secs(EARLY));
        return Some(Span { from: start, until: late.map_or(full, |last| last.max(full)) });
    };
    // At most 1.1 times the spacing: 16 minutes are a neighbour at 15, 17 are not.
    let adjoins = i128::from(next.secs() - start.secs()) * 10 <= i128::from(spacing) * 11;
    let until = if adjoins { next } else { full };
    Some(Span { from: start, until })
}

fn coverage(files: &CollectorFiles, spans: &[Option<Span>]) -> Option<Coverage> {
    let known = || spans.iter().flatten();
    let (first_rib, last_rib) = (files.ribs.iter().min(), files.ribs.iter().max());
    let start = known().map(|span| span.from).chain(first_rib.copied()).min()?;
    let end = known().map(|span| span.until).chain(last_rib.copied()).max()?;
    let end = files.until.map_or(end, |until| end.min(until));
    if files.until.is_some_and(|until| start >= until) {
        return None;
    }
    let readable = files.updates.iter().zip(spans).filter_map(|(file, span)| Some(readable(file, (*span)?))).flatten();
    Some(Coverage { start, end, gaps: complement(readable.collect(), start, end), sampled: known().next().is_none() })
}

/// The parts of a file's span that damage leaves.
fn readable(file: &UpdateFile, span: Span) -> Vec<Span> {
    let holes = file.damage.iter().map(|damage| {
        let after = damage.after.unwrap_or(span.from);
        // What was lost between two records of one instant is lost all the same.
        let before = damage.before.unwrap_or(span.until).max(after.plus_micros(1));
        Span { from: after, until: before }
    });
    complement(holes.collect(), span.from, span.until)
}

/// What of `[start, end)` none of the spans holds, in order.
fn complement(mut spans: Vec<Span>, start: Time, end: Time) -> Vec<Span> {
    spans.sort_unstable();
    let mut free = Vec::new();
    let mut reached = start;
    for span in spans {
        if span.from > reached && reached < end {
            free.push(Span { from: reached, until: span.from.min(end) });
        }
        reached = reached.max(span.until);
    }
    if reached < end {
        free.push(Span { from: reached, until: end });
    }
    free
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
