//! `rrc90`: records as RIS writes them, all sessions four bytes wide. Encoded by the MRT library, from `MrtRecord` values
//! (its `MrtRibEncoder` writes in random order and tells peers apart by address only), so that the two collectors come
//! from two unrelated encoders and a fault of one shows beside the other.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bgpkit_parser::models::{
    AsPath, Asn, AttributeValue, Attributes, Bgp4MpEnum, Bgp4MpMessage, Bgp4MpStateChange, Bgp4MpType, BgpMessage, BgpState,
    BgpUpdateMessage, CommonHeader, EntryType, MrtMessage, MrtRecord, NetworkPrefix, Nlri, Origin, Peer as IndexPeer,
    PeerIndexTable, RibAfiEntries, RibEntry, TableDumpV2Message, TableDumpV2Type,
};

use crate::messages::{DumpRow, Record, dump, indexed, updates};
use crate::script::Route;
use crate::tables::World;
use crate::world::{Collector, Peer};

const LOCAL_ASN: u32 = 12654;

/// The update file of `from` until before `to`.
pub fn update_file(world: &World, from: u32, to: u32) -> Vec<u8> {
    updates(world, Collector::Ris, from, to).iter().flat_map(|record| encode_update(world, record)).collect()
}

/// The dump of `begin`: every record bears that second. Sequence numbers run on from IPv4 to IPv6.
pub fn dump_file(world: &World, begin: u32) -> Vec<u8> {
    let peers = indexed(world, Collector::Ris, begin);
    let mut out = encode(begin, index_table(world, &peers));
    for (row, sequence) in dump(world, &peers, begin, 0).iter().zip(0..) {
        out.extend(encode(row.time, rib(world, &peers, row, sequence)));
    }
    out
}

fn index_table(world: &World, peers: &[usize]) -> MrtMessage {
    let entry = |peer: &Peer, place| IndexPeer::new(Ipv4Addr::new(203, 0, 113, place), peer.ip, Asn::new_32bit(peer.asn));
    let entries: Vec<IndexPeer> = peers.iter().zip(1..).map(|(peer, place)| entry(&world.peers[*peer], place)).collect();
    MrtMessage::TableDumpV2Message(TableDumpV2Message::PeerIndexTable(PeerIndexTable {
        collector_bgp_id: Ipv4Addr::new(192, 0, 2, 1),
        view_name: String::new(),
        peer_ip_id_map: entries.iter().map(|peer| peer.peer_ip).zip(0..).collect(),
        id_peer_map: (0..).zip(entries).collect::<HashMap<_, _>>(),
    }))
}

fn rib(world: &World, peers: &[usize], row: &DumpRow<'_>, sequence: u32) -> MrtMessage {
    let prefix = world.prefixes[row.prefix];
    let entries = row.routes.iter().map(|(place, since, route)| RibEntry {
        peer_index: *place,
        originated_time: *since,
        path_id: None,
        attributes: attributes(&world.peers[peers[usize::from(*place)]], route, &[NetworkPrefix::new(prefix, None)]),
    });
    let rib_type = if prefix.addr().is_ipv6() { TableDumpV2Type::RibIpv6Unicast } else { TableDumpV2Type::RibIpv4Unicast };
    let prefix = NetworkPrefix::new(prefix, None);
    let table = RibAfiEntries { rib_type, sequence_number: sequence, prefix, rib_entries: entries.collect() };
    MrtMessage::TableDumpV2Message(TableDumpV2Message::RibAfi(table))
}

