//! Whether a peer is believed up, and what is known of the routes that its table does not list (rule 10).

use crate::model::Time;

/// One peer's session.
#[derive(Debug, Clone, Copy, Default)]
pub struct Session {
    /// Since when it is believed up; `None`: unknown, in no denominator.
    pub up_since: Option<Time>,
    /// Since when a RIB has shown its whole table, since it came up: what is not in the table is absent.
    pub table_since: Option<Time>,
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
            self.table_since = None;
        }
    }

    /// It left Established, or a dump shows no route of it.
    pub fn go_down(&mut self, time: Time) {
        if self.table_since.is_some() {
            self.known_until = Some(time);
        }
        self.up_since = None;
        self.table_since = None;
        self.changed = Some(time);
    }
}
