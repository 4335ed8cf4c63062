//! Records as bytes: what peers say, what is unrelated, and dumps of tables.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use crate::log::{Log, Said, state};
use crate::mrt::{AsnWidth, Attributes, IndexedPeer, Nlri, RibEntry, Session, Stamp, Update, peer_index_table, rib};
use crate::world::{Collector, Dump, Feed, Kind, Micros, Path, Peer, SEC, World};

/// Says unrelated things only, and is in no dump.
const BYSTANDER: (&str, u32) = ("192.0.2.250", 65_000);

/// Before all places at which the program samples tables.
const LOW: &str = "6.0.0.0/16";

fn stamp(at: Micros, micros: bool) -> Stamp {
    if micros { Stamp::Micros(at.unsigned_abs()) } else { Stamp::Seconds(seconds(at)) }
}

fn seconds(at: Micros) -> u32 {
    u32::try_from(at.div_euclid(SEC)).expect("a time after 1970")
}

fn session(peer: &Peer) -> Session {
    let width = if peer.two_byte { AsnWidth::Two } else { AsnWidth::Four };
    Session::new(&peer.ip, peer.asn).width(width)
}

fn attributes(path: &Path, width: AsnWidth) -> Attributes {
    let attributes = Attributes::new(width).origin(0).path_segments(&path.segments());
    if width == AsnWidth::Two && path.is_wide() { attributes.as4_path(&path.segments()) } else { attributes }
}

/// A peer's message as a record.
pub fn message(world: &World, peer: &Peer, at: Micros, said: &Said, micros: bool) -> Vec<u8> {
    let stamp = stamp(at, micros);
    let width = if peer.two_byte { AsnWidth::Two } else { AsnWidth::Four };
    let nlri = |(prefix, id): (usize, u32)| {
        let prefix = world.prefixes[prefix].as_str();
        if peer.add_path { Nlri::with_path_id(id, prefix) } else { Nlri::from(prefix) }
    };
    let session = if peer.add_path { session(peer).add_path() } else { session(peer) };
    let update = match said {
        Said::State(old, new) => return self::session(peer).state_change(stamp, *old, *new),
        Said::Announce(key, path, doubled) if world.is_v6(key.0) => {
            let attributes = attributes(path, width).mp_reach("2001:db8::10", [nlri(*key)]);
            let attributes = if *doubled { attributes.mp_unreach([nlri(*key)]) } else { attributes };
            Update::new().attributes(attributes)
        }
        Said::Announce(key, path, doubled) => {
            let update = Update::new().attributes(attributes(path, width).next_hop("192.0.2.10")).announce(nlri(*key));
            if *doubled { update.withdraw(nlri(*key)) } else { update }
        }
        Said::Withdraw(key) if world.is_v6(key.0) => Update::new().attributes(Attributes::new(width).mp_unreach([nlri(*key)])),
        Said::Withdraw(key) => Update::new().withdraw(nlri(*key)),
    };
    session.update(stamp, &update)
}

/// An unrelated message.
pub fn noise(at: Micros, micros: bool) -> Vec<u8> {
    let path = Path::Sequence(vec![BYSTANDER.1, 64_999]);
    let attributes = attributes(&path, AsnWidth::Four).next_hop("192.0.2.10");
    Session::new(BYSTANDER.0, BYSTANDER.1)
        .update(stamp(at, micros), &Update::new().attributes(attributes).announce("203.0.113.0/24"))
}

/// A record of a dump.
pub struct DumpRecord {
    /// As it stands in the file.
    pub bytes: Vec<u8>,
    /// Its time there.
    pub stamp: Micros,
    /// Of which prefix; the index has none.
    pub prefix: Option<String>,
    /// Watched routes: the peer, its key, its path.
    pub entries: Vec<(usize, (usize, u32), Path)>,
    /// Peers that it shows with a route.
    pub peers: Vec<usize>,
}

/// One row of a dump before it is written.
struct Row<'a> {
    prefix: &'a str,
    watched: Option<usize>,
    background: usize,
}

