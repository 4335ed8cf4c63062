//! The files of a world, and what can be read in them: which messages, which dumps, and which times are covered without a doubt.

use crate::log::{Log, Said};
use crate::records::{self, DumpRecord};
use crate::world::{Collector, DumpFault, Fault, File, Kind, MIN, Micros, Path, SEC, World};

/// Whether something stands in a readable place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// It does not.
    No,
    /// Behind damage, or in a dump that may be refused: a reader may take it or leave it.
    Maybe,
    /// It does.
    Sure,
}

/// A file before it is packed.
#[derive(Debug, Clone)]
pub struct Written {
    /// Below the archive's folder, without the ending of a compression.
    pub path: String,
    /// What decompressing gives.
    pub bytes: Vec<u8>,
    /// The compressed stream breaks off after that.
    pub breaks: bool,
    /// Whose it is.
    pub kind: Kind,
    /// For people: a record a line.
    pub lines: Vec<Line>,
}

/// A record of an update file, for people.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// Its time.
    pub at: Micros,
    /// The peer and which of its messages; `None`: an unrelated one.
    pub said: Option<(usize, usize)>,
}

/// A dump as a reader may find it.
#[derive(Debug, Clone)]
pub struct DumpSeen {
    /// Its file, without the ending of a compression.
    pub path: String,
    /// The time of its first record.
    pub begin: Micros,
    /// When the last one was written.
    pub end: Micros,
    /// Whether it can be used.
    pub accepted: Seen,
    /// Watched routes: peer, key, path and the record's time.
    pub entries: Vec<(usize, (usize, u32), Path, Micros)>,
    /// Peers that it shows with any route.
    pub peers: std::collections::BTreeSet<usize>,
}

impl DumpSeen {
    /// Whether evidence is of this dump.
    pub fn is_named(&self, evidence: &str) -> bool {
        evidence.starts_with(&format!("{}.", self.path)) || evidence.starts_with(&format!("{}#", self.path))
    }
}

/// What can be read of a collector.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    /// By peer and message.
    pub messages: Vec<Vec<Seen>>,
    /// Closed spans in which every message was recorded and can be read, in order.
    pub spans: Vec<(Micros, Micros)>,
    /// Its dumps.
    pub dumps: Vec<DumpSeen>,
}

/// A record of an update file.
struct Record {
    at: Micros,
    said: Option<(usize, usize)>,
    bytes: Vec<u8>,
}

/// All files of a collector, and what can be read in them.
pub fn write(world: &World, collector: &Collector, logs: &[Log]) -> (Vec<Written>, Recorded) {
    let mut recorded =
        Recorded { messages: logs.iter().map(|log| vec![Seen::No; log.messages.len()]).collect(), ..Recorded::default() };
    let mut out = Vec::new();
    let mut spans: Vec<Option<Readable>> = Vec::new();
    let contents = contents(world, collector, logs);
    for (file, records) in collector.files.iter().zip(contents) {
        let (written, readable) = update_file(collector, file, &records, &mut recorded.messages);
        out.extend(written);
        spans.push(readable);
    }
    recorded.spans = covered(&collector.files, &spans);
    dumps(world, collector, logs, &mut out, &mut recorded.dumps);
    (out, recorded)
}

/// The records of each update file, in file order.
fn contents(world: &World, collector: &Collector, logs: &[Log]) -> Vec<Vec<Record>> {
    let mut all: Vec<Record> = Vec::new();
    for (peer, log) in logs.iter().enumerate() {
        for (number, message) in log.messages.iter().enumerate() {
            let bytes = records::message(world, &collector.peers[peer], message.at, &message.said, collector.micros);
            all.push(Record { at: message.at, said: Some((peer, number)), bytes });
        }
    }
    for file in &collector.files {
        let mut at = file.start;
        while at < file.until {
            all.push(Record { at, said: None, bytes: records::noise(at, collector.micros) });
            at += collector.noise;
        }
    }
    all.sort_by_key(|record| record.at);
    let mut files: Vec<Vec<Record>> = collector.files.iter().map(|_| vec![]).collect();
    let mut late: Vec<Vec<Record>> = collector.files.iter().map(|_| vec![]).collect();
    for record in all {
        let Some(place) = collector.files.iter().position(|f| f.start <= record.at && record.at < f.until) else { continue };
        if let Some(before) = place.checked_sub(1)
            && record.at < collector.files[before].until + collector.files[before].overlap
        {
            files[before].push(Record { at: record.at, said: record.said, bytes: record.bytes.clone() });
        }
        if is_late(collector, place, &record) { late[place + 1].push(record) } else { files[place].push(record) }
    }
    for (place, (file, late)) in files.iter_mut().zip(late).enumerate() {
        let at = file.len().min(1);
        file.splice(at..at, late);
        if let Some((thousandths, at)) = collector.files[place].clock {
            let bytes = records::noise(at, collector.micros);
            file.insert(file.len() * thousandths / 1000, Record { at, said: None, bytes });
        }
    }
    files
}

