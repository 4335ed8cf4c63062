//! RIB dumps against the replayed state.

use crate::archive::{Archive, Change, P, Packing, Q, U1, U2, X, Y, via};
use crate::seen::{look, pack};
use crate::table::Rib;

/// RIB at 08:00, entry originated three weeks earlier through U1: U1 there at data start, basis data-start, no change. (R8, R12)
#[test]
fn s04_the_originated_time_is_no_event() {
    let rib = Rib::at("08:00").of(P, X, via(U1)).originated("2017-09-10 08:00");
    let seen = Archive::of("rrc90").rib(rib).seen();
    seen.shows(&["X via U1: data-start 08:00:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer"]).reports(&[]);
}

/// A dump begins 08:00:00, X's record is stamped 08:01:30 via U1, update 08:01:29 (and, again, 08:01:40) to U2: U2 stays. (R8)
#[test]
fn s05_a_dump_is_not_atomic() {
    let dump = || Rib::at("08:00").of(P, X, via(U1)).stamped(X, "08:01:30");
    let before = || Archive::of("rrc90").rib(Rib::at("07:00").of(P, X, via(U1))).covered("07:00", "10:00").rib(dump());
    let while_written = [
        "X via U1: data-start 07:00:00 .. update 08:01:29 | 1 of 1 peers | single-peer",
        "X via U2: update 08:01:29 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
    ];
    before().announces("08:01:29", P, X, via(U2)).seen().shows(&while_written);
    let again = before().announces("08:01:29", P, X, via(U2)).announces("08:01:40", P, X, via(U2)).seen();
    assert_eq!(again.shows(&while_written).quality(P).repeats, 1);

    before().announces("08:01:40", P, X, via(U2)).seen().shows(&[
        "X via U1: data-start 07:00:00 .. update 08:01:40 | 1 of 1 peers | single-peer",
        "X via U2: update 08:01:40 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
    ]);
    // RIS stamps all records of a dump with one time, whatever they show: what a message brings within ten minutes is the message's.
    let ris = |message: &str| {
        let dump = Rib::at("08:00").of(P, X, via(U2));
        let archive = Archive::of("rrc90").covered("07:00", "10:00").rib(Rib::at("07:00").of(P, X, via(U1))).rib(dump);
        archive.announces(message, P, X, via(U2)).seen()
    };
    ris("08:03:00").shows(&[
        "X via U1: data-start 07:00:00 .. update 08:03:00 | 1 of 1 peers | single-peer",
        "X via U2: update 08:03:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
    ]);
    ris("08:11:00").shows(&[
        "X via U1: data-start 07:00:00 .. rib 07:00:00 in [07:00:00, 08:00:00] | 1 of 1 peers | single-peer",
        "X via U2: rib 08:00:00 in (07:00:00, 08:00:00] .. data-end 10:00:00 | 1 of 1 peers | single-peer",
    ]);
    // Without a dump before, the entry is older than the message, whatever its stamp: nothing is known of what it replaced.
    let alone = Archive::of("rrc90").rib(dump()).announces("08:01:29", P, X, via(U2)).seen();
    alone.shows(&["X via U2: peer-up 08:01:29 in (?, 08:01:29] .. data-end 10:00:00 | 1 of 1 peers | single-peer"]);
}

/// Update 07:59:30 to U2, RIB 08:00 says U1 (backlog): U2 stays; the disagreement is counted. (R8, R9)
#[test]
fn s06_a_dump_lags_behind_the_messages() {
    // Whatever the stamp of the record: what counts is when the dump began.
    for stamp in ["08:00:00", "08:01:30"] {
        let seen = Archive::of("rrc90")
            .covered("07:00", "10:00")
            .rib(Rib::at("07:00").of(P, X, via(U1)))
            .announces("07:59:30", P, X, via(U2))
            .rib(Rib::at("08:00").of(P, X, via(U1)).stamped(X, stamp))
            .seen();
        seen.shows(&[
            "X via U1: data-start 07:00:00 .. update 07:59:30 | 1 of 1 peers | single-peer",
            "X via U2: update 07:59:30 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
        ]);
        assert_eq!(seen.quality(P).rib_disagreements, 1, "{stamp}");
    }
}

/// Update 07:50 to U2, RIB 08:00 says U1, no update between: U1 began in (07:50, 08:00], basis rib. (R8, R9)
#[test]
fn s07_a_rib_contradicts_an_old_update() {
    let seen = Archive::of("rrc90")
        .covered("07:00", "10:00")
        .rib(Rib::at("07:00").of(P, X, via(U1)))
        .announces("07:50", P, X, via(U2))
        .rib(Rib::at("08:00").of(P, X, via(U1)))
        .seen();
    seen.shows(&[
        "X via U1: data-start 07:00:00 .. update 07:50:00 | 1 of 1 peers | single-peer",
        "X via U2: update 07:50:00 .. rib 07:50:00 in [07:50:00, 08:00:00] | 1 of 1 peers | single-peer",
        "X via U1: rib 08:00:00 in (07:50:00, 08:00:00] .. data-end 10:00:00 | 1 of 1 peers | single-peer",
    ]);
    seen.reports(&[
        "07:50:00 X lost U1 (update), 1 to 0 of 1",
        "07:50:00 X gained U2 (update), 0 to 1 of 1",
        "08:00:00 X lost U2 (rib), 1 to 0 of 1",
        "08:00:00 X gained U1 (rib), 0 to 1 of 1",
    ]);
    assert_eq!(seen.quality(P).rib_disagreements, 1);
}

