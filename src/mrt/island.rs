//! Records in a stretch of a stream that may begin and end within one: what is not beyond doubt is not read. The counterpart of
//! [`super::RecordReader`] for those who skip the rest of a file; where it says [`Uncertain`], everything must be read.

use memchr::memmem;

use super::whole::{Steps, Wholeness, wholeness};
use super::{HEADER_LEN, Header, Kind, RawRecord};

/// Times further apart than this (seconds) do not belong to one file.
const NEIGHBOURS: u32 = 3 * 86_400;

/// So many whole messages in a row, each with its marker, are no accident.
const CERTAIN: usize = 8;

/// As many up to the file's very end are none either.
const CERTAIN_AT_END: usize = 2;

/// The marker of a BGP message (RFC 4271 4.1).
const MARKER: [u8; 16] = [0xFF; 16];

/// Where a stretch begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Where the file does.
    File,
    /// Anywhere, perhaps within a record.
    Anywhere,
}

/// The framing is not beyond doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the records between two places of a file cannot be told for certain")]
pub struct Uncertain;

/// The whole records of a stretch of an update file.
#[derive(Debug, Clone, Copy)]
pub struct Island<'a> {
    bytes: &'a [u8],
    start: usize,
    end: usize,
}

impl<'a> Island<'a> {
    /// Finds the records of BGP sessions in `bytes`, whose times are near `secs`. All that lies between the first and the last is then
    /// whole records of that type.
    pub fn find(bytes: &'a [u8], secs: u32, edges: (Edge, Edge)) -> Result<Self, Uncertain> {
        let start = match edges.0 {
            Edge::File => 0,
            Edge::Anywhere => (0..bytes.len()).find(|at| is_chain(bytes, *at, secs, edges.1)).ok_or(Uncertain)?,
        };
        let mut end = start;
        while let Some(record) = session_record(bytes, end, secs) {
            end += record.bytes.len();
        }
        let rest = bytes.get(end..).unwrap_or_default();
        let cut = match Header::read(rest) {
            None => true,
            Some(header) => is_near(&header, secs) && header.is_convincing() && rest.len() < HEADER_LEN + header.length as usize,
        };
        let ends_well = rest.is_empty() || (edges.1 == Edge::Anywhere && cut);
        if ends_well { Ok(Island { bytes, start, end }) } else { Err(Uncertain) }
    }

    /// What comes before the first whole record.
    pub fn head(&self) -> &'a [u8] {
        self.bytes.get(..self.start).unwrap_or_default()
    }

    /// What comes after the last whole record.
    pub fn tail(&self) -> &'a [u8] {
        self.bytes.get(self.end..).unwrap_or_default()
    }

    /// The whole records; their offsets count from the stretch's begin.
    pub fn records(&self) -> impl Iterator<Item = RawRecord<'a>> + use<'a> {
        let (bytes, mut at, end) = (self.bytes, self.start, self.end);
        std::iter::from_fn(move || {
            let rest = bytes.get(at..end).filter(|rest| !rest.is_empty())?;
            let length = HEADER_LEN + Header::read(rest)?.length as usize;
            let record = RawRecord::read(rest.get(..length)?, at as u64);
            at += length;
            record
        })
    }
}

/// The record at the start of `bytes`, if it is whole, has a time near `secs`, and adds up in no more steps than there are.
pub fn sound_record<'a>(bytes: &'a [u8], secs: u32, steps: &mut Steps) -> Option<RawRecord<'a>> {
    let record = near_record(bytes, secs)?;
    (wholeness(&record, steps) == Wholeness::Whole).then_some(record)
}

fn near_record(bytes: &[u8], secs: u32) -> Option<RawRecord<'_>> {
    let header = Header::read(bytes).filter(|header| header.is_convincing() && is_near(header, secs))?;
    RawRecord::read(bytes.get(..HEADER_LEN + header.length as usize)?, 0)
}

/// Whether such a record adds up is seen without a step.
fn session_record(bytes: &[u8], at: usize, secs: u32) -> Option<RawRecord<'_>> {
    let record = near_record(bytes.get(at..)?, secs).filter(|record| record.kind() == Kind::Bgp4mp)?;
    (wholeness(&record, &mut Steps::of(0)) == Wholeness::Whole).then_some(record)
}

fn is_near(header: &Header, secs: u32) -> bool {
    header.secs.abs_diff(secs) <= NEIGHBOURS
}

fn is_chain(bytes: &[u8], from: usize, secs: u32, end: Edge) -> bool {
    let mut at = from;
    for count in 0..CERTAIN {
        let Some(record) = session_record(bytes, at, secs).filter(is_marked) else {
            return end == Edge::File && at == bytes.len() && count >= CERTAIN_AT_END;
        };
        at += record.bytes.len();
    }
    true
}

/// A state change, or a message with its marker.
fn is_marked(record: &RawRecord<'_>) -> bool {
    let head = record.body().get(..76.min(record.body().len())).unwrap_or_default();
    matches!(record.header.subtype, 0 | 5) || memmem::find(head, &MARKER).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mrt::test_bytes::{as_path, join, nlri, record, update, update_record};

    const NOON: u32 = 1_506_859_200;

    fn updates(count: u32) -> Vec<u8> {
        let one = |n| update_record(NOON + n, &update(&[], &as_path(&[20485, 131_279]), &nlri("175.45.176.0/24")));
        (0..count).flat_map(one).collect()
    }

    #[test]
    fn whole_records_are_found_from_any_place() {
        let all = updates(20);
        let size = all.len() / 20;
        for from in 0..2 * size {
            for to in [all.len(), all.len() - 1, all.len() - size + 5] {
                let island = Island::find(&all[from..to], NOON, (Edge::Anywhere, Edge::Anywhere)).expect("certain");
                assert_eq!(island.head().len(), from.next_multiple_of(size) - from);
                assert_eq!(island.tail().len(), to % size);
                assert_eq!(island.records().count(), to / size - from.div_ceil(size));
            }
        }
    }

    #[test]
    fn what_is_not_beyond_doubt_is_refused() {
        let (all, few) = (updates(20), updates(3));
        let other = record(NOON, 11, 0, &[0; 8]);
        let anywhere = (Edge::Anywhere, Edge::Anywhere);
        let cases: [(&str, Vec<u8>, (Edge, Edge)); 5] = [
            ("too few", few.clone(), anywhere),
            ("another type", join(&[&all, &other, &all]), anywhere),
            ("bytes between", join(&[&all, &[0; 30], &all]), anywhere),
            ("a cut last record", all[..all.len() - 1].to_vec(), (Edge::Anywhere, Edge::File)),
            ("no record at the start", all[1..].to_vec(), (Edge::File, Edge::File)),
        ];
        for (what, bytes, edges) in cases {
            assert!(Island::find(&bytes, NOON, edges).is_err(), "{what}");
        }
        assert!(Island::find(&few, NOON, (Edge::Anywhere, Edge::File)).is_ok(), "few, but up to the end");
    }
}
