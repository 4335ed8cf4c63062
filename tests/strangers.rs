//! Names and texts of strangers in every output: nothing of them steers a terminal, a spreadsheet, a browser or a renderer, and what
//! another command reads comes back as it was. The table of what each output lets through is in `src/escape.rs`.
#![cfg(unix)]

#[path = "support/run.rs"]
mod run;
#[path = "support/server/mod.rs"]
mod server;
#[path = "support/fetch.rs"]
mod support;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Output;

use run::{Ran, Rows, binary, root};
use server::archive::Archive;
use server::{Fault, Server};

/// A name of each kind, as octets.
const NAMES: [&[u8]; 12] = [
    b"'=x",
    b"=cmd|' C'!A0",
    b"''+1",
    b"two\nlines",
    b"esc\x1b[2J\x07",
    "rtl\u{202e}gnp".as_bytes(),
    b"caf\xe9",
    b"lit\\x1b\\u{7}",
    b"<img src=x onerror=alert(1)>&\"'",
    b"`*_[x](http://e.org)|",
    b"a#b:3,\"c\"",
    "c1\u{9b}31m\u{200b}\u{e0041}".as_bytes(),
];

/// A label that is many things at once.
const LABEL: &str = "=1+1 \u{1b}]0;owned\u{7}\u{9b}2J \u{202e}evil\r\nnew row,\"x\" <script>alert(1)</script> `*|[a](http://e.org) www.e.org @all";

fn hidden(c: char) -> bool {
    c != '\n' && uplinks::escape::is_hidden(c)
}

#[track_caller]
fn steers_nothing(text: &str) {
    if let Some(at) = text.find(hidden) {
        panic!("{:?}", text[at..].chars().take(80).collect::<String>());
    }
}

/// The same update file below each name, as it is at an archive.
fn archive_of_names() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in NAMES {
        let month = folder.path().join(OsStr::from_bytes(name)).join("rrc90/2017.10");
        fs::create_dir_all(&month).expect("a folder");
        for file in ["bview.20171001.0800.gz", "updates.20171001.0905.gz"] {
            fs::copy(root().join("sample-data/rrc90/2017.10").join(file), month.join(file)).expect("copied");
        }
    }
    folder
}

fn within(folder: &Path, args: &[&OsStr]) -> Output {
    binary().args(args).current_dir(folder).output().expect("the binary runs")
}

fn ran(folder: &Path, args: &[&str]) -> Ran {
    within(folder, &args.iter().map(OsStr::new).collect::<Vec<_>>()).into()
}

#[test]
fn every_row_of_every_path_is_explained() {
    let folder = archive_of_names();
    for name in NAMES {
        let name = OsStr::from_bytes(name);
        let rows: Ran = within(
            folder.path(),
            &["timeline", "-f", "csv", "-o", "rows.csv"].map(OsStr::new).into_iter().chain([name]).collect::<Vec<_>>(),
        )
        .into();
        assert_eq!(rows.code, Some(0), "{name:?}: {}", rows.stderr);
        let csv = fs::read_to_string(folder.path().join("rows.csv")).expect("text");
        steers_nothing(&csv);
        let read = Rows::read(&csv);
        assert_eq!(csv.lines().count(), read.len() + 1, "a row is a line");
        for (at, row) in read.columns(&["start_evidence", "end_evidence"]).iter().enumerate().step_by(5) {
            let told = ran(folder.path(), &["explain", &format!("rows.csv:{}", at + 2)]);
            assert_eq!((told.code, told.stderr.as_str()), (Some(0), ""), "{name:?}");
            steers_nothing(&told.stdout);
            for cell in row.iter().filter(|cell| !cell.is_empty()) {
                assert!(told.stdout.contains(cell.rsplit('#').next().expect("a digest")), "{cell}");
                // As a spreadsheet shows it, and as JSON has it.
                let reference = uplinks::escape::unguarded(cell);
                let told = ran(folder.path(), &["explain", reference]);
                assert_eq!((told.code, told.stderr.as_str()), (Some(0), ""), "{name:?}: {reference}");
                assert!(told.stdout.starts_with(reference), "{}", told.stdout);
            }
        }
        let json: serde_json::Value = serde_json::from_str(&{
            let ran: Ran =
                within(folder.path(), &["timeline", "-f", "json"].map(OsStr::new).into_iter().chain([name]).collect::<Vec<_>>())
                    .into();
            steers_nothing(&ran.stdout);
            ran.stdout
        })
        .expect("JSON");
        let evidence = json["rows"][0]["start_evidence"].as_str().expect("text");
        assert_eq!(evidence, uplinks::escape::unguarded(read.columns(&["start_evidence"])[0][0]), "the same in every format");
        let path = uplinks::escape::to_path(evidence.rsplit_once('#').expect("a digest").0);
        assert!(path.starts_with(name) && folder.path().join(&path).is_file(), "{}", path.display());
    }
}

