//! Results: opened before anything is read, and whole or not there, whatever ends the run.
#![cfg(unix)]

#[path = "support/run.rs"]
mod run;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use run::{Ran, binary, root, sample, uplinks};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

/// The binary as a shell starts it, after `before`.
fn after(before: &str, args: &[&str]) -> Ran {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{before}; exec \"$@\""), "sh", env!("CARGO_BIN_EXE_uplinks")]).args(args);
    shell.current_dir(root()).output().expect("a shell").into()
}

/// A run that waits for its standard input, its results open.
fn waiting(args: &[&str], folder: &Path) -> Child {
    let mut command = binary();
    command.args(args).arg("-").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the binary runs")
}

fn until(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not come about");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Refused while standard input says nothing: before anything is read.
fn refused_at_once(args: &[&str], folder: &Path, said: &str) {
    let mut child = waiting(args, folder);
    let input = child.stdin.take();
    let ran: Ran = child.wait_with_output().expect("an end").into();
    drop(input);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{args:?}: {}", ran.stderr);
    assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
}

#[test]
fn what_cannot_be_written_is_told_before_anything_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("there")).expect("made");
    let cases: [(&[&str], &str); 7] = [
        (&["timeline", "-o", "no/rows.csv"], "cannot write no/rows.csv: "),
        (&["timeline", "--evidence", "no/x.mrt"], "cannot write no/x.mrt: "),
        (&["report", "--svg", "no/x.svg"], "cannot write no/x.svg: "),
        (&["timeline", "-o", "there"], "cannot write there: "),
        (&["timeline", "-o", "x", "--evidence", "there/../x"], "there/../x is another result as well"),
        (&["timeline", "--evidence", "-"], "- is another result as well"),
        (&["report", "-o", "-", "--svg", "-"], "- is another result as well"),
    ];
    for (args, said) in cases {
        refused_at_once(args, folder.path(), said);
    }
    assert_eq!(names(folder.path()), ["there"]);
}

#[test]
fn a_result_is_for_whom_the_mask_allows_and_stays_for_whom_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = folder.path().join("rows.csv");
    let shown = rows.display().to_string();
    for (before, mode) in [("umask 077", 0o600), ("umask 002", 0o600), ("rm \"$6\"; umask 002", 0o664)] {
        let ran = after(before, &["columns", "-f", "csv", "-o", &shown]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(rows.metadata().expect("there").permissions().mode() & 0o777, mode, "{before}");
    }
}

#[test]
fn a_minus_is_standard_output() {
    let plain = uplinks(&["timeline", "-f", "csv", &sample()]);
    assert_eq!(uplinks(&["timeline", "-f", "csv", "-o", "-", &sample()]).stdout, plain.stdout);
    assert!(!root().join("-").exists());
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = folder.path().join("rows.csv");
    fs::write(&rows, "yesterday's").expect("written");
    // The shell's own limit is as good as a full disk.
    let ran = after("trap '' XFSZ; ulimit -f 1", &["columns", "-o", &rows.display().to_string()]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("what was there before is as it was"), "{}", ran.stderr);
    assert_eq!(
        (names(folder.path()), fs::read_to_string(&rows).expect("there").as_str()),
        (vec!["rows.csv".into()], "yesterday's")
    );
}

#[test]
fn signals_leave_nothing_half_done_and_what_was_killed_is_swept() {
    let args = ["timeline", "-f", "csv", "-o", "rows.csv", "--evidence", "e/evidence.mrt", "--origin", "131279"];
    for (signal, status) in [("INT", Some(130)), ("TERM", Some(143)), ("HUP", Some(129)), ("KILL", None)] {
        let folder = tempfile::tempdir().expect("a folder");
        let evidence = folder.path().join("e");
        fs::create_dir(&evidence).expect("made");
        let mut child = waiting(&args, folder.path());
        until(|| names(folder.path()).len() == 2 && names(&evidence).len() == 1);
        if signal == "HUP" && ignores_hangups(&child) {
            child.kill().and_then(|()| child.wait()).expect("ended");
            continue;
        }
        // Waiting would close it, and its end would end the run as well.
        let input = child.stdin.take();
        let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().expect("a signal");
        assert!(sent.success() && child.wait().expect("an end").code() == status, "{signal}");
        drop(input);
        if status.is_some() {
            assert_eq!((names(folder.path()), names(&evidence).len()), (vec!["e".to_owned()], 0), "{signal}");
        }
        let mut child = waiting(&args, folder.path());
        let bytes = fs::read(root().join("sample-data/rrc90/2017.10/updates.20171001.0905.gz")).expect("the sample");
        child.stdin.take().expect("a pipe").write_all(&bytes).expect("written");
        assert_eq!(child.wait_with_output().expect("an end").status.code(), Some(0));
        assert_eq!((names(folder.path()), names(&evidence)), (vec!["e".into(), "rows.csv".into()], vec!["evidence.mrt".into()]));
    }
}

/// As everything below `nohup` does, these tests perhaps included.
fn ignores_hangups(child: &Child) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let mask =
        status.lines().find_map(|line| line.strip_prefix("SigIgn:")).and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| mask & 1 != 0)
}
