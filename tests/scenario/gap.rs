//! Missing files, and what stays unknown in them.

use crate::archive::{Archive, P, U1, U2, X, via};
use crate::table::Rib;

/// 5-minute files from 09:00 on, that of 09:10 missing; X via U1 in the RIB of 09:00.
fn one_file_missing() -> Archive {
    Archive::of("rrc90").covered("09:00", "17:00").rib(Rib::at("09:00").of(P, X, via(U1))).missing("09:10")
}

/// 5-minute files 09:00, 09:05, 09:15; X silent; RIB 16:00 has X via U2, U1 before. U2: first_seen 16:00, started_after 09:10, started_by
/// 09:15, basis gap; U1 ended in [09:10, 09:15); exit 3 under `--strict`. (R11, R13)
#[test]
fn s17_a_rib_contradicts_what_stood_before_a_gap() {
    let seen = one_file_missing().rib(Rib::at("16:00").of(P, X, via(U2))).seen();
    seen.shows(&[
        "X via U1: data-start 09:00:00 .. gap 09:10:00 in [09:10:00, 09:15:00] | 1 of 1 peers | gap;single-peer",
        "X via U2: gap 16:00:00 in (09:10:00, 09:15:00] .. data-end 17:00:00 | 1 of 1 peers | gap;single-peer",
    ]);
    seen.reports(&["09:15:00 X lost U1 (gap), 1 to 0 of 1", "09:15:00 X gained U2 (gap), 0 to 1 of 1"]);
    assert_eq!(seen.gaps(), ["09:10:00-09:15:00"]);
    assert!(seen.answer.is_incomplete());
    assert_eq!((seen.exit_status(&[]), seen.exit_status(&["--strict"])), (Some(0), Some(3)));
    let whole = Archive::of("rrc90").covered("09:00", "17:00").rib(Rib::at("09:00").of(P, X, via(U1))).seen();
    assert!(!whole.answer.is_incomplete());
    assert_eq!(whole.exit_status(&["--strict"]), Some(0));
}

/// As 17, but X's update to U2 comes at 09:40: U2 first_seen 09:40, started_after 09:10, basis gap. (R11)
#[test]
fn s18_an_update_contradicts_what_stood_before_a_gap() {
    let seen = one_file_missing().announces("09:40", P, X, via(U2)).rib(Rib::at("16:00").of(P, X, via(U2))).seen();
    seen.shows(&[
        "X via U1: data-start 09:00:00 .. gap 09:10:00 in [09:10:00, 09:40:00] | 1 of 1 peers | gap;single-peer",
        "X via U2: gap 09:40:00 in (09:10:00, 09:40:00] .. data-end 17:00:00 | 1 of 1 peers | gap;single-peer",
    ]);
}

/// As 17, RIB 16:00 still has U1: U1 goes on, flag gap, 300 s unobserved. (R11)
#[test]
fn s19_proven_again_it_stood() {
    let seen = one_file_missing().rib(Rib::at("16:00").of(P, X, via(U1))).seen();
    seen.shows(&["X via U1: data-start 09:00:00 .. data-end 17:00:00 | 1 of 1 peers | 300 s unobserved | gap;single-peer"]);
    seen.reports(&[]);
}

/// Spacing drifts 15, 15, 16, 15 minutes; once 17: no gap at 16; a gap of 2 minutes at 17. (R11)
#[test]
fn s20_files_may_drift_a_little() {
    let drifting = Archive::of("route-views.sim").rib(Rib::at("08:00").of(P, X, via(U1)));
    let seen = drifting.clone().files_at(["08:00", "08:15", "08:30", "08:46", "09:01"]).seen();
    assert!(seen.gaps().is_empty(), "{:?}", seen.gaps());
    let seen = drifting.files_at(["08:00", "08:15", "08:30", "08:46", "09:01", "09:18"]).seen();
    assert_eq!(seen.gaps(), ["09:16:00-09:18:00"]);
    seen.shows(&["X via U1: data-start 08:00:00 .. data-end 09:33:00 | 1 of 1 peers | 120 s unobserved | gap;single-peer"]);
}
