//! From inputs to what each file says: discovery, reading in parallel, and the first pass of a target without prefixes (rule 4).

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use ipnet::IpNet;
use rayon::prelude::*;

use super::plan::Plan;
use super::progress::Progress;
use crate::archive::{self, ArchiveFile, DiscoverError, Skipped, escaped};
use crate::event::{Damage, Discovery, FileEvents, Taken, discover_prefixes, read_events, read_file};
use crate::target::Watch;

/// All files, read.
#[derive(Debug)]
pub struct ReadFiles {
    /// In the order of rule 7, with what each says.
    pub files: Vec<(ArchiveFile, FileEvents)>,
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
    let mut prefixes = plan.prefixes.clone();
    if plan.discovers {
        prefixes.extend(discover(plan, &files));
    }
    let watch = Watch::new(prefixes, plan.origins.iter().copied());
    let said = each_file(plan, &files, |file, progress| {
        let plain = || plain(file, progress, |input| read_events(input, &watch), unreadable);
        let (said, taken) = read_file(&file.source, &watch, plan.way, plain);
        if taken != Taken::Whole {
            progress.skip(file.size);
        }
        said
    });
    Ok(ReadFiles { files: files.into_iter().zip(said).collect(), skipped: found.skipped, watch })
}

/// The first pass: the prefixes that the origins announce anywhere in the inputs.
fn discover(plan: &Plan, files: &[ArchiveFile]) -> Vec<IpNet> {
    let found = each(plan, files, |input| discover_prefixes(input, &plan.origins), |_| Discovery::default());
    let all: BTreeSet<IpNet> = found.into_iter().flat_map(|d| d.prefixes).collect();
    all.into_iter().collect()
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
