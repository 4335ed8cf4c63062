//! Less of everything: memory, open files, room for files, descriptors that are closed, a disk that is full.

use libtest_mimic::{Failed, Trial};

use crate::place::{CASES, Case, Good, Place, everything};

/// A shell's words before the command, and what they take away.
const LIMITS: [(&str, &str); 14] = [
    ("8 open files", "ulimit -n 8; exec \"$0\" \"$@\""),
    ("12 open files", "ulimit -n 12; exec \"$0\" \"$@\""),
    ("32 open files", "ulimit -n 32; exec \"$0\" \"$@\""),
    ("files of 512 octets", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\""),
    ("files of 8 KiB", "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\""),
    ("30 MB of addresses", "ulimit -v 30000; exec \"$0\" \"$@\""),
    ("60 MB of addresses", "ulimit -v 60000; exec \"$0\" \"$@\""),
    ("100 MB of addresses", "ulimit -v 100000; exec \"$0\" \"$@\""),
    ("160 MB of addresses", "ulimit -v 160000; exec \"$0\" \"$@\""),
    ("no processes", "ulimit -u 1 2>/dev/null; exec \"$0\" \"$@\""),
    ("no standard input", "exec \"$0\" \"$@\" <&-"),
    ("no standard output", "exec \"$0\" \"$@\" >&-"),
    ("no standard error", "exec \"$0\" \"$@\" 2>&-"),
    ("standard output full", "exec \"$0\" \"$@\" >/dev/full"),
];

pub fn trials() -> Vec<Trial> {
    CASES.iter().map(|case| Trial::test(format!("limits_of_{}", case.name), move || every_limit(case))).collect()
}

fn every_limit(case: &Case) -> Result<(), Failed> {
    let place = Place::new(case);
    let good = Good::of(&place, case);
    let mut wrong = Vec::new();
    // A survey takes its time.
    let step = if case.name == "survey" && !everything() { 4 } else { 1 };
    for (what, shell) in LIMITS.into_iter().step_by(step) {
        place.clear();
        let mut ran = place.run(case, &["sh", "-c", shell]);
        // What cannot be heard was said.
        let is_mute = what == "no standard error";
        let closed = what.starts_with("no standard output") && ran.code == Some(0);
        if closed {
            ran.stdout.clone_from(&good.ran.stdout);
        }
        // Before the program begins, it is the system that says so.
        let is_loader = ran.code == Some(127) && !ran.stderr.is_empty();
        let end = if is_loader { Ok("the system cannot start it, and says so") } else { good.judge(&ran, &place) };
        let end = match end {
            Err(_) if is_mute && ran.code == Some(2) => Ok("refused"),
            end => end,
        };
        match end {
            Ok(end) => println!("{}: {what}: {end}", case.name),
            Err(told) => wrong.push(format!("{}: {what}: {told}", case.name)),
        }
        if let Some(name) = place.temporary().first().filter(|_| ran.code != Some(134)) {
            wrong.push(format!("{}: {what}: {name} is left", case.name));
        }
        let next = place.run(case, &[]);
        if !good.is_reached(&next, &place) {
            wrong.push(format!("{}: {what}: the next run is wrong: status {:?}\n{}", case.name, next.code, next.stderr));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
