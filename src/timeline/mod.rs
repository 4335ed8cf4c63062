//! Aggregates over peers: episodes, changes, outages, visibility, onset. Pure: it knows replay's spans and nothing of files.
//!
//! - `observed`: the collectors of a run; `denominator`: who could see a route (rule 15);
//! - `hold`: one peer's span on one upstream; `sweep`: the one order in which holds come and go;
//! - `episode`: at least k peers on one upstream, with its `bounds` (rule 14); `stuck`: routes that outlive their withdrawal (rule 18);
//! - `knowledge`: where a prefix is proven to be absent; `outage`: no route although peers could see one (rule 17);
//! - `row`, `change`, `origins`, `onset`, `visibility`: what is reported.

mod bounds;
mod build;
mod certainty;
mod change;
mod denominator;
mod episode;
mod hold;
mod knowledge;
mod observed;
mod onset;
mod origins;
mod outage;
mod row;
mod stuck;
mod summary;
mod sweep;
#[cfg(test)]
mod told;
mod visibility;
mod weight;
mod wide;

pub use build::{Options, Timeline, View, build};
pub use certainty::{Certain, Certainties, Certainty, Question};
pub use change::{Change, ChangeKind};
pub use denominator::Denominator;
pub use hold::{Hold, Subject};
pub use observed::{Collector, Observed};
pub use onset::{Onset, Rank, Variation, onset, variations};
pub use row::Row;
pub use summary::{Summaries, Summary, SummaryOf, Summed, summarize};
pub use visibility::{Point, Series, visibility};
pub use weight::{WHOLE, Weights};
pub use wide::{Wide, WideRow};
