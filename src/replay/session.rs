//! Whether a peer is believed up, and what is known of the routes that its table does not list (rule 10).

use crate::model::Time;

/// A table that dumps have shown: what is not in it is absent.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// The first dump's begin.
    pub since: Time,
    /// The last dump's begin: absence was proven again.
    pub verified: Time,
}

/// One peer's session.
#[derive(Debug, Clone, Copy, Default)]
pub struct Session {
    /// Since when it is believed up; `None`: unknown, in no denominator.
    pub up_since: Option<Time>,
    /// What dumps have shown of its whole IPv4 and IPv6 tables since it came up.
    pub shown: [Option<Shown>; 2],
    /// Until when its table was known before the session was lost.
    pub known_until: Option<Time>,
    /// When it last entered or left Established, or was found missing in a dump.
    pub changed: Option<Time>,
    /// Full-feed for IPv4 and IPv6 by the last dump (rule 15).
    pub full: [bool; 2],
}

impl Session {
    /// Whether the peer is believed up.
    pub fn is_up(&self) -> bool {
        self.up_since.is_some()
    }

    /// A state record, a watched message or a dump shows it up.
    pub fn come_up(&mut self, time: Time) {
        if !self.is_up() {
            self.up_since = Some(time);
            self.shown = [None; 2];
        }
    }

    /// It left Established, or a dump shows no route of it.
    pub fn go_down(&mut self, time: Time) {
        if self.shown.iter().any(Option::is_some) {
            self.known_until = Some(time);
        }
        self.up_since = None;
        self.shown = [None; 2];
        self.changed = Some(time);
    }
}
