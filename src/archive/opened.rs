//! A file that is open: its bytes, as often as they are wanted, all of one and the same file; and whether it stayed as it was.

use std::fs::{File, Metadata};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::bzip2::octets::{Octets, Places};
use super::compression::{self, Compression};

/// Octets read from the disk at a time.
const READ_AHEAD: usize = 128 * 1024;

/// Up to so many octets are read into memory; of what is larger, windows. Update files are smaller.
const LARGEST_READ: usize = 16 << 20;

/// So many octets at each end tell a file from others ([`Opened::ends`]).
const END: usize = 64 * 1024;

/// What the system says of a file at some moment: another content, or another file, differs in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    size: u64,
    /// Nanoseconds since the epoch: of the content, and of anything at all.
    modified_ns: i128,
    changed_ns: i128,
    inode: u64,
}

impl Stamp {
    /// Of a file's metadata.
    pub fn of(meta: &Metadata) -> Self {
        let since = |at: std::time::SystemTime| match at.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(i128::MAX),
            Err(before) => -i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX),
        };
        let (changed_ns, inode) = of_the_inode(meta);
        Self { size: meta.len(), modified_ns: meta.modified().map_or(0, since), changed_ns, inode }
    }

    fn has_content_of(&self, other: &Stamp) -> bool {
        (self.size, self.modified_ns) == (other.size, other.modified_ns)
    }
}

#[cfg(unix)]
fn of_the_inode(meta: &Metadata) -> (i128, u64) {
    use std::os::unix::fs::MetadataExt;
    (i128::from(meta.ctime()) * 1_000_000_000 + i128::from(meta.ctime_nsec()), meta.ino())
}

#[cfg(not(unix))]
fn of_the_inode(_: &Metadata) -> (i128, u64) {
    (0, 0)
}

/// What became of a file since it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// Nothing: what was read of it is what it holds.
    Same,
    /// What was read was whole and is no longer what its path leads to; or it could not be read to its end for no fault of its own.
    Elsewhere,
    /// Its content changed, in words: what was read may be half of one and half of another.
    Changed(String),
}

/// An open file.
#[derive(Debug, Clone)]
pub struct Opened(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    file: Arc<File>,
    /// Where it was found; a stream's copy has no place.
    path: Option<PathBuf>,
    /// As it was opened; of regular files.
    stamp: Option<Stamp>,
    /// The system refused to read.
    failed: AtomicBool,
}

impl Opened {
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let meta = file.metadata()?;
        let stamp = meta.is_file().then(|| Stamp::of(&meta));
        Ok(Self::new(Arc::new(file), Some(path.to_owned()), stamp))
    }

    pub(super) fn copy(file: Arc<File>) -> io::Result<Self> {
        let stamp = Stamp::of(&file.metadata()?);
        Ok(Self::new(file, None, Some(stamp)))
    }

    fn new(file: Arc<File>, path: Option<PathBuf>, stamp: Option<Stamp>) -> Self {
        Self(Arc::new(Inner { file, path, stamp, failed: AtomicBool::new(false) }))
    }

    /// Where it was found and what it was when it was opened; `None` of what nobody could find again.
    pub fn identity(&self) -> Option<(&Path, &Stamp)> {
        self.0.path.as_deref().zip(self.0.stamp.as_ref())
    }

    /// Its bytes as stored, from the beginning; independent of other readers.
    pub fn reader(&self) -> BufReader<Box<dyn Read + Send>> {
        BufReader::with_capacity(READ_AHEAD, Box::new(Reader { opened: self.clone(), position: 0 }))
    }

    /// Its bytes as stored, to be had at any place, if they are compressed so: in memory, where nobody can take them away, if they are few.
    pub fn stored(&self, compression: Compression) -> Option<Stored> {
        let size = usize::try_from(self.0.stamp.as_ref()?.size).ok()?;
        let mut head = [0; compression::HEAD];
        self.0.file.read_whole_at(&mut head, 0).ok()?;
        if Compression::of(&head) != compression {
            return None;
        }
        if size > LARGEST_READ {
            return Some(Stored::There(self.clone(), size));
        }
        let mut bytes = vec![0; size];
        self.0.file.read_whole_at(&mut bytes, 0).ok()?;
        Some(Stored::Read(bytes))
    }

    /// Its size, and the SHA-256 of its first and last 64 KiB as stored, or of all of it if it has no more: a copy has the same, wherever it lies.
    pub fn ends(&self) -> io::Result<(u64, [u8; 32])> {
        let size = self.0.stamp.as_ref().map_or(0, |stamp| stamp.size);
        let first = usize::try_from(size).map_or(END, |size| size.min(END));
        let last = usize::try_from(size).map_or(END, |size| (size - first).min(END));
        let mut octets = vec![0; first + last];
        let (head, tail) = octets.split_at_mut(first);
        self.0.file.read_whole_at(head, 0)?;
        self.0.file.read_whole_at(tail, size - last as u64)?;
        Ok((size, Sha256::digest(&octets).into()))
    }

    /// Whether the system refused to read some of it.
    pub fn has_failed(&self) -> bool {
        self.0.failed.load(Ordering::Relaxed)
    }

    /// What became of it; `found` is what it was when it was found, which may be hours before it was opened.
    pub fn since(&self, found: Option<&Stamp>) -> Since {
        let Some(before) = &self.0.stamp else { return Since::Elsewhere };
        let Ok(now) = self.0.file.metadata().map(|meta| Stamp::of(&meta)) else { return Since::Elsewhere };
        let found = found.filter(|found| found.inode == before.inode).unwrap_or(before);
        if let Some(other) = [found, before].into_iter().find(|then| !then.has_content_of(&now)) {
            return Since::Changed(format!(
                "the file changed while it was read: it had {} octets and has {}",
                other.size, now.size
            ));
        }
        let is_there = |path: &PathBuf| path.metadata().is_ok_and(|meta| Stamp::of(&meta) == now);
        let is_same = now == *before && self.0.path.as_ref().is_none_or(is_there);
        if is_same && !self.0.failed.load(Ordering::Relaxed) { Since::Same } else { Since::Elsewhere }
    }
}

