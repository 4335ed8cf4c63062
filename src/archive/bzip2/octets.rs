//! A compressed file's bytes: all of them in memory, or read where they are wanted, a window at a time. What a file that gets shorter no
//! longer has is missing from its windows and nowhere else.

use std::cell::RefCell;
use std::fmt::Debug;

use super::bits::Bits;
use super::decoder::{BlockDecoder, BlockInfo};
use super::error::Bz2Error;
use super::scan::{END_MAGIC, Mark, Scanner};
use super::stream::{self, Place};

/// Bytes that can be read at any place.
pub trait Places: Debug + Sync {
    /// Reads from `at` on; how much. Less than there is room for only where the bytes end or cannot be read.
    fn read_at(&self, into: &mut [u8], at: usize) -> usize;
}

/// Bytes of a file.
#[derive(Debug, Clone, Copy)]
pub enum Octets<'a> {
    /// In memory.
    Slice(&'a [u8]),
    /// Elsewhere, and how many.
    Places(&'a dyn Places, usize),
}

impl<'a, T: AsRef<[u8]> + ?Sized> From<&'a T> for Octets<'a> {
    fn from(bytes: &'a T) -> Self {
        Octets::Slice(bytes.as_ref())
    }
}

/// Bytes from a block's start on that are decoded: most blocks have fewer. The longest that can be have 2.3 MB.
const BLOCKS: [usize; 3] = [256 << 10, 1 << 20, 4 << 20];

/// Bytes from a block's end on in which the next is looked for, behind empty streams: ordinary files have none.
const BORDERS: [usize; 2] = [256, 1 << 20];

/// Bytes in which a magic number is looked for at a time.
const SCANNED: usize = 256 << 10;

/// A magic number and its 7 bits of shift may reach so far behind the bytes in which it begins.
const OVERHANG: usize = 16;

/// A longer window is not kept for the next.
const KEPT: usize = 1 << 20;

