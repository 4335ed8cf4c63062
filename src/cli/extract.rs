//! `uplinks extract`: what archive files say of a target, packed, so that many machines can read and one can answer.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;
use serde::Serialize;

use super::args::{Analysis, Output as OutputArgs, Selection, Target, When, Work};
use super::inputs::FilesFrom;
use super::output::{self, Results, STDOUT};
use super::packs::{Copier, Packs};
use super::passes::{asked, plain, read_opened, watch_of};
use super::paths::Paths;
use super::plan::{Plan, PlanError};
use super::progress::{Doing, Progress};
use super::read::{Holders, ReadError, is_selected};
use super::{Exit, Fatal, memory, warn};
use crate::archive::{self, ArchiveFile, DiscoverError, Found, Since, Skipped, Source};
use crate::escape::{self, printable};
use crate::event::{Encoded, FileEvents, Input, PackEntry, PackError, PackWriter, PackedFile};
use crate::report::{Format, TimeFormat};
use crate::target::{Keep, Watch};

/// Below the help.
pub const EXAMPLES: &str = "\
Examples:
  uplinks extract --root sample-data -o rrc90.uplinks sample-data/rrc90
  uplinks extract --origin AS17557 --prefix 208.65.153.0/24 --files-from batch-0001 --status batch-0001.jsonl -o part-0001.uplinks
  uplinks extract --merge -o all.uplinks 'parts/*.uplinks'
  uplinks timeline all.uplinks

Exit status: 0 packed, also if there was nothing; 2 usage or fatal error; 75 some files were out of reach and are left out: try again.";

/// Entries on their way to the pack, at most.
const AT_A_TIME: usize = 1024;

/// Options of `extract`.
#[derive(Debug, Args)]
pub struct ExtractArgs {
    /// Archive files, directories (walked), globs, or `-` for standard input; packs are copied
    #[arg(value_name = "INPUT", required_unless_present = "files_from")]
    pub inputs: Vec<OsString>,
    /// A list of such.
    #[command(flatten)]
    pub listed: FilesFrom,
    /// The pack to write, which appears only when complete; - is standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: String,
    /// Name files by their paths below this folder [default: as given]
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Write a JSON line for each file: what was read of it, and what went wrong
    #[arg(long, value_name = "FILE")]
    pub status: Option<String>,
    /// Make one pack of packs; whatever else is named is refused
    #[arg(long)]
    pub merge: bool,
    /// Only this collector (repeatable)
    #[arg(long, value_name = "NAME")]
    pub collector: Vec<String>,
    /// The collector of files whose path does not say
    #[arg(long, value_name = "NAME")]
    pub collector_name: Option<String>,
    /// Whom to watch.
    #[command(flatten)]
    pub target: Target,
    /// How to work.
    #[command(flatten)]
    pub work: Work,
}

/// A pack that cannot be made as asked.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// A pack on the screen.
    #[error("a pack is for programs and not for a terminal: write it to a file, as -o part-0001.uplinks, or pipe it on")]
    ToTerminal,
    /// A target without prefixes.
    #[error(
        "extract needs to know the prefixes, and with origins alone they would have to be looked for in all files first: find them once, as with `uplinks timeline --origin N -f csv INPUT`, and give them with --prefix or --prefix-file, here and to the commands that read the packs"
    )]
    NoPrefixes,
    /// `--root`.
    #[error("--root {}: {error}; name the folder that holds the archive", printable(.root))]
    Root {
        /// As typed.
        root: String,
        /// What the system says.
        error: io::Error,
    },
    /// A file elsewhere.
    #[error("{}: it is not below --root {}; name a folder that holds all files, or leave out --root", printable(.path), printable(.root))]
    NotBelow {
        /// The file.
        path: String,
        /// As typed.
        root: String,
    },
    /// `--merge` of what has not been extracted.
    #[error("{}: it is no pack, and --merge takes packs only; leave out --merge to have it read", printable(.0))]
    NoPack(String),
}

