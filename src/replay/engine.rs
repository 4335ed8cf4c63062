//! The order of things, and what a message or a session change does to a peer's table (rules 5, 6, 7, 10, 12).

use std::collections::BTreeMap;
use std::sync::Arc;

use ipnet::IpNet;

use super::ahead::Ahead;
use super::interval::{Absence, Basis, End, Follows, Held as HeldThen, KnownTable, Presence, Quality, Replay, Start};
use super::proof::Proof;
use super::session::{Session, Shown};
use super::slice::Slice;
use super::table::{self, Held, Past, Slot, State, Table, Watched};
use crate::model::{
    CollectorData, Coverage, Event, PeerKey, RecordId, Route, SessionState, Span, Time, Update, family_of, spans,
};

/// One peer as the engine sees it.
#[derive(Default)]
pub(super) struct Peer {
    pub session: Session,
    pub table: Table,
    /// Spans in which its tables were known, by family; the last ones may still be open in the session.
    pub known: [Vec<Span>; 2],
}

/// The state of one collector's replay.
pub(super) struct Engine<'a> {
    pub coverage: &'a Coverage,
    /// What is replayed.
    pub slice: &'a Slice,
    /// Who held a route outside of it when a record came.
    pub elsewhere: &'a HeldThen,
    pub ahead: Ahead,
    pub peers: BTreeMap<PeerKey, Peer>,
    pub out: Replay,
    /// The begin of the last dump merged: before the first there is no baseline (rule 12).
    pub listed: Option<Time>,
}

/// A key: one prefix and path id of one peer.
pub(super) type Key = (PeerKey, IpNet, u32);

/// A message's or session record's circumstances.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub time: Time,
    pub record: RecordId,
    pub clock: bool,
}

/// Replays one collector: events and dumps in order of time, a dump before the messages of its first instant (rule 7).
pub fn replay(data: &CollectorData) -> Replay {
    replay_slice(data, &Slice::whole(), &HeldThen::new())
}

