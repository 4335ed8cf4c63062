//! Who speaks to whom: collectors and their BGP sessions.

use std::net::IpAddr;

use super::Asn;

/// A collector's place in the sorted list of collector names of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CollectorId(pub u16);

/// One BGP session of a collector (rule 1); also called a vantage point. Its order is that of tables and ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerKey {
    /// The collector that archives the session.
    pub collector: CollectorId,
    /// The peer's address.
    pub ip: IpAddr,
    /// The peer's AS number.
    pub asn: Asn,
}
