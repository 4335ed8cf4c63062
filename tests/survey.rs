//! `uplinks survey`: five simulated years from daily samples, sharpened to the second with few update files; and what
//! samples cannot see.

#[path = "support/mrt.rs"]
mod mrt;
#[path = "support/run.rs"]
mod run;
#[path = "support/server/mod.rs"]
mod server;
#[path = "support/years.rs"]
mod years;

use std::path::Path;

use run::{Ran, Rows, binary};
use server::Server;
use server::archive::Archive;
use years::{Step, Years};

const U1: u32 = 4837;
const U2: u32 = 20485;

/// One provider gained, a week with both, one lost; an outage of two days; and 67 minutes between two RIB dumps.
const SCRIPT: [Step; 10] = [
    ("2011-03-10T10:11:12", 1, Some(U2)),
    ("2011-03-17T05:06:07", 0, Some(U2)),
    ("2011-03-17T05:06:07", 2, Some(U2)),
    ("2012-07-04T03:04:05", 0, None),
    ("2012-07-04T03:04:05", 1, None),
    ("2012-07-04T03:04:05", 2, None),
    ("2012-07-06T07:08:09", 0, Some(U2)),
    ("2012-07-06T07:08:09", 1, Some(U2)),
    ("2012-07-06T07:08:09", 2, Some(U2)),
    ("2013-05-05T10:00:00", 0, Some(U1)),
];
const END: Step = ("2013-05-05T11:07:00", 0, Some(U2));

fn five_years() -> Server {
    let script: Vec<Step> = SCRIPT.into_iter().chain([END]).collect();
    Server::start(Archive::simulated(Years::new("2010-01-01", "2015-01-01", U1, &script)))
}

fn survey(server: &Server, folder: &Path, args: &[&str]) -> Ran {
    let mut command = binary();
    command
        .args(["survey", "--base-url", server.url(), "--collector", "rrc00", "-f", "csv", "--data-dir"])
        .arg(folder)
        .args(args);
    command.env("NO_PROXY", "*").output().expect("the binary runs").into()
}

const COLUMNS: [&str; 6] = ["upstream_asn", "first_seen", "started_after", "last_seen", "ended_before", "end_basis"];

#[test]
fn five_years_are_sharpened_to_the_second_with_few_updates() {
    let server = five_years();
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["--from", "2010-01-01", "--to", "2015-01-01", "--every", "1d"];
    let ran = survey(&server, folder.path(), &args);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let rows = Rows::read(&ran.stdout);
    let mut found = rows.columns(&COLUMNS);
    found.sort();
    let (gained, lost) = ("2011-03-10T10:11:12Z", "2011-03-17T05:06:07Z");
    let (down, up) = ("2012-07-04T03:04:05Z", "2012-07-06T07:08:09Z");
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0][..3], ["20485", gained, gained]);
    assert_eq!(found[0][4], down);
    assert_eq!(found[1][..3], ["20485", up, up]);
    assert_eq!(found[1][5], "data-end");
    assert_eq!((found[2][0], found[2][1], found[2][4]), ("4837", "2010-01-01T00:00:00Z", lost));
    let updates = server.log().iter().filter(|request| request.path.contains("/updates.")).count();
    let all = 288 * 1826;
    assert!(updates * 100 < all * 2, "{updates} of {all} update files");
    let ribs = server.log().iter().filter(|request| request.path.contains("/bview.")).count();
    assert!(ribs < 1826 + 40, "{ribs} RIB dumps");

    server.forget();
    let again = survey(&server, folder.path(), &args);
    assert_eq!(again.stdout, ran.stdout);
    assert!(server.log().iter().all(|request| request.path.ends_with('/')), "nothing is fetched again");
}