fn encode_update(world: &World, record: &Record<'_>) -> Vec<u8> {
    let nets = |prefixes: &[usize]| -> Vec<NetworkPrefix> {
        prefixes.iter().map(|prefix| NetworkPrefix::new(world.prefixes[*prefix], None)).collect()
    };
    match record {
        Record::Announce { time, peer, prefixes, route } => {
            let (peer, nets) = (&world.peers[*peer], nets(prefixes));
            let attributes = attributes(peer, route, &nets);
            let announced_prefixes = if is_v6(&nets) { Vec::new() } else { nets };
            message(*time, peer, BgpUpdateMessage { attributes, announced_prefixes, ..BgpUpdateMessage::default() })
        }
        Record::Withdraw { time, peer, prefixes } => {
            let (peer, nets) = (&world.peers[*peer], nets(prefixes));
            let update = if is_v6(&nets) {
                let gone = Nlri { prefixes: nets.clone(), ..Nlri::new_unreachable(nets[0]) };
                let attributes = Attributes::from_iter([AttributeValue::MpUnreachNlri(gone)]);
                BgpUpdateMessage { attributes, ..BgpUpdateMessage::default() }
            } else {
                BgpUpdateMessage { withdrawn_prefixes: nets, ..BgpUpdateMessage::default() }
            };
            message(*time, peer, update)
        }
        Record::State(change) => {
            let peer = &world.peers[change.peer];
            let state = |number: u16| BgpState::try_from(number).expect("a state of RFC 4271");
            let change = Bgp4MpStateChange {
                msg_type: Bgp4MpType::StateChangeAs4,
                peer_asn: Asn::new_32bit(peer.asn),
                local_asn: Asn::new_32bit(LOCAL_ASN),
                interface_index: 0,
                peer_ip: peer.ip,
                local_addr: local_address(peer),
                old_state: state(change.old),
                new_state: state(change.new),
            };
            encode(record.time(), MrtMessage::Bgp4Mp(Bgp4MpEnum::StateChange(change)))
        }
    }
}

fn message(time: u32, peer: &Peer, update: BgpUpdateMessage) -> Vec<u8> {
    let message = Bgp4MpMessage {
        msg_type: Bgp4MpType::MessageAs4,
        peer_asn: Asn::new_32bit(peer.asn),
        local_asn: Asn::new_32bit(LOCAL_ASN),
        interface_index: 0,
        peer_ip: peer.ip,
        local_ip: local_address(peer),
        bgp_message: BgpMessage::Update(update),
    };
    encode(time, MrtMessage::Bgp4Mp(Bgp4MpEnum::Message(message)))
}

fn local_address(peer: &Peer) -> IpAddr {
    match peer.ip {
        IpAddr::V4(_) => Ipv4Addr::new(192, 0, 2, 1).into(),
        IpAddr::V6(_) => Ipv6Addr::new(0x2001, 0xdb8, 0x90, 0, 0, 0, 0, 1).into(),
    }
}

fn is_v6(nets: &[NetworkPrefix]) -> bool {
    nets.iter().any(|net| net.prefix.addr().is_ipv6())
}

/// The prefixes of an IPv6 route stand in its attributes, in dumps too: RFC 6396 asks for less there, but some collectors
/// wrote the whole attribute.
fn attributes(peer: &Peer, route: &Route, nets: &[NetworkPrefix]) -> Attributes {
    let mut values = vec![AttributeValue::Origin(Origin::IGP), AttributeValue::AsPath(AsPath::from_sequence(&route.path))];
    if is_v6(nets) {
        let reach = Nlri::new_reachable(nets[0], Some(peer.ip));
        values.push(AttributeValue::MpReachNlri(Nlri { prefixes: nets.to_vec(), ..reach }));
    } else {
        values.push(AttributeValue::NextHop(peer.ip));
    }
    if peer.asn.is_multiple_of(3) {
        values.push(AttributeValue::MultiExitDiscriminator(peer.asn % 50));
    }
    Attributes::from_iter(values)
}

fn encode(time: u32, message: MrtMessage) -> Vec<u8> {
    let (entry_type, entry_subtype) = match &message {
        MrtMessage::Bgp4Mp(inner) => (EntryType::BGP4MP, inner.msg_type() as u16),
        MrtMessage::TableDumpV2Message(inner) => (EntryType::TABLE_DUMP_V2, inner.dump_type() as u16),
        _ => unreachable!("no other message is made here"),
    };
    // The encoder fills in the length.
    let common_header = CommonHeader { timestamp: time, microsecond_timestamp: None, entry_type, entry_subtype, length: 0 };
    MrtRecord { common_header, message }.encode().expect("an encodable record").to_vec()
}
