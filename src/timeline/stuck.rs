//! Stuck routes (rule 18): a few peers keep a route long after all others withdrew it.

use super::episode::Episode;
use super::hold::{Hold, Subject};
use crate::model::Time;
use crate::replay::{Basis, End, Start};

/// "Long after": over 90 minutes.
const STUCK_AFTER_SECS: i64 = 90 * 60;

/// A peak below this has no majority that could have withdrawn.
const LEAST_PEAK: usize = 3;

/// Splits an episode's holds where the others withdrew: the holds as the main row shall see them, and those that are stuck.
/// `anyone_holds(time)` tells whether a peer outside the given holds has any route for the prefix then: in that case the others did not
/// withdraw, they moved.
pub fn split(
    subject: &Subject,
    episode: &Episode,
    anyone_holds: impl Fn(&Subject, Time, &[Hold]) -> bool,
) -> Option<(Vec<Hold>, Vec<Hold>)> {
    let most = (episode.peak.0 / 20).max(1);
    if episode.peak.0 < LEAST_PEAK {
        return None;
    }
    let mut by_end: Vec<&Hold> = episode.members.iter().collect();
    by_end.sort_by_key(|h| (std::cmp::Reverse(h.end.last_seen), h.peer));
    let (n, last_other) = (1..=most).rev().filter_map(|n| Some((n, *by_end.get(n)?))).find(|(n, other)| {
        let since = other.end.last_seen;
        by_end[n - 1].end.last_seen > since.plus_secs(STUCK_AFTER_SECS)
            && by_end[..*n].iter().all(|h| h.start.first_seen <= since)
            && other.end.basis.is_change()
    })?;
    let since = last_other.end.last_seen;
    let stuck: Vec<Hold> = by_end[..n].iter().map(|h| (*h).clone()).collect();
    if anyone_holds(subject, since.plus_secs(STUCK_AFTER_SECS), &stuck) {
        return None;
    }
    let is_stuck = |hold: &Hold| stuck.iter().any(|s| s.peer == hold.peer && s.start == hold.start);
    let main = episode.members.iter().map(|h| if is_stuck(h) { until(h, since) } else { h.clone() }).collect();
    let alone = stuck.iter().map(|h| from(h, &last_other.end)).collect();
    Some((main, alone))
}

/// The part that the main row counts; it bounds nothing.
fn until(hold: &Hold, since: Time) -> Hold {
    let end = End { last_seen: since, after: Some(since), before: None, basis: Basis::PeerDown, record: None, clock: false };
    Hold { end, ..hold.clone() }
}

/// The part that stands alone: it begins when the last other peer left.
fn from(hold: &Hold, others: &End) -> Hold {
    let start = Start {
        first_seen: others.last_seen,
        after: others.after,
        by: others.last_seen,
        basis: others.basis,
        record: others.record.unwrap_or(hold.start.record),
        clock: false,
        no_baseline: false,
    };
    Hold { start, ..hold.clone() }
}
