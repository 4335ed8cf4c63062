//! Puts what the files say together, collector by collector: who the peers are (rule 1), which records came twice and in what order
//! (rule 7), which dumps can be trusted (rule 8), what is covered (rule 11).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use super::file::{Digest, FileDump, FileEvents, FilePeer, FileRecord, Message};
use crate::archive::{self, ArchiveFile};
use crate::model::{
    AsPath, Asn, CollectorData, CollectorId, Dump, DumpEntry, Event, Flag, PeerKey, RecordId, Route, Span, Time, Update,
};
use crate::target::Watch;

/// A record may lie this many seconds outside its file's span (rule 7).
const CLOCK_TOLERANCE_SECS: i64 = 300;

/// Dumps smaller than this, in records, are not compared with their neighbours: a small table may well halve.
const LEAST_COMPARED: u64 = 100;

/// Dumps further apart than this, in seconds, are no neighbours.
const NEIGHBOURS_SECS: i64 = 45 * 86_400;

/// Where a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordPlace {
    /// The file's index in the list that was given.
    pub file: usize,
    /// The record's content.
    pub digest: Digest,
    /// Its time.
    pub time: Time,
}

/// Why a dump was not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The file's index.
    pub file: usize,
    /// In one clause.
    pub reason: String,
}

/// One collector, ready for replay.
#[derive(Debug, Clone)]
pub struct Assembled {
    /// Its name.
    pub name: String,
    /// What replay needs; `None` if its files prove nothing.
    pub data: Option<CollectorData>,
    /// The indexes of its files, in order.
    pub files: Vec<usize>,
    /// The update files' own spans, by file index.
    pub spans: BTreeMap<usize, Span>,
    /// Every peer that any watched record, state record or peer index names.
    pub peers: BTreeSet<PeerKey>,
    /// Updates of each peer that were read as withdrawals because an attribute was malformed (rule 20).
    pub treated_as_withdrawn: BTreeMap<PeerKey, u64>,
}

/// All collectors, by [`CollectorId`].
#[derive(Debug, Clone, Default)]
pub struct Assembly {
    /// Sorted by name.
    pub collectors: Vec<Assembled>,
    /// By [`RecordId`].
    pub records: Vec<RecordPlace>,
    /// Dumps that changed nothing.
    pub rejected: Vec<Rejected>,
    /// Records that came from two files and were applied once.
    pub duplicates: u64,
}

/// What to leave out.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// `--to`: records at or after it are ignored.
    pub to: Option<Time>,
    /// `--peer-asn`: only these peers; empty: all.
    pub peer_asns: Vec<Asn>,
}

/// Assembles the files, which are sorted by (collector, start, RIB first, path), with what each says.
pub fn assemble(files: &[(ArchiveFile, FileEvents)], watch: &Watch, selection: &Selection) -> Assembly {
    let mut names: Vec<&str> = files.iter().map(|(f, _)| f.collector.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut assembly = Assembly::default();
    for (at, name) in names.into_iter().enumerate() {
        let own: Vec<usize> = (0..files.len()).filter(|i| files[*i].0.collector == name).collect();
        let id = CollectorId(u16::try_from(at).unwrap_or(u16::MAX));
        let work = Work { id, files, own: &own, watch, selection, out: &mut assembly };
        let collector = work.collector(name);
        assembly.collectors.push(collector);
    }
    assembly
}

struct Work<'a> {
    id: CollectorId,
    files: &'a [(ArchiveFile, FileEvents)],
    own: &'a [usize],
    watch: &'a Watch,
    selection: &'a Selection,
    out: &'a mut Assembly,
}

