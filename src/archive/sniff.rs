//! Looks at a file's first bytes to tell an archive file from anything else before any real reading begins.

use std::io::{self, Read};

use super::compression::{self, Compression};
use super::name::NameKind;
use super::open::decompress;
use super::source::Source;
use super::text::{TEXT_HEAD, TextForm};

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
    /// Text that is read, and what it holds.
    Routes(TextForm, NameKind),
    /// Other text, such as error pages.
    Text,
    /// A pack of `uplinks extract`.
    Pack,
    /// Files packed into one.
    Packed(&'static str),
}

/// How packs begin, whatever their version.
pub const PACK: &[u8] = b"uplinks pack ";

/// Uncompressed bytes that are looked at.
const SAMPLE: u64 = TEXT_HEAD as u64;

/// Of which so many tell bytes from text.
const GLANCE: usize = 64;

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
    let is_read = compression::is_mrt_header(&head) || TextForm::of(&head).is_some();
    let is_foreign = named.is_none() && Compression::of(&head) == Compression::Plain && !is_read;
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
        None if head.starts_with(PACK) => Looks::Pack,
        None => match (packed(head), TextForm::of(head)) {
            (Some(what), _) => Looks::Packed(what),
            (None, Some(form)) => Looks::Routes(form, form.kind(head)),
            (None, None) if head.iter().take(GLANCE).all(text) => Looks::Text,
            (None, None) => Looks::Binary,
        },
    }
}

/// Where a tar archive says what it is (POSIX.1-1988).
const USTAR: std::ops::Range<usize> = 257..262;

fn packed(head: &[u8]) -> Option<&'static str> {
    if head.get(USTAR) == Some(b"ustar") {
        return Some("a tar archive");
    }
    head.starts_with(b"PK\x03\x04").then_some("a zip archive")
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
        let mut tar = b"updates.20171001.0900".to_vec();
        tar.resize(USTAR.start, 0);
        tar.extend(b"ustar\x0000");
        let cases: [(&[u8], Looks); 10] = [
            (&tar, Looks::Packed("a tar archive")),
            (&tar[..USTAR.end - 1], Looks::Binary),
            (b"PK\x03\x04\x14\0\0\0", Looks::Packed("a zip archive")),
            (b"BGP4MP|1506848871|A|", Looks::Routes(TextForm::Bgpdump, NameKind::Updates)),
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
