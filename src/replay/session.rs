//! Whether a peer is believed up, and what is known of the routes that it never mentioned (rule 10).

use super::proof::Proof;
use crate::model::Time;

/// A table that dumps have shown: what was never mentioned of it is absent.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// Since when, without a break.
    pub since: Time,
    /// The last dump that proved it, to its end.
    pub proof: Proof,
    /// When that dump began.
    pub begun: Time,
    /// Until when it may have been written.
    pub written: Time,
}

/// One peer's session.
#[derive(Debug, Clone, Copy, Default)]
pub struct Session {
    /// Since when it is believed up; `None`: unknown, in no denominator.
    pub up_since: Option<Time>,
    /// What dumps have shown of its whole IPv4 and IPv6 tables since it came up.
    pub shown: [Option<Shown>; 2],
    /// The last proof that a key that was never mentioned was absent, before the table was lost.
    pub absent_until: [Option<Time>; 2],
    /// When it last entered or left Established, or was found missing in a dump.
    pub changed: Option<Time>,
    /// When it was last lost.
    pub lost: Option<Time>,
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
        self.up_since.get_or_insert(time);
    }

    /// It left Established, or a dump shows no route of it. The tables that were shown are the caller's to close.
    pub fn go_down(&mut self, time: Time) {
        self.up_since = None;
        self.changed = Some(time);
        self.lost = Some(time);
    }
}
