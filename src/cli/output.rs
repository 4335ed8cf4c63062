//! Where results go: standard output, or a file that appears only when it is complete.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::archive::{ArchiveFile, Source, escaped};

/// A result that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The reader of our standard output went away: not an error of ours.
    #[error("standard output was closed")]
    Closed,
    /// Standard output.
    #[error("cannot write to standard output: {0}")]
    Stdout(io::Error),
    /// A result would take the place of what it was read from, or of another result.
    #[error("{} is {what} as well; name another file for the result", escaped(path))]
    Clash {
        /// As typed.
        path: String,
        /// What else it is.
        what: &'static str,
    },
    /// The file of `--output`; nothing of it is left behind.
    #[error("cannot write {}: {error}; nothing was left there", escaped(path))]
    File {
        /// As typed.
        path: String,
        /// Why.
        error: io::Error,
    },
}

/// Writes with `write`, to the file if there is one.
pub fn write(path: Option<&str>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), WriteError> {
    match path {
        None => to_stdout(write),
        Some(path) => to_file(Path::new(path), write).map_err(|error| WriteError::File { path: path.to_owned(), error }),
    }
}

/// Refuses to write over an archive file that was read, or two results into one file. Devices and pipes take anything.
pub fn refuse_clash<'a, I: Iterator<Item = &'a ArchiveFile>>(
    results: &[Option<&str>],
    inputs: impl Fn() -> I,
) -> Result<(), WriteError> {
    let place = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let is_device = |path: &Path| path.metadata().is_ok_and(|m| !m.is_file());
    let mut taken: Vec<PathBuf> = Vec::new();
    for path in results.iter().copied().flatten().filter(|path| !is_device(Path::new(path))) {
        let own = place(Path::new(path));
        let clash = |what| Err(WriteError::Clash { path: path.to_owned(), what });
        if taken.contains(&own) {
            return clash("another result");
        }
        // What does not exist yet is no input.
        let is_read = |input: &ArchiveFile| matches!(&input.source, Source::Path(read) if place(read) == own);
        if own.exists() && inputs().any(is_read) {
            return clash("an input");
        }
        taken.push(own);
    }
    Ok(())
}

fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), WriteError> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => WriteError::Closed,
        _ => WriteError::Stdout(error),
    })
}

/// Beside the file first, then in its place: an interrupted run or a full disk leaves what was there.
fn to_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A device or a pipe cannot be replaced, only written to.
    if path.metadata().is_ok_and(|m| !m.is_file()) {
        let mut out = BufWriter::new(File::options().write(true).open(path)?);
        return write(&mut out).and_then(|()| out.flush());
    }
    let target: PathBuf = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Asked first, as the temporary file's own error names that file.
    folder.metadata()?;
    let mut out = BufWriter::new(tempfile::NamedTempFile::new_in(folder)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    let permissions = target.metadata().map(|m| m.permissions());
    if let Ok(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    } else {
        share(file.as_file())?;
    }
    file.persist(&target).map(|_| ()).map_err(|e| e.error)
}

/// Temporary files are for their owner alone; a result is for whom the user's mask allows, which is taken to be the usual one.
#[cfg(unix)]
fn share(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn share(_: &File) -> io::Result<()> {
    Ok(())
}
