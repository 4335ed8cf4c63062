//! What can be wrong with a compressed block or stream.

use thiserror::Error;

/// Why bytes are not an intact bzip2 block or stream.
///
/// A block that fails to decode says nothing about its neighbours: the caller may go on at the next candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Bz2Error {
    /// The level of a stream is 1 to 9.
    #[error("bzip2: block size level {0} is not 1 to 9")]
    Level(u8),
    /// No block magic at this bit offset.
    #[error("bzip2: no block begins at bit {0}")]
    NoBlock(u64),
    /// The data end inside the block.
    #[error("bzip2: the file is cut short")]
    Truncated,
    /// The block's origin pointer lies beyond its data.
    #[error("bzip2: a block is damaged: origin pointer {orig_ptr} beyond its {rows} rows")]
    OriginPointer {
        /// Index of the row that holds the original text.
        orig_ptr: u32,
        /// Rows of the block's matrix, one per byte.
        rows: usize,
    },
    /// No byte value is marked as used.
    #[error("bzip2: a block is damaged: it uses no byte value")]
    NoSymbols,
    /// The number of Huffman tables is 2 to 6.
    #[error("bzip2: a block is damaged: {0} Huffman tables instead of 2 to 6")]
    TableCount(u8),
    /// A selector names a table that does not exist, or there are none.
    #[error("bzip2: a block is damaged: bad table selector")]
    Selector,
    /// A code length is not 1 to 20.
    #[error("bzip2: a block is damaged: Huffman code length outside 1 to 20")]
    CodeLength,
    /// The bits are no code of the table in use.
    #[error("bzip2: a block is damaged: bits that are no Huffman code")]
    Code,
    /// More data than a block of this level may hold.
    #[error("bzip2: a block is damaged: more than {0} bytes in one block")]
    Overflow(usize),
    /// The selectors are used up before the end-of-block symbol.
    #[error("bzip2: a block is damaged: it does not end")]
    NoEnd,
    /// The output's checksum differs from the one stored in the block.
    #[error("bzip2: a block is damaged: checksum {computed:08x} instead of {stored:08x}")]
    Crc {
        /// Checksum in the block's header.
        stored: u32,
        /// Checksum of the bytes that came out.
        computed: u32,
    },
    /// The last run of four equal bytes is not followed by its count, which every compressor writes.
    #[error("bzip2: a block is damaged: its last run lacks the count")]
    Uncounted,
    /// Neither a block nor the end of the stream follows at the block's last bit.
    #[error("bzip2: damaged at bit {0}: neither a block nor the end of the stream")]
    Chain(u64),
    /// The data are no bzip2 stream.
    #[error("bzip2: no stream begins at byte {0}")]
    NoStream(u64),
}
