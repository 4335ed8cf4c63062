//! What bytes mean: AS4_PATH, old and odd dumps, path ids, malformed attributes, IPv6.

use std::net::Ipv4Addr;

use uplinks::model::{Asn, Origin};

use crate::archive::{Archive, Moment, O, P, Peer, Q, R, Told, U1, U2, X, Y, path, via, withdrawal};
use crate::mrt::{AsnWidth, Attributes, Nlri, Segment, Session, Update};
use crate::table::Rib;

fn two() -> Attributes {
    Attributes::new(AsnWidth::Two).origin(0).next_hop("192.0.2.10")
}

fn sequence(ases: &[u32]) -> Vec<Segment> {
    vec![Segment::Sequence(ases.to_vec())]
}

/// P announces X with these attributes on a session of this width.
fn told(attributes: Attributes, width: AsnWidth) -> Archive {
    let update = Update::new().attributes(attributes).announce(X);
    let record = Session::new(P.ip, P.asn).width(width).update(Moment::from(100).stamp(), &update);
    Archive::of("rrc90").rib(Rib::at(0).with(P)).record(100, record)
}

/// 2-byte session: AS_PATH `3356 20485 23456`, AS4_PATH `131279`: origin O, upstream U2. (R2)
#[test]
fn s01_as4_path_brings_back_what_two_bytes_hide() {
    let seen = told(two().path(&[3356, 20485, 23456]).as4_path(&sequence(&[O])), AsnWidth::Two).seen();
    seen.shows(&["X via U2: update 08:01:40 .. data-end 10:00:00 | 1 of 1 peers | single-peer"]);
    assert_eq!(seen.timeline.rows[0].subject.origin, Origin::As(Asn(O)));
}

/// As 1 with equal lengths; AS4_PATH longer; segments `[1 2][3 4]` + `[9 10]`; AS4_PATH on a 4-byte session; AGGREGATOR 64500 beside
/// AS4_AGGREGATOR; malformed AS4_PATH: all of AS4_PATH; ignored; `1 2 9 10`; ignored; ignored; ignored. (R2)
#[test]
fn s02_as4_path_counts_only_where_it_can() {
    let id = Ipv4Addr::new(192, 0, 2, 7);
    let old = || two().path(&[3356, 20485, 23456]);
    let four = || Attributes::new(AsnWidth::Four).origin(0).next_hop("192.0.2.10").path(&[3356, 20485, 23456]);
    let parts = [Segment::Sequence(vec![1, 2]), Segment::Sequence(vec![3, 4])];
    let new = sequence(&[O]);
    let cases = [
        ("equal lengths", old().as4_path(&sequence(&[3356, 4837, O])), AsnWidth::Two, "3356 4837 131279"),
        ("longer", old().as4_path(&sequence(&[1, 2, 3, O])), AsnWidth::Two, "3356 20485 23456"),
        ("across segments", two().path_segments(&parts).as4_path(&sequence(&[9, 10])), AsnWidth::Two, "1 2 9 10"),
        ("on a 4-byte session", four().as4_path(&new), AsnWidth::Four, "3356 20485 23456"),
        ("AGGREGATOR", old().aggregator(64500, id).as4_path(&new).as4_aggregator(65551, id), AsnWidth::Two, "3356 20485 23456"),
        ("an empty segment", old().raw(0xc0, 17, &[2, 0, 2, 1, 0, 2, 0, 207]), AsnWidth::Two, "3356 20485 23456"),
        ("malformed", old().raw(0xc0, 17, &[2, 2, 0, 2, 0, 207]), AsnWidth::Two, "3356 20485 23456"),
    ];
    for (what, attributes, width, expected) in cases {
        let seen = told(attributes, width).seen_with(&["--prefix", X]);
        let paths: Vec<String> = seen.timeline.rows.iter().map(|row| row.first_as_path.to_string()).collect();
        assert_eq!(paths, [expected], "{what}");
    }
}

/// A TABLE_DUMP v1 entry with AS4_PATH: merged. (R2)
#[test]
fn s03_old_dumps_have_as4_path_too() {
    let entry = Told::Attributes(two().path(&[3356, 20485, 23456]).as4_path(&sequence(&[20485, O])));
    let seen = Archive::of("rrc90").rib(Rib::at("08:00").of(P, X, entry).version_1()).seen();
    seen.shows(&["X via U2: data-start 08:00:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer"]);
    assert_eq!(seen.timeline.rows[0].first_as_path.to_string(), "3356 20485 131279");
}

