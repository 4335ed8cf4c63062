//! CSV results as `explain` reads them: any bytes, and results whose lines are known.

use std::collections::BTreeMap;

use uplinks::cli::reference::{RecordRef, ReferenceError, row_of};
use uplinks::event::{Digest, FoundRecord, explain};
use uplinks::fetch::{Uncertain, windows};
use uplinks::report::explain::{Claim, Explanation, text};

use super::choices::{Choices, noise};
use super::records;
use super::settings::harmless;

const COLUMNS: [&str; 20] = [
    "start_evidence",
    "end_evidence",
    "evidence",
    "prefix",
    "upstream_asn",
    "upstream_name",
    "first_seen",
    "started_after",
    "started_by",
    "start_basis",
    "end_basis",
    "last_seen",
    "change",
    "time",
    "basis",
    "verdict",
    "peer_ip",
    "peer_asn",
    "first_peer_ip",
    "first_peer_asn",
];

const CELLS: [&str; 16] = [
    "",
    "a/b.gz#0123456789ab",
    "c#FFFFFFFFFFFF",
    "no evidence",
    "175.45.176.0/24",
    "20485",
    "2017-10-01T09:07:51Z",
    "update",
    "gained",
    "pass",
    "192.0.2.10",
    "'=1+1",
    "two\nlines",
    "three\r\n\r\nlines",
    "a \"quote\", and more",
    "\u{1b}[2J\u{202e}",
];

pub fn result_csv(data: &[u8]) {
    let mut choices = Choices::of(data);
    match choices.byte() % 3 {
        0 => made(&mut choices),
        1 => uncertain(choices.rest()),
        _ => any(choices.rest()),
    }
}

/// Whatever the bytes, each line is a row's or none, and lines of one row say the same.
fn any(bytes: &[u8]) {
    let last = bytes.split(|byte| *byte == b'\n').count() as u64 + 1;
    let (mut rows, mut told) = (0_u64, None);
    for line in (0..=last.min(24)).chain([last, u64::MAX]) {
        match row_of(bytes, "r.csv", line) {
            Ok(claims) => {
                rows += 1;
                assert!(line > 0 && line <= last && claims.len() <= 3);
                // Slow against all else.
                for claim in claims.iter().filter(|_| rows < 3) {
                    shown(claim, line);
                }
            }
            Err(error) => {
                harmless(&error);
                if let ReferenceError::NoRow { last: end, line: asked, .. } = error {
                    assert!(asked == line && end <= last && told.is_none_or(|told| told == end), "the end moves");
                    told = Some(end);
                }
            }
        }
    }
    assert!(rows <= last + 1);
}

fn shown((record, claim): &(RecordRef, Claim), line: u64) {
    assert!(claim.line == line && !record.path.is_empty());
    let bytes = records::session(&mut Choices::of(&[0, 1, 2, 3, 4]), records::NOON);
    let found = FoundRecord { digest: Digest::of(&bytes), offset: 0, bytes, index: None, line: None };
    let explained = explain(&found).expect("a record");
    let page = text(&Explanation {
        reference: &format!("{}#{}", record.path, record.digest),
        collector: None,
        found: &found,
        offset: None,
        explained: &explained,
        claim: Some(claim),
        names: &BTreeMap::new(),
    });
    assert!(page.chars().all(|c| c == '\n' || !c.is_control()), "{page:?}");
}

/// A result of which it is known on which line each row is.
fn made(choices: &mut Choices<'_>) {
    let columns: Vec<&str> = (0..=choices.below(8)).map(|_| choices.of_these(&COLUMNS)).collect();
    let ending = if choices.one_in(2) { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
    let mut writer = csv::WriterBuilder::new().terminator(ending).from_writer(Vec::new());
    writer.write_record(&columns).expect("into memory");
    let mut rows: Vec<Vec<&str>> = Vec::new();
    while !choices.is_over() && rows.len() < 6 {
        rows.push(columns.iter().map(|_| choices.of_these(&CELLS)).collect());
        // One empty cell is an empty line, which is no row.
        if rows.last().is_some_and(|row| row.iter().all(|cell| cell.is_empty())) {
            rows.pop();
            continue;
        }
        writer.write_record(rows.last().expect("a row")).expect("into memory");
    }
    let bytes = writer.into_inner().expect("into memory");
    let has_evidence = columns.iter().any(|column| column.ends_with("evidence"));
    let mut line = 2;
    for row in &rows {
        let long = row.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        for at in line..=line + long {
            of_row(&columns, row, row_of(&bytes, "r.csv", at), at, has_evidence);
        }
        line += long + 1;
    }
    let end = row_of(&bytes, "r.csv", line);
    assert!(matches!(end, Err(ReferenceError::NoRow { last, .. }) if last + 1 == line) || !has_evidence, "{end:?}");
}

fn of_row(columns: &[&str], row: &[&str], told: Result<Vec<(RecordRef, Claim)>, ReferenceError>, line: u64, has_evidence: bool) {
    let mut evidence = Vec::new();
    for name in ["start_evidence", "end_evidence", "evidence"] {
        let cell = columns.iter().position(|column| *column == name).map_or("", |at| row[at]);
        evidence.extend((!cell.is_empty()).then_some(cell));
    }
    let is_ours = |cell: &&str| cell.contains('#');
    match told {
        Ok(claims) => {
            let names = claims.iter().map(|(record, _)| format!("{}#{}", record.path, record.digest));
            assert!(names.eq(evidence.iter().map(|cell| cell.replace("FFFFFFFFFFFF", "ffffffffffff"))));
            for claim in &claims {
                shown(claim, line);
            }
        }
        Err(ReferenceError::NoEvidenceColumn(_)) => assert!(!has_evidence),
        Err(ReferenceError::BadEvidence { line: at, .. }) => assert!(at == line && !evidence.iter().all(is_ours)),
        Err(error) => panic!("{error}"),
    }
}

/// A timeline in JSON, as `fetch --refine` reads it.
fn uncertain(json: &[u8]) {
    match Uncertain::read(json) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(uncertain) => {
            assert!(uncertain.boundaries.iter().all(|span| span.from < span.until));
            let windows = windows(&uncertain.boundaries);
            assert!(windows.windows(2).all(|two| two[0].until < two[1].from));
            let within =
                |span: &uplinks::model::Span| windows.iter().any(|w| w.from <= span.from && span.until.secs() <= w.until.secs());
            assert!(uncertain.boundaries.iter().all(within));
        }
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let timeline = "prefix,upstream_asn,first_seen,start_basis,start_evidence,end_evidence\r\n\
        175.45.176.0/24,20485,2017-10-01T09:07:51Z,update,a/b.gz#0123456789ab,\r\n\"two\nlines\",x,,,,c#0123456789ab\r\n";
    let changes = "time,change,evidence,peer_ip,peer_asn\n2017-10-01T09:07:51Z,gained,a#0123456789ab,192.0.2.1,3356\n\n,,,,\n";
    let json = r#"{"schema":"uplinks/timeline/1","facts":{"collectors":[{"name":"rrc00"}]},"rows":[{"started_after":"2017-10-01T00:00:00Z",
        "started_by":"2017-10-02T00:00:00Z","ended_after":null,"ended_before":"9999-12-31T23:59:59.999999Z"}]}"#;
    let texts = [(2, timeline), (2, changes), (1, json), (2, "evidence\n\"a#0123456789ab"), (2, "evidence\ra#0123456789ab\r")];
    let texts = texts.map(|(how, text)| [&[how][..], text.as_bytes()].concat());
    texts.into_iter().chain((0..8).map(|n| [&[0][..], &noise(n, 60)].concat())).collect()
}
