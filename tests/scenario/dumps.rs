//! What a file of table dumps may be: several in one, an excerpt, of odd formats, with entries that are odd.

use std::net::{IpAddr, Ipv4Addr};

use crate::archive::{Archive, File, Moment, P, Packing, Peer, Q, U1, U2, X, Y, path, via};
use crate::mrt::{AsnWidth, Attributes, IndexedPeer, Nlri, RibEntry, peer_index_table, rib, rib_as};
use crate::seen::{Seen, look};
use crate::table::Rib;

const PACKINGS: [Packing; 3] = [Packing::Plain, Packing::Gzip, Packing::Bzip2(1)];

/// Every way in which a file may be read must see the same rows.
fn each_way(files: &[File]) -> Seen {
    each_way_with(files, &[])
}

fn each_way_with(files: &[File], target: &[&str]) -> Seen {
    let seen = look(files, target);
    for packing in PACKINGS {
        let packed: Vec<File> = files.iter().map(|file| File { packing, ..file.clone() }).collect();
        for options in [&[][..], &["--seek", "never"]] {
            let other = look(&packed, &[target, options].concat());
            assert_eq!((other.rows(), other.rejected().len()), (seen.rows(), seen.rejected().len()), "{packing:?} {options:?}");
        }
    }
    seen
}

/// The dumps as files of their own, and all in the first one.
fn apart_and_together(ribs: impl IntoIterator<Item = Rib>) -> (Vec<File>, Vec<File>) {
    let archive = ribs.into_iter().fold(Archive::of("rrc90").ribs_only(), Archive::rib);
    let apart = archive.files();
    let together = File { plain: apart.iter().flat_map(|file| file.plain.clone()).collect(), ..apart[0].clone() };
    (apart, vec![together])
}

fn hourly(format: Format) -> [Rib; 3] {
    let at = |at: &str, upstream| format(Rib::at(at).of(P, X, via(upstream)).of(Q, Y, via(U1)));
    [at("08:00", U1), at("09:00", U2), at("10:00", U1)]
}

type Format = fn(Rib) -> Rib;

/// GoBGP appends a dump an hour to one file: each counts as in a file of its own. (R8)
#[test]
fn several_dumps_in_one_file_are_several_dumps() {
    let formats: [(&str, Format); 5] = [
        ("TABLE_DUMP_V2", |rib| rib),
        ("TABLE_DUMP", Rib::version_1),
        ("TABLE_DUMP with 32-bit AS numbers", Rib::version_1_as4),
        ("BGP4MP_ENTRY", |rib| rib.table_mp(AsnWidth::Two)),
        ("both families", |rib| rib.only_v6(Peer { ip: "2001:db8::10", asn: 6939 })),
    ];
    for (what, format) in formats {
        let (apart, together) = apart_and_together(hourly(format));
        // Two bytes hide the origin.
        let any_origin = ["--prefix", "175.45.176.0/22"];
        let seen = each_way_with(&together, &any_origin);
        assert_eq!(seen.rows(), each_way_with(&apart, &any_origin).rows(), "{what}");
        assert!(!seen.answer.is_incomplete(), "{what}");
        let u2: Vec<String> = seen.rows().into_iter().filter(|row| row.contains("U2")).collect();
        assert_eq!(u2.len(), 1, "{what}: {u2:?}");
        assert!(
            u2[0].starts_with("X via U2: rib 09:00:00 in (08:00:00, 09:00:00] .. rib 09:00:00 in [09:00:00, 10:00:00]"),
            "{u2:?}"
        );
    }
}

/// A file may go on with a dump of other peers, of one that begins without an index, and behind messages. (R8)
#[test]
fn dumps_are_told_apart_by_index_number_and_what_is_between() {
    let first = Rib::at("08:00").of(P, X, via(U1)).of(P, Y, via(U1));
    let other_peers = Rib::at("08:02").of(Q, X, via(U2));
    let (apart, together) = apart_and_together([first.clone(), other_peers]);
    assert_eq!(each_way(&together).rows(), each_way(&apart).rows(), "two minutes later, of other peers");

    let later = Rib::at("08:02").of(P, X, via(U2)).of(P, Y, via(U1));
    let (apart, mut together) = apart_and_together([first.clone(), later.clone()]);
    assert_eq!(each_way(&together).rows(), each_way(&apart).rows(), "two minutes later, of the same peers");
    let length = first.bytes().len();
    let index = record_starts(&first.bytes())[1];
    together[0].plain.drain(length..length + index);
    assert_eq!(each_way(&together).rows(), each_way(&apart).rows(), "the second one without an index: its numbers start over");

    let between = Archive::of("rrc90").covered("08:00", "08:05").withdraws("08:01", P, Y).files();
    together[0].plain.splice(length..length, between[0].plain.clone());
    let seen = each_way(&together);
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. rib 08:00:00 in [08:00:00, 08:02:00] | 1 of 1 peers | single-peer",
        "X via U2: rib 08:02:00 in (08:00:00, 08:02:00] .. data-end 08:02:00 | 1 of 1 peers | single-peer",
        "Y via U1: data-start 08:00:00 .. update 08:01:00 | 1 of 1 peers | single-peer",
    ]);
}

