//! `uplinks fetch` against a simulated archive: what it takes, what it leaves, and how it looks to the archive.

#[path = "support/run.rs"]
mod run;
#[path = "support/server/mod.rs"]
mod server;

#[path = "support/fetch.rs"]
mod support;

use run::{binary, root, sample, uplinks};
use server::archive::Archive;
use server::{Fault, Server};
use support::{fetch, ran};

const DAY: [&str; 4] = ["--from", "2017-10-01", "--to", "2017-10-02T12:00:00Z"];

#[test]
fn one_command_gets_the_archive_and_it_answers_as_the_sample() {
    let server = Server::start(Archive::sample_as("rrc90", "route-views.sim"));
    let folder = tempfile::tempdir().expect("a folder");
    let args = [&DAY[..], &["--collector", "rrc90", "--collector", "route-views.sim"]].concat();
    let got = ran(fetch(&server, folder.path(), &args));
    assert_eq!(got.code, Some(0), "{}", got.stderr);
    assert!(got.stdout.starts_with("fetched 599 files"), "{}", got.stdout);
    let mirror = folder.path().display().to_string();
    let without_paths = |text: &str| text.replace(&mirror, "").replace(&sample(), "");
    for command in ["timeline", "changes"] {
        let (here, there) = (uplinks(&[command, "-f", "csv", &mirror]), uplinks(&[command, "-f", "csv", &sample()]));
        assert_eq!(without_paths(&here.stdout), without_paths(&there.stdout));
    }
    let (most, accepted) = server.connections();
    assert!(most <= 8 && accepted < 40, "{most} at once, {accepted} in all");
    for request in server.log() {
        assert!(request.agent.starts_with("uplinks/") && request.agent.contains("(+https://"), "{}", request.agent);
        assert_eq!(request.encoding, "identity");
    }
    server.forget();
    let again = ran(fetch(&server, folder.path(), &args));
    assert!(again.stdout.starts_with("fetched 0 files (0 B), 599 were there"), "{}", again.stdout);
    assert!(server.log().iter().all(|request| request.path.ends_with('/')));
}

#[test]
fn a_window_takes_its_baseline_and_no_more() {
    let server = Server::start(Archive::sample_as("rrc00", "route-views2"));
    let folder = tempfile::tempdir().expect("a folder");
    let window =
        ["--from", "2017-10-01T09:00:00Z", "--to", "2017-10-01T10:00:00Z", "--collector", "rrc00", "--collector", "route-views2"];
    let dry = ran(fetch(&server, folder.path(), &[&window[..], &["--dry-run"]].concat()));
    assert_eq!(dry.code, Some(0), "{}", dry.stderr);
    assert!(std::fs::read_dir(folder.path()).expect("a folder").next().is_none(), "a dry run writes nothing");
    let lines: Vec<&str> = dry.stdout.lines().collect();
    for (part, count) in
        [("rrc00/2017.10/bview.20171001.0800.gz", 1), ("rrc00/2017.10/updates.", 25), ("/RIBS/", 1), ("/UPDATES/", 9)]
    {
        assert_eq!(lines.iter().filter(|line| line.contains(part)).count(), count, "{part}: {}", dry.stdout);
    }
    assert!(lines.last().is_some_and(|line| line.starts_with("36 files, about ")), "{}", dry.stdout);
    assert!(dry.stdout.contains("route-views2/bgpdata/2017.10/UPDATES/updates.20171001.0745.bz2"), "{}", dry.stdout);
    for (kind, count) in [("rib", 2), ("updates", 34)] {
        let got = ran(fetch(&server, folder.path(), &[&window[..], &["--kind", kind]].concat()));
        assert!(got.stdout.starts_with(&format!("fetched {count} files")), "{}", got.stdout);
    }
    let whole = ran(fetch(&server, folder.path(), &window));
    assert!(whole.stdout.starts_with("fetched 0 files (0 B), 36 were there"), "{}", whole.stdout);
}

#[test]
fn the_oldest_collector_is_found_at_its_old_place() {
    let mut archive = Archive::sample_as("rrc00", "route-views2");
    archive.move_folder("/route-views2/bgpdata", "/bgpdata");
    archive.ris_style = server::listing::ListingStyle::ApachePlain;
    let server = Server::start(archive);
    let folder = tempfile::tempdir().expect("a folder");
    let got = ran(fetch(
        &server,
        folder.path(),
        &[&DAY[..], &["--collector", "route-views2", "--collector", "rrc00", "--kind", "rib"]].concat(),
    ));
    assert_eq!(got.code, Some(0), "{}", got.stderr);
    assert!(folder.path().join("route-views2/bgpdata/2017.10/RIBS/rib.20171001.0800.bz2").is_file());
    assert!(folder.path().join("rrc00/2017.10/bview.20171001.0800.gz").is_file());
}

