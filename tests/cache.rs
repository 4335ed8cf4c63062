//! `--cache`: a second run reads no archive, and nothing else differs.

#[path = "support/run.rs"]
mod run;

use std::fs;
use std::path::Path;

use run::{Rows, root, uplinks};
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
    // The same names, sizes and times, but nothing to read: only the cache can answer.
    for name in ["bview.20171001.0800.gz", "updates.20171001.0905.gz"] {
        let path = archive.join("2017.10").join(name);
        let meta = path.metadata().expect("there");
        let file = fs::File::options().write(true).open(&path).expect("opened");
        let length = usize::try_from(meta.len()).expect("small");
        std::io::Write::write_all(&mut &file, &vec![0; length]).expect("written");
        file.set_modified(meta.modified().expect("a time")).expect("set");
    }
    let evidence = text(&folder.path().join("evidence.mrt"));
    let again = uplinks(&[&timeline[..], &["--evidence", &evidence]].concat());
    assert_eq!((again.code, again.stderr), (Some(0), once.stderr));
    assert_eq!(fs::read_to_string(&rows).expect("rows"), first);
    assert!(fs::metadata(&evidence).expect("evidence").len() > 100);
    let named = Rows::read(&first);
    let named = named.columns(&["start_evidence"]);
    let explained = uplinks(&["explain", named[1][0], "--cache", &cache]);
    assert_eq!(explained.code, Some(0), "{}", explained.stderr);
    assert!(explained.stdout.contains("from the cache"), "{}", explained.stdout);
}
