//! `TABLE_DUMP_V2` (RFC 6396 4.3, RFC 8050): a peer index, then one record for each prefix.

use std::collections::HashSet;
use std::sync::Arc;

use bgpkit_parser::models::TableDumpV2Message;
use bgpkit_parser::parser::parse_table_dump_v2_message;

use super::as_path::read_entry_path;
use super::dump::{Depth, DumpBuilder};
use super::file::{Digest, DumpRecord, FileCounts, FileDump, FilePeer};
use super::paths::Paths;
use crate::model::{AsPath, Asn};
use crate::mrt::{AsLen, RawRecord, RibEntry, RibRecord};

/// Decodes a peer index (subtype 1) through the library; `None` if it is malformed.
pub(super) fn read_peer_index(body: &[u8]) -> Option<Vec<FilePeer>> {
    let Ok(TableDumpV2Message::PeerIndexTable(table)) = parse_table_dump_v2_message(1, body.to_vec().into()) else {
        return None;
    };
    // The library keeps the peers in a hash map by their number; the file's order is that of the numbers.
    let mut peers: Vec<_> = table.id_peer_map.iter().collect();
    peers.sort_unstable_by_key(|(number, _)| **number);
    let peer = |ip: std::net::IpAddr, asn| FilePeer { ip: ip.to_canonical(), asn: Asn(asn) };
    Some(peers.into_iter().map(|(_, of)| peer(of.peer_ip, of.peer_asn.to_u32())).collect())
}

/// The path of a RIB entry: AS numbers have 4 bytes whatever the session had (RFC 6396 4.3.4). `MP_REACH_NLRI`, truncated or not, and a
/// stray `MP_UNREACH_NLRI` are not looked at: the prefix is the record's (scenario 24). `None`: malformed.
pub(super) fn entry_path(entry: &RibEntry<'_>) -> Option<AsPath> {
    read_entry_path(entry.attributes, AsLen::Four).ok()
}

impl DumpBuilder {
    /// The peers that the records to come mean.
    pub fn set_index(&mut self, peers: &Arc<[FilePeer]>) {
        if self.index.is_none() {
            self.dump.peers = peers.to_vec();
        }
        self.index = Some(Arc::clone(peers));
    }

    /// Adds a RIB record, whatever its number.
    pub fn add_rib(&mut self, record: &RawRecord<'_>, rib: &RibRecord<'_>) {
        self.dump.end = record.time;
        let sampled = self.count_prefix(rib.family, rib.bits, rib.len);
        let watched = self.aim.watched.covers(rib.family, rib.bits, rib.len);
        if self.index.is_none() {
            self.breaks(|| "there is no peer index before the first RIB record".to_owned());
        }
        if (sampled || watched || self.is_in_head(record)) && !rib.is_filled() {
            let prefix = rib.prefix();
            let prefix = prefix.map_or_else(String::new, |prefix| prefix.to_string());
            self.breaks(|| format!("a RIB record is torn: the entries for {prefix} do not fill it"));
            self.counts.quarantined += u64::from(watched);
        }
        if sampled {
            self.sample_entries(rib);
        }
        if watched {
            self.read_entries(record, rib);
        }
        if self.aim.depth == Depth::Peers {
            self.note_holders(rib);
        }
    }

    fn peer(&self, number: u16) -> Option<FilePeer> {
        self.index.as_ref()?.get(usize::from(number)).copied()
    }

    fn sample_entries(&mut self, rib: &RibRecord<'_>) {
        let mut seen = HashSet::new();
        for entry in rib.entries().map_while(Result::ok) {
            if let Some(peer) = self.peer(entry.peer).filter(|peer| seen.insert(*peer)) {
                self.sample.holds(peer, rib.family);
            }
        }
    }

    fn read_entries(&mut self, record: &RawRecord<'_>, rib: &RibRecord<'_>) {
        if read_entries((&mut self.dump, &mut self.counts), self.index.as_deref(), record, rib, &mut self.paths) {
            self.keep(record);
        }
    }

    fn note_holders(&mut self, rib: &RibRecord<'_>) {
        for entry in rib.entries().map_while(Result::ok) {
            if let Some(peer) = self.peer(entry.peer) {
                self.holders.entry(peer).or_default()[rib.family.index()] = true;
            }
        }
    }
}

/// Adds the routes of a watched record to its dump, by the peer index if there is one; whether it has a prefix.
pub(super) fn read_entries(
    (dump, counts): (&mut FileDump, &mut FileCounts),
    index: Option<&[FilePeer]>,
    record: &RawRecord<'_>,
    rib: &RibRecord<'_>,
    paths: &mut Paths,
) -> bool {
    let Some(prefix) = rib.prefix() else { return false };
    let mut entries = Vec::new();
    for entry in rib.entries().map_while(Result::ok) {
        let Some(peer) = index.and_then(|index| index.get(usize::from(entry.peer)).copied()) else {
            // Whose route this is cannot be known, so nobody's absence is proven either.
            counts.unknown_peers += u64::from(index.is_some());
            dump.excerpt = true;
            continue;
        };
        match entry_path(&entry) {
            Some(path) => entries.push((peer, entry.path_id, paths.share(path))),
            None => counts.treated_as_withdrawn += 1,
        }
    }
    entries.shrink_to_fit();
    let (time, digest) = (record.time, Digest::of(record.bytes));
    dump.records.push(DumpRecord { time, prefix, digest, entries, repeated: Vec::new() });
    true
}
