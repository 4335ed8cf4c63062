//! From peers to episodes, and who counts.

use crate::archive::{Archive, O, P, Peer, Q, R, U1, U2, X, Y, path, via};
use crate::table::Rib;

/// The n-th of many peers, each with an ASN of its own.
pub fn nth(n: u32) -> Peer {
    let ip = format!("198.51.{}.{}", 100 + n / 250, n % 250 + 1);
    Peer { ip: Box::leak(ip.into_boxed_str()), asn: 1000 + n }
}

/// A dump of many peers that hold X via U1.
pub fn many(at: &str, peers: u32, upstream: u32) -> Rib {
    (0..peers).fold(Rib::at(at), |rib, n| rib.of(nth(n), X, via(upstream)))
}

/// One of 300 peers shows `666 131279` for 2 minutes: a row with 1 peer, single-peer; not the headline. (R14, R16)
#[test]
fn s37_one_peer_alone_makes_no_headline() {
    let archive = Archive::of("rrc90")
        .rib(many("08:00", 300, U1))
        .announces("08:30", nth(7), X, path(&[1007, 666, O]))
        .announces("08:32", nth(7), X, via(U1));
    let seen = archive.seen();
    let alone = "X via 666: update 08:30:00 .. update 08:32:00 | 1 of 300 peers | single-peer";
    seen.shows(&["X via U1: data-start 08:00:00 .. data-end 10:00:00 | 300 of 300 peers", alone]);
    assert_eq!(seen.headline(666), "X 08:30:00", "the only row there is");

    let later =
        archive.announces("09:30", nth(1), X, path(&[1001, 666, O])).announces("09:31", nth(2), X, path(&[1002, 666, O])).seen();
    later.shows(&[
        "X via U1: data-start 08:00:00 .. data-end 10:00:00 | 300 of 300 peers",
        alone,
        "X via 666: update 09:30:00 .. data-end 10:00:00 | 2 of 300 peers",
    ]);
    assert_eq!(later.headline(666), "X 09:30:00");
}

/// One ASN with 5 sessions on 3 collectors, and 4 single ASNs: peak_peers 9, peak_peer_asns 5. (R14)
#[test]
fn s41_sessions_and_networks_are_counted_apart() {
    let session = |n: u32| Peer { asn: 3356, ..nth(n) };
    let seen = Archive::of("rrc90")
        .rib(Rib::at("08:00").of(session(0), X, via(U2)).of(session(1), X, via(U2)).of(nth(10), X, via(U2)))
        .and("rrc91")
        .rib(Rib::at("08:00").of(session(2), X, via(U2)).of(session(3), X, via(U2)).of(nth(11), X, via(U2)))
        .and("route-views.sim")
        .rib(Rib::at("08:00").of(session(0), X, via(U2)).of(nth(12), X, via(U2)).of(nth(13), X, via(U2)))
        .seen();
    seen.shows(&["X via U2: data-start 08:00:00 .. data-end 10:00:00 | 9 of 9 peers"]);
    let row = &seen.timeline.rows[0];
    assert_eq!((row.peak_peers, row.peak_peer_asns, row.collectors.len()), (9, 5, 3));
}

/// Partial-feed peers without X, a partial-feed peer with X, an IPv6-only peer, a 340k-route table of 2010: out; in; out of IPv4;
/// full-feed is found relative to the largest. (R15)
#[test]
fn s42_the_denominator_is_who_could_see() {
    let partial_without = nth(1);
    let partial_with = nth(2);
    let v6_only = Peer { ip: "2001:db8::20", asn: 6939 };
    // However large a full table is in its year.
    for prefixes in [8, 80, 250] {
        let base = || Rib::at("08:00").background(prefixes).of(P, X, via(U1)).with(Q);
        let able = |rib: Rib| Archive::of("rrc90").rib(rib).seen().able("09:00");
        assert_eq!(able(base()), 2, "{prefixes}");
        assert_eq!(able(base().partial(partial_without)), 2, "{prefixes}: partial without X");
        assert_eq!(able(base().of(partial_with, X, via(U1)).partial(partial_with)), 3, "{prefixes}: partial with X");
        assert_eq!(able(base().only_v6(v6_only)), 2, "{prefixes}: IPv6 only");
        assert_eq!(able(base().with(R)), 3, "{prefixes}: another full table");
        assert_eq!(able(base().idle(R)), 2, "{prefixes}: listed, but without a route");
    }
}

