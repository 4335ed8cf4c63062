//! Episodes (rule 14): spans in which at least k peers reach a prefix through one upstream.

use std::collections::BTreeSet;

use super::hold::Hold;
use crate::model::{PeerKey, Time};
use crate::replay::{Basis, End, Start};

/// An episode of one subject, before it is flagged and named.
#[derive(Debug, Clone)]
pub struct Episode {
    /// The start of the peer that makes the k-th.
    pub start: Start,
    /// The end of the peer whose leaving brings it below k.
    pub end: End,
    /// Every hold that overlaps it, sorted by (peer, first_seen).
    pub members: Vec<Hold>,
    /// The index in `members` of the peer of `start`.
    pub first: usize,
    /// The most peers at one time, and when that was first so.
    pub peak: (usize, Time),
}

impl Episode {
    /// The peers that hold it at `time`, each once.
    pub fn peers_at(&self, time: Time) -> impl Iterator<Item = PeerKey> + '_ {
        let mut seen = BTreeSet::new();
        self.members
            .iter()
            .filter(move |h| h.start.first_seen <= time && time <= h.end.last_seen)
            .map(|h| h.peer)
            .filter(move |p| seen.insert(*p))
    }
}

/// Finds the episodes of at least `k` peers among one subject's holds.
pub fn episodes(holds: &[Hold], k: usize) -> Vec<Episode> {
    let spans = spans(holds, k);
    let mut found: Vec<Episode> = Vec::new();
    for (from, until) in spans {
        let members: Vec<Hold> =
            holds.iter().filter(|h| h.start.first_seen <= until && h.end.last_seen >= from).cloned().collect();
        let Some(episode) = episode(members, k, from, until) else { continue };
        match found.last_mut() {
            Some(last) if goes_on(last, &episode, k) => join(last, episode, k),
            _ => found.push(episode),
        }
    }
    found
}

/// Closed spans in which at least `k` holds stand; what arrives at an instant counts before what leaves.
fn spans(holds: &[Hold], k: usize) -> Vec<(Time, Time)> {
    let mut moves: Vec<(Time, bool)> = holds.iter().map(|h| (h.start.first_seen, false)).collect();
    moves.extend(holds.iter().map(|h| (h.end.last_seen, true)));
    moves.sort_unstable();
    let (mut standing, mut since, mut spans) = (0_usize, None, Vec::new());
    for (time, leaves) in moves {
        if leaves {
            standing = standing.saturating_sub(1);
            if standing + 1 == k {
                spans.extend(since.take().map(|from| (from, time)));
            }
        } else {
            standing += 1;
            if standing == k {
                since = Some(time);
            }
        }
    }
    spans
}

fn episode(members: Vec<Hold>, k: usize, from: Time, until: Time) -> Option<Episode> {
    let mut arrivals: Vec<usize> = (0..members.len()).filter(|i| members[*i].start.first_seen <= from).collect();
    arrivals.retain(|i| members[*i].end.last_seen >= from);
    arrivals.sort_by_key(|i| (members[*i].start.first_seen, width(&members[*i].start), members[*i].peer));
    let first = *arrivals.get(k - 1)?;
    let leaving = members.iter().filter(|h| h.end.last_seen == until);
    let last = leaving.min_by_key(|h| (h.end.basis != Basis::DataEnd, width_of_end(&h.end), h.peer))?;
    let (start, end, peak) = (members[first].start, last.end, peak(&members));
    Some(Episode { start, end, members, first, peak })
}

/// How far apart a start's bounds lie, in microseconds; unknown is widest.
fn width(start: &Start) -> i64 {
    start.after.map_or(i64::MAX, |after| start.first_seen.micros_since(after))
}

fn width_of_end(end: &End) -> i64 {
    end.before.map_or(i64::MAX, |before| before.micros_since(end.last_seen))
}

/// The most holds at one time. What leaves at an instant goes before what arrives, unless it came at that very instant, or stands where
/// the data end.
fn peak(members: &[Hold]) -> (usize, Time) {
    let mut moves: Vec<(Time, u8)> = Vec::with_capacity(2 * members.len());
    for hold in members {
        let (from, until) = (hold.start.first_seen, hold.end.last_seen);
        moves.push((from, 1));
        moves.push((until, if from == until || hold.end.basis == Basis::DataEnd { 2 } else { 0 }));
    }
    moves.sort_unstable();
    let (mut standing, mut peak) = (0usize, (0, Time::MIN));
    for (time, turn) in moves {
        if turn == 1 {
            standing += 1;
            if standing > peak.0 {
                peak = (standing, time);
            }
        } else {
            standing = standing.saturating_sub(1);
        }
    }
    peak
}

/// Whether all peers went down and came back on the same upstream with nothing else between.
fn goes_on(last: &Episode, next: &Episode, k: usize) -> bool {
    if last.end.basis != Basis::PeerDown || next.start.basis != Basis::PeerUp {
        return false;
    }
    let lost = |h: &&Hold| h.end.basis == Basis::PeerDown && h.end.before.is_none();
    let lost: BTreeSet<PeerKey> = last.members.iter().filter(lost).map(|h| h.peer).collect();
    let back: BTreeSet<PeerKey> = next.members.iter().filter(|h| h.start.basis == Basis::PeerUp).map(|h| h.peer).collect();
    lost.intersection(&back).count() >= k
}

fn join(last: &mut Episode, next: Episode, k: usize) {
    let (start, end, since) = (last.start, next.end, last.start.first_seen);
    let first = last.members[last.first].clone();
    let mut members = std::mem::take(&mut last.members);
    members.extend(next.members.into_iter().filter(|h| h.start.first_seen >= since));
    members.sort_by_key(|h| (h.peer, h.start.first_seen, h.end.last_seen));
    members.dedup_by_key(|h| (h.peer, h.start.first_seen, h.end.last_seen));
    let same = |h: &Hold| h.peer == first.peer && h.start == first.start;
    let first = members.iter().position(same).unwrap_or(0);
    debug_assert!(members.len() >= k);
    let peak = peak(&members);
    *last = Episode { start, end, members, first, peak };
}

impl Episode {
    /// Rule 14: another peer may have started earlier, or left later, than the row says. Peers that could not have been seen to
    /// (they came up late, or went down and were not seen again) do not count.
    pub fn has_wider_bounds(&self, k: usize) -> bool {
        let unseen_before = |s: &Start| s.basis == Basis::PeerUp && s.after.is_none();
        let unseen_after = |e: &End| e.basis == Basis::PeerDown && e.before.is_none();
        let starts = self.members.iter().map(|h| &h.start).filter(|s| !unseen_before(s));
        let mut after: Vec<Time> = starts.map(|s| s.after.unwrap_or(Time::MIN)).collect();
        after.sort_unstable();
        let earlier = after.get(k - 1).is_some_and(|a| *a < self.start.after.unwrap_or(Time::MIN));
        let ends = self.members.iter().map(|h| &h.end).filter(|e| !unseen_after(e));
        let mut before: Vec<Time> = ends.map(|e| e.before.unwrap_or(Time::MAX)).collect();
        before.sort_unstable_by(|a, b| b.cmp(a));
        let later =
            self.end.basis != Basis::DataEnd && before.get(k - 1).is_some_and(|b| *b > self.end.before.unwrap_or(Time::MAX));
        earlier || later
    }
}
