//! All ways of reading one file: whole, searched, sought, from a cache, in another compression, on several threads. They agree on every
//! file that reading it whole finds no damage in, and where they are not certain they leave it to that.

use std::cell::RefCell;
use std::fs;
use std::io::{BufReader, Cursor};
use std::path::PathBuf;

use tempfile::TempDir;
use uplinks::archive::{Compression, Source, decompress};
use uplinks::event::{Cache, FileEvents, Message, Seek, Taken, Verify, Way, read_events, read_file};
use uplinks::target::Watch;

use super::bunzip2::compress;
use super::choices::{Choices, noise};
use super::decoding::cut;
use super::mrt::{self, AsnWidth, Attributes, RibEntry, Session, Stamp, Update};
use super::records::{self, NOON, WATCHED};
use super::wrappers::pack;

struct Place {
    _folder: TempDir,
    file: PathBuf,
    cache: Cache,
    pools: [rayon::ThreadPool; 2],
}

thread_local! {
    static PLACE: RefCell<Place> = RefCell::new(place());
}

fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Cache::open(&folder.path().join("cache")).expect("a cache");
    let pools = [1, 3].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads"));
    Place { file: folder.path().join("file.bz2"), _folder: folder, cache, pools }
}

pub fn ways_of_reading(data: &[u8]) {
    PLACE.with_borrow(|place| place.try_out(&mut Choices::of(data)));
}

impl Place {
    fn try_out(&self, choices: &mut Choices<'_>) {
        let how = choices.byte();
        let threads = usize::from(how & 0x30 == 0x30);
        let watch = Watch::new(WATCHED.map(|prefix| prefix.parse().expect("a prefix")), []);
        let watch = if how & 0xC0 == 0xC0 { watch.with_covering() } else { watch };
        let streams = [1, 2, 3, 5, 8][choices.below(5)];
        let level = choices.of_these(&[1, 1, 1, 2, 9]);
        let edits = choices.below(4);
        let mut records = if how.is_multiple_of(2) { messages(choices) } else { table(choices) };
        for _ in 0..edits {
            edit(&mut records, choices);
        }
        let raw = records.concat();
        let mut file: Vec<u8> = raw.chunks(raw.len().div_ceil(streams).max(1)).flat_map(|part| compress(part, level)).collect();
        let spoilt = how & 0x0C == 0x0C;
        if spoilt && !file.is_empty() {
            let at = (usize::from(choices.u16()) * file.len()) >> 16;
            if choices.one_in(4) { file.truncate(at) } else { file[at] ^= 1 << choices.below(8) }
        }
        fs::write(&self.file, &file).expect("written");
        let whole = read_events(decompress(BufReader::new(Cursor::new(file))).expect("its first bytes"), &watch);
        if !spoilt {
            assert_eq!(whole, read_events(&raw[..], &watch));
            let gz = BufReader::new(Cursor::new(pack(&raw, Compression::Gzip, 1)));
            assert_eq!(whole, read_events(decompress(gz).expect("its first bytes"), &watch));
        }
        self.by_shortcuts(&watch, &whole, (edits == 0 && !spoilt, !cut(&raw).is_empty()), threads);
        if how & 2 == 0 {
            self.by_cache(&whole);
        }
    }

    fn by_shortcuts(&self, watch: &Watch, whole: &FileEvents, (is_in_order, is_cut): (bool, bool), threads: usize) {
        for (seek, certain) in [(Seek::Never, true), (Seek::Always, is_in_order)] {
            let way = Way { seek, verify: Verify::No };
            let by = |pool: &rayon::ThreadPool| {
                let opened = Source::Path(self.file.clone()).open().expect("a file");
                pool.install(|| read_file(&opened, watch, way, || whole.clone()))
            };
            let (mut said, taken) = by(&self.pools[0]);
            if threads > 0 {
                assert_eq!(by(&self.pools[threads]), (said.clone(), taken), "threads make a difference");
            }
            // What is known and not read is told as far as it is met.
            if taken != Taken::Whole {
                said.unread.clone_from(&whole.unread);
            }
            if taken == Taken::Whole {
                assert_eq!(&said, whole);
            } else if certain && whole.damage.is_empty() {
                let mut whole = whole.clone();
                // Only of long messages the end is looked for wherever they are: dumpers cut no others.
                for events in [&mut said, &mut whole].into_iter().filter(|_| is_cut) {
                    events.records.retain(|record| record.message != Message::Unreadable);
                    events.counts.quarantined = 0;
                }
                assert_eq!(said, whole, "{taken:?}");
            }
        }
    }

