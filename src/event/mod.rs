//! Decodes what is left after the byte tests: the only place that names the MRT library's types.
//!
//! The library (bgpkit-parser) decodes paths and peer indexes. Lists of prefixes, RIB entry heads and attribute heads are read by the
//! layouts of [`crate::mrt`], because the library guesses add-path from a zero byte, ends a RIB record silently at its first bad
//! entry, and drops what follows an attribute that overruns (RFC 7606 needs to know).

mod as_path;
mod assemble;
mod attributes;
mod count;
mod discover;
mod dump;
mod dump_v1;
mod dump_v2;
mod file;
mod read;
mod sample;
mod shortcut;
mod update;

pub use crate::mrt::Damage;
pub use assemble::{Assembled, Assembly, RecordPlace, Rejected, Selection, Who, assemble};
pub use count::{RecordCounts, count_records};
pub use discover::{Discovery, discover_prefixes};
pub use file::{Digest, DumpRecord, FileCounts, FileDump, FileEvents, FilePeer, FileRecord, Message};
pub use read::read_events;
pub use shortcut::{Seek, Taken, Verify, Way, read_file};
