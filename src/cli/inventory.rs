//! `uplinks inventory`: what the inputs are.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::Answer;
use super::plan::Plan;
use super::read;
use crate::archive::{ArchiveFile, Source};
use crate::event::{Assembled, FileCounts, FileEvents, Input, RecordCounts, Taken, Who};
use crate::fetch::{Archived, Manifest};
use crate::model::{CollectorId, PeerKey, Span, Time};
use crate::report::PeerFacts;
use crate::report::explain::record_type;
use crate::report::sheets::{InventoryKind, InventoryRow};
use crate::report::text;

/// A row for each collector and kind of file.
pub fn rows(answer: &Answer) -> Vec<InventoryRow> {
    let collectors = answer.assembly.collectors.iter();
    collectors.flat_map(|c| [ribs(c, answer), updates(c, answer)]).flatten().collect()
}

fn said(answer: &Answer, index: usize) -> &FileEvents {
    &answer.read.files[index].1
}

fn has_dumps(answer: &Answer, index: usize) -> bool {
    !said(answer, index).dumps.is_empty()
}

fn ribs(collector: &Assembled, answer: &Answer) -> Option<InventoryRow> {
    let files: Vec<usize> = collector.files.iter().copied().filter(|i| has_dumps(answer, *i)).collect();
    let dumps = files.iter().flat_map(|i| &said(answer, *i).dumps);
    let covered: Vec<Span> = dumps.clone().map(|d| Span { from: d.begin, until: d.end }).collect();
    let rejected = answer.assembly.rejected.iter().filter(|r| files.contains(&r.file)).count();
    let several = (covered.len() > files.len()).then(|| format!("{} dumps", covered.len()));
    let rejected = (rejected > 0).then(|| format!("{rejected} not used: incomplete"));
    let excerpts = dumps.clone().filter(|dump| dump.excerpt && dump.broken.is_none()).count();
    let excerpts = (excerpts > 0).then(|| text::plural(excerpts, "excerpt"));
    let notes = [several, rejected, excerpts].into_iter().flatten();
    let note = notes.chain(oddities(answer, &files)).chain(ways(answer, &files)).collect::<Vec<_>>().join("; ");
    Some(InventoryRow {
        kind: InventoryKind::Rib,
        spacing_secs: spacing(covered.iter().map(|s| s.from)),
        gaps: Vec::new(),
        peers: Some(dumps.clone().map(|d| d.peers.len()).max()?),
        watched_records: Some(files.iter().map(|i| answer.watched[*i][1]).sum()),
        note,
        ..row(collector, answer, &files, covered)
    })
}

fn updates(collector: &Assembled, answer: &Answer) -> Option<InventoryRow> {
    // A file without records has no kind but that of its neighbours: whatever is no dump is an update file.
    let files: Vec<usize> = collector.files.iter().copied().filter(|i| !has_dumps(answer, *i)).collect();
    if files.is_empty() {
        return None;
    }
    let covered: Vec<Span> = files.iter().filter_map(|i| collector.spans.get(i)).copied().collect();
    let coverage = collector.data.as_ref().map(|d| &d.coverage).filter(|c| !c.sampled);
    let gaps = coverage.map_or(Vec::new(), |c| c.gaps.clone());
    let spacing_secs = spacing(covered.iter().map(|s| s.from));
    let gap_note = Some(whose_gaps(collector, answer, &files, &gaps, spacing_secs.unwrap_or(0))).filter(|note| !note.is_empty());
    Some(InventoryRow {
        kind: InventoryKind::Updates,
        spacing_secs,
        note: gap_note.into_iter().chain(oddities(answer, &files)).chain(ways(answer, &files)).collect::<Vec<_>>().join("; "),
        gaps,
        // Who speaks in update files is only known once every record is read.
        peers: None,
        watched_records: Some(files.iter().map(|i| answer.watched[*i][0]).sum()),
        ..row(collector, answer, &files, covered)
    })
}

/// What could not be read as it stands, or not at all.
fn oddities(answer: &Answer, files: &[usize]) -> Vec<String> {
    let all = || files.iter().map(|i| said(answer, *i));
    let mut counts = FileCounts::default();
    all().for_each(|said| counts += said.counts);
    let told = [
        (counts.unknown_peers, "entry of peers that the index lacks", "entries of peers that the index lacks"),
        (counts.repeated_peers, "peer with several routes for a prefix", "peers with several routes for a prefix"),
        (counts.guessed_path_ids, "message labelled wrongly as to path ids", "messages labelled wrongly as to path ids"),
    ];
    let told = told.into_iter().filter(|(count, ..)| *count > 0);
    let told = told.map(|(count, one, more)| format!("{count} {}", if count == 1 { one } else { more }));
    told.chain(unread(all()).map(|what| format!("{what} not read"))).collect()
}

