//! Puts what the files say together, collector by collector: who the peers are (rule 1), which records came twice and in what order
//! (rule 7), which dumps can be trusted (rule 8), what is covered (rule 11).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use super::file::{Digest, DumpRecord, FileDump, FileEvents, FilePeer, Message};
use super::overlap::{Overlaps, take_one};
use super::paths::Routes;
use super::trust;
use crate::archive::{self, ArchiveFile};
use crate::model::{
    AsPath, Asn, CollectorData, CollectorId, Dump, DumpEntry, DumpRow, Event, Flag, PeerKey, RecordId, Route, Span, Time, Update,
};
use crate::target::Watch;

/// A record may lie this many seconds outside its file's span (rule 7).
const CLOCK_TOLERANCE_SECS: i64 = 300;

/// A full-feed peer's table has at least this share, in percent, of the largest of its collector and family (rule 15).
const FULL_FEED_PERCENT: u64 = 75;

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
    /// Where each dump of `data` is, by its record: the file's index, and its place among the file's dumps.
    pub dumps: BTreeMap<RecordId, (usize, usize)>,
    /// Who is meant by a name of a file.
    who: Who,
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
}

/// Assembles the files, which are sorted by (collector, start, RIB first, path), with what each says. Their records move into the result:
/// of a large question there is not room for both.
pub fn assemble(files: &mut [(ArchiveFile, FileEvents)], watch: &Watch, selection: &Selection) -> Assembly {
    let mut names: Vec<String> = files.iter().map(|(f, _)| f.collector.clone()).collect();
    names.sort_unstable();
    names.dedup();
    let mut assembly = Assembly::default();
    for (at, name) in names.iter().enumerate() {
        let own: Vec<usize> = (0..files.len()).filter(|i| files[*i].0.collector == *name).collect();
        let id = CollectorId(u16::try_from(at).unwrap_or(u16::MAX));
        let routes = Routes::default();
        let work = Work { id, files, own: &own, watch, selection, routes, out: &mut assembly };
        let collector = work.collector(name);
        assembly.collectors.push(collector);
    }
    assembly
}

struct Work<'a> {
    id: CollectorId,
    files: &'a mut [(ArchiveFile, FileEvents)],
    own: &'a [usize],
    watch: &'a Watch,
    selection: &'a Selection,
    routes: Routes,
    out: &'a mut Assembly,
}