impl Work<'_> {
    fn collector(mut self, name: &str) -> Assembled {
        let said = self.own.iter().map(|i| &self.files[*i].1);
        let who = Who::new(self.id, said.flat_map(FileEvents::peers));
        let dumps = self.dumps(&who);
        let updates: Vec<usize> = self.own.iter().copied().filter(|i| self.files[*i].1.has_updates).collect();
        let covered = archive::cover(&archive::CollectorFiles {
            updates: &updates.iter().map(|i| self.update_file(*i)).collect::<Vec<_>>(),
            ribs: &dumps.iter().map(|d| d.begin).collect::<Vec<_>>(),
            project: self.own.iter().find_map(|i| self.files[*i].0.project),
            until: self.selection.to,
        });
        let spans: BTreeMap<usize, Span> = updates.iter().zip(covered.spans).filter_map(|(i, span)| Some((*i, span?))).collect();
        let events = self.events(&who, &spans);
        let treated_as_withdrawn = self.treated_as_withdrawn(&who);
        let data = covered.coverage.map(|coverage| CollectorData { events, dumps, coverage });
        Assembled { name: name.to_owned(), data, files: self.own.to_vec(), spans, peers: who.peers(), treated_as_withdrawn }
    }

    fn update_file(&self, index: usize) -> archive::UpdateFile {
        let (file, said) = &self.files[index];
        let records = said.first.zip(said.last).map(|(first, last)| archive::RecordTimes { first, last });
        let damage = said.damage.iter().map(|d| archive::Damage { after: d.after, before: d.before }).collect();
        archive::UpdateFile { named: file.start, records, damage }
    }

    fn is_selected(&self, peer: PeerKey) -> bool {
        self.selection.peer_asns.is_empty() || self.selection.peer_asns.contains(&peer.asn)
    }

    fn is_in_time(&self, time: Time) -> bool {
        self.selection.to.is_none_or(|to| time < to)
    }

    fn place(&mut self, file: usize, digest: Digest, time: Time) -> RecordId {
        self.out.records.push(RecordPlace { file, digest, time });
        RecordId(u32::try_from(self.out.records.len() - 1).unwrap_or(u32::MAX))
    }

    /// Rule 7: by time, then as the files and their records are in order; what two files overlap in counts once.
    fn events(&mut self, who: &Who, spans: &BTreeMap<usize, Span>) -> Vec<Event> {
        let mut merged = Overlaps::default();
        let mut events = Vec::new();
        for &index in self.own {
            let mut repeated = merged.add(&self.files[index].1.records);
            for said in &self.files[index].1.records {
                if repeated.get_mut(&(said.time, said.peer)).is_some_and(take_one) {
                    self.out.duplicates += 1;
                    continue;
                }
                let peer = who.is(said.peer);
                if !self.is_in_time(said.time) || !self.is_selected(peer) {
                    continue;
                }
                let (time, record) = (said.time, self.place(index, said.digest, said.time));
                let clock = spans.get(&index).is_some_and(|span| {
                    time < span.from.plus_secs(-CLOCK_TOLERANCE_SECS) || time > span.until.plus_secs(CLOCK_TOLERANCE_SECS)
                });
                events.push(match &said.message {
                    Message::State { new, .. } => Event::State { time, peer, new: *new, record },
                    Message::Unreadable => Event::Unreadable { time, peer, record },
                    Message::Update { announced, withdrawn, guessed_path_ids, .. } => {
                        let read = |path: &Arc<AsPath>| {
                            let remarks = [(Flag::GuessedPathIds, *guessed_path_ids)];
                            self.route(path, peer, remarks)
                        };
                        let announced = announced.iter().map(|(net, id, path)| (*net, *id, read(path))).collect();
                        let update = Update { announced, withdrawn: withdrawn.clone() };
                        Event::Update { time, peer, update, record, clock }
                    }
                });
            }
        }
        events.sort_by_key(Event::time);
        events
    }

    /// A path as the peer's route, with remarks on how it was read.
    fn route<const N: usize>(&self, path: &Arc<AsPath>, peer: PeerKey, remarks: [(Flag, bool); N]) -> Option<Route> {
        let mut route = Route::read(path.clone(), peer.asn, |asn| self.watch.is_origin(asn))?;
        for (flag, holds) in remarks {
            route.flags.set_if(flag, holds);
        }
        Some(route)
    }

    fn treated_as_withdrawn(&self, who: &Who) -> BTreeMap<PeerKey, u64> {
        let mut counts = BTreeMap::new();
        for said in self.own.iter().flat_map(|i| &self.files[*i].1.records) {
            if let Message::Update { treated_as_withdrawn: true, .. } = said.message {
                *counts.entry(who.is(said.peer)).or_default() += 1;
            }
        }
        counts
    }

    /// Rule 8: the complete dumps, in order of time.
    fn dumps(&mut self, who: &Who) -> Vec<Dump> {
        let files = self.files;
        let dumps_of = |i: usize| files[i].1.dumps.iter().map(move |dump| (i, dump));
        let mut all: Vec<(usize, &FileDump)> = self.own.iter().copied().flat_map(dumps_of).collect();
        all.sort_by_key(|(i, dump)| (dump.begin, *i));
        all.dedup_by(|(_, later), (_, earlier)| {
            let name = |dump: &FileDump| (dump.begin, dump.first, dump.size, dump.broken.is_none());
            name(later) == name(earlier)
        });
        let mut dumps = Vec::new();
        for (at, (index, dump)) in all.iter().copied().enumerate() {
            if !self.is_in_time(dump.end) {
                continue;
            }
            let whole = |(_, d): &&(usize, &'_ FileDump)| d.broken.is_none() && !d.excerpt && d.size > 0;
            let before = all[..at].iter().rev().find(whole).map(|(_, d)| *d);
            let after = all[at + 1..].iter().find(whole).map(|(_, d)| *d);
            match verdict(dump, before, after) {
                Some(reason) => self.out.rejected.push(Rejected { file: index, reason }),
                None => dumps.push(self.dump(who, index, dump)),
            }
        }
        dumps
    }

    fn dump(&mut self, who: &Who, index: usize, said: &FileDump) -> Dump {
        let mut dump = Dump {
            begin: said.begin,
            end: said.end,
            record: self.place(index, said.first, said.begin),
            entries: Vec::new(),
            prefixes: BTreeMap::new(),
            peers: BTreeMap::new(),
            excerpt: said.excerpt,
            last: said.last,
            families: said.families,
        };
        for (peer, sizes) in &said.sample {
            let own = dump.peers.entry(who.is(*peer)).or_default();
            *own = [own[0] + sizes[0], own[1] + sizes[1]];
        }
        let excerpt = said.excerpt;
        for said in &said.records {
            let record = self.place(index, said.digest, said.time);
            dump.prefixes.entry(said.prefix).or_insert((said.time, record));
            for (named, path_id, path) in &said.entries {
                let peer = who.is(*named);
                dump.peers.entry(peer).or_default();
                let repeated = said.repeated.contains(named);
                let route = self.route(path, peer, [(Flag::Excerpt, excerpt), (Flag::SamePeerTwice, repeated)]);
                let (time, prefix, path_id) = (said.time, said.prefix, *path_id);
                dump.entries.push(DumpEntry { time, peer, prefix, path_id, route, record });
            }
        }
        dump.entries.retain(|e| self.is_selected(e.peer));
        dump.peers.retain(|peer, _| self.is_selected(*peer));
        dump
    }
}