/// Replays the prefixes of a slice, as a part of the whole. `elsewhere` are those of [`Replay::held`] of all slices.
pub fn replay_slice(data: &CollectorData, slice: &Slice, elsewhere: &HeldThen) -> Replay {
    let mut engine = Engine {
        coverage: &data.coverage,
        slice,
        elsewhere,
        ahead: Ahead::new(&data.events, &data.dumps, slice),
        peers: BTreeMap::new(),
        out: Replay::default(),
        listed: None,
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
                        self.peers.entry(*peer).or_default().session.come_up(at.time);
                    }
                    SessionState::NotEstablished => self.lose_session(*peer, at),
                }
            }
            Event::Unreadable { time, peer, .. } => {
                let peer = self.peers.entry(*peer).or_default();
                peer.table.values_mut().for_each(|slot| slot.proof.weaken(*time));
                peer.session.shown.iter_mut().flatten().for_each(|shown| shown.proof.weaken(*time));
            }
        }
    }

    fn update(&mut self, key: PeerKey, update: &Update, at: At) {
        let mut quality = Quality { clock: u64::from(at.clock), ..Quality::default() };
        self.peers.entry(key).or_default().session.come_up(at.time);
        let slice = self.slice;
        for (prefix, id) in update.withdrawn.iter().filter(|(prefix, _)| slice.holds(*prefix)) {
            quality.withdrawals += 1;
            self.withdraw((key, *prefix, *id), at);
        }
        for (prefix, id, route) in update.announced.iter().filter(|(prefix, ..)| slice.holds(*prefix)) {
            quality.announcements += 1;
            quality.empty_paths += u64::from(route.is_none());
            quality.repeats += u64::from(self.announce((key, *prefix, *id), route.as_ref(), at));
        }
        *self.out.quality.entry(key).or_default() += quality;
    }

    fn withdraw(&mut self, key: Key, at: At) {
        let coverage = self.coverage;
        let (slot, out) = self.slot(key, at.time);
        let (_, mut end) = slot.changed_by_update(coverage, at.time, at.record);
        end.clock = at.clock;
        // A withdrawal bounds what a lost session left open.
        out.bound_lost(slot, at.time, None);
        if let State::Absent(since) = slot.state {
            // Withdrawn again: absence is proven anew.
            slot.state = State::Absent(out.absent_again(slot, key, since, coverage, at.time));
            slot.proof.renew(at.time);
        } else {
            let held = slot.replace(State::Absent(at.time), at.time);
            out.end(held, key, end);
        }
        slot.last_update = Some(at.time);
    }

    /// Whether the announcement only repeats what stands (rule 6).
    fn announce(&mut self, key: Key, route: Option<&Arc<Route>>, at: At) -> bool {
        let of = route.map(|route| &**route);
        let coverage = self.coverage;
        let no_baseline = self.listed.is_none();
        let unwatched = self.unwatched(key.0, at.time);
        let (slot, out) = self.slot(key, at.time);
        if let State::Held(held) = &mut slot.state
            && same_path(held.route.as_deref(), of)
        {
            held.repeats += 1;
            held.prove(coverage, &mut slot.proof, at.time);
            slot.last_update = Some(at.time);
            return true;
        }
        let (mut start, mut end) = slot.changed_by_update(coverage, at.time, at.record);
        if let State::Unknown(past) = &slot.state {
            start = appeared(past, of, at.time, at.record, Basis::PeerUp, unwatched);
        }
        start.no_baseline = no_baseline;
        (start.clock, end.clock) = (at.clock, at.clock);
        let follows = slot.follows();
        out.bound_lost(slot, at.time, of);
        out.leave_absence(slot, key, coverage, at.time);
        let new = Held { route: route.cloned(), start, follows, assumed: Vec::new(), repeats: 0, unread: false };
        let held = slot.replace(State::Held(new), at.time);
        slot.last_update = Some(at.time);
        out.end(held, key, end);
        false
    }

    /// The key's slot, made of what is known of the peer's table where the key was never mentioned before.
    pub(super) fn slot(&mut self, key: Key, now: Time) -> (&mut Slot, &mut Replay) {
        let Engine { peers, out, ahead, .. } = self;
        let Peer { session, table, known } = peers.entry(key.0).or_default();
        let slot = table.entry((key.1, key.2)).or_insert_with(|| {
            out.mentioned.push(key);
            let family = family_of(key.1);
            out.absences.extend(known[family].iter().map(|span| absence(key, *span)));
            unmentioned(session, key, now, ahead)
        });
        (slot, out)
    }

    /// Until when a route of which nothing is known could not have been seen, were it there.
    pub(super) fn unwatched(&self, peer: PeerKey, now: Time) -> Time {
        let lost = self.peers.get(&peer).and_then(|p| p.session.lost);
        match lost.max(self.listed) {
            // Peers that the last dump did not list, or whose session was lost, were away until then, but for what a gap may hide.
            Some(since) => Proof::by(since).known_until(self.coverage, now),
            None => self.coverage.start.min(now),
        }
    }

    /// Leaving Established, or entering it anew, ends the peer's routes: nobody withdrew anything (rule 10).
    fn lose_session(&mut self, key: PeerKey, at: At) {
        let Engine { coverage, elsewhere, out, peers, .. } = self;
        let Peer { session, table, known } = peers.entry(key).or_default();
        if !session.is_up() && !out.holds((at.record, key), table.values().any(Slot::is_held), elsewhere) {
            session.changed = Some(at.time);
            session.lost = Some(at.time);
            return;
        }
        for (&(prefix, id), slot) in table {
            let last_seen = slot.proof.known_until(coverage, at.time);
            let end = End {
                last_seen,
                after: Some(last_seen),
                before: None,
                until: at.time,
                basis: Basis::PeerDown,
                record: Some(at.record),
                clock: false,
            };
            out.lose(slot, (key, prefix, id), coverage, end, at.time);
        }
        close_tables(session, known, coverage, at.time);
        out.presence(key, session, at.time);
        session.go_down(at.time);
    }

    fn finish(mut self) -> Replay {
        let end_of_data = self.coverage.end;
        let past_the_end = end_of_data.plus_micros(1);
        for (key, mut peer) in std::mem::take(&mut self.peers) {
            for ((prefix, id), mut slot) in peer.table {
                let key = (key, prefix, id);
                let last_seen = end_of_data.max(slot.proof.at);
                self.out.leave_absence(&slot, key, self.coverage, last_seen.plus_micros(1));
                let State::Held(mut held) = slot.state else { continue };
                held.prove(self.coverage, &mut slot.proof, last_seen);
                let end = End {
                    last_seen,
                    after: None,
                    before: None,
                    until: Time::MAX,
                    basis: Basis::DataEnd,
                    record: None,
                    clock: false,
                };
                self.out.end(Some(held), key, end);
            }
            close_tables(&mut peer.session, &mut peer.known, self.coverage, past_the_end);
            for (family, spans) in peer.known.into_iter().enumerate() {
                self.out.tables.extend(spans.into_iter().map(|span| KnownTable { peer: key, family, span }));
            }
            self.out.presence(key, &peer.session, Time::MAX);
        }
        self.out
    }
}

