//! Reads one file: frames its records, drops what cannot matter, decodes the rest.

use std::io::Read;

use super::dump::DumpBuilder;
use super::file::{Digest, FileEvents, FilePeer, FileRecord, KeptRecord, Message};
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
    let mut dump = DumpBuilder::new(watch);
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
    let (dump, counts, kept) = dump.finish(events.damage.first());
    events.kept.extend(kept);
    events.dump = dump;
    events.counts += counts;
    events
}

/// Adds what a BGP4MP or type 5 record that may matter says.
pub(super) fn add_session_record(events: &mut FileEvents, record: &RawRecord<'_>, prefilter: &Prefilter, watch: &Watch) {
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
            events.kept.extend(KeptRecord::of(record, watch.keep()));
            events.records.push(FileRecord { time: record.time, peer, message, digest: Digest::of(record.bytes) });
        }
        Err(Unreadable) => events.counts.quarantined += u64::from(prefilter.may_occur(record.body())),
    }
}

struct Unreadable;

#[cfg(test)]
mod tests {
    use super::super::file::FileCounts;
    use super::*;
    use crate::event::discover_prefixes;
    use crate::model::Asn;
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
        let records = events.dump.iter().flat_map(|dump| &dump.records);
        records.flat_map(|r| r.entries.iter().map(|(p, id, path)| format!("{} {} #{id} {path}", r.prefix, p.asn))).collect()
    }

    fn broken(parts: &[&[u8]]) -> Option<String> {
        read(parts).dump.expect("a dump").broken
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
        assert_eq!(events.counts, FileCounts { treated_as_withdrawn: 1, quarantined: 0 });
        let dump = events.dump.expect("a dump");
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
        assert_eq!(broken(&[&index, &x0, &x(1, 0), &six(0), &six(1)]), None);
        assert_eq!(broken(&[&index, &x0, &x(1, 0), &six(2)]), None);
        let cases: [(&str, &[&[u8]], &str); 4] = [
            ("a number left out", &[&index, &x0, &x(2, 0)], "number 2 follows number 0"),
            ("no peer index", &[&x0], "no peer index"),
            ("a peer that the index lacks", &[&index, &x(0, 1)], "peer 1"),
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
        let dump = events.dump.expect("a dump");
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
        ]);
        let states = events.records.iter().map(|r| match &r.message {
            Message::State { new, .. } => format!("{} {new:?}", r.peer.asn),
            Message::Update { announced, withdrawn, .. } => format!("{} +{} -{}", r.peer.asn, announced.len(), withdrawn.len()),
        });
        assert_eq!(states.collect::<Vec<_>>(), ["0 NotEstablished", "131279 Established", "3356 +1 -0", "3356 +0 -1"]);
        assert_eq!(events.counts, FileCounts { treated_as_withdrawn: 1, quarantined: 1 });
        assert!(events.has_updates && events.dump.is_none() && events.damage.is_empty());
        assert_eq!(events.last.map(crate::model::Time::secs), Some(i64::from(NOON) + 4));
    }

    #[test]
    fn type_5_records_are_read() {
        let head = [0x0D, 0x1C, 192, 0, 2, 1];
        let path = attribute(0x40, 2, &segment2(2, &[3356, 17557]));
        let message = join(&[&head, &head, &update(&[], &path, &nlri("175.45.176.0/24"))]);
        let events = read(&[&record(NOON, 5, 1, &message), &record(NOON, 5, 3, &join(&[&head, &[0, 6, 0, 1]]))]);
        assert_eq!(events.records.iter().map(|r| r.peer.asn).collect::<Vec<_>>(), [Asn(3356), Asn(3356)]);
    }

    #[test]
    fn discovery_finds_what_the_origins_originate() {
        let index = peer_index(NOON, &[("192.0.2.1", 3356), ("192.0.2.2", 131_279)]);
        let of = |peer: u16, path: &[u32]| [(peer, as_path(path))];
        let file = join(&[
            &index,
            &rib(NOON, 0, "10.0.0.0/8", &of(0, &[3356, 131_279])),
            &rib(NOON, 1, "11.0.0.0/8", &of(0, &[3356, 131_279, 51040])),
            &rib(NOON, 2, "0.0.0.0/0", &of(0, &[131_279])),
            &rib(NOON, 3, "13.0.0.0/8", &[(1, attribute(0x40, 2, &[]))]),
            &update_record(NOON, &update(&[], &as_path(&[3356, 131_279]), &nlri("14.0.0.0/8"))),
        ]);
        let found = discover_prefixes(&file[..], &[Asn(131_279)]).prefixes;
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.0/8", "13.0.0.0/8", "14.0.0.0/8"]);
    }
}
