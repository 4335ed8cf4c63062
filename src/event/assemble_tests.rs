//! What makes a peer full-feed (rule 15), a clock wrong (rule 7), a dump count (rule 8), and who is meant by a name (rule 1).

use super::*;
use crate::archive::{NameKind, Named, Project, Source};
use crate::event::file::FileRecord;
use crate::model::Few;

fn at(secs: i64) -> Time {
    Time::from_secs(secs)
}

fn peer(n: u8, asn: u32) -> FilePeer {
    FilePeer { ip: IpAddr::from([192, 0, 2, n]), asn: Asn(asn) }
}

fn path() -> Arc<AsPath> {
    Arc::new(AsPath::sequence([64500, 131_279]))
}

/// A withdrawal of that time, as the RFC has it or for a malformed announcement.
fn withdrawal(secs: i64, peer: FilePeer, treated_as_withdrawn: bool) -> FileRecord {
    let withdrawn = vec![("10.0.0.0/24".parse().expect("a prefix"), 0)];
    let message =
        Message::Update { announced: Few::default(), withdrawn: withdrawn.into(), treated_as_withdrawn, guessed_path_ids: false };
    let digest = Digest::of(&[&secs.to_be_bytes()[..], &[u8::from(treated_as_withdrawn)]].concat());
    FileRecord { time: at(secs), peer, message, digest }
}

/// A file of 5 minutes.
fn updates(start: i64, records: Vec<FileRecord>) -> FileEvents {
    FileEvents { first: Some(at(start)), last: Some(at(start + 299)), has_updates: true, records, ..FileEvents::default() }
}

fn dump(begin: i64, end: i64, peers: Vec<FilePeer>, entries: &[FilePeer]) -> FileEvents {
    let prefix: ipnet::IpNet = "10.0.0.0/24".parse().expect("a prefix");
    let digest = Digest::of(&begin.to_be_bytes());
    let entries = entries.iter().map(|peer| (*peer, 0, path())).collect();
    let record = crate::event::file::DumpRecord { time: at(begin), prefix, digest, entries, repeated: Vec::new() };
    let dump = FileDump {
        begin: at(begin),
        end: at(end),
        first: digest,
        size: 1,
        families: [true, false],
        broken: None,
        excerpt: false,
        last: [Some(prefix), None],
        peers,
        sample: Vec::new(),
        records: vec![record],
    };
    FileEvents { first: Some(at(begin)), last: Some(at(end)), dumps: vec![dump], ..FileEvents::default() }
}

fn assembled(files: Vec<(i64, FileEvents)>, to: Option<i64>) -> (Assembly, Assembled) {
    let file = |start: i64| ArchiveFile {
        shown: format!("rrc00/{start}"),
        source: Source::Path(format!("rrc00/{start}").into()),
        collector: "rrc00".to_owned(),
        kind: None::<NameKind>,
        start: Some(at(start)),
        project: Some(Project::Ris),
        size: 0,
        stamp: None,
        named: Named::ByWalking,
    };
    let mut files: Vec<_> = files.into_iter().map(|(start, said)| (file(start), said)).collect();
    let watch = Watch::new(["10.0.0.0/24".parse().expect("a prefix")], [Asn(131_279)]);
    let mut assembly = assemble(&mut files, &watch, &Selection { to: to.map(at) });
    let only = assembly.collectors.pop().expect("a collector");
    (assembly, only)
}

#[test]
fn full_feed_is_three_quarters_of_the_largest_of_the_family() {
    let sample = [
        (peer(1, 1), [100, 0]),
        (peer(2, 2), [75, 0]),
        (peer(3, 3), [74, 0]),
        // One peer under two names.
        (peer(4, 0), [40, 3]),
        (peer(4, 4), [35, 1]),
        (peer(5, 5), [0, 2]),
    ];
    let who = Who::new(CollectorId(0), sample.iter().map(|(peer, _)| *peer));
    let full: Vec<(u32, [bool; 2])> = full_feeds(&who, &sample).into_iter().map(|(key, full)| (key.asn.0, full)).collect();
    let (yes, no) = (true, false);
    assert_eq!(full, [(1, [yes, no]), (2, [yes, no]), (3, [no, no]), (4, [yes, yes]), (5, [no, no])]);
    let nobody = full_feeds(&who, &[(peer(1, 1), [0, 0])]);
    assert_eq!(nobody.into_values().collect::<Vec<_>>(), [[no, no]]);
}

