//! Which records make a dump, told as `begin of the dump: prefixes` with what is remarkable.

use crate::event::{FileDump, FileEvents, peers_with_routes, read_events};
use crate::model::Asn;
use crate::mrt::test_bytes::{as_path, join, peer_index, record, rib, table_dump, table_entry, update, update_record};
use crate::target::Watch;

const NOON: u32 = 1_506_859_200;

/// What it is, the file's records, its dumps.
type Case<'a> = (&'a str, Vec<Vec<u8>>, &'a [&'a str]);

fn read(parts: &[&[u8]]) -> FileEvents {
    let everything = ["0.0.0.0/0", "::/0"].map(|prefix| prefix.parse().expect("a prefix"));
    read_events(&join(parts)[..], &Watch::new(everything, []))
}

fn told(dump: &FileDump) -> String {
    let prefixes: Vec<String> = dump.records.iter().map(|record| record.prefix.addr().to_string()).collect();
    let excerpt = if dump.excerpt { " excerpt" } else { "" };
    let broken = if dump.broken.is_some() { " broken" } else { "" };
    format!("{}: {}{excerpt}{broken}", dump.begin.secs() - i64::from(NOON), prefixes.join(" "))
}

fn entry() -> Vec<(u16, Vec<u8>)> {
    vec![(0, as_path(&[3356, 131_279]))]
}

fn index(after: u32) -> Vec<u8> {
    peer_index(NOON + after, &[("192.0.2.1", 3356)])
}

/// A record of `10.x.0.0/16`.
fn x(after: u32, number: u32, x: u8) -> Vec<u8> {
    rib(NOON + after, number, &format!("10.{x}.0.0/16"), &entry())
}

fn six(after: u32, number: u32) -> Vec<u8> {
    rib(NOON + after, number, "2001:db8::/32", &entry())
}

fn message(after: u32) -> Vec<u8> {
    update_record(NOON + after, &update(&[], &[], &[]))
}

#[test]
fn where_a_dump_begins() {
    let other = peer_index(NOON + 1, &[("192.0.2.9", 3356)]);
    let of = |prefix: &str, number| record(NOON, 13, 3, &rib(NOON, number, prefix, &[])[12..]);
    let cases: [Case; 26] = [
        ("one dump", vec![index(0), x(0, 0, 0), x(1, 1, 1)], &["0: 10.0.0.0 10.1.0.0"]),
        ("later, the same peers", vec![index(0), x(0, 0, 0), index(60), x(60, 0, 0)], &["0: 10.0.0.0", "60: 10.0.0.0"]),
        ("at once, the same peers", vec![index(0), x(0, 0, 0), index(1), x(1, 0, 0)], &["0: 10.0.0.0", "1: 10.0.0.0"]),
        ("other peers", vec![index(0), x(0, 0, 0), other.clone(), six(1, 0)], &["0: 10.0.0.0", "1: 2001:db8::"]),
        ("repeated for a family", vec![index(0), x(0, 0, 0), index(1), six(1, 0)], &["0: 10.0.0.0 2001:db8::"]),
        ("hours later for a family", vec![index(0), x(0, 0, 0), index(7200), six(7200, 0)], &["0: 10.0.0.0", "7200: 2001:db8::"]),
        ("repeated, numbers go on", vec![index(0), x(0, 0, 0), index(1), x(1, 1, 1)], &["0: 10.0.0.0 10.1.0.0"]),
        (
            "repeated, numbers are left out",
            vec![index(0), x(0, 0, 0), index(1), x(1, 5, 1)],
            &["0: 10.0.0.0 excerpt", "1: 10.1.0.0 excerpt"],
        ),
        ("repeated for nothing", vec![index(0), x(0, 0, 0), index(1)], &["0: 10.0.0.0"]),
        ("repeated at once", vec![index(0), index(0), x(0, 0, 0)], &["0: 10.0.0.0"]),
        ("other peers without routes", vec![index(0), x(0, 0, 0), other], &["0: 10.0.0.0", "1: "]),
        (
            "numbers start over later",
            vec![index(0), x(0, 0, 0), x(0, 1, 1), x(60, 0, 0)],
            &["0: 10.0.0.0 10.1.0.0", "60: 10.0.0.0"],
        ),
        (
            "numbers start over at once",
            vec![index(0), x(0, 0, 0), x(0, 1, 1), x(0, 0, 2)],
            &["0: 10.0.0.0 10.1.0.0 10.2.0.0 excerpt"],
        ),
        ("another family begins", vec![index(0), x(0, 0, 0), x(0, 1, 1), six(1, 0)], &["0: 10.0.0.0 10.1.0.0 2001:db8::"]),
        ("numbers go on in another family", vec![index(0), x(0, 0, 0), six(1, 1)], &["0: 10.0.0.0 2001:db8::"]),
        ("multicast has numbers, too", vec![index(0), x(0, 0, 0), of("10.0.0.0/8", 1), x(0, 2, 2)], &["0: 10.0.0.0 10.2.0.0"]),
        ("a message between", vec![index(0), x(0, 0, 0), message(1), x(1, 1, 1)], &["0: 10.0.0.0 10.1.0.0"]),
        (
            "messages, then from the start",
            vec![index(0), x(0, 0, 0), x(0, 1, 1), message(1), x(1, 0, 2)],
            &["0: 10.0.0.0 10.1.0.0", "1: 10.2.0.0"],
        ),
        (
            "messages between what has no numbers",
            vec![index(0), x(0, 0, 0), message(1), x(1, 0, 1)],
            &["0: 10.0.0.0 excerpt", "1: 10.1.0.0 excerpt"],
        ),
        ("numbers left out", vec![index(0), x(0, 0, 0), x(0, 2, 1)], &["0: 10.0.0.0 10.1.0.0 excerpt"]),
        ("the first ones left out", vec![index(0), x(0, 7, 0), x(0, 8, 1)], &["0: 10.0.0.0 10.1.0.0 excerpt"]),
        ("no numbers", vec![index(0), x(0, 0, 0), x(0, 0, 1)], &["0: 10.0.0.0 10.1.0.0 excerpt"]),
        (
            "left out, an hour later",
            vec![index(0), x(0, 4, 0), x(3600, 9, 1)],
            &["0: 10.0.0.0 excerpt", "3600: 10.1.0.0 excerpt"],
        ),
        ("left out, a minute later", vec![index(0), x(0, 4, 0), x(60, 9, 1)], &["0: 10.0.0.0 10.1.0.0 excerpt"]),
        ("an hour after the index, the first ones left out", vec![index(0), x(3600, 7, 0)], &["0: 10.0.0.0 excerpt"]),
        (
            "repeated, from before the last number on",
            vec![index(0), x(0, 0, 0), x(0, 1, 1), x(0, 2, 2), x(0, 3, 3), index(1), x(1, 2, 4)],
            &["0: 10.0.0.0 10.1.0.0 10.2.0.0 10.3.0.0", "1: 10.4.0.0 excerpt"],
        ),
    ];
    for (what, records, expected) in cases {
        let parts: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
        assert_eq!(read(&parts).dumps.iter().map(told).collect::<Vec<_>>(), expected, "{what}");
    }
}

