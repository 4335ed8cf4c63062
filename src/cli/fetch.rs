//! `uplinks fetch`: gets the files that a window needs, or says which they are.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::args::When;
use super::output;
use super::progress::Progress;
use super::values::parse_duration;
use super::{Exit, Fatal};
use crate::archive::escaped;
use crate::fetch::{
    BaseUrl, Brought, Catalogue, Chosen, Client, Collector, Found, Kinds, ListedSize, LookError, MOST_CONNECTIONS, ManifestError,
    Mirror, MirrorError, Observer, Policy, Question, SelectError, Wanted, look,
};
use crate::model::{Span, Time};

/// Shown by `--help`.
pub const EXAMPLES: &str = "Examples:
  uplinks fetch --from 2017-10-01 --to 2017-10-02 --collector rrc00 --collector route-views2 -o archive/
  uplinks fetch --from 2017-10-01 --to 2017-10-02 --collector ris --kind rib --dry-run -o archive/
  uplinks timeline --from 2017-10-01 --to 2017-10-02 archive/

It takes the RIB before the window, those in it, and every update file from 60 s before that RIB to the window's end.
Run it again to go on after an interruption: what is there and whole is not fetched again.

Exit status: 0 the folder has all that the archive has; 1 the archive has nothing for this; 2 usage or fatal error;
3 some files could not be had, or, under --strict, the archive itself has holes.";

/// Options of `fetch`.
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Answer for the time from here on (RFC 3339 or YYYY-MM-DD, UTC)
    #[arg(long, value_name = "TIME")]
    pub from: Time,
    /// Answer for the time before this
    #[arg(long, value_name = "TIME")]
    pub to: Time,
    /// A collector, or all, ris, routeviews: those that wrote then (repeatable)
    #[arg(long, value_name = "NAME", required = true)]
    pub collector: Vec<String>,
    /// Only RIB dumps, or only update files
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,
    /// The folder to fill, in the archives' own layout [default: $UPLINKS_DATA_DIR]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Say which files these are, and fetch none
    #[arg(long)]
    pub dry_run: bool,
    /// How to fetch.
    #[command(flatten)]
    pub network: Network,
    /// Exit with 3 if the archive has holes
    #[arg(long)]
    pub strict: bool,
    /// Show progress on standard error
    #[arg(long, value_enum, default_value_t)]
    pub progress: When,
}

/// How to fetch.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub struct Network {
    /// A mirror of the archives' layout, instead of the archives
    #[arg(long, value_name = "URL")]
    pub base_url: Option<BaseUrl>,
    /// Connections to one host
    #[arg(long, value_name = "N", default_value_t = MOST_CONNECTIONS as u8, value_parser = clap::value_parser!(u8).range(1..=MOST_CONNECTIONS as i64))]
    pub connections: u8,
    /// Give up a connection that brings nothing for so long, as 30s
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_duration)]
    pub timeout: i64,
    /// Tries of a request that brings nothing
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    pub tries: u8,
    /// The wait before the second try, in milliseconds; doubled for each further one
    #[arg(long, value_name = "MS", default_value_t = 1000, hide = true)]
    pub backoff_ms: u64,
}

/// Which files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// RIB dumps
    Rib,
    /// Update files: those that the window needs with its RIB dumps
    Updates,
}

/// What ends a fetch with status 2.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// An empty window.
    #[error("--from {from} is not before --to {to}; swap them")]
    Window {
        /// `--from`.
        from: Time,
        /// `--to`.
        to: Time,
    },
    /// No folder.
    #[error("where to? Add --output DIR, or set UPLINKS_DATA_DIR")]
    NoFolder,
    /// Collectors.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// No collector's archive can be asked.
    #[error(transparent)]
    Look(LookError),
    /// The mirror.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    /// The mirror's manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl Network {
    /// The manners that these options ask for.
    pub fn policy(&self) -> Policy {
        let timeout = Duration::from_micros(self.timeout.max(1).unsigned_abs());
        let usual = Policy::default();
        Policy {
            connect: usual.connect.min(timeout),
            idle: timeout,
            tries: self.tries.into(),
            backoff: Duration::from_millis(self.backoff_ms),
            connections: self.connections.into(),
            ..usual
        }
    }
}

