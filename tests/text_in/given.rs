//! Small texts with known answers, and what is told of lines that cannot be read.

use std::io::Write;

use super::Folder;

const LINES: &str = "BGP4MP|1506848400|A|192.0.2.10|3356|175.45.176.0/24|3356 4837 131279|IGP|192.0.2.10|0|0||NAG||\n\
                     BGP4MP|1506848871|A|192.0.2.15|20485|175.45.176.0/24|20485 131279|IGP|192.0.2.15|0|0||NAG||\n\
                     BGP4MP|1506848900|W|192.0.2.10|3356|175.45.176.0/24\n\
                     BGP4MP|1506849000|A|192.0.2.10|3356|175.45.176.0/24|3356 20485 {131279}|IGP|192.0.2.10|0|0||NAG||\n";

const COLUMNS: [&str; 6] = ["peer_ip", "upstream_asn", "first_seen", "last_seen", "end_basis", "as_path"];

const ROUTES: [&str; 3] = [
    "192.0.2.10 4837 2017-10-01T09:00:00Z 2017-10-01T09:08:20Z update 3356 4837 131279",
    "192.0.2.15 20485 2017-10-01T09:07:51Z 2017-10-01T09:10:00Z data-end 20485 131279",
    "192.0.2.10 20485 2017-10-01T09:10:00Z 2017-10-01T09:10:00Z data-end 3356 20485 {131279}",
];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).and_then(|()| out.finish()).expect("memory")
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    out.write_all(bytes).and_then(|()| out.finish()).expect("memory")
}

#[test]
fn lines_are_rows_however_they_are_stored() {
    let (gzip, bzip2) = (gzip(LINES.as_bytes()), bzip2(LINES.as_bytes()));
    let dates = LINES
        .replace("1506848400", "10/01/17 09:00:00")
        .replace("1506848871", "10/01/17 09:07:51")
        .replace("1506848900", "10/01/17 09:08:20")
        .replace("1506849000", "10/01/17 09:10:00");
    let bom = format!("\u{feff}2026-11-27 19:03:19 [info] logging to syslog\r\n\r\n{}", LINES.replace('\n', "\r\n"));
    let unended = LINES.trim_end();
    for (name, bytes) in [
        ("plain.txt", LINES.as_bytes()),
        ("lines.gz", &gzip),
        ("lines.txt.bz2", &bzip2),
        ("of -M", dates.as_bytes()),
        ("windows.csv", bom.as_bytes()),
        ("unended", unended.as_bytes()),
    ] {
        let folder = Folder::of(&[(name, bytes)]);
        assert_eq!(folder.rows(&["routes", name, "--collector-name", "mine"], &COLUMNS), ROUTES, "{name}");
        let collectors = folder.rows(&["inventory", name, "--collector-name", "mine"], &["collector", "first", "last"]);
        assert_eq!(collectors[0], "mine 2017-10-01T09:00:00Z 2017-10-01T09:10:00Z", "{name}: from the first to the last line");
    }
}

#[test]
fn the_last_days_lines_may_be_weeks_after_the_first() {
    let later = LINES.replace("|1506849", "|1507849");
    let folder = Folder::of(&[("month.txt", later.as_bytes())]);
    let rows = folder.rows(&["routes", "month.txt"], &["peer_ip", "first_seen", "last_seen", "flags"]);
    assert_eq!(
        rows[1..],
        [
            "192.0.2.15 2017-10-01T09:07:51Z 2017-10-12T22:56:40Z no-baseline",
            "192.0.2.10 2017-10-12T22:56:40Z 2017-10-12T22:56:40Z no-baseline"
        ]
    );
    let strict = folder.run(&["routes", "--strict", "month.txt"]);
    assert_eq!(strict.code, Some(0), "no gap: {}", strict.stderr);
}

#[test]
fn lines_that_cannot_be_read_are_damage_with_their_number() {
    let torn =
        LINES.replace("BGP4MP|1506848900|W|192.0.2.10|3356|175.45.176.0/24\n", "BGP4MP|1506848900|W|192.0.2.10|3356\nnonsense\n");
    let folder = Folder::of(&[("torn.txt", torn.as_bytes())]);
    let ran = folder.run(&["routes", "--strict", "-f", "csv", "torn.txt"]);
    assert_eq!(ran.code, Some(3));
    let from = torn.find("BGP4MP|1506848900").expect("there");
    let told = format!("torn.txt: damaged from byte {from} to {} (uncompressed): line 3: it ends too early", from + 45);
    assert!(ran.stderr.contains(&told), "{}", ran.stderr);
    assert!(ran.stderr.contains("no data from 2017-10-01T09:07:51Z to 2017-10-01T09:10:00Z"), "{}", ran.stderr);
    let rows = folder.rows(&["routes", "torn.txt"], &["peer_ip", "last_seen", "end_basis"]);
    assert_eq!(rows[0], "192.0.2.10 2017-10-01T09:07:51Z gap", "what was lost may have ended it");
}