#[test]
fn what_lies_between_two_samples_is_named_and_found_by_reading_all() {
    let server = five_years();
    let folder = tempfile::tempdir().expect("a folder");
    let window = ["--from", "2013-05-04", "--to", "2013-05-08", "--every", "8h"];
    let mut command = binary();
    command.args(["survey", "--base-url", server.url(), "--collector", "rrc00", "--data-dir"]).arg(folder.path());
    let told: Ran = command.args(window).env("NO_PROXY", "*").output().expect("the binary runs").into();
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    let text = told.stdout.replace('\n', " ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("samples every 8 h") && text.contains("is not seen"), "{text}");
    let upstreams = |ran: &Ran| {
        let rows = Rows::read(&ran.stdout);
        rows.columns(&["upstream_asn", "first_seen", "last_seen"]).into_iter().map(|r| r.join(" ")).collect::<Vec<_>>()
    };
    let sampled = survey(&server, folder.path(), &window);
    assert_eq!(upstreams(&sampled).len(), 1, "{}", sampled.stdout);
    let exhaustive = survey(&server, folder.path(), &[&window[..], &["--exhaustive"]].concat());
    assert_eq!(exhaustive.code, Some(0), "{}", exhaustive.stderr);
    let found = upstreams(&exhaustive);
    assert!(found.contains(&"4837 2013-05-05T10:00:00Z 2013-05-05T11:07:00Z".to_owned()), "{found:?}");
}

#[test]
fn the_plan_comes_first_and_can_be_had_alone() {
    let server = five_years();
    let folder = tempfile::tempdir().expect("a folder");
    let window = ["--from", "2011-03-05", "--to", "2011-03-20"];
    let dry = survey(&server, folder.path(), &[&window[..], &["--dry-run"]].concat());
    assert_eq!(dry.code, Some(0), "{}", dry.stderr);
    let plan = "16 files, about 3.06 MiB; to fetch: 16 files, about 3.06 MiB, under a minute at 5.00 MiB/s (assumed)";
    let lines: Vec<&str> = dry.stdout.lines().collect();
    assert_eq!((lines.len(), lines.last()), (17, Some(&plan)), "{}", dry.stdout);
    assert!(lines[..16].iter().all(|line| line.contains("rrc00/2011.03/bview.201103")), "{}", dry.stdout);
    assert!(dry.stderr.contains("come on top"), "{}", dry.stderr);
    assert!(server.log().iter().all(|request| request.path.ends_with('/')), "nothing but listings");
    assert!(std::fs::read_dir(folder.path()).expect("a folder").next().is_none(), "a dry run writes nothing");
    let many = survey(&server, folder.path(), &["--from", "2010-01-01", "--to", "2015-01-01", "--exhaustive", "--dry-run"]);
    let last = many.stdout.lines().last().unwrap_or_default();
    assert!(last.ends_with("about 35 min at 5.00 MiB/s (assumed)") && !many.stderr.contains("come on top"), "{last}");
    let refused = survey(&server, folder.path(), &[&window[..], &["--dry-run", "--max-bytes", "1M"]].concat());
    assert!(refused.code == Some(2) && refused.stderr.contains("more than --max-bytes"), "{}", refused.stderr);

    let done = survey(&server, folder.path(), &window);
    assert!(done.stderr.starts_with(&format!("samples: {plan}\n")), "{}", done.stderr);
    assert!(done.stderr.contains("\nwhat changed between samples: "), "{}", done.stderr);
    let again = survey(&server, folder.path(), &[&window[..], &["--dry-run"]].concat());
    assert!(again.stdout.ends_with("16 files, about 3.06 MiB; to fetch: 0 files, about 0 B\n"), "{}", again.stdout);
}

#[test]
fn a_limit_of_bytes_is_kept() {
    let server = five_years();
    let folder = tempfile::tempdir().expect("a folder");
    let window = ["--from", "2011-03-05", "--to", "2011-03-20"];
    let refused = survey(&server, folder.path(), &[&window[..], &["--max-bytes", "1M"]].concat());
    assert!(refused.code == Some(2) && refused.stderr.contains("more than --max-bytes"), "{}", refused.stderr);
    assert!(server.log().iter().all(|request| request.path.ends_with('/')));
    let samples_only = survey(&server, folder.path(), &[&window[..], &["--max-bytes", "4M"]].concat());
    assert_eq!(samples_only.code, Some(0), "{}", samples_only.stderr);
    assert!(samples_only.stderr.contains("boundaries stay uncertain"), "{}", samples_only.stderr);
    assert!(server.log().iter().all(|request| !request.path.contains("/updates.")));
    let whole = survey(&server, folder.path(), &window);
    assert!(whole.code == Some(0) && !whole.stderr.contains("stay uncertain"), "{}", whole.stderr);
}

/// Fetches and reads half a million update files: ten minutes or so, and some 2 GB of temporary disk. docs/fetching.md says how to run it.
#[test]
#[ignore = "takes minutes; asked for by name"]
fn all_updates_of_five_years_show_the_episode_of_67_minutes() {
    let server = five_years();
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["--from", "2010-01-01", "--to", "2015-01-01", "--every", "8h", "--exhaustive"];
    let begun = std::time::Instant::now();
    let ran = survey(&server, folder.path(), &args);
    println!("{:.0?}: {}", begun.elapsed(), ran.stderr);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let rows = Rows::read(&ran.stdout);
    let found: Vec<String> =
        rows.columns(&["upstream_asn", "first_seen", "last_seen"]).into_iter().map(|r| r.join(" ")).collect();
    for episode in [
        "4837 2013-05-05T10:00:00Z 2013-05-05T11:07:00Z",
        "4837 2010-01-01T00:00:00Z 2011-03-17T05:06:07Z",
        "20485 2011-03-10T10:11:12Z 2012-07-04T03:04:05Z",
    ] {
        assert!(found.iter().any(|row| row == episode), "{episode}: {found:?}");
    }
    let fetched = server.log().iter().filter(|request| request.path.contains("/updates.")).count();
    assert_eq!(fetched, 288 * 1826);
}
