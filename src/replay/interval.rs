//! What replay yields: spans of routes and of sessions, each bounded by what proves it (rules 10 to 13).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ipnet::IpNet;

use super::packed::{Intervals, PackedInterval};
use crate::model::{PeerKey, RecordId, Route, Span, Time, family_of};

/// What proves a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// A BGP message: exact.
    Update,
    /// A RIB dump that shows what no message showed (rule 9).
    Rib,
    /// The first announcement after the peer came up or first appeared: presence, not onset (rule 10).
    PeerUp,
    /// The session ended: nobody withdrew anything (rule 10).
    PeerDown,
    /// It happened while data are missing (rule 11).
    Gap,
    /// It was there at the first RIB (rule 12).
    DataStart,
    /// It is there at the end of the data (rule 12).
    DataEnd,
}

impl Basis {
    /// All, in the order above.
    pub const ALL: &'static [Basis] =
        &[Basis::Update, Basis::Rib, Basis::PeerUp, Basis::PeerDown, Basis::Gap, Basis::DataStart, Basis::DataEnd];

    /// The word in the `start_basis` and `end_basis` columns.
    pub const fn text(self) -> &'static str {
        match self {
            Basis::Update => "update",
            Basis::Rib => "rib",
            Basis::PeerUp => "peer-up",
            Basis::PeerDown => "peer-down",
            Basis::Gap => "gap",
            Basis::DataStart => "data-start",
            Basis::DataEnd => "data-end",
        }
    }

    /// Whether the boundary is a change of the network, not of what is known of it.
    pub const fn is_change(self) -> bool {
        matches!(self, Basis::Update | Basis::Rib | Basis::Gap)
    }
}

/// A start: it lies in (`after`, `by`] and is proven at `first_seen` >= `by` (rule 13). Where all three are one instant, it is that one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// The first proof.
    pub first_seen: Time,
    /// The last proof of something else; `None`: unknown.
    pub after: Option<Time>,
    /// Until then the data could not have shown the route: its session was away, or they had not begun. `None`: they could.
    pub unwatched: Option<Time>,
    /// It had started by then.
    pub by: Time,
    /// What proves it.
    pub basis: Basis,
    /// The record of `first_seen`.
    pub record: RecordId,
    /// That record's time is out of its file's span (rule 7).
    pub clock: bool,
    /// No RIB of the collector came before (rule 12).
    pub no_baseline: bool,
}

/// An end: it lies in [`after`, `before`], presence being proven up to `last_seen` <= `after` (rule 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The last proof.
    pub last_seen: Time,
    /// `None`: ongoing.
    pub after: Option<Time>,
    /// It had ended by then; `None`: unknown, or ongoing.
    pub before: Option<Time>,
    /// Until when the route is believed to stand (rule 11): beyond the last proof only as an assumption; [`Time::MAX`] for an ongoing one.
    pub until: Time,
    /// What proves it.
    pub basis: Basis,
    /// The record that shows the end; none for an ongoing route.
    pub record: Option<RecordId>,
    /// That record's time is out of its file's span (rule 7).
    pub clock: bool,
}

/// How an interval follows the one before it in the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// Nothing was held before, or nothing is known of it.
    Nothing,
    /// It replaced the key's route directly (rule 5).
    Replaced,
    /// It is the first that is seen after the session was lost with the key's last route (rule 10).
    CameBack,
}

/// A span in which one peer holds one path for one prefix and path id: the raw material.
#[derive(Debug, Clone)]
pub struct RouteInterval {
    /// Whose route.
    pub peer: PeerKey,
    /// For which prefix.
    pub prefix: IpNet,
    /// The add-path id, 0 without.
    pub path_id: u32,
    /// The route.
    pub route: Arc<Route>,
    /// Where it begins.
    pub start: Start,
    /// Where it ends.
    pub end: End,
    /// What came before it.
    pub follows: Follows,
    /// Spans in which nothing proves it: it is assumed to stand (rule 11). Sorted, disjoint.
    pub assumed: Vec<Span>,
    /// Announcements that changed nothing (rule 6).
    pub repeats: u32,
}

impl RouteInterval {
    /// The span in which the route is believed to stand, proven or assumed: half-open, empty for a route replaced at once.
    pub fn believed(&self) -> Span {
        Span { from: self.start.by, until: self.end.until }
    }
}

impl Start {
    /// The earliest after which the data could have shown the route (rule 14); [`Time::MIN`]: no bound.
    pub fn visible_after(&self) -> Time {
        self.unwatched.or(self.after).unwrap_or(Time::MIN)
    }

    /// Rule 13.
    pub(super) fn is_sound(&self) -> bool {
        self.after.is_none_or(|after| after <= self.by) && self.by <= self.first_seen
    }
}

impl End {
    /// By when the data must have ceased to show the route (rule 14); [`Time::MAX`]: no bound.
    pub fn invisible_by(&self) -> Time {
        match self.basis {
            Basis::PeerDown => self.until,
            _ => self.before.unwrap_or(Time::MAX),
        }
    }

    /// Rule 13.
    pub(super) fn is_sound(&self) -> bool {
        let ordered = |after: Time| self.last_seen <= after && self.before.is_none_or(|before| after <= before);
        self.after.is_none_or(ordered) && self.last_seen <= self.until
    }
}

