//! Episodes and their bounds (rules 11 to 14).

use crate::replay::script::Case;
use crate::timeline::told::check;

const EPISODES: &[Case] = &[
    (
        "R14: of two peers the first to come and the last to leave",
        "rows: dump 0..5 A B; 700 A=U1; 710 B=U1; 800 A-; 810 B-",
        &["X U1: update 700 .. update 810 | 2 of 2 | peak at 710"],
    ),
    (
        "R14: all go down and come back, k of them: it goes on",
        "rows k=2: dump 0..5 A=U1 B=U1 C; 700 A down; 705 B down; 720 A up; 725 A=U1; 730 B up; 740 B=U1",
        &["X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever | 2 of 3 | 20 s unobserved | gap"],
    ),
    (
        "R14: one of two is back, another comes new: it does not",
        "rows k=2: dump 0..5 A=U1 B=U1 C; 700 A down; 705 B down; 720 A up; 725 A=U1; 730 C=U1",
        &[
            "X U1: data-start (?,0] 0 unwatched 0 .. peer-down 700 [700,?] 700 | 2 of 3",
            "X U1: update 730 .. data-end 2000 [?,?] ever | 2 of 2",
        ],
    ),
    (
        "R14: who came between is no return",
        "rows: dump 0..5 A=U1 B; 700 A down; 710 B=U1; 800 A up; 810 A=U1; 820 A-; 830 B-",
        &[
            "X U1: data-start (?,0] 0 unwatched 0 .. peer-down 700 [700,?] 700 | 1 of 2 | single-peer",
            "X U1: update 710 .. update 830 | 2 of 2 | peak at 810",
        ],
    ),
    (
        "R14: what goes on has the greater peak",
        "rows: dump 0..5 A=U1 B C; 700 A down; 720 A=U1; 730 B=U1; 740 C=U1",
        &["X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever | 3 of 3 | peak at 740 | 20 s unobserved | gap"],
    ),
    (
        "R14: the peak is told where it is first reached, at the very end, too",
        "rows: dump 0..5 A=U1 B; 2000 B=U1",
        &["X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 2000"],
    ),
    (
        "R5: gone and back within an instant is one hold",
        "rows: dump 0..5 A=U1; 700 A-; 700 A=U1; 800 A-",
        &["X U1: data-start (?,0] 0 unwatched 0 .. update 800 | 1 of 1 | single-peer"],
    ),
    (
        "R11: assumed where the data of its collector end first",
        "rows: data 0..500; dump 0..5 A=U1 | dump 0..5 N=U1; 700 N=U2; 800 N-",
        &[
            "X U1: data-start (?,0] 0 unwatched 0 .. data-end 700 [?,?] ever | 2 of 2 | two collectors | gap",
            "X U2: update 700 .. update 800 | 1 of 2 | single-peer;wider-bounds",
        ],
    ),
    (
        "R14: another may have begun earlier, or left later",
        "rows: gap 500..550; dump 0..5 A=U1 B C; 700 A-; 800 A=U1",
        &[
            "X U1: data-start (?,0] 0 unwatched 0 .. gap 500 [500,700] 700 | 1 of 3 | gap;single-peer;wider-bounds",
            "X U1: update 800 .. data-end 2000 [?,?] ever | 1 of 3 | single-peer;wider-bounds",
        ],
    ),
];

#[test]
fn episodes() {
    check(EPISODES);
}

