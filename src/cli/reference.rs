//! What `explain` is pointed at: a record by its content, or a row of a CSV result by its line.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;

use crate::escape::{self, printable, unguarded};
use crate::event::{Digest, FilePeer};
use crate::replay::Basis;
use crate::report::explain::{Boundary, Claim};

/// A reference that cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// Neither form.
    #[error("'{}' is no reference; write FILE#DIGEST, with 12 hexadecimal digits, or RESULT.csv:LINE", printable(.0))]
    Malformed(String),
    /// The result cannot be read.
    #[error("{}: {error}; name a result that uplinks wrote with -f csv", printable(.path))]
    Unreadable {
        /// As typed.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// It is no CSV.
    #[error("{}: {error}; name a result that uplinks wrote with -f csv", printable(.path))]
    NoCsv {
        /// As typed.
        path: String,
        /// What is wrong with it.
        error: csv::Error,
    },
    /// It is another result.
    #[error("{}: it has no evidence column; the results of timeline, changes, first, routes and check do (-f csv)", printable(.0))]
    NoEvidenceColumn(String),
    /// The header, a line after the end, or an empty one.
    #[error("{}: there is no row on line {line}; line 1 is the header, and rows end at line {last}", printable(.path))]
    NoRow {
        /// As typed.
        path: String,
        /// As typed.
        line: u64,
        /// Of the last row.
        last: u64,
    },
    /// An evidence cell that is not ours.
    #[error("{}: line {line}: '{}' is no evidence; it should be FILE#DIGEST", printable(.path), printable(.cell))]
    BadEvidence {
        /// As typed.
        path: String,
        /// As typed.
        line: u64,
        /// The cell.
        cell: String,
    },
}

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// `FILE#DIGEST`.
    Record(RecordRef),
    /// `RESULT.csv:LINE`.
    Row {
        /// The result.
        path: PathBuf,
        /// Counted from 1, the header.
        line: u64,
    },
}

/// A record by its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRef {
    /// The file's path as evidence has it: as text.
    pub path: String,
    /// The record.
    pub digest: Digest,
}

impl RecordRef {
    fn parse(text: &str) -> Option<Self> {
        let (path, digest) = text.rsplit_once('#')?;
        let digest = digest.parse().ok()?;
        (!path.is_empty()).then(|| RecordRef { path: path.to_owned(), digest })
    }

    /// Where the file is. What was typed by hand may have been meant as it is.
    pub fn file(&self) -> PathBuf {
        let meant = escape::to_path(&self.path);
        let typed = Path::new(&self.path);
        if !meant.exists() && typed.exists() { typed.to_owned() } else { meant }
    }
}

impl Reference {
    /// Reads what was typed: evidence first, for a path may hold colons.
    pub fn parse(typed: &OsStr) -> Result<Self, ReferenceError> {
        let text = typed.to_str().map_or_else(|| escape::path(typed.as_ref()), str::to_owned);
        if let Some(record) = RecordRef::parse(&text) {
            return Ok(Reference::Record(record));
        }
        // A result's path is no evidence: it stands for itself.
        let itself = |path: &str| if typed.to_str().is_some() { path.into() } else { escape::to_path(path) };
        let row = text.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse().ok()?)));
        match row {
            Some((path, line)) if !path.is_empty() => Ok(Reference::Row { path: itself(path), line }),
            _ => Err(ReferenceError::Malformed(text)),
        }
    }
}

/// The records behind the row on that line of a CSV result, with what it says of each: its start's before its end's. Empty if the row
/// names none.
pub fn row(path: &Path, line: u64) -> Result<Vec<(RecordRef, Claim)>, ReferenceError> {
    let shown = escape::path(path);
    let bytes = std::fs::read(path).map_err(|error| ReferenceError::Unreadable { path: shown.clone(), error })?;
    row_of(&bytes, &shown, line)
}

