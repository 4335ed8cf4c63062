//! Looks at a file's first bytes to tell an archive file from anything else before any real reading begins.

use std::io::{self, Read};

use super::compression::{self, Compression};
use super::name::NameKind;
use super::open::decompress;
use super::source::Source;

/// What the first bytes look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// MRT; the kind where its first record tells.
    Mrt(Option<NameKind>),
    /// Nothing in it: no bytes, or a compressed stream of nothing.
    Empty,
    /// Its compression is damaged before the first record's header.
    Broken,
    /// Neither MRT nor text: perhaps an archive file whose first record is damaged.
    Binary,
    /// Text, such as `show ip bgp` tables and error pages.
    Text,
}

/// Uncompressed bytes that are looked at.
const SAMPLE: u64 = 64;

/// Looks at a file's content.
pub(super) fn sniff(source: &Source) -> io::Result<Looks> {
    let raw = source.open_raw()?;
    let mut plain = decompress(raw)?;
    let mut head = Vec::new();
    let ended = plain.by_ref().take(SAMPLE).read_to_end(&mut head);
    Ok(match (head.as_slice(), ended) {
        ([], Ok(_)) => Looks::Empty,
        ([], Err(_)) => Looks::Broken,
        (head, _) => bytes(head),
    })
}

/// All of a stream, or only its first bytes if no more are needed to refuse it: it may never end. A name that speaks of an archive file
/// makes up for them, as [`sniff`] says.
pub(super) fn unless_foreign(stream: &mut dyn Read, named: Option<NameKind>) -> io::Result<Box<dyn Read + '_>> {
    let mut head = Vec::new();
    stream.take(SAMPLE).read_to_end(&mut head)?;
    let is_foreign = named.is_none() && Compression::of(&head) == Compression::Plain && !compression::is_mrt_header(&head);
    let head = io::Cursor::new(head);
    Ok(if is_foreign { Box::new(head) } else { Box::new(head.chain(stream)) })
}

/// Looks at a bzip2 file's compression only: the first block takes some 50 ms to decode, which adds up over thousands
/// of files whose names already speak for them.
pub(super) fn is_bzip2(source: &Source) -> io::Result<bool> {
    let mut head = Vec::new();
    source.open_raw()?.take(compression::HEAD as u64).read_to_end(&mut head)?;
    Ok(Compression::of(&head) == Compression::Bzip2 && compression::is_bzip2_stream(&head))
}

fn bytes(head: &[u8]) -> Looks {
    let text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..);
    match compression::mrt_header(head) {
        // Old BGP4MP_ENTRY and BGP4MP_SNAPSHOT records (subtypes 2 and 3) are table dumps, too.
        Some((12 | 13, _) | (16 | 17, 2 | 3)) => Looks::Mrt(Some(NameKind::Rib)),
        Some((5 | 16 | 17, _)) => Looks::Mrt(Some(NameKind::Updates)),
        Some(_) => Looks::Mrt(None),
        None if head.iter().all(text) => Looks::Text,
        None => Looks::Binary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_stream_of_something_else_is_not_awaited() {
        let mut first = Vec::new();
        let mut zeros = io::repeat(0);
        unless_foreign(&mut zeros, None).and_then(|mut all| all.read_to_end(&mut first)).expect("ends");
        assert_eq!(bytes(&first), Looks::Binary);
        let mut all = Vec::new();
        let mut known = [0; 300].as_slice();
        unless_foreign(&mut known, Some(NameKind::Rib)).and_then(|mut read| read.read_to_end(&mut all)).expect("memory");
        assert_eq!(all.len(), 300);
    }

    #[test]
    fn first_bytes() {
        let cases: [(&[u8], Looks); 6] = [
            (b"\x59\xd0\xa4\x80\0\x0d\0\x01\0\0\x01\x06", Looks::Mrt(Some(NameKind::Rib))),
            (b"\x59\xd0\xa4\x80\0\x0c\0\x01\0\0\0\x2c", Looks::Mrt(Some(NameKind::Rib))),
            (b"\x59\xd0\xa4\x80\0\x11\0\x04\0\0\0\x2c", Looks::Mrt(Some(NameKind::Updates))),
            (b"\x59\xd0\xa4\x80\0\x0b\0\0\0\0\0\x2c", Looks::Mrt(None)),
            (b"BGP table version is 0", Looks::Text),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0", Looks::Binary),
        ];
        for (head, looks) in cases {
            assert_eq!(bytes(head), looks, "{head:?}");
        }
    }
}
