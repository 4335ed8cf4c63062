//! `--evidence`: the original bytes of all records behind a result, as an MRT file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::answer::Answer;
use super::output::{Output, WriteError};
use crate::archive::{self, ArchiveFile, Source};
use crate::escape::printable;
use crate::event::{Cache, FoundRecord, Input, KeptRecord, PackError, Wanted, find_records};
use crate::model::RecordId;

/// Evidence that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// An archive file could be read once and cannot be read again.
    #[error("{}: {error}; it could be read at first: do not move archive files during a run", printable(.path))]
    Unreadable {
        /// As the evidence has it.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// An archive file is not what it was.
    #[error("{}: {count} records that were there are gone; do not change archive files during a run", printable(.path))]
    Gone {
        /// As the evidence has it.
        path: String,
        /// How many.
        count: usize,
    },
    /// A line is no record.
    #[error("{}: it is text, and --evidence writes records of MRT files; leave it out, and look at lines with explain", printable(.0))]
    Text(String),
    /// A pack could be read once and cannot be read again.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The file itself.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// The records that a result names, noted as it names them.
#[derive(Debug, Default)]
pub struct Used(Mutex<BTreeSet<RecordId>>);

impl Used {
    /// A result names this record.
    pub fn note(&self, record: RecordId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(record);
    }

    /// By file, in the order of rule 7.
    fn by_file(&self, answer: &Answer) -> BTreeMap<usize, Wanted> {
        let mut files: BTreeMap<usize, Wanted> = BTreeMap::new();
        for record in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let place = usize::try_from(record.place()).ok().and_then(|at| answer.assembly.records.get(at));
            if let Some(place) = place {
                let wanted = files.entry(place.file).or_default();
                wanted.digests.insert(place.digest);
                wanted.times.get_or_insert_default().insert(place.time);
            }
        }
        files
    }
}

/// Writes the records, each once: by collector, then by file in order of time, as they stand in it. Before the RIB records of a dump goes
/// its peer index, without which no tool can read them.
pub fn write(output: Output, used: &Used, answer: &Answer, cache: Option<&Cache>) -> Result<(), EvidenceError> {
    let files: Vec<(usize, Wanted)> = used.by_file(answer).into_iter().collect();
    let found: Result<Vec<Vec<FoundRecord>>, EvidenceError> =
        files.par_iter().with_max_len(1).map(|(file, wanted)| read(answer, *file, wanted, cache)).collect();
    let found = found?;
    output.write(|out| found.iter().try_for_each(|records| write_file(records, out)))?;
    Ok(())
}

fn read(answer: &Answer, file: usize, wanted: &Wanted, cache: Option<&Cache>) -> Result<Vec<FoundRecord>, EvidenceError> {
    let file = &answer.read.files[file].0;
    if let Source::Packed(packed) = file.source {
        return find_packed(file, answer.read.packs.records_of(packed)?, wanted);
    }
    let kept = cache.and_then(|cache| Some(cache.records_of(&file.source.open().ok()?))).unwrap_or_default();
    let bytes: Vec<u8> = kept.into_iter().flat_map(|record| record.bytes).collect();
    let search = find_records(&bytes[..], wanted);
    if search.found.len() == wanted.digests.len() {
        return Ok(search.found);
    }
    let failed = |error| EvidenceError::Unreadable { path: file.shown.clone(), error };
    let input = Input::new(archive::open(file).map_err(failed)?, file.start);
    if input.is_text() {
        return Err(EvidenceError::Text(file.shown.clone()));
    }
    let search = input.find(wanted);
    match wanted.digests.len() - search.found.len() {
        0 => Ok(search.found),
        count => Err(EvidenceError::Gone { path: file.shown.clone(), count }),
    }
}

/// Of a file that a pack stands for.
fn find_packed(file: &ArchiveFile, kept: Vec<KeptRecord>, wanted: &Wanted) -> Result<Vec<FoundRecord>, EvidenceError> {
    if kept.is_empty() {
        // Lines are not kept, and of records all that are named.
        return Err(EvidenceError::Text(file.shown.clone()));
    }
    let bytes: Vec<u8> = kept.into_iter().flat_map(|record| record.bytes).collect();
    let search = find_records(&bytes[..], wanted);
    match wanted.digests.len() - search.found.len() {
        0 => Ok(search.found),
        count => Err(EvidenceError::Gone { path: file.shown.clone(), count }),
    }
}

fn write_file(records: &[FoundRecord], out: &mut dyn Write) -> io::Result<()> {
    let mut index = None;
    for record in records {
        // An index that is evidence itself serves the records after it.
        if let Some(needed) = record.index.as_deref().filter(|needed| index != Some(needed.offset)) {
            out.write_all(&needed.bytes)?;
            index = Some(needed.offset);
        }
        if index != Some(record.offset) {
            out.write_all(&record.bytes)?;
        }
        if record.is_peer_index() {
            index = Some(record.offset);
        }
    }
    Ok(())
}
