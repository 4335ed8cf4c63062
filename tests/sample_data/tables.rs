//! Every peer's table at every second, put together from the script and the background; and the order in which peers say it.

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::script::{self, RESEND, RESET_DOWN, RESET_UP, Route, Step};
use crate::world::{self, LATE_UP, Peer, START, WATCHED, role};
use crate::{background, prng::Prng};

/// A change of a session's state, numbered as in RFC 6396.
#[derive(Debug, Clone, Copy)]
pub struct StateChange {
    /// Seconds since the epoch.
    pub time: u32,
    pub peer: usize,
    pub old: u16,
    pub new: u16,
}

/// A route as a table holds it.
pub struct Held<'a> {
    /// Seconds since the epoch of its last announcement.
    pub since: u32,
    pub route: &'a Route,
}

type History = Vec<(u32, Option<Route>)>;

/// The simulated world with its history.
pub struct World {
    pub peers: Vec<Peer>,
    pub prefixes: Vec<IpNet>,
    /// All messages, in the order of the archive: time, then peer.
    pub steps: Vec<Step>,
    /// The session changes that `rrc90` records.
    pub states: Vec<StateChange>,
    /// For each (peer, prefix) what it held from when on.
    history: BTreeMap<(usize, usize), History>,
}

impl World {
    /// Plays the whole story.
    pub fn new() -> Self {
        let (peers, prefixes) = (world::peers(), world::prefixes());
        let mut random = Prng::new(world::SEED, 300);
        let mut history = BTreeMap::new();
        let mut late = Vec::new();
        for (index, peer) in peers.iter().enumerate() {
            for prefix in (0..prefixes.len()).filter(|prefix| peer.carries(*prefix, &prefixes[*prefix])) {
                if peer.since > START {
                    let route = if prefix < WATCHED { script::late(peer, prefix) } else { background::route(peer, prefix, 0) };
                    late.push(Step { time: transfer_time(LATE_UP, prefix), peer: index, prefix, route: Some(route) });
                } else {
                    let route = if prefix < WATCHED { script::before(peer, prefix) } else { background::route(peer, prefix, 0) };
                    history.insert((index, prefix), vec![(START - random.range(3600, 40 * 86400), Some(route))]);
                }
            }
        }
        let mut steps = [script::steps(&peers), background::steps(&peers, &prefixes), late].concat();
        steps.sort_by_key(|step| (step.time, step.peer));
        let mut world = Self { peers, prefixes, steps: Vec::new(), states: states(), history };
        // A step that says what is known already would be a repeat; those come only from the transfers below.
        steps.retain(|step| world.apply(step));
        steps.extend(world.transfer(role::RESET, RESET_UP));
        steps.extend(world.transfer(role::RESENDS, RESEND));
        steps.sort_by_key(|step| (step.time, step.peer));
        world.steps = steps;
        world
    }

    fn apply(&mut self, step: &Step) -> bool {
        let held = self.history.entry((step.peer, step.prefix)).or_default();
        let last = held.last();
        assert!(last.is_none_or(|(time, _)| *time < step.time), "two steps of one route in one second: {step:?}");
        let changes = last.and_then(|(_, route)| route.as_ref()) != step.route.as_ref();
        if changes {
            held.push((step.time, step.route.clone()));
        }
        changes
    }

    /// A peer's whole table, sent once more from `start` on.
    fn transfer(&self, peer: usize, start: u32) -> Vec<Step> {
        let all = 0..self.prefixes.len();
        all.filter_map(|prefix| {
            let time = transfer_time(start, prefix);
            let route = self.held(peer, prefix, time)?.route.clone();
            Some(Step { time, peer, prefix, route: Some(route) })
        })
        .collect()
    }

    /// What the peer holds just before `time`, its session's state aside.
    pub fn held(&self, peer: usize, prefix: usize, time: u32) -> Option<Held<'_>> {
        let history = self.history.get(&(peer, prefix))?;
        let position = history.partition_point(|(since, _)| *since < time).checked_sub(1)?;
        let (since, route) = &history[position];
        let resent = if peer == role::RESET { transfer_time(RESET_UP, prefix) } else { 0 };
        let since = if resent < time { resent.max(*since) } else { *since };
        route.as_ref().map(|route| Held { since, route })
    }
}

/// When a table transfer that begins at `start` comes to a prefix: the watched ones early, all within 28 s.
fn transfer_time(start: u32, prefix: usize) -> u32 {
    start + 3 + u32::try_from(prefix).expect("some hundreds") / 24
}

fn states() -> Vec<StateChange> {
    let change = |peer, time, old, new| StateChange { time, peer, old, new };
    vec![
        change(role::LATE, LATE_UP - 19, 1, 3),
        change(role::LATE, LATE_UP - 6, 3, 4),
        change(role::LATE, LATE_UP - 3, 4, 5),
        change(role::LATE, LATE_UP, 5, 6),
        change(role::RESET, RESET_DOWN, 6, 1),
        change(role::RESET, RESET_DOWN + 15, 1, 3),
        change(role::RESET, RESET_UP - 6, 3, 4),
        change(role::RESET, RESET_UP - 4, 4, 5),
        change(role::RESET, RESET_UP, 5, 6),
    ]
}
