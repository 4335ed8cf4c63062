//! Reads one file: frames its records, drops what cannot matter, decodes the rest.

use std::io::Read;

use super::dump::DumpBuilder;
use super::file::{Digest, FileEvents, FilePeer, FileRecord, Message};
use super::update::read_update;
use crate::model::SessionState;
use crate::mrt::{Kind, Prefilter, RawRecord, RecordReader, SessionBody, session_body};
use crate::target::Watch;

/// All that the uncompressed MRT stream `input` says of the prefixes of `watch`. What cannot be read, an error of `input` included, is in
/// `damage`; all that came before it is there.
pub fn read_events<R: Read>(input: R, watch: &Watch) -> FileEvents {
    let prefilter = Prefilter::for_prefixes(watch.prefixes());
    let mut reader = RecordReader::new(input);
    let mut events = FileEvents::default();
    let mut dump = DumpBuilder::new(watch.prefixes());
    while let Some(record) = reader.next_record() {
        events.first.get_or_insert(record.time);
        events.last = Some(record.time);
        match record.kind() {
            Kind::TableDump => dump.add_v1(&record),
            Kind::TableDumpV2 => dump.add_v2(&record),
            Kind::Bgp4mp | Kind::LegacyBgp => {
                events.has_updates = true;
                if prefilter.may_matter(&record) {
                    add_session_record(&mut events, &record, &prefilter, watch);
                }
            }
            Kind::Other => {}
        }
    }
    events.damage = reader.into_damage();
    let (dump, counts) = dump.finish(events.damage.first());
    events.dump = dump;
    events.counts.treated_as_withdrawn += counts.treated_as_withdrawn;
    events.counts.quarantined += counts.quarantined;
    events
}

fn add_session_record(events: &mut FileEvents, record: &RawRecord<'_>, prefilter: &Prefilter, watch: &Watch) {
    let (peer, message) = match session_body(record) {
        Some(SessionBody::State { ip, asn, old, new }) => {
            let new = if new == 6 { SessionState::Established } else { SessionState::NotEstablished };
            (FilePeer { ip, asn }, Ok(Some(Message::State { old, new })))
        }
        Some(SessionBody::Update(update)) => {
            let message = read_update(&update, |net| watch.covers(net)).map_err(|_| Unreadable);
            (FilePeer { ip: update.ip, asn: update.asn }, message)
        }
        Some(SessionBody::Other) => return,
        None => {
            events.counts.quarantined += u64::from(prefilter.may_occur(record.body()));
            return;
        }
    };
    match message {
        Ok(None) => {}
        Ok(Some(message)) => {
            let withdraws = matches!(message, Message::Update { treated_as_withdrawn: true, .. });
            events.counts.treated_as_withdrawn += u64::from(withdraws);
            events.records.push(FileRecord { time: record.time, peer, message, digest: Digest::of(record.bytes) });
        }
        Err(Unreadable) => events.counts.quarantined += u64::from(prefilter.may_occur(record.body())),
    }
}

struct Unreadable;
