//! From what the files say to the timeline: assembly, replay, aggregation, and the facts of the run.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::plan::Plan;
use super::read::{self, ReadFiles};
use crate::event::{Assembled, Assembly, FileEvents, Selection, assemble};
use crate::model::{CollectorId, Coverage, RecordId, Time};
use crate::replay::{Replay, RouteInterval, replay};
use crate::report::sheets::route_flags;
use crate::timeline::{self, Collector, Observed, Options, Row, Timeline};

/// A run's inputs, replayed.
#[derive(Debug)]
pub struct Answer {
    /// What was read.
    pub read: ReadFiles,
    /// How it was put together.
    pub assembly: Assembly,
    /// What replay made of it: of the peers that were asked.
    pub observed: Observed,
    /// The same of all peers, where some were selected.
    unselected: Option<Observed>,
}

/// Replays a collector.
fn observe(assembled: &Assembled) -> Collector {
    let data = assembled.data.as_ref();
    Collector {
        name: assembled.name.clone(),
        coverage: data.map_or_else(Coverage::none, |d| d.coverage.clone()),
        has_rib: data.is_some_and(|d| !d.dumps.is_empty()),
        replay: data.map_or_else(Replay::default, replay),
    }
}

/// Dumps that have to be looked into: collector, dump and place.
fn open_dumps(assembly: &Assembly, observed: &Observed) -> Vec<(usize, RecordId, (usize, usize))> {
    let both = assembly.collectors.iter().zip(&observed.collectors).enumerate();
    let open = both.flat_map(|(at, (assembled, collector))| {
        let place = move |dump: &RecordId| Some((at, *dump, *assembled.dumps.get(dump)?));
        collector.replay.open.iter().filter_map(place)
    });
    open.collect()
}

impl Answer {
    /// Assembles and replays; collectors in parallel, each in order.
    pub fn new(plan: &Plan, read: ReadFiles) -> Answer {
        let selection = Selection { to: plan.window.1 };
        let mut assembly = assemble(&read.files, &read.watch, &selection);
        let mut all = Observed { collectors: assembly.collectors.par_iter().map(observe).collect() };
        // Most dumps are sampled. Where the sample lacks a peer whose route is gone, the whole dump tells whether all its routes are; what
        // that brings about may raise the question again, of a later dump.
        loop {
            let open = open_dumps(&assembly, &all);
            if open.is_empty() {
                break;
            }
            let places: Vec<(usize, usize)> = open.iter().map(|(.., place)| *place).collect();
            let found = read::peers_with_routes(plan, &read.files, &places);
            for ((collector, dump, _), holders) in open.iter().zip(found) {
                assembly.collectors[*collector].look_into(*dump, &holders);
            }
            let again: BTreeSet<usize> = open.iter().map(|(collector, ..)| *collector).collect();
            for at in again {
                all.collectors[at] = observe(&assembly.collectors[at]);
            }
        }
        if plan.peer_asns.is_empty() {
            return Answer { read, assembly, observed: all, unselected: None };
        }
        // Who is full-feed was measured over all peers (rule 15): they are selected after.
        let observed = all.selected(|peer| plan.peer_asns.contains(&peer.asn));
        Answer { read, assembly, observed, unselected: Some(all) }
    }

    /// What replay made of all peers, whichever were asked.
    pub fn everybody(&self) -> &Observed {
        self.unselected.as_ref().unwrap_or(&self.observed)
    }

    /// The timeline that the plan asks for: rows and changes that overlap its window and bear the flags wanted.
    pub fn timeline(&self, plan: &Plan, options: &Options) -> Timeline {
        let mut timeline = timeline::build(&self.observed, &self.read.watch, options);
        let (from, to) = (plan.window.0.unwrap_or(Time::MIN), plan.window.1.unwrap_or(Time::MAX));
        let overlaps = |row: &Row| row.end.last_seen >= from && row.start.first_seen < to;
        timeline.rows.retain(|row| overlaps(row) && plan.wants(row.flags));
        timeline.changes.retain(|change| change.time >= from && change.time < to && plan.wants(change.flags));
        timeline
    }

    /// The route intervals that overlap the plan's window and bear the flags wanted.
    pub fn routes<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = &'a RouteInterval> {
        let (from, to) = (plan.window.0.unwrap_or(Time::MIN), plan.window.1.unwrap_or(Time::MAX));
        let all = self.observed.collectors.iter().flat_map(|c| &c.replay.intervals);
        all.filter(move |i| i.end.last_seen >= from && i.start.first_seen < to && plan.wants(route_flags(i)))
    }

    /// A record's name by content (rule 19): `path#digest`.
    pub fn evidence(&self, record: RecordId) -> String {
        let place = usize::try_from(record.0).ok().and_then(|at| self.assembly.records.get(at));
        place.map_or(String::new(), |place| format!("{}#{}", self.read.files[place.file].0.shown, place.digest))
    }

    /// A collector's name.
    pub fn collector(&self, id: CollectorId) -> &str {
        self.observed.collector(id).map_or("", |c| c.name.as_str())
    }

    /// Whether anything was missing or damaged: what `--strict` asks.
    pub fn is_incomplete(&self) -> bool {
        let lacks = |said: &FileEvents| {
            !said.damage.is_empty() || said.counts.quarantined > 0 || said.dumps.iter().any(|dump| dump.excerpt)
        };
        let damaged = self.read.files.iter().any(|(_, said)| lacks(said));
        let holes = self.observed.collectors.iter().any(|c| !c.coverage.sampled && !c.coverage.gaps.is_empty());
        let unseen = self.read.skipped.iter().any(|skipped| skipped.unseen);
        damaged || holes || unseen || !self.assembly.rejected.is_empty()
    }
}
