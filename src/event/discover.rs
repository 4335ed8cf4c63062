//! The first pass where only origins are given (rule 4): which prefixes do they originate?

use std::collections::BTreeSet;
use std::io::Read;

use ipnet::IpNet;

use super::dump_v1::peer_entry_path;
use super::dump_v2::{entry_path, read_peer_index};
use super::file::{FilePeer, Message};
use super::update::read_update;
use crate::model::{AsPath, Asn, Origin};
use crate::mrt::{
    Damage, Kind, Prefilter, RawRecord, RecordReader, RibBody, RibRecord, SessionBody, peer_entries, rib_record, session_body,
};

/// What one file adds to the watched prefixes.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// Prefixes with a route of one of the origins (rule 2). Default routes are left out: watching one would watch everything.
    pub prefixes: BTreeSet<IpNet>,
    /// As [`super::FileEvents::damage`].
    pub damage: Vec<Damage>,
}

/// Collects the prefixes that `origins` originate in the uncompressed MRT stream `input`.
pub fn discover_prefixes<R: Read>(input: R, origins: &[Asn]) -> Discovery {
    let prefilter = Prefilter::for_origins(origins);
    let mut reader = RecordReader::new(input);
    let mut pass = Pass { origins, index: Vec::new(), own_peers: false, found: BTreeSet::new() };
    while let Some(record) = reader.next_record() {
        // A peer that is an origin itself may send empty paths, which hold no AS number to look for.
        let every_rib = pass.own_peers && record.kind() == Kind::TableDumpV2;
        if every_rib || prefilter.may_matter(&record) {
            pass.add(&record);
        }
    }
    Discovery { prefixes: pass.found, damage: reader.into_damage() }
}

struct Pass<'a> {
    origins: &'a [Asn],
    index: Vec<FilePeer>,
    own_peers: bool,
    found: BTreeSet<IpNet>,
}

impl Pass<'_> {
    fn add(&mut self, record: &RawRecord<'_>) {
        match record.kind() {
            Kind::TableDump | Kind::TableEntry => self.add_entries(record),
            Kind::TableDumpV2 => match rib_record(record.header.subtype, record.body()) {
                Some(RibBody::PeerIndex) => {
                    self.index = read_peer_index(record.body()).unwrap_or_default();
                    self.own_peers = self.index.iter().any(|peer| self.origins.contains(&peer.asn));
                }
                Some(RibBody::Rib(rib)) => self.add_rib(&rib),
                Some(RibBody::OtherFamily { .. } | RibBody::Other) | None => {}
            },
            Kind::Bgp4mp | Kind::LegacyBgp => self.add_update(record),
            Kind::Other => {}
        }
    }

    fn add_entries(&mut self, record: &RawRecord<'_>) {
        for entry in peer_entries(record).map_while(Result::ok) {
            let Some(prefix) = entry.prefix() else { continue };
            if let Ok(path) = peer_entry_path(&entry) {
                self.note(prefix, &path, entry.asn);
            }
        }
    }

    fn add_rib(&mut self, rib: &RibRecord<'_>) {
        let Some(prefix) = rib.prefix() else { return };
        for entry in rib.entries().map_while(Result::ok) {
            let Some(peer) = self.index.get(usize::from(entry.peer)).copied() else { continue };
            if let Some(path) = entry_path(&entry) {
                self.note(prefix, &path, peer.asn);
            }
        }
    }

    fn add_update(&mut self, record: &RawRecord<'_>) {
        let Some(SessionBody::Update(update)) = session_body(record) else { return };
        if let Some(Message::Update { announced, .. }) = read_update(&update, |_| true).message {
            for (prefix, _, path) in &announced {
                self.note(*prefix, path, update.asn);
            }
        }
    }

    fn note(&mut self, prefix: IpNet, path: &AsPath, peer: Asn) {
        let origin = match path.origin() {
            Some(Origin::As(origin)) => origin,
            Some(Origin::Ambiguous) => return,
            // Rule 3: an empty path is the peer's own route.
            None => peer,
        };
        if prefix.prefix_len() > 0 && self.origins.contains(&origin) {
            self.found.insert(prefix);
        }
    }
}
