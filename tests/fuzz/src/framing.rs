//! The MRT reader: whatever the bytes, each lies in one record or in one damaged stretch, and how they arrive does not matter.

use std::io::{self, ErrorKind, Read};

use uplinks::event::count_records;
use uplinks::model::Asn;
use uplinks::mrt::{
    Damage, Edge, HEADER_LEN, Header, Island, Kind, Prefilter, PrefixSet, RawRecord, RecordReader, RibBody, peer_entries,
    rib_record,
};

use super::choices::{Choices, noise};
use super::records;

/// Offset and length.
type Place = (usize, usize);

fn framed(input: impl Read, data: &[u8]) -> (Vec<Place>, Vec<Damage>) {
    let mut reader = RecordReader::new(input);
    let mut places = Vec::new();
    while let Some(record) = reader.next_record() {
        let (from, length) = (usize::try_from(record.offset).expect("short"), record.bytes.len());
        assert_eq!(record.bytes, &data[from..from + length], "a record is what stands in the file");
        assert!(length >= HEADER_LEN && Header::read(record.bytes) == Some(record.header));
        places.push((from, length));
        assert!(places.len() * HEADER_LEN <= data.len(), "more records than bytes for them");
    }
    (places, reader.into_damage())
}

/// Gives a few bytes at a time, is interrupted, and at its end fails or not.
struct Halting<'a> {
    data: &'a [u8],
    step: usize,
    interrupted: bool,
    fails: bool,
}

impl Read for Halting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(ErrorKind::Interrupted.into());
        }
        if self.data.is_empty() && self.fails {
            return Err(io::Error::other("no more"));
        }
        let step = self.step.min(buffer.len());
        self.data.read(&mut buffer[..step])
    }
}

pub fn mrt_reader(data: &[u8]) {
    let (places, damage) = framed(data, data);
    tile(data, &places, &damage);
    let halting = |fails| Halting { data, step: 1 + usize::from(data.last().copied().unwrap_or(0)), interrupted: false, fails };
    assert_eq!(framed(halting(false), data), (places.clone(), damage));
    let (before, failed) = framed(halting(true), data);
    assert_eq!(before, places, "what comes before an error counts");
    assert_eq!(failed.last().map(|damage| (damage.until, damage.reason.as_str())), Some((None, "no more")));
    let counts = count_records(data);
    assert_eq!(counts.rib + counts.session + counts.other, places.len() as u64);
    assert!(counts.peers.values().sum::<u64>() <= counts.session);
    let parts: Vec<&[u8]> = places.iter().map(|(from, length)| &data[*from..from + length]).collect();
    let watched: Vec<_> = records::WATCHED.iter().map(|prefix| prefix.parse().expect("a prefix")).collect();
    let filters = [Prefilter::for_prefixes(PrefixSet::new(&watched, &[])), Prefilter::for_origins(&[Asn(131_279)])];
    for part in parts {
        inside(part, &filters);
    }
    islands(data);
}

/// Records and damage come in order and leave nothing out.
fn tile(data: &[u8], places: &[Place], damage: &[Damage]) {
    let lost: Vec<(usize, usize)> = damage
        .iter()
        // Of what was read all the same nothing is lost.
        .filter(|damage| !damage.reason.ends_with("(read all the same)"))
        .map(|damage| {
            let until = damage.until.map_or(data.len(), |until| usize::try_from(until).expect("short"));
            (usize::try_from(damage.from).expect("short"), until)
        })
        .collect();
    let mut all: Vec<(usize, usize)> = places.iter().map(|(from, length)| (*from, from + length)).chain(lost).collect();
    all.sort_unstable();
    let end = all.iter().fold(0, |at, (from, until)| {
        assert!(*from == at && from <= until, "{at} is followed by {from} to {until}");
        *until
    });
    assert_eq!(end, data.len());
    assert!(damage.windows(2).all(|two| two[0].from <= two[1].from));
}

/// What a record holds fits in it.
fn inside(bytes: &[u8], filters: &[Prefilter]) {
    let record = RawRecord::read(bytes, 0).expect("a record");
    assert!(peer_entries(&record).count() <= bytes.len());
    if record.kind() == Kind::TableDumpV2
        && let Some(RibBody::Rib(rib)) = rib_record(record.header.subtype, record.body())
    {
        let entries: Vec<_> = rib.entries().collect();
        let sound = entries.iter().filter_map(|entry| entry.ok()).map(|entry| entry.attributes.len() + 8).sum::<usize>();
        assert!(sound <= bytes.len() && entries.len() <= bytes.len());
        assert!(!rib.is_filled() || entries.iter().all(Result::is_ok));
        assert!(rib.prefix().is_some_and(|prefix| prefix == prefix.trunc() && prefix.prefix_len() == rib.len));
    }
    for filter in filters {
        // What may matter holds the bytes looked for, or is looked at whatever it holds.
        let _ = (filter.may_matter(&record), filter.may_occur(bytes));
    }
}

fn islands(data: &[u8]) {
    let secs = Header::read(data).map_or(records::NOON, |header| header.secs);
    for edges in [(Edge::File, Edge::File), (Edge::Anywhere, Edge::Anywhere), (Edge::Anywhere, Edge::File)] {
        let Ok(island) = Island::find(data, secs, edges) else { continue };
        let within: usize = island.records().map(|record| record.bytes.len()).sum();
        assert_eq!(island.head().len() + within + island.tail().len(), data.len());
        assert!(island.head().is_empty() || edges.0 == Edge::Anywhere);
        assert!(island.tail().is_empty() || edges.1 == Edge::Anywhere);
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = (0..6).map(|n| records::updates(&mut Choices::of(&noise(n, 400)))).collect();
    all.extend((6..12).map(|n| records::dump(&mut Choices::of(&noise(n, 400)))));
    let torn = |bytes: &Vec<u8>| [&bytes[..bytes.len() / 3], &bytes[bytes.len() / 2..]].concat();
    all.extend([torn(&all[0]), torn(&all[7]), vec![0; 30], Vec::new()]);
    // Lengths without the microseconds, and without view and number.
    let mut short =
        super::mrt::Session::new("192.0.2.10", 3356).state_change(super::mrt::Stamp::Micros(1_506_859_200_000_001), 6, 1);
    short[11] -= 4;
    all.push(short.repeat(4));
    all
}