/// What became of a file, as `--status` tells.
#[derive(Debug, Serialize)]
struct Status {
    path: String,
    collector: Option<String>,
    bytes: Option<u64>,
    records: Option<usize>,
    damage: Vec<String>,
    error: Option<String>,
    /// Whether another try may read it.
    try_again: bool,
}

impl Status {
    fn of_entry(entry: &PackEntry) -> Self {
        let damage = entry.said.damage.iter().map(|damage| format!("from byte {}: {}", damage.from, damage.reason)).collect();
        Status {
            path: entry.file.path.clone(),
            collector: Some(entry.file.collector.clone()),
            bytes: Some(entry.file.size),
            records: Some(entry.said.kept.len()),
            damage,
            error: None,
            try_again: false,
        }
    }

    fn of_lost(path: &str, error: String, try_again: bool) -> Self {
        let (path, damage) = (path.to_owned(), Vec::new());
        Status { path, collector: None, bytes: None, records: None, damage, error: Some(error), try_again }
    }
}

/// Runs `extract`.
pub fn run(typed: ExtractArgs) -> Result<Exit, Fatal> {
    let (output, status) = (Some(typed.output).filter(|path| path != STDOUT), typed.status);
    if output.is_none() && io::stdout().is_terminal() {
        return Err(ExtractError::ToTerminal.into());
    }
    let naming = Naming::new(typed.root, typed.merge)?;
    if typed.work.cache.is_some() {
        return Err(
            PlanError::NotFor { option: "--cache", command: "extract", reason: "packs are what it keeps; leave it out" }.into()
        );
    }
    let selection =
        Selection { collector: typed.collector, collector_name: typed.collector_name, min_peers: 1, ..Selection::default() };
    let output_args =
        OutputArgs { format: Format::default(), output: None, time_format: TimeFormat::default(), evidence: None, strict: false };
    let analysis = Analysis {
        target: typed.target,
        paths: Paths { hop: 1, ..Paths::default() },
        selection,
        output: output_args,
        work: typed.work,
    };
    let plan = Plan::of(typed.listed.with(typed.inputs).map_err(PlanError::from)?, analysis)?;
    if plan.discovers {
        return Err(ExtractError::NoPrefixes.into());
    }
    plan.tell_notes();
    let results = Results::open(output.as_deref(), status.as_deref())?;
    memory::watch(&plan);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(plan.jobs.map_or(0, usize::from)).build()?;
    pool.install(|| extract(&plan, &naming, results))
}

/// How files are named, and whether there may be any.
struct Naming {
    /// As typed, and where it is.
    root: Option<(PathBuf, PathBuf)>,
    merge: bool,
}

impl Naming {
    fn new(root: Option<PathBuf>, merge: bool) -> Result<Self, ExtractError> {
        let find = |root: PathBuf| match root.canonicalize() {
            Ok(place) => Ok((root, place)),
            Err(error) => Err(ExtractError::Root { root: escape::path(&root), error }),
        };
        Ok(Naming { root: root.map(find).transpose()?, merge })
    }

    fn name(&self, found: &mut Found) -> Result<(), ExtractError> {
        if let Some(file) = found.files.first().filter(|_| self.merge) {
            return Err(ExtractError::NoPack(file.shown.clone()));
        }
        let Some((root, place)) = &self.root else { return Ok(()) };
        let below = |shown: &str| {
            let path = escape::to_path(shown);
            let there = below(&path, root, place).map(|path| escape::path(&path));
            there.ok_or_else(|| ExtractError::NotBelow { path: shown.to_owned(), root: escape::path(root) })
        };
        for file in found.files.iter_mut().filter(|file| matches!(file.source, Source::Path(_))) {
            file.shown = below(&file.shown)?;
        }
        for skipped in &mut found.skipped {
            skipped.shown = below(&skipped.shown)?;
        }
        Ok(())
    }
}

