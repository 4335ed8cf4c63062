//! Goes through one file for the origins: what of it is kept, and what is passed by.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::known::Known;
use super::origin::{Last, last_of_entry, last_of_update};
use super::passed::{LONGEST, Passed};
use super::{Blob, Gathered, Gathering, MOST_OF_A_FILE, lock, push_record};
use crate::event::attributes::{Attributes, Walk};
use crate::event::dump_v1::peer_entry_path;
use crate::event::dump_v2::{entry_path, read_peer_index};
use crate::event::file::{FileEvents, FilePeer, Message};
use crate::event::update::read_update;
use crate::model::{AsPath, Asn, Origin};
use crate::mrt::{
    BadNlri, Cursor, Family, Kind, NlriForm, RawRecord, RibBody, RibRecord, SessionBody, UpdateBody, peer_entries, rib_record,
    session_body,
};

/// Beyond so many origins their octets are not looked for one after the other, but the paths walked to their last.
const MOST_NEEDLES: usize = 2;

/// The paths of a record of fewer octets are walked sooner than these are looked through.
const SHORT: usize = 256;

/// One file, as it is read.
pub(super) struct Gatherer<'a> {
    of: &'a Gathering,
    index: Vec<FilePeer>,
    own_peers: bool,
    found: BTreeSet<IpNet>,
    known: Known,
    passed: Passed,
    of_dumps: Vec<u32>,
    records: Vec<u8>,
    /// It has to be read again: what it holds is not kept so, or too much.
    again: bool,
    /// Of the message at hand.
    list: Vec<(Family, u64, u8)>,
}

impl<'a> Gatherer<'a> {
    pub fn new(of: &'a Gathering) -> Self {
        Gatherer {
            of,
            index: Vec::new(),
            own_peers: false,
            found: BTreeSet::new(),
            known: lock(&of.known).clone(),
            passed: Passed::default(),
            of_dumps: Vec::new(),
            records: Vec::new(),
            again: false,
            list: Vec::new(),
        }
    }

    /// What was gathered, with what the file says whatever the prefixes.
    pub fn finish(self, frame: FileEvents) -> Gathered {
        self.of.learn(&self.found);
        let lists = self.passed.finish();
        let lengths = [lists[0].len(), lists[1].len()];
        // Where some of the file is lost, a reading that leaves something out may tell less of that.
        let intact = frame.damage.is_empty();
        let mut bytes = self.records;
        for list in &lists {
            bytes.extend_from_slice(list);
        }
        let kept: Option<Blob> = (intact && !self.again).then(|| lock(&self.of.spool).keep(bytes).ok()).flatten();
        Gathered { prefixes: self.found, frame, of_dumps: self.of_dumps, intact, lists: lengths, kept }
    }

    fn keep(&mut self, record: &RawRecord<'_>) {
        if self.records.len() + self.passed.len() + record.bytes.len() > MOST_OF_A_FILE {
            self.again = true;
            self.records = Vec::new();
        }
        if !self.again {
            push_record(&mut self.records, record.offset, record.bytes);
        }
    }

    fn pass(&mut self, family: Family, address: u64, len: u8) {
        if !self.again {
            self.passed.add(family, address, len);
            self.again = self.passed.len() > MOST_OF_A_FILE;
        }
    }

