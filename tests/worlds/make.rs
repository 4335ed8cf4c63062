//! Makes a world from a seed: what happens to the watched prefixes, and what each router makes of it.

use crate::make_files;
use crate::prng::Prng;
use crate::world::{Collector, Event, Feed, Kind, MIN, Micros, Path, Peer, SEC, World};

/// 2017-10-01T00:00:00Z.
pub const BEGIN: Micros = 1_506_816_000 * SEC;

const UPSTREAMS: [u32; 4] = [4837, 20485, 3356, 267_613];
const TRANSITS: [u32; 3] = [1299, 174, 6939];
const PEERS: [u32; 10] = [3333, 1299, 2914, 20485, 3333, 6939, 271_253, 3356, 9002, 37_100];
const HIJACKERS: [u32; 2] = [38_040, 18_101];
const OLD: [&str; 5] = ["175.45.176.0/22", "175.45.176.0/24", "175.45.177.0/24", "175.45.178.0/23", "175.45.179.0/24"];
const NEW: [&str; 3] = ["2001:db8:100::/40", "2001:db8:100::/48", "2001:db8:1ab::/48"];

/// What a router is told by its neighbours: the origin and the upstream.
type Wanted = Option<(u32, u32)>;

/// Something that happens in the network.
struct Step {
    at: Micros,
    /// `None`: to all.
    prefix: Option<usize>,
    /// `None`: to what it was at first.
    becomes: Option<Wanted>,
    /// How many routers of a hundred follow.
    share: u32,
    /// The most by which a router is late, seconds.
    spread: u32,
}

/// The world of a seed.
pub fn world(seed: u64) -> World {
    let mut prng = Prng::new(seed, 1);
    // Now and then a route is left for hours after all others went.
    let is_stuck = prng.chance(4);
    let lasts = if is_stuck { 300 } else { [60, 60, 120, 120, 120, 180, 180, 300][prng.index(8)] } * MIN;
    let origin = [131_279, 131_279, 17_557][prng.index(3)];
    let (roots, prefixes) = prefixes(&mut prng);
    let first: Vec<Wanted> = prefixes.iter().map(|_| prng.chance(80).then(|| (origin, UPSTREAMS[prng.index(2)]))).collect();
    let mut steps = steps(&mut prng, lasts, origin, prefixes.len());
    if is_stuck {
        steps.retain(|step| step.at < BEGIN + 50 * MIN);
        let at = BEGIN + Micros::from(prng.range(51, 100)) * MIN;
        steps.push(Step { at, prefix: None, becomes: Some(None), share: 100, spread: 30 });
    }
    let count = [1, 1, 1, 2, 2, 3][prng.index(6)];
    let mut collectors = Vec::new();
    for number in 0..count {
        let mut prng = Prng::new(seed, 100 + number);
        let kind = if prng.chance(55) { Kind::Ris } else { Kind::RouteViews };
        let name = match kind {
            Kind::Ris => format!("rrc0{number}"),
            Kind::RouteViews => ["route-views.sg", "route-views.wide", "route-views3"][prng.index(3)].to_owned(),
        };
        let name =
            if collectors.iter().any(|c: &Collector| c.name == name) { format!("route-views{}", 4 + number) } else { name };
        let micros = kind == Kind::Ris && prng.chance(60);
        let peers = [1, 2, 3, 3, 4, 4, 5, 6, 8][prng.index(9)];
        let all_fall = (prng.chance(8)).then(|| (moment(&mut prng, lasts), i64::from([30, 90, 600][prng.index(3)]) * SEC));
        let peers = (0..peers).map(|at| {
            let world =
                Setting { lasts, kind, micros, origin, first: &first, steps: &steps, prefixes: &prefixes, all_fall, is_stuck };
            peer(&mut Prng::new(seed, 1000 + 100 * number + at), at, &world)
        });
        let peers = peers.collect();
        collectors.push(make_files::collector(&mut prng, name, kind, micros, peers, lasts));
    }
    World { seed, roots, origin, prefixes, collectors }
}

fn prefixes(prng: &mut Prng) -> (Vec<String>, Vec<String>) {
    let mut roots = vec![OLD[0].to_owned()];
    let mut prefixes = Vec::new();
    let count = [1, 1, 2, 3][prng.index(4)];
    while prefixes.len() < count {
        let one = OLD[prng.index(OLD.len())].to_owned();
        if !prefixes.contains(&one) {
            prefixes.push(one);
        }
    }
    if prng.chance(20) {
        roots.push(NEW[0].to_owned());
        prefixes.push(NEW[prng.index(NEW.len())].to_owned());
    }
    (roots, prefixes)
}

