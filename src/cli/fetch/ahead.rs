//! `--fetch` of the commands that analyse: fetches what the window needs, then takes exactly those files as inputs.

use std::path::PathBuf;

use clap::Args;

use super::folder;
use super::network::{FetchError, Network};
use super::obtain::{Obtainable, ask, bring, say};
use crate::archive::escaped;
use crate::cli::args::Common;
use crate::fetch::{Catalogue, Client, Kinds, Mirror, Question, Sampling};
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

/// Fetches, if that is asked for, and puts the files in the place of the inputs. What the answer rests on is what the
/// question needs, whatever else the folder holds.
pub fn ahead(common: &mut Common) -> Result<(), FetchError> {
    if !common.fetching.fetch {
        return Ok(());
    }
    if let Some(input) = common.inputs.first() {
        return Err(FetchError::Inputs(escaped(&input.to_string_lossy())));
    }
    let (Some(from), Some(until), false) = (common.selection.from, common.selection.to, common.selection.collector.is_empty())
    else {
        return Err(FetchError::NoQuestion);
    };
    if from >= until {
        return Err(FetchError::Window { from, to: until });
    }
    let window = Span { from, until };
    let collectors = Catalogue::get().select(&common.selection.collector, window)?;
    common.selection.collector = collectors.iter().map(|collector| collector.name.clone()).collect();
    let network = &common.fetching.network;
    let question = Question {
        collectors,
        windows: vec![window],
        kinds: Kinds::All,
        sampling: Sampling::Every,
        base: network.base_url.clone(),
    };
    let client = Client::new(network.policy());
    let mirror = Mirror::open(&folder(common.fetching.data_dir.as_deref())?)?;
    let Obtainable { wanted, unanswered, .. } = ask(&client, &mirror, &question)?;
    if unanswered > 0 {
        say("warning: the answer lacks the collectors that could not be asked");
    }
    let brought = bring(&client, &mirror, &wanted, common.work.progress)?;
    for (path, error) in &brought.failed {
        say(&format!("warning: {path}: {}", escaped(&error.to_string())));
    }
    common.inputs = wanted.iter().map(|file| mirror.place(file)).filter(|path| path.is_file()).map(Into::into).collect();
    if common.inputs.is_empty() { Err(FetchError::Nothing) } else { Ok(()) }
}
