//! What follows from a peer's events: the messages that it sends, what its router holds, and what of it the collector's table shows.

use std::collections::BTreeMap;

use crate::world::{Event, Micros, Path, Peer};

/// A prefix by its place, and the add-path id.
pub type Key = (usize, u32);

/// What is held from which moment on; the first is from ever.
pub type Steps = Vec<(Micros, Option<Path>)>;

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// An announcement; `doubled`: the message also withdraws the prefix.
    Announce(Key, Path, bool),
    /// A withdrawal.
    Withdraw(Key),
    /// A change of the session's state.
    State(u16, u16),
}

/// A record of a peer, before anything happened to files.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its time.
    pub at: Micros,
    /// Its content.
    pub said: Said,
}

/// A time without a session: from `down` until before `up`.
#[derive(Debug, Clone, Copy)]
pub struct Loss {
    /// When it was lost; `Micros::MIN`: it was not there at first.
    pub down: Micros,
    /// Which message tells so.
    pub down_message: Option<usize>,
    /// When it was there again; `Micros::MAX`: never.
    pub up: Micros,
    /// Which message tells so.
    pub up_message: Option<usize>,
}

/// All that follows.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// In order of time.
    pub messages: Vec<Message>,
    /// What the router holds, whatever the collector knows of it.
    pub router: BTreeMap<Key, Steps>,
    /// What the collector's table holds.
    pub view: BTreeMap<Key, Steps>,
    /// In order of time.
    pub losses: Vec<Loss>,
}

/// The state from `at` on, after all steps of that instant.
pub fn state(steps: &Steps, at: Micros) -> Option<&Path> {
    let after = steps.partition_point(|(time, _)| *time <= at);
    steps[..after].last().and_then(|(_, path)| path.as_ref())
}

struct Running<'a> {
    peer: &'a Peer,
    tick: Micros,
    is_up: bool,
    table: BTreeMap<Key, Path>,
    /// What a router that has come up has still to send, and when.
    pending: Vec<(Micros, Key)>,
    log: Log,
}

impl Log {
    /// `tick`: the collector's times are multiples of it.
    pub fn of(peer: &Peer, tick: Micros) -> Log {
        let table: BTreeMap<Key, Path> = peer.table.iter().map(|(prefix, id, path)| ((*prefix, *id), path.clone())).collect();
        let mut running = Running { peer, tick, is_up: peer.up, table, pending: vec![], log: Log::default() };
        running.begin();
        for (at, event) in &peer.events {
            running.send_pending(*at);
            running.apply(*at, event);
        }
        running.send_pending(Micros::MAX);
        running.log
    }
}

impl Running<'_> {
    fn begin(&mut self) {
        let touched = self.peer.events.iter().filter_map(|(_, event)| match event {
            Event::Route { prefix, id, .. } | Event::Again { prefix, id } => Some((*prefix, *id)),
            _ => None,
        });
        for key in self.table.keys().copied().chain(touched) {
            let held = self.table.get(&key).cloned();
            let seen = held.clone().filter(|_| self.is_up);
            self.log.router.entry(key).or_insert_with(|| vec![(Micros::MIN, held)]);
            self.log.view.entry(key).or_insert_with(|| vec![(Micros::MIN, seen)]);
        }
        if !self.is_up {
            self.log.losses.push(Loss { down: Micros::MIN, down_message: None, up: Micros::MAX, up_message: None });
        }
    }

    fn say(&mut self, at: Micros, said: Said) -> usize {
        self.log.messages.push(Message { at, said });
        self.log.messages.len() - 1
    }

    fn announce(&mut self, at: Micros, key: Key, doubled: bool) {
        let Some(path) = self.table.get(&key).cloned() else { return };
        self.show(at, key, Some(path.clone()));
        self.say(at, Said::Announce(key, path, doubled));
    }

    fn withdraw(&mut self, at: Micros, key: Key) {
        self.show(at, key, None);
        self.say(at, Said::Withdraw(key));
    }

    /// The collector's table has it so from now on.
    fn show(&mut self, at: Micros, key: Key, path: Option<Path>) {
        step(self.log.view.entry(key).or_default(), at, path);
    }

    fn send_pending(&mut self, before: Micros) {
        while self.pending.first().is_some_and(|(at, _)| *at < before) {
            let (at, key) = self.pending.remove(0);
            self.announce(at, key, false);
        }
    }

    fn apply(&mut self, at: Micros, event: &Event) {
        match event {
            Event::Route { prefix, id, to, doubled } => {
                let key = (*prefix, *id);
                let was_pending = self.pending.iter().any(|(_, pending)| *pending == key);
                self.pending.retain(|(_, pending)| *pending != key);
                let before = match to {
                    Some(path) => self.table.insert(key, path.clone()),
                    None => self.table.remove(&key),
                };
                step(self.log.router.entry(key).or_default(), at, to.clone());
                match to {
                    _ if !self.is_up => {}
                    Some(_) => self.announce(at, key, *doubled),
                    None if was_pending || before.is_none() => {}
                    None => self.withdraw(at, key),
                }
            }
            Event::Again { prefix, id } if self.is_up => {
                let key = (*prefix, *id);
                self.pending.retain(|(_, pending)| *pending != key);
                if self.table.contains_key(&key) { self.announce(at, key, false) } else { self.withdraw(at, key) }
            }
            Event::Down { told } if self.is_up => self.go_down(at, *told),
            Event::Up { told, transfer } if !self.is_up => self.come_up(at, *told, *transfer),
            Event::Tries if !self.is_up => {
                self.say(at, Said::State(1, 3));
            }
            Event::Again { .. } | Event::Down { .. } | Event::Up { .. } | Event::Tries => {}
        }
    }

    fn go_down(&mut self, at: Micros, told: Option<u16>) {
        self.is_up = false;
        self.pending.clear();
        let down_message = told.map(|new| self.say(at, Said::State(6, new)));
        for steps in self.log.view.values_mut() {
            step(steps, at, None);
        }
        self.log.losses.push(Loss { down: at, down_message, up: Micros::MAX, up_message: None });
    }

    fn come_up(&mut self, at: Micros, told: bool, transfer: Micros) {
        self.is_up = true;
        let up_message = told.then(|| self.say(at, Said::State(5, 6)));
        if let Some(loss) = self.log.losses.last_mut() {
            (loss.up, loss.up_message) = (at, up_message);
        }
        let count = Micros::try_from(self.table.len().max(1)).expect("few prefixes");
        let spread = (1..).zip(self.table.keys()).map(|(place, key)| {
            let after = transfer * place / count;
            (at + after - after % self.tick, *key)
        });
        self.pending = spread.collect();
    }
}

/// Adds a step if it changes anything.
fn step(steps: &mut Steps, at: Micros, path: Option<Path>) {
    if steps.is_empty() {
        steps.push((Micros::MIN, None));
    }
    if steps.last().is_some_and(|(_, last)| *last != path) {
        steps.push((at, path));
    }
}
