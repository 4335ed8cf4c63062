//! The sample archive with files taken away: what is missing shows in bounds, bases and flags, never as missing routes.

#[path = "support/run.rs"]
mod run;

use std::fs;
use std::path::Path;

use run::{Rows, root, uplinks};
use tempfile::TempDir;

/// The sample archive without the files whose path matches.
fn sample_without(is_missing: impl Fn(&str) -> bool) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&root().join("sample-data"), folder.path(), &is_missing);
    folder
}

fn copy(from: &Path, to: &Path, is_missing: &dyn Fn(&str) -> bool) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target, is_missing);
        } else if !is_missing(&path.display().to_string()) {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}

/// The headline of `first --upstream 20485`, by columns.
fn onset(folder: &TempDir, columns: &[&str]) -> Vec<String> {
    let ran = uplinks(&["first", "--upstream", "20485", "-f", "csv", &folder.path().display().to_string()]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let rows = Rows::read(&ran.stdout);
    let kinds = rows.columns(&["kind"]);
    let at = kinds.iter().position(|kind| kind == &["headline"]).expect("a headline");
    rows.columns(columns)[at].iter().map(ToString::to_string).collect()
}

fn is_strictly_refused(folder: &TempDir) -> bool {
    uplinks(&["timeline", "--strict", &folder.path().display().to_string()]).code == Some(3)
}

const ONSET_OF_RRC90: [&str; 2] = ["rrc90/2017.10/updates.20171001.0905.gz", "rrc90/2017.10/updates.20171001.0910.gz"];
const ONSET_OF_SIM: &str = "UPDATES/updates.20171001.0900.bz2";

#[test]
fn without_one_collectors_files_the_onset_comes_from_the_other() {
    let folder = sample_without(|path| ONSET_OF_RRC90.iter().any(|end| path.ends_with(end)));
    let columns = ["first_seen", "started_after", "started_by", "start_basis", "collector"];
    let time = "2017-10-01T09:07:58Z";
    // A peer of the other collector may have been first, in the files that are missing.
    assert_eq!(onset(&folder, &columns), [time, "2017-10-01T09:04:02Z", time, "update", "route-views.sim"]);
    assert!(is_strictly_refused(&folder));
}

#[test]
fn without_both_the_next_rib_proves_it_and_the_hole_bounds_it() {
    let folder = sample_without(|path| path.ends_with(ONSET_OF_SIM) || ONSET_OF_RRC90.iter().any(|end| path.ends_with(end)));
    let columns = ["first_seen", "started_after", "started_by", "start_basis", "collector"];
    let found = onset(&folder, &columns);
    assert!(found[0].starts_with("2017-10-01T10:0"), "{found:?}");
    // The hole reaches from the last record before it to the first after it.
    assert_eq!(found[1..], ["2017-10-01T08:59:33Z", "2017-10-01T09:15:25Z", "gap", "route-views.sim"]);
    assert!(is_strictly_refused(&folder));
}

#[test]
fn without_any_update_file_the_ribs_bound_it() {
    let folder = sample_without(|path| path.contains("updates."));
    let columns = ["started_after", "started_by", "start_basis", "collector", "flags"];
    let found = onset(&folder, &columns);
    assert!(found[0].starts_with("2017-10-01T08:0") && found[1].starts_with("2017-10-01T10:0"), "{found:?}");
    // The dumps of the two collectors are some minutes apart: what one shows, the other may have had before.
    assert_eq!(found[2..], ["rib", "route-views.sim", "sampled;wider-bounds"]);
}
