//! Two origins of one prefix: what is told of the one that had it, and of the one that came.

use crate::archive::{Archive, P, Q, Told, U1, X, path, via};
use crate::table::Rib;

const THIEF: &str = "18101";

/// The thief's route, through its carrier.
fn taken(peer_asn: u32) -> Told {
    path(&[peer_asn, 15412, 18101])
}

/// Everybody has X from O; the thief comes to Q, then to P as well, and leaves both.
fn hijack() -> Archive {
    Archive::of("rrc90")
        .rib(Rib::at("08:00").of(P, X, via(U1)).of(Q, X, via(U1)))
        .announces("09:00", Q, X, taken(1299))
        .announces("09:10", P, X, taken(3356))
        .announces("09:30", P, X, via(U1))
        .announces("09:40", Q, X, via(U1))
}

/// When a hijack ends, nothing is out: the thief's last route goes, and the one that had the prefix before has it again. (R4, R17)
#[test]
fn the_end_of_a_hijack_is_no_outage() {
    let seen = hijack().seen_with(&["--prefix", X, "--origin", THIEF]);
    seen.shows(&["X via 15412: update 09:00:00 .. update 09:40:00 | 2 of 2 peers | origin 18101"]);
    seen.reports(&[
        "08:00:00 X origin-conflict-start 131279 (data-start), 0 to 2 of 2",
        "09:00:00 X gained 15412 (update), 0 to 1 of 2",
        "09:10:00 X origin-conflict-end 131279 (update), 1 to 0 of 2",
        "09:30:00 X origin-conflict-start 131279 (update), 0 to 1 of 2",
        "09:40:00 X lost 15412 (update), 1 to 0 of 2",
    ]);
}

/// To the one whose prefix it is, it is an outage that no peer has its route any more, whoever else is there. (R4, R17)
#[test]
fn a_prefix_that_is_taken_everywhere_is_out_to_its_owner() {
    let seen = hijack().seen_with(&["--prefix", X, "--origin", "131279"]);
    seen.reports(&[
        "09:00:00 X origin-conflict-start 18101 (update), 0 to 1 of 2",
        "09:10:00 X lost U1 (update), 1 to 0 of 2",
        "09:10:00 X outage-start (update), 1 to 0 of 2",
        "09:10:00 * outage-start (update), 1 to 0 of 2",
        "09:30:00 X outage-end (update), 0 to 1 of 2",
        "09:30:00 X gained U1 (update), 0 to 1 of 2",
        "09:30:00 * outage-end (update), 0 to 1 of 2",
        "09:40:00 X origin-conflict-end 18101 (update), 1 to 0 of 2",
    ]);
}

/// Nobody had it before: when the last route goes, the prefix is out, whoever announced it. (R17)
#[test]
fn a_prefix_that_nobody_else_has_is_out() {
    let seen = Archive::of("rrc90")
        .rib(Rib::at("08:00").with(P))
        .announces("09:00", P, X, taken(3356))
        .withdraws("09:10", P, X)
        .seen_with(&["--prefix", X, "--origin", THIEF]);
    seen.reports(&[
        "09:00:00 X gained 15412 (update), 0 to 1 of 1",
        "09:10:00 X lost 15412 (update), 1 to 0 of 1",
        "09:10:00 X outage-start (update), 1 to 0 of 1",
        "09:10:00 * outage-start (update), 1 to 0 of 1",
    ]);
}

/// Where no dump shows who was first, the first message may be the thief's: who has it at the end is taken to have had it. (R4)
#[test]
fn without_a_dump_the_last_holder_had_it() {
    let seen = Archive::of("rrc90")
        .announces("09:00", P, X, taken(3356))
        .announces("09:00", Q, X, via(U1))
        .announces("09:30", P, X, via(U1))
        .seen_with(&["--prefix", X]);
    seen.reports(&[
        "09:00:00 X origin-conflict-start 18101 (peer-up), 0 to 1 of 2",
        "09:30:00 X lost 15412 (update), 1 to 0 of 2",
        "09:30:00 X origin-conflict-end 18101 (update), 1 to 0 of 2",
    ]);
}

/// All carriers of a conflict are known, not only that of the record that proves it. (R4)
#[test]
fn a_conflict_has_all_its_carriers() {
    let seen = hijack().announces("09:05", Q, X, path(&[1299, 9498, 18101])).seen_with(&["--prefix", X, "--origin", "131279"]);
    let carriers: Vec<String> =
        seen.timeline.changes.iter().flat_map(|c| &c.carriers).map(|(upstream, peers)| format!("{upstream}: {peers}")).collect();
    assert_eq!(carriers, ["9498: 1", "15412: 2"]);
}
