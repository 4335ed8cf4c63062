//! The event cache: what a file said of a target, kept so that the next run reads no archive.
//!
//! An entry is one file in the cache's folder, named by the archive's path and the question asked of it. It holds the answer (JSON) and the original
//! bytes of the records behind it, so that evidence can be written and explained from it too. It is believed only if it was made by a
//! program of the same sources, if the archive file still is what it was when it was opened to be read ([`Stamp`]), and if the entry's own
//! checksum holds; else it is as if it were not there. An answer of a file that did not stay as it was is not kept. Entries appear whole or
//! not at all, so several processes, and machines that see the same folders, may share one.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::file::{Digest, KeptRecord};
use crate::archive::{Opened, Since, Stamp};
use crate::temporary::{self, Temporary};

/// What made an entry: version and sources, so that a corrected decoder never serves what the faulty one said.
pub(super) const PROGRAM: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("UPLINKS_SOURCES"));

/// Bytes of the checksum at an entry's end.
const CHECKSUM: usize = 32;

/// A folder of entries.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

/// What an entry holds.
#[derive(Debug, Clone)]
pub struct Cached<T> {
    /// The answer.
    pub answer: T,
    /// The records behind it, in file order, with the peer indexes that RIB records need.
    pub records: Vec<KeptRecord>,
}

/// Who answered, and the archive file as it was when it was opened for that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    program: String,
    path: String,
    stamp: Stamp,
    question: String,
}

#[derive(Serialize, Deserialize)]
struct Head<T> {
    identity: Identity,
    answer: T,
    /// Offset and length of each record.
    records: Vec<(u64, u64)>,
}

impl Cache {
    /// Opens a folder, which is made if it is not there.
    pub fn open(folder: &Path) -> io::Result<Cache> {
        fs::create_dir_all(folder)?;
        Ok(Cache { folder: folder.to_owned() })
    }

    /// Takes away what killed runs left in it: it lists the folder, which may be long, so once a run.
    pub fn sweep(&self) {
        temporary::sweep(&self.folder);
    }

    /// The answer of an earlier run to the same question of the same file; `None` if there is none that can be believed.
    pub fn load<T: DeserializeOwned>(&self, file: &Opened, question: &str) -> Option<Cached<T>> {
        let identity = identity(file, question)?;
        let (head, records) = read::<T>(&self.place(&identity))?;
        (head.identity == identity).then_some(Cached { answer: head.answer, records })
    }

    /// The records that any entry keeps of a file, whatever the question; none if no entry can be believed.
    pub fn records_of(&self, file: &Opened) -> Vec<KeptRecord> {
        let Some(identity) = identity(file, "") else { return Vec::new() };
        let prefix = format!("{}-", Digest::of(identity.path.as_bytes()));
        let Ok(folder) = fs::read_dir(&self.folder) else { return Vec::new() };
        let mut places: Vec<PathBuf> = folder.filter_map(|entry| Some(entry.ok()?.path())).collect();
        places.retain(|p| p.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)));
        places.sort();
        let of_the_file = |place: &PathBuf| {
            let (head, records) = read::<serde_json::Value>(place)?;
            let question = head.identity.question.clone();
            (head.identity == Identity { question, ..identity.clone() }).then_some(records)
        };
        places.iter().filter_map(of_the_file).flatten().collect()
    }

    /// Keeps an answer that has been read, unless the file did not stay what it was when it was opened, or has no path (standard input).
    pub fn store<T: Serialize>(&self, file: &Opened, question: &str, answer: &T, records: &[KeptRecord]) -> io::Result<()> {
        let Some(identity) = identity(file, question).filter(|_| file.since(None) == Since::Same) else { return Ok(()) };
        let place = self.place(&identity);
        let records_at = records.iter().map(|r| (r.offset, r.bytes.len() as u64)).collect();
        let head = serde_json::to_vec(&Head { identity, answer, records: records_at })?;
        let mut body = (head.len() as u64).to_be_bytes().to_vec();
        body.extend(head);
        for record in records {
            body.extend(&record.bytes);
        }
        let checksum = Sha256::digest(&body);
        let mut entry = Temporary::new_in(&self.folder)?;
        entry.write_all(&body)?;
        entry.write_all(&checksum)?;
        entry.persist(&place)
    }

    fn place(&self, identity: &Identity) -> PathBuf {
        let name = |text: &str| Digest::of(text.as_bytes());
        self.folder.join(format!("{}-{}.uplinks", name(&identity.path), name(&identity.question)))
    }
}

