//! Whole MRT records as bytes, well formed or deliberately odd, for tests and for the sample archive.
//!
//! Nothing here uses the MRT library that the program decodes with: a misreading shared by encoder and decoder would go
//! unseen. Layouts follow RFC 6396 (MRT), RFC 8050 (add-path), RFC 4271, 4760 and 6793 (BGP). Records are concatenated to make a file:
//!
//! ```ignore
//! let attributes = Attributes::new(AsnWidth::Four).origin(0).path(&[3356, 4837, 131_279]).next_hop("192.0.2.1");
//! let update = Update::new().withdraw("175.45.177.0/24").attributes(attributes).announce("175.45.176.0/24");
//! let file = Session::new("192.0.2.10", 3356).update(Stamp::Seconds(1_506_848_871), &update);
//! ```
//!
//! Arguments are literals of a test, so a bad one panics.

// Every test target that includes this file uses its own part of it.
#![allow(dead_code, unused_imports)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

// Paths are given so that the file can be included from anywhere.
#[path = "mrt_bgp.rs"]
mod bgp;
#[path = "mrt_dump.rs"]
mod dump;

use bgp::ip_bytes;
pub use bgp::{AS_TRANS, AsnWidth, Attributes, Nlri, Segment, Update, bgp_message};
pub use dump::{IndexedPeer, RibEntry, TableDump, indexed_peers, peer_index_table, rib, rib_as};

/// When a record was written: plain header, or extended header with microseconds since the epoch.
#[derive(Debug, Clone, Copy)]
pub enum Stamp {
    /// Seconds since the epoch.
    Seconds(u32),
    /// Microseconds since the epoch; makes BGP4MP into `BGP4MP_ET`.
    Micros(u64),
}

/// A record of any type and subtype around `body`. `kind` 16 (BGP4MP) becomes 17 (`BGP4MP_ET`) with microseconds.
pub fn record(stamp: Stamp, kind: u16, subtype: u16, body: &[u8]) -> Vec<u8> {
    let (seconds, kind, micros) = match stamp {
        Stamp::Seconds(seconds) => (seconds, kind, None),
        Stamp::Micros(at) => {
            let micros = u32::try_from(at % 1_000_000).expect("below a million");
            (u32::try_from(at / 1_000_000).expect("before 2106"), if kind == 16 { 17 } else { kind }, Some(micros))
        }
    };
    let length = body.len() + micros.map_or(0, |_| 4);
    let mut out = Vec::with_capacity(length + 12);
    out.extend(seconds.to_be_bytes());
    out.extend(kind.to_be_bytes());
    out.extend(subtype.to_be_bytes());
    out.extend(u32::try_from(length).expect("record length").to_be_bytes());
    out.extend(micros.into_iter().flat_map(u32::to_be_bytes));
    out.extend(body);
    out
}

/// Whose messages a BGP4MP record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    Peer,
    Collector,
}

/// Whether NLRI carry path ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Paths {
    One,
    Many,
}

/// A BGP session as BGP4MP records describe it: four-byte, without add-path, the peer's messages, unless told otherwise.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    peer: (IpAddr, u32),
    local: (IpAddr, u32),
    width: AsnWidth,
    paths: Paths,
    sender: Sender,
}

impl Session {
    /// A session with AS12654 at a documentation address of the peer's family.
    pub fn new(peer_ip: &str, peer_asn: u32) -> Self {
        let peer: IpAddr = peer_ip.parse().expect("an address");
        let local = if peer.is_ipv4() {
            Ipv4Addr::new(192, 0, 2, 1).into()
        } else {
            Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()
        };
        Self { peer: (peer, peer_asn), local: (local, 12654), width: AsnWidth::Four, paths: Paths::One, sender: Sender::Peer }
    }

    /// The collector's side.
    #[must_use]
    pub fn local(self, ip: IpAddr, asn: u32) -> Self {
        Self { local: (ip, asn), ..self }
    }

    /// How wide ASNs are, in headers as in attributes.
    #[must_use]
    pub fn width(self, width: AsnWidth) -> Self {
        Self { width, ..self }
    }

    /// With the add-path subtypes of RFC 8050; NLRI must then carry path ids.
    #[must_use]
    pub fn add_path(self) -> Self {
        Self { paths: Paths::Many, ..self }
    }

    /// With the `*_LOCAL` subtypes: messages that the collector sent.
    #[must_use]
    pub fn sent_by_collector(self) -> Self {
        Self { sender: Sender::Collector, ..self }
    }

    /// The record of an UPDATE.
    pub fn update(&self, stamp: Stamp, update: &Update) -> Vec<u8> {
        self.message(stamp, &update.message())
    }

    /// The record of any BGP message (header included).
    pub fn message(&self, stamp: Stamp, message: &[u8]) -> Vec<u8> {
        let subtype = match (self.width, self.paths, self.sender) {
            (AsnWidth::Two, Paths::One, Sender::Peer) => 1,
            (AsnWidth::Four, Paths::One, Sender::Peer) => 4,
            (AsnWidth::Two, Paths::One, Sender::Collector) => 6,
            (AsnWidth::Four, Paths::One, Sender::Collector) => 7,
            (AsnWidth::Two, Paths::Many, Sender::Peer) => 8,
            (AsnWidth::Four, Paths::Many, Sender::Peer) => 9,
            (AsnWidth::Two, Paths::Many, Sender::Collector) => 10,
            (AsnWidth::Four, Paths::Many, Sender::Collector) => 11,
        };
        record(stamp, 16, subtype, &[&self.header()[..], message].concat())
    }

    /// The record of a change of the session's state: 1 Idle, 2 Connect, 3 Active, 4 `OpenSent`, 5 `OpenConfirm`, 6 Established.
    pub fn state_change(&self, stamp: Stamp, old: u16, new: u16) -> Vec<u8> {
        let subtype = if self.width == AsnWidth::Two { 0 } else { 5 };
        record(stamp, 16, subtype, &[&self.header()[..], &old.to_be_bytes(), &new.to_be_bytes()].concat())
    }

    fn header(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.width.put(&mut out, self.peer.1);
        self.width.put(&mut out, self.local.1);
        out.extend([0, 0, 0, if self.peer.0.is_ipv4() { 1 } else { 2 }]);
        out.extend(ip_bytes(self.peer.0));
        out.extend(ip_bytes(self.local.0));
        out
    }
}
