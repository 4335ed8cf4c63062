//! The bounds of an episode's start and end (rules 13 and 14): each is the k-th of its members' own, so that it holds the moment at which
//! the k-th of them came, or the k-th last of them left, wherever in their own bounds that was.

use std::cmp::Reverse;

use super::hold::Hold;
use crate::model::Time;
use crate::replay::{Basis, End, Start};

/// An episode's start.
pub struct StartOf {
    /// Its bounds; the record is that of the k-th proof.
    pub start: Start,
    /// The hold of that record.
    pub first: usize,
    /// The hold that makes the k-th believed.
    pub edge: usize,
    /// A member whose session was away may have held it before.
    pub may_be_wider: bool,
}

/// An episode's end.
pub struct EndOf {
    /// Its bounds.
    pub end: End,
    /// The hold whose leaving brings it below k.
    pub edge: usize,
    /// A member whose session went away may have held it after.
    pub may_be_wider: bool,
}

/// From the first holds of the members, at least k.
pub fn start(holds: &[Hold], firsts: &[usize], k: usize) -> StartOf {
    let of = |at: &usize| &holds[*at].start;
    let kth_by = kth(firsts.iter().map(|at| of(at).by).collect(), k);
    let edges = firsts.iter().filter(|at| of(at).by == kth_by);
    let edge = edges.min_by_key(|at| (width(of(at)), holds[**at].peer)).copied().unwrap_or_default();
    let mut by_proof = firsts.to_vec();
    by_proof.sort_by_key(|at| (of(at).first_seen, width(of(at)), holds[*at].peer));
    let first = by_proof.get(k - 1).copied().unwrap_or(edge);
    let (own, proven) = (of(&edge), of(&first));
    let after = lower(holds, firsts, k, own);
    let start = Start {
        first_seen: proven.first_seen,
        after,
        unwatched: own.unwatched,
        by: own.by,
        basis: own.basis,
        record: proven.record,
        clock: own.clock || proven.clock,
        no_baseline: own.no_baseline,
    };
    debug_assert!(start.after.is_none_or(|after| after <= start.by) && start.by <= start.first_seen, "rule 13: {start:?}");
    // Who came up without earlier knowledge, where a dump had told of the others, was not there to be watched.
    let watched = firsts.iter().map(of).filter(|s| s.basis != Basis::PeerUp || s.after.is_some() || s.no_baseline);
    let earlier = |after: Time| watched.filter(|s| s.after.is_none_or(|bound| bound < after)).count() >= k;
    let may_be_wider = start.after.is_some_and(earlier);
    StartOf { start, first, edge, may_be_wider }
}

/// The k-th of the lower bounds: of what the data could have shown. An exact start lies at its time, others after their bound.
fn lower(holds: &[Hold], firsts: &[usize], k: usize, edge: &Start) -> Option<Time> {
    if edge.no_baseline {
        // Peers that never spoke may have held it for years.
        return None;
    }
    let bounds = firsts.iter().map(|at| &holds[*at].start).filter(|s| !s.no_baseline);
    let mut bounds: Vec<(Time, bool, &Start)> = bounds.map(|s| (s.visible_after(), !is_exact(s), s)).collect();
    bounds.sort_by_key(|(time, is_open, _)| (*time, *is_open));
    let Some(&(time, is_open, start)) = bounds.get(k - 1) else { return edge.after };
    if time >= edge.by {
        return edge.after;
    }
    if is_open {
        return start.after;
    }
    // The k-th may be the exact one itself: the bound has to lie before it.
    let before = bounds.iter().rev().find(|(earlier, is_open, _)| *is_open && *earlier < time);
    before.and_then(|(_, _, start)| start.after)
}

/// From the last holds of the members, at least k.
pub fn end(holds: &[Hold], lasts: &[usize], k: usize) -> EndOf {
    let of = |at: &usize| &holds[*at].end;
    let kth_last = |time: &dyn Fn(&End) -> Time| kth(lasts.iter().map(|at| Reverse(time(of(at)))).collect(), k).0;
    let kth_until = kth_last(&|end| end.until);
    let edges = lasts.iter().filter(|at| of(at).until == kth_until);
    let edge = edges.min_by_key(|at| (width_of_end(of(at)), holds[**at].peer)).copied().unwrap_or_default();
    let own = *of(&edge);
    let last_seen = kth_last(&|end| end.last_seen);
    let known = |time: Time| (time < Time::MAX).then_some(time);
    let after = Some(kth_last(&|end| end.after.unwrap_or(end.last_seen)).max(last_seen));
    let (after, before) = match own.basis {
        Basis::DataEnd => (None, None),
        Basis::PeerDown => (after, own.before),
        _ => (after, known(kth_last(&End::invisible_by))),
    };
    let end = End { last_seen, after, before, ..own };
    debug_assert!(end.after.is_none_or(|after| end.before.is_none_or(|before| after <= before)), "rule 13: {end:?}");
    // Who went down and was never seen again was not there to be watched.
    let watched = lasts.iter().filter(|at| of(at).basis != Basis::PeerDown || of(at).before.is_some() || holds[**at].came_back);
    let later = |before: Time| watched.filter(|at| of(at).before.is_none_or(|bound| bound > before)).count() >= k;
    let may_be_wider = end.before.is_some_and(later);
    EndOf { end, edge, may_be_wider }
}

/// Where k peers were never proven at one time, because some of them were only assumed then, or were proven later to have stood all along:
/// what is believed is one instant at least.
pub fn meet(start: &mut Start, end: &mut End) {
    if start.first_seen > end.last_seen {
        start.first_seen = start.first_seen.min(end.until).max(start.by);
        end.last_seen = end.last_seen.max(start.first_seen);
        end.after = end.after.map(|after| after.max(end.last_seen));
        end.before = end.before.map(|before| before.max(end.last_seen));
    }
}

/// The k-th smallest, or the greatest of fewer.
fn kth<T: Ord + Copy>(mut values: Vec<T>, k: usize) -> T {
    values.sort_unstable();
    values[k.min(values.len()) - 1]
}

fn is_exact(start: &Start) -> bool {
    start.basis == Basis::Update && start.after == Some(start.by)
}

/// How far apart a start's bounds lie, in microseconds; unknown is widest.
fn width(start: &Start) -> i64 {
    start.after.map_or(i64::MAX, |after| start.first_seen.micros_since(after))
}

fn width_of_end(end: &End) -> i64 {
    end.before.map_or(i64::MAX, |before| before.micros_since(end.last_seen))
}