/// Runs the command.
pub fn run(typed: &FetchArgs) -> Result<Exit, Fatal> {
    let window = Span { from: typed.from, until: typed.to };
    if window.from >= window.until {
        return Err(FetchError::Window { from: typed.from, to: typed.to }.into());
    }
    let folder =
        typed.output.clone().or_else(|| std::env::var_os("UPLINKS_DATA_DIR").filter(|v| !v.is_empty()).map(PathBuf::from));
    let folder = folder.ok_or(FetchError::NoFolder)?;
    let collectors = Catalogue::get().select(&typed.collector, window).map_err(FetchError::Select)?;
    let kinds = match typed.kind {
        None => Kinds::All,
        Some(Kind::Rib) => Kinds::Ribs,
        Some(Kind::Updates) => Kinds::Updates,
    };
    let question = Question { collectors, windows: vec![window], kinds, base: typed.network.base_url.clone() };
    let client = Client::new(typed.network.policy());
    let mirror = Mirror::open(&folder).map_err(FetchError::Manifest)?;
    let Looked { found, unanswered } = looked(look(&client, &question)).map_err(FetchError::Look)?;
    let holes = tell_holes(&found);
    for found in &found {
        mirror.note(found);
    }
    let mut wanted: Vec<Wanted> = found.iter().flat_map(Found::wanted).collect();
    wanted.sort_by(|a, b| (a.time, &a.path).cmp(&(b.time, &b.path)));
    if wanted.is_empty() && unanswered == 0 {
        say(&format!("the archive has nothing of these collectors for {} to {}", window.from, window.until));
        return Ok(Exit::NothingFound);
    }
    if typed.dry_run {
        output::write(None, |out| list(out, &mirror, &wanted))?;
    } else if !wanted.is_empty() {
        let brought = bring(&client, &mirror, &wanted, typed.progress).map_err(FetchError::Mirror)?;
        output::write(None, |out| summary(out, &brought, &folder))?;
        if !brought.failed.is_empty() {
            return Ok(Exit::Incomplete);
        }
    }
    Ok(if unanswered > 0 || (typed.strict && holes > 0) { Exit::Incomplete } else { Exit::Answered })
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
            Err(error @ LookError::NoCollector { .. }) => say(&format!("warning: {}", escaped(&error.to_string()))),
            Err(error) => {
                looked.unanswered += 1;
                if let Some(error) = first.replace(error) {
                    say(&format!("warning: {}", escaped(&error.to_string())));
                }
            }
        }
    }
    match first {
        Some(error) if looked.found.is_empty() => Err(error),
        Some(error) => {
            say(&format!("warning: {}", escaped(&error.to_string())));
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

fn list(out: &mut dyn Write, mirror: &Mirror, wanted: &[Wanted]) -> io::Result<()> {
    let (mut all, mut missing) = (Total::default(), Total::default());
    for file in wanted {
        let (size, there) = (file.size.map(ListedSize::octets), mirror.holds(file));
        all.add(size);
        if !there {
            missing.add(size);
        }
        let size = size.map_or("?".to_owned(), binary);
        writeln!(out, "{size:>9}  {}{}", file.path, if there { "  (there)" } else { "" })?;
    }
    writeln!(out, "{all}; to fetch: {missing}")
}

#[derive(Default)]
struct Total {
    files: usize,
    octets: u64,
    unknown: usize,
}

impl Total {
    fn add(&mut self, size: Option<u64>) {
        self.files += 1;
        self.octets += size.unwrap_or(0);
        self.unknown += usize::from(size.is_none());
    }
}

impl std::fmt::Display for Total {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let s = if self.files == 1 { "" } else { "s" };
        write!(f, "{} file{s}, about {}", self.files, binary(self.octets))?;
        if self.unknown > 0 { write!(f, " and {} of unlisted size", self.unknown) } else { Ok(()) }
    }
}

fn binary(octets: u64) -> String {
    indicatif::BinaryBytes(octets).to_string()
}

/// Fetches, with a bar.
fn bring(client: &Client, mirror: &Mirror, wanted: &[Wanted], progress: When) -> Result<Brought, MirrorError> {
    let missing = wanted.iter().filter(|file| !mirror.holds(file));
    let octets = missing.filter_map(|file| file.size).map(ListedSize::octets).sum();
    let bar = Bar { progress: Progress::new(progress, wanted.len(), octets), done: AtomicUsize::new(0) };
    let brought = mirror.bring(client, wanted, &bar);
    bar.progress.finish();
    brought
}

struct Bar {
    progress: Progress,
    done: AtomicUsize,
}

impl Bar {
    fn another(&self) {
        self.progress.done(self.done.fetch_add(1, Ordering::Relaxed) + 1);
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

fn summary(out: &mut dyn Write, brought: &Brought, folder: &Path) -> io::Result<()> {
    let failed: Vec<String> =
        brought.failed.iter().map(|(path, error)| format!("{path}: {}", escaped(&error.to_string()))).collect();
    tell(&failed);
    let (files, there) = (brought.files, brought.in_place);
    write!(out, "fetched {files} files ({}), {there} were there", binary(brought.octets))?;
    if !failed.is_empty() {
        write!(out, ", {} could not be had", failed.len())?;
    }
    writeln!(out, ": {}", escaped(&folder.display().to_string()))
}

fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