/// What is known and not read, in words: `3 records TABLE_DUMP_V2 RIB_IPV4_MULTICAST (13/3)`.
pub(super) fn unread<'a>(files: impl Iterator<Item = &'a FileEvents>) -> impl Iterator<Item = String> {
    let mut counts: BTreeMap<(u16, u16), u64> = BTreeMap::new();
    for unread in files.flat_map(|said| &said.unread) {
        *counts.entry((unread.kind, unread.subtype)).or_default() += unread.count;
    }
    counts
        .into_iter()
        .map(|((kind, subtype), count)| format!("{} {}", text::plural_u64(count, "record"), record_type(kind, subtype)))
}

/// How many of the files were not read whole, and how they were.
fn ways<'a>(answer: &'a Answer, files: &'a [usize]) -> impl Iterator<Item = String> + 'a {
    let ways = [(Taken::Searched, "searched"), (Taken::Sought, "read by seeking")];
    ways.into_iter().filter_map(|(way, name)| {
        let count = files.iter().filter(|index| answer.read.taken.get(**index) == Some(&way)).count();
        (count > 0).then(|| format!("{count} {name}"))
    })
}

/// Whether gaps are the archive's own or files that were not fetched, where a mirror's manifest can tell. A gap reaches from record to record,
/// so less than a file further than the names of what is missing.
fn whose_gaps(collector: &Assembled, answer: &Answer, files: &[usize], gaps: &[Span], spacing: i64) -> String {
    let first = files.first().filter(|_| !gaps.is_empty());
    let source = first.map(|i| &answer.read.files[*i].0.source);
    let Some(Source::Path(path)) = source else { return String::new() };
    let Some(manifest) = Manifest::near(path) else { return String::new() };
    let (mut lacking, mut unfetched) = (0, 0);
    for gap in gaps {
        match manifest.archived(&collector.name, *gap, spacing) {
            Archived::No { .. } => lacking += 1,
            Archived::Yes => unfetched += 1,
            Archived::Unknown => {}
        }
    }
    let told = [(lacking, "not in the archive"), (unfetched, "not fetched")];
    let told = told.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    told.collect::<Vec<_>>().join(", ")
}

fn row(collector: &Assembled, answer: &Answer, files: &[usize], covered: Vec<Span>) -> InventoryRow {
    let count = |wanted: fn(&FileEvents) -> bool| files.iter().filter(|i| wanted(said(answer, **i))).count() as u64;
    InventoryRow {
        collector: collector.name.clone(),
        kind: InventoryKind::Updates,
        files: files.len() as u64,
        first: covered.iter().map(|s| s.from).min(),
        last: covered.iter().map(|s| s.until).max(),
        spacing_secs: None,
        gaps: Vec::new(),
        peers: None,
        watched_records: None,
        damaged_files: count(|said| !said.damage.is_empty()),
        empty_files: count(|said| said.first.is_none() && said.damage.is_empty()),
        records: None,
        quarantined: files.iter().map(|i| said(answer, *i).counts.quarantined).sum(),
        note: String::new(),
        covered,
    }
}

/// The most frequent distance in seconds between starts, the smallest of equals.
fn spacing(starts: impl Iterator<Item = Time>) -> Option<i64> {
    let mut starts: Vec<Time> = starts.collect();
    starts.sort_unstable();
    starts.dedup();
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for pair in starts.windows(2) {
        *counts.entry(pair[1].secs() - pair[0].secs()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(secs, count)| (*count, -secs)).map(|(secs, _)| secs)
}

/// Reads all files once more and counts every record: by collector and kind of file, and by peer.
pub fn count_all(plan: &Plan, answer: &Answer, rows: &mut [InventoryRow], peers: &mut Vec<PeerFacts>) {
    let files: Vec<ArchiveFile> = answer.read.files.iter().map(|(file, _)| file.clone()).collect();
    let counts = read::each(plan, &files, Input::count, |_| RecordCounts::default());
    let mut by_peer: BTreeMap<PeerKey, u64> = BTreeMap::new();
    for (at, collector) in answer.assembly.collectors.iter().enumerate() {
        let own: Vec<&RecordCounts> = collector.files.iter().map(|i| &counts[*i]).collect();
        let named = own.iter().flat_map(|c| c.peers.keys().copied());
        let who = Who::new(CollectorId(u16::try_from(at).unwrap_or(u16::MAX)), named.chain(collector.names()));
        let mut speaking: BTreeSet<PeerKey> = BTreeSet::new();
        for (peer, count) in own.iter().flat_map(|c| &c.peers) {
            speaking.insert(who.is(*peer));
            *by_peer.entry(who.is(*peer)).or_default() += count;
        }
        for row in rows.iter_mut().filter(|r| r.collector == collector.name) {
            let of_kind = |i: &&usize| has_dumps(answer, **i) == (row.kind == InventoryKind::Rib);
            let records = collector.files.iter().filter(of_kind).map(|i| &counts[*i]);
            row.records = Some(records.map(|c| c.rib + c.session + c.other).sum());
            if row.kind == InventoryKind::Updates {
                row.peers = Some(speaking.len());
            }
        }
    }
    for (peer, records) in by_peer {
        match peers.iter_mut().find(|p| p.peer == peer) {
            Some(known) => known.records = Some(records),
            None => peers.push(PeerFacts { records: Some(records), ..PeerFacts::nothing(peer) }),
        }
    }
    peers.sort_by_key(|p| p.peer);
}
