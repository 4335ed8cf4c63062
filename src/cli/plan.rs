//! What it means: the arguments checked and resolved, before any archive is opened.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use ipnet::IpNet;

use super::args::{Analysis, By, Common, Rows, SeekWhen, When, Work};
use super::fetch::{Errand, FetchError};
use super::filters::Filters;
use super::inputs::ListError;
use super::output::STDOUT;
use super::warn::note;
use super::watched::{Watched, watched};
use crate::escape::printable;
use crate::event::{Seek, Verify, Way};
use crate::model::{Asn, Flag, Flags, PathReader, Span, Time};
use crate::replay::{Basis, End, RouteInterval, Start};
use crate::report::sheets::route_flags;
use crate::report::{Format, TimeFormat};
use crate::target::SettingsError;
use crate::timeline::{Options, View};

/// A run, resolved.
#[derive(Debug, Clone)]
pub struct Plan {
    /// As typed; none if they have to be fetched.
    pub inputs: Vec<OsString>,
    /// What to fetch first.
    pub errand: Option<Errand>,
    /// How the target is called.
    pub label: String,
    /// Rule 4.
    pub origins: Vec<Asn>,
    /// How paths are read (rule 3).
    pub reader: PathReader,
    /// Rule 4; those that discovery finds are added later.
    pub prefixes: Vec<IpNet>,
    /// Whether a first pass must find the prefixes that the origins announce.
    pub discovers: bool,
    /// `--covering`.
    pub covering: bool,
    /// Names of ASes.
    pub names: BTreeMap<Asn, String>,
    /// What overlaps `[from, to)` is printed; records at or after `to` are ignored.
    pub window: (Option<Time>, Option<Time>),
    /// Only what stood at this instant.
    pub at: Option<Time>,
    /// Only these collectors; empty: all.
    pub collectors: Vec<String>,
    /// For files whose path does not say.
    pub collector_name: Option<String>,
    /// Only peers of these ASes; empty: all.
    pub peer_asns: Vec<Asn>,
    /// What else to leave out.
    pub filters: Filters,
    /// What was made of what was typed, where that may surprise.
    pub notes: Vec<String>,
    /// How to aggregate.
    pub options: Options,
    /// Rows with any of these are left out.
    pub exclude_flags: Flags,
    /// Only rows with any of these; none: all.
    pub only_flags: Flags,
    /// How to write.
    pub format: Format,
    /// How text formats for programs write times.
    pub times: TimeFormat,
    /// Where to; `None`: standard output.
    pub output: Option<String>,
    /// Where the records behind the result go.
    pub evidence: Option<String>,
    /// `--strict`.
    pub strict: bool,
    /// `--cache`.
    pub cache: Option<PathBuf>,
    /// Threads; `None`: one a core.
    pub jobs: Option<u16>,
    /// `--seek`, `--verify`.
    pub way: Way,
    /// `--max-memory`, in octets; `None`: three quarters of what there is.
    pub max_memory: Option<u64>,
    /// `--progress`.
    pub progress: When,
    /// Of which records anything is asked.
    pub scope: Scope,
    /// Where routes are told one by one: how many are replayed at a time.
    pub slices: Option<usize>,
}

/// Which records are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The watched ones.
    Watched,
    /// `inventory --full`: every one.
    All,
}