/// A moment within the world; round ones are frequent.
pub fn moment(prng: &mut Prng, lasts: Micros) -> Micros {
    let seconds = u32::try_from(lasts / SEC).expect("some hours");
    let second = match prng.range(1, 100) {
        1..=30 => prng.range(1, seconds / 300 - 1) * 300,
        31..=60 => prng.range(1, seconds / 60 - 1) * 60,
        _ => prng.range(1, seconds - 1),
    };
    BEGIN + Micros::from(second) * SEC
}

fn steps(prng: &mut Prng, lasts: Micros, origin: u32, prefixes: usize) -> Vec<Step> {
    let mut out = Vec::new();
    for _ in 0..prng.range(1, 5) {
        let at = moment(prng, lasts);
        let prefix = prng.chance(70).then(|| prng.index(prefixes));
        let share = [100, 100, 60, 25][prng.index(4)];
        let spread = [0, 0, 2, 30, 90][prng.index(5)];
        let step = |at, becomes, share| Step { at, prefix, becomes, share, spread };
        let later = at + Micros::from([30, 60, 90, 300, 600, 1800][prng.index(6)]) * SEC;
        let hijack = (HIJACKERS[prng.index(2)], [174, 9121, 4837][prng.index(3)]);
        match prng.range(1, 100) {
            1..=40 => {
                let upstream = UPSTREAMS[prng.index(UPSTREAMS.len())];
                out.push(step(at, Some(Some((origin, upstream))), share));
                if prng.chance(40) {
                    out.push(step(later, None, 100));
                }
            }
            41..=60 => {
                out.push(step(at, Some(None), share));
                out.push(step(later, None, 100));
            }
            61..=70 => out.push(step(at, Some(None), share)),
            _ => {
                out.push(step(at, Some(Some(hijack)), share));
                if prng.chance(80) {
                    out.push(step(later, None, 100));
                }
            }
        }
    }
    out.retain(|step| step.at < BEGIN + lasts);
    out.sort_by_key(|step| step.at);
    out
}

/// What is true of all peers of a collector.
struct Setting<'a> {
    lasts: Micros,
    kind: Kind,
    micros: bool,
    origin: u32,
    first: &'a [Wanted],
    steps: &'a [Step],
    prefixes: &'a [String],
    all_fall: Option<(Micros, Micros)>,
    is_stuck: bool,
}

fn peer(prng: &mut Prng, at: u64, world: &Setting) -> Peer {
    let asn = if prng.chance(2) { world.origin } else { PEERS[prng.index(PEERS.len())] };
    let is_v6 = world.prefixes.iter().any(|p| p.contains(':')) && prng.chance(35);
    let ip = if is_v6 { format!("2001:7f8::{}", 10 + at) } else { format!("192.0.2.{}", 10 + at) };
    let feed = [Feed::Full, Feed::Full, Feed::Full, Feed::Partial, Feed::Low][prng.index(5)];
    let add_path = prng.chance(8);
    let two_byte = !add_path && prng.chance(if world.kind == Kind::RouteViews { 40 } else { 10 });
    let holds = if feed == Feed::Full { 90 } else { 45 };
    let up = !prng.chance(7);
    let mut router = Router {
        asn,
        id: u32::from(add_path),
        stubborn: prng.chance(if world.is_stuck { 15 } else { 6 }),
        hides: prng.chance(4),
        prng,
    };
    let carried: Vec<bool> = world
        .prefixes
        .iter()
        .map(|prefix| (prefix.contains(':') == is_v6 || !is_v6 && router.prng.chance(50)) && router.prng.chance(holds))
        .collect();
    let mut table = Vec::new();
    for (prefix, wanted) in world.first.iter().enumerate().filter(|(prefix, _)| carried[*prefix]) {
        if let Some(path) = router.path(*wanted) {
            table.push((prefix, router.id, path));
        }
    }
    let mut events = router.follow(world, &carried);
    router.alone(world, &carried, &mut events);
    router.sessions(world, up, &mut events);
    events.sort_by_key(|(at, _)| *at);
    Peer { ip, asn, two_byte, add_path, feed, up, table, events }
}

/// A router in the making.
struct Router<'a> {
    asn: u32,
    id: u32,
    /// It does not hear withdrawals.
    stubborn: bool,
    /// It does not add its own AS to paths, as a route server.
    hides: bool,
    prng: &'a mut Prng,
}

