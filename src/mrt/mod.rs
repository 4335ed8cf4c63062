//! Frames MRT records (RFC 6396) in place and decides from their bytes which can matter; knows no path, no target and no MRT library.

mod cursor;
mod damage;
mod header;
mod island;
mod needle;
mod nlri;
mod peer_entry;
mod prefilter;
mod prefix_set;
mod reader;
mod record_type;
mod rib;
mod session;
#[cfg(test)]
pub(crate) mod test_bytes;
mod whole;

pub use cursor::Cursor;
pub use damage::Damage;
pub use header::{HEADER_LEN, Header, Kind, RawRecord};
pub use island::{Edge, Island, Uncertain, sound_record};
pub use nlri::{BadNlri, Family, Nlri, NlriForm, nlri_before_the_cut, nlri_list, nlri_to_the_last_byte};
pub use peer_entry::{PeerEntry, peer_entries};
pub use prefilter::Prefilter;
pub use prefix_set::PrefixSet;
pub use reader::{MAX_RECORD, RecordReader, looks_like_mrt};
pub use record_type::is_read;
pub use rib::{CutEntry, RibBody, RibEntry, RibRecord, rib_record};
pub use session::{AsLen, Cut, SessionBody, Torn, UpdateBody, session_body};
pub use whole::Steps;
