//! One peer's hold on one upstream: its route intervals joined over changes of path, path ids and (for the target) prefixes.

use std::collections::BTreeMap;
use std::sync::Arc;

use ipnet::IpNet;

use crate::model::{AsPath, Asn, Flags, Origin, PeerKey, Span, Time, Upstream};
use crate::replay::{Basis, End, Follows, RouteInterval, Start};

/// What a row is about. `prefix` is `None` for the target as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// One prefix, or all.
    pub prefix: Option<IpNet>,
    /// The origin of the routes.
    pub origin: Origin,
    /// Their upstream.
    pub upstream: Upstream,
}

/// A span in which one peer reaches the subject's prefix through its upstream.
#[derive(Debug, Clone)]
pub struct Hold {
    /// Whose.
    pub peer: PeerKey,
    /// Where it begins.
    pub start: Start,
    /// Where it ends.
    pub end: End,
    /// The path at its start.
    pub path: Arc<AsPath>,
    /// Flags of all its paths.
    pub flags: Flags,
    /// Flags of the path at its start.
    pub first_flags: Flags,
    /// Spans in which it was only assumed: sorted.
    pub assumed: Vec<Span>,
}

impl Hold {
    fn of(interval: &RouteInterval) -> Hold {
        Hold {
            peer: interval.peer,
            start: interval.start,
            end: interval.end,
            path: interval.route.path.clone(),
            flags: interval.route.flags,
            first_flags: interval.route.flags,
            assumed: interval.assumed.clone(),
        }
    }

    /// When it is believed to stand (see [`RouteInterval::believed`]).
    pub fn believed(&self) -> Span {
        Span { from: self.start.by, until: self.end.believed() }
    }

    /// Whether it is believed to stand at `time`, its last instant included where the data end there.
    pub fn stands_at(&self, time: Time) -> bool {
        let Span { from, until } = self.believed();
        from <= time && (time < until || time == until && self.end.basis == Basis::DataEnd)
    }

    /// Whether nothing proves it at `time`.
    pub fn is_assumed_at(&self, time: Time) -> bool {
        self.assumed.iter().any(|s| s.from <= time && time < s.until)
    }

    /// Takes in what follows or overlaps.
    fn join(&mut self, next: Hold) {
        if next.start.first_seen > self.end.last_seen {
            // The path changed unseen; that the upstream did not is an assumption.
            self.assumed.push(Span { from: self.end.last_seen, until: next.start.first_seen });
        }
        if end_order(&next.end) > end_order(&self.end) {
            self.end = next.end;
        }
        self.flags = self.flags.union(next.flags);
        self.assumed.extend(next.assumed);
        self.assumed.sort_unstable();
        self.assumed.dedup();
    }
}

/// Later ends first of all; at the same time one that goes on, then the tighter bound.
fn end_order(end: &End) -> (Time, bool, Time) {
    (end.last_seen, end.basis == Basis::DataEnd, end.before.map_or(Time::MIN, |b| Time::from_micros(b.micros().saturating_neg())))
}

/// Every subject's holds, each list sorted by (peer, first_seen), a peer's own disjoint.
pub type Holds = BTreeMap<Subject, Vec<Hold>>;

/// The subjects of one prefix (or of the target), with their holds.
pub fn at_prefix(holds: &Holds, prefix: Option<IpNet>) -> impl Iterator<Item = (&Subject, &Vec<Hold>)> {
    let first = Subject { prefix, origin: Origin::As(Asn(0)), upstream: Upstream::Via(Asn(0)) };
    holds.range(first..).take_while(move |(subject, _)| subject.prefix == prefix)
}

/// The holds of each prefix.
pub fn of_prefixes<'a>(intervals: impl IntoIterator<Item = &'a RouteInterval>) -> Holds {
    let mut sorted: Vec<&RouteInterval> = intervals.into_iter().collect();
    sorted.sort_by_key(|i| (i.peer, i.prefix, i.path_id, i.start.first_seen, i.end.last_seen));
    let mut chained = Holds::new();
    let mut previous: Option<(&RouteInterval, Subject)> = None;
    for interval in sorted {
        let prefix = Some(interval.prefix);
        let subject = Subject { prefix, origin: interval.route.origin, upstream: interval.route.upstream };
        let list = chained.entry(subject).or_default();
        let same_key = |i: &RouteInterval| (i.peer, i.prefix, i.path_id) == (interval.peer, interval.prefix, interval.path_id);
        let goes_on =
            interval.follows == Follows::Replaced && previous.is_some_and(|(before, its)| same_key(before) && its == subject);
        match list.last_mut() {
            Some(last) if goes_on => last.join(Hold::of(interval)),
            _ => list.push(Hold::of(interval)),
        }
        previous = Some((interval, subject));
    }
    chained.values_mut().for_each(unite);
    chained
}

/// The holds of the target as a whole: a peer holds it through an upstream as long as it so holds any prefix.
pub fn of_target(prefixes: &Holds) -> Holds {
    let mut all = Holds::new();
    for (subject, list) in prefixes {
        let subject = Subject { prefix: None, ..*subject };
        all.entry(subject).or_default().extend(list.iter().cloned());
    }
    all.values_mut().for_each(unite);
    all
}

/// Joins a peer's holds that overlap or touch: several path ids, several prefixes, or gone and back within an instant.
fn unite(list: &mut Vec<Hold>) {
    list.sort_by_key(|h| (h.peer, h.start.first_seen, h.start.by, h.end.last_seen));
    let mut united: Vec<Hold> = Vec::with_capacity(list.len());
    for hold in list.drain(..) {
        match united.last_mut() {
            Some(last) if last.peer == hold.peer && hold.start.first_seen <= last.end.last_seen => last.join(hold),
            _ => united.push(hold),
        }
    }
    *list = united;
}
