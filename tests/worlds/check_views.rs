//! Other views of the same rows: `summary` of upstreams and origins, `--at` of an instant, and who among the peers at the peak has the route
//! from further on (`beyond_peers`), each derived anew from rows that are judged by themselves.

use std::collections::{BTreeMap, BTreeSet};

use crate::judge::{Case, in_turn, is_due};
use crate::prng::Prng;
use crate::rows::{self, Cells, Episode, Route, shown};
use crate::verdict::Verdict;
use crate::world::{Collector, Micros, SEC};

/// One view for each world, in turn.
pub fn check(case: &Case, verdict: &mut Verdict) {
    let world = case.truth.world;
    if !is_due(world, 3, 2) {
        return;
    }
    match in_turn(world, 4) {
        0 => summary(case, verdict, "upstream", "origin"),
        1 => summary(case, verdict, "origin", "upstream"),
        2 => at(case, verdict),
        _ => beyond(case, verdict),
    }
}

/// Every figure that is no time, from the rows of `timeline`.
fn summary(case: &Case, verdict: &mut Verdict, by: &str, other: &str) {
    let key = format!("{by}_asn");
    let number = |cells: &Cells, name: &str| cells.get(name).to_owned();
    let mut derived: BTreeMap<String, [BTreeSet<String>; 4]> = BTreeMap::new();
    let mut episodes: BTreeMap<String, usize> = BTreeMap::new();
    let mut peaks: BTreeMap<String, usize> = BTreeMap::new();
    let each = rows::timeline(&case.ask("timeline", &[]));
    let prefixes: BTreeSet<&str> = each.iter().map(|row| row.prefix.as_str()).collect();
    for row in &each {
        let whose = number(&row.cells, &key);
        let own = derived.entry(whose.clone()).or_default();
        let cells = ["prefix", "first_seen", "last_seen", &format!("{other}_asn")].map(|name| number(&row.cells, name));
        own.iter_mut().zip(cells).for_each(|(set, cell)| _ = set.insert(cell));
        *episodes.entry(whose.clone()).or_default() += 1;
        let peak = peaks.entry(whose).or_default();
        *peak = row.peak.max(*peak);
    }
    let answer = case.ask("summary", &["--by", by]);
    let told = rows::cells(&answer);
    if told.len() != derived.len() {
        verdict.add("views.summary", &answer, format!("{} rows", told.len()), format!("{} in the timeline", derived.len()));
        return;
    }
    for row in &told {
        let Some([own, first, last, others]) = derived.get(row.get(&key)) else {
            verdict.add("views.summary", &answer, row.text(), "no such row in the timeline");
            return;
        };
        let in_time = |time: &&String| rows::time(time);
        let edges = [first.iter().min_by_key(in_time), last.iter().max_by_key(in_time)];
        let edges = edges.map(|time| time.cloned().unwrap_or_default());
        let counted = [own.len(), prefixes.len(), episodes[row.get(&key)], others.len()].map(|count| count.to_string());
        let expected = [&counted[..], &edges].concat();
        let names = ["prefixes", "prefixes_of", "episodes", &format!("{other}s"), "first_seen", "last_seen"];
        let found = names.map(|name| number(row, name)).to_vec();
        if found != expected {
            verdict.add("views.summary", &answer, row.text(), format!("by the timeline: {}", expected.join(" ")));
        }
        let real = |name: &str| row.get(name).parse::<f64>().unwrap_or(0.0);
        let is_ordered = real("time_at_least_s") <= real("time_at_most_s") && real("peak_peers") <= real("peers_total");
        // Over all prefixes there are as many peers as for one, at least. What is replaced at once counts in its instant only by itself.
        let is_less = real("peak_peers") + 0.5 < peaks[row.get(&key)] as f64;
        let has_instants = case.routes.1.iter().any(|route| until(route) <= route.bounds.by);
        if !is_ordered || is_less && !has_instants {
            verdict.add("views.summary", &answer, row.text(), format!("peak of one prefix: {}", peaks[row.get(&key)]));
        }
    }
}

