//! What a mirror knows of itself: each file's address, size and digest, and what the archive's own listings had and had
//! not. With it "not in the archive" can be told from "not fetched".

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::name::Month;
use super::verify::Whole;
use crate::escape::{self, printable};
use crate::model::{Span, Time};
use crate::temporary::Temporary;

/// The manifest's name, in the root of a mirror.
pub const MANIFEST: &str = "manifest.json";

/// Folders from a file up to its mirror's root: `route-views2/bgpdata/2017.10/UPDATES` lies below it.
const DEEPEST: usize = 6;

const SCHEMA: &str = "uplinks/manifest/1";

/// A mirror's manifest. Paths are relative to the mirror, with `/`; everything is sorted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    schema: String,
    /// The files that are whole.
    pub files: BTreeMap<String, FileRecord>,
    /// The files that the archive lists and that could not be had.
    #[serde(default)]
    pub missing: BTreeMap<String, MissingRecord>,
    /// By collector and month, what the archive's listing said.
    #[serde(default)]
    pub listings: BTreeMap<String, BTreeMap<String, MonthRecord>>,
}

/// A file that came and passed its check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// From where; empty for a file that was already there.
    pub url: String,
    /// Octets.
    pub size: u64,
    /// Of its octets, in hexadecimal.
    pub sha256: String,
    /// The server's `Last-Modified`, as sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub modified: Option<String>,
    /// When it came or was checked.
    #[serde(with = "as_text")]
    pub fetched: Time,
}

/// A file that did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingRecord {
    /// In words.
    pub why: String,
    /// When it was tried last.
    #[serde(with = "as_text")]
    pub tried: Time,
}

/// A month as the archive lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthRecord {
    /// Where.
    pub url: String,
    /// When.
    #[serde(with = "as_text")]
    pub listed: Time,
    /// RIB dumps.
    pub ribs: usize,
    /// Update files; `None`: they were not asked for.
    pub updates: Option<usize>,
    /// What the listed update files leave uncovered of the month, up to the time of the listing.
    pub holes: Vec<Hole>,
}

/// A stretch of time without update files, `[from, until)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// Its first instant.
    #[serde(with = "as_text")]
    pub from: Time,
    /// The first instant after it.
    #[serde(with = "as_text")]
    pub until: Time,
}

/// Whether the archive has update files for a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archived {
    /// For some of it at least: what is missing here was not fetched.
    Yes,
    /// For none of it, as the archive's own listing of that time says.
    No {
        /// When it said so.
        listed: Time,
    },
    /// Nobody asked.
    Unknown,
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is something else, or newer.
    #[error(
        "{}: no manifest that this version can read ({}); move it away, and the files beside it will be checked and listed anew",
        escape::path(path),
        printable(why)
    )]
    Foreign {
        /// Where.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The system refuses.
    #[error("{}: {error}; check the permissions there", escape::path(path))]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl Default for Manifest {
    fn default() -> Self {
        Self { schema: SCHEMA.to_owned(), files: BTreeMap::new(), missing: BTreeMap::new(), listings: BTreeMap::new() }
    }
}

impl Manifest {
    /// Reads a mirror's manifest; a mirror without one has an empty one.
    pub fn load(mirror: &Path) -> Result<Self, ManifestError> {
        let path = mirror.join(MANIFEST);
        let foreign = |why: String| ManifestError::Foreign { path: path.clone(), why };
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(ManifestError::Io { path, error }),
        };
        Self::parse(&text).map_err(foreign)
    }

    /// Reads a manifest's text; the error says what is wrong with it.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let manifest: Self = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if manifest.schema == SCHEMA { Ok(manifest) } else { Err(format!("its schema is {:.40}", manifest.schema)) }
    }

    /// Its text, as [`Manifest::parse`] reads it.
    pub fn text(&self) -> serde_json::Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(text)
    }

    /// The manifest of the mirror that holds a file, if it is in one.
    pub fn near(file: &Path) -> Option<Self> {
        let folders = file.ancestors().skip(1).take(DEEPEST);
        folders.filter(|folder| folder.join(MANIFEST).is_file()).find_map(|folder| Self::load(folder).ok())
    }

    /// Writes it beside, then in place: at any moment there is a whole one.
    pub fn save(&self, mirror: &Path) -> Result<(), ManifestError> {
        let path = mirror.join(MANIFEST);
        let write = || -> io::Result<()> {
            fs::create_dir_all(mirror)?;
            let text = self.text()?;
            let mut temporary = Temporary::new_in(mirror)?;
            temporary.write_all(&text)?;
            temporary.file().map_or(Ok(()), File::sync_all)?;
            temporary.persist(&path)
        };
        write().map_err(|error| ManifestError::Io { path: path.clone(), error })
    }

    /// Whether this file is known to be whole, as far as its size tells.
    pub fn knows(&self, path: &str, size: u64) -> bool {
        self.files.get(path).is_some_and(|record| record.size == size)
    }

    /// A file that is whole.
    pub fn add(&mut self, path: String, url: String, whole: Whole, modified: Option<String>, now: Time) {
        self.missing.remove(&path);
        let record = FileRecord { url, size: whole.size, sha256: whole.sha256, modified, fetched: now };
        self.files.insert(path, record);
    }

    /// A file that could not be had.
    pub fn miss(&mut self, path: String, why: String, now: Time) {
        self.files.remove(&path);
        self.missing.insert(path, MissingRecord { why, tried: now });
    }

    /// A listing; one with update files is not replaced by one without.
    pub fn list(&mut self, collector: &str, month: Month, record: MonthRecord) {
        let months = self.listings.entry(collector.to_owned()).or_default();
        let kept = months.get(&month.to_string()).is_some_and(|old| old.updates.is_some() && record.updates.is_none());
        if !kept {
            months.insert(month.to_string(), record);
        }
    }

    /// Whether the archive has update files of a collector within a gap, which may reach so many seconds into the files around it.
    pub fn archived(&self, collector: &str, gap: Span, margin: i64) -> Archived {
        let Some(months) = self.listings.get(collector) else { return Archived::Unknown };
        let mut reached = gap.from;
        let mut oldest = Time::MAX;
        let mut month = Month::of(gap.from);
        while reached < gap.until {
            let Some(record) = months.get(&month.to_string()).filter(|record| record.updates.is_some()) else {
                return Archived::Unknown;
            };
            let until = gap.until.min(month.after().start());
            // Files may have come after the listing.
            if record.listed < until {
                return Archived::Unknown;
            }
            let is_it = |hole: &Hole| hole.from.plus_secs(-margin) <= reached && hole.until.plus_secs(margin) >= until;
            if !record.holes.iter().any(is_it) {
                return Archived::Yes;
            }
            oldest = oldest.min(record.listed);
            (reached, month) = (until, month.after());
        }
        Archived::No { listed: oldest }
    }
}

