//! One peer's table: what it holds for each prefix and path id, and since when that is proven (rules 11 to 13).

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::interval::{Basis, End, Follows, RouteInterval, Start};
use crate::model::{Coverage, PeerKey, RecordId, Route, Span, Time};

/// A route that stands.
#[derive(Debug, Clone)]
pub struct Held {
    /// `None`: an empty path, which shows no upstream.
    pub route: Option<Route>,
    /// Where it began.
    pub start: Start,
    /// What it replaced.
    pub follows: Follows,
    /// Spans in which it was only assumed.
    pub assumed: Vec<Span>,
    /// Announcements that changed nothing.
    pub repeats: u32,
}

/// What is known of one prefix and path id.
#[derive(Debug, Clone)]
pub enum State {
    /// The route stands.
    Held(Held),
    /// Known to be absent since then.
    Absent(Time),
    /// The session was lost; known until then.
    Lost(Time),
}

/// One prefix and path id of one peer.
#[derive(Debug, Clone)]
pub struct Slot {
    /// What is known.
    pub state: State,
    /// The last record that proves the state.
    pub verified: Time,
    /// The last message for the key, of whatever content.
    pub last_update: Option<Time>,
    /// The interval that a lost session closed: its end is bounded when something else is seen.
    pub closed: Option<usize>,
}

/// One peer's slots, by prefix and path id.
pub type Table = BTreeMap<(IpNet, u32), Slot>;

/// The stretch since the last proof in which the state may have changed unseen: from the first gap's start to the last gap's end.
pub fn unseen(coverage: &Coverage, verified: Time, now: Time) -> Option<Span> {
    let gaps = coverage.gaps_between(verified, now);
    let (first, last) = (gaps.first()?, gaps.last()?);
    // Between two RIBs without updates nothing is covered, the writing of the dump itself included.
    let until = if coverage.sampled { now } else { last.until.min(now) };
    Some(Span { from: first.from.max(verified), until })
}

impl Held {
    /// A record proves that the route still stands: what lay unseen before it was assumed rightly.
    pub fn prove(&mut self, coverage: &Coverage, verified: &mut Time, now: Time) {
        if let Some(gap) = unseen(coverage, *verified, now) {
            self.assumed.push(Span { from: gap.from, until: now });
        }
        *verified = now.max(*verified);
    }

    /// Makes the interval; `None` for a route without a path.
    pub fn close(mut self, key: (PeerKey, IpNet, u32), end: End) -> Option<RouteInterval> {
        let (peer, prefix, path_id) = key;
        let believed = end.believed();
        if believed > end.last_seen {
            self.assumed.push(Span { from: end.last_seen, until: believed });
        }
        let Held { route, start, follows, assumed, repeats } = self;
        Some(RouteInterval { peer, prefix, path_id, route: route?, start, end, follows, assumed, repeats })
    }
}

/// A change that a message proves at `now`: exact, unless data are missing since the last proof (rule 11).
pub fn bounds_of_update(coverage: &Coverage, verified: Time, now: Time, record: RecordId) -> (Start, End) {
    match unseen(coverage, verified, now) {
        None => bounds(Basis::Update, [now; 4], record),
        Some(gap) => bounds(Basis::Gap, [gap.from, gap.from, now, now], record),
    }
}

/// A change that only a dump shows, by a record of `now` (rules 9 and 11).
pub fn bounds_of_rib(coverage: &Coverage, verified: Time, now: Time, record: RecordId) -> (Start, End) {
    match unseen(coverage, verified, now) {
        None => bounds(Basis::Rib, [verified, verified, now, now], record),
        Some(gap) => {
            let basis = if coverage.sampled { Basis::Rib } else { Basis::Gap };
            bounds(basis, [gap.from, gap.from, gap.until, now], record)
        }
    }
}

/// `[last proof of the old, the change came after, the change came by, first proof of the new]`.
fn bounds(basis: Basis, [last_seen, after, by, first_seen]: [Time; 4], record: RecordId) -> (Start, End) {
    let start = Start { first_seen, after: Some(after), by, basis, record, clock: false, no_baseline: false };
    let end = End { last_seen, after: Some(after), before: Some(by), basis, record: Some(record), clock: false };
    (start, end)
}
