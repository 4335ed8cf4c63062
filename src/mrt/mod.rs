//! Frames MRT records (RFC 6396) in place and decides from their bytes which can matter; knows no path, no target and no MRT library.

mod cursor;
mod damage;
mod header;
mod island;
mod needle;
mod nlri;
mod prefilter;
mod prefix_set;
mod reader;
mod rib;
mod session;
#[cfg(test)]
pub(crate) mod test_bytes;
mod whole;

pub use cursor::Cursor;
pub use damage::Damage;
pub use header::{HEADER_LEN, Header, Kind, RawRecord};
pub use island::{Edge, Island, Uncertain, sound_record};
pub use nlri::{BadNlri, Family, Nlri, NlriForm, nlri_list};
pub use prefilter::Prefilter;
pub use prefix_set::PrefixSet;
pub use reader::{MAX_RECORD, RecordReader, looks_like_mrt};
pub use rib::{CutEntry, RibBody, RibEntry, RibRecord, V1Entry, rib_record, v1_entries};
pub use session::{AsLen, SessionBody, UpdateBody, session_body};
