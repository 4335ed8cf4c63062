//! What was true, and how much of it can be read: the judge's knowledge. It has no rule of the program.

use std::collections::BTreeMap;

use crate::archive::{Recorded, Seen, Written, write};
use crate::log::{Key, Log, Loss, Said, Steps, state};
use crate::world::{MIN, Micros, Path, SEC, Subject, World};

/// Everything about a world.
pub struct Truth<'a> {
    /// The world.
    pub world: &'a World,
    /// By collector and peer.
    pub logs: Vec<Vec<Log>>,
    /// By collector.
    pub recorded: Vec<Recorded>,
    /// By collector and peer: what an unseen loss of the session left behind.
    stale: Vec<Vec<BTreeMap<Key, Vec<Stale>>>>,
}

/// After an unseen loss nobody can tell whether the route still stands, until something is heard.
#[derive(Debug, Clone)]
pub struct Stale {
    /// From when.
    pub from: Micros,
    /// Until when.
    pub until: Micros,
    /// What stood.
    pub path: Path,
}

/// What a peer's key is looked up by: collector, peer, key.
pub type At = (usize, usize, Key);

/// How far a table may be behind the messages.
pub const BACKLOG: Micros = 60 * SEC;

impl<'a> Truth<'a> {
    /// What follows from a world, and its files.
    pub fn of(world: &'a World) -> (Truth<'a>, Vec<Written>) {
        let tick = |micros: bool| if micros { 1 } else { SEC };
        let logs: Vec<Vec<Log>> =
            world.collectors.iter().map(|c| c.peers.iter().map(|peer| Log::of(peer, tick(c.micros))).collect()).collect();
        let mut files = Vec::new();
        let mut recorded = Vec::new();
        for (collector, logs) in world.collectors.iter().zip(&logs) {
            let (written, seen) = write(world, collector, logs);
            files.extend(written);
            recorded.push(seen);
        }
        let mut truth = Truth { world, logs, recorded, stale: vec![] };
        truth.stale = (0..world.collectors.len()).map(|c| truth.stale_of(c)).collect();
        (truth, files)
    }

    fn stale_of(&self, collector: usize) -> Vec<BTreeMap<Key, Vec<Stale>>> {
        let of = |peer: usize| {
            let log = &self.logs[collector][peer];
            let mut out: BTreeMap<Key, Vec<Stale>> = BTreeMap::new();
            for loss in
                log.losses.iter().filter(|l| l.down > Micros::MIN && self.seen(collector, peer, l.down_message) < Seen::Sure)
            {
                for (key, steps) in &log.view {
                    let stood = steps.iter().rfind(|(at, path)| *at < loss.down || *at == loss.down && path.is_some());
                    let Some(path) = stood.and_then(|(_, path)| path.clone()) else { continue };
                    let until = self.heard_after(collector, peer, *key, loss.down);
                    out.entry(*key).or_default().push(Stale { from: loss.down, until, path });
                }
            }
            out
        };
        (0..self.logs[collector].len()).map(of).collect()
    }

    /// When a message is next read without a doubt that is about the key or the session.
    fn heard_after(&self, collector: usize, peer: usize, key: Key, at: Micros) -> Micros {
        let messages = self.logs[collector][peer].messages.iter().enumerate();
        let concerns = |said: &Said| match said {
            Said::Announce(k, ..) | Said::Withdraw(k) => *k == key,
            Said::State(..) => true,
        };
        let after = messages
            .filter(|(number, m)| m.at > at && concerns(&m.said) && self.seen(collector, peer, Some(*number)) == Seen::Sure);
        after.map(|(_, m)| m.at).min().unwrap_or(Micros::MAX)
    }

    /// Whether a message can be read; one that was never written cannot.
    pub fn seen(&self, collector: usize, peer: usize, message: Option<usize>) -> Seen {
        message.map_or(Seen::No, |number| self.recorded[collector].messages[peer][number])
    }