/// Rule 6 compares paths alone.
pub(super) fn same_path(old: Option<&Route>, new: Option<&Route>) -> bool {
    old.map(|r| &r.path) == new.map(|r| &r.path)
}

/// The beginning of a route of which nothing was known: of what was before, only the last proof of another state bounds it (rule 10).
pub(super) fn appeared(past: &Past, route: Option<&Route>, time: Time, record: RecordId, basis: Basis, unwatched: Time) -> Start {
    let path = table::path_of(route);
    let other = past.known.as_ref().filter(|(_, before)| before.as_ref() != Some(&path));
    let after = other.map(|(last, _)| *last);
    let unwatched = (past.watched == Watched::WithSession).then_some(unwatched);
    Start { first_seen: time, after, unwatched, by: time, basis, record, clock: false, no_baseline: false }
}

/// What is known of a key that was never mentioned: absent if a dump has shown the peer's table, else nothing.
fn unmentioned(session: &Session, key: Key, now: Time, ahead: &Ahead) -> Slot {
    let family = family_of(key.1);
    let known = session.absent_until[family].map(|last| (last, None));
    let unknown = |watched| State::Unknown(Past { known, watched });
    let (state, proof) = match session.shown[family] {
        // The dump may have been written after a withdrawal that is yet to come: it shows nothing of the time before.
        Some(Shown { since, begun, written, .. })
            if since == begun && now <= written && ahead.leads_to(key, None, since, written) =>
        {
            (unknown(Watched::Unclear), Proof::by(now))
        }
        Some(Shown { since, proof, .. }) => (State::Absent(since), proof),
        None => (unknown(Watched::WithSession), Proof::by(now)),
    };
    Slot { state, proof, last_update: None, closed: None }
}

fn absence((peer, prefix, path_id): Key, span: Span) -> Absence {
    Absence { peer, prefix, path_id, span }
}

/// Ends what was known of a peer's whole tables.
pub(super) fn close_tables(session: &mut Session, known: &mut [Vec<Span>; 2], coverage: &Coverage, now: Time) {
    for (family, known) in known.iter_mut().enumerate() {
        if let Some(shown) = session.shown[family].take() {
            known.extend(known_span(shown.since, shown.proof, coverage, now));
            session.absent_until[family] = Some(shown.proof.at);
        }
    }
}