/// RIB entries with full and with truncated MP_REACH; MP_UNREACH inside a RIB entry: the same routes. (R20)
#[test]
fn s24_rib_entries_come_in_several_styles() {
    let net = "2001:db8:5::/48";
    let start = |peer: Peer| Attributes::new(AsnWidth::Four).origin(0).path(&[peer.asn, U2, O]);
    let rib = Rib::at("08:00")
        .of(P, net, Told::Attributes(start(P).mp_reach("2001:db8::10", [net])))
        .of(Q, net, Told::Attributes(start(Q).mp_reach_abbreviated("2001:db8::10")))
        .of(R, net, Told::Attributes(start(R).mp_unreach([net]).mp_reach_abbreviated("2001:db8::10")));
    let seen = Archive::of("rrc90").rib(rib).seen_with(&["--prefix", net, "--origin", "131279"]);
    seen.shows(&["2001:db8:5::/48 via U2: data-start 08:00:00 .. data-end 10:00:00 | 3 of 3 peers"]);
    assert_eq!(seen.damaged_records(), (0, 0));
}

/// One UPDATE withdraws X and announces X: announced. (R5)
#[test]
fn s25_an_announcement_beats_a_withdrawal_of_its_message() {
    let attributes = via(U2).attributes(P, AsnWidth::Four);
    let both = Update::new().withdraw(X).attributes(attributes).announce(X);
    let seen = Archive::of("rrc90").rib(Rib::at(0).of(P, X, via(U1))).update(100, P, &both).seen();
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. update 08:01:40 | 1 of 1 peers | single-peer",
        "X via U2: update 08:01:40 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
    ]);
    assert_eq!(seen.quality(P).withdrawals, 0);
}

/// An announcement of X with an empty path; with a malformed AS_PATH: the old route ends, counted; treated as withdrawal, counted.
/// (R5, R20)
#[test]
fn s39_a_path_that_says_nothing_ends_the_route() {
    let archive = || Archive::of("rrc90").rib(Rib::at(0).of(P, X, via(U1)));
    let ended = ["X via U1: data-start 08:00:00 .. update 08:01:40 | 1 of 1 peers | single-peer"];

    let empty = archive().announces(100, P, X, path(&[])).seen();
    empty.shows(&ended);
    assert_eq!((empty.quality(P).empty_paths, empty.damaged_records()), (1, (0, 0)));

    let malformed = Attributes::new(AsnWidth::Four).origin(0).raw(0x40, 2, &[2, 3, 0, 0, 0x0d, 0x1c]).next_hop("192.0.2.10");
    let malformed = archive().announces(100, P, X, Told::Attributes(malformed)).seen();
    malformed.shows(&ended);
    assert_eq!((malformed.quality(P).empty_paths, malformed.damaged_records()), (0, (1, 0)));
}

/// True add-path RIB and updates, two path ids for one key: two routes; withdrawing one leaves the other. (R1)
#[test]
fn s50_path_ids_are_part_of_the_key() {
    let session = Session::new(P.ip, P.asn).add_path();
    let announced = |at: i64, id: u32, told: Told| {
        let update = Update::new().attributes(told.attributes(P, AsnWidth::Four)).announce(Nlri::with_path_id(id, X));
        session.update(Moment::from(at).stamp(), &update)
    };
    let withdrawn = session.update(Moment::from(100).stamp(), &Update::new().withdraw(Nlri::with_path_id(1, X)));
    let seen = Archive::of("rrc90")
        .rib(Rib::at(0).of_path(P, 1, X, via(U1)).of_path(P, 2, X, via(U2)))
        .record(100, withdrawn)
        .record(200, announced(200, 3, via(U1)))
        .record(300, announced(300, 2, path(&[P.asn, 666, O])))
        .seen();
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. update 08:01:40 | 1 of 1 peers | single-peer",
        "X via U2: data-start 08:00:00 .. update 08:05:00 | 1 of 1 peers | single-peer",
        "X via U1: update 08:03:20 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
        "X via 666: update 08:05:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
    ]);
}

