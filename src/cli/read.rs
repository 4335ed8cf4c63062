//! From inputs to what each file says: discovery, reading in parallel, and the first pass of a target without prefixes (rule 4).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use ipnet::IpNet;
use rayon::prelude::*;

use super::args::When;
use super::memory;
use super::packs::Packs;
use super::passes::{FirstPass, Found, SecondPass, note_failure, plain};
use super::plan::Plan;
use super::progress::{Doing, Progress};
use crate::archive::{self, ArchiveFile, DiscoverError, Skipped, Source};
use crate::escape::{self, printable};
use crate::event::{Cache, FileEvents, FilePeer, Input, PackError, Sought, Taken};
use crate::target::{Watch, covering};

/// All files, read.
#[derive(Debug)]
pub struct ReadFiles {
    /// In the order of rule 7, with what each says.
    pub files: Vec<(ArchiveFile, FileEvents)>,
    /// How each was read, in the same order. Only `inventory` may say so.
    pub taken: Vec<Taken>,
    /// Met by walking, and no MRT.
    pub skipped: Vec<Skipped>,
    /// What was extracted before.
    pub packs: Packs,
    /// What was watched.
    pub watch: Watch,
}

/// Peers with a route in a dump: any of IPv4, any of IPv6.
pub type Holders = BTreeMap<FilePeer, [bool; 2]>;

/// Inputs that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// They are missing, or no MRT.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// What `uplinks extract` made.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A question that a pack cannot answer.
    #[error("{}: {reason}", printable(.pack))]
    NotInPacks {
        /// The first of them.
        pack: String,
        /// Why, and what to do.
        reason: &'static str,
    },
    /// `--cache`.
    #[error("cannot use {} as a cache: {error}; name a folder that can be written to", printable(.folder))]
    Cache {
        /// As typed.
        folder: String,
        /// Why.
        error: io::Error,
    },
    /// A selection that leaves no file.
    #[error("no input is of collector {wanted}; there are: {there}")]
    NoCollector {
        /// As typed.
        wanted: String,
        /// What the inputs have.
        there: String,
    },
}

/// What a run reads.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Files, directories, globs, `-`.
    pub paths: Vec<OsString>,
    /// What has been read of them while others were still on their way.
    pub early: Early,
}

/// Readings by path, each as [`read_all`] would have made it.
#[derive(Debug, Default)]
pub struct Early {
    found: HashMap<PathBuf, Found>,
    said: HashMap<PathBuf, (FileEvents, Taken)>,
}

impl Early {
    /// What this file says, if it was read: once.
    fn take(&mut self, file: &ArchiveFile, packs: &mut Packs) -> Reading {
        match &file.source {
            Source::Path(path) => Reading { found: self.found.remove(path), said: self.said.remove(path) },
            Source::Spool(_) => Reading::default(),
            Source::Packed(packed) => Reading { found: None, said: packs.take(*packed) },
        }
    }
}

#[derive(Default)]
struct Reading {
    found: Option<Found>,
    said: Option<(FileEvents, Taken)>,
}

impl Inputs {
    /// Those that the plan names.
    pub fn of(plan: &Plan) -> Self {
        Self { paths: plan.inputs.clone(), early: Early::default() }
    }
}

/// Finds and reads the inputs that the plan names.
pub fn read(plan: &Plan) -> Result<ReadFiles, ReadError> {
    read_all(plan, find(plan, Inputs::of(plan))?)
}

/// The files that the inputs come down to.
#[derive(Debug)]
pub struct Files {
    /// In the order of rule 7.
    pub files: Vec<ArchiveFile>,
    skipped: Vec<Skipped>,
    /// What was extracted before of those that are not here.
    pub packs: Packs,
    early: Early,
}

/// Finds the files of the inputs.
pub fn find(plan: &Plan, inputs: Inputs) -> Result<Files, ReadError> {
    let Inputs { paths, early } = inputs;
    let mut found = archive::discover(&paths, plan.collector_name.as_deref(), &mut io::stdin().lock())?;
    let packs = Packs::open(plan, &mut found)?;
    let mut files = found.files;
    let there: BTreeSet<String> = files.iter().map(|f| printable(&f.collector).into_owned()).collect();
    files.retain(|f| is_selected(plan, f));
    if files.is_empty() {
        let there = there.into_iter().collect::<Vec<_>>().join(", ");
        return Err(ReadError::NoCollector { wanted: printable(&plan.collectors.join(", ")).into_owned(), there });
    }
    Ok(Files { files, skipped: found.skipped, packs, early })
}

