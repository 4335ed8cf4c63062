//! `demo`: the sample archive, which the program carries with it, laid down as files, and the first question asked of it.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use clap::{Args, Parser};

use super::args::{Cli, Command};
use super::warn::note;
use super::{Exit, Fatal, run};
use crate::archive::SIMULATED;
use crate::escape::printable;

// `FILES`: the paths and the bytes of sample-data, as the build found them.
include!(concat!(env!("OUT_DIR"), "/sample.rs"));

/// Below the help of `demo`.
pub const EXAMPLES: &str = "\
Examples:
  uplinks demo                                       writes sample-data/ and shows its timeline
  uplinks report sample-data -o report.html          the same as a page";

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Where to write the sample archive; a folder that is there already must be one
    #[arg(value_name = "FOLDER", default_value = "sample-data")]
    pub folder: OsString,
}

/// The sample archive cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A folder of that name is something else.
    #[error("{}: this folder is there and is not the sample archive; name another: uplinks demo FOLDER", printable(.0))]
    Taken(String),
    /// The system refuses.
    #[error("cannot write {}: {error}; name another folder: uplinks demo FOLDER", printable(.path))]
    Write {
        /// Where.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// The program was built without it.
    #[error("this program was built without the sample archive; get sample-data from the project's repository")]
    Missing,
}

/// Writes the archive where it is not there yet, and answers `timeline` of it.
pub fn run_demo(typed: Demo) -> Result<Exit, Fatal> {
    let folder = Path::new(&typed.folder);
    let shown = crate::escape::path(folder);
    if FILES.is_empty() {
        return Err(DemoError::Missing.into());
    }
    if !folder.join(SIMULATED).is_file() {
        if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(DemoError::Taken(shown).into());
        }
        write(folder).map_err(|error| DemoError::Write { path: shown.clone(), error })?;
        note(&format!("wrote {} files of a simulated archive to {shown}", FILES.len()));
    }
    note(&format!("asking: uplinks timeline {shown}"));
    let words = [OsString::from("uplinks"), "timeline".into(), "--".into(), typed.folder];
    match Cli::try_parse_from(words).map(|cli| cli.command) {
        Ok(Command::Timeline(rows)) => run(Cli { command: Command::Timeline(rows) }),
        _ => Ok(Exit::NothingFound),
    }
}

/// The mark comes last: a folder that has it is whole.
fn write(folder: &Path) -> io::Result<()> {
    let is_mark = |(path, _): &&(&str, &[u8])| *path == SIMULATED;
    for (path, bytes) in FILES.iter().filter(|file| !is_mark(file)).chain(FILES.iter().filter(is_mark)) {
        let path = folder.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, bytes)?;
    }
    Ok(())
}