/// Times as the rest of the program writes them.
mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::model::Time;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
    pub(super) fn serialize<S: Serializer>(time: &Time, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(time)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        text.parse().expect("a time")
    }

    fn listed(holes: &[(&str, &str)]) -> MonthRecord {
        let holes = holes.iter().map(|(from, until)| Hole { from: time(from), until: time(until) });
        MonthRecord { url: "http://a/".to_owned(), listed: time("2017-12-01"), ribs: 3, updates: Some(8), holes: holes.collect() }
    }

    #[test]
    fn reads_what_it_wrote_and_refuses_the_rest() {
        let mirror = tempfile::tempdir().expect("a folder");
        assert_eq!(Manifest::load(mirror.path()).expect("empty"), Manifest::default());
        let mut manifest = Manifest::default();
        let whole = Whole { size: 14, sha256: "ab".to_owned() };
        manifest.add("rrc00/2017.10/x.gz".to_owned(), "http://a/x.gz".to_owned(), whole, None, time("2026-01-01"));
        manifest.miss("rrc00/2017.10/y.gz".to_owned(), "gone".to_owned(), time("2026-01-01"));
        manifest.list("rrc00", Month::of(time("2017-10-01")), listed(&[("2017-10-01", "2017-10-02")]));
        manifest.save(mirror.path()).expect("saved");
        assert_eq!(Manifest::load(mirror.path()).expect("read"), manifest);
        assert!(manifest.knows("rrc00/2017.10/x.gz", 14) && !manifest.knows("rrc00/2017.10/x.gz", 15));
        for text in ["", "{}", "{\"schema\":\"uplinks/manifest/2\",\"files\":{}}", "[1]"] {
            fs::write(mirror.path().join(MANIFEST), text).expect("written");
            assert!(matches!(Manifest::load(mirror.path()), Err(ManifestError::Foreign { .. })), "{text}");
        }
    }

    #[test]
    fn a_gap_is_the_archives_or_ours() {
        let mut manifest = Manifest::default();
        manifest.list(
            "rrc00",
            Month::of(time("2017-10-01")),
            listed(&[("2017-10-05", "2017-10-06"), ("2017-10-31", "2017-11-01")]),
        );
        manifest.list("rrc00", Month::of(time("2017-11-01")), listed(&[("2017-11-01", "2017-11-03")]));
        manifest.list("rrc00", Month::of(time("2017-12-01")), listed(&[]));
        let asked = |collector: &str, from: &str, until: &str| {
            manifest.archived(collector, Span { from: time(from), until: time(until) }, 0)
        };
        let no = Archived::No { listed: time("2017-12-01") };
        assert_eq!(asked("rrc00", "2017-10-05T01:00:00Z", "2017-10-05T02:00:00Z"), no);
        assert_eq!(asked("rrc00", "2017-10-31T05:00:00Z", "2017-11-02"), no);
        assert_eq!(asked("rrc00", "2017-10-04T23:00:00Z", "2017-10-05T02:00:00Z"), Archived::Yes);
        assert_eq!(asked("rrc00", "2017-09-30", "2017-10-01"), Archived::Unknown);
        assert_eq!(asked("rrc00", "2017-12-05", "2017-12-06"), Archived::Unknown, "it was listed before");
        assert_eq!(asked("rrc01", "2017-10-05", "2017-10-06"), Archived::Unknown);
    }
}
