//! Tells compressions apart by a file's first bytes, and MRT from everything else by its first record's header.

use super::bzip2::bits::Bits;
use super::bzip2::scan::{BLOCK_MAGIC, END_MAGIC};
use super::bzip2::stream;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// gzip (RFC 1952).
    Gzip,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// Zstandard (RFC 8878).
    Zstd,
}

/// As many bytes as the functions of this module want to see.
pub const HEAD: usize = 12;

/// No record is longer in octets: RIB records with thousands of peers stay far below.
const LONGEST_RECORD: u32 = 1 << 24;

impl Compression {
    /// By the file's first bytes, whatever its name. An MRT record may begin, by its time, with the same bytes: what
    /// has a record's header is plain.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            _ if is_mrt_header(head) => Self::Plain,
            _ if stream::level(head).is_some() => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::Plain,
        }
    }
}

/// The head of a bzip2 file that is whole as far as it goes: level and first block or end of stream.
pub(super) fn is_bzip2_stream(head: &[u8]) -> bool {
    matches!(Bits::new(head).magic(stream::HEADER_BITS), BLOCK_MAGIC | END_MAGIC) && Compression::of(head) == Compression::Bzip2
}

/// Type and subtype of the MRT record that these bytes may begin with (RFC 6396, sections 2 and 4).
pub(super) fn mrt_header(head: &[u8]) -> Option<(u16, u16)> {
    let [_, _, _, _, t0, t1, s0, s1, l0, l1, l2, l3, ..] = *head else { return None };
    let (kind, subtype) = (u16::from_be_bytes([t0, t1]), u16::from_be_bytes([s0, s1]));
    // BGP (legacy), BGP4PLUS and its successor, OSPFv2, TABLE_DUMP, TABLE_DUMP_V2, BGP4MP(_ET), ISIS(_ET), OSPFv3(_ET).
    let known = matches!(kind, 5 | 9 | 10 | 11 | 12 | 13 | 16 | 17 | 32 | 33 | 48 | 49);
    (known && subtype < 64 && u32::from_be_bytes([l0, l1, l2, l3]) <= LONGEST_RECORD).then_some((kind, subtype))
}

/// Whether a file's uncompressed bytes begin as one of records does; one without any holds no records.
pub fn begins_as_mrt(head: &[u8]) -> bool {
    head.is_empty() || is_mrt_header(head)
}

pub(super) fn is_mrt_header(head: &[u8]) -> bool {
    mrt_header(head).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_decide() {
        let cases: [(&[u8], Compression); 8] = [
            (b"\x1f\x8b\x08\x00", Compression::Gzip),
            (b"BZh91AY&SY", Compression::Bzip2),
            (b"\xfd7zXZ\0\0\x04", Compression::Xz),
            (b"\x28\xb5\x2f\xfd\x04\x58", Compression::Zstd),
            (b"\x50\x2a\x4d\x18\x04\0\0\0abcd", Compression::Zstd),
            (b"", Compression::Plain),
            (b"\x59\xd0\xa4\x80\0\x0d\0\x01\0\0\x01\x06", Compression::Plain),
            (b"\x50\x2a\x4d\x18\0\x10\0\x04\0\0\x01\x06", Compression::Plain),
        ];
        for (head, compression) in cases {
            assert_eq!(Compression::of(head), compression, "{head:?}");
        }
    }

    #[test]
    fn headers_of_records() {
        assert_eq!(mrt_header(b"\x59\xd0\xa4\x80\0\x0d\0\x01\0\0\x01\x06"), Some((13, 1)));
        for text in [&b"RouteViews BGP table"[..], b"<!DOCTYPE html>", &[0; 64], b"\x59\xd0\xa4\x80\0\x0d"] {
            assert_eq!(mrt_header(text), None);
        }
    }
}