/// Reads what has not been read of them.
pub fn read_all(plan: &Plan, found: Files) -> Result<ReadFiles, ReadError> {
    let Files { files, skipped, mut packs, mut early } = found;
    let cache = cache_of(plan)?;
    if let Some(cache) = &cache {
        cache.sweep();
    }
    let readings: Vec<Reading> = files.iter().map(|file| early.take(file, &mut packs)).collect();
    let (known, said): (Vec<_>, Vec<_>) = readings.into_iter().map(|r| (r.found.map(Some), r.said)).unzip();
    let mut prefixes = plan.prefixes.clone();
    let first = plan.discovers.then(|| FirstPass::new(plan, cache.clone()));
    let mut found = Vec::new();
    if let Some(pass) = &first {
        found = each_file(plan, Doing::Looking, &files, known, |_, file, progress| pass.file(file, progress));
        let all = found.iter().flatten().flat_map(|found| &found.prefixes).copied();
        prefixes.extend(all.filter(|prefix| plan.filters.has_family(*prefix)).collect::<BTreeSet<IpNet>>());
    }
    let pass = SecondPass::new(plan, cache, prefixes);
    let sought = Sought::new(&pass.watch);
    let said = each_file(plan, Doing::Reading, &files, said, |at, file, progress| {
        match first.as_ref().zip(found.get(at).and_then(Option::as_ref)) {
            Some((first, found)) => pass.found(file, found, first, &sought, progress),
            None => pass.file(file, progress),
        }
    });
    let (said, taken): (Vec<_>, Vec<_>) = said.into_iter().unzip();
    Ok(ReadFiles { files: files.into_iter().zip(said).collect(), taken, skipped, packs, watch: pass.watch })
}

/// Reads single files before all are there. Where the target's prefixes have to be found first (rule 4), it is that pass which
/// can begin; the routes wait until every file has been looked through.
pub struct EarlyReader<'a> {
    plan: &'a Plan,
    first: FirstPass,
    second: SecondPass<'a>,
    silent: Progress,
    early: Mutex<Early>,
}

impl<'a> EarlyReader<'a> {
    /// Fails if the cache cannot be used.
    pub fn new(plan: &'a Plan) -> Result<Self, ReadError> {
        let cache = cache_of(plan)?;
        Ok(Self {
            plan,
            first: FirstPass::new(plan, cache.clone()),
            second: SecondPass::new(plan, cache, plan.prefixes.clone()),
            silent: Progress::new(Doing::Reading, When::Never, 0, 0),
            early: Mutex::default(),
        })
    }

    /// Reads a file as [`read_all`] will want it; what cannot be used is left for that to tell of.
    pub fn file(&self, path: &Path) {
        let plan = self.plan;
        let found = archive::discover(&[path.as_os_str().to_owned()], plan.collector_name.as_deref(), &mut io::empty());
        let Some(file) = found.ok().and_then(|found| found.files.into_iter().next()).filter(|file| is_selected(plan, file))
        else {
            return;
        };
        let early = || self.early.lock().unwrap_or_else(PoisonError::into_inner);
        if plan.discovers {
            if let Some(found) = self.first.file(&file, &self.silent) {
                early().found.insert(path.to_owned(), found);
            }
        } else {
            let said = self.second.file(&file, &self.silent);
            early().said.insert(path.to_owned(), said);
        }
    }

