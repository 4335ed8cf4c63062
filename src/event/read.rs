//! Reads one file: frames its records, drops what cannot matter, decodes the rest.

use std::collections::BTreeMap;
use std::io::Read;

use super::dump::{Aim, Built, Depth};
use super::dumps::DumpsBuilder;
use super::file::{Digest, FileEvents, FilePeer, FileRecord, KeptRecord, Message, Unread};
use super::paths::Paths;
use super::update::{Rest, read_update};
use crate::model::SessionState;
use crate::mrt::{Damage, Kind, Prefilter, RawRecord, RecordReader, SessionBody, Torn, is_read, session_body};
use crate::target::Watch;

/// All that the uncompressed MRT stream `input` says of the prefixes of `watch`. What cannot be read, an error of `input` included, is in
/// `damage`; all that came before it is there.
pub fn read_events<R: Read>(input: R, watch: &Watch) -> FileEvents {
    let prefilter = Prefilter::for_prefixes(watch.set());
    let mut reader = RecordReader::new(input);
    let mut reading = Reading::new(Aim::of(watch));
    let mut paths = Paths::default();
    while let Some(record) = reader.next_record() {
        if reading.add(&record) == Holds::Message && prefilter.may_matter(&record) {
            add_session_record(&mut reading.events, &record, &prefilter, watch, &mut paths);
        }
    }
    reading.finish(reader.into_damage())
}

/// A file that is read record by record: all that it says but for its messages.
pub(super) struct Reading {
    pub events: FileEvents,
    dumps: DumpsBuilder,
    unread: BTreeMap<(u16, u16), u64>,
}

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// A message or a state of a session, of which nothing is read yet.
    Message,
    /// Anything else.
    Other,
}

impl Reading {
    pub fn new(aim: Aim) -> Self {
        Reading { events: FileEvents::default(), dumps: DumpsBuilder::new(aim), unread: BTreeMap::new() }
    }

    /// Adds the next record.
    pub fn add(&mut self, record: &RawRecord<'_>) -> Holds {
        self.events.first.get_or_insert(record.time);
        self.events.last = Some(record.time);
        self.dumps.see(record);
        if !is_read(record) {
            *self.unread.entry((record.header.kind, record.header.subtype)).or_default() += 1;
        }
        match record.kind() {
            Kind::TableDump | Kind::TableEntry => self.dumps.add_entries(record),
            Kind::TableDumpV2 => self.dumps.add_v2(record),
            Kind::Bgp4mp | Kind::LegacyBgp => {
                self.dumps.add_message();
                self.events.has_updates = true;
                return Holds::Message;
            }
            Kind::Other => {}
        }
        Holds::Other
    }

    /// The place of the dump under construction among the file's.
    pub fn dump(&self) -> usize {
        self.dumps.finished()
    }

    /// All that was said.
    pub fn finish(self, damage: Vec<Damage>) -> FileEvents {
        let Reading { mut events, dumps, unread } = self;
        events.damage = damage;
        let (dumps, kept) = dumps.finish(&events.damage);
        events.kept.extend(kept);
        for Built { dump, counts, kept, .. } in dumps {
            events.dumps.push(dump);
            events.counts += counts;
            events.kept.extend(kept);
        }
        events.kept.sort_by_key(|record| record.offset);
        events.unread = unread.into_iter().map(|((kind, subtype), count)| Unread { kind, subtype, count }).collect();
        events
    }
}

/// Reads a file whole and tells, of its dump of this place in [`FileEvents::dumps`], every peer with at least one route in it, watched or
/// not: whether of IPv4 and of IPv6. Of entries only the heads are read.
pub fn peers_with_routes<R: Read>(input: R, which: usize) -> BTreeMap<FilePeer, [bool; 2]> {
    let mut reader = RecordReader::new(input);
    let mut dumps = DumpsBuilder::new(Aim { depth: Depth::Peers, ..Aim::of(&Watch::default()) });
    while let Some(record) = reader.next_record() {
        dumps.see(&record);
        match record.kind() {
            Kind::TableDump | Kind::TableEntry => dumps.add_entries(&record),
            Kind::TableDumpV2 => dumps.add_v2(&record),
            Kind::Bgp4mp | Kind::LegacyBgp => dumps.add_message(),
            Kind::Other => {}
        }
    }
    let (dumps, _) = dumps.finish(reader.damage());
    dumps.into_iter().nth(which).map(|built| built.holders).unwrap_or_default()
}