/// A record that comes late can be lost with the next file, which nobody could know: so only where that is whole.
fn is_late(collector: &Collector, place: usize, record: &Record) -> bool {
    let file = &collector.files[place];
    let next_is_whole = collector.files.get(place + 1).is_some_and(|next| next.fault.is_none() && next.start == file.until);
    let is_of = |(peer, last)| record.said.is_some_and(|(p, _)| p == peer) && record.at >= file.until - last;
    next_is_whole && file.fault.is_none() && file.overlap == 0 && file.late.is_some_and(is_of)
}

/// What is readable of a file without a doubt: its times.
#[derive(Debug, Clone, Copy)]
struct Readable {
    first: Micros,
    last: Micros,
    whole: bool,
}

fn update_file(
    collector: &Collector,
    file: &File,
    records: &[Record],
    seen: &mut [Vec<Seen>],
) -> (Option<Written>, Option<Readable>) {
    let place = |at: usize| (records.len() * at / 1000).min(records.len().saturating_sub(1));
    let (sure, maybe) = match file.fault {
        _ if records.is_empty() => (0, 0),
        None => (records.len(), records.len()),
        Some(Fault::Missing) => return (None, None),
        Some(Fault::Cut { at, .. }) => (place(at).max(1), place(at).max(1)),
        Some(Fault::Damaged { at }) => (place(at).max(1), records.len()),
    };
    let mut bytes = Vec::new();
    let mut lines = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let is_hit = matches!(file.fault, Some(Fault::Damaged { .. })) && at == sure;
        let known = if at < sure { Seen::Sure } else { Seen::Maybe };
        if at >= maybe {
            if matches!(file.fault, Some(Fault::Cut { mid: true, .. })) {
                bytes.extend(&record.bytes[..record.bytes.len() / 2]);
            }
            break;
        }
        if is_hit {
            bytes.extend([0xff; 12]);
            bytes.extend(&record.bytes[12..]);
            continue;
        }
        bytes.extend(&record.bytes);
        lines.push(Line { at: record.at, said: record.said });
        if let Some((peer, message)) = record.said {
            seen[peer][message] = seen[peer][message].max(known);
        }
    }
    let path = format!("{}/updates.{}", collector.name, clock(file.start));
    let breaks = matches!(file.fault, Some(Fault::Cut { .. })) && sure < records.len();
    let mut times = records[..sure].iter().map(|r| r.at).filter(|at| file.start - MIN < *at && *at < file.until + 5 * MIN);
    // Where the clock is wrong beside damage, nothing tells where that begins.
    let is_sure = file.clock.is_none() || matches!(file.fault, None | Some(Fault::Missing));
    let readable = times.next().filter(|_| is_sure).map(|first| {
        let (first, last) = times.fold((first, first), |(first, last), at| (first.min(at), last.max(at)));
        Readable { first: first.max(file.start), last: last.min(file.until), whole: sure == records.len() }
    });
    (Some(Written { path, bytes, breaks, kind: collector.kind, lines }), readable)
}

/// Where a neighbour is missing, nothing is known beyond a file's own records.
fn covered(files: &[File], readable: &[Option<Readable>]) -> Vec<(Micros, Micros)> {
    let mut spans: Vec<(Micros, Micros)> = Vec::new();
    for (place, (file, this)) in files.iter().zip(readable).enumerate() {
        let Some(this) = this else { continue };
        let before = place.checked_sub(1).and_then(|at| readable[at].filter(|b| b.whole && files[at].until == file.start));
        let after = files.get(place + 1).filter(|next| next.start == file.until).and_then(|_| readable[place + 1]);
        // To tell less of the time next to a gap is no fault.
        let from = if before.is_some() { file.start } else { this.first + MIN };
        let until = if this.whole && after.is_some() { file.until } else { this.last - MIN };
        if until <= from {
            continue;
        }
        match spans.last_mut() {
            Some(last) if before.is_some() && last.1 == from => last.1 = until,
            _ => spans.push((from, until)),
        }
    }
    spans
}

/// The minute as in names.
pub fn clock(at: Micros) -> String {
    let time = chrono::DateTime::from_timestamp(at.div_euclid(SEC), 0).expect("a time");
    time.format("%Y%m%d.%H%M").to_string()
}