impl Work<'_> {
    fn collector(mut self, name: &str) -> Assembled {
        let said = self.own.iter().map(|i| &self.files[*i].1);
        let who = Who::new(self.id, said.flat_map(FileEvents::peers));
        let (dumps, places) = self.dumps(&who);
        let updates: Vec<usize> = self.own.iter().copied().filter(|i| self.files[*i].1.has_updates).collect();
        let covered = archive::cover(&archive::CollectorFiles {
            updates: &updates.iter().map(|i| self.update_file(*i)).collect::<Vec<_>>(),
            ribs: &dumps.iter().map(|d| d.begin).collect::<Vec<_>>(),
            project: self.own.iter().find_map(|i| self.files[*i].0.project),
            until: self.selection.to,
        });
        let spans: BTreeMap<usize, Span> = updates.iter().zip(covered.spans).filter_map(|(i, span)| Some((*i, span?))).collect();
        let treated_as_withdrawn = self.treated_as_withdrawn(&who);
        let events = self.events(&who, &spans);
        let data = covered.coverage.map(|coverage| CollectorData { events, dumps, coverage });
        let (name, files, peers) = (name.to_owned(), self.own.to_vec(), who.peers());
        Assembled { name, data, files, spans, peers, dumps: places, who, treated_as_withdrawn }
    }

    fn update_file(&self, index: usize) -> archive::UpdateFile {
        let (file, said) = &self.files[index];
        let median = median(said.records.iter().map(|record| record.time).collect());
        let records = said.first.zip(said.last).map(|(first, last)| archive::RecordTimes { first, last, median });
        let damage = said.damage.iter().map(|d| archive::Damage { after: d.after, before: d.before }).collect();
        let covers = said.covers.filter(|_| file.start.is_none()).map(|(from, until)| Span { from, until });
        archive::UpdateFile { named: file.start, covers, records, damage }
    }

    fn is_in_time(&self, time: Time) -> bool {
        self.selection.to.is_none_or(|to| time < to)
    }

    fn place(&mut self, file: usize, digest: Digest, time: Time) -> RecordId {
        self.out.records.push(RecordPlace { file, digest, time });
        RecordId::new(u32::try_from(self.out.records.len() - 1).unwrap_or(u32::MAX))
    }

    /// Rule 7: by time, then as the files and their records are in order; what two files overlap in counts once.
    fn events(&mut self, who: &Who, spans: &BTreeMap<usize, Span>) -> Vec<Event> {
        let files = &*self.files;
        let mut merged = Overlaps::of(self.own.iter().map(|i| files[*i].1.records.as_slice()));
        let mut events = Vec::new();
        for &index in self.own {
            let records = std::mem::take(&mut self.files[index].1.records);
            let mut repeated = merged.add(&records);
            // Not even whose they are can be read: they may be anyone's.
            let unreadable = self.files[index].1.unreadable.iter().filter(|time| self.is_in_time(**time));
            events
                .extend(unreadable.flat_map(|time| who.peers().into_iter().map(|peer| Event::Unreadable { time: *time, peer })));
            for said in records {
                if repeated.get_mut(&(said.time, said.peer)).is_some_and(take_one) {
                    self.out.duplicates += 1;
                    continue;
                }
                let peer = who.is(said.peer);
                if !self.is_in_time(said.time) {
                    continue;
                }
                let (time, record) = (said.time, self.place(index, said.digest, said.time));
                let clock = spans.get(&index).is_some_and(|span| {
                    time < span.from.plus_secs(-CLOCK_TOLERANCE_SECS) || time > span.until.plus_secs(CLOCK_TOLERANCE_SECS)
                });
                events.push(match said.message {
                    Message::State { new, .. } => Event::State { time, peer, new, record },
                    Message::Unreadable => Event::Unreadable { time, peer },
                    Message::Update { announced, withdrawn, guessed_path_ids, .. } => {
                        let mut read = |path| self.route(path, peer, [(Flag::GuessedPathIds, guessed_path_ids)]);
                        let announced = announced.into_iter().map(|(net, id, path)| (net, id, read(path))).collect();
                        let update = Update { announced, withdrawn };
                        Event::Update { time, peer, update, record, clock }
                    }
                });
            }
        }
        events.sort_by_key(Event::time);
        events
    }

    /// A path as the peer's route, with remarks on how it was read.
    fn route<const N: usize>(&mut self, path: Arc<AsPath>, peer: PeerKey, remarks: [(Flag, bool); N]) -> Option<Arc<Route>> {
        let remarks = remarks.into_iter().filter(|(_, holds)| *holds).map(|(flag, _)| flag).collect();
        self.routes.share(path, peer.asn, remarks, self.watch.reader())
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
    fn dumps(&mut self, who: &Who) -> (Vec<Dump>, BTreeMap<RecordId, (usize, usize)>) {
        let files = &*self.files;
        let dumps_of = |i: usize| files[i].1.dumps.iter().enumerate().map(move |(place, dump)| ((i, place), dump));
        let mut all: Vec<((usize, usize), &FileDump)> = self.own.iter().copied().flat_map(dumps_of).collect();
        all.sort_by_key(|(place, dump)| (dump.begin, *place));
        all.dedup_by(|(_, later), (_, earlier)| {
            let name = |dump: &FileDump| (dump.begin, dump.first, dump.size, dump.broken.is_none());
            name(later) == name(earlier)
        });
        let (mut dumps, mut places) = (Vec::new(), BTreeMap::new());
        let verdicts = trust::verdicts(&all.iter().map(|(_, dump)| *dump).collect::<Vec<_>>(), self.watch);
        let all: Vec<(usize, usize)> = all.into_iter().map(|(place, _)| place).collect();
        for (place, verdict) in all.into_iter().zip(verdicts) {
            let said = &mut self.files[place.0].1.dumps[place.1];
            let records = std::mem::take(&mut said.records);
            let said = FileDump { records, ..said.clone() };
            if !self.is_in_time(said.end) {
                continue;
            }
            if let Some(reason) = verdict {
                self.out.rejected.push(Rejected { file: place.0, reason });
                continue;
            }
            let dump = self.dump(who, place.0, said);
            places.insert(dump.record, place);
            dumps.push(dump);
        }
        // What came twice.
        for index in self.own {
            self.files[*index].1.dumps.iter_mut().for_each(|dump| dump.records = Vec::new());
        }
        (dumps, places)
    }

    fn dump(&mut self, who: &Who, index: usize, said: FileDump) -> Dump {
        let mut dump = Dump {
            begin: said.begin,
            end: said.end,
            record: self.place(index, said.first, said.begin),
            rows: Vec::with_capacity(said.records.len()),
            peers: BTreeMap::new(),
            unseen: BTreeSet::new(),
            excerpt: said.excerpt,
            families: said.families,
        };
        dump.peers = full_feeds(who, &said.sample);
        let (listed, excerpt) = (said.peers.iter().map(|peer| who.is(*peer)), said.excerpt);
        for DumpRecord { time, prefix, digest, entries, repeated } in said.records {
            let record = self.place(index, digest, time);
            let entry = |(named, path_id, path): (FilePeer, u32, Arc<AsPath>)| {
                let peer = who.is(named);
                dump.peers.entry(peer).or_default();
                let remarks = [(Flag::Excerpt, excerpt), (Flag::SamePeerTwice, repeated.contains(&named))];
                DumpEntry { peer, path_id, route: self.route(path, peer, remarks) }
            };
            let entries = entries.into_iter().map(entry).collect();
            dump.rows.push(DumpRow { prefix, time, record, entries });
        }
        dump.rows.sort_by_key(|row| row.prefix);
        dump.unseen = listed.filter(|peer| !dump.peers.contains_key(peer)).collect();
        dump
    }
}

