//! What slices come to together is what the whole comes to.

use std::collections::BTreeSet;

use super::super::script::collector;
use super::*;
use crate::replay::{Held, replay, replay_slice};

/// All slices of one prefix, told what the others hold until that does not change, as one.
fn in_slices(data: &CollectorData) -> (Replay, usize) {
    let slices = Slice::slices([data], 1);
    let mut held = Held::new();
    loop {
        let mut all = slices.iter().map(|slice| replay_slice(data, slice, &held));
        let mut whole = all.next().expect("a slice");
        all.for_each(|replay| whole.join(replay));
        if whole.held == held {
            return (whole, slices.len());
        }
        held = whole.held;
    }
}

fn told(replay: &Replay) -> Vec<String> {
    let lines = |all: &mut dyn Iterator<Item = String>| all.collect::<BTreeSet<String>>();
    let sets = [
        lines(&mut replay.intervals.iter().map(|all| format!("{all:?}"))),
        lines(&mut replay.absences.iter().map(|all| format!("{all:?}"))),
        lines(&mut replay.pathless.iter().map(|all| format!("{all:?}"))),
        lines(&mut replay.mentioned.iter().map(|all| format!("{all:?}"))),
        lines(&mut replay.presences.iter().map(|all| format!("{all:?}"))),
        lines(&mut replay.tables.iter().map(|all| format!("{all:?}"))),
        lines(&mut replay.quality.iter().map(|all| format!("{all:?}"))),
        lines(&mut replay.first_told.iter().map(|all| format!("{all:?}"))),
        lines(&mut [format!("{:?} {:?} {:?}", replay.baseline, replay.first_written, replay.open)].into_iter()),
    ];
    sets.into_iter().flatten().collect()
}

/// Two dumps within a minute, of which the first lacks a peer: what the second shows of it stands, though its session is not believed up.
const HELD_WHILE_DOWN: &str =
    "dump 0..5 A=U1 A/Y=U1 B; dump 700..705 B; dump 730..735 A=U1 B; 1400 A down; 1500 A/Y=U2; 1600 A=U2; dump 1700..1705 A=U2 B";

#[test]
fn slices_come_to_what_the_whole_comes_to() {
    for given in [
        "dump 0..5 A=U1 A/Y=U2 B=U1; 700 A=U2 A/Y-; 750 A down; 760 A=U1; 900 A/Y=U1",
        "dump 0..5 A=U1 B/Y=U1; 700 A=U2 B=U1; 720! A=U3; dump 1000..1005 A/Y=U1; dump 2000..2005 A=U1 B/Y=U1",
        "dump 0..5 A=U1 A/6=U1; 600 A-; dump 1000..1005 only6 B/6=U1; 1200 A=U1; dump 1900..1905 only4 B=U1",
        "gap 800..900; dump 0..5 A=U1 B/Y=U2; 850 A ?; 950 A=U1; dump 1000..1005 A:unseen B/Y=U2; 1500 B down; 1510 B down",
        HELD_WHILE_DOWN,
    ] {
        let data = collector(given);
        let (joined, slices) = in_slices(&data);
        assert!(slices > 1, "{given}");
        assert_eq!(told(&joined), told(&replay(&data)), "{given}");
    }
}

#[test]
fn what_the_others_hold_matters() {
    let data = collector(HELD_WHILE_DOWN);
    let (joined, _) = in_slices(&data);
    assert!(!joined.held.is_empty());
    let alone = Slice::slices([&data], 1).into_iter().map(|slice| replay_slice(&data, &slice, &Held::new()));
    let alone: BTreeSet<String> =
        alone.flat_map(|replay| replay.intervals.iter().map(|i| format!("{i:?}")).collect::<Vec<_>>()).collect();
    assert!(joined.intervals.iter().any(|interval| !alone.contains(&format!("{interval:?}"))));
}