fn dumps(world: &World, collector: &Collector, logs: &[Log], out: &mut Vec<Written>, seen: &mut Vec<DumpSeen>) {
    let all: Vec<Vec<DumpRecord>> = collector.dumps.iter().map(|dump| records::dump(world, collector, logs, dump)).collect();
    // That watched records are missing at the end is what one looks for: it shows no cut.
    let unrelated = |r: &DumpRecord| r.prefix.clone().filter(|prefix| !world.prefixes.contains(prefix));
    let last = |records: &[DumpRecord]| records.iter().rev().find_map(unrelated).as_deref().map(sort_key);
    let whole: Vec<usize> = (0..all.len()).filter(|at| collector.dumps[*at].fault.is_none() && all[*at].len() > 1).collect();
    let largest = whole.iter().map(|at| all[*at].len()).max().unwrap_or(0);
    let is_like_all = |at: usize| {
        let is_large = all[at].len() * 4 >= largest * 3;
        is_large && whole.iter().all(|other| last(&all[*other]) == last(&all[at]))
    };
    for (at, (dump, records)) in collector.dumps.iter().zip(&all).enumerate() {
        let cut = |thousandths: usize| (records.len() * thousandths / 1000).clamp(1, records.len());
        let (mut kept, mut half, mut breaks): (Vec<&DumpRecord>, Option<&DumpRecord>, bool) =
            (records.iter().collect(), None, false);
        match dump.fault {
            Some(DumpFault::CutBetween(place)) => {
                kept.truncate(cut(place));
                // Nothing shows that it was cut unless another dump goes further.
                let ends = kept.iter().rev().find_map(|r| unrelated(r)).as_deref().map(sort_key);
                breaks = whole.is_empty() || whole.iter().any(|other| last(&all[*other]) <= ends);
            }
            Some(DumpFault::CutMid(place)) => {
                kept.truncate(cut(place));
                half = records.get(cut(place));
                breaks = true;
            }
            Some(DumpFault::Skips(place)) if kept.len() > 3 => {
                kept.remove((kept.len() * place / 1000).clamp(2, kept.len() - 2));
            }
            Some(DumpFault::Empty) => kept.truncate(1),
            None | Some(DumpFault::Skips(_)) => {}
        }
        let accepted = match dump.fault {
            None if records.len() > 1 && is_like_all(at) => Seen::Sure,
            None | Some(DumpFault::Empty | DumpFault::CutBetween(_)) => Seen::Maybe,
            Some(_) => Seen::No,
        };
        let accepted = if breaks { Seen::No } else { accepted };
        let mut bytes: Vec<u8> = kept.iter().flat_map(|r| r.bytes.clone()).collect();
        bytes.extend(half.map(|r| &r.bytes[..r.bytes.len() / 2]).unwrap_or_default());
        let name = if collector.kind == Kind::Ris { "bview" } else { "rib" };
        let path = format!("{}/{name}.{}", collector.name, clock(dump.begin));
        out.push(Written { path: path.clone(), bytes, breaks, kind: collector.kind, lines: vec![] });
        let entries = kept.iter().flat_map(|r| r.entries.iter().map(|(p, k, path)| (*p, *k, path.clone(), r.stamp)));
        let (begin, end) = (dump.begin, dump.begin + dump.writes);
        let peers = kept.iter().flat_map(|r| r.peers.iter().copied()).collect();
        seen.push(DumpSeen { path, begin, end, accepted, entries: entries.collect(), peers });
    }
}

/// The order of prefixes in a dump.
fn sort_key(prefix: &str) -> (std::net::IpAddr, u8) {
    let net: ipnet::IpNet = prefix.parse().expect("a prefix");
    (net.addr(), net.prefix_len())
}

/// What a line says, for people.
pub fn told(world: &World, collector: &Collector, logs: &[Log], line: Line) -> Option<String> {
    let (peer, number) = line.said?;
    let who = &collector.peers[peer];
    let key = |(prefix, id): (usize, u32)| {
        if id == 0 { world.prefixes[prefix].clone() } else { format!("{} (id {id})", world.prefixes[prefix]) }
    };
    Some(match &logs[peer].messages[number].said {
        Said::Announce(k, path, doubled) => {
            format!("{} A {} [{}]{}", who.ip, key(*k), path.text(), if *doubled { " (and W in the same message)" } else { "" })
        }
        Said::Withdraw(k) => format!("{} W {}", who.ip, key(*k)),
        Said::State(old, new) => format!("{} state {old}->{new}", who.ip),
    })
}
