//! `explain` and `--evidence`: the records behind a result, found again and shown, by the real binary.

#[path = "support/mrt.rs"]
mod mrt;
#[path = "support/run.rs"]
mod run;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use mrt::{AsnWidth, Attributes, Session, Stamp, Update};
use run::{Ran, Rows, root, uplinks};
use sha2::{Digest, Sha256};

const ONSET: &str = "sample-data/rrc90/2017.10/updates.20171001.0905.gz";

fn explains(reference: &str) -> String {
    let Ran { code, stdout, stderr } = uplinks(&["explain", reference]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{reference}");
    stdout
}

/// The text must have all of these lines, whatever the space within them.
#[track_caller]
fn has_lines(text: &str, lines: &[&str]) {
    let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let all: Vec<String> = text.lines().map(squeezed).collect();
    for line in lines {
        assert!(all.iter().any(|l| l == line), "no line '{line}' in:\n{text}");
    }
}

fn prose(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A result of the sample archive in a folder of its own.
struct Answer {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Answer {
    fn of(args: &[&str]) -> Answer {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rows.csv");
        let shown = path.display().to_string();
        let all = [args, &["-f", "csv", "-o", &shown, "sample-data"]].concat();
        assert_eq!(uplinks(&all).code, Some(0));
        Answer { _folder: folder, path }
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.path).expect("the result")
    }

    /// The reference to the first row that has all of these words.
    fn line_with(&self, words: &[&str]) -> String {
        let text = self.text();
        let at = text.lines().position(|line| words.iter().all(|word| line.contains(word))).expect("such a row");
        format!("{}:{}", self.path.display(), at + 1)
    }
}

#[test]
fn the_headline_is_the_update_of_09_07_51() {
    let ran = uplinks(&["first", "--upstream", "20485", "-f", "csv", "sample-data"]);
    let rows = Rows::read(&ran.stdout);
    let headline = rows.columns(&["kind", "evidence"]).into_iter().find(|row| row[0] == "headline").expect("a headline")[1];
    assert!(headline.starts_with(ONSET), "{headline}");
    let text = explains(headline);
    has_lines(
        &text,
        &[
            "collector rrc90",
            "record 91 bytes from byte 70 of the uncompressed stream",
            "record time 2017-10-01T09:07:51Z",
            "MRT type BGP4MP (16), MESSAGE_AS4 (4)",
            "peer AS20485 (TransTeleCom) 192.0.2.15",
            "collector side AS12654 192.0.2.1",
            "announced 175.45.176.0/24 175.45.178.0/24 175.45.179.0/24",
            "AS_PATH 20485 131279",
            "origin AS131279 (STAR-KP): the last AS of the path (rule 2)",
            "NEXT_HOP 192.0.2.15",
        ],
    );
    assert!(text.contains("upstream       AS20485 (TransTeleCom): left of the leftmost AS131279"), "{text}");
    assert!(prose(&text).contains("Why: An announcement replaces whatever route the peer held"), "{text}");
}

#[test]
fn a_row_of_a_timeline_shows_both_its_ends() {
    let answer = Answer::of(&["timeline"]);
    let text = explains(&answer.line_with(&["175.45.176.0/24", ",20485,", "T09:07:51Z", "T10:14:45Z"]));
    has_lines(&text, &["record time 2017-10-01T09:07:51Z", "record time 2017-10-01T10:14:45Z"]);
    let text = prose(&text);
    for sentence in [
        "through AS20485 TransTeleCom: start, first seen 2017-10-01T09:07:51Z",
        "through AS20485 TransTeleCom: end, last seen 2017-10-01T10:14:45Z",
        "This message announces 175.45.176.0/24 through AS20485. The row's start is exact: 2017-10-01T09:07:51Z (basis update).",
        "This message announces 175.45.176.0/24 through AS4837. The row's end is exact: 2017-10-01T10:14:45Z (basis update).",
    ] {
        assert!(text.contains(sentence), "{text}");
    }
}

#[test]
fn a_row_that_begins_with_the_data_shows_its_peers_rib_entry() {
    let answer = Answer::of(&["timeline"]);
    let text = explains(&answer.line_with(&[",4837,", ",data-start,"]));
    let rib = text.split("\nLine ").next().expect("the start");
    has_lines(
        rib,
        &[
            "MRT type TABLE_DUMP_V2 (13), RIB_IPV4_UNICAST (2)",
            "sequence 391",
            "prefix 175.45.176.0/24",
            "peer AS3356 192.0.2.10 (peer 0 of the index)",
            "AS_PATH 3356 4837 131279",
            "and 9 entries of other peers",
        ],
    );
    assert!(rib.contains("not the time of any event (rule 8)"), "{rib}");
    assert!(prose(rib).contains("It was there at the collector's first RIB dump: it began before the data"), "{rib}");
    let evidence = rib.lines().nth(1).expect("the reference");
    let whole = explains(evidence);
    assert_eq!(whole.matches("of the index)").count(), 10, "every peer, where no row asks: {whole}");
}

#[test]
fn a_two_byte_session_shows_what_was_merged() {
    let answer = Answer::of(&["routes"]);
    let row = ["175.45.176.0/24", "route-views.sim,198.51.100.13,3303", "3303 6939 20485 131279", ",update,"];
    has_lines(
        &explains(&answer.line_with(&row)),
        &[
            "session 2-byte AS numbers",
            "AS_PATH 3303 6939 20485 23456",
            "AS4_PATH 3303 6939 20485 131279",
            "path 3303 6939 20485 131279",
            "AS4_PATH merged: it stands in for the end of AS_PATH, which has 2-byte AS numbers (rule 2)",
        ],
    );
}

#[test]
fn a_session_that_is_lost_withdraws_nothing() {
    let text = explains(&Answer::of(&["routes"]).line_with(&["192.0.2.13,2914", ",peer-down,"]));
    has_lines(&text, &["MRT type BGP4MP (16), STATE_CHANGE_AS4 (5)", "state change Established (6) -> Idle (1)"]);
    assert!(prose(&text).contains("the peer's routes end with basis peer-down. Nobody withdrew anything"), "{text}");
}

#[test]
fn a_change_shows_its_record() {
    let text = explains(&Answer::of(&["changes"]).line_with(&["upstream-lost", ",20485,", "T10:14:45Z"]));
    assert!(prose(&text).contains("The row says upstream-lost at 2017-10-01T10:14:45Z (basis update)."), "{text}");
}

#[test]
fn a_verdict_shows_its_record() {
    let answer = Answer::of(&["check", "north-korea"]);
    for (words, said) in [
        (
            ["gained,175.45.176.0/24", "2017-10-01T09:07:51Z"],
            "Row: This message announces 175.45.176.0/24 through AS20485. The row's claim is gained at 2017-10-01T09:07:51Z, its verdict \
             pass. The data show it exactly at 2017-10-01T09:07:51Z (basis update). A BGP message made the change: its time is the \
             event's own.",
        ),
        (
            ["outage-begins,*", "#"],
            "Row: The row's claim is outage-begins from 2017-10-01T10:47:00Z to 2017-10-01T12:26:00Z, its verdict pass. The data show it \
             exactly at 2017-10-01T10:53:24Z (basis update).",
        ),
        (
            ["present,175.45.178.0/24", "#"],
            "its verdict pass. This record is the first to show the route that stood at 2017-10-02T09:15:00Z (basis update). A BGP \
             message began it: its time is the event's own.",
        ),
    ] {
        let text = prose(&explains(&answer.line_with(&words)));
        assert!(text.contains(said), "{text}");
    }
}

/// Scenario 57: a digest survives recompression.
#[test]
fn recompressed_files_have_the_same_records() {
    let digest = "54c8c87e681b";
    let expected = explains(&format!("{ONSET}#{digest}"));
    let folder = tempfile::tempdir().expect("a folder");
    let month = folder.path().join("rrc90/2017.10");
    std::fs::create_dir_all(&month).expect("a folder");
    let mut plain = Vec::new();
    let file = std::fs::File::open(root().join(ONSET)).expect("the sample");
    flate2::read::MultiGzDecoder::new(file).read_to_end(&mut plain).expect("gzip");
    let bzip2 = |level| {
        let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(level));
        writer.write_all(&plain).expect("written");
        writer.finish().expect("an end")
    };
    for (name, bytes) in [("updates.1", plain.clone()), ("updates.2.bz2", bzip2(1)), ("updates.3.bz2", bzip2(9))] {
        let path = month.join(name);
        std::fs::write(&path, bytes).expect("written");
        let text = explains(&format!("{}#{}", path.display(), digest.to_uppercase()));
        assert!(text.lines().skip(1).eq(expected.lines().skip(1)), "{name}: {text}");
    }
}

#[test]
fn what_cannot_be_explained_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let inventory = folder.path().join("inventory.csv").display().to_string();
    assert_eq!(uplinks(&["inventory", "-f", "csv", "-o", &inventory, "sample-data/rrc90"]).code, Some(0));
    let answer = Answer::of(&["timeline"]);
    let rows = answer.path.display();
    for (reference, code, said) in [
        (format!("{ONSET}#000000000000"), 1, "none of its 13 records has the digest 000000000000"),
        (format!("{ONSET}#000000000000"), 1, "relative to the current folder"),
        (ONSET.to_owned(), 2, "is no reference; write FILE#DIGEST"),
        (format!("{ONSET}#54c8"), 2, "is no reference"),
        ("no-such-file.gz#54c8c87e681b".to_owned(), 2, "run explain in the folder in which the result was made"),
        ("LICENSE-MIT#54c8c87e681b".to_owned(), 2, "no MRT record in it"),
        ("no-such-file.csv:3".to_owned(), 2, "name a result that uplinks wrote with -f csv"),
        (format!("{inventory}:2"), 2, "it has no evidence column"),
        (format!("{rows}:1"), 2, "line 1 is the header"),
        (format!("{rows}:999"), 2, "there is no row on line 999"),
    ] {
        let ran = uplinks(&["explain", &reference]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{reference}");
        assert!(ran.stderr.contains(said), "{reference}: {}", ran.stderr);
    }
}

#[test]
fn cells_made_safe_for_spreadsheets_are_read_back_and_terminals_are_safe() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = Attributes::new(AsnWidth::Four).origin(0).path(&[3356, 131_279]).next_hop("192.0.2.10");
    let update = Update::new().attributes(path).announce("175.45.176.0/24");
    let bytes = Session::new("192.0.2.10", 3356).update(Stamp::Micros(1_506_848_871_000_042), &update);
    std::fs::write(folder.path().join("=\u{1b}[2J.mrt"), &bytes).expect("written");
    let digest = digest(&bytes);
    let csv = format!(
        "prefix,upstream_asn,time,change,basis,evidence\n175.45.176.0/24,3356,T,upstream-gained,update,'=\u{1b}[2J.mrt#{digest}\n"
    );
    std::fs::write(folder.path().join("rows.csv"), csv).expect("written");
    let ran: Ran = run::binary().args(["explain", "rows.csv:2"]).current_dir(folder.path()).output().expect("a run").into();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    has_lines(&ran.stdout, &[&format!("=\\u{{1b}}[2J.mrt#{digest}"), "record time 2017-10-01T09:07:51.000042Z"]);
    assert!(!ran.stdout.contains('\u{1b}'));
}

