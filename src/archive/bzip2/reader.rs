//! Reads whole streams, several blocks at a time where the thread pool has several threads.
//!
//! A window of the compressed bytes is kept in which any block that begins before its last [`LONGEST`] bytes is whole. Whatever begins
//! with a block's magic number is decompressed ahead; the reader then goes from block to block and takes what was found where it is.
//! So magic numbers that came by chance cost time and nothing else, and bytes and errors do not depend on the number of threads.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read};

use rayon::prelude::*;

use super::bits::Bits;
use super::crc::combine;
use super::decoder::{BlockInfo, with_decoder};
use super::error::Bz2Error;
use super::scan::{BLOCK_MAGIC, END_MAGIC, Mark, Scanner};
use super::stream::{CRC_BITS, HEADER_BITS, MAGIC_BITS, stored_crc};

/// No block is longer in compressed bytes: 900,000 symbols of 20 bits and its tables.
const LONGEST: usize = 2_400_000;
/// Compressed bytes before the last [`LONGEST`] ones: those of ten blocks and more.
const ROOM: usize = 4 << 20;
/// Blocks decompressed at once, per thread and at most: as many files are read as there are threads, and each holds so many.
const BLOCKS: (usize, usize) = (2, 8);

/// What comes next in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The first stream.
    First,
    /// A stream, or the end of the file.
    Stream,
    /// A block of a stream of this level, or the stream's end.
    Block(u8),
    /// Nothing: the file is over.
    Nothing,
    /// Nothing, because of damage.
    Damage(Bz2Error),
}

/// A block that was decompressed ahead: where it begins in the window, what it says of itself, its bytes or what is wrong with them.
type Ahead = (usize, BlockInfo, Result<Vec<u8>, Bz2Error>);

/// The raw bytes of all streams of a file. Of a damaged block no byte is passed on; what precedes it is, then comes the error.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    /// What the input came to, once it is over.
    over: Option<io::Result<()>>,
    window: Vec<u8>,
    /// Compressed bytes before the window.
    before: u64,
    /// Offset in the window, in bits, of what comes next.
    bit: usize,
    next: Next,
    /// The combined checksum of the stream's blocks so far.
    combined: u32,
    scanner: Scanner,
    ahead: VecDeque<Ahead>,
    /// The level with which they were decompressed.
    ahead_level: u8,
    output: Vec<u8>,
    /// Bytes of the output that were handed out.
    taken: usize,
}

impl<R: Read> Reader<R> {
    /// Reads from the start of a file.
    pub fn new(input: R) -> Self {
        Self {
            input,
            over: None,
            window: Vec::new(),
            before: 0,
            bit: 0,
            next: Next::First,
            combined: 0,
            scanner: Scanner::new(&[Mark::Block]),
            ahead: VecDeque::new(),
            ahead_level: 0,
            output: Vec::new(),
            taken: 0,
        }
    }

    /// Goes on until there is output, or nothing comes next.
    fn advance(&mut self) {
        self.output.clear();
        self.taken = 0;
        while self.output.is_empty() && !matches!(self.next, Next::Nothing | Next::Damage(_)) {
            self.fill();
            let next = match self.next {
                Next::Block(level) => self.block_or_end(level),
                first_or_not => self.stream(first_or_not == Next::First),
            };
            self.next = next.unwrap_or_else(Next::Damage);
        }
    }

    /// Makes sure that a block which comes next is whole in the window, as far as the input has it.
    fn fill(&mut self) {
        let rest = self.window.len() - self.bit / 8;
        if rest >= LONGEST || self.over.is_some() {
            return;
        }
        let passed = self.bit / 8;
        self.ahead.retain(|(bit, ..)| *bit >= passed * 8);
        for (bit, ..) in &mut self.ahead {
            *bit -= passed * 8;
        }
        self.window.drain(..passed);
        self.before += passed as u64;
        self.bit -= passed * 8;
        let missing = (LONGEST + ROOM).saturating_sub(rest);
        self.window.reserve_exact(missing);
        match self.input.by_ref().take(missing as u64).read_to_end(&mut self.window) {
            Ok(read) if read < missing => self.over = Some(Ok(())),
            Ok(_) => {}
            Err(error) => self.over = Some(Err(error)),
        }
    }