#[test]
fn holes_of_the_archive_are_told_and_kept_in_the_manifest() {
    let mut archive = Archive::sample_as("rrc00", "route-views2");
    archive.remove("/rrc00/2017.10/updates.20171001.0905.gz");
    archive.put("/rrc00/2017.10/updates.20171001.0910.bad.gz", b"junk".to_vec());
    archive.put("/rrc00/2017.10/updates.19700101.0000.gz", b"junk".to_vec());
    let server = Server::start(archive);
    let folder = tempfile::tempdir().expect("a folder");
    let window = ["--from", "2017-10-01T09:00:00Z", "--to", "2017-10-01T10:00:00Z", "--collector", "rrc00"];
    let note = |gone: &str| {
        if !gone.is_empty() {
            std::fs::remove_file(folder.path().join("rrc00/2017.10").join(gone)).expect("removed");
        }
        let inventory = uplinks(&["inventory", "-f", "csv", &folder.path().display().to_string()]);
        let rows = run::Rows::read(&inventory.stdout);
        rows.columns(&["kind", "note"]).into_iter().find(|row| row[0] == "updates").map(|row| row[1].to_owned())
    };
    let got = ran(fetch(&server, folder.path(), &window));
    let hole = "rrc00: no update files in the archive from 2017-10-01T09:05:00Z to 2017-10-01T09:10:00Z";
    assert!(got.code == Some(0) && got.stderr.contains(hole), "{}", got.stderr);
    assert_eq!(note("").as_deref(), Some("1 not in the archive"));
    assert_eq!(note("updates.20171001.0930.gz").as_deref(), Some("1 not in the archive, 1 not fetched"));
    assert_eq!(ran(fetch(&server, folder.path(), &[&window[..], &["--strict"]].concat())).code, Some(3));
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("manifest.json")).expect("a manifest")).expect("JSON");
    let file = &manifest["files"]["rrc00/2017.10/bview.20171001.0800.gz"];
    assert!(file["url"].as_str().is_some_and(|url| url.starts_with(server.url())), "{file}");
    assert_eq!(file["sha256"].as_str().map(str::len), Some(64));
    let holes = manifest["listings"]["rrc00"]["2017.10"]["holes"].as_array().expect("holes").clone();
    assert!(holes.iter().any(|hole| hole["from"] == "2017-10-01T09:05:00Z" && hole["until"] == "2017-10-01T09:10:00Z"));
}

#[test]
fn what_is_not_there_is_said() {
    let server = Server::start(Archive::sample_as("rrc00", "route-views2"));
    let folder = tempfile::tempdir().expect("a folder");
    for (args, code, said) in [
        (vec!["--from", "2010-01-01", "--to", "2010-01-02", "--collector", "rrc00"], 1, "nothing"),
        (vec!["--from", "2017-10-01", "--to", "2017-10-02", "--collector", "rrc22"], 1, "rrc22: not in the archive"),
        (vec!["--from", "2017-10-01", "--to", "2017-10-02", "--collector", "../../etc"], 2, "'../../etc' is no collector"),
        (vec!["--from", "2017-10-02", "--to", "2017-10-01", "--collector", "rrc00"], 2, "is not before --to"),
        (vec!["--from", "2017-10-01", "--to", "2017-10-02"], 2, "--collector"),
    ] {
        let got = ran(fetch(&server, folder.path(), &args));
        assert!(got.code == Some(code) && got.stderr.contains(said), "{args:?}: {:?} {}", got.code, got.stderr);
    }
    let mut command = binary();
    command.args(["fetch", "--from", "2017-10-01", "--to", "2017-10-02", "--collector", "rrc00"]).env_remove("UPLINKS_DATA_DIR");
    let got = ran(command);
    assert!(got.code == Some(2) && got.stderr.contains("UPLINKS_DATA_DIR"), "{}", got.stderr);
}

#[test]
fn a_file_that_was_there_is_checked_once_and_a_damaged_one_put_aside() {
    let server = Server::start(Archive::sample_as("rrc00", "route-views2"));
    let folder = tempfile::tempdir().expect("a folder");
    let month = folder.path().join("rrc00/2017.10");
    std::fs::create_dir_all(&month).expect("a folder");
    let original = root().join("sample-data/rrc90/2017.10");
    for name in ["bview.20171001.0000.gz", "bview.20171001.0800.gz"] {
        std::fs::copy(original.join(name), month.join(name)).expect("copied");
    }
    let path = month.join("bview.20171001.0800.gz");
    let bytes = std::fs::read(&path).expect("read");
    std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("cut");
    let got = ran(fetch(&server, folder.path(), &[&DAY[..], &["--collector", "rrc00", "--kind", "rib"]].concat()));
    assert!(got.stdout.starts_with("fetched 4 files") && got.stdout.contains("1 were there"), "{}", got.stdout);
    assert_eq!(std::fs::read(&path).expect("read"), bytes);
    assert!(month.join("bview.20171001.0800.gz.bad").is_file());
}

