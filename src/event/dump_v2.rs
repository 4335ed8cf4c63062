//! `TABLE_DUMP_V2` (RFC 6396 4.3, RFC 8050): a peer index, then one record for each prefix.

use std::collections::HashSet;
use std::sync::Arc;

use bgpkit_parser::models::TableDumpV2Message;
use bgpkit_parser::parser::parse_table_dump_v2_message;

use super::as_path::read_entry_path;
use super::dump::DumpBuilder;
use super::file::{Digest, DumpRecord, FilePeer};
use crate::model::{AsPath, Asn};
use crate::mrt::{AsLen, RawRecord, RibBody, RibEntry, RibRecord, rib_record};

/// The peer index, and where the numbering stands.
#[derive(Debug, Default)]
pub(super) struct V2State {
    index: Option<Vec<FilePeer>>,
    last: Option<(u16, u32)>,
}

/// Decodes a peer index (subtype 1) through the library; `None` if it is malformed.
pub(super) fn read_peer_index(body: &[u8]) -> Option<Vec<FilePeer>> {
    let Ok(TableDumpV2Message::PeerIndexTable(table)) = parse_table_dump_v2_message(1, body.to_vec().into()) else {
        return None;
    };
    // The library keeps the peers in a hash map by their number; the file's order is that of the numbers.
    let mut peers: Vec<_> = table.id_peer_map.iter().collect();
    peers.sort_unstable_by_key(|(number, _)| **number);
    Some(peers.into_iter().map(|(_, peer)| FilePeer { ip: peer.peer_ip, asn: Asn(peer.peer_asn.to_u32()) }).collect())
}

/// The path of a RIB entry: AS numbers have 4 bytes whatever the session had (RFC 6396 4.3.4). `MP_REACH_NLRI`, truncated or not, and a
/// stray `MP_UNREACH_NLRI` are not looked at: the prefix is the record's (scenario 24). `None`: malformed.
pub(super) fn entry_path(entry: &RibEntry<'_>) -> Option<AsPath> {
    read_entry_path(entry.attributes, AsLen::Four).ok()
}

impl DumpBuilder {
    /// Adds a `TABLE_DUMP_V2` record.
    pub fn add_v2(&mut self, record: &RawRecord<'_>) {
        match rib_record(record.header.subtype, record.body()) {
            Some(RibBody::PeerIndex) => self.add_peer_index(record),
            Some(RibBody::Rib(rib)) => {
                self.check_number(record, rib.sequence);
                self.add_rib(record, &rib);
            }
            Some(RibBody::OtherFamily { sequence }) => self.check_number(record, sequence),
            Some(RibBody::Other) => {}
            None => {
                self.dump(record);
                self.breaks(|| format!("the RIB record at byte {} is malformed", record.offset));
            }
        }
    }

    fn add_peer_index(&mut self, record: &RawRecord<'_>) {
        self.dump(record);
        let Some(peers) = read_peer_index(record.body()) else {
            self.breaks(|| "the peer index is malformed".to_owned());
            return;
        };
        self.keep(record);
        match &self.v2.index {
            None => {
                self.dump(record).peers.clone_from(&peers);
                self.v2.index = Some(peers);
            }
            // Some daemons repeat the index for each family; its entries then number anew.
            Some(before) if *before == peers => self.v2.last = None,
            Some(_) => {
                self.breaks(|| "the file holds several dumps: it has different peer indexes".to_owned());
                self.v2.index = Some(peers);
                self.v2.last = None;
            }
        }
    }

    /// Numbers run unbroken; they may begin again with another subtype (rule 8). Where they begin at all is not looked at: an excerpt
    /// keeps its numbers.
    fn check_number(&mut self, record: &RawRecord<'_>, sequence: u32) {
        self.dump(record);
        let subtype = record.header.subtype;
        if let Some((before, last)) = self.v2.last.replace((subtype, sequence)) {
            let restarts = before != subtype && sequence <= 1;
            if !restarts && sequence != last.wrapping_add(1) {
                self.breaks(|| format!("RIB records are missing: number {sequence} follows number {last}"));
            }
        }
    }

    /// Adds a RIB record, whatever its number.
    pub fn add_rib(&mut self, record: &RawRecord<'_>, rib: &RibRecord<'_>) {
        let sampled = self.count_prefix(record, rib.family, rib.bits);
        let watched = self.watched.covers(rib.family, rib.bits, rib.len);
        if self.v2.index.is_none() {
            self.breaks(|| "there is no peer index before the first RIB record".to_owned());
        }
        if sampled {
            self.sample_entries(rib);
        }
        if watched {
            self.read_entries(record, rib);
        }
    }

    fn peer(&mut self, number: u16) -> Option<FilePeer> {
        let peer = self.v2.index.as_ref()?.get(usize::from(number)).copied();
        if peer.is_none() {
            self.breaks(|| format!("a RIB entry names peer {number}, which the peer index lacks"));
        }
        peer
    }

    fn sample_entries(&mut self, rib: &RibRecord<'_>) {
        let mut seen = HashSet::new();
        for entry in rib.entries() {
            let Ok(entry) = entry else {
                self.breaks(|| "a RIB entry is longer than its record".to_owned());
                return;
            };
            if let Some(peer) = self.peer(entry.peer).filter(|peer| seen.insert(*peer)) {
                self.sample.holds(peer, rib.family);
            }
        }
    }

    fn read_entries(&mut self, record: &RawRecord<'_>, rib: &RibRecord<'_>) {
        let Some(prefix) = rib.prefix() else { return };
        let mut entries = Vec::new();
        for entry in rib.entries() {
            let Ok(entry) = entry else {
                self.counts.quarantined += 1;
                self.breaks(|| format!("an entry for {prefix} is longer than its record"));
                break;
            };
            let Some(peer) = self.peer(entry.peer) else { continue };
            match entry_path(&entry) {
                Some(path) => entries.push((peer, entry.path_id, Arc::new(path))),
                None => self.counts.treated_as_withdrawn += 1,
            }
        }
        self.keep(record);
        let watched = DumpRecord { time: record.time, prefix, digest: Digest::of(record.bytes), entries };
        self.dump(record).records.push(watched);
    }
}
