//! What reports tell of a run: what was read, what is missing, how far to trust it.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::answer::Answer;
use super::plan::Plan;
use super::read;
use crate::archive::is_simulated;
use crate::model::{CollectorId, Coverage, PeerKey, RecordId, Span, family_of, spans};
use crate::report::{Context, GapFact, PeerFacts, RunFacts, Source};
use crate::timeline::Collector;

/// The context of a report.
pub fn context<'a>(plan: &Plan, answer: &'a Answer, evidence: &'a (dyn Fn(RecordId) -> String + Sync)) -> Context<'a> {
    let peers = sessions(plan, answer);
    let source = |(collector, peers): (&Collector, usize)| Source {
        name: collector.name.clone(),
        peers,
        sampled: collector.coverage.sampled,
    };
    Context {
        target: plan.label.clone(),
        window: window(plan, answer),
        data: covered(answer),
        is_cut: plan.window.1.zip(covered(answer)).is_some_and(|(to, data)| data.until >= to),
        collectors: answer.observed.collectors.iter().zip(peers).map(source).collect(),
        names: plan.names.clone(),
        evidence,
        facts: facts(plan, answer),
    }
}

/// Of each collector the peers that could have told of the target: asked for, and of its families. A session over a family's addresses
/// may carry it; one over the other's does where it is seen to.
fn sessions<'a>(plan: &'a Plan, answer: &'a Answer) -> impl Iterator<Item = usize> + 'a {
    let families = [0, 1].map(|family| answer.read.watch.prefixes().iter().any(|prefix| family_of(*prefix) == family));
    let both = answer.assembly.collectors.iter().zip(&answer.observed.collectors);
    both.map(move |(assembled, Collector { replay, .. })| {
        let carries = |family: usize| {
            let full = replay.presences.iter().filter(move |p| p.full[family]).map(|p| p.peer);
            replay.carriers(family).into_iter().chain(full)
        };
        let seen: BTreeSet<PeerKey> = (0..2).filter(|family| families[*family]).flat_map(carries).collect();
        let of_family = |peer: &&PeerKey| families == [false; 2] || families[usize::from(peer.ip.is_ipv6())];
        assembled.peers.iter().filter(|peer| plan.asks(peer)).filter(|peer| of_family(peer) || seen.contains(peer)).count()
    })
}

/// Of each collector all the peers, whatever they could have told: what an inventory counts.
pub fn all_sessions(answer: &Answer, context: &mut Context) {
    for (source, assembled) in context.collectors.iter_mut().zip(&answer.assembly.collectors) {
        source.peers = assembled.peers.len();
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

/// The window of a series: outside the data nothing is known, which is not the same as no peers. Where it goes on to the data's end, what
/// stands there belongs to it: as a change, and as a bin if a table shows it.
pub fn series_window(plan: &Plan, answer: &Answer, bin: Option<i64>) -> Option<Span> {
    let (window, data) = window(plan, answer).zip(covered(answer))?;
    let (from, until) = (window.from.max(data.from), window.until.min(data.until));
    let shows_end = |c: &Collector| c.coverage.sampled && c.coverage.end == until;
    let is_shown = bin.is_none() || answer.observed.collectors.iter().any(shows_end);
    let goes_on = until == data.until && plan.window.1.is_none_or(|to| to > until);
    Some(Span { from, until: if goes_on && is_shown { until.plus_micros(1) } else { until } })
}

/// The window asked for, or else that of the data; none if it begins after all data.
fn window(plan: &Plan, answer: &Answer) -> Option<Span> {
    let Span { from, until } = covered(answer)?;
    let window = match plan.at {
        Some(at) => Span { from: at, until: at },
        None => Span { from: plan.window.0.unwrap_or(from), until: plan.window.1.unwrap_or(until) },
    };
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
        covering: covering(plan, answer),
        simulated: is_simulated(files.iter().map(|(file, _)| file)),
        peers: peers(answer),
    }
}

/// Where nobody shows a route of the prefixes asked for: what covers them.
fn covering(plan: &Plan, answer: &Answer) -> Vec<IpNet> {
    let is_asked = !plan.discovers && !plan.covering;
    let is_unseen = answer.everybody().collectors.iter().all(|collector| !collector.replay.shows_routes());
    if is_asked && is_unseen { read::covering_routes(plan, &answer.read.files).into_iter().collect() } else { Vec::new() }
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
    let covered = with_data(answer).flat_map(|(_, collector)| {
        let Coverage { start, end, gaps, .. } = &collector.coverage;
        spans::complement(gaps, Span { from: *start, until: *end })
    });
    spans::total(&spans::complement(&spans::union(covered.collect()), window))
}
