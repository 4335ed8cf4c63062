//! The fuzz targets on stable Rust: seeds, changed by chance, for a second each. The same changes every time, up to where the time is
//! over.
//!
//! - `UPLINKS_FUZZ_SECONDS=60`: so long each;
//! - `UPLINKS_FUZZ_SEED=7`: other changes;
//! - `UPLINKS_FUZZ_INPUT=FILE`: this input alone, as a failure or cargo-fuzz has written it;
//! - `UPLINKS_FUZZ_CORPUS=FOLDER`: the seeds are written there for cargo-fuzz, a folder a target, and nothing else is done.

#[path = "support/dice.rs"]
#[allow(dead_code)]
mod dice;
#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/src/lib.rs"]
mod targets;

use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dice::Dice;
use targets::{TARGETS, Target};

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// Generated ones, and those of `tests/fuzz/seeds/`: what no code here can make, and what was once found.
fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds").join(target.name);
    let kept = files(&folder).into_iter().map(|path| fs::read(path).expect("a seed"));
    (target.seeds)().into_iter().chain(kept).collect()
}

/// Runs one input; one that fails is written down and named.
fn run(target: &Target, input: &[u8], what: &str) {
    let Err(failure) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) else { return };
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", target.name));
    fs::write(&place, input).expect("the input is written");
    eprintln!("{}, {what}: UPLINKS_FUZZ_INPUT={} runs this input alone", target.name, place.display());
    resume_unwind(failure);
}

fn fuzz(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target");
    let seeds = seeds(target);
    if let Some(folder) = env::var_os("UPLINKS_FUZZ_CORPUS") {
        let folder = PathBuf::from(folder).join(name);
        fs::create_dir_all(&folder).expect("a folder");
        for (at, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{at:02}")), seed).expect("a seed is written");
        }
        return;
    }
    if let Some(path) = env::var_os("UPLINKS_FUZZ_INPUT") {
        return run(target, &fs::read(path).expect("the input"), "as given");
    }
    for (at, seed) in seeds.iter().enumerate() {
        run(target, seed, &format!("seed {at}"));
    }
    let seconds = number("UPLINKS_FUZZ_SECONDS").unwrap_or(1);
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ number("UPLINKS_FUZZ_SEED").unwrap_or(1).rotate_left(32));
    let mut count = 0_u64;
    while Instant::now() < until {
        let input = mutate::mutated(&seeds, target.longest, &mut dice);
        run(target, &input, &format!("after {count} inputs"));
        count += 1;
    }
    println!("{name}: {count} inputs in {seconds} s");
}

macro_rules! tests {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            fuzz(stringify!($name));
        })*

        #[test]
        fn every_target_is_run_here_and_by_cargo_fuzz() {
            let names = [$(stringify!($name)),*];
            assert_eq!(TARGETS.map(|target| target.name), names);
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("the manifest");
            for name in names {
                let text = fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs"))).expect("a target");
                assert!(text.contains(&format!("uplinks_fuzz::{name}(data)")) && manifest.contains(&format!("name = \"{name}\"")));
            }
        }
    };
}

tests! {
    mrt_reader rib_decoding update_decoding bzip2_stages compressions cache_entries listings manifests claims profiles
    name_and_prefix_files result_csv text_inputs text_lines ways_of_reading
}