#[test]
fn where_a_dump_of_peers_entries_begins() {
    let path = as_path(&[3356]);
    let old =
        |after: u32, number: u16, x: u8| table_dump(NOON + after, number, &format!("10.{x}.0.0/16"), ("192.0.2.1", 3356), &path);
    let new = |after: u32, x: u8| table_entry(NOON + after, &format!("10.{x}.0.0/16"), ("192.0.2.1", 3356), &path);
    let cases: [Case; 18] = [
        ("numbered", vec![old(0, 0, 0), old(0, 1, 1)], &["0: 10.0.0.0 10.1.0.0"]),
        ("not numbered", vec![old(0, 0, 0), old(0, 0, 1)], &["0: 10.0.0.0 10.1.0.0"]),
        ("later", vec![old(0, 0, 0), old(0, 1, 1), old(60, 0, 0)], &["0: 10.0.0.0 10.1.0.0", "60: 10.0.0.0"]),
        ("out of order", vec![old(0, 0, 1), old(1, 1, 0)], &["0: 10.1.0.0 10.0.0.0"]),
        ("wraps", vec![old(0, 0xFFFF, 0), old(1, 0, 1)], &["0: 10.0.0.0 10.1.0.0 excerpt"]),
        ("wraps out of order", vec![old(0, 0xFFFF, 1), old(1, 0, 0)], &["0: 10.1.0.0 10.0.0.0 excerpt"]),
        ("left out", vec![old(0, 0, 0), old(0, 9, 1)], &["0: 10.0.0.0 10.1.0.0 excerpt"]),
        ("left out, an hour later", vec![old(0, 4, 0), old(3600, 9, 1)], &["0: 10.0.0.0 excerpt", "3600: 10.1.0.0 excerpt"]),
        ("a message between", vec![old(0, 0, 0), message(1), old(1, 1, 1)], &["0: 10.0.0.0 10.1.0.0"]),
        ("behind messages", vec![old(0, 0, 0), message(1), old(1, 0, 1)], &["0: 10.0.0.0", "1: 10.1.0.0"]),
        ("BGP4MP_ENTRY", vec![new(0, 0), new(0, 1), new(3600, 0)], &["0: 10.0.0.0 10.1.0.0", "3600: 10.0.0.0"]),
        ("from the start at once", vec![old(0, 0, 0), old(0, 1, 1), old(0, 0, 0)], &["0: 10.0.0.0 10.1.0.0 10.0.0.0 excerpt"]),
        ("the same prefix later, from the start", vec![old(0, 5, 0), old(60, 0, 0)], &["0: 10.0.0.0 10.0.0.0 excerpt"]),
        ("numbers start over and prefixes go on", vec![old(0, 5, 0), old(0, 3, 1)], &["0: 10.0.0.0 10.1.0.0 excerpt"]),
        ("the same prefix an hour later, numbers go on", vec![old(0, 0, 0), old(3600, 1, 0)], &["0: 10.0.0.0 10.0.0.0"]),
        ("without numbers, the same an hour later", vec![new(0, 0), new(3600, 0)], &["0: 10.0.0.0", "3600: 10.0.0.0"]),
        ("without numbers, the next an hour later", vec![new(0, 0), new(3600, 1)], &["0: 10.0.0.0 10.1.0.0"]),
        ("another format", vec![old(0, 0, 0), new(0, 1), index(0), x(0, 0, 2)], &["0: 10.0.0.0", "0: 10.1.0.0", "0: 10.2.0.0"]),
    ];
    for (what, records, expected) in cases {
        let parts: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
        assert_eq!(read(&parts).dumps.iter().map(told).collect::<Vec<_>>(), expected, "{what}");
    }
}

