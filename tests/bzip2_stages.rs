//! The stages against the bzip2 crate: everything it writes comes back, and no damage makes a difference or a panic.

#![expect(clippy::cast_possible_truncation, reason = "dice have as many sides as we say")]

use std::io::{Read, Write};
use std::sync::OnceLock;

use bzip2::Compression;
use bzip2::read::MultiBzDecoder;
use bzip2::write::BzEncoder;
use uplinks::archive::bzip2::bits::Bits;
use uplinks::archive::bzip2::border::{Border, Edges};
use uplinks::archive::bzip2::crc::crc32;
use uplinks::archive::bzip2::decoder::BlockDecoder;
use uplinks::archive::bzip2::error::Bz2Error;
use uplinks::archive::bzip2::pattern::{Octet, Pattern};
use uplinks::archive::bzip2::reader::Reader;
use uplinks::archive::bzip2::search::SearchSet;
use uplinks::archive::bzip2::stream::{Place, Walk};

/// A small reproducible source of numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    fn byte(&mut self) -> u8 {
        self.roll(256) as u8
    }

    /// Text of few values with many runs, some as long as a count or a block border makes interesting.
    fn runny(&mut self, len: usize, values: usize) -> Vec<u8> {
        let mut text = Vec::with_capacity(len + 1000);
        while text.len() < len {
            let run = match self.roll(12) {
                0..7 => 1,
                7 => 2,
                8 => 3,
                9 => 4 + self.roll(4),
                10 => self.roll(20),
                _ => [200, 250, 251, 254, 255, 256, 259, 260, 300, 510, 600][self.roll(11)] * self.roll(2),
            };
            let byte = self.roll(values) as u8;
            text.extend(std::iter::repeat_n(byte, run));
        }
        text.truncate(len);
        text
    }
}

fn compress(raw: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = BzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(raw).unwrap();
    encoder.finish().unwrap()
}

/// The raw bytes of each block.
fn blocks(data: &[u8]) -> Result<Vec<Vec<u8>>, Bz2Error> {
    let mut walk = Walk::new(data)?;
    let mut decoder = BlockDecoder::new();
    let mut blocks = Vec::new();
    while walk.decode_next(&mut decoder)?.is_some() {
        let mut raw = Vec::new();
        decoder.invert_into(&mut raw)?;
        for count in [1, 5, 40] {
            if let Some(head) = decoder.head(count) {
                assert_eq!(head, &raw[..count.min(raw.len())]);
            }
            let mut head = vec![b'x'];
            decoder.invert_head_into(count, &mut head);
            assert_eq!(head[1..], raw[..count.min(raw.len())]);
            if let Some(tail) = decoder.tail(count) {
                assert_eq!(tail, &raw[raw.len().saturating_sub(count)..]);
            }
        }
        blocks.push(raw);
    }
    Ok(blocks)
}

fn samples(dice: &mut Dice) -> Vec<Vec<u8>> {
    let words = ["as-path", " ", "175.45.176.0/22", "20485", "131279", "\n", "withdraw", "peer"];
    let mut samples = vec![
        vec![],
        vec![0],
        vec![255; 2],
        b"hello".to_vec(),
        vec![7; 4],
        vec![7; 5],
        vec![7; 255],
        vec![7; 256],
        vec![7; 259],
        vec![7; 260],
        vec![0; 3_000_000],
        (0..=255).collect(),
        (0..1_000_000).flat_map(|n: u32| n.to_be_bytes()).take(1_800_000).collect(),
    ];
    samples.push((0..1_000_000).map(|_| dice.byte()).collect());
    samples.push((0..200_000).flat_map(|_| words[dice.roll(8)].bytes().collect::<Vec<_>>()).collect());
    for len in [99_970, 99_981, 100_000, 899_981, 900_000, 900_019] {
        samples.push((0..len).map(|_| dice.byte()).collect());
    }
    for values in [2, 3, 20, 256] {
        samples.push(dice.runny(400_000, values));
    }
    samples
}

