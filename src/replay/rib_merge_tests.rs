//! What a dump confirms, contradicts and leaves open (rules 8 and 9).

use crate::replay::script::Case;
use crate::replay::told::check;

const DUMPS: &[Case] = &[
    (
        "R9: it changed between the last proof and the dump",
        "routes: dump 0..5 A=U1 B=U1 C; dump 1000..1005 A=U2 B C=U1",
        &[
            "A/X U1: data-start (?,0] 0 unwatched 0 .. rib 0 [0,1000] 1000 assumed 0..1000",
            "A/X U2: rib (0,1000] 1000 .. data-end 2000 [?,?] ever replaces",
            "B/X U1: data-start (?,0] 0 unwatched 0 .. rib 0 [0,1000] 1000 assumed 0..1000",
            "C/X U1: rib (5,1000] 1000 .. data-end 2000 [?,?] ever",
        ],
    ),
    (
        "R8: what comes 61 s before the dump is not in its backlog",
        "routes: dump 0..5 A=U1; 939 A=U2; dump 1000..1005 A=U1",
        &[
            "A/X U1: data-start (?,0] 0 unwatched 0 .. update 939",
            "A/X U2: update 939 .. rib 939 [939,1000] 1000 replaces assumed 939..1000",
            "A/X U1: rib (939,1000] 1000 .. data-end 2000 [?,?] ever replaces",
        ],
    ),
    (
        "R8: what comes 60 s before is",
        "routes: dump 0..5 A=U1; 940 A=U2; dump 1000..1005 A=U1",
        &["A/X U1: data-start (?,0] 0 unwatched 0 .. update 940", "A/X U2: update 940 .. data-end 2000 [?,?] ever replaces"],
    ),
    (
        "R8: a message brings it while the dump is written: its time counts",
        "routes: dump 0..5 A=U1; dump 1000..1005 A=U2; 1600 A=U2",
        &["A/X U1: data-start (?,0] 0 unwatched 0 .. update 1600", "A/X U2: update 1600 .. data-end 2000 [?,?] ever replaces"],
    ),
    (
        "R8: later than that it brings what is known",
        "routes: dump 0..5 A=U1; dump 1000..1005 A=U2; 1601 A=U2",
        &[
            "A/X U1: data-start (?,0] 0 unwatched 0 .. rib 0 [0,1000] 1000 assumed 0..1000",
            "A/X U2: rib (0,1000] 1000 .. data-end 2000 [?,?] ever replaces x1",
        ],
    ),
    (
        "R8: of the messages of one instant the last lasts",
        "routes: dump 0..5 A=U1; dump 1000..1005 A=U3; 1100 A=U3; 1100 A=U4",
        &[
            "A/X U1: data-start (?,0] 0 unwatched 0 .. rib 0 [0,1000] 1000 assumed 0..1000",
            "A/X U3: rib (0,1000] 1000 .. update 1100 replaces x1",
            "A/X U4: update 1100 .. data-end 2000 [?,?] ever replaces",
        ],
    ),
    (
        "R8: what cannot be read may have ended it",
        "routes: dump 0..5 A=U1; dump 1000..1005 A; 1100 A ?",
        &["A/X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever assumed 1100..2000 unread"],
    ),
    (
        "R8: a session that begins while the dump is written may be in it",
        "routes: dump 0..5 A=U1; dump 1000..1005 A=U2; 1100 A up; 1200 A=U3",
        &[
            "A/X U1: data-start (?,0] 0 unwatched 0 .. peer-down 1100 [1100,1200] 1100",
            "A/X U3: peer-up (0,1200] 1200 unwatched 1200 .. data-end 2000 [?,?] ever came back",
        ],
    ),
    (
        "R11: contradicted after a gap, where the data end before the dump is written",
        "routes: data 0..1300; gap 900..950; dump 0..5 A=U1; dump 1000..1005 A=U2",
        &[
            "A/X U1: data-start (?,0] 0 unwatched 0 .. gap 900 [900,1000] 1000 assumed 900..1000",
            "A/X U2: gap (900,1000] 1000 .. data-end 1300 [?,?] ever replaces",
        ],
    ),
    (
        "R9: who came up in the dump's backlog is not missing",
        "routes: dump 0..5 A=U1 B; 950 A down; 960 A up; 965 A=U1; dump 1000..1005 B",
        &[
            "A/X U1: data-start (?,0] 0 unwatched 0 .. peer-down 950 [950,?] 950",
            "A/X U1: peer-up (?,965] 965 unwatched 965 .. data-end 2000 [?,?] ever came back",
        ],
    ),
    (
        "R9: a dump of one family says nothing of the other",
        "routes: dump 0..5 A=U1 A/6=U1; dump 1000..1005 only6 A",
        &[
            "A/X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever",
            "A/6 U1: data-start (?,0] 0 unwatched 0 .. rib 0 [0,1005] 1005 assumed 0..1005",
        ],
    ),
    (
        "R9: a dump of one family says nothing of a peer that has only the other",
        "routes: dump 0..5 A:v4 A=U1 B; dump 1000..1005 only6 B",
        &["A/X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever"],
    ),
    (
        "R9: a peer with routes of its family, and missing, is down",
        "routes: dump 0..5 A/6=U1 A:part B; dump 1000..1005 only6 B",
        &["A/6 U1: data-start (?,0] 0 unwatched 0 .. peer-down 0 [0,1000] 1000 assumed 0..1000"],
    ),
    (
        "R9: so is a full one",
        "routes: dump 0..5 A=U1 B; dump 1000..1005 only6 B",
        &["A/X U1: data-start (?,0] 0 unwatched 0 .. peer-down 0 [0,1000] 1000 assumed 0..1000"],
    ),
    (
        "R8: an excerpt proves what it shows, not what it lacks",
        "routes: dump 0..5 A=U1 B=U1 C=U1; dump 1000..1005 excerpt A=U2 C",
        &[
            "A/X U1: data-start (?,0] 0 unwatched 0 .. rib 0 [0,1000] 1000 assumed 0..1000",
            "A/X U2: rib (0,1000] 1000 .. data-end 2000 [?,?] ever replaces",
            "B/X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever",
            "C/X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever",
        ],
    ),
    (
        "R10: who is listed for the first time was away till then",
        "routes: dump 500..505 B; dump 700..705 A=U1 B",
        &["A/X U1: peer-up (?,700] 700 unwatched 700 .. data-end 2000 [?,?] ever"],
    ),
    (
        "R8: dumps overlap; what is older than the last proof contradicts nothing",
        "routes: dump 0..5 A=U1; dump 1000..1020 A=U1+1015; dump 1010..1030 A /X+1012; 1700 A=U1",
        &["A/X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever x1"],
    ),
];

#[test]
fn dumps() {
    check(DUMPS);
}
