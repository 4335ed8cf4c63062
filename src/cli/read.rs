//! From inputs to what each file says: discovery, reading in parallel, and the first pass of a target without prefixes (rule 4).

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use ipnet::IpNet;
use rayon::prelude::*;

use super::plan::Plan;
use super::progress::Progress;
use crate::archive::{self, ArchiveFile, DiscoverError, Skipped, escaped};
use crate::event::{Cache, Damage, Discovery, FileEvents, Taken, discover_prefixes, read_events, read_file};
use crate::target::{Keep, Watch};

/// All files, read.
#[derive(Debug)]
pub struct ReadFiles {
    /// In the order of rule 7, with what each says.
    pub files: Vec<(ArchiveFile, FileEvents)>,
    /// How each was read, in the same order. Only `inventory` may say so.
    pub taken: Vec<Taken>,
    /// Met by walking, and no MRT.
    pub skipped: Vec<Skipped>,
    /// What was watched.
    pub watch: Watch,
}

/// Inputs that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// They are missing, or no MRT.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// `--cache`.
    #[error("cannot use {} as a cache: {error}; name a folder that can be written to", escaped(.folder))]
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

/// Finds and reads the inputs.
pub fn read(plan: &Plan) -> Result<ReadFiles, ReadError> {
    let found = archive::discover(&plan.inputs, plan.collector_name.as_deref(), &mut io::stdin().lock())?;
    let mut files = found.files;
    let there: BTreeSet<String> = files.iter().map(|f| escaped(&f.collector)).collect();
    files.retain(|f| plan.collectors.is_empty() || plan.collectors.contains(&f.collector));
    if files.is_empty() {
        let there = there.into_iter().collect::<Vec<_>>().join(", ");
        return Err(ReadError::NoCollector { wanted: escaped(&plan.collectors.join(", ")), there });
    }
    let cache = cache_of(plan)?;
    let mut prefixes = plan.prefixes.clone();
    if plan.discovers {
        prefixes.extend(discover(plan, &files, cache.as_ref()));
    }
    let keep = if cache.is_some() { Keep::Bytes } else { Keep::Nothing };
    let watch = Watch::new(prefixes, plan.origins.iter().copied()).keeping(keep);
    let question = question_of(&watch);
    let said = each_file(plan, &files, |file, progress| {
        if let Some(entry) = cache.as_ref().and_then(|cache| cache.load(file, &question)) {
            progress.skip(file.size);
            return entry.answer;
        }
        let plain = || plain(file, progress, |input| read_events(input, &watch), unreadable);
        let mut read = read_file(&file.source, &watch, plan.way, plain);
        if read.1 != Taken::Whole {
            progress.skip(file.size);
        }
        let kept = std::mem::take(&mut read.0.kept);
        // A file of which nothing could be read may only have been out of reach.
        if let Some(cache) = cache.as_ref().filter(|_| read.0.first.is_some()) {
            note_failure(cache.store(file, &question, &read, &kept));
        }
        read
    });
    let (said, taken): (Vec<_>, Vec<_>) = said.into_iter().unzip();
    Ok(ReadFiles { files: files.into_iter().zip(said).collect(), taken, skipped: found.skipped, watch })
}

/// The first pass: the prefixes that the origins announce anywhere in the inputs.
fn discover(plan: &Plan, files: &[ArchiveFile], cache: Option<&Cache>) -> Vec<IpNet> {
    let question = format!("prefixes of {:?}", plan.origins);
    let found = each_file(plan, files, |file, progress| {
        if let Some(entry) = cache.and_then(|cache| cache.load::<BTreeSet<IpNet>>(file, &question)) {
            progress.skip(file.size);
            return entry.answer;
        }
        let found = plain(file, progress, |input| discover_prefixes(input, &plan.origins), |_| Discovery::default());
        if let Some(cache) = cache.filter(|_| found.damage.is_empty()) {
            note_failure(cache.store(file, &question, &found.prefixes, &[]));
        }
        found.prefixes
    });
    let all: BTreeSet<IpNet> = found.into_iter().flatten().collect();
    all.into_iter().collect()
}

/// What an answer depends on besides the file: the watched prefixes. Origins only classify, later.
pub fn question_of(watch: &Watch) -> String {
    format!("routes of {:?}", watch.prefixes())
}

/// The cache that the plan names, if it does.
pub fn cache_of(plan: &Plan) -> Result<Option<Cache>, ReadError> {
    let open =
        |folder: &PathBuf| Cache::open(folder).map_err(|error| ReadError::Cache { folder: folder.display().to_string(), error });
    plan.cache.as_ref().map(open).transpose()
}

/// A cache that cannot be written to costs time, not truth: told once.
fn note_failure(stored: io::Result<()>) {
    static TOLD: Once = Once::new();
    if let Err(error) = stored {
        TOLD.call_once(|| eprintln!("warning: the cache cannot be written: {error}; the result is not affected"));
    }
}

/// Reads all of every file with `read`, in parallel; the results are in the order of the files.
pub fn each<T: Send>(
    plan: &Plan,
    files: &[ArchiveFile],
    read: impl Fn(Box<dyn io::Read + Send>) -> T + Sync,
    failed: impl Fn(&io::Error) -> T + Sync,
) -> Vec<T> {
    each_file(plan, files, |file, progress| plain(file, progress, &read, &failed))
}

fn each_file<T: Send>(plan: &Plan, files: &[ArchiveFile], read: impl Fn(&ArchiveFile, &Progress) -> T + Sync) -> Vec<T> {
    let progress = Progress::new(plan.progress, files.len(), files.iter().map(|f| f.size).sum());
    let done = AtomicUsize::new(0);
    let one = |file: &ArchiveFile| {
        let said = read(file, &progress);
        progress.done(done.fetch_add(1, Ordering::Relaxed) + 1);
        said
    };
    let all = files.par_iter().with_max_len(1).map(one).collect();
    progress.finish();
    all
}

fn plain<T>(
    file: &ArchiveFile,
    progress: &Progress,
    read: impl FnOnce(Box<dyn io::Read + Send>) -> T,
    failed: impl FnOnce(&io::Error) -> T,
) -> T {
    match file.source.open_raw().and_then(|raw| archive::decompress(progress.count(raw))) {
        Ok(input) => read(input),
        Err(error) => failed(&error),
    }
}

/// A file that cannot even be opened is damaged from its first byte.
fn unreadable(error: &io::Error) -> FileEvents {
    let damage = Damage { from: 0, until: None, after: None, before: None, reason: error.to_string() };
    FileEvents { damage: vec![damage], ..FileEvents::default() }
}
