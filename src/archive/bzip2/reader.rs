//! Reads whole streams, several blocks at a time where the thread pool has several threads.
//!
//! A window of the compressed bytes is kept in which any block that begins before its last [`LONGEST`] bytes is whole. Whatever begins
//! with a block's magic number is decompressed ahead ([`Ahead`]); the reader then goes from block to block and takes what was found where
//! it is. So bytes and errors do not depend on the number of threads.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read};

use rayon::prelude::*;

use super::ahead::Ahead;
use super::bits::Bits;
use super::crc::combine;
use super::decoder::{BlockInfo, LARGEST_LEVEL, Lent};
use super::error::Bz2Error;
use super::rle::Fit;
use super::scan::{BLOCK_MAGIC, END_MAGIC, Mark, Scanner};
use super::stream::{CRC_BITS, HEADER_BITS, MAGIC_BITS, level, stored_crc};

/// No block is longer in compressed bytes: 900,000 symbols of 20 bits, 32,767 selectors of 6, and its tables.
const LONGEST: usize = 2_400_000;
/// Compressed bytes before the last [`LONGEST`] ones: those of ten blocks and more.
const ROOM: usize = 4 << 20;
/// Blocks decompressed at once, per thread and at most: as a rule as many files are read as there are threads, and each holds so many.
const BLOCKS: (usize, usize) = (2, 8);
/// Bytes of a block that is kept ahead. A longer one, of runs without end, is decompressed when it comes next.
const KEPT: usize = 4 << 20;
/// Compressed bytes in which marks are looked for at a time.
const SCANNED: usize = 256 << 10;

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

/// A block's bytes, or what is wrong with them.
type Bytes = Result<Vec<u8>, Bz2Error>;

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
    /// Where blocks may begin in the window, in bits: those found and not yet decompressed.
    marks: VecDeque<usize>,
    /// Offset in bits up to which marks were looked for.
    scanned: usize,
    ahead: Ahead<Bytes>,
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
            marks: VecDeque::new(),
            scanned: 0,
            ahead: Ahead::default(),
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
        // What comes next lies behind all places that were looked at.
        self.ahead.clear();
        self.marks.clear();
        self.scanned = 0;
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
        let Some(level) = level(rest) else {
            return match rest {
                [] if !is_first && !matches!(self.over, Some(Err(_))) => Ok(Next::Nothing),
                [] | [b'B'] | [b'B', b'Z'] | [b'B', b'Z', b'h'] => Err(Bz2Error::Truncated),
                _ => Err(Bz2Error::NoStream(self.before + byte as u64)),
            };
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
        // Threads of others than the pool's are not to be helped by it.
        if self.ahead.is_empty_from(self.bit) && rayon::current_thread_index().is_some() && rayon::current_num_threads() > 1 {
            self.look_ahead((rayon::current_num_threads() * BLOCKS.0).min(BLOCKS.1));
        }
        if let Some((info, bytes)) = self.ahead.take(self.bit, level) {
            self.output = bytes?;
            return Ok(info);
        }
        let mut decoder = Lent::new();
        let info = decoder.decode(&self.window, self.bit, level)?;
        decoder.invert_into(&mut self.output).map(|()| info)
    }

    /// Decompresses the next blocks, at most so many.
    fn look_ahead(&mut self, most: usize) {
        let last = if self.over.is_some() { self.window.len() } else { self.window.len().saturating_sub(LONGEST) };
        self.marks.retain(|bit| *bit >= self.bit);
        self.scanned = self.scanned.max(self.bit);
        while self.marks.len() < most && self.scanned < last * 8 {
            let end = (self.scanned + SCANNED * 8).min(last * 8);
            self.marks.extend(self.scanner.find(&self.window, self.scanned, end).into_iter().map(|(bit, _)| bit));
            self.scanned = end;
        }
        let marks: Vec<usize> = self.marks.drain(..most.min(self.marks.len())).collect();
        let window = &self.window;
        let found: Vec<_> = marks.par_iter().with_max_len(1).map(|bit| decompress(window, *bit)).collect();
        self.ahead.extend(found.into_iter().flatten());
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

/// Decompresses the block at a bit of the window, if there is one and it is not too long to be kept.
fn decompress(window: &[u8], bit: usize) -> Option<(usize, BlockInfo, Bytes)> {
    let mut decoder = Lent::new();
    let info = decoder.decode(window, bit, LARGEST_LEVEL).ok()?;
    let mut bytes = Vec::new();
    match decoder.invert_within(KEPT, &mut bytes) {
        Ok(Fit::Whole) => Some((bit, info, Ok(bytes))),
        Ok(Fit::TooLong) => None,
        Err(damage) => Some((bit, info, Err(damage))),
    }
}

impl<R: Read> Read for Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.output.len() && !buffer.is_empty() {
            self.advance();
        }
        let mut rest = self.output.get(self.taken..).unwrap_or_default();
        if let (true, Next::Damage(damage)) = (rest.is_empty() && !buffer.is_empty(), self.next) {
            return Err(self.error(damage));
        }
        let length = rest.read(buffer)?;
        self.taken += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    struct Breaks;

    impl Read for Breaks {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }

    #[test]
    fn an_input_that_breaks_off_between_two_streams_is_not_at_its_end() {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
        encoder.write_all(b"all of a stream").expect("memory");
        let stream = encoder.finish().expect("memory");
        let mut read = Vec::new();
        let error = Reader::new(stream.chain(Breaks)).read_to_end(&mut read).expect_err("it breaks off");
        assert_eq!((read.as_slice(), error.to_string().as_str()), (b"all of a stream".as_slice(), "the disk is gone"));
    }
}
