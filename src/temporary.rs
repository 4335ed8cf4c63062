//! Files on their way: each is written beside its place and put there when it is whole. None outlives the run: what is not put in its place is
//! taken away, also when a signal ends the run ([`take_all_away`]). What a run leaves that was killed outright, the next one sweeps.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tempfile::NamedTempFile;

/// Their names begin so and end so: hidden, so that nobody takes them for archive files.
const PREFIX: &str = ".uplinks-";
const SUFFIX: &str = ".tmp";

/// Where the file system knows no locks, a file that has not been written to for so long is nobody's.
const OLD: Duration = Duration::from_secs(24 * 3600);

/// All that there are now.
static THERE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn there() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    THERE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file on its way.
#[derive(Debug)]
pub struct Temporary(Option<NamedTempFile>);

impl Temporary {
    /// Begins one in a folder; it is for whom the user's mask allows. Its writer holds a lock on it, which ends with the process: so a sweep
    /// tells it from what a killed run left.
    pub fn new_in(folder: &Path) -> io::Result<Self> {
        loop {
            let mut there = there();
            let file = with_mask(tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX)).tempfile_in(folder)?;
            match file.as_file().try_lock() {
                // A sweep of another process came between: the name is gone, or will be.
                Err(TryLockError::WouldBlock) => {}
                Ok(()) if !file.path().exists() => {}
                Ok(()) | Err(TryLockError::Error(_)) => {
                    there.insert(file.path().to_owned());
                    return Ok(Self(Some(file)));
                }
            }
        }
    }

    /// Puts it in its place, as a whole.
    pub fn persist(mut self, place: &Path) -> io::Result<()> {
        let Some(file) = self.0.take() else { return Ok(()) };
        let mut there = there();
        let path = file.path().to_owned();
        let put = file.persist(place).map_err(|error| error.error);
        there.remove(&path);
        put.map(|_| ())
    }

    /// The file.
    pub fn file(&self) -> Option<&File> {
        self.0.as_ref().map(NamedTempFile::as_file)
    }
}

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.as_mut().map_or(Ok(0), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(file) = self.0.take() {
            let mut there = there();
            there.remove(file.path());
            drop(file);
        }
    }
}

/// The library's own files are for their owner alone.
#[cfg(unix)]
fn with_mask<'a, 'p, 's>(builder: &'a mut tempfile::Builder<'p, 's>) -> &'a mut tempfile::Builder<'p, 's> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn with_mask<'a, 'p, 's>(builder: &'a mut tempfile::Builder<'p, 's>) -> &'a mut tempfile::Builder<'p, 's> {
    builder
}

/// Takes all away, and lets none begin or be put in its place any more: the run ends now.
pub fn take_all_away() {
    let there = there();
    for path in there.iter() {
        let _ = fs::remove_file(path);
    }
    std::mem::forget(there);
}

/// Takes away what killed runs left in a folder; what cannot be taken away does no harm.
pub fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    // Our own may have no lock, where the system gave none.
    let there = there();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        let is_written = there.iter().any(|own| own.file_name() == Some(&name));
        if is_ours && !is_written && entry.file_type().is_ok_and(|kind| kind.is_file()) && is_left(&entry.path()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether no process writes to it.
fn is_left(path: &Path) -> bool {
    let Ok(file) = File::options().write(true).open(path) else { return false };
    match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => {
            let modified = file.metadata().and_then(|meta| meta.modified());
            modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > OLD))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_sweep_takes_what_nobody_writes_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [".uplinks-abc.tmp", ".uplinks-abc", "uplinks-abc.tmp", "rows.csv"] {
            fs::write(folder.path().join(name), "half").expect("written");
        }
        let mut ours = Temporary::new_in(folder.path()).expect("begun");
        ours.write_all(b"whole").expect("written");
        // As where the system has no locks, now and then.
        ours.file().expect("a file").unlock().expect("unlocked");
        sweep(folder.path());
        assert_eq!(names(folder.path()).len(), 4, "{:?}", names(folder.path()));
        ours.persist(&folder.path().join("rows.csv")).expect("put");
        drop(Temporary::new_in(folder.path()).expect("begun"));
        assert_eq!(names(folder.path()), [".uplinks-abc", "rows.csv", "uplinks-abc.tmp"]);
        assert_eq!(fs::read(folder.path().join("rows.csv")).expect("read"), b"whole");
    }
}