const BOUNDS_OF_SEVERAL: &[Case] = &[
    (
        "R14: of two prefixes lost at once one comes back",
        "rows target: 600 A=U1; 700 A/Y=U1; 730 A up; 800 A/Y=U1",
        &[
            "* U1: peer-up (?,600] 600 unwatched 0 no-baseline .. peer-down 730 [730,?] 730 | 1 of 1 | no-baseline;single-peer",
            "* U1: peer-up (?,800] 800 unwatched 800 no-baseline .. data-end 2000 [?,?] ever | 1 of 1 | no-baseline;single-peer",
        ],
    ),
    (
        "R14: of two that begin at once the tighter bounds",
        "rows target: dump 0..5 A B:part; 700 A/Y=U1; 700 A up; 700 A=U1",
        &["* U1: update 700 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer"],
    ),
    (
        "R14: the last end of two is that of the later, its bounds too",
        "rows target: 700 A/Y=U1; 700 A up; 700 A=U1; 700 A-",
        &["* U1: peer-up (?,700] 700 unwatched 0 no-baseline .. update 700 | 1 of 1 | no-baseline;single-peer"],
    ),
    (
        "R14: a path id ends for another upstream, the session, and comes back",
        "rows: dump 0..5 A/Y=U2; 100 A/Y#1=U2; 800 A down; 810 A/Y=U1; 1500 A/Y#1=U2",
        &[
            "Y U2: data-start (?,0] 0 unwatched 0 .. peer-down 800 [800,810] 800 | 1 of 1 | single-peer",
            "Y U1: peer-up (0,810] 810 unwatched 810 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
            "Y U2: peer-up (?,1500] 1500 unwatched 1500 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
        ],
    ),
    (
        "R14: held by two, and one lost: the exact end is the tighter",
        "rows: dump 0..5 B=U2 A#1=U2; 800 B-; 800 A down; 850 A-; 900 A=U1",
        &[
            "X U2: data-start (?,0] 0 unwatched 0 .. update 800 | 2 of 2",
            "X U1: update 900 .. data-end 2000 [?,?] ever | 1 of 2 | single-peer;wider-bounds",
        ],
    ),
    (
        "R14: a collector without a dump beside one with",
        "rows target: 810 A/Y=U1 | dump 0..5 O/Z=U1; 700 O/Z=U2; 720 O=U1",
        &[
            "* U1: data-start (?,0] 0 unwatched 0 .. update 700 | 1 of 2 | single-peer;wider-bounds",
            "* U2: update 700 .. data-end 2000 [?,?] ever | 1 of 2 | single-peer;wider-bounds",
            "* U1: update 720 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 810 | two collectors | no-baseline;wider-bounds",
        ],
    ),
    (
        "R14: the later row may have begun before the earlier one ended",
        "rows: dump 0..5 A:part; 730 C=U1; 850 C-; 900 C up; dump 1000..1005 A=U1 C=U1",
        &[
            "X U1: peer-up (?,730] 730 unwatched 730 .. update 850 | 1 of 1 | single-peer;wider-bounds",
            "X U1: peer-up (5,1000] 1000 unwatched 1000 .. data-end 2000 [?,?] ever | 2 of 2 | wider-bounds",
        ],
    ),
    (
        "R7: a wrong clock of the proof marks the row, whoever else makes the k-th",
        "rows k=3: dump 0..5 B=U1; 700! A=U1; 700 C=U1",
        &["X U1: peer-up (?,700] 700 unwatched 700 clock .. data-end 2000 [?,?] ever | 3 of 3 | clock"],
    ),
    (
        "R14: of k = 2, and a third whose table is not known",
        "rows k=2: dump 0..5 C=U1 A=U1; 100 B up; 800 A=U2",
        &["X U1: data-start (?,0] 0 unwatched 0 .. update 800 | 2 of 2 | wider-bounds"],
    ),
    (
        "R14: what is proven later to have stood all along meets what is only assumed",
        "first=U1: gap 600..700; dump 0..5 A=U2 B; 850 B=U1; 900 A/Y=U1; dump 1300..1305 A=U1 B=U1",
        &[
            "X U1: gap (600,700] 850 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 850 | gap",
            "first X U1: gap (600,700] 850 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 850 | gap",
            "first Y U1: gap (600,900] 900 .. rib 900 [900,1305] 1305 | 1 of 2 | gap;single-peer",
            "1 B 850",
            "1 (half) B 850",
            "2 A 900",
            "5 nobody",
            "peak 2",
            "MinPeers(1): X U1: gap (600,700] 850 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 850 | gap",
            "MinPeers(2): X U1: gap (600,850] 1300 .. data-end 2000 [?,?] ever | 2 of 2 | gap",
            "MinPeers(5): none",
            "MinPeers(10): none",
        ],
    ),
    (
        "R14: of the target, without a baseline",
        "rows target: 600 N/Y=U1; 700 N down; 700 O=U1",
        &["* U1: peer-up (?,600] 600 unwatched 0 no-baseline .. data-end 2000 [?,?] ever | 1 of 2 | no-baseline;single-peer"],
    ),
    (
        "R14: of the target, what is unproven of all prefixes adds up",
        "rows target: dump 0..5 B=U1; 710 B-; 1100 C=U2; 1500 B=U1 | dump 1000..1005 O/Y=U2",
        &[
            "* U1: data-start (?,0] 0 unwatched 0 .. update 710 | 1 of 1 | single-peer;wider-bounds",
            "* U2: data-start (?,1000] 1000 unwatched 0 .. data-end 2000 [?,?] ever | 2 of 3 | peak at 1100 | two collectors",
            "* U1: update 1500 .. data-end 2000 [?,?] ever | 1 of 3 | single-peer;wider-bounds",
        ],
    ),
    (
        "R14: each bound of the end is the last of its own",
        "rows: dump 0..5 B=U1; 710 B- | 700 O=U1; dump 1000..1005 O/Y=U2",
        &[
            "X U1: data-start (?,0] 0 unwatched 0 .. rib 710 [710,1005] 1005 | 2 of 2 | peak at 700 | two collectors",
            "Y U2: data-start (?,1000] 1000 unwatched 0 .. data-end 2000 [?,?] ever | 1 of 2 | single-peer",
        ],
    ),
    (
        "R14: who first appears, without a baseline, may have held it before",
        "rows k=2: dump 0..0 A C=U1; 1080 A=U1 | 1150 N=U1",
        &["X U1: update 1080 .. data-end 2000 [?,?] ever | 3 of 3 | peak at 1150 | two collectors | no-baseline;wider-bounds"],
    ),
    (
        "R14: who went down, and is known to have had it no more only later, may have held it after",
        "rows: dump 0..0 C=U1 D=U1; 50 D down; 950 C-; 1130 D-",
        &["X U1: data-start (?,0] 0 unwatched 0 .. update 950 | 2 of 2 | wider-bounds"],
    ),
    (
        "R14: an exact start is no bound that the second's lies after",
        "first=U1: dump 1000..1000 C=U1 | dump 0..0 N; 760 N=U1",
        &[
            "X U1: update (?,760] 760 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 1000 | two collectors",
            "first X U1: update (?,760] 760 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 1000 | two collectors",
            "1 N 760",
            "1 (half) N 760",
            "2 C 1000",
            "5 nobody",
            "peak 2",
            "MinPeers(1): X U1: update (?,760] 760 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 1000 | two collectors",
            "MinPeers(2): X U1: data-start (?,1000] 1000 unwatched 0 .. data-end 2000 [?,?] ever | 2 of 2 | two collectors",
            "MinPeers(5): none",
            "MinPeers(10): none",
            "Without(CollectorId(0)): X U1: update 760 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
            "Without(CollectorId(1)): X U1: data-start (?,1000] 1000 unwatched 0 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
        ],
    ),
    (
        "R14: what begins after the other's exact end is another",
        "rows: dump 0..5 A=U1; 370 A-; dump 1000..1010 A=U1",
        &[
            "X U1: data-start (?,0] 0 unwatched 0 .. update 370 | 1 of 1 | single-peer",
            "X U1: rib (370,1000] 1000 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
        ],
    ),
    (
        "R14: of two path ids one is replaced, the other's session lost: that is the last of both",
        "rows: dump 0..0 A#1=U1; 50 A=U1.U9; 50 A down; dump 1000..1000 A#1=U1.U9",
        &[
            "X U1: data-start (?,0] 0 unwatched 0 .. peer-down 50 [50,1000] 50 | 1 of 1 | single-peer",
            "X U1: peer-up (?,1000] 1000 unwatched 1000 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
        ],
    ),
    (
        "R14: of two ends in one instant, the first stays",
        "rows: dump 0..10 N=U1 N#1=U1; 1550 N#1~; 1550 N up; 1550 N-",
        &["X U1: data-start (?,0] 0 unwatched 0 .. peer-down 1550 | 1 of 1 | single-peer;wider-bounds"],
    ),
    (
        "R14: lost with two path ids, one of which is back",
        "rows: dump 0..10 A=U1; 80 A#1=U1; 1100 A up; dump 1200..1210 A=U1",
        &[
            "X U1: data-start (?,0] 0 unwatched 0 .. peer-down 1100 [1100,1200] 1100 | 1 of 1 | single-peer",
            "X U1: peer-up (?,1200] 1200 unwatched 1200 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
        ],
    ),
    (
        "R14: lost after another path id was withdrawn, and back: it goes on",
        "rows: 80 A#1=U1; 930 A=U1.U9; 950 A#1-; 1100 A up; dump 1200..1210 A=U1",
        &[
            "X U1: peer-up (?,80] 80 unwatched 0 no-baseline .. data-end 2000 [?,?] ever | 1 of 1 | 100 s unobserved | gap;no-baseline;single-peer",
        ],
    ),
    (
        "R14: two prefixes, of one of which a dump shows what a gap hid",
        "rows target k=2: gap 900..910; dump 0..0 N/Y#1=U1; 550 O-; dump 1400..1400 N=U1 O=U1",
        &["* U1: gap (900,910] 1400 .. data-end 2000 [?,?] ever | 2 of 2 | gap;wider-bounds"],
    ),
    (
        "R14: goes on, and may have ended later",
        "rows: dump 0..10 B=U1 C=U1.U9; 150 C down; 850 B down; dump 1000..1010 B C=U1",
        &["X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever | 2 of 2 | 150 s unobserved | gap;wider-bounds"],
    ),
    (
        "R14: of the k-th lower bound, where an exact start comes between",
        "rows target k=2: 890 D=U2; dump 1000..1010 C D=U1+1001; 1000 C/Y#1=U1; 1080 B=U1",
        &["* U1: rib (890,1001] 1001 .. data-end 2000 [?,?] ever | 3 of 3 | peak at 1080 | wider-bounds"],
    ),
    (
        "R14: of the k-th lower bound, where another is that of the exact start",
        "rows k=2: dump 0..5 A B C; 700 A=U1; 700 B-; dump 1000..1005 A=U1 B=U1 C=U1",
        &["X U1: rib (5,1000] 1000 .. data-end 2000 [?,?] ever | 3 of 3"],
    ),
    (
        "R7: of two that begin in an instant the first is the record",
        "rows target: dump 0..5 A; 700 A=U1; 700! A/Y=U1",
        &["* U1: update 700 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer"],
    ),
];

