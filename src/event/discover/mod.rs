//! Where only origins are given (rule 4): which prefixes do they originate, and what do the files say of these, in one reading.
//!
//! Which prefixes are watched is known only when all files are read. So of each file is kept what does not depend on them, and the records
//! that are likely to matter: those in which one of the origins is the origin, all withdrawals and states, whatever cannot be taken apart,
//! and what is inside a prefix that is known by then. Of all others the prefixes are written down ([`passed`]), so that it can be told
//! afterwards whether one of them matters, too: only then the file is read again. That is certain, so it does not depend on what was
//! known when.

mod gatherer;
mod known;
mod origin;
mod passed;
mod spool;

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::{Mutex, MutexGuard, PoisonError};

use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::cache::Cached;
use super::dump::{Aim, tell_apart};
use super::dump_v2::read_entries;
use super::file::{FileEvents, KeptRecord};
use super::paths::Paths;
use super::read::{Holds, Reading, add_session_record};
use crate::model::Asn;
use crate::mrt::{Cursor, Family, Kind, Prefilter, PrefixSet, RawRecord, RecordReader, RibBody, rib_record};
use crate::target::{Keep, Watch};
use gatherer::Gatherer;
use known::Known;
use spool::{Blob, Spool};

/// What is kept of one file is at most so long, in octets.
const MOST_OF_A_FILE: usize = 64 << 20;

/// What all files are read for.
#[derive(Debug)]
pub struct Gathering {
    origins: BTreeSet<Asn>,
    /// Bit n is set if the lower two octets of one of them are n.
    lower_octets: Box<[u64; 1024]>,
    prefilter: Prefilter,
    keep: Keep,
    known: Mutex<Known>,
    spool: Mutex<Spool>,
}

/// What a file says of the prefixes of some origins.
#[derive(Debug)]
pub struct Gathered {
    /// Prefixes with a route of one of the origins (rule 2). Default routes are left out: watching one would watch everything.
    pub prefixes: BTreeSet<IpNet>,
    /// All that it says whatever the prefixes.
    pub frame: FileEvents,
    /// Of each dump how many of the records that were kept are of it.
    of_dumps: Vec<u32>,
    /// Nothing of the file is lost, and it stayed as it was.
    intact: bool,
    /// Octets of the lists of prefixes that were passed by.
    lists: [usize; 2],
    /// The records, each with its offset, then these lists; nothing if they are too much, or the file is one that has to be read again.
    kept: Option<Blob>,
}

/// The same as a cache keeps it, but for the records.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept {
    prefixes: BTreeSet<IpNet>,
    frame: FileEvents,
    of_dumps: Vec<u32>,
    passed: [String; 2],
    /// Records that belong to the frame; the others were kept.
    of_frame: usize,
    /// Whether there are others: else the file has to be read again.
    has_others: bool,
}

/// The watched prefixes, once they are known.
#[derive(Debug)]
pub struct Sought<'a> {
    watch: &'a Watch,
    known: Known,
    set: PrefixSet,
    prefilter: Prefilter,
}

