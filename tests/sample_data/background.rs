//! What else happens in the tables: routes nobody watches change, vanish and return, so that no update file is empty.

use std::collections::HashMap;

use ipnet::IpNet;

use crate::prng::Prng;
use crate::script::{RESEND, RESET_DOWN, RESET_UP, Route, Step};
use crate::world::{Collector, END, LATE_UP, Peer, SEED, START, WATCHED, role};

/// A peer's route to an unwatched prefix; `variant` 0 is the usual one.
pub fn route(peer: &Peer, prefix: usize, variant: u64) -> Route {
    Route { path: peer.background_path(prefix, variant), upstream: None }
}

/// The unwatched steps of all peers, in order of time.
pub fn steps(peers: &[Peer], prefixes: &[IpNet]) -> Vec<Step> {
    let mut churn = Churn { peers, prefixes, free_at: HashMap::new(), steps: Vec::new(), random: Prng::new(SEED, 200) };
    churn.collector(Collector::Ris, 300, 5);
    churn.collector(Collector::RouteViews, 900, 9);
    churn.steps.sort_by_key(|step| (step.time, step.peer, step.prefix));
    churn.steps
}

struct Churn<'a> {
    peers: &'a [Peer],
    prefixes: &'a [IpNet],
    /// When the last scheduled step of a (peer, prefix) is over.
    free_at: HashMap<(usize, usize), u32>,
    steps: Vec<Step>,
    random: Prng,
}

impl Churn<'_> {
    /// `count` events for each update file of `spacing` seconds, and more until one of them is a withdrawal: an
    /// announcement may turn out to be a repeat, which is dropped, and no file may be empty.
    fn collector(&mut self, collector: Collector, spacing: u32, count: u32) {
        let speakers: Vec<usize> = (0..self.peers.len()).filter(|peer| self.peers[*peer].collector == collector).collect();
        for file in (START..END).step_by(usize::try_from(spacing).expect("some minutes")) {
            let mut times: Vec<u32> = (0..count).map(|_| file + self.random.range(0, spacing - 2)).collect();
            times.sort_unstable();
            let before = self.steps.len();
            for time in times {
                let peer = speakers[self.random.index(speakers.len())];
                self.event(time, peer);
            }
            while self.steps[before..].iter().all(|step| step.route.is_some()) {
                let peer = speakers[self.random.index(speakers.len())];
                self.event(file + spacing / 2, peer);
            }
        }
    }

    fn event(&mut self, time: u32, peer: usize) {
        let large = self.random.chance(2);
        let run = if large { self.random.range(40, 90) } else { self.random.range(1, 4) };
        let first = WATCHED + self.random.index(self.prefixes.len() - WATCHED);
        let vanishes = large || self.random.chance(35);
        let back = time + self.random.range(20, 240);
        let variant = self.random.next() % 4;
        for prefix in first..(first + usize::try_from(run).expect("at most 90")).min(self.prefixes.len()) {
            let until = if vanishes { back } else { time };
            if !self.free(peer, prefix, time, until) {
                continue;
            }
            self.free_at.insert((peer, prefix), until + 1);
            let announced = Some(route(&self.peers[peer], prefix, variant));
            if vanishes {
                self.steps.push(Step { time, peer, prefix, route: None });
            }
            self.steps.push(Step { time: until, peer, prefix, route: announced });
        }
    }

    /// Nothing may happen to a route twice at once, nor while its peer's whole table is under way.
    fn free(&self, peer: usize, prefix: usize, from: u32, until: u32) -> bool {
        let busy = match peer {
            role::RESET => RESET_DOWN - 60..RESET_UP + 120,
            role::LATE => 0..LATE_UP + 120,
            role::RESENDS => RESEND - 60..RESEND + 120,
            _ => 0..0,
        };
        self.peers[peer].carries(prefix, &self.prefixes[prefix])
            && until < END
            && (until < busy.start || from > busy.end)
            && self.free_at.get(&(peer, prefix)).is_none_or(|free| *free < from)
    }
}
