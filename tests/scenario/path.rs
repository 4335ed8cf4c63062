//! What a path says: origin, upstream, odd neighbours, origin conflicts; and which routes are looked at.

use crate::archive::{Archive, O, P, Peer, Q, Told, U1, U2, X, path, via};
use crate::mrt::{AsnWidth, Segment, Update};
use crate::seen::Seen;
use crate::table::Rib;

/// The peer, whose table lacked X, announces it so at 09:00.
fn told(peer: Peer, told: Told) -> Seen {
    Archive::of("rrc90").rib(Rib::at("08:00").with(peer)).announces("09:00", peer, X, told).seen()
}

fn row(upstream: &str, remarks: &str) -> String {
    format!("X via {upstream}: update 09:00:00 .. data-end 10:00:00 | 1 of 1 peers | {remarks}")
}

const PEER_20485: Peer = Peer { ip: "192.0.2.20", asn: U2 };
const PEER_O: Peer = Peer { ip: "192.0.2.21", asn: O };

/// `20485 131279 131279 131279`: U2. (R3)
#[test]
fn s30_prepending_is_removed() {
    let sevenfold = path(&[3356, U2, O, O, O]);
    told(P, sevenfold).shows(&[&row("U2", "single-peer")]);
    told(PEER_20485, path(&[U2, O, O, O])).shows(&[&row("U2", "peer-like;single-peer")]);
}

/// `25933 131279 32934 131279 131279`: 25933, flag poisoned. (R3)
#[test]
fn s31_a_poisoned_path_counts_from_the_left() {
    let peer = Peer { ip: "192.0.2.22", asn: 25933 };
    told(peer, path(&[25933, O, 32934, O, O])).shows(&[&row("25933", "peer-like;poisoned;single-peer")]);
}

/// A peer AS131279 sends `131279`; another peer's path is just `131279`: direct, both. (R3)
#[test]
fn s32_nothing_before_the_origin_is_direct() {
    told(PEER_O, path(&[O])).shows(&[&row("direct", "direct;single-peer")]);
    told(PEER_O, path(&[])).shows(&[&row("direct", "direct;single-peer")]);
    told(P, path(&[O])).shows(&[&row("direct", "direct;route-server;single-peer")]);
}

/// A peer AS20485 sends `20485 131279`: U2 (the peer is the upstream). (R3)
#[test]
fn s33_the_peer_may_be_the_upstream() {
    told(PEER_20485, path(&[U2, O])).shows(&[&row("U2", "peer-like;single-peer")]);
}

/// Tail `{131279,65001}`; tail `{131279}`; `20485 131279 {65001,65002}`; confederation segments before O: ambiguous; O; ambiguous;
/// removed. (R2)
#[test]
fn s34_sets_and_confederations() {
    use Segment::{ConfedSequence, ConfedSet, Sequence, Set};
    let ambiguous = row("ambiguous", "origin ambiguous | ambiguous;single-peer");
    let cases = [
        (vec![Sequence(vec![3356, U2]), Set(vec![O, 65001])], ambiguous.clone()),
        (vec![Sequence(vec![3356, U2]), Set(vec![O])], row("U2", "single-peer")),
        (vec![Sequence(vec![3356, U2, O]), Set(vec![65001, 65002])], ambiguous),
        (
            vec![Sequence(vec![3356, U2]), ConfedSequence(vec![65010]), ConfedSet(vec![65011]), Sequence(vec![O])],
            row("U2", "single-peer"),
        ),
    ];
    for (segments, expected) in cases {
        told(P, Told::Segments(segments)).shows(&[&expected]);
    }
}

/// `20485 64512 131279`; `3356 0 131279`; first AS not the peer's: 64512, private-neighbour; 0, reserved-neighbour; as seen,
/// route-server. (R3)
#[test]
fn s35_odd_neighbours_are_flagged_not_replaced() {
    told(PEER_20485, path(&[U2, 64512, O])).shows(&[&row("64512", "private-neighbour;single-peer")]);
    told(P, path(&[3356, 0, O])).shows(&[&row("0", "reserved-neighbour;single-peer")]);
    told(P, path(&[3356, 23456, O])).shows(&[&row("23456", "as-trans;single-peer")]);
    told(P, path(&[1299, U2, O])).shows(&[&row("U2", "route-server;single-peer")]);
}