/// A collector's dump: an index, then a record for each prefix that anybody holds (two where some peers send path ids).
pub fn dump(world: &World, collector: &Collector, logs: &[Log], dump: &Dump) -> Vec<DumpRecord> {
    let names = background(collector.background);
    let mut rows: Vec<Row> =
        names.iter().enumerate().map(|(at, name)| Row { prefix: name, watched: None, background: at }).collect();
    let watched = world.prefixes.iter().enumerate();
    rows.extend(watched.map(|(at, prefix)| Row { prefix, watched: Some(at), background: 0 }));
    let order = |row: &Row| {
        let net: ipnet::IpNet = row.prefix.parse().expect("a prefix");
        (net.addr(), net.prefix_len())
    };
    rows.sort_by_cached_key(order);
    let count = Micros::try_from(rows.len().max(1)).expect("few prefixes");
    let written = |place: usize| dump.begin + dump.writes * Micros::try_from(place).expect("few prefixes") / count;
    let listed: Vec<usize> = (0..collector.peers.len())
        .filter(|peer| {
            dump.lists_all
                || rows.iter().enumerate().any(|(at, row)| holds_any(collector, logs, *peer, row, written(at) - dump.backlog))
        })
        .collect();
    let index: BTreeMap<usize, u16> = listed.iter().copied().zip(0..).collect();
    let mut out = vec![index_record(collector, &listed, dump.begin)];
    let mut sequence = 0;
    for (place, row) in rows.iter().enumerate() {
        let shows = written(place) - dump.backlog;
        let at = if collector.kind == Kind::Ris { dump.begin } else { written(place) };
        for add_path in [false, true] {
            let mut entries = Vec::new();
            let mut routes = Vec::new();
            for &peer in listed.iter().filter(|peer| collector.peers[**peer].add_path == add_path) {
                for (key, path) in held(collector, logs, peer, row, shows) {
                    entries.push(entry(&collector.peers[peer], index[&peer], key.1, &path, row.prefix.contains(':')));
                    routes.push((peer, key, path));
                }
            }
            if entries.is_empty() {
                continue;
            }
            let bytes = rib(seconds(at), sequence, row.prefix, &entries);
            let peers = routes.iter().map(|(peer, ..)| *peer).collect();
            let entries = if row.watched.is_some() { routes } else { vec![] };
            let stamp = at - at.rem_euclid(SEC);
            out.push(DumpRecord { bytes, stamp, prefix: Some(row.prefix.to_owned()), entries, peers });
            sequence += 1;
        }
    }
    out
}

fn index_record(collector: &Collector, listed: &[usize], begin: Micros) -> DumpRecord {
    let peer = |at: &usize| {
        let peer = &collector.peers[*at];
        let ip: IpAddr = peer.ip.parse().expect("an address");
        let width = if peer.asn > 65_535 || collector.kind == Kind::Ris { AsnWidth::Four } else { AsnWidth::Two };
        IndexedPeer { ip, asn: peer.asn, bgp_id: Ipv4Addr::LOCALHOST, width }
    };
    let peers: Vec<IndexedPeer> = listed.iter().map(peer).collect();
    let bytes = peer_index_table(seconds(begin), Ipv4Addr::LOCALHOST, "", &peers);
    DumpRecord { bytes, stamp: begin, prefix: None, entries: vec![], peers: vec![] }
}

fn entry(peer: &Peer, number: u16, id: u32, path: &Path, is_v6: bool) -> RibEntry {
    let attributes = attributes(path, AsnWidth::Four);
    let attributes = if is_v6 { attributes.mp_reach_abbreviated("2001:db8::10") } else { attributes.next_hop("192.0.2.10") };
    RibEntry { peer: number, originated: 1_400_000_000, path_id: peer.add_path.then_some(id), attributes }
}

fn holds_any(collector: &Collector, logs: &[Log], peer: usize, row: &Row, at: Micros) -> bool {
    !held(collector, logs, peer, row, at).is_empty()
}

/// What the collector's table holds of a peer for a prefix.
fn held(collector: &Collector, logs: &[Log], peer: usize, row: &Row, at: Micros) -> Vec<((usize, u32), Path)> {
    let log = &logs[peer];
    if let Some(prefix) = row.watched {
        let all = log.view.range((prefix, 0)..=(prefix, u32::MAX));
        return all.filter_map(|(key, steps)| Some((*key, state(steps, at)?.clone()))).collect();
    }
    let is_up = !log.losses.iter().any(|loss| loss.down <= at && at < loss.up);
    let this = &collector.peers[peer];
    let sends = match this.feed {
        Feed::Full => true,
        Feed::Partial => row.background % 4 == 1,
        Feed::Low => row.prefix == LOW,
    };
    if is_up && sends && row.prefix.contains(':') == this.ip.contains(':') {
        let far = 64_500 + u32::try_from(row.background % 30).expect("small");
        vec![((0, 1), Path::Sequence(vec![this.asn, far]))]
    } else {
        vec![]
    }
}

/// Unrelated prefixes, spread as those of a real table.
fn background(count: usize) -> Vec<String> {
    let v4 = (1..count).map(|at| format!("{}.{}.0.0/16", [24, 80, 150, 200][at % 4], at / 4));
    let v6 = (1..count / 2).map(|at| format!("{}:{:x}::/32", ["2001", "2400", "2800", "2a00"][at % 4], 0x100 + at / 4));
    [LOW.to_owned()].into_iter().chain(v4).chain(v6).collect()
}
