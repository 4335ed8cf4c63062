//! Holds published claims against the data: pass, fail, or not decidable. Pure but for the reading of the claims' own file: it knows
//! the timeline and what the data cover, and nothing of archives.
//!
//! - `claim`: what is claimed; `file`: claims as TOML, two files of which are built in;
//! - `moment`: when the data show such a thing, with bounds; `event`: what is certain of it in a window;
//! - `judge`: the verdict. Missing data never make a claim fail: where nobody looked, nothing is refuted.

mod claim;
mod event;
mod file;
mod judge;
mod moment;
mod only;

pub use claim::{Claim, Claimed, Claims, When};
pub use judge::{Data, Finding, Judged, Reason, Verdict};
