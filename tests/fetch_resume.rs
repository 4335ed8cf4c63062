//! A fetch that is killed goes on where it was, and what it downloads twice is little.

#[path = "support/run.rs"]
mod run;
#[path = "support/server/mod.rs"]
mod server;
#[path = "support/fetch.rs"]
mod support;

use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use run::binary;
use server::archive::Archive;
use server::{Fault, Server};
use support::{fetch, files, ran};

const ARGS: [&str; 8] =
    ["--from", "2017-10-01T09:00:00Z", "--to", "2017-10-02T09:00:00Z", "--collector", "rrc00", "--collector", "route-views2"];

#[test]
fn killed_ten_times_it_ends_with_the_same_files_and_downloads_little_twice() {
    let server = Server::start(Archive::sample_as("rrc00", "route-views2"));
    let untroubled = tempfile::tempdir().expect("a folder");
    assert_eq!(ran(fetch(&server, untroubled.path(), &ARGS)).code, Some(0));
    let sent = |server: &Server| server.log().iter().filter(|r| !r.path.ends_with('/')).map(|r| r.sent).sum::<usize>();
    let once = sent(&server);
    server.forget();

    // 2 KiB every 4 ms on each of 8 connections: the whole takes about a second.
    server.pace(2048, Duration::from_millis(4));
    let folder = tempfile::tempdir().expect("a folder");
    for round in 0..10_u64 {
        let mut command = fetch(&server, folder.path(), &ARGS);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
        sleep(Duration::from_millis(60 + (round * 7919) % 140));
        child.kill().expect("killed");
        child.wait().expect("ended");
        for (name, bytes) in files(folder.path()) {
            let ending = std::path::Path::new(&name).extension();
            if ending.is_some_and(|ending| ending == "gz" || ending == "bz2") {
                let path = untroubled.path().join(&name);
                assert!(std::fs::read(path).expect("a name of the archive") == bytes, "{name} has its name but is not whole");
            }
        }
    }
    let killed_with = files(folder.path()).len();
    let last = ran(fetch(&server, folder.path(), &ARGS));
    assert_eq!(last.code, Some(0), "{}", last.stderr);
    let but_manifest = |folder: &std::path::Path| {
        let mut files = files(folder);
        files.remove("manifest.json").expect("a manifest");
        files
    };
    assert!(but_manifest(folder.path()) == but_manifest(untroubled.path()), "the same files");
    let twice = sent(&server) - once;
    // What was under way on 8 connections when the axe fell, ten times.
    assert!(twice < 10 * 8 * 8 * 1024, "{twice} of {once} octets came twice");
    println!("{once} octets, {twice} of them twice; {killed_with} files when killed last");
}

#[test]
fn another_version_of_the_file_is_not_glued_to_the_first() {
    let path = "/rrc00/2017.10/bview.20171001.0800.gz";
    for validators in [true, false] {
        let mut archive = Archive::sample_as("rrc00", "route-views2");
        archive.validators = validators;
        let newer = archive.file("/rrc00/2017.10/bview.20171001.1600.gz").expect("in the sample").to_vec();
        let server = Server::start(archive);
        server.once(path, [Fault::Cut(10_000), Fault::Status(403)]);
        let folder = tempfile::tempdir().expect("a folder");
        let args = [&ARGS[..4], &["--collector", "rrc00", "--kind", "rib"]].concat();
        let first = ran(fetch(&server, folder.path(), &args));
        assert!(first.code == Some(3) && first.stderr.contains("403"), "{}", first.stderr);
        assert_eq!(files(folder.path()).get(&format!("{}.partial", &path[1..])).map(Vec::len), Some(10_000));
        server.change(|archive| archive.put(path, newer.clone()));
        let second = ran(fetch(&server, folder.path(), &args));
        assert_eq!(second.code, Some(0), "{}", second.stderr);
        let files = files(folder.path());
        assert!(files[&path[1..]] == newer && files.keys().all(|name| !name.contains("partial")));
    }
}

#[test]
fn a_download_that_was_complete_when_killed_is_not_asked_for_again() {
    let path = "rrc00/2017.10/bview.20171001.0800.gz";
    let archive = Archive::sample_as("rrc00", "route-views2");
    let bytes = archive.file(&format!("/{path}")).expect("in the sample").to_vec();
    for note in [format!("{{\"etag\":null,\"last_modified\":null,\"total\":{}}}", bytes.len()), {
        format!("{{\"etag\":{:?},\"last_modified\":null,\"total\":null}}", server::archive::etag(&bytes))
    }] {
        let server = Server::start(archive.clone());
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("rrc00/2017.10")).expect("a folder");
        std::fs::write(folder.path().join(format!("{path}.partial")), &bytes).expect("written");
        std::fs::write(folder.path().join(format!("{path}.partial.json")), note).expect("written");
        let args = [&ARGS[..4], &["--collector", "rrc00", "--kind", "rib"]].concat();
        assert_eq!(ran(fetch(&server, folder.path(), &args)).code, Some(0));
        assert_eq!(server.asked(&format!("/{path}")).iter().map(|request| request.sent).sum::<usize>(), 0);
        assert!(files(folder.path())[path] == bytes);
    }
}