/// A path from the root on. Links below the root keep their names.
fn below(path: &Path, root: &Path, place: &Path) -> Option<PathBuf> {
    if let Ok(below) = path.strip_prefix(root) {
        return Some(below.to_owned());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let below = folder.canonicalize().ok()?;
    Some(below.strip_prefix(place).ok()?.join(path.file_name()?))
}

fn extract(plan: &Plan, naming: &Naming, results: Results) -> Result<Exit, Fatal> {
    let stdin = &mut io::stdin().lock();
    let mut found =
        archive::discover_what_can_be(&plan.inputs, plan.collector_name.as_deref(), stdin).map_err(ReadError::from)?;
    if let Some(at) = found.refused.iter().position(|error| matches!(error, DiscoverError::BadPattern { .. })) {
        return Err(ReadError::from(found.refused.swap_remove(at)).into());
    }
    naming.name(&mut found)?;
    let packs = Packs::open(plan, &mut found)?;
    found.files.retain(|file| is_selected(plan, file));
    archive::sort(&mut found.files);
    output::refuse_inputs(&results.places(), &found.files, &packs)?;
    let mut lost: Vec<Skipped> = found.refused.iter().map(refused).collect();
    let mut statuses = Vec::new();
    let Results { main, other } = results;
    let mut broken = None;
    let written = main.write(|out| {
        let made = write_pack(plan, &found, &packs, out, &mut statuses, &mut lost);
        made.map_err(|error| match error {
            Failed::Write(error) => error,
            Failed::Pack(error) => {
                broken = Some(error);
                io::ErrorKind::InvalidData.into()
            }
        })
    });
    if let Some(error) = broken {
        return Err(error.into());
    }
    written?;
    lost.extend(found.skipped.into_iter().filter(|skipped| skipped.unseen));
    for Skipped { shown, reason, unseen } in &lost {
        statuses.push(Status::of_lost(shown, reason.clone(), *unseen));
    }
    tell(&lost);
    if let Some(status) = other {
        status.write(|out| {
            statuses.iter().try_for_each(|status| {
                serde_json::to_writer(&mut *out, status)?;
                out.write_all(b"\n")
            })
        })?;
    }
    Ok(if lost.iter().any(|lost| lost.unseen) { Exit::TryAgain } else { Exit::Answered })
}

/// What is not in the pack, though it was named or met.
fn tell(lost: &[Skipped]) {
    let list = |unseen| {
        let of_kind = lost.iter().filter(move |lost| lost.unseen == unseen);
        of_kind.map(|lost| format!("{}: {}", printable(&lost.shown), lost.reason)).collect::<Vec<String>>()
    };
    warn::tell(&list(false), Some("it is left out of the pack"));
    warn::tell(&list(true), Some("it is left out of the pack, which says so: try again (status 75)"));
}

/// A named input that cannot be used.
fn refused(error: &DiscoverError) -> Skipped {
    let (shown, reason) = (error.shown().to_owned(), error.to_string());
    let reason = reason.strip_prefix(&format!("{}: ", printable(&shown))).map_or(reason.clone(), str::to_owned);
    Skipped { shown, reason, unseen: error.may_pass() }
}

enum Failed {
    Write(io::Error),
    Pack(PackError),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Failed::Write(error)
    }
}

impl From<PackError> for Failed {
    fn from(error: PackError) -> Self {
        Failed::Pack(error)
    }
}

