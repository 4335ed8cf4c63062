//! Who holds a route over time, of those able to see it (rule 15).

use crate::replay::script::Case;
use crate::timeline::told::check;

const VISIBILITY_OVER_TIME: &[Case] = &[
    (
        "R15: who is full-feed, or holds it",
        "visible: dump 0..5 A=U1 B C:part; 700 C=U2; 750 C-; 770 B down",
        &["0 X U1: 1 of 2", "700 X U1: 1 of 3", "700 X U2: 1 of 3", "750 X U1: 1 of 2", "750 X U2: 0 of 2", "770 X U1: 1 of 1"],
    ),
    (
        "R15: sessions of one AS",
        "visible: dump 0..5 A=U1 a=U1 B=U2; 700 a-; 750 A-",
        &["0 X U1: 2 of 3, ASes 1", "0 X U2: 1 of 3", "700 X U1: 1 of 3", "750 X U1: 0 of 3"],
    ),
    (
        "R15: the target counts a peer once, in parts",
        "visible target: dump 0..5 A=U1 A/Y=U2 B=U1; 700 A=U1; 760 B=U2; 770 A/Y-",
        &[
            "0 * U1: 2 of 2, weight 1.5, share 1.5",
            "0 * U2: 1 of 2, weight 0.5, share 0.5",
            "760 * U1: 1 of 2, weight 0.5, share 0.5",
            "760 * U2: 2 of 2, weight 1.5, share 1.5",
            "770 * U1: 1 of 2",
            "770 * U2: 1 of 2",
        ],
    ),
    (
        "R15: a prefix of the other family makes its peers able",
        "visible target: dump 0..5 A=U1 B:v4; 700 B=U2; 750 A/6=U1",
        &["0 * U1: 1 of 2", "700 * U2: 1 of 2"],
    ),
    (
        "a window begins with what stands",
        "visible within=700..750: dump 0..5 A=U1 B=U1; 650 A=U2; 720 B=U2; 750 A-",
        &["700 X U1: 1 of 2", "700 X U2: 1 of 2", "720 X U1: 0 of 2", "720 X U2: 2 of 2"],
    ),
    (
        "R11: another path after a gap, by the dump alone: assumed between",
        "visible: gap 800..900; dump 0..5 B=U1; dump 1000..1005 B=U1.U5",
        &["0 X U1: 1 of 1", "800 X U1: 1 of 1, 1 assumed", "1000 X U1: 1 of 1"],
    ),
    (
        "R11: of the target, one prefix assumed and one proven",
        "visible target bin=150 within=600..900: gap 650..700; dump 0..5 C/Y=U1; 710 C=U1",
        &["600 * U1: 1 of 1, 0.4 assumed", "750 * U1: 1 of 1"],
    ),
    (
        "a bin begins where a peer comes",
        "visible bin=100 within=600..900: dump 0..5 B; 700 B=U1",
        &["600 X U1: 0 of 1", "700 X U1: 1 of 1", "800 X U1: 1 of 1"],
    ),
    (
        "R15: of a bin's equal peaks the first tells the ASes",
        "visible bin=100 within=700..800: dump 0..5 A=U1 a=U1 B; 750 a-; 750 B=U1",
        &["700 X U1: 2 of 3, ASes 1"],
    ),
];

#[test]
fn visibility_over_time() {
    check(VISIBILITY_OVER_TIME);
}

/// Nobody able is no share, not all or nothing. (R15)
#[test]
fn of_nobody_there_is_no_share() {
    use crate::model::{Asn, Origin, Time, Upstream};
    use crate::timeline::{Point, Subject};
    let subject = Subject { prefix: None, origin: Origin::As(Asn(1)), upstream: Upstream::DIRECT };
    let of = |total, weight| {
        let (time, peers, peers_max, assumed, peer_asns) = (Time::MIN, weight, 0, 0.0, 0);
        Point { time, subject, peers, peers_max, assumed, peer_asns, total, weight }.share()
    };
    assert_eq!([of(0.0, 0.0), of(2.0, 1.0)], [None, Some(0.5)]);
}