/// Adds what a BGP4MP or type 5 record that may matter says.
pub(super) fn add_session_record(
    events: &mut FileEvents,
    record: &RawRecord<'_>,
    prefilter: &Prefilter,
    watch: &Watch,
    paths: &mut Paths,
) {
    let (peer, mut message, unreadable) = match session_body(record) {
        Some(SessionBody::State { ip, asn, old, new }) => {
            let new = if new == 6 { SessionState::Established } else { SessionState::NotEstablished };
            (FilePeer { ip, asn }, Some(Message::State { old, new }), false)
        }
        Some(SessionBody::Update(update)) => {
            let read = read_update(&update, |net| watch.covers(net));
            let unreadable = match read.rest {
                Rest::Read => false,
                Rest::Missing => true,
                Rest::Unreadable => prefilter.may_occur(record.body()),
            };
            (FilePeer { ip: update.ip, asn: update.asn }, read.message, unreadable)
        }
        Some(SessionBody::Unreadable { ip, asn, torn }) => {
            (FilePeer { ip, asn }, None, torn == Torn::Cut || prefilter.may_occur(record.body()))
        }
        Some(SessionBody::Other) => return,
        None => {
            if prefilter.may_occur(record.body()) {
                events.counts.quarantined += 1;
                events.unreadable.push(record.time);
            }
            return;
        }
    };
    if message.is_none() && !unreadable {
        return;
    }
    if let Some(Message::Update { announced, treated_as_withdrawn, guessed_path_ids, .. }) = &mut message {
        for (.., path) in announced {
            paths.share_again(path);
        }
        events.counts.treated_as_withdrawn += u64::from(*treated_as_withdrawn);
        events.counts.guessed_path_ids += u64::from(*guessed_path_ids);
    }
    events.counts.quarantined += u64::from(unreadable);
    events.kept.extend(KeptRecord::of(record, watch.keep()));
    let (time, digest) = (record.time, Digest::of(record.bytes));
    let said = message.into_iter().chain(unreadable.then_some(Message::Unreadable));
    events.records.extend(said.map(|message| FileRecord { time, peer, message, digest }));
}

#[cfg(test)]
mod tests {
    use super::super::file::{FileCounts, FileDump};
    use super::*;
    use crate::model::{Asn, Time};
    use crate::mrt::test_bytes::{
        as_path, attribute, bgp, envelope_as2, envelope_as4, join, nlri, peer_index, record, rib, segment2, segment4, table_dump,
        update, update_record,
    };

    const NOON: u32 = 1_506_859_200;

    fn read(parts: &[&[u8]]) -> FileEvents {
        let watch = Watch::new(["175.45.176.0/22".parse().expect("a prefix")], []);
        read_events(&join(parts)[..], &watch)
    }

    fn routes(events: &FileEvents) -> Vec<String> {
        let records = events.dumps.iter().flat_map(|dump| &dump.records);
        records.flat_map(|r| r.entries.iter().map(|(p, id, path)| format!("{} {} #{id} {path}", r.prefix, p.asn))).collect()
    }

    fn one_dump(events: FileEvents) -> FileDump {
        let [dump] = <[FileDump; 1]>::try_from(events.dumps).expect("one dump");
        dump
    }

    fn broken(parts: &[&[u8]]) -> Option<String> {
        one_dump(read(parts)).broken
    }

