//! Asking, telling and bringing: what all commands that fetch have in common.

use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::network::FetchError;
use super::pace::Pace;
use crate::cli::args::When;
use crate::cli::progress::{Doing, Progress};
use crate::cli::warn::say;
use crate::escape;
use crate::fetch::{
    Brought, Catalogue, Chosen, Client, Collector, Found, ListedSize, LookError, Mirror, MirrorError, Observer, Question, Wanted,
    look,
};
use crate::model::Span;

/// What the archives have for a question.
pub struct Obtainable {
    /// The files, by time, then path.
    pub wanted: Vec<Wanted>,
    /// Stretches that the archives themselves lack.
    pub holes: usize,
    /// Collectors whose listings cannot be had.
    pub unanswered: usize,
}

/// Asks, and tells on standard error what is not there.
pub fn ask(client: &Client, mirror: &Mirror, question: &Question) -> Result<Obtainable, FetchError> {
    let Looked { found, unanswered } = looked(look(client, question)).map_err(FetchError::Look)?;
    for found in &found {
        mirror.note(found);
    }
    let mut wanted: Vec<Wanted> = found.iter().flat_map(Found::wanted).collect();
    wanted.sort_by(|a, b| (a.time, &a.path).cmp(&(b.time, &b.path)));
    Ok(Obtainable { wanted, holes: tell_holes(&found), unanswered })
}

struct Looked {
    found: Vec<Found>,
    /// Collectors whose listings cannot be had.
    unanswered: usize,
}

/// Tells of those that failed. `Err` if none of the archives could be asked.
fn looked(results: Vec<Result<Found, LookError>>) -> Result<Looked, LookError> {
    let mut looked = Looked { found: Vec::new(), unanswered: 0 };
    let mut first = None;
    for result in results {
        match result {
            Ok(found) => looked.found.push(found),
            Err(error @ LookError::NoCollector { .. }) => say(&format!("warning: {error}")),
            Err(error) => {
                looked.unanswered += 1;
                if let Some(error) = first.replace(error) {
                    say(&format!("warning: {error}"));
                }
            }
        }
    }
    match first {
        Some(error) if looked.found.is_empty() => Err(error),
        Some(error) => {
            say(&format!("warning: {error}"));
            Ok(looked)
        }
        None => Ok(looked),
    }
}

/// A baseline older than this many seconds is worth a word: all updates since are needed.
const OLD_BASELINE: i64 = 2 * 86_400;

/// More of a kind are counted, not printed.
const MOST: usize = 20;

/// Says what the archive itself does not have; returns how many holes that is.
fn tell_holes(found: &[Found]) -> usize {
    let mut lines = Vec::new();
    for Found { collector, chosen, .. } in found {
        for (window, chosen) in chosen {
            lines.extend(holes_of(collector, *window, chosen));
        }
    }
    tell(&lines);
    lines.len()
}

fn holes_of(collector: &Collector, window: Span, chosen: &Chosen) -> Vec<String> {
    let name = &collector.name;
    if chosen.files.is_empty() {
        let why = if Catalogue::get().lived(collector, window) { "" } else { " (it did not write then)" };
        return vec![format!("{name}: nothing in the archive for {} to {}{why}", window.from, window.until)];
    }
    let baseline = match chosen.baseline {
        None => Some(format!("{name}: no RIB dump in the archive shortly before {}: no baseline", window.from)),
        Some(at) if at.plus_secs(OLD_BASELINE) < window.from => {
            Some(format!("{name}: the last RIB dump before {} is of {at}", window.from))
        }
        Some(_) => None,
    };
    let hole = |hole: &Span| format!("{name}: no update files in the archive from {} to {}", hole.from, hole.until);
    baseline.into_iter().chain(chosen.holes.iter().map(hole)).collect()
}

fn tell(lines: &[String]) {
    lines.iter().take(MOST).for_each(|line| say(&format!("warning: {line}")));
    if lines.len() > MOST {
        say(&format!("warning: and {} more", lines.len() - MOST));
    }
}

/// What is needed of files, and how much of it is not there.
#[derive(Default)]
pub struct Need {
    all: Total,
    missing: Total,
}