    /// Adds what is no message; `dump` is the place of its dump.
    pub fn add_entry(&mut self, record: &RawRecord<'_>, dump: usize) {
        match record.kind() {
            Kind::TableDump | Kind::TableEntry => {
                self.again = true;
                if self.of.prefilter.may_matter(record) {
                    self.add_entries(record);
                }
            }
            Kind::TableDumpV2 => match rib_record(record.header.subtype, record.body()) {
                Some(RibBody::PeerIndex) => {
                    self.index = read_peer_index(record.body()).unwrap_or_default();
                    // Its paths may be empty, which hold no AS number to look for.
                    self.own_peers = self.index.iter().any(|peer| self.of.is_origin(peer.asn));
                }
                Some(RibBody::Rib(rib)) => self.add_rib(record, &rib, dump),
                Some(RibBody::OtherFamily { .. } | RibBody::Other) | None => {}
            },
            Kind::Bgp4mp | Kind::LegacyBgp | Kind::Other => {}
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

    fn add_rib(&mut self, record: &RawRecord<'_>, rib: &RibRecord<'_>, dump: usize) {
        let is_walked = self.own_peers || record.bytes.len() < SHORT || self.of.origins.len() > MOST_NEEDLES;
        let may_be = is_walked || self.of.prefilter.may_matter(record);
        let originated = may_be && self.may_end_there(rib) && self.note_rib(rib);
        if !originated && rib.len <= LONGEST && !self.known.covers(rib.family, rib.bits, rib.len) {
            self.pass(rib.family, (rib.bits >> 64) as u64, rib.len);
            return;
        }
        if self.of_dumps.len() <= dump {
            self.of_dumps.resize(dump + 1, 0);
        }
        if let Some(count) = self.of_dumps.get_mut(dump) {
            *count += 1;
        }
        self.keep(record);
    }

    /// Whether any path of a record may end with one of the origins.
    fn may_end_there(&self, rib: &RibRecord<'_>) -> bool {
        rib.entries().map_while(Result::ok).any(|entry| match last_of_entry(entry.attributes) {
            Last::Is(asn) => self.of.is_origin(asn),
            Last::Unsure => true,
        })
    }

    fn note_rib(&mut self, rib: &RibRecord<'_>) -> bool {
        let Some(prefix) = rib.prefix() else { return false };
        let mut originated = false;
        for entry in rib.entries().map_while(Result::ok) {
            let Some(peer) = self.index.get(usize::from(entry.peer)).copied() else { continue };
            if let Some(path) = entry_path(&entry) {
                originated |= self.note(prefix, &path, peer.asn);
            }
        }
        originated
    }

    /// Adds a record of a session.
    pub fn add_message(&mut self, record: &RawRecord<'_>) {
        match session_body(record) {
            Some(SessionBody::Update(update)) => self.add_update(record, &update),
            Some(SessionBody::State { .. } | SessionBody::Unreadable { .. }) | None => self.keep(record),
            Some(SessionBody::Other) => {}
        }
    }

    fn add_update(&mut self, record: &RawRecord<'_>, update: &UpdateBody<'_>) {
        let attributes = Attributes::read(update.attributes);
        let may_be = match last_of_update(&attributes, update.as_len) {
            Last::Is(asn) => self.of.is_origin(asn),
            Last::Unsure => true,
        };
        let announces = !update.announced.is_empty() || attributes.mp_reach.is_some();
        if may_be && announces {
            let read = read_update(update, |_| true);
            let mut originated = false;
            if let Some(Message::Update { announced, .. }) = &read.message {
                for (prefix, _, path) in announced {
                    originated |= self.note(*prefix, path, update.asn);
                }
            }
            if originated {
                self.keep(record);
                return;
            }
        }
        let mut list = std::mem::take(&mut self.list);
        list.clear();
        let is_passed = !withdraws(update, &attributes)
            && announced(update, &attributes, &mut list).is_ok()
            && !list.iter().any(|(family, address, len)| self.known.covers(*family, u128::from(*address) << 64, *len));
        if is_passed {
            for (family, address, len) in &list {
                self.pass(*family, *address, *len);
            }
        } else {
            self.keep(record);
        }
        self.list = list;
    }

    /// Notes a route; whether one of the origins originates it.
    fn note(&mut self, prefix: IpNet, path: &AsPath, peer: Asn) -> bool {
        let origin = match path.origin() {
            Some(Origin::As(origin)) => origin,
            Some(Origin::Ambiguous) => return false,
            // Rule 3: an empty path is the peer's own route.
            None => peer,
        };
        let originated = prefix.prefix_len() > 0 && self.of.is_origin(origin);
        if originated && self.found.insert(prefix) {
            self.known.insert(prefix);
        }
        originated
    }
}

/// Whether a message may withdraw something, or is not as messages are.
fn withdraws(update: &UpdateBody<'_>, attributes: &Attributes<'_>) -> bool {
    !update.withdrawn.is_empty()
        || attributes.mp_unreach.is_some()
        || update.cut.is_some()
        || attributes.walk == Walk::Overrun
        || attributes.repeats_prefixes.is_some()
}

/// The prefixes announced, if all can be read as the record's type says and beyond doubt: the first 64 bits of each address, which are all
/// that its mask leaves of it.
fn announced(update: &UpdateBody<'_>, attributes: &Attributes<'_>, into: &mut Vec<(Family, u64, u8)>) -> Result<(), BadNlri> {
    let lists = [Some((Family::V4, update.announced)), attributes.mp_announced()?];
    for (family, list) in lists.into_iter().flatten() {
        let mut at = Cursor::new(list);
        let longest = family.max_len().min(LONGEST);
        while !at.is_empty() {
            if update.form == NlriForm::PathIds {
                at.u32().ok_or(BadNlri)?;
            }
            // A default route may be a path id.
            let len = at.u8().filter(|len| (1..=longest).contains(len)).ok_or(BadNlri)?;
            let octets = at.take(usize::from(len).div_ceil(8)).ok_or(BadNlri)?;
            let address = octets.iter().fold(0, |address, octet| address << 8 | u64::from(*octet));
            into.push((family, address << (64 - 8 * octets.len()), len));
        }
    }
    Ok(())
}