    /// All keys of which there is anything to know.
    pub fn keys(&self) -> impl Iterator<Item = At> + '_ {
        self.logs.iter().enumerate().flat_map(|(collector, logs)| {
            logs.iter().enumerate().flat_map(move |(peer, log)| log.view.keys().map(move |key| (collector, peer, *key)))
        })
    }

    /// What the collector's table had.
    pub fn view(&self, (collector, peer, key): At) -> &Steps {
        &self.logs[collector][peer].view[&key]
    }

    /// What the router had.
    pub fn router(&self, (collector, peer, key): At) -> &Steps {
        &self.logs[collector][peer].router[&key]
    }

    /// What may be believed to stand after an unseen loss.
    pub fn stale(&self, (collector, peer, key): At) -> &[Stale] {
        self.stale[collector][peer].get(&key).map_or(&[], Vec::as_slice)
    }

    /// Losses of the session.
    pub fn losses(&self, (collector, peer, _): At) -> &[Loss] {
        &self.logs[collector][peer].losses
    }

    /// Moments at which the table changed for the key, and whether each can be read.
    pub fn events(&self, at: At) -> Vec<(Micros, Seen)> {
        let (collector, peer, key) = at;
        let log = &self.logs[collector][peer];
        let messages = log.messages.iter().enumerate().filter_map(|(number, message)| match &message.said {
            Said::Announce(k, ..) | Said::Withdraw(k) if *k == key => {
                Some((message.at, self.seen(collector, peer, Some(number))))
            }
            _ => None,
        });
        let downs = log.losses.iter().map(|loss| (loss.down, self.seen(collector, peer, loss.down_message)));
        let mut all: Vec<_> = messages.chain(downs).collect();
        all.sort_unstable();
        all
    }

    /// Whether a message that cannot be read without a doubt, or none at all, changed the key between the two (both included).
    pub fn changes_unseen(&self, at: At, from: Micros, until: Micros) -> bool {
        self.events(at).into_iter().any(|(time, seen)| seen < Seen::Sure && from <= time && time <= until)
    }

    /// The paths that may be told of the key at a moment: what the table had (just before too, if `before`), what an unseen loss left, and,
    /// near a dump, what a message that cannot be read changed while it was written.
    pub fn may_hold(&self, at: At, time: Micros, before: bool) -> Vec<Path> {
        let view = self.view(at);
        let mut out: Vec<Path> = states(view, time, time, before);
        // Said again in the instant in which it ended.
        let messages = self.logs[at.0][at.1].messages.iter().filter(|m| m.at == time);
        out.extend(messages.filter_map(|m| match &m.said {
            Said::Announce(key, path, _) if *key == at.2 => Some(path.clone()),
            _ => None,
        }));
        out.extend(self.stale(at).iter().filter(|s| s.from <= time && time <= s.until).map(|s| s.path.clone()));
        for dump in &self.recorded[at.0].dumps {
            let (from, until) = (dump.begin - BACKLOG, dump.end);
            if dump.begin <= time && time <= until && self.changes_unseen(at, from, until) {
                out.extend(states(view, from, until, true));
            }
        }
        out
    }

    /// A lower bound that a dump gives is as far off as the dump is from a snapshot.
    pub fn loosen_down(&self, collector: usize, bound: Micros) -> Micros {
        let dumps = self.recorded[collector].dumps.iter().filter(|d| d.begin <= bound && bound <= d.end);
        dumps.map(|d| d.begin - BACKLOG).min().unwrap_or(bound)
    }

    /// An upper bound likewise.
    pub fn loosen_up(&self, collector: usize, bound: Micros) -> Micros {
        let dumps = self.recorded[collector].dumps.iter().filter(|d| d.begin <= bound && bound <= d.end);
        dumps.map(|d| d.end).max().unwrap_or(bound)
    }

    /// The spans, each closed, in which a key is known to hold a route of some subject: from a record that can be read without a doubt to the
    /// next thing that happens to it, if every message can be read until then. Where the session is lost without a record, silence proves
    /// nothing: a dump may tell later that the route was gone, and nobody since when.
    pub fn known(&self, at: At) -> Vec<(Micros, Micros, Subject)> {
        let (collector, peer, key) = at;
        let log = &self.logs[collector][peer];
        let events = self.events(at);
        let mut happens: Vec<Micros> = events.iter().map(|(time, _)| *time).collect();
        happens.extend(log.losses.iter().map(|loss| loss.up));
        let mut out = Vec::new();
        let mut add = |from: Micros, path: &Path| {
            let Some(span) = self.recorded[collector].spans.iter().find(|s| s.0 <= from && from <= s.1) else { return };
            let next = happens.iter().copied().filter(|t| *t > from).min().unwrap_or(Micros::MAX);
            // Whatever happens that cannot be read, only what is read next bounds it.
            let read =
                events.iter().find(|(time, seen)| *time > from && *seen == Seen::Sure).map_or(Micros::MAX, |(time, _)| *time);
            let is_unread = |m| self.seen(collector, peer, m) < Seen::Sure;
            let is_lost_unseen = log.losses.iter().any(|l| from < l.down && l.down <= read && is_unread(l.down_message));
            let in_dump = self.recorded[collector].dumps.iter().any(|d| d.begin <= next && next <= d.end);
            let is_unseen = is_lost_unseen || in_dump && self.changes_unseen(at, next, next);
            let until = if is_unseen { from } else { next.min(span.1) };
            if path.is_plain() && state(self.view(at), from) == Some(path) {
                out.push((from, until, path.subject()));
            }
        };
        for (number, message) in log.messages.iter().enumerate() {
            if let Said::Announce(k, path, _) = &message.said
                && *k == key
                && self.seen(collector, peer, Some(number)) == Seen::Sure
            {
                add(message.at, path);
            }
        }
        for dump in self.recorded[collector].dumps.iter().filter(|d| d.accepted == Seen::Sure) {
            let (from, until) = (dump.begin - 2 * MIN, dump.begin + 11 * MIN);
            if happens.iter().any(|t| from <= *t && *t <= until) {
                continue;
            }
            for (_, _, path, stamp) in dump.entries.iter().filter(|e| (e.0, e.1) == (peer, key)) {
                add(*stamp, path);
            }
        }
        out
    }
}

/// The paths within a closed span of time: of the steps in it, and what stood at its start (`before`: just before it too).
pub fn states(steps: &Steps, from: Micros, until: Micros, before: bool) -> Vec<Path> {
    let inside = steps.iter().filter(|(time, _)| from <= *time && *time <= until);
    let starts_with_step = steps.iter().any(|(time, _)| *time == from);
    let stood = steps.iter().rev().find(|(time, _)| *time < from).filter(|_| before || !starts_with_step);
    stood.into_iter().chain(inside).filter_map(|(_, path)| path.clone()).collect()
}
