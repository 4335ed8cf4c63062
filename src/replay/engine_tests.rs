//! Messages, sessions and gaps: what is told of routes, of what is known to be absent, of sessions, and of quality.

use crate::replay::told::{Case, check};

#[test]
fn messages_and_sessions() {
    let cases: [Case; 14] = [
        (
            "R6: a repeat proves the route and changes nothing",
            "routes: dump 0..5 A=U1; 700 A=U1; 710 A=U1.U5; 800 A-",
            &["A/X U1: data-start (?,0] 0 unwatched 0 .. update 710 x1", "A/X U5.U1: update 710 .. update 800 replaces"],
        ),
        (
            "R7: a dump comes before the messages of its own instant",
            "routes: dump 500..505 A=U1; 500 A=U2",
            &["A/X U2: peer-up (?,500] 500 .. data-end 2000 [?,?] ever"],
        ),
        (
            "R7: a wrong clock is told on both sides",
            "routes: dump 0..5 A=U1; 700! A=U2; 800! A-",
            &[
                "A/X U1: data-start (?,0] 0 unwatched 0 .. update 700 clock",
                "A/X U2: update 700 clock .. update 800 clock replaces",
            ],
        ),
        (
            "R5: one without a path ends what stood, and is followed as what it is",
            "routes: dump 0..5 A~; 700 A=U1; 800 A~",
            &["A/X U1: update 700 .. update 800"],
        ),
        (
            "R12: before any dump, presence and no onset",
            "routes: 700 A=U1; 800 A-; 900 A=U1",
            &[
                "A/X U1: peer-up (?,700] 700 unwatched 0 no-baseline .. update 800",
                "A/X U1: update 900 no-baseline .. data-end 2000 [?,?] ever",
            ],
        ),
        (
            "R10: a session that begins anew has an empty table",
            "routes: dump 0..5 A=U1; 700 A up; 710 A=U1",
            &[
                "A/X U1: data-start (?,0] 0 unwatched 0 .. peer-down 700 [700,?] 700",
                "A/X U1: peer-up (?,710] 710 unwatched 710 .. data-end 2000 [?,?] ever came back",
            ],
        ),
        (
            "R10: another route after the loss bounds the end, and is bounded by it",
            "routes: dump 0..5 A=U1; 700 A down; 720 A up; 730 A=U2",
            &[
                "A/X U1: data-start (?,0] 0 unwatched 0 .. peer-down 700 [700,730] 700",
                "A/X U2: peer-up (0,730] 730 unwatched 730 .. data-end 2000 [?,?] ever came back",
            ],
        ),
        (
            "R10: a withdrawal after the loss bounds the end, too",
            "routes: dump 0..5 A=U1; 700 A down; 750 A-; 760 A=U1",
            &[
                "A/X U1: data-start (?,0] 0 unwatched 0 .. peer-down 700 [700,750] 700",
                "A/X U1: update 760 .. data-end 2000 [?,?] ever",
            ],
        ),
        (
            "R11: in a gap it stood, if the same is proven after it",
            "routes: gap 600..650; dump 0..5 A=U1; 700 A=U1",
            &["A/X U1: data-start (?,0] 0 unwatched 0 .. data-end 2000 [?,?] ever x1 assumed 600..700"],
        ),
        (
            "R11: contradicted by a message, it changed since the gap began",
            "routes: gap 600..650; dump 0..5 A=U1; 700 A=U2",
            &[
                "A/X U1: data-start (?,0] 0 unwatched 0 .. gap 600 [600,700] 700 assumed 600..700",
                "A/X U2: gap (600,700] 700 .. data-end 2000 [?,?] ever replaces",
            ],
        ),
        (
            "R11: in the very instant of its last message a gap may follow it",
            "routes: gap 700..750; dump 0..5 A=U1; 700 A=U2; 800 A=U3",
            &[
                "A/X U1: data-start (?,0] 0 unwatched 0 .. update 700",
                "A/X U2: update 700 .. gap 700 [700,800] 800 replaces assumed 700..800",
                "A/X U3: gap (699.999999,800] 800 .. data-end 2000 [?,?] ever replaces",
            ],
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
        (
            "R8: 600 s after its begin the first dump is written, and not a second later",
            "routes: dump 0..5 A B; 600 A- ; 600 B=U1; 601 B-; 700 A=U1",
            &["A/X U1: update 700 .. data-end 2000 [?,?] ever", "B/X U1: update 600 .. update 601"],
        ),
    ];
    check(&cases);
}

#[test]
fn what_is_known_to_be_absent() {
    let cases: [Case; 12] = [
        ("R8: an excerpt tells of no table", "known: dump 0..5 excerpt A=U1", &[]),
        (
            "R10: a table that is lost is known until then",
            "known: dump 0..5 A; 700 A down; 800 A=U1",
            &["table A v4 0..700", "table A v6 0..700", "absent A/X 0..700"],
        ),
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
            "R11: absence ends where a gap begins",
            "known: gap 700..750; dump 0..5 A; 690 A/Y-; 800 A/Y-; 900 A/Y=U1",
            &["table A v4 0..700.000001", "table A v6 0..700.000001", "absent A/Y 0..700.000001", "absent A/Y 800..900"],
        ),
        (
            "R11: and before it, where its message is of that instant",
            "known: gap 700..750; dump 0..5 A; 700 A/Y-; 800 A/Y-; 900 A/Y=U1",
            &["table A v4 0..700.000001", "table A v6 0..700.000001", "absent A/Y 0..700", "absent A/Y 800..900"],
        ),
        (
            "R5: a route without a path tells of no origin",
            "known: dump 0..5 A; 700 A~; 800 A=U1; 900 A~",
            &[
                "table A v4 0..2000.000001",
                "table A v6 0..2000.000001",
                "absent A/X 0..700",
                "pathless A/X 700..800",
                "pathless A/X 900..2000",
            ],
        ),
        (
            "R8: two dumps in a row leave one table",
            "known: dump 0..5 A; dump 1000..1005 A",
            &["table A v4 0..2000.000001", "table A v6 0..2000.000001"],
        ),
        (
            "R8: absence is proven by the record of the prefix",
            "known: dump 0..5 A=U1 B=U1; dump 1000..1010 A B=U1+1003",
            &[
                "table A v4 0..2000.000001",
                "table A v6 0..2000.000001",
                "table B v4 0..2000.000001",
                "table B v6 0..2000.000001",
                "absent A/X 1003..2000.000001",
            ],
        ),
        (
            "R20: absent until a record that cannot be read",
            "known: dump 0..5 A; 100 A ?; 810 A/Y=U2",
            &["table A v4 0..100.000001", "table A v6 0..100.000001", "absent A/Y 0..100.000001"],
        ),
        (
            "R10: entered anew before it was ever listed",
            "known: dump 0..5 B; 100 A up; 1500 A=U1",
            &["table B v4 0..2000.000001", "table B v6 0..2000.000001"],
        ),
    ];
    check(&cases);
}