#[test]
fn paths_may_be_typed_as_they_are() {
    let folder = archive_of_names();
    let file = "rrc90/2017.10/updates.20171001.0905.gz";
    for name in NAMES {
        let typed = [name, b"/", file.as_bytes(), b"#54c8c87e681b"].concat();
        let told: Ran = within(folder.path(), &[OsStr::new("explain"), OsStr::from_bytes(&typed)]).into();
        assert_eq!((told.code, told.stderr.as_str()), (Some(0), ""), "{:?}", OsStr::from_bytes(name));
        steers_nothing(&told.stdout);
    }
    let result = OsString::from(OsStr::from_bytes(b"r\xff\n.csv"));
    let made: Ran = ran(folder.path(), &["timeline", "-f", "csv", "'=x"]);
    fs::write(folder.path().join(&result), made.stdout).expect("written");
    let row = OsStr::from_bytes(&[result.as_bytes(), b":2"].concat()).to_owned();
    let told: Ran = within(folder.path(), &[OsStr::new("explain"), &row]).into();
    assert_eq!((told.code, told.stderr.as_str()), (Some(0), ""));
    let beyond = OsStr::from_bytes(&[result.as_bytes(), b":999"].concat()).to_owned();
    let told: Ran = within(folder.path(), &[OsStr::new("explain"), &beyond]).into();
    assert_eq!((told.code, told.stderr.lines().count()), (Some(2), 1), "{}", told.stderr);
    steers_nothing(&told.stderr);
}

/// A profile, its names and claims, all of them hostile; TOML takes the escapes of JSON.
fn settings(folder: &Path) {
    let label = serde_json::to_string(LABEL).expect("text").replace('\u{9b}', "\\u009b");
    fs::write(
        folder.join("p.toml"),
        format!(
            "label = {label}\norigins = [131279]\nprefixes = [\"175.45.176.0/22\"]\n[names]\n4837 = {label}\n20485 = \"+x\"\n"
        ),
    )
    .expect("written");
    let claim = format!(
        "text = {label}\nsource = {label}\nwhat = \"gained\"\nprefix = \"175.45.176.0/24\"\nupstream = 20485\nat = 2017-10-01T09:07:51Z\n"
    );
    fs::write(
        folder.join("c.toml"),
        format!("title = {label}\norigin = 131279\nprefixes = [\"175.45.176.0/22\"]\n[[claim]]\n{claim}"),
    )
    .expect("written");
    fs::write(folder.join("names.txt"), "9304 -\u{1b}[2J\u{202e}<b>\n").expect("written");
}

/// What `timeline` and `check` say of them in a format.
fn told(format: &str) -> [String; 2] {
    let folder = tempfile::tempdir().expect("a folder");
    settings(folder.path());
    std::os::unix::fs::symlink(root().join("sample-data"), folder.path().join("data")).expect("a link");
    let timeline = ran(folder.path(), &["timeline", "--profile", "p.toml", "--names", "names.txt", "-f", format, "data"]);
    let check = ran(folder.path(), &["check", "c.toml", "-f", format, "data"]);
    for ran in [&timeline, &check] {
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        steers_nothing(&ran.stderr);
        steers_nothing(&ran.stdout);
        assert!(ran.stdout.contains("owned"), "the label is in it");
    }
    [timeline.stdout, check.stdout]
}

#[test]
fn table() {
    for text in told("table") {
        assert!(text.contains("\\u{1b}]0;owned\\u{7}") || text.contains("\\u{1b}]0;own"), "{text}");
    }
}

#[test]
fn csv() {
    for text in told("csv") {
        let read: Vec<csv::StringRecord> =
            csv::Reader::from_reader(text.as_bytes()).into_records().map(|row| row.expect("a row")).collect();
        assert_eq!(text.lines().count(), read.len() + 1, "a row is a line");
        for cell in read.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '@', '\t', '\r']), "{cell}");
            assert!(!cell.starts_with('-') || cell.parse::<f64>().is_ok(), "{cell}");
        }
    }
}

