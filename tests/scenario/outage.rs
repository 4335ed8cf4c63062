//! Outages, what is no outage, and routes that outlive their withdrawal.

use crate::aggregation::{many, nth};
use crate::archive::{Archive, P, Q, U1, U2, X, Y, via};
use crate::seen::t;
use crate::table::Rib;

const FOUR: [&str; 4] = [X, "175.45.177.0/24", Y, "175.45.179.0/24"];

/// All peers withdraw at t=100, one of 40 keeps U2 for three days: the main row ends at 100; a stuck row of three days; outage from 100.
/// (R17, R18)
#[test]
fn s40_a_stuck_route_is_set_aside() {
    let archive = Archive::of("route-views.sim").covered("08:00", "2017-10-04 08:00").rib(many("08:00", 40, U2));
    let seen = (1..40).fold(archive, |a, n| a.withdraws(100, nth(n), X)).seen();
    seen.shows(&[
        "X via U2: data-start 08:00:00 .. update 08:01:40 | 40 of 40 peers",
        "X via U2: update 08:01:40 .. data-end 2017-10-04 08:00:00 | 1 of 40 peers | single-peer;stuck",
    ]);
    // Forty had it; of those, one is set aside, so 39 can tell that it is gone.
    seen.reports(&[
        "08:01:40 X lost U2 (update), 40 to 0 of 40",
        "08:01:40 X outage-start (update), 40 to 0 of 40",
        "08:01:40 * outage-start (update), 40 to 0 of 40",
    ]);
}

/// All four prefixes vanish for 90 s, peers stay up. Changes: per prefix lost, outage; one target outage of 90 s. (R17)
#[test]
fn s54_an_outage_is_told_once_for_each_prefix_and_once_for_all() {
    let mut rib = Rib::at(0);
    for net in FOUR {
        rib = rib.of(P, net, via(U1)).of(Q, net, via(U1));
    }
    let mut archive = Archive::of("rrc90").rib(rib);
    for net in FOUR {
        // Later than the dump can have been written.
        archive = archive.withdraws(1000, P, net).withdraws(1000, Q, net);
        archive = archive.announces(1090, P, net, via(U1)).announces(1090, Q, net, via(U1));
    }
    let mut expected = Vec::new();
    for net in ["X", FOUR[1], "Y", FOUR[3]] {
        expected.push(format!("08:16:40 {net} lost U1 (update), 2 to 0 of 2"));
        expected.push(format!("08:16:40 {net} outage-start (update), 2 to 0 of 2"));
    }
    expected.push("08:16:40 * outage-start (update), 2 to 0 of 2".to_owned());
    for net in ["X", FOUR[1], "Y", FOUR[3]] {
        expected.push(format!("08:18:10 {net} outage-end (update), 0 to 2 of 2"));
        expected.push(format!("08:18:10 {net} gained U1 (update), 0 to 2 of 2"));
    }
    expected.push("08:18:10 * outage-end (update), 0 to 2 of 2".to_owned());
    let seen = archive.seen();
    assert_eq!(seen.changes(), expected);
    assert_eq!(seen.rows().len(), 8);
}

/// The collector loses all peers for 90 s: no outage; visibility unknown. (R10, R17)
#[test]
fn s55_losing_the_peers_is_no_outage() {
    let mut archive = Archive::of("rrc90").rib(Rib::at(0).of(P, X, via(U1)).of(Q, X, via(U1)));
    for peer in [P, Q] {
        archive = archive.session(100, peer, 6, 1).session(190, peer, 5, 6).announces(191, peer, X, via(U1));
    }
    let seen = archive.seen();
    seen.shows(&["X via U1: data-start 08:00:00 .. data-end 10:00:00 | 2 of 2 peers | 91 s unobserved | gap"]);
    seen.reports(&[]);
    assert_eq!((seen.able(99), seen.able(101), seen.able(189), seen.able(192)), (2, 0, 0, 2));
    // Nor is the loss of the only peer that had it, while another, which never had it, stays.
    let alone = Archive::of("rrc90").rib(Rib::at(0).of(P, X, via(U1)).with(Q)).session(100, P, 6, 1).seen();
    alone.reports(&[]);
    let down = t(100);
    alone.shows(&[&format!("X via U1: data-start 08:00:00 .. peer-down {down} in [{down}, ?] | 1 of 2 peers | single-peer")]);
}
