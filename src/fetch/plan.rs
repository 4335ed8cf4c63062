//! From a window and the archive's listings to the files that answer it. Pure: listings in; out come the months to list
//! next, or the files.
//!
//! An answer needs the RIB before the window as its baseline (rule 12), the RIBs in it, and every update file from 60 s
//! before that RIB (rule 8) to the window's end.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::Collector;
use super::listing::{ListedSize, Listing};
use super::name::{FileName, Month};
use crate::archive::NameKind;
use crate::model::{Span, Time};

/// Which files are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kinds {
    /// RIB dumps and update files.
    #[default]
    All,
    /// RIB dumps only.
    Ribs,
    /// Update files only: those that [`Kinds::All`] would take.
    Updates,
}

impl Kinds {
    pub(super) fn wants(self, kind: NameKind) -> bool {
        match self {
            Self::All => true,
            Self::Ribs => kind == NameKind::Rib,
            Self::Updates => kind == NameKind::Updates,
        }
    }
}

/// Which RIB dumps of the window are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sampling {
    /// All.
    #[default]
    Every,
    /// The first of each so many seconds, counted from the window's beginning; and the last of all, which bounds the end.
    OneIn(i64),
}

/// So many calendar months before the window are looked through for its baseline.
const MONTHS_BACK: usize = 3;

/// A RIB listed with fewer octets has a header and no routes; such dumps are never a baseline (rule 8).
const STUB: u64 = 1024;

/// Rule 8: a collector's backlog, in seconds.
const BACKLOG: i64 = 60;

/// What is known of one collector's archive.
#[derive(Debug, Clone)]
pub struct Known {
    collector: Collector,
    window: Span,
    /// The months that the archive has.
    months: BTreeSet<Month>,
    listed: BTreeMap<Month, Listing>,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// List these months, and ask again.
    List(Vec<Month>),
    /// This is it.
    Files(Chosen),
}

/// The files that answer the window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Sorted by time; RIB dumps first.
    pub files: Vec<Listed>,
    /// The RIB before the window; `None`: the archive has none near.
    pub baseline: Option<Time>,
    /// What the archive has no update files for, between the first update file that is needed and the window's end.
    pub holes: Vec<Span>,
}

/// A file of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The directory it is in.
    pub month: Month,
    /// Its name.
    pub name: FileName,
    /// What the listing says of its size.
    pub size: Option<ListedSize>,
}

impl Known {
    /// With the list of months; no month is listed yet.
    pub fn new(collector: Collector, window: Span, months: impl IntoIterator<Item = Month>) -> Self {
        Self { collector, window, months: months.into_iter().collect(), listed: BTreeMap::new() }
    }

    /// A month's listing; empty if the archive turns out not to have it.
    pub fn add(&mut self, month: Month, listing: Listing) {
        self.listed.insert(month, listing);
    }

    /// What to do next. Each round asks for months not listed yet, so the rounds end.
    pub fn next(&self, kinds: Kinds, sampling: Sampling) -> Next {
        let names = self.names();
        let first = Month::of(names.from);
        let earliest = (0..MONTHS_BACK).fold(first, |month, _| month.before());
        let within = self.unlisted(first, Month::of(names.until.plus_secs(-1)));
        if !within.is_empty() {
            return Next::List(within);
        }
        let baseline = self.baseline(names.from);
        if baseline.is_none() {
            let before = self.months.range(earliest..first).rev().find(|month| !self.listed.contains_key(month));
            if let Some(month) = before {
                return Next::List(vec![*month]);
            }
        }
        // The update file that holds the instant from which updates are needed may be the month before's last.
        let needed_from = baseline.unwrap_or(names.from).plus_secs(-BACKLOG);
        let before = self.unlisted(Month::of(needed_from.plus_secs(-2 * self.collector.cadence(needed_from))), first);
        if !before.is_empty() {
            return Next::List(before);
        }
        Next::Files(self.choose(baseline, needed_from, kinds, sampling))
    }

    /// The window as file names have it: they may be behind.
    fn names(&self) -> Span {
        let behind = self.collector.named_behind(self.window.from);
        Span { from: self.window.from.plus_secs(-behind), until: self.window.until }
    }

