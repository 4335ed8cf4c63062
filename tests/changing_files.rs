//! Files that others write to, or replace, while they are read: no crash, no silence, and nothing of them in a cache.
#![cfg(target_os = "linux")]

#[path = "support/run.rs"]
mod run;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use run::{Ran, binary, root, uplinks};

/// What happens to a file just after it is opened.
type Meanwhile = fn(&Path);

/// A long file of update messages that nobody watches, and what a run says of it.
fn read_while(meanwhile: Meanwhile) -> (Ran, usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let sample = File::open(root().join("sample-data/rrc90/2017.10/updates.20171001.0905.gz")).expect("the sample");
    let mut records = Vec::new();
    flate2::read::MultiGzDecoder::new(sample).read_to_end(&mut records).expect("whole");
    let archive = folder.path().join("rrc90");
    fs::create_dir(&archive).expect("made");
    let path = archive.join("updates.20171001.0905");
    fs::write(&path, records.repeat((48 << 20) / records.len())).expect("written");
    let cache = folder.path().join("cache");
    let mut command = binary();
    command.args(["timeline", "--strict", "-f", "csv", "--prefix", "192.0.2.0/24"]).arg(&archive).arg("--cache").arg(&cache);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let begun = Instant::now();
    while !holds(child.id(), &path) {
        assert!(child.try_wait().expect("a state").is_none() && begun.elapsed() < Duration::from_secs(30), "never opened");
    }
    meanwhile(&path);
    let ran = child.wait_with_output().expect("an end").into();
    (ran, fs::read_dir(&cache).expect("a folder").count())
}

/// Whether a process has a file open.
fn holds(process: u32, path: &Path) -> bool {
    let open = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    open.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|link| link == path)
}

#[test]
fn a_file_that_changes_while_it_is_read_is_named_and_damaged() {
    let cut: Meanwhile = |path| File::options().write(true).open(path).and_then(|file| file.set_len(1000)).expect("cut");
    let grow: Meanwhile = |path| File::options().append(true).open(path).and_then(|mut f| f.write_all(&[0; 7])).expect("grown");
    for (what, meanwhile) in [("cut", cut), ("grown", grow)] {
        let (ran, kept) = read_while(meanwhile);
        assert_eq!((ran.code, kept), (Some(3), 0), "{what}: {}", ran.stderr);
        let told = ran.stderr.contains("updates.20171001.0905: damaged from byte 0 to its end")
            && ran.stderr.contains("the file changed while it was read: it had ");
        assert!(told, "{what}: {}", ran.stderr);
    }
}

#[test]
fn a_file_that_is_replaced_is_read_to_its_end_and_not_kept() {
    let (ran, kept) = read_while(|path| {
        let other = path.with_file_name(".other");
        fs::write(&other, "").and_then(|()| fs::rename(other, path)).expect("replaced");
    });
    assert_eq!((ran.code, kept), (Some(1), 0), "{}", ran.stderr);
    let (ran, kept) = read_while(|_| {});
    assert!(ran.code == Some(1) && kept > 0, "{}", ran.stderr);
}

#[test]
fn the_systems_own_folders_end_at_once() {
    let begun = Instant::now();
    let ran = uplinks(&["timeline", "/proc/self"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("no MRT file in this directory"), "{:?} {}", ran.code, ran.stderr);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn a_link_out_of_a_folder_is_told_and_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let sample = root().join("sample-data/rrc90/2017.10/updates.20171001.0905.gz");
    fs::copy(&sample, folder.path().join("updates.20171001.0905.gz")).expect("copied");
    std::os::unix::fs::symlink(root().join("sample-data"), folder.path().join("more")).expect("a link");
    let ran = uplinks(&["timeline", "--collector-name", "rrc90", &folder.path().display().to_string()]);
    assert!(ran.stdout.contains("Files: 1 read, 0 damaged, 1 skipped"), "{}", ran.stdout);
    assert!(ran.stderr.contains("more: it is a link out of the folder, which is not followed"), "{}", ran.stderr);
}