/// P1 starts by update at 09:07:51; P2 by RIB in (08:00, 10:00]. Row: first seen 09:07:51, but P2 may have been first, so it began after
/// 08:00; `--min-peers 2`: first_seen 10:00, started_after 08:00. (R14)
#[test]
fn s44_the_kth_peer_makes_the_start() {
    let archive = Archive::of("rrc90")
        .covered("08:00", "11:00")
        .rib(Rib::at("08:00").of(P, X, via(U1)).of(Q, X, via(U1)))
        .announces("09:07:51", P, X, via(U2))
        .rib(Rib::at("10:00").of(P, X, via(U2)).of(Q, X, via(U2)));
    archive.seen().shows(&[
        "X via U1: data-start 08:00:00 .. rib 09:07:51 in [09:07:51, 10:00:00] | 2 of 2 peers",
        "X via U2: update 09:07:51 in (08:00:00, 09:07:51] .. data-end 11:00:00 | 2 of 2 peers",
    ]);
    archive.seen_with(&["--min-peers", "2"]).shows(&[
        "X via U1: data-start 08:00:00 .. update 08:00:00 in [08:00:00, 09:07:51] | 2 of 2 peers",
        "X via U2: rib 10:00:00 in (08:00:00, 10:00:00] .. data-end 11:00:00 | 2 of 2 peers",
    ]);
}

/// Three of four prefixes switch to U2: per prefix exact; the fourth unchanged; `--by target`: U1 and U2 side by side. (R14)
#[test]
fn s45_prefixes_are_followed_one_by_one() {
    let (second, fourth) = ("175.45.177.0/24", "175.45.179.0/24");
    let rib = [X, second, Y, fourth].iter().fold(Rib::at("08:00"), |rib, net| rib.of(P, net, via(U1)).of(Q, net, via(U1)));
    let archive = Archive::of("rrc90")
        .rib(rib)
        .announces("09:07:51", P, X, via(U2))
        .announces("09:07:52", Q, X, via(U2))
        .announces("09:08:10", P, second, via(U2))
        .announces("09:08:11", Q, second, via(U2))
        .announces("09:09:30", P, Y, via(U2))
        .announces("09:09:31", Q, Y, via(U2));
    archive.seen().shows(&[
        "X via U1: data-start 08:00:00 .. update 09:07:52 | 2 of 2 peers",
        "X via U2: update 09:07:51 .. data-end 10:00:00 | 2 of 2 peers",
        "175.45.177.0/24 via U1: data-start 08:00:00 .. update 09:08:11 | 2 of 2 peers",
        "175.45.177.0/24 via U2: update 09:08:10 .. data-end 10:00:00 | 2 of 2 peers",
        "Y via U1: data-start 08:00:00 .. update 09:09:31 | 2 of 2 peers",
        "Y via U2: update 09:09:30 .. data-end 10:00:00 | 2 of 2 peers",
        "175.45.179.0/24 via U1: data-start 08:00:00 .. data-end 10:00:00 | 2 of 2 peers",
    ]);
    let target = archive.seen_with(&["--by", "target"]);
    target.shows(&[
        "* via U1: data-start 08:00:00 .. data-end 10:00:00 | 2 of 2 peers",
        "* via U2: update 09:07:51 .. data-end 10:00:00 | 2 of 2 peers",
    ]);
    target.reports(&["09:07:51 * gained U2 (update), 0 to 1 of 2"]);
}

/// A dump of RouteViews takes a minute to write. A collector's peers count from the moment at which its first dump tells of the prefix:
/// not before, when nothing is known of them, and not later than those that hold it. (R15)
#[test]
fn peers_count_as_soon_as_the_first_dump_tells_of_them() {
    let rib = Rib::at("08:00")
        .of(P, X, via(U1))
        .of(R, X, via(U1))
        .with(Q)
        .only_v6(Peer { ip: "2001:db8::20", asn: 6939 })
        .stamped(X, "08:00:40")
        .stamped("2a00:7::/32", "08:01:08");
    let archive = Archive::of("rrc90").rib(Rib::at("08:00").of(nth(1), X, via(U1))).and("route-views.sim").rib(rib);
    let seen = archive.seen();
    let able = ["08:00", "08:00:39", "08:00:40", "08:01:07", "08:01:08"].map(|at| seen.able(at));
    assert_eq!(able, [1, 1, 4, 4, 4]);
    seen.shows(&["X via U1: data-start 08:00:00 .. data-end 10:00:00 | 3 of 4 peers"]);
}
