//! `--cache`: a second run reads no archive, and nothing else differs.

#[path = "support/run.rs"]
mod run;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use run::{Rows, binary, root, uplinks};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// Some files of the sample archive, of both collectors, in a folder of their own.
fn some_files() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in [
        "rrc90/2017.10/bview.20171001.0800.gz",
        "rrc90/2017.10/updates.20171001.0905.gz",
        "route-views.sim/bgpdata/2017.10/RIBS/rib.20171001.0800.bz2",
        "route-views.sim/bgpdata/2017.10/UPDATES/updates.20171001.0900.bz2",
    ] {
        let place = folder.path().join(name);
        fs::create_dir_all(place.parent().expect("a folder")).expect("made");
        fs::copy(root().join("sample-data").join(name), place).expect("copied");
    }
    folder
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn entries(cache: &Path) -> Vec<PathBuf> {
    fs::read_dir(cache).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

/// Puts another text into an entry's answer, checksum and all; says how often.
fn alter(entry: &Path, from: &str, to: &str) -> usize {
    let bytes = fs::read(entry).expect("an entry");
    let (length, rest) = bytes.split_first_chunk::<8>().expect("a length");
    let (head, records) = rest.split_at(usize::try_from(u64::from_be_bytes(*length)).expect("short"));
    let head = std::str::from_utf8(head).expect("JSON");
    let altered = head.replace(from, to);
    let body = [&(altered.len() as u64).to_be_bytes()[..], altered.as_bytes(), &records[..records.len() - 32]].concat();
    fs::write(entry, [&body[..], &Sha256::digest(&body)].concat()).expect("written");
    head.matches(from).count()
}

#[test]
fn any_state_of_the_cache_gives_the_same_bytes() {
    let folder = some_files();
    let elsewhere = tempfile::tempdir().expect("a folder");
    let (archive, cache) = (text(folder.path()), text(&elsewhere.path().join("cache")));
    for target in [&["--profile", "north-korea"][..], &["--origin", "131279"], &["--prefix", "175.45.178.0/24"]] {
        for command in ["timeline", "routes", "inventory"] {
            let with = |more: &[&str]| {
                let ran = uplinks(&[&[command, "-f", "json", &archive], target, more].concat());
                assert!(ran.code == Some(0), "{command} {target:?}: {}", ran.stderr);
                (ran.stdout, ran.stderr)
            };
            let without = with(&[]);
            assert!(with(&["--cache", &cache]) == without, "{command} {target:?}: empty");
            assert!(with(&["--cache", &cache]) == without, "{command} {target:?}: full");
            for entry in fs::read_dir(&cache).expect("a folder") {
                fs::write(entry.expect("an entry").path(), b"damaged").expect("written");
            }
            assert!(with(&["--cache", &cache]) == without, "{command} {target:?}: damaged");
        }
    }
}

#[test]
fn the_second_run_reads_no_archive() {
    let folder = some_files();
    let archive = folder.path().join("rrc90");
    let (shown, cache) = (text(&archive), text(&folder.path().join("cache.d")));
    let rows = text(&folder.path().join("rows.csv"));
    let timeline = ["timeline", "-f", "csv", "--cache", &cache, "-o", &rows, &shown];
    let once = uplinks(&timeline);
    assert_eq!(once.code, Some(0));
    let first = fs::read_to_string(&rows).expect("rows");
    // What the entries say now, no archive does: only the cache can answer so.
    let altered: usize = entries(Path::new(&cache)).iter().map(|entry| alter(entry, "20485", "64999")).sum();
    assert!(altered > 0);
    let evidence = text(&folder.path().join("evidence.mrt"));
    let again = uplinks(&[&timeline[..], &["--evidence", &evidence]].concat());
    assert_eq!((again.code, again.stderr), (Some(0), once.stderr));
    let second = fs::read_to_string(&rows).expect("rows");
    assert!(second.contains(",64999,") && !second.contains(",20485,"), "{second}");
    assert!(fs::metadata(&evidence).expect("evidence").len() > 100);
    let named = Rows::read(&first);
    let named = named.columns(&["start_evidence"]);
    let explained = uplinks(&["explain", named[1][0], "--cache", &cache]);
    assert_eq!(explained.code, Some(0), "{}", explained.stderr);
    assert!(explained.stdout.contains("from the cache"), "{}", explained.stdout);
}

/// Whether an entry says what was read of a file for prefixes that were known.
fn is_of_a_reading(entry: &Path) -> bool {
    let bytes = fs::read(entry).expect("an entry");
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).into_owned();
    let question = head.split("\"question\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a question").to_owned();
    question.starts_with("routes of ") && !question.contains(", by all for ")
}