impl Need {
    /// As the folder is now.
    pub fn of(mirror: &Mirror, wanted: &[Wanted]) -> Self {
        let mut need = Self::default();
        for file in wanted {
            need.all.add(file.size);
            if !mirror.holds(file) {
                need.missing.add(file.size);
            }
        }
        need
    }

    /// Octets that are not there, as far as they are listed.
    pub fn octets(&self) -> u64 {
        self.missing.octets
    }

    /// Files, octets and time, in words.
    pub fn with_time(&self, pace: &Pace) -> String {
        let Need { all, missing } = self;
        let time = if missing.files == 0 { String::new() } else { format!(", {}", pace.estimate(missing.octets)) };
        format!("{all}; to fetch: {missing}{time}")
    }
}

/// The files one by one, and what they come to.
pub fn list(out: &mut dyn Write, mirror: &Mirror, wanted: &[Wanted]) -> io::Result<()> {
    for file in wanted {
        let size = file.size.map_or("?".to_owned(), |size| binary(size.octets()));
        writeln!(out, "{size:>9}  {}{}", file.path, if mirror.holds(file) { "  (there)" } else { "" })?;
    }
    writeln!(out, "{}", Need::of(mirror, wanted).with_time(&Pace::default()))
}

#[derive(Default)]
struct Total {
    files: usize,
    octets: u64,
    unlisted: usize,
}

impl Total {
    fn add(&mut self, size: Option<ListedSize>) {
        self.files += 1;
        self.octets += size.map_or(0, ListedSize::octets);
        self.unlisted += usize::from(size.is_none());
    }
}

impl std::fmt::Display for Total {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let s = if self.files == 1 { "" } else { "s" };
        write!(f, "{} file{s}, about {}", self.files, binary(self.octets))?;
        if self.unlisted > 0 { write!(f, " and {} of unlisted size", self.unlisted) } else { Ok(()) }
    }
}

pub fn binary(octets: u64) -> String {
    indicatif::BinaryBytes(octets).to_string()
}

/// Fetches, with a bar.
pub fn bring(client: &Client, mirror: &Mirror, wanted: &[Wanted], progress: When) -> Result<Brought, MirrorError> {
    let bar = Bar::new(progress, mirror, wanted);
    let brought = mirror.bring(client, wanted, &bar);
    bar.finish();
    brought
}

/// The files and octets that come, and the files read meanwhile.
pub struct Bar {
    progress: Progress,
    done: AtomicUsize,
    read: AtomicUsize,
}

impl Bar {
    /// For these files, some of which may be there.
    pub fn new(progress: When, mirror: &Mirror, wanted: &[Wanted]) -> Self {
        let progress = Progress::new(Doing::Fetching, progress, wanted.len(), Need::of(mirror, wanted).octets());
        Bar { progress, done: AtomicUsize::new(0), read: AtomicUsize::new(0) }
    }

    fn another(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.tell();
    }

    /// Another file has been read.
    pub fn read(&self) {
        self.read.fetch_add(1, Ordering::Relaxed);
        self.tell();
    }

    fn tell(&self) {
        let done = self.done.load(Ordering::Relaxed);
        match self.read.load(Ordering::Relaxed) {
            0 => self.progress.done(done),
            read => self.progress.done_and_read(done, read),
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.progress.finish();
    }
}

impl Observer for Bar {
    fn octets(&self, octets: i64) {
        self.progress.moved(octets);
    }

    fn in_place(&self, _: &Path) {
        self.another();
    }

    fn failed(&self, _: &Path) {
        self.another();
    }
}

pub fn summary(out: &mut dyn Write, brought: &Brought, folder: &Path) -> io::Result<()> {
    let failed: Vec<String> = brought.failed.iter().map(|(path, error)| format!("{path}: {error}")).collect();
    tell(&failed);
    let (files, there) = (brought.files, brought.in_place);
    write!(out, "fetched {files} files ({}), {there} were there", binary(brought.octets))?;
    if !failed.is_empty() {
        write!(out, ", {} could not be had", failed.len())?;
    }
    writeln!(out, ": {}", escape::path(folder))
}
