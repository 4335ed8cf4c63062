//! What a collector's files cover in time (rule 11). Pure: times in, spans out.

use std::collections::BTreeMap;

use super::collector::Project;
use crate::model::{Coverage, Span, Time, spans};

/// What reading an update file showed of its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateFile {
    /// The time in its name.
    pub named: Option<Time>,
    /// What it covers, where that is known by more than name and records.
    pub covers: Option<Span>,
    /// `None`: no whole record; the file proves nothing and counts as absent.
    pub records: Option<RecordTimes>,
    /// What could not be read, in any order.
    pub damage: Vec<Damage>,
}

/// Times of a file's whole records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordTimes {
    /// The first record's, in file order.
    pub first: Time,
    /// The last record's, in file order.
    pub last: Time,
    /// Half of the watched records are not later: what most of them say.
    pub median: Option<Time>,
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

/// A file's name is believed if its first record, its last or most of them lie up to this many seconds before it...
const EARLY: i64 = 300;
/// ...or up to the cadence, but at least this, and `EARLY` after it. (Names in Pacific time are 7 or 8 hours off.)
const LATE: i64 = 900;
/// Without a known project, two files this far apart in seconds still are neighbours.
const NEIGHBOURS: i64 = 3600;
/// Records of one file further apart than this, in seconds, do not bear the same clock.
const ONE_CLOCK: i64 = 86_400;

/// Rule 11 for one collector.
pub fn cover(files: &CollectorFiles) -> Covered {
    let starts: Vec<Option<Time>> = files.updates.iter().map(|file| start(file, files.project)).collect();
    let regular = files.updates.iter().zip(&starts).filter(|(file, _)| file.covers.is_none());
    let mut distinct: Vec<Time> = regular.filter_map(|(_, start)| *start).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let series = Series { spacings: Spacings::of(&distinct, files.project), distinct, ribs: files.ribs };
    let spans: Vec<Option<Span>> = files.updates.iter().zip(&starts).map(|(file, start)| series.span(file, (*start)?)).collect();
    let coverage = coverage(files, &spans);
    Covered { coverage, spans }
}

/// The name's time if the records bear it out, else that of the first record which most others bear out, to the second.
fn start(file: &UpdateFile, project: Option<Project>) -> Option<Time> {
    let RecordTimes { first, last, median } = file.records?;
    if let Some(covers) = file.covers {
        return Some(covers.from);
    }
    let is_believable = |named: &Time| {
        let late = project.map_or(LATE, |project| project.cadence(*named).max(LATE)) + EARLY;
        let span = named.plus_secs(-EARLY)..=named.plus_secs(late);
        [Some(first), Some(last), median].into_iter().flatten().any(|time| span.contains(&time))
    };
    Some(file.named.filter(is_believable).unwrap_or_else(|| Time::from_secs(file.records_near(None, None).from.secs())))
}

impl UpdateFile {
    /// From the first to the last record, but for such as a wrong clock puts out of the file that begins at `start` and is so many seconds
    /// long, or, where nothing tells how long it is, far from it or from most of the others.
    fn records_near(&self, start: Option<Time>, length: Option<i64>) -> Span {
        let Some(RecordTimes { first, last, median }) = self.records else { return Span { from: Time::MIN, until: Time::MIN } };
        let is_near = |one: Time, other: Time| one.micros_since(other).abs() <= ONE_CLOCK * 1_000_000;
        let sound = match (start, is_near(first, last)) {
            (Some(start), _) => start,
            (None, true) => first,
            // A clock that was never set is behind.
            (None, false) => median.unwrap_or(first.max(last)),
        };
        // One of two that are in the wrong order has a wrong clock, whichever it is.
        let length = length.or((first > last).then_some(LATE)).filter(|_| start.is_some());
        let is_its_own = |time: &Time| match length {
            Some(length) => (sound.plus_secs(-EARLY)..=sound.plus_secs(length + EARLY)).contains(time),
            None => is_near(*time, sound),
        };
        let kept = || [Some(first), median, Some(last)].into_iter().flatten().filter(is_its_own);
        let (from, until) = (kept().min().unwrap_or(sound), kept().max().unwrap_or(sound));
        Span { from, until }
    }
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

/// A collector's update files one after the other.
struct Series<'a> {
    distinct: Vec<Time>,
    spacings: Spacings,
    ribs: &'a [Time],
}