/// Watching 194.71.107.0/24 and origin O: `30844 39138 22351 131279 51040`: origin 51040: a conflict if O is watched there, never a row
/// with upstream 22351. (R3, R4)
#[test]
fn s36_the_origin_in_mid_path_is_no_origin() {
    let bay = "194.71.107.0/24";
    let peer = Peer { ip: "192.0.2.23", asn: 30844 };
    let archive = Archive::of("rrc90").rib(Rib::at("08:00").with(peer)).announces(
        "09:00",
        peer,
        bay,
        path(&[30844, 39138, 22351, O, 51040]),
    );
    let watched = archive.seen_with(&["--prefix", bay, "--origin", "131279"]);
    watched.shows(&[]);
    watched.reports(&["09:00:00 194.71.107.0/24 origin-conflict-start 51040 (update), 0 to 1 of 1"]);
    archive
        .seen_with(&["--prefix", bay])
        .shows(&["194.71.107.0/24 via 131279: update 09:00:00 .. data-end 10:00:00 | 1 of 1 peers | origin 51040 | single-peer"]);
    archive.seen_with(&["--origin", "131279"]).shows(&[]).reports(&[]);
}

/// X announced by origin 64500 while O still holds it elsewhere: origin-conflict in `changes`; O's rows untouched. (R4)
#[test]
fn s38_another_origin_is_a_conflict() {
    let seen = Archive::of("rrc90")
        .rib(Rib::at("08:00").of(P, X, via(U2)).with(Q))
        .announces("09:00", Q, X, path(&[1299, 64500]))
        .withdraws("09:10", Q, X)
        .seen();
    seen.shows(&["X via U2: data-start 08:00:00 .. data-end 10:00:00 | 1 of 2 peers | single-peer"]);
    seen.reports(&[
        "09:00:00 X origin-conflict-start 64500 (update), 0 to 1 of 2",
        "09:10:00 X origin-conflict-end 64500 (update), 1 to 0 of 2",
    ]);
}

/// A default route and 175.0.0.0/8 from a peer: never watched. (R4)
#[test]
fn s43_covering_routes_are_not_watched() {
    let within = "175.45.176.0/25";
    let covering = ["0.0.0.0/0", "175.0.0.0/8", "175.45.176.0/21"];
    let rib = covering.iter().fold(Rib::at("08:00"), |rib, net| rib.of(P, net, via(U1)));
    let attributes = |upstream| via(upstream).attributes(P, AsnWidth::Four);
    let alone = covering.iter().fold(Update::new().attributes(attributes(U2)), |update, net| update.announce(*net));
    // In one message with a watched prefix, too.
    let together = covering.iter().fold(Update::new().attributes(attributes(U2)), |update, net| update.announce(*net));
    let together = together.announce(within);
    let seen = Archive::of("rrc90").rib(rib).update("08:30", P, &alone).update("09:00", P, &together).seen();
    seen.shows(&["175.45.176.0/25 via U2: update 09:00:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer"]);
}

/// `--origin` only: a withdrawal of X carries no path: the route ends. (R4, R5)
#[test]
fn s46_withdrawals_are_found_without_a_path() {
    let seen = Archive::of("rrc90")
        .rib(Rib::at("08:00").with(P))
        .announces("09:00", P, X, via(U2))
        .withdraws("09:10", P, X)
        .seen_with(&["--origin", "131279"]);
    seen.shows(&["X via U2: update 09:00:00 .. update 09:10:00 | 1 of 1 peers | single-peer"]);
}

/// U2 replaced by U1 with no withdrawal: U2 ends at that second. (R5)
#[test]
fn s47_an_announcement_replaces() {
    let seen = Archive::of("rrc90").rib(Rib::at("08:00").of(P, X, via(U2))).announces("09:07:51", P, X, via(U1)).seen();
    seen.shows(&[
        "X via U2: data-start 08:00:00 .. update 09:07:51 | 1 of 1 peers | single-peer",
        "X via U1: update 09:07:51 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
    ]);
    seen.reports(&["09:07:51 X lost U2 (update), 1 to 0 of 1", "09:07:51 X gained U1 (update), 0 to 1 of 1"]);
}
