//! Finds archive files, names their collector, kind and time, and opens them as plain bytes. Knows nothing of what the
//! records mean.
//!
//! - [`discover`] turns files, directories, globs and standard input into one sorted list of [`ArchiveFile`]s; a path's
//!   words are read by [`parse_name`], and content is looked at only where a name leaves doubt.
//! - [`Source::open`] opens a file once for all its readers, and tells whether it stayed as it was.
//! - [`open`] gives a file's uncompressed bytes, all members of it, and fails where the file does.
//! - [`cover`] says, once the files are read, which stretches of time they cover (rule 11).

mod bounded;
pub mod bzip2;
mod collector;
mod compression;
mod coverage;
mod discover;
mod found;
mod name;
mod open;
mod opened;
mod simulated;
mod sniff;
mod source;
mod table_name;
mod text;
mod walk;
mod zstd;

pub use collector::{Project, sanitise};
pub use compression::{Compression, HEAD, begins_as_mrt};
pub use coverage::{CollectorFiles, Covered, Damage, RecordTimes, UpdateFile, cover};
pub use discover::{discover, discover_what_can_be, sort};
pub use found::{ArchiveFile, DiscoverError, Found, Named, Skipped};
pub use name::{ArchiveName, NameKind, NameStyle, parse as parse_name};
pub use open::{decompress, open};
pub use opened::{Opened, Since, Stamp, Stored};
pub use simulated::{SIMULATED, is_simulated, simulated};
pub use sniff::PACK;
pub use source::{Packed, Source, Spool};
pub use text::{TEXT_HEAD, TextForm, is_remark, is_table_head};