impl Router<'_> {
    fn path(&mut self, wanted: Wanted) -> Option<Path> {
        let (origin, upstream) = wanted?;
        if self.asn == origin {
            return Some(Path::Sequence(vec![origin]));
        }
        let mut ases = if self.hides { vec![] } else { vec![self.asn] };
        if self.asn != upstream || self.hides {
            if self.prng.chance(30) {
                ases.push(TRANSITS[self.prng.index(TRANSITS.len())]);
            }
            ases.push(upstream);
        }
        ases.dedup();
        if self.prng.chance(3) {
            ases.extend([origin, 32_934]);
        }
        let times = if self.prng.chance(12) { 3 } else { 1 };
        ases.extend(vec![origin; times]);
        Some(match self.prng.range(1, 100) {
            1..=2 => Path::Empty(self.asn),
            3..=5 => Path::Set(ases, vec![65_001, 65_002]),
            _ => Path::Sequence(ases),
        })
    }

    /// A time that the collector can write.
    fn exact(&mut self, world: &Setting, at: Micros) -> Micros {
        let extra = if world.micros && self.prng.chance(40) { Micros::from(self.prng.range(1, 999_999)) } else { 0 };
        at + extra
    }

    /// What happens in the network reaches the router.
    fn follow(&mut self, world: &Setting, carried: &[bool]) -> Vec<(Micros, Event)> {
        let mut out = Vec::new();
        for step in world.steps {
            let follows = self.prng.chance(step.share);
            let delay = if step.spread == 0 { 0 } else { self.prng.range(0, step.spread) };
            let at = self.exact(world, step.at + Micros::from(delay) * SEC);
            let doubled = self.prng.chance(5);
            for prefix in (0..carried.len()).filter(|p| carried[*p] && step.prefix.is_none_or(|one| one == *p)) {
                let to = self.path(step.becomes.unwrap_or(world.first[prefix]));
                if follows && !(self.stubborn && to.is_none()) {
                    out.push((at, Event::Route { prefix, id: self.id, to, doubled }));
                }
            }
        }
        out
    }

    /// What only this router does.
    fn alone(&mut self, world: &Setting, carried: &[bool], out: &mut Vec<(Micros, Event)>) {
        let origin = world.origin;
        for _ in 0..[0, 0, 1, 2, 4, 7][self.prng.index(6)] {
            let prefix = self.prng.index(carried.len());
            if !carried[prefix] {
                continue;
            }
            let at = moment(self.prng, world.lasts);
            let at = self.exact(world, at);
            let id = if self.id > 0 && self.prng.chance(40) { 2 } else { self.id };
            let upstream = UPSTREAMS[self.prng.index(2)];
            let route = |to: Option<Path>| Event::Route { prefix, id, to, doubled: false };
            match self.prng.range(1, 100) {
                1..=30 => out.push((at, route(self.path(Some((origin, upstream)))))),
                31..=45 => out.push((at, Event::Again { prefix, id })),
                46..=60 => out.push((at, route(None))),
                61..=75 => {
                    // Away and back, or the other way round, within an instant or a few seconds.
                    let after = at + Micros::from([0, 0, 1, 20][self.prng.index(4)]) * SEC;
                    let second = UPSTREAMS[self.prng.index(2)];
                    let (one, other) = (self.path(Some((origin, upstream))), self.path(Some((origin, second))));
                    let all = if self.prng.chance(50) { [None, one, None] } else { [one, None, other] };
                    out.extend(all.into_iter().zip([at, at, after]).map(|(to, at)| (at, route(to))));
                }
                76..=85 => {
                    let hijacker = HIJACKERS[self.prng.index(2)];
                    out.push((at, route(self.path(Some((hijacker, 9121))))));
                }
                _ => {
                    out.push((at, route(None)));
                    let after = at + Micros::from([10, 60, 300, 900][self.prng.index(4)]) * SEC;
                    out.push((after, route(self.path(Some((origin, upstream))))));
                }
            }
        }
    }

    fn sessions(&mut self, world: &Setting, up: bool, out: &mut Vec<(Micros, Event)>) {
        let mut losses = Vec::new();
        if !up {
            losses.push((None, Some(moment(self.prng, world.lasts))));
        }
        losses.extend(world.all_fall.map(|(at, after)| (Some(at), Some(at + after))));
        for _ in 0..[0, 0, 0, 0, 1, 1, 2][self.prng.index(7)] {
            let down = moment(self.prng, world.lasts);
            let down = self.exact(world, down);
            let after = [0, 1, 5, 40, 90, 600, 1800][self.prng.index(7)];
            let returns = !self.prng.chance(15);
            losses.push((Some(down), returns.then(|| down + Micros::from(after) * SEC)));
        }
        for (down, up) in losses {
            let tells = world.kind == Kind::Ris && self.prng.chance(85);
            let told = tells.then(|| [1, 1, 1, 7, 8][self.prng.index(5)]);
            out.extend(down.map(|at| (at, Event::Down { told })));
            let transfer = Micros::from(self.prng.range(0, 10)) * SEC;
            let told_up = world.kind == Kind::Ris && self.prng.chance(30);
            out.extend(up.map(|at| (at, Event::Up { told: told_up, transfer })));
            if let (Some(down), true, true) = (down, tells, self.prng.chance(30)) {
                let until = up.unwrap_or(Micros::MAX).min(down + 4 * 65 * SEC);
                out.extend((1..4).map(|n| down + n * 65 * SEC).filter(|at| *at < until).map(|at| (at, Event::Tries)));
            }
        }
    }
}
