//! `uplinks survey`: the transitions of years from samples. Fetches RIB dumps at intervals, finds between which of them
//! something changed, and fetches the update files there, until every boundary is exact or the archive has no more.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::args::{Analysis, When};
use super::fetch::{FetchError, Need, Network, Obtainable, Pace, ask, bring, folder, list};
use super::output::Results;
use super::plan::Plan;
use super::values::{parse_duration, parse_octets};
use super::warn::say;
use super::{Exit, Fatal, output, present, sheets, with_answer};
use crate::fetch::{Catalogue, Client, Kinds, Mirror, Question, Sampling, Wanted, bounded, windows};
use crate::model::Span;
use crate::timeline::Row;

/// Shown by `--help`.
pub const EXAMPLES: &str = "Examples:
  uplinks survey --from 2010-01-01 --to 2026-01-01 --every 1d --collector rrc00 --data-dir archive/ -f csv -o years.csv
  uplinks survey --from 2017-09-01 --to 2017-11-01 --every 8h --exhaustive --collector rrc00 --data-dir archive/
  uplinks survey --from 2010-01-01 --to 2026-01-01 --every 1w --collector rrc00 --data-dir archive/ --dry-run

An episode that begins and ends between two samples is not seen, unless with --exhaustive, which reads all updates.
Run it again to go on after an interruption: what is there and whole is not fetched again.";

/// Options of `survey`.
#[derive(Debug, Args)]
pub struct SurveyArgs {
    /// The distance between two samples, as 1d or 8h
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "1d")]
    pub every: i64,
    /// Fetch and read all update files too
    #[arg(long)]
    pub exhaustive: bool,
    /// Say which files the samples are, how large they are and how long that takes, and fetch none
    #[arg(long)]
    pub dry_run: bool,
    /// Fetch no more than so much in this run, as 500M or 20G
    #[arg(long, value_name = "SIZE", value_parser = parse_octets)]
    pub max_bytes: Option<u64>,
    /// The folder for fetched files [default: $UPLINKS_DATA_DIR]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// What to make of the files.
    #[command(flatten)]
    pub analysis: Analysis,
    /// How to fetch.
    #[command(flatten)]
    pub network: Network,
}

/// Each round halves nothing: one brings all updates between two samples, the next what those moved. More were never seen.
const MOST_ROUNDS: usize = 8;

/// Runs the command.
pub fn run(typed: SurveyArgs) -> Result<Exit, Fatal> {
    let SurveyArgs { every, exhaustive, dry_run, max_bytes, data_dir, mut analysis, network } = typed;
    let selection = &mut analysis.selection;
    let (Some(from), Some(until), false) = (selection.from, selection.to, selection.collector.is_empty()) else {
        return Err(FetchError::NoQuestion.into());
    };
    if from >= until {
        return Err(FetchError::Window { from, to: until }.into());
    }
    let window = Span { from, until };
    let collectors = Catalogue::get().select(&selection.collector, window).map_err(FetchError::Select)?;
    selection.collector = collectors.iter().map(|collector| collector.name.clone()).collect();
    let folder = folder(data_dir.as_deref())?;
    let every_s = (every / 1_000_000).max(1);
    let question = Question {
        collectors,
        windows: vec![window],
        kinds: if exhaustive { Kinds::All } else { Kinds::Ribs },
        sampling: Sampling::OneIn(every_s),
        base: network.base_url.clone(),
    };
    let client = Client::new(network.policy());
    if dry_run {
        return plan_only(&client, &Mirror::open(&folder).map_err(FetchError::Manifest)?, &question, max_bytes);
    }
    let mut plan = Plan::of(Vec::new(), analysis)?;
    plan.tell_notes();
    let results = Results::of(&plan)?;
    let mut survey = Survey {
        client,
        mirror: Mirror::open_to_write(&folder).map_err(FetchError::Mirror)?,
        left: max_bytes.unwrap_or(u64::MAX),
        files: BTreeMap::new(),
        failed: 0,
        pace: Pace::default(),
        progress: plan.progress,
    };
    if survey.bring(&question, "samples")? == Brought::TooMuch {
        return Err(FetchError::TooMuch.into());
    }
    let mut open = Vec::new();
    for _ in 0..MOST_ROUNDS {
        plan.inputs = survey.inputs()?;
        open = uncertain(&plan)?;
        let question = Question { windows: windows(&open), kinds: Kinds::All, sampling: Sampling::Every, ..question.clone() };
        if open.is_empty() || survey.bring(&question, "what changed between samples")? != Brought::Something {
            break;
        }
    }
    if !open.is_empty() {
        say(&format!("warning: {} boundaries stay uncertain: the archive, or --max-bytes, has no more for them", open.len()));
    }
    let reach = if exhaustive { None } else { Some(beyond_reach(every_s)) };
    let exit = present(&plan, results, |plan, answer, context| {
        let found = answer.timeline(plan, &plan.options);
        let mut sheet = sheets::timeline(found.rows, &found.changes, context);
        sheet.caveats.extend(reach);
        sheet
    })?;
    Ok(if survey.failed > 0 { Exit::Incomplete } else { exit })
}

