//! Whether a route was there at an instant: proven, known to be absent, or unknown.

use std::collections::BTreeSet;

use super::claim::Claim;
use super::judge::{Data, Reason};
use super::moment::is_of;
use crate::model::{Flag, Origin, PeerKey, RecordId, Span, Time};
use crate::replay::{Basis, End, Start};
use crate::timeline::{Hold, Row};

/// What is known of an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Enough peers held it, proven; the record that shows its beginning, and on what basis.
    Present(RecordId, Basis),
    /// Nobody held it, and somebody would have seen it.
    Absent,
    /// Neither.
    Unknown,
}

/// The status of every instant in the window at which it may change, the claimed time first.
pub fn statuses(claim: &Claim, data: &Data, window: Span) -> Vec<(Time, Status)> {
    let rows: Vec<&Row> = data.timeline(claim).map_or(&[][..], |t| &t.rows).iter().collect();
    let last = window.until.plus_micros(-1);
    let mut instants: BTreeSet<Time> = BTreeSet::from([claim.when.time(), window.from, last]);
    let near = |hold: &Hold| {
        let Hold { start: Start { first_seen, by, .. }, end: End { last_seen, before, .. }, .. } = *hold;
        let assumed = hold.assumed.iter().flat_map(|s| [s.from, s.until]);
        let own: Vec<Time> = [first_seen, by, last_seen].into_iter().chain(before).chain(assumed).collect();
        own
    };
    for row in rows.iter().filter(|row| row.subject.prefix == claim.prefix) {
        for time in row.members.iter().flat_map(near) {
            instants.extend([time.plus_micros(-1), time, time.plus_micros(1)]);
        }
    }
    let claimed = claim.when.time();
    let mut found: Vec<(Time, Status)> =
        instants.range(window.from..=last).map(|time| (*time, status(claim, data, &rows, *time))).collect();
    found.sort_by_key(|(time, _)| (time.micros_since(claimed).abs(), *time));
    found
}

fn status(claim: &Claim, data: &Data, rows: &[&Row], time: Time) -> Status {
    let own = || rows.iter().filter(|row| is_of(row, claim));
    let mut proven: BTreeSet<PeerKey> = BTreeSet::new();
    let mut first: Option<&Row> = None;
    for row in own() {
        let here = row.members.iter().filter(|hold| is_proven(hold, time)).map(|hold| hold.peer);
        let before = proven.len();
        proven.extend(here);
        if proven.len() > before {
            first = first.or(Some(row));
        }
    }
    if let Some(row) = first.filter(|_| proven.len() >= data.options.min_peers.max(1)) {
        return Status::Present(row.start.record, row.start.basis);
    }
    let may_stand = own().flat_map(|row| &row.members).any(|hold| may_stand(hold, time));
    if !may_stand && knows_absence(claim, data, rows, time) { Status::Absent } else { Status::Unknown }
}

/// Whether something proves the hold at that instant: not only messages around it, but none of what may have hidden its end.
fn is_proven(hold: &Hold, time: Time) -> bool {
    let (from, until) = (hold.start.first_seen, hold.end.last_seen);
    let is_edge = time == from || time == until && hold.end.basis == Basis::DataEnd || is_proof(hold, time);
    is_edge || from < time && time < until && !hold.is_assumed_at(time)
}

/// A record shows the route again where it was only assumed before.
fn is_proof(hold: &Hold, time: Time) -> bool {
    hold.assumed.iter().any(|span| span.until == time) && time <= hold.end.last_seen
}

/// Whether the hold may stand then, proven or not. A peer that had not come up yet says nothing of the time before.
fn may_stand(hold: &Hold, time: Time) -> bool {
    let was_away = hold.start.basis == Basis::PeerUp && !hold.start.no_baseline;
    let begun = time >= hold.start.by || hold.start.after.map_or(!was_away, |after| time > after);
    let gone_for_good = hold.end.basis == Basis::PeerDown && time > hold.end.last_seen;
    let ended = hold.end.before.is_some_and(|before| time >= before) || gone_for_good;
    begun && !ended && (hold.end.before.is_some() || time <= hold.end.last_seen)
}

/// Whether somebody looked: a complete collector with a peer whose table is known, or the RIB dump of that instant.
fn knows_absence(claim: &Claim, data: &Data, rows: &[&Row], time: Time) -> bool {
    let instant = Span { from: time, until: time.plus_micros(1) };
    let blindness = data.blindness(claim.prefix, instant);
    if blindness.is_none() {
        return data.knows_a_table(claim.prefix, time);
    }
    let same = |row: &&&Row| {
        row.subject.prefix == claim.prefix && row.subject.origin == Origin::As(claim.origin) && !row.flags.has(Flag::Stuck)
    };
    let in_dump = |hold: &Hold| {
        let is_record = time == hold.start.first_seen || is_proof(hold, time);
        is_record && data.is_sampled(hold.peer.collector)
    };
    blindness == Some(Reason::Sampled) && rows.iter().filter(same).flat_map(|r| &r.members).any(in_dump)
}