/// Rule 19.
fn digest(record: &[u8]) -> String {
    format!("{:x}", Sha256::digest(record))[..12].to_owned()
}

/// The records of an MRT file: type, subtype, digest.
fn records(path: &Path) -> Vec<(u16, u16, String)> {
    let bytes = std::fs::read(path).expect("the evidence");
    let (mut at, mut all) = (0, Vec::new());
    while at < bytes.len() {
        let field = |from: usize| u16::from_be_bytes([bytes[at + from], bytes[at + from + 1]]);
        let until = at + 12 + usize::from(field(8)) * 65_536 + usize::from(field(10));
        all.push((field(4), field(6), digest(&bytes[at..until])));
        at = until;
    }
    all
}

#[test]
fn evidence_files_hold_each_record_once_behind_its_peer_index() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("evidence.mrt");
    let shown = path.display().to_string();
    for args in [&["timeline"][..], &["changes"], &["first", "--upstream", "20485"], &["routes", "--peer-asn", "2914"]] {
        let ran = uplinks(&[args, &["-f", "csv", "--evidence", &shown, "-j", "1", "sample-data"]].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let bytes = std::fs::read(&path).expect("the evidence");
        let mut wanted = BTreeSet::new();
        for cell in ran.stdout.split([',', '\n']).filter_map(|cell| cell.rsplit_once('#')) {
            wanted.insert(cell.1.to_owned());
        }
        let all = records(&path);
        let mut indexed = false;
        let mut found = BTreeSet::new();
        for (kind, subtype, digest) in &all {
            indexed |= (*kind, *subtype) == (13, 1);
            assert!(*kind != 13 || indexed, "{args:?}: a RIB record without a peer index");
            let is_wanted = wanted.contains(digest);
            assert!(is_wanted || (*kind, *subtype) == (13, 1), "{args:?}: {digest} is behind no row");
            assert!(!is_wanted || found.insert(digest.clone()), "{args:?}: {digest} twice");
        }
        assert_eq!(found, wanted, "{args:?}");
        let again = [args, &["-f", "csv", "--evidence", &shown, "-j", "2", "sample-data/route-views.sim", "sample-data/rrc90"]];
        assert_eq!(uplinks(&again.concat()).stdout, ran.stdout);
        assert!(std::fs::read(&path).expect("the evidence") == bytes, "{args:?}: other bytes in another order");
    }
    let ran = uplinks(&["inventory", "--evidence", &shown, "sample-data"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--evidence is for timeline"), "{}", ran.stderr);
}

/// An evidence file is an excerpt of dumps, several in one file: it proves what it shows. A row that the dumps' absences ended may go on.
#[test]
fn an_evidence_file_is_an_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let shown = folder.path().join("evidence.mrt").display().to_string();
    let dumps = "sample-data/route-views.sim/bgpdata/2017.10/RIBS";
    let ran = uplinks(&["timeline", "-f", "csv", "--evidence", &shown, dumps]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let again = uplinks(&["timeline", "-f", "csv", "--collector-name", "route-views.sim", &shown]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    let (rows, own) = (Rows::read(&ran.stdout), Rows::read(&again.stdout));
    let starts = ["prefix", "origin_asn", "upstream_asn", "first_seen", "first_peer_ip", "first_as_path"];
    assert!(rows.len() > 4);
    assert_eq!(own.columns(&starts), rows.columns(&starts));
    assert!(own.columns(&["flags"]).iter().all(|row| row[0].split(';').any(|flag| flag == "excerpt")), "{}", again.stdout);
    assert!(again.stderr.contains("it is read as an excerpt"), "{}", again.stderr);
    let strict = uplinks(&["timeline", "-f", "csv", "--strict", "--collector-name", "route-views.sim", &shown]);
    assert_eq!(strict.code, Some(3));
}

/// What `explain` says of messages that are cut or labelled wrongly, and of odd dump formats.
#[test]
fn odd_records_are_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = Session::new("192.0.2.10", 3356);
    let attributes = || Attributes::new(AsnWidth::Four).origin(0).path(&[3356, 20485, 131_279]).next_hop("192.0.2.10");
    let long = (0..=255).fold(Update::new().withdraw("175.45.176.0/24"), |u, n| u.withdraw(format!("10.0.{n}.0/24").as_str()));
    let cut = session.message(Stamp::Seconds(1), &long.message()[..40]);
    let ids = Update::new().attributes(attributes()).announce(mrt::Nlri::with_path_id(7, "175.45.176.0/24"));
    let ids = session.update(Stamp::Seconds(2), &ids);
    let peer_ip = "192.0.2.10".parse().expect("an address");
    let dump = mrt::TableDump { time: 3, sequence: 0, originated: 1, peer_ip, peer_asn: 3356 };
    let entry = dump.table_entry("175.45.176.0/24", &attributes());
    let old = dump.record_as4(3356, "175.45.176.0/24", &attributes());
    let cases: [(&str, &[u8], &[&str], &str); 4] = [
        (
            "cut",
            &cut,
            &["withdrawn 175.45.176.0/24 10.0.0.0/24 10.0.1.0/24 10.0.2.0/24", "the end of the message is missing"],
            "left out the end",
        ),
        ("ids", &ids, &["announced 175.45.176.0/24 (path id 7)"], "says of path ids is wrong"),
        ("entry", &entry, &["MRT type BGP4MP (16), ENTRY, deprecated (2)", "AS_PATH 3356 20485 131279"], "part of a snapshot"),
        ("old", &old, &["MRT type TABLE_DUMP (12), AFI_IPv4_AS4 (3)", "AS_PATH 3356 20485 131279"], "part of a snapshot"),
    ];
    for (name, bytes, lines, why) in cases {
        let path = folder.path().join(format!("{name}.mrt"));
        std::fs::write(&path, bytes).expect("written");
        let text = explains(&format!("{}#{}", path.display(), digest(bytes)));
        has_lines(&text, lines);
        assert!(prose(&text).contains(why), "{name}: {text}");
    }
}