/// Bytes are lost within the second of three dumps: it is not used, the others are. (R8, R20)
#[test]
fn damage_breaks_only_the_dump_it_lies_in() {
    let ribs = hourly(|rib| rib);
    let (first, second) = (ribs[0].bytes().len(), ribs[1].bytes());
    let last = record_starts(&second).pop().expect("records") + 5;
    let (_, whole) = apart_and_together(ribs);
    for (what, lost) in [("in its middle", second.len() / 2..second.len() / 2 + 9), ("at its end", last..second.len())] {
        let mut together = whole.clone();
        together[0].plain.drain(first + lost.start..first + lost.end);
        let seen = each_way(&together);
        seen.shows(&[
            "X via U1: data-start 08:00:00 .. data-end 10:00:00 | 1 of 2 peers | 7200 s unobserved | sampled;single-peer",
            "Y via U1: data-start 08:00:00 .. data-end 10:00:00 | 1 of 2 peers | 7200 s unobserved | sampled;single-peer",
        ]);
        assert_eq!((seen.rejected().len(), seen.answer.is_incomplete()), (1, true), "{what}");
    }
}

/// Where its records begin.
fn record_starts(plain: &[u8]) -> Vec<usize> {
    let (mut at, mut starts) = (0, Vec::new());
    while at < plain.len() {
        starts.push(at);
        at += 12 + u32::from_be_bytes(plain[at + 8..at + 12].try_into().expect("four bytes")) as usize;
    }
    starts
}

fn indexed(peers: &[Peer]) -> Vec<IndexedPeer> {
    let one = |peer: &Peer| {
        let ip: IpAddr = peer.ip.parse().expect("an address");
        IndexedPeer { ip, asn: peer.asn, bgp_id: Ipv4Addr::new(192, 0, 2, 9), width: AsnWidth::Four }
    };
    peers.iter().map(one).collect()
}

fn entry(number: u16, peer: Peer, upstream: u32) -> RibEntry {
    RibEntry { peer: number, originated: 1, path_id: None, attributes: via(upstream).attributes(peer, AsnWidth::Four) }
}

/// A dump of these records at a time of day, in a file of its own.
fn dump(at: &str, peers: &[Peer], records: &[Vec<u8>]) -> File {
    let time = Moment::from(at).seconds_u32();
    let index = peer_index_table(time, Ipv4Addr::new(192, 0, 2, 1), "", &indexed(peers));
    let name = format!("rrc90/bview.20171001.{}", at.replace(':', ""));
    File { name, plain: [index, records.concat()].concat(), packing: Packing::Gzip, spoil: None }
}

/// Equal peers stand twice in the index, or one of them twice in a record without path ids: both routes are kept, counted and flagged, and
/// nothing depends on their order. (R1)
#[test]
fn a_peer_that_stands_twice_in_a_record_has_two_routes() {
    let time = Moment::from("08:00").seconds_u32();
    let (one, other) = (entry(0, P, U1), entry(0, P, U2));
    let (second, again) = (RibEntry { peer: 1, ..other.clone() }, RibEntry { peer: 1, ..one.clone() });
    let cases = [
        ("one peer twice", vec![P], vec![one.clone(), other.clone()]),
        ("the other way round", vec![P], vec![other, one.clone()]),
        ("equal peers", vec![P, P], vec![one.clone(), second.clone()]),
        ("the other way round", vec![P, P], vec![second.clone(), one.clone()]),
        ("one route twice as well", vec![P, P], vec![one.clone(), again.clone(), second]),
    ];
    for (what, peers, entries) in cases {
        let file = |entries: &[RibEntry]| dump("08:00", &peers, &[rib(time, 0, X, entries)]);
        let seen = each_way(&[file(&entries)]);
        seen.shows(&[
            "X via U1: data-start 08:00:00 .. data-end 08:00:00 | 1 of 1 peers | same-peer-twice;sampled;single-peer",
            "X via U2: data-start 08:00:00 .. data-end 08:00:00 | 1 of 1 peers | same-peer-twice;sampled;single-peer",
        ]);
        assert_eq!(seen.counts().repeated_peers, 1, "{what}");
        let agree = look(&[dump("08:00", &[P, P], &[rib(time, 0, X, &[one.clone(), again.clone()])])], &[]);
        agree.shows(&["X via U1: data-start 08:00:00 .. data-end 08:00:00 | 1 of 1 peers | sampled;single-peer"]);
    }
}

