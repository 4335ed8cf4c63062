//! Every shortcut gives what reading everything gives, field by field: on generated archives of every block size, on sample-data, and on
//! the real archives where they are.

#[path = "support/dice.rs"]
mod dice;
#[path = "support/mrt.rs"]
mod mrt;
#[path = "support/run.rs"]
mod run;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use bzip2::Compression;
use bzip2::write::BzEncoder;
use dice::Dice;
use mrt::{AsnWidth, Attributes, RibEntry, Session, Stamp, Update};
use uplinks::archive::{Source, decompress};
use uplinks::event::{FileEvents, Seek, Taken, Verify, Way, read_events, read_file};
use uplinks::target::Watch;

const NOON: u32 = 1_506_859_200;

fn watch(prefixes: &[&str]) -> Watch {
    Watch::new(prefixes.iter().map(|p| p.parse().expect("a prefix")), [])
}

/// As one stream or, cut anywhere, as several of different levels.
fn compress(raw: &[u8], level: u32, streams: usize) -> Vec<u8> {
    let mut all = Vec::new();
    for (index, part) in raw.chunks(raw.len().div_ceil(streams).max(1)).enumerate() {
        let level = (level + u32::try_from(index).expect("few")) % 9 + 1;
        let mut encoder = BzEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(part).expect("into memory");
        all.extend(encoder.finish().expect("into memory"));
    }
    all
}

fn plain(path: &Path, watch: &Watch) -> FileEvents {
    let raw = Source::Path(path.to_owned()).open_raw().and_then(decompress).expect("a readable file");
    read_events(raw, watch)
}

/// Reads in every way and compares; tells how the fast ones were taken: by seeking and by searching.
fn same(path: &Path, watch: &Watch, what: &str) -> [Taken; 2] {
    same_by(path, watch, what, [Seek::Always, Seek::Never])
}

fn same_by<const N: usize>(path: &Path, watch: &Watch, what: &str, ways: [Seek; N]) -> [Taken; N] {
    let whole = plain(path, watch);
    ways.map(|seek| {
        let way = Way { seek, verify: Verify::No };
        let (said, taken) =
            read_file(&Source::Path(path.to_owned()).open().expect("a readable file"), watch, way, || whole.clone());
        assert!(said == whole, "{what}, {seek:?}, {taken:?}: {}\nby shortcut {said:?}\nwhole {whole:?}", path.display());
        taken
    })
}

/// In pools of one, two and four threads.
fn same_with_any_threads(path: &Path, watch: &Watch, what: &str) -> [Taken; 2] {
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| same(path, watch, &format!("{what}, {threads} threads")))
    };
    let taken = [1, 2, 4].map(with);
    assert!(taken.iter().all(|other| *other == taken[0]), "{what}: {taken:?}");
    taken[0]
}

fn update_file(dice: &mut Dice, records: u32, rarity: u32) -> Vec<u8> {
    let mut all = Vec::new();
    for n in 0..records {
        let stamp = Stamp::Seconds(NOON + n / 40);
        let width = if dice.roll(2) == 0 { AsnWidth::Two } else { AsnWidth::Four };
        let mut session = Session::new(["192.0.2.10", "10.0.0.0", "2001:db8::10"][dice.roll(3) as usize], 3356).width(width);
        if dice.roll(5) == 0 {
            session = session.sent_by_collector();
        }
        if dice.roll(rarity * 20) == 0 {
            all.extend(session.state_change(stamp, 6, 1));
        }
        let path: Vec<u32> = dice.path().iter().map(|asn| if width == AsnWidth::Two { asn % 65_000 } else { *asn }).collect();
        let mut update = Update::new();
        for _ in 0..dice.roll(4) {
            update = update.withdraw(dice.prefix(rarity).as_str());
        }
        update = update.attributes(Attributes::new(width).origin(0).path(&path).next_hop("192.0.2.10").med(dice.roll(3)));
        for _ in 0..=dice.roll(6) {
            update = update.announce(dice.prefix(rarity).as_str());
        }
        all.extend(session.update(stamp, &update));
    }
    all
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    File::create(&path).and_then(|mut file| file.write_all(bytes)).expect("a file");
    path
}

#[test]
fn update_files_are_read_alike_whatever_their_blocks() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut searched = 0;
    for round in 0..24 {
        let (records, rarity) = (500 + dice.roll(6000), [20, 2000, 50_000][dice.roll(3) as usize]);
        let raw = update_file(&mut dice, records, rarity);
        let streams = [1, 1, 3, 40][dice.roll(4) as usize];
        let path = write(folder.path(), "updates.bz2", &compress(&raw, dice.roll(9), streams));
        for prefixes in [&["175.45.176.0/22"][..], &["175.45.178.0/24", "2001:db8:1::/48"], &["9.0.0.0/17"], &["10.0.0.0/8"]] {
            let what = format!("round {round}, {records} records, {streams} streams, {prefixes:?}");
            searched += same(&path, &watch(prefixes), &what).iter().filter(|taken| **taken == Taken::Searched).count();
            if round % 4 == 0 {
                same(&path, &watch(prefixes).with_covering(), &format!("{what}, and what covers them"));
            }
        }
    }
    assert!(searched > 60, "only {searched} of the shortcuts were taken");
}

