//! Finds records again by their content (rule 19), with the peer index that a RIB record needs to be read.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;

use super::digest_start::DigestStart;
use super::file::Digest;
use super::text::Line;
use crate::model::Time;
use crate::mrt::{Damage, Kind, RawRecord, RecordReader, RibBody, rib_record};

/// What to look for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The records' names.
    pub digests: BTreeSet<Digest>,
    /// Their times, where all are known: other records need not be hashed.
    pub times: Option<BTreeSet<Time>>,
    /// And all whose digests begin so.
    pub begins: Option<DigestStart>,
}

impl Wanted {
    /// One record.
    pub fn one(digest: Digest) -> Self {
        Wanted { digests: [digest].into(), ..Wanted::default() }
    }

    /// What is still wanted where nothing has been found.
    pub(super) fn left(&self) -> Left<'_> {
        Left { digests: self.digests.clone(), begins: self.begins.as_ref() }
    }
}

/// What is still to be found.
pub(super) struct Left<'a> {
    digests: BTreeSet<Digest>,
    begins: Option<&'a DigestStart>,
}

impl Left<'_> {
    pub(super) fn is_none(&self) -> bool {
        self.digests.is_empty() && self.begins.is_none()
    }

    /// Whether a record is wanted; it is no more, nor are its copies, unless others may be meant as well.
    pub(super) fn take(&mut self, digest: Digest, bytes: &[u8]) -> bool {
        let begins = self.begins.filter(|begins| begins.is_of(digest, bytes));
        if begins.is_some_and(DigestStart::is_whole) {
            self.begins = None;
        }
        self.digests.remove(&digest) || begins.is_some()
    }
}

/// A record as it stands in its file.
#[derive(Debug, Clone)]
pub struct FoundRecord {
    /// Its name.
    pub digest: Digest,
    /// Offset of its header in the uncompressed stream.
    pub offset: u64,
    /// All of it, header included.
    pub bytes: Vec<u8>,
    /// For a `TABLE_DUMP_V2` record with routes: the peer index before it.
    pub index: Option<Arc<IndexRecord>>,
    /// It is no record but a line of a text.
    pub line: Option<Box<Line>>,
}

impl FoundRecord {
    /// Whether it is a peer index itself.
    pub fn is_peer_index(&self) -> bool {
        let record = RawRecord::read(&self.bytes, self.offset);
        record.is_some_and(|record| matches!(rib_body(&record), Some(RibBody::PeerIndex)))
    }
}

/// A peer index record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexRecord {
    /// Offset of its header in the uncompressed stream.
    pub offset: u64,
    /// All of it, header included.
    pub bytes: Vec<u8>,
}

/// What a file gave.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// In file order, each digest once.
    pub found: Vec<FoundRecord>,
    /// Whole records read until all were found, or to the end.
    pub records: u64,
    /// Damaged stretches met.
    pub damage: Vec<Damage>,
}

/// Looks through the uncompressed MRT stream `input` until every record wanted is found.
pub fn find_records<R: Read>(input: R, wanted: &Wanted) -> Search {
    let mut left = wanted.left();
    let mut index: Option<Arc<IndexRecord>> = None;
    let mut search = Search::default();
    let mut reader = RecordReader::new(input);
    while !left.is_none()
        && let Some(record) = reader.next_record()
    {
        search.records += 1;
        let body = rib_body(&record);
        if let Some(RibBody::PeerIndex) = body {
            index = Some(Arc::new(IndexRecord { offset: record.offset, bytes: record.bytes.to_vec() }));
        }
        if wanted.times.as_ref().is_some_and(|times| !times.contains(&record.time)) {
            continue;
        }
        let digest = Digest::of(record.bytes);
        if left.take(digest, record.bytes) {
            let index = index.clone().filter(|_| matches!(body, Some(RibBody::Rib(_))));
            search.found.push(FoundRecord { digest, offset: record.offset, bytes: record.bytes.to_vec(), index, line: None });
        }
    }
    search.damage = reader.into_damage();
    search
}

fn rib_body<'a>(record: &RawRecord<'a>) -> Option<RibBody<'a>> {
    if record.kind() != Kind::TableDumpV2 {
        return None;
    }
    rib_record(record.header.subtype, record.body())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mrt::test_bytes::{as_path, join, nlri, peer_index, rib, update, update_record};

    const NOON: u32 = 1_506_859_200;

    #[test]
    fn records_are_found_with_the_peer_index_before_them() {
        let (one, two) = (peer_index(NOON, &[("192.0.2.1", 3356)]), peer_index(NOON, &[("192.0.2.2", 20485)]));
        let route = |number| rib(NOON, number, "175.45.176.0/24", &[(0, as_path(&[20485, 131_279]))]);
        let message = update_record(NOON + 9, &update(&[], &as_path(&[3356]), &nlri("175.45.176.0/24")));
        let file = join(&[&one, &route(0), &two, &route(1), &message]);
        let look = |records: &[&[u8]], times: Option<&[u32]>| {
            let times = times.map(|times| times.iter().map(|secs| Time::from_secs((*secs).into())).collect());
            find_records(
                &file[..],
                &Wanted { digests: records.iter().map(|bytes| Digest::of(bytes)).collect(), times, begins: None },
            )
        };
        let told = |search: &Search| -> Vec<(u64, Option<u64>)> {
            search.found.iter().map(|found| (found.offset, found.index.as_ref().map(|index| index.offset))).collect()
        };
        let at = |parts: &[&[u8]]| join(parts).len() as u64;
        let second = (at(&[&one, &route(0), &two]), Some(at(&[&one, &route(0)])));
        let last = (at(&[&one, &route(0), &two, &route(1)]), None);
        let both = look(&[&message, &route(1)], None);
        assert_eq!((told(&both), both.records), (vec![second, last], 5));
        assert_eq!(told(&look(&[&message, &route(1)], Some(&[NOON, NOON + 9]))), [second, last]);
        assert_eq!(told(&look(&[&message], Some(&[NOON]))), [], "at another time");
        let first = look(&[&one], None);
        assert_eq!((told(&first), first.records), (vec![(0, None)], 1), "reading ends with the last one found");
        assert_eq!(both.found[1].bytes, message);
    }
}