/// `--at` selects those rows that stand then, whole as they are.
fn at(case: &Case, verdict: &mut Verdict) {
    let world = case.truth.world;
    let data = world.collectors.iter().map(Collector::data);
    let (begin, end) = data.fold((Micros::MAX, Micros::MIN), |all, one| (all.0.min(one.0), all.1.max(one.1)));
    let mut prng = Prng::new(world.seed, 7);
    let seconds = u32::try_from(((end - begin) / SEC).max(1)).expect("some hours");
    for command in ["routes", "timeline"] {
        let time = begin + Micros::from(prng.range(0, seconds)) * SEC;
        let all = case.ask(command, &[]);
        let answer = case.ask(command, &["--at", &shown(time)]);
        let found: Vec<String> = rows::cells(&answer).iter().map(Cells::text).collect();
        for row in rows::cells(&all) {
            let moment = |name: &str| rows::time(row.get(name));
            let (Some(by), Some(last)) = (moment("started_by"), moment("last_seen")) else { continue };
            let is_ongoing = row.get("end_basis") == "data-end";
            let (must, may) = match moment("ended_before") {
                _ if is_ongoing => (by <= time && time <= last, by <= time && time <= last),
                // An assumed part is believed until what ended it; a row of an instant stands in it.
                before => (by <= time && time < last, by <= time && before.is_none_or(|before| time <= before)),
            };
            let (text, is_there) = (row.text(), found.contains(&row.text()));
            if must && !is_there {
                verdict.add(format!("views.at.{command}"), &answer, format!("missing: {text}"), "it stands then");
            } else if is_there && !may {
                verdict.add(format!("views.at.{command}"), &answer, text, "it does not stand then");
            }
        }
        let known: BTreeSet<String> = rows::cells(&all).iter().map(Cells::text).collect();
        if let Some(row) = found.iter().find(|row| !known.contains(*row)) {
            verdict.add(format!("views.at.{command}"), &answer, row, "it is no row of all");
        }
    }
}

/// Who is at the peak, and who of them has an AS further left than the upstream, by the rows of `routes`.
fn beyond(case: &Case, verdict: &mut Verdict) {
    let answer = case.ask("timeline", &[]);
    for row in rows::timeline(&answer) {
        let told = row.cells.get("beyond_peers");
        let is_named = row.subject.1.parse::<u32>().is_ok();
        if told.is_empty() == is_named {
            verdict.add("views.beyond", &answer, row.cells.text(), "it is told of an AS, and of nothing else");
            return;
        }
        // Where a part is assumed, who stood at the peak cannot be told from rows.
        if !is_named || row.bounds.is(&["stuck", "gap", "sampled"]) {
            continue;
        }
        let Some((least, most)) = at_the_peak(case, &row) else { continue };
        let told = told.parse::<usize>().unwrap_or(usize::MAX);
        if told < least || told > most {
            verdict.add("views.beyond", &answer, row.cells.text(), format!("{least} to {most} by the routes"));
        }
    }
}

/// Of how many peers at the first moment of the peak all routes, and any routes, go on beyond the upstream; none where the routes do not
/// show that peak.
fn at_the_peak(case: &Case, row: &Episode) -> Option<(usize, usize)> {
    let is_own = |route: &&Route| {
        route.prefix == row.prefix
            && route.subject == row.subject
            && route.bounds.by <= row.bounds.last
            && until(route) >= row.bounds.first
    };
    let own: Vec<&Route> = case.routes.1.iter().filter(is_own).collect();
    if own.iter().any(|route| route.is_assumed()) {
        return None;
    }
    let mut moments: Vec<Micros> = own.iter().map(|route| route.bounds.by).collect();
    moments.sort_unstable();
    let here = |time: Micros| {
        let those = own.iter().filter(|route| route.bounds.by <= time && time < until(route));
        those.map(|route| (&route.collector, &route.ip)).collect::<BTreeSet<_>>()
    };
    let peers = moments.into_iter().map(here).find(|peers| peers.len() == row.peak)?;
    let of = |who: &(&String, &String)| own.iter().filter(|route| (&route.collector, &route.ip) == *who).collect::<Vec<_>>();
    let goes_on = |route: &&&Route| route.path.split(' ').next() != Some(row.subject.1.as_str());
    let all = peers.iter().filter(|who| of(who).iter().all(goes_on));
    let any = peers.iter().filter(|who| of(who).iter().any(goes_on));
    Some((all.count(), any.count()))
}

fn until(route: &Route) -> Micros {
    if route.bounds.is_ongoing() { Micros::MAX } else { route.bounds.last }
}
