//! The command line: what was typed (`args`), what it means (`plan`), and the way from inputs to an answer.

pub mod answer;
pub mod args;
mod facts;
pub mod fetch;
mod inventory;
pub mod output;
pub mod plan;
mod progress;
pub mod read;
mod values;
mod warn;

use std::io::{self, IsTerminal};

use answer::Answer;
use args::{Cli, Command};
use output::WriteError;
use plan::{Plan, PlanError};
use read::ReadError;

use crate::model::{RecordId, Upstream};
use crate::report::{self, Colour, Context, Sheet, Style, sheets};
use crate::timeline::{self, Options, View};

/// How a run ended, as its exit status tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0.
    Answered,
    /// 1: nothing was found.
    NothingFound,
    /// 3: data were missing or damaged, under `--strict`.
    Incomplete,
}

impl Exit {
    /// The exit status.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Answered => 0,
            Exit::NothingFound => 1,
            Exit::Incomplete => 3,
        }
    }
}

/// What ends a run with status 2.
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    /// The arguments.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The inputs.
    #[error(transparent)]
    Inputs(#[from] ReadError),
    /// The result.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// No threads.
    #[error("cannot start worker threads: {0}; try --jobs 1")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// The archives, or the folder for their files.
    #[error(transparent)]
    Fetch(#[from] fetch::FetchError),
}

/// Runs a command.
pub fn run(cli: Cli) -> Result<Exit, Fatal> {
    match cli.command {
        Command::Timeline(common) => answer(&Plan::new(common)?, timeline),
        Command::Changes(common) => answer(&Plan::new(common)?, changes),
        Command::First(first) => {
            let upstream = Upstream::Via(first.upstream);
            answer(&Plan::new(first.common)?, move |plan, answer, context| onset(plan, answer, context, upstream))
        }
        Command::Routes(common) => answer(&Plan::new(common)?, routes),
        Command::Inventory(common) => {
            answer(&Plan::new(common)?, |_, answer, context| sheets::inventory(&inventory::rows(answer), context))
        }
        Command::Fetch(typed) => fetch::run(&typed),
    }
}

/// Reads, replays, makes the sheet and writes it; a sheet without rows means that nothing was found.
fn answer(plan: &Plan, sheet: impl FnOnce(&Plan, &Answer, &Context) -> Sheet + Send) -> Result<Exit, Fatal> {
    let threads = plan.jobs.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    pool.install(|| {
        let answer = Answer::new(plan, read::read(plan)?);
        warn::warn(&answer);
        let evidence = |record: RecordId| answer.evidence(record);
        let context = facts::context(plan, &answer, &evidence);
        let (sheet, style) = (sheet(plan, &answer, &context), style(plan));
        output::write(plan.output.as_deref(), |out| report::write(&sheet, plan.format, out, &style))?;
        Ok(match sheet.rows.is_empty() {
            _ if plan.strict && answer.is_incomplete() => Exit::Incomplete,
            true => Exit::NothingFound,
            false => Exit::Answered,
        })
    })
}

/// Colour only on a terminal, and not where `NO_COLOR` is set.
fn style(plan: &Plan) -> Style {
    let asked_not = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let on_terminal = plan.output.is_none() && io::stdout().is_terminal();
    Style { colour: if on_terminal && !asked_not { Colour::Always } else { Colour::Never }, ..Style::default() }
}

fn timeline(plan: &Plan, answer: &Answer, context: &Context) -> Sheet {
    sheets::timeline(&answer.timeline(plan, &plan.options).rows, context)
}

fn changes(plan: &Plan, answer: &Answer, context: &Context) -> Sheet {
    sheets::changes(&answer.timeline(plan, &plan.options).changes, context)
}

fn onset(plan: &Plan, answer: &Answer, context: &Context, upstream: Upstream) -> Sheet {
    let by = |view| answer.timeline(plan, &Options { view, ..plan.options });
    match timeline::onset(&by(View::Prefix), &by(View::Target), upstream) {
        Some(found) => sheets::first(&found, context),
        None => sheets::never(upstream, context),
    }
}

fn routes(plan: &Plan, answer: &Answer, context: &Context) -> Sheet {
    sheets::routes(answer.routes(plan), context)
}