#[test]
fn bounds_of_several() {
    check(BOUNDS_OF_SEVERAL);
}

const FEW_AND_LATE: &[Case] = &[
    (
        "R14: two that were never proven at one time meet where both are believed",
        "first=U1: gap 600..700; dump 0..5 A=U2; 850 B=U1; dump 1300..1305 A=U1",
        &[
            "X U1: gap (600,700] 850 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 850 | gap",
            "first X U1: gap (600,700] 850 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 850 | gap",
            "1 B 850",
            "1 (half) B 850",
            "2 A 1300",
            "5 nobody",
            "peak 2",
            "MinPeers(1): X U1: gap (600,700] 850 .. data-end 2000 [?,?] ever | 2 of 2 | peak at 850 | gap",
            "MinPeers(2): X U1: peer-up (?,850] 1300 unwatched 600 .. peer-down 1300 | 2 of 2",
            "MinPeers(5): none",
            "MinPeers(10): none",
        ],
    ),
    (
        "R14: the k-th lower bound, where the k-th start is exact and another is of a dump",
        "rows: dump 0..5 C; 700 A#1-; 710 A=U1; 710 A=U2; dump 1000..1005 A#1=U2 B=U2 C",
        &[
            "X U1: peer-up (?,710] 710 unwatched 710 .. update 710 | 1 of 2 | single-peer",
            "X U2: update (700,710] 710 .. data-end 2000 [?,?] ever | 2 of 3 | peak at 1000 | wider-bounds",
        ],
    ),
    (
        "R11: after the end of its collector's data nobody sees it",
        "rows: data 0..500; dump 0..5 A=U1 | dump 0..5 N=U1; 300 N-; 900 N=U1",
        &["X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever | 2 of 2 | 400 s unobserved | two collectors | gap"],
    ),
];

#[test]
fn few_and_late() {
    check(FEW_AND_LATE);
}