#[test]
fn a_clock_is_wrong_over_five_minutes_out_of_its_file() {
    let times = [-301, -300, 0, 600, 601];
    let first = updates(0, times.map(|secs| withdrawal(secs, peer(1, 1), false)).into());
    let (_, collector) = assembled(vec![(0, first), (300, updates(300, vec![]))], None);
    let events = collector.data.expect("data").events;
    let wrong = events.iter().filter(|e| matches!(e, Event::Update { clock: true, .. })).map(|e| e.time().secs());
    assert_eq!((events.len(), wrong.collect::<Vec<_>>()), (5, vec![-301, 601]));
}

#[test]
fn malformed_announcements_are_counted_by_peer_and_copies_once() {
    let (one, other) = (peer(1, 1), peer(2, 2));
    let records = vec![withdrawal(1, one, true), withdrawal(2, one, true), withdrawal(3, one, false), withdrawal(4, other, true)];
    let copy = updates(0, records.clone());
    let (assembly, collector) = assembled(vec![(0, updates(0, records)), (0, copy)], None);
    assert_eq!(assembly.duplicates, 4);
    assert_eq!(collector.data.expect("data").events.len(), 4);
    let (_, collector) = assembled(vec![(0, updates(0, vec![withdrawal(1, one, true), withdrawal(2, one, true)]))], None);
    assert_eq!(collector.treated_as_withdrawn.into_values().collect::<Vec<_>>(), [2]);
}

/// A dump counts if all of it lies before `--to`. (R8)
#[test]
fn a_dump_that_to_cuts_is_none() {
    let both = || vec![(0, dump(0, 5, vec![], &[peer(1, 1)])), (100, dump(100, 110, vec![], &[peer(1, 1)]))];
    for (to, count) in [(None, 2), (Some(111), 2), (Some(110), 1), (Some(105), 1), (Some(5), 0)] {
        let (_, collector) = assembled(both(), to);
        assert_eq!(collector.data.map_or(0, |data| data.dumps.len()), count, "{to:?}");
    }
}

#[test]
fn a_dump_that_stands_twice_is_one_and_knows_whom_it_lists_without_a_route() {
    let (one, other) = (peer(1, 1), peer(2, 2));
    let twice = || dump(0, 5, vec![one, other], &[one]);
    let (_, mut collector) = assembled(vec![(0, twice()), (0, twice())], None);
    let key = |file: FilePeer| PeerKey::new(CollectorId(0), file.ip, file.asn);
    let of = |collector: &Assembled| collector.data.clone().expect("data").dumps;
    let dumps = of(&collector);
    assert_eq!((dumps.len(), dumps[0].unseen.clone()), (1, BTreeSet::from([key(other)])));
    assert_eq!(collector.peers, BTreeSet::from([key(one), key(other)]));
    collector.look_into(RecordId::new(u32::MAX), &BTreeMap::from([(other, [true, false])]));
    assert_eq!(of(&collector)[0].unseen.len(), 1, "another dump");
    collector.look_into(dumps[0].record, &BTreeMap::from([(other, [true, false])]));
    let told = of(&collector).remove(0);
    assert_eq!((told.unseen.len(), told.peers.into_keys().collect::<Vec<_>>()), (0, vec![key(one), key(other)]));
}

#[test]
fn half_of_the_records_are_not_later_than_the_median() {
    for (given, expected) in [(vec![], None), (vec![7], Some(7)), (vec![3, 1, 2], Some(2)), (vec![4, 1, 3, 2, 5, 6], Some(3))] {
        assert_eq!(median(given.iter().copied().map(at).collect()), expected.map(at), "{given:?}");
    }
}
