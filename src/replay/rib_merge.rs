//! What a RIB dump does to the replayed tables (rules 8 and 9).
//!
//! A dump is a snapshot taken over minutes, and it lags behind the messages. So an entry, or an absence, wins over the replayed
//! state only if the key's last message is older than 60 s before the dump; and where it contradicts that state, only if no
//! message shortly after brings about just what the dump shows (then the dump saw the future, and the message has the exact time).
//! A contradiction is a fact about uncertainty: the change lies between the last proof of the old state and the dump.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::engine::{Engine, Peer, same_path, unknown_slot};
use super::interval::{Basis, End, Follows, Quality, Start};
use super::session::Shown;
use super::table::{self, Held, Slot, State, unseen};
use crate::model::{Dump, DumpEntry, PeerKey, RecordId, Time, family_of};

/// A collector may be this far behind its messages when it writes a dump (rule 8).
const BACKLOG_SECS: i64 = 60;

/// How long a dump may take to write: RIS stamps all its records with one time, whatever they show.
const WRITING_SECS: i64 = 600;

/// A full-feed peer's table has at least this share, in percent, of the largest of its collector and family (rule 15).
const FULL_FEED_PERCENT: u64 = 75;

impl Engine<'_> {
    /// Merges a complete dump. Called in order of the dumps' begin, before the messages of that instant.
    pub(super) fn merge_dump(&mut self, dump: &Dump) {
        let written = dump.end.max(dump.begin.plus_secs(WRITING_SECS));
        let mut seen: BTreeSet<(PeerKey, IpNet, u32)> = BTreeSet::new();
        for entry in &dump.entries {
            if seen.insert((entry.peer, entry.prefix, entry.path_id)) {
                self.merge_entry(entry, dump.begin, written);
            }
        }
        // What an excerpt lacks is not absent (rule 8).
        if dump.excerpt {
            self.last_dump = self.last_dump.max(dump.end);
            return;
        }
        let known: BTreeSet<PeerKey> = self.peers.keys().chain(dump.peers.keys()).copied().collect();
        let largest = [0, 1].map(|family| dump.peers.values().map(|sizes| sizes[family]).max().unwrap_or(0));
        for key in known {
            match dump.peers.get(&key) {
                Some(sizes) => {
                    self.merge_absences(key, dump, &seen, written);
                    let before = self.peers.get(&key).map_or([false; 2], |p| p.session.full);
                    let full = [0, 1].map(|f| if dump.families[f] { is_full(sizes[f], largest[f]) } else { before[f] });
                    self.show_up(key, dump, full);
                }
                None => self.miss_peer(key, dump),
            }
        }
        self.dumps += 1;
        self.last_dump = self.last_dump.max(dump.end);
    }

    /// One route that the dump shows.
    fn merge_entry(&mut self, entry: &DumpEntry, begin: Time, written: Time) {
        let key = (entry.peer, entry.prefix, entry.path_id);
        let before = begin.min(entry.time).plus_secs(-BACKLOG_SECS);
        if self.ahead.goes_down_in(entry.peer, before, entry.time) {
            return;
        }
        let coverage = self.coverage;
        let first_dump = self.dumps == 0;
        let Peer { session, table } = self.peers.entry(entry.peer).or_default();
        let slot = table.entry((entry.prefix, entry.path_id)).or_insert_with(|| unknown_slot(session, entry.prefix, entry.time));
        let agrees = matches!(&slot.state, State::Held(held) if same_path(held.route.as_ref(), entry.route.as_ref()));
        let path = entry.route.as_ref().map(|r| &*r.path);
        // A dump that shows what a message brings shortly after neither agrees nor disagrees: it was written later.
        let foreseen = !agrees && self.ahead.leads_to(key, path, entry.time, written);
        let contradicts = !agrees && !matches!(slot.state, State::Lost(_));
        if contradicts && foreseen {
            return;
        }
        count(self.out.quality.entry(entry.peer).or_default(), agrees, contradicts);
        // Dumps that overlap in time may come with what is older than the last proof.
        if self.ahead.updates_in(key, before, entry.time) || entry.time < slot.verified {
            return;
        }
        if let State::Held(held) = &mut slot.state
            && agrees
        {
            held.prove(coverage, &mut slot.verified, entry.time);
            return;
        }
        let (mut start, end) = table::bounds_of_rib(coverage, slot.verified, entry.time, entry.record);
        if let State::Lost(known) = slot.state {
            start = first_shown(entry, known, first_dump);
        }
        self.out.bound_lost(slot, entry.time, entry.route.as_ref());
        if let State::Absent(since) = slot.state {
            self.out.absent(key.0, key.1, Some(since), start.by);
        }
        let follows = if slot.is_held() { Follows::Replaced } else { Follows::Nothing };
        let new = Held { route: entry.route.clone(), start, follows, assumed: Vec::new(), repeats: 0 };
        let held = slot.replace(State::Held(new), entry.time);
        self.out.end(held, key, end);
    }

    /// The routes of a peer that the dump shows, but without them.
    fn merge_absences(&mut self, peer: PeerKey, dump: &Dump, seen: &BTreeSet<(PeerKey, IpNet, u32)>, written: Time) {
        let before = dump.begin.plus_secs(-BACKLOG_SECS);
        let coverage = self.coverage;
        let Some(Peer { table, .. }) = self.peers.get_mut(&peer) else { return };
        for (&(prefix, id), slot) in table {
            let key = (peer, prefix, id);
            if seen.contains(&key) || !dump.families[family_of(prefix)] {
                continue;
            }
            // The dump passed the prefix when it wrote the other peers' routes for it, or at its end at the latest.
            let (time, record) = dump.prefixes.get(&prefix).copied().unwrap_or((dump.end, dump.record));
            if slot.is_held() && self.ahead.leads_to(key, None, time, written) {
                continue;
            }
            count(self.out.quality.entry(peer).or_default(), !slot.is_held(), slot.is_held());
            let is_stale = time < slot.verified || self.ahead.goes_down_in(peer, before, time);
            if is_stale || self.ahead.updates_in(key, before, time) {
                continue;
            }
            if let State::Absent(_) = slot.state {
                slot.verified = slot.verified.max(time);
                continue;
            }
            let (_, end) = table::bounds_of_rib(coverage, slot.verified, time, record);
            self.out.bound_lost(slot, time, None);
            let absent_since = end.before.unwrap_or(time);
            let held = slot.replace(State::Absent(absent_since), time);
            self.out.end(held, key, end);
        }
    }

    /// The dump shows the peer: it is up, and its table is known from now on.
    fn show_up(&mut self, key: PeerKey, &Dump { begin, families, .. }: &Dump, full: [bool; 2]) {
        let before = begin.plus_secs(-BACKLOG_SECS);
        let peer = self.peers.entry(key).or_default();
        if !peer.session.is_up() && peer.session.changed.is_some_and(|t| t >= before) {
            return; // The backlog shows a session that has just ended.
        }
        self.out.presence(key, &peer.session, begin);
        peer.session.up_since = Some(begin);
        peer.session.full = full;
        // A peer that came up less than the backlog ago may show a table that is still filling.
        if peer.session.changed.is_none_or(|t| t < before) {
            for shown in peer.session.shown.iter_mut().zip(families).filter_map(|(s, listed)| listed.then_some(s)) {
                *shown = Some(Shown { since: shown.map_or(begin, |s| s.since), verified: begin });
            }
        }
    }

    /// No route at all of a peer that is believed up: it is down, it did not withdraw (rule 9).
    fn miss_peer(&mut self, key: PeerKey, dump: &Dump) {
        let before = dump.begin.plus_secs(-BACKLOG_SECS);
        let Some(peer) = self.peers.get_mut(&key) else { return };
        let lately = |slot: &Slot| slot.last_update.is_some_and(|t| t >= before);
        let speaks = peer.session.changed.is_some_and(|t| t >= before) || peer.table.values().any(lately);
        // A dump of one family says nothing of a peer that it would not list.
        let unlisted = (0..2).any(|f| !dump.families[f])
            && !peer.table.iter().any(|((p, _), slot)| slot.is_held() && dump.families[family_of(*p)])
            && !(0..2).any(|f| dump.families[f] && peer.session.full[f]);
        if !peer.session.is_up() || speaks || unlisted {
            return;
        }
        self.out.presence(key, &peer.session, dump.begin);
        for (&(prefix, id), slot) in &mut peer.table {
            let known = unseen(self.coverage, slot.verified, dump.begin).map_or(slot.verified, |gap| gap.from);
            let end = missing(known, dump.begin, dump.record);
            self.out.lose(slot, (key, prefix, id), known, end, dump.begin);
        }
        peer.session.go_down(dump.begin);
    }
}

fn missing(known: Time, now: Time, record: RecordId) -> End {
    let basis = Basis::PeerDown;
    End { last_seen: known, after: Some(known), before: Some(now), basis, record: Some(record), clock: false }
}

/// A route of which nothing was known: there before the data at the first dump, else the peer's own appearance (rules 10 and 12).
fn first_shown(entry: &DumpEntry, known: Time, first_dump: bool) -> Start {
    let after = (known != Time::MIN).then_some(known);
    let basis = if first_dump && after.is_none() { Basis::DataStart } else { Basis::PeerUp };
    let (first_seen, record) = (entry.time, entry.record);
    Start { first_seen, after, by: first_seen, basis, record, clock: false, no_baseline: false }
}

fn count(quality: &mut Quality, agrees: bool, contradicts: bool) {
    quality.rib_agreements += u64::from(agrees);
    quality.rib_disagreements += u64::from(contradicts);
}

fn is_full(size: u32, largest: u32) -> bool {
    size > 0 && u64::from(size) * 100 >= u64::from(largest) * FULL_FEED_PERCENT
}
