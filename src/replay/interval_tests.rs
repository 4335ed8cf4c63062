//! Bounds that are sound (rule 13), sums of figures, and what is told of some peers alone.

use super::*;
use crate::replay::replay;
use crate::replay::script::{at, collector, peer};

#[test]
fn bounds_are_sound_in_their_order() {
    let time = |secs: i64| Time::from_secs(secs);
    let (basis, record, clock) = (Basis::Update, RecordId::new(0), false);
    for (after, by, first_seen, sound) in
        [(Some(1), 2, 3, true), (Some(2), 2, 2, true), (None, 2, 2, true), (Some(3), 2, 4, false), (Some(1), 3, 2, false)]
    {
        let (first_seen, after, by) = (time(first_seen), after.map(time), time(by));
        let start = Start { first_seen, after, unwatched: None, by, basis, record, clock, no_baseline: false };
        assert_eq!(start.is_sound(), sound, "{start:?}");
    }
    for (last_seen, after, before, until, sound) in [
        (1, Some(2), Some(3), 3, true),
        (2, Some(2), None, 2, true),
        (2, None, None, 3, true),
        (3, Some(2), Some(4), 4, false),
        (1, Some(3), Some(2), 3, false),
        (4, Some(4), Some(4), 3, false),
    ] {
        let (last_seen, after, before, until) = (time(last_seen), after.map(time), before.map(time), time(until));
        let end = End { last_seen, after, before, until, basis, record: Some(record), clock };
        assert_eq!(end.is_sound(), sound, "{end:?}");
    }
}

#[test]
fn figures_add_up() {
    let of = |n: u64| Quality {
        announcements: n,
        withdrawals: 2 * n,
        repeats: 3 * n,
        rib_agreements: 4 * n,
        rib_disagreements: 5 * n,
        empty_paths: 6 * n,
        clock: 7 * n,
    };
    let mut sum = of(1);
    sum += of(2);
    assert_eq!(sum, of(3));
}

#[test]
fn some_peers_alone_are_told_of_as_before() {
    let both = replay(&collector("dump 0..5 A=U1 B=U1; 700 A~ B~; 800 A- B-; 900 A=U1"));
    let one = both.selected(|key| key == peer("A"));
    let lengths = |of: &Replay| {
        let Replay { intervals, presences, tables, absences, pathless, mentioned, quality, .. } = of;
        [intervals.len(), presences.len(), tables.len(), absences.len(), pathless.len(), mentioned.len(), quality.len()]
    };
    assert_eq!((lengths(&both), lengths(&one)), ([3, 2, 4, 2, 2, 2, 2], [2, 1, 2, 1, 1, 1, 1]));
    assert_eq!(one.baseline, Some(at("0")));
}
