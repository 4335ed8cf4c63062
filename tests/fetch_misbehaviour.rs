//! Everything that an archive can do wrong ends in a success after trying again or in a clear message; nothing that
//! failed its check is kept, nothing outside the folder is written, and nobody waits for ever.

#[path = "support/run.rs"]
mod run;
#[path = "support/server/mod.rs"]
mod server;
#[path = "support/fetch.rs"]
mod support;

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use run::Ran;
use server::archive::Archive;
use server::{Fault, Request, Server};
use support::{fetch, files, ran};

const RIB: &str = "/rrc00/2017.10/bview.20171001.0800.gz";

/// What came of a fetch of five RIB dumps, one of which meets faults.
struct Outcome {
    ran: Ran,
    /// The file under test, if it is in the folder.
    file: Option<Vec<u8>>,
    /// All names in the folder.
    names: Vec<String>,
    asked: Vec<Request>,
    took: Duration,
}

fn archive() -> Archive {
    Archive::sample_as("rrc00", "route-views2")
}

fn ribs(archive: Archive, prepare: impl FnOnce(&Server)) -> Outcome {
    let server = Server::start(archive);
    prepare(&server);
    let outer = tempfile::tempdir().expect("a folder");
    let folder = outer.path().join("mirror");
    let start = Instant::now();
    let args = ["--from", "2017-10-01", "--to", "2017-10-02T12:00:00Z", "--collector", "rrc00", "--kind", "rib"];
    let ran = ran(fetch(&server, &folder, &args));
    let took = start.elapsed();
    let beside: Vec<_> = files(outer.path()).into_keys().filter(|name| !name.starts_with("mirror/")).collect();
    assert!(beside.is_empty(), "written outside the folder: {beside:?}");
    let mut found = if folder.is_dir() { files(&folder) } else { std::collections::BTreeMap::default() };
    let names = found.keys().cloned().collect();
    Outcome { ran, file: found.remove(&RIB[1..]), names, asked: server.asked(RIB), took }
}

fn original() -> Vec<u8> {
    archive().file(RIB).expect("in the sample").to_vec()
}

/// Whole in the end, and nothing left over.
fn comes_whole(outcome: &Outcome) {
    assert_eq!(outcome.ran.code, Some(0), "{}", outcome.ran.stderr);
    assert_eq!(outcome.file.as_deref(), Some(&original()[..]));
    assert!(outcome.names.iter().all(|name| !name.contains("partial")), "{:?}", outcome.names);
}

/// Not there in the end, and said why; the other four are.
fn is_refused(outcome: &Outcome, why: &str) {
    assert_eq!(outcome.ran.code, Some(3), "{}", outcome.ran.stderr);
    let line = outcome.ran.stderr.lines().find(|line| line.contains("bview.20171001.0800.gz: "));
    assert!(line.is_some_and(|line| line.contains(why)), "{why}: {}", outcome.ran.stderr);
    assert_eq!(outcome.file, None);
    assert_eq!(outcome.names.iter().filter(|name| is_gzip(name)).count(), 4, "{:?}", outcome.names);
}

fn is_gzip(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|ending| ending == "gz")
}

fn ranges(outcome: &Outcome) -> Vec<&str> {
    outcome.asked.iter().map(|request| request.range.as_deref().unwrap_or("")).collect()
}

#[test]
fn a_body_cut_off_goes_on_where_it_ended() {
    let outcome = ribs(archive(), |server| {
        server.once(RIB, [Fault::Cut(10_000), Fault::Cut(10_000)]);
    });
    comes_whole(&outcome);
    assert_eq!(ranges(&outcome), ["", "bytes=10000-", "bytes=20000-"]);
    assert_eq!(outcome.asked.iter().map(|request| request.sent).sum::<usize>(), original().len());
}

#[test]
fn a_server_without_ranges_sends_all_again() {
    let outcome = ribs(archive(), |server| {
        server.once(RIB, [Fault::Cut(10_000), Fault::NoRange]);
    });
    comes_whole(&outcome);
}

#[test]
fn another_range_than_the_one_asked_for_is_not_taken() {
    let outcome = ribs(archive(), |server| {
        server.once(RIB, [Fault::Cut(10_000), Fault::OtherRange]);
    });
    comes_whole(&outcome);
}

#[test]
fn a_server_without_validators_is_held_to_the_length() {
    let mut archive = archive();
    archive.validators = false;
    let outcome = ribs(archive, |server| {
        server.once(RIB, [Fault::Cut(10_000)]);
    });
    comes_whole(&outcome);
    assert_eq!(ranges(&outcome), ["", "bytes=10000-"]);
}

#[test]
fn a_body_without_a_length_is_held_to_its_checksum() {
    comes_whole(&ribs(archive(), |server| {
        server.always(RIB, Fault::NoLength);
    }));
}

