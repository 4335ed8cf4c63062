//! The bzip2 stages against libbz2: the same files are whole, and of these come the same bytes; a block is what its stages say of it.
//! A damaged block that still decodes is tried once more with the checksums of what it decodes to, so that damage gets past them.

use std::io::{Read, Write};
use std::sync::OnceLock;

use bzip2::Compression;
use bzip2::read::MultiBzDecoder;
use bzip2::write::BzEncoder;
use uplinks::archive::bzip2::bits::Bits;
use uplinks::archive::bzip2::decoder::{BlockDecoder, BlockInfo, Lent};
use uplinks::archive::bzip2::error::Bz2Error;
use uplinks::archive::bzip2::pattern::Pattern;
use uplinks::archive::bzip2::reader::Reader;
use uplinks::archive::bzip2::rle::Fit;
use uplinks::archive::bzip2::scan::END_MAGIC;
use uplinks::archive::bzip2::search::SearchSet;
use uplinks::archive::bzip2::stream::{self, Walk};

use super::choices::{Choices, noise};

/// Bytes of output that are looked at: a few bytes can stand for millions.
const MOST: usize = 2 << 20;

/// Of a magic number.
const MAGIC_BITS: usize = 48;

pub fn compress(raw: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = BzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(raw).expect("into memory");
    encoder.finish().expect("into memory")
}

pub fn bzip2_stages(data: &[u8]) {
    let mut choices = Choices::of(data);
    let how = choices.byte();
    let file = if how.is_multiple_of(2) { choices.rest().to_vec() } else { damaged(&mut choices) };
    if file.is_empty() {
        return;
    }
    let threads = if how & 0x70 == 0x70 { 3 } else { 1 };
    agree(&file, threads);
    if let Some(file) = with_its_own_checksums(file) {
        agree(&file, threads);
    }
}

/// A file that libbz2 wrote, with some bits of it changed.
fn damaged(choices: &mut Choices<'_>) -> Vec<u8> {
    let (level, streams, repeats) = (1 + choices.byte() % 9, 1 + choices.below(2), 1 + choices.below(8) * choices.below(40));
    let edits: Vec<(u16, u8)> = (0..choices.below(5)).map(|_| (choices.u16(), choices.byte())).collect();
    let text = choices.rest().repeat(repeats);
    let mut file: Vec<u8> =
        text.chunks(text.len().div_ceil(streams).max(1)).flat_map(|part| compress(part, level.into())).collect();
    for (at, what) in edits.into_iter().filter(|_| !text.is_empty()) {
        let within = if what & 1 == 0 { file.len().min(100) } else { file.len() };
        let at = usize::from(at) % within.max(1);
        match what % 7 {
            0 => file.truncate(at + 1),
            1 => file.insert(at.min(file.len()), what),
            _ => file[at] ^= 1 << (what >> 5),
        }
    }
    file
}