/// What was read for an origin of each file alone answers what all of them say together.
#[test]
fn what_was_read_for_an_origin_serves_other_questions_about_it() {
    let folder = some_files();
    let cache = folder.path().join("cache.d");
    let with_cache = |inputs: &str| uplinks(&["timeline", "-f", "json", "--origin", "131279", inputs, "--cache", &text(&cache)]);
    let files = [
        "rrc90/2017.10/bview.20171001.0800.gz",
        "rrc90/2017.10/updates.20171001.0905.gz",
        "route-views.sim/bgpdata/2017.10/RIBS/rib.20171001.0800.bz2",
        "route-views.sim/bgpdata/2017.10/UPDATES/updates.20171001.0900.bz2",
    ];
    for file in files {
        assert_eq!(with_cache(&text(&folder.path().join(file))).code, Some(0), "{file}");
    }
    let again = |cache: &Path| entries(cache).iter().filter(|entry| is_of_a_reading(entry)).count();
    assert_eq!((entries(&cache).len(), again(&cache)), (3 * files.len(), 0), "what was found, what was gathered, its routes");
    for inputs in ["rrc90", "route-views.sim"].map(|part| text(&folder.path().join(part))) {
        let plain = uplinks(&["timeline", "-f", "json", "--origin", "131279", &inputs]);
        let cached = with_cache(&inputs);
        assert_eq!((cached.code, cached.stdout, cached.stderr), (Some(0), plain.stdout, plain.stderr), "{inputs}");
        assert_eq!(again(&cache), 0, "{inputs}: no file was read again");
    }
}

#[test]
fn four_processes_share_a_cache_and_killed_ones_leave_nothing_behind() {
    let folder = some_files();
    let cache = folder.path().join("cache");
    let args = ["timeline", "-f", "csv", &text(folder.path())];
    let plain = uplinks(&args);
    let run = || {
        let mut command = binary();
        command.args(args).arg("--cache").arg(&cache).current_dir(root()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the binary runs")
    };
    for round in 0..4_u64 {
        let mut children: Vec<_> = (0..4).map(|_| run()).collect();
        std::thread::sleep(Duration::from_millis(15 + 40 * round));
        for child in &mut children[..2] {
            child.kill().expect("killed");
            child.wait().expect("an end");
        }
        for child in children.drain(2..) {
            let ran: run::Ran = child.wait_with_output().expect("an end").into();
            assert_eq!((ran.code, &ran.stdout, &ran.stderr), (Some(0), &plain.stdout, &plain.stderr), "round {round}");
        }
        for entry in entries(&cache).iter().step_by(3).filter(|entry| entry.extension().is_some_and(|e| e == "uplinks")) {
            fs::remove_file(entry).expect("removed: there is something to write in the next round");
        }
    }
    fs::write(cache.join(".uplinks-killed.tmp"), "half an entry").expect("written");
    let last: run::Ran = run().wait_with_output().expect("an end").into();
    assert_eq!((last.code, last.stdout), (Some(0), plain.stdout));
    let names: Vec<_> = entries(&cache).into_iter().filter(|entry| entry.extension().is_none_or(|e| e != "uplinks")).collect();
    assert!(names.is_empty(), "{names:?}");
}
