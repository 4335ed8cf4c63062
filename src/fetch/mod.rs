//! Gets from the public archives exactly the files that a question needs, proves that they are whole, and says what the
//! archives themselves do not have. A stage of its own: it knows the archives' names and layouts, and nothing of records.
//!
//! - [`Catalogue`] has the archives as data: hosts, layouts, collectors' lifetimes.
//! - [`look`] asks an archive's own directory listings what there is for a [`Question`]; off-grid names and real holes are
//!   known from nothing else. Reading a listing and choosing from it are pure.
//! - [`Mirror::bring`] downloads what is missing, resumes what was interrupted, and checks every file to the end of its
//!   compression before it gets its name.
//! - [`Manifest`] remembers both, so that "not in the archive" can be told from "not fetched".
//! - [`Uncertain`] has what a result leaves open, and the windows whose files would sharpen it.
//!
//! What comes from a server is never trusted: paths are built from names that have exactly an archive file's shape,
//! listings and files are bounded in size, and silence in time ([`Policy`]).

mod catalogue;
mod client;
mod download;
mod host;
mod listing;
mod lock;
mod look;
mod manifest;
mod mirror;
mod name;
mod parallel;
mod partial;
mod plan;
mod policy;
mod refine;
mod url;
mod verify;

pub use catalogue::{Catalogue, Collector, Layout, SelectError};
pub use client::{Client, HttpError};
pub use download::DownloadError;
pub use listing::{ListedSize, Listing, NotAListing, parse as parse_listing};
pub use look::{Found, LookError, Question, look};
pub use manifest::{Archived, FileRecord, Hole, MANIFEST, Manifest, ManifestError, MissingRecord, MonthRecord};
pub use mirror::{Brought, Mirror, MirrorError, Observer, Wanted};
pub use name::{FileName, Month};
pub use plan::{Chosen, Kinds, Listed, Sampling};
pub use policy::{MOST_CONNECTIONS, Policy};
pub use refine::{RefineError, Uncertain, bounded, windows};
pub use url::{BaseUrl, BaseUrlError};
pub use verify::Whole;
