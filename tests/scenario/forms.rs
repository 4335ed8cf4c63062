//! One content in many forms: compression, members, splitting, order of files, threads, windows.

use sha2::{Digest, Sha256};

use crate::archive::{Archive, File, Moment, P, Packing, Q, R, U1, U2, X, Y, announcement, via};
use crate::mrt::{AsnWidth, Session};
use crate::seen::{look, look_at_each, pack};
use crate::table::Rib;

/// A little of everything: two collectors, a switch, a lost session, a gap, a RIB that contradicts.
fn busy() -> Archive {
    Archive::of("rrc90")
        .covered("08:00", "12:00")
        .rib(Rib::at("08:00").of(P, X, via(U1)).of(Q, X, via(U1)).of(P, Y, via(U1)))
        .announces("09:07:51", P, X, via(U2))
        .announces("09:07:51.5", Q, X, via(U2))
        .session("09:30", Q, 6, 1)
        .announces("09:31", Q, X, via(U2))
        .withdraws("10:20", P, Y)
        .rib(Rib::at("11:00").of(P, X, via(U2)).of(Q, X, via(U1)))
        .and("route-views.sim")
        .covered("08:00", "12:00")
        .rib(Rib::at("08:00").of(R, X, via(U1)).of(R, Y, via(U1)))
        .missing("09:00")
        .announces("09:20", R, X, via(U2))
        .rib(Rib::at("10:00").of(R, X, via(U2)).of(R, Y, via(U2)))
}

fn packed(files: &[File], packing: Packing) -> Vec<File> {
    files.iter().map(|f| File { packing, ..f.clone() }).collect()
}

/// Two concatenated gzip members; two bzip2 streams of different level; U2 announced in the second: U2 found. (R20)
#[test]
fn s23_all_members_of_a_file_are_read() {
    let archive = Archive::of("rrc90").rib(Rib::at("08:00").of(P, X, via(U1))).announces("09:07:51", P, X, via(U2));
    let streams =
        [(Packing::Gzip, Packing::Gzip), (Packing::Bzip2(9), Packing::Bzip2(1)), (Packing::Bzip2(1), Packing::Bzip2(5))];
    for (first, second) in streams {
        let mut files = archive.files();
        let file = files.iter_mut().find(|f| f.name.ends_with("updates.20171001.0905")).expect("the file of the switch");
        let length = u32::from_be_bytes([file.plain[8], file.plain[9], file.plain[10], file.plain[11]]);
        let (before, after) = file.plain.split_at(12 + length as usize);
        // Already packed, it is written as it is.
        file.plain = [pack(first, before), pack(second, after)].concat();
        file.packing = Packing::Plain;
        let seen = look(&files, &[]);
        seen.shows(&[
            "X via U1: data-start 08:00:00 .. update 09:07:51 | 1 of 1 peers | single-peer",
            "X via U2: update 09:07:51 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
        ]);
        assert!(!seen.answer.is_incomplete());
    }
}

/// `--from` equals the RIB's time; `--to` equals an update's time; an episode begun before `--from`: RIB used; update ignored; row
/// printed with its true start. (CLI)
#[test]
fn s48_from_is_inclusive_and_to_is_not() {
    let archive = Archive::of("rrc90").rib(Rib::at("08:00").of(P, X, via(U1))).announces("09:00", P, X, via(U2));
    archive
        .seen_with(&["--from", "2017-10-01T08:00:00Z", "--to", "2017-10-01T09:00:00Z"])
        .shows(&["X via U1: data-start 08:00:00 .. data-end 09:00:00 | 1 of 1 peers | single-peer"])
        .reports(&[]);
    let u2 = "X via U2: update 09:00:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer";
    archive.seen_with(&["--from", "2017-10-01T09:30:00Z"]).shows(&[u2]).reports(&[]);
    let both = archive.seen_with(&["--from", "2017-10-01T09:00:00Z"]);
    both.shows(&["X via U1: data-start 08:00:00 .. update 09:00:00 | 1 of 1 peers | single-peer", u2]);
    both.reports(&["09:00:00 X lost U1 (update), 1 to 0 of 1", "09:00:00 X gained U2 (update), 0 to 1 of 1"]);
}

/// The same records recompressed, another block size, plain: the same digests, the same rows but for the path. (R19)
#[test]
fn s57_evidence_survives_recompression() {
    let files = busy().files();
    let expected = look(&files, &[]);
    assert!(expected.rows().len() >= 5, "{:#?}", expected.rows());
    let hexadecimal =
        |d: &String| d.split(' ').all(|d| d.is_empty() || d.len() == 12 && d.bytes().all(|b| b.is_ascii_hexdigit()));
    assert!(expected.digests().iter().all(hexadecimal), "{:?}", expected.digests());
    for packing in [Packing::Plain, Packing::Gzip, Packing::Bzip2(1), Packing::Bzip2(9)] {
        let seen = look(&packed(&files, packing), &[]);
        assert_eq!(seen.rows(), expected.rows(), "{packing:?}");
        assert_eq!(seen.changes(), expected.changes(), "{packing:?}");
        assert_eq!(seen.digests(), expected.digests(), "{packing:?}");
    }
    // A digest is of the record's bytes: the one that brought U2 first, and none other.
    let first = expected.timeline.rows.iter().position(|r| r.start.first_seen.to_string() == "2017-10-01T09:07:51Z").expect("U2");
    let bytes = Session::new(P.ip, P.asn).update(Moment::from("09:07:51").stamp(), &announcement(P, X, via(U2), AsnWidth::Four));
    let digest = format!("{:x}", Sha256::digest(&bytes));
    assert!(expected.digests()[first].starts_with(&digest[..12]));
    assert!(expected.evidence()[first].starts_with("rrc90/updates.20171001.0905.gz#"));
}

/// The same files in any order, any `-j`; the same records split at other cadence boundaries: identical; identical rows but for the path
/// in evidence. (R7, R11)
#[test]
fn s58_the_answer_depends_on_records_alone() {
    let files = busy().files();
    let expected = look(&files, &["-j", "1"]);
    for (jobs, turn) in [("1", 7), ("2", 0), ("3", 31), ("8", 50)] {
        let mut turned = files.clone();
        turned.rotate_left(turn % files.len());
        if turn % 2 == 1 {
            turned.reverse();
        }
        for seen in [look(&turned, &["-j", jobs]), look_at_each(&turned, &["-j", jobs])] {
            assert_eq!(seen.rows(), expected.rows());
            assert_eq!(seen.changes(), expected.changes());
            assert_eq!(seen.evidence(), expected.evidence());
        }
    }
    let split = |cadence| {
        Archive::of("rrc90")
            .cadence(cadence)
            .rib(Rib::at("08:00").of(P, X, via(U1)).of(Q, X, via(U1)))
            .announces("09:07:51", P, X, via(U2))
            .announces("09:07:51", Q, X, via(U2))
            .withdraws("09:20", Q, X)
            .withdraws("09:20", P, X)
            .announces("09:20", P, X, via(U1))
            .seen()
    };
    let expected = split(300);
    assert_eq!(expected.rows().len(), 3);
    for cadence in [60, 120, 240] {
        let seen = split(cadence);
        assert_eq!((seen.rows(), seen.changes()), (expected.rows(), expected.changes()), "every {cadence} s");
        assert_eq!(seen.digests(), expected.digests(), "every {cadence} s");
    }
}