    fn by_cache(&self, whole: &FileEvents) {
        let opened = Source::Path(self.file.clone()).open().expect("a file");
        self.cache.store(&opened, "all", whole, &[]).expect("stored");
        let cached = self.cache.load::<FileEvents>(&opened, "all");
        assert_eq!(cached.map(|cached| cached.answer).as_ref(), Some(whole));
    }
}

/// Mostly of no interest, with some of any kind between.
fn messages(choices: &mut Choices<'_>) -> Vec<Vec<u8>> {
    let (count, rarity) = (8 + choices.below(90), 2 + choices.below(40));
    let mut odd = Choices::of(choices.take(60));
    let mut all = Vec::new();
    for n in 0..count {
        let time = NOON + u32::try_from(n / 7).expect("few");
        if n % rarity == 1 && !odd.is_over() {
            all.push(records::session(&mut odd, time));
        } else {
            let [_, b, c, _] = u32::try_from(n * 2_654_435).expect("few").to_be_bytes();
            let attributes = Attributes::new(AsnWidth::Four).origin(0).path(&[174, u32::from(c) + 1, 65_000 + u32::from(b)]);
            let update = Update::new().attributes(attributes.next_hop("192.0.2.10")).announce(format!("9.{b}.{c}.0/24").as_str());
            all.push(Session::new("192.0.2.10", 3356).update(Stamp::Seconds(time), &update));
        }
    }
    all
}

/// A dump in order, now and then with what is watched.
fn table(choices: &mut Choices<'_>) -> Vec<Vec<u8>> {
    let (count, peers, with_watched) = (4 + choices.below(80), 1 + choices.below(4), choices.below(4));
    // Only behind its first 256 KiB is a dump searched: runs of zeros get there at little cost.
    let filler = vec![0; choices.of_these(&[0, 0, 2000, 3000])];
    let (first, salt, six) = (1 + choices.below(200), choices.below(256), choices.below(20));
    let mut nets: Vec<ipnet::IpNet> = (0..count)
        .map(|n| format!("{}.{}.{}.0/{}", (first + n / 9) % 220 + 1, (n * 29 + salt) % 256, n % 7, 20 + n % 5))
        .chain((0..six).map(|n| format!("2001:{:x}:{n:x}::/48", 0xd00 + n * 37 % 256)))
        .chain(["175.45.176.0/24", "2001:db8:1::/48", "175.45.178.0/23"].map(str::to_owned).into_iter().take(with_watched))
        .map(|text| text.parse::<ipnet::IpNet>().expect("a prefix").trunc())
        .collect();
    nets.sort_unstable_by_key(|net| (net.network(), net.prefix_len()));
    nets.dedup();
    let mut all = vec![records::peer_index()];
    for (number, net) in (0..).zip(nets) {
        let holds = |peer: &usize| !(*peer + number as usize * 7 + salt).is_multiple_of(3);
        let entries = (0..peers).filter(holds).map(|peer| {
            let path = [1000, 3356, 4837 + u32::try_from(salt).expect("a byte"), 131_279];
            let attributes = Attributes::new(AsnWidth::Four).origin(0).path(&path).next_hop("192.0.2.10").raw(0xC0, 99, &filler);
            RibEntry { peer: u16::try_from(peer).expect("few"), originated: NOON, path_id: None, attributes }
        });
        all.push(mrt::rib(NOON + number / 100, number, &net.to_string(), &entries.collect::<Vec<_>>()));
    }
    all
}

fn edit(records: &mut Vec<Vec<u8>>, choices: &mut Choices<'_>) {
    let at = usize::from(choices.u16()) % records.len().max(1);
    let other = usize::from(choices.u16());
    match choices.below(9) {
        _ if records.is_empty() => records.push(records::peer_index()),
        0 => drop(records.remove(at)),
        1 => records.insert(at, records[other % records.len()].clone()),
        2 => {
            let other = other % records.len();
            records.swap(at, other);
        }
        3 => records.insert(at, records::session(choices, NOON)),
        4 => {
            let mut few = Choices::of(choices.take(40));
            records.insert(at, records::dump(&mut few));
        }
        5 => {
            let length = other % records[at].len().max(1);
            records[at].truncate(length);
        }
        6 => {
            let place = other % records[at].len().clamp(1, 40);
            let bit = 1 << choices.below(8);
            records[at].get_mut(place).into_iter().for_each(|byte| *byte ^= bit);
        }
        7 => {
            let place = other % records[at].len();
            records[at][place] = choices.byte();
        }
        _ => records.truncate(at),
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    (300..324).map(|n| [&[u8::try_from(n * 37 % 256).expect("a byte")][..], &noise(n, 90)].concat()).collect()
}
