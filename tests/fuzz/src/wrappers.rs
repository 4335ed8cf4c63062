//! gzip, xz and zstd: what was packed comes back; a file that is cut or spoilt is never passed off as a whole one; and neither the
//! reader's buffer nor the way the bytes arrive makes a difference.

use std::io::{BufReader, Cursor, Read, Write};

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use uplinks::archive::{Compression, decompress};

use super::choices::{Choices, noise};

/// Bytes of output that are looked at.
const MOST: u64 = 1 << 20;

/// The bytes and what they end with.
fn read(file: &[u8], arrives: usize, taken: usize) -> (Vec<u8>, Option<String>) {
    let raw = BufReader::with_capacity(arrives, Cursor::new(file.to_vec()));
    let mut all = Vec::new();
    let mut plain = match decompress(raw) {
        Ok(plain) => plain.take(MOST),
        Err(error) => return (all, Some(error.to_string())),
    };
    let mut buffer = vec![0; taken];
    loop {
        match plain.read(&mut buffer) {
            Ok(0) => return (all, None),
            Ok(count) => all.extend_from_slice(&buffer[..count]),
            Err(error) => return (all, Some(error.to_string())),
        }
    }
}

pub fn compressions(data: &[u8]) {
    let mut choices = Choices::of(data);
    let how = choices.byte();
    if how.is_multiple_of(2) {
        alike(choices.rest());
        return;
    }
    let compression = choices.of_these(&[Compression::Gzip, Compression::Xz, Compression::Zstd]);
    let (members, edit, at) = (1 + choices.below(3), choices.byte(), choices.u16());
    let body = choices.rest().repeat(1 + usize::from(how >> 4));
    let parts: Vec<Vec<u8>> =
        body.chunks(body.len().div_ceil(members).max(1)).map(|part| pack(part, compression, u32::from(how >> 1 & 7))).collect();
    let file = parts.concat();
    if file.is_empty() {
        return;
    }
    let (unpacked, end) = read(&file, 4096, 4096);
    assert_eq!(end, None);
    let looked_at = body.len().min(1 << 20);
    assert!(unpacked == body[..looked_at], "what was packed comes back");
    if body.len() < 1 << 20 {
        spoilt(&file, &parts, &body, compression, (edit, usize::from(at)));
    }
}

fn spoilt(file: &[u8], parts: &[Vec<u8>], body: &[u8], compression: Compression, (edit, at): (u8, usize)) {
    let at = at % file.len();
    let mut ends = parts.iter().scan(0, |end, part| {
        *end += part.len();
        Some(*end)
    });
    let mut other = file.to_vec();
    match edit % 4 {
        0 => other.truncate(at),
        1 => other.extend(b"junk"),
        2 => other.extend([0; 8]),
        _ => other[at] ^= 1 << (edit >> 5),
    }
    let (bytes, end) = alike(&other);
    // What no longer begins so may be anything else.
    if Compression::of(&other[..other.len().min(12)]) != compression {
        return;
    }
    match edit % 4 {
        0 => {
            assert_eq!(end.is_none(), ends.any(|end| end == at), "cut at {at} of {}: {end:?}", file.len());
            assert!(body.starts_with(&bytes));
        }
        1 => assert!(end.is_some() && bytes == body, "{end:?}"),
        2 if compression != Compression::Zstd => assert!(end.is_none() && bytes == body, "{end:?}"),
        // Our zstd frames have no checksum.
        3 if compression != Compression::Zstd => assert!(end.is_some() || bytes == body, "spoilt at {at}, and not told"),
        _ => {}
    }
}

/// However the bytes arrive and are taken, they and their end are the same; and libz finds whole what we do.
fn alike(file: &[u8]) -> (Vec<u8>, Option<String>) {
    let (bytes, end) = read(file, 4096, 4096);
    let [is_xz, is_gz] = [Compression::Xz, Compression::Gzip].map(|kind| Compression::of(&file[..file.len().min(12)]) == kind);
    for (arrives, taken) in [(1, 4096), (7, 1), (1 << 16, 100_000)] {
        // One byte at a time is slow.
        if bytes.len() * 8 / taken > 1 << 17 {
            continue;
        }
        let (other, other_end) = read(file, arrives, taken);
        // What the xz decoder did in the call that fails is lost.
        let shorter = other.len().min(bytes.len());
        let is_lost = is_xz && end.is_some() && other.len().abs_diff(bytes.len()) <= 4096;
        let is_same = other[..shorter] == bytes[..shorter] && (is_lost || other.len() == bytes.len());
        // Both libraries have other words for what they met in the call before.
        let ends_alike = if is_gz || is_xz { other_end.is_some() == end.is_some() } else { other_end == end };
        assert!(is_same && ends_alike, "{end:?}, and {other_end:?} by {arrives} and {taken}");
    }
    if file.starts_with(&[0x1f, 0x8b]) && (bytes.len() as u64) < MOST {
        let mut theirs = Vec::new();
        let whole = MultiGzDecoder::new(file).take(MOST).read_to_end(&mut theirs);
        // Padding is ours to accept.
        if whole.is_ok() || file.last() != Some(&0) {
            assert_eq!(end.is_none(), whole.is_ok(), "we: {end:?}, libz: {whole:?}");
            assert!(end.is_some() || bytes == theirs);
        }
    }
    (bytes, end)
}

