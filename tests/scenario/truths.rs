//! Answers that were wrong once, beyond the numbered lines: each stands for a kind.

use crate::archive::{Archive, O, P, Peer, Q, R, U1, U2, X, Y, announcement, path, via};
use crate::mrt::{AsnWidth, Session, Stamp};
use crate::table::Rib;

const S: Peer = Peer { ip: "192.0.2.13", asn: 6939 };

fn two_peers() -> Archive {
    Archive::of("rrc90").rib(Rib::at(0).of(P, X, via(U1)).of(Q, X, via(U2)))
}

/// Another origin's route, or one with an empty path, stands between two of one upstream: it parts them as a withdrawal does. (R5)
#[test]
fn whatever_replaces_a_route_parts_it_from_the_next() {
    let again = |archive: Archive| archive.announces(1600, P, X, via(U1)).seen();
    let hijacked = again(two_peers().announces(1000, P, X, path(&[P.asn, U2, 38_040])));
    let emptied = again(two_peers().announces(1000, P, X, path(&[])));
    let withdrawn = again(two_peers().withdraws(1000, P, X));
    for seen in [&hijacked, &emptied, &withdrawn] {
        seen.shows(&[
            "X via U1: data-start 08:00:00 .. update 08:16:40 | 1 of 2 peers | single-peer",
            "X via U2: data-start 08:00:00 .. data-end 10:00:00 | 1 of 2 peers | single-peer",
            "X via U1: update 08:26:40 .. data-end 10:00:00 | 1 of 2 peers | single-peer",
        ]);
    }
    let told = ["08:16:40 X lost U1 (update), 1 to 0 of 2", "08:26:40 X gained U1 (update), 0 to 1 of 2"];
    emptied.reports(&told);
    withdrawn.reports(&told);
    hijacked.reports(&[
        told[0],
        "08:16:40 X origin-conflict-start 38040 (update), 0 to 1 of 2",
        told[1],
        "08:26:40 X origin-conflict-end 38040 (update), 1 to 0 of 2",
    ]);
}

/// After a missing file one of four peers withdraws; the other three's routes stand assumed, and forbid an outage. (R17)
#[test]
fn an_assumed_route_forbids_an_outage() {
    let rib = Rib::at("08:00").of(P, X, via(U1)).of(Q, X, via(U1)).of(R, X, via(U1)).of(S, X, via(U1));
    let archive = Archive::of("rrc90").rib(rib).missing("08:15").withdraws("08:40", P, X);
    let seen = archive.clone().seen();
    seen.shows(&["X via U1: data-start 08:00:00 .. data-end 10:00:00 | 4 of 4 peers | 300 s unobserved | gap"]);
    seen.reports(&[]);
    // Where all four withdraw there is one, and its time is the latest.
    let archive = archive.withdraws("08:41", Q, X).withdraws("08:42", R, X).withdraws("08:45", S, X);
    archive.announces("08:50", S, X, via(U1)).seen().reports(&[
        "08:45:00 X lost U1 (gap), 1 to 0 of 4",
        "08:45:00 X outage-start (gap), 1 to 0 of 4",
        "08:45:00 * outage-start (gap), 1 to 0 of 4",
        "08:50:00 X outage-end (update), 0 to 1 of 4",
        "08:50:00 X gained U1 (update), 0 to 1 of 4",
        "08:50:00 * outage-end (update), 0 to 1 of 4",
    ]);
}

/// The first dump, too, is written over minutes: what a message brings meanwhile was not there at its stamp. (R8)
#[test]
fn an_onset_while_the_first_dump_is_written() {
    let rib = || Rib::at("08:00").of(P, X, via(U2)).of(Q, X, via(U2));
    let seen = Archive::of("rrc90").rib(rib()).announces("08:01:30", P, X, via(U2)).announces("08:01:30", Q, X, via(U2)).seen();
    seen.shows(&["X via U2: peer-up 08:01:30 in (?, 08:01:30] .. data-end 10:00:00 | 2 of 2 peers"]);
    // Later than the dump can have been written, it is a repetition.
    let seen = Archive::of("rrc90").rib(rib()).announces("08:15", P, X, via(U2)).seen();
    seen.shows(&["X via U2: data-start 08:00:00 .. data-end 10:00:00 | 2 of 2 peers"]);
}

