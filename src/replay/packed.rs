//! Route intervals as they are kept: of millions, nearly all begin and end with a message, or with the data, and then one time tells all
//! of a boundary.

use std::cmp::Ordering;
use std::sync::Arc;

use ipnet::IpNet;

use super::interval::{Basis, End, Follows, RouteInterval, Start};
use crate::model::{PeerKey, RecordId, Route, Span, Time};

/// A [`RouteInterval`], in half the room.
#[derive(Debug, Clone)]
pub struct PackedInterval {
    peer: PeerKey,
    route: Arc<Route>,
    first_seen: Time,
    unwatched: Option<Time>,
    last_seen: Time,
    /// What the other fields do not tell.
    rest: Option<Box<Rest>>,
    path_id: u32,
    repeats: u32,
    start_record: RecordId,
    end_record: Option<RecordId>,
    prefix: IpNet,
    start_basis: Basis,
    end_basis: Basis,
    kinds: (StartKind, EndKind),
    follows: Follows,
    start_clock: bool,
    no_baseline: bool,
    end_clock: bool,
}

#[derive(Debug, Clone)]
struct Rest {
    start: Start,
    end: End,
    assumed: Box<[Span]>,
}

/// How a start's bounds follow from its first proof.
#[derive(Debug, Clone, Copy)]
enum StartKind {
    /// All are that instant.
    Exact,
    /// Nothing tells since when.
    Unbounded,
}

/// How an end's bounds follow from its last proof.
#[derive(Debug, Clone, Copy)]
enum EndKind {
    /// All are that instant.
    Exact,
    /// Nothing tells by when it had ended.
    Unbounded,
    /// It stands where the data end.
    Ongoing,
}

impl PackedInterval {
    fn of(interval: RouteInterval) -> PackedInterval {
        let RouteInterval { peer, prefix, path_id, route, start, end, follows, assumed, repeats } = interval;
        let start_kind = if start.after.is_some() { StartKind::Exact } else { StartKind::Unbounded };
        let end_kind = match (end.after, end.before) {
            (None, _) => EndKind::Ongoing,
            (Some(_), None) => EndKind::Unbounded,
            (Some(_), Some(_)) => EndKind::Exact,
        };
        let mut packed = PackedInterval {
            peer,
            route,
            first_seen: start.first_seen,
            unwatched: start.unwatched,
            last_seen: end.last_seen,
            rest: None,
            path_id,
            repeats,
            start_record: start.record,
            end_record: end.record,
            prefix,
            start_basis: start.basis,
            end_basis: end.basis,
            kinds: (start_kind, end_kind),
            follows,
            start_clock: start.clock,
            no_baseline: start.no_baseline,
            end_clock: end.clock,
        };
        if packed.start() != start || packed.end() != end || !assumed.is_empty() {
            packed.rest = Some(Box::new(Rest { start, end, assumed: assumed.into() }));
        }
        packed
    }

    /// The interval.
    pub fn get(&self) -> RouteInterval {
        RouteInterval {
            peer: self.peer,
            prefix: self.prefix,
            path_id: self.path_id,
            route: Arc::clone(&self.route),
            start: self.start(),
            end: self.end(),
            follows: self.follows,
            assumed: self.rest.as_ref().map_or_else(Vec::new, |rest| rest.assumed.to_vec()),
            repeats: self.repeats,
        }
    }

    fn start(&self) -> Start {
        if let Some(rest) = &self.rest {
            return rest.start;
        }
        let by = self.first_seen;
        Start {
            first_seen: by,
            after: match self.kinds.0 {
                StartKind::Exact => Some(by),
                StartKind::Unbounded => None,
            },
            unwatched: self.unwatched,
            by,
            basis: self.start_basis,
            record: self.start_record,
            clock: self.start_clock,
            no_baseline: self.no_baseline,
        }
    }

    fn end(&self) -> End {
        if let Some(rest) = &self.rest {
            return rest.end;
        }
        let last_seen = self.last_seen;
        let (after, before, until) = match self.kinds.1 {
            EndKind::Exact => (Some(last_seen), Some(last_seen), last_seen),
            EndKind::Unbounded => (Some(last_seen), None, last_seen),
            EndKind::Ongoing => (None, None, Time::MAX),
        };
        End { last_seen, after, before, until, basis: self.end_basis, record: self.end_record, clock: self.end_clock }
    }