fn write_pack(
    plan: &Plan,
    found: &Found,
    packs: &Packs,
    out: &mut dyn io::Write,
    statuses: &mut Vec<Status>,
    lost: &mut Vec<Skipped>,
) -> Result<(), Failed> {
    let watch = watch_of(plan, plan.prefixes.clone()).keeping(Keep::Bytes);
    let mut pack = PackWriter::begin(out, &asked(plan, &watch))?;
    let files = &found.files;
    let marked: Vec<bool> = archive::simulated(files).collect();
    let progress = Progress::new(Doing::Reading, plan.progress, files.len(), files.iter().map(|file| file.size).sum());
    let mut copier = Copier::default();
    memory::note_files(0, files.len());
    for (at, (some, marked)) in files.chunks(AT_A_TIME).zip(marked.chunks(AT_A_TIME)).enumerate() {
        let with_marks = some.par_iter().zip(marked).with_max_len(1);
        let read: Vec<_> = with_marks
            .map(|(file, is_marked)| read_encoded(plan, &watch, file, *is_marked, &progress))
            .collect::<io::Result<_>>()?;
        for (file, read) in some.iter().zip(read) {
            match read {
                Read::Whole(encoded, status) => {
                    pack.add(&encoded)?;
                    statuses.push(status);
                }
                Read::Lost(reason) => lost.push(Skipped { shown: file.shown.clone(), reason, unseen: true }),
                Read::Packed(packed) => {
                    if let Some(place) = packs.place(packed)
                        && let Some(entry) = copier.entry(packs, place)?
                    {
                        pack.add(&entry.encode()?)?;
                        statuses.push(Status::of_entry(entry));
                    }
                    progress.skip(file.size);
                }
            }
        }
        let done = at * AT_A_TIME + some.len();
        progress.done(done);
        memory::note_files(done, files.len());
    }
    progress.finish();
    let mut skipped = [&found.skipped[..], lost].concat();
    skipped.sort_unstable();
    skipped.dedup();
    Ok(pack.finish(&skipped)?)
}

enum Read {
    Whole(Encoded, Status),
    /// For a reason that may pass.
    Lost(String),
    /// It has been read before.
    Packed(archive::Packed),
}

fn read_encoded(plan: &Plan, watch: &Watch, file: &ArchiveFile, simulated: bool, progress: &Progress) -> io::Result<Read> {
    if let Source::Packed(packed) = file.source {
        return Ok(Read::Packed(packed));
    }
    Ok(match read_entry(plan, watch, file, simulated, progress) {
        Ok(entry) => Read::Whole(entry.encode()?, Status::of_entry(&entry)),
        Err(reason) => Read::Lost(reason),
    })
}

/// What a file says, or why another try may tell more: what the system keeps from us is never taken for the file's own damage.
fn read_entry(plan: &Plan, watch: &Watch, file: &ArchiveFile, simulated: bool, progress: &Progress) -> Result<PackEntry, String> {
    let in_words = |error: io::Error| error.to_string();
    let opened = file.source.open().map_err(in_words)?;
    let (size, ends) = opened.ends().map_err(in_words)?;
    let (said, taken) = read_opened(plan, watch, file, &opened, progress);
    let silent = Progress::new(Doing::Looking, When::Never, 0, 0);
    let holders =
        |which| plain(&opened, &silent, |input| Input::new(input, file.start).peers_with_routes(which), |_| Holders::new());
    let holders = (0..said.dumps.len()).map(|which| holders(which).into_iter().collect()).collect();
    match opened.since(file.stamp.as_ref()) {
        Since::Same => {}
        Since::Changed(reason) => return Err(reason),
        Since::Elsewhere if opened.has_failed() => return Err(failure(&said)),
        Since::Elsewhere => return Err("another file took its place while it was read".to_owned()),
    }
    let file = PackedFile {
        path: file.shown.clone(),
        collector: file.collector.clone(),
        kind: file.kind,
        start: file.start,
        project: file.project,
        size,
        ends: String::new(),
        simulated,
    };
    Ok(PackEntry::new(file.with_ends(size, &ends), said, taken, holders))
}

/// Why the system did not let a file be read to its end, as far as that is known.
fn failure(said: &FileEvents) -> String {
    let reason = said.damage.last().map_or("", |damage| damage.reason.as_str());
    format!("it could not be read to its end: {reason}").trim_end_matches(": ").to_owned()
}
