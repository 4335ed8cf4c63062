//! A RIB dump as replay needs it: the watched entries, and which peers it shows at all (rules 8, 9, 15).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ipnet::IpNet;

use super::{PeerKey, RecordId, Route, Time};

/// One watched route of one peer in a dump. Of a whole table there are millions.
#[derive(Debug, Clone)]
pub struct DumpEntry {
    /// Whose table it is from.
    pub peer: PeerKey,
    /// The add-path id, 0 without (RFC 8050).
    pub path_id: u32,
    /// `None`: an empty path from a peer that is not the origin.
    pub route: Option<Arc<Route>>,
}

/// What a record of a dump says of a watched prefix: also that a peer without an entry has no route.
#[derive(Debug, Clone)]
pub struct DumpRow {
    /// The prefix.
    pub prefix: IpNet,
    /// The record's time (not the routes' originated time).
    pub time: Time,
    /// The record.
    pub record: RecordId,
    /// The routes.
    pub entries: Vec<DumpEntry>,
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
    /// Of each watched prefix what its records say: sorted by prefix, those of a prefix in file order.
    pub rows: Vec<DumpRow>,
    /// Peers with at least one route in the dump, as far as was looked, and whether each is full-feed for IPv4 and IPv6 (rule 15).
    pub peers: BTreeMap<PeerKey, [bool; 2]>,
    /// Peers that it lists and of which it shows no route as far as was looked: there may be one elsewhere in it.
    pub unseen: BTreeSet<PeerKey>,
    /// The dump lacks records or peers: it proves what it shows, never what it lacks.
    pub excerpt: bool,
    /// Whether the dump holds any IPv4 and any IPv6 record: it says nothing of a family it lacks.
    pub families: [bool; 2],
}

impl Dump {
    /// The first record of a watched prefix.
    pub fn row(&self, prefix: IpNet) -> Option<&DumpRow> {
        let at = self.rows.partition_point(|row| row.prefix < prefix);
        self.rows.get(at).filter(|row| row.prefix == prefix)
    }
}
