//! `--at`: what stood at an instant is what the whole answer says of it.

#[path = "support/run.rs"]
mod run;

use run::{Rows, sample, uplinks};

fn lines(args: &[&str]) -> Vec<String> {
    let ran = uplinks(&[args, &["-f", "csv", &sample()]].concat());
    assert!(ran.code.is_some_and(|code| code < 2), "{args:?}: {}", ran.stderr);
    ran.stdout.lines().skip(1).map(str::to_owned).collect()
}

/// In the sample every change is a message's, so that rows stand from first_seen until just before last_seen.
#[test]
fn rows_of_an_instant_are_those_that_hold_it() {
    for command in ["timeline", "routes"] {
        let whole = uplinks(&[command, "-f", "csv", &sample()]).stdout;
        let all: Vec<&str> = whole.lines().skip(1).collect();
        let rows = Rows::read(&whole);
        let times = rows.columns(&["started_by", "last_seen", "end_basis", "end_basis"]);
        let moments = [
            "2017-10-01T00:00:00Z",
            "2017-10-01T09:07:50Z",
            "2017-10-01T09:30:00Z",
            "2017-10-01T10:54:00Z",
            "2017-10-02T12:00:00Z",
        ];
        for at in moments {
            let holds = |row: &&Vec<&str>| row[0] <= at && (at < row[1] || row[2] == "data-end" && at == row[1]);
            let count = times.iter().filter(holds).count();
            let told = lines(&[command, "--at", at]);
            assert_eq!(told.len(), count, "{command} {at}");
            assert!(told.iter().all(|line| all.contains(&line.as_str())), "{command} {at}");
        }
        let begun = lines(&[command, "--at", "2017-10-01T09:07:51Z"]);
        assert!(begun.iter().any(|line| line.contains(",20485,")), "{command}");
        assert!(lines(&[command, "--at", "2017-10-02T12:00:01Z"]).is_empty(), "after the data nothing is known");
    }
}

#[test]
fn upstreams_of_an_instant() {
    let summary = uplinks(&["summary", "--at", "2017-10-01T09:30:00Z", "-f", "csv", &sample()]).stdout;
    let rows = Rows::read(&summary);
    assert_eq!(
        rows.columns(&["upstream_asn", "prefixes", "prefixes_of", "window_share"]),
        [["4837", "4", "4", ""], ["20485", "3", "4", ""]]
    );
    let table = uplinks(&["timeline", "--at", "2017-10-01T10:54:00Z", &sample()]);
    assert_eq!(table.code, Some(1));
    assert!(table.stdout.contains("0 episodes, at 2017-10-01 10:54:00 UTC."), "{}", table.stdout);
}