/// As [`row`], of the result's bytes; `path` is for messages.
pub fn row_of(bytes: &[u8], path: &str, line: u64) -> Result<Vec<(RecordRef, Claim)>, ReferenceError> {
    let no_csv = |error| ReferenceError::NoCsv { path: path.to_owned(), error };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let headers: Vec<String> = texts(reader.byte_headers().map_err(no_csv)?);
    if !EVIDENCE.iter().any(|(column, _)| headers.iter().any(|header| header == column)) {
        return Err(ReferenceError::NoEvidenceColumn(path.to_owned()));
    }
    let (mut lines, mut cells) = (Lines { bytes, at: 0, line: 1 }, csv::ByteRecord::new());
    let mut last = 1;
    while reader.read_byte_record(&mut cells).map_err(no_csv)? {
        let begins = cells.position().map_or(0, csv::Position::byte);
        let (first, until) = lines.of(begins, reader.position().byte());
        if (first..=until).contains(&line) {
            return claims(&Row { headers, cells: texts(&cells), line }, path);
        }
        last = until;
    }
    Err(ReferenceError::NoRow { path: path.to_owned(), line, last })
}

fn texts(record: &csv::ByteRecord) -> Vec<String> {
    record.iter().map(|cell| unguarded(&String::from_utf8_lossy(cell)).to_owned()).collect()
}

/// Counts lines as editors do: a row may span several, and empty lines are no rows.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The first and the last line of the row between two offsets, which do not go back.
    fn of(&mut self, begins: u64, ends: u64) -> (u64, u64) {
        let clamp = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(self.bytes.len());
        let (mut begins, mut ends) = (clamp(begins), clamp(ends));
        let ends_line = |at: usize| self.bytes.get(at).is_some_and(|byte| matches!(byte, b'\r' | b'\n'));
        while begins < ends && ends_line(begins) {
            begins += 1;
        }
        while ends > begins && ends_line(ends - 1) {
            ends -= 1;
        }
        let first = self.forward(begins);
        (first, self.forward(ends))
    }

    fn forward(&mut self, to: usize) -> u64 {
        let passed = self.bytes.get(self.at..to).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at = self.at.max(to);
        self.line
    }
}

struct Row {
    headers: Vec<String>,
    cells: Vec<String>,
    line: u64,
}

impl Row {
    /// A cell; empty where there is no such column.
    fn get(&self, column: &str) -> String {
        let at = self.headers.iter().position(|header| header == column);
        at.and_then(|at| self.cells.get(at)).cloned().unwrap_or_default()
    }

    fn peer(&self, ip: &str, asn: &str) -> Option<FilePeer> {
        Some(FilePeer { ip: self.get(ip).parse().ok()?, asn: self.get(asn).parse().ok()? })
    }
}

/// What an evidence column proves.
#[derive(Clone, Copy)]
enum Proves {
    Start,
    End,
    /// The start in `first`, the change in `changes`, what was found in `check`.
    Either,
}

const EVIDENCE: [(&str, Proves); 3] =
    [("start_evidence", Proves::Start), ("end_evidence", Proves::End), ("evidence", Proves::Either)];

fn claims(row: &Row, path: &str) -> Result<Vec<(RecordRef, Claim)>, ReferenceError> {
    let mut claims = Vec::new();
    for (column, proves) in EVIDENCE {
        let cell = row.get(column);
        if cell.is_empty() {
            continue;
        }
        let Some(record) = RecordRef::parse(&cell) else {
            return Err(ReferenceError::BadEvidence { path: path.to_owned(), line: row.line, cell });
        };
        claims.push((record, claim(row, proves)));
    }
    Ok(claims)
}