/// Add-path bytes in plain records: never 0.0.0.0/0. Where they cannot be plain and fit to the last byte they are read, flagged and
/// counted; else the record is quarantined and counted. (R1, R20)
#[test]
fn s51_path_ids_are_guessed_only_where_nothing_else_can_be() {
    // Read as masks, 40 is too long; 32 makes the list end just where it should, behind three default routes; 0x00ff0001 and 32 do so
    // behind a single one, if 255 were let pass for a mask.
    for ids in [&[7][..], &[40], &[1, 24], &[32], &[0x00ff_0001, 32]] {
        let attributes = via(U2).attributes(P, AsnWidth::Four);
        let start = Update::new().attributes(attributes);
        let update = ids.iter().fold(start, |u, id| u.announce(Nlri::with_path_id(*id, X)));
        let archive = |update: &Update| Archive::of("rrc90").rib(Rib::at(0).of(P, X, via(U1))).update(100, P, update);
        let seen = archive(&update).seen();
        seen.shows(&[
            "X via U1: data-start 08:00:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
            "X via U2: update 08:01:40 .. data-end 10:00:00 | 1 of 1 peers | guessed-path-ids;single-peer",
        ]);
        assert_eq!((seen.damaged_records(), seen.counts().guessed_path_ids), ((0, 0), 1), "{ids:?}");
        let cut = archive(&update.clone().announce(Nlri::raw(&[24]))).seen();
        assert!(cut.rows().iter().all(|row| !row.contains("U2")), "{ids:?}, and a byte too many: {:#?}", cut.rows());
        assert_eq!((cut.damaged_records(), cut.exit_status(&["--strict"])), ((0, 1), Some(3)), "{ids:?}");
        let all = archive(&update).seen_with(&["--prefix", "0.0.0.0/0", "--prefix", "::/0"]);
        assert!(all.rows().iter().all(|row| !row.starts_with("0.0.0.0/0")), "{ids:?}: {:#?}", all.rows());
    }
}

/// One session may use add-path for one family only, and a record has one label: FRR says add-path of all messages, bgpipe of none.
/// Each family is read as it can be. (R1)
#[test]
fn path_ids_are_a_matter_of_the_family() {
    let six = "2001:db8:5::/48";
    let start = || Attributes::new(AsnWidth::Four).origin(0).path(&[P.asn, U2, O]).next_hop("192.0.2.10");
    let mixed = Update::new().attributes(start().mp_reach("2001:db8::10", [six])).announce(Nlri::with_path_id(3, X));
    let gone = Update::new().attributes(Attributes::new(AsnWidth::Four).mp_unreach([six])).withdraw(Nlri::with_path_id(3, X));
    let plain = Session::new(P.ip, P.asn);
    for session in [plain, plain.add_path()] {
        let at = |seconds: i64| Moment::from(seconds).stamp();
        let seen = Archive::of("rrc90")
            .rib(Rib::at(0).with(P))
            .record(100, session.update(at(100), &mixed))
            .record(200, session.update(at(200), &gone))
            .seen_with(&["--prefix", X, "--prefix", six, "--origin", "131279"]);
        let row = |prefix: &str| format!("{prefix} via U2: update 08:01:40 .. update 08:03:20 | 1 of 1 peers | guessed-path-ids");
        let rows: Vec<String> =
            seen.rows().iter().map(|row| row.replace(";single-peer", "").replace("no-baseline;", "")).collect();
        assert_eq!(
            rows.iter().map(|row| row.replace("peer-up 08:01:40 in (?, 08:01:40]", "update 08:01:40")).collect::<Vec<_>>(),
            [row("X"), row(six)]
        );
    }
}

