//! Framing, whole and torn.

use std::io::{self, Cursor};

use super::*;
use crate::mrt::test_bytes::{as_path, attribute, join, nlri, record, rib, table_dump, update, update_record};

const NOON: u32 = 1_506_859_200;

fn an_update(secs: u32) -> Vec<u8> {
    update_record(secs, &update(&[], &as_path(&[20485, 131_279]), &nlri("175.45.176.0/24")))
}

/// Seconds after noon of the records read, and the damage as `from-until@after..before`.
fn read(input: impl Read) -> (Vec<i64>, Vec<String>) {
    let mut reader = RecordReader::new(input);
    let mut times = Vec::new();
    while let Some(record) = reader.next_record() {
        times.push(record.time.secs() - i64::from(NOON));
    }
    let second = |t: Option<Time>| t.map_or("?".to_owned(), |t| (t.secs() - i64::from(NOON)).to_string());
    let until = |u: Option<u64>| u.map_or("?".to_owned(), |u| u.to_string());
    let told = reader.damage().iter().map(|d| format!("{}-{}@{}..{}", d.from, until(d.until), second(d.after), second(d.before)));
    (times, told.collect())
}

#[test]
fn whole_records_are_read_and_damage_has_its_range() {
    type Case<'a> = (&'a str, Vec<u8>, Vec<i64>, Vec<String>);
    let [a, b, c, d] = [0, 1, 2, 3].map(|s| an_update(NOON + s));
    let size = a.len();
    let with = |record: &[u8], at: usize, byte: u8| {
        let mut hit = record.to_vec();
        hit[at] = byte;
        hit
    };
    let long = with(&b, 10, 9);
    let short = with(&b, 11, 50);
    let far = record(7, 16, 4, &b[12..]);
    let huge = with(&b, 8, 0x7F);
    let at = |records: usize, more: usize| (records * size + more).to_string();
    let lost_b = || vec![format!("{}-{}@0..2", at(1, 0), at(2, 0))];
    let cases: [Case; 12] = [
        ("nothing", Vec::new(), vec![], vec![]),
        ("whole", join(&[&a, &b, &c]), vec![0, 1, 2], vec![]),
        ("cut in a body", join(&[&a, &b[..40]]), vec![0], vec![format!("{}-?@0..?", at(1, 0))]),
        ("cut in a header", join(&[&a, &b[..5]]), vec![0], vec![format!("{}-?@0..?", at(1, 0))]),
        ("a length too long", join(&[&a, &long, &c, &d]), vec![0, 2, 3], lost_b()),
        ("a length too short", join(&[&a, &short, &c, &d]), vec![0, 2, 3], lost_b()),
        ("an absurd length", join(&[&a, &huge, &c, &d]), vec![0, 2, 3], lost_b()),
        ("an unknown type", join(&[&a, &with(&b, 5, 99), &c]), vec![0, 2], lost_b()),
        ("bytes between", join(&[&a, &[0; 33], &b]), vec![0, 1], vec![format!("{}-{}@0..1", at(1, 0), at(1, 33))]),
        ("half a record lost", join(&[&a, &b[..30], &c, &d]), vec![0, 2, 3], vec![format!("{}-{}@0..2", at(1, 0), at(1, 30))]),
        ("a far time among good records", join(&[&a, &far, &c]), vec![0, 7 - i64::from(NOON), 2], vec![]),
        ("text", b"Route views table, no MRT at all; long enough to look at".to_vec(), vec![], vec!["0-?@?..?".to_owned()]),
    ];
    for (what, bytes, times, damage) in cases {
        assert_eq!(read(&bytes[..]), (times, damage), "{what}");
    }
}

#[test]
fn an_error_comes_after_every_whole_record() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("CRC mismatch"))
        }
    }
    let (a, b) = (an_update(NOON), an_update(NOON + 1));
    let inputs = [(join(&[&a, &b]), 2), (join(&[&a, &b[..50]]), 1)];
    for (bytes, whole) in inputs {
        let mut reader = RecordReader::new(Cursor::new(bytes).chain(Broken));
        assert_eq!(std::iter::from_fn(|| reader.next_record().map(|_| ())).count(), whole);
        let damage = reader.into_damage();
        assert_eq!(damage.len(), 1);
        assert_eq!((damage[0].from, damage[0].reason.as_str()), ((whole * a.len()) as u64, "CRC mismatch"));
    }
}

#[test]
fn records_longer_than_the_buffer_are_whole() {
    let attributes = attribute(0xC0, 99, &vec![7; 60_000]);
    let entries: Vec<_> = (0..30).map(|peer| (peer, attributes.clone())).collect();
    let long = rib(NOON, 0, "10.0.0.0/8", &entries);
    assert!(long.len() > 4 * FIRST_BUFFER);
    let bytes = join(&[&an_update(NOON), &long, &an_update(NOON + 1)]);
    assert_eq!(read(&bytes[..]), (vec![0, 0, 1], vec![]));
}