fn claim(row: &Row, proves: Proves) -> Claim {
    let (boundary, basis) = match proves {
        Proves::End => (
            Boundary::End { seen: row.get("last_seen"), after: row.get("ended_after"), before: row.get("ended_before") },
            row.get("end_basis"),
        ),
        Proves::Either if !row.get("change").is_empty() => {
            (Boundary::Change { time: row.get("time"), what: row.get("change") }, row.get("basis"))
        }
        Proves::Either if !row.get("verdict").is_empty() => (
            Boundary::Verdict {
                what: row.get("what"),
                at: row.get("at"),
                until: row.get("until"),
                verdict: row.get("verdict"),
                note: row.get("note"),
                found: row.get("found"),
                after: row.get("found_after"),
                by: row.get("found_by"),
            },
            row.get("basis"),
        ),
        Proves::Start | Proves::Either => (
            Boundary::Start { seen: row.get("first_seen"), after: row.get("started_after"), by: row.get("started_by") },
            row.get("start_basis"),
        ),
    };
    // The row of a timeline names the peer of its start only.
    let first_peer = || row.peer("first_peer_ip", "first_peer_asn").filter(|_| matches!(proves, Proves::Start));
    let upstream = [row.get("upstream_asn"), row.get("upstream_name")];
    Claim {
        line: row.line,
        boundary,
        prefix: row.get("prefix").parse::<IpNet>().ok(),
        upstream: upstream.join(" ").trim().to_owned(),
        peer: row.peer("peer_ip", "peer_asn").or_else(first_peer),
        basis: Basis::ALL.iter().copied().find(|known| known.text() == basis),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_records_or_rows() {
        let record = |path: &str, digest: &str| {
            Reference::Record(RecordRef { path: path.to_owned(), digest: digest.parse().expect("a digest") })
        };
        let row = |path: &str, line| Reference::Row { path: path.into(), line };
        for (text, expected) in [
            ("a/updates.gz#54c8c87e681b", Some(record("a/updates.gz", "54c8c87e681b"))),
            ("a#b:7.gz#54C8C87E681B", Some(record("a#b:7.gz", "54c8c87e681b"))),
            ("rows.csv:12", Some(row("rows.csv", 12))),
            ("a#b.csv:3", Some(row("a#b.csv", 3))),
            ("a/updates.gz#54c8", None),
            ("a/updates.gz", None),
            ("rows.csv:x", None),
            (":3", None),
            ("#54c8c87e681b", None),
        ] {
            assert_eq!(Reference::parse(text.as_ref()).ok(), expected, "{text}");
        }
    }

    const HEAD: &str = "prefix,upstream_asn,upstream_name,first_seen,start_basis,first_as_path,start_evidence,end_evidence\n";

    /// The paths of the records behind the row on a line.
    fn paths(csv: &str, line: u64) -> Option<Vec<String>> {
        let found = row_of(csv.as_bytes(), "rows.csv", line).ok()?;
        Some(found.into_iter().map(|(record, _)| record.path).collect())
    }

    #[test]
    fn lines_are_counted_as_editors_do() {
        let row = |name: &str, path: &str| format!("10.0.0.0/8,1,{name},T,update,1,{path}#54c8c87e681b,\n");
        let csv = [HEAD, &row("\"two\nlines\"", "a"), &row("x", "'=b"), "\n", &row("y", "c")].concat();
        for csv in [csv.clone(), csv.replace('\n', "\r\n"), format!("\u{feff}{csv}")] {
            let all: Vec<_> = (1..=7).map(|line| paths(&csv, line).map(|found| found.join(" "))).collect();
            let [a, b, c] = ["a", "=b", "c"].map(|path| Some(path.to_owned()));
            assert_eq!(all, [None, a.clone(), a, b, None, c, None]);
        }
    }

    #[test]
    fn a_row_says_what_its_records_prove() {
        let head = "prefix,upstream_asn,upstream_name,first_seen,started_after,started_by,start_basis,last_seen,end_basis,\
                    first_peer_ip,first_peer_asn,start_evidence,end_evidence\n";
        let row = "10.0.0.0/8,1,Name,T1,T1,T1,update,T2,gap,192.0.2.1,3356,a#54c8c87e681b,b#54c8c87e681b\n";
        let found = row_of([head, row].concat().as_bytes(), "rows.csv", 2).expect("a row");
        let told: Vec<_> = found.iter().map(|(_, claim)| (claim.basis, claim.peer.is_some(), claim.upstream.as_str())).collect();
        assert_eq!(told, [(Some(Basis::Update), true, "1 Name"), (Some(Basis::Gap), false, "1 Name")]);
        let none = row_of(b"collector,kind\nrrc90,rib\n", "rows.csv", 2);
        assert!(matches!(none, Err(ReferenceError::NoEvidenceColumn(_))));
        let bad = row_of(b"prefix,evidence\n10.0.0.0/8,here\n", "rows.csv", 2);
        assert!(matches!(bad, Err(ReferenceError::BadEvidence { .. })));
        let empty = row_of(b"prefix,evidence\n10.0.0.0/8,\n", "rows.csv", 2);
        assert!(empty.is_ok_and(|found| found.is_empty()), "a rank that was never reached");
    }
}
