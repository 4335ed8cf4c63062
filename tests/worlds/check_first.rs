//! `first`: the onset is the first, and was true.

use crate::ask::Answer;
use crate::judge::{Case, in_turn, is_due};
use crate::rows::{self, Cells, Episode};
use crate::standing::{Which, known};
use crate::verdict::{Verdict, when};
use crate::world::Micros;

/// Asks for the onset of one upstream, another one with each world.
pub fn check(case: &Case, verdict: &mut Verdict) {
    let world = case.truth.world;
    if !is_due(world, 3, 0) {
        return;
    }
    let subjects = crate::check_timeline::subjects(&case.truth);
    let upstreams: Vec<_> = subjects.iter().filter(|s| s.1.parse::<u32>().is_ok() && s.0 == world.origin.to_string()).collect();
    let Some(subject) = (!upstreams.is_empty()).then(|| upstreams[in_turn(world, upstreams.len() as u64)]) else { return };
    let origin = subject.0.as_str();
    let answer = case.ask("first", &["--origin", origin, "--upstream", &subject.1]);
    let episodes = rows::timeline(&case.ask("timeline", &["--origin", origin]));
    let is_candidate = |row: &&Episode| row.subject == *subject && !row.bounds.is(&["stuck", "clock"]);
    let mut candidates: Vec<&Episode> = episodes.iter().filter(is_candidate).collect();
    if candidates.iter().any(|row| !row.bounds.is(&["single-peer"])) {
        candidates.retain(|row| !row.bounds.is(&["single-peer"]));
    }
    if (answer.code == Some(1)) != candidates.is_empty() {
        let truth = format!("timeline has {} rows of {subject:?}", candidates.len());
        verdict.add("first.exit", &answer, format!("exit status {:?}", answer.code), truth);
        return;
    }
    let cells = rows::cells(&answer);
    let of_kind = |kind: &str| cells.iter().filter(|row| row.get("kind") == kind).collect::<Vec<_>>();
    if let Some(headline) = of_kind("headline").first() {
        headline_is_first(case, &answer, headline, &candidates, verdict);
    }
    let rank = |row: &&&Cells| row.get("rank") == "1";
    if let Some(first) = of_kind("peer").iter().find(rank) {
        // From which row on peers are counted is the program's own business; not later than the headline.
        let found = rows::time(first.get("first_seen"));
        let headline = of_kind("headline").first().and_then(|row| rows::time(row.get("first_seen")));
        let mut proven = case.routes.1.iter().filter(|row| row.subject == *subject);
        if headline.is_some() && found > headline || !proven.any(|row| Some(row.bounds.first) == found) {
            let truth = "no row of routes begins so, or it is later than the headline";
            verdict.add("first.peer", &answer, first.text(), truth);
        }
    }
}

fn headline_is_first(case: &Case, answer: &Answer, headline: &Cells, candidates: &[&Episode], verdict: &mut Verdict) {
    let first = rows::time(headline.get("first_seen")).unwrap_or(Micros::MAX);
    let same = |row: &&&Episode| {
        let times = ["first_seen", "started_after", "started_by", "start_basis"];
        row.prefix == headline.get("prefix") && times.iter().all(|name| row.cells.get(name) == headline.get(name))
    };
    if !candidates.iter().any(|row| same(&row)) {
        verdict.add("first.no-row", answer, headline.text(), "timeline has no such row");
    }
    if let Some(earlier) = candidates.iter().find(|row| row.bounds.first < first) {
        verdict.add("first.not-first", answer, headline.text(), format!("timeline has an earlier row: {}", earlier.cells.text()));
    }
    let subject = (headline.get("origin_asn").to_owned(), headline.get("upstream_asn").to_owned());
    let least = if headline.get("flags").split(';').any(|flag| flag == "single-peer") { 1 } else { 2 };
    for prefix in 0..case.truth.world.prefixes.len() {
        let known = known(&case.truth, Some(prefix), Which::Subject(&subject));
        let pairs = known.moments();
        if let Some(pair) = pairs.windows(2).find(|pair| pair[0] < first && known.between(pair[0], pair[1]) >= least) {
            let name = &case.truth.world.prefixes[prefix];
            let truth = format!("{name} had it by {least} at {}", when(pair[0]));
            verdict.add("first.late", answer, headline.text(), truth);
        }
    }
}
