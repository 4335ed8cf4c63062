//! The builder of RIB dumps: whose tables are shown, what they hold for the watched prefixes, and what is odd about the file.

use std::net::Ipv4Addr;

use crate::archive::{Moment, Peer, Told};
use crate::mrt::{AsnWidth, IndexedPeer, RibEntry, TableDump, peer_index_table, rib};

/// Unrelated prefixes of a full table; they fall into the sample of rule 15.
const FULL_TABLE: u32 = 8;

#[derive(Debug, Clone)]
struct Entry {
    peer: Peer,
    prefix: String,
    told: Told,
    path_id: Option<u32>,
}

/// Whose route, how told, under which path id.
type Line = (Peer, Told, Option<u32>);

/// How a peer's table compares with the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Feed {
    Full,
    Partial,
    Idle,
    OnlyV6,
}

/// Which dump format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    TableDump,
    TableDumpAs4,
    TableDumpV2,
    /// AS numbers in attributes are this wide.
    TableEntry(AsnWidth),
}

/// A RIB dump.
#[derive(Debug, Clone)]
pub struct Rib {
    pub at: Moment,
    /// When records are stamped, if not at once.
    stamps: Vec<(String, Moment)>,
    ends: Moment,
    originated: Moment,
    entries: Vec<Entry>,
    peers: Vec<(Peer, Feed)>,
    background: u32,
    v6: u32,
    format: Format,
}

impl Rib {
    /// A dump whose records all bear one time.
    pub fn at(at: impl Into<Moment>) -> Self {
        let at = at.into();
        let (stamps, entries, peers) = (vec![], vec![], vec![]);
        let (background, v6, format, originated) = (FULL_TABLE, 0, Format::TableDumpV2, Moment(at.0 - 21 * 86_400_000_000));
        Rib { at, stamps, ends: at, originated, entries, peers, background, v6, format }
    }

    /// The peer, with a full table, holds the route.
    pub fn of(self, peer: Peer, prefix: &str, told: Told) -> Self {
        self.entry(peer, prefix, told, None)
    }

    /// The same under an add-path id.
    pub fn of_path(self, peer: Peer, path_id: u32, prefix: &str, told: Told) -> Self {
        self.entry(peer, prefix, told, Some(path_id))
    }

    fn entry(mut self, peer: Peer, prefix: &str, told: Told, path_id: Option<u32>) -> Self {
        self.entries.push(Entry { peer, prefix: prefix.to_owned(), told, path_id });
        self.feed(peer, Feed::Full, false)
    }

    /// The peer has a full table without watched routes.
    pub fn with(self, peer: Peer) -> Self {
        self.feed(peer, Feed::Full, true)
    }

    /// The peer has a small part of a full table.
    pub fn partial(self, peer: Peer) -> Self {
        self.feed(peer, Feed::Partial, true)
    }

    /// The peer index lists the peer; no route is from it.
    pub fn idle(self, peer: Peer) -> Self {
        self.feed(peer, Feed::Idle, true)
    }

    /// The peer has a full table of IPv6, nothing of IPv4.
    pub fn only_v6(mut self, peer: Peer) -> Self {
        self.v6 = FULL_TABLE;
        self.feed(peer, Feed::OnlyV6, true)
    }

    fn feed(mut self, peer: Peer, feed: Feed, anew: bool) -> Self {
        match self.peers.iter_mut().find(|(p, _)| *p == peer) {
            Some(known) if anew => known.1 = feed,
            Some(_) => {}
            None => self.peers.push((peer, feed)),
        }
        self
    }

    /// The record of this prefix is stamped later than the dump's begin.
    pub fn stamped(mut self, prefix: &str, at: impl Into<Moment>) -> Self {
        let at = at.into();
        self.ends = self.ends.max(at);
        self.stamps.push((prefix.to_owned(), at));
        self
    }

    /// Unrelated prefixes of a full table.
    pub fn background(mut self, prefixes: u32) -> Self {
        self.background = prefixes;
        self
    }

    /// The entries' originated time.
    pub fn originated(mut self, at: impl Into<Moment>) -> Self {
        self.originated = at.into();
        self
    }

    /// In the format of before 2008: `TABLE_DUMP`, two bytes for an ASN.
    pub fn version_1(mut self) -> Self {
        self.format = Format::TableDump;
        self
    }