/// A file's bytes.
#[derive(Debug)]
pub enum Stored {
    /// In memory.
    Read(Vec<u8>),
    /// Where they are, and how many there were.
    There(Opened, usize),
}

impl Stored {
    /// As the bzip2 stages look at them.
    pub fn octets(&self) -> Octets<'_> {
        match self {
            Stored::Read(bytes) => Octets::Slice(bytes),
            Stored::There(opened, size) => Octets::Places(opened, *size),
        }
    }
}

impl Places for Opened {
    fn read_at(&self, into: &mut [u8], at: usize) -> usize {
        let mut done = 0;
        while let Some(rest) = into.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.0.file.read_some_at(rest, (at + done) as u64) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    self.0.failed.store(true, Ordering::Relaxed);
                    break;
                }
            }
        }
        done
    }
}

struct Reader {
    opened: Opened,
    position: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Inner { file, stamp, failed, .. } = &*self.opened.0;
        // A pipe has no places.
        let read = if stamp.is_some() { file.read_some_at(buffer, self.position) } else { (&**file).read(buffer) };
        match &read {
            Ok(read) => self.position += *read as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => failed.store(true, Ordering::Relaxed),
        }
        read
    }
}

/// Reading at a place, whoever else reads.
trait ReadAt {
    fn read_some_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize>;

    /// Fails at the end of the file.
    fn read_whole_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        let mut done = 0;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.read_some_at(rest, at + done as u64) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
impl ReadAt for File {
    fn read_some_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buffer, at)
    }
}

#[cfg(windows)]
impl ReadAt for File {
    fn read_some_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, buffer, at)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;

    #[test]
    fn what_became_of_a_file_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("updates");
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
        let begin = || {
            let _ = fs::remove_file(&path);
            fs::write(&path, b"content").expect("written");
            File::options().write(true).open(&path).and_then(|file| file.set_modified(old)).expect("a time");
            Opened::at(&path).expect("opened")
        };
        let write = |bytes: &[u8]| {
            let mut file = File::options().append(true).open(&path).expect("opened");
            file.write_all(bytes).expect("written");
        };
        let is_changed = |since| matches!(since, Since::Changed(_));
        let opened = begin();
        let found = Stamp::of(&path.metadata().expect("there"));
        assert_eq!((opened.since(None), opened.since(Some(&found))), (Since::Same, Since::Same));
        write(b" and more");
        assert!(is_changed(opened.since(None)), "it grew");
        let late = Opened::at(&path).expect("opened");
        assert_eq!(late.since(None), Since::Same);
        assert!(is_changed(late.since(Some(&found))), "it grew between");

        let opened = begin();
        File::options().write(true).open(&path).and_then(|file| file.set_len(3)).expect("shorter");
        assert!(is_changed(opened.since(None)), "it was cut");

        let opened = begin();
        let other = folder.path().join("other");
        fs::write(&other, b"content").expect("written");
        fs::rename(&other, &path).expect("replaced");
        assert_eq!(opened.since(None), Since::Elsewhere);
        let mut read = Vec::new();
        opened.reader().read_to_end(&mut read).expect("read");
        assert_eq!(read, b"content", "a replaced file is still whole");
        assert_eq!(Opened::at(&path).expect("opened").since(Some(&found)), Since::Same, "and so is what replaced it");
    }

    #[test]
    fn small_files_are_in_memory_and_large_ones_where_they_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rib.bz2");
        fs::write(&path, b"BZh91AY&SYxxxxxx").expect("written");
        let opened = Opened::at(&path).expect("opened");
        let stored = opened.stored(Compression::Bzip2).expect("its bytes");
        assert!(matches!(&stored, Stored::Read(bytes) if bytes == b"BZh91AY&SYxxxxxx"));
        assert!(opened.stored(Compression::Gzip).is_none());
        fs::write(&path, b"BZh91AY&SYxx").expect("shorter, in place");
        assert!(opened.stored(Compression::Bzip2).is_none(), "not all of it is there");
        let whole = |stored: &Stored| stored.octets().window(0, usize::MAX, <[u8]>::to_vec);
        assert_eq!(whole(&stored), b"BZh91AY&SYxxxxxx", "what is read stays");
        let file = File::options().write(true).open(&path).expect("opened");
        file.set_len(LARGEST_READ as u64 + 1).expect("longer");
        let opened = Opened::at(&path).expect("opened");
        let stored = opened.stored(Compression::Bzip2).expect("its bytes");
        assert!(matches!(stored, Stored::There(..)));
        assert_eq!((stored.octets().len(), whole(&stored).len()), (LARGEST_READ + 1, LARGEST_READ + 1));
        file.set_len(20).expect("shorter");
        assert_eq!((stored.octets().len(), whole(&stored).len()), (LARGEST_READ + 1, 20), "what is gone is missing");
    }
}
