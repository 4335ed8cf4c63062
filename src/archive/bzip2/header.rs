//! The part of a block before its data: checksum, origin pointer, byte values in use, Huffman codes and their
//! selectors.

use super::bits::{BitReader, Bits};
use super::error::Bz2Error;
use super::huffman::Table;
use super::scan::BLOCK_MAGIC;

/// Bytes of a block of level 1, before its last run-length stage.
pub const LEVEL_BYTES: usize = 100_000;
/// More selectors than 900,000 symbols need; libbz2 ignores those beyond, and so do we.
const MAX_SELECTORS: usize = 18_002;
const MAX_TABLES: usize = 6;
const MAX_CODE_BITS: u32 = 20;

/// The fixed fields of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlockHeader {
    /// Checksum of the block's output.
    pub crc: u32,
    /// Whether the text was altered before the transform: an early remedy against bad cases of sorting.
    pub randomised: Randomised,
    /// Row of the sorted matrix that holds the text itself.
    pub orig_ptr: u32,
}

/// Whether a block's text was altered by the fixed table of random numbers before the transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Randomised {
    /// As all encoders since 1998 write it.
    #[default]
    No,
    /// As bzip2 0.9 wrote repetitive blocks. Its last column cannot be searched.
    Yes,
}

/// Header and codes of a block, with buffers that serve one block after the other.
#[derive(Debug, Default)]
pub struct Codes {
    /// Byte values in use in ascending order: the start of the move-to-front list.
    pub values: Vec<u8>,
    /// The table of each group of fifty symbols.
    pub selectors: Vec<u8>,
    /// The codes; always six, of which selectors name only those that were read.
    pub tables: [Table; MAX_TABLES],
}

impl Codes {
    /// Reads a block's header and codes at bit `offset` and returns them with the offset of its first symbol.
    pub fn read(&mut self, bits: Bits<'_>, offset: usize) -> Result<(BlockHeader, usize), Bz2Error> {
        if bits.magic(offset) != BLOCK_MAGIC {
            return Err(Bz2Error::NoBlock(offset as u64));
        }
        let mut reader = BitReader::new(bits, offset);
        reader.skip(48)?;
        let crc = reader.take(32)?;
        let randomised = if reader.bit()? { Randomised::Yes } else { Randomised::No };
        let orig_ptr = reader.take(24)?;
        self.read_values(&mut reader)?;
        let tables = self.read_selectors(&mut reader)?;
        for table in self.tables.iter_mut().take(tables) {
            read_table(&mut reader, self.values.len() + 2, table)?;
        }
        Ok((BlockHeader { crc, randomised, orig_ptr }, reader.offset()))
    }

    fn read_values(&mut self, reader: &mut BitReader<'_>) -> Result<(), Bz2Error> {
        self.values.clear();
        let ranges = reader.take(16)?;
        for range in (0..16u8).filter(|range| ranges & (0x8000 >> range) != 0) {
            let used = reader.take(16)?;
            self.values.extend((0..16u8).filter(|value| used & (0x8000 >> value) != 0).map(|value| range * 16 + value));
        }
        if self.values.is_empty() { Err(Bz2Error::NoSymbols) } else { Ok(()) }
    }

    /// Reads the selectors, which are move-to-front coded, and returns the number of tables.
    fn read_selectors(&mut self, reader: &mut BitReader<'_>) -> Result<usize, Bz2Error> {
        let tables = reader.take(3)?;
        if !(2..=6).contains(&tables) {
            return Err(Bz2Error::TableCount(u8::try_from(tables).unwrap_or_default()));
        }
        let count = reader.take(15)? as usize;
        if count == 0 {
            return Err(Bz2Error::Selector);
        }
        self.selectors.clear();
        let mut order = [0u8, 1, 2, 3, 4, 5];
        for index in 0..count {
            let place = reader.ones(tables - 1)?.ok_or(Bz2Error::Selector)? as usize;
            order[..=place].rotate_right(1);
            if index < MAX_SELECTORS {
                self.selectors.push(order[0]);
            }
        }
        Ok(tables as usize)
    }
}

/// Nobody goes up and down on the way to a code's length; libbz2 would follow for ever.
const MOST_STEPS: u32 = 64;

/// Reads a code: a first length, then for each symbol steps up (`10`) or down (`11`) and a stop (`0`).
fn read_table(reader: &mut BitReader<'_>, symbols: usize, table: &mut Table) -> Result<(), Bz2Error> {
    let mut lengths = [0u8; 258];
    let mut length = reader.take(5)?;
    let lengths = lengths.get_mut(..symbols).ok_or(Bz2Error::CodeLength)?;
    for slot in lengths.iter_mut() {
        let mut steps = 0;
        loop {
            if !(1..=MAX_CODE_BITS).contains(&length) {
                return Err(Bz2Error::CodeLength);
            }
            match reader.peek() >> 62 {
                0b10 => length += 1,
                0b11 => length -= 1,
                _ => break,
            }
            reader.skip(2)?;
            steps += 1;
            if steps > MOST_STEPS {
                return Err(Bz2Error::CodeLength);
            }
        }
        reader.skip(1)?;
        *slot = u8::try_from(length).map_err(|_| Bz2Error::CodeLength)?;
    }
    table.rebuild(lengths);
    Ok(())
}
