//! The story: who holds which watched prefix, by which upstream, from when on. The published moments stand here as
//! constants; randomness only fills in what was not published.

use crate::prng::Prng;
use crate::world::{self, Choice, Peer, SEED, START, TRANSTELECOM, UNICOM, WATCHED};

/// What a peer holds: the path it tells, and for watched prefixes the upstream that the script means by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub path: Vec<u32>,
    pub upstream: Option<u32>,
}

/// A peer announces (or, without a route, withdraws) a prefix.
#[derive(Debug, Clone)]
pub struct Step {
    /// Seconds since the epoch.
    pub time: u32,
    pub peer: usize,
    pub prefix: usize,
    pub route: Option<Route>,
}

/// Hours, minutes and seconds of 2017-10-01 (or of the next day, from hour 24 on), as seconds since the epoch.
const fn at(h: u32, m: u32, s: u32) -> u32 {
    START + h * 3600 + m * 60 + s
}

/// Published: the first `TransTeleCom` path.
pub const APPEARS: u32 = at(9, 7, 51);
/// Published: the last one is gone again.
pub const GONE: u32 = at(10, 14, 45);
/// Published to the minute: all four prefixes unstable from here
pub const UNSTABLE: u32 = at(10, 47, 0);
/// to here.
pub const STABLE: u32 = at(12, 26, 0);
/// Published: `TransTeleCom` is back.
pub const BACK: u32 = at(12, 21, 55);
/// Published: .176 leaves `TransTeleCom`.
pub const LEAVES_176: u32 = at(24 + 7, 56, 39);
/// Published: .179 leaves `TransTeleCom`.
pub const LEAVES_179: u32 = at(24 + 9, 10, 29);
/// The reset session goes down.
pub const RESET_DOWN: u32 = at(19, 41, 12);
/// It is up again.
pub const RESET_UP: u32 = at(19, 41, 49);
/// A peer sends its table once more for no reason.
pub const RESEND: u32 = at(17, 22, 10);

/// An absence of prefixes from every peer: position of the prefix, last withdrawal, first return. The four brief moments
/// without any of the four are published, their seconds are not: these are invented, as are the two of single prefixes.
pub type Absence = &'static [(usize, u32, u32)];

pub const ABSENCES: [Absence; 6] = [
    &[
        (0, at(10, 53, 24), at(10, 54, 15)),
        (1, at(10, 53, 24), at(10, 54, 15)),
        (2, at(10, 53, 24), at(10, 54, 15)),
        (3, at(10, 53, 24), at(10, 54, 15)),
    ],
    &[(2, at(11, 5, 20), at(11, 5, 52))],
    &[
        (0, at(11, 16, 33), at(11, 17, 5)),
        (1, at(11, 16, 38), at(11, 17, 2)),
        (2, at(11, 16, 40), at(11, 17, 4)),
        (3, at(11, 16, 36), at(11, 17, 9)),
    ],
    &[(0, at(11, 30, 7), at(11, 30, 26))],
    &[
        (0, at(11, 43, 20), at(11, 44, 47)),
        (1, at(11, 43, 20), at(11, 44, 47)),
        (2, at(11, 43, 20), at(11, 44, 47)),
        (3, at(11, 43, 20), at(11, 44, 47)),
    ],
    &[
        (0, at(12, 10, 29), at(12, 11, 16)),
        (1, at(12, 10, 31), at(12, 11, 14)),
        (2, at(12, 10, 27), at(12, 11, 18)),
        (3, at(12, 10, 30), at(12, 11, 14)),
    ],
];

/// Moments at which a few peers prefer another way to the same upstream for five minutes.
const DETOURS: [u32; 4] = [at(2, 31, 17), at(5, 12, 44), at(16, 40, 2), at(22, 17, 35)];

/// The watched steps of all peers, in order of time; the late peer's first table is not among them.
pub fn steps(peers: &[Peer]) -> Vec<Step> {
    let mut story = Story { peers, steps: Vec::new(), random: Prng::new(SEED, 100) };
    story.appear(APPEARS);
    story.leave(GONE, &[0, 2, 3]);
    story.unrest();
    story.appear(BACK);
    story.leave(LEAVES_176, &[0]);
    story.leave(LEAVES_179, &[3]);
    let mut steps = story.steps;
    steps.sort_by_key(|step| (step.time, step.peer, step.prefix));
    let mut random = Prng::new(SEED, 101);
    for start in DETOURS {
        let detours = detour(peers, &steps, start, &mut random);
        steps.extend(detours);
        steps.sort_by_key(|step| (step.time, step.peer, step.prefix));
    }
    steps
}

