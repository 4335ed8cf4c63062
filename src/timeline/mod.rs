//! Aggregates over peers: episodes, changes, outages, visibility, onset. Pure: it knows replay's spans and nothing of files.
//!
//! - `hold`: one peer's span on one upstream;
//! - `episode`: at least k peers on one upstream (rule 14); `stuck`: routes that outlive their withdrawal (rule 18);
//! - `observed`: coverage and denominators (rules 11, 15);
//! - `outage`: no route although peers could see one (rule 17);
//! - `row`, `change`, `onset`, `visibility`: what is reported.

mod build;
mod change;
mod episode;
mod hold;
mod observed;
mod onset;
mod outage;
mod row;
mod stuck;
mod visibility;

pub use build::{Options, Timeline, View, build};
pub use change::{Change, ChangeKind};
pub use hold::{Hold, Subject};
pub use observed::{Collector, Denominator, Observed};
pub use onset::{Onset, Rank, Variation, onset, variations};
pub use row::Row;
pub use visibility::{Point, visibility};
