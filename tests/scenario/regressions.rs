//! Cases beyond the numbered lines, each from a mistake that was made.

use crate::archive::{Archive, P, U1, U2, X, via};
use crate::table::Rib;

/// A hole before a dump that shows P without X says nothing of what comes after the dump: the later onset is exact. (R9, R11)
#[test]
fn a_dump_proves_absence_anew() {
    let seen = Archive::of("rrc90")
        .covered("08:00", "17:00")
        .rib(Rib::at("08:00").with(P))
        .missing("09:10")
        .rib(Rib::at("16:00").with(P))
        .announces("16:30", P, X, via(U2))
        .seen();
    seen.shows(&["X via U2: update 16:30:00 .. data-end 17:00:00 | 1 of 1 peers | single-peer"]);
    seen.reports(&["16:30:00 X gained U2 (update), 0 to 1 of 1"]);
}

/// RIS stamps all records of a dump with its begin, however long it is written: what a message of the next minutes brings is no
/// contradiction, and the message has the exact time. (R8)
#[test]
fn a_dump_that_saw_the_future_is_not_believed() {
    let seen = Archive::of("rrc90")
        .covered("08:00", "17:00")
        .rib(Rib::at("08:00").of(P, X, via(U1)))
        .rib(Rib::at("16:00").of(P, X, via(U2)))
        .announces("16:03", P, X, via(U2))
        .seen();
    seen.shows(&[
        "X via U1: data-start 08:00:00 .. update 16:03:00 | 1 of 1 peers | single-peer",
        "X via U2: update 16:03:00 .. data-end 17:00:00 | 1 of 1 peers | single-peer",
    ]);
}
