//! Makes a world small while it still shows the same kind of violation.

use crate::world::{Event, File, MIN, Micros, SEC, World};

/// A world is as small as it is after so many tries.
const TRIES: usize = 3000;

/// Tries to take things away until nothing more can be; `shows`: whether what is left still shows it.
pub fn shrink(world: World, mut shows: impl FnMut(&World) -> bool) -> World {
    let mut best = world;
    let mut tries = 0;
    let mut shows = |world: &World| {
        tries += 1;
        tries < TRIES && shows(world)
    };
    loop {
        let before = best.clone();
        for step in STEPS {
            let mut at = 0;
            while let Some(smaller) = step(&best, at) {
                if smaller != best && shows(&smaller) {
                    best = smaller;
                } else {
                    at += 1;
                }
            }
        }
        if best == before {
            return best;
        }
    }
}

/// What is left without the thing at a place; `None`: there is none.
type Step = fn(&World, usize) -> Option<World>;

const STEPS: [Step; 11] = [
    without_collector,
    without_peer,
    without_prefix,
    without_dump,
    without_files_before,
    without_files_behind,
    without_events,
    without_event,
    without_route,
    without_fault,
    without_habit,
];

fn without_collector(world: &World, at: usize) -> Option<World> {
    let mut out = world.clone();
    (at < out.collectors.len() && out.collectors.len() > 1).then(|| out.collectors.remove(at))?;
    Some(out)
}

fn without_peer(world: &World, at: usize) -> Option<World> {
    let (collector, peer) = place(world, at, |c| c.peers.len())?;
    let mut out = world.clone();
    out.collectors[collector].peers.remove(peer);
    for file in &mut out.collectors[collector].files {
        file.late =
            file.late.filter(|(late, _)| *late != peer).map(|(late, last)| (if late > peer { late - 1 } else { late }, last));
    }
    Some(out)
}

fn without_prefix(world: &World, at: usize) -> Option<World> {
    if at >= world.prefixes.len() || world.prefixes.len() == 1 {
        return None;
    }
    let mut out = world.clone();
    out.prefixes.remove(at);
    let moved = |prefix: usize| if prefix > at { prefix - 1 } else { prefix };
    for peer in out.collectors.iter_mut().flat_map(|c| &mut c.peers) {
        peer.table.retain(|(prefix, ..)| *prefix != at);
        peer.table.iter_mut().for_each(|(prefix, ..)| *prefix = moved(*prefix));
        let is_of = |event: &Event| matches!(event, Event::Route { prefix, .. } | Event::Again { prefix, .. } if *prefix == at);
        peer.events.retain(|(_, event)| !is_of(event));
        for (_, event) in &mut peer.events {
            if let Event::Route { prefix, .. } | Event::Again { prefix, .. } = event {
                *prefix = moved(*prefix);
            }
        }
    }
    Some(out)
}

fn without_dump(world: &World, at: usize) -> Option<World> {
    let (collector, dump) = place(world, at, |c| c.dumps.len())?;
    let mut out = world.clone();
    out.collectors[collector].dumps.remove(dump);
    Some(out)
}

/// The first half of a collector's files goes, then the first one.
fn without_files_before(world: &World, at: usize) -> Option<World> {
    without_files(world, at, |files, count| drop(files.drain(..count)))
}

/// The same from the end.
fn without_files_behind(world: &World, at: usize) -> Option<World> {
    without_files(world, at, |files, count| files.truncate(files.len() - count))
}

fn without_files(world: &World, at: usize, take: impl Fn(&mut Vec<File>, usize)) -> Option<World> {
    let (collector, many) = (at / 2, at.is_multiple_of(2));
    let mut out = world.clone();
    let files = &mut out.collectors.get_mut(collector)?.files;
    let count = if many { files.len() / 2 } else { 1 };
    if files.len() > 1 {
        take(files, count);
    }
    Some(out)
}

/// A peer loses half of its events.
fn without_events(world: &World, at: usize) -> Option<World> {
    let (collector, peer) = place(world, at / 2, |c| c.peers.len())?;
    let mut out = world.clone();
    let events = &mut out.collectors[collector].peers[peer].events;
    let half = events.len() / 2;
    if at.is_multiple_of(2) {
        events.truncate(half);
    } else {
        events.drain(..half);
    }
    Some(out)
}

fn without_event(world: &World, at: usize) -> Option<World> {
    let (collector, peer, event) = deep(world, at, |p| p.events.len())?;
    let mut out = world.clone();
    out.collectors[collector].peers[peer].events.remove(event);
    Some(out)
}

fn without_route(world: &World, at: usize) -> Option<World> {
    let (collector, peer, route) = deep(world, at, |p| p.table.len())?;
    let mut out = world.clone();
    out.collectors[collector].peers[peer].table.remove(route);
    Some(out)
}

fn without_fault(world: &World, at: usize) -> Option<World> {
    let (collector, file) = place(world, at / 4, |c| c.files.len())?;
    let mut out = world.clone();
    let file = &mut out.collectors[collector].files[file];
    match at % 4 {
        0 => file.fault = None,
        1 => file.late = None,
        2 => file.overlap = 0,
        _ => file.clock = None,
    }
    Some(out)
}

/// Things become plainer: of the collector, of a dump, of a peer.
fn without_habit(world: &World, at: usize) -> Option<World> {
    let mut out = world.clone();
    let mut changes = 0;
    let mut change = |apply: &mut dyn FnMut()| {
        if changes == at {
            apply();
        }
        changes += 1;
    };
    for collector in &mut out.collectors {
        change(&mut || collector.background = 12);
        change(&mut || collector.noise = 5 * MIN);
        for dump in &mut collector.dumps {
            change(&mut || dump.fault = None);
            change(&mut || dump.writes = 0);
            change(&mut || dump.backlog = 0);
            change(&mut || dump.lists_all = true);
        }
        for peer in &mut collector.peers {
            change(&mut || peer.two_byte = false);
            change(&mut || peer.feed = crate::world::Feed::Full);
            for (time, event) in &mut peer.events {
                let round = |by: Micros, at: Micros| at - at.rem_euclid(by);
                change(&mut || *time = round(SEC, *time));
                if let Event::Up { transfer, .. } = event {
                    change(&mut || *transfer = 0);
                }
            }
        }
    }
    out.collectors.iter_mut().flat_map(|c| &mut c.peers).for_each(|peer| peer.events.sort_by_key(|(time, _)| *time));
    (at < changes).then_some(out)
}

/// The collector and the place within it that a running number means.
fn place(world: &World, at: usize, count: impl Fn(&crate::world::Collector) -> usize) -> Option<(usize, usize)> {
    let all = world.collectors.iter().enumerate().flat_map(|(c, collector)| (0..count(collector)).map(move |n| (c, n)));
    all.into_iter().nth(at)
}

fn deep(world: &World, at: usize, count: impl Fn(&crate::world::Peer) -> usize) -> Option<(usize, usize, usize)> {
    let peers = world.collectors.iter().enumerate().flat_map(|(c, collector)| (0..collector.peers.len()).map(move |p| (c, p)));
    peers.flat_map(|(c, p)| (0..count(&world.collectors[c].peers[p])).map(move |n| (c, p, n))).nth(at)
}