/// An entry's head and records, if it is whole.
fn read<T: DeserializeOwned>(place: &Path) -> Option<(Head<T>, Vec<KeptRecord>)> {
    let bytes = fs::read(place).ok()?;
    let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
    if Sha256::digest(body).as_slice() != checksum {
        return None;
    }
    let (length, rest) = body.split_first_chunk::<8>()?;
    let (head, mut raw) = rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
    let head: Head<T> = serde_json::from_slice(head).ok()?;
    let mut records = Vec::new();
    for &(offset, length) in &head.records {
        let (record, rest) = raw.split_at_checked(usize::try_from(length).ok()?)?;
        records.push(KeptRecord { offset, bytes: record.to_vec() });
        raw = rest;
    }
    Some((head, records))
}

fn identity(file: &Opened, question: &str) -> Option<Identity> {
    let (path, stamp) = file.identity()?;
    let path = path.canonicalize().ok()?;
    Some(Identity {
        program: PROGRAM.to_owned(),
        path: path.to_str()?.to_owned(),
        stamp: stamp.clone(),
        question: question.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Source;

    fn archive(folder: &Path, content: &[u8]) -> Opened {
        let path = folder.join("rrc90.updates.20171001.0905");
        fs::write(&path, content).expect("written");
        Source::Path(path).open().expect("opened")
    }

    #[test]
    fn an_entry_is_believed_only_whole_and_for_the_same_file_and_question() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::open(&folder.path().join("cache")).expect("made");
        let file = archive(folder.path(), b"");
        let records = [KeptRecord { offset: 7, bytes: vec![1, 2, 3] }];
        cache.store(&file, "one", &vec![42_u32], &records).expect("stored");
        let entry: Cached<Vec<u32>> = cache.load(&file, "one").expect("there");
        assert_eq!((entry.answer, entry.records.as_slice()), (vec![42], &records[..]));
        assert!(cache.load::<Vec<u32>>(&file, "two").is_none(), "another question");
        assert!(cache.load::<String>(&file, "one").is_none(), "another kind of answer");

        let place = fs::read_dir(folder.path().join("cache")).expect("a folder").next().expect("an entry").expect("read").path();
        let whole = fs::read(&place).expect("read");
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&place, &damaged).expect("written");
            assert!(cache.load::<Vec<u32>>(&file, "one").is_none(), "byte {at}");
            fs::write(&place, &whole[..at]).expect("written");
            assert!(cache.load::<Vec<u32>>(&file, "one").is_none(), "cut at {at}");
        }
        fs::write(&place, &whole).expect("written");
        assert!(cache.load::<Vec<u32>>(&file, "one").is_some());
        let changed = archive(folder.path(), &[0; 3]);
        assert!(cache.load::<Vec<u32>>(&changed, "one").is_none(), "the archive changed");
    }
    #[test]
    fn an_entry_of_another_program_is_not_believed() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::open(folder.path()).expect("made");
        let file = archive(folder.path(), b"");
        let own = identity(&file, "one").expect("a file");
        for program in [PROGRAM, "0.0.9+0", env!("CARGO_PKG_VERSION")] {
            let identity = Identity { program: program.to_owned(), ..own.clone() };
            let head = serde_json::to_vec(&Head { identity, answer: 42_u32, records: vec![] }).expect("JSON");
            let body = [&(head.len() as u64).to_be_bytes()[..], &head].concat();
            fs::write(cache.place(&own), [&body[..], &Sha256::digest(&body)].concat()).expect("written");
            assert_eq!(cache.load::<u32>(&file, "one").is_some(), program == PROGRAM, "{program}");
        }
    }

    #[test]
    fn of_a_file_that_did_not_stay_nothing_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::open(&folder.path().join("cache")).expect("made");
        let entries = || fs::read_dir(folder.path().join("cache")).expect("a folder").count();
        let (old, new) = (folder.path().join("rrc90.updates.20171001.0905"), folder.path().join("new"));
        let file = archive(folder.path(), b"short");
        fs::write(&new, b"short").and_then(|()| fs::rename(&new, &old)).expect("replaced");
        cache.store(&file, "one", &42_u32, &[]).expect("no error");
        assert_eq!(entries(), 0, "replaced");
        let file = archive(folder.path(), b"short");
        fs::write(&old, b"longer").expect("written");
        cache.store(&file, "one", &42_u32, &[]).expect("no error");
        assert_eq!(entries(), 0, "grown");
        let file = Source::Path(old).open().expect("opened");
        cache.store(&file, "one", &42_u32, &[]).expect("stored");
        assert_eq!((entries(), cache.load::<u32>(&file, "one").map(|entry| entry.answer)), (1, Some(42)));
    }
}