    fn unlisted(&self, from: Month, to: Month) -> Vec<Month> {
        let months = self.months.range(from.min(to)..=to);
        months.filter(|month| !self.listed.contains_key(month)).copied().collect()
    }

    fn all(&self, kind: NameKind) -> impl Iterator<Item = (Month, &FileName, Option<ListedSize>)> {
        self.listed.iter().flat_map(move |(month, listing)| {
            listing.files.iter().filter(move |(name, _)| name.kind == kind).map(move |(name, size)| (*month, name, *size))
        })
    }

    fn baseline(&self, from: Time) -> Option<Time> {
        let whole = |size: Option<ListedSize>| size.is_none_or(|size| size.octets() >= STUB);
        let ribs = self.all(NameKind::Rib).filter(|(_, name, size)| name.time <= from && whole(*size));
        ribs.map(|(_, name, _)| name.time).max()
    }

    /// The times of the RIB dumps to take, from the baseline on.
    fn sampled(&self, from: Time, sampling: Sampling) -> BTreeSet<Time> {
        let names = self.names();
        let all: BTreeSet<Time> =
            self.all(NameKind::Rib).map(|(_, name, _)| name.time).filter(|t| (from..names.until).contains(t)).collect();
        let Sampling::OneIn(seconds) = sampling else { return all };
        let bucket = |time: Time| (time.secs() - names.from.secs()).div_euclid(seconds.max(1));
        let mut taken = BTreeSet::new();
        let mut last = None;
        for time in &all {
            if last.replace(bucket(*time)) != Some(bucket(*time)) {
                taken.insert(*time);
            }
        }
        taken.extend(all.last());
        taken
    }

    fn choose(&self, baseline: Option<Time>, needed_from: Time, kinds: Kinds, sampling: Sampling) -> Chosen {
        let Span { from, until } = self.names();
        let ribs_from = baseline.unwrap_or(from);
        let taken = self.sampled(ribs_from, sampling);
        let ribs = self.all(NameKind::Rib).filter(|(_, name, _)| taken.contains(&name.time));
        let starts: BTreeSet<Time> = self.all(NameKind::Updates).map(|(_, name, _)| name.time).collect();
        // The file that was being written then; unless it ended long before.
        let reaches = needed_from.plus_secs(-2 * self.collector.cadence(needed_from));
        let first = starts.range(reaches..=needed_from).next_back().copied().unwrap_or(needed_from);
        let updates = self.all(NameKind::Updates).filter(|(_, name, _)| name.time >= first && name.time < until);
        let mut seen = BTreeSet::new();
        let mut files: Vec<Listed> = ribs
            .chain(updates)
            .filter(|(_, name, _)| kinds.wants(name.kind) && seen.insert((name.time, name.kind)))
            .map(|(month, name, size)| Listed { month, name: name.clone(), size })
            .collect();
        files.sort_by(|a, b| (&a.name, a.month).cmp(&(&b.name, b.month)));
        let needed = Span { from: needed_from, until: self.window.until };
        // Where names lie hours behind, they cannot tell.
        let can_tell = kinds.wants(NameKind::Updates) && from == self.window.from;
        let holes = if can_tell { holes(&self.collector, starts, needed) } else { Vec::new() };
        Chosen { files, baseline, holes }
    }
}

/// What update files that start at these times leave uncovered of a span (rule 11, with the archive's own cadence).
pub(super) fn holes(collector: &Collector, starts: impl IntoIterator<Item = Time>, of: Span) -> Vec<Span> {
    let mut holes = Vec::new();
    let mut reached = of.from;
    let mut last: Option<Time> = None;
    for start in starts.into_iter().map(Some).chain([None]) {
        if let Some(last) = last {
            let cadence = collector.cadence(last);
            let next = start.unwrap_or(Time::MAX);
            let adjoins = i128::from(next.micros_since(last)) * 10 <= i128::from(cadence) * 11_000_000;
            reached = reached.max(if adjoins { next } else { last.plus_secs(cadence) });
        }
        let until = start.unwrap_or(of.until).min(of.until);
        if until > reached {
            holes.push(Span { from: reached, until });
            reached = until;
        }
        last = start;
    }
    holes
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
