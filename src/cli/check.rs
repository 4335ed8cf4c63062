//! `check`: published claims held against the data. The claims say what is watched; every origin's routes are read, and each claim
//! takes its own.

use super::args::{Check, Common, Selection, Target};
use super::{Exit, Fatal, Plan, answer};
use crate::check::{Claims, Data, Verdict};
use crate::report::sheets;

/// Runs the command: 1 if a claim failed; under `--strict` 3 if one is open.
pub fn run(typed: Check) -> Result<Exit, Fatal> {
    let claims = Claims::load(&typed.claims)?;
    let plan = plan(typed, &claims)?;
    let mut verdicts = Vec::new();
    let exit = answer(&plan, |plan, answer, context| {
        let judged = Data::new(&answer.observed, &claims, plan.options).judge(&claims);
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

fn plan(typed: Check, claims: &Claims) -> Result<Plan, Fatal> {
    let Check { claims: _, inputs, collector, collector_name, peer_asn, min_peers, outage_share, output, work } = typed;
    let target = Target { prefix: claims.prefixes.clone(), ..Target::default() };
    let selection = Selection { collector, collector_name, peer_asn, min_peers, outage_share, ..Selection::default() };
    let mut plan = Plan::new(Common { inputs, target, selection, output, work })?;
    plan.label.clone_from(&claims.title);
    Ok(plan)
}
