//! What was kept of files that were read once: in memory as long as it is little, the rest in a temporary file that has no name.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// What all files together may have in memory, in octets.
const MOST_IN_MEMORY: usize = 256 << 20;

/// Where what was kept is.
#[derive(Debug)]
pub(super) struct Spool {
    room: usize,
    file: Option<Laid>,
}

#[derive(Debug)]
struct Laid {
    file: Arc<Mutex<File>>,
    length: u64,
}

/// What was kept of one file.
#[derive(Debug, Clone)]
pub(super) enum Blob {
    Here(Vec<u8>),
    There { file: Arc<Mutex<File>>, at: u64, length: usize },
}

impl Default for Spool {
    fn default() -> Self {
        Spool::with_room(MOST_IN_MEMORY)
    }
}

impl Spool {
    /// With so many octets in memory.
    pub fn with_room(room: usize) -> Self {
        Spool { room, file: None }
    }

    /// Keeps some bytes.
    pub fn keep(&mut self, bytes: Vec<u8>) -> io::Result<Blob> {
        if let Some(left) = self.room.checked_sub(bytes.capacity()) {
            self.room = left;
            return Ok(Blob::Here(bytes));
        }
        let laid = match &mut self.file {
            Some(laid) => laid,
            none => none.insert(Laid { file: Arc::new(Mutex::new(tempfile::tempfile()?)), length: 0 }),
        };
        let mut file = laid.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(laid.length))?;
        file.write_all(&bytes)?;
        let at = laid.length;
        laid.length += bytes.len() as u64;
        Ok(Blob::There { file: Arc::clone(&laid.file), at, length: bytes.len() })
    }
}

impl Blob {
    /// Shows the bytes.
    pub fn look<T>(&self, look: impl FnOnce(&[u8]) -> T) -> io::Result<T> {
        match self {
            Blob::Here(bytes) => Ok(look(bytes)),
            Blob::There { file, at, length } => {
                let mut bytes = vec![0; *length];
                {
                    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                    file.seek(SeekFrom::Start(*at))?;
                    file.read_exact(&mut bytes)?;
                }
                Ok(look(&bytes))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_laid_down_and_found_again() {
        let mut spool = Spool::with_room(10);
        let kept: Vec<Blob> = (1..9_u8).map(|n| spool.keep(vec![n; n.into()]).expect("kept")).collect();
        let here = kept.iter().filter(|blob| matches!(blob, Blob::Here(_))).count();
        assert_eq!(here, 4, "1, 2, 3 and 4 octets");
        for (n, blob) in (1..9_u8).zip(kept).rev() {
            assert_eq!(blob.look(<[u8]>::to_vec).expect("read"), vec![n; n.into()]);
        }
    }
}
