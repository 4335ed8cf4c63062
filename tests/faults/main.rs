//! What can fail does: system calls, limits, the process itself, and files that are cut. Nothing may be wrong without saying so: the result
//! is the right one, or the run says what is wrong with it, and nothing half done is left.
//!
//! By default each trial takes a sample, some seconds in all. All of it, some minutes, prints how each fault ended:
//!
//! ```sh
//! UPLINKS_FAULTS=all cargo test --release --test faults -- --nocapture --test-threads 2
//! ```
//!
//! Files are cut from `UPLINKS_CORPUS` then, and from sample-data where that is not set.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod cuts;
#[cfg(target_os = "linux")]
mod kills;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod place;
#[path = "../support/run.rs"]
mod run;
#[path = "../support/server/mod.rs"]
mod server;

use libtest_mimic::{Arguments, Trial};

#[cfg(target_os = "linux")]
fn trials() -> Vec<Trial> {
    [calls::trials(), limits::trials(), kills::trials(), cuts::trials()].into_iter().flatten().collect()
}

#[cfg(not(target_os = "linux"))]
fn trials() -> Vec<Trial> {
    eprintln!("\nFaults are made by means of Linux: these tests DO NOT RUN here.");
    Vec::new()
}

fn main() {
    libtest_mimic::run(&Arguments::from_args(), trials()).exit();
}