/// No session messages; the next RIB has no route at all from P: P is down, basis peer-down bounded by the RIB, no change reported. (R9)
#[test]
fn s10_a_peer_missing_from_a_dump_is_down() {
    let now = || Rib::at("10:00").of(Q, X, via(U1));
    for (what, dump) in [("in the index only", now().idle(P)), ("nowhere", now())] {
        let seen = Archive::of("route-views.sim")
            .covered("08:00", "12:00")
            .rib(Rib::at("08:00").of(P, X, via(U2)).of(Q, X, via(U1)))
            .rib(dump)
            .seen();
        seen.shows(&[
            "X via U1: data-start 08:00:00 .. data-end 12:00:00 | 1 of 2 peers | single-peer",
            "X via U2: data-start 08:00:00 .. peer-down 08:00:00 in [08:00:00, 10:00:00] | 1 of 2 peers | single-peer",
        ]);
        seen.reports(&[]);
        assert_eq!((seen.able("09:59"), seen.able("10:01")), (2, 1), "{what}");
    }
}

/// No session messages; the next RIB has P's other routes but not X: X ended in [last proof, RIB), basis rib. (R9)
#[test]
fn s11_a_route_missing_from_a_dump_ended() {
    let seen = Archive::of("route-views.sim")
        .covered("08:00", "12:00")
        .rib(Rib::at("08:00").of(P, X, via(U2)).of(Q, X, via(U1)))
        .rib(Rib::at("10:00").with(P).of(Q, X, via(U1)))
        .seen();
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. data-end 12:00:00 | 1 of 2 peers | single-peer",
        "X via U2: data-start 08:00:00 .. rib 08:00:00 in [08:00:00, 10:00:00] | 1 of 2 peers | single-peer",
    ]);
    seen.reports(&["10:00:00 X lost U2 (rib), 1 to 0 of 2"]);
    assert_eq!((seen.able("09:59"), seen.able("10:01")), (2, 2));
}

/// A header-only RIB (peer index, no routes): rejected, nothing withdrawn, warned. A 14-byte empty bzip2 update file: proves nothing.
/// (R8, R11)
#[test]
fn s21_empty_files_prove_nothing() {
    let archive = || Archive::of("route-views.sim").covered("08:00", "12:00").rib(Rib::at("08:00").of(P, X, via(U1)));
    let seen = archive().rib(Rib::at("10:00").idle(P).background(0)).seen();
    seen.shows(&["X via U1: data-start 08:00:00 .. data-end 12:00:00 | 1 of 1 peers | single-peer"]).reports(&[]);
    assert_eq!(seen.rejected(), [("rib.20171001.1000.bz2".to_owned(), "it holds no routes".to_owned())]);
    assert!(seen.answer.is_incomplete());

    assert_eq!(pack(Packing::Bzip2(9), &[]).len(), 14);
    let seen = archive().but("updates.20171001.0900", |file| file.plain.clear()).seen();
    seen.shows(&["X via U1: data-start 08:00:00 .. data-end 12:00:00 | 1 of 1 peers | 900 s unobserved | gap;single-peer"]);
    assert_eq!(seen.gaps(), ["09:00:00-09:15:00"]);
}

