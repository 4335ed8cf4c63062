//! What replay applies: updates and session changes, cleared of any MRT type.

use std::num::NonZeroU32;
use std::sync::Arc;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Few, PeerKey, Route, Time};

/// Names an archive record without saying where it lies; the program's edge maps it to file and digest (rule 19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(NonZeroU32);

impl RecordId {
    /// The record at that place in the list of all; those beyond four billion are not told apart.
    pub const fn new(place: u32) -> Self {
        RecordId(NonZeroU32::MIN.saturating_add(place))
    }

    /// Its place in the list of all.
    pub const fn place(self) -> u32 {
        self.0.get() - 1
    }
}

/// The two kinds of session state that matter (rule 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionState {
    /// State 6 (RFC 4271 8.2.2).
    Established,
    /// Any other, Quagga's 7 (Clearing) and 8 (Deleted) included.
    NotEstablished,
}

/// A route that a message announces: prefix, path id and the route.
pub type Announced = (IpNet, u32, Option<Arc<Route>>);

/// The watched part of one BGP UPDATE.
#[derive(Debug, Clone)]
pub struct Update {
    /// Routes announced, by prefix and path id (0 without add-path). `None`: an empty path from a peer that is not the origin;
    /// it replaces what was there (rule 5) and shows no upstream.
    pub announced: Few<Announced>,
    /// Routes withdrawn and not announced again by the same message (rule 5), treat-as-withdraw included (RFC 7606).
    pub withdrawn: Few<(IpNet, u32)>,
}

/// One record of an update file.
#[derive(Debug, Clone)]
pub enum Event {
    /// Watched routes were announced or withdrawn.
    Update {
        /// The record's time.
        time: Time,
        /// Who sent it.
        peer: PeerKey,
        /// What it says.
        update: Update,
        /// Where it stands.
        record: RecordId,
        /// Over 5 minutes outside its file's span (rule 7).
        clock: bool,
    },
    /// A peer's session entered or left Established.
    State {
        /// The record's time.
        time: Time,
        /// Whose session.
        peer: PeerKey,
        /// The state entered.
        new: SessionState,
        /// Where it stands.
        record: RecordId,
    },
    /// A record that cannot be read, or of which the end is missing: it may have changed any watched route of the peer (rule 20).
    Unreadable {
        /// The record's time.
        time: Time,
        /// Whose.
        peer: PeerKey,
    },
}

impl Event {
    /// The record's time.
    pub fn time(&self) -> Time {
        let (Event::Update { time, .. } | Event::State { time, .. } | Event::Unreadable { time, .. }) = self;
        *time
    }

    /// Who sent it, or whose session it is.
    pub fn peer(&self) -> PeerKey {
        let (Event::Update { peer, .. } | Event::State { peer, .. } | Event::Unreadable { peer, .. }) = self;
        *peer
    }
}