/// Arguments that do not go together, or name what cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// An empty window.
    #[error("--from {from} is not before --to {to}; swap them, or leave one out")]
    Window {
        /// `--from`.
        from: Time,
        /// `--to`.
        to: Time,
    },
    /// `--by upstream` or `--by origin` on a command that has no such rows.
    #[error(
        "--by upstream and --by origin are for timeline, which is then summary; the rows of this command are of prefixes or, with --by target, of each origin's upstreams over all prefixes"
    )]
    BySummary,
    /// `--discover` has nothing to go by.
    #[error("--discover needs an origin: add --origin ASN, or a profile that has one")]
    NothingToDiscover,
    /// Bytes that would only upset the terminal.
    #[error("{format} is no text and standard output is a terminal; add --output FILE, or send it to a file or program")]
    BinaryToTerminal {
        /// The format.
        format: Format,
    },
    /// `--evidence` on a command whose rows name no records.
    #[error("--evidence is for timeline, changes, first, routes and check: the rows of this command name no records")]
    NoEvidence,
    /// A filter that has nothing to choose from.
    #[error("{option} is not for {command}: {reason}")]
    NotFor {
        /// The option.
        option: &'static str,
        /// The command.
        command: &'static str,
        /// Why, and what to do.
        reason: &'static str,
    },
    /// `report` without a place for its page.
    #[error("a report is a page for a browser, not for a terminal: write it to a file, as -o report.html, or pipe it on")]
    PageToTerminal,
    /// `--upstream` by a name.
    #[error("--upstream {}: {}", printable(.typed), printable(.reason))]
    Upstream {
        /// As typed.
        typed: String,
        /// Why it is nobody's.
        reason: String,
    },
    /// `--family` against the prefixes.
    #[error("no watched prefix is of IPv{family}: leave out --family {family}, add --prefix, or find prefixes with --discover")]
    NoFamily {
        /// 4 or 6.
        family: &'static str,
    },
    /// A file of the target.
    #[error(transparent)]
    Profile(#[from] SettingsError),
    /// The list of inputs.
    #[error(transparent)]
    List(#[from] ListError),
    /// What to fetch.
    #[error(transparent)]
    Fetch(#[from] FetchError),
}

impl Plan {
    /// Resolves the arguments.
    pub fn new(typed: Common) -> Result<Plan, PlanError> {
        let errand = Errand::of(&typed)?;
        let mut plan = Plan::of(typed.listed.with(typed.inputs)?, typed.analysis)?;
        if let Some(errand) = &errand {
            plan.collectors = errand.collectors();
        }
        Ok(Plan { errand, ..plan })
    }

    /// The same of what may be asked for one instant.
    pub fn of_rows(typed: Rows) -> Result<Plan, PlanError> {
        Ok(Plan { at: typed.at, ..Plan::new(typed.common)? })
    }

    /// Of files that are there; reads the profile, the list of prefixes and the names.
    pub fn of(inputs: Vec<OsString>, typed: Analysis) -> Result<Plan, PlanError> {
        let Analysis { target, paths, selection, output, work } = typed;
        if matches!(selection.by, By::Upstream | By::Origin) {
            return Err(PlanError::BySummary);
        }
        if let (Some(from), Some(to)) = (selection.from, selection.to)
            && from >= to
        {
            return Err(PlanError::Window { from, to });
        }
        refuse_terminal(output.format, output.output.as_deref().filter(|path| *path != STDOUT))?;
        let covering = target.covering;
        let mut filters = selection.filters;
        let Watched { label, origins, siblings, prefixes, discovers, names, notes } = watched(target, &filters)?;
        filters.resolve(&names)?;
        let reader = paths.reader(&origins, &siblings)?;
        let options = Options {
            min_peers: selection.min_peers.into(),
            view: if selection.by == By::Target { View::Target } else { View::Prefix },
            outage_share: selection.outage_share,
            merge_within: selection.merge_within,
            min_duration: selection.min_duration,
        };
        let flags = |list: Vec<Flag>| list.into_iter().collect();
        Ok(Plan {
            inputs,
            errand: None,
            label,
            origins,
            reader,
            prefixes,
            discovers,
            covering,
            names,
            window: (selection.from, selection.to),
            at: None,
            collectors: selection.collector,
            collector_name: selection.collector_name,
            peer_asns: selection.peer_asn,
            filters,
            notes,
            options,
            exclude_flags: flags(selection.exclude_flag),
            only_flags: flags(selection.only_flag),
            format: output.format,
            times: output.time_format,
            output: output.output.filter(|path| path != STDOUT),
            evidence: output.evidence,
            strict: output.strict,
            way: way(&work),
            cache: work.cache,
            jobs: work.jobs,
            max_memory: work.max_memory,
            progress: work.progress,
            scope: Scope::Watched,
            slices: None,
        })
    }
}

/// Bytes that are no text go to a file or another program.
pub fn refuse_terminal(format: Format, output: Option<&str>) -> Result<(), PlanError> {
    let to_terminal = format.is_binary() && output.is_none() && io::stdout().is_terminal();
    if to_terminal { Err(PlanError::BinaryToTerminal { format }) } else { Ok(()) }
}

impl Plan {
    /// Whether rows with these flags are asked for.
    pub fn wants(&self, flags: Flags) -> bool {
        self.exclude_flags.is_disjoint(flags) && (self.only_flags.is_empty() || !self.only_flags.is_disjoint(flags))
    }

    /// The time asked for: half-open.
    pub fn asked(&self) -> Span {
        match self.at {
            Some(at) => Span { from: at, until: at.plus_micros(1) },
            None => Span { from: self.window.0.unwrap_or(Time::MIN), until: self.window.1.unwrap_or(Time::MAX) },
        }
    }

    /// Whether what lies between the proofs of such a start and end, and is believed to stand for that span, is of the time asked for.
    pub fn is_of_time(&self, start: &Start, end: &End, believed: Span) -> bool {
        let Span { from, until } = self.asked();
        match self.at {
            None => end.last_seen >= from && start.first_seen < until,
            // Where the data end, nothing is known any more.
            Some(at) if end.basis == Basis::DataEnd => believed.from <= at && at <= end.last_seen,
            // What was replaced at once stood in its instant.
            Some(at) => believed.from <= at && (at < believed.until || believed.from == believed.until && at == believed.from),
        }
    }

    /// Whether a route's row is asked for: it is of the time and has the flags, upstream and path wanted.
    pub fn wants_route(&self, interval: &RouteInterval) -> bool {
        self.is_of_time(&interval.start, &interval.end, interval.believed())
            && self.wants(route_flags(interval))
            && self.filters.has_route(interval)
    }

    /// Replays about so many routes at a time.
    #[must_use]
    pub fn in_slices(self, most: usize) -> Plan {
        Plan { slices: Some(most), ..self }
    }

    /// Says what was made of what was typed.
    pub fn tell_notes(&self) {
        self.notes.iter().for_each(|said| note(said));
    }

    /// For commands whose rows name no records.
    pub fn without_evidence(self) -> Result<Plan, PlanError> {
        if self.evidence.is_some() { Err(PlanError::NoEvidence) } else { Ok(self) }
    }
}

fn way(work: &Work) -> Way {
    Way {
        seek: if work.seek == SeekWhen::Always { Seek::Always } else { Seek::Never },
        verify: if work.verify { Verify::Yes } else { Verify::No },
    }
}
