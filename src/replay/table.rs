//! One peer's table: what it holds for each prefix and path id, and since when that is proven (rules 11 to 13).

use std::collections::BTreeMap;
use std::sync::Arc;

use ipnet::IpNet;

use super::interval::{Basis, End, Follows, RouteInterval, Start};
use super::proof::{Proof, Unseen};
use crate::model::{AsPath, Coverage, Flag, PeerKey, RecordId, Route, Span, Time};

/// A route that stands.
#[derive(Debug, Clone)]
pub struct Held {
    /// `None`: an empty path, which shows no upstream.
    pub route: Option<Arc<Route>>,
    /// Where it began.
    pub start: Start,
    /// What it replaced.
    pub follows: Follows,
    /// Spans in which it was only assumed.
    pub assumed: Vec<Span>,
    /// Announcements that changed nothing.
    pub repeats: u32,
    /// A record that could not be read may have changed it for a while.
    pub unread: bool,
}

/// What is known of one prefix and path id.
#[derive(Debug, Clone)]
pub enum State {
    /// The route stands.
    Held(Held),
    /// Known to be absent since then.
    Absent(Time),
    /// Nothing is known, but for what was before.
    Unknown(Past),
}

/// What was before a state of which nothing is known.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// The last proof of a state, and its path (`None`: no route).
    pub known: Option<(Time, Option<Arc<AsPath>>)>,
    /// See [`Start::unwatched`], where the time of the next record does not say it.
    pub watched: Watched,
}

/// Since when the data would have shown a route of which nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Watched {
    /// Since its session is there at all.
    #[default]
    WithSession,
    /// A dump shows what it may have learned before its stamp or after: nothing bounds it.
    Unclear,
}

/// One prefix and path id of one peer.
#[derive(Debug, Clone)]
pub struct Slot {
    /// What is known.
    pub state: State,
    /// The last record that proves it.
    pub proof: Proof,
    /// The last message for the key, of whatever content.
    pub last_update: Option<Time>,
    /// The interval that a lost session closed: its end is bounded when something else is seen.
    pub closed: Option<usize>,
}

/// One peer's slots, by prefix and path id.
pub type Table = BTreeMap<(IpNet, u32), Slot>;

impl Held {
    /// A record proves that the route still stands: what lay unseen before it was assumed rightly.
    pub fn prove(&mut self, coverage: &Coverage, proof: &mut Proof, now: Time) {
        if let Some(unseen) = proof.unseen(coverage, now) {
            self.assumed.push(Span { from: unseen.from, until: now });
            self.unread |= proof.doubt.is_some();
        }
        proof.renew(now);
    }

    /// Makes the interval; `None` for a route without a path.
    pub fn close(mut self, key: (PeerKey, IpNet, u32), end: End) -> Option<RouteInterval> {
        let (peer, prefix, path_id) = key;
        if end.last_seen < end.until && end.until != Time::MAX {
            self.assumed.push(Span { from: end.last_seen, until: end.until });
        }
        let Held { mut route, start, follows, assumed, repeats, unread } = self;
        if let Some(route) = route.as_mut().filter(|_| unread) {
            Arc::make_mut(route).flags.set(Flag::Gap);
        }
        debug_assert!(start.is_sound() && end.is_sound(), "rule 13: {start:?} {end:?}");
        Some(RouteInterval { peer, prefix, path_id, route: route?, start, end, follows, assumed, repeats })
    }
}

impl Slot {
    /// Whether a route stands.
    pub fn is_held(&self) -> bool {
        matches!(self.state, State::Held(_))
    }

    /// What a session's loss leaves of the knowledge.
    pub fn past(&self) -> Past {
        let known = match &self.state {
            State::Held(held) => Some((self.proof.at, Some(path_of(held.route.as_deref())))),
            State::Absent(_) => Some((self.proof.at, None)),
            State::Unknown(past) => past.known.clone(),
        };
        Past { known, watched: Watched::WithSession }
    }
}

/// A route's path; an empty one where it has none.
pub fn path_of(route: Option<&Route>) -> Arc<AsPath> {
    route.map_or_else(Default::default, |r| r.path.clone())
}

impl Slot {
    /// A change that a message proves at `now`: exact, unless something may have gone unseen since the last proof (rule 11).
    pub fn changed_by_update(&self, coverage: &Coverage, now: Time, record: RecordId) -> (Start, End) {
        match self.proof.unseen(coverage, now) {
            None => bounds(Basis::Update, [now; 5], record),
            Some(unseen) => bounds(Basis::Gap, [unseen.from, self.after(unseen), now, now, now], record),
        }
    }

    /// A change that only a dump shows, by a record of `now` (rules 9 and 11); it may have been written until `written`. A change that
    /// no message shows lies where messages are missing, be it meanwhile.
    pub fn changed_by_rib(&self, coverage: &Coverage, now: Time, written: Time, record: RecordId) -> (Start, End) {
        match self.proof.unseen(coverage, now) {
            None => bounds(Basis::Rib, [self.proof.at, self.proof.at, now, now, now], record),
            Some(unseen) => {
                let basis = if coverage.sampled { Basis::Rib } else { Basis::Gap };
                let is_watched = coverage.end >= written && coverage.gaps_between(now, written).is_empty();
                let until = if is_watched { unseen.until } else { now };
                bounds(basis, [unseen.from, self.after(unseen), until, until, now], record)
            }
        }
    }

    /// What comes after the state's last message in the very instant in which a gap begins is in the gap.
    fn after(&self, unseen: Unseen) -> Time {
        if self.last_update == Some(unseen.after) { unseen.after.plus_micros(-1) } else { unseen.after }
    }

    /// The time since `since` in which the state is known, up to before `now`.
    pub fn known_since(&self, since: Time, coverage: &Coverage, now: Time) -> Option<Span> {
        let last = |unseen: Unseen| if self.last_update == Some(unseen.from) { unseen.from } else { unseen.from.plus_micros(1) };
        let until = self.proof.unseen(coverage, now).map_or(now, |unseen| last(unseen).min(now));
        (since < until).then_some(Span { from: since, until })
    }
}

/// `[last proof of the old, the change came after, the old ended by, the new began by, first proof of the new]`.
fn bounds(basis: Basis, [last_seen, after, before, by, first_seen]: [Time; 5], record: RecordId) -> (Start, End) {
    let start = Start { first_seen, after: Some(after), unwatched: None, by, basis, record, clock: false, no_baseline: false };
    let end =
        End { last_seen, after: Some(last_seen), before: Some(before), until: before, basis, record: Some(record), clock: false };
    (start, end)
}