thread_local! {
    static WINDOW: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Octets<'_> {
    /// How many there are.
    pub fn len(self) -> usize {
        match self {
            Octets::Slice(all) => all.len(),
            Octets::Places(_, len) => len,
        }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Shows `look` up to `count` bytes from `from` on. It must not want another window.
    pub fn window<T>(self, from: usize, count: usize, look: impl FnOnce(&[u8]) -> T) -> T {
        let (places, count) = match self {
            Octets::Slice(all) => {
                let rest = all.get(from..).unwrap_or_default();
                return look(rest.get(..count).unwrap_or(rest));
            }
            Octets::Places(places, len) => (places, count.min(len.saturating_sub(from))),
        };
        let read = |window: &mut Vec<u8>| {
            if window.len() < count {
                window.resize(count, 0);
            }
            let room = window.get_mut(..count).unwrap_or_default();
            let read = places.read_at(room, from);
            look(room.get(..read).unwrap_or_default())
        };
        if count > KEPT { read(&mut Vec::new()) } else { WINDOW.with_borrow_mut(read) }
    }

    /// Decodes the block at bit `offset`, as [`BlockDecoder::decode`] does.
    pub fn decode(self, decoder: &mut BlockDecoder, offset: usize, level: u8) -> Result<BlockInfo, Bz2Error> {
        if let Octets::Slice(all) = self {
            return decoder.decode(all, offset, level);
        }
        let base = offset / 8;
        let mut decoded = Err(Bz2Error::Truncated);
        for count in BLOCKS {
            decoded = self.window(base, count, |window| decoder.decode(window, offset % 8, level));
            // Bits behind a window read as zero, and what comes of it may be any error.
            if decoded.is_ok() || base + count >= self.len() {
                break;
            }
        }
        decoder.moved(base * 8);
        decoded.map(|info| BlockInfo { end_bit: info.end_bit + base * 8, ..info })
    }

    /// The first block, as [`stream::first`] finds it.
    pub fn first(self) -> Result<Place, Bz2Error> {
        self.place(0, stream::first)
    }

    /// What follows a block, as [`stream::after`] finds it.
    pub fn after(self, end_bit: usize, level: u8) -> Result<Place, Bz2Error> {
        self.place(end_bit / 8, |window| stream::after(window, end_bit % 8, level))
    }

    fn place(self, base: usize, find: impl Fn(&[u8]) -> Result<Place, Bz2Error>) -> Result<Place, Bz2Error> {
        for count in BORDERS {
            let (found, length) = self.window(base, count, |window| (find(window), window.len()));
            let reaches_end = base + length >= self.len();
            return Ok(match found {
                Ok(Place::Block { bit, level }) => Place::Block { bit: bit + base * 8, level },
                // A stream's first four bytes must have been there.
                Ok(Place::Trailing { byte }) if reaches_end || byte + 4 <= length => Place::Trailing { byte: byte + base },
                Ok(Place::End) if reaches_end => Place::End,
                Err(Bz2Error::Chain(bit)) => return Err(Bz2Error::Chain(bit + base as u64 * 8)),
                Err(error) if reaches_end || error != Bz2Error::Truncated => return Err(error),
                _ => continue,
            });
        }
        Err(Bz2Error::Truncated)
    }

    /// The checksum of a stream that ends at a bit.
    pub fn end_of_stream(self, bit: usize) -> Option<u32> {
        self.window(bit / 8, 16, |window| {
            let bits = Bits::new(window);
            (bits.magic(bit % 8) == END_MAGIC).then(|| stream::stored_crc(bits, bit % 8))
        })
    }

    /// All candidates that begin at bit `from` or later and before bit `to`, in order.
    pub fn find(self, scanner: &Scanner, from: usize, to: usize) -> Vec<(usize, Mark)> {
        let base = from / 8;
        let count = (to / 8).saturating_sub(base) + OVERHANG;
        let found = self.window(base, count, |window| scanner.find(window, from % 8, to.saturating_sub(base * 8)));
        found.into_iter().map(|(bit, mark)| (bit + base * 8, mark)).collect()
    }

    /// The first candidate that begins at bit `from` or later and before bit `to`.
    pub fn first_mark(self, scanner: &Scanner, mut from: usize, to: usize) -> Option<(usize, Mark)> {
        let to = to.min(self.len() * 8);
        while from < to {
            let end = from.saturating_add(SCANNED * 8).min(to);
            if let Some(first) = self.find(scanner, from, end).first() {
                return Some(*first);
            }
            from = end;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::stream::Walk;
    use super::*;

    /// Bytes that are not in memory, as far as anybody can tell; those from `gone` on are no longer there.
    #[derive(Debug)]
    struct Elsewhere {
        bytes: Vec<u8>,
        gone: usize,
    }

    impl Places for Elsewhere {
        fn read_at(&self, mut into: &mut [u8], at: usize) -> usize {
            into.write(self.bytes.get(at..self.gone).unwrap_or_default()).expect("memory")
        }
    }

    fn compressed(level: u32, plain: &[u8]) -> Vec<u8> {
        let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(level));
        writer.write_all(plain).expect("written");
        writer.finish().expect("an end")
    }

    /// Bytes that do not compress, so that blocks are longer than a window.
    fn noise(count: usize) -> Vec<u8> {
        let mut state = 1_u64;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    type Walked = (Vec<BlockInfo>, Result<Place, Bz2Error>);

    fn walked(octets: Octets<'_>) -> Walked {
        let mut decoder = BlockDecoder::new();
        let mut walk = match Walk::new(octets) {
            Ok(walk) => walk,
            Err(error) => return (Vec::new(), Err(error)),
        };
        let mut blocks = Vec::new();
        loop {
            let Place::Block { bit, .. } = walk.place() else { return (blocks, Ok(walk.place())) };
            match walk.decode_next(&mut decoder) {
                Ok(info) => blocks.extend(info),
                Err(error) => return (blocks, Err(error)),
            }
            assert_eq!(decoder.bit(), Some(bit));
        }
    }

    fn same(bytes: &[u8]) -> Walked {
        let here = walked(Octets::Slice(bytes));
        let elsewhere = Elsewhere { bytes: bytes.to_vec(), gone: bytes.len() };
        let octets = Octets::Places(&elsewhere, bytes.len());
        assert_eq!(walked(octets), here);
        let scanner = Scanner::new(&[Mark::Block, Mark::End]);
        let all = scanner.find(bytes, 0, usize::MAX);
        assert_eq!(octets.find(&scanner, 0, bytes.len() * 8), all);
        let mut from = 0;
        for mark in all {
            assert_eq!(octets.first_mark(&scanner, from, usize::MAX), Some(mark));
            from = mark.0 + 1;
        }
        assert_eq!(octets.first_mark(&scanner, from, usize::MAX), None);
        here
    }

    #[test]
    fn windows_show_what_a_slice_shows() {
        let noisy = compressed(9, &noise(1_000_000));
        assert_eq!(same(&noisy).0.len(), 2);
        let plain: Vec<u8> = noise(3_000).into_iter().cycle().take(2_000_000).collect();
        let (one, empty) = (compressed(1, &plain), compressed(9, b""));
        assert!(same(&one).0.len() > 10);
        let joined = [&empty[..], &one, &empty.repeat(100), &noisy, &empty].concat();
        assert_eq!(same(&joined).1, Ok(Place::End));
        let trailing = [&one[..], &empty.repeat(18), b"BZ"].concat();
        assert!(matches!(same(&trailing).1, Ok(Place::Trailing { .. })));
        for cut in [0, 1, 4, 10, 13, one.len() / 2, one.len() - 5, one.len() - 1] {
            let _ = same(&one[..cut]);
            let _ = same(&[&one[..], &noisy[..cut]].concat());
        }
        let mut damaged = one.clone();
        damaged[one.len() / 2] ^= 4;
        let _ = same(&damaged);
    }

    #[test]
    fn more_empty_streams_than_anybody_writes_are_an_error() {
        let bytes = [compressed(1, b"x"), compressed(1, b"").repeat(100_000), compressed(1, b"y")].concat();
        let elsewhere = Elsewhere { gone: bytes.len(), bytes };
        assert_eq!(walked(Octets::Places(&elsewhere, elsewhere.gone)).1, Err(Bz2Error::Truncated));
    }

    #[test]
    fn what_is_gone_is_an_error() {
        let bytes = compressed(1, &noise(1_000_000));
        let len = bytes.len();
        for gone in [0, 5, len / 2, len - 1] {
            let elsewhere = Elsewhere { bytes: bytes.clone(), gone };
            assert!(walked(Octets::Places(&elsewhere, len)).1.is_err(), "{gone}");
        }
    }
}
