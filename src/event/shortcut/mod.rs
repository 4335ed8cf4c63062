//! Ways to what a bzip2 file says that do not decompress all of it. The plain path knows nothing of them.
//!
//! What makes them safe is an invariant of the rules: the answer depends on watched routes, session state changes, RIB dumps and the
//! files' own coverage, and on nothing else. So for an intact file a shortcut need only find these, and what it finds equals, field by
//! field, what [`super::read_events`] finds: tests compare the two. Damage within a block that was never inverted goes unseen
//! ([`Verify::Yes`] looks at everything).
//!
//! - `updates`: in update files, only the blocks whose Burrows-Wheeler transform holds a watched pattern are inverted.
//! - `table`: of a table dump the transforms of all blocks are searched for watched prefixes and for what does not belong in one. It is
//!   written in the order of prefixes with running numbers, so at the user's wish the watched ones are sought by bisection instead; the
//!   numbers at two places tell how many RIB records lie between, but not that nothing else does.
//!
//! Each gives up ([`GaveUp`]) whenever anything is not as in an intact, ordinary file, and then the plain path reads everything.

mod blocks;
mod cursor;
mod estimate;
mod order;
mod patterns;
mod probe;
mod sweep;
mod table;
mod updates;

use serde::{Deserialize, Serialize};

use crate::archive::bzip2::error::Bz2Error;
use crate::archive::bzip2::octets::Octets;
use crate::archive::bzip2::stream::Walk;
use crate::archive::{Compression, Opened};
use crate::mrt::{Kind, Uncertain};
use crate::target::Watch;

use super::file::FileEvents;
use blocks::Opening;

/// Whether places in a table dump may be sought by its order alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Seek {
    /// Where it holds at every place looked at: what lies between two such places is taken for what is around it.
    Always,
    /// Never: every block is at least searched, which rules out what does not belong there.
    #[default]
    Never,
}

/// Whether everything must be read and every checksum compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verify {
    /// No shortcuts.
    Yes,
    /// As fast as it goes.
    #[default]
    No,
}

/// How files are to be read. The result of an intact file does not depend on it, unless places are sought ([`Seek::Always`]) in one that
/// only looks like a table dump in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Way {
    /// `--seek`.
    pub seek: Seek,
    /// `--verify`.
    pub verify: Verify,
}

/// How a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Taken {
    /// All of it was decompressed.
    Whole,
    /// Its blocks were searched.
    Searched,
    /// Its places were sought.
    Sought,
}

/// The file is not so that a shortcut leads to a certain answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct GaveUp;

impl From<Bz2Error> for GaveUp {
    fn from(_: Bz2Error) -> Self {
        GaveUp
    }
}

impl From<Uncertain> for GaveUp {
    fn from(_: Uncertain) -> Self {
        GaveUp
    }
}

/// All that an open file says of the prefixes of `watch`, by a shortcut if one is certain, else by `plain`, which reads
/// everything; and which it was.
pub fn read_file(opened: &Opened, watch: &Watch, way: Way, plain: impl FnOnce() -> FileEvents) -> (FileEvents, Taken) {
    let stored = if way.verify == Verify::No { opened.stored(Compression::Bzip2) } else { None };
    stored.and_then(|stored| read_compressed(stored.octets(), watch, way.seek).ok()).unwrap_or_else(|| (plain(), Taken::Whole))
}

fn read_compressed(data: Octets<'_>, watch: &Watch, seek: Seek) -> Result<(FileEvents, Taken), GaveUp> {
    if data.window(0, 16, Compression::of) != Compression::Bzip2 || watch.prefixes().is_empty() {
        return Err(GaveUp);
    }
    let opening = Opening::read(Walk::new(data)?)?;
    match opening.kind {
        Kind::Bgp4mp => {
            let patterns = patterns::of_updates(watch).ok_or(GaveUp)?;
            Ok((updates::read(data, opening, &patterns, watch)?, Taken::Searched))
        }
        Kind::TableDumpV2 if seek == Seek::Always => Ok((table::read(data, opening, None, watch)?, Taken::Sought)),
        Kind::TableDumpV2 => {
            let patterns = patterns::of_rib(watch).ok_or(GaveUp)?;
            Ok((table::read(data, opening, Some(&patterns), watch)?, Taken::Searched))
        }
        Kind::TableDump | Kind::TableEntry | Kind::LegacyBgp | Kind::Other => Err(GaveUp),
    }
}