impl<'a> Sought<'a> {
    /// Those of `watch`.
    pub fn new(watch: &'a Watch) -> Self {
        Sought { watch, known: Known::of(watch), set: watch.set(), prefilter: Prefilter::for_prefixes(watch.set()) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Gathering {
    /// For the routes of `origins`; `prefixes` are watched in any case. The bytes of what the frame says are kept if a cache wants them.
    pub fn new(origins: &[Asn], prefixes: &[IpNet], keep: Keep) -> Self {
        let mut known = Known::default();
        for prefix in prefixes {
            known.insert(*prefix);
        }
        let mut lower_octets = Box::new([0; 1024]);
        for Asn(origin) in origins {
            lower_octets[(origin >> 6 & 1023) as usize] |= 1 << (origin & 63);
        }
        Gathering {
            origins: origins.iter().copied().collect(),
            lower_octets,
            prefilter: Prefilter::for_origins(origins),
            keep,
            known: Mutex::new(known),
            spool: Mutex::default(),
        }
    }

    #[inline]
    fn is_origin(&self, asn: Asn) -> bool {
        let octets = self.lower_octets[(asn.0 >> 6 & 1023) as usize];
        octets >> (asn.0 & 63) & 1 == 1 && self.origins.contains(&asn)
    }

    /// Reads the uncompressed MRT stream `input`.
    pub fn read<R: Read>(&self, input: R) -> Gathered {
        let mut reader = RecordReader::new(input);
        let mut reading = Reading::new(Aim { keep: self.keep, ..Aim::of(&Watch::default()) });
        let mut gatherer = Gatherer::new(self);
        while let Some(record) = reader.next_record() {
            match reading.add(&record) {
                Holds::Message => gatherer.add_message(&record),
                Holds::Other => gatherer.add_entry(&record, reading.dump()),
            }
        }
        let frame = reading.finish(reader.into_damage());
        gatherer.finish(frame)
    }

    /// Whose routes are looked for.
    pub fn origins(&self) -> &BTreeSet<Asn> {
        &self.origins
    }

    /// Of a file that has to be read again whatever the prefixes.
    pub fn only_prefixes(&self, prefixes: BTreeSet<IpNet>) -> Gathered {
        self.learn(&prefixes);
        let frame = FileEvents::default();
        Gathered { prefixes, frame, of_dumps: Vec::new(), intact: false, lists: [0; 2], kept: None }
    }

    /// What a cache kept.
    pub fn from_cache(&self, entry: Cached<Kept>) -> Option<Gathered> {
        let Cached { answer: Kept { prefixes, frame, of_dumps, passed, of_frame, has_others }, records } = entry;
        let lists = [unpacked(&passed[0])?, unpacked(&passed[1])?];
        let mut bytes = Vec::new();
        for record in records.get(of_frame..)? {
            push_record(&mut bytes, record.offset, &record.bytes);
        }
        let frame = FileEvents { kept: records.get(..of_frame)?.to_vec(), ..frame };
        bytes.extend(lists.iter().flatten());
        let kept = has_others.then(|| lock(&self.spool).keep(bytes).ok()).flatten();
        Some(Gathered { prefixes, frame, of_dumps, intact: true, lists: lists.map(|list| list.len()), kept })
    }

    /// Keeps what lies inside these prefixes in files that are read from now on.
    pub fn learn(&self, prefixes: &BTreeSet<IpNet>) {
        let mut known = lock(&self.known);
        for prefix in prefixes {
            known.insert(*prefix);
        }
    }
}

impl Gathered {
    /// The file did not stay as it was.
    pub fn distrust(&mut self) {
        self.intact = false;
        self.kept = None;
    }

    /// Whether nothing of the file is lost, and it stayed as it was: then this is all of it.
    pub fn is_intact(&self) -> bool {
        self.intact
    }

    /// What a cache is to keep; nothing if the file is not intact.
    pub fn to_cache(&self) -> Option<(Kept, Vec<KeptRecord>)> {
        let read = |bytes: &[u8]| {
            let (lists, records) = self.parts(bytes)?;
            let records = Records(records).map(|record| KeptRecord { offset: record.offset, bytes: record.bytes.to_vec() });
            Some(([0, 1].map(|family| packed(lists[family], family)), records.collect::<Vec<_>>()))
        };
        let others = self.kept.as_ref().map(|kept| kept.look(read).ok().flatten());
        let (passed, others) = if let Some(others) = others { others? } else { Default::default() };
        let kept = Kept {
            prefixes: self.prefixes.clone(),
            frame: FileEvents { kept: Vec::new(), ..self.frame.clone() },
            of_dumps: self.of_dumps.clone(),
            passed,
            of_frame: self.frame.kept.len(),
            has_others: self.kept.is_some(),
        };
        self.intact.then(|| (kept, self.frame.kept.iter().cloned().chain(others).collect()))
    }

    /// The lists of prefixes passed by, and the records.
    fn parts<'a>(&self, bytes: &'a [u8]) -> Option<([&'a [u8]; 2], &'a [u8])> {
        let (rest, six) = bytes.split_at_checked(bytes.len().checked_sub(self.lists[1])?)?;
        let (records, four) = rest.split_at_checked(rest.len().checked_sub(self.lists[0])?)?;
        Some(([four, six], records))
    }

    /// All that the file says of the watched prefixes; nothing if it has to be read again for that.
    pub fn events(&self, sought: &Sought<'_>) -> Option<FileEvents> {
        self.kept.as_ref()?.look(|bytes| self.events_of(bytes, sought)).ok()?
    }

    fn events_of(&self, bytes: &[u8], sought: &Sought<'_>) -> Option<FileEvents> {
        let (lists, records) = self.parts(bytes)?;
        for family in [Family::V4, Family::V6] {
            if passed::meets(lists[family.index()], family, &sought.known) {
                return None;
            }
        }
        let mut events = self.frame.clone();
        let (mut session_paths, mut paths) = (Paths::default(), Paths::default());
        let mut dump = 0;
        let mut left = self.of_dumps.clone();
        for record in Records(records) {
            if record.kind() != Kind::TableDumpV2 {
                if sought.prefilter.may_matter(&record) {
                    add_session_record(&mut events, &record, &sought.prefilter, sought.watch, &mut session_paths);
                }
                continue;
            }
            while *left.get(dump)? == 0 {
                dump += 1;
                paths = Paths::default();
            }
            left[dump] -= 1;
            let Some(RibBody::Rib(rib)) = rib_record(record.header.subtype, record.body()) else { return None };
            if !sought.set.covers(rib.family, rib.bits, rib.len) {
                continue;
            }
            let of = events.dumps.get_mut(dump)?;
            // What a whole reading would have to say of these was not known to the dumps that follow.
            if of.peers.is_empty() || !rib.is_filled() {
                return None;
            }
            let (index, was_excerpt) = (std::mem::take(&mut of.peers), of.excerpt);
            read_entries((&mut *of, &mut events.counts), Some(&index), &record, &rib, &mut paths);
            events.kept.extend(KeptRecord::of(&record, sought.watch.keep()));
            of.peers = index;
            if of.excerpt != was_excerpt {
                return None;
            }
        }
        for dump in &mut events.dumps {
            events.counts.repeated_peers += tell_apart(&mut dump.records);
        }
        events.kept.sort_by_key(|record| record.offset);
        events.kept.dedup();
        Some(events)
    }
}

/// Records one after the other, each with its offset before it.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = RawRecord<'a>;

    fn next(&mut self) -> Option<RawRecord<'a>> {
        let mut at = Cursor::new(self.0);
        let offset = u64::from(at.u32()?) << 32 | u64::from(at.u32()?);
        let length = at.u32()? as usize;
        let bytes = at.take(length)?;
        self.0 = at.rest();
        RawRecord::read(bytes, offset)
    }
}

fn push_record(to: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    to.extend(offset.to_be_bytes());
    to.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    to.extend(bytes);
}

/// A list of prefixes as a cache keeps it: each once, in order, compressed, in hexadecimal digits.
fn packed(list: &[u8], family: usize) -> String {
    let mut prefixes: Vec<&[u8]> = list.chunks(passed::WIDTHS[family]).collect();
    prefixes.sort_unstable_by_key(|prefix| (prefix.get(1..), prefix.first()));
    prefixes.dedup();
    let mut packed = Vec::new();
    // Reading from memory does not fail.
    let _ = DeflateEncoder::new(&prefixes.concat()[..], Compression::fast()).read_to_end(&mut packed);
    packed
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        .collect()
}

fn unpacked(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits = text.as_bytes().chunks(2).map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?));
    let (packed, mut list) = (digits.collect::<Option<Vec<u8>>>()?, Vec::new());
    DeflateDecoder::new(&packed[..]).take(MOST_OF_A_FILE as u64 + 1).read_to_end(&mut list).ok()?;
    (list.len() <= MOST_OF_A_FILE).then_some(list)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
