//! Is a file on disk whole? Its length says little: the end of its compressed stream and the checksums in it do.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::archive::{self, Compression};

/// What a whole file is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// Octets, compressed.
    pub size: u64,
    /// SHA-256 of them, in hexadecimal.
    pub sha256: String,
}

/// What a check found.
#[derive(Debug)]
pub(super) enum Checked {
    Whole(Whole),
    /// In words; with the digest, to know the same damage again.
    Damaged(String, Whole),
}

/// Octets, decompressed: ten times the largest RIB dumps.
const MOST_PLAIN: u64 = 128 << 30;

/// Reads a file to the end of its compression, and looks whether it begins with a record. `ending` is its name's: `gz` or `bz2`. Fails only if it cannot be read.
pub(super) fn check(path: &Path, ending: &str) -> io::Result<Checked> {
    let tally = Arc::new(Mutex::new(Tally::default()));
    let mut raw = BufReader::with_capacity(128 * 1024, Tallied { file: File::open(path)?, tally: Arc::clone(&tally) });
    let mut head = [0; archive::HEAD];
    let got = io::BufRead::fill_buf(&mut raw)?.iter().zip(&mut head).map(|(from, to)| *to = *from).count();
    let named = if ending == "gz" { Compression::Gzip } else { Compression::Bzip2 };
    let fault = if Compression::of(head.get(..got).unwrap_or_default()) == named {
        archive::decompress(raw).and_then(fault_within).unwrap_or_else(|error| Some(error.to_string()))
    } else {
        Some(format!("it does not begin as a {ending} file"))
    };
    // What lies after damage belongs to the digest as well.
    let mut rest = Tallied { file: File::open(path)?, tally: Arc::default() };
    if fault.is_some() {
        io::copy(&mut rest, &mut io::sink())?;
    }
    let tally = if fault.is_some() { rest.tally } else { tally };
    let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    let whole = Whole { size: tally.size, sha256: hex(&tally.hash.clone().finalize()) };
    Ok(match fault {
        None => Checked::Whole(whole),
        Some(fault) => Checked::Damaged(fault, whole),
    })
}

/// What is wrong with the uncompressed bytes, if they can be had.
fn fault_within(mut plain: impl Read) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    plain.by_ref().take(archive::HEAD as u64).read_to_end(&mut head)?;
    if !archive::begins_as_mrt(&head) {
        let is_plain = Compression::of(&head) == Compression::Plain;
        let what = if is_plain { "something that is no MRT record" } else { "a compressed file instead of MRT records" };
        return Ok(Some(format!("it holds {what}")));
    }
    let octets = io::copy(&mut plain.take(MOST_PLAIN), &mut io::sink())?;
    Ok((octets >= MOST_PLAIN).then(|| "it decompresses to more than any archive file does".to_owned()))
}

#[derive(Debug, Default)]
struct Tally {
    hash: Sha256,
    size: u64,
}

struct Tallied {
    file: File,
    tally: Arc<Mutex<Tally>>,
}

impl Read for Tallied {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // An interruption is no fault of the file's.
        let read = loop {
            match self.file.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.hash.update(buffer.get(..read).unwrap_or_default());
        tally.size += read as u64;
        Ok(read)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// A BGP4MP record without content.
    const RECORD: &[u8] = b"\x59\xd0\xa4\x80\0\x10\0\x04\0\0\0\0";

    fn checked(bytes: &[u8], ending: &str) -> Checked {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("bytes");
        check(file.path(), ending).expect("readable")
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(text).expect("bytes");
        out.finish().expect("a member")
    }

    #[test]
    fn whole_files_have_a_digest() {
        let two = [gzip(RECORD), gzip(b"two")].concat();
        for (bytes, ending) in [(two.as_slice(), "gz"), (&gzip(b""), "gz"), (b"BZh9\x17rE8P\x90\0\0\0\0", "bz2")] {
            let Checked::Whole(whole) = checked(bytes, ending) else { panic!("{ending}") };
            assert_eq!((whole.size, whole.sha256), (bytes.len() as u64, hex(&Sha256::digest(bytes))));
        }
    }

    #[test]
    fn damaged_files_say_how() {
        let good = gzip(&[RECORD, &[7; 5000]].concat());
        let mut flipped = good.clone();
        let last = flipped.len() - 5;
        flipped[last] ^= 1;
        let cases: [(&[u8], &str, &str); 10] = [
            (&gzip(b"<html>Not an archive file</html>"), "gz", "it holds something that is no MRT record"),
            (&gzip(&RECORD[..7]), "gz", "it holds something that is no MRT record"),
            (&gzip(&good), "gz", "it holds a compressed file instead of MRT records"),
            (&good[..good.len() - 1], "gz", "cut short"),
            (&flipped, "gz", "gzip"),
            (&[&good[..], b"trailing"].concat(), "gz", ""),
            (b"", "gz", "does not begin"),
            (b"<html>busy</html>", "gz", "does not begin"),
            (&good, "bz2", "does not begin as a bz2"),
            (b"BZh9\x17rE8P\x90\0\0\0", "bz2", "cut short"),
        ];
        for (bytes, ending, said) in cases {
            let Checked::Damaged(fault, whole) = checked(bytes, ending) else { panic!("{said}") };
            assert!(fault.contains(said), "{fault}");
            assert_eq!((whole.size, whole.sha256), (bytes.len() as u64, hex(&Sha256::digest(bytes))));
        }
    }
}
