//! The committed sample archive is what its generator makes, and the story in it keeps its own promises.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

#[path = "sample_data/archive.rs"]
mod archive;
#[path = "sample_data/background.rs"]
mod background;
#[path = "sample_data/expected.rs"]
mod expected;
#[path = "sample_data/messages.rs"]
mod messages;
#[path = "support/mrt.rs"]
mod mrt;
#[path = "sample_data/prng.rs"]
mod prng;
#[path = "sample_data/ris.rs"]
mod ris;
#[path = "sample_data/routeviews.rs"]
mod routeviews;
#[path = "sample_data/script.rs"]
mod script;
#[path = "sample_data/tables.rs"]
mod tables;
#[path = "sample_data/world.rs"]
mod world;

use tables::World;
use world::{ORIGIN, START, TRANSTELECOM, UNICOM, WATCHED};

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data")
}

fn decompressed(path: &Path) -> Vec<u8> {
    let stored = fs::read(path).expect("a committed file");
    let mut content = Vec::new();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => flate2::read::GzDecoder::new(&stored[..]).read_to_end(&mut content).expect("gzip"),
        Some("bz2") => bzip2::read::BzDecoder::new(&stored[..]).read_to_end(&mut content).expect("bzip2"),
        _ => return stored,
    };
    content
}

fn walk(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { walk(&path, found) } else { assert!(found.insert(path)) }
    }
}

#[test]
fn the_committed_archive_is_what_the_generator_makes() {
    let mut present = BTreeSet::new();
    walk(&committed(), &mut present);
    assert!(present.remove(&committed().join("README.md")), "sample-data has a README");
    assert!(present.remove(&committed().join("SIMULATED")), "sample-data says that it is simulated");
    for file in archive::files() {
        let path = committed().join(&file.path);
        assert!(present.remove(&path), "{} is missing: run make-sample-data", file.path.display());
        // What was compressed is compared, so that a new version of a compressor is no failure.
        assert!(decompressed(&path) == file.content, "{} differs: run make-sample-data", file.path.display());
        assert!(!file.content.is_empty(), "{} is empty", file.path.display());
    }
    assert_eq!(present, BTreeSet::new(), "nothing else lies there");
}

#[test]
fn the_sample_stays_under_five_megabytes() {
    let mut present = BTreeSet::new();
    walk(&committed(), &mut present);
    let total: u64 = present.iter().map(|path| fs::metadata(path).expect("a size").len()).sum();
    assert!(total < 5_000_000, "{total} bytes");
}

#[test]
fn every_watched_path_goes_through_the_upstream_that_the_script_means() {
    for step in World::new().steps.iter().filter(|step| step.prefix < WATCHED) {
        let Some(route) = &step.route else { continue };
        let behind = route.path.iter().rev().skip_while(|asn| **asn == ORIGIN);
        assert_eq!(behind.copied().next(), route.upstream, "{step:?}");
        assert!(route.upstream == Some(UNICOM) || (route.upstream == Some(TRANSTELECOM) && step.prefix != 1), "{step:?}");
    }
}

#[test]
fn watched_routes_are_quiet_from_a_minute_before_each_dump_until_it_is_written() {
    for step in World::new().steps.iter().filter(|step| step.prefix < WATCHED) {
        let since_dump = (step.time - START) % 7200;
        assert!((95..7200 - 60).contains(&since_dump), "{step:?}");
    }
}

#[test]
fn someone_is_on_china_unicom_at_all_times_but_the_scripted_ones() {
    let world = World::new();
    let held = |prefix, time| {
        let holds = |peer| world.held(peer, prefix, time).is_some_and(|held| held.route.upstream == Some(UNICOM));
        (0..world.peers.len()).any(holds)
    };
    let absences: Vec<_> = script::ABSENCES.concat();
    for step in world.steps.iter().filter(|step| step.prefix < WATCHED) {
        // What a table holds just after the step's second.
        let (prefix, time) = (step.prefix, step.time);
        let scripted = absences.iter().any(|(which, gone, back)| *which == prefix && (*gone..*back).contains(&time));
        assert_eq!(held(prefix, time + 1), !scripted, "{step:?}");
    }
}