#[test]
fn damage_breaks_the_dump_it_lies_in() {
    let zeros = || vec![0; 30];
    let first = || [index(0), x(0, 0, 0), x(0, 1, 1)].concat();
    let second = || [index(60), x(60, 0, 0), x(60, 1, 1)].concat();
    let (good, broken, later) = ("0: 10.0.0.0 10.1.0.0", "0: 10.0.0.0 10.1.0.0 broken", "60: 10.0.0.0 10.1.0.0");
    let cases: [Case; 6] = [
        ("before all", vec![zeros(), first()], &[good]),
        ("within", vec![index(0), x(0, 0, 0), zeros(), x(0, 1, 1), second()], &[broken, later]),
        ("between", vec![first(), zeros(), second()], &[broken, later]),
        ("at the end", vec![first(), second(), zeros()], &[good, "60: 10.0.0.0 10.1.0.0 broken"]),
        ("among messages", vec![first(), message(1), zeros(), message(2), message(3)], &[good]),
        ("instead of the index", vec![first(), zeros(), x(60, 0, 0)], &[broken, "60: 10.0.0.0 broken"]),
    ];
    for (what, records, expected) in cases {
        let parts: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
        let events = read(&parts);
        assert_eq!(events.dumps.iter().map(told).collect::<Vec<_>>(), expected, "{what}");
        assert_eq!(events.damage.len(), 1, "{what}");
    }
}

#[test]
fn a_dump_knows_its_last_prefixes_and_who_has_any_route() {
    let peers = peer_index(NOON, &[("192.0.2.1", 1), ("192.0.2.2", 2), ("192.0.2.3", 3)]);
    let of = |prefix: &str, number, peers: &[u16]| {
        let entries: Vec<_> = peers.iter().map(|peer| (*peer, as_path(&[9]))).collect();
        rib(NOON, number, prefix, &entries)
    };
    let first =
        [peers.clone(), of("10.0.0.0/8", 0, &[0]), of("11.0.0.0/8", 1, &[0, 9]), of("2001:db8::/32", 2, &[0, 2])].concat();
    let old = table_dump(NOON, 0, "10.0.0.0/8", ("192.0.2.7", 7), &[]);
    let file = join(&[&first, &peer_index(NOON + 9, &[("192.0.2.1", 1)]), &of("12.0.0.0/8", 0, &[0]), &old]);
    let last = |dump: &FileDump| dump.last.map(|prefix| prefix.map(|prefix| prefix.to_string()));
    let some = |prefix: &str| Some(prefix.to_owned());
    let dumps = read(&[&file]).dumps;
    assert_eq!(
        dumps.iter().map(last).collect::<Vec<_>>(),
        [[some("11.0.0.0/8"), some("2001:db8::/32")], [some("12.0.0.0/8"), None], [some("10.0.0.0/8"), None]]
    );
    let holders = |which| {
        let all = peers_with_routes(&file[..], which);
        all.into_iter().map(|(peer, families)| (peer.asn, families)).collect::<Vec<_>>()
    };
    assert_eq!(holders(0), [(Asn(1), [true, true]), (Asn(3), [false, true])]);
    assert_eq!(holders(1), [(Asn(1), [true, false])]);
    assert_eq!(holders(2), [(Asn(7), [true, false])]);
    assert_eq!(holders(3), []);
}

#[test]
fn the_dumps_of_a_file_are_bounded_and_the_rest_is_told() {
    let tables = |count: u32| (0..count).flat_map(|n| [index(60 * n), x(60 * n, 0, 0)].concat()).collect::<Vec<u8>>();
    let most = read(&[&tables(65_536)]).dumps;
    assert_eq!((most.len(), most.iter().filter(|dump| dump.broken.is_some()).count()), (65_536, 0));
    let more = read(&[&tables(65_540)]).dumps;
    let broken: Vec<usize> = (0..more.len()).filter(|at| more[*at].broken.is_some()).collect();
    assert_eq!((more.len(), broken), (65_537, vec![65_536]));
    assert_eq!(more[65_536].records.len(), 4);
}
