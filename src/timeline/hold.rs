//! One peer's hold on one upstream: its route intervals joined over changes of path, path ids and (for the target) prefixes.

use std::collections::BTreeMap;
use std::sync::Arc;

use ipnet::IpNet;

use super::observed::Observed;
use crate::model::spans::{self, Rare};
use crate::model::{AsPath, Asn, Flag, Flags, Origin, PeerKey, Span, Time, Upstream};
use crate::replay::{Basis, End, Follows, PackedInterval, RouteInterval, Start};

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
    /// The upstreams at its start and at its end: two where holds of several are united.
    pub upstreams: (Upstream, Upstream),
    /// An AS stands further left than the upstream in any of its paths.
    pub is_beyond: bool,
    /// Flags of all its paths, and of what was missing.
    pub flags: Flags,
    /// Flags of the path at its start.
    pub first_flags: Flags,
    /// Spans in which it was only assumed, from just after a proof to before the next: tidy.
    pub assumed: Rare,
    /// Its session was lost, and the first that came back was the same.
    pub came_back: bool,
}

impl Hold {
    fn of(interval: RouteInterval) -> Hold {
        Hold {
            peer: interval.peer,
            start: interval.start,
            end: interval.end,
            path: Arc::clone(&interval.route.path),
            upstreams: (interval.route.upstream, interval.route.upstream),
            is_beyond: interval.route.is_beyond,
            flags: interval.route.flags,
            first_flags: interval.route.flags,
            assumed: spans::union(interval.assumed.into_iter().map(|span| after_proof(span.from, span.until)).collect()).into(),
            came_back: false,
        }
    }

    /// When it is believed to stand (see [`RouteInterval::believed`]).
    pub fn believed(&self) -> Span {
        Span { from: self.start.by, until: self.end.until }
    }

    /// Whether nothing proves it at `time`.
    pub fn is_assumed_at(&self, time: Time) -> bool {
        spans::holds(&self.assumed, time)
    }

    /// When it is proven to stand: tidy.
    pub fn proven(&self) -> Vec<Span> {
        spans::complement(&self.assumed, self.believed())
    }

    /// Whether a proof stands at the instant.
    pub fn is_proven_at(&self, time: Time) -> bool {
        let Span { from, until } = self.believed();
        from <= time && time < until && !spans::holds(&self.assumed, time)
    }

    /// Takes in the route that replaced its last one.
    fn follow(&mut self, next: &Hold) {
        if next.start.first_seen > self.end.last_seen {
            // The path changed unseen; that the upstream did not is an assumption.
            self.assumed.add(after_proof(self.end.last_seen, next.start.first_seen));
        }
        self.end = next.end;
        self.upstreams.1 = next.upstreams.1;
        self.is_beyond |= next.is_beyond;
        self.flags = self.flags.union(next.flags);
        next.assumed.iter().for_each(|span| self.assumed.add(*span));
    }

    /// Takes in what overlaps or touches and did not begin earlier; what is assumed of both is told by [`unite`].
    fn unite(&mut self, next: &Hold) {
        if next.end.until > self.end.until || next.end.until == self.end.until && next.end.before > self.end.before {
            self.upstreams.1 = next.upstreams.1;
            self.came_back = next.came_back;
        }
        self.start = earliest(self.start, next.start);
        self.end = latest(self.end, next.end);
        self.is_beyond |= next.is_beyond;
        self.flags = self.flags.union(next.flags);
    }
}

/// What nothing proves: the instant of the last proof is not part of it.
fn after_proof(last: Time, until: Time) -> Span {
    Span { from: last.plus_micros(1), until }
}

/// The first start of two, the second of which is not known to be earlier; each bound is that of the one that may be.
fn earliest(one: Start, other: Start) -> Start {
    let mut start = one;
    if other.visible_after() < one.visible_after() {
        (start.after, start.unwatched) = (other.after, other.unwatched);
    }
    if other.first_seen < one.first_seen {
        (start.first_seen, start.record, start.clock) = (other.first_seen, other.record, other.clock);
    }
    start
}

/// The last end of two; each bound is that of the one that may be later.
fn latest(one: End, other: End) -> End {
    let (mut end, less) = if (other.until, other.before) > (one.until, one.before) { (other, one) } else { (one, other) };
    end.last_seen = end.last_seen.max(less.last_seen);
    if end.basis != Basis::DataEnd {
        end.after = end.after.max(less.after);
        if end.basis != Basis::PeerDown && less.invisible_by() > end.invisible_by() {
            end.before = less.before;
        }
    }
    end
}

/// Every subject's holds, each list sorted by (peer, believed from), a peer's own disjoint.
pub type Holds = BTreeMap<Subject, Vec<Hold>>;

/// The subjects of one prefix (or of the target), with their holds.
pub fn at_prefix(holds: &Holds, prefix: Option<IpNet>) -> impl Iterator<Item = (&Subject, &Vec<Hold>)> {
    let first = Subject { prefix, origin: Origin::As(Asn(0)), upstream: Upstream::next(Asn(0)) };
    holds.range(first..).take_while(move |(subject, _)| subject.prefix == prefix)
}

