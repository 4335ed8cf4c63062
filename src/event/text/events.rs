//! What a text says of what is watched, as a file of records would.

use std::io::Read;

use super::dumps::TextDumps;
use super::{Go, Malformed, Sink, Statement, Text, What};
use crate::event::dump::{Aim, Built};
use crate::event::file::{Digest, FileEvents, FileRecord, Message};
use crate::event::paths::Paths;
use crate::model::SessionState;
use crate::target::Watch;

/// All that a text says of the prefixes of `watch`.
pub(in crate::event) fn read_events<R: Read>(input: R, text: Text, watch: &Watch) -> FileEvents {
    let mut sink = Events { watch, said: FileEvents::default(), dumps: TextDumps::new(Aim::of(watch)), paths: Paths::default() };
    let ended = super::read(input, text, &mut sink);
    let Events { said: mut events, dumps, .. } = sink;
    let cut = ended.damage.last().filter(|_| ended.is_cut).map(|damage| damage.reason.as_str());
    for Built { dump, counts, .. } in dumps.finish(cut) {
        events.dumps.push(dump);
        events.counts += counts;
    }
    (events.first, events.last, events.covers) = (ended.first, ended.last, ended.window.or(ended.reach));
    if let Some((from, until)) = ended.window {
        // That nothing happened is an answer.
        (events.first, events.last, events.has_updates) = (Some(from), Some(until), true);
    }
    events.damage = ended.damage;
    events
}

struct Events<'a> {
    watch: &'a Watch,
    said: FileEvents,
    dumps: TextDumps,
    paths: Paths,
}

impl Sink for Events<'_> {
    fn take(&mut self, said: &Statement<'_>) -> Result<Go, Malformed> {
        let (mut announced, mut withdrawn) = (Vec::new(), Vec::new());
        let message = match &said.what {
            What::Entry(route) => return self.dumps.add(said, route).map(|()| Go::On),
            What::Announced(route) if self.watch.covers(&route.prefix) => {
                announced.push((route.prefix, route.path_id, self.paths.share(route.path()?)));
                Some(Message::Update {
                    announced: announced.into(),
                    withdrawn: withdrawn.into(),
                    treated_as_withdrawn: false,
                    guessed_path_ids: false,
                })
            }
            What::Withdrawn { prefix, path_id } if self.watch.covers(prefix) => {
                withdrawn.push((*prefix, *path_id));
                Some(Message::Update {
                    announced: announced.into(),
                    withdrawn: withdrawn.into(),
                    treated_as_withdrawn: false,
                    guessed_path_ids: false,
                })
            }
            What::State { old, new } => {
                let new = if *new == 6 { SessionState::Established } else { SessionState::NotEstablished };
                Some(Message::State { old: *old, new })
            }
            What::Announced(_) | What::Withdrawn { .. } => None,
        };
        self.dumps.add_message();
        self.said.has_updates = true;
        let (time, peer) = (said.time, said.peer);
        self.said.records.extend(message.map(|message| FileRecord { time, peer, message, digest: Digest::of(said.bytes) }));
        Ok(Go::On)
    }

    fn torn(&mut self) {
        self.dumps.torn();
    }
}
