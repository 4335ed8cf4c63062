//! Sessions that go down, come back, or appear late; who a record is about.

use uplinks::model::{Asn, Upstream};
use uplinks::timeline::{Options, View, build, onset};

use crate::archive::{Archive, Moment, P, Peer, Q, R, U1, U2, X, Y, announcement, via};
use crate::mrt::{AsnWidth, Nlri, Session, Update, bgp_message};
use crate::seen::{Seen, t};
use crate::table::Rib;

fn three_peers() -> Archive {
    Archive::of("rrc90").rib(Rib::at(0).of(P, X, via(U2)).of(Q, X, via(U1)).of(R, X, via(U1)))
}

fn p_is_gone(seen: &Seen) {
    let down = t(100);
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. data-end 10:00:00 | 2 of 3 peers",
        &format!("X via U2: data-start 08:00:00 .. peer-down {down} in [{down}, ?] | 1 of 3 peers | single-peer"),
    ]);
    seen.reports(&[]);
    assert_eq!((seen.able(99), seen.able(100), seen.able(7199)), (3, 2, 2), "the denominator");
}

/// P, one of three, has X via U2; state 6->1 at t=100; the others stay: P's route ends at 100, basis peer-down; denominator 2; no change.
/// (R10)
#[test]
fn s08_a_lost_session_withdraws_nothing() {
    p_is_gone(&three_peers().session(100, P, 6, 1).seen());
}

/// As 8 with new state 7, 8; then 6->1 and 1->3 repeated every 65 s, with OPEN messages between: the same; nothing more, P stays
/// unknown. (R10)
#[test]
fn s09_a_session_that_never_comes_up_is_nothing_new() {
    for quagga in [7, 8] {
        p_is_gone(&three_peers().session(100, P, 6, quagga).seen());
    }
    let mut archive = three_peers().session(100, P, 6, 1);
    for at in (165..7000).step_by(65) {
        let open = Session::new(P.ip, P.asn)
            .message(Moment::from(at + 2).stamp(), &bgp_message(1, &[4, 0x0d, 0x1c, 0, 90, 192, 0, 2, 10, 0]));
        archive = archive.session(at, P, 6, 1).session(at + 1, P, 1, 3).record(at + 2, open);
    }
    p_is_gone(&archive.seen());
}

/// P goes down at 100, announces X via U2 at 140 (via U1 before): U1 ended at 100 peer-down; U2 first_seen 140, basis peer-up; no gained
/// change from this alone. It started after the last record that shows something else, which is the dump's, not the loss of the session:
/// what the peer sent before it was lost may not have arrived. (R10, R13)
#[test]
fn s12_coming_back_elsewhere_is_no_change_seen() {
    let (down, up) = (t(100), t(140));
    let seen = Archive::of("rrc90").rib(Rib::at(0).of(P, X, via(U1))).session(100, P, 6, 1).announces(140, P, X, via(U2)).seen();
    seen.shows(&[
        &format!("X via U1: data-start 08:00:00 .. peer-down {down} in [{down}, {up}] | 1 of 1 peers | single-peer"),
        &format!("X via U2: peer-up {up} in (08:00:00, {up}] .. data-end 10:00:00 | 1 of 1 peers | single-peer"),
    ]);
    seen.reports(&[]);
}

/// As 12, back on U1, P the only peer: one episode, flag gap, 40 s unobserved. (R14)
#[test]
fn s13_coming_back_the_same_goes_on() {
    let seen = Archive::of("rrc90").rib(Rib::at(0).of(P, X, via(U1))).session(100, P, 6, 1).announces(140, P, X, via(U1)).seen();
    seen.shows(&["X via U1: data-start 08:00:00 .. data-end 10:00:00 | 1 of 1 peers | 40 s unobserved | gap;single-peer"]);
    seen.reports(&[]);
}

/// P re-sends its whole table, same paths: no change; repeats counted. (R6)
#[test]
fn s14_repeats_change_nothing() {
    let seen = Archive::of("rrc90")
        .rib(Rib::at(0).of(P, X, via(U1)).of(P, Y, via(U2)))
        .announces(1000, P, X, via(U1))
        .announces(1000, P, Y, via(U2))
        .announces(1001, P, Y, via(U2))
        .seen();
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
        "Y via U2: data-start 08:00:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer",
    ]);
    seen.reports(&[]);
    assert_eq!((seen.quality(P).announcements, seen.quality(P).repeats), (3, 3));
}