/// What the files so far say of each peer at each instant, by which a later file's overlap is known. That the same bytes came before is
/// not enough: a route may be withdrawn, announced and withdrawn in the second in which the collector began its next file.
#[derive(Default)]
struct Overlaps(HashMap<Instant, Vec<Digest>>);

type Instant = (Time, FilePeer);

impl Overlaps {
    /// Adds a file's records; returns how many of the first of each instant were there before.
    fn add(&mut self, records: &[FileRecord]) -> HashMap<Instant, usize> {
        let mut own: HashMap<Instant, Vec<Digest>> = HashMap::new();
        for record in records {
            own.entry((record.time, record.peer)).or_default().push(record.digest);
        }
        let merge = |(instant, digests): (Instant, Vec<Digest>)| {
            let before = self.0.entry(instant).or_default();
            let repeated = repeated(before, &digests);
            before.extend(&digests[repeated..]);
            (repeated > 0).then_some((instant, repeated))
        };
        own.into_iter().filter_map(merge).collect()
    }
}

/// How many of the first of `later` stand at the end of `before`; all, if `later` stands anywhere in it.
fn repeated(before: &[Digest], later: &[Digest]) -> usize {
    if before.windows(later.len().max(1)).any(|part| part == later) {
        return later.len();
    }
    (1..later.len()).rev().find(|n| before.ends_with(&later[..*n])).unwrap_or(0)
}

