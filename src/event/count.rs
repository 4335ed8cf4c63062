//! Counts every record of a file, watched or not: `inventory --full`.

use std::collections::BTreeMap;
use std::io::Read;

use super::file::FilePeer;
use crate::mrt::{Kind, RecordReader, SessionBody, session_body};

/// What a file holds in all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordCounts {
    /// RIB and peer-index records.
    pub rib: u64,
    /// BGP messages and session states.
    pub session: u64,
    /// Records of other types.
    pub other: u64,
    /// UPDATE and state records by peer.
    pub peers: BTreeMap<FilePeer, u64>,
}

/// Reads an uncompressed MRT stream to its end.
pub fn count_records<R: Read>(input: R) -> RecordCounts {
    let mut counts = RecordCounts::default();
    let mut reader = RecordReader::new(input);
    while let Some(record) = reader.next_record() {
        match record.kind() {
            Kind::TableDump | Kind::TableDumpV2 | Kind::TableEntry => counts.rib += 1,
            Kind::Other => counts.other += 1,
            Kind::LegacyBgp | Kind::Bgp4mp => {
                counts.session += 1;
                let peer = match session_body(&record) {
                    Some(SessionBody::State { ip, asn, .. } | SessionBody::Unreadable { ip, asn, .. }) => FilePeer { ip, asn },
                    Some(SessionBody::Update(update)) => FilePeer { ip: update.ip, asn: update.asn },
                    Some(SessionBody::Other) | None => continue,
                };
                *counts.peers.entry(peer).or_default() += 1;
            }
        }
    }
    counts
}