#[test]
fn a_wrong_length_is_a_broken_file() {
    let outcome = ribs(archive(), |server| {
        server.once(RIB, [Fault::WrongLength(-100), Fault::WrongLength(5000)]);
    });
    comes_whole(&outcome);
    is_refused(&ribs(archive(), |server| server.always(RIB, Fault::WrongLength(-100))), "the archive's own copy is damaged");
    is_refused(&ribs(archive(), |server| server.always(RIB, Fault::WrongLength(100))), "was cut off");
}

#[test]
fn a_corrupt_file_is_never_kept() {
    comes_whole(&ribs(archive(), |server| server.once(RIB, [Fault::Corrupt])));
    let outcome = ribs(archive(), |server| server.always(RIB, Fault::Corrupt));
    is_refused(&outcome, "the archive's own copy is damaged");
    assert_eq!(outcome.asked.len(), 2, "the same octets twice are enough");
}

#[test]
fn another_page_is_not_the_file() {
    let page = b"<html>Please log in</html>".to_vec();
    is_refused(&ribs(archive(), |server| server.always(RIB, Fault::Page(page))), "does not begin as a gz file");
}

#[test]
fn text_in_a_whole_compressed_file_is_no_dump() {
    let mut archive = archive();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&b"this is not MRT at all, but a valid gz".repeat(900)).expect("memory");
    archive.put(RIB, gzip.finish().expect("memory"));
    let outcome = ribs(archive, |_| {});
    is_refused(&outcome, "it holds something that is no MRT record");
    assert!(outcome.names.iter().all(|name| !name.contains("partial")), "{:?}", outcome.names);
}

#[test]
fn encodings_are_undone_or_refused() {
    let meets =
        |path: &'static str, coding, is_so| ribs(archive(), move |server| server.always(path, Fault::Encoded(coding, is_so)));
    comes_whole(&meets(RIB, "x-gzip", false));
    is_refused(&meets(RIB, "gzip", true), "it holds a compressed file instead of MRT records");
    for coding in ["br", "bzip2", "gzip, br"] {
        let outcome = meets(RIB, coding, false);
        is_refused(&outcome, &format!("the server sends it encoded as {coding}, which was not asked for"));
        assert_eq!(outcome.asked.len(), 1);
    }
    comes_whole(&meets("/rrc00/2017.10/", "gzip", true));
    let outcome = meets("/rrc00/2017.10/", "br", false);
    assert!(outcome.ran.code == Some(2) && outcome.ran.stderr.contains("encoded as br"), "{}", outcome.ran.stderr);
}

#[test]
fn a_name_that_is_listed_and_gone() {
    let mut archive = archive();
    archive.ghost(RIB);
    let outcome = ribs(archive, |_| {});
    is_refused(&outcome, "the archive lists it but does not have it");
    assert_eq!(outcome.asked.len(), 1, "404 is an answer");
}

#[test]
fn busy_servers_are_given_the_time_they_ask_for() {
    let outcome = ribs(archive(), |server| {
        server.once(RIB, [Fault::Busy(429, 1), Fault::Status(503), Fault::Status(500)]);
    });
    comes_whole(&outcome);
    assert!(outcome.took >= Duration::from_secs(1), "{:?}", outcome.took);
    let outcome = ribs(archive(), |server| server.always(RIB, Fault::Status(502)));
    is_refused(&outcome, "the server answers 502 (Bad Gateway)");
    assert_eq!(outcome.asked.len(), 5);
}

#[test]
fn silence_ends_at_the_time_out() {
    let outcome = ribs(archive(), |server| {
        server.once(RIB, [Fault::Silent, Fault::Stall(10_000)]);
    });
    comes_whole(&outcome);
    assert_eq!(ranges(&outcome), ["", "", "bytes=10000-"]);
    assert!(outcome.took < Duration::from_secs(8), "{:?}", outcome.took);
    let outcome = ribs(archive(), |server| server.always(RIB, Fault::Silent));
    is_refused(&outcome, "no answer within 1s");
    assert!(outcome.took < Duration::from_secs(5 + 5), "{:?}", outcome.took);
}

#[test]
fn slow_is_not_silent_but_a_trickle_is() {
    comes_whole(&ribs(archive(), |server| server.always(RIB, Fault::Slow(2000, Duration::from_millis(150)))));
    let outcome = ribs(archive(), |server| server.always(RIB, Fault::Slow(1, Duration::from_millis(300))));
    is_refused(&outcome, "it comes too slowly");
    assert!(outcome.took < Duration::from_secs(20), "{:?}", outcome.took);
}

#[test]
fn redirects_to_nowhere() {
    for (to, why) in [("ftp://elsewhere/x", "a redirect without a usable address"), ("", "a redirect without a usable address")] {
        is_refused(&ribs(archive(), |server| server.always(RIB, Fault::Redirect(302, to.to_owned()))), why);
    }
}

