//! Routes of so many prefixes that they are not there at once: replayed slice by slice, for what they come to, and again for their rows.

use rayon::prelude::*;

use super::plan::Plan;
use crate::event::Assembly;
use crate::replay::{Held, PackedInterval, Replay, Slice, replay_slice};
use crate::report::sheets::{Intervals, RouteTotals};

/// Routes of dumps and messages that are replayed at a time.
pub const ROUTES_AT_A_TIME: usize = 50_000;

/// The slices of a run.
#[derive(Debug)]
pub struct Slices {
    all: Vec<Slice>,
    /// What they tell each other, by collector.
    held: Vec<Held>,
    /// What the rows asked for come to.
    pub totals: RouteTotals,
}

impl Slices {
    /// In slices of about so many routes; `None` if one holds them all.
    pub fn of(assembly: &Assembly, most: usize) -> Option<Slices> {
        let data = assembly.collectors.iter().filter_map(|collector| collector.data.as_ref());
        let slices = Slice::slices(data, most);
        let held = vec![Held::new(); assembly.collectors.len()];
        (slices.len() > 1).then(|| Slices { all: slices, held, totals: RouteTotals::default() })
    }

    /// Replays all collectors, slice by slice: what is left of it without its routes, which are counted.
    pub fn replay(&mut self, plan: &Plan, assembly: &Assembly) -> Vec<Replay> {
        loop {
            let one = |slice: &Slice| {
                let replays = self.replay_slice(assembly, slice);
                let mut totals = RouteTotals::default();
                for interval in wanted(plan, &replays) {
                    totals.add(&interval.get());
                }
                (replays.into_iter().map(Replay::without_routes).collect::<Vec<_>>(), totals)
            };
            let join = |(mut replays, mut totals): (Vec<Replay>, RouteTotals), (others, more): (Vec<Replay>, RouteTotals)| {
                replays.iter_mut().zip(others).for_each(|(own, other)| own.join(other));
                totals.join(more);
                (replays, totals)
            };
            let (replays, totals) = self.all.par_iter().with_max_len(1).map(one).reduce_with(join).unwrap_or_default();
            let held: Vec<Held> = replays.iter().map(|replay| replay.held.clone()).collect();
            let is_settled = held == self.held;
            (self.held, self.totals) = (held, totals);
            if is_settled {
                return replays;
            }
        }
    }

    /// The rows asked for, in order: as many slices at a time as there are threads.
    pub fn intervals<'a>(&'a self, plan: &'a Plan, assembly: &'a Assembly) -> Intervals<'a> {
        Intervals::new(move |to| {
            self.all.chunks(rayon::current_num_threads()).try_for_each(|slices| {
                let one = |slice: &Slice| self.replay_slice(assembly, slice);
                let found: Vec<Vec<Replay>> = slices.par_iter().with_max_len(1).map(one).collect();
                let wanted: Vec<_> = found.par_iter().with_max_len(1).map(|replays| wanted(plan, replays)).collect();
                wanted.into_iter().flatten().try_for_each(|interval| to(&interval.get()))
            })
        })
    }

    fn replay_slice(&self, assembly: &Assembly, slice: &Slice) -> Vec<Replay> {
        let all = assembly.collectors.iter().zip(&self.held);
        all.map(|(collector, held)| collector.data.as_ref().map_or_else(Replay::default, |data| replay_slice(data, slice, held)))
            .collect()
    }
}

/// The intervals of a slice that are asked for, in order of rows.
fn wanted<'a>(plan: &Plan, replays: &'a [Replay]) -> Vec<&'a PackedInterval> {
    let is_wanted = |packed: &&PackedInterval| {
        let interval = packed.get();
        plan.asks(&interval.peer) && plan.wants_route(&interval)
    };
    let mut wanted: Vec<&PackedInterval> =
        replays.iter().flat_map(|replay| replay.intervals.packed()).filter(is_wanted).collect();
    wanted.sort_unstable_by(|a, b| a.order(b));
    wanted
}