    /// As `TABLE_DUMP` with four bytes for an ASN.
    pub fn version_1_as4(mut self) -> Self {
        self.format = Format::TableDumpAs4;
        self
    }

    /// As `BGP4MP_ENTRY` records: OpenBGPD's `dump table-mp`.
    pub fn table_mp(mut self, width: AsnWidth) -> Self {
        self.format = Format::TableEntry(width);
        self
    }

    /// The file, uncompressed.
    pub fn bytes(&self) -> Vec<u8> {
        let mut prefixes: Vec<(String, Vec<Line>)> = Vec::new();
        for n in 0..self.background {
            let prefix = format!("24.{}.{}.0/24", n / 256, n % 256);
            let holds = |(peer, feed): &&(Peer, Feed)| match feed {
                Feed::Full => !peer.ip.contains(':'),
                Feed::Partial => n < self.background.div_ceil(4),
                Feed::Idle | Feed::OnlyV6 => false,
            };
            let told = |(peer, _): &(Peer, Feed)| (*peer, Told::Path(vec![peer.asn, 64_999]), None);
            prefixes.push((prefix, self.peers.iter().filter(holds).map(told).collect()));
        }
        let mut watched: Vec<&str> = self.entries.iter().map(|e| e.prefix.as_str()).collect();
        watched.dedup();
        for prefix in watched {
            let entries = self.entries.iter().filter(|e| e.prefix == prefix);
            prefixes.push((prefix.to_owned(), entries.map(|e| (e.peer, e.told.clone(), e.path_id)).collect()));
        }
        for n in 0..self.v6 {
            let holds = |(_, feed): &&(Peer, Feed)| matches!(feed, Feed::Full | Feed::OnlyV6);
            let told = |(peer, _): &(Peer, Feed)| (*peer, Told::Path(vec![peer.asn, 64_999]), None);
            prefixes.push((format!("2a00:{n:x}::/32"), self.peers.iter().filter(holds).map(told).collect()));
        }
        let index = peer_index_table(self.at.seconds_u32(), Ipv4Addr::new(192, 0, 2, 1), "", &self.indexed());
        let records = prefixes.iter().filter(|(_, entries)| !entries.is_empty()).zip(0_u32..);
        let records = records.flat_map(|((prefix, entries), number)| self.record(number, prefix, entries));
        match self.format {
            Format::TableDumpV2 => index.into_iter().chain(records).collect(),
            Format::TableDump | Format::TableDumpAs4 | Format::TableEntry(_) => records.collect(),
        }
    }

    fn record(&self, number: u32, prefix: &str, entries: &[Line]) -> Vec<u8> {
        let stamp = self.stamps.iter().find(|(p, _)| p == prefix).map_or(self.at, |(_, at)| *at);
        let (time, originated) = (stamp.seconds_u32(), self.originated.seconds_u32());
        if self.format != Format::TableDumpV2 {
            let one = |(peer, told, _): &Line| {
                let (peer_ip, peer_asn) = (peer.ip.parse().expect("an address"), u16::try_from(peer.asn).expect("two bytes"));
                let head = TableDump { time, sequence: u16::try_from(number).expect("small"), originated, peer_ip, peer_asn };
                let told = |width| told.clone().attributes(*peer, width);
                match self.format {
                    Format::TableDumpAs4 => head.record_as4(peer.asn, prefix, &told(AsnWidth::Four)),
                    Format::TableEntry(width) => head.table_entry(prefix, &told(width)),
                    _ => head.record(prefix, &told(AsnWidth::Two)),
                }
            };
            return entries.iter().flat_map(one).collect();
        }
        let place = |peer: Peer| self.peers.iter().position(|(p, _)| *p == peer).expect("in the index");
        let entry = |(peer, told, path_id): &Line| RibEntry {
            peer: u16::try_from(place(*peer)).expect("few peers"),
            originated,
            path_id: *path_id,
            attributes: told.clone().attributes(*peer, AsnWidth::Four),
        };
        rib(time, number, prefix, &entries.iter().map(entry).collect::<Vec<_>>())
    }

    fn indexed(&self) -> Vec<IndexedPeer> {
        let indexed = |(peer, _): &(Peer, Feed)| {
            let ip = peer.ip.parse().expect("an address");
            IndexedPeer { ip, asn: peer.asn, bgp_id: Ipv4Addr::new(192, 0, 2, 9), width: AsnWidth::Four }
        };
        self.peers.iter().map(indexed).collect()
    }
}
