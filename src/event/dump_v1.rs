//! Dumps that hold each peer's entry by itself: `TABLE_DUMP` (RFC 6396 4.2) and `BGP4MP_ENTRY`.

use std::collections::HashSet;

use super::as_path::{MalformedPath, read_entry_path};
use super::dump::{Depth, DumpBuilder};
use super::file::{Digest, DumpRecord, FilePeer};
use crate::model::AsPath;
use crate::mrt::{AsLen, Family, PeerEntry, RawRecord, peer_entries};

/// Where in the run of equal prefixes the dump stands.
#[derive(Debug, Default)]
pub(super) struct V1State {
    peers: HashSet<FilePeer>,
    prefix: Option<(Family, u128, u8)>,
    /// The run's prefix is in the sample; these peers of it are counted.
    sampled: Option<HashSet<FilePeer>>,
}

/// The path of an entry.
pub(super) fn peer_entry_path(entry: &PeerEntry<'_>) -> Result<AsPath, MalformedPath> {
    read_entry_path(entry.attributes, width_of(entry))
}

/// How wide AS numbers are. `BGP4MP_ENTRY` does not say: OpenBGPD writes 2 bytes and `AS4_PATH`, others 4; a path of one width is none of
/// the other.
pub(super) fn width_of(entry: &PeerEntry<'_>) -> AsLen {
    let fits = |as_len: &AsLen| read_entry_path(entry.attributes, *as_len).is_ok();
    entry.as_len.or_else(|| [AsLen::Two, AsLen::Four].into_iter().find(fits)).unwrap_or(AsLen::Two)
}

impl DumpBuilder {
    /// Adds a record of peers' entries.
    pub fn add_v1(&mut self, record: &RawRecord<'_>) {
        self.dump.end = record.time;
        let mut watched: Option<DumpRecord> = None;
        for entry in peer_entries(record) {
            let Ok(entry) = entry else {
                self.breaks(|| "an entry is longer than its record".to_owned());
                break;
            };
            let peer = FilePeer { ip: entry.ip, asn: entry.asn };
            self.count_entry((entry.family, entry.bits, entry.len), peer);
            if !self.aim.watched.covers(entry.family, entry.bits, entry.len) {
                continue;
            }
            let Some(prefix) = entry.prefix() else { continue };
            // Several entries of one record stand behind one digest, but each prefix needs a record of its own.
            if watched.as_ref().is_none_or(|record| record.prefix != prefix) {
                self.dump.records.extend(watched.take());
                self.keep(record);
                let (time, digest) = (record.time, Digest::of(record.bytes));
                watched = Some(DumpRecord { time, prefix, digest, entries: Vec::new(), repeated: Vec::new() });
            }
            match (peer_entry_path(&entry), &mut watched) {
                (Ok(path), Some(watched)) => watched.entries.push((peer, 0, self.paths.share(path))),
                (Ok(_), None) => {}
                (Err(MalformedPath), _) => self.counts.treated_as_withdrawn += 1,
            }
        }
        self.dump.records.extend(watched);
    }

    /// Counts a peer's entry for a prefix, by family, bits and mask. Entries of a prefix stand together.
    pub fn count_entry(&mut self, prefix: (Family, u128, u8), peer: FilePeer) {
        let (family, bits, len) = prefix;
        if self.v1.peers.insert(peer) {
            self.dump.peers.push(peer);
        }
        if self.aim.depth == Depth::Peers {
            self.holders.entry(peer).or_default()[family.index()] = true;
        }
        if self.v1.prefix != Some(prefix) {
            self.v1.prefix = Some(prefix);
            self.v1.sampled = self.count_prefix(family, bits, len).then(HashSet::new);
        }
        if let Some(seen) = &mut self.v1.sampled
            && seen.insert(peer)
        {
            self.sample.holds(peer, family);
        }
    }
}
