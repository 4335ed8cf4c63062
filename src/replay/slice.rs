//! Slices: the prefixes of a target a part at a time, so that a question about a whole table need not hold all of its routes at once.
//!
//! What a prefix does depends on its own records and on the sessions, which all prefixes share. So within a slice every event and every
//! dump counts, and what they say of other prefixes is passed over. In one thing a session depends on prefixes: whether its peer holds
//! any route at all where its loss is told once more, or a dump of one family lacks it. A slice notes where it holds one
//! ([`Replay::held`]), and is told what the others noted. What they note may change by what they are told, each time later in time only: it
//! is replayed until nothing changes, which is as a replay of the whole has it.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::interval::{Quality, Replay};
use super::packed::Intervals;
use crate::model::{CollectorData, DumpRow, Event};

/// A range of prefixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    from: Option<IpNet>,
    until: Option<IpNet>,
}

impl Slice {
    /// All prefixes.
    pub const fn whole() -> Self {
        Slice { from: None, until: None }
    }

    /// Whether the prefix is one of it.
    pub fn holds(&self, prefix: IpNet) -> bool {
        self.from.is_none_or(|from| from <= prefix) && self.until.is_none_or(|until| prefix < until)
    }

    /// Its rows of those of a dump.
    pub(super) fn of<'d>(&self, rows: &'d [DumpRow]) -> &'d [DumpRow] {
        let before = |bound: Option<IpNet>, none| bound.map_or(none, |bound| rows.partition_point(|row| row.prefix < bound));
        &rows[before(self.from, 0)..before(self.until, rows.len())]
    }

    /// All prefixes of the collectors in slices of about so many entries of dumps, announcements and withdrawals; a prefix is in one.
    pub fn slices<'a>(data: impl IntoIterator<Item = &'a CollectorData>, most: usize) -> Vec<Slice> {
        let mut sizes: BTreeMap<IpNet, usize> = BTreeMap::new();
        for data in data {
            for row in data.dumps.iter().flat_map(|dump| &dump.rows) {
                *sizes.entry(row.prefix).or_default() += row.entries.len();
            }
            for event in &data.events {
                if let Event::Update { update, .. } = event {
                    let withdrawn = update.withdrawn.iter().map(|(prefix, _)| *prefix);
                    for prefix in update.announced.iter().map(|(prefix, ..)| *prefix).chain(withdrawn) {
                        *sizes.entry(prefix).or_default() += 1;
                    }
                }
            }
        }
        let (mut slices, mut from, mut gathered) = (Vec::new(), None, 0);
        for (prefix, size) in sizes {
            if gathered > 0 && gathered + size > most {
                slices.push(Slice { from, until: Some(prefix) });
                (from, gathered) = (Some(prefix), 0);
            }
            gathered += size;
        }
        slices.push(Slice { from, until: None });
        slices
    }
}

impl Replay {
    /// What is left of a slice once its routes are told: sessions, counts, and who carried any.
    #[must_use]
    pub fn without_routes(mut self) -> Replay {
        self.carried = [0, 1].map(|family| self.carriers(family));
        self.told = self.shows_routes();
        Replay {
            intervals: Intervals::default(),
            absences: Vec::new(),
            pathless: Vec::new(),
            mentioned: Vec::new(),
            first_told: BTreeMap::new(),
            ..self
        }
    }

    /// Adds another slice of the same collector, told what the same others hold.
    pub fn join(&mut self, other: Replay) {
        self.intervals.append(other.intervals);
        self.absences.extend(other.absences);
        self.pathless.extend(other.pathless);
        self.mentioned.extend(other.mentioned);
        self.first_told.extend(other.first_told);
        self.open.extend(other.open);
        self.held.extend(other.held);
        self.told |= other.told;
        for (own, others) in self.carried.iter_mut().zip(other.carried) {
            own.extend(others);
        }
        for (peer, more) in other.quality {
            // Each slice counts every record that has a wrong time.
            *self.quality.entry(peer).or_default() += Quality { clock: 0, ..more };
        }
    }

    /// Whether any route is told of, or was.
    pub fn shows_routes(&self) -> bool {
        !self.intervals.is_empty() || self.told
    }
}

#[cfg(test)]
#[path = "slice_tests.rs"]
mod tests;