/// A route first seen after its session came back began after the last proof of something else: of its absence, or of another route; not
/// after the session was lost, if what it lost was the same. (R10)
#[test]
fn a_session_that_comes_back_bounds_nothing_by_its_loss() {
    let lost = |rib: Rib| {
        Archive::of("rrc90").rib(rib).session(1000, P, 6, 1).session(1100, P, 5, 6).announces(1101, P, X, via(U2)).seen()
    };
    lost(Rib::at(0).with(P))
        .shows(&["X via U2: peer-up 08:18:21 in (08:00:00, 08:18:21] .. data-end 10:00:00 | 1 of 1 peers | single-peer"]);
    lost(Rib::at(0).of(P, X, via(U1))).shows(&[
        "X via U1: data-start 08:00:00 .. peer-down 08:16:40 in [08:16:40, 08:18:21] | 1 of 1 peers | single-peer",
        "X via U2: peer-up 08:18:21 in (08:00:00, 08:18:21] .. data-end 10:00:00 | 1 of 1 peers | single-peer",
    ]);
}

/// One record with a wrong clock at a file's head moves neither the file nor a hole: it stays where its name and its other records are.
/// (R7, R11)
#[test]
fn one_wrong_clock_moves_no_file() {
    let unrelated = announcement(R, "203.0.113.0/24", path(&[R.asn, 64_999]), AsnWidth::Four);
    let odd = Session::new(R.ip, R.asn).update(Stamp::Seconds(7), &unrelated);
    let seen = two_peers().record("08:20", odd).announces("08:21", P, X, via(U2)).seen();
    seen.reports(&["08:21:00 X lost U1 (update), 1 to 0 of 2"]);
    assert!(seen.gaps().is_empty(), "{:?}", seen.gaps());
}

/// A hole reaches from the last record before it to the first after it, whatever the files' names. (R11)
#[test]
fn a_hole_reaches_from_record_to_record() {
    let archive = Archive::of("route-views.sim").covered("08:00", "09:30").missing("08:30");
    let late = archive.announces("08:30:40", R, "203.0.113.0/24", path(&[R.asn, 64_999])).in_file("08:15");
    let seen = late.rib(Rib::at("08:00").of(P, X, via(U1)).of(Q, X, via(U1))).announces("08:46", P, X, via(U2)).seen();
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. data-end 09:30:00 | 2 of 2 peers | 860 s unobserved | gap",
        "X via U2: gap 08:46:00 in (08:30:40, 08:46:00] .. data-end 09:30:00 | 1 of 2 peers | gap;single-peer",
    ]);
    assert_eq!(seen.gaps(), ["08:30:40-08:45:00"]);
}

/// After a gap nobody is known to have no route; only a record tells again. (R11, R17)
#[test]
fn a_gap_ends_what_was_known_of_absence() {
    let archive = Archive::of("rrc90").rib(Rib::at("08:00").of(P, X, via(U1)).with(Q)).missing("08:15");
    let seen = archive.clone().withdraws("08:40", P, X).seen();
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. gap 08:15:00 in [08:15:00, 08:40:00] | 1 of 2 peers | gap;single-peer;wider-bounds",
    ]);
    seen.reports(&["08:40:00 X lost U1 (gap), 1 to 0 of 2"]);
    // A dump does: now both are known to have none.
    let seen = archive.rib(Rib::at("09:00").of(P, X, via(U1)).with(Q)).withdraws("09:30", P, X).seen();
    seen.reports(&[
        "09:30:00 X lost U1 (update), 1 to 0 of 2",
        "09:30:00 X outage-start (update), 1 to 0 of 2",
        "09:30:00 * outage-start (update), 1 to 0 of 2",
    ]);
}

/// An upstream that stood at a peer all the time, assumed and then proven by its withdrawal, is not gained by another peer. (R14)
#[test]
fn what_was_assumed_is_no_gain() {
    let archive = Archive::of("rrc90").rib(Rib::at("08:00").of(P, X, via(U1)).of(Q, X, via(U2))).missing("08:15");
    archive.announces("08:30", Q, X, via(U1)).withdraws("08:40", P, X).seen().reports(&["08:30:00 X lost U2 (gap), 1 to 0 of 2"]);
}

