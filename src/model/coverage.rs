//! What a collector's files cover in time (rule 11).

use super::{Dump, Event, Time};

/// A half-open span of time `[from, until)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Its first instant.
    pub from: Time,
    /// The first instant after it.
    pub until: Time,
}

/// A collector's coverage: where its data begin and end, and the gaps between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The first instant of which the data can speak.
    pub start: Time,
    /// The last covered instant: the end of the last update file, or the last RIB's first record time.
    pub end: Time,
    /// Sorted, disjoint; within `[start, end]`. Nothing is known of what happened inside.
    pub gaps: Vec<Span>,
    /// The collector has RIB dumps only: its one gap is the time between them.
    pub sampled: bool,
}

impl Coverage {
    /// Of a collector whose files prove nothing.
    pub fn none() -> Self {
        Coverage { start: Time::MIN, end: Time::MIN, gaps: Vec::new(), sampled: false }
    }

    /// The gaps that overlap the open interval (after, before), in order.
    pub fn gaps_between(&self, after: Time, before: Time) -> &[Span] {
        let first = self.gaps.partition_point(|g| g.until <= after);
        let last = self.gaps.partition_point(|g| g.from < before);
        &self.gaps[first..last.max(first)]
    }
}

/// All that replay needs of one collector.
#[derive(Debug, Clone)]
pub struct CollectorData {
    /// Updates and session changes, sorted by (time, file start, path, record).
    pub events: Vec<Event>,
    /// The complete RIB dumps, sorted by `begin`.
    pub dumps: Vec<Dump>,
    /// Rule 11.
    pub coverage: Coverage,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_between_takes_what_overlaps() {
        let span = |a, b| Span { from: Time::from_secs(a), until: Time::from_secs(b) };
        let coverage = Coverage {
            start: Time::from_secs(0),
            end: Time::from_secs(100),
            gaps: vec![span(10, 20), span(40, 50)],
            sampled: false,
        };
        let between = |a, b| coverage.gaps_between(Time::from_secs(a), Time::from_secs(b)).len();
        assert_eq!((between(0, 10), between(0, 11), between(20, 40), between(19, 41), between(50, 90)), (0, 1, 0, 2, 0));
    }
}
