//! Applies events in order to each peer's table and yields route intervals. Pure: no path, no clock, no logger, no MRT type.
//!
//! - [`engine`](self): the order of things, and what a message or a session change does to a table (rules 5, 6, 7, 10);
//! - `rib_merge`: what a RIB dump does (rules 8 and 9);
//! - `session`: whether a peer is up and what is known of its table (rule 10);
//! - `table`: one peer's routes, with the proof of each (rules 11 to 13);
//! - `proof`: the last proof of a state, and what may have changed unseen since (rule 11);
//! - `packed`: intervals, in little room;
//! - `slice`: some prefixes at a time, where all would be too many;
//! - `ahead`: what falls into the time in which a dump is written, since it is not atomic.

mod ahead;
mod engine;
mod interval;
mod packed;
mod proof;
mod rib_merge;
#[cfg(test)]
pub(crate) mod script;
mod session;
mod slice;
mod table;
#[cfg(test)]
mod told;

pub use engine::{replay, replay_slice};
pub use interval::{Absence, Basis, End, Follows, Held, KnownTable, Presence, Quality, Replay, RouteInterval, Start};
pub use packed::{Intervals, PackedInterval};
pub use slice::Slice;
