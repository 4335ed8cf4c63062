//! Decodes what is left after the byte tests: the only place that names the MRT library's types.

mod assemble;
mod file;

pub use assemble::{Assembled, Assembly, RecordPlace, Rejected, Selection, assemble};
pub use file::{Damage, Digest, DumpRecord, FileCounts, FileDump, FileEvents, FilePeer, FileRecord, Message};