#[test]
fn json_and_json_lines() {
    for (format, field) in [("json", 0), ("jsonl", 0), ("json", 1), ("jsonl", 1)] {
        let text = &told(format)[field];
        let names = ["upstream_name", "text"][field];
        let row: serde_json::Value = match format {
            "json" => serde_json::from_str::<serde_json::Value>(text).expect("JSON")["rows"][0].clone(),
            _ => serde_json::from_str(text.lines().next().expect("a row")).expect("JSON"),
        };
        assert_eq!(row[names], LABEL, "the value is what it was");
    }
}

#[test]
fn markdown() {
    for text in told("markdown") {
        for raw in ["<script", "`*", "|[a]", "://", "@all", "www.e"] {
            assert!(!text.lines().filter(|line| !line.starts_with("    ")).any(|line| line.contains(raw)), "{raw} in {text}");
        }
        let cells: Vec<usize> =
            text.lines().filter(|l| l.starts_with('|')).map(|l| l.replace("\\|", "").matches('|').count()).collect();
        assert!(cells.windows(2).all(|pair| pair[0] == pair[1]), "the table is one: {cells:?}");
    }
}

#[test]
fn page_and_drawings() {
    let folder = tempfile::tempdir().expect("a folder");
    settings(folder.path());
    std::os::unix::fs::symlink(root().join("sample-data"), folder.path().join("=<script>alert(2)<b>\u{202e}\n")).expect("a link");
    let ran = ran(
        folder.path(),
        &["report", "--profile", "p.toml", "-o", "page.html", "--svg", "page.svg", "=<script>alert(2)<b>\u{202e}\n"],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for name in ["page.html", "page.svg"] {
        let text = fs::read_to_string(folder.path().join(name)).expect("text");
        steers_nothing(&text);
        assert!(!text.contains("<script>alert") && !text.contains("]0;owned\u{7}"), "{name}");
        assert!(text.contains("owned\\u{7}"), "{name}");
    }
}

#[test]
fn parquet_has_the_values_as_they_are() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let folder = tempfile::tempdir().expect("a folder");
    settings(folder.path());
    std::os::unix::fs::symlink(root().join("sample-data"), folder.path().join("data")).expect("a link");
    let ran = ran(folder.path(), &["timeline", "--profile", "p.toml", "-f", "parquet", "-o", "x.parquet", "data"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let file = SerializedFileReader::new(fs::File::open(folder.path().join("x.parquet")).expect("there")).expect("Parquet");
    let has = |row: parquet::record::Row| {
        row.get_column_iter().any(|(_, field)| matches!(field, parquet::record::Field::Str(text) if text == LABEL))
    };
    assert!(file.get_row_iter(None).expect("rows").any(|row| has(row.expect("a row"))));
}

/// Standard error: one message a line, each begun by us.
#[track_caller]
fn says_only_what_we_say(stderr: &str) {
    steers_nothing(stderr);
    for line in stderr.lines() {
        assert!(
            ["warning: ", "note: ", "uplinks: ", "  ", "the archive has nothing for this"]
                .iter()
                .any(|begin| line.starts_with(begin)),
            "{line}\nin {stderr}"
        );
    }
    assert!(!stderr.is_empty());
}

#[test]
fn standard_error() {
    let forged = "x\u{1b}[2J\u{202e}\u{9b}1m\nuplinks: all is well";
    let folder = tempfile::tempdir().expect("a folder");
    let name = |text: &str| folder.path().join(text);
    let month = name(&forged.replace('/', "")).join("rrc90/2017.10");
    fs::create_dir_all(&month).expect("a folder");
    let updates = fs::read(root().join("sample-data/rrc90/2017.10/updates.20171001.0905.gz")).expect("the sample");
    fs::write(month.join("updates.20171001.0905.gz"), &updates[..updates.len() / 2]).expect("written");
    fs::write(name("out"), "").expect("written");
    std::os::unix::fs::symlink("/etc/hostname", month.join(forged.replace('/', ""))).expect("a link");
    let quoted = serde_json::to_string(forged).expect("text").replace('\u{9b}', "\\u009b");
    for (file, text) in [
        ("key.toml", format!("{quoted} = 1\n")),
        ("prefix.toml", format!("prefixes = [{quoted}]\n")),
        ("origin.toml", format!("origins = [{quoted}]\n")),
        ("broken.toml", "\u{9b}2J\u{202e} = = 1\n".to_owned()),
        ("claims.toml", format!("[[claim]]\nwhat = {quoted}\n")),
        ("names.txt", "x\u{1b}[2J y\n".to_owned()),
        ("prefixes.txt", "10.0.0.0/\u{1b}[2J\n".to_owned()),
        ("result.csv", "prefix,evidence\n10.0.0.0/8,\"\u{1b}[2J\nuplinks: all is well\"\n".to_owned()),
        ("result.json", format!("{{{quoted}: 1}}")),
        (
            "collectors.json",
            format!(
                "{{\"schema\": \"uplinks/timeline/1\", \"facts\": {{\"collectors\": [{{\"name\": {quoted}}}]}}, \
                 \"rows\": [{{\"started_after\": \"2017-10-01T00:00:00Z\", \"started_by\": \"2017-10-01T01:00:00Z\", \
                 \"ended_after\": null, \"ended_before\": null}}]}}"
            ),
        ),
    ] {
        fs::write(name(file), text).expect("written");
    }
    for args in [
        &["timeline", forged][..],
        &["timeline", "no-such\n\u{1b}[2J"],
        &["timeline", "--profile", forged, "."],
        &["timeline", "--collector", forged, "."],
        &["timeline", "--cache", "out/\u{1b}[2J\nx", "."],
        &["timeline", "-o", "none/\u{1b}[2J\nx", "."],
        &["timeline", "--profile", "key.toml", "."],
        &["timeline", "--profile", "prefix.toml", "."],
        &["timeline", "--profile", "origin.toml", "."],
        &["timeline", "--profile", "broken.toml", "."],
        &["timeline", "--names", "names.txt", "."],
        &["timeline", "--prefix-file", "prefixes.txt", "."],
        &["check", "claims.toml", "."],
        &["explain", "result.csv:2"],
        &["explain", forged],
        &["explain", "\u{1b}[2J\nx#54c8c87e681b"],
        &["fetch", "--refine", "result.json", "-o", "mirror"],
        &["fetch", "--refine", "collectors.json", "-o", "mirror"],
        &["fetch", "--refine", "\u{1b}[2J\nx", "-o", "mirror"],
        &["fetch", "--from", "2017-10-01", "--to", "2017-10-02", "--collector", forged, "-o", "mirror"],
    ] {
        let ran = ran(folder.path(), args);
        println!("{args:?}: {}", ran.stderr);
        says_only_what_we_say(&ran.stderr);
    }
    // What the command line itself refuses is quoted by its parser, in lines of its own.
    for args in [&["timeline", "--from", "\u{1b}[2J"][..], &["\u{1b}[2J"], &["timeline", "--\u{9b}x"]] {
        let ran = ran(folder.path(), args);
        assert_eq!(ran.code, Some(2));
        steers_nothing(&ran.stderr);
    }
}

#[test]
fn servers() {
    const RIB: &str = "/rrc00/2017.10/bview.20171001.0800.gz";
    let args = ["--from", "2017-10-01", "--to", "2017-10-01T12:00:00Z", "--collector", "rrc00"];
    for fault in [
        Fault::Encoded("br\u{9b}2J\u{202e}", false),
        Fault::Encoded("x<script>'=1", false),
        Fault::Redirect(302, "http://\u{202e}\u{9b}2J/".to_owned()),
        Fault::Redirect(302, "\tjavascript:alert(1)".to_owned()),
        Fault::Page(b"\x1b[2J\n<html>".to_vec()),
    ] {
        let server = Server::start(Archive::sample_as("rrc00", "route-views2"));
        server.always(RIB, fault.clone());
        let folder = tempfile::tempdir().expect("a folder");
        let ran = support::ran(support::fetch(&server, folder.path(), &args));
        assert_eq!(ran.code, Some(3), "{fault:?}: {}", ran.stderr);
        says_only_what_we_say(&ran.stderr);
        steers_nothing(&ran.stdout);
    }
    // Listings, with names of every kind.
    let link = |name: &&[u8]| format!("<a href=\"{0}\">{0}</a><a href=\"{0}/\">{0}/</a>\n", String::from_utf8_lossy(name));
    let links = NAMES.iter().map(link).collect::<Vec<_>>().concat();
    let server = Server::start(Archive::sample_as("rrc00", "route-views2"));
    server.always("/rrc00/", Fault::Page(format!("<h1>Index of /rrc00/</h1>{links}").into_bytes()));
    server.always("/rrc00/2017.10/", Fault::Page(format!("<h1>Index of \u{1b}[2J</h1>{links}").into_bytes()));
    let outer = tempfile::tempdir().expect("a folder");
    let ran = support::ran(support::fetch(&server, &outer.path().join("m"), &args));
    steers_nothing(&ran.stdout);
    says_only_what_we_say(&ran.stderr);
    let there = support::files(outer.path());
    assert!(there.keys().all(|name| name == "m/uplinks-manifest.json" || name.starts_with("m/rrc00/")), "{:?}", there.keys());
}
