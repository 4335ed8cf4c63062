//! Decodes what is left after the byte tests: the only place that names the MRT library's types.
//!
//! The library (bgpkit-parser) decodes paths and peer indexes. Lists of prefixes, RIB entry heads and attribute heads are read by the
//! layouts of [`crate::mrt`], because the library guesses add-path from a zero byte, ends a RIB record silently at its first bad
//! entry, and drops what follows an attribute that overruns (RFC 7606 needs to know).
//!
//! Files of text that say the same are read in `text`; `input` tells them from records.

mod as_path;
mod assemble;
mod attributes;
mod cache;
mod count;
mod digest_start;
mod discover;
mod dump;
mod dump_v1;
mod dump_v2;
mod dumps;
mod explain;
mod explain_path;
mod file;
mod find;
mod input;
mod numbers;
mod overlap;
mod pack;
mod paths;
mod read;
mod sample;
mod shortcut;
mod text;
mod trust;
mod update;

pub use crate::mrt::Damage;
pub use as_path::As4Path;
pub use assemble::{Assembled, Assembly, RecordPlace, Rejected, Selection, Who, assemble};
pub use cache::{Cache, Cached};
pub use count::{RecordCounts, count_records};
pub use digest_start::{DigestStart, ParseDigestStartError};
pub use discover::{Gathered, Gathering, Kept, Sought};
pub use explain::{Body, Entry, Explained, MessageEnd, PathIds, Prefixes, Sender, Session, explain};
pub use explain_path::Attributed;
pub use file::{
    Digest, DumpRecord, FileCounts, FileDump, FileEvents, FilePeer, FileRecord, KeptRecord, Message, ParseDigestError, Unread,
};
pub use find::{FoundRecord, IndexRecord, Search, Wanted, find_records};
pub use input::Input;
pub use pack::{Encoded, Pack, PackEntry, PackError, PackWriter, PackedFile};
pub use read::{peers_with_routes, read_events};
pub use shortcut::{Seek, Taken, Verify, Way, read_file};
pub use text::Line;
