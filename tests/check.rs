//! Published claims held against the sample archive, whole and with files missing.

#[path = "support/run.rs"]
mod run;

use std::fs;
use std::path::{Path, PathBuf};

use run::{Ran, Rows, root, sample, uplinks};
use tempfile::TempDir;

fn check(claims: &str, archive: &str, more: &[&str]) -> Ran {
    uplinks(&[&["check", claims, "-f", "csv", archive], more].concat())
}

/// `claim what prefix verdict difference`, one a row.
fn verdicts(ran: &Ran) -> Vec<String> {
    let columns = ["claim", "what", "prefix", "verdict", "difference_s"];
    Rows::read(&ran.stdout).columns(&columns).iter().map(|row| row.join(" ").trim_end().to_owned()).collect()
}

/// A file of claims, and the verdicts on it.
fn judged(claims: &str, archive: &str, more: &[&str]) -> (Option<i32>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("claims.toml");
    fs::write(&path, format!("origin = 131279\nprefixes = ['175.45.176.0/22']\n{claims}")).expect("written");
    let ran = check(&path.display().to_string(), archive, more);
    (ran.code, verdicts(&ran))
}

/// One run for a table of claims; each row tells what, the rest of the claim, and how its verdict begins.
fn all_judged(of: &str, archive: &str, table: &[(&str, &str, &str)]) -> Option<i32> {
    let claims: String = table.iter().map(|(what, rest, _)| claim(what, &format!("{of}\n{rest}"))).collect();
    let (code, found) = judged(&claims, archive, &[]);
    assert_eq!(found.len(), table.len());
    for (at, (found, (what, rest, verdict))) in found.iter().zip(table).enumerate() {
        let expected = format!("{} {what} 175.45.176.0/24 {verdict}", at + 1);
        assert!(found == &expected || found.starts_with(&format!("{expected} ")), "{rest}: {found}, not {expected}");
    }
    code
}

fn claim(what: &str, rest: &str) -> String {
    format!("[[claim]]\ntext = 'x'\nsource = 'y'\nwhat = '{what}'\n{rest}\n")
}

/// The update files of both collectors around 09:07 are missing.
fn without_the_onset() -> TempDir {
    let missing = ["updates.20171001.0905.gz", "updates.20171001.0910.gz", "updates.20171001.0900.bz2"];
    let folder = tempfile::tempdir().expect("a folder");
    copy(&root().join("sample-data"), folder.path(), &|path: &Path| missing.iter().any(|end| path.ends_with(end)));
    folder
}

fn copy(from: &Path, to: &Path, is_missing: &dyn Fn(&Path) -> bool) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path: PathBuf = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target, is_missing);
        } else if !is_missing(&path) {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}

