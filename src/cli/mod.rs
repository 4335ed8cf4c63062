//! The command line: what was typed (`args`), what it means (`plan`), and the way from inputs to an answer.

pub mod about;
pub mod answer;
pub mod args;
mod by_digest;
pub mod check;
pub mod demo;
pub mod evidence;
pub mod explain;
pub mod extract;
mod facts;
pub mod fetch;
pub mod filters;
pub mod inputs;
mod inventory;
mod memory;
pub mod output;
mod packs;
mod passes;
mod paths;
pub mod plan;
mod progress;
pub mod read;
pub mod reference;
mod report;
mod slices;
pub mod survey;
pub mod values;
mod warn;
mod watched;

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use answer::Answer;
use args::{By, Cli, Command, Explain, Inventory, Rows, Visibility};
use evidence::{EvidenceError, Used};
use explain::ExplainError;
use output::{Results, WriteError};
use plan::{Plan, PlanError, Scope};
use read::{Inputs, ReadError};

use crate::model::{RecordId, Upstream};
use crate::report::{Bars, Colour, Context, Format, Sheet, Style, sheets};
use crate::timeline::{self, Options, Series, SummaryOf, Timeline, View};

/// How a run ended, as its exit status tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0.
    Answered,
    /// 1: nothing was found, or a claim failed.
    NothingFound,
    /// 3: data were missing or damaged, under `--strict`.
    Incomplete,
    /// 75, as in sysexits.h: some data were out of reach, and another try may have them.
    TryAgain,
}

impl Exit {
    /// The exit status.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Answered => 0,
            Exit::NothingFound => 1,
            Exit::Incomplete => 3,
            Exit::TryAgain => 75,
        }
    }
}

