//! Makes what a collector does from a seed: its update files, its dumps, and what becomes of them.

use crate::make::{BEGIN, moment};
use crate::prng::Prng;
use crate::world::{Collector, Dump, DumpFault, Fault, File, Kind, MIN, Micros, Peer, SEC};

/// A collector with its files.
pub fn collector(prng: &mut Prng, name: String, kind: Kind, micros: bool, peers: Vec<Peer>, lasts: Micros) -> Collector {
    let late = if prng.chance(20) { Micros::from(prng.range(1, 2)) * 15 * MIN } else { 0 };
    let early = if prng.chance(20) { Micros::from(prng.range(1, 2)) * 15 * MIN } else { 0 };
    // At least half an hour is left.
    let early = early.min((lasts - late - 30 * MIN).max(0));
    let (from, until) = (BEGIN + late, BEGIN + lasts - early);
    let (with_files, period) = match prng.range(1, 100) {
        1..=12 => (false, [30, 60][prng.index(2)] * MIN),
        13..=27 => (true, 0),
        _ => (true, [60, 60, 120, 480][prng.index(4)] * MIN),
    };
    let is_careful = prng.chance(35);
    let files = if with_files { files(prng, kind, from, until, peers.len(), is_careful) } else { vec![] };
    let dumps = if period > 0 { dumps(prng, kind, from, until, period, is_careful) } else { vec![] };
    let noise = Micros::from([10, 30, 60, 60, 150][prng.index(5)]) * SEC;
    let background = [12, 24, 40, 120][prng.index(4)];
    Collector { name, kind, micros, background, noise, peers, files, dumps }
}

fn files(prng: &mut Prng, kind: Kind, from: Micros, until: Micros, peers: usize, is_careful: bool) -> Vec<File> {
    let (first, step) = match kind {
        Kind::Ris => (from, 5 * MIN),
        Kind::RouteViews => (
            from + Micros::from([0, 0, 4, 9][prng.index(4)]) * MIN,
            15 * MIN + Micros::from([0, 0, 1, 3, 7][prng.index(5)]) * SEC,
        ),
    };
    let mut out: Vec<File> = Vec::new();
    let mut start = first;
    while start < until {
        out.push(File { start, until: start + step, fault: None, late: None, overlap: 0, clock: None });
        start += step;
    }
    if is_careful {
        return out;
    }
    let run = if prng.chance(6) { prng.index(out.len())..usize::MAX } else { 0..0 };
    let run_length = prng.index(4) + 1;
    let missing = [0, 2, 5][prng.index(3)];
    for (at, file) in out.iter_mut().enumerate() {
        let place = prng.index(1000);
        file.fault = match prng.range(1, 1000) {
            _ if at >= run.start && at < run.end && at - run.start < run_length => Some(Fault::Missing),
            n if n <= missing * 10 => Some(Fault::Missing),
            900..=909 => Some(Fault::Cut { at: place, mid: prng.chance(50) }),
            910..=919 => Some(Fault::Damaged { at: place }),
            _ => None,
        };
        if prng.chance(6) {
            file.late = Some((prng.index(peers), Micros::from(prng.range(1, 8)) * SEC));
        }
        if prng.chance(3) {
            file.overlap = Micros::from(prng.range(1, 120)) * SEC;
        }
        if prng.chance(2) {
            let time = [SEC, file.start - 400 * SEC, file.until + 400 * SEC, file.start + 86_400 * SEC][prng.index(4)];
            file.clock = Some((place, time));
        }
    }
    if out.iter().all(|file| file.fault == Some(Fault::Missing)) {
        out[0].fault = None;
    }
    out
}

fn dumps(prng: &mut Prng, kind: Kind, from: Micros, until: Micros, period: Micros, is_careful: bool) -> Vec<Dump> {
    let mut out = Vec::new();
    let mut begin = from + Micros::from([0, 0, 0, 60, 300][prng.index(5)]) * SEC;
    while begin < until {
        let drift = if kind == Kind::RouteViews { Micros::from(prng.range(0, 20)) * SEC } else { 0 };
        let writes = Micros::from([0, 1, 30, 120, 180, 240][prng.index(6)]) * SEC;
        let backlog = Micros::from([0, 0, 0, 10, 45][prng.index(5)]) * SEC;
        let place = prng.index(1000);
        let fault = match prng.range(1, 100) {
            _ if is_careful => None,
            1..=3 => Some(DumpFault::CutBetween(place)),
            4..=6 => Some(DumpFault::CutMid(place)),
            7..=8 => Some(DumpFault::Skips(place)),
            9..=10 => Some(DumpFault::Empty),
            _ => None,
        };
        out.push(Dump { begin: begin + drift, writes, backlog, lists_all: prng.chance(70), fault });
        begin += period;
    }
    // One at any other time: nothing says that dumps are regular.
    if prng.chance(15) {
        let begin = moment(prng, until - from) - BEGIN + from;
        if out.iter().all(|dump| (dump.begin - begin).abs() > 15 * MIN) {
            out.push(Dump { begin, writes: 90 * SEC, backlog: 0, lists_all: true, fault: None });
        }
    }
    out.sort_by_key(|dump| dump.begin);
    out
}
