//! The common header of MRT records (RFC 6396 2 and 3) and what makes one plausible.

use super::Cursor;
use crate::model::Time;

/// Bytes of the common header; the microseconds of the extended types belong to the body.
pub const HEADER_LEN: usize = 12;

/// The MRT types that are read; all others are skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Type 5, deprecated (RFC 6396 B.2.1): RIS before 2001.
    LegacyBgp,
    /// Type 12: one peer's entry for one prefix.
    TableDump,
    /// Type 13: a peer index, then one record per prefix.
    TableDumpV2,
    /// Types 16 and 17 (with microseconds): messages and session states.
    Bgp4mp,
    /// The same types, subtype 2: one peer's entry for one prefix, from drafts of RFC 6396 (OpenBGPD's `table-mp`).
    TableEntry,
    /// Known to IANA but of no use here.
    Other,
}

/// A common header as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Seconds since the epoch.
    pub secs: u32,
    /// MRT type.
    pub kind: u16,
    /// MRT subtype.
    pub subtype: u16,
    /// Bytes of the body.
    pub length: u32,
}

impl Header {
    /// Reads the first [`HEADER_LEN`] bytes.
    #[inline]
    pub fn read(bytes: &[u8]) -> Option<Header> {
        let mut at = Cursor::new(bytes);
        Some(Header { secs: at.u32()?, kind: at.u16()?, subtype: at.u16()?, length: at.u32()? })
    }

    /// Whether the body opens with microseconds.
    #[inline]
    pub(super) const fn has_microseconds(&self) -> bool {
        matches!(self.kind, 17 | 33 | 49)
    }

    /// Loose: a type that IANA knows. Type 0 is left out: it would make plausible headers of zeroed disk blocks.
    #[inline]
    pub(super) const fn is_known_type(&self) -> bool {
        matches!(self.kind, 1..=13 | 16 | 17 | 32 | 33 | 48 | 49) && self.subtype < 64
    }

    /// Strict, for finding a header among any bytes: a subtype that exists, a body that can hold its fixed fields, and no more than
    /// any collector was seen to write.
    pub const fn is_convincing(&self) -> bool {
        let (subtypes, shortest) = match self.kind {
            5 | 9 | 10 => (1..8, 8),
            12 => (1..5, 22),
            13 => (1..13, 7),
            16 => (0..12, 8),
            17 => (0..12, 12),
            11 | 32 | 33 | 48 | 49 => (0..16, 8),
            _ => return false,
        };
        subtypes.start <= self.subtype && self.subtype < subtypes.end && shortest <= self.length && self.length <= 1 << 20
    }
}

/// One record in the reader's buffer.
#[derive(Debug, Clone, Copy)]
pub struct RawRecord<'a> {
    /// From the header, and the body's first field where the type has microseconds.
    pub time: Time,
    /// The common header.
    pub header: Header,
    /// Offset of the header in the uncompressed stream.
    pub offset: u64,
    /// The whole record, header included.
    pub bytes: &'a [u8],
}

impl<'a> RawRecord<'a> {
    /// Reads the record that fills `bytes`.
    #[inline]
    pub fn read(bytes: &'a [u8], offset: u64) -> Option<Self> {
        let header = Header::read(bytes)?;
        let body = bytes.get(HEADER_LEN..)?;
        let micros = if header.has_microseconds() { Cursor::new(body).u32().unwrap_or(0) } else { 0 };
        // Over a second's worth is no fraction of a second: the header's second is all that is left to believe.
        let micros = if micros < 1_000_000 { micros } else { 0 };
        let time = Time::from_micros(i64::from(header.secs) * 1_000_000 + i64::from(micros));
        Some(RawRecord { time, header, offset, bytes })
    }

    /// What the type says.
    #[inline]
    pub const fn kind(&self) -> Kind {
        match self.header.kind {
            5 => Kind::LegacyBgp,
            12 => Kind::TableDump,
            13 => Kind::TableDumpV2,
            // Subtype 3 names a file.
            16 | 17 => match self.header.subtype {
                2 => Kind::TableEntry,
                3 => Kind::Other,
                _ => Kind::Bgp4mp,
            },
            _ => Kind::Other,
        }
    }

    /// What follows the header and its microseconds.
    #[inline]
    pub fn body(&self) -> &'a [u8] {
        let from = if self.header.has_microseconds() { HEADER_LEN + 4 } else { HEADER_LEN };
        self.bytes.get(from..).unwrap_or_default()
    }
}
