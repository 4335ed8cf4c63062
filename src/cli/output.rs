//! Where results go: standard output, or a file that appears only when it is complete. All are opened before anything is read, so that
//! what cannot be written is told at once.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::packs::Packs;
use super::plan::Plan;
use crate::archive::{ArchiveFile, Source};
use crate::escape::printable;
use crate::temporary::{self, Temporary};

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
    #[error("{} is {what} as well; name another file for the result", printable(path))]
    Clash {
        /// As typed.
        path: String,
        /// What else it is.
        what: &'static str,
    },
    /// The file of `--output`; nothing of it is left behind.
    #[error("cannot write {}: {error}; what was there before is as it was", printable(path))]
    File {
        /// As typed.
        path: String,
        /// Why.
        error: io::Error,
    },
}

/// Standard output, as an option names it.
pub const STDOUT: &str = "-";

/// A place for a result, open.
#[derive(Debug)]
pub struct Output {
    /// As typed.
    shown: String,
    to: To,
}

#[derive(Debug)]
enum To {
    Stdout,
    /// A device or a pipe cannot be replaced, only written to.
    Device(File),
    /// Beside the file first, then in its place: an interrupted run or a full disk leaves what was there.
    Place(Temporary, PathBuf),
}

impl Output {
    /// Opens it; `None` is standard output.
    pub fn open(path: Option<&str>) -> Result<Self, WriteError> {
        let shown = path.unwrap_or(STDOUT).to_owned();
        match To::open(&shown) {
            Ok(to) => Ok(Output { shown, to }),
            Err(error) => Err(WriteError::File { path: shown, error }),
        }
    }

    /// Writes with `write`: all of it, or nothing is changed.
    pub fn write(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), WriteError> {
        let shown = self.shown;
        let failed = |error| WriteError::File { path: shown, error };
        match self.to {
            To::Stdout => {
                let mut out = BufWriter::new(io::stdout().lock());
                write(&mut out).and_then(|()| out.flush()).map_err(|error| match error.kind() {
                    io::ErrorKind::BrokenPipe => WriteError::Closed,
                    _ => WriteError::Stdout(error),
                })
            }
            To::Device(file) => {
                let mut out = BufWriter::new(file);
                write(&mut out).and_then(|()| out.flush()).map_err(failed)
            }
            To::Place(file, place) => put(file, &place, write).map_err(failed),
        }
    }

    /// What it would replace.
    fn place(&self) -> Option<&Path> {
        if let To::Place(_, place) = &self.to { Some(place) } else { None }
    }
}

impl To {
    fn open(path: &str) -> io::Result<Self> {
        if path == STDOUT {
            return Ok(To::Stdout);
        }
        let path = Path::new(path);
        let there = path.metadata();
        if there.as_ref().is_ok_and(|meta| !meta.is_file()) {
            return Ok(To::Device(File::options().write(true).open(path)?));
        }
        let place = place(path)?;
        let folder = place.parent().unwrap_or(Path::new("/"));
        temporary::sweep(folder);
        let file = Temporary::new_in(folder).map_err(|error| io::Error::from(error.kind()))?;
        if let (Ok(meta), Some(file)) = (there, file.file()) {
            file.set_permissions(meta.permissions())?;
        }
        Ok(To::Place(file, place))
    }
}

/// The same for every way to it, whether it is there or not.
fn place(path: &Path) -> io::Result<PathBuf> {
    if let Ok(place) = path.canonicalize() {
        return Ok(place);
    }
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(folder.canonicalize()?.join(name))
}

fn put(file: Temporary, place: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    // Some disks tell only now that they are full.
    file.file().map_or(Ok(()), File::sync_all)?;
    file.persist(place)
}

/// The results of a run.
#[derive(Debug)]
pub struct Results {
    /// `--output`.
    pub main: Output,
    /// `--evidence`, `--svg`.
    pub other: Option<Output>,
}

impl Results {
    /// Those of most commands.
    pub fn of(plan: &Plan) -> Result<Self, WriteError> {
        Self::open(plan.output.as_deref(), plan.evidence.as_deref())
    }

    /// Opens them; two into one are refused.
    pub fn open(main: Option<&str>, other: Option<&str>) -> Result<Self, WriteError> {
        let main = Output::open(main)?;
        let other = other.map(|path| Output::open(Some(path))).transpose()?;
        let is_stdout = |output: &Output| matches!(output.to, To::Stdout);
        match other {
            Some(Output { shown, to })
                if matches!(&to, To::Stdout) && is_stdout(&main)
                    || matches!(&to, To::Place(_, place) if main.place() == Some(place)) =>
            {
                Err(WriteError::Clash { path: shown, what: "another result" })
            }
            other => Ok(Results { main, other }),
        }
    }

    /// What they would replace: as typed, and where it is.
    pub fn places(&self) -> Vec<(String, PathBuf)> {
        let all = [Some(&self.main), self.other.as_ref()];
        all.into_iter().flatten().filter_map(|output| Some((output.shown.clone(), output.place()?.to_owned()))).collect()
    }
}

/// Refuses to write over an archive file, or a pack, that will be read.
pub fn refuse_inputs(places: &[(String, PathBuf)], inputs: &[ArchiveFile], packs: &Packs) -> Result<(), WriteError> {
    // What does not exist yet is no input.
    for (path, place) in places.iter().filter(|(_, place)| place.exists()) {
        let is_it = |read: &Path| fs::canonicalize(read).is_ok_and(|read| read == *place);
        let is_file = |input: &ArchiveFile| matches!(&input.source, Source::Path(read) if is_it(read));
        if inputs.iter().any(is_file) || packs.paths().any(is_it) {
            return Err(WriteError::Clash { path: path.clone(), what: "an input" });
        }
    }
    Ok(())
}

/// Writes with `write`, to the file if there is one.
pub fn write(path: Option<&str>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), WriteError> {
    Output::open(path)?.write(write)
}
