//! `--fetch` reads files while others are still on their way, and nothing of the answer shows it.

#[path = "support/run.rs"]
mod run;
#[path = "support/server/mod.rs"]
mod server;
#[path = "support/fetch.rs"]
mod support;

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use run::{Ran, binary, uplinks};
use server::archive::Archive;
use server::{Fault, Server};
use support::files;

/// What the window needs: 36 files, this one the last by time.
const WINDOW: [&str; 4] = ["--from", "2017-10-01T09:00:00Z", "--to", "2017-10-01T10:00:00Z"];
const FILES: usize = 36;
const LAST: &str = "/rrc00/2017.10/updates.20171001.0955.gz";

fn answer(server: &Server, folder: &Path, args: &[&str]) -> Ran {
    command(server, folder, args).output().expect("the binary runs").into()
}

fn command(server: &Server, folder: &Path, args: &[&str]) -> Command {
    let mut command = binary();
    command.args(["timeline", "--fetch", "-f", "json", "--collector", "rrc00", "--collector", "route-views2"]).args(WINDOW);
    command.args(["--base-url", server.url(), "--timeout", "60s", "--backoff-ms", "20", "--data-dir"]).arg(folder).args(args);
    command.env("NO_PROXY", "*");
    command
}

/// The same of the files that are there, without a word to any server.
fn plain(folder: &Path, args: &[&str]) -> Ran {
    let folder = folder.display().to_string();
    uplinks(&[&["timeline", "-f", "json"], &WINDOW[..], args, &[&folder]].concat())
}

fn plain_gzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut plain).expect("whole");
    plain
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).expect("in memory");
    out.finish().expect("in memory")
}

#[test]
fn the_last_file_comes_only_when_all_others_have_been_read() {
    for args in [&["-j", "1"][..], &["-j", "3"], &["-j", "2", "--origin", "131279"]] {
        let server = Server::start(Archive::sample_as("rrc00", "route-views2"));
        let folder = tempfile::tempdir().expect("a folder");
        let cache = folder.path().join("cache");
        server.once(LAST, [Fault::Until(cache.clone(), FILES - 1)]);
        let fetched = answer(&server, folder.path(), &[args, &["--cache", &cache.display().to_string()]].concat());
        assert_eq!((fetched.code, fetched.stderr.as_str()), (Some(0), ""), "{args:?}");
        let asked = server.asked(LAST);
        assert!(asked.len() == 1 && asked[0].status == 200, "{args:?}: nothing was read before it came: {asked:?}");
        let plain = plain(folder.path(), args);
        assert_eq!((plain.code, plain.stderr.as_str()), (Some(0), ""), "{args:?}");
        assert!(fetched.stdout == plain.stdout, "{args:?}:\n{}\n{}", fetched.stdout, plain.stdout);
        assert!(fetched.stdout.contains("\"files_read\":36,\"files_skipped\":0"), "{}", fetched.stdout);
    }
}

#[test]
fn damaged_and_missing_files_are_told_as_if_all_had_been_there() {
    let mut archive = Archive::sample_as("rrc00", "route-views2");
    let name = |time: &str| format!("/rrc00/2017.10/updates.20171001.{time}.gz");
    // A whole gzip file around a record that is cut off; and a gzip file that is not whole.
    let records = plain_gzip(&archive.file(&name("0905")).expect("in the sample"));
    archive.put(&name("0905"), gzip(&records[..records.len() - 7]));
    let bytes = archive.file(&name("0910")).expect("in the sample").to_vec();
    archive.put(&name("0910"), bytes[..bytes.len() / 2].to_vec());
    let server = Server::start(archive);
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("cache");
    server.once(LAST, [Fault::Until(cache.clone(), FILES - 2)]);
    let fetched = answer(&server, folder.path(), &["--cache", &cache.display().to_string()]);
    assert_eq!(fetched.code, Some(0), "{}", fetched.stderr);
    assert_eq!(server.asked(LAST).len(), 1);
    for said in ["updates.20171001.0910.gz: the archive's own copy is damaged", "updates.20171001.0905.gz: damaged from byte"] {
        assert!(fetched.stderr.contains(said), "{said}: {}", fetched.stderr);
    }
    let again = answer(&server, folder.path(), &[]);
    assert_eq!((again.stdout, again.stderr), (fetched.stdout.clone(), fetched.stderr.clone()));
    let plain = plain(folder.path(), &[]);
    assert_eq!(plain.stdout, fetched.stdout);
    assert!(fetched.stderr.ends_with(&plain.stderr), "{}", plain.stderr);
}

#[test]
fn files_that_were_there_are_read_meanwhile_too() {
    let server = Server::start(Archive::sample_as("rrc00", "route-views2"));
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(answer(&server, folder.path(), &[]).code, Some(0));
    let last = folder.path().join(&LAST[1..]);
    std::fs::remove_file(&last).expect("removed");
    // Not whole, so that it has to come again.
    let other = folder.path().join("rrc00/2017.10/updates.20171001.0950.gz");
    let bytes = std::fs::read(&other).expect("read");
    std::fs::write(&other, &bytes[..bytes.len() / 2]).expect("cut");
    server.forget();
    let cache = folder.path().join("cache");
    server.once(LAST, [Fault::Until(cache.clone(), FILES - 1)]);
    let fetched = answer(&server, folder.path(), &["--cache", &cache.display().to_string()]);
    assert_eq!((fetched.code, fetched.stderr.as_str()), (Some(0), ""));
    assert_eq!(server.log().iter().filter(|request| !request.path.ends_with('/')).count(), 2);
    let there = files(folder.path());
    assert!(there.contains_key("rrc00/2017.10/updates.20171001.0950.gz.bad") && there.contains_key("manifest.json"));
    // What uplinks itself put there is neither read nor counted.
    assert!(plain(folder.path(), &[]).stdout == fetched.stdout);
}

#[cfg(unix)]
#[test]
fn broken_off_while_it_reads_it_goes_on_where_it_was() {
    let server = Server::start(Archive::sample_as("rrc00", "route-views2"));
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("cache");
    let args = ["--cache", &cache.display().to_string()];
    server.once(LAST, [Fault::Until(cache.clone(), usize::MAX)]);
    let mut child = command(&server, folder.path(), &args);
    let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
    while !cache.is_dir() || std::fs::read_dir(&cache).expect("a folder").count() < FILES - 1 {
        assert!(child.try_wait().expect("a child").is_none(), "it ended");
        sleep(Duration::from_millis(5));
    }
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("a signal");
    assert!(interrupted.success() && child.wait().expect("ended").code() == Some(130));
    let again = answer(&server, folder.path(), &args);
    assert_eq!((again.code, again.stderr.as_str()), (Some(0), ""));
    assert!(again.stdout == plain(folder.path(), &[]).stdout);
}
