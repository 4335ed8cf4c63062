//! Steps gathered into the messages and dumps that carry them, before any encoding.

use crate::script::{Route, Step};
use crate::tables::{StateChange, World};
use crate::world::Collector;

/// What one record of an update file says.
pub enum Record<'a> {
    /// An UPDATE that announces prefixes of one family with one path.
    Announce { time: u32, peer: usize, prefixes: Vec<usize>, route: &'a Route },
    /// An UPDATE that withdraws prefixes of one family.
    Withdraw { time: u32, peer: usize, prefixes: Vec<usize> },
    /// A change of a session's state.
    State(StateChange),
}

impl Record<'_> {
    /// Seconds since the epoch.
    pub const fn time(&self) -> u32 {
        match self {
            Self::Announce { time, .. } | Self::Withdraw { time, .. } => *time,
            Self::State(change) => change.time,
        }
    }
}

/// The records of a collector from `from` until before `to`, in order.
pub fn updates(world: &World, collector: Collector, from: u32, to: u32) -> Vec<Record<'_>> {
    let first = world.steps.partition_point(|step| step.time < from);
    let last = world.steps.partition_point(|step| step.time < to);
    let steps: Vec<&Step> =
        world.steps[first..last].iter().filter(|step| world.peers[step.peer].collector == collector).collect();
    let mut records = Vec::new();
    if collector == Collector::Ris {
        records
            .extend(world.states.iter().filter(|change| (from..to).contains(&change.time)).map(|change| Record::State(*change)));
    }
    for together in steps.chunk_by(|a, b| (a.time, a.peer) == (b.time, b.peer)) {
        gather(world, together, &mut records);
    }
    records.sort_by_key(Record::time);
    records
}

/// One peer's steps of one second: withdrawals first, then one message for each path.
fn gather<'a>(world: &World, steps: &[&'a Step], records: &mut Vec<Record<'a>>) {
    let is_v6 = |prefix: usize| world.prefixes[prefix].addr().is_ipv6();
    let (time, peer) = (steps[0].time, steps[0].peer);
    for family in [false, true] {
        let gone = steps.iter().filter(|step| step.route.is_none() && is_v6(step.prefix) == family);
        let gone: Vec<usize> = gone.map(|step| step.prefix).collect();
        if !gone.is_empty() {
            records.push(Record::Withdraw { time, peer, prefixes: gone });
        }
        let mut routes: Vec<(&Route, Vec<usize>)> = Vec::new();
        for step in steps.iter().filter(|step| is_v6(step.prefix) == family) {
            let Some(route) = &step.route else { continue };
            match routes.iter_mut().find(|(known, _)| *known == route) {
                Some((_, prefixes)) => prefixes.push(step.prefix),
                None => routes.push((route, vec![step.prefix])),
            }
        }
        records.extend(routes.into_iter().map(|(route, prefixes)| Record::Announce { time, peer, prefixes, route }));
    }
}

/// The peers of a collector whose sessions exist at `time`, in index order.
pub fn indexed(world: &World, collector: Collector, time: u32) -> Vec<usize> {
    let known = |peer: &usize| world.peers[*peer].collector == collector && world.peers[*peer].since <= time;
    (0..world.peers.len()).filter(known).collect()
}

/// A prefix of a dump with the routes to it: (place in the index, seconds since the epoch, route).
pub struct DumpRow<'a> {
    pub prefix: usize,
    pub time: u32,
    pub routes: Vec<(u16, u32, &'a Route)>,
}

/// The rows of a dump begun at `begin`, whose records are stamped up to `lasts` seconds later; IPv4 first, by number. Each
/// row shows the tables at its own time, as a dump that is no snapshot does.
pub fn dump<'a>(world: &'a World, peers: &[usize], begin: u32, lasts: u32) -> Vec<DumpRow<'a>> {
    let mut order: Vec<usize> = (0..world.prefixes.len()).collect();
    order.sort_by_key(|prefix| world.prefixes[*prefix]);
    let total = u32::try_from(order.len()).expect("some hundreds");
    let rows = order.into_iter().zip(0..).map(|(prefix, position): (usize, u32)| {
        let time = begin + position * lasts / total;
        let routes = peers.iter().zip(0_u16..).filter_map(|(peer, place)| {
            let held = world.held(*peer, prefix, time)?;
            Some((place, held.since, held.route))
        });
        DumpRow { prefix, time, routes: routes.collect() }
    });
    rows.filter(|row| !row.routes.is_empty()).collect()
}