    #[test]
    fn a_dump_has_its_peers_routes_and_sample() {
        let index = peer_index(NOON, &[("192.0.2.1", 3356), ("192.0.2.2", 20485)]);
        let truncated_reach = attribute(0x80, 14, &[4, 192, 0, 2, 1]);
        let stray_unreach = attribute(0x80, 15, &[0, 1, 1, 24, 175, 45, 176]);
        let path = as_path(&[20485, 131_279]);
        let x = [(0, join(&[&path, &truncated_reach])), (1, join(&[&stray_unreach, &path])), (1, attribute(0x40, 2, &[9]))];
        let first = rib(NOON, 0, "24.0.0.0/8", &[(1, path.clone()), (1, path.clone())]);
        let events = read(&[&index, &first, &rib(NOON + 2, 1, "175.45.176.0/24", &x)]);
        let expected = ["175.45.176.0/24 3356 #0 20485 131279", "175.45.176.0/24 20485 #0 20485 131279"];
        assert_eq!(routes(&events), expected);
        assert_eq!(events.counts, FileCounts { treated_as_withdrawn: 1, ..FileCounts::default() });
        let dump = one_dump(events);
        assert_eq!((dump.size, dump.families, dump.broken, dump.peers.len()), (2, [true, false], None, 2));
        assert_eq!((dump.begin.secs(), dump.end.secs()), (i64::from(NOON), i64::from(NOON) + 2));
        assert_eq!(dump.first, Digest::of(&index));
        assert_eq!(dump.sample.iter().map(|(p, n)| (p.asn.0, *n)).collect::<Vec<_>>(), [(3356, [1, 0]), (20485, [2, 0])]);
    }

    #[test]
    fn add_path_entries_keep_their_ids() {
        let mut body = join(&[&0_u32.to_be_bytes(), &nlri("175.45.176.0/24"), &[0, 2]]);
        for id in [7_u32, 8] {
            let path = as_path(&[20485, 131_279]);
            let length = u16::try_from(path.len()).expect("short").to_be_bytes();
            body.extend(join(&[&[0, 0, 0, 0, 0, 1], &id.to_be_bytes(), &length, &path]));
        }
        let events = read(&[&peer_index(NOON, &[("192.0.2.1", 3356)]), &record(NOON, 13, 8, &body)]);
        assert_eq!(routes(&events), ["175.45.176.0/24 3356 #7 20485 131279", "175.45.176.0/24 3356 #8 20485 131279"]);
    }

    #[test]
    fn a_broken_dump_says_why() {
        let index = peer_index(NOON, &[("192.0.2.1", 3356)]);
        let entry = |peer| vec![(peer, as_path(&[1, 131_279]))];
        let x = |number, peer| rib(NOON, number, "175.45.176.0/24", &entry(peer));
        let six = |number| rib(NOON, number, "2001:db8::/32", &entry(0));
        let (x0, cut) = (x(0, 0), &x(1, 0)[..30]);
        let torn = record(NOON, 13, 4, &join(&[&[0, 0, 0, 0], &[0, 2, 1], &x0[16..]]));
        assert_eq!(broken(&[&index, &x0, &x(1, 0), &six(0), &six(1)]), None);
        assert_eq!(broken(&[&index, &x0, &x(1, 0), &six(2)]), None);
        let cases: [(&str, &[&[u8]], &str); 4] = [
            ("no peer index", &[&x0], "no peer index"),
            ("a torn record", &[&index, &torn], "do not fill it"),
            ("no peers", &[&record(NOON, 13, 1, &[0; 6]), &x0], "the peer index is malformed"),
            ("cut", &[&index, &x0, cut], "damaged at byte"),
        ];
        for (what, parts, reason) in cases {
            assert!(broken(parts).is_some_and(|told| told.contains(reason)), "{what}");
        }
    }

    #[test]
    fn the_old_format_merges_as4_path_and_counts_prefixes() {
        let path = join(&[&attribute(0x40, 2, &segment2(2, &[3356, 23456])), &attribute(0xC0, 17, &segment4(2, &[131_279]))]);
        let entry = |prefix, peer| table_dump(NOON, 0, prefix, peer, &path);
        let peers = [("192.0.2.1", 3356), ("192.0.2.2", 20485)];
        let two = |prefix| join(&[&entry(prefix, peers[0]), &entry(prefix, peers[1])]);
        let events = read(&[&two("150.1.0.0/16"), &two("175.45.176.0/24")]);
        assert_eq!(routes(&events), ["175.45.176.0/24 3356 #0 3356 131279", "175.45.176.0/24 20485 #0 3356 131279"]);
        let dump = one_dump(events);
        assert_eq!((dump.size, dump.records.len(), dump.peers.len()), (2, 2, 2));
        assert_eq!(dump.sample.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [[2, 0], [2, 0]]);
    }