/// All that a reader gives, on so many threads, and what it ends with.
fn read(data: &[u8], threads: usize) -> (Vec<u8>, Option<String>) {
    static POOLS: [OnceLock<rayon::ThreadPool>; 8] = [const { OnceLock::new() }; 8];
    let pool = POOLS[threads].get_or_init(|| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    pool.install(|| {
        let mut bytes = Vec::new();
        let end = Reader::new(data).read_to_end(&mut bytes).err().map(|error| error.to_string());
        (bytes, end)
    })
}

#[test]
fn everything_that_bzip2_writes_comes_back() {
    let mut dice = Dice(1);
    for raw in samples(&mut dice) {
        let levels: &[u32] = if raw.len() > 300_000 { &[1, 9] } else { &[1, 2, 3, 4, 5, 6, 7, 8, 9] };
        for &level in levels {
            let data = compress(&raw, level);
            let blocks = blocks(&data).unwrap();
            assert!(blocks.concat() == raw, "{} bytes at level {level}", raw.len());
            assert!(read(&data, 1) == (raw.clone(), None));
            assert!(read(&data, 3) == (raw.clone(), None));
        }
    }
}

#[test]
fn runs_across_the_end_of_a_block_come_back() {
    for before in 99_700..99_990u64 {
        let mut dice = Dice(before);
        let mut raw: Vec<u8> = (0..before).map(|_| dice.byte()).collect();
        raw.extend([9; 700]);
        raw.extend(b"behind");
        if before % 10 == 0 {
            assert!(blocks(&compress(&raw, 1)).unwrap().concat() == raw, "{before}");
        }
    }
}

#[test]
fn streams_in_a_row_are_walked_and_read() {
    let mut dice = Dice(2);
    let parts: Vec<(Vec<u8>, u32)> = [(0, 9), (250_000, 1), (0, 3), (5, 2), (300_000, 2), (0, 1)]
        .map(|(len, level)| ((0..len).map(|_| dice.byte()).collect(), level))
        .to_vec();
    let data: Vec<u8> = parts.iter().flat_map(|(raw, level)| compress(raw, *level)).collect();
    let raw: Vec<u8> = parts.iter().flat_map(|(raw, _)| raw.clone()).collect();
    assert!(blocks(&data).unwrap().concat() == raw);
    for threads in [1, 2, 5] {
        assert!(read(&data, threads) == (raw.clone(), None));
    }
    let mut decoder = BlockDecoder::new();
    let mut walk = Walk::new(&data).unwrap();
    while walk.decode_next(&mut decoder).unwrap().is_some() {}
    assert_eq!(walk.place(), Place::End);
    let trailing = [data.as_slice(), b"junk"].concat();
    let mut walk = Walk::new(&trailing).unwrap();
    while walk.decode_next(&mut decoder).unwrap().is_some() {}
    assert_eq!(walk.place(), Place::Trailing { byte: data.len() });
}

#[test]
fn files_larger_than_the_window_come_back() {
    let mut dice = Dice(11);
    // Bytes that do not compress, so that windows of it end within blocks and streams of different levels.
    let raw: Vec<u8> = (0..9_000_000).map(|_| dice.byte()).collect();
    let data = [compress(&raw[..7_500_000], 9), compress(&raw[7_500_000..], 1)].concat();
    for threads in [1, 3] {
        assert!(read(&data, threads) == (raw.clone(), None));
        let (bytes, end) = read(&data[..data.len() - 500_000], threads);
        assert!(end.is_some() && raw.starts_with(&bytes) && bytes.len() > raw.len() - 700_000, "{}", bytes.len());
    }
}

#[test]
fn what_is_no_stream_is_told() {
    assert_eq!(Walk::new(b"").unwrap_err(), Bz2Error::NoStream(0));
    assert_eq!(Walk::new(b"BZ").unwrap_err(), Bz2Error::NoStream(0));
    assert_eq!(Walk::new(b"BZh0123456789").unwrap_err(), Bz2Error::NoStream(0));
    assert_eq!(Walk::new(b"BZh9").unwrap_err(), Bz2Error::Truncated);
    assert_eq!(Walk::new(&[b"BZh9".as_slice(), &[0; 20]].concat()).unwrap_err(), Bz2Error::Chain(32));
    let data = compress(b"whole", 9);
    for end in 1..data.len() {
        assert!(blocks(&data[..end]).is_err(), "{end}");
    }
}

/// A block with the randomised bit set and both checksums those of what then comes out.
#[test]
fn randomised_blocks_come_back_as_bzip2_reads_them() {
    let mut dice = Dice(3);
    let raw: Vec<u8> = (0..90_000).map(|_| dice.byte() & 0x7E).collect();
    let mut data = compress(&raw, 9);
    // Header 4 bytes, magic 6, checksum 4, then the bit.
    data[14] |= 0x80;
    let mut decoder = BlockDecoder::new();
    let info = decoder.decode(&data, 32, 9).unwrap();
    let Err(Bz2Error::Crc { computed, .. }) = decoder.invert_into(&mut Vec::new()) else { panic!("no other checksum") };
    data[10..14].copy_from_slice(&computed.to_be_bytes());
    let at = (info.end_bit + 48) / 8;
    let shift = (info.end_bit + 48) % 8;
    for bit in 0..32 {
        let target = at * 8 + shift + bit;
        data[target / 8] &= !(0x80 >> (target % 8));
        data[target / 8] |= ((computed >> (31 - bit) & 1) as u8) << (7 - target % 8);
    }
    let mut theirs = Vec::new();
    MultiBzDecoder::new(data.as_slice()).read_to_end(&mut theirs).unwrap();
    let mut walk = Walk::new(&data).unwrap();
    walk.decode_next(&mut decoder).unwrap().unwrap();
    let mut ours = Vec::new();
    decoder.invert_into(&mut ours).unwrap();
    assert!(ours == theirs && ours != raw);
    assert_eq!((decoder.head(3), decoder.tail(3)), (None, None));
    assert!(decoder.may_contain(&SearchSet::new([&Pattern::exact(b"no such thing")]).unwrap()));
}

#[test]
fn no_pattern_in_a_block_is_missed() {
    let mut dice = Dice(4);
    let (mut present, mut found, mut false_finds, mut tried) = (0, 0, 0, 0);
    for round in 0..120 {
        let values = [2, 3, 5, 40, 256][round % 5];
        let len = 1 + dice.roll(60_000);
        let raw = dice.runny(len, values);
        let data = compress(&raw, 1);
        let mut walk = Walk::new(&data).unwrap();
        let mut decoder = BlockDecoder::new();
        while walk.decode_next(&mut decoder).unwrap().is_some() {
            let mut block = Vec::new();
            decoder.invert_into(&mut block).unwrap();
            for _ in 0..300 {
                let pattern = any_pattern(&mut dice, &block, values);
                let Ok(set) = SearchSet::new([&pattern]) else { continue };
                tried += 1;
                let there = pattern.occurs_in(&block);
                let told = decoder.may_contain(&set);
                assert!(told || !there, "{pattern:?} in round {round}");
                present += usize::from(there);
                found += usize::from(told);
                false_finds += usize::from(told && !there);
            }
        }
    }
    println!("{tried} patterns, {present} present, {found} found, {false_finds} of them falsely");
    assert!(present > 1000 && tried - present > 1000 && false_finds * 20 < tried);
}

#[test]
fn no_pattern_across_blocks_is_missed() {
    let mut dice = Dice(6);
    let mut across = 0;
    for round in 0..60 {
        let values = [3, 40, 256][round % 3];
        let parts: Vec<Vec<u8>> = (0..4)
            .map(|_| {
                let len = [0, 1, 3, 50, 230_000][dice.roll(5)];
                dice.runny(len, values)
            })
            .collect();
        let data: Vec<u8> = parts.iter().flat_map(|raw| compress(raw, 1)).collect();
        let raw = parts.concat();
        let all = blocks(&data).unwrap();
        if all.len() < 2 {
            continue;
        }
        for _ in 0..40 {
            let border = all[..dice.roll(all.len())].iter().map(Vec::len).sum::<usize>();
            let near = &raw[border.saturating_sub(8)..(border + 8).min(raw.len())];
            if near.is_empty() {
                continue;
            }
            let pattern = any_pattern(&mut dice, near, values);
            let Ok(set) = SearchSet::new([&pattern]) else { continue };
            let inside = all.iter().any(|block| set.occurs_in(block));
            let mut border = Border::new(&set);
            let reach = set.reach();
            let joined = all.iter().any(|block| {
                let head = block[..reach.min(block.len())].to_vec();
                let tail = block[block.len().saturating_sub(reach)..].to_vec();
                border.join(&Edges { head, tail }).is_some()
            });
            assert_eq!(inside || joined, pattern.occurs_in(&raw), "{pattern:?}");
            across += usize::from(joined);
        }
    }
    assert!(across > 100, "{across}");
}

/// A piece of the block, as it is or altered a little, with some places widened to ranges.
fn any_pattern(dice: &mut Dice, block: &[u8], values: usize) -> Pattern {
    let most = if dice.roll(10) == 0 { 300 } else { 12 };
    let len = (3 + dice.roll(most)).min(block.len());
    let at = dice.roll(block.len() - len + 1);
    let mut places: Vec<Octet> = block[at..at + len].iter().map(|byte| Octet::exact(*byte)).collect();
    for _ in 0..dice.roll(3) {
        let place = dice.roll(len);
        places[place] = Octet::exact(dice.roll(values) as u8);
    }
    let ends = [0, len - 1, dice.roll(len)];
    for place in &ends[..dice.roll(4)] {
        let value = places[*place].low;
        places[*place] = match dice.roll(3) {
            0 => Octet::prefix(value, 4 + dice.roll(5) as u8),
            1 => Octet { low: value.saturating_sub(dice.roll(3) as u8), high: value.saturating_add(dice.roll(3) as u8) },
            _ => Octet::exact(value),
        };
    }
    Pattern::new(places)
}

#[test]
fn damage_never_panics_nor_goes_unseen() {
    let mut dice = Dice(5);
    let patterns = SearchSet::new([&Pattern::exact(b"as-path 20485")]).unwrap();
    let raws =
        [dice.runny(3000, 60), dice.runny(40_000, 4), (0..5000).map(|_| dice.byte()).collect(), b"tiny".to_vec(), vec![1; 9000]];
    let mut intact = 0;
    for round in 0..6000 {
        let raw = &raws[round % raws.len()];
        let mut data = compress(raw, 1 + (round % 9) as u32);
        for _ in 0..=dice.roll(4) {
            let within = if dice.roll(2) == 0 { 100 } else { data.len() } * 8;
            let bit = dice.roll(within).min(data.len() * 8 - 1);
            match dice.roll(4) {
                0 => data.truncate(bit / 8 + 1),
                1 => data[bit / 8] = dice.byte(),
                _ => data[bit / 8] ^= 0x80 >> (bit % 8),
            }
        }
        let mut decoder = BlockDecoder::new();
        let mut output = Vec::new();
        if decoder.decode(&data, 32, 9).is_ok() {
            decoder.may_contain(&patterns);
            let _ = (decoder.head(9), decoder.tail(9));
            if decoder.invert_into(&mut output).is_ok() {
                intact += 1;
                assert_eq!(Bits::new(&data).peek(80) >> 32, u64::from(crc32(&output)));
            } else {
                assert!(output.is_empty());
            }
        }
        let mut theirs = Vec::new();
        let whole = MultiBzDecoder::new(data.as_slice()).read_to_end(&mut theirs);
        match blocks(&data) {
            // What is decoded up to garbage behind the last stream counts in both.
            Ok(blocks) => assert!(blocks.concat() == theirs),
            Err(error) => assert!(whole.is_err(), "{error}"),
        }
        let (bytes, end) = read(&data, 1);
        assert_eq!(end.is_some(), whole.is_err());
        // Of a block with a wrong checksum the crate's reader hands out what it has.
        assert!(if end.is_some() { theirs.starts_with(&bytes) || bytes.starts_with(&theirs) } else { theirs == bytes });
        assert!(read(&data, 3) == (bytes, end));
    }
    println!("{intact} of 6000 survived");
}