/// RIB at 08:00 without Q; Q appears at 09:30 with X via U2; others changed at 09:07:51: onset 09:07:51; Q adds visibility only. (R10,
/// R16)
#[test]
fn s15_a_late_peer_adds_visibility_only() {
    let seen = Archive::of("rrc90")
        .rib(Rib::at("08:00").of(P, X, via(U1)).of(R, X, via(U1)))
        .announces("09:07:51", P, X, via(U2))
        .announces("09:07:51", R, X, via(U2))
        .announces("09:30", Q, X, via(U2))
        .seen();
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. update 09:07:51 | 2 of 2 peers",
        "X via U2: update 09:07:51 .. data-end 10:00:00 | 3 of 3 peers",
    ]);
    seen.reports(&["09:07:51 X lost U1 (update), 2 to 0 of 2", "09:07:51 X gained U2 (update), 0 to 2 of 2"]);
    assert_eq!(seen.headline(U2), "X 09:07:51");
}

/// Update files only: Q is the only peer and first speaks at 09:30: first_seen 09:30, started_after empty, no-baseline. (R12, R15)
#[test]
fn s16_without_a_rib_presence_is_no_onset() {
    let updates = Archive::of("rrc90").announces("09:30", Q, X, via(U2));
    let seen = updates.seen();
    seen.shows(&["X via U2: peer-up 09:30:00 in (?, 09:30:00] .. data-end 10:00:00 | 1 of 1 peers | no-baseline;single-peer"]);
    seen.reports(&[]);
    // A RIB that comes later brings no baseline for what was before it.
    updates
        .clone()
        .rib(Rib::at("09:45").of(Q, X, via(U2)))
        .seen()
        .shows(&["X via U2: peer-up 09:30:00 in (?, 09:30:00] .. data-end 10:00:00 | 1 of 1 peers | no-baseline;single-peer"]);
    // What comes after is the peer's own change; who else may have had it all along stays unknown (R15).
    updates.withdraws("09:40", Q, X).announces("09:50", Q, X, via(U2)).seen().shows(&[
        "X via U2: peer-up 09:30:00 in (?, 09:30:00] .. update 09:40:00 | 1 of 1 peers | no-baseline;single-peer",
        "X via U2: update 09:50:00 in (?, 09:50:00] .. data-end 10:00:00 | 1 of 1 peers | no-baseline;single-peer",
    ]);
}

/// A state record with ASN 0, an update header with ASN 23456, for the only peer with that IP: that peer. (R1)
#[test]
fn s52_a_session_is_known_by_its_address() {
    let far = Peer { ip: "192.0.2.20", asn: 196_615 };
    let trans = Session::new(far.ip, 23456);
    let told = announcement(far, X, via(U2), AsnWidth::Four);
    let archive = || Archive::of("rrc90").rib(Rib::at(0).of(far, X, via(U1)).of(Q, X, via(U1)));
    let seen = archive().session(100, Peer { asn: 0, ..far }, 6, 1).seen();
    assert_eq!((seen.able(99), seen.able(101)), (2, 1));
    let seen = archive().record(100, trans.update(Moment::from(100).stamp(), &told)).seen();
    let switched = t(100);
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. data-end 10:00:00 | 2 of 2 peers",
        &format!("X via U2: update {switched} .. data-end 10:00:00 | 1 of 2 peers | single-peer"),
    ]);
    assert_eq!(seen.timeline.rows[1].first_peer.asn, Asn(far.asn));
}

/// BGP4MP_*_LOCAL messages announcing X: ignored. (R10)
#[test]
fn s53_what_the_collector_sends_is_ignored() {
    let at = Moment::from(100);
    let mut archive = Archive::of("rrc90").rib(Rib::at(0).of(P, X, via(U1)));
    for width in [AsnWidth::Two, AsnWidth::Four] {
        let local = Session::new(P.ip, P.asn).width(width).sent_by_collector();
        let start = || Update::new().attributes(via(U2).attributes(P, width));
        archive = archive.record(100, local.update(at.stamp(), &start().announce(X)));
        archive = archive.record(100, local.add_path().update(at.stamp(), &start().announce(Nlri::with_path_id(1, X))));
    }
    let seen = archive.seen();
    seen.shows(&["X via U1: data-start 08:00:00 .. data-end 10:00:00 | 1 of 1 peers | single-peer"]);
    assert_eq!((seen.damaged_records(), seen.quality(P).announcements), ((0, 0), 0));
}

impl Seen {
    /// Rule 16: the prefix and time of the row that makes the headline of an upstream, or `none`.
    pub fn headline(&self, upstream: u32) -> String {
        let target = Options { view: View::Target, ..self.plan.options };
        let target = build(&self.answer.observed, &self.answer.read.watch, &target);
        let found = onset(&self.timeline, &target, Upstream::next(Asn(upstream)));
        let row = found.and_then(|o| o.headline).map(|row| crate::seen::line(&row));
        row.map_or("none".to_owned(), |line| {
            let words: Vec<&str> = line.split(' ').collect();
            format!("{} {}", words[0], words[4])
        })
    }
}