    #[test]
    fn updates_and_states_are_kept_in_order_and_the_unreadable_counted() {
        let path = as_path(&[3356, 131_279]);
        let hit = update(&[], &path, &nlri("175.45.176.0/24"));
        let state = |subtype, envelope: &[u8], new| record(NOON, 16, subtype, &join(&[envelope, &[0, 6, 0, new]]));
        let events = read(&[
            &state(0, &envelope_as2("192.0.2.1", 0), 7),
            &state(5, &envelope_as4("2001:db8::1", 131_279), 6),
            &record(NOON, 16, 7, &join(&[&envelope_as4("192.0.2.1", 1), &bgp(2, &hit)])),
            &update_record(NOON + 1, &hit),
            &update_record(NOON + 2, &update(&[], &[], &nlri("175.45.176.0/24"))),
            &update_record(NOON + 3, &update(&[], &path, &[0, 0, 0, 1, 24, 175, 45, 176])),
            &update_record(NOON + 4, &update(&[], &path, &[0, 0, 0, 1, 24, 8, 8, 8])),
            &update_record(NOON + 5, &update(&[], &path, &[24, 175, 45, 176, 33])),
            &update_record(NOON + 6, &update(&[], &path, &[24, 8, 8, 8, 33])),
            &record(NOON + 7, 16, 4, &join(&[&[0; 10], &[0, 9], &nlri("175.45.176.0/24")])),
        ]);
        let states = events.records.iter().map(|r| match &r.message {
            Message::State { new, .. } => format!("{} {new:?}", r.peer.asn),
            Message::Update { announced, withdrawn, .. } => format!("{} +{} -{}", r.peer.asn, announced.len(), withdrawn.len()),
            Message::Unreadable => format!("{} ?", r.peer.asn),
        });
        assert_eq!(
            states.collect::<Vec<_>>(),
            ["0 NotEstablished", "131279 Established", "3356 +1 -0", "3356 +0 -1", "3356 +1 -0", "3356 ?"]
        );
        assert_eq!(
            events.counts,
            FileCounts { treated_as_withdrawn: 1, guessed_path_ids: 1, quarantined: 2, ..FileCounts::default() }
        );
        assert!(events.has_updates && events.dumps.is_empty() && events.damage.is_empty());
        assert_eq!(events.last.map(Time::secs), Some(i64::from(NOON) + 7));
        assert_eq!(events.unreadable, [Time::from_secs(i64::from(NOON) + 7)], "not even the peer can be read");
    }

    #[test]
    fn where_the_end_of_a_record_is_missing_nothing_is_known_of_the_peer() {
        let four = |subtype, rest: &[u8]| record(NOON, 16, subtype, &join(&[&envelope_as4("192.0.2.1", 3356), rest]));
        let keepalive = bgp(4, &[]);
        let cases: [(&str, Vec<u8>, usize); 7] = [
            ("a state change", four(5, &[0, 6]), 1),
            ("a state change of type 5", record(NOON, 5, 3, &[0x0D, 0x1C, 192, 0, 2, 1, 0, 6]), 1),
            ("a message before its type", four(4, &keepalive[..18]), 1),
            ("an UPDATE behind its head", four(4, &bgp(2, &update(&[], &[], &nlri("10.0.0.0/8")))[..19]), 1),
            ("a KEEPALIVE that says it is longer", four(4, &join(&[&[0xFF; 16], &[0, 40, 4]])), 0),
            ("the collector's own", four(7, &keepalive[..18]), 0),
            ("not even the peer", record(NOON, 16, 4, &[0; 9]), 0),
        ];
        for (what, bytes, unreadable) in cases {
            let events = read(&[&bytes]);
            assert!(events.records.iter().all(|record| record.message == Message::Unreadable), "{what}");
            assert_eq!((events.records.len(), events.counts.quarantined), (unreadable, unreadable as u64), "{what}");
        }
    }

    #[test]
    fn type_5_records_are_read() {
        let head = [0x0D, 0x1C, 192, 0, 2, 1];
        let path = attribute(0x40, 2, &segment2(2, &[3356, 17557]));
        let message = join(&[&head, &head, &update(&[], &path, &nlri("175.45.176.0/24"))]);
        let events = read(&[&record(NOON, 5, 1, &message), &record(NOON, 5, 3, &join(&[&head, &[0, 6, 0, 1]]))]);
        assert_eq!(events.records.iter().map(|r| r.peer.asn).collect::<Vec<_>>(), [Asn(3356), Asn(3356)]);
    }
}
