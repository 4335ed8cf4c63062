//! Streams of blocks: what follows a block, and the walk through a whole file.
//!
//! A file is one stream or several in a row, each with its own level. Blocks begin at any bit, streams at bytes.

use super::bits::Bits;
use super::crc::combine;
use super::decoder::{BlockDecoder, BlockInfo};
use super::error::Bz2Error;
use super::octets::Octets;
use super::scan::{BLOCK_MAGIC, END_MAGIC};

/// Length of what precedes a stream's first block.
pub const HEADER_BITS: usize = 32;
pub(super) const MAGIC_BITS: usize = 48;
pub(super) const CRC_BITS: usize = 32;

/// Where a walk through a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A block begins here; it belongs to a stream of this level.
    Block {
        /// Offset of its magic number in bits.
        bit: usize,
        /// Level of its stream, 1 to 9: a block holds up to that many times 100,000 bytes before its last stage.
        level: u8,
    },
    /// The last stream is over and so are the data.
    End,
    /// The last stream is over, but what follows at this byte is no stream. `bzip2` warns and ignores it.
    Trailing {
        /// Offset in bytes.
        byte: usize,
    },
}

/// The level of a stream that begins with these bytes, 1 to 9.
pub fn level(head: &[u8]) -> Option<u8> {
    match head {
        [b'B', b'Z', b'h', level @ b'1'..=b'9', ..] => Some(level - b'0'),
        _ => None,
    }
}

/// The first block of a file, or its end if it has only empty streams.
pub fn first(data: &[u8]) -> Result<Place, Bz2Error> {
    match stream_at(data, 0)? {
        Place::Trailing { .. } => Err(Bz2Error::NoStream(0)),
        place => Ok(place),
    }
}

/// What follows a block of a stream of `level` that ends at `end_bit`, passing over ends and beginnings of streams.
///
/// The error [`Bz2Error::Chain`] means that the block was none, or that the file is damaged or cut here.
pub fn after(data: &[u8], end_bit: usize, level: u8) -> Result<Place, Bz2Error> {
    let bits = Bits::new(data);
    match bits.magic(end_bit) {
        BLOCK_MAGIC => Ok(Place::Block { bit: end_bit, level }),
        END_MAGIC if end_bit + MAGIC_BITS + CRC_BITS <= bits.len() => stream_at(data, after_end(end_bit)),
        _ if end_bit + MAGIC_BITS + CRC_BITS > bits.len() => Err(Bz2Error::Truncated),
        _ => Err(Bz2Error::Chain(end_bit as u64)),
    }
}

/// The byte behind the end of stream at a bit.
fn after_end(end_bit: usize) -> usize {
    (end_bit + MAGIC_BITS + CRC_BITS).div_ceil(8)
}

/// The checksum behind the end of stream at a bit.
pub(super) fn stored_crc(bits: Bits<'_>, end_bit: usize) -> u32 {
    u32::try_from(bits.peek(end_bit + MAGIC_BITS) >> 32).unwrap_or_default()
}

/// Reads the header of the stream at `byte`, and over it and its like if they have no block.
fn stream_at(data: &[u8], mut byte: usize) -> Result<Place, Bz2Error> {
    loop {
        let rest = data.get(byte..).unwrap_or_default();
        let Some(level) = level(rest) else {
            return Ok(if rest.is_empty() && byte > 0 { Place::End } else { Place::Trailing { byte } });
        };
        let bits = Bits::new(data);
        let bit = byte * 8 + HEADER_BITS;
        match bits.magic(bit) {
            BLOCK_MAGIC => return Ok(Place::Block { bit, level }),
            END_MAGIC if bit + MAGIC_BITS + CRC_BITS <= bits.len() => match stored_crc(bits, bit) {
                0 => byte = after_end(bit),
                stored => return Err(Bz2Error::Crc { stored, computed: 0 }),
            },
            _ if bit + MAGIC_BITS + CRC_BITS > bits.len() => return Err(Bz2Error::Truncated),
            _ => return Err(Bz2Error::Chain(bit as u64)),
        }
    }
}

/// Decodes the blocks of a file one after the other; needs no scan, as the end of one block is the start of the next.
#[derive(Debug)]
pub struct Walk<'a> {
    data: Octets<'a>,
    place: Place,
    /// The combined checksum of the stream so far, from the blocks' headers.
    combined: u32,
}

impl<'a> Walk<'a> {
    /// Begins at a file's first block.
    pub fn new(data: impl Into<Octets<'a>>) -> Result<Self, Bz2Error> {
        let data = data.into();
        Ok(Self { data, place: data.first()?, combined: 0 })
    }

    /// Where the next block is, or what is there instead.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Decodes the next block into `decoder`; nothing if there is none. After an error the walk cannot go on.
    ///
    /// Checks that the stream's checksum is the one of the checksums in its blocks' headers, which needs no
    /// inversion. If it is not, the last block of the stream is refused.
    pub fn decode_next(&mut self, decoder: &mut BlockDecoder) -> Result<Option<BlockInfo>, Bz2Error> {
        let Place::Block { bit, level } = self.place else { return Ok(None) };
        let info = self.data.decode(decoder, bit, level)?;
        self.pass(&info)?;
        Ok(Some(info))
    }

    /// Goes on behind the next block, decoded by someone else to `info` from this place and level. Checks as
    /// [`Walk::decode_next`] does.
    pub fn pass(&mut self, info: &BlockInfo) -> Result<(), Bz2Error> {
        let Place::Block { level, .. } = self.place else { return Ok(()) };
        self.place = self.data.after(info.end_bit, level)?;
        self.combined = combine(self.combined, info.header.crc);
        if let Some(stored) = self.data.end_of_stream(info.end_bit) {
            let computed = std::mem::take(&mut self.combined);
            if stored != computed {
                return Err(Bz2Error::Crc { stored, computed });
            }
        }
        Ok(())
    }
}
