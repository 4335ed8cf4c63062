//! A file's compressed bytes as one slice: for readers that go to places in a file instead of through it.

use std::fs::File;
use std::io;
use std::ops::Deref;

/// A file mapped into memory. Its pages belong to the page cache and do not count as the program's own memory.
#[derive(Debug)]
pub struct Map(memmap2::Mmap);

impl Map {
    /// Maps a whole file; an empty one cannot be mapped.
    ///
    /// The one place of the crate that needs `unsafe`. A mapping is not sound against a process that changes the file meanwhile: what
    /// is written into it shows (the slice is then read as damaged data, since every read is checked against the bytes that it sees),
    /// and cutting it short makes the next access a fault, which ends the program. Archive files are never rewritten in place, and
    /// downloads appear under their name when they are complete; for files that others may truncate while they are read, switch the
    /// shortcuts off (`--verify`), which reads without mapping. Only large files are mapped (`Opened::slice`), and all are compared with what
    /// they were before (`Opened::since`).
    #[allow(unsafe_code)]
    pub fn new(file: &File) -> io::Result<Self> {
        // SAFETY: see above; the mapping is read-only and lives as long as the slice that is borrowed from it.
        unsafe { memmap2::Mmap::map(file) }.map(Self)
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