/// A dumper with a short buffer leaves out the end of a message: what is whole before the cut is read, the rest is unknown, counted and
/// told. (R20)
#[test]
fn of_a_message_that_was_cut_what_is_whole_is_read() {
    let session = Session::new(P.ip, P.asn);
    let long: Vec<String> = (0..=255).flat_map(|b| (0..4).map(move |c| format!("10.{b}.{c}.0/24"))).collect();
    let withdraws = |first: &[&str]| {
        let all = first.iter().copied().chain(long.iter().map(String::as_str));
        all.fold(Update::new(), Update::withdraw).message()
    };
    let archive = |message: &[u8]| {
        let rib = Rib::at(0).of(P, X, via(U1)).of(P, Y, via(U1)).of(Q, X, via(U1));
        Archive::of("rrc90").rib(rib).record(100, session.message(Moment::from(100).stamp(), message))
    };
    let whole = withdraws(&[X]);
    assert!(whole.len() > 4096, "longer than buffers were");
    let seen = archive(&whole[..300]).seen();
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. data-end 10:00:00 | 2 of 2 peers",
        "Y via U1: data-start 08:00:00 .. data-end 10:00:00 | 1 of 2 peers | gap;single-peer",
    ]);
    assert_eq!(seen.quality(P).withdrawals, 1, "what is whole is read");
    // Even where nothing of what is there is watched, what is missing may be.
    for message in [&whole[..300], &withdraws(&[])[..300], &whole[..30], &whole[..17]] {
        let seen = archive(message).seen();
        assert_eq!((seen.damaged_records(), seen.answer.is_incomplete()), ((0, 1), true), "{} bytes", message.len());
        assert_eq!(seen.exit_status(&["--strict"]), Some(3));
    }
    let whole = archive(&whole).seen();
    assert_eq!((whole.damaged_records(), whole.answer.is_incomplete()), ((0, 0), false));
}

/// A collector whose sockets serve both families writes a peer's IPv4 address as `::ffff:192.0.2.10` in some records: one peer. (R1)
#[test]
fn a_mapped_address_is_the_same_peer() {
    let mapped = Peer { ip: "::ffff:192.0.2.10", asn: P.asn };
    for (dump, messages) in [(P, mapped), (mapped, P)] {
        let rib = if dump == P { Rib::at(0).of(P, X, via(U1)) } else { Rib::at(0).of(mapped, X, via(U1)).only_v6(mapped) };
        let seen = Archive::of("rrc90").rib(rib).withdraws(100, messages, X).seen();
        seen.shows(&["X via U1: data-start 08:00:00 .. update 08:01:40 | 1 of 1 peers | single-peer"]);
    }
}

/// IPv6 prefixes of another target through MP_REACH and MP_UNREACH, NLRI with stray bits after the mask: as IPv4. (R4)
#[test]
fn s59_ipv6_is_as_ipv4() {
    let (net, within) = ("2001:db8::/44", "2001:db8:1::/48");
    let peer = Peer { ip: "2001:db8::10", asn: 6939 };
    let stray = Attributes::new(AsnWidth::Four).origin(0).path(&[6939, U2, O]);
    let stray = Update::new().attributes(stray.mp_reach("2001:db8::10", [Nlri::with_stray_bits(net)]));
    let seen = Archive::of("rrc90")
        .rib(Rib::at(0).of(peer, net, via(U1)).only_v6(peer))
        .update(1000, peer, &stray)
        .announces(1100, peer, within, via(U1))
        .announces(1100, peer, "2001:db8:ffff::/48", via(U1))
        .update(1200, peer, &withdrawal(within))
        .update(1300, peer, &Update::new().attributes(Attributes::new(AsnWidth::Four).mp_unreach([Nlri::with_stray_bits(net)])))
        .seen_with(&["--prefix", net, "--origin", "131279"]);
    seen.shows(&[
        "2001:db8::/44 via U1: data-start 08:00:00 .. update 08:16:40 | 1 of 1 peers | single-peer",
        "2001:db8::/44 via U2: update 08:16:40 .. update 08:21:40 | 1 of 1 peers | single-peer",
        "2001:db8:1::/48 via U1: update 08:18:20 .. update 08:20:00 | 1 of 1 peers | single-peer",
    ]);
    let v4 = Archive::of("rrc90").rib(Rib::at(0).of(P, X, via(U1)));
    let stray =
        Update::new().attributes(via(U2).attributes(P, AsnWidth::Four)).announce(Nlri::with_stray_bits("175.45.176.0/23"));
    v4.update(100, P, &stray).seen().shows(&[
        "175.45.176.0/23 via U2: update 08:01:40 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
        "X via U1: data-start 08:00:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
    ]);
}
