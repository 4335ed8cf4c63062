//! Packs: what many archive files said of one target, in one file. The archive is not needed any more, and the answer is the same.
//!
//! A pack is made by one program for one question, and read by the same program for the same question only. It begins with [`MAGIC`], then the
//! length (8 octets, big-endian) and the JSON of a [`Head`]. Blocks follow, each deflated: the length of its JSON (8 octets), the JSON (a list
//! of [`PackEntry`]), and the original bytes of the records behind the entries, one after the other. Then the JSON of an [`Index`]; the last
//! [`END`] octets are its length (8 octets), the SHA-256 of all octets that are not blocks and come before it, and [`LAST`]. So every octet
//! is under some checksum, and what says little costs little: files without watched records share a block and differ in a few octets.

mod error;
mod read;
mod write;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use error::PackError;
pub use read::Pack;
pub use write::{Encoded, PackWriter};

use super::file::{FileEvents, FilePeer};
use super::shortcut::Taken;
use crate::archive::{NameKind, Project, Skipped};
use crate::model::Time;

/// The first line.
const MAGIC: &[u8] = b"uplinks pack 1\n";

/// The last octets.
const LAST: &[u8; 8] = b"uplinks\n";

/// Octets of a checksum.
const CHECKSUM: usize = 32;

/// Octets after the index.
const END: usize = 8 + CHECKSUM + LAST.len();

/// An archive file, as results name it and as a copy of it would be known again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedFile {
    /// Its path as results show it.
    pub path: String,
    /// Its collector.
    pub collector: String,
    /// What it holds, as far as that is known without reading it.
    pub kind: Option<NameKind>,
    /// The time in its name.
    pub start: Option<Time>,
    /// Whose archive it comes from.
    pub project: Option<Project>,
    /// Octets, compressed.
    pub size: u64,
    /// SHA-256 of its first and last 64 KiB, in hexadecimal digits ([`PackedFile::with_ends`]).
    pub ends: String,
    /// Whether it lay below a mark of simulated archives.
    pub simulated: bool,
}

impl PackedFile {
    /// With what [`crate::archive::Opened::ends`] says.
    #[must_use]
    pub fn with_ends(self, size: u64, checksum: &[u8]) -> Self {
        PackedFile { size, ends: hex(checksum), ..self }
    }
}

/// What an archive file says of the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackEntry {
    /// Which file.
    pub file: PackedFile,
    /// What it says; with the records behind it where they are asked for.
    pub said: FileEvents,
    /// How it was read.
    pub taken: Taken,
    /// Of each of its dumps, the peers with any route in it: any of IPv4, any of IPv6.
    pub holders: Vec<Vec<(FilePeer, [bool; 2])>>,
    /// Offset in its file and length of each record behind it.
    records: Vec<(u64, u64)>,
}

impl PackEntry {
    /// Of what was read with the bytes of its records kept.
    pub fn new(file: PackedFile, said: FileEvents, taken: Taken, holders: Vec<Vec<(FilePeer, [bool; 2])>>) -> Self {
        let records = said.kept.iter().map(|record| (record.offset, record.bytes.len() as u64)).collect();
        PackEntry { file, said, taken, holders, records }
    }
}

/// Who made a pack, and what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    program: String,
    question: String,
}

/// Where the blocks are: one after the other, from the head to the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Index {
    blocks: Vec<Block>,
    /// What was met and not read.
    skipped: Vec<Skipped>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Block {
    /// Octets in the pack.
    stored: u64,
    /// Octets when inflated.
    length: u64,
    entries: usize,
    /// SHA-256 of the octets in the pack, in hexadecimal digits.
    sha256: String,
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// As checksums are written.
fn hex(checksum: &[u8]) -> String {
    use std::fmt::Write as _;
    checksum.iter().fold(String::with_capacity(2 * checksum.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
