//! In which order records count, whatever files they come from.

use crate::archive::{Archive, File, P, Q, R, U1, U2, X, Y, path, via};
use crate::seen::look_at_each;
use crate::table::Rib;

/// Same peer, same second: W then A; A then W: present; absent. (R7)
#[test]
fn s26_within_a_second_the_file_decides() {
    let archive = || Archive::of("rrc90").rib(Rib::at(0).of(P, X, via(U1)));
    let ended = "X via U1: data-start 08:00:00 .. update 08:01:40 | 1 of 1 peers | single-peer";
    archive()
        .withdraws(100, P, X)
        .announces(100, P, X, via(U2))
        .seen()
        .shows(&[ended, "X via U2: update 08:01:40 .. data-end 10:00:00 | 1 of 1 peers | single-peer"]);
    archive()
        .announces(100, P, X, via(U2))
        .withdraws(100, P, X)
        .seen()
        .shows(&[ended, "X via U2: update 08:01:40 .. update 08:01:40 | 1 of 1 peers | single-peer"]);
    // Across two files the earlier file's record is first.
    let early = archive().announces("08:05", P, X, via(U2)).in_file("08:00").withdraws("08:05", P, X).seen();
    early.shows(&[
        "X via U1: data-start 08:00:00 .. update 08:05:00 | 1 of 1 peers | single-peer",
        "X via U2: update 08:05:00 .. update 08:05:00 | 1 of 1 peers | single-peer",
    ]);
    let late = archive().withdraws("08:05", P, X).in_file("08:00").announces("08:05", P, X, via(U2)).seen();
    late.shows(&[
        "X via U1: data-start 08:00:00 .. update 08:05:00 | 1 of 1 peers | single-peer",
        "X via U2: update 08:05:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
    ]);
}

/// One collector with microseconds, one without, interleaved: deterministic order; the headline has the earlier time. (R7)
#[test]
fn s27_microseconds_count() {
    let archive = |plain: &str, fine: &str| {
        Archive::of("rrc90")
            .rib(Rib::at("08:00").of(P, X, via(U1)))
            .announces(plain, P, X, via(U2))
            .and("route-views.sim")
            .rib(Rib::at("08:00").of(Q, X, via(U1)).of(R, X, via(U1)))
            .announces(fine, Q, X, via(U2))
            .announces("09:07:52.5", R, X, via(U2))
    };
    let rows = |first: &str, last: &str| {
        [
            format!("X via U1: data-start 08:00:00 .. update {last} | 3 of 3 peers"),
            format!("X via U2: update {first} .. data-end 10:00:00 | 3 of 3 peers"),
        ]
    };
    let last = "09:07:52.500000";
    for (plain, fine, first) in [("09:07:51", "09:07:51.25", "09:07:51"), ("09:07:52", "09:07:51.25", "09:07:51.250000")] {
        let archive = archive(plain, fine);
        let seen = archive.seen();
        assert_eq!(seen.rows(), rows(first, last));
        assert_eq!(seen.headline(U2), format!("X {first}"));
        let mut files = archive.files();
        files.reverse();
        assert_eq!(look_at_each(&files, &[]).rows(), seen.rows(), "in another order");
    }
}

/// A record 400 s ahead of its file: flag clock; not the headline. (R7, R16)
#[test]
fn s28_a_clock_that_is_wrong_makes_no_headline() {
    let archive = |ahead: &str| {
        Archive::of("rrc90")
            .rib(Rib::at("08:00").of(P, X, via(U1)).of(P, Y, via(U1)))
            .announces(ahead, P, X, via(U2))
            .in_file("09:00")
            .announces("09:30", P, Y, via(U2))
            .seen()
    };
    let seen = archive("09:11:40");
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. update 09:11:40 | 1 of 1 peers | clock;single-peer",
        "X via U2: update 09:11:40 .. data-end 10:00:00 | 1 of 1 peers | clock;single-peer",
        "Y via U1: data-start 08:00:00 .. update 09:30:00 | 1 of 1 peers | single-peer",
        "Y via U2: update 09:30:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
    ]);
    assert_eq!(seen.headline(U2), "Y 09:30:00");
    assert_eq!(archive("09:09:59").headline(U2), "X 09:09:59", "within five minutes of its file");
}

/// Overlapping update files of one collector: A, W, A, W in one second through the overlap: applied once: A, W. (R7)
#[test]
fn s29_the_same_record_counts_once() {
    let once =
        Archive::of("rrc90").rib(Rib::at("08:00").with(P)).announces("09:04:59", P, X, via(U2)).withdraws("09:04:59", P, X);
    let twice = once.clone().announces("09:04:59", P, X, via(U2)).in_file("09:05").withdraws("09:04:59", P, X).in_file("09:05");
    let (once, twice) = (once.seen(), twice.seen());
    once.shows(&["X via U2: update 09:04:59 .. update 09:04:59 | 1 of 1 peers | single-peer"]);
    assert_eq!((twice.rows(), twice.changes()), (once.rows(), once.changes()));
    let quality = twice.quality(P);
    assert_eq!((quality.announcements, quality.withdrawals, twice.answer.assembly.duplicates), (1, 1, 2));
}

/// A file named in Pacific time (`rib.20030201.1600`, records 8 h later): record times win. (R7)
#[test]
fn s49_record_times_win_over_names() {
    let pacific = |file: &mut File| {
        file.name = file.name.replace("20030202.00", "20030201.16").replace("20030202.01", "20030201.17");
    };
    let seen = Archive::of("route-views2")
        .covered("2003-02-02 00:00", "2003-02-02 02:00")
        .rib(Rib::at("2003-02-02 00:00").of(P, X, path(&[3356, U1, 64497])).version_1())
        .announces("2003-02-02 00:47:11", P, X, path(&[3356, U2, 64497]))
        .but("20030202", pacific)
        .seen_with(&["--prefix", X, "--origin", "64497"]);
    seen.shows(&[
        "X via U1: data-start 2003-02-02 00:00:00 .. update 2003-02-02 00:47:11 | 1 of 1 peers | origin 64497 | single-peer",
        "X via U2: update 2003-02-02 00:47:11 .. data-end 2003-02-02 02:00:00 | 1 of 1 peers | origin 64497 | single-peer",
    ]);
    assert!(seen.evidence()[0].starts_with("route-views2/rib.20030201.1600.bz2#"), "{:?}", seen.evidence());
    assert!(seen.gaps().is_empty());
}
