//! The order of things, and what a message or a session change does to a peer's table (rules 5, 6, 7, 10, 12).

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::ahead::Ahead;
use super::interval::{Absence, Basis, End, Follows, Presence, Quality, Replay, Start};
use super::session::Session;
use super::table::{self, Held, Slot, State, Table, unseen};
use crate::model::{CollectorData, Coverage, Event, PeerKey, RecordId, Route, SessionState, Span, Time, Update, family_of};

/// One peer as the engine sees it.
#[derive(Default)]
pub(super) struct Peer {
    pub session: Session,
    pub table: Table,
}

/// The state of one collector's replay.
pub(super) struct Engine<'a> {
    pub coverage: &'a Coverage,
    pub ahead: Ahead,
    pub peers: BTreeMap<PeerKey, Peer>,
    pub out: Replay,
    /// Dumps merged so far: before the first there is no baseline (rule 12).
    pub dumps: usize,
    /// The last record time of any of them.
    pub last_dump: Time,
}

/// A message's or session record's circumstances.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub time: Time,
    pub record: RecordId,
    pub clock: bool,
}

/// Replays one collector: events and dumps in order of time, a dump before the messages of its first instant (rule 7).
pub fn replay(data: &CollectorData) -> Replay {
    let mut engine = Engine {
        coverage: &data.coverage,
        ahead: Ahead::new(&data.events),
        peers: BTreeMap::new(),
        out: Replay::default(),
        dumps: 0,
        last_dump: Time::MIN,
    };
    let mut dumps = data.dumps.iter().peekable();
    for event in &data.events {
        while let Some(dump) = dumps.next_if(|d| d.begin <= event.time()) {
            engine.merge_dump(dump);
        }
        engine.apply(event);
    }
    dumps.for_each(|dump| engine.merge_dump(dump));
    engine.finish()
}

impl Engine<'_> {
    fn apply(&mut self, event: &Event) {
        match event {
            Event::Update { time, peer, update, record, clock } => {
                self.update(*peer, update, At { time: *time, record: *record, clock: *clock });
            }
            Event::State { time, peer, new, record } => {
                let at = At { time: *time, record: *record, clock: false };
                match new {
                    // A record into state 6 starts the peer with an empty table.
                    SessionState::Established => {
                        self.lose_session(*peer, at);
                        let peer = self.peers.entry(*peer).or_default();
                        peer.session.come_up(at.time);
                    }
                    SessionState::NotEstablished => self.lose_session(*peer, at),
                }
            }
            Event::Unreadable { .. } => {}
        }
    }

    fn update(&mut self, key: PeerKey, update: &Update, at: At) {
        let coverage = self.coverage;
        let no_baseline = self.dumps == 0;
        let Peer { session, table } = self.peers.entry(key).or_default();
        session.come_up(at.time);
        let mut quality = Quality { clock: u64::from(at.clock), ..Quality::default() };
        for (prefix, id) in &update.withdrawn {
            quality.withdrawals += 1;
            let slot = table.entry((*prefix, *id)).or_insert_with(|| unknown_slot(session, *prefix, at.time));
            let (_, mut end) = table::bounds_of_update(coverage, slot.verified, at.time, at.record);
            end.clock = at.clock;
            let held = slot.replace(State::Absent(at.time), at.time);
            slot.last_update = Some(at.time);
            self.out.end(held, (key, *prefix, *id), end);
            // A withdrawal bounds what a lost session left open.
            self.out.bound_lost(slot, at.time, None);
        }
        for (prefix, id, route) in &update.announced {
            quality.announcements += 1;
            quality.empty_paths += u64::from(route.is_none());
            let slot = table.entry((*prefix, *id)).or_insert_with(|| unknown_slot(session, *prefix, at.time));
            slot.last_update = Some(at.time);
            if let State::Held(held) = &mut slot.state
                && same_path(held.route.as_ref(), route.as_ref())
            {
                quality.repeats += 1;
                held.repeats += 1;
                held.prove(coverage, &mut slot.verified, at.time);
                continue;
            }
            let (mut start, mut end) = table::bounds_of_update(coverage, slot.verified, at.time, at.record);
            if let State::Lost(known) = slot.state {
                let known = (known != Time::MIN).then_some(known);
                start = Start { basis: Basis::PeerUp, after: known, by: at.time, no_baseline, ..start };
            }
            (start.clock, end.clock) = (at.clock, at.clock);
            self.out.bound_lost(slot, at.time, route.as_ref());
            let absent = if let State::Absent(since) = slot.state { Some(since) } else { None };
            let follows = if slot.is_held() { Follows::Replaced } else { Follows::Nothing };
            let new = Held { route: route.clone(), start, follows, assumed: Vec::new(), repeats: 0 };
            let held = slot.replace(State::Held(new), at.time);
            self.out.end(held, (key, *prefix, *id), end);
            self.out.absent(key, *prefix, absent, at.time);
        }
        *self.out.quality.entry(key).or_default() += quality;
    }

    /// Leaving Established, or entering it anew, ends the peer's routes: nobody withdrew anything (rule 10).
    fn lose_session(&mut self, key: PeerKey, at: At) {
        let peer = self.peers.entry(key).or_default();
        if !peer.session.is_up() {
            peer.session.changed = Some(at.time);
            return;
        }
        for (&(prefix, id), slot) in &mut peer.table {
            let known = unseen(self.coverage, slot.verified, at.time).map_or(at.time, |gap| gap.from);
            let end = End {
                last_seen: known,
                after: Some(known),
                before: None,
                basis: Basis::PeerDown,
                record: Some(at.record),
                clock: false,
            };
            self.out.lose(slot, (key, prefix, id), known, end, at.time);
        }
        self.out.presence(key, &peer.session, at.time);
        peer.session.go_down(at.time);
    }

    fn finish(mut self) -> Replay {
        let end_of_data = self.coverage.end.max(self.last_dump);
        let past_the_end = end_of_data.plus_micros(1);
        for (key, peer) in std::mem::take(&mut self.peers) {
            for ((prefix, id), mut slot) in peer.table {
                let last_seen = end_of_data.max(slot.verified);
                if let State::Absent(since) = slot.state {
                    self.out.absent(key, prefix, Some(since), last_seen);
                }
                let State::Held(mut held) = slot.state else { continue };
                held.prove(self.coverage, &mut slot.verified, last_seen);
                let end = End { last_seen, after: None, before: None, basis: Basis::DataEnd, record: None, clock: false };
                self.out.intervals.extend(held.close((key, prefix, id), end));
            }
            self.out.presence(key, &peer.session, past_the_end);
        }
        self.out
    }
}

