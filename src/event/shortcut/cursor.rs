//! Reads a dump's records one after the other from some block on.

use super::GaveUp;
use super::order::{Order, Row};
use super::probe::Prober;
use crate::archive::bzip2::decoder::LARGEST_LEVEL;
use crate::archive::bzip2::stream::Place;
use crate::mrt::{HEADER_LEN, Header, RawRecord, RibRecord};

/// A record is at most so long ([`Header::is_convincing`]) and a block may hold much more than its compressed size: more than both at a
/// time is not ordinary.
const LONGEST: usize = 24 << 20;

/// A place in a dump.
pub(super) struct Cursor {
    /// Bytes of the blocks read, from the record at hand on.
    bytes: Vec<u8>,
    at: usize,
    /// Bytes of the blocks read that are behind.
    passed: u64,
    /// Where the block read last begins in `bytes` and in the file (bits).
    block: (usize, usize),
    next: Place,
    row: Option<Row>,
    /// The last record of the first part and the first of the second, once the border between them is passed.
    pub border: Option<(Row, Row)>,
}

impl Cursor {
    /// At the start of the block at `bit`.
    pub fn open(prober: &mut Prober<'_>, bit: usize) -> Result<Self, GaveUp> {
        let next = Place::Block { bit, level: LARGEST_LEVEL };
        let mut cursor = Cursor { bytes: Vec::new(), at: 0, passed: 0, block: (0, bit), next, row: None, border: None };
        cursor.load(prober)?;
        Ok(cursor)
    }

    /// Moves to the first record that begins in the block, if framing is not known; reads it.
    pub fn find_row(&mut self, order: Order) -> Result<(), GaveUp> {
        let (at, row) = order.first_row(&self.bytes).ok_or(GaveUp)?;
        self.at = at;
        self.row = Some(row);
        Ok(())
    }

    /// Offset of the record at hand from where the cursor was opened.
    pub fn offset(&self) -> u64 {
        self.passed + self.at as u64
    }

    /// The block, by its first bit, in which the bytes read so far end.
    pub fn block_bit(&self) -> usize {
        self.block.1
    }

    /// Whether the record at hand begins in a block behind the one at `bit`.
    pub fn is_behind(&self, bit: usize) -> bool {
        self.block.1 > bit && self.at >= self.block.0
    }

    /// The record at hand.
    pub fn row(&self) -> Option<&Row> {
        self.row.as_ref()
    }

    /// The record at hand, in full.
    pub fn record(&self, order: Order) -> Option<(RawRecord<'_>, RibRecord<'_>)> {
        let (_, record, rib) = order.row(self.bytes.get(self.at..)?)?;
        Some((record, rib))
    }

    /// The bytes of the whole record of any type at hand, at the start of a file.
    pub fn raw(&mut self, prober: &mut Prober<'_>) -> Result<&[u8], GaveUp> {
        let length = self.fill(prober)?.ok_or(GaveUp)?;
        self.bytes.get(self.at..self.at + length).ok_or(GaveUp)
    }

    /// Passes over the record at hand, if it is no RIB record.
    pub fn pass(&mut self, length: usize) {
        self.at += length;
    }

    /// Moves to the next record, which must follow well, or to the end of the file: `None`.
    pub fn advance(&mut self, prober: &mut Prober<'_>) -> Result<Option<Row>, GaveUp> {
        self.at += self.row.map_or(0, |row| row.length);
        if self.fill(prober)?.is_none() {
            self.row = None;
            return Ok(None);
        }
        let (row, ..) = prober.order.row(self.bytes.get(self.at..).unwrap_or_default()).ok_or(GaveUp)?;
        if let Some(before) = self.row {
            if !before.is_followed_by(&row) {
                return Err(GaveUp);
            }
            if before.key.part < row.key.part {
                self.border = Some((before, row));
            }
        }
        self.row = Some(row);
        Ok(Some(row))
    }

    /// Reads blocks until the record at hand is whole; its length, or `None` at the end of the file.
    fn fill(&mut self, prober: &mut Prober<'_>) -> Result<Option<usize>, GaveUp> {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let length = Header::read(rest).map(|header| HEADER_LEN.saturating_add(header.length as usize));
            if let Some(length) = length.filter(|length| *length <= rest.len()) {
                return Ok(Some(length));
            }
            match self.next {
                Place::End if rest.is_empty() => return Ok(None),
                Place::End | Place::Trailing { .. } => return Err(GaveUp),
                Place::Block { .. } => self.load(prober)?,
            }
        }
    }

    fn load(&mut self, prober: &mut Prober<'_>) -> Result<(), GaveUp> {
        let Place::Block { bit, .. } = self.next else { return Err(GaveUp) };
        self.bytes.drain(..self.at);
        self.passed += self.at as u64;
        self.at = 0;
        self.block = (self.bytes.len(), bit);
        if self.bytes.len() > LONGEST {
            return Err(GaveUp);
        }
        let (block, next) = prober.block(bit)?;
        self.bytes.extend_from_slice(&block);
        self.next = next;
        Ok(())
    }
}
