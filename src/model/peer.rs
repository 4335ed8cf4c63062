//! Who speaks to whom: collectors and their BGP sessions.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use super::Asn;

/// A collector's place in the sorted list of collector names of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CollectorId(pub u16);

/// One BGP session of a collector (rule 1); also called a vantage point. Its order is that of tables and ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer {
    /// The collector that archives the session.
    pub collector: CollectorId,
    /// The peer's address.
    pub ip: IpAddr,
    /// The peer's AS number.
    pub asn: Asn,
}

/// Names a [`Peer`], of which each is there once and for good: millions of events have few peers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerKey(&'static Peer);

static KNOWN: Mutex<BTreeSet<&'static Peer>> = Mutex::new(BTreeSet::new());

impl PeerKey {
    /// The key of this peer.
    pub fn new(collector: CollectorId, ip: IpAddr, asn: Asn) -> Self {
        let peer = Peer { collector, ip, asn };
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.get(&peer) {
            return PeerKey(key);
        }
        let key = Box::leak(Box::new(peer));
        known.insert(key);
        PeerKey(key)
    }

    /// The key of a peer that is there for good.
    pub const fn of(peer: &'static Peer) -> Self {
        PeerKey(peer)
    }
}

impl Deref for PeerKey {
    type Target = Peer;

    fn deref(&self) -> &Peer {
        self.0
    }
}

impl fmt::Debug for PeerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}