    /// Whose it is, and of what.
    pub fn key(&self) -> (PeerKey, IpNet, u32) {
        (self.peer, self.prefix, self.path_id)
    }

    /// The order of rows: by prefix, first_seen, peer, path id.
    pub fn order(&self, other: &PackedInterval) -> Ordering {
        // Rows that agree in all this differ in their paths only.
        let key = |i: &PackedInterval| (i.prefix, i.first_seen, i.peer, i.path_id, i.last_seen, i.start_record);
        key(self).cmp(&key(other)).then_with(|| self.route.path.cmp(&other.route.path))
    }
}

/// Intervals, in the order in which they came.
#[derive(Debug, Clone, Default)]
pub struct Intervals(Vec<PackedInterval>);

impl Intervals {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each as it is kept.
    pub fn packed(&self) -> std::slice::Iter<'_, PackedInterval> {
        self.0.iter()
    }

    /// Each as it is.
    pub fn iter(&self) -> impl Iterator<Item = RouteInterval> + '_ {
        self.0.iter().map(PackedInterval::get)
    }

    /// Adds one; returns its place.
    pub fn push(&mut self, interval: RouteInterval) -> usize {
        self.0.push(PackedInterval::of(interval));
        self.0.len() - 1
    }

    /// Adds others.
    pub fn append(&mut self, mut others: Intervals) {
        self.0.append(&mut others.0);
    }

    /// Bounds the end of the one at that place, if nothing bounds it yet and something else than its path is seen at `now`.
    pub fn bound(&mut self, at: usize, now: Time, seen: Option<&Route>) {
        let Some(packed) = self.0.get_mut(at).filter(|packed| seen.map(|r| &r.path) != Some(&packed.route.path)) else { return };
        let mut interval = packed.get();
        if interval.end.before.is_none() {
            interval.end.before = Some(now);
            *packed = PackedInterval::of(interval);
        }
    }

    /// Keeps those of some peers.
    pub fn keep(&mut self, is_wanted: impl Fn(PeerKey) -> bool) {
        self.0.retain(|packed| is_wanted(packed.peer));
    }

    /// Puts other routes in the place of theirs.
    pub fn reread(&mut self, read: impl Fn(&Route, PeerKey) -> Route) {
        for packed in &mut self.0 {
            packed.route = Arc::new(read(&packed.route, packed.peer));
        }
    }
}

impl FromIterator<RouteInterval> for Intervals {
    fn from_iter<I: IntoIterator<Item = RouteInterval>>(all: I) -> Self {
        Intervals(all.into_iter().map(PackedInterval::of).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::replay;
    use crate::replay::script::collector;

    #[test]
    fn what_is_packed_is_what_it_was() {
        assert_eq!(size_of::<PackedInterval>(), 96, "millions of them are kept");
        let given =
            "gap 300..350; dump 0..5 A=U1 B=U1 C=U1 D; 200 A=U2; 250 B down; 400 A-; 500 B=U2; 600! D=U1; 700 D down; 750 D=U2";
        let replay = replay(&collector(given));
        let seconds = [100, 200, 300].map(Time::from_secs);
        let times = || seconds.into_iter().map(Some).chain([None]);
        for interval in replay.intervals.iter() {
            for (other, until) in
                times().flat_map(|other| seconds.into_iter().chain([Time::MAX]).map(move |until| (other, until)))
            {
                let start = Start { first_seen: seconds[1], after: other, unwatched: other, ..interval.start };
                let ends = times().map(|before| End { last_seen: seconds[1], after: other, before, until, ..interval.end });
                for (end, by) in ends.flat_map(|end| seconds.map(|by| (end, by))) {
                    let made = RouteInterval { start: Start { by, ..start }, end, ..interval.clone() };
                    assert_eq!(format!("{:?}", PackedInterval::of(made.clone()).get()), format!("{made:?}"));
                }
            }
        }
    }
}
