//! Writing a pack: the same bytes for the same entries in the same order.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use sha2::{Digest as _, Sha256};

use super::{Block, Head, Index, LAST, MAGIC, PackEntry, sha256_hex};
use crate::archive::Skipped;
use crate::event::cache::PROGRAM;

/// A block ends with the entry that brings it to so many, or to so many octets.
const ENTRIES: usize = 256;
const OCTETS: usize = 1 << 20;

/// An entry as it will be stored, before compression.
#[derive(Debug)]
pub struct Encoded {
    json: Vec<u8>,
    records: Vec<u8>,
}

impl PackEntry {
    /// As it will be stored.
    pub fn encode(&self) -> io::Result<Encoded> {
        let records = self.said.kept.iter().flat_map(|record| &record.bytes).copied().collect();
        Ok(Encoded { json: serde_json::to_vec(self)?, records })
    }
}

/// A pack on its way.
pub struct PackWriter<'a> {
    out: &'a mut dyn Write,
    /// Of all that is not blocks.
    checksum: Sha256,
    blocks: Vec<Block>,
    /// The block on its way.
    json: Vec<u8>,
    records: Vec<u8>,
    entries: usize,
}

impl<'a> PackWriter<'a> {
    /// Begins one that answers a question.
    pub fn begin(out: &'a mut dyn Write, question: &str) -> io::Result<Self> {
        let head = serde_json::to_vec(&Head { program: PROGRAM.to_owned(), question: question.to_owned() })?;
        let (blocks, json, records) = (Vec::new(), Vec::new(), Vec::new());
        let mut pack = PackWriter { out, checksum: Sha256::new(), blocks, json, records, entries: 0 };
        pack.write_plain(MAGIC)?;
        pack.write_plain(&(head.len() as u64).to_be_bytes())?;
        pack.write_plain(&head)?;
        Ok(pack)
    }

    /// The next entry; they come in the order of rule 7.
    pub fn add(&mut self, entry: &Encoded) -> io::Result<()> {
        self.json.push(if self.entries == 0 { b'[' } else { b',' });
        self.json.extend(&entry.json);
        self.records.extend(&entry.records);
        self.entries += 1;
        if self.entries == ENTRIES || self.json.len() + self.records.len() >= OCTETS { self.end_block() } else { Ok(()) }
    }

    /// Ends the pack.
    pub fn finish(mut self, skipped: &[Skipped]) -> io::Result<()> {
        if self.entries > 0 {
            self.end_block()?;
        }
        let index = Index { blocks: std::mem::take(&mut self.blocks), skipped: skipped.to_vec() };
        let index = serde_json::to_vec(&index)?;
        self.write_plain(&index)?;
        self.write_plain(&(index.len() as u64).to_be_bytes())?;
        self.out.write_all(&self.checksum.finalize())?;
        self.out.write_all(LAST)
    }

    fn end_block(&mut self) -> io::Result<()> {
        self.json.push(b']');
        let length = (8 + self.json.len() + self.records.len()) as u64;
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
        deflated.write_all(&(self.json.len() as u64).to_be_bytes())?;
        deflated.write_all(&self.json)?;
        deflated.write_all(&self.records)?;
        let bytes = deflated.finish()?;
        self.out.write_all(&bytes)?;
        let (stored, sha256) = (bytes.len() as u64, sha256_hex(&bytes));
        self.blocks.push(Block { stored, length, entries: self.entries, sha256 });
        self.json.clear();
        self.records.clear();
        self.entries = 0;
        Ok(())
    }

    fn write_plain(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.checksum.update(bytes);
        self.out.write_all(bytes)
    }
}
