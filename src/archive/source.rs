//! Where an archive file's compressed bytes are, and how to read them once more.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::map::Map;

/// Octets read from the disk at a time.
const READ_AHEAD: usize = 128 * 1024;

/// A file on disk, or standard input laid down in a temporary one so that it can be read more than once.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file.
    Path(PathBuf),
    /// The copy of a stream.
    Spool(Spool),
}

impl Source {
    /// Its bytes as stored, from the beginning; independent of other readers of the same source.
    pub fn open_raw(&self) -> io::Result<BufReader<Box<dyn Read + Send>>> {
        let raw: Box<dyn Read + Send> = match self {
            Self::Path(path) => Box::new(File::open(path)?),
            Self::Spool(spool) => Box::new(SpoolReader { spool: spool.clone(), position: 0 }),
        };
        Ok(BufReader::with_capacity(READ_AHEAD, raw))
    }

    /// Its bytes as stored, as one slice; only of regular files, as others have no size to map.
    pub fn map(&self) -> io::Result<Map> {
        match self {
            Self::Path(path) => {
                // Asked before opening: to open a pipe takes a part of what it holds away from the reader.
                if std::fs::metadata(path)?.is_file() {
                    Map::new(&File::open(path)?)
                } else {
                    Err(io::ErrorKind::Unsupported.into())
                }
            }
            Self::Spool(spool) => Map::new(&spool.0.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

/// An anonymous temporary file; gone with its last owner.
#[derive(Debug, Clone)]
pub struct Spool(Arc<Mutex<File>>);

impl Spool {
    /// Copies a stream to its end; also returns its length in octets.
    pub fn of(stream: &mut dyn Read) -> io::Result<(Self, u64)> {
        let mut file = tempfile::tempfile()?;
        let size = io::copy(stream, &mut file)?;
        Ok((Self(Arc::new(Mutex::new(file))), size))
    }
}

struct SpoolReader {
    spool: Spool,
    position: u64,
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.spool.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.position))?;
        let read = file.read(buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}
