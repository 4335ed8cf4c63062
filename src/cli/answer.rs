//! From what the files say to the timeline: assembly, replay, aggregation, and the facts of the run.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::filters::Through;
use super::plan::Plan;
use super::read::{self, ReadFiles};
use super::slices::Slices;
use crate::event::{Assembled, Assembly, FileEvents, Selection, assemble};
use crate::model::{CollectorId, Coverage, RecordId, Span};
use crate::replay::{Replay, replay};
use crate::report::sheets::{Intervals, RouteTotals};
use crate::timeline::{self, Change, Collector, Observed, Options, Row, Timeline};

/// A run's inputs, replayed.
#[derive(Debug)]
pub struct Answer {
    /// What was read; what its records said has moved on.
    pub read: ReadFiles,
    /// How many watched records each file has: of messages, and of dumps.
    pub watched: Vec<[u64; 2]>,
    /// How it was put together.
    pub assembly: Assembly,
    /// What replay made of it: of the peers that were asked.
    pub observed: Observed,
    /// The same of all peers, where some were selected.
    pub unselected: Option<Observed>,
    /// Where the routes are too many to be there at once: how to replay them again.
    slices: Option<Slices>,
}

/// Replays a collector.
fn observe(assembled: &Assembled) -> Collector {
    observed(assembled, assembled.data.as_ref().map_or_else(Replay::default, replay))
}

/// A collector with what replay made of it.
fn observed(assembled: &Assembled, replay: Replay) -> Collector {
    let data = assembled.data.as_ref();
    Collector {
        name: assembled.name.clone(),
        coverage: data.map_or_else(Coverage::none, |d| d.coverage.clone()),
        has_rib: data.is_some_and(|d| !d.dumps.is_empty()),
        replay,
    }
}

/// Replays all collectors: at once, or slice by slice.
fn observe_all(plan: &Plan, assembly: &Assembly, slices: Option<&mut Slices>) -> Vec<Collector> {
    match slices {
        None => assembly.collectors.par_iter().map(observe).collect(),
        Some(slices) => {
            let replays = slices.replay(plan, assembly);
            assembly.collectors.iter().zip(replays).map(|(assembled, replay)| observed(assembled, replay)).collect()
        }
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
    pub fn new(plan: &Plan, mut read: ReadFiles) -> Answer {
        let selection = Selection { to: plan.window.1 };
        let count = |said: &FileEvents| [said.records.len(), said.dumps.iter().map(|dump| dump.records.len()).sum()];
        let watched = read.files.iter().map(|(_, said)| count(said).map(|count| count as u64)).collect();
        let mut assembly = assemble(&mut read.files, &read.watch, &selection);
        let mut slices = plan.slices.and_then(|most| Slices::of(&assembly, most));
        let mut all = Observed { collectors: observe_all(plan, &assembly, slices.as_mut()) };
        // Most dumps are sampled. Where the sample lacks a peer whose route is gone, the whole dump tells whether all its routes are; what
        // that brings about may raise the question again, of a later dump.
        loop {
            let open = open_dumps(&assembly, &all);
            if open.is_empty() {
                break;
            }
            let places: Vec<(usize, usize)> = open.iter().map(|(.., place)| *place).collect();
            let found = read::peers_with_routes(plan, &read, &places);
            for ((collector, dump, _), holders) in open.iter().zip(found) {
                assembly.collectors[*collector].look_into(*dump, &holders);
            }
            if slices.is_some() {
                all.collectors = observe_all(plan, &assembly, slices.as_mut());
                continue;
            }
            let again: BTreeSet<usize> = open.iter().map(|(collector, ..)| *collector).collect();
            for at in again {
                all.collectors[at] = observe(&assembly.collectors[at]);
            }
        }
        if slices.is_none() {
            assembly.forget_records();
        }
        let (observed, unselected) = if plan.asks_everybody() {
            (all, None)
        } else {
            // Who is full-feed was measured over all peers (rule 15): they are selected after.
            (all.selected(|peer| plan.asks(&peer)), Some(all))
        };
        Answer { read, watched, assembly, observed, unselected, slices }
    }

    /// What replay made of all peers, whichever were asked.
    pub fn everybody(&self) -> &Observed {
        self.unselected.as_ref().unwrap_or(&self.observed)
    }

    /// The timeline that the plan asks for: rows and changes that overlap its window and bear the flags, upstreams and paths wanted.
    pub fn timeline(&self, plan: &Plan, options: &Options) -> Timeline {
        let mut timeline = timeline::build(&self.observed, &self.read.watch, options);
        let Span { from, until } = plan.asked();
        let is_of_time = |row: &Row| plan.is_of_time(&row.start, &row.end, row.believed);
        let through = Through::of(&plan.filters, &self.observed);
        timeline.rows.retain(|row| is_of_time(row) && plan.wants(row.flags) && plan.wants_row(row, &through));
        let is_in = |change: &Change| from <= change.time && change.time < until && plan.wants(change.flags);
        timeline.changes.retain(|change| is_in(change) && plan.wants_change(change, &through));
        timeline
    }

    /// The route intervals that overlap the plan's window and bear the flags wanted, and what they come to.
    pub fn routes<'a>(&'a self, plan: &'a Plan) -> (Intervals<'a>, RouteTotals) {
        if let Some(slices) = &self.slices {
            return (slices.intervals(plan, &self.assembly), slices.totals.clone());
        }
        let all = self.observed.collectors.iter().flat_map(|c| c.replay.intervals.packed());
        let intervals = Intervals::sorted(all.filter(|interval| plan.wants_route(&interval.get())));
        let totals = intervals.totals();
        (intervals, totals)
    }

    /// A record's name by content (rule 19): `path#digest`.
    pub fn evidence(&self, record: RecordId) -> String {
        let place = usize::try_from(record.place()).ok().and_then(|at| self.assembly.records.get(at));
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