/// What is known from `since` on, up to before `now`: to the end of what is seen.
pub(super) fn known_span(since: Time, proof: Proof, coverage: &Coverage, now: Time) -> Option<Span> {
    let until = proof.unseen(coverage, now).map_or(now, |unseen| unseen.from.plus_micros(1).min(now));
    (since < until).then_some(Span { from: since, until })
}

impl Slot {
    /// Puts a state in place and hands out the route that stood.
    pub(super) fn replace(&mut self, state: State, now: Time) -> Option<Held> {
        self.proof = Proof::by(now);
        match std::mem::replace(&mut self.state, state) {
            State::Held(held) => Some(held),
            State::Absent(_) | State::Unknown(_) => None,
        }
    }

    /// What a new route of the key comes after: only one that has an interval is replaced.
    pub(super) fn follows(&self) -> Follows {
        match &self.state {
            State::Held(held) if held.route.is_some() => Follows::Replaced,
            State::Unknown(_) if self.closed.is_some() => Follows::CameBack,
            _ => Follows::Nothing,
        }
    }
}

impl Replay {
    /// Closes a route, if one stood. Returns where its interval went.
    pub(super) fn end(&mut self, held: Option<Held>, key: Key, end: End) -> Option<usize> {
        let held = held?;
        if held.route.is_none() {
            // It is proven as a route is, and makes no interval.
            let assumed = spans::union(held.assumed);
            let whole = Span { from: held.start.by, until: end.last_seen.min(end.until) };
            self.pathless.extend(spans::complement(&assumed, whole).into_iter().map(|span| absence(key, span)));
            return None;
        }
        Some(self.intervals.push(held.close(key, end)?))
    }

    /// Whether a peer holds any watched route when a record comes: here, which is noted for other slices, or in one of them.
    pub(super) fn holds(&mut self, (record, peer): (RecordId, PeerKey), here: bool, elsewhere: &HeldThen) -> bool {
        if here {
            self.held.insert((record, peer));
        }
        here || elsewhere.contains(&(record, peer))
    }

    /// Ends a slot with its session.
    pub(super) fn lose(&mut self, slot: &mut Slot, key: Key, coverage: &Coverage, end: End, now: Time) {
        if let State::Unknown(_) = slot.state {
            return;
        }
        self.leave_absence(slot, key, coverage, now);
        let past = slot.past();
        let held = slot.replace(State::Unknown(past), now);
        slot.closed = self.end(held, key, end);
    }

    /// Bounds the end of an interval that a lost session closed, now that something else is seen there.
    pub(super) fn bound_lost(&mut self, slot: &mut Slot, now: Time, seen: Option<&Route>) {
        if let Some(closed) = slot.closed.take() {
            self.intervals.bound(closed, now, seen);
        }
    }

    /// Tells of the absence that a slot leaves at `now`.
    pub(super) fn leave_absence(&mut self, slot: &Slot, key: Key, coverage: &Coverage, now: Time) {
        if let State::Absent(since) = slot.state {
            self.absences.extend(slot.known_since(since, coverage, now).map(|span| absence(key, span)));
        }
    }

    /// A dump that was written meanwhile lacks it.
    pub(super) fn absent_while(&mut self, key: Key, from: Time, until: Time) {
        if from < until {
            self.absences.push(absence(key, Span { from, until: until.plus_micros(1) }));
        }
    }

    /// Absence is proven anew at `now`: returns since when it is known without a break.
    pub(super) fn absent_again(&mut self, slot: &Slot, key: Key, since: Time, coverage: &Coverage, now: Time) -> Time {
        if slot.proof.unseen(coverage, now).is_none() {
            return since;
        }
        self.leave_absence(slot, key, coverage, now);
        now
    }

    /// Tells of a session that is believed up until then.
    pub(super) fn presence(&mut self, peer: PeerKey, session: &Session, until: Time) {
        if let Some(from) = session.up_since.filter(|from| *from < until) {
            self.presences.push(Presence { peer, span: Span { from, until }, full: session.full });
        }
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
