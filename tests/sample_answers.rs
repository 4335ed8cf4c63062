//! The sample archive's answers: what its script of events says, found by the real binary.

#[path = "support/run.rs"]
mod run;

use run::{Rows, root, sample, uplinks};

fn expected(name: &str) -> Rows {
    let path = root().join("sample-data/expected").join(name);
    Rows::read(&std::fs::read_to_string(path).expect("an expected answer"))
}

#[test]
fn the_timeline_is_the_scripts() {
    let ran = uplinks(&["timeline", "-f", "csv", &sample()]);
    assert_eq!((ran.code, ran.stderr.lines().count(), ran.stderr.contains("SIMULATED DATA")), (Some(0), 1, true));
    let columns = ["prefix", "origin_asn", "upstream_asn", "first_seen", "last_seen", "start_basis", "end_basis", "peak_peers"];
    assert_eq!(Rows::read(&ran.stdout).columns(&columns), expected("timeline.csv").columns(&columns));
}

#[test]
fn the_changes_are_the_scripts() {
    let ran = uplinks(&["changes", "-f", "csv", &sample()]);
    assert_eq!(ran.code, Some(0));
    let columns = ["time", "prefix", "change", "upstream_asn"];
    let found = Rows::read(&ran.stdout);
    assert_eq!(found.columns(&columns), expected("changes.csv").columns(&columns));
    let all_down = found.columns(&["prefix", "change"]);
    assert_eq!(all_down.iter().filter(|r| **r == ["*", "outage-start"]).count(), 4);
    assert_eq!(all_down.iter().filter(|r| **r == ["*", "outage-end"]).count(), 4);
}

#[test]
fn every_boundary_is_exact_and_bears_its_evidence() {
    let ran = uplinks(&["timeline", "-f", "csv", &sample()]);
    let rows = Rows::read(&ran.stdout);
    for row in rows.columns(&["start_basis", "first_seen", "started_by", "flags", "unobserved_s", "start_evidence"]) {
        let [basis, seen, by, flags, unobserved, evidence] = row[..] else { panic!("six columns") };
        assert!(["update", "data-start"].contains(&basis) && seen == by, "{row:?}");
        assert_eq!((flags, unobserved), ("", "0"), "{row:?}");
        let (path, digest) = evidence.rsplit_once('#').expect("path#digest");
        assert!(std::path::Path::new(path).is_file() && digest.len() == 12, "{row:?}");
    }
}

#[test]
fn the_onset_is_the_scripts() {
    let ran = uplinks(&["first", "--upstream", "20485", "-f", "csv", &sample()]);
    assert_eq!(ran.code, Some(0));
    let found = Rows::read(&ran.stdout);
    let peers: Vec<_> = found.columns(&["kind", "first_seen"]).into_iter().filter(|r| r[0] == "peer").map(|r| r[1]).collect();
    let script = expected("onset.csv");
    let script: Vec<_> = script.columns(&["time"]).into_iter().map(|r| r[0]).collect();
    assert_eq!(peers, script);
    let headline: Vec<_> = found.columns(&["kind", "first_seen"]).into_iter().filter(|r| r[0] == "headline").collect();
    assert_eq!(headline, [["headline", "2017-10-01T09:07:51Z"]]);
}

#[test]
fn no_onset_of_a_stranger() {
    let ran = uplinks(&["first", "--upstream", "64999", &sample()]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("AS64999 is no upstream in these data"), "{}", ran.stdout);
}

#[test]
fn same_bytes_for_any_threads_and_order() {
    let collectors = ["sample-data/rrc90", "sample-data/route-views.sim"];
    for command in ["timeline", "changes", "routes", "inventory"] {
        for format in ["table", "csv", "json", "jsonl"] {
            let first = uplinks(&[command, "-f", format, "-j", "1", collectors[0], collectors[1]]);
            let second = uplinks(&[command, "-f", format, "-j", "2", collectors[1], collectors[0]]);
            assert!(first.code == Some(0) && !first.stdout.is_empty(), "{command} {format}");
            assert!(first.stdout == second.stdout && first.stderr == second.stderr, "{command} {format}");
        }
    }
}