#[test]
fn the_claims_of_2017_pass_and_those_of_other_years_are_open() {
    let ran = check("north-korea", &sample(), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let all = Rows::read(&ran.stdout);
    for row in all.columns(&["at", "verdict", "difference_s", "note"]) {
        let is_of_those_days = row[0].starts_with("2017-10-01") || row[0].starts_with("2017-10-02");
        let expected = if is_of_those_days { ["pass", ""] } else { ["not-decidable", "the data do not cover this time"] };
        assert_eq!([row[1], row[3]], expected, "{row:?}");
        assert!(["", "0"].contains(&row[2]), "{row:?}");
    }
    let verdicts = verdicts(&ran);
    for row in [
        "14 gained 175.45.176.0/24 pass 0",
        "14 gained 175.45.178.0/24 pass 0",
        "14 gained 175.45.179.0/24 pass 0",
        "16 lost 175.45.179.0/24 pass 0",
        "17 outage-begins * pass",
        "18 gained 175.45.178.0/24 pass 0",
        "19 lost 175.45.176.0/24 pass 0",
        "20 lost 175.45.179.0/24 pass 0",
    ] {
        assert!(verdicts.iter().any(|v| v == row), "{row} is not in {verdicts:#?}");
    }
    assert_eq!(check("north-korea", &sample(), &["--strict"]).code, Some(3));
}

#[test]
fn where_update_files_are_missing_nothing_fails() {
    let folder = without_the_onset();
    let ran = check("north-korea", &folder.path().display().to_string(), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let all = Rows::read(&ran.stdout);
    let of_onset: Vec<_> = all.columns(&["claim", "verdict", "basis", "found_after", "found_by", "note"]);
    let of_onset: Vec<_> = of_onset.into_iter().filter(|row| row[0] == "14").collect();
    let bounds = ["2017-10-01T08:59:33Z", "2017-10-01T09:15:25Z"];
    let note = "it lies within bounds that are wider than the claim";
    assert_eq!(of_onset, [["14", "not-decidable", "gap", bounds[0], bounds[1], note]; 3]);
    // An upstream that never was there: with these files missing, nobody can say so.
    let at = "upstream = 22351\nprefix = '175.45.176.0/24'\nat = 2017-10-01T09:07:51Z";
    let (code, found) = judged(&claim("gained", at), &folder.path().display().to_string(), &[]);
    assert_eq!((code, found), (Some(0), vec!["1 gained 175.45.176.0/24 not-decidable".to_owned()]));
}

#[test]
fn false_claims_fail_with_status_1() {
    let of = "prefix = '175.45.176.0/24'";
    let table = [
        ("gained", "upstream = 22351\nat = 2017-10-01T09:07:51Z", "fail"),
        ("gained", "upstream = 20485\nat = 2017-10-01T09:00:00Z", "fail 471"),
        ("lost", "upstream = 20485\nat = 2017-10-01T10:20:00Z", "fail -315"),
        ("present", "upstream = 20485\nat = 2017-10-01T08:00:00Z", "fail"),
        ("absent", "upstream = 4837\nat = 2017-10-01T08:00:00Z", "fail"),
        ("announced", "upstream = 4837\nat = 2017-10-01T09:07:51Z", "fail 6384"),
        ("prepended", "at = 2017-10-01T09:07:51Z", "fail"),
        ("outage-ends", "at = 2017-10-01T10:53:00Z", "fail 75"),
        ("outage-begins", "from = 2017-10-01T10:00:00Z\nto = 2017-10-01T13:00:00Z\ncount = 7", "fail"),
    ];
    assert_eq!(all_judged(of, &sample(), &table), Some(1));
}

#[test]
fn true_claims_pass_within_their_tolerance() {
    let of = "prefix = '175.45.176.0/24'";
    let table = [
        ("gained", "upstream = 20485\nat = 2017-10-01T09:08:00Z", "pass -9"),
        ("gained", "upstream = 20485\nat = 2017-10-01T09:00:00Z\ntolerance = '8m'", "pass 471"),
        ("present", "upstream = 20485\nat = 2017-10-01T09:30:00Z", "pass 0"),
        ("absent", "upstream = 20485\nat = 2017-10-01T11:00:00Z", "pass 0"),
        ("present", "at = 2017-10-01T08:00:00Z", "pass 0"),
        ("announced", "upstream = 20485\nat = 2017-10-01T09:07:51Z", "pass 0"),
        ("outage-begins", "at = 2017-10-01T10:53:24Z", "pass 0"),
        ("outage-ends", "at = 2017-10-01T10:54:15Z", "pass 0"),
    ];
    assert_eq!(all_judged(of, &sample(), &table), Some(0));
}

/// What `only` says of each prefix with so many peers to make an upstream.
fn only(allowed: &str, span: [&str; 2], archive: &str, least: &str) -> Vec<String> {
    let [from, to] = span.map(|time| format!("2017-10-{time}Z"));
    let prefix = "prefix = ['175.45.176.0/24', '175.45.177.0/24', '*']";
    let rest = format!("{prefix}\nupstreams = [{allowed}]\nfrom = {from}\nto = {to}");
    let (code, found) = judged(&claim("only", &rest), archive, &["--min-peers", least]);
    let verdicts: Vec<String> = found.iter().map(|row| row.split(' ').nth(3).expect("a verdict").to_owned()).collect();
    assert_eq!(code == Some(1), verdicts.iter().any(|verdict| verdict == "fail"));
    verdicts
}

#[test]
fn only_these_passes_where_all_is_known_and_fails_where_another_is_proven() {
    let (night, whole) = (["01T00:20:00", "01T09:07:50"], ["01T00:20:00", "02T11:00:00"]);
    let (pass, open, fail) = ("pass", "not-decidable", "fail");
    assert_eq!(only("4837", night, &sample(), "1"), [pass, pass, pass]);
    // The first peer of another is there at that second.
    assert_eq!(only("4837", ["01T00:20:00", "01T09:07:51"], &sample(), "1"), [fail, pass, fail]);
    assert_eq!(only("4837, 20485", whole, &sample(), "3"), [pass, pass, pass]);
    // A session began anew: of it alone nothing was known then.
    assert_eq!(only("4837, 20485", whole, &sample(), "1"), [open, open, open]);
    assert_eq!(only("20485", night, &sample(), "22"), [pass, pass, pass], "nobody has so many");
    assert_eq!(only("4837", ["03T00:00:00", "04T00:00:00"], &sample(), "1"), [open, open, open], "no data");
    // What is missing may hide another, and nothing that is there is hidden by it.
    let part = without_the_onset();
    let part = part.path().display().to_string();
    assert_eq!(only("4837", ["01T00:20:00", "01T09:12:00"], &part, "1"), [open, open, open]);
    assert_eq!(only("4837", ["01T00:20:00", "01T10:00:00"], &part, "1"), [fail, open, fail]);
    let ran = uplinks(&["check", "north-korea", "-f", "csv", "sample-data"]);
    assert!(!ran.stdout.contains("another upstream"), "{}", ran.stdout);
}

#[test]
fn ribs_alone_prove_presence_at_their_times_and_refute_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&root().join("sample-data"), folder.path(), &|path: &Path| path.display().to_string().contains("updates."));
    let archive = folder.path().display().to_string();
    let of = "upstream = 20485\nprefix = '175.45.176.0/24'";
    let table = [
        ("gained", "at = 2017-10-01T09:07:51Z", "not-decidable"),
        ("gained", "at = 2017-10-01T05:00:00Z", "not-decidable"),
        ("present", "at = 2017-10-01T10:00:00Z\ntolerance = '10m'", "pass"),
        ("present", "at = 2017-10-01T09:00:00Z", "not-decidable"),
        ("absent", "at = 2017-10-01T09:00:00Z", "not-decidable"),
        // One collector has a dump then; what the other's peers had between theirs, nobody knows.
        ("absent", "at = 2017-10-01T04:00:00Z\ntolerance = '10m'", "not-decidable"),
    ];
    assert_eq!(all_judged(of, &archive, &table), Some(0));
    let alone = format!("{archive}/route-views.sim");
    let table = [("absent", "at = 2017-10-01T04:00:00Z\ntolerance = '10m'", "pass")];
    assert_eq!(all_judged(of, &alone, &table), Some(0));
}

#[test]
fn claims_that_cannot_be_read_are_refused_with_a_remedy() {
    for (args, said) in [
        (["check", "south-korea", "sample-data"], "the built-in ones are north-korea, telegram-2026, youtube-2008"),
        (["check", "Cargo.toml", "sample-data"], "Cargo.toml:"),
        (["check", "north-korea", "no-such-folder"], "no-such-folder"),
    ] {
        let ran = uplinks(&args);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn every_format_tells_the_verdicts() {
    for (format, said) in [
        ("table", "of 45 claims, 8 pass, 0 fail, 37 cannot be decided"),
        ("csv", ",pass,"),
        ("json", "\"verdict\":\"pass\""),
        ("jsonl", "\"verdict\":\"pass\""),
        ("markdown", "| pass |"),
    ] {
        let ran = uplinks(&["check", "north-korea", "-f", format, "sample-data"]);
        assert!(ran.code == Some(0) && ran.stdout.contains(said), "{format}: {}", ran.stdout);
    }
}