/// Where a collector's data end before the others', its routes are assumed from there on. (R11)
#[test]
fn a_collector_that_ends_early_is_a_gap() {
    let early = Archive::of("rrc90").covered("08:00", "08:30").rib(Rib::at("08:00").of(P, X, via(U1)));
    let both =
        early.and("rrc91").rib(Rib::at("08:00").of(Q, X, via(U2))).announces("09:00", Q, X, via(U1)).withdraws("09:30", Q, X);
    let seen = both.seen();
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. data-end 09:30:00 | 2 of 2 peers | 1800 s unobserved | gap",
        "X via U2: data-start 08:00:00 .. update 09:00:00 | 1 of 2 peers | single-peer;wider-bounds",
    ]);
    seen.reports(&["09:00:00 X lost U2 (update), 1 to 0 of 2"]);
}

/// Announced, withdrawn and announced in one second over the border of two files: the last is no repetition. (R7)
#[test]
fn one_instant_is_no_overlap() {
    let before = two_peers().announces("08:20", P, X, via(U2)).in_file("08:15").withdraws("08:20", P, X).in_file("08:15");
    before.announces("08:20", P, X, via(U2)).seen().shows(&[
        "X via U1: data-start 08:00:00 .. update 08:20:00 | 1 of 2 peers | single-peer",
        "X via U2: data-start 08:00:00 .. data-end 10:00:00 | 2 of 2 peers",
    ]);
}

/// One leaves as another comes: with two peers asked for there is no moment of two. (R14)
#[test]
fn a_hand_over_is_never_counted_twice() {
    let swapped = two_peers().announces(1000, P, X, via(U2)).announces(1000, Q, X, via(U1));
    swapped.seen_with(&["--min-peers", "2"]).shows(&[]).reports(&[]);
}

/// Who is full-feed is measured over all peers of the collector; then peers are selected. (R15)
#[test]
fn selected_peers_are_measured_by_all() {
    let archive = Archive::of("rrc90").rib(Rib::at("08:00").background(80).of(P, X, via(U1)).with(Q).partial(R));
    let able = |asn: &str| archive.seen_with(&["--peer-asn", asn]).able("09:00");
    assert_eq!((able("3356"), able("1299"), able("2914")), (1, 1, 0));
}

/// A partial-feed peer that keeps other routes withdrew this one between two dumps; one that keeps none is down. (R9)
#[test]
fn a_peer_with_any_route_in_the_dump_is_up() {
    let archive = Archive::of("rrc90").ribs_only();
    let first = || Rib::at("08:00").background(80).of(P, X, via(U1)).partial(P).with(Q);
    let seen = |second: Rib| archive.clone().rib(first()).rib(second).seen();
    let withdrawn = seen(Rib::at("16:00").background(80).partial(P).with(Q));
    withdrawn
        .shows(&["X via U1: data-start 08:00:00 .. rib 08:00:00 in [08:00:00, 16:00:00] | 1 of 2 peers | sampled;single-peer"]);
    withdrawn.reports(&[
        "16:00:00 X lost U1 (rib), 1 to 0 of 2",
        "16:00:00 X outage-start (rib), 1 to 0 of 2",
        "16:00:00 * outage-start (rib), 1 to 0 of 2",
    ]);
    seen(Rib::at("16:00").background(80).idle(P).with(Q)).reports(&[]);
}

/// Without a table silence says nothing, so what may never have happened cannot be decided, and what did not does not fail. (R12)
#[test]
fn update_files_alone_refute_nothing() {
    let heard = Archive::of("rrc90").withdraws("09:00", P, X).announces("09:10", P, X, via(U1));
    let seen = heard.seen();
    let at = |what: &str, time: &str| format!("what = '{what}'\nat = 2017-10-01T{time}Z");
    let lost = format!("{}\nupstream = {U1}", at("lost", "09:00:00"));
    let claims = [
        lost,
        at("outage-begins", "09:00:00"),
        at("outage-ends", "09:10:00"),
        at("absent", "09:05:00"),
        at("present", "09:20:00"),
    ];
    let verdicts = seen.verdicts(&claims.each_ref().map(String::as_str), &[]);
    assert_eq!(verdicts, ["not-decidable", "not-decidable", "not-decidable", "not-decidable", "pass"]);
}