    fn stream(&mut self, is_first: bool) -> Result<Next, Bz2Error> {
        let byte = self.bit.div_ceil(8);
        let rest = self.window.get(byte..).unwrap_or_default();
        let level = match rest {
            [] if !is_first => return Ok(Next::Nothing),
            [b'B', b'Z', b'h', level @ b'1'..=b'9', ..] => level - b'0',
            [] | [b'B'] | [b'B', b'Z'] | [b'B', b'Z', b'h'] => return Err(Bz2Error::Truncated),
            _ => return Err(Bz2Error::NoStream(self.before + byte as u64)),
        };
        self.bit = byte * 8 + HEADER_BITS;
        self.combined = 0;
        Ok(Next::Block(level))
    }

    fn block_or_end(&mut self, level: u8) -> Result<Next, Bz2Error> {
        let bits = Bits::new(&self.window);
        if self.bit + MAGIC_BITS > bits.len() {
            return Err(Bz2Error::Truncated);
        }
        match bits.magic(self.bit) {
            BLOCK_MAGIC => {
                let info = self.block(level)?;
                self.bit = info.end_bit;
                self.combined = combine(self.combined, info.header.crc);
                Ok(Next::Block(level))
            }
            END_MAGIC if self.bit + MAGIC_BITS + CRC_BITS > bits.len() => Err(Bz2Error::Truncated),
            END_MAGIC => {
                let stored = stored_crc(bits, self.bit);
                self.bit += MAGIC_BITS + CRC_BITS;
                if stored == self.combined { Ok(Next::Stream) } else { Err(Bz2Error::Crc { stored, computed: self.combined }) }
            }
            _ => Err(Bz2Error::Chain(self.before * 8 + self.bit as u64)),
        }
    }

    /// Fills the output with the block that comes next.
    fn block(&mut self, level: u8) -> Result<BlockInfo, Bz2Error> {
        let threads = rayon::current_num_threads();
        self.ahead.retain(|(bit, ..)| *bit >= self.bit && self.ahead_level == level);
        if threads > 1 && self.ahead.is_empty() {
            self.look_ahead(level, (threads * BLOCKS.0).min(BLOCKS.1));
        }
        if self.ahead.front().is_some_and(|(bit, ..)| *bit == self.bit)
            && let Some((_, info, bytes)) = self.ahead.pop_front()
        {
            self.output = bytes?;
            return Ok(info);
        }
        let (info, bytes) = decompress(&self.window, self.bit, level, std::mem::take(&mut self.output))?;
        self.output = bytes?;
        Ok(info)
    }

    fn look_ahead(&mut self, level: u8, most: usize) {
        let last = if self.over.is_some() { self.window.len() } else { self.window.len().saturating_sub(LONGEST) };
        let mut marks = Vec::new();
        let mut from = self.bit;
        while marks.len() < most
            && let Some((bit, _)) = self.scanner.first(&self.window, from, last * 8)
        {
            marks.push(bit);
            from = bit + 1;
        }
        let window = &self.window;
        let found: Vec<Option<Ahead>> = marks
            .par_iter()
            .with_max_len(1)
            .map(|bit| decompress(window, *bit, level, Vec::new()).ok().map(|(info, bytes)| (*bit, info, bytes)))
            .collect();
        self.ahead.extend(found.into_iter().flatten());
        self.ahead_level = level;
    }

    /// What is wrong, once nothing else is left to say.
    fn error(&self, damage: Bz2Error) -> io::Error {
        if damage != Bz2Error::Truncated {
            return io::Error::new(ErrorKind::InvalidData, damage);
        }
        match &self.over {
            Some(Err(error)) => io::Error::new(error.kind(), error.to_string()),
            _ => io::Error::new(ErrorKind::UnexpectedEof, damage),
        }
    }
}

/// Decompresses the block at a bit of the window into `bytes`, which is empty.
fn decompress(
    window: &[u8],
    bit: usize,
    level: u8,
    mut bytes: Vec<u8>,
) -> Result<(BlockInfo, Result<Vec<u8>, Bz2Error>), Bz2Error> {
    with_decoder(|decoder| {
        let info = decoder.decode(window, bit, level)?;
        let inverted = decoder.invert_into(&mut bytes);
        Ok((info, inverted.map(|()| bytes)))
    })
}

impl<R: Read> Read for Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.output.len() && !buffer.is_empty() {
            self.advance();
        }
        let rest = self.output.get(self.taken..).unwrap_or_default();
        if let (true, Next::Damage(damage)) = (rest.is_empty() && !buffer.is_empty(), self.next) {
            return Err(self.error(damage));
        }
        let length = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        self.taken += length;
        Ok(length)
    }
}