#[test]
fn files_that_are_not_whole_are_read_plainly() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(77);
    let good = compress(&update_file(&mut dice, 4000, 3000), 0, 1);
    let target = watch(&["175.45.176.0/22"]);
    let mut cut_record = update_file(&mut dice, 3000, 3000);
    cut_record.truncate(cut_record.len() - 7);
    let cases: [(&str, Vec<u8>); 5] = [
        ("cut", good[..good.len() * 2 / 3].to_vec()),
        ("a record cut", compress(&cut_record, 0, 1)),
        ("bytes behind", [&good[..], b"behind"].concat()),
        ("nothing in it", b"BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0".to_vec()),
        ("empty", Vec::new()),
    ];
    for (what, bytes) in cases {
        let path = write(folder.path(), "odd.bz2", &bytes);
        assert_eq!(same(&path, &target, what), [Taken::Whole; 2], "{what}");
    }
}

/// A dump of both families in the order of addresses and masks; some peers lack some routes.
fn table_file(dice: &mut Dice, prefixes: u32, six: u32, peers: u16, restarts: bool) -> Vec<u8> {
    let index = mrt::indexed_peers(peers);
    let mut nets: Vec<ipnet::IpNet> = (0..prefixes).map(|_| dice.prefix(400).parse().expect("a prefix")).collect();
    nets.extend((0..six).map(|_| {
        let (a, b, len) = (0x2001 + dice.roll(0x0C00), dice.roll(0x10000), 20 + dice.roll(29));
        format!("{a:x}:{b:x}::/{len}").parse::<ipnet::IpNet>().expect("a prefix")
    }));
    let mut nets: Vec<ipnet::IpNet> = nets.iter().map(ipnet::IpNet::trunc).collect();
    nets.sort_unstable_by_key(|net| (net.network(), net.prefix_len()));
    nets.dedup();
    let mut all = mrt::peer_index_table(NOON, std::net::Ipv4Addr::new(192, 0, 2, 1), "", &index);
    let mut number = dice.roll(2) * 1000;
    let mut before = nets[0];
    for net in nets {
        if restarts && before.addr().is_ipv4() != net.addr().is_ipv4() {
            number = 0;
        }
        before = net;
        let holders: Vec<u16> = (0..peers).filter(|peer| *peer > 2 || dice.roll(3) > 0).collect();
        let entry = |peer| {
            let attributes = Attributes::new(AsnWidth::Four).origin(0).path(&dice.path()).next_hop("192.0.2.10");
            RibEntry { peer, originated: NOON - 1000, path_id: None, attributes }
        };
        let entries: Vec<RibEntry> = holders.into_iter().map(entry).collect();
        all.extend(mrt::rib(NOON + number / 1000, number, &net.to_string(), &entries));
        number += 1;
    }
    all
}

#[test]
fn table_dumps_are_read_alike_whatever_their_blocks() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(0x1234_5678_9ABC_DEF1);
    let (mut sought, mut searched) = (0, 0);
    for round in 0..16 {
        let (prefixes, six) = ([900, 5000, 9000][dice.roll(3) as usize], [0, 0, 30, 3000][dice.roll(4) as usize]);
        let peers = [1, 4, 20][dice.roll(3) as usize];
        let raw = table_file(&mut dice, prefixes, six, peers, round % 2 == 0);
        let streams = [1, 1, 3, 20][dice.roll(4) as usize];
        let path = write(folder.path(), "rib.bz2", &compress(&raw, dice.roll(9), streams));
        for wanted in [
            &["175.45.176.0/22"][..],
            &["175.45.178.0/24", "2400::/14"],
            &["9.0.0.0/17", "1.0.0.0/17"],
            &["220.0.0.0/8"],
            &["10.0.0.0/8"],
        ] {
            let what = format!("round {round}, {prefixes} + {six} prefixes, {peers} peers, {streams} streams, {wanted:?}");
            let [auto, never] = same(&path, &watch(wanted), &what);
            sought += usize::from(auto == Taken::Sought);
            searched += usize::from(never == Taken::Searched);
            if round % 8 == 0 {
                let [covering, _] = same(&path, &watch(wanted).with_covering(), &format!("{what}, and what covers them"));
                assert_eq!(covering, auto, "{what}");
            }
        }
    }
    assert!(sought > 60 && searched > 30, "only {sought} were sought and {searched} searched");
}

