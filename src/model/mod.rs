//! The field's own words as types: shared by every stage, dependent on none.

mod asn;
mod coverage;
mod dump;
mod event;
mod family;
mod few;
mod flags;
mod path;
mod peer;
mod route;
pub mod spans;
mod time;
mod upstream;

pub use asn::{Asn, ParseAsnError};
pub use coverage::{CollectorData, Coverage, Span};
pub use dump::{Dump, DumpEntry, DumpRow};
pub use event::{Announced, Event, RecordId, SessionState, Update};
pub use family::family_of;
pub use few::Few;
pub use flags::{Flag, Flags, ParseFlagError};
pub use path::{AsPath, Origin, Segment};
pub use peer::{CollectorId, Peer, PeerKey};
pub use route::{PathReader, Route};
pub use time::{ParseTimeError, Time};
pub use upstream::{Between, Hop, Upstream};