/// What ends a run with status 2.
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    /// The arguments.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The claims.
    #[error(transparent)]
    Claims(#[from] crate::target::SettingsError),
    /// The inputs.
    #[error(transparent)]
    Inputs(#[from] ReadError),
    /// The result.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The records behind it.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The sample archive.
    #[error(transparent)]
    Demo(#[from] demo::DemoError),
    /// A record to explain.
    #[error(transparent)]
    Explain(#[from] ExplainError),
    /// No threads.
    #[error("cannot start worker threads: {0}; try --jobs 1")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// What `extract` was asked.
    #[error(transparent)]
    Extract(#[from] extract::ExtractError),
    /// What was extracted before.
    #[error(transparent)]
    Pack(#[from] crate::event::PackError),
    /// The archives, or the folder for their files.
    #[error(transparent)]
    Fetch(#[from] fetch::FetchError),
}

/// Runs a command.
pub fn run(cli: Cli) -> Result<Exit, Fatal> {
    match cli.command {
        Command::Timeline(rows) if matches!(rows.common.analysis.selection.by, By::Upstream | By::Origin) => summary(rows),
        Command::Summary(rows) => summary(rows),
        Command::Timeline(rows) => answer(&Plan::of_rows(rows)?, |plan, answer, context| timeline(plan, answer, context)),
        Command::Changes(common) => answer(&Plan::new(common)?, |plan, answer, context| changes(plan, answer, context)),
        Command::First(first) => {
            let mut plan =
                Plan::new(first.common)?.without_through("first", "its headline and ranks count every peer; ask routes")?;
            // What it is about, and no filter of rows.
            let upstream = std::mem::take(&mut plan.filters.upstream).first().copied().unwrap_or_default();
            let asked = Asked { upstream: Upstream::next(upstream), with_variations: first.sensitivity };
            answer(&plan, move |plan, answer, context| onset(plan, answer, context, asked))
        }
        Command::Visibility(Visibility { bin, wide, common }) => {
            let plan = Plan::new(common)?.without_evidence()?;
            let plan = plan.without_through("visibility", "it counts peers, and they have several paths; ask routes")?;
            answer(&plan, move |plan, answer, context| visibility(plan, answer, context, bin, wide))
        }
        Command::Check(typed) => check::run(typed),
        Command::Columns(typed) => about::columns(&typed),
        Command::Completions(typed) => about::completions(&typed),
        Command::Man(typed) => about::man(&typed),
        Command::Routes(rows) => answer(&Plan::of_rows(rows)?.in_slices(slices::ROUTES_AT_A_TIME), |plan, answer, context| {
            routes(plan, answer, context)
        }),
        Command::Inventory(Inventory { full, common }) => {
            let plan = Plan::new(common)?.without_evidence()?;
            let plan = plan.with_all_rows("inventory", "it tells of the inputs and not of routes; leave it out")?;
            let plan = Plan { scope: if full { Scope::All } else { Scope::Watched }, ..plan };
            answer(&plan, move |plan, answer, context| {
                let mut rows = inventory::rows(answer);
                facts::all_sessions(answer, context);
                if full {
                    inventory::count_all(plan, answer, &mut rows, &mut context.facts.peers);
                }
                sheets::inventory(&rows, context)
            })
        }
        Command::Report(report) => report::run(report),
        Command::Demo(typed) => demo::run_demo(typed),
        Command::Extract(typed) => extract::run(typed),
        Command::Explain(Explain { reference, inputs, listed, cache }) => {
            let inputs = listed.with(inputs).map_err(PlanError::from)?;
            explain::run(&reference, &inputs, cache.as_deref())
        }
        Command::Fetch(typed) => fetch::run(&typed),
        Command::Survey(typed) => survey::run(typed),
    }
}

/// Reads, replays, makes the sheet and writes it; a sheet without rows means that nothing was found.
fn answer(
    plan: &Plan,
    sheet: impl for<'a> FnOnce(&'a Plan, &'a Answer, &'a mut Context<'_>) -> Sheet<'a> + Send,
) -> Result<Exit, Fatal> {
    plan.tell_notes();
    present(plan, Results::of(plan)?, |plan, answer, context| {
        warn::warn(answer);
        plan.filters.note_strangers(answer);
        sheet(plan, answer, context)
    })
}

/// As [`answer`], without a word on what is missing: a survey's samples are meant to have gaps.
fn present(
    plan: &Plan,
    results: Results,
    sheet: impl for<'a> FnOnce(&'a Plan, &'a Answer, &'a mut Context<'_>) -> Sheet<'a> + Send,
) -> Result<Exit, Fatal> {
    with_answer(plan, &results.places(), |answer| {
        let used = Used::default();
        let evidence = |record: RecordId| {
            used.note(record);
            answer.evidence(record)
        };
        let mut context = facts::context(plan, answer, &evidence);
        // Where the result itself has no place for words.
        if !matches!(plan.format, Format::Table | Format::Markdown)
            && let Some(said) = context.covered()
        {
            warn::note(&said);
        }
        let simulated = context.simulated();
        let (mut sheet, style) = (sheet(plan, answer, &mut context), style(plan));
        plan.filters.tell((plan.only_flags, plan.exclude_flags), &mut sheet.summary);
        if let Some(said) = simulated {
            sheet.summary.insert(0, said.to_owned());
            if !plan.format.has_words() {
                warn::note(said);
            }
        }
        if let Some(output) = results.other {
            // Records are noted as rows name them, and the rows are yet to be made.
            sheet.rows.walk(&mut |_| Ok(())).map_err(WriteError::Stdout)?;
            evidence::write(output, &used, answer, read::cache_of(plan)?.as_ref())?;
        }
        results.main.write(|out| crate::report::write(&sheet, plan.format, out, &style))?;
        Ok(match sheet.rows.is_empty() {
            _ if plan.strict && answer.is_incomplete() => Exit::Incomplete,
            true => Exit::NothingFound,
            false => Exit::Answered,
        })
    })
}

/// Fetches where that is asked for, reads, replays, and goes on from there; all of it on as many threads as the plan wants. Nothing is read
/// that a result would replace.
fn with_answer<T: Send>(
    plan: &Plan,
    places: &[(String, PathBuf)],
    go_on: impl FnOnce(&Answer) -> Result<T, Fatal> + Send,
) -> Result<T, Fatal> {
    memory::watch(plan);
    let threads = plan.jobs.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let fetched = plan.errand.as_ref().map(|errand| errand.run(plan, &pool)).transpose()?;
    pool.install(|| {
        let found = read::find(plan, fetched.unwrap_or_else(|| Inputs::of(plan)))?;
        output::refuse_inputs(places, &found.files, &found.packs)?;
        memory::tell(plan, &found.files);
        go_on(&Answer::new(plan, read::read_all(plan, found)?))
    })
}

/// Colour only on a terminal, and not where `NO_COLOR` is set.
fn style(plan: &Plan) -> Style {
    let asked_not = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let on_terminal = plan.output.is_none() && io::stdout().is_terminal();
    let fits = |(width, _): (terminal_size::Width, terminal_size::Height)| usize::from(width.0).clamp(60, 200);
    let width = terminal_size::terminal_size().filter(|_| on_terminal).map(fits);
    Style {
        width: width.unwrap_or(Style::default().width),
        bars: if on_terminal { Bars::Drawn } else { Bars::None },
        colour: if on_terminal && !asked_not { Colour::Always } else { Colour::Never },
        times: plan.times,
    }
}

fn timeline<'a>(plan: &Plan, answer: &Answer, context: &'a Context<'a>) -> Sheet<'a> {
    let Timeline { rows, changes, .. } = answer.timeline(plan, &plan.options);
    sheets::timeline(rows, &changes, context)
}

/// Its rows are upstreams unless origins are asked for.
fn summary(mut typed: Rows) -> Result<Exit, Fatal> {
    let by = std::mem::take(&mut typed.common.analysis.selection.by);
    let of = if by == By::Origin { SummaryOf::Origins } else { SummaryOf::Upstreams };
    answer(&Plan::of_rows(typed)?.without_evidence()?, |plan, answer, context| {
        let timeline = answer.timeline(plan, &plan.options);
        let summaries =
            context.window.map(|window| timeline::summarize(&timeline, of, plan.asked(), window, plan.options.min_peers));
        sheets::summary(summaries.unwrap_or_default(), of, context)
    })
}

fn changes<'a>(plan: &Plan, answer: &Answer, context: &'a Context<'a>) -> Sheet<'a> {
    sheets::changes(answer.timeline(plan, &plan.options).changes, context)
}

/// What `first` is asked.
#[derive(Clone, Copy)]
struct Asked {
    upstream: Upstream,
    with_variations: bool,
}

fn onset<'a>(plan: &Plan, answer: &Answer, context: &'a Context<'a>, asked: Asked) -> Sheet<'a> {
    let upstream = asked.upstream;
    let by = |view| answer.timeline(plan, &Options { view, ..plan.options });
    match timeline::onset(&by(View::Prefix), &by(View::Target), upstream) {
        Some(mut found) => {
            if asked.with_variations {
                found.variations = timeline::variations(&answer.observed, &answer.read.watch, &plan.options, upstream);
            }
            sheets::first(&found, context)
        }
        None => sheets::never(upstream, context),
    }
}

fn visibility<'a>(plan: &Plan, answer: &Answer, context: &'a Context<'a>, bin: Option<i64>, wide: bool) -> Sheet<'a> {
    let timeline = answer.timeline(plan, &plan.options);
    let window = facts::series_window(plan, answer, bin);
    let series =
        |window| timeline::visibility(&timeline, window, bin).only(|subject| plan.filters.has_upstream(subject.upstream));
    // A chart has even steps, or it would draw an hour as wide as a year.
    let chart = (plan.format == Format::Xlsx).then(|| chart_of(plan, answer, &timeline, bin)).flatten();
    let make = if wide { sheets::wide } else { sheets::visibility };
    make(window.map(series), chart, context)
}

/// The series in the bins asked for, or in about as many as a chart has room for.
fn chart_of(plan: &Plan, answer: &Answer, timeline: &Timeline, bin: Option<i64>) -> Option<Series> {
    const BINS: i64 = 240;
    const MINUTE: i64 = 60_000_000;
    let window = facts::series_window(plan, answer, Some(bin.unwrap_or(MINUTE)))?;
    let length = window.until.micros_since(window.from);
    let even = [1, 5, 15, 60, 180, 360, 1440, 7 * 1440, 28 * 1440].map(|minutes| minutes * MINUTE);
    let width = bin.unwrap_or_else(|| even.into_iter().find(|width| length / width <= BINS).unwrap_or(364 * 1440 * MINUTE));
    let series = timeline::visibility(timeline, window, Some(width));
    Some(series.only(|subject| plan.filters.has_upstream(subject.upstream)))
}

fn routes<'a>(plan: &'a Plan, answer: &'a Answer, context: &'a Context<'a>) -> Sheet<'a> {
    let (intervals, totals) = answer.routes(plan);
    sheets::routes(&intervals, &totals, context)
}