#[test]
fn dumps_out_of_order_are_read_plainly() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(99);
    let target = watch(&["175.45.176.0/22"]);
    let whole = |dice: &mut Dice| table_file(dice, 4000, 0, 4, false);
    let (first, second) = (whole(&mut dice), whole(&mut dice));
    let cases: [(&str, Vec<u8>); 3] = [
        ("two dumps", [&first[..], &second].concat()),
        ("no peer index", first[108..].to_vec()),
        ("updates behind", [&first[..], &update_file(&mut dice, 300, 3000)].concat()),
    ];
    for (what, raw) in cases {
        let path = write(folder.path(), "odd.bz2", &compress(&raw, 0, 1));
        assert_eq!(same(&path, &target, what), [Taken::Whole; 2], "{what}");
    }
}

/// The records of a file, some seconds later.
fn later(raw: &[u8], seconds: u32) -> Vec<u8> {
    let (mut all, mut at) = (raw.to_vec(), 0);
    while at < all.len() {
        let field = |at: usize| u32::from_be_bytes(all[at..at + 4].try_into().expect("four bytes"));
        let (time, length) = (field(at) + seconds, field(at + 8) as usize);
        all[at..at + 4].copy_from_slice(&time.to_be_bytes());
        at += 12 + length;
    }
    all
}

/// Where a file's records begin.
fn starts(raw: &[u8]) -> Vec<usize> {
    let (mut starts, mut at) = (Vec::new(), 0);
    while at < raw.len() {
        starts.push(at);
        at += 12 + u32::from_be_bytes(raw[at + 8..at + 12].try_into().expect("four bytes")) as usize;
    }
    starts
}

#[test]
fn several_dumps_in_one_file_are_read_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(0x0BAD_5EED_0BAD_5EED);
    for (sizes, seconds) in [
        (&[4000, 4000][..], 7200),
        (&[4000, 4000], 60),
        (&[4000, 300], 60),
        (&[300, 4000], 60),
        (&[1200, 4000], 60),
        (&[4000, 1500], 60),
        (&[1500, 1500, 1500, 1500], 60),
        (&[5, 5, 5], 3600),
        (&[5, 3000], 0),
    ] {
        let mut raw = Vec::new();
        for (size, at) in sizes.iter().zip(0..) {
            raw.extend(later(&table_file(&mut dice, *size, size / 10, 12, false), at * seconds));
        }
        for level in [0, 8] {
            let path = write(folder.path(), "several.bz2", &compress(&raw, level, 1));
            for prefixes in [&["175.45.176.0/22"][..], &["9.0.0.0/17"]] {
                let what = format!("{sizes:?}, {seconds} s apart, level {level}, {prefixes:?}");
                assert_eq!(plain(&path, &watch(prefixes)).dumps.len(), sizes.len(), "{what}");
                same(&path, &watch(prefixes), &what);
            }
        }
    }
}

/// What only a look at every block can find: messages in a dump, a dump in messages, a message whose end is missing.
#[test]
fn what_does_not_belong_in_a_file_is_found_wherever_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(0xACE0_FBA5_E5AC_E0FB);
    let target = watch(&["175.45.176.0/22"]);
    let session = Session::new("192.0.2.10", 3356);
    let unrelated = |count: u32| {
        (0..count).fold(Update::new(), |update, n| update.withdraw(format!("9.{}.{}.0/24", n >> 8, n & 255).as_str()))
    };
    let message = |update: &Update| session.update(Stamp::Seconds(NOON), update);
    let long = unrelated(1500).message();
    let cut = session.message(Stamp::Seconds(NOON + 1), &long[..3000]);
    let (table, updates) = (table_file(&mut dice, 3000, 0, 8, false), update_file(&mut dice, 9000, 50_000));
    let dump = later(&table_file(&mut dice, 30, 0, 2, false), 1);
    let cases = [
        ("a watched message in a dump", &table, message(&Update::new().withdraw("175.45.176.0/24"))),
        ("another message in a dump", &table, message(&unrelated(1))),
        ("a state change in a dump", &table, session.state_change(Stamp::Seconds(NOON), 6, 1)),
        ("a dump in messages", &updates, dump.clone()),
        ("a route of a dump without a peer index", &updates, mrt::rib(NOON, 7, "2001:db8:9::/48", &[])),
        ("a message cut", &updates, cut),
    ];
    for (what, file, odd) in cases {
        let starts = starts(file);
        for part in [3, 5, 9] {
            let (before, after) = file.split_at(starts[starts.len() * part / 10]);
            let path = write(folder.path(), "odd.bz2", &compress(&[before, &odd, after].concat(), 0, 1));
            let what = format!("{what}, at {part} tenths");
            assert_eq!(same_by(&path, &target, &what, [Seek::Never]), [Taken::Whole], "{what}");
        }
    }
    // Not all that is long is cut.
    let whole = [&updates[..], &session.message(Stamp::Seconds(NOON + 1), &long), &updates].concat();
    let path = write(folder.path(), "long.bz2", &compress(&whole, 0, 1));
    assert_eq!(same_by(&path, &target, "a long message", [Seek::Never]), [Taken::Searched]);
}

