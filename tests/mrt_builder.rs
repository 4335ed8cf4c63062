//! The byte builder of `support/mrt.rs` against the MRT library, which was written by others: whatever the library can
//! write, both write alike.

use std::io::Cursor;
use std::net::Ipv4Addr;

use bgpkit_parser::parser::mrt::mrt_record::parse_mrt_record;

#[path = "support/mrt.rs"]
mod mrt;

use mrt::{AsnWidth, Attributes, IndexedPeer, Nlri, RibEntry, Segment, Session, Stamp, TableDump, Update};

const AT: u32 = 1_506_848_871;

fn attributes(width: AsnWidth) -> Attributes {
    Attributes::new(width).origin(0).path(&[3356, 4837, 23456]).next_hop("192.0.2.10").med(20)
}

fn four() -> Attributes {
    attributes(AsnWidth::Four)
}

fn announcement() -> Update {
    Update::new().withdraw("175.45.177.0/24").attributes(four()).announce("175.45.176.0/24").announce("10.0.0.0/8")
}

fn entry(path_id: Option<u32>, attributes: Attributes) -> RibEntry {
    RibEntry { peer: 1, originated: AT - 1000, path_id, attributes }
}

#[test]
fn the_library_writes_the_same_bytes() {
    let session = Session::new("192.0.2.10", 3356);
    let v6 = Session::new("2001:db8::10", 6939);
    let seconds = Stamp::Seconds(AT);
    let peer = |ip: &str, asn, width| IndexedPeer { ip: ip.parse().unwrap(), asn, bgp_id: Ipv4Addr::new(192, 0, 2, 9), width };
    let with_id = |id| Update::new().attributes(four()).announce(Nlri::with_path_id(id, "175.45.176.0/24"));
    let reach = four().mp_reach("2001:db8::10", ["2001:db8:1::/48", "2001:db8:2::/47"]);
    let dump = TableDump { time: AT, sequence: 7, originated: AT - 9, peer_ip: "192.0.2.10".parse().unwrap(), peer_asn: 3356 };
    let sets = Attributes::new(AsnWidth::Four).origin(2).path_segments(&[
        Segment::Sequence(vec![3356, 131_279]),
        Segment::Set(vec![64500, 65551]),
        Segment::ConfedSequence(vec![65001]),
        Segment::ConfedSet(vec![65002]),
    ]);
    let old = Attributes::new(AsnWidth::Two)
        .origin(0)
        .path(&[7018, 131_279])
        .next_hop("192.0.2.10")
        .aggregator(65551, Ipv4Addr::new(192, 0, 2, 7))
        .communities(&[(7018, 100)])
        .as4_path(&[Segment::Sequence(vec![7018, 131_279])])
        .as4_aggregator(65551, Ipv4Addr::new(192, 0, 2, 7));
    let records = [
        ("an update", session.update(seconds, &announcement())),
        ("one with microseconds", session.update(Stamp::Micros(u64::from(AT) * 1_000_000 + 42), &announcement())),
        ("one with IPv6 reachable", v6.update(seconds, &Update::new().attributes(reach))),
        ("one with IPv6 unreachable", v6.update(seconds, &Update::new().attributes(four().mp_unreach(["2001:db8::/32"])))),
        ("one with sets and confederations", session.update(seconds, &Update::new().attributes(sets).announce("10.0.0.0/8"))),
        ("one of a two-byte session", session.width(AsnWidth::Two).update(seconds, &Update::new().attributes(old))),
        ("an add-path update", session.add_path().update(seconds, &with_id(9))),
        ("the collector's own message", session.sent_by_collector().update(seconds, &announcement())),
        ("a keepalive", session.message(seconds, &mrt::bgp_message(4, &[]))),
        ("a state change", session.state_change(seconds, 6, 1)),
        ("a state change of two bytes", session.width(AsnWidth::Two).state_change(seconds, 1, 3)),
        (
            "a peer index",
            mrt::peer_index_table(
                AT,
                Ipv4Addr::new(192, 0, 2, 1),
                "view",
                &[
                    peer("192.0.2.10", 3356, AsnWidth::Two),
                    peer("2001:db8::10", 65551, AsnWidth::Four),
                    peer("192.0.2.11", 1, AsnWidth::Four),
                ],
            ),
        ),
        ("a RIB record", mrt::rib(AT, 3, "175.45.176.0/24", &[entry(None, four()), entry(None, four())])),
        ("an add-path RIB record", mrt::rib(AT, 3, "175.45.176.0/24", &[entry(Some(4), four()), entry(Some(5), four())])),
        ("a TABLE_DUMP record", dump.record("175.45.176.0/24", &attributes(AsnWidth::Two))),
    ];
    for (what, bytes) in records {
        let record = parse_mrt_record(&mut Cursor::new(&bytes)).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(record.encode().expect(what).to_vec(), bytes, "{what}");
    }
}

#[test]
fn odd_bytes_come_out_as_asked() {
    assert_eq!(Nlri::with_stray_bits("175.45.176.0/22").bytes(), [22, 175, 45, 179]);
    assert_eq!(Nlri::from("0.0.0.0/0").bytes(), [0]);
    assert_eq!(Nlri::with_path_id(1, "10.0.0.0/8").bytes(), [0, 0, 0, 1, 8, 10]);
    let abbreviated = Attributes::new(AsnWidth::Four).mp_reach_abbreviated("2001:db8::1");
    assert_eq!(abbreviated.bytes()[..4], [0x80, 14, 17, 16]);
    let long = Attributes::new(AsnWidth::Four).raw(0xc0, 99, &[7; 300]);
    assert_eq!(long.bytes()[..4], [0xd0, 99, 1, 44]);
    let narrow = Attributes::new(AsnWidth::Two).path(&[3356, 131_279]);
    assert_eq!(narrow.bytes(), [0x40, 2, 6, 2, 2, 0x0d, 0x1c, 0x5b, 0xa0]);
}
