//! What of a dump is looked at, kept and counted.

use super::HEAD;
use crate::event::{FileEvents, read_events};
use crate::mrt::test_bytes::{as_path, attribute, join, peer_index, record, rib, table_dump};
use crate::target::{Keep, Watch};

const NOON: u32 = 1_506_859_200;

fn read(prefix: &str, records: &[&[u8]]) -> FileEvents {
    let watch = Watch::new([prefix.parse().expect("a prefix")], []).keeping(Keep::Bytes);
    read_events(&join(records)[..], &watch)
}

fn index() -> Vec<u8> {
    peer_index(NOON, &[("192.0.2.1", 3356), ("192.0.2.2", 1299)])
}

/// A RIB record with a byte too many.
fn torn(number: u32, prefix: &str) -> Vec<u8> {
    let whole = rib(NOON, number, prefix, &[(0, as_path(&[3356]))]);
    record(NOON, 13, 2, &[&whole[12..], &[0]].concat())
}

/// The head is looked at whatever it says; behind it what is watched (10/8) and what is in the sample (24/8).
#[test]
fn torn_records_break_a_dump_where_they_are_looked_at() {
    let head = usize::try_from(HEAD).expect("not much");
    let filled = |to: usize| record(NOON, 13, 7, &vec![0; to - index().len() - 12]);
    for (what, offset, prefix, is_broken, quarantined) in [
        ("the head's last byte", head - 1, "11.0.0.0/8", true, 0),
        ("behind it", head, "11.0.0.0/8", false, 0),
        ("watched", head, "10.1.0.0/16", true, 1),
        ("in the sample", head, "24.0.0.0/8", true, 0),
    ] {
        let events = read("10.0.0.0/8", &[&index(), &filled(offset), &torn(0, prefix)]);
        let broken = events.dumps.iter().any(|dump| dump.broken.is_some());
        assert_eq!((broken, events.counts.quarantined), (is_broken, quarantined), "{what}");
    }
}

#[test]
fn the_bytes_of_a_record_are_kept_once_for_each_time_it_stands_there() {
    let x = rib(NOON, 0, "10.0.0.0/16", &[(0, as_path(&[3356]))]);
    assert_eq!(read("10.0.0.0/8", &[&index(), &x, &x]).kept.len(), 3);
    // Two entries in one record: its bytes are kept once, and each prefix has a record of its own.
    let of = |prefix: &str| table_dump(NOON, 0, prefix, ("192.0.2.1", 3356), &as_path(&[3356]))[12..].to_vec();
    let both = |one: &str, other: &str| record(NOON, 12, 1, &[&of(one)[..], &of(other)[4..]].concat());
    for (one, other, records) in [("10.0.0.0/16", "10.1.0.0/16", 2), ("10.0.0.0/16", "10.0.0.0/16", 1)] {
        let events = read("10.0.0.0/8", &[&both(one, other)]);
        let told = events.dumps.iter().map(|dump| dump.records.len()).sum::<usize>();
        assert_eq!((events.kept.len(), told), (1, records), "{one} {other}");
    }
}

#[test]
fn paths_that_cannot_be_read_are_counted() {
    let malformed = attribute(0x40, 2, &[2, 9, 0]);
    let old = |n| table_dump(NOON, n, "10.0.0.0/16", ("192.0.2.1", 3356), &malformed);
    assert_eq!(read("10.0.0.0/8", &[&old(0), &old(1)]).counts.treated_as_withdrawn, 2);
    let new = rib(NOON, 0, "10.0.0.0/16", &[(0, malformed.clone()), (1, malformed.clone())]);
    assert_eq!(read("10.0.0.0/8", &[&index(), &new]).counts.treated_as_withdrawn, 2);
    let unknown = rib(NOON, 0, "10.0.0.0/16", &[(8, as_path(&[3356])), (9, as_path(&[3356]))]);
    assert_eq!(read("10.0.0.0/8", &[&index(), &unknown]).counts.unknown_peers, 2);
}

/// Several routes of a peer in a record are numbered in the order of their paths; the same twice is one. (R1)
#[test]
fn routes_of_a_peer_that_stands_twice_are_told_apart() {
    let [a, b, c] = [1, 2, 3].map(|asn| as_path(&[asn, 131_279]));
    for (what, entries, ids, repeated) in [
        ("once", vec![(0, a.clone()), (1, b.clone())], vec![0, 0], 0),
        ("the same twice", vec![(0, a.clone()), (0, a.clone())], vec![0], 0),
        ("two", vec![(0, b.clone()), (0, a.clone())], vec![1, 0], 1),
        ("three", vec![(0, c), (0, b.clone()), (0, a.clone())], vec![2, 1, 0], 1),
        ("two of two peers", vec![(0, b.clone()), (1, b), (0, a.clone()), (1, a)], vec![1, 1, 0, 0], 2),
    ] {
        let events = read("10.0.0.0/8", &[&index(), &rib(NOON, 0, "10.0.0.0/16", &entries)]);
        let told: Vec<u32> = events.dumps[0].records[0].entries.iter().map(|(_, id, _)| *id).collect();
        assert_eq!((told, events.counts.repeated_peers), (ids, repeated), "{what}");
        assert_eq!(events.dumps[0].records[0].repeated.len() as u64, repeated, "{what}");
    }
}
