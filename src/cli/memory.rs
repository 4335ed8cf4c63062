//! `--max-memory`: a question that is too large ends with a sentence, not by the system's hand; one that will be large is told of before.
//!
//! Only Linux says what a process uses without more ado (`/proc`); elsewhere nothing is watched.

use std::fs;
use std::io::Write;
use std::process;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use ipnet::IpNet;

use super::plan::Plan;
use super::warn::note;
use crate::archive::{ArchiveFile, NameKind};
use crate::report::text::plural;
use crate::temporary;

/// How often it is looked.
const EVERY: Duration = Duration::from_millis(50);

/// A question that takes less is not told of.
const LARGE: u64 = 1 << 30;

/// Octets of a compressed table dump for each of its routes; of gzip and bzip2 alike about so many.
const OCTETS_A_ROUTE: u64 = 6;

/// What a route takes where slices of prefixes are replayed one by one, and where all are there at once.
const SLICED: u64 = 120;
const WHOLE: u64 = 1_100;

/// What is being read: files done, of how many.
static READ: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];

/// So many of the files are read.
pub fn note_files(done: usize, of: usize) {
    READ[0].store(done, Ordering::Relaxed);
    READ[1].store(of, Ordering::Relaxed);
}

/// Watches what the run uses, from now on; the first limit stays.
pub fn watch(plan: &Plan) {
    static WATCHED: AtomicBool = AtomicBool::new(false);
    let Some(most) = plan.max_memory.or_else(three_quarters).filter(|_| used().is_some()) else { return };
    if WATCHED.swap(true, Ordering::Relaxed) {
        return;
    }
    let look = move || {
        if used().is_some_and(|used| used > most) {
            end(most);
        }
    };
    look();
    // Without a thread to spare it is not watched.
    let _ = thread::Builder::new().name("memory".to_owned()).spawn(move || {
        loop {
            thread::sleep(EVERY);
            look();
        }
    });
}

/// Ends the run as any fatal error does, and leaves nothing half done.
fn end(most: u64) {
    static ENDED: Mutex<()> = Mutex::new(());
    let _ended = ENDED.lock().unwrap_or_else(PoisonError::into_inner);
    let [done, of] = [0, 1].map(|at| READ[at].load(Ordering::Relaxed));
    let read = if of > 0 { format!(" ({done} of {of} files were read)") } else { String::new() };
    temporary::take_all_away();
    let _ = writeln!(
        std::io::stderr(),
        "uplinks: this question needs more than --max-memory {}{read}; ask for fewer prefixes or a shorter \
         window, or allow more",
        shown(most)
    );
    process::exit(2);
}

/// Says what will be large, as far as the sizes of files tell.
pub fn tell(plan: &Plan, files: &[ArchiveFile]) {
    let each = if plan.slices.is_some() { SLICED } else { WHOLE };
    let routes = routes(&plan.prefixes, files);
    let estimate = routes.saturating_mul(each);
    if estimate > LARGE {
        let dumps = plural(files.iter().filter(|file| is_dump(file)).count(), "RIB dump");
        note(&format!("{dumps} may hold {routes} routes of what is asked for: that may take {} of memory", shown(estimate)));
    }
}

/// How many routes of the prefixes all dumps have, if tables are spread evenly over the addresses.
fn routes(prefixes: &[IpNet], files: &[ArchiveFile]) -> u64 {
    let octets: u64 = files.iter().filter(|file| is_dump(file)).map(|file| file.size).sum();
    // In parts of 2^32; that of IPv6 is assigned in 2000::/3 only, and has a quarter of the routes or less.
    let part = |prefix: &IpNet| match prefix {
        IpNet::V4(net) => (1_u64 << 32) >> net.prefix_len(),
        IpNet::V6(net) => ((1_u64 << 32) >> net.prefix_len().saturating_sub(3).min(32)) / 4,
    };
    let parts = prefixes.iter().map(part).sum::<u64>().min(1 << 32);
    u64::try_from((u128::from(octets / OCTETS_A_ROUTE) * u128::from(parts)) >> 32).unwrap_or(u64::MAX)
}

fn is_dump(file: &ArchiveFile) -> bool {
    file.kind == Some(NameKind::Rib)
}

/// What the process has of its own: files that are mapped do not count.
fn used() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    kilobytes(&status, "RssAnon:").or_else(|| kilobytes(&status, "VmRSS:"))
}

/// Of the machine's memory, or of what the run's control group may have.
fn three_quarters() -> Option<u64> {
    let machine = kilobytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemTotal:")?;
    let limit = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"].map(limit);
    let least = limits.into_iter().flatten().fold(machine, u64::min);
    Some(least / 4 * 3)
}

/// Octets that a line of a status file tells in kB.
fn kilobytes(status: &str, name: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
    rest.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

fn shown(octets: u64) -> String {
    let tenths = octets.saturating_mul(10) >> 20;
    if tenths < 10_240 { format!("{}.{} MiB", tenths / 10, tenths % 10) } else { gibibytes(octets) }
}

fn gibibytes(octets: u64) -> String {
    let tenths = octets.saturating_mul(10) >> 30;
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_shown() {
        assert_eq!(kilobytes("VmRSS:\t    2048 kB\nRssAnon:\t     1024 kB\n", "RssAnon:"), Some(1 << 20));
        assert_eq!(kilobytes("VmRSS:\t    2048 kB\n", "RssAnon:"), None);
        for (octets, text) in [(64 << 20, "64.0 MiB"), (3 << 29, "1.5 GiB"), (4 << 30, "4.0 GiB"), (1 << 30, "1.0 GiB")] {
            assert_eq!(shown(octets), text);
        }
    }
}