/// A RIB cut mid-record; mid-bzip2-block; with a CRC error; half the neighbour's size: not promoted; earlier update events stand; the
/// same at any `-j`. (R8, R20)
#[test]
fn s22_an_incomplete_dump_changes_nothing() {
    let archive = |before, now| {
        Archive::of("route-views.sim")
            .covered("08:00", "12:00")
            .rib(Rib::at("08:00").of(P, X, via(U1)).background(before))
            .announces("09:00", P, X, via(U2))
            .rib(Rib::at("10:00").of(P, X, via(U1)).background(now))
    };
    let broken: [(&str, u32, u32, Change); 5] = [
        ("cut mid-record", 200, 200, |file| file.plain.truncate(file.plain.len() - 7)),
        ("cut in its only block", 200, 200, |file| file.spoil = Some(half)),
        ("cut in a later block", 2500, 2500, |file| file.spoil = Some(half)),
        ("a wrong CRC", 2500, 2500, |file| file.spoil = Some(flip_block_crc)),
        ("half the size", 200, 99, |_| ()),
    ];
    for (what, before, now, damage) in broken {
        let files = archive(before, now).but("rib.20171001.1000", damage).files();
        for jobs in ["1", "5"] {
            let seen = look(&files, &["-j", jobs]);
            seen.shows(&[
                "X via U1: data-start 08:00:00 .. update 09:00:00 | 1 of 1 peers | single-peer",
                "X via U2: update 09:00:00 .. data-end 12:00:00 | 1 of 1 peers | single-peer",
            ]);
            assert!(seen.answer.is_incomplete(), "{what}");
        }
    }
    // What precedes the damage of an update file stands too.
    let cut = archive(200, 99).announces("09:14", P, Y, via(U2));
    let cut =
        cut.announces("09:10", P, Y, via(U1)).but("updates.20171001.0900", |file| file.plain.truncate(file.plain.len() - 1));
    let cut = cut.seen();
    assert_eq!(cut.gaps(), ["09:14:00-09:15:00"]);
    cut.shows(&[
        "X via U1: data-start 08:00:00 .. update 09:00:00 | 1 of 1 peers | single-peer",
        "X via U2: update 09:00:00 .. data-end 12:00:00 | 1 of 1 peers | 60 s unobserved | gap;single-peer",
        "Y via U1: update 09:10:00 .. update 09:14:00 | 1 of 1 peers | single-peer",
        "Y via U2: update 09:14:00 .. data-end 12:00:00 | 1 of 1 peers | 60 s unobserved | gap;single-peer",
    ]);
    let whole = archive(200, 200).seen();
    assert_eq!((whole.answer.is_incomplete(), whole.rows().len()), (false, 3), "the dump would have mattered");
}

/// By its numbers a record is missing, and nothing else is wrong: what the dump shows is there, what it lacks may be. (R8)
#[test]
fn a_dump_that_lacks_records_proves_what_it_shows() {
    let archive = |rib: Rib| {
        let first = Rib::at("08:00").background(0).of(P, "175.45.177.0/24", via(U1)).of(P, X, via(U1)).of(P, Y, via(U1));
        let archive = Archive::of("route-views.sim").covered("08:00", "12:00").rib(first).rib(rib);
        archive.but("rib.20171001.1000", |file| lose_second_record(&mut file.plain))
    };
    let seen =
        archive(Rib::at("10:00").background(0).of(P, Y, via(U2)).of(P, X, via(U1)).of(Q, "175.45.179.0/24", via(U1))).seen();
    let stands = |prefix: &str| format!("{prefix} via U1: data-start 08:00:00 .. data-end 12:00:00 | 1 of 1 peers | single-peer");
    seen.shows(&[
        &stands("X"),
        &stands("175.45.177.0/24"),
        "Y via U1: data-start 08:00:00 .. rib 08:00:00 in [08:00:00, 10:00:00] | 1 of 1 peers | single-peer;wider-bounds",
        "Y via U2: rib 10:00:00 in (08:00:00, 10:00:00] .. data-end 12:00:00 | 1 of 2 peers | excerpt;single-peer",
        "175.45.179.0/24 via U1: peer-up 10:00:00 in (?, 10:00:00] .. data-end 12:00:00 | 1 of 2 peers | excerpt;single-peer",
    ]);
    assert_eq!((seen.rejected().len(), seen.answer.is_incomplete(), seen.exit_status(&["--strict"])), (0, true, Some(3)));
}

fn lose_second_record(plain: &mut Vec<u8>) {
    let length = |at: usize| 12 + u32::from_be_bytes([plain[at + 8], plain[at + 9], plain[at + 10], plain[at + 11]]) as usize;
    let index = length(0);
    let first = index + length(index);
    let second = first + length(first);
    plain.drain(first..second);
}

fn half(mut packed: Vec<u8>) -> Vec<u8> {
    packed.truncate(packed.len() / 2);
    packed
}

/// The first block's checksum follows the stream's and the block's magic, 4 and 6 bytes.
fn flip_block_crc(mut packed: Vec<u8>) -> Vec<u8> {
    packed[12] ^= 0x10;
    packed
}

/// Two RIBs a month apart, no updates. U1 in both: one episode, sampled, a month unobserved. U1, then U2: U1 ended and U2 began between,
/// basis rib. (R9, R11)
#[test]
fn s56_ribs_alone_are_samples() {
    let month = |upstream| {
        let first = Rib::at("08:00").of(P, X, via(U1));
        Archive::of("route-views.sim").ribs_only().rib(first).rib(Rib::at("2017-11-01 08:00").of(P, X, via(upstream))).seen()
    };
    month(U1)
        .shows(&["X via U1: data-start 08:00:00 .. data-end 2017-11-01 08:00:00 | 1 of 1 peers | 2678400 s unobserved | sampled;single-peer"])
        .reports(&[]);
    month(U2).shows(&[
        "X via U1: data-start 08:00:00 .. rib 08:00:00 in [08:00:00, 2017-11-01 08:00:00] | 1 of 1 peers | sampled;single-peer",
        "X via U2: rib 2017-11-01 08:00:00 in (08:00:00, 2017-11-01 08:00:00] .. data-end 2017-11-01 08:00:00 | 1 of 1 peers | sampled;single-peer",
    ]);
}
