//! RIB and update decoding: who watches less is told the same of it, every decoder says the same of a record, and answers come back
//! from text as they were.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ipnet::IpNet;
use uplinks::event::{
    Body, Digest, DumpRecord, FileEvents, FilePeer, FileRecord, FoundRecord, Gathered, Gathering, IndexRecord, Message, Search,
    Sought, Wanted, explain, find_records, peers_with_routes, read_events,
};
use uplinks::model::{AsPath, Asn, Origin};
use uplinks::mrt::{RecordReader, SessionBody, Torn, session_body};
use uplinks::report::explain::{Explanation, text};
use uplinks::target::{Keep, Watch};

use super::choices::{Choices, noise};
use super::records::{self, WATCHED};

const ORIGINS: [Asn; 2] = [Asn(131_279), Asn(4837)];

pub fn rib_decoding(data: &[u8]) {
    let mut choices = Choices::of(data);
    decoded(&records::dump(&mut choices));
}

pub fn update_decoding(data: &[u8]) {
    let mut choices = Choices::of(data);
    decoded(&records::updates(&mut choices));
}

fn parsed(prefixes: &[&str]) -> Vec<IpNet> {
    prefixes.iter().map(|prefix| prefix.parse().expect("a prefix")).collect()
}

/// What must hold of a file whatever is in it.
pub fn decoded(file: &[u8]) {
    let all = read_events(file, &Watch::new(parsed(&["0.0.0.0/0", "::/0"]), []).keeping(Keep::Bytes));
    let cut = cut(file);
    for watch in [Watch::new(parsed(&WATCHED), []), Watch::new(parsed(&WATCHED), []).with_covering()] {
        less(&all, &read_events(file, &watch), &watch, &cut);
    }
    let json = serde_json::to_vec(&all).expect("JSON");
    let mut back: FileEvents = serde_json::from_slice(&json).expect("our own JSON");
    back.kept.clone_from(&all.kept);
    assert_eq!(back, all);
    discovered(file, &all);
    for (which, dump) in all.dumps.iter().enumerate() {
        let peers: BTreeSet<&FilePeer> = dump.peers.iter().collect();
        assert!(peers_with_routes(file, which).keys().all(|peer| peers.contains(peer)), "a peer with routes and no place");
    }
    // Slow against all else.
    if file.len().is_multiple_of(4) {
        explained(file, &all);
    }
}

/// The messages whose end is missing.
pub fn cut(file: &[u8]) -> BTreeSet<Digest> {
    let (mut reader, mut cut) = (RecordReader::new(file), BTreeSet::new());
    while let Some(record) = reader.next_record() {
        let is_cut = match session_body(&record) {
            Some(SessionBody::Update(update)) => update.cut.is_some(),
            Some(SessionBody::Unreadable { torn, .. }) => torn == Torn::Cut,
            Some(SessionBody::State { .. } | SessionBody::Other) | None => false,
        };
        cut.extend(is_cut.then(|| Digest::of(record.bytes)));
    }
    cut
}

/// Who watches less is told the same of what is watched by both.
fn less(all: &FileEvents, some: &FileEvents, watch: &Watch, cut: &BTreeSet<Digest>) {
    assert_eq!((some.first, some.last, some.has_updates), (all.first, all.last, all.has_updates));
    assert_eq!((&some.damage, &some.unread), (&all.damage, &all.unread));
    let told: Vec<_> = some.records.iter().filter_map(|record| said_of(record, watch)).collect();
    let expected: Vec<_> = all.records.iter().filter_map(|record| said_of(record, watch)).collect();
    assert_eq!(told, expected);
    let unreadable = |events: &FileEvents| -> BTreeSet<Digest> {
        let records = events.records.iter().filter(|record| record.message == Message::Unreadable);
        records.map(|record| record.digest).collect()
    };
    assert!(unreadable(some).is_subset(&unreadable(all)));
    assert!(cut.is_subset(&unreadable(some)), "what is cut may concern anybody");
    assert!(some.unreadable.iter().all(|time| all.unreadable.contains(time)));
    assert_eq!(some.dumps.len(), all.dumps.len());
    for (some, all) in some.dumps.iter().zip(&all.dumps) {
        assert_eq!((some.begin, some.end, some.first, some.size), (all.begin, all.end, all.first, all.size));
        assert_eq!((some.families, &some.last, &some.peers, &some.sample), (all.families, &all.last, &all.peers, &all.sample));
        let watched: Vec<_> = all.records.iter().filter(|record| watch.covers(&record.prefix)).collect();
        assert_eq!(entries_of(some.records.iter()), entries_of(watched.into_iter()));
    }
}

/// Whose routes a dump's records tell of, one by one: a record of many prefixes is cut by what is watched of them.
fn entries_of<'a>(records: impl Iterator<Item = &'a DumpRecord>) -> Vec<String> {
    records
        .flat_map(|record| {
            let head = format!("{} {} {}", record.time, record.prefix, record.digest);
            record.entries.iter().map(move |entry| format!("{head} {entry:?} {}", record.repeated.contains(&entry.0)))
        })
        .collect()
}

type Keys = Vec<(IpNet, u32)>;

type Said = (Digest, Vec<(IpNet, u32, Arc<AsPath>)>, Keys, String);

