//! What looking for archive files comes to: the files, what was skipped, and the errors that end the search.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::collector::Project;
use super::name::NameKind;
use super::opened::Stamp;
use super::source::Source;
use crate::escape::printable;
use crate::model::Time;

/// An archive file that will be read.
#[derive(Debug, Clone)]
pub struct ArchiveFile {
    /// The path as given, as text that can be made a path again (`crate::escape::path`).
    pub shown: String,
    /// Its bytes.
    pub source: Source,
    /// Its collector; safe to print.
    pub collector: String,
    /// What its name, else its first record, says it holds.
    pub kind: Option<NameKind>,
    /// The time in its name.
    pub start: Option<Time>,
    /// Whose archive it comes from.
    pub project: Option<Project>,
    /// Octets, compressed.
    pub size: u64,
    /// What it was when it was found; a stream's copy is nobody else's.
    pub stamp: Option<Stamp>,
    /// Whether the user named this very file.
    pub named: Named,
}

/// How a file was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// By its own path, by a glob, or as standard input.
    Explicitly,
    /// By walking a directory.
    ByWalking,
}

/// What the inputs come down to.
#[derive(Debug, Default)]
pub struct Found {
    /// Sorted by collector, start, kind (RIB dumps first), path.
    pub files: Vec<ArchiveFile>,
    /// Files met by walking that are no archive files, sorted by path.
    pub skipped: Vec<Skipped>,
    /// What `uplinks extract` made of archive files, sorted.
    pub packs: Vec<PathBuf>,
    /// What was named and cannot be used, where that does not end the search.
    pub refused: Vec<DiscoverError>,
}

/// A file met by walking that will not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skipped {
    /// The path as given.
    pub shown: String,
    /// Why, in words.
    pub reason: String,
    /// Whether nobody could look: there may be data in it.
    pub unseen: bool,
}

/// Why a link is skipped.
pub(super) const LINK_OUT: &str =
    "it is a link out of the folder, which is not followed; name what it leads to if that is to be read";

impl Skipped {
    /// Whether there may be data in it, as in what the system would not show and behind a link that leads out of the folder.
    pub fn may_hide_data(&self) -> bool {
        self.unseen || self.reason == LINK_OUT
    }
}

/// An input that cannot be used: found before anything is read, and fatal.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// Nothing was named.
    #[error("no input; name archive files, a directory, a glob, or - for standard input")]
    NoInput,
    /// A named file or directory does not exist.
    #[error("{}: no such file or directory; check the path, or get the files with `uplinks fetch`", printable(.0))]
    Missing(String),
    /// A glob matches nothing.
    #[error("{}: nothing matches; check the pattern (** crosses directories)", printable(.0))]
    NoMatch(String),
    /// A glob is malformed.
    #[error("{}: bad pattern: {reason}; quote brackets as [[] to mean themselves", printable(.shown))]
    BadPattern {
        /// As typed.
        shown: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A named file is something else.
    #[error("{}: not an MRT file ({found}); name RIB dumps or update files, or name its directory to skip what is not", printable(.shown))]
    NotMrt {
        /// As typed.
        shown: String,
        /// What it is instead.
        found: &'static str,
    },
    /// A named file has others in it.
    #[error("{}: it is {what}; unpack it first, and name what was in it", printable(.shown))]
    Packed {
        /// As typed.
        shown: String,
        /// What it is.
        what: &'static str,
    },
    /// A named table does not say when it was taken.
    #[error(
        "{}: a table of `show ip bgp` does not say when it was taken, so its name must: call it, or a link to it, as in oix-full-snapshot-2001-03-05-1200.dat (UTC)",
        printable(.0)
    )]
    NoTime(String),
    /// A named directory holds no archive file.
    #[error("{}: no MRT file in this directory ({skipped} other files skipped); name one that holds RIB dumps or update files", printable(.shown))]
    NothingIn {
        /// As typed.
        shown: String,
        /// Files in it that are no archive files.
        skipped: usize,
    },
    /// The system refuses.
    #[error("{}: {error}; check its permissions", printable(.shown))]
    Unreadable {
        /// As typed.
        shown: String,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// Standard input or a pipe could not be copied.
    #[error("{}: cannot keep a copy of this stream: {error}; check the space in the temporary directory (TMPDIR)", printable(.shown))]
    Spool {
        /// As typed.
        shown: String,
        /// What the system says.
        #[source]
        error: io::Error,
    },
}

impl DiscoverError {
    /// What cannot be used, as typed.
    pub fn shown(&self) -> &str {
        match self {
            Self::NoInput => "",
            Self::Missing(shown)
            | Self::NoMatch(shown)
            | Self::NoTime(shown)
            | Self::BadPattern { shown, .. }
            | Self::NotMrt { shown, .. }
            | Self::Packed { shown, .. }
            | Self::NothingIn { shown, .. }
            | Self::Unreadable { shown, .. }
            | Self::Spool { shown, .. } => shown,
        }
    }

    /// Whether there may be data that another try, or another machine, could read.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Missing(_) | Self::NoMatch(_) | Self::Unreadable { .. } | Self::Spool { .. })
    }
}
