//! How many blocks of a bzip2 file are inverted, by whatever compressor it was made. That shortcuts give the same rows as reading all does
//! not show that they are any shorter: one that fails reads everything and says the same.
//!
//! One test, as the program counts what all of its threads invert.

#[path = "support/dice.rs"]
#[allow(dead_code)]
mod dice;
#[path = "support/mrt.rs"]
mod mrt;

use std::fs;
use std::path::Path;

use bzip2::Compression;
use bzip2::write::BzEncoder;
use dice::Dice;
use mrt::{AsnWidth, Attributes, RibEntry, Session, Stamp, Update};
use rayon::prelude::*;
use uplinks::archive::bzip2::decoder::{BlockDecoder, inversions};
use uplinks::archive::bzip2::stream::Walk;
use uplinks::archive::{Source, decompress};
use uplinks::event::{Seek, Taken, Verify, Way, read_events, read_file};
use uplinks::target::Watch;

const NOON: u32 = 1_506_859_200;

/// Raw bytes of which compressors that work on several blocks at a time make streams, or blocks.
const PIECE: usize = 900_000;

/// A stream for each piece; pieces of these lengths in turn.
fn streams(raw: &[u8], level: u32, lengths: &[usize]) -> Vec<u8> {
    let (mut all, mut rest, mut lengths) = (Vec::new(), raw, lengths.iter().cycle());
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(rest.len().min(*lengths.next().expect("some")));
        let mut encoder = BzEncoder::new(Vec::new(), Compression::new(level));
        std::io::Write::write_all(&mut encoder, piece).expect("into memory");
        all.extend(encoder.finish().expect("into memory"));
        rest = behind;
    }
    all
}

/// By name what each compressor makes of it; of a shorter file, where blocks are short.
fn compressed(raw: &[u8], part: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    // Every other block of `lbzip2` may be shorter than a record.
    let kinds: [(&str, &[u8], u32, &[usize]); 4] = [
        ("bzip2 -9", raw, 9, &[usize::MAX]),
        ("bzip2 -1", part, 1, &[usize::MAX]),
        ("pbzip2", raw, 9, &[PIECE]),
        ("lbzip2", raw, 9, &[PIECE, 300]),
    ];
    kinds.into_par_iter().map(|(name, raw, level, lengths)| (name, streams(raw, level, lengths))).collect()
}

fn blocks(data: &[u8]) -> usize {
    let mut walk = Walk::new(data).expect("a block");
    let mut decoder = BlockDecoder::new();
    std::iter::from_fn(|| walk.decode_next(&mut decoder).expect("whole")).count()
}

/// The prefix of a record of the dump.
fn prefix(number: u32) -> String {
    format!("{}/23", std::net::Ipv4Addr::from_bits(((number * 36) << 12) + (1 << 24)))
}

/// A path of AS numbers of two octets: none of longer ones looks like a record's head by chance.
fn path(dice: &mut Dice) -> [u32; 4] {
    [174 + dice.roll(20), 3356, 1 + dice.roll(60_000), 2 + dice.roll(60_000)]
}

/// A dump in order.
fn dump(dice: &mut Dice, records: u32) -> Vec<u8> {
    let peers = mrt::indexed_peers(32);
    let mut all = mrt::peer_index_table(NOON, std::net::Ipv4Addr::new(192, 0, 2, 1), "", &peers);
    for number in 0..records {
        let entry = |peer| {
            let attributes = Attributes::new(AsnWidth::Four).origin(0).path(&path(dice)).next_hop("192.0.2.10");
            RibEntry { peer, originated: NOON - 1000, path_id: None, attributes }
        };
        let entries: Vec<RibEntry> = (0..32).map(entry).collect();
        all.extend(mrt::rib(NOON, number, &prefix(number), &entries));
    }
    all
}

/// Messages of routes elsewhere, and one in the middle of the watched one.
fn updates(dice: &mut Dice, records: u32) -> Vec<u8> {
    let session = Session::new("192.0.2.10", 3356);
    let mut all = Vec::new();
    for n in 0..records {
        let net = if n == 20_000 { "175.45.176.0/22".to_owned() } else { format!("{}.{}.0.0/16", 1 + n % 99, dice.roll(256)) };
        let attributes = Attributes::new(AsnWidth::Four).origin(0).path(&path(dice)).next_hop("192.0.2.10");
        all.extend(session.update(Stamp::Seconds(NOON + n / 200), &Update::new().attributes(attributes).announce(net.as_str())));
    }
    all
}

/// Reads a file by a shortcut; how many blocks that inverts.
fn inverted(path: &Path, watch: &Watch, seek: Seek) -> (Taken, u64) {
    let before = inversions();
    let opened = Source::Path(path.to_owned()).open().expect("a file");
    let whole = || {
        let raw = Source::Path(path.to_owned()).open_raw().and_then(decompress).expect("a readable file");
        read_events(raw, watch)
    };
    let (said, taken) = read_file(&opened, watch, Way { seek, verify: Verify::No }, whole);
    let count = inversions() - before;
    assert!(said.dumps.iter().any(|dump| !dump.records.is_empty()) || !said.records.is_empty(), "the watched route is found");
    (taken, count)
}

#[test]
fn shortcuts_invert_few_blocks_whoever_made_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(0x1DEA_5EED_1DEA_5EED);
    let (table, small_table) = (dump(&mut dice, 22_000), dump(&mut dice, 5_500));
    let (messages, few_messages) = (updates(&mut dice, 120_000), updates(&mut dice, 30_000));
    let of_table = Watch::new([prefix(4_000).parse().expect("a prefix")], []);
    let target = Watch::new(["175.45.176.0/22".parse().expect("a prefix")], []);
    let single = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("threads");
    for (name, data) in compressed(&table, &small_table) {
        let (path, blocks) = (folder.path().join("rib.bz2"), blocks(&data));
        fs::write(&path, data).expect("written");
        assert!(blocks >= 30, "{name}: {blocks}");
        // The beginning, the end, four places of the sample, the watched one; each may lie across a border, and some blocks are short.
        let most = if name == "bzip2 -9" { 14 } else { 24 };
        for (seek, way) in [(Seek::Always, Taken::Sought), (Seek::Never, Taken::Searched)] {
            let (taken, count) = single.install(|| inverted(&path, &of_table, seek));
            println!("{name}, {seek:?}: {count} of {blocks} blocks are inverted");
            assert_eq!(taken, way, "{name}");
            assert!(count <= most, "{name}, {seek:?}: {count} of {blocks} blocks are inverted");
        }
    }
    for (name, data) in compressed(&messages, &few_messages) {
        let (path, blocks) = (folder.path().join("updates.bz2"), blocks(&data));
        fs::write(&path, data).expect("written");
        let (taken, count) = single.install(|| inverted(&path, &target, Seek::Never));
        println!("{name}, updates: {count} of {blocks} blocks are inverted");
        assert_eq!(taken, Taken::Searched, "{name}");
        assert!(blocks >= 9 && count <= 4, "{name}: {count} of {blocks} blocks are inverted");
    }
}
