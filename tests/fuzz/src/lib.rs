//! The fuzz targets: each takes any bytes and panics where what must hold does not. `fuzz_targets/` hands them to libFuzzer,
//! `tests/fuzz.rs` runs them for a while on stable Rust.
#![allow(missing_docs, reason = "a test of the program and a crate at once")]

mod bunzip2;
mod choices;
mod decoding;
mod entries;
mod fetched;
mod framing;
mod lines;
mod made;
#[path = "../../support/mrt.rs"]
mod mrt;
mod records;
mod results;
mod settings;
mod ways;
mod words;
mod wrappers;

pub use bunzip2::bzip2_stages;
pub use decoding::{rib_decoding, update_decoding};
pub use entries::cache_entries;
pub use fetched::{listings, manifests};
pub use framing::mrt_reader;
pub use lines::text_lines;
pub use results::result_csv;
pub use settings::{claims, name_and_prefix_files, profiles};
pub use ways::ways_of_reading;
pub use words::text_inputs;
pub use wrappers::compressions;

/// One target.
pub struct Target {
    /// As cargo-fuzz knows it.
    pub name: &'static str,
    /// What must not panic.
    pub run: fn(&[u8]),
    /// Inputs that get far, to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Bytes from which on an input says nothing new.
    pub longest: usize,
}

/// All of them.
pub const TARGETS: [Target; 15] = [
    Target { name: "mrt_reader", run: mrt_reader, seeds: framing::seeds, longest: 4096 },
    Target { name: "rib_decoding", run: rib_decoding, seeds: decoding::rib_seeds, longest: 2048 },
    Target { name: "update_decoding", run: update_decoding, seeds: decoding::update_seeds, longest: 2048 },
    Target { name: "bzip2_stages", run: bzip2_stages, seeds: bunzip2::seeds, longest: 4096 },
    Target { name: "compressions", run: compressions, seeds: wrappers::seeds, longest: 2048 },
    Target { name: "cache_entries", run: cache_entries, seeds: entries::seeds, longest: 4096 },
    Target { name: "listings", run: listings, seeds: fetched::listing_seeds, longest: 4096 },
    Target { name: "manifests", run: manifests, seeds: fetched::manifest_seeds, longest: 4096 },
    Target { name: "claims", run: claims, seeds: settings::claim_seeds, longest: 2048 },
    Target { name: "profiles", run: profiles, seeds: settings::profile_seeds, longest: 2048 },
    Target { name: "name_and_prefix_files", run: name_and_prefix_files, seeds: settings::list_seeds, longest: 1024 },
    Target { name: "result_csv", run: result_csv, seeds: results::seeds, longest: 4096 },
    Target { name: "text_inputs", run: text_inputs, seeds: words::seeds, longest: 256 },
    Target { name: "text_lines", run: text_lines, seeds: lines::seeds, longest: 4096 },
    Target { name: "ways_of_reading", run: ways_of_reading, seeds: ways::seeds, longest: 1024 },
];
