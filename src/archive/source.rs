//! Where an archive file's compressed bytes are, and how to read them once more.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::PathBuf;
use std::sync::Arc;

use super::opened::Opened;

/// A file on disk, or standard input laid down in a temporary one so that it can be read more than once.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file.
    Path(PathBuf),
    /// The copy of a stream.
    Spool(Spool),
    /// Elsewhere: a pack has what was extracted of it.
    Packed(Packed),
}

/// A file's entry in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packed {
    /// Its place among all entries of a run's packs.
    pub entry: usize,
    /// Whether the file lay below a mark of simulated archives.
    pub simulated: bool,
}

impl Source {
    /// Opens it.
    pub fn open(&self) -> io::Result<Opened> {
        match self {
            Self::Path(path) => Opened::at(path),
            Self::Spool(spool) => Opened::copy(Arc::clone(&spool.0)),
            Self::Packed(_) => Err(io::Error::new(io::ErrorKind::NotFound, "only what was extracted of it is here")),
        }
    }

    /// Its bytes as stored, from the beginning; independent of other readers of the same source.
    pub fn open_raw(&self) -> io::Result<BufReader<Box<dyn Read + Send>>> {
        Ok(self.open()?.reader())
    }
}

/// An anonymous temporary file; gone with its last owner.
#[derive(Debug, Clone)]
pub struct Spool(Arc<File>);

impl Spool {
    /// Copies a stream to its end; also returns its length in octets.
    pub fn of(stream: &mut dyn Read) -> io::Result<(Self, u64)> {
        let mut file = tempfile::tempfile()?;
        let size = io::copy(stream, &mut file)?;
        Ok((Self(Arc::new(file)), size))
    }
}
