//! `TABLE_DUMP` (RFC 6396 4.2): one record for each prefix and peer, 2-byte AS numbers.

use std::collections::HashSet;
use std::sync::Arc;

use super::as_path::{MalformedPath, read_entry_path};
use super::dump::DumpBuilder;
use super::file::{Digest, DumpRecord, FilePeer};
use crate::mrt::{AsLen, Family, RawRecord, V1Entry, v1_entries};

/// Where in the run of equal prefixes the dump stands.
#[derive(Debug, Default)]
pub(super) struct V1State {
    peers: HashSet<FilePeer>,
    prefix: Option<(Family, u128, u8)>,
    /// The run's prefix is in the sample; these peers of it are counted.
    sampled: Option<HashSet<FilePeer>>,
}

impl DumpBuilder {
    /// Adds a `TABLE_DUMP` record.
    pub fn add_v1(&mut self, record: &RawRecord<'_>) {
        self.dump(record);
        let mut watched: Option<DumpRecord> = None;
        for entry in v1_entries(record.header.subtype, record.body()) {
            let Ok(entry) = entry else {
                self.breaks(|| "an entry is longer than its record".to_owned());
                break;
            };
            let peer = FilePeer { ip: entry.ip, asn: entry.asn };
            self.count_v1(record, &entry, peer);
            if !self.watched.covers(entry.family, entry.bits, entry.len) {
                continue;
            }
            let Some(prefix) = entry.prefix() else { continue };
            // Several entries of one record stand behind one digest, but each prefix needs a record of its own.
            if watched.as_ref().is_none_or(|record| record.prefix != prefix) {
                self.push_record(watched.take());
                self.keep(record);
                watched = Some(DumpRecord { time: record.time, prefix, digest: Digest::of(record.bytes), entries: Vec::new() });
            }
            if let Some(watched) = &mut watched {
                self.read_v1_path(&entry, peer, watched);
            }
        }
        self.push_record(watched);
    }

    fn push_record(&mut self, record: Option<DumpRecord>) {
        if let Some(dump) = &mut self.dump {
            dump.records.extend(record);
        }
    }

    fn count_v1(&mut self, record: &RawRecord<'_>, entry: &V1Entry<'_>, peer: FilePeer) {
        if self.v1.peers.insert(peer) {
            self.dump(record).peers.push(peer);
        }
        let prefix = Some((entry.family, entry.bits, entry.len));
        if self.v1.prefix != prefix {
            self.v1.prefix = prefix;
            self.v1.sampled = self.count_prefix(record, entry.family, entry.bits).then(HashSet::new);
        }
        if let Some(seen) = &mut self.v1.sampled
            && seen.insert(peer)
        {
            self.sample.holds(peer, entry.family);
        }
    }

    fn read_v1_path(&mut self, entry: &V1Entry<'_>, peer: FilePeer, watched: &mut DumpRecord) {
        match read_entry_path(entry.attributes, AsLen::Two) {
            Ok(path) => watched.entries.push((peer, 0, Arc::new(path))),
            Err(MalformedPath) => self.counts.treated_as_withdrawn += 1,
        }
    }
}