/// No number and no probe tells of it, so seeking alone passes over it: by default every block is searched.
#[test]
fn what_lies_between_two_places_of_a_dump_is_not_assumed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(0x5EE5_0DD5_5EE5_0DD5);
    let target = watch(&["175.45.176.0/22"]);
    let unwatched = Update::new().withdraw("9.1.2.0/24");
    let session = Session::new("192.0.2.10", 3356);
    let odd = session.update(Stamp::Seconds(NOON), &unwatched);
    let table = table_file(&mut dice, 1500, 0, 4, false);
    let (before, after) = table.split_at(starts(&table)[900]);
    // A border of blocks wherever the head may have one; the message's marker alone would not tell it, nor the numbers before and behind.
    for cut in 0..=12 {
        let parts = [[before, &odd[..cut]].concat(), [&odd[cut..], after].concat()];
        let path = write(folder.path(), "mixed.bz2", &parts.map(|part| compress(&part, 8, 1)).concat());
        assert_eq!(same_by(&path, &target, &format!("a message, cut at {cut}"), [Seek::Never]), [Taken::Whole]);
    }
    // A watched prefix where the order does not put it.
    let attributes = Attributes::new(AsnWidth::Four).origin(0).path(&[3356, 131_279]).next_hop("192.0.2.10");
    let entry = RibEntry { peer: 0, originated: NOON - 1000, path_id: None, attributes };
    let lost = mrt::rib(NOON, 2, "175.45.179.0/24", &[entry]);
    let path = write(folder.path(), "order.bz2", &compress(&[before, &lost, after].concat(), 8, 1));
    assert_eq!(same_by(&path, &target, "a record out of order", [Seek::Never]), [Taken::Whole]);
    let watched = session.update(Stamp::Seconds(NOON), &Update::new().withdraw("175.45.177.0/24"));
    let path = write(folder.path(), "mixed.bz2", &compress(&[before, &watched, after].concat(), 8, 1));
    assert_eq!(same_by(&path, &target, "a watched message", [Seek::Never]), [Taken::Whole]);
}

#[test]
fn files_are_read_alike_by_any_number_of_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(0xFEDC_BA98_7654_3211);
    let target = watch(&["175.45.178.0/24"]);
    for (level, streams) in [(8, 1), (0, 1), (3, 7), (8, 60)] {
        let files = [table_file(&mut dice, 6000, 300, 12, true), update_file(&mut dice, 12_000, 9000)];
        for (what, raw) in ["table", "updates"].iter().zip(files) {
            let good = compress(&raw, level, streams);
            let path = write(folder.path(), "good.bz2", &good);
            let what = format!("{what}, level {level}, {streams} streams");
            assert_ne!(same_with_any_threads(&path, &target, &what)[1], Taken::Whole, "{what}");
            let cut = write(folder.path(), "cut.bz2", &good[..good.len() * 3 / 4]);
            assert_eq!(same_with_any_threads(&cut, &target, &what)[1], Taken::Whole, "{what}, cut");
            // A magic number by chance: here behind the stream, where it ends the file for all.
            let behind = [&good[..], b"\x31\x41\x59\x26\x53\x59"].concat();
            let behind = write(folder.path(), "behind.bz2", &behind);
            assert_eq!(same_with_any_threads(&behind, &target, &what)[1], Taken::Whole, "{what}, bytes behind");
        }
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).map(|all| all.filter_map(Result::ok).map(|entry| entry.path()).collect());
    let entries: Vec<PathBuf> = entries.unwrap_or_default();
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.into_iter().partition(|path| path.is_dir());
    files.into_iter().chain(folders.iter().flat_map(|folder| files_below(folder))).collect()
}

#[test]
fn real_and_sample_archives_are_read_alike() {
    let mut files = files_below(&run::root().join("sample-data"));
    match run::corpus() {
        Some(corpus) => files.extend(files_below(&corpus)),
        None => eprintln!("The real archives are not here: only sample-data is read."),
    }
    files.retain(|path| path.extension().is_some_and(|end| end == "bz2"));
    assert!(!files.is_empty());
    for path in files {
        for prefixes in [&["175.45.176.0/22"][..], &["208.65.152.0/22"], &["24.0.0.0/12"], &["80.10.0.0/17", "2001:500::/32"]] {
            let taken = same(&path, &watch(prefixes), &format!("{prefixes:?}"));
            println!("{taken:?} {prefixes:?} {}", path.display());
        }
    }
}
