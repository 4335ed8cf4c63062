//! `check`: published claims held against the data. The claims say what is watched; every origin's routes are read, and each claim
//! takes its own.

use std::borrow::Cow;
use std::collections::BTreeSet;

use clap::Args;

use super::args::{Analysis, Output, Selection, Target, Work};
use super::filters::{Filters, PeerName};
use super::inputs::FilesFrom;
use super::paths::Paths;
use super::plan::PlanError;
use super::values::{TypedPrefix, parse_share};
use super::{Answer, Exit, Fatal, Plan, answer};
use crate::check::{Claims, Data, Judged, Verdict};
use crate::model::{Asn, PathReader};
use crate::report::sheets;
use crate::timeline::{Observed, Options};

/// Below its help.
pub const EXAMPLES: &str = "\
Examples:
  uplinks check north-korea sample-data
  uplinks check claims.toml -f markdown archive/ > notes.md

Claims are TOML; three files are built in: north-korea, telegram-2026 and youtube-2008. docs/claims.md tells how to write one.
Exit status: 0 none failed; 1 a claim failed; 3 under --strict, if one cannot be decided.";

/// Options of `check`: the claims say what is watched and when.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Built-in claims, or a TOML file
    #[arg(value_name = "CLAIMS")]
    pub claims: String,
    /// Archive files, directories (walked), globs, or `-` for standard input
    #[arg(value_name = "INPUT", required_unless_present = "files_from")]
    pub inputs: Vec<std::ffi::OsString>,
    /// A list of such.
    #[command(flatten)]
    pub listed: FilesFrom,
    /// Only this collector (repeatable)
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub collector: Vec<String>,
    /// The collector of files whose path does not say
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub collector_name: Option<String>,
    /// Only peers of this AS (repeatable)
    #[arg(long, value_name = "ASN", help_heading = "Selection")]
    pub peer_asn: Vec<Asn>,
    /// Without the peers of this AS, or the one with this address (repeatable)
    #[arg(long, value_name = "ASN|IP", help_heading = "Selection")]
    pub exclude_peer: Vec<PeerName>,
    /// Peers that make an episode
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..), help_heading = "Selection")]
    pub min_peers: u16,
    /// The share of peers, 0 to 1, to which routes must fall for an outage
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = parse_share, help_heading = "Selection")]
    pub outage_share: f64,
    /// What to write.
    #[command(flatten)]
    pub output: Output,
    /// How to work.
    #[command(flatten)]
    pub work: Work,
}

/// Runs the command: 1 if a claim failed; under `--strict` 3 if one is open.
pub fn run(typed: CheckArgs) -> Result<Exit, Fatal> {
    let claims = Claims::load(&typed.claims)?;
    let plan = plan(typed, &claims)?;
    let mut verdicts = Vec::new();
    let exit = answer(&plan, |plan, answer, context| {
        let judged = judge(answer, &claims, plan.options);
        verdicts.extend(judged.iter().map(|(_, finding)| finding.verdict));
        sheets::check(&judged, context)
    })?;
    Ok(if verdicts.contains(&Verdict::Fail) {
        Exit::NothingFound
    } else if plan.strict && verdicts.contains(&Verdict::NotDecidable) {
        Exit::Incomplete
    } else {
        exit
    })
}

/// Each claim by the hop that it speaks of, in their order. Most speak of the first, at which the answer was read already.
fn judge<'a>(answer: &Answer, claims: &'a Claims, options: Options) -> Vec<Judged<'a>> {
    let hops: BTreeSet<usize> = claims.claims.iter().map(|claim| claim.hop).collect();
    let mut judged: Vec<(usize, Judged)> = Vec::new();
    for hop in hops {
        let reader = PathReader::default().with_siblings(claims.siblings.iter().copied()).at_hop(hop);
        let read = |observed| read_by(observed, &reader, answer.read.watch.reader());
        let observed = read(&answer.observed);
        let unselected = answer.unselected.as_ref().map(read);
        let data = Data::new(&observed, unselected.as_deref().unwrap_or(&observed), claims, options);
        let own = claims.claims.iter().enumerate().filter(|(_, claim)| claim.hop == hop);
        judged.extend(own.map(|(at, claim)| (at, (claim, data.finding(claim)))));
    }
    judged.sort_by_key(|(at, _)| *at);
    judged.into_iter().map(|(_, judged)| judged).collect()
}

/// The paths as `reader` has them; they were read as `before` has them.
fn read_by<'a>(observed: &'a Observed, reader: &PathReader, before: &PathReader) -> Cow<'a, Observed> {
    if reader == before { Cow::Borrowed(observed) } else { Cow::Owned(observed.read_by(reader)) }
}

fn plan(typed: CheckArgs, claims: &Claims) -> Result<Plan, Fatal> {
    let CheckArgs {
        inputs,
        listed,
        collector,
        collector_name,
        peer_asn,
        exclude_peer,
        min_peers,
        outage_share,
        output,
        work,
        ..
    } = typed;
    let inputs = listed.with(inputs).map_err(PlanError::from)?;
    let filters = Filters { exclude_peer, ..Filters::default() };
    let target = Target { prefix: claims.prefixes.iter().copied().map(TypedPrefix::from).collect(), ..Target::default() };
    let selection = Selection { collector, collector_name, peer_asn, filters, min_peers, outage_share, ..Selection::default() };
    let mut plan = Plan::of(inputs, Analysis { target, paths: Paths::default(), selection, output, work })?;
    plan.label.clone_from(&claims.title);
    Ok(plan)
}
