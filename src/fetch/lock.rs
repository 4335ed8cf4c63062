//! One run at a time writes to a mirror. The lock is the system's own, so that it goes with the run that holds it, however
//! that ends; readers do not ask for it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

/// The file that is locked, in the root of a mirror. It is empty, stays there, and being hidden is no input.
const LOCK: &str = ".uplinks.lock";

/// Why a mirror cannot be locked.
#[derive(Debug)]
pub(super) enum LockError {
    /// Another run has it.
    Busy,
    /// The folder or the file cannot be made.
    Disk(io::Error),
}

/// Holds a mirror until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    /// Closing it frees the mirror.
    _file: File,
}

impl Lock {
    /// Does not wait.
    pub(super) fn take(root: &Path) -> Result<Self, LockError> {
        fs::create_dir_all(root).map_err(LockError::Disk)?;
        let file = File::options().create(true).truncate(false).write(true).open(root.join(LOCK)).map_err(LockError::Disk)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(LockError::Busy),
            // Some file systems know no locks; there it is up to the user.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { _file: file }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_has_one_writer_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("new");
        let first = Lock::take(&root).expect("free");
        assert!(matches!(Lock::take(&root), Err(LockError::Busy)));
        drop(first);
        assert!(Lock::take(&root).is_ok());
        fs::write(folder.path().join("file"), "").expect("written");
        assert!(matches!(Lock::take(&folder.path().join("file")), Err(LockError::Disk(_))));
    }
}
