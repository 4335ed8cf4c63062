//! When the data show what a claim speaks of: moments with the bounds of rule 13.

use super::claim::{Claim, Claimed};
use super::judge::{Data, Reason};
use crate::model::{AsPath, Asn, Flag, Origin, RecordId, Span, Time, spans};
use crate::replay::{Basis, RouteInterval};
use crate::timeline::{Change, ChangeKind, Row};

/// Something that happened in (`after`, `by`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The time to name.
    pub found: Time,
    /// `None`: unknown.
    pub after: Option<Time>,
    /// `None`: unknown.
    pub by: Option<Time>,
    /// What proves it.
    pub basis: Basis,
    /// The record that proves it.
    pub record: Option<RecordId>,
    /// Whether this is what is claimed, not only what may hide it.
    pub shows: Shows,
    /// No dump comes before: what stands here is that of the peer which shows it.
    pub no_baseline: bool,
}

/// What a moment is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// It can meet a claim.
    TheThing,
    /// It leaves a claim open where its bounds reach it.
    Doubt,
}

impl Shows {
    fn the_thing_if(condition: bool) -> Shows {
        if condition { Shows::TheThing } else { Shows::Doubt }
    }
}

impl Moment {
    /// Whether it lies in the window for certain.
    pub fn is_within(&self, window: Span) -> bool {
        self.after.is_some_and(|t| t >= window.from) && self.by.is_some_and(|t| t < window.until)
    }

    /// Whether it may lie in the window.
    pub fn may_be_within(&self, window: Span) -> bool {
        self.after.is_none_or(|t| t < window.until) && self.by.is_none_or(|t| t >= window.from)
    }
}

/// All moments of what the claim speaks of; `window` is where the claim places it.
pub fn moments(claim: &Claim, data: &Data, window: Span) -> Vec<Moment> {
    let rows = || data.timeline(claim).map_or(&[][..], |t| &t.rows).iter().filter(|row| is_of(row, claim));
    let changes = |kind| {
        let all = data.timeline(claim).map_or(&[][..], |t| &t.changes).iter();
        all.filter(move |c| c.kind == kind && c.prefix == claim.prefix).map(of_change).collect()
    };
    match claim.what {
        Claimed::Gained => rows().map(of_start).collect(),
        Claimed::Lost => rows().filter_map(of_end).collect(),
        Claimed::OutageBegins => changes(ChangeKind::OutageStart),
        Claimed::OutageEnds => changes(ChangeKind::OutageEnd),
        Claimed::Announced => appearances(claim, data, window, |_| true),
        Claimed::Prepended => appearances(claim, data, window, |path| repeats(path, claim.origin)),
        Claimed::Present | Claimed::Absent | Claimed::Only => Vec::new(),
    }
}

/// Whether the row is of the claim's prefix and upstream, and no stuck route (rule 18).
pub fn is_of(row: &Row, claim: &Claim) -> bool {
    let subject = &row.subject;
    let upstream = claim.upstream.is_none_or(|asn| subject.upstream.asn() == Some(asn));
    subject.prefix == claim.prefix && subject.origin == Origin::As(claim.origin) && upstream && !row.flags.has(Flag::Stuck)
}

/// Without a dump before, the bounds are those of the peer that shows it first: it is known to have had something else.
fn of_start(row: &Row) -> Moment {
    let no_baseline = row.start.no_baseline;
    let start = if no_baseline { &row.first_start } else { &row.start };
    Moment {
        found: start.first_seen,
        after: start.after,
        by: Some(start.by),
        basis: start.basis,
        record: Some(start.record),
        shows: Shows::the_thing_if(start.basis.is_change() && !start.clock),
        no_baseline,
    }
}

fn of_end(row: &Row) -> Option<Moment> {
    let end = &row.end;
    let shows = Shows::the_thing_if(end.basis.is_change() && !end.clock);
    let after = end.after.or(Some(end.last_seen));
    let no_baseline = row.flags.has(Flag::NoBaseline);
    let moment = Moment { found: end.last_seen, after, by: end.before, basis: end.basis, record: end.record, shows, no_baseline };
    (end.basis != Basis::DataEnd).then_some(moment)
}

