//! Figures: peers and denominators of `visibility` and `timeline` are what the rows of `routes` allow.

use std::collections::BTreeSet;

use crate::ask::Answer;
use crate::check_routes::key_of;
use crate::count::Standing;
use crate::judge::{Case, is_due};
use crate::rows::{self, Episode, Route};
use crate::standing::{Which, Who, believed};
use crate::truth::Truth;
use crate::verdict::{Verdict, when};
use crate::world::Micros;

/// Asks for every change of visibility, of every fourth world.
pub fn check(case: &Case, verdict: &mut Verdict) {
    if !is_due(case.truth.world, 4, 1) {
        return;
    }
    let answer = case.ask("visibility", &[]);
    for row in rows::cells(&answer) {
        let time = rows::time(row.get("time")).expect("a time");
        let peers: usize = row.get("peers").parse().unwrap_or(0);
        let total: usize = row.get("peers_total").parse().unwrap_or(0);
        let subject = (row.get("origin_asn").to_owned(), row.get("upstream_asn").to_owned());
        let which = Which::Subject(&subject);
        let most = peers_at(&believed(&case.truth, &case.routes.1, row.get("prefix"), which), time);
        let least = proven(&case.truth, &case.routes.1, row.get("prefix"), which).through(time);
        if peers < least || peers > most {
            let truth = format!("by the routes at least {least} and at most {most} stand");
            verdict.add("visibility.peers", &answer, row.text(), truth);
            return;
        }
        if total < peers {
            verdict.add("visibility.total", &answer, row.text(), "more hold it than could see it");
            return;
        }
    }
}

fn peers_at(standing: &Standing<crate::truth::At>, time: Micros) -> usize {
    standing.at(time).into_iter().map(|at| (at.0, at.1)).collect::<BTreeSet<Who>>().len()
}

/// Who stands by the rows of `routes`, between a first and a last proof.
pub fn proven(truth: &Truth, routes: &[Route], prefix: &str, which: Which) -> Standing<Who> {
    let mut out = Standing::default();
    for row in routes.iter().filter(|row| (prefix == "*" || row.prefix == prefix) && which.holds(&row.subject)) {
        if let Some(at) = key_of(truth, row) {
            out.add((at.0, at.1), (row.bounds.first, row.bounds.last));
        }
    }
    out
}

/// The denominator of an episode is not less than all who hold any watched route of its family all along, nor more than all who can.
pub fn total(truth: &Truth, answer: &Answer, row: &Episode, routes: &[Route], verdict: &mut Verdict) {
    let is_meant = |prefix: &str| row.prefix == "*" || prefix.contains(':') == row.prefix.contains(':');
    let mut holders = Standing::default();
    for route in routes.iter().filter(|route| is_meant(&route.prefix)) {
        if let Some(at) = key_of(truth, route) {
            holders.add((at.0, at.1), (route.bounds.first, route.bounds.last));
        }
    }
    let (first, last) = (row.bounds.first, row.bounds.last);
    let mut moments: Vec<Micros> = holders.moments().into_iter().filter(|m| first < *m && *m < last).collect();
    moments.extend([first, last]);
    let least = moments.into_iter().map(|m| holders.through(m)).min().unwrap_or(0);
    if row.total < least {
        let truth = format!("by the routes {least} hold a watched route all the time from {} to {}", when(first), when(last));
        verdict.add("timeline.total-too-low", answer, row.cells.text(), truth);
    }
    let most = able(truth, routes, &row.prefix);
    if row.total > most {
        verdict.add("timeline.total-too-high", answer, row.cells.text(), format!("only {most} peers can ever see it"));
    }
}

/// Peers that send routes of the family, or of any that the target has, and are heard of at all.
fn able(truth: &Truth, routes: &[Route], prefix: &str) -> usize {
    let families: BTreeSet<bool> = match prefix {
        "*" => truth.world.roots.iter().map(|root| root.contains(':')).collect(),
        prefix => [prefix.contains(':')].into(),
    };
    let of_routes = routes.iter().filter(|row| families.contains(&row.prefix.contains(':')));
    let mut able: BTreeSet<Who> = of_routes.filter_map(|row| key_of(truth, row)).map(|at| (at.0, at.1)).collect();
    for (collector, recorded) in truth.recorded.iter().enumerate() {
        let peers = recorded.dumps.iter().flat_map(|dump| &dump.peers);
        let is_of = |peer: &&usize| families.contains(&truth.world.collectors[collector].peers[**peer].ip.contains(':'));
        able.extend(peers.filter(is_of).map(|peer| (collector, *peer)));
    }
    // A peer of which only withdrawals are read is up all the same, but holds nothing.
    able.len()
}