/// An entry that names a peer which the index lacks is left out and counted. The dump stays, but as somebody unknown holds the route,
/// nobody's absence is proven. (R8, R20)
#[test]
fn an_entry_of_an_unknown_peer_is_left_out() {
    let time = Moment::from("09:00").seconds_u32();
    let records = [rib(time, 0, X, &[entry(7, Q, U1)]), rib(time, 1, Y, &[entry(0, P, U1), entry(8, Q, U2)])];
    let first = Rib::at("08:00").background(0).of(P, X, via(U1)).bytes();
    let before = File { name: "rrc90/bview.20171001.0800".to_owned(), plain: first, packing: Packing::Gzip, spoil: None };
    let seen = each_way(&[before, dump("09:00", &[P], &records)]);
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. data-end 09:00:00 | 1 of 1 peers | 3600 s unobserved | sampled;single-peer",
        "Y via U1: rib 09:00:00 in (08:00:00, 09:00:00] .. data-end 09:00:00 | 1 of 1 peers | excerpt;sampled;single-peer",
    ]);
    assert_eq!((seen.counts().unknown_peers, seen.rejected().len(), seen.answer.is_incomplete()), (2, 0, true));
}

/// GoBGP wrote AFI and SAFI into IPv6 records that have none: they read as routes for ::/0 whose entries do not fill them. Such a dump ends
/// no route. (R8)
#[test]
fn records_that_their_entries_do_not_fill_break_the_dump() {
    let net = "2001:db8:1::/48";
    let peer = Peer { ip: "2001:db8::10", asn: 6939 };
    let time = Moment::from("09:00").seconds_u32();
    let route = Attributes::new(AsnWidth::Four).origin(0).path(&[6939, U1, 131_279]).mp_reach_abbreviated("2001:db8::10");
    let entries = [RibEntry { peer: 0, originated: 1, path_id: None, attributes: route }];
    let odd = Nlri::raw(&[&[0, 2, 1][..], Nlri::from(net).bytes()].concat());
    let torn = |number| rib_as(4, time, number, &odd, &entries);
    let archive = Archive::of("rrc90").rib(Rib::at("08:00").of(peer, net, via(U1)).only_v6(peer));
    let options = ["--prefix", net, "--origin", "131279"];
    for (what, records) in [("all", vec![torn(0), torn(1)]), ("the last", vec![rib(time, 0, "2001:db8::/48", &entries), torn(1)])]
    {
        let mut files = archive.files();
        files.push(dump("09:00", &[peer], &records));
        for packing in PACKINGS {
            files.last_mut().expect("a file").packing = packing;
            let seen = look(&files, &options);
            let stands = "2001:db8:1::/48 via U1: data-start 08:00:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer";
            seen.shows(&[stands]).reports(&[]);
            assert!(seen.rejected()[0].1.contains("do not fill it"), "{what}, {packing:?}: {:?}", seen.rejected());
        }
    }
}

/// `TABLE_DUMP` with 32-bit AS numbers, OpenBGPD's `table-mp` with either width, and dumps of 1999, whose lengths leave out view and
/// number: the same routes. (R2)
#[test]
fn old_and_odd_formats_are_read() {
    let rib = || Rib::at("08:00").of(P, X, via(U2)).of(Q, X, via(U1)).of(P, Y, path(&[3356, 4837, 131_279, 131_279]));
    let expected = Archive::of("rrc90").ribs_only().rib(rib()).seen().rows();
    assert_eq!(expected.len(), 3);
    let narrow = |rib: Rib| rib.of(P, Y, via(U1));
    let forgetful = |file: &mut File| {
        for at in record_starts(&file.plain) {
            let length = u32::from_be_bytes(file.plain[at + 8..at + 12].try_into().expect("four bytes"));
            file.plain[at + 8..at + 12].copy_from_slice(&(length - 4).to_be_bytes());
        }
    };
    for (what, rib) in [("32-bit AS numbers", rib().version_1_as4()), ("table-mp", rib().table_mp(AsnWidth::Four))] {
        let seen = each_way(&Archive::of("rrc90").ribs_only().rib(rib).files());
        assert_eq!((seen.rows(), seen.answer.is_incomplete()), (expected.clone(), false), "{what}");
    }
    // 131279 has no place in two bytes, so it reads 23456.
    let two = |rib: Rib| Archive::of("rrc90").ribs_only().rib(narrow(rib));
    let expected = two(Rib::at("08:00").version_1()).seen_with(&["--prefix", Y]).rows();
    assert_eq!(expected.len(), 1);
    let table_mp = two(Rib::at("08:00").table_mp(AsnWidth::Two)).seen_with(&["--prefix", Y]);
    assert_eq!(table_mp.rows(), expected);
    let short = two(Rib::at("08:00").version_1()).but("bview", forgetful).seen_with(&["--prefix", Y]);
    assert_eq!((short.rows(), short.answer.is_incomplete()), (expected, false), "lengths without view and number");
}
