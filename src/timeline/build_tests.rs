//! What options leave out or join, and the onset (rule 16).

use crate::replay::script::Case;
use crate::timeline::told::check;

const OPTIONS_AND_ONSET: &[Case] = &[
    (
        "--merge-within: 20 s apart are one at 20 s, 21 s are not",
        "rows merge=20: dump 0..5 A=U1; 700 A-; 720 A=U1; 730 A-; 751 A=U1",
        &[
            "X U1: data-start (?,0] 0 unwatched 0 .. update 730 | 1 of 1 | single-peer",
            "X U1: update 751 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
        ],
    ),
    (
        "--merge-within: the row has the greater peak and no flag of a lone peer",
        "rows merge=20: dump 0..5 A=U1 B; 700 A-; 720 A=U1; 730 B=U1; 740 A-; 741 B-",
        &["X U1: data-start (?,0] 0 unwatched 0 .. update 741 | 2 of 2 | peak at 730"],
    ),
    (
        "--merge-within: unobserved seconds add up",
        "rows merge=200: gap 500..550; gap 800..850; dump 0..5 A=U1; 650 A=U1; 700 A-; 710 A=U1; 900 A=U1",
        &["X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever | 1 of 1 | 100 s unobserved | gap;single-peer"],
    ),
    (
        "--merge-within: not over another upstream's name, nor a stuck row",
        "rows merge=200: data 0..9000; dump 0..5 A=U1 B=U1 C=U1 D=U2; 700 A- B-; 6200 C-",
        &[
            "X U1: data-start (?,0] 0 unwatched 0 .. update 6200 | 3 of 4",
            "X U2: data-start (?,0] 0 unwatched 0 .. data-end 9000 [?,?] ever | 1 of 4 | single-peer",
        ],
    ),
    (
        "--min-duration: 30 s are enough, 29 are not",
        "rows least=30: dump 0..5 A=U1; 700 A=U2; 730 A=U3; 759 A=U4",
        &[
            "X U1: data-start (?,0] 0 unwatched 0 .. update 700 | 1 of 1 | single-peer",
            "X U2: update 700 .. update 730 | 1 of 1 | single-peer",
            "X U4: update 759 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
        ],
    ),
    (
        "R16: the headline has several peers where any row has; ranks are of the target",
        "first=U2: dump 0..5 A=U1 A/Y=U1 B/Y=U1; 700 A=U2; 710 A=U1; 720 A/Y=U2; 730 B/Y=U2",
        &[
            "Y U2: update 720 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 730",
            "first X U2: update 700 .. update 710 | 1 of 2 | single-peer",
            "first Y U2: update 720 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 730",
            "1 A 720",
            "1 (half) A 720",
            "2 B 730",
            "5 nobody",
            "peak 2",
            "MinPeers(1): Y U2: update 720 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 730",
            "MinPeers(2): Y U2: update 730 .. data-end 2000 [?,?] ever | 2 of 2",
            "MinPeers(5): none",
            "MinPeers(10): none",
        ],
    ),
    (
        "R16: without a collector, and of each alone",
        "first=U2 target: dump 0..5 A=U1 A/Y=U1; 700 A=U2; 720 A/Y=U2 | dump 0..5 N=U1; 710 N=U2",
        &[
            "* U2: update 700 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 710 | two collectors",
            "first * U2: update 700 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 710 | two collectors",
            "1 A 700",
            "1 (half) A 700",
            "2 N 710",
            "5 nobody",
            "peak 2",
            "MinPeers(1): X U2: update 700 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 710 | two collectors",
            "MinPeers(2): X U2: update 710 .. data-end 2000 [?,?] ever | 2 of 2 | two collectors",
            "MinPeers(5): none",
            "MinPeers(10): none",
            "Without(CollectorId(0)): X U2: update 710 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
            "Without(CollectorId(1)): X U2: update 700 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
        ],
    ),
    (
        "R16: the later of two bounds comes first, where proofs are of one time",
        "first=U2: gap 600..650; dump 0..5 A=U1 B=U1; 610 B=U1; 700 A=U2 B=U2",
        &[
            "X U2: gap (600,700] 700 .. data-end 2000 [?,?] ever | 2 of 2 | gap",
            "first X U2: gap (600,700] 700 .. data-end 2000 [?,?] ever | 2 of 2 | gap",
            "1 B 700",
            "1 (half) B 700",
            "2 A 700",
            "5 nobody",
            "peak 2",
            "MinPeers(1): X U2: gap (600,700] 700 .. data-end 2000 [?,?] ever | 2 of 2 | gap",
            "MinPeers(2): X U2: gap (609.999999,700] 700 .. data-end 2000 [?,?] ever | 2 of 2 | gap;wider-bounds",
            "MinPeers(5): none",
            "MinPeers(10): none",
        ],
    ),
    (
        "R16: of two, the one whose bound is later",
        "first=U2: gap 600..650; dump 0..5 A=U1 B=U1; 650 A=U1; 700 A=U2 B=U2",
        &[
            "X U2: update (600,700] 700 .. data-end 2000 [?,?] ever | 2 of 2",
            "first X U2: update (600,700] 700 .. data-end 2000 [?,?] ever | 2 of 2",
            "1 A 700",
            "1 (half) A 700",
            "2 B 700",
            "5 nobody",
            "peak 2",
            "MinPeers(1): X U2: update (600,700] 700 .. data-end 2000 [?,?] ever | 2 of 2",
            "MinPeers(2): X U2: update 700 .. data-end 2000 [?,?] ever | 2 of 2",
            "MinPeers(5): none",
            "MinPeers(10): none",
        ],
    ),
    (
        "R16: three collectors, each alone",
        "first=U2: dump 0..5 A=U1; 700 A=U2 | dump 0..5 N=U1; 710 N=U2 | data 0..2000",
        &[
            "X U2: update 700 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 710 | two collectors | wider-bounds",
            "first X U2: update 700 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 710 | two collectors | wider-bounds",
            "1 A 700",
            "1 (half) A 700",
            "2 N 710",
            "5 nobody",
            "peak 2",
            "MinPeers(1): X U2: update 700 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 710 | two collectors | wider-bounds",
            "MinPeers(2): X U2: update 710 .. data-end 2000 [?,?] ever | 2 of 2 | two collectors | wider-bounds",
            "MinPeers(5): none",
            "MinPeers(10): none",
            "Without(CollectorId(0)): X U2: update 710 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer;wider-bounds",
            "Only(CollectorId(0)): X U2: update 700 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
            "Without(CollectorId(1)): X U2: update 700 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer;wider-bounds",
            "Only(CollectorId(1)): X U2: update 710 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
            "Without(CollectorId(2)): X U2: update 700 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 710 | two collectors",
            "Only(CollectorId(2)): none",
        ],
    ),
];

#[test]
fn options_and_onset() {
    check(OPTIONS_AND_ONSET);
}