/// A change on another basis than a message has happened by its time, some time before.
fn of_change(change: &Change) -> Moment {
    let is_exact = change.basis == Basis::Update;
    Moment {
        found: change.time,
        after: is_exact.then_some(change.time),
        by: Some(change.time),
        basis: change.basis,
        record: Some(change.record),
        shows: Shows::the_thing_if(is_exact),
        no_baseline: false,
    }
}

/// The announcements of such a route where no peer held one, as far as is known. The message itself is what is asked for, so its own
/// time counts; but one after which a gap leaves open whether the route is new, or a peer's first, counts only where the data of the
/// claimed time are complete.
fn appearances(claim: &Claim, data: &Data, window: Span, is_such: impl Fn(&AsPath) -> bool) -> Vec<Moment> {
    let is_of = |i: &RouteInterval| {
        claim.prefix.is_none_or(|prefix| i.prefix == prefix)
            && i.route.origin == Origin::As(claim.origin)
            && claim.upstream.is_none_or(|asn| i.route.upstream.asn() == Some(asn))
            && is_such(&i.route.path)
    };
    let mut such: Vec<RouteInterval> = data.intervals().filter(is_of).collect();
    such.sort_by_key(|i| (i.start.first_seen, i.start.after.is_none(), i.peer, i.end.last_seen));
    let is_complete = matches!(data.blindness(claim.prefix, window), None | Some(Reason::NoTable));
    let mut found: Vec<Moment> = Vec::new();
    let mut held_until = None;
    for interval in &such {
        let start = &interval.start;
        if held_until.is_none_or(|until| start.first_seen > until) {
            let is_message = match start.basis {
                Basis::Update => true,
                Basis::PeerUp => is_complete && held_until.is_none(),
                // What only a dump shows began before it was seen.
                Basis::Gap => is_complete && start.by == start.first_seen,
                Basis::Rib | Basis::PeerDown | Basis::DataStart | Basis::DataEnd => false,
            };
            found.push(Moment {
                found: start.first_seen,
                after: if is_message { Some(start.first_seen) } else { start.after },
                by: Some(start.by),
                basis: start.basis,
                record: Some(start.record),
                shows: Shows::the_thing_if(is_message && !start.clock),
                no_baseline: start.no_baseline,
            });
        }
        held_until = held_until.max(Some(interval.end.last_seen));
    }
    found.extend(hidden(such.iter()));
    found
}

/// Announcements that may be appearances, where what stood before them was only assumed: of another peer, and of the same route again.
fn hidden<'a>(such: impl Iterator<Item = &'a RouteInterval> + Clone) -> Vec<Moment> {
    let stood = |i: &RouteInterval| spans::complement(&i.assumed, Span { from: i.start.first_seen, until: i.end.last_seen });
    let proven = spans::union(such.clone().flat_map(stood).collect());
    let doubt = |i: &RouteInterval, after: Time, by: Time, record| Moment {
        found: by,
        after: Some(after),
        by: Some(by),
        basis: Basis::Gap,
        record,
        shows: Shows::Doubt,
        no_baseline: i.start.no_baseline,
    };
    let first = such.clone().filter(|i| !spans::holds(&proven, i.start.first_seen.plus_micros(-1)));
    let first = first.map(|i| doubt(i, i.start.first_seen, i.start.first_seen, Some(i.start.record)));
    let again = such.filter(|i| i.repeats > 0).filter_map(|i| Some(doubt(i, i.assumed.first()?.from, i.end.last_seen, None)));
    first.chain(again).collect()
}

/// Whether the origin stands more than once at the path's end.
fn repeats(path: &AsPath, origin: Asn) -> bool {
    let ases: Vec<Asn> = path.ases().collect();
    ases.iter().rev().take_while(|asn| **asn == origin).count() > 1
}
