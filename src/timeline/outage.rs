//! Outages (rule 17): the routes of a prefix's watched origins fall to a share of the peers that could see them. Loss of peers or of
//! files is never an outage: only a route's proven end can begin one, and only where every other absence is proven too.

use super::hold::Hold;
use super::knowledge::PrefixKnowledge;
use super::sweep::{Standing, Turn, moves};
use crate::model::{RecordId, Span, Time};
use crate::replay::Basis;

/// One side of an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// When.
    pub time: Time,
    /// What proves it.
    pub basis: Basis,
    /// The record that proves it.
    pub record: RecordId,
    /// Peers with a route just before, and from then on.
    pub peers: (usize, usize),
    /// Peers that could have had one.
    pub total: usize,
}

/// An outage; without an end it lasts to the end of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// The last route's end.
    pub start: Edge,
    /// The first route's return.
    pub end: Option<Edge>,
}

/// The outages of a prefix, in order. `holds`: every peer's holds of watched origins, one peer's never overlapping, whatever the upstream;
/// those that are stuck (rule 18) apart. `share`: the share of peers, 0 to 1, to which the routes must fall.
pub fn of_prefix(holds: &[Hold], known: &PrefixKnowledge, share: f64) -> Vec<Outage> {
    let standing = Standing::of(holds);
    let mut outages: Vec<Outage> = Vec::new();
    let mut is_open = false;
    for instant in moves(holds).chunk_by(|a, b| a.time == b.time) {
        let Some(time) = instant.first().map(|m| m.time) else { continue };
        let (before, _, now) = standing.around(time);
        let (unknown, without) = (known.unknown(time), known.without(time));
        let total = now + unknown + without;
        // Whoever may have a route for all that is known, an assumed one included, forbids an outage.
        let is_down = without > 0 && (now + unknown) as f64 <= share * total as f64;
        let edge = |at: Time, basis, record| Edge { time: at, basis, record, peers: (before, now), total: total.max(before) };
        if !is_open && is_down && before > now {
            let ended = instant.iter().filter(|m| m.turn != Turn::Arrives).map(|m| &holds[m.place()].end);
            let proven = ended.filter(|end| end.basis.is_change()).find_map(|end| Some((end.basis, end.record?)));
            if let Some((basis, record)) = proven {
                debug_assert!(share > 0.0 || now + unknown == 0, "rule 17: whoever may have a route forbids an outage");
                outages.push(Outage { start: edge(time, basis, record), end: None });
                is_open = true;
            }
        } else if is_open && now as f64 > share * total as f64 {
            let begun = instant.iter().filter(|m| m.turn == Turn::Arrives).map(|m| &holds[m.place()].start);
            if let (Some(last), Some(start)) = (outages.last_mut(), begun.min_by_key(|start| start.first_seen)) {
                last.end = Some(edge(time, start.basis, start.record));
            }
            is_open = false;
        }
    }
    outages
}

/// A prefix of the target.
#[derive(Debug, Clone)]
pub struct Prefix {
    /// Its first appearance.
    pub first: Edge,
    /// It may have been there from then on; [`Time::MIN`]: nothing shows that it was not.
    pub since: Time,
    /// When it was out, in order.
    pub outages: Vec<Outage>,
}

/// Outages of the target: all prefixes seen so far are out at once, and none that is seen later may have been there.
pub fn of_target(prefixes: &[Prefix]) -> Vec<Outage> {
    let mut moves: Vec<(Time, Way, Edge)> = Vec::new();
    for Prefix { first, outages, .. } in prefixes {
        moves.push((first.time, Way::Appears, *first));
        for outage in outages {
            moves.push((outage.start.time, Way::GoesOut, outage.start));
            moves.extend(outage.end.map(|end| (end.time, Way::Returns, end)));
        }
    }
    moves.sort_by_key(|(time, way, edge)| (*time, *way, edge.record));
    let (mut seen, mut out) = (0_usize, 0_usize);
    let mut found: Vec<Outage> = Vec::new();
    for instant in moves.chunk_by(|a, b| a.0 == b.0) {
        let was_out = seen > 0 && out == seen;
        let count = |way| instant.iter().filter(|m| m.1 == way).count();
        (seen, out) = (seen + count(Way::Appears), out + count(Way::GoesOut) - count(Way::Returns));
        let edge = |is_such: fn(Way) -> bool| instant.iter().filter(|m| is_such(m.1)).map(|m| m.2).next();
        // A prefix that is announced for the first time ends it too.
        match (was_out, seen > 0 && out == seen) {
            (false, true) => found.extend(edge(|way| way == Way::GoesOut).map(|start| Outage { start, end: None })),
            (true, false) => {
                if let Some(last) = found.last_mut() {
                    last.end = edge(|way| way != Way::GoesOut);
                }
            }
            _ => {}
        }
    }
    let may_be_there = |prefix: &Prefix, time: Time| prefix.since < time && time < prefix.first.time;
    found.retain(|outage| !prefixes.iter().any(|prefix| may_be_there(prefix, outage.start.time)));
    found
}

/// What a prefix does to the outages of the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Returns,
    Appears,
    GoesOut,
}

/// Where holds of several upstreams stand for the same peer, it counts once.
pub fn whatever_upstream(lists: impl IntoIterator<Item = Hold>) -> Vec<Hold> {
    let mut all: Vec<Hold> = lists.into_iter().collect();
    all.sort_by_key(|h| (h.peer, h.start.by, h.start.first_seen, h.end.until));
    all.dedup_by(|hold, last| {
        let is_same = last.peer == hold.peer && overlaps(last.believed(), hold.believed());
        if is_same && hold.end.until > last.end.until {
            last.end = hold.end;
        }
        is_same
    });
    all
}

fn overlaps(one: Span, other: Span) -> bool {
    other.from <= one.until
}

#[cfg(test)]
#[path = "outage_tests.rs"]
mod tests;