impl Series<'_> {
    /// The spacing of a file that stands with others.
    fn spacing(&self, start: Time) -> Option<i64> {
        if self.distinct.len() < 2 { None } else { self.spacings.at(start) }
    }

    /// At most 1.1 times the spacing: 16 minutes are a neighbour at 15, 17 are not.
    fn adjoins(&self, start: Time, next: Time) -> bool {
        let spacing = self.spacing(start).unwrap_or(0);
        i128::from(next.secs() - start.secs()) * 10 <= i128::from(spacing) * 11
    }

    /// What a file covers: as far as its neighbours by name; where there is a hole, as far as its records. Names are cut to the minute, and
    /// daemons begin their next file some seconds later, so only records tell where a hole begins and ends.
    fn span(&self, file: &UpdateFile, start: Time) -> Option<Span> {
        file.records?;
        if file.covers.is_some() {
            return file.covers;
        }
        let Some(spacing) = self.spacing(start) else {
            let length = nominal(self.spacings.project, start).map(|cadence| cadence.max(LATE));
            return Some(file.records_near(Some(start), length));
        };
        let records = file.records_near(Some(start), Some(spacing));
        let at = self.distinct.partition_point(|other| *other < start);
        let before = at.checked_sub(1).map(|at| self.distinct[at]);
        let next = self.distinct.get(at + 1).copied();
        let from = match before {
            Some(before) if self.adjoins(before, start) => start,
            None if !self.ribs.iter().any(|rib| *rib < start) => start,
            _ => records.from,
        };
        let full = start.plus_secs(spacing);
        let until = match next {
            Some(next) if self.adjoins(start, next) => next,
            Some(_) => records.until,
            None if self.ribs.iter().any(|rib| *rib > full) => records.until,
            // Its last records may be a little late, and nothing after it says more: the data end with them.
            None => {
                if records.until <= full.plus_secs(EARLY) {
                    records.until.max(full)
                } else {
                    full
                }
            }
        };
        Some(Span { from, until: until.max(from) })
    }
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
    let (mut read, mut beyond) = (Vec::new(), Vec::new());
    for (file, span) in files.updates.iter().zip(spans).filter_map(|(file, span)| Some((file, (*span)?))) {
        let holes = holes(file, span);
        read.extend(spans::complement(&holes, span));
        // What was lost of a file's late records, no neighbour has.
        beyond.extend(spans::difference(&holes, &[span]));
    }
    let read = spans::difference(&spans::union(read), &spans::union(beyond));
    let gaps = spans::complement(&read, Span { from: start, until: end });
    debug_assert!(gaps.windows(2).all(|pair| pair[0].until < pair[1].from), "rule 11: gaps neither overlap nor touch");
    Some(Coverage { start, end, gaps, sampled: known().next().is_none() })
}

/// What damage takes of a file, within its span or about it: tidy.
fn holes(file: &UpdateFile, span: Span) -> Vec<Span> {
    // A wrong clock beside the damage tells nothing of where it begins or ends.
    let is_own = |time: &Time| (span.from.plus_secs(-EARLY)..=span.until.plus_secs(EARLY)).contains(time);
    let holes = file.damage.iter().map(|damage| {
        let after = damage.after.filter(is_own).unwrap_or(span.from);
        // What was lost between two records of one instant is lost all the same.
        let before = damage.before.filter(is_own).unwrap_or(span.until).max(after.plus_micros(1));
        Span { from: after, until: before }
    });
    spans::union(holes.collect())
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