/// The samples, as `fetch --dry-run` tells of files.
fn plan_only(client: &Client, mirror: &Mirror, question: &Question, max_bytes: Option<u64>) -> Result<Exit, Fatal> {
    let Obtainable { wanted, unanswered, .. } = ask(client, mirror, question)?;
    if wanted.is_empty() {
        return Err(FetchError::Nothing.into());
    }
    output::write(None, |out| list(out, mirror, &wanted))?;
    if question.kinds == Kinds::Ribs {
        say("The update files that sharpen what changed come on top; which, only the samples can tell.");
    }
    if max_bytes.is_some_and(|most| Need::of(mirror, &wanted).octets() > most) {
        return Err(FetchError::TooMuch.into());
    }
    Ok(if unanswered > 0 { Exit::Incomplete } else { Exit::Answered })
}

/// What is said in the result.
fn beyond_reach(every_s: i64) -> String {
    let (hours, minutes) = (every_s / 3600, every_s % 3600 / 60);
    let every = if minutes == 0 { format!("{hours} h") } else { format!("{hours} h {minutes} min") };
    format!(
        "A survey by samples every {every}: an episode or an outage that began and ended between two samples is not seen. \
         A smaller --every, or --exhaustive, would show it."
    )
}

/// The boundaries of the present answer that have bounds and are not exact.
fn uncertain(plan: &Plan) -> Result<Vec<Span>, Fatal> {
    with_answer(plan, &[], |answer| {
        let of = |row: &Row| [bounded(row.start.after, Some(row.start.by)), bounded(row.end.after, row.end.before)];
        Ok(answer.timeline(plan, &plan.options).rows.iter().flat_map(of).flatten().collect())
    })
}

struct Survey {
    client: Client,
    mirror: Mirror,
    /// Octets that may still be fetched.
    left: u64,
    /// All files asked for so far.
    files: BTreeMap<String, Wanted>,
    failed: usize,
    /// For the times of the plan.
    pace: Pace,
    progress: When,
}

#[derive(Debug, PartialEq, Eq)]
enum Brought {
    Something,
    Nothing,
    /// It would pass `--max-bytes`: nothing was fetched.
    TooMuch,
}

impl Survey {
    fn bring(&mut self, question: &Question, what: &str) -> Result<Brought, FetchError> {
        let Obtainable { wanted, unanswered, .. } = ask(&self.client, &self.mirror, question)?;
        self.failed += unanswered;
        let new: Vec<Wanted> = wanted.into_iter().filter(|file| !self.files.contains_key(&file.path)).collect();
        if new.is_empty() {
            return Ok(Brought::Nothing);
        }
        let need = Need::of(&self.mirror, &new);
        say(&format!("{what}: {}", need.with_time(&self.pace)));
        if need.octets() > self.left {
            return Ok(Brought::TooMuch);
        }
        let begun = Instant::now();
        let brought = bring(&self.client, &self.mirror, &new, self.progress)?;
        self.pace.add(brought.octets, begun.elapsed());
        self.left = self.left.saturating_sub(brought.octets);
        self.failed += brought.failed.len();
        for (path, error) in &brought.failed {
            say(&format!("warning: {path}: {error}"));
        }
        self.files.extend(new.into_iter().map(|file| (file.path.clone(), file)));
        Ok(Brought::Something)
    }

    fn inputs(&self) -> Result<Vec<std::ffi::OsString>, FetchError> {
        let places = self.files.values().map(|file| self.mirror.place(file));
        let inputs: Vec<_> = places.filter(|path| path.is_file()).map(Into::into).collect();
        if inputs.is_empty() { Err(FetchError::Nothing) } else { Ok(inputs) }
    }
}
