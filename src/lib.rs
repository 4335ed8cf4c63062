//! **uplinks**: who carried this network's traffic, since when, and how do we know?
//!
//! Archives of BGP routing data (MRT files, RFC 6396) go in; the timeline of an origin network's upstream providers comes out, prefix by
//! prefix and second by second, with what proves each boundary and what the data cannot say. Data flow one way, through six stages, each
//! of which knows the ones before it and none of those after it:
//!
//! 1. [`archive`] finds the files, names their collector, kind and time from their paths, and opens them as plain bytes; once they are
//!    read it says what they cover (`coverage`).
//! 2. [`mrt`] frames records in place, recovers from damage, and drops on their raw bytes the records that cannot matter (`prefilter`).
//! 3. [`event`] decodes what is left, the only place that names the MRT library's types, and puts the files of each collector in order
//!    (`assemble`): peers, duplicates, dumps that can be trusted, gaps.
//! 4. [`replay`] applies the events to each peer's table and yields spans of routes, each bounded by what proves it. The rule for merging a
//!    RIB dump into the replayed tables is in `replay/rib_merge.rs`.
//! 5. [`timeline`] aggregates over peers: episodes, changes, outages, the onset of an upstream.
//! 6. [`report`] writes a result: one sheet a command, one file a format.
//!
//! Beside them stands [`fetch`]: it brings archive files to the disk, knows the archives' names and layouts, and nothing of records.
//! [`check`] holds published claims against a timeline.
//!
//! [`model`] holds the words that all of them share, [`target`] what is watched, [`cli`] the command line that drives them, [`temporary`]
//! the files that are not yet whole, [`escape`] what outputs let through of text from strangers. `replay` and
//! `timeline` are pure: no path, no clock, no logger, no MRT type. The result is the same bytes for any number of threads and any order of
//! the inputs. The rules that comments and tests cite by number are stated in docs/methodology.md.
//!
//! ```
//! use std::sync::Arc;
//! use uplinks::model::{AsPath, Asn, Route, Upstream};
//!
//! // What a peer of AS30844 announced for 175.45.176.0/24: the upstream stands left of the origin.
//! let path = Arc::new(AsPath::sequence([30844, 3356, 1239, 4837, 131_279]));
//! let route = Route::read(path, Asn(30844), &[Asn(131_279)]).expect("a route");
//! assert_eq!(route.upstream, Upstream::next(Asn(4837)));
//! ```

pub mod archive;
pub mod check;
pub mod cli;
pub mod escape;
pub mod event;
pub mod fetch;
pub mod model;
pub mod mrt;
pub mod replay;
pub mod report;
pub mod target;
pub mod temporary;
pub mod timeline;
