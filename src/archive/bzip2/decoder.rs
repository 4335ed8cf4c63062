//! One block at a time: decoded up to its last column, then searched, looked into at its ends, or inverted.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};

use super::bits::Bits;
use super::block::{self, Decoded, decode_symbols};
use super::border::Edges;
use super::crc::crc32;
use super::edges;
use super::error::Bz2Error;
use super::header::{BlockHeader, Codes, LEVEL_BYTES, Randomised};
use super::invert::Inverter;
use super::rank::Matrix;
use super::rle::{self, Fit};
use super::search::SearchSet;

/// Blocks inverted as a whole since the program began.
static INVERSIONS: AtomicU64 = AtomicU64::new(0);

/// How many blocks were inverted as a whole since the program began: that is what shortcuts avoid, and by this it can be seen whether they
/// do.
pub fn inversions() -> u64 {
    INVERSIONS.load(Ordering::Relaxed)
}

/// What a decoded block says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockInfo {
    /// Its fixed fields.
    pub header: BlockHeader,
    /// Offset in bits of what follows the block.
    pub end_bit: usize,
    /// Rows of its matrix.
    pub rows: usize,
}

impl BlockInfo {
    /// Whether a stream of this level can hold it, whatever level it was decoded with.
    pub fn fits(&self, level: u8) -> bool {
        self.rows <= usize::from(level) * LEVEL_BYTES
    }
}

/// The largest level, as which blocks are decoded whatever their streams have: a level only bounds a block's size.
pub const LARGEST_LEVEL: u8 = 9;

/// Decodes blocks with buffers that are kept: at most 0.9 MB, and 8 MB more once a block was inverted; of blocks made for the purpose 35 MB.
#[derive(Debug)]
pub struct BlockDecoder {
    codes: Codes,
    header: BlockHeader,
    /// Offset of the block in bits.
    bit: Option<usize>,
    /// Room for the largest block so far and what its decoding writes beyond; the last column is the first `rows`
    /// bytes.
    column: Vec<u8>,
    rows: usize,
    starts: [u32; 257],
    inverter: Inverter,
}

thread_local! {
    static SPARE: RefCell<Vec<BlockDecoder>> = const { RefCell::new(Vec::new()) };
}

/// Decoders that a thread keeps for the next file: one reads, one looks ahead.
const MOST_SPARE: usize = 2;

/// A decoder with the buffers of one that was given back, as clearing new ones takes longer than reading a small file. It holds no block.
#[derive(Debug)]
pub struct Lent(BlockDecoder);

impl Lent {
    /// From those that this thread keeps, or a new one.
    pub fn new() -> Self {
        Lent(SPARE.with_borrow_mut(Vec::pop).unwrap_or_default())
    }
}

impl Default for Lent {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut decoder = std::mem::take(&mut self.0);
        decoder.forget();
        // A thread that ends keeps nothing.
        let _ = SPARE.try_with(|spare| {
            if let Ok(mut spare) = spare.try_borrow_mut()
                && spare.len() < MOST_SPARE
            {
                spare.push(decoder);
            }
        });
    }
}

impl Deref for Lent {
    type Target = BlockDecoder;

    fn deref(&self) -> &BlockDecoder {
        &self.0
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut BlockDecoder {
        &mut self.0
    }
}

impl Default for BlockDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl BlockDecoder {
    /// A decoder that holds no block yet.
    pub fn new() -> Self {
        Self {
            codes: Codes::default(),
            header: BlockHeader::default(),
            bit: None,
            column: Vec::new(),
            rows: 0,
            starts: [0; 257],
            inverter: Inverter::default(),
        }
    }

    /// Decodes the block at bit `offset` of `data` up to its last column, which replaces the one before; after an
    /// error there is none.
    ///
    /// That a block decodes does not make it one, as its magic may occur by chance: it is genuine if the chain of
    /// blocks leads to it, or if another block or the stream's end follows at [`BlockInfo::end_bit`].
    pub fn decode(&mut self, data: &[u8], offset: usize, level: u8) -> Result<BlockInfo, Bz2Error> {
        let decoded = self.try_decode(data, offset, level);
        self.bit = decoded.is_ok().then_some(offset);
        if decoded.is_err() {
            self.forget();
        }
        decoded
    }

    /// Lets go of the block that is held, and keeps the buffers.
    fn forget(&mut self) {
        self.bit = None;
        self.rows = 0;
        self.starts = [0; 257];
    }

    fn try_decode(&mut self, data: &[u8], offset: usize, level: u8) -> Result<BlockInfo, Bz2Error> {
        if !(1..=9).contains(&level) {
            return Err(Bz2Error::Level(level));
        }
        let bits = Bits::new(data);
        let (header, symbols) = self.codes.read(bits, offset)?;
        let room = usize::from(level) * LEVEL_BYTES + block::SPLAT;
        if self.column.len() < room {
            self.column.resize(room, 0);
        }
        let column = self.column.get_mut(..room).unwrap_or_default();
        let Decoded { end_bit, rows, counts } = decode_symbols(bits, &self.codes, symbols, column)?;
        if header.orig_ptr as usize >= rows {
            return Err(Bz2Error::OriginPointer { orig_ptr: header.orig_ptr, rows });
        }
        let mut sum = 0;
        for (start, count) in self.starts.iter_mut().zip(counts.into_iter().chain([0])) {
            *start = sum;
            sum += count;
        }
        self.rows = rows;
        self.header = header;
        Ok(BlockInfo { header, end_bit, rows })
    }