/// A span in which a peer is believed up; [`Time::MAX`] ends one that is up where the data end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// Whose session.
    pub peer: PeerKey,
    /// When.
    pub span: Span,
    /// Full-feed for IPv4 and IPv6 by the last dump (rule 15).
    pub full: [bool; 2],
}

/// A span in which a peer's whole table of a family is known: a prefix that it never mentioned is known to be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownTable {
    /// Whose.
    pub peer: PeerKey,
    /// 0 for IPv4, 1 for IPv6.
    pub family: usize,
    /// When.
    pub span: Span,
}

/// A span in which a key that a peer once mentioned is known to show no origin: to have no route, or one without a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    /// Whose table.
    pub peer: PeerKey,
    /// Which prefix.
    pub prefix: IpNet,
    /// The add-path id, 0 without.
    pub path_id: u32,
    /// When.
    pub span: Span,
}

/// What was met on the way, per peer: the figures that tell how far to trust it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quality {
    /// Watched routes announced.
    pub announcements: u64,
    /// Watched routes withdrawn.
    pub withdrawals: u64,
    /// Announcements that changed nothing (rule 6).
    pub repeats: u64,
    /// RIB entries and absences that agree with the replayed table.
    pub rib_agreements: u64,
    /// RIB entries and absences that do not (rule 9).
    pub rib_disagreements: u64,
    /// Announcements with an empty path from a peer that is not the origin (rule 5).
    pub empty_paths: u64,
    /// Records out of their file's span (rule 7).
    pub clock: u64,
}

impl std::ops::AddAssign for Quality {
    fn add_assign(&mut self, more: Quality) {
        self.announcements += more.announcements;
        self.withdrawals += more.withdrawals;
        self.repeats += more.repeats;
        self.rib_agreements += more.rib_agreements;
        self.rib_disagreements += more.rib_disagreements;
        self.empty_paths += more.empty_paths;
        self.clock += more.clock;
    }
}

/// The replay of one collector.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    /// In order of closing; callers sort as they need.
    pub intervals: Intervals,
    /// Sessions.
    pub presences: Vec<Presence>,
    /// Whose tables are known, and when.
    pub tables: Vec<KnownTable>,
    /// Where keys are proven, by a withdrawal or a dump, to have no route.
    pub absences: Vec<Absence>,
    /// Where keys are proven to have a route with an empty path from a peer that is not the origin (rule 5).
    pub pathless: Vec<Absence>,
    /// Every key that was ever mentioned: of these, only intervals and absences tell.
    pub mentioned: Vec<(PeerKey, IpNet, u32)>,
    /// When the first dump showed what peers hold: without one, silence says nothing (rule 12).
    pub baseline: Option<Time>,
    /// When that dump told of each prefix that it shows, where that was before its end: before, nothing is known of its peers (rule 15).
    pub first_told: BTreeMap<IpNet, Time>,
    /// The end of that dump, with which its peers are up.
    pub first_written: Option<Time>,
    /// Dumps, by [`crate::model::Dump::record`], of which it matters whether they hold any route of a peer that they list, where nobody
    /// looked: taken for none.
    pub open: BTreeSet<RecordId>,
    /// By peer.
    pub quality: BTreeMap<PeerKey, Quality>,
    /// Where it mattered that a peer held any watched route, and it did: by the record that asked ([`super::slice`]).
    pub held: Held,
    /// Who carried routes of each family that are told of no more.
    pub carried: [BTreeSet<PeerKey>; 2],
    /// Whether there were intervals that are told of no more.
    pub told: bool,
}

/// Peers that held a watched route when a record came.
pub type Held = BTreeSet<(RecordId, PeerKey)>;

impl Replay {
    /// The peers that ever had a watched route of the family, with or without a path.
    pub fn carriers(&self, family: usize) -> BTreeSet<PeerKey> {
        let is_such = |prefix: IpNet| family_of(prefix) == family;
        let held =
            self.intervals.packed().map(PackedInterval::key).filter(|(_, prefix, _)| is_such(*prefix)).map(|(peer, ..)| peer);
        let pathless = self.pathless.iter().filter(|route| is_such(route.prefix)).map(|route| route.peer);
        held.chain(pathless).chain(self.carried[family].iter().copied()).collect()
    }

    /// What it tells of some peers.
    #[must_use]
    pub fn selected(&self, is_wanted: impl Fn(PeerKey) -> bool) -> Replay {
        let mut replay = self.clone();
        replay.intervals.keep(&is_wanted);
        replay.presences.retain(|p| is_wanted(p.peer));
        replay.tables.retain(|t| is_wanted(t.peer));
        replay.absences.retain(|a| is_wanted(a.peer));
        replay.pathless.retain(|a| is_wanted(a.peer));
        replay.mentioned.retain(|(peer, ..)| is_wanted(*peer));
        replay.quality.retain(|peer, _| is_wanted(*peer));
        replay.carried.iter_mut().for_each(|carried| carried.retain(|peer| is_wanted(*peer)));
        replay
    }
}

#[cfg(test)]
#[path = "interval_tests.rs"]
mod tests;
