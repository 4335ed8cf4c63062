//! A RIB dump as replay needs it: the watched entries, and which peers it shows at all (rules 8, 9, 15).

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::{PeerKey, RecordId, Route, Time};

/// One watched route of one peer in a dump.
#[derive(Debug, Clone)]
pub struct DumpEntry {
    /// The record's time (not the route's originated time).
    pub time: Time,
    /// Whose table it is from.
    pub peer: PeerKey,
    /// The prefix.
    pub prefix: IpNet,
    /// The add-path id, 0 without (RFC 8050).
    pub path_id: u32,
    /// `None`: an empty path from a peer that is not the origin.
    pub route: Option<Route>,
    /// The record that holds the entry.
    pub record: RecordId,
}

/// A complete dump: rejected ones (rule 8) never get here.
#[derive(Debug, Clone)]
pub struct Dump {
    /// The first record's time.
    pub begin: Time,
    /// The last record's time.
    pub end: Time,
    /// The dump's first record: evidence of absence where no record of the prefix exists.
    pub record: RecordId,
    /// Watched entries in file order.
    pub entries: Vec<DumpEntry>,
    /// The record of each watched prefix, with its time: evidence that a peer without an entry has no route.
    pub prefixes: BTreeMap<IpNet, (Time, RecordId)>,
    /// Peers with at least one route in the dump, as far as was looked, and whether each is full-feed for IPv4 and IPv6 (rule 15).
    pub peers: BTreeMap<PeerKey, [bool; 2]>,
    /// Peers that it lists and of which it shows no route as far as was looked: there may be one elsewhere in it.
    pub unseen: BTreeSet<PeerKey>,
    /// The dump lacks records or peers: it proves what it shows, never what it lacks.
    pub excerpt: bool,
    /// Whether the dump holds any IPv4 and any IPv6 record: it says nothing of a family it lacks.
    pub families: [bool; 2],
}
