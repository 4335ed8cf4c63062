//! Keeps a few bytes from standing for more than anybody has: the output of a decompressor is bounded as a ratio to its input.

use std::io::{self, BufRead, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What no archive comes to: routes compress to a tenth or, where hundreds of peers tell the same, to a thirtieth.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    /// Bytes of output that may come of next to nothing.
    pub stretch: u64,
    /// Bytes of output for each byte of input that are too many over such a stretch.
    pub ratio: u64,
}

/// Far above what any reader here takes in at a time and could make of it: 6.4 MB of bzip2, in MRT some hundred MB.
pub(super) const LIMIT: Limit = Limit { stretch: 1 << 30, ratio: 1000 };

/// Counts the bytes that are taken from a stream.
pub(super) struct Counted<R> {
    raw: R,
    taken: Arc<AtomicU64>,
}

/// A stream decompressed from a [`Counted`] one.
pub(super) struct Bounded<R> {
    raw: R,
    limit: Limit,
    taken: Arc<AtomicU64>,
    given: u64,
    /// Bytes taken and given where the ratio was last as it should be.
    mark: (u64, u64),
}

impl<R> Counted<R> {
    pub(super) fn new(raw: R) -> (Self, Arc<AtomicU64>) {
        let taken = Arc::new(AtomicU64::new(0));
        (Self { raw, taken: Arc::clone(&taken) }, taken)
    }

    fn count(&self, bytes: usize) {
        self.taken.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(buffer)?;
        self.count(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.raw.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.count(bytes);
        self.raw.consume(bytes);
    }
}

impl<R> Bounded<R> {
    pub(super) fn new(raw: R, taken: Arc<AtomicU64>, limit: Limit) -> Self {
        Self { raw, limit, taken, given: 0, mark: (0, 0) }
    }

    fn refusal(&self) -> io::Error {
        let Limit { stretch, ratio } = self.limit;
        let reason = format!(
            "over {} MiB of it come of compressed bytes that expand more than {ratio} times, as in no archive, and the rest is refused; to \
             read it all the same, give it decompressed",
            stretch >> 20
        );
        io::Error::new(ErrorKind::InvalidData, reason)
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(buffer)?;
        let (taken, given) = (self.taken.load(Ordering::Relaxed), self.given + read as u64);
        let (stretch, input) = (given - self.mark.1, taken - self.mark.0);
        if stretch <= input.saturating_mul(self.limit.ratio) {
            self.mark = (taken, given);
        } else if stretch > self.limit.stretch {
            return Err(self.refusal());
        }
        self.given = given;
        Ok(read)
    }
}
