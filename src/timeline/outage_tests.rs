//! Outages, and what is none (rule 17); origin conflicts (rule 4).

use crate::replay::script::Case;
use crate::timeline::told::check;

const OUTAGES_AND_CONFLICTS: &[Case] = &[
    (
        "R17: an absence is not proven after a gap",
        "changes: gap 500..550; dump 0..5 A=U1 B C; 700 A-; 800 A=U1",
        &["700 X U1 upstream-lost (gap), 1 to 0 of 3", "800 X U1 upstream-gained (update), 0 to 1 of 3"],
    ),
    (
        "R17: of the target, all prefixes at once",
        "changes: dump 0..5 A=U1 B/Y=U1 A/Z=U2; 700 A-; 705 A/Z-; 710 B/Y-; 720 A=U1; 730 B/Y=U1",
        &[
            "700 X U1 upstream-lost (update), 1 to 0 of 2",
            "700 X outage-start (update), 1 to 0 of 2",
            "705 Z U2 upstream-lost (update), 1 to 0 of 2",
            "705 Z outage-start (update), 1 to 0 of 2",
            "710 Y U1 upstream-lost (update), 1 to 0 of 2",
            "710 Y outage-start (update), 1 to 0 of 2",
            "710 * outage-start (update), 1 to 0 of 2",
            "720 X outage-end (update), 0 to 1 of 2",
            "720 X U1 upstream-gained (update), 0 to 1 of 2",
            "720 * outage-end (update), 0 to 1 of 2",
            "730 Y outage-end (update), 0 to 1 of 2",
            "730 Y U1 upstream-gained (update), 0 to 1 of 2",
        ],
    ),
    (
        "R17: back at one prefix as the other goes: never all at once",
        "changes: dump 0..5 A=U1; 600 A-; 700 A/Y=U1; 710 A=U1 A/Y-; 720 A- A/Y=U1",
        &[
            "600 X U1 upstream-lost (update), 1 to 0 of 1",
            "600 X outage-start (update), 1 to 0 of 1",
            "600 * outage-start (update), 1 to 0 of 1",
            "700 Y U1 upstream-gained (update), 0 to 1 of 1",
            "700 * outage-end (update), 0 to 1 of 1",
            "710 X outage-end (update), 0 to 1 of 1",
            "710 X U1 upstream-gained (update), 0 to 1 of 1",
            "710 Y U1 upstream-lost (update), 1 to 0 of 1",
            "710 Y outage-start (update), 1 to 0 of 1",
            "720 X U1 upstream-lost (update), 1 to 0 of 1",
            "720 X outage-start (update), 1 to 0 of 1",
            "720 Y outage-end (update), 0 to 1 of 1",
            "720 Y U1 upstream-gained (update), 0 to 1 of 1",
        ],
    ),
    (
        "R17: came and went in an instant",
        "changes: dump 0..5 A; 700 A=U1; 700 A-",
        &["700 X U1 upstream-lost (update), 1 to 0 of 1", "700 X U1 upstream-gained (update), 0 to 1 of 1"],
    ),
    (
        "R4: another origin's routes are a conflict, and no loss",
        "changes: dump 0..5 A=U1 B=U1@O1; 700 B-; 750 B=U2@O1; 800 A-; 850 A=U1",
        &[
            "0 X U1@O1 origin-conflict-start (data-start), 0 to 1 of 2",
            "700 X U1@O1 origin-conflict-end (update), 1 to 0 of 2",
            "750 X U2@O1 origin-conflict-start (update), 0 to 1 of 2",
            "800 X U1 upstream-lost (update), 1 to 0 of 2",
            "800 X outage-start (update), 1 to 0 of 2",
            "800 * outage-start (update), 1 to 0 of 2",
            "850 X outage-end (update), 0 to 1 of 2",
            "850 X U1 upstream-gained (update), 0 to 1 of 2",
            "850 * outage-end (update), 0 to 1 of 2",
        ],
    ),
    (
        "R4: who comes at the very end of the other's route is in conflict with it",
        "changes every: dump 0..5 A=U1; 700 A-; 700 B=U3@O2; 720 B-; 721 A=U1",
        &[
            "700 X U1 upstream-lost (update), 1 to 0 of 2",
            "700 X U3@O2 origin-conflict-start (peer-up), 0 to 1 of 2",
            "720 X U3@O2 upstream-lost (update), 1 to 0 of 2",
            "720 X outage-start (update), 1 to 0 of 2",
            "720 X U3@O2 origin-conflict-end (update), 1 to 0 of 2",
            "720 * outage-start (update), 1 to 0 of 2",
            "721 X outage-end (update), 0 to 1 of 2",
            "721 X U1 upstream-gained (update), 0 to 1 of 1",
            "721 * outage-end (update), 0 to 1 of 1",
        ],
    ),
    (
        "R4: after it is lost, it is no conflict",
        "changes every: dump 0..5 A=U1; 700 A-; 701 B=U3@O2; 720 B-",
        &[
            "700 X U1 upstream-lost (update), 1 to 0 of 1",
            "700 X outage-start (update), 1 to 0 of 1",
            "700 * outage-start (update), 1 to 0 of 1",
            "701 X outage-end (peer-up), 0 to 1 of 2",
            "701 * outage-end (peer-up), 0 to 1 of 2",
            "720 X U3@O2 upstream-lost (update), 1 to 0 of 2",
            "720 X outage-start (update), 1 to 0 of 2",
            "720 * outage-start (update), 1 to 0 of 2",
        ],
    ),
    (
        "R4: rows say so",
        "rows every: dump 0..5 A=U1; 700 A-; 700 B=U3@O2; 720 B-; 721 A=U1",
        &[
            "X U1: data-start (?,0] 0 unwatched 0 .. update 700 | 1 of 1 | origin-conflict;single-peer",
            "X U3@O2: peer-up (?,700] 700 unwatched 700 .. update 720 | 1 of 2 | origin-conflict;single-peer",
            "X U1: update 721 .. data-end 2000 [?,?] ever | 1 of 1 | single-peer",
        ],
    ),
    (
        "R12: no change is told without a baseline, but where all are known",
        "changes: 700 A=U1; 710 B=U1; 800 A-; 810 B-; 850 A=U1",
        &["810 X U1 upstream-lost (update), 1 to 0 of 2", "850 X U1 upstream-gained (update), 0 to 1 of 2"],
    ),
    (
        "R17: overlapping outages of prefixes are none of the target",
        "changes: dump 0..5 A=U1 B/Y=U1; 700 A-; 705 A=U1; 710 B/Y-; 720 B/Y=U1",
        &[
            "700 X U1 upstream-lost (update), 1 to 0 of 2",
            "700 X outage-start (update), 1 to 0 of 2",
            "705 X outage-end (update), 0 to 1 of 2",
            "705 X U1 upstream-gained (update), 0 to 1 of 2",
            "710 Y U1 upstream-lost (update), 1 to 0 of 2",
            "710 Y outage-start (update), 1 to 0 of 2",
            "720 Y outage-end (update), 0 to 1 of 2",
            "720 Y U1 upstream-gained (update), 0 to 1 of 2",
        ],
    ),
    (
        "R17: a route without a path, then the session's loss: no outage",
        "changes: dump 0..5 A=U1; 800 A~; 800 A down",
        &["800 X U1 upstream-lost (update), 1 to 0 of 1"],
    ),
    (
        "R17: gone in the instant that shows what a gap hid: the wider proof stands",
        "changes: gap 500..550; dump 0..5 A=U1; 700 A=U2; 700 A-",
        &[
            "700 X U1 upstream-lost (gap), 1 to 0 of 1",
            "700 X U2 upstream-lost (update), 1 to 0 of 1",
            "700 X outage-start (gap), 1 to 0 of 1",
            "700 X U2 upstream-gained (gap), 0 to 1 of 1",
            "700 * outage-start (gap), 1 to 0 of 1",
        ],
    ),
    (
        "R17: to a share: one of two that could have it ends no outage",
        "changes share=0.5: dump 0..5 B; 100 B up; 600 A=U1; 700 A-; 750 A=U1; 900 A/Z=U1",
        &[
            "700 X U1 upstream-lost (update), 1 to 0 of 1",
            "700 X outage-start (update), 1 to 0 of 2",
            "750 X U1 upstream-gained (update), 0 to 1 of 1",
        ],
    ),
    (
        "R17: of the target, where a prefix that is seen later may have been there",
        "changes: dump 0..5 A=U1; 700 A-; 750 B/Z=U1",
        &["700 X U1 upstream-lost (update), 1 to 0 of 1", "700 X outage-start (update), 1 to 0 of 1"],
    ),
    (
        "R15: a peer that only ever showed a route without a path",
        "changes: dump 0..5 A=U2; 720 B/Y~; 900 A/Z=U1",
        &["900 Z U1 upstream-gained (update), 0 to 1 of 2"],
    ),
    (
        "R4: no conflict is told with an origin whose session is lost",
        "changes every: dump 0..5 A/Y=U1; 720 A down; 810 A/Y=U3@O1",
        &[],
    ),
    ("R12: without a baseline, and first with a route that shows no upstream: no gain", "changes: 50 A~; 50 A=U1", &[]),
];

#[test]
fn outages_and_conflicts() {
    check(OUTAGES_AND_CONFLICTS);
}
