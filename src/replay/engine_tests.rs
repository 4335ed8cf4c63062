//! Messages, sessions and gaps: what is told of routes, of what is known to be absent, of sessions, and of quality.

use crate::replay::script::Case;
use crate::replay::told::check;

const MESSAGES_AND_SESSIONS: &[Case] = &[
    (
        "R7: a dump comes before the messages of its own instant",
        "routes: dump 500..505 A=U1; 500 A=U2",
        &["A/X U2: peer-up (?,500] 500 .. data-end 2000 [?,?] ever"],
    ),
    (
        "R5: one without a path ends what stood, and is followed as what it is",
        "routes: dump 0..5 A~; 700 A=U1; 800 A~",
        &["A/X U1: update 700 .. update 800"],
    ),
    (
        "R20: a record that cannot be read may be the change, or a passing one",
        "routes: dump 0..5 A=U1 B=U1; 700 A ?; 700 B ?; 720 A=U2; 720 B=U1",
        &[
            "A/X U1: data-start (?,0] 0 unwatched 0 .. gap 700 [700,720] 720 assumed 700..720",
            "A/X U2: gap (0,720] 720 .. data-end 2000 [?,?] ever replaces",
            "B/X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever x1 assumed 700..720 unread",
        ],
    ),
    (
        "R8: withdrawn while the first dump was written, it says nothing of before",
        "routes: dump 0..5 A B; 300 A=U1; 400 A-",
        &["A/X U1: peer-up (?,300] 300 .. update 400"],
    ),
];

#[test]
fn messages_and_sessions() {
    check(MESSAGES_AND_SESSIONS);
}

const WHAT_IS_KNOWN_TO_BE_ABSENT: &[Case] = &[
    (
        "R10: a session that began less than the backlog ago shows no whole table",
        "known: dump 0..5 A=U1; 990 A up; dump 1000..1005 A=U1",
        &["table A v4 0..990", "table A v6 0..990"],
    ),
    (
        "R9: found down by one dump and up by another within a minute",
        "known: dump 0..5 A=U1; dump 500..505 B; dump 540..545 A B; 1200 A down",
        &[
            "table A v4 0..500",
            "table A v6 0..500",
            "table B v4 500..2000.000001",
            "table B v6 500..2000.000001",
            "absent A/X 545..2000.000001",
        ],
    ),
    (
        "R11: what a dump lacks is absent while it is written, then until the gap",
        "known: gap 1002..1004; dump 0..5 A=U1 B; 900 B=U1; 910 B-; dump 1000..1010 A B",
        &[
            "table A v4 1000..1010.000001",
            "table A v4 0..1002.000001",
            "table A v6 1000..1010.000001",
            "table A v6 0..1002.000001",
            "table B v4 1000..1010.000001",
            "table B v4 0..1002.000001",
            "table B v6 1000..1010.000001",
            "table B v6 0..1002.000001",
            "absent B/X 0..900",
            "absent B/X 1000..1010.000001",
            "absent B/X 910..1002.000001",
        ],
    ),
    (
        "R20: absent until a record that cannot be read",
        "known: dump 0..5 A; 100 A ?; 810 A/Y=U2",
        &["table A v4 0..100.000001", "table A v6 0..100.000001", "absent A/Y 0..100.000001"],
    ),
];

#[test]
fn what_is_known_to_be_absent() {
    check(WHAT_IS_KNOWN_TO_BE_ABSENT);
}

const SESSIONS_THAT_ARE_UP: &[Case] = &[
    ("R10: one that is lost at once was never up", "up: 700 A=U1; 700 A down", &["baseline none"]),
    (
        "R10: who speaks less than the backlog before the dump, and who earlier",
        "up: 430 B=U1; 450 C=U1; dump 500..505 A",
        &["B 430..500", "A 505..ever full", "C 450..ever", "baseline 500"],
    ),
    (
        "R9: who speaks and is missing in the next dump is down",
        "up: 700 A down; 900 A/Y-; dump 1000..1005 B",
        &["A 900..1000", "B 1005..ever full", "baseline 1000"],
    ),
];

#[test]
fn sessions_that_are_up() {
    check(SESSIONS_THAT_ARE_UP);
}

const QUALITY: &[Case] = &[
    (
        "R6: all is counted",
        "quality: 700 A=U1 A/Y~; 710 A=U1; 720! A- A/Y-",
        &["A: 3 announced, 2 withdrawn, 1 repeated, 1 empty, 1 clock"],
    ),
    (
        "R9: what a dump confirms and what it contradicts",
        "quality: dump 0..5 A=U1 B=U1 C; dump 1000..1005 A=U1 B=U2 C; 1700 A- ; dump 1900..1905 A B C",
        &["A: 1 withdrawn, 2 agree", "B: 2 disagree"],
    ),
    (
        "R8: what a message brings in time is no contradiction",
        "quality: dump 0..5 A=U1; dump 1000..1005 A=U2; 1004 A=U2; 1006 A=U3",
        &["A: 2 announced"],
    ),
    (
        "R8: what cannot be read brings nothing of its own",
        "quality: dump 0..5 A=U1; dump 1000..1005 A=U2; 1100 A ?",
        &["A: 1 disagree"],
    ),
    (
        "R8: what comes after the session's loss does not count as brought in time",
        "quality: dump 0..5 A=U1; dump 1000..1005 A=U2; 1100 A down; 1200 A=U2",
        &["A: 1 announced, 1 disagree"],
    ),
    (
        "R8: a family that a dump lacks is not compared",
        "quality: dump 0..5 A=U1 A:v4 B; dump 1000..1005 only6 B; 1700 A=U1",
        &["A: 1 announced, 1 repeated"],
    ),
];

#[test]
fn quality() {
    check(QUALITY);
}
