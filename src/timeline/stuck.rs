//! Stuck routes (rule 18): a few peers keep a route long after all others withdrew it.

use super::episode::Episode;
use super::hold::Hold;
use crate::model::spans::{self, Rare};
use crate::model::{Span, Time};
use crate::replay::{Basis, End, Start};

/// "Long after": over 90 minutes.
const STUCK_AFTER_SECS: i64 = 90 * 60;

/// A peak below this has no majority that could have withdrawn.
const LEAST_PEAK: usize = 3;

/// One in so many peers of the peak is few.
const FEW: usize = 20;

/// Whether any of an episode's holds may be stuck.
pub fn may_be_in(episode: &Episode) -> bool {
    episode.peak.0 >= LEAST_PEAK
}

/// The places of an episode's holds that are stuck, and the end of the last other. `standing(time)` counts the holds of any upstream that
/// stand for the prefix then: more than the stuck ones, and the others did not withdraw, they moved.
pub fn find(holds: &[Hold], own: &[usize], episode: &Episode, standing: impl Fn(Time) -> usize) -> Option<(Vec<usize>, End)> {
    if !may_be_in(episode) {
        return None;
    }
    let most = (episode.peak.0 / FEW).max(1);
    let mut by_end = own.to_vec();
    by_end.sort_by_key(|at| (std::cmp::Reverse(holds[*at].end.until), holds[*at].peer));
    let (n, others) = (1..=most).rev().filter_map(|n| Some((n, &holds[*by_end.get(n)?]))).find(|(n, other)| {
        let since = other.end.until;
        let long_after = since.plus_secs(STUCK_AFTER_SECS);
        let is_stuck = |at: &usize| {
            let hold = &holds[*at];
            hold.end.last_seen > long_after && hold.start.by <= since && !hold.is_assumed_at(long_after)
        };
        since < Time::MAX && by_end[..*n].iter().all(is_stuck) && other.end.basis.is_change()
    })?;
    let since = others.end.until;
    (standing(since.plus_secs(STUCK_AFTER_SECS)) <= n).then(|| (by_end[..n].to_vec(), others.end))
}

/// The part of a stuck hold that the main row counts; it bounds nothing.
pub fn before(hold: &Hold, others: &End) -> Hold {
    let since = others.until;
    let end = End {
        last_seen: since,
        after: Some(since),
        before: None,
        until: since,
        basis: Basis::PeerDown,
        record: None,
        clock: false,
    };
    Hold { end, assumed: cut(&hold.assumed, Span { from: Time::MIN, until: since }), came_back: false, ..hold.clone() }
}

/// The part that stands alone: it begins when the last other peer left.
pub fn after(hold: &Hold, others: &End) -> Hold {
    let start = Start {
        first_seen: others.until,
        after: others.after,
        unwatched: None,
        by: others.until,
        basis: others.basis,
        record: others.record.unwrap_or(hold.start.record),
        clock: false,
        no_baseline: false,
    };
    Hold { start, assumed: cut(&hold.assumed, Span { from: others.until, until: Time::MAX }), ..hold.clone() }
}

fn cut(assumed: &[Span], within: Span) -> Rare {
    spans::intersection(assumed, &[within]).into()
}

#[cfg(test)]
#[path = "stuck_tests.rs"]
mod tests;