#[test]
fn extended_records_have_microseconds_even_where_the_length_forgets_them() {
    let body = &an_update(NOON)[12..];
    let extended = record(NOON, 17, 4, &join(&[&372_152_u32.to_be_bytes(), body]));
    let mut forgetful = extended.clone();
    forgetful[11] -= 4;
    for (bytes, damage) in [(join(&[&extended, &extended]), 0), (join(&[&forgetful, &forgetful]), 1)] {
        let mut reader = RecordReader::new(&bytes[..]);
        for _ in 0..2 {
            let record = reader.next_record().expect("a record");
            assert_eq!(record.time.subsec_micros(), 372_152);
            assert_eq!((record.body(), record.bytes.len()), (body, extended.len()));
        }
        assert!(reader.next_record().is_none());
        assert_eq!(reader.damage().len(), damage);
    }
}

/// `TABLE_DUMP` records whose lengths leave out view and sequence number, as the RIS wrote them in 1999 and 2000: several entries behind
/// one head.
#[test]
fn lengths_that_leave_out_view_and_number_are_put_right_where_nothing_else_fits() {
    let entry = |prefix: &str, secs: u32| table_dump(NOON + secs, 0, prefix, ("192.0.2.1", 3356), &as_path(&[7; 9]));
    let two = |secs: u32| join(&[&entry("3.0.0.0/8", secs), &entry("4.0.0.0/8", secs)[16..]]);
    let with_length = |record: &[u8], left_out: usize| {
        let length = u32::try_from(record.len() - 12 - left_out).expect("short");
        join(&[&record[..8], &length.to_be_bytes(), &record[12..]])
    };
    let short = |secs| with_length(&two(secs), 4);
    let good = |secs| with_length(&two(secs), 0);
    let sized = |parts: &[&[u8]]| {
        let all = join(parts);
        let mut reader = RecordReader::new(&all[..]);
        let sizes: Vec<usize> = std::iter::from_fn(|| reader.next_record().map(|record| record.bytes.len())).collect();
        (sizes, reader.into_damage().len())
    };
    let size = two(0).len();
    assert_eq!(sized(&[&short(0), &short(1), &short(2)]), (vec![size; 3], 0), "nothing is lost, so nothing is damaged");
    assert_eq!(sized(&[&short(0)]), (vec![size], 0), "a single one");
    assert_eq!(sized(&[&good(0), &short(1), &good(2)]), (vec![size; 3], 0), "among good ones");
    let update = an_update(NOON + 2);
    assert_ne!(sized(&[&short(0), &update, &update]).1, 0, "before a record of another type it may be anything");
    assert_ne!(sized(&[&with_length(&two(0), 3), &good(1)]).1, 0, "another number of bytes");
    assert_ne!(sized(&[&short(0)[..size - 1]]).1, 0, "cut");
    // Records that add up are taken as they are, whatever follows.
    assert_eq!(sized(&[&good(0), &[0; 4], &good(1)]).0, [size, size]);
}

/// Heads of types that are weighed entry by entry, one every few bytes, each claiming a stretch of hundreds of them.
fn claims(kind: u16, subtype: u16, unit: &[u8], count: usize) -> Vec<u8> {
    let claim = join(&[&NOON.to_be_bytes(), &kind.to_be_bytes(), &subtype.to_be_bytes(), &((1_u32 << 18) - 7).to_be_bytes()]);
    join(&[&claim, unit]).repeat(count)
}

#[test]
fn the_work_is_in_proportion_to_the_bytes_whatever_they_claim() {
    // Entries that lead from one head over the next.
    let entry = |attributes: u8| join(&[&[11, 0, 0, 0, 8, 1], &[0; 4], &[1, 2, 3, 4], &[13, 28, 0, attributes]]);
    let units: [(u16, u16, Vec<u8>); 4] = [
        (12, 1, join(&[&[0; 4], &entry(16)])),
        (12, 1, join(&[&[0; 4], &entry(0), &entry(0), &entry(16)])),
        (13, 2, join(&[&[0, 0, 0, 1, 8, 11, 0xFF, 0xFF], &[0; 60]])),
        (5, 1, join(&[&[13, 28, 1, 2, 3, 4, 13, 28, 1, 2, 3, 4, 0, 0, 0, 0], &[1, 0].repeat(30)])),
    ];
    for (kind, subtype, unit) in units {
        let crafted = claims(kind, subtype, &unit, (1 << 20) / (12 + unit.len()));
        let rest = [an_update(NOON + 1), an_update(NOON + 2), an_update(NOON + 3)];
        let bytes = join(&[&an_update(NOON), &crafted, &rest.concat()]);
        let mut reader = RecordReader::new(&bytes[..]);
        let mut last = None;
        while let Some(record) = reader.next_record() {
            last = Some(record.time.secs());
        }
        assert!(reader.spent <= (2 << 20) + bytes.len() as u64 / 2, "{kind}: {} steps for {} bytes", reader.spent, bytes.len());
        assert_eq!(last, Some(i64::from(NOON) + 3), "{kind}: what follows is read");
    }
}