/// Rule 6 compares paths alone.
pub(super) fn same_path(old: Option<&Route>, new: Option<&Route>) -> bool {
    old.map(|r| &r.path) == new.map(|r| &r.path)
}

/// What is known of a key that was never mentioned: absent if a dump has shown the peer's table, else nothing.
pub(super) fn unknown_slot(session: &Session, prefix: IpNet, now: Time) -> Slot {
    let (state, verified) = match session.shown[family_of(prefix)] {
        Some(shown) => (State::Absent(shown.since), shown.verified),
        None => (State::Lost(session.known_until.unwrap_or(Time::MIN)), now),
    };
    Slot { state, verified, last_update: None, closed: None }
}

impl Slot {
    /// Puts a state in place and hands out the route that stood.
    pub(super) fn replace(&mut self, state: State, verified: Time) -> Option<Held> {
        self.verified = verified;
        match std::mem::replace(&mut self.state, state) {
            State::Held(held) => Some(held),
            State::Absent(_) | State::Lost(_) => None,
        }
    }

    /// Whether a route stands.
    pub(super) fn is_held(&self) -> bool {
        matches!(self.state, State::Held(_))
    }
}

impl Replay {
    /// Closes a route, if one stood. Returns where its interval went.
    pub(super) fn end(&mut self, held: Option<Held>, key: (PeerKey, IpNet, u32), end: End) -> Option<usize> {
        self.intervals.push(held?.close(key, end)?);
        Some(self.intervals.len() - 1)
    }

    /// Ends a slot with its session; it is known until `known`.
    pub(super) fn lose(&mut self, slot: &mut Slot, key: (PeerKey, IpNet, u32), known: Time, end: End, now: Time) {
        if let State::Lost(_) = slot.state {
            return;
        }
        if let State::Absent(since) = slot.state {
            self.absent(key.0, key.1, Some(since), now);
        }
        let held = slot.replace(State::Lost(known), now);
        slot.closed = self.end(held, key, end);
    }

    /// Bounds the end of an interval that a lost session closed, now that something else is seen there.
    pub(super) fn bound_lost(&mut self, slot: &mut Slot, now: Time, seen: Option<&Route>) {
        let Some(closed) = slot.closed.take().and_then(|at| self.intervals.get_mut(at)) else { return };
        let same = seen.is_some_and(|r| (r.origin, r.upstream) == (closed.route.origin, closed.route.upstream));
        if !same && closed.end.before.is_none() {
            closed.end.before = Some(now);
        }
    }

    pub(super) fn absent(&mut self, peer: PeerKey, prefix: IpNet, since: Option<Time>, until: Time) {
        if let Some(from) = since.filter(|from| *from < until) {
            self.absences.push(Absence { peer, prefix, span: Span { from, until } });
        }
    }

    pub(super) fn presence(&mut self, peer: PeerKey, session: &Session, until: Time) {
        if let Some(from) = session.up_since.filter(|from| *from < until) {
            let table_known = session.shown.map(|s| s.is_some());
            self.presences.push(Presence { peer, span: Span { from, until }, table_known, full: session.full });
        }
    }
}