#[test]
fn sessions_that_are_up() {
    let cases: [Case; 9] = [
        ("R10: a session is up from its first sign to its loss", "up: 700 A=U1; 800 A down", &["A 700..800", "baseline none"]),
        ("R10: one that is lost at once was never up", "up: 700 A=U1; 700 A down", &["baseline none"]),
        (
            "R10: who speaks less than the backlog before the dump, and who earlier",
            "up: 430 B=U1; 450 C=U1; dump 500..505 A",
            &["B 430..500", "A 505..ever full", "C 450..ever", "baseline 500"],
        ),
        (
            "R15: full by the last dump, of its family",
            "up: dump 0..5 A B:part; dump 1000..1005 only4 A:part B",
            &["A 5..1005 full", "B 5..1005", "A 1005..ever full", "B 1005..ever full", "baseline 0"],
        ),
        (
            "R9: who was listed, with routes that nobody looked for",
            "up: dump 0..5 A=U1 B; dump 1000..1005 B A:unseen C:unseen",
            &["A 5..1000 full", "B 5..1005 full", "B 1005..ever full", "open: dump of clause 2", "baseline 0"],
        ),
        (
            "R9: of no routes, there is nothing to look for",
            "up: dump 0..5 A B; dump 1000..1005 B A:unseen",
            &["A 5..1000 full", "B 5..1005 full", "B 1005..ever full", "baseline 0"],
        ),
        ("R8: an excerpt shows who is up", "up: dump 0..5 excerpt A=U1", &["A 5..ever", "baseline none"]),
        (
            "R9: who speaks and is missing in the next dump is down",
            "up: 700 A down; 900 A/Y-; dump 1000..1005 B",
            &["A 900..1000", "B 1005..ever full", "baseline 1000"],
        ),
        (
            "R9: a peer of no family that the dump has",
            "up: dump 0..5 B; 100 A=U1; 700 A-; dump 1000..1005 B",
            &["A 100..1000", "B 5..1005 full", "B 1005..ever full", "baseline 0"],
        ),
    ];
    check(&cases);
}

#[test]
fn quality() {
    let cases: [Case; 7] = [
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
            "R9: unseen changes are no contradiction",
            "quality: gap 500..550; dump 0..5 A=U1 B=U1 C=U1; dump 1000..1005 A B=U2 C=U1",
            &["C: 1 agree"],
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
    check(&cases);
}