#[test]
fn a_note_left_beside_a_whole_file_is_cleared_away() {
    let path = "rrc00/2017.10/bview.20171001.0800.gz";
    let archive = Archive::sample_as("rrc00", "route-views2");
    let bytes = archive.file(&format!("/{path}")).expect("in the sample").to_vec();
    let server = Server::start(archive);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join("rrc00/2017.10")).expect("a folder");
    std::fs::write(folder.path().join(path), &bytes).expect("written");
    // As a run leaves it that is killed between giving the file its name and removing the note.
    std::fs::write(folder.path().join(format!("{path}.partial.json")), "{}").expect("written");
    let args = [&ARGS[..4], &["--collector", "rrc00", "--kind", "rib"]].concat();
    assert_eq!(ran(fetch(&server, folder.path(), &args)).code, Some(0));
    assert!(files(folder.path()).keys().all(|name| !name.contains("partial")));
    assert!(files(folder.path())[path] == bytes);
}

#[test]
fn a_disk_that_refuses_ends_the_run_with_a_clear_word() {
    let server = Server::start(Archive::sample_as("rrc00", "route-views2"));
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("rrc00"), "in the way").expect("written");
    let got = ran(fetch(&server, folder.path(), &ARGS));
    assert!(got.code == Some(2) && got.stderr.contains("cannot write"), "{:?} {}", got.code, got.stderr);
}

#[test]
fn a_manifest_of_somebody_else_is_left_alone() {
    let server = Server::start(Archive::sample_as("rrc00", "route-views2"));
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("manifest.json"), "{\"name\":\"app\"}").expect("written");
    let got = ran(fetch(&server, folder.path(), &ARGS));
    assert!(got.code == Some(2) && got.stderr.contains("move it away"), "{}", got.stderr);
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn a_folder_has_one_run_at_a_time_and_is_free_when_that_is_killed() {
    let path = "/rrc00/2017.10/bview.20171001.0800.gz";
    let server = Server::start(Archive::sample_as("rrc00", "route-views2"));
    server.always(path, Fault::Slow(1024, Duration::from_millis(200)));
    let folder = tempfile::tempdir().expect("a folder");
    let shown = folder.path().display().to_string();
    let args = [&ARGS[..6], &["--kind", "rib"]].concat();
    let mut first = fetch(&server, folder.path(), &args);
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
    let held = ["bview.20171001.1600.gz", "bview.20171002.0000.gz"].map(|name| folder.path().join("rrc00/2017.10").join(name));
    while server.asked(path).is_empty() || !held.iter().all(|path| path.is_file()) {
        assert!(first.try_wait().expect("a child").is_none(), "it ended");
        sleep(Duration::from_millis(5));
    }

    let mut others = vec![fetch(&server, folder.path(), &args)];
    for command in ["timeline", "survey"] {
        let mut other = binary();
        other.args([command, "--base-url", server.url(), "--data-dir", &shown]).args(&ARGS[..6]);
        others.push(other);
    }
    others[1].arg("--fetch");
    for other in others {
        let refused = ran(other);
        let said = format!("{shown}: another run of uplinks is fetching into this folder");
        assert!(refused.code == Some(2) && refused.stderr.contains(&said), "{:?} {}", refused.code, refused.stderr);
        assert!(refused.stderr.contains("name another folder"), "{}", refused.stderr);
    }
    assert_eq!(server.asked(path).len(), 1, "the others asked for nothing");
    let readers = [
        run::uplinks(&["timeline", "-f", "csv", &shown]),
        run::uplinks(&["inventory", &shown]),
        ran(fetch(&server, folder.path(), &[&args[..], &["--dry-run"]].concat())),
    ];
    for reader in readers {
        assert_eq!(reader.code, Some(0), "{}", reader.stderr);
    }

    assert!(first.try_wait().expect("a child").is_none(), "it still runs");
    first.kill().expect("killed");
    first.wait().expect("ended");
    server.mend();
    let last = ran(fetch(&server, folder.path(), &args));
    assert_eq!(last.code, Some(0), "{}", last.stderr);
}
