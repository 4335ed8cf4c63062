//! `--fetch` of the commands that analyse: fetches what the window needs, reads the files as they come, and takes exactly
//! those as inputs.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use clap::Args;
use rayon::{Scope, ThreadPool};

use super::folder;
use super::network::{FetchError, Network};
use super::obtain::{Bar, Obtainable, ask};
use crate::cli::Fatal;
use crate::cli::args::Common;
use crate::cli::plan::Plan;
use crate::cli::read::{Early, EarlyReader, Inputs};
use crate::cli::warn::say;
use crate::escape;
use crate::fetch::{Brought, Catalogue, Client, Kinds, Mirror, Observer, Policy, Question, Sampling, Wanted};
use crate::model::Span;

/// Options of `--fetch`.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Fetching")]
pub struct Fetching {
    /// Fetch first what --collector, --from and --to need, and answer from that
    #[arg(long)]
    pub fetch: bool,
    /// The folder for fetched files [default: $UPLINKS_DATA_DIR]
    #[arg(long, value_name = "DIR", requires = "fetch")]
    pub data_dir: Option<PathBuf>,
    /// How to fetch.
    #[command(flatten)]
    pub network: Network,
}

/// What to fetch, resolved.
#[derive(Debug, Clone)]
pub struct Errand {
    question: Question,
    folder: PathBuf,
    policy: Policy,
}

impl Errand {
    /// `None` if nothing is to be fetched.
    pub fn of(common: &Common) -> Result<Option<Errand>, FetchError> {
        let Common { inputs, listed, analysis, fetching } = common;
        if !fetching.fetch {
            return Ok(None);
        }
        if let Some(input) = inputs.first().or(listed.files_from.as_ref()) {
            return Err(FetchError::Inputs(escape::path(input.as_ref())));
        }
        let selection = &analysis.selection;
        let (Some(from), Some(until), false) = (selection.from, selection.to, selection.collector.is_empty()) else {
            return Err(FetchError::NoQuestion);
        };
        if from >= until {
            return Err(FetchError::Window { from, to: until });
        }
        let window = Span { from, until };
        let question = Question {
            collectors: Catalogue::get().select(&selection.collector, window)?,
            windows: vec![window],
            kinds: Kinds::All,
            sampling: Sampling::Every,
            base: fetching.network.base_url.clone(),
        };
        Ok(Some(Errand { question, folder: folder(fetching.data_dir.as_deref())?, policy: fetching.network.policy() }))
    }

    /// The names of the collectors asked about.
    pub fn collectors(&self) -> Vec<String> {
        self.question.collectors.iter().map(|collector| collector.name.clone()).collect()
    }

    /// Fetches, and reads meanwhile. What the answer rests on is what the question needs, whatever else the folder holds.
    pub fn run(&self, plan: &Plan, pool: &ThreadPool) -> Result<Inputs, Fatal> {
        let client = Client::new(self.policy.clone());
        let mirror = Mirror::open_to_write(&self.folder).map_err(FetchError::Mirror)?;
        let Obtainable { wanted, unanswered, .. } = ask(&client, &mirror, &self.question)?;
        if unanswered > 0 {
            say("warning: the answer lacks the collectors that could not be asked");
        }
        let reader = EarlyReader::new(plan)?;
        let bar = Bar::new(plan.progress, &mirror, &wanted);
        let (brought, early) = bring_and_read(&mirror, &client, &wanted, &bar, reader, pool)?;
        for (path, error) in &brought.failed {
            say(&format!("warning: {path}: {error}"));
        }
        let places = wanted.iter().map(|file| mirror.place(file));
        let paths: Vec<_> = places.filter(|path| path.is_file()).map(Into::into).collect();
        if paths.is_empty() { Err(FetchError::Nothing.into()) } else { Ok(Inputs { paths, early }) }
    }
}

/// The threads of the pool read what the network's threads have put in place. What is not begun when the last file has come
/// is left to the reading of all.
fn bring_and_read(
    mirror: &Mirror,
    client: &Client,
    wanted: &[Wanted],
    bar: &Bar,
    reader: EarlyReader<'_>,
    pool: &ThreadPool,
) -> Result<(Brought, Early), FetchError> {
    let meanwhile = Meanwhile { reader, bar, readers: pool.current_num_threads(), queue: Mutex::default() };
    let brought = pool.in_place_scope(|scope| {
        let brought = mirror.bring(client, wanted, &Handing { meanwhile: &meanwhile, scope });
        meanwhile.queue().waiting.clear();
        brought
    });
    bar.finish();
    Ok((brought?, meanwhile.reader.finish()))
}

struct Meanwhile<'a> {
    reader: EarlyReader<'a>,
    bar: &'a Bar,
    /// The most at a time: as many as the pool has threads. So no task waits in the pool for a thread, where one that reads
    /// a large file in parts could take it up within its own and hold both in memory.
    readers: usize,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<PathBuf>,
    /// Readers at work.
    active: usize,
}

impl Meanwhile<'_> {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads until nothing waits.
    fn read(&self) {
        while let Some(path) = self.next() {
            self.reader.file(&path);
            self.bar.read();
        }
    }

    fn next(&self) -> Option<PathBuf> {
        let mut queue = self.queue();
        let next = queue.waiting.pop_front();
        if next.is_none() {
            queue.active -= 1;
        }
        next
    }
}

/// Hands each file that is in place to a reader.
struct Handing<'m, 's, 'scope> {
    meanwhile: &'scope Meanwhile<'m>,
    scope: &'s Scope<'scope>,
}

impl Observer for Handing<'_, '_, '_> {
    fn octets(&self, octets: i64) {
        self.meanwhile.bar.octets(octets);
    }

    fn in_place(&self, path: &Path) {
        let meanwhile = self.meanwhile;
        meanwhile.bar.in_place(path);
        let mut queue = meanwhile.queue();
        queue.waiting.push_back(path.to_owned());
        if queue.active < meanwhile.readers {
            queue.active += 1;
            self.scope.spawn(|_| meanwhile.read());
        }
    }

    fn failed(&self, path: &Path) {
        self.meanwhile.bar.failed(path);
    }
}
