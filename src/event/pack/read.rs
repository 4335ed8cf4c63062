//! Reading a pack. Nothing in it is believed before its checksum holds, and nothing is allocated that the file's own size does not allow.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::bufread::DeflateDecoder;
use sha2::{Digest as _, Sha256};

use super::{Block, CHECKSUM, END, Head, Index, LAST, MAGIC, PackEntry, PackError, sha256_hex};
use crate::archive::Skipped;
use crate::escape;
use crate::event::cache::PROGRAM;
use crate::event::file::KeptRecord;

/// Deflate makes no more octets of one.
const MOST_INFLATED: u64 = 1032;

/// A pack whose head and index hold.
#[derive(Debug)]
pub struct Pack {
    path: PathBuf,
    /// As messages name it.
    pub shown: String,
    /// What the files' reader met and did not read.
    pub skipped: Vec<Skipped>,
    /// With the place where each begins.
    blocks: Vec<(u64, Block)>,
}

/// What is wrong: the system's refusal, or words.
enum Wrong {
    System(io::Error),
    What(String),
}

impl From<io::Error> for Wrong {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { "it ends early".into() } else { Wrong::System(error) }
    }
}

impl From<&str> for Wrong {
    fn from(what: &str) -> Self {
        Wrong::What(what.to_owned())
    }
}

impl Wrong {
    fn of(self, pack: &str) -> PackError {
        let pack = pack.to_owned();
        match self {
            Wrong::System(error) => PackError::Unreadable { pack, error },
            Wrong::What(what) => PackError::Broken { pack, what },
        }
    }
}

impl Pack {
    /// Opens the pack of a question.
    pub fn open(path: &Path, question: &str) -> Result<Pack, PackError> {
        let shown = escape::path(path);
        let (head, index, from) = frame(path).map_err(|wrong| wrong.of(&shown))?;
        if head.program != PROGRAM {
            return Err(PackError::Program { pack: shown, theirs: head.program, ours: PROGRAM });
        }
        if head.question != question {
            return Err(PackError::Question { pack: shown, theirs: head.question, asked: question.to_owned() });
        }
        let begins = index.blocks.iter().scan(from, |at, block| {
            let begins = *at;
            *at += block.stored;
            Some(begins)
        });
        let blocks = begins.collect::<Vec<u64>>().into_iter().zip(index.blocks).collect();
        Ok(Pack { path: path.to_owned(), shown, skipped: index.skipped, blocks })
    }

    /// How many blocks it has.
    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The entries of a block, with the records behind them.
    pub fn block(&self, at: usize) -> Result<Vec<PackEntry>, PackError> {
        self.read(at).map_err(|wrong| match wrong {
            Wrong::What(what) => Wrong::What(format!("block {} of {}: {what}", at + 1, self.blocks.len())).of(&self.shown),
            system @ Wrong::System(_) => system.of(&self.shown),
        })
    }

    fn read(&self, at: usize) -> Result<Vec<PackEntry>, Wrong> {
        let (begins, block) = self.blocks.get(at).ok_or("it is not there")?;
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(*begins))?;
        let stored = exactly(&mut file, block.stored)?;
        if sha256_hex(&stored) != block.sha256 {
            return Err("its checksum does not hold".into());
        }
        let mut bytes = Vec::new();
        let inflated = DeflateDecoder::new(&stored[..]).take(block.length.saturating_add(1)).read_to_end(&mut bytes);
        if inflated.is_err() || bytes.len() as u64 != block.length {
            return Err("it does not inflate to what the index says".into());
        }
        entries(&bytes, block.entries).ok_or_else(|| "its entries cannot be read".into())
    }
}

/// Head and index, and where the blocks begin.
fn frame(path: &Path) -> Result<(Head, Index, u64), Wrong> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let magic = exactly(&mut file, MAGIC.len() as u64)?;
    if magic != MAGIC {
        return Err("it is of another format than this program's".into());
    }
    let least = (MAGIC.len() + 8 + END) as u64;
    let room = size.checked_sub(least).ok_or("it ends early")?;
    let head_length = exactly(&mut file, 8)?;
    let length = as_u64(&head_length).filter(|length| *length <= room).ok_or("its head is longer than it is")?;
    let head = exactly(&mut file, length)?;
    let from = (MAGIC.len() + 8) as u64 + length;
    file.seek(SeekFrom::Start(size - END as u64))?;
    let end = exactly(&mut file, END as u64)?;
    let (index_length, rest) = end.split_at(8);
    let (checksum, last) = rest.split_at(CHECKSUM);
    if last != LAST {
        return Err("its end is missing".into());
    }
    let length = as_u64(index_length).filter(|index| *index <= room - length).ok_or("its index is longer than it is")?;
    let until = size - END as u64 - length;
    file.seek(SeekFrom::Start(until))?;
    let index = exactly(&mut file, length)?;
    let all = [&magic[..], &head_length, &head, &index, index_length];
    if all.iter().fold(Sha256::new(), Sha256::chain_update).finalize().as_slice() != checksum {
        return Err("the checksum of its head and index does not hold".into());
    }
    let head: Head = serde_json::from_slice(&head).map_err(|_| "its head cannot be read")?;
    let index: Index = serde_json::from_slice(&index).map_err(|_| "its index cannot be read")?;
    let stored = index.blocks.iter().try_fold(0_u64, |sum, block| sum.checked_add(block.stored));
    if stored != Some(until - from) {
        return Err("its blocks do not fill it".into());
    }
    let is_possible = |block: &Block| block.length <= block.stored.saturating_mul(MOST_INFLATED);
    if !index.blocks.iter().all(is_possible) {
        return Err("a block is said to inflate to more than it can".into());
    }
    Ok((head, index, from))
}

/// So many octets, and an error where there are fewer.
fn exactly(input: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn as_u64(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
}

/// The entries of an inflated block, if that is what it holds.
fn entries(bytes: &[u8], count: usize) -> Option<Vec<PackEntry>> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (json, mut raw) = rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
    let mut entries: Vec<PackEntry> = serde_json::from_slice(json).ok()?;
    for entry in &mut entries {
        for &(offset, length) in &entry.records {
            let (record, rest) = raw.split_at_checked(usize::try_from(length).ok()?)?;
            entry.said.kept.push(KeptRecord { offset, bytes: record.to_vec() });
            raw = rest;
        }
    }
    let holders_fit = entries.iter().all(|entry| entry.holders.len() == entry.said.dumps.len());
    (entries.len() == count && raw.is_empty() && holders_fit).then_some(entries)
}
