//! What a RIB dump does to the replayed tables (rules 8 and 9).
//!
//! A dump is a snapshot taken over minutes, and it lags behind the messages: what a record of it shows stood at *some* instant of its
//! [`Window`]. So an entry, or an absence, wins over the replayed state only if no message for the key and no change of the session falls
//! into the part of the window before its stamp, and none that brings about just what the dump shows into the part after it (then the
//! dump may have seen the future, and the message has the exact time). A contradiction is a fact about uncertainty: the change lies
//! between the last proof of the old state and the dump.

use std::collections::BTreeSet;

use super::ahead::Window;
use super::engine::{Engine, Key, Peer, appeared, close_tables, known_span, same_path};
use super::interval::{Basis, End, Quality, Start};
use super::proof::Proof;
use super::session::Shown;
use super::table::{Held, Past, Slot, State, Watched};
use crate::model::{AsPath, Dump, DumpEntry, DumpRow, PeerKey, Route, SessionState, Span, Time, family_of};

impl Engine<'_> {
    /// Merges a complete dump. Called in order of the dumps' begin, before the messages of that instant.
    pub(super) fn merge_dump(&mut self, dump: &Dump) {
        let mut seen: BTreeSet<Key> = BTreeSet::new();
        let rows = self.slice.of(&dump.rows);
        for (row, entry) in rows.iter().flat_map(|row| row.entries.iter().map(move |entry| (row, entry))) {
            if seen.insert((entry.peer, row.prefix, entry.path_id)) {
                self.merge_entry(row, entry, dump);
            }
        }
        let known: BTreeSet<PeerKey> = self.peers.keys().chain(dump.peers.keys()).copied().collect();
        for peer in known {
            match dump.peers.get(&peer) {
                // What an excerpt lacks is not absent (rule 8).
                Some(_) if dump.excerpt => self.peers.entry(peer).or_default().session.come_up(dump.end),
                Some(full) => {
                    self.merge_absences(peer, dump, &seen);
                    self.show_up(peer, dump, *full);
                }
                None => self.miss_peer(peer, dump),
            }
        }
        if !dump.excerpt {
            self.listed = Some(dump.begin);
            if self.out.baseline.is_none() {
                self.out.baseline = Some(dump.begin);
                self.out.first_written = Some(dump.end);
                let first = rows.chunk_by(|a, b| a.prefix == b.prefix).filter_map(<[DumpRow]>::first);
                self.out.first_told = first.map(|row| (row.prefix, row.time)).filter(|(_, time)| *time < dump.end).collect();
            }
        }
    }

    /// Since when what a dump lacks has to be watched to be known: since it was written, which was at its begin at the earliest. That
    /// matters only where something may have happened unseen meanwhile. While it is written, what it lacks counts as absent.
    fn lacks_since(&self, dump: &Dump) -> Time {
        if self.coverage.gaps_between(dump.begin, dump.end).is_empty() { dump.end } else { dump.begin }
    }

    /// One route that the dump shows.
    fn merge_entry(&mut self, row: &DumpRow, entry: &DumpEntry, dump: &Dump) {
        let key = (entry.peer, row.prefix, entry.path_id);
        let route = entry.route.as_deref();
        let Window { from, stamp, until } = self.ahead.while_up(entry.peer, Window::of(dump, row.time));
        // Whose session changed just then, may stand in the dump as it was before or after.
        let is_new = |state| state == SessionState::Established;
        if self.ahead.session_in(entry.peer, from, stamp, |_| true) || self.ahead.session_in(entry.peer, stamp, until, is_new) {
            return;
        }
        let (coverage, first_dump) = (self.coverage, self.listed.is_none());
        let unwatched = self.unwatched(entry.peer, stamp);
        let path = route.map(|r| &*r.path);
        let empty = AsPath::default();
        let foreseen = self.ahead.leads_to(key, path.or(Some(&empty)), stamp, until);
        let is_late = self.ahead.updates_in(key, from, stamp);
        let (slot, out) = self.slot(key, stamp);
        let agrees = matches!(&slot.state, State::Held(held) if same_path(held.route.as_deref(), route));
        let contradicts = !agrees && !matches!(slot.state, State::Unknown(_));
        if contradicts && foreseen {
            return;
        }
        // What may have changed unseen, a dump does not contradict.
        let is_seen = slot.proof.unseen(coverage, stamp).is_none();
        count(out.quality.entry(entry.peer).or_default(), agrees, contradicts && is_seen);
        // Dumps that overlap in time may come with what is older than the last proof.
        if is_late || foreseen || stamp < slot.proof.at {
            if let State::Unknown(past) = &mut slot.state {
                past.watched = Watched::Unclear;
            }
            return;
        }
        if let State::Held(held) = &mut slot.state
            && agrees
        {
            held.prove(coverage, &mut slot.proof, stamp);
            return;
        }
        let (mut start, end) = slot.changed_by_rib(coverage, stamp, until, row.record);
        if let State::Unknown(past) = &slot.state {
            start = first_shown(past, row, route, first_dump, unwatched);
        }
        let follows = slot.follows();
        out.bound_lost(slot, stamp, route);
        out.leave_absence(slot, key, coverage, start.by);
        let new = Held { route: entry.route.clone(), start, follows, assumed: Vec::new(), repeats: 0, unread: false };
        let held = slot.replace(State::Held(new), stamp);
        out.end(held, key, end);
    }

    /// The routes of a peer that the dump shows, but without them.
    fn merge_absences(&mut self, peer: PeerKey, dump: &Dump, seen: &BTreeSet<Key>) {
        let lacks_since = self.lacks_since(dump);
        let Engine { coverage, ahead, peers, out, .. } = self;
        let Some(Peer { table, .. }) = peers.get_mut(&peer) else { return };
        for (&(prefix, id), slot) in table {
            let key = (peer, prefix, id);
            if seen.contains(&key) || !dump.families[family_of(prefix)] {
                continue;
            }
            // The dump passed the prefix when it wrote the other peers' routes for it, or at its end at the latest.
            let own = dump.row(prefix).map(|row| (row.time, row.record));
            let (time, record) = own.unwrap_or((dump.end, dump.record));
            let proof = Proof::by(own.map_or(lacks_since, |(time, _)| time));
            let Window { from, stamp, until } = Window::of(dump, time);
            let foreseen = ahead.leads_to(key, None, stamp, until);
            if slot.is_held() && foreseen {
                continue;
            }
            let is_seen = slot.proof.unseen(coverage, stamp).is_none();
            count(out.quality.entry(peer).or_default(), !slot.is_held(), slot.is_held() && is_seen);
            let is_stale = stamp < slot.proof.at || ahead.session_in(peer, from, until, |_| true);
            if is_stale || foreseen || ahead.updates_in(key, from, stamp) {
                if let State::Unknown(past) = &mut slot.state {
                    past.watched = Watched::Unclear;
                }
                continue;
            }
            if let State::Absent(since) = slot.state {
                slot.state = State::Absent(out.absent_again(slot, key, since, coverage, proof.at));
                slot.proof.renew(proof.at);
                out.absent_while(key, proof.at, stamp);
                continue;
            }
            let (_, end) = slot.changed_by_rib(coverage, stamp, until, record);
            out.bound_lost(slot, stamp, None);
            let absent_since = if slot.is_held() { end.before.unwrap_or(stamp) } else { proof.at };
            if !slot.is_held() {
                out.absent_while(key, proof.at, stamp);
            }
            let held = slot.replace(State::Absent(absent_since), stamp);
            slot.proof = proof;
            out.end(held, key, end);
        }
    }

    /// The dump shows the peer: it is up, and its table is known from now on.
    fn show_up(&mut self, key: PeerKey, dump: &Dump, full: [bool; 2]) {
        let whole = Window::of(dump, dump.begin);
        let Window { from, stamp, until } = self.ahead.while_up(key, whole);
        let proof = Proof::by(self.lacks_since(dump));
        let Engine { coverage, ahead, peers, out, .. } = self;
        let Peer { session, known, .. } = peers.entry(key).or_default();
        let is_new = |state| state == SessionState::Established;
        let has_just_ended = !session.is_up() && session.changed.is_some_and(|t| t >= from);
        if has_just_ended || ahead.session_in(key, stamp, until, is_new) {
            return; // The backlog shows a session that has just ended, or the dump one that has yet to begin.
        }
        let shown_at = dump.end.min(until);
        out.presence(key, session, shown_at);
        session.up_since = Some(shown_at);
        for family in (0..2).filter(|f| dump.families[*f]) {
            session.full[family] = full[family];
        }
        // A peer that came up less than the backlog ago, or goes down while the dump is written, may show a part of its table.
        if session.changed.is_some_and(|t| t >= from) || ahead.session_in(key, stamp, whole.until, |_| true) {
            return;
        }
        for family in (0..2).filter(|f| dump.families[*f]) {
            let before = session.shown[family];
            let goes_on = before.filter(|shown| shown.proof.unseen(coverage, stamp).is_none());
            if goes_on.is_none() {
                known[family].extend(before.and_then(|shown| known_span(shown.since, shown.proof, coverage, stamp)));
            }
            let since = goes_on.map_or(stamp, |shown| shown.since);
            if proof.at < dump.end {
                known[family].push(Span { from: stamp, until: dump.end.plus_micros(1) });
            }
            session.shown[family] = Some(Shown { since, proof, begun: stamp, written: whole.until });
        }
    }

    /// No route at all of a peer that is believed up: it is down, it did not withdraw (rule 9).
    fn miss_peer(&mut self, key: PeerKey, dump: &Dump) {
        if dump.excerpt {
            return;
        }
        let Window { from, until, .. } = Window::of(dump, dump.begin);
        let Engine { coverage, ahead, peers, out, elsewhere, .. } = self;
        let Some(Peer { session, table, known }) = peers.get_mut(&key) else { return };
        let speaks = session.changed.is_some_and(|t| t >= from)
            || ahead.speaks_in(key, from, until)
            || ahead.session_in(key, from, until, |_| true);
        if !session.is_up() || speaks {
            return;
        }
        // A dump of one family says nothing of a peer that it would not list.
        let holds_its = || table.iter().any(|((p, _), slot)| slot.is_held() && dump.families[family_of(*p)]);
        let unlisted = (0..2).any(|f| !dump.families[f])
            && !out.holds((dump.record, key), holds_its(), elsewhere)
            && !(0..2).any(|f| dump.families[f] && session.full[f]);
        if unlisted {
            return;
        }
        if dump.unseen.contains(&key) && table.values().any(Slot::is_held) {
            out.open.insert(dump.record);
        }
        out.presence(key, session, dump.begin);
        for (&(prefix, id), slot) in table {
            // Nothing tells when the peer was lost: only its last record does.
            let last_seen = slot.proof.at.min(dump.begin);
            let end = End {
                last_seen,
                after: Some(last_seen),
                before: Some(dump.begin),
                until: dump.begin,
                basis: Basis::PeerDown,
                record: Some(dump.record),
                clock: false,
            };
            out.lose(slot, (key, prefix, id), coverage, end, dump.begin);
        }
        close_tables(session, known, coverage, dump.begin);
        session.go_down(dump.begin);
    }
}

/// A route of which nothing was known: there before the data at the first dump, else the peer's own appearance (rules 10 and 12).
fn first_shown(past: &Past, row: &DumpRow, route: Option<&Route>, first_dump: bool, unwatched: Time) -> Start {
    let basis = if first_dump && past.known.is_none() { Basis::DataStart } else { Basis::PeerUp };
    appeared(past, route, row.time, row.record, basis, unwatched)
}

fn count(quality: &mut Quality, agrees: bool, contradicts: bool) {
    quality.rib_agreements += u64::from(agrees);
    quality.rib_disagreements += u64::from(contradicts);
}

#[cfg(test)]
#[path = "rib_merge_tests.rs"]
mod tests;