impl Assembly {
    /// Lets go of what messages and dumps say, once all is replayed; when the dumps were written stays.
    pub fn forget_records(&mut self) {
        for data in self.collectors.iter_mut().flat_map(|collector| &mut collector.data) {
            data.events = Vec::new();
            data.dumps.iter_mut().for_each(|dump| dump.rows = Vec::new());
        }
    }
}

impl Assembled {
    /// Every name of a peer in its files, as they have it.
    pub fn names(&self) -> impl Iterator<Item = FilePeer> + '_ {
        self.who.named()
    }

    /// Takes in what looking at all of a dump showed: the peers with any route, watched or not, and the families of these.
    pub fn look_into(&mut self, dump: RecordId, holders: &BTreeMap<FilePeer, [bool; 2]>) {
        let dumps = self.data.iter_mut().flat_map(|data| &mut data.dumps);
        for dump in dumps.filter(|d| d.record == dump) {
            dump.unseen.clear();
            for peer in holders.keys() {
                dump.peers.entry(self.who.is(*peer)).or_default();
            }
        }
    }
}

fn median(mut times: Vec<Time>) -> Option<Time> {
    times.sort_unstable();
    times.get(times.len().saturating_sub(1) / 2).copied()
}

/// The peers of a sample, and which of them are full-feed: measured over all peers of the collector (rule 15).
fn full_feeds(who: &Who, sample: &[(FilePeer, [u32; 2])]) -> BTreeMap<PeerKey, [bool; 2]> {
    let mut sizes: BTreeMap<PeerKey, [u32; 2]> = BTreeMap::new();
    for (peer, held) in sample {
        let own = sizes.entry(who.is(*peer)).or_default();
        *own = [own[0] + held[0], own[1] + held[1]];
    }
    let largest = [0, 1].map(|family| sizes.values().map(|own| own[family]).max().unwrap_or(0));
    let is_full = |size: u32, largest: u32| size > 0 && u64::from(size) * 100 >= u64::from(largest) * FULL_FEED_PERCENT;
    sizes.into_iter().map(|(peer, own)| (peer, [0, 1].map(|family| is_full(own[family], largest[family])))).collect()
}

/// Rule 1: ASN 0 or 23456 stands for the only peer of the collector with that address.
#[derive(Debug, Clone)]
pub struct Who {
    id: CollectorId,
    by_ip: BTreeMap<IpAddr, BTreeSet<Asn>>,
    /// Who is meant by each of the names.
    meant: HashMap<FilePeer, PeerKey>,
}

impl Who {
    /// For a collector whose files name these peers.
    pub fn new(id: CollectorId, named: impl Iterator<Item = FilePeer>) -> Self {
        let mut by_ip: BTreeMap<IpAddr, BTreeSet<Asn>> = BTreeMap::new();
        for peer in named {
            by_ip.entry(peer.ip).or_default().insert(peer.asn);
        }
        let mut who = Who { id, by_ip, meant: HashMap::new() };
        who.meant = who.named().map(|said| (said, who.find(said))).collect();
        who
    }

    /// Every name.
    fn named(&self) -> impl Iterator<Item = FilePeer> + '_ {
        self.by_ip.iter().flat_map(|(ip, asns)| asns.iter().map(|asn| FilePeer { ip: *ip, asn: *asn }))
    }

    /// The peer that is meant.
    pub fn is(&self, said: FilePeer) -> PeerKey {
        self.meant.get(&said).copied().unwrap_or_else(|| self.find(said))
    }

    fn find(&self, said: FilePeer) -> PeerKey {
        let known = self.by_ip.get(&said.ip);
        let mut real = known.into_iter().flatten().filter(|asn| !stands_for_another(**asn));
        let asn = match (stands_for_another(said.asn), real.next(), real.next()) {
            (true, Some(only), None) => *only,
            _ => said.asn,
        };
        PeerKey::new(self.id, said.ip, asn)
    }

    fn peers(&self) -> BTreeSet<PeerKey> {
        self.meant.values().copied().collect()
    }
}

fn stands_for_another(asn: Asn) -> bool {
    asn == Asn(0) || asn == Asn::TRANS
}

#[cfg(test)]
#[path = "assemble_tests.rs"]
mod tests;
