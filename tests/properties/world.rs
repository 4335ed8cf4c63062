//! Random archives: two collectors with sessions that come and go, routes that flap, tables that are dumped whole or broken. Depends on
//! its seed and on nothing else.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::mrt::{AsnWidth, Attributes, IndexedPeer, RibEntry, Session, Stamp, Update, bgp_message, peer_index_table, rib};
use super::prng::Prng;

/// 2017-10-01T00:00:00Z.
pub const START: u32 = 1_506_816_000;

/// How long an archive lasts, in seconds: a multiple of every cadence that is tried.
pub const LASTS: u32 = 3600;

/// Watched: the first; inside it the others, then one that is not.
const PREFIXES: [&str; 4] = ["175.45.176.0/24", "175.45.177.0/24", "175.45.178.0/23", "8.8.8.0/24"];

const UPSTREAMS: [u32; 3] = [4837, 20485, 3356];

/// A record, and when it was written in seconds since the epoch.
pub type Stamped = (u32, Vec<u8>);

/// What one collector recorded, before it is put into files.
#[derive(Debug, Clone)]
pub struct Collector {
    /// The folder, and so the name.
    pub name: &'static str,
    /// Messages and session changes, in order of time.
    pub updates: Vec<Stamped>,
    /// Dumps: when, and their records.
    pub dumps: Vec<(u32, Vec<Vec<u8>>)>,
}

struct Peer {
    ip: String,
    asn: u32,
    session: Session,
    width: AsnWidth,
    is_up: bool,
    table: BTreeMap<&'static str, Vec<u32>>,
}

/// Both collectors of a seed. Their names are no real project's, whose cadence would be known.
pub fn world(seed: u64) -> Vec<Collector> {
    ["lab-a", "lab-b"].iter().enumerate().map(|(at, name)| collector(name, at, &mut Prng::new(seed, at as u64))).collect()
}

fn collector(name: &'static str, at: usize, prng: &mut Prng) -> Collector {
    let count = prng.range(1, 4);
    let mut peers: Vec<Peer> = (0..count).map(|n| peer(at, n, prng)).collect();
    let mut out = Collector { name, updates: Vec::new(), dumps: Vec::new() };
    let dumps: Vec<u32> = (0..LASTS).step_by(1200).filter(|_| prng.chance(60)).collect();
    for second in 0..LASTS {
        let now = START + second;
        if dumps.contains(&second) {
            let records = dump(now, &peers, prng);
            out.dumps.push((now, records));
        }
        // Something is recorded every half minute, or a file might be empty and prove nothing.
        if second % 30 == 0 {
            out.updates.push((now, peers[0].session.message(stamp(at, now, prng), &bgp_message(4, &[]))));
        }
        if prng.chance(5) {
            let chosen = prng.index(peers.len());
            let times = prng.range(1, 2);
            for _ in 0..times {
                let record = step(&mut peers[chosen], stamp(at, now, prng), prng);
                out.updates.push((now, record));
            }
        }
    }
    out
}

/// The second collector writes microseconds; they never run backwards within a second, so that no cadence can reorder records.
fn stamp(at: usize, now: u32, prng: &mut Prng) -> Stamp {
    if at == 0 { Stamp::Seconds(now) } else { Stamp::Micros(u64::from(now) * 1_000_000 + u64::from(prng.range(0, 999_999))) }
}

fn peer(at: usize, n: u32, prng: &mut Prng) -> Peer {
    let ip = format!("192.0.2.{}", 10 + n);
    // Two sessions of one AS, so that peers and their AS numbers differ in count.
    let asn = if n < 2 { 3333 } else { 3333 + n };
    let width = if at == 0 && prng.chance(50) { AsnWidth::Two } else { AsnWidth::Four };
    let session = Session::new(&ip, asn).width(width);
    let mut table = BTreeMap::new();
    for prefix in PREFIXES {
        if prng.chance(50) {
            table.insert(prefix, path(asn, prng));
        }
    }
    Peer { ip, asn, session, width, is_up: true, table }
}

fn path(peer: u32, prng: &mut Prng) -> Vec<u32> {
    let mut path = vec![peer];
    if prng.chance(40) {
        path.push(1299);
    }
    path.push(UPSTREAMS[prng.index(UPSTREAMS.len())]);
    path.extend(vec![if prng.chance(90) { 17557 } else { 64496 }; if prng.chance(20) { 3 } else { 1 }]);
    path
}

/// One thing that a peer does, as a record.
fn step(peer: &mut Peer, stamp: Stamp, prng: &mut Prng) -> Vec<u8> {
    if !peer.is_up || prng.chance(6) {
        let (old, new) = match (peer.is_up, prng.chance(50)) {
            (true, _) => (6, 1),
            (false, true) => (1, 3),
            (false, false) => (5, 6),
        };
        peer.is_up = new == 6;
        peer.table.clear();
        return peer.session.state_change(stamp, old, new);
    }
    let prefix = PREFIXES[prng.index(PREFIXES.len())];
    let also = PREFIXES[prng.index(PREFIXES.len())];
    let mut update = Update::new();
    if prng.chance(35) {
        peer.table.remove(prefix);
        update = update.withdraw(prefix);
    }
    if prng.chance(70) {
        let held = peer.table.get(also).filter(|_| prng.chance(25)).cloned();
        let path = held.unwrap_or_else(|| path(peer.asn, prng));
        let width = peer.width;
        update = update.attributes(Attributes::new(width).origin(0).path(&path).next_hop("192.0.2.9")).announce(also);
        peer.table.insert(also, path);
    }
    peer.session.update(stamp, &update)
}

/// A dump of the peers' tables; now and then one that disagrees, leaves a number out, or has no routes.
fn dump(now: u32, peers: &[Peer], prng: &mut Prng) -> Vec<Vec<u8>> {
    let index: Vec<IndexedPeer> = peers
        .iter()
        .map(|p| IndexedPeer {
            ip: p.ip.parse().expect("an address"),
            asn: p.asn,
            bgp_id: Ipv4Addr::LOCALHOST,
            width: AsnWidth::Four,
        })
        .collect();
    let mut records = vec![peer_index_table(now, Ipv4Addr::LOCALHOST, "", &index)];
    let skips_a_number = prng.chance(15);
    let is_empty = prng.chance(10);
    let mut number = 0;
    for prefix in PREFIXES.iter().filter(|_| !is_empty) {
        let mut entries: Vec<RibEntry> = Vec::new();
        for (peer, p) in (0..).zip(peers).filter(|(_, p)| p.is_up) {
            let shown = if prng.chance(8) { Some(path(p.asn, prng)) } else { p.table.get(prefix).cloned() };
            if let Some(route) = shown {
                let attributes = Attributes::new(AsnWidth::Four).origin(0).path(&route).next_hop("192.0.2.9");
                entries.push(RibEntry { peer, originated: START - 86_400, path_id: None, attributes });
            }
        }
        if !entries.is_empty() {
            records.push(rib(now + number, number, prefix, &entries));
            number += if skips_a_number { 2 } else { 1 };
        }
    }
    records
}
