//! The judge: worlds with a known truth, written as real archives, and the real binary's answers held against that truth.

mod archive;
mod ask;
mod check_changes;
mod check_claims;
mod check_first;
mod check_options;
mod check_routes;
mod check_timeline;
mod check_ways;
mod count;
mod judge;
mod log;
mod make;
mod make_files;
#[path = "../support/mrt.rs"]
mod mrt;
#[path = "../sample_data/prng.rs"]
#[allow(dead_code)]
mod prng;
mod records;
mod rows;
mod shrink;
mod standing;
mod story;
mod truth;
mod verdict;
mod world;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use judge::judge;
use verdict::Violation;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
#[ignore = "the program is being rewritten"]
fn worlds() {
    let (count, first) = (number("UPLINKS_WORLDS", 300), number("UPLINKS_SEED", 0));
    let next = AtomicU64::new(first);
    let found: Mutex<Vec<(u64, Violation)>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count {
                        break;
                    }
                    let judged = std::panic::catch_unwind(|| judge(&make::world(seed), None));
                    let violations = judged.unwrap_or_else(|_| panic!("the judge itself fails on seed {seed}"));
                    found.lock().expect("no panic").extend(violations.into_iter().map(|v| (seed, v)));
                }
            });
        }
    });
    let mut kinds: BTreeMap<String, Vec<(u64, Violation)>> = BTreeMap::new();
    for (seed, violation) in found.into_inner().expect("no panic") {
        kinds.entry(violation.kind.clone()).or_default().push((seed, violation));
    }
    for (kind, all) in &mut kinds {
        all.sort_by_key(|(seed, _)| *seed);
        let mut seeds: Vec<u64> = all.iter().map(|(seed, _)| *seed).collect();
        seeds.dedup();
        println!("== {kind}: {} in {} worlds: {:?}", all.len(), seeds.len(), &seeds[..seeds.len().min(12)]);
        if std::env::var("UPLINKS_SHOW").is_ok_and(|one| !kind.starts_with(&one)) {
            continue;
        }
        println!("{}", judge::told_small(make::world(seeds[0]), kind));
    }
    assert!(kinds.is_empty());
}
