//! `route-views.sim`: records as a `RouteViews` collector writes them. Encoded by the byte builder, because the MRT library
//! cannot write sessions of two bytes (it refuses large ASNs instead of putting `AS_TRANS`), nor the abbreviated
//! `MP_REACH_NLRI` of RIB entries, nor entries of two bytes in a peer index unless by hand.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::messages::{Record, dump, indexed, updates};
use crate::mrt::{AsnWidth, Attributes, IndexedPeer, RibEntry, Segment, Session, Stamp, Update, peer_index_table, rib};
use crate::script::Route;
use crate::tables::World;
use crate::world::{As4, Collector, Peer};

const LOCAL_ASN: u32 = 6447;
/// How long a dump takes to write, in seconds.
const DUMP_LASTS: u32 = 95;

/// The update file of `from` until before `to`.
pub fn update_file(world: &World, from: u32, to: u32) -> Vec<u8> {
    updates(world, Collector::RouteViews, from, to).iter().flat_map(|record| encode_update(world, record)).collect()
}

/// The dump begun at `begin`, its records stamped as they are written. Sequence numbers restart with IPv6.
pub fn dump_file(world: &World, begin: u32) -> Vec<u8> {
    let peers = indexed(world, Collector::RouteViews, begin);
    let index: Vec<IndexedPeer> = peers
        .iter()
        .zip(1..)
        .map(|(peer, place)| {
            let peer = &world.peers[*peer];
            IndexedPeer { ip: peer.ip, asn: peer.asn, bgp_id: Ipv4Addr::new(203, 0, 113, place), width: peer.width }
        })
        .collect();
    let mut out = peer_index_table(begin, Ipv4Addr::new(198, 51, 100, 1), "", &index);
    let mut sequence = 0;
    let mut v6_begun = false;
    for row in dump(world, &peers, begin, DUMP_LASTS) {
        let prefix = world.prefixes[row.prefix];
        if prefix.addr().is_ipv6() && !v6_begun {
            (sequence, v6_begun) = (0, true);
        }
        let entries = row.routes.iter().map(|(place, since, route)| {
            let peer = &world.peers[peers[usize::from(*place)]];
            let attributes = Attributes::new(AsnWidth::Four).origin(0).path(&route.path);
            let attributes = if prefix.addr().is_ipv6() {
                attributes.mp_reach_abbreviated(&v6_hop(peer))
            } else {
                attributes.next_hop(&peer.ip.to_string())
            };
            RibEntry { peer: *place, originated: *since, path_id: None, attributes: optional(peer, attributes) }
        });
        out.extend(rib(row.time, sequence, &prefix.to_string(), &entries.collect::<Vec<_>>()));
        sequence += 1;
    }
    out
}

fn encode_update(world: &World, record: &Record<'_>) -> Vec<u8> {
    let is_v6 = |prefixes: &[usize]| world.prefixes[prefixes[0]].addr().is_ipv6();
    let nets = |prefixes: &[usize]| prefixes.iter().map(|prefix| world.prefixes[*prefix]).collect::<Vec<_>>();
    match record {
        Record::Announce { time, peer, prefixes, route } => {
            let peer = &world.peers[*peer];
            let attributes = path_attributes(peer, route);
            let update = if is_v6(prefixes) {
                Update::new().attributes(optional(peer, attributes).mp_reach(&v6_hop(peer), nets(prefixes)))
            } else {
                let attributes = optional(peer, attributes.next_hop(&peer.ip.to_string()));
                nets(prefixes).into_iter().fold(Update::new().attributes(attributes), Update::announce)
            };
            session(peer).update(Stamp::Seconds(*time), &update)
        }
        Record::Withdraw { time, peer, prefixes } => {
            let peer = &world.peers[*peer];
            let update = if is_v6(prefixes) {
                Update::new().attributes(Attributes::new(peer.width).mp_unreach(nets(prefixes)))
            } else {
                nets(prefixes).into_iter().fold(Update::new(), Update::withdraw)
            };
            session(peer).update(Stamp::Seconds(*time), &update)
        }
        Record::State(_) => Vec::new(),
    }
}

/// ORIGIN, `AS_PATH` and, where a two-byte session hides an ASN, `AS4_PATH`.
fn path_attributes(peer: &Peer, route: &Route) -> Attributes {
    let attributes = Attributes::new(peer.width).origin(0).path(&route.path);
    let hidden = route.path.iter().any(|asn| *asn > u32::from(u16::MAX));
    match (peer.width, peer.as4) {
        (AsnWidth::Two, As4::Whole) if hidden => attributes.as4_path(&[Segment::Sequence(route.path.clone())]),
        (AsnWidth::Two, As4::Tail) if hidden => attributes.as4_path(&[Segment::Sequence(route.path[1..].to_vec())]),
        _ => attributes,
    }
}

fn optional(peer: &Peer, attributes: Attributes) -> Attributes {
    match peer.asn % 3 {
        0 => attributes.communities(&[(u16::try_from(peer.asn).unwrap_or(6447), 100)]),
        1 => attributes.med(peer.asn % 50),
        _ => attributes,
    }
}

fn session(peer: &Peer) -> Session {
    let local: IpAddr = match peer.ip {
        IpAddr::V4(_) => Ipv4Addr::new(198, 51, 100, 1).into(),
        IpAddr::V6(_) => Ipv6Addr::new(0x2001, 0xdb8, 0x6447, 0, 0, 0, 0, 1).into(),
    };
    Session::new(&peer.ip.to_string(), peer.asn).local(local, LOCAL_ASN).width(peer.width)
}

/// The next hop of IPv6 routes, also over a session of IPv4.
fn v6_hop(peer: &Peer) -> String {
    match peer.ip {
        IpAddr::V4(ip) => Ipv6Addr::new(0x2001, 0xdb8, 0x6447, 0, 0, 0, 4, ip.octets()[3].into()).to_string(),
        IpAddr::V6(ip) => ip.to_string(),
    }
}