    /// The bytes that were decoded begin at a bit of others, from which offsets count.
    pub(super) fn moved(&mut self, by: usize) {
        self.bit = self.bit.map(|bit| bit + by);
    }

    /// Offset in bits of the block that is held.
    pub fn bit(&self) -> Option<usize> {
        self.bit
    }

    /// The last column of the block's matrix; empty if there is no block.
    pub fn last_column(&self) -> &[u8] {
        self.column.get(..self.rows).unwrap_or_default()
    }

    /// The block's matrix. That of a randomised block is one of altered text.
    pub fn matrix(&self) -> Matrix<'_> {
        Matrix::new(self.last_column(), &self.starts)
    }

    /// Whether the block may hold a pattern; `false` is certain as far as the raw bytes of this one block go.
    pub fn may_contain(&self, patterns: &SearchSet) -> bool {
        self.header.randomised == Randomised::Yes || patterns.may_occur(&self.matrix(), self.origin())
    }

    /// The block's first and last `count` raw bytes, or all if it has fewer. Nothing if only inversion can tell.
    pub fn edges(&self, count: usize) -> Option<Edges> {
        Some(Edges { head: self.head(count)?, tail: self.tail(count)? })
    }

    /// The block's first `count` raw bytes, or all if it has fewer. Nothing if only inversion can tell.
    pub fn head(&self, count: usize) -> Option<Vec<u8>> {
        (self.header.randomised == Randomised::No).then(|| edges::head(&self.matrix(), self.origin(), count))
    }

    /// The block's last `count` raw bytes, or all if it has fewer. Nothing if only inversion can tell.
    pub fn tail(&self, count: usize) -> Option<Vec<u8>> {
        if self.header.randomised == Randomised::Yes {
            return None;
        }
        edges::tail(&self.matrix(), self.origin(), count)
    }

    fn origin(&self) -> usize {
        self.header.orig_ptr as usize
    }

    /// Appends the block's raw bytes to `output`, which is left as it was if their checksum is wrong.
    pub fn invert_into(&mut self, output: &mut Vec<u8>) -> Result<(), Bz2Error> {
        self.invert_within(usize::MAX, output).map(|_| ())
    }

    /// As [`BlockDecoder::invert_into`], unless that makes `output` longer than `most`: 900,000 bytes may stand for 46 million.
    pub fn invert_within(&mut self, most: usize, output: &mut Vec<u8>) -> Result<Fit, Bz2Error> {
        INVERSIONS.fetch_add(1, Ordering::Relaxed);
        let before = output.len();
        let fit = rle::decode_within(self.text(usize::MAX), most, output);
        if fit != Ok(Fit::Whole) {
            output.truncate(before);
            return fit;
        }
        let computed = crc32(output.get(before..).unwrap_or_default());
        if computed == self.header.crc {
            return Ok(Fit::Whole);
        }
        output.truncate(before);
        Err(Bz2Error::Crc { stored: self.header.crc, computed })
    }

    /// Appends the block's first `count` raw bytes, or all if it has fewer, to `output`, without a check of their
    /// checksum. Pays against [`BlockDecoder::head`] from some two hundred bytes on.
    pub fn invert_head_into(&mut self, count: usize, output: &mut Vec<u8>) {
        let end = output.len().saturating_add(count);
        // Text is at most five fourths of the raw bytes, and may be cut within a run.
        rle::decode_into(self.text(count.saturating_add(count / 4 + 2 * rle::RUN)), output);
        output.truncate(end);
    }

    /// Appends the block's last bytes, or all if it has fewer, to `output`: what its last `count` bytes of text stand for, which are
    /// hardly fewer and may be many more raw bytes. Their checksum is not checked. Pays against [`BlockDecoder::tail`] from some hundred
    /// bytes on. `None`: only whole inversion can tell.
    pub fn invert_tail_into(&mut self, count: usize, output: &mut Vec<u8>) -> Option<()> {
        if self.header.randomised == Randomised::Yes {
            return None;
        }
        let (last, origin) = (self.column.get(..self.rows).unwrap_or_default(), self.origin());
        let text = self.inverter.invert_tail(last, &self.starts, origin, count);
        let start = if text.len() == self.rows { 0 } else { edges::first_certain(text)? };
        rle::decode_into(text.get(start..).unwrap_or_default(), output);
        Some(())
    }

    fn text(&mut self, count: usize) -> &[u8] {
        let last = self.column.get(..self.rows).unwrap_or_default();
        self.inverter.invert(last, &self.starts, self.header.orig_ptr as usize, self.header.randomised, count)
    }
}