/// What a peer holds of a watched prefix before the archive begins: always China Unicom.
pub fn before(peer: &Peer, prefix: usize) -> Route {
    by(peer, prefix, UNICOM, 0)
}

/// What the late peer tells when it comes up.
pub fn late(peer: &Peer, prefix: usize) -> Route {
    by(peer, prefix, if prefix == 1 { UNICOM } else { TRANSTELECOM }, 0)
}

fn by(peer: &Peer, prefix: usize, upstream: u32, variant: usize) -> Route {
    Route { path: peer.watched_path(prefix, upstream, variant), upstream: Some(upstream) }
}

fn holds(peer: &Peer, prefix: usize) -> bool {
    peer.feed == world::Feed::Full || peer.feed == world::Feed::Dual || peer.feed == world::Feed::Partial(Some(prefix))
}

fn detour(peers: &[Peer], steps: &[Step], start: u32, random: &mut Prng) -> Vec<Step> {
    let mut detours = Vec::new();
    for _ in 0..3 {
        let peer = random.index(peers.len());
        let time = start + random.range(0, 40);
        if peers[peer].since > START || detours.iter().any(|step: &Step| step.peer == peer) {
            continue;
        }
        for prefix in (0..WATCHED).filter(|prefix| holds(&peers[peer], *prefix)) {
            let last = steps.iter().rfind(|step| step.time < time && step.peer == peer && step.prefix == prefix);
            let usual = last.map_or_else(|| Some(before(&peers[peer], prefix)), |step| step.route.clone());
            let Some(Route { upstream: Some(upstream), .. }) = usual else { continue };
            let longer = by(&peers[peer], prefix, upstream, 1);
            detours.push(Step { time, peer, prefix, route: Some(longer) });
            detours.push(Step { time: time + 300, peer, prefix, route: usual });
        }
    }
    detours
}

struct Story<'a> {
    peers: &'a [Peer],
    steps: Vec<Step>,
    random: Prng,
}