    /// What was read.
    pub fn finish(self) -> Early {
        self.early.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn is_selected(plan: &Plan, file: &ArchiveFile) -> bool {
    plan.collectors.is_empty() || plan.collectors.contains(&file.collector)
}

/// Of each dump, by its file and its place there, every peer with at least one route in it. The files are read whole, in parallel.
pub fn peers_with_routes(plan: &Plan, read: &ReadFiles, dumps: &[(usize, usize)]) -> Vec<Holders> {
    let cache = cache_of(plan).ok().flatten();
    let asked: Vec<ArchiveFile> = dumps.iter().map(|(file, _)| read.files[*file].0.clone()).collect();
    let one = |at: usize, file: &ArchiveFile, progress: &Progress| {
        if let Source::Packed(packed) = file.source {
            return read.packs.holders(packed, dumps[at].1);
        }
        let question = format!("peers of dump {}", dumps[at].1);
        let Ok(opened) = file.source.open() else { return Holders::new() };
        if let Some(entry) = cache.as_ref().and_then(|cache| cache.load::<Vec<(FilePeer, [bool; 2])>>(&opened, &question)) {
            progress.skip(file.size);
            return entry.answer.into_iter().collect();
        }
        let found =
            plain(&opened, progress, |input| Input::new(input, file.start).peers_with_routes(dumps[at].1), |_| Holders::new());
        if let Some(cache) = &cache {
            note_failure(cache.store(&opened, &question, &found.iter().collect::<Vec<_>>(), &[]));
        }
        found
    };
    let none = asked.iter().map(|_| None).collect();
    each_file(plan, Doing::Looking, &asked, none, one)
}

/// Where the prefixes that were asked for show no route: those that cover them most closely in the first table of each collector, or in
/// the first update file of those that have none.
pub fn covering_routes(plan: &Plan, files: &[(ArchiveFile, FileEvents)]) -> BTreeSet<IpNet> {
    let mut first: BTreeMap<&str, &(ArchiveFile, FileEvents)> = BTreeMap::new();
    for file in files {
        let best = first.entry(&file.0.collector).or_insert(file);
        if best.1.dumps.is_empty() && !file.1.dumps.is_empty() {
            *best = file;
        }
    }
    let first: Vec<ArchiveFile> = first.into_values().map(|(file, _)| file.clone()).collect();
    let Ok(cache) = cache_of(plan) else { return BTreeSet::new() };
    let watch = Watch::new(plan.prefixes.iter().copied(), plan.origins.iter().copied()).with_covering();
    let pass = SecondPass::of(plan, cache, watch);
    let none = first.iter().map(|_| None).collect();
    let said = each_file(plan, Doing::Looking, &first, none, |_, file, progress| pass.file(file, progress));
    let there: BTreeSet<IpNet> = said.iter().flat_map(|(said, _)| said.prefixes()).collect();
    plan.prefixes.iter().filter_map(|asked| covering(*asked).find(|net| there.contains(net))).collect()
}

/// What an answer depends on besides the file: the watched prefixes. Origins only classify, later.
pub fn question_of(watch: &Watch) -> String {
    let covering = if watch.covering().is_empty() { "" } else { " and what covers them" };
    format!("routes of {:?}{covering}", watch.prefixes())
}

/// The cache that the plan names, if it does.
pub fn cache_of(plan: &Plan) -> Result<Option<Cache>, ReadError> {
    let open = |folder: &PathBuf| Cache::open(folder).map_err(|error| ReadError::Cache { folder: escape::path(folder), error });
    plan.cache.as_ref().map(open).transpose()
}

/// Reads all of every file with `read`, in parallel; the results are in the order of the files.
pub fn each<T: Send>(
    plan: &Plan,
    files: &[ArchiveFile],
    read: impl Fn(Input<Box<dyn io::Read + Send>>) -> T + Sync,
    failed: impl Fn(&io::Error) -> T + Sync,
) -> Vec<T> {
    let none = files.iter().map(|_| None).collect();
    each_file(plan, Doing::Reading, files, none, |_, file, progress| match file.source.open() {
        Ok(opened) => plain(&opened, progress, |input| read(Input::new(input, file.start)), &failed),
        Err(error) => failed(&error),
    })
}

/// One result a file, in their order; `known` are those that need no reading.
fn each_file<T: Send>(
    plan: &Plan,
    doing: Doing,
    files: &[ArchiveFile],
    known: Vec<Option<T>>,
    read: impl Fn(usize, &ArchiveFile, &Progress) -> T + Sync,
) -> Vec<T> {
    let progress = Progress::new(doing, plan.progress, files.len(), files.iter().map(|f| f.size).sum());
    let done = AtomicUsize::new(0);
    memory::note_files(0, files.len());
    let one = |(at, (file, known)): (usize, (&ArchiveFile, Option<T>))| {
        let said = known.inspect(|_| progress.skip(file.size)).unwrap_or_else(|| read(at, file, &progress));
        let read = done.fetch_add(1, Ordering::Relaxed) + 1;
        progress.done(read);
        memory::note_files(read, files.len());
        said
    };
    let all = files.par_iter().zip(known).enumerate().with_max_len(1).map(one).collect();
    progress.finish();
    all
}