fn take_one(left: &mut usize) -> bool {
    let there = *left > 0;
    *left = left.saturating_sub(1);
    there
}

/// Why a dump cannot be trusted, if it cannot.
fn verdict(dump: &FileDump, before: Option<&FileDump>, after: Option<&FileDump>) -> Option<String> {
    if let Some(broken) = &dump.broken {
        return Some(broken.clone());
    }
    if dump.size == 0 {
        return Some("it holds no routes".to_owned());
    }
    if dump.excerpt {
        return None;
    }
    let near = |d: &&FileDump| d.begin.micros_since(dump.begin).abs() <= NEIGHBOURS_SECS * 1_000_000;
    let neighbours: Vec<u64> = [before, after].into_iter().flatten().filter(near).map(|d| d.size).collect();
    let dwarfed = |size: &u64| *size >= LEAST_COMPARED && dump.size.saturating_mul(2) < *size;
    let smallest = neighbours.iter().min()?;
    dwarfed(smallest).then(|| format!("it has {} records, its neighbour {smallest}", dump.size))
}

/// Rule 1: ASN 0 or 23456 stands for the only peer of the collector with that address.
#[derive(Debug)]
pub struct Who {
    id: CollectorId,
    by_ip: BTreeMap<IpAddr, BTreeSet<Asn>>,
}

impl Who {
    /// For a collector whose files name these peers.
    pub fn new(id: CollectorId, named: impl Iterator<Item = FilePeer>) -> Self {
        let mut by_ip: BTreeMap<IpAddr, BTreeSet<Asn>> = BTreeMap::new();
        for peer in named {
            by_ip.entry(peer.ip).or_default().insert(peer.asn);
        }
        Who { id, by_ip }
    }

    /// The peer that is meant.
    pub fn is(&self, said: FilePeer) -> PeerKey {
        let known = self.by_ip.get(&said.ip);
        let mut real = known.into_iter().flatten().filter(|asn| !stands_for_another(**asn));
        let asn = match (stands_for_another(said.asn), real.next(), real.next()) {
            (true, Some(only), None) => *only,
            _ => said.asn,
        };
        PeerKey { collector: self.id, ip: said.ip, asn }
    }

    fn peers(&self) -> BTreeSet<PeerKey> {
        let all = self.by_ip.iter().flat_map(|(ip, asns)| asns.iter().map(|asn| FilePeer { ip: *ip, asn: *asn }));
        all.map(|peer| self.is(peer)).collect()
    }
}

fn stands_for_another(asn: Asn) -> bool {
    asn == Asn(0) || asn == Asn::TRANS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_continues_the_file_before_is_an_overlap() {
        let digests = |names: &str| names.bytes().map(|name| Digest([name; 6])).collect::<Vec<_>>();
        let cases = [
            ("the same second twice", "aw", "aw", 2),
            ("cut within the second", "a", "aw", 1),
            ("it overlaps and goes on", "aw", "wa", 1),
            ("a copy of a part", "awb", "w", 1),
            ("withdrawn, then announced and withdrawn in the next file", "w", "aw", 0),
            ("nothing before", "", "aw", 0),
        ];
        for (what, before, later, expected) in cases {
            assert_eq!(repeated(&digests(before), &digests(later)), expected, "{what}");
        }
    }
}