#[test]
fn redirects_are_followed_within_limits() {
    let server = Server::start(Archive::sample_as("rrc00", "route-views2"));
    let other = Server::start(Archive::sample_as("rrc00", "route-views2"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = "/rrc00/2017.10/bview.20171001.0800.gz";
    server.once(path, [Fault::Redirect(307, format!("{}{path}", other.url()))]);
    server.always(
        "/rrc00/2017.10/bview.20171001.1600.gz",
        Fault::Redirect(302, "/rrc00/2017.10/bview.20171001.1600.gz".to_owned()),
    );
    let got = ran(fetch(&server, folder.path(), &[&DAY[..], &["--collector", "rrc00", "--kind", "rib"]].concat()));
    assert_eq!(other.asked(path).len(), 1);
    assert!(got.code == Some(3) && got.stderr.contains("bview.20171001.1600.gz: more than 5 redirects"), "{}", got.stderr);
    assert!(folder.path().join("rrc00/2017.10/bview.20171001.0800.gz").is_file());
}

#[test]
fn from_a_date_to_an_answer_in_one_step() {
    let server = Server::start(Archive::sample_as("rrc90", "route-views.sim"));
    let folder = tempfile::tempdir().expect("a folder");
    let window = ["--from", "2017-10-01T06:00:00Z", "--to", "2017-10-01T12:00:00Z"];
    let options = ["--fetch", "--base-url", server.url(), "--collector", "rrc90", "--collector", "route-views.sim", "-f", "csv"];
    let mut command = binary();
    // Something else in the folder has no say in the answer.
    std::fs::create_dir_all(folder.path().join("rrc90/2017.10")).expect("a folder");
    std::fs::write(folder.path().join("rrc90/2017.10/updates.20171001.0907.gz"), "junk").expect("written");
    let fetched =
        command.args(["timeline"]).args(window).args(options).env("UPLINKS_DATA_DIR", folder.path()).env("NO_PROXY", "*");
    let fetched: run::Ran = fetched.output().expect("the binary runs").into();
    assert_eq!(fetched.code, Some(0), "{}", fetched.stderr);
    let columns =
        ["prefix", "upstream_asn", "first_seen", "started_after", "last_seen", "start_basis", "end_basis", "peak_peers"];
    let whole = uplinks(&[&["timeline", "-f", "csv"], &window[..], &[&sample()]].concat());
    let (fetched, whole) = (run::Rows::read(&fetched.stdout), run::Rows::read(&whole.stdout));
    let starts = |rows: &run::Rows| -> Vec<Vec<String>> {
        let late = rows.columns(&columns).into_iter().filter(|row| row[5] == "update");
        late.map(|row| row.into_iter().map(str::to_owned).collect()).collect()
    };
    assert_eq!(starts(&fetched), starts(&whole));
    assert!(!starts(&fetched).is_empty());
    for (args, said) in [
        (vec!["timeline", "--fetch", "--collector", "rrc90"], "--collector, --from and --to are needed"),
        (vec!["timeline", "--fetch", "sample-data"], "--fetch takes its own files"),
        (vec!["timeline"], "INPUT"),
    ] {
        let refused = uplinks(&args);
        assert!(refused.code == Some(2) && refused.stderr.contains(said), "{args:?}: {}", refused.stderr);
    }
}

#[test]
fn samples_are_refined_until_they_are_exact() {
    let server = Server::start(Archive::sample_as("rrc90", "route-views.sim"));
    let folder = tempfile::tempdir().expect("a folder");
    let mirror = folder.path().join("mirror");
    let got = ran(fetch(&server, &mirror, &[&DAY[..], &["--collector", "rrc90", "--kind", "rib"]].concat()));
    assert_eq!(got.code, Some(0), "{}", got.stderr);
    let (mirror_name, result) = (mirror.display().to_string(), folder.path().join("result.json").display().to_string());
    let uncertain = || {
        assert_eq!(uplinks(&["timeline", "-f", "json", "-o", &result, &mirror_name]).code, Some(0));
        let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&result).expect("a result")).expect("JSON");
        let rows = json["rows"].as_array().expect("rows").clone();
        rows.iter().filter(|row| !row["started_after"].is_null() && row["started_after"] != row["started_by"]).count()
    };
    assert!(uncertain() > 0);
    let refined = ran(fetch(&server, &mirror, &["--refine", &result]));
    assert!(refined.code == Some(0) && refined.stdout.starts_with("fetched "), "{} {}", refined.stdout, refined.stderr);
    assert_eq!(uncertain(), 0);
    let again = ran(fetch(&server, &mirror, &["--refine", &result]));
    assert!(again.code == Some(0) && again.stderr.contains("nothing to refine"), "{} {}", again.stdout, again.stderr);
}