/// What a record says of what is watched: announced, withdrawn, state; `None` if nothing.
fn said_of(record: &FileRecord, watch: &Watch) -> Option<Said> {
    match &record.message {
        Message::Update { announced, withdrawn, guessed_path_ids, .. } => {
            let announced: Vec<_> = announced.iter().filter(|(net, ..)| watch.covers(net)).cloned().collect();
            let withdrawn: Vec<_> = withdrawn.iter().filter(|(net, _)| watch.covers(net)).copied().collect();
            let is_any = !announced.is_empty() || !withdrawn.is_empty();
            is_any.then(|| (record.digest, announced, withdrawn, format!("{guessed_path_ids}")))
        }
        Message::State { old, new } => Some((record.digest, Vec::new(), Vec::new(), format!("{old} {new:?}"))),
        Message::Unreadable => None,
    }
}

/// The first pass finds what the second one sees.
fn discovered(file: &[u8], all: &FileEvents) {
    let of_origin = |path: &AsPath, peer: Asn| match path.origin() {
        Some(Origin::As(origin)) => ORIGINS.contains(&origin),
        Some(Origin::Ambiguous) => false,
        None => ORIGINS.contains(&peer),
    };
    let mut seen = BTreeSet::new();
    for record in &all.records {
        if let Message::Update { announced, .. } = &record.message {
            seen.extend(announced.iter().filter(|(_, _, path)| of_origin(path, record.peer.asn)).map(|(net, ..)| *net));
        }
    }
    for record in all.dumps.iter().flat_map(|dump| &dump.records) {
        let of_it = |entry: &&(FilePeer, u32, Arc<AsPath>)| of_origin(&entry.2, entry.0.asn);
        seen.extend(record.entries.iter().filter(of_it).map(|_| record.prefix));
    }
    seen.retain(|net| net.prefix_len() > 0);
    let gathering = Gathering::new(&ORIGINS, &[], Keep::Nothing);
    // The second time all is known that the first time was found.
    for _ in 0..2 {
        let found = gathering.read(file);
        assert_eq!(found.frame.damage, all.damage);
        assert_eq!(found.prefixes, seen);
        gathered(file, &found);
    }
}

/// What was gathered of a file says of any prefixes what reading the file for them says, if it says anything.
fn gathered(file: &[u8], found: &Gathered) {
    let some = found.prefixes.iter().take(1).copied().collect::<Vec<_>>();
    for prefixes in [found.prefixes.iter().copied().collect(), some, Vec::new()] {
        let watch = Watch::new(prefixes, ORIGINS);
        if let Some(said) = found.events(&Sought::new(&watch)) {
            assert_eq!(said, read_events(file, &watch));
        }
    }
}

/// Every record can be found by its name and told, with the prefixes that the main question sees.
fn explained(file: &[u8], all: &FileEvents) {
    let mut reader = RecordReader::new(file);
    let mut digests = BTreeSet::new();
    while let Some(record) = reader.next_record() {
        digests.insert(Digest::of(record.bytes));
    }
    let Search { found, damage, .. } = find_records(file, &Wanted { digests: digests.clone(), times: None, begins: None });
    assert_eq!(found.iter().map(|found| found.digest).collect::<BTreeSet<_>>(), digests);
    assert!(found.len() == digests.len() && damage.iter().all(|damage| all.damage.contains(damage)));
    for found in &found {
        let explained = explain(found).expect("it is a record");
        if let Body::Update { prefixes: Some(prefixes), .. } = &explained.body {
            told_alike(found, all, &prefixes.announced.iter().chain(&prefixes.withdrawn).copied().collect());
        }
        let names = BTreeMap::from([(Asn(4837), "China\u{202e} Unicom\u{1b}[2J".to_owned())]);
        let page = text(&Explanation {
            reference: "file#0123456789ab",
            collector: Some("rrc00"),
            found,
            offset: Some(found.offset),
            explained: &explained,
            claim: None,
            names: &names,
        });
        assert!(page.ends_with('\n') && page.chars().all(|c| c == '\n' || !c.is_control()), "{page:?}");
    }
}

fn told_alike(found: &FoundRecord, all: &FileEvents, prefixes: &BTreeSet<(IpNet, u32)>) {
    let seen = all.records.iter().filter(|record| record.digest == found.digest).find_map(|record| match &record.message {
        Message::Update { announced, withdrawn, .. } => {
            let announced = announced.iter().map(|(net, id, _)| (*net, *id));
            Some(announced.chain(withdrawn.iter().copied()).collect::<BTreeSet<_>>())
        }
        Message::Unreadable | Message::State { .. } => None,
    });
    assert_eq!(&seen.unwrap_or_default(), prefixes);
    assert!(found.index.as_ref().is_none_or(|index: &Arc<IndexRecord>| index.offset < found.offset));
}

pub fn rib_seeds() -> Vec<Vec<u8>> {
    (100..112).map(|n| noise(n, 120 + 40 * usize::try_from(n % 6).expect("few"))).collect()
}

pub fn update_seeds() -> Vec<Vec<u8>> {
    (200..212).map(|n| noise(n, 120 + 40 * usize::try_from(n % 6).expect("few"))).collect()
}
