//! What messages and session changes fall into the time in which a dump may have been written: it takes minutes, and lags behind, so it may
//! show what one of them brought after it began, or not yet what one brought before (rule 8).

use std::collections::HashMap;
use std::sync::Arc;

use ipnet::IpNet;

use super::slice::Slice;
use super::table::path_of;
use crate::model::{AsPath, Dump, Event, PeerKey, SessionState, Span, Time, spans};

/// A collector may be this far behind its messages when it writes a dump (rule 8).
const BACKLOG_SECS: i64 = 60;

/// How long a dump may take to write: RIS stamps all its records with one time, whatever they show.
const WRITING_SECS: i64 = 600;

/// The time in which what a record of a dump shows may have stood.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// The record's backlog begins.
    pub from: Time,
    /// The record's own time.
    pub stamp: Time,
    /// The dump is written by then.
    pub until: Time,
}

impl Window {
    /// Of a record of that time in a dump.
    pub fn of(dump: &Dump, stamp: Time) -> Window {
        let from = dump.begin.min(stamp).plus_secs(-BACKLOG_SECS);
        Window { from, stamp, until: dump.end.max(dump.begin.plus_secs(WRITING_SECS)).max(stamp) }
    }
}

/// What a message left behind.
#[derive(Debug, Clone)]
enum Outcome {
    /// This path.
    Path(Arc<AsPath>),
    /// No route.
    Nothing,
}

/// All that falls into the windows of dumps, in order of time.
#[derive(Debug, Default)]
pub struct Ahead {
    updates: HashMap<(PeerKey, IpNet, u32), Vec<(Time, Outcome)>>,
    speaks: HashMap<PeerKey, Vec<Time>>,
    unreadable: HashMap<PeerKey, Vec<Time>>,
    sessions: HashMap<PeerKey, Vec<(Time, SessionState)>>,
}

impl Ahead {
    /// Indexes what the events, which are in order, say of a slice.
    pub fn new(events: &[Event], dumps: &[Dump], slice: &Slice) -> Self {
        let window = |dump: &Dump| {
            let Window { from, until, .. } = Window::of(dump, dump.begin);
            Span { from, until: until.plus_micros(1) }
        };
        let windows = spans::union(dumps.iter().map(window).collect());
        let mut ahead = Ahead::default();
        for event in events.iter().filter(|e| spans::holds(&windows, e.time())) {
            ahead.add(event, slice);
        }
        ahead
    }

    fn add(&mut self, event: &Event, slice: &Slice) {
        let (time, peer) = (event.time(), event.peer());
        match event {
            Event::Update { update, .. } => {
                for (prefix, id) in update.withdrawn.iter().filter(|(prefix, _)| slice.holds(*prefix)) {
                    self.put((peer, *prefix, *id), time, Outcome::Nothing);
                }
                for (prefix, id, route) in update.announced.iter().filter(|(prefix, ..)| slice.holds(*prefix)) {
                    self.put((peer, *prefix, *id), time, Outcome::Path(path_of(route.as_deref())));
                }
                self.speaks.entry(peer).or_default().push(time);
            }
            Event::State { new, .. } => self.sessions.entry(peer).or_default().push((time, *new)),
            Event::Unreadable { .. } => self.unreadable.entry(peer).or_default().push(time),
        }
    }

    /// Of what messages of one instant leave, only the last lasts.
    fn put(&mut self, key: (PeerKey, IpNet, u32), time: Time, outcome: Outcome) {
        let list = self.updates.entry(key).or_default();
        match list.last_mut() {
            Some(last) if last.0 == time => last.1 = outcome,
            _ => list.push((time, outcome)),
        }
    }

    /// Whether a message for the key, read or not, falls in `[from, until]`.
    pub fn updates_in(&self, key: (PeerKey, IpNet, u32), from: Time, until: Time) -> bool {
        let unreadable = self.unreadable.get(&key.0).map_or(&[][..], Vec::as_slice);
        !within(self.of(key), from, until, |(t, _)| *t).is_empty() || !within(unreadable, from, until, |t| *t).is_empty()
    }

    /// Whether a message in `[from, until]` leaves exactly this path (`None`: no route): then the dump may have seen it. Of one that cannot
    /// be read it is taken that it may have ended a route, not that it may have brought just this one.
    pub fn leads_to(&self, key: (PeerKey, IpNet, u32), path: Option<&AsPath>, from: Time, until: Time) -> bool {
        let is_it = |(_, outcome): &(Time, Outcome)| match outcome {
            Outcome::Path(left) => path == Some(&**left),
            Outcome::Nothing => path.is_none(),
        };
        let may_end = |list: &Vec<Time>| path.is_none() && !within(list, from, until, |t| *t).is_empty();
        within(self.of(key), from, until, |(t, _)| *t).iter().any(is_it) || self.unreadable.get(&key.0).is_some_and(may_end)
    }

    /// Whether the peer's session changes so in `[from, until]`.
    pub fn session_in(&self, peer: PeerKey, from: Time, until: Time, is_such: impl Fn(SessionState) -> bool) -> bool {
        let all = self.sessions.get(&peer).map_or(&[][..], Vec::as_slice);
        within(all, from, until, |(t, _)| *t).iter().any(|(_, state)| is_such(*state))
    }

    /// A window as far as the peer's session lasts: what comes back after its loss is what was there before, as far as a dump tells.
    pub fn while_up(&self, peer: PeerKey, window: Window) -> Window {
        let all = self.sessions.get(&peer).map_or(&[][..], Vec::as_slice);
        let mut lost = within(all, window.stamp, window.until, |(t, _)| *t).iter();
        let lost = lost.find(|(_, state)| *state == SessionState::NotEstablished);
        Window { until: lost.map_or(window.until, |(time, _)| *time), ..window }
    }

    /// Whether the peer sends a watched message in `[from, until]`.
    pub fn speaks_in(&self, peer: PeerKey, from: Time, until: Time) -> bool {
        let all = self.speaks.get(&peer).map_or(&[][..], Vec::as_slice);
        !within(all, from, until, |t| *t).is_empty()
    }

    fn of(&self, key: (PeerKey, IpNet, u32)) -> &[(Time, Outcome)] {
        self.updates.get(&key).map_or(&[], Vec::as_slice)
    }
}

/// The part of a list in order of time that falls in `[from, until]`.
fn within<T>(list: &[T], from: Time, until: Time, time: impl Fn(&T) -> Time) -> &[T] {
    let first = list.partition_point(|item| time(item) < from);
    let last = list.partition_point(|item| time(item) <= until);
    &list[first..last.max(first)]
}
