//! The order of a table dump: by family, address, mask, with running numbers (RFC 6396 4.3.2 gives each record one). Says where in it a
//! record stands and whether the next one may follow.

use ipnet::IpNet;

use super::GaveUp;
use crate::mrt::{Family, RawRecord, RibBody, RibRecord, Steps, rib_record, sound_record};

/// Successive records by which framing is believed to be found: each whole, in order, with the next number.
const CHAIN: usize = 3;

/// Where a record stands in the order of a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// 0: of the subtype of the first record; 1: of the other.
    pub part: u8,
    /// The address, at the top.
    pub bits: u128,
    /// The mask.
    pub len: u8,
}

impl Key {
    /// Right behind this one.
    pub const fn next(self) -> Key {
        Key { len: self.len.saturating_add(1), ..self }
    }

    /// Before all records of a part from this address on.
    pub const fn before(part: u8, bits: u128) -> Key {
        Key { part, bits, len: 0 }
    }
}

/// What the order of a dump goes by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    /// Subtype of the first RIB record.
    pub subtype: u16,
    /// Seconds near which all times lie.
    pub secs: u32,
}

/// A RIB record and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub key: Key,
    pub subtype: u16,
    pub sequence: u32,
    pub family: Family,
    /// Length in bytes.
    pub length: usize,
}

impl Order {
    /// The whole record of unicast routes at the start of `bytes`.
    pub fn row(self, bytes: &[u8]) -> Option<(Row, RawRecord<'_>, RibRecord<'_>)> {
        self.row_within(bytes, &mut Steps::of(bytes.len()))
    }

    fn row_within<'a>(self, bytes: &'a [u8], steps: &mut Steps) -> Option<(Row, RawRecord<'a>, RibRecord<'a>)> {
        // Before anything else, as this is asked at every byte.
        if bytes.get(4..7)? != [0, 13, 0] {
            return None;
        }
        let record = sound_record(bytes, self.secs, steps)?;
        let subtype = record.header.subtype;
        let Some(RibBody::Rib(rib)) = rib_record(subtype, record.body()).filter(|_| matches!(subtype, 2 | 4 | 8 | 10)) else {
            return None;
        };
        let key = Key { part: u8::from(subtype != self.subtype), bits: rib.bits, len: rib.len };
        let row = Row { key, subtype, sequence: rib.sequence, family: rib.family, length: record.bytes.len() };
        Some((row, record, rib))
    }

    /// The first record of `bytes`, which begin anywhere, and its offset.
    pub fn first_row(self, bytes: &[u8]) -> Option<(usize, Row)> {
        let mut steps = Steps::of(bytes.len());
        (0..bytes.len()).find_map(|at| Some((at, self.chain(bytes.get(at..)?, &mut steps)?)))
    }

    fn chain(self, bytes: &[u8], steps: &mut Steps) -> Option<Row> {
        let (first, ..) = self.row_within(bytes, steps)?;
        let (mut last, mut at) = (first, first.length);
        for _ in 1..CHAIN {
            let (next, ..) = self.row_within(bytes.get(at..)?, steps).filter(|(next, ..)| last.is_followed_by(next))?;
            at += next.length;
            last = next;
        }
        Some(first)
    }
}

impl Row {
    /// Whether `next` may be the record right after this one: higher in the order, and with the next number, which may begin again with
    /// another subtype (rule 8).
    pub fn is_followed_by(&self, next: &Row) -> bool {
        let restarts = self.subtype != next.subtype && next.sequence <= 1;
        self.key < next.key
            && (self.subtype == next.subtype || self.key.part < next.key.part)
            && (restarts || self.sequence.checked_add(1) == Some(next.sequence))
    }

    /// Whether `later` may come some time after this one.
    pub fn precedes(&self, later: &Row) -> bool {
        self.key < later.key && (self.subtype != later.subtype || self.sequence < later.sequence)
    }

    /// Whether numbers may begin so.
    pub fn begins_a_dump(&self) -> bool {
        self.sequence <= 1
    }

    /// Its prefix.
    pub fn prefix(&self) -> Option<IpNet> {
        self.family.prefix(self.key.bits, self.key.len)
    }

    /// Records from this one to `last` of the same subtype, by their numbers.
    pub fn count_to(&self, last: &Row) -> Result<u64, GaveUp> {
        let distance = last.sequence.checked_sub(self.sequence).filter(|_| self.subtype == last.subtype);
        Ok(u64::from(distance.ok_or(GaveUp)?) + 1)
    }
}
