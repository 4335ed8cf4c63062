//! Every system call of a run fails once, one at a time (`inject.c`).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use libtest_mimic::{Failed, Trial};

use crate::place::{CASES, Case, Good, Place, everything};
use crate::run::root;

/// Calls that fail alike, and with what.
const CLASSES: [(&str, &[Errno]); 19] = [
    ("openat,open", &[EMFILE, EIO]),
    ("read,pread64", &[EIO, EINTR]),
    ("write,writev,pwrite64,copy_file_range,sendfile,splice", &[ENOSPC, EIO, EINTR]),
    ("fsync,fdatasync", &[EIO, ENOSPC]),
    ("rename,renameat,renameat2,linkat", &[EIO, ENOSPC]),
    ("mmap", &[ENOMEM]),
    ("munmap", &[ENOMEM]),
    ("close", &[EIO, EINTR]),
    ("fstat,stat,lstat,statx,newfstatat,faccessat", &[EIO]),
    ("lseek,ftruncate", &[EIO]),
    ("unlink,unlinkat", &[EIO]),
    ("mkdir", &[ENOSPC]),
    ("getrandom", &[EINTR, ENOSYS]),
    ("getdents64", &[EIO]),
    ("flock", &[ENOLCK]),
    ("fchmod,chmod,fchmodat,utimensat", &[EPERM]),
    ("readlink,getcwd,sched_getaffinity", &[EIO]),
    ("clone3,fcntl,pipe2,socketpair,sigaction", &[EAGAIN]),
    ("socket,connect,sendto,recvfrom,setsockopt", &[EIO, EINTR]),
];

type Errno = (&'static str, i32);
const EPERM: Errno = ("EPERM", 1);
const EINTR: Errno = ("EINTR", 4);
const EIO: Errno = ("EIO", 5);
const EAGAIN: Errno = ("EAGAIN", 11);
const ENOMEM: Errno = ("ENOMEM", 12);
const EMFILE: Errno = ("EMFILE", 24);
const ENOSPC: Errno = ("ENOSPC", 28);
const ENOLCK: Errno = ("ENOLCK", 37);
const ENOSYS: Errno = ("ENOSYS", 38);

/// Of each class and error by default, spread over the run.
const SAMPLE: usize = 2;

pub fn trials() -> Vec<Trial> {
    let is_here = injector().is_some();
    if !is_here {
        eprintln!("\nNo C compiler, or no tracing of processes: no system call is made to fail, these tests DO NOT RUN.");
    }
    let trial = |case: &'static Case| {
        Trial::test(format!("calls_of_{}", case.name), move || every_call(case)).with_ignored_flag(!is_here)
    };
    CASES.iter().map(trial).collect()
}

/// The program that lets calls fail, built once.
fn injector() -> Option<&'static PathBuf> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    BUILT
        .get_or_init(|| {
            let to = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("inject-{}", std::process::id()));
            let built = Command::new("cc").arg("-O1").arg("-o").arg(&to).arg(root().join("tests/faults/inject.c")).status();
            let works =
                || Command::new(&to).args(["read", "0", "5", "/dev/null", "/bin/true"]).status().is_ok_and(|end| end.success());
            (built.is_ok_and(|end| end.success()) && works()).then_some(to)
        })
        .as_ref()
}

fn every_call(case: &Case) -> Result<(), Failed> {
    let injector = injector().ok_or("no injector")?.display().to_string();
    let place = Place::new(case);
    let good = Good::of(&place, case);
    let log = place.path("log").display().to_string();
    let said = || std::fs::read_to_string(&log).unwrap_or_default();
    let mut ends: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    // A survey takes its time.
    let step = if case.name == "survey" && !everything() { 3 } else { 1 };
    for (calls, errors) in CLASSES.into_iter().step_by(step) {
        place.clear();
        place.run(case, &[&injector, calls, "0", "5", &log]);
        let count: usize = said().split_whitespace().next().and_then(|count| count.parse().ok()).ok_or("no count")?;
        // Each run that fetches takes its time.
        let errors = if case.fetches && !everything() { &errors[..1] } else { errors };
        for (error, number) in errors {
            for nth in chosen(count, case) {
                place.clear();
                let ran = place.run(case, &[&injector, calls, &nth.to_string(), &number.to_string(), &log]);
                let failed = said();
                let mut end = good.judge(&ran, &place);
                let leaves = failed.contains(" unlink") || ran.code == Some(134);
                if let Some(name) = place.temporary().first().filter(|_| !leaves) {
                    end = Err(format!("{name} is left"));
                }
                // And whatever happened, the next run is right.
                let next = place.run(case, &[]);
                if end.is_ok() && !good.is_reached(&next, &place) {
                    end = Err(format!("the next run is wrong: status {:?}\n{}", next.code, next.stderr));
                }
                // What is merely interrupted is done again.
                if *error == "EINTR" && end.as_ref().is_ok_and(|end| *end != "right") {
                    end = Err(format!("an interruption is no failure\n{}", ran.stderr));
                }
                match end {
                    Ok(end) => *ends.entry((calls, error, end)).or_default() += 1,
                    Err(what) => wrong.push(format!("{}: {error} of call {} {}: {what}", case.name, nth, failed.trim())),
                }
            }
        }
    }
    for ((calls, error, end), count) in &ends {
        println!("{}: {calls}: {error}: {count} x {end}", case.name);
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{} wrong:\n{}", wrong.len(), wrong.join("\n")).into()) }
}

/// All, or a few from the first to the last.
fn chosen(count: usize, case: &Case) -> Vec<usize> {
    if case.fetches && !everything() {
        return (count > 0).then_some(count.div_ceil(2)).into_iter().collect();
    }
    if everything() || count <= SAMPLE {
        return (1..=count).collect();
    }
    (0..SAMPLE).map(|part| 1 + part * (count - 1) / (SAMPLE - 1)).collect()
}
