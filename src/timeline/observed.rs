//! What was observed at all: the collectors of a run, what they cover, and when their data end.

use crate::model::{CollectorId, Coverage, PathReader, PeerKey, Span, Time};
use crate::replay::Replay;

/// One collector's share in a run.
#[derive(Debug, Clone)]
pub struct Collector {
    /// Its name, for rows.
    pub name: String,
    /// What its files cover.
    pub coverage: Coverage,
    /// Whether any complete RIB dump of it was read.
    pub has_rib: bool,
    /// What replay made of its records.
    pub replay: Replay,
}

/// All collectors of a run, by [`CollectorId`].
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// Sorted by name.
    pub collectors: Vec<Collector>,
}

impl Observed {
    /// The collector of a peer.
    pub fn collector(&self, id: CollectorId) -> Option<&Collector> {
        self.collectors.get(usize::from(id.0))
    }

    /// The same run without some peers: they were part of what was measured, and are not of what is told.
    #[must_use]
    pub fn selected(&self, is_wanted: impl Fn(PeerKey) -> bool) -> Observed {
        let keep = |collector: &Collector| {
            let Collector { name, coverage, has_rib, replay } = collector;
            Collector { name: name.clone(), coverage: coverage.clone(), has_rib: *has_rib, replay: replay.selected(&is_wanted) }
        };
        Observed { collectors: self.collectors.iter().map(keep).collect() }
    }

    /// The same run with paths read otherwise: replay compares paths, and nothing that is read from them.
    #[must_use]
    pub fn read_by(&self, reader: &PathReader) -> Observed {
        let mut observed = self.clone();
        for collector in &mut observed.collectors {
            collector.replay.intervals.reread(|route, peer| reader.reread(route, peer.asn));
        }
        observed
    }

    /// The same run as if some collectors had nothing to say.
    #[must_use]
    pub fn silenced(&self, is_silent: impl Fn(CollectorId) -> bool) -> Observed {
        let mut observed = self.selected(|peer| !is_silent(peer.collector));
        for (id, collector) in (0..).map(CollectorId).zip(&mut observed.collectors) {
            if is_silent(id) {
                collector.replay = Replay::default();
                collector.coverage = Coverage::none();
            }
        }
        observed
    }

    /// Where all data end.
    pub fn horizon(&self) -> Time {
        self.collectors.iter().map(|c| c.coverage.end).max().unwrap_or(Time::MIN)
    }

    /// Where a collector's data are missing: its gaps, and what comes after its end where others go on (rule 11).
    pub fn missing(&self, id: CollectorId) -> Vec<Span> {
        let Some(Collector { coverage, .. }) = self.collector(id) else { return Vec::new() };
        let after = Span { from: coverage.end, until: Time::MAX };
        let ends_early = coverage.end < self.horizon();
        coverage.gaps.iter().copied().chain(ends_early.then_some(after)).collect()
    }
}
