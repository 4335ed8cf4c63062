//! Looks ahead of a dump: it takes minutes to write, so it may show what a message brought after it began (rule 8).

use std::collections::HashMap;

use ipnet::IpNet;

use crate::model::{AsPath, Event, PeerKey, SessionState, Time};

/// The path that a message left behind; `None`: no route.
type Outcome = Option<std::sync::Arc<AsPath>>;

/// All messages by key, in order of time.
pub struct Ahead {
    updates: HashMap<(PeerKey, IpNet, u32), Vec<(Time, Outcome)>>,
    downs: HashMap<PeerKey, Vec<Time>>,
}

impl Ahead {
    /// Indexes the events, which are in order.
    pub fn new(events: &[Event]) -> Self {
        let mut ahead = Ahead { updates: HashMap::new(), downs: HashMap::new() };
        for event in events {
            match event {
                Event::Update { time, peer, update, .. } => {
                    for (prefix, id, route) in &update.announced {
                        let path = route.as_ref().map_or_else(Default::default, |r| r.path.clone());
                        ahead.updates.entry((*peer, *prefix, *id)).or_default().push((*time, Some(path)));
                    }
                    for (prefix, id) in &update.withdrawn {
                        ahead.updates.entry((*peer, *prefix, *id)).or_default().push((*time, None));
                    }
                }
                Event::State { time, peer, new: SessionState::NotEstablished, .. } => {
                    ahead.downs.entry(*peer).or_default().push(*time);
                }
                Event::State { .. } | Event::Unreadable { .. } => {}
            }
        }
        ahead
    }

    /// Whether a message for the key falls in `[from, until]`.
    pub fn updates_in(&self, key: (PeerKey, IpNet, u32), from: Time, until: Time) -> bool {
        self.updates.get(&key).is_some_and(|all| all.iter().any(|(t, _)| *t >= from && *t <= until))
    }

    /// Whether a message in `[from, until]` leaves exactly this path (`None`: no route): then the dump has seen it.
    pub fn leads_to(&self, key: (PeerKey, IpNet, u32), path: Option<&AsPath>, from: Time, until: Time) -> bool {
        let all = self.updates.get(&key).map_or(&[][..], Vec::as_slice);
        all.iter().any(|(t, outcome)| *t >= from && *t <= until && outcome.as_deref() == path)
    }

    /// Whether the peer's session ends in `[from, until]`.
    pub fn goes_down_in(&self, peer: PeerKey, from: Time, until: Time) -> bool {
        self.downs.get(&peer).is_some_and(|all| all.iter().any(|t| *t >= from && *t <= until))
    }
}
