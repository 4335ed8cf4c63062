use std::io::Write;

use bzip2::write::BzEncoder;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::*;

/// "the quick record" 2,500 times, twice: two streams of xz 5.4 with zeros between.
const XZ: &[u8] = include_bytes!("testdata/two-streams.xz");

fn gz(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).and_then(|()| encoder.finish()).expect("memory")
}

fn bz(data: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = BzEncoder::new(Vec::new(), bzip2::Compression::new(level));
    encoder.write_all(data).and_then(|()| encoder.finish()).expect("memory")
}

fn zst(data: &[u8]) -> Vec<u8> {
    compress_to_vec(data, CompressionLevel::Fastest)
}

/// Bytes that hardly compress: a xorshift generator's.
fn data(length: u32) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

/// What came before the end, and how it ended.
fn read(stored: &[u8]) -> (Vec<u8>, Option<ErrorKind>) {
    let mut plain = match decompress(BufReader::new(Cursor::new(stored.to_vec()))) {
        Ok(plain) => plain,
        Err(error) => return (vec![], Some(error.kind())),
    };
    let mut all = Vec::new();
    let end = plain.read_to_end(&mut all).err().map(|error| error.kind());
    let again = plain.read(&mut [0; 16]).err().map(|error| error.kind());
    assert_eq!(again, end, "an end stays an end, an error an error");
    (all, end)
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn scenario_23_every_member_is_read() {
    let (a, b) = (data(300_000), data(70_000));
    let both = joined(&[&a, &b]);
    let stored = [
        joined(&[&gz(&a), &gz(&b)]),
        joined(&[&bz(&a, 9), &bz(&b, 1)]),
        joined(&[&bz(&a, 1), &bz(b"", 9), &bz(&b, 5)]),
        joined(&[&gz(&a), &gz(b""), &gz(&b)]),
        joined(&[&zst(&a), &zst(&b)]),
        joined(&[b"\x51\x2a\x4d\x18\x03\0\0\0abc", &zst(&a), b"\x50\x2a\x4d\x18\0\0\0\0", &zst(&b)]),
        both.clone(),
    ];
    for (case, stored) in stored.iter().enumerate() {
        assert!(read(stored) == (both.clone(), None), "case {case}");
    }
}

#[test]
fn two_xz_streams_with_padding_between() {
    let (all, end) = read(XZ);
    assert_eq!((all.len(), end), (80_000, None));
    assert!(all.chunks(16).all(|record| record == b"the quick record"));
}

#[test]
fn empty_files_and_streams_of_nothing_are_empty() {
    let nothing: [&[u8]; 5] = [b"", &gz(b""), &bz(b"", 9), &zst(b""), b"BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0"];
    for stored in nothing {
        assert_eq!(read(stored), (vec![], None), "{stored:?}");
    }
}

#[test]
fn a_cut_is_an_error_wherever_it_falls() {
    let (a, b) = (data(300), data(100));
    let plain = joined(&[&a, &b]);
    let kinds = [("gzip", gz(&a), gz(&b), 2), ("bzip2", bz(&a, 9), bz(&b, 1), 4), ("zstd", zst(&a), zst(&b), 4)];
    for (name, first, second, magic) in kinds {
        let whole = joined(&[&first, &second]);
        assert!(read(&whole) == (plain.clone(), None), "{name}");
        for length in (magic..whole.len()).filter(|length| *length != first.len()) {
            let (before, end) = read(whole.get(..length).unwrap_or_default());
            assert_eq!(end, Some(ErrorKind::UnexpectedEof), "{name} cut to {length} of {}", whole.len());
            assert!(plain.starts_with(&before), "{name} cut to {length}");
            assert!(length < first.len() || before.len() >= a.len(), "{name} cut to {length} hides the first member");
        }
    }
    for length in (6..XZ.len()).filter(|length| !ends_a_stream(*length)) {
        let end = read(XZ.get(..length).unwrap_or_default()).1;
        assert_eq!(end, Some(ErrorKind::UnexpectedEof), "xz cut to {length}");
    }
}

/// A stream ends in `YZ`; zeros may follow.
fn ends_a_stream(length: usize) -> bool {
    let cut = XZ.get(..length).unwrap_or_default();
    let end = cut.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    cut.get(..end).is_some_and(|stream| stream.ends_with(b"YZ"))
}

#[test]
fn garbage_after_the_end_is_an_error_but_zeros_after_gzip_are_padding() {
    let a = data(3_000);
    let cases = [
        ("gzip", joined(&[&gz(&a), &[0; 1000]]), None),
        ("gzip", joined(&[&gz(&a), b"garbage at the end"]), Some(ErrorKind::InvalidData)),
        ("gzip", joined(&[&gz(&a), &[0; 1000], b"x"]), Some(ErrorKind::InvalidData)),
        ("bzip2", joined(&[&bz(&a, 9), b"garbage at the end"]), Some(ErrorKind::InvalidData)),
        ("bzip2", joined(&[&bz(&a, 9), &[0; 1000]]), Some(ErrorKind::InvalidData)),
        ("zstd", joined(&[&zst(&a), b"garbage at the end"]), Some(ErrorKind::InvalidData)),
        ("gzip, then bzip2", joined(&[&gz(&a), &bz(&a, 9)]), Some(ErrorKind::InvalidData)),
    ];
    for (name, stored, expected) in cases {
        let (all, end) = read(&stored);
        assert!(all == a, "{name}: {} octets", all.len());
        assert_eq!(end, expected, "{name}");
    }
}

#[test]
fn scenario_22_a_wrong_checksum_is_an_error_after_the_blocks_before_it() {
    let a = data(450_000);
    let flip = |mut stored: Vec<u8>, from_end: usize| {
        let at = stored.len() - from_end;
        if let Some(byte) = stored.get_mut(at) {
            *byte ^= 1;
        }
        stored
    };
    for (name, stored) in [("gzip", flip(gz(&a), 6)), ("bzip2", flip(bz(&a, 1), 100_000)), ("zstd", flip(zst(&a), 2))] {
        let (before, end) = read(&stored);
        assert_eq!(end, Some(ErrorKind::InvalidData), "{name}");
        assert!(before.len() >= 99_000, "{name}: {} octets before", before.len());
        assert!(a.starts_with(before.get(..99_000).unwrap_or_default()), "{name}");
    }
}

#[test]
fn what_precedes_damage_does_not_depend_on_the_readers_buffer() {
    let a = data(450_000);
    for mut stored in [gz(&a), bz(&a, 1)] {
        stored.truncate(stored.len() / 2);
        if let Some(last) = stored.last_mut() {
            *last ^= 0x55;
        }
        stored.extend(data(500));
        let lengths = [1_000, 65_536, 1_000_000].map(|size| {
            let mut plain = decompress(BufReader::new(Cursor::new(stored.clone()))).expect("opens");
            let mut buffer = vec![0; size];
            let mut length = 0;
            while let Ok(read @ 1..) = plain.read(&mut buffer) {
                length += read;
            }
            length
        });
        assert!(lengths.iter().all(|length| *length == lengths[0] && *length > 0), "{lengths:?}");
    }
}

/// Its decoder does not say what it did in the call that fails.
#[test]
fn what_precedes_damage_in_an_xz_file_is_lost_by_a_piece_at_most() {
    let whole = b"the quick record".repeat(2500);
    let first = XZ.iter().zip(XZ.iter().skip(1)).position(|two| two == (&b'Y', &b'Z')).expect("a stream's end");
    // The index and footer of the first stream, and the checksum of its only block before them.
    let mut stored = XZ.get(..first + 2).expect("a stream").to_vec();
    let at = stored.len() - 12 - 12 - 4;
    if let Some(byte) = stored.get_mut(at) {
        *byte ^= 1;
    }
    let (bytes, end) = read(&stored);
    assert_eq!(end, Some(ErrorKind::InvalidData));
    assert!(whole.starts_with(&bytes) && bytes.len() + XZ_PIECE >= whole.len(), "{} of {}", bytes.len(), whole.len());
}

#[test]
fn what_expands_as_no_archive_does_is_refused_after_what_came_before() {
    let read = |stored: &[u8], stretch: u64| {
        let (mut plain, limit) = (Vec::new(), Limit { stretch, ratio: 20 });
        let raw = decompress_within(BufReader::new(Cursor::new(stored.to_vec())), limit);
        let end = raw.and_then(|mut raw| raw.read_to_end(&mut plain));
        (plain, end.err().map_or_else(String::new, |error| error.to_string()))
    };
    let is_refused = |error: &str| error.contains("expand more than 20 times") && error.contains("give it decompressed");
    let (good, zeros, stretch) = (data(200_000), vec![0; 4 << 20], 1 << 20);
    for (what, compress) in [("gzip", gz as fn(&[u8]) -> Vec<u8>), ("bzip2", |data| bz(data, 1)), ("zstd", zst)] {
        let (plain, error) = read(&joined(&[&compress(&good), &compress(&zeros)]), stretch);
        assert!(plain.starts_with(&good), "{what}: what came before is read");
        assert!(plain.len() < good.len() + (3 << 20) && is_refused(&error), "{what}: {} bytes, {error}", plain.len());
        // A run of some length is no bomb, and no more are several with something between.
        let run = [compress(&good), compress(&zeros[..400_000])].concat().repeat(if what == "bzip2" { 1 } else { 4 });
        assert_eq!(read(&run, stretch).1, "", "{what}");
    }
    assert!(is_refused(&read(XZ, 1 << 16).1), "xz");
    assert_eq!(read(&zeros, stretch).1, "", "plain");
}