/// All that a reader gives, on so many threads, up to a bound, and what it ends with.
fn read(file: &[u8], threads: usize) -> (Vec<u8>, Option<String>) {
    static POOLS: [OnceLock<rayon::ThreadPool>; 4] = [const { OnceLock::new() }; 4];
    let pool = POOLS[threads].get_or_init(|| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads"));
    pool.install(|| {
        let mut bytes = Vec::new();
        let end = Reader::new(file).take(MOST as u64).read_to_end(&mut bytes).err().map(|error| error.to_string());
        (bytes, end)
    })
}

fn agree(file: &[u8], threads: usize) {
    let mut theirs = Vec::new();
    let whole = MultiBzDecoder::new(file).take(MOST as u64).read_to_end(&mut theirs);
    let (ours, end) = read(file, 1);
    if ours.len() < MOST && theirs.len() < MOST {
        assert_eq!(end.is_some(), whole.is_err(), "we: {end:?}, libbz2: {whole:?}");
        assert!(end.is_some() || ours == theirs);
    }
    // Of a block with a wrong checksum libbz2 hands out what it has.
    assert!(theirs.starts_with(&ours) || ours.starts_with(&theirs));
    if threads > 1 {
        assert!(read(file, threads) == (ours.clone(), end.clone()), "threads make a difference");
    }
    let (walked, walk_end) = walk(file);
    let shorter = walked.len().min(ours.len());
    assert!(walked[..shorter] == ours[..shorter]);
    if [&walked, &ours, &theirs].iter().all(|bytes| bytes.len() < MOST) {
        match walk_end {
            None => assert!(walked == theirs),
            Some(error) => assert!(whole.is_err(), "{error}"),
        }
    }
}

/// The bytes of all blocks, each asked what it can say before it is inverted.
fn walk(file: &[u8]) -> (Vec<u8>, Option<Bz2Error>) {
    walk_with(&mut Lent::new(), file)
}

fn walk_with(decoder: &mut BlockDecoder, file: &[u8]) -> (Vec<u8>, Option<Bz2Error>) {
    let mut all = Vec::new();
    let mut walk = match Walk::new(file) {
        Ok(walk) => walk,
        Err(error) => return (all, Some(error)),
    };
    loop {
        let info = match walk.decode_next(decoder) {
            Ok(Some(info)) => info,
            Ok(None) => return (all, None),
            Err(error) => return (all, Some(error)),
        };
        let before = all.len();
        match decoder.invert_within(MOST + before, &mut all) {
            Ok(Fit::Whole) if is_a_transform(decoder, &info) && is_counted(&all[before..], info.rows) => {
                said_before(decoder, &all[before..], file.len());
            }
            Ok(Fit::Whole) => {}
            Ok(Fit::TooLong) => {
                all.resize(MOST, 0);
                return (all[..before].to_vec(), Some(Bz2Error::Truncated));
            }
            Err(error) => return (all, Some(error)),
        }
        if all.len() >= MOST {
            return (all, None);
        }
    }
}

/// Whether the block's column is one of sorted rotations, as all that a compressor writes: one made by hand may lead back to its first row
/// too early, and what its stages say is then another than what comes of it. To know it takes as long as to invert it.
fn is_a_transform(decoder: &BlockDecoder, info: &BlockInfo) -> bool {
    let (matrix, origin) = (decoder.matrix(), info.header.orig_ptr as usize);
    if info.rows > 20_000 {
        return false;
    }
    let mut row = Some(origin);
    let round = (1..=info.rows).find(|_| {
        row = row.and_then(|row| matrix.forward(row));
        row == Some(origin)
    });
    // Of text that repeats itself, so many rows are alike, and the bytes before them.
    round.is_some_and(|round| {
        let alike = info.rows / round;
        alike * round == info.rows && decoder.last_column().chunks(alike).all(|bytes| bytes.iter().all(|byte| *byte == bytes[0]))
    })
}

/// Whether so many rows are what a compressor makes of the bytes: it counts every run of four and more, and all of it up to 255.
fn is_counted(raw: &[u8], rows: usize) -> bool {
    let cost = |run: usize| if run < 4 { run } else { 5 };
    raw.chunk_by(|one, next| one == next).map(|run| run.len() / 255 * 5 + cost(run.len() % 255)).sum::<usize>() == rows
}

/// What a block says of itself without inversion.
fn said_before(decoder: &mut BlockDecoder, raw: &[u8], salt: usize) {
    for count in [1, 5, 40, 700] {
        let start = &raw[..count.min(raw.len())];
        assert!(decoder.head(count).is_none_or(|head| head == start));
        assert!(decoder.tail(count).is_none_or(|tail| tail == raw[raw.len().saturating_sub(count)..]));
        let mut head = vec![b'x'];
        decoder.invert_head_into(count, &mut head);
        assert_eq!(&head[1..], start);
        let mut tail = Vec::new();
        if decoder.invert_tail_into(count, &mut tail).is_some() {
            assert!(raw.ends_with(&tail));
        }
    }
    for place in 0..6 {
        let length = 3 + (salt + place * 5) % 12;
        let at = (salt * 31 + place * 7919) % raw.len().max(1);
        let Some(piece) = raw.get(at..at + length) else { continue };
        let mut piece = piece.to_vec();
        if place % 2 == 1 {
            piece[length / 2] ^= 1;
        }
        let pattern = Pattern::exact(&piece);
        let Ok(set) = SearchSet::new([&pattern]) else { continue };
        assert!(decoder.may_contain(&set) || !pattern.occurs_in(raw), "{pattern:?} is missed");
    }
}

/// If the first block decodes to something with another checksum, the file with that one, and with the stream's if no other block follows.
fn with_its_own_checksums(mut file: Vec<u8>) -> Option<Vec<u8>> {
    let level = stream::level(&file)?;
    let mut decoder = Lent::new();
    let info = decoder.decode(&file, stream::HEADER_BITS, level).ok()?;
    let Err(Bz2Error::Crc { computed, .. }) = decoder.invert_within(MOST, &mut Vec::new()) else { return None };
    put(&mut file, stream::HEADER_BITS + MAGIC_BITS, computed);
    if Bits::new(&file).magic(info.end_bit) == END_MAGIC {
        put(&mut file, info.end_bit + MAGIC_BITS, computed);
    }
    Some(file)
}

fn put(file: &mut [u8], bit: usize, value: u32) {
    for place in 0..32 {
        let at = bit + place;
        if let Some(byte) = file.get_mut(at / 8) {
            *byte &= !(0x80 >> (at % 8));
            *byte |= u8::try_from(value >> (31 - place) & 1).expect("a bit") << (7 - at % 8);
        }
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let words = b"as-path 20485 131279 175.45.176.0/22 withdraw peer ".repeat(9);
    let texts: [&[u8]; 6] =
        [b"", b"tiny", &words, &[7; 300], &noise(1, 900), &[&[0; 260][..], &words, &[255; 4], &[1; 259]].concat()];
    let files = texts.iter().flat_map(|text| [1, 9].map(|level| [&[0][..], &compress(text, level)].concat()));
    let two = [&[0x70][..], &compress(&words, 9), &compress(b"and more", 1)].concat();
    let edited = (0..8).map(|n| [&[1 | u8::try_from(n << 4).expect("few")][..], &noise(n, 30), &words[..90]].concat());
    files.chain([two]).chain(edited).collect()
}
