//! What two files of a collector both have counts once (rule 7).

use std::collections::{BTreeSet, HashMap};

use super::file::{Digest, FilePeer, FileRecord};
use crate::model::{Span, Time, spans};

/// What the files so far say of each peer at each instant, by which a later file's overlap is known. That the same bytes came before is
/// not enough: a route may be withdrawn, announced and withdrawn in the second in which the collector began its next file. So files
/// overlap where they do so at more than one instant, or where one says of the only such instant all that the other does.
///
/// Only where the times of two files overlap is anything kept.
pub(super) struct Overlaps {
    said: HashMap<Instant, Vec<Digest>>,
    shared: Vec<Span>,
}

type Instant = (Time, FilePeer);

impl Overlaps {
    /// For files with these records.
    pub(super) fn of<'a>(files: impl Iterator<Item = &'a [FileRecord]>) -> Self {
        let span = |records: &[FileRecord]| {
            let times = || records.iter().map(|record| record.time);
            Some(Span { from: times().min()?, until: times().max()?.plus_micros(1) })
        };
        Overlaps { said: HashMap::new(), shared: shared(files.filter_map(span).collect()) }
    }

    /// Adds a file's records; returns how many of the first of each instant were there before.
    pub(super) fn add(&mut self, records: &[FileRecord]) -> HashMap<Instant, usize> {
        let mut own: HashMap<Instant, Vec<Digest>> = HashMap::new();
        for record in records.iter().filter(|record| spans::holds(&self.shared, record.time)) {
            own.entry((record.time, record.peer)).or_default().push(record.digest);
        }
        let mut times: BTreeSet<Time> = BTreeSet::new();
        let mut found: HashMap<Instant, usize> = HashMap::new();
        for (instant, digests) in &own {
            let repeated = self.said.get(instant).map_or(0, |before| repeated(before, digests));
            if repeated > 0 {
                times.insert(instant.0);
                found.insert(*instant, repeated);
            }
        }
        if times.len() == 1 {
            let is_whole = |instant: &Instant| self.said.get(instant) == own.get(instant);
            found.retain(|instant, _| is_whole(instant));
        }
        for (instant, digests) in own {
            let repeated = found.get(&instant).copied().unwrap_or(0);
            self.said.entry(instant).or_default().extend(&digests[repeated..]);
        }
        found
    }
}

/// The instants that more than one of the spans holds, tidy.
fn shared(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let (mut found, mut reached) = (Vec::new(), Time::MIN);
    for span in spans {
        found.push(Span { from: span.from, until: span.until.min(reached) });
        reached = reached.max(span.until);
    }
    spans::union(found)
}

/// How many of the first of `later` stand at the end of `before`; all, if `later` stands anywhere in it.
fn repeated(before: &[Digest], later: &[Digest]) -> usize {
    if before.windows(later.len().max(1)).any(|part| part == later) {
        return later.len();
    }
    (1..later.len()).rev().find(|n| before.ends_with(&later[..*n])).unwrap_or(0)
}

/// Whether one is left of those to be skipped; it is taken.
pub(super) fn take_one(left: &mut usize) -> bool {
    let there = *left > 0;
    *left = left.saturating_sub(1);
    there
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_spans_hold_is_shared() {
        let span = |(from, until)| Span { from: Time::from_secs(from), until: Time::from_secs(until) };
        let cases = [
            (vec![], vec![]),
            (vec![(1, 5), (5, 9)], vec![]),
            (vec![(1, 5), (4, 9)], vec![(4, 5)]),
            (vec![(1, 9), (2, 3), (2, 4), (8, 12)], vec![(2, 4), (8, 9)]),
            (vec![(1, 9), (1, 9)], vec![(1, 9)]),
        ];
        for (given, expected) in cases {
            let found = shared(given.iter().copied().map(span).collect());
            assert_eq!(found, expected.iter().copied().map(span).collect::<Vec<_>>(), "{given:?}");
        }
    }

    #[test]
    fn only_what_continues_the_file_before_is_an_overlap() {
        let digests = |names: &str| names.bytes().map(|name| Digest([name; 6])).collect::<Vec<_>>();
        let cases = [
            ("the same second twice", "aw", "aw", 2),
            ("cut within the second", "a", "aw", 1),
            ("it overlaps and goes on", "aw", "wa", 1),
            ("a copy of a part", "awb", "w", 1),
            ("withdrawn, then announced and withdrawn in the next file", "w", "aw", 0),
            ("nothing before", "", "aw", 0),
        ];
        for (what, before, later, expected) in cases {
            assert_eq!(repeated(&digests(before), &digests(later)), expected, "{what}");
        }
    }
}