#[test]
fn a_line_is_evidence_that_explain_finds() {
    let folder = Folder::of(&[("a#b.txt", LINES.as_bytes()), ("other.txt", LINES.replace("192.0.2", "198.51.100").as_bytes())]);
    let evidence = folder.rows(&["routes", "a#b.txt"], &["start_evidence"])[1].clone();
    let digest = evidence.rsplit_once('#').expect("a digest").1.to_owned();
    let told = folder.run(&["explain", &evidence]);
    assert_eq!((told.code, told.stderr.as_str()), (Some(0), ""));
    for said in [
        "line           2 of the text, 91 bytes from byte 95 of the uncompressed stream",
        "text           BGP4MP|1506848871|A|192.0.2.15|20485|175.45.176.0/24|20485 131279|IGP|192.0.2.15|0|0||NAG||",
        "time           2017-10-01T09:07:51Z",
        "peer           AS20485 (TransTeleCom) 192.0.2.15",
        "announced      175.45.176.0/24",
        "upstream       AS20485 (TransTeleCom)",
    ] {
        assert!(told.stdout.contains(said), "{said}: {}", told.stdout);
    }
    assert!(!told.stdout.contains("MRT") && !told.stdout.contains("4-byte"), "no text tells: {}", told.stdout);
    // Also as a page shows it.
    for digits in [digest.as_str(), &digest[..6], &digest.to_uppercase(), &format!("b.txt#{digest}")] {
        let found = folder.run(&["explain", digits, "other.txt", "a#b.txt"]);
        assert_eq!((found.code, &found.stdout), (Some(0), &told.stdout), "{digits}: {}", found.stderr);
    }
    let none = folder.run(&["explain", "000000000000", "other.txt", "a#b.txt"]);
    assert_eq!(none.code, Some(1));
    assert!(none.stderr.contains("none of 8 records in 2 files has a digest that begins with 000000000000"), "{}", none.stderr);
    let no_digest = folder.run(&["explain", "rows.csv:3", "a#b.txt"]);
    assert_eq!(no_digest.code, Some(2));
    let mrt = folder.run(&["routes", "--evidence", "lines.mrt", "a#b.txt"]);
    assert_eq!(mrt.code, Some(2));
    assert!(mrt.stderr.contains("it is text, and --evidence writes records of MRT files"), "{}", mrt.stderr);
}

#[test]
fn a_cache_answers_as_the_text_does() {
    let folder = Folder::of(&[("lines.txt", LINES.as_bytes())]);
    let args = ["routes", "-f", "csv", "lines.txt", "--cache", "kept"];
    let (first, second) = (folder.run(&args), folder.run(&args));
    assert_eq!((first.code, &first.stdout), (Some(0), &second.stdout));
    let evidence = folder.rows(&["routes", "lines.txt"], &["start_evidence"])[0].clone();
    assert_eq!(folder.run(&["explain", &evidence, "--cache", "kept"]).code, Some(0));
}

#[test]
fn folders_are_walked_for_archives_only() {
    let folder = Folder::of(&[("out/lines", LINES.as_bytes()), ("out/updates.20171001.0900.gz.txt", LINES.as_bytes())]);
    let ran = folder.run(&["routes", "out"]);
    assert!(
        ran.code == Some(2) && ran.stderr.contains("no MRT file in this directory (2 other files skipped)"),
        "{}",
        ran.stderr
    );
}

#[test]
fn archives_of_files_are_named_as_such() {
    let mut tar = vec![0_u8; 1024];
    tar[..5].copy_from_slice(b"a.txt");
    tar[257..262].copy_from_slice(b"ustar");
    let gzip = gzip(&tar);
    let folder = Folder::of(&[
        ("updates.tar", &tar),
        ("updates.20171001.0900.gz", &gzip),
        ("rib.zip", b"PK\x03\x04\x14\0\0\0\x08\0 and so on"),
    ]);
    for (name, what) in [("updates.tar", "tar"), ("updates.20171001.0900.gz", "tar"), ("rib.zip", "zip")] {
        let ran = folder.run(&["timeline", name]);
        let told = format!("{name}: it is a {what} archive; unpack it first");
        assert!(ran.code == Some(2) && ran.stderr.contains(&told), "{}", ran.stderr);
    }
}