#[test]
fn hostile_names_in_a_listing_are_nobodys_files() {
    let mut archive = archive();
    let long = "A".repeat(100_000);
    let names = [
        "../../../escaped/bview.20171001.0900.gz",
        "/tmp/bview.20171001.0900.gz",
        "..%2F..%2Fbview.20171001.0900.gz",
        "..\\bview.20171001.0900.gz",
        "bview.20171001.0900.gz/../../x",
        "http://127.0.0.1:1/bview.20171001.0900.gz",
        "file:///etc/passwd",
        "bview.20171001.0900.gz\u{0}.gz",
        &long,
    ];
    let mut page = "<h1>Index of /rrc00/2017.10/</h1><pre><a href=\"../\">../</a>\n".to_owned();
    for name in names {
        writeln!(page, "<a href=\"{name}\">{name}</a>  01-Oct-2017 12:34  39K").unwrap();
    }
    for name in ["0000", "0800", "1600"] {
        writeln!(page, "<a href=\"bview.20171001.{name}.gz\">x</a>  01-Oct-2017 12:34  39K").unwrap();
    }
    archive.page("/rrc00/2017.10/", page);
    archive.page(
        "/rrc00/",
        "<a href=\"../\">../</a><a href=\"2017.10/\">x</a><a href=\"/2017.09/\">x</a><a href=\"../2017.10/\">x</a>".to_owned(),
    );
    let outcome = ribs(archive, |_| {});
    assert_eq!(outcome.ran.code, Some(0), "{}", outcome.ran.stderr);
    assert_eq!(outcome.names.iter().filter(|name| is_gzip(name)).count(), 3, "{:?}", outcome.names);
}

#[test]
fn a_listing_of_100_mb_is_refused() {
    for fault in [None, Some(Fault::NoLength)] {
        let mut archive = archive();
        let line = "<a href=\"bview.20171001.0800.gz\">bview.20171001.0800.gz</a>  01-Oct-2017 12:34  39K\n";
        archive.page("/rrc00/2017.10/", line.repeat(100_000_000 / line.len()));
        let outcome = ribs(archive, |server| {
            if let Some(fault) = fault {
                server.always("/rrc00/2017.10/", fault);
            }
        });
        assert_eq!(outcome.ran.code, Some(2), "{}", outcome.ran.stderr);
        assert!(outcome.ran.stderr.contains("/rrc00/2017.10/: it is longer than 16777216 octets"), "{}", outcome.ran.stderr);
        assert!(outcome.names.is_empty());
    }
}

#[test]
fn listings_that_cannot_be_had() {
    let page = |page: &[u8]| Fault::Page(page.to_vec());
    for (fault, why) in [
        (Fault::Status(500), "cannot list"),
        (Fault::Status(403), "the server answers 403 (Forbidden)"),
        (Fault::Silent, "no answer within 1s"),
        (page(b"<html><form>Log in</form></html>"), "is no directory listing"),
        (page(&[0xff; 4096]), "is no directory listing"),
    ] {
        let outcome = ribs(archive(), |server| server.always("/rrc00/2017.10/", fault));
        assert!(outcome.ran.code == Some(2) && outcome.ran.stderr.contains(why), "{why}: {}", outcome.ran.stderr);
        assert!(outcome.took < Duration::from_secs(15), "{why}: {:?}", outcome.took);
    }
    comes_whole(&ribs(archive(), |server| {
        server.once("/rrc00/2017.10/", [Fault::Silent]);
    }));
}

#[test]
fn nobody_at_the_address() {
    let server = Server::start(Archive::empty());
    let folder = tempfile::tempdir().expect("a folder");
    let address = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
    let mut command = fetch(&server, folder.path(), &["--from", "2017-10-01", "--to", "2017-10-02", "--collector", "rrc00"]);
    command.args(["--tries", "2"]);
    let args: Vec<_> = command
        .get_args()
        .map(|arg| if arg == server.url() { format!("http://{address}").into() } else { arg.to_owned() })
        .collect();
    let mut there = run::binary();
    there.args(args).env("NO_PROXY", "*");
    let got = ran(there);
    assert!(got.code == Some(2) && got.stderr.contains("cannot list http://127.0.0.1:"), "{:?} {}", got.code, got.stderr);
}

#[test]
fn a_host_that_breaks_down_is_given_up_for_all_files() {
    let server = Server::start(archive());
    for path in archive().paths().iter().filter(|path| path.starts_with("/rrc00/2017.10/")) {
        server.always(path, Fault::Status(500));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let start = Instant::now();
    let got = ran(fetch(&server, folder.path(), &["--from", "2017-10-01", "--to", "2017-10-02", "--collector", "rrc00"]));
    assert!(got.code == Some(3) && got.stderr.contains("the host is given up"), "{}", got.stderr);
    assert!(got.stdout.contains("could not be had"), "{}", got.stdout);
    assert!(server.log().len() < 80 && start.elapsed() < Duration::from_secs(10), "{} requests", server.log().len());
}
