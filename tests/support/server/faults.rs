//! The ways in which an archive misbehaves.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::Answer;

/// A misbehaviour.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Another status than the true one.
    Status(u16),
    /// 429 or 503 with `Retry-After` in seconds.
    Busy(u16, u64),
    /// The connection ends after so many octets of the body.
    Cut(usize),
    /// So many octets at a time, with a pause after each.
    Slow(usize, Duration),
    /// So many octets of the body, then nothing, and the connection stays open.
    Stall(usize),
    /// Says that the body is so much longer (or shorter) than it is.
    WrongLength(i64),
    /// No length at all: the end of the connection is the end of the body.
    NoLength,
    /// Ranges are ignored.
    NoRange,
    /// Answers a range with another one.
    OtherRange,
    /// Another address.
    Redirect(u16, String),
    /// One octet in the middle is wrong.
    Corrupt,
    /// Takes the connection and never answers.
    Silent,
    /// Waits until a folder has so many entries; if that takes half a minute, the server gives up (404).
    Until(PathBuf, usize),
    /// Says that the body is encoded so; with `true` it is, as gzip.
    Encoded(&'static str, bool),
    /// Something else altogether, with status 200.
    Page(Vec<u8>),
}

/// Changes the answer.
pub(super) fn bend(answer: Answer, fault: Option<&Fault>, _path: &str) -> Answer {
    match fault {
        Some(Fault::Status(status)) => Answer::plain(*status, "so it is"),
        Some(Fault::Busy(status, seconds)) => Answer::plain(*status, "later").with("Retry-After", seconds.to_string()),
        Some(Fault::Redirect(status, to)) => Answer::plain(*status, "there").with("Location", to.clone()),
        Some(Fault::Until(folder, entries)) if !waited(folder, *entries) => Answer::plain(404, "nobody came"),
        Some(Fault::Page(page)) => Answer { status: 200, headers: vec![], body: page.clone() },
        Some(Fault::Encoded(coding, is_so)) => {
            let body = if *is_so { gzip(&answer.body) } else { answer.body.clone() };
            Answer { body, ..answer }.with("Content-Encoding", *coding)
        }
        Some(Fault::Corrupt) => {
            let mut answer = answer;
            let middle = answer.body.len() / 2;
            answer.body[middle] ^= 0x10;
            answer
        }
        Some(Fault::OtherRange) => {
            let mut answer = answer;
            for (name, value) in &mut answer.headers {
                if name == "Content-Range" {
                    "bytes 0-9/10".clone_into(value);
                }
            }
            answer
        }
        _ => answer,
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).and_then(|()| out.finish()).expect("memory")
}

fn waited(folder: &Path, entries: usize) -> bool {
    let start = Instant::now();
    let there =
        || std::fs::read_dir(folder).map_or(0, |folder| folder.flatten().filter(|entry| is_entry(&entry.file_name())).count());
    while there() < entries {
        if start.elapsed() > Duration::from_secs(30) {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}

/// Not what is still being written.
fn is_entry(name: &std::ffi::OsStr) -> bool {
    !name.as_encoded_bytes().starts_with(b".")
}

/// How the answer ends.
pub(super) struct End {
    /// What `Content-Length` says.
    pub(super) length: Option<usize>,
    /// Octets of the body that are sent.
    pub(super) send: usize,
    pub(super) pace: Option<(usize, Duration)>,
    /// Keeps silent afterwards instead of closing.
    pub(super) endless: bool,
    /// The connection can be used again.
    pub(super) goes_on: bool,
}

pub(super) fn end(answer: &Answer, fault: Option<&Fault>) -> End {
    let whole = answer.body.len();
    let usual = End { length: Some(whole), send: whole, pace: None, endless: false, goes_on: true };
    match fault {
        Some(Fault::Cut(at)) => End { send: *at, goes_on: false, ..usual },
        Some(Fault::Stall(at)) => End { send: *at, endless: true, goes_on: false, ..usual },
        Some(Fault::Slow(octets, pause)) => End { pace: Some((*octets, *pause)), ..usual },
        Some(Fault::WrongLength(by)) => {
            let length = usize::try_from(i64::try_from(whole).unwrap() + by).unwrap();
            End { length: Some(length), send: whole.min(length), goes_on: false, ..usual }
        }
        Some(Fault::NoLength) => End { length: None, goes_on: false, ..usual },
        _ => usual,
    }
}
