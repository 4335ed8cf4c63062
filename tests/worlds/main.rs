//! The judge: worlds with a known truth, written as the archives of both projects, and the real binary's answers held against that truth.
//!
//! A seed makes a world (`make`): routers whose routes change, sessions that are lost, collectors that lose files, write dumps that are no
//! snapshots, cut, damage, repeat and misdate. What follows from it (`log`, `records`, `archive`) becomes files; what can be read of them
//! is known without reading them (`truth`). The checks know the truth and no rule of the program: they see its CSV and its exit status.
//! To say less than the truth is no violation, unless it can be read without a doubt; to say something else is.
//!
//! ```console
//! $ cargo test --release --test worlds                                    # 300 worlds
//! $ UPLINKS_WORLDS=3000 UPLINKS_SEED=0 cargo test --release --test worlds # as many as asked for, from a seed on
//! $ UPLINKS_WORLDS=1 UPLINKS_SEED=17 UPLINKS_SHOW=routes UPLINKS_KEEP=1 cargo test --release --test worlds -- --nocapture
//! ```
//!
//! A failure lists the kinds of violations with their seeds, and tells the first of each as a small world that still shows it: things are
//! taken away one by one as long as it does (`shrink`). `UPLINKS_SHOW` names the kinds to tell, by their beginning (`none`: no world is
//! shrunk); `UPLINKS_KEEP` leaves the small archives on disk.
//!
//! What counts as truth:
//!
//! - A router holds its routes whether its session is up or not; a collector's table has them from their message on. Bounds must hold the
//!   router's moment; the table's is as good only where the loss of the session cannot be read.
//! - After a loss that no record tells (RouteViews writes none), the old route may be believed until something is heard.
//! - Messages count to the microsecond. A dump's entry may be off by its backlog and its writing time where what happened then cannot be read.
//! - Who was never heard of does not count; who was is not forgotten in a gap, nor where a collector's data end before others'.
//! - What is behind damage in a file, or in a dump that looks unlike its neighbours, may be used or not.

mod archive;
mod ask;
mod check_changes;
mod check_claims;
mod check_first;
mod check_hops;
mod check_options;
mod check_routes;
mod check_timeline;
mod check_views;
mod check_visibility;
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
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use judge::judge;
use verdict::Violation;

/// Worlds in the test command.
const WORLDS: u64 = 300;

/// Kinds of violations that are told as small worlds, unless some are asked for.
const TOLD: usize = 5;

/// Violations by kind, with the seeds of their worlds.
type Found = BTreeMap<String, Vec<(u64, Violation)>>;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Judges worlds on all cores.
fn judge_all(seeds: std::ops::Range<u64>) -> Found {
    let next = AtomicU64::new(seeds.start);
    let found: Mutex<Vec<(u64, Violation)>> = Mutex::default();
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                break;
            }
            let judged = std::panic::catch_unwind(|| judge(&make::world(seed), None));
            let violations = judged.unwrap_or_else(|_| panic!("the judge itself fails on seed {seed}"));
            found.lock().expect("no panic").extend(violations.into_iter().map(|v| (seed, v)));
        }
    };
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let mut all = found.into_inner().expect("no panic");
    all.sort_by_key(|(seed, _)| *seed);
    let mut kinds = Found::new();
    for (seed, violation) in all {
        kinds.entry(violation.kind.clone()).or_default().push((seed, violation));
    }
    kinds
}

/// Kinds, seeds and small worlds.
fn told(found: &Found) -> String {
    let mut out = String::new();
    for (kind, all) in found {
        let mut seeds: Vec<u64> = all.iter().map(|(seed, _)| *seed).collect();
        seeds.dedup();
        let some: Vec<String> = seeds.iter().take(12).map(u64::to_string).collect();
        let _ = writeln!(out, "{kind}: {} in {} worlds, seeds {}", all.len(), seeds.len(), some.join(" "));
    }
    let asked = std::env::var("UPLINKS_SHOW").ok();
    let is_asked = |kind: &str| asked.as_ref().is_none_or(|names| names.split(',').any(|name| kind.starts_with(name)));
    let most = if asked.is_some() { usize::MAX } else { TOLD };
    for (kind, all) in found.iter().filter(|(kind, _)| is_asked(kind)).take(most) {
        let seed = all.first().map_or(0, |(seed, _)| *seed);
        let _ = writeln!(out, "\n{}", judge::told_small(make::world(seed), kind));
    }
    out
}

#[test]
fn no_answer_contradicts_the_truth() {
    let first = number("UPLINKS_SEED", 0);
    let found = judge_all(first..first + number("UPLINKS_WORLDS", WORLDS));
    assert!(found.is_empty(), "\n{}", told(&found));
}

#[test]
fn a_seed_is_one_world() {
    for seed in 0..20 {
        let (one, other) = (make::world(seed), make::world(seed));
        assert_eq!(one, other);
        let bytes = |world: &world::World| truth::Truth::of(world).1.into_iter().map(|f| (f.path, f.bytes)).collect::<Vec<_>>();
        assert!(bytes(&one) == bytes(&other), "seed {seed}");
    }
}