pub fn pack(body: &[u8], compression: Compression, level: u32) -> Vec<u8> {
    match compression {
        Compression::Xz => xz(body),
        Compression::Zstd => zstd(body, level),
        _ => {
            let mut out = GzEncoder::new(Vec::new(), flate2::Compression::new(level));
            out.write_all(body).expect("into memory");
            out.finish().expect("into memory")
        }
    }
}

/// One stream of one block of LZMA2 chunks that are stored as they are (The .xz File Format, version 1.2), with a CRC32.
fn xz(body: &[u8]) -> Vec<u8> {
    let sealed = |bytes: &[u8]| [bytes, &crc32(bytes).to_le_bytes()].concat();
    let padded = |mut bytes: Vec<u8>| {
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    };
    let number = |mut value: usize| {
        let mut all = Vec::new();
        while value >= 0x80 {
            all.push(u8::try_from(value & 0x7F).expect("7 bits") | 0x80);
            value >>= 7;
        }
        all.push(u8::try_from(value).expect("7 bits"));
        all
    };
    // LZMA2 with a dictionary of 4 KiB, padded to eight bytes.
    let head = sealed(&[2, 0, 0x21, 1, 0, 0, 0, 0]);
    let mut chunks = Vec::new();
    for (at, chunk) in body.chunks(1 << 16).enumerate() {
        chunks.push(if at == 0 { 1 } else { 2 });
        chunks.extend(u16::try_from(chunk.len() - 1).expect("64 KiB at most").to_be_bytes());
        chunks.extend(chunk);
    }
    chunks.push(0);
    let unpadded = head.len() + chunks.len() + 4;
    let block = [head, padded(chunks), crc32(body).to_le_bytes().to_vec()].concat();
    let index = padded([vec![0, 1], number(unpadded), number(body.len())].concat());
    let index = sealed(&index);
    let size = u32::try_from(index.len() / 4 - 1).expect("short");
    let footer = [&size.to_le_bytes()[..], &[0, 1]].concat();
    let flags = sealed_flags();
    [&b"\xfd7zXZ\0"[..], &flags, &block, &index, &crc32(&footer).to_le_bytes(), &footer, b"YZ"].concat()
}

fn sealed_flags() -> Vec<u8> {
    [&[0, 1][..], &crc32(&[0, 1]).to_le_bytes()].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// One frame of raw blocks (RFC 8878), runs among them as blocks of one byte.
fn zstd(body: &[u8], size: u32) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0xA0];
    frame.extend(u32::try_from(body.len()).expect("short").to_le_bytes());
    let chunks: Vec<&[u8]> = body.chunks(1 + 500 * size as usize).collect();
    for (at, chunk) in chunks.iter().enumerate() {
        let is_run = chunk.iter().all(|byte| *byte == chunk[0]);
        let head = u32::from(at + 1 == chunks.len()) | u32::from(is_run) << 1 | u32::try_from(chunk.len()).expect("short") << 3;
        frame.extend(&head.to_le_bytes()[..3]);
        frame.extend(if is_run { &chunk[..1] } else { chunk });
    }
    frame
}

pub fn seeds() -> Vec<Vec<u8>> {
    let text = b"as-path 20485 131279 175.45.176.0/22 ".repeat(4);
    let all = [Compression::Gzip, Compression::Xz, Compression::Zstd];
    let plain = all.iter().flat_map(|compression| [&text[..], &[7; 90], b"x"].map(|body| pack(body, *compression, 6)));
    let plain = plain.map(|file| [&[0][..], &file].concat());
    let packed = (0..12).map(|n| [&[1 | noise(n, 1)[0]][..], &noise(n, 5), &text].concat());
    // Long ones of xz and others, spoilt at their end.
    let long = (0..6).map(|n| [&[0xF1, n, 0, 3 | n << 5, 0xFF, 0xF0][..], &text, &noise(n.into(), 500)].concat());
    plain.chain(packed).chain(long).collect()
}