/// The holds of every prefix, whatever the origin. The intervals of each key are chained, and origins told apart after: what stands between
/// two routes of one upstream parts them (rule 5). Where a collector's data end before others', its routes are assumed from there on.
pub fn of_all(observed: &Observed) -> Holds {
    let horizon = observed.horizon();
    let coverage = |peer: PeerKey| observed.collector(peer.collector).map(|c| &c.coverage);
    let ends_early = |peer: PeerKey| coverage(peer).is_some_and(|c| c.end < horizon);
    let mut sorted: Vec<&PackedInterval> = observed.collectors.iter().flat_map(|c| c.replay.intervals.packed()).collect();
    // A key's intervals are in order already.
    sorted.sort_by_key(|i| i.key());
    let mut holds = Holds::new();
    let mut open: Option<((PeerKey, IpNet, u32), Subject, Hold)> = None;
    let mut put = |subject: Subject, mut hold: Hold| {
        if hold.end.basis == Basis::DataEnd && ends_early(hold.peer) {
            hold.assumed.add(after_proof(hold.end.last_seen, Time::MAX));
        }
        let is_sampled = coverage(hold.peer).is_some_and(|c| c.sampled);
        hold.flags.set_if(Flag::Sampled, is_sampled);
        // What a dump alone contradicts was assumed as well, but nothing is missing there.
        let is_missing =
            |s: &Span| s.until == Time::MAX || coverage(hold.peer).is_some_and(|c| !c.gaps_between(s.from, s.until).is_empty());
        hold.flags.set_if(Flag::Gap, !is_sampled && hold.assumed.iter().any(is_missing));
        // Most have one: a list would begin with room for four.
        holds.entry(subject).or_insert_with(|| Vec::with_capacity(1)).push(hold);
    };
    for packed in sorted {
        let (key, interval) = (packed.key(), packed.get());
        let subject = Subject { prefix: Some(interval.prefix), origin: interval.route.origin, upstream: interval.route.upstream };
        let follows = interval.follows;
        let mut next = Hold::of(interval);
        match open.take() {
            Some((before, its, mut hold)) if before == key && its == subject => match follows {
                Follows::Replaced => {
                    hold.follow(&next);
                    next = hold;
                }
                Follows::CameBack => {
                    // The last thing known of it was the same: nothing shows that it ended, or began anew (rules 10 and 13).
                    (hold.end.before, hold.came_back, next.start.after) = (None, true, None);
                    put(its, hold);
                }
                Follows::Nothing => put(its, hold),
            },
            Some((_, its, hold)) => put(its, hold),
            None => {}
        }
        open = Some((key, subject, next));
    }
    if let Some((_, subject, hold)) = open {
        put(subject, hold);
    }
    holds.values_mut().for_each(unite);
    holds
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

/// The holds of each prefix and origin, whatever the upstream: under the first of its upstreams.
pub fn of_origins(holds: &Holds) -> Holds {
    let mut by_origin: BTreeMap<(Option<IpNet>, Origin), (Subject, Vec<Hold>)> = BTreeMap::new();
    for (subject, list) in holds {
        let (_, all) = by_origin.entry((subject.prefix, subject.origin)).or_insert_with(|| (*subject, Vec::new()));
        all.extend(list.iter().cloned());
    }
    let mut all: Holds = by_origin.into_values().collect();
    all.values_mut().for_each(unite);
    all
}

/// Joins a peer's holds that overlap or touch: several path ids, several prefixes, or gone and back within an instant. It is assumed to
/// stand where none of them is proven.
pub(super) fn unite(list: &mut Vec<Hold>) {
    list.sort_by_key(|h| (h.peer, h.start.by, h.start.first_seen, h.end.until));
    // When any part of the hold was proven; none while all of them were, all the time.
    let mut proven: Option<Vec<Span>> = None;
    let end = |whole: &mut Hold, proven: Option<Vec<Span>>| {
        if let Some(proven) = proven {
            whole.assumed = spans::complement(&spans::union(proven), whole.believed()).into();
        }
    };
    list.dedup_by(|part, whole| {
        if part.peer != whole.peer || part.start.by > whole.end.until {
            end(whole, proven.take());
            return false;
        }
        if proven.is_none() && !(whole.assumed.is_empty() && part.assumed.is_empty()) {
            proven = Some(whole.proven());
        }
        if let Some(proven) = &mut proven {
            proven.extend(part.proven());
        }
        whole.unite(part);
        true
    });
    if let Some(last) = list.last_mut() {
        end(last, proven);
    }
}

#[cfg(test)]
mod tests {
    use super::Hold;
    use crate::timeline::{Change, Row};

    #[test]
    fn what_may_be_there_by_the_million_is_small() {
        assert_eq!([size_of::<Hold>(), size_of::<Row>(), size_of::<Change>()], [152, 312, 104]);
    }
}
