//! `uplinks fetch`: gets the files that a window needs, or says which they are; and `--fetch` of the commands that analyse.

mod ahead;
mod network;
mod obtain;
mod pace;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

pub use ahead::{Errand, Fetching};
pub use network::{FetchError, Network};
pub(super) use obtain::{Need, Obtainable, ask, bring, list, summary};
pub(super) use pace::Pace;

use super::args::When;
use super::output;
use super::warn::say;
use super::{Exit, Fatal};
use crate::escape;
use crate::fetch::{Catalogue, Client, Kinds, Mirror, Question, Sampling, Uncertain};
use crate::model::{Span, Time};

/// Shown by `--help`.
pub const EXAMPLES: &str = "Examples:
  uplinks fetch --from 2017-10-01 --to 2017-10-02 --collector rrc00 --collector route-views2 -o archive/
  uplinks fetch --from 2017-10-01 --to 2017-10-02 --collector ris --kind rib --dry-run -o archive/
  uplinks timeline --from 2017-10-01 --to 2017-10-02 archive/
  uplinks timeline -f json -o years.json archive/ && uplinks fetch --refine years.json -o archive/

It takes the RIB before the window, those in it, and every update file from 60 s before that RIB to the window's end.
Run it again to go on after an interruption: what is there and whole is not fetched again.

Exit status: 0 the folder has all that the archive has; 1 the archive has nothing for this; 2 usage or fatal error;
3 some files could not be had, or, under --strict, the archive itself has holes.";

/// Options of `fetch`.
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Answer for the time from here on (RFC 3339 or YYYY-MM-DD, UTC)
    #[arg(long, value_name = "TIME", required_unless_present = "refine")]
    pub from: Option<Time>,
    /// Answer for the time before this
    #[arg(long, value_name = "TIME", required_unless_present = "refine")]
    pub to: Option<Time>,
    /// A collector, or all, ris, routeviews: those that wrote then (repeatable)
    #[arg(long, value_name = "NAME", required_unless_present = "refine")]
    pub collector: Vec<String>,
    /// Get what would sharpen the uncertain boundaries of this result (JSON, of `timeline`), from its own collectors
    #[arg(long, value_name = "RESULT.json", conflicts_with_all = ["from", "to"])]
    pub refine: Option<PathBuf>,
    /// Only RIB dumps, or only update files
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,
    /// The folder to fill, in the archives' own layout [default: $UPLINKS_DATA_DIR]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Say which files these are, and fetch none
    #[arg(long)]
    pub dry_run: bool,
    /// Exit with 3 if the archive has holes
    #[arg(long)]
    pub strict: bool,
    /// Show progress on standard error
    #[arg(long, value_enum, default_value_t)]
    pub progress: When,
    /// How to fetch.
    #[command(flatten)]
    pub network: Network,
}

/// Which files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// RIB dumps
    Rib,
    /// Update files: those that the window needs with its RIB dumps
    Updates,
}

/// Runs the command.
pub fn run(typed: &FetchArgs) -> Result<Exit, Fatal> {
    let Some(question) = question(typed)? else {
        say("nothing to refine: every boundary of this result that has bounds is exact");
        return Ok(Exit::Answered);
    };
    let folder = folder(typed.output.as_deref())?;
    let client = Client::new(typed.network.policy());
    let mirror = if typed.dry_run {
        Mirror::open(&folder).map_err(FetchError::Manifest)?
    } else {
        Mirror::open_to_write(&folder).map_err(FetchError::Mirror)?
    };
    let Obtainable { wanted, holes, unanswered } = ask(&client, &mirror, &question)?;
    if wanted.is_empty() && unanswered == 0 {
        say("the archive has nothing for this");
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

/// What to ask; `None` if a result needs no refinement.
fn question(typed: &FetchArgs) -> Result<Option<Question>, FetchError> {
    let (windows, own_collectors) = match (&typed.refine, typed.from, typed.to) {
        (Some(result), ..) => {
            let uncertain = uncertain(result)?;
            (uncertain.windows(), uncertain.collectors)
        }
        (None, Some(from), Some(to)) if from < to => (vec![Span { from, until: to }], Vec::new()),
        (None, from, to) => {
            return Err(FetchError::Window { from: from.unwrap_or(Time::MIN), to: to.unwrap_or(Time::MAX) });
        }
    };
    let (Some(first), Some(last)) = (windows.first(), windows.last()) else { return Ok(None) };
    let collectors = if typed.collector.is_empty() { &own_collectors } else { &typed.collector };
    let collectors = Catalogue::get().select(collectors, Span { from: first.from, until: last.until })?;
    let kinds = match typed.kind {
        None => Kinds::All,
        Some(Kind::Rib) => Kinds::Ribs,
        Some(Kind::Updates) => Kinds::Updates,
    };
    Ok(Some(Question { collectors, windows, kinds, sampling: Sampling::Every, base: typed.network.base_url.clone() }))
}

fn uncertain(result: &Path) -> Result<Uncertain, FetchError> {
    let shown = || escape::path(result);
    let json = std::fs::read(result).map_err(|error| FetchError::Unread { path: shown(), error })?;
    Uncertain::read(&json).map_err(|error| FetchError::Result { path: shown(), error })
}

/// Where files go: as typed, else `UPLINKS_DATA_DIR`.
pub(super) fn folder(typed: Option<&Path>) -> Result<PathBuf, FetchError> {
    let usual = || std::env::var_os("UPLINKS_DATA_DIR").filter(|value| !value.is_empty()).map(PathBuf::from);
    typed.map(Path::to_owned).or_else(usual).ok_or(FetchError::NoFolder)
}