/// Nobody has a route only where none of the peers has that were not asked. (R15)
#[test]
fn absence_is_that_of_all_peers() {
    let seen = Archive::of("rrc90").rib(Rib::at("08:00").background(80).of(P, X, via(U1)).partial(R)).seen();
    assert_eq!(seen.verdicts(&["what = 'absent'\nat = 2017-10-01T09:00:00Z"], &["--peer-asn", "2914"]), ["fail"]);
}

/// One peer's switch shows no onset where others may have had the upstream for years; that nobody had the prefix, only peers can tell
/// that are known to have had something else. (R12)
#[test]
fn update_files_alone_prove_no_onset() {
    let switched = Archive::of("rrc90").announces("08:30", P, X, via(U1)).announces("09:00", P, X, via(U2)).announces(
        "09:20",
        Q,
        X,
        via(U2),
    );
    let seen = switched.seen();
    seen.shows(&[
        "X via U1: peer-up 08:30:00 in (?, 08:30:00] .. update 09:00:00 | 1 of 2 peers | no-baseline;single-peer",
        "X via U2: update 09:00:00 in (?, 09:00:00] .. data-end 10:00:00 | 2 of 2 peers | no-baseline",
    ]);
    seen.reports(&[]);
    let first = seen.prints(&["first", "--upstream", "20485"]);
    assert!(first.contains("how long before is unknown") && first.contains("Update files alone prove no onset"), "{first}");
    assert!(first.contains("1st <2017-10-01 09:00:00"), "{first}");
}

/// Each upstream is told with the prefixes that it has itself, and each prefix with its own peers.
#[test]
fn sentences_say_what_each_upstream_shows() {
    let rib = Rib::at("08:00").of(P, X, via(U1)).of(Q, X, via(U1)).of(P, Y, via(U2)).of(Q, Y, via(U2)).of(R, Y, via(U2)).with(R);
    let told = Archive::of("rrc90").rib(rib).seen().prints(&["timeline"]);
    assert!(told.contains("AS4837 China Unicom, for 175.45.176.0/24 (1 of 2 prefixes), seen by up to 2 of 3 peers"), "{told}");
    assert!(told.contains("AS20485 TransTeleCom, for 175.45.178.0/24 (1 of 2 prefixes), seen by up to 3 of 3 peers"), "{told}");
}

/// Dumps alone contradict no updates, and a change between two of them has both dates.
#[test]
fn dumps_alone_contradict_nothing() {
    let ribs = Archive::of("rrc90")
        .ribs_only()
        .rib(Rib::at("08:00").of(P, X, via(U1)).of(Q, X, via(U2)))
        .rib(Rib::at("16:00").of(Q, X, via(U2)).with(P));
    let told = ribs.seen().prints(&["timeline"]);
    assert!(!told.contains("contradict"), "{told}");
    assert!(told.contains("left between 08:00:00 and 16:00:00"), "{told}");
}

/// Of the target a peer counts once, and only peers of its families. (R15)
#[test]
fn the_target_has_the_peers_of_its_families() {
    let rib = Rib::at("08:00").background(80).of(P, X, via(U1)).of(P, Y, via(U1)).only_v6(Peer { ip: "2001:db8::20", asn: 6939 });
    Archive::of("rrc90")
        .rib(rib)
        .seen_with(&["--by", "target"])
        .shows(&["* via U1: data-start 08:00:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer"]);
}

/// A conflict names the origin and the carrier of the record that proves it, in every format; members of a target are never upstreams of
/// one another. (R3, R4)
#[test]
fn a_conflict_names_origin_and_carrier() {
    let seen = two_peers().announces(1000, P, X, path(&[P.asn, 9002, 38_040])).seen();
    for format in ["table", "markdown", "csv", "jsonl"] {
        let told = seen.prints(&["changes", "-f", format]);
        assert!(told.contains("38040") && told.contains("9002"), "{format}: {told}");
    }
    let within = Archive::of("rrc90").rib(Rib::at(0).of(P, X, path(&[P.asn, U1, 64_510, O])));
    within
        .seen_with(&["--origin", "131279", "--origin", "64510", "--prefix", X])
        .shows(&["X via U1: data-start 08:00:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer"]);
}