impl Story<'_> {
    fn announce(&mut self, time: u32, peer: usize, prefix: usize, upstream: u32, variant: usize) {
        let route = Some(by(&self.peers[peer], prefix, upstream, variant));
        self.steps.push(Step { time, peer, prefix, route });
    }

    fn withdraw(&mut self, time: u32, peer: usize, prefix: usize) {
        self.steps.push(Step { time, peer, prefix, route: None });
    }

    /// Peers up at `time` that take `TransTeleCom`, in random order.
    fn takers(&mut self, time: u32) -> Vec<usize> {
        let mut takers: Vec<usize> = (0..self.peers.len())
            .filter(|peer| self.peers[*peer].choice == Choice::TakesTransTeleCom && self.peers[*peer].since <= time)
            .collect();
        self.random.shuffle(&mut takers);
        takers
    }

    /// `TransTeleCom` appears for three prefixes, at `first` from its own session and within 80 s from the other peers.
    fn appear(&mut self, first: u32) {
        const AFTER: [u32; 12] = [3, 7, 9, 14, 18, 26, 33, 41, 52, 61, 70, 78];
        let opener = world::role::TRANSTELECOM;
        let mut takers = self.takers(first);
        // The partial peer comes last, so that the first half of the peers is the same for each prefix.
        takers.retain(|peer| *peer != opener);
        takers.sort_by_key(|peer| self.peers[*peer].feed == world::Feed::Partial(Some(2)));
        for prefix in [0, 2, 3] {
            self.announce(first, opener, prefix, TRANSTELECOM, 0);
        }
        for (peer, after) in takers.into_iter().zip(AFTER) {
            let hunts = self.random.chance(50);
            let settled = after + self.random.range(4, 15);
            for prefix in [0, 2, 3].into_iter().filter(|prefix| holds(&self.peers[peer], *prefix)) {
                if hunts {
                    self.announce(first + after, peer, prefix, TRANSTELECOM, 1);
                    self.announce(first + settled, peer, prefix, TRANSTELECOM, 0);
                } else {
                    self.announce(first + after, peer, prefix, TRANSTELECOM, 0);
                }
            }
        }
    }

    /// `TransTeleCom` loses `prefixes` to China Unicom: at `last` from the last peer, up to 45 s earlier from the others.
    fn leave(&mut self, last: u32, prefixes: &[usize]) {
        const BEFORE: [u32; 12] = [0, 2, 5, 8, 11, 15, 19, 24, 28, 33, 38, 44];
        let mut takers = self.takers(last);
        takers.sort_by_key(|peer| self.peers[*peer].feed == world::Feed::Partial(Some(2)));
        for (peer, ahead) in takers.into_iter().zip(BEFORE) {
            let hunts = self.random.chance(50);
            let settled = last + self.random.range(1, 40);
            for prefix in prefixes.iter().copied().filter(|prefix| holds(&self.peers[peer], *prefix)) {
                if hunts {
                    self.announce(last - ahead - 6, peer, prefix, TRANSTELECOM, 2);
                }
                self.announce(last - ahead, peer, prefix, UNICOM, 1);
                self.announce(settled, peer, prefix, UNICOM, 0);
            }
        }
    }

    /// From `UNSTABLE` to `STABLE`: the scripted absences, and between them single peers losing single prefixes.
    fn unrest(&mut self) {
        for absence in ABSENCES {
            self.absence(absence);
        }
        for prefix in 0..WATCHED {
            let mut from = UNSTABLE + 10;
            let gone = ABSENCES.iter().flat_map(|absence| absence.iter()).filter(|(which, ..)| *which == prefix);
            for (_, last, first) in gone {
                self.flaps(prefix, from, last - 80, |_| true);
                from = first + 65;
            }
            self.flaps(prefix, from, BACK - 30, |_| true);
            let keeps = |peer: &Peer| prefix == 1 || peer.choice == Choice::KeepsUnicom;
            self.flaps(prefix, BACK - 20, STABLE - 10, keeps);
        }
        // The first and the last movement of the unrest.
        self.withdraw(UNSTABLE, world::role::FALTERS, 3);
        self.announce(UNSTABLE + 8, world::role::FALTERS, 3, UNICOM, 1);
        self.withdraw(STABLE - 9, world::role::SETTLES, 1);
        self.announce(STABLE, world::role::SETTLES, 1, UNICOM, 0);
    }

    /// Every peer loses the prefixes, the last at the scripted second; every peer gets them back.
    fn absence(&mut self, absence: Absence) {
        let mut order: Vec<usize> = (0..self.peers.len()).filter(|peer| self.peers[*peer].since == START).collect();
        self.random.shuffle(&mut order);
        let full = |peer: &usize| holds(&self.peers[*peer], 0);
        let (Some(last), Some(first)) = (order.iter().copied().find(full), order.iter().copied().rfind(full)) else { return };
        for peer in order {
            let earlier = if peer == last { 0 } else { self.random.range(1, 38) };
            let later = if peer == first { 0 } else { self.random.range(1, 45) };
            let hunts = self.random.chance(40);
            let variant = usize::from(self.random.chance(30));
            for (prefix, gone, back) in absence.iter().copied().filter(|(prefix, ..)| holds(&self.peers[peer], *prefix)) {
                if hunts {
                    self.announce(gone - earlier - 7, peer, prefix, UNICOM, 2);
                }
                self.withdraw(gone - earlier, peer, prefix);
                self.announce(back + later, peer, prefix, UNICOM, variant);
            }
        }
    }

    /// Peers lose and regain a prefix between `from` and `to`; China Unicom's own session and another stay steady. The
    /// minutes around the dump of 12:00 stay quiet, so that it shows what the updates say.
    fn flaps(&mut self, prefix: usize, from: u32, to: u32, taking_part: impl Fn(&Peer) -> bool) {
        let quiet = at(11, 58, 40)..at(12, 2, 30);
        for peer in 0..self.peers.len() {
            let steady = peer == world::role::UNICOM || peer == world::role::STEADY || self.peers[peer].since > START;
            if steady || !holds(&self.peers[peer], prefix) || !taking_part(&self.peers[peer]) {
                continue;
            }
            let mut time = from + self.random.range(0, 400);
            loop {
                let back = time + self.random.range(12, 70);
                if back > to {
                    break;
                }
                if back < quiet.start || time > quiet.end {
                    self.withdraw(time, peer, prefix);
                    let variant = self.random.index(3);
                    self.announce(back, peer, prefix, UNICOM, variant);
                }
                time = back + self.random.range(150, 600);
            }
        }
    }
}
