//! What reports tell of a run: what was read, what is missing, how far to trust it.

use std::collections::BTreeMap;

use super::answer::Answer;
use super::plan::Plan;
use crate::model::{CollectorId, PeerKey, RecordId, Span, Time};
use crate::report::{Context, GapFact, PeerFacts, RunFacts, Source};
use crate::timeline::Collector;

/// The context of a report.
pub fn context<'a>(plan: &Plan, answer: &'a Answer, evidence: &'a (dyn Fn(RecordId) -> String + Sync)) -> Context<'a> {
    let peers = answer.assembly.collectors.iter().map(|c| c.peers.len());
    let source = |(collector, peers): (&Collector, usize)| Source {
        name: collector.name.clone(),
        peers,
        sampled: collector.coverage.sampled,
    };
    Context {
        target: plan.label.clone(),
        window: window(plan, answer),
        collectors: answer.observed.collectors.iter().zip(peers).map(source).collect(),
        names: plan.names.clone(),
        evidence,
        facts: facts(plan, answer),
    }
}

/// The collectors that have data, with their ids.
fn with_data(answer: &Answer) -> impl Iterator<Item = (CollectorId, &Collector)> {
    let ids = (0..).map(CollectorId);
    let known = |at: usize| answer.assembly.collectors.get(at).is_some_and(|c| c.data.is_some());
    ids.zip(&answer.observed.collectors).filter(move |(id, _)| known(id.0.into()))
}

/// From the first to the last instant of which there are data.
pub fn covered(answer: &Answer) -> Option<Span> {
    let from = with_data(answer).map(|(_, c)| c.coverage.start).min()?;
    let until = with_data(answer).map(|(_, c)| c.coverage.end).max()?;
    Some(Span { from, until })
}

/// The window asked for, or else that of the data; none if it begins after all data.
fn window(plan: &Plan, answer: &Answer) -> Option<Span> {
    let Span { from, until } = covered(answer)?;
    let window = Span { from: plan.window.0.unwrap_or(from), until: plan.window.1.unwrap_or(until) };
    (window.from <= until).then_some(window)
}

fn facts(plan: &Plan, answer: &Answer) -> RunFacts {
    let files = &answer.read.files;
    let quality = || answer.observed.collectors.iter().flat_map(|c| c.replay.quality.values());
    let gaps: Vec<GapFact> = with_data(answer)
        .flat_map(|(collector, c)| c.coverage.gaps.iter().map(move |span| GapFact { collector, span: *span }))
        .collect();
    RunFacts {
        files_read: files.len() as u64,
        files_partial: files.iter().filter(|(_, said)| !said.damage.is_empty()).count() as u64,
        files_skipped: answer.read.skipped.len() as u64,
        unobserved_micros: window(plan, answer).map_or(0, |window| unobserved(window, answer)),
        gaps,
        rejected_dumps: answer.assembly.rejected.len() as u64,
        treated_as_withdrawn: files.iter().map(|(_, said)| said.counts.treated_as_withdrawn).sum(),
        quarantined: files.iter().map(|(_, said)| said.counts.quarantined).sum(),
        disagreements: quality().map(|q| q.rib_disagreements).sum(),
        clock: quality().map(|q| q.clock).sum(),
        covering: answer.covering.iter().copied().collect(),
        peers: peers(answer),
    }
}

/// The figures of every peer that sent a watched record.
fn peers(answer: &Answer) -> Vec<PeerFacts> {
    let mut all: BTreeMap<PeerKey, PeerFacts> = BTreeMap::new();
    for (peer, quality) in answer.observed.collectors.iter().flat_map(|c| &c.replay.quality) {
        all.entry(*peer).or_insert(PeerFacts::nothing(*peer)).quality = *quality;
    }
    for (peer, count) in answer.assembly.collectors.iter().flat_map(|c| &c.treated_as_withdrawn) {
        all.entry(*peer).or_insert(PeerFacts::nothing(*peer)).treated_as_withdrawn = *count;
    }
    all.into_values().collect()
}

/// Microseconds of the window that no collector covers.
fn unobserved(window: Span, answer: &Answer) -> i64 {
    let mut moves: BTreeMap<Time, i64> = BTreeMap::new();
    let mut cover = |from: Time, until: Time| {
        let (from, until) = (from.max(window.from), until.min(window.until));
        if from < until {
            *moves.entry(from).or_default() += 1;
            *moves.entry(until).or_default() -= 1;
        }
    };
    for (_, collector) in with_data(answer) {
        let coverage = &collector.coverage;
        let mut from = coverage.start;
        for gap in &coverage.gaps {
            cover(from, gap.from);
            from = gap.until;
        }
        cover(from, coverage.end);
    }
    let (mut missing, mut reached, mut open) = (0, window.from, 0);
    for (time, by) in moves {
        if open == 0 {
            missing += time.micros_since(reached);
        }
        (open, reached) = (open + by, time);
    }
    missing + window.until.micros_since(reached).max(0)
}
