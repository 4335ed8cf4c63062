//! The builder of synthetic archives: what happened, told in the order of telling, becomes files as a collector writes them.
//!
//! A moment is a number, seconds after the usual RIB at 08:00, or a time of day. Coverage is whole unless a file is left out: every
//! update file of the collector's cadence exists and holds an unrelated route.

use std::collections::BTreeMap;

use crate::mrt::{AsnWidth, Attributes, Nlri, Segment, Session, Stamp, Update};
use crate::table::Rib;

/// The origin of all scenarios.
pub const O: u32 = 131_279;
/// The first upstream.
pub const U1: u32 = 4837;
/// The second upstream.
pub const U2: u32 = 20485;
/// A watched prefix.
pub const X: &str = "175.45.176.0/24";
/// Another one.
pub const Y: &str = "175.45.178.0/24";

/// A peer of a collector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peer {
    pub ip: &'static str,
    pub asn: u32,
}

pub const P: Peer = Peer { ip: "192.0.2.10", asn: 3356 };
pub const Q: Peer = Peer { ip: "192.0.2.11", asn: 1299 };
pub const R: Peer = Peer { ip: "192.0.2.12", asn: 2914 };
/// Speaks of unrelated routes only.
const BYSTANDER: Peer = Peer { ip: "192.0.2.250", asn: 65_000 };

/// Microseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

/// 2017-10-01T00:00:00Z, seconds since the epoch.
pub const DAY: i64 = 1_506_816_000;
/// Moment 0: that day at 08:00.
pub const ZERO: i64 = DAY + 8 * 3600;

impl From<i64> for Moment {
    fn from(seconds: i64) -> Self {
        Moment((ZERO + seconds) * 1_000_000)
    }
}

impl From<&str> for Moment {
    /// `08:00`, `09:07:51`, `09:07:51.25`, or the same after a date and a space.
    fn from(text: &str) -> Self {
        let (date, time) = text.split_once(' ').unwrap_or(("2017-10-01", text));
        let time = if time.len() == 5 { format!("{time}:00") } else { time.to_owned() };
        let time: uplinks::model::Time = format!("{date}T{time}Z").parse().expect("a time");
        Moment(time.micros())
    }
}

impl Moment {
    pub fn secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    pub fn seconds_u32(self) -> u32 {
        u32::try_from(self.secs()).expect("after 1970")
    }

    /// With microseconds if it has any.
    pub fn stamp(self) -> Stamp {
        if self.0 % 1_000_000 == 0 { Stamp::Seconds(self.seconds_u32()) } else { Stamp::Micros(self.0.unsigned_abs()) }
    }
}

/// How a route is told.
#[derive(Debug, Clone)]
pub enum Told {
    /// The path `peer upstream O`.
    Via(u32),
    /// This very path.
    Path(Vec<u32>),
    /// These segments.
    Segments(Vec<Segment>),
    /// These very attributes.
    Attributes(Attributes),
}

/// Through an upstream.
pub fn via(upstream: u32) -> Told {
    Told::Via(upstream)
}

/// By a whole path.
pub fn path(ases: &[u32]) -> Told {
    Told::Path(ases.to_vec())
}

impl Told {
    pub fn attributes(self, peer: Peer, width: AsnWidth) -> Attributes {
        let start = Attributes::new(width).origin(0);
        match self {
            Told::Via(upstream) => start.path(&[peer.asn, upstream, O]).next_hop("192.0.2.10"),
            Told::Path(ases) if ases.is_empty() => start.path_segments(&[]).next_hop("192.0.2.10"),
            Told::Path(ases) => start.path(&ases).next_hop("192.0.2.10"),
            Told::Segments(segments) => start.path_segments(&segments).next_hop("192.0.2.10"),
            Told::Attributes(attributes) => attributes,
        }
    }
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Plain,
    Gzip,
    /// Block size in 100 kB.
    Bzip2(u32),
}

/// A file of the archive, before it is packed.
#[derive(Debug, Clone)]
pub struct File {
    /// Below the archive's directory, without the compression's ending.
    pub name: String,
    pub plain: Vec<u8>,
    pub packing: Packing,
    /// Done to the packed bytes.
    pub spoil: Option<fn(Vec<u8>) -> Vec<u8>>,
}

#[derive(Debug, Clone)]
struct Record {
    at: Moment,
    /// In which file, if not in that of its time.
    file: Option<Moment>,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone)]
struct Collector {
    name: String,
    cadence: i64,
    covered: Option<(Moment, Moment)>,
    /// Starts of update files other than by cadence.
    starts: Option<Vec<Moment>>,
    missing: Vec<Moment>,
    records: Vec<Record>,
    ribs: Vec<Rib>,
}

/// Something done to a file.
pub type Change = fn(&mut File);

/// What a test tells.
#[derive(Debug, Clone)]
pub struct Archive {
    collectors: Vec<Collector>,
    changed: Vec<(String, Change)>,
    pub extra: Vec<File>,
}

impl Archive {
    /// An archive of one collector, covered from 08:00 to 10:00 unless told otherwise.
    pub fn of(collector: &str) -> Self {
        Archive { collectors: Vec::new(), changed: Vec::new(), extra: Vec::new() }.and(collector)
    }

    /// What follows is about another collector.
    pub fn and(mut self, collector: &str) -> Self {
        let cadence = if collector.starts_with("route-views") { 900 } else { 300 };
        let covered = Some((Moment::from("08:00"), Moment::from("10:00")));
        let (name, starts, missing, records, ribs) = (collector.to_owned(), None, vec![], vec![], vec![]);
        self.collectors.push(Collector { name, cadence, covered, starts, missing, records, ribs });
        self
    }

    fn last(&mut self) -> &mut Collector {
        self.collectors.last_mut().expect("a collector")
    }

    /// Update files exist for this time.
    pub fn covered(mut self, from: impl Into<Moment>, until: impl Into<Moment>) -> Self {
        self.last().covered = Some((from.into(), until.into()));
        self
    }

    /// No update files.
    pub fn ribs_only(mut self) -> Self {
        self.last().covered = None;
        self
    }

    /// This update file is missing.
    pub fn missing(mut self, file: impl Into<Moment>) -> Self {
        self.last().missing.push(file.into());
        self
    }

    /// The update files begin just then; the last one lasts a cadence.
    pub fn files_at<M: Into<Moment>>(mut self, starts: impl IntoIterator<Item = M>) -> Self {
        self.last().starts = Some(starts.into_iter().map(Into::into).collect());
        self
    }

    /// Seconds from one update file to the next.
    pub fn cadence(mut self, seconds: i64) -> Self {
        self.last().cadence = seconds;
        self
    }

    pub fn rib(mut self, rib: Rib) -> Self {
        self.last().ribs.push(rib);
        self
    }

    /// A record as it is.
    pub fn record(mut self, at: impl Into<Moment>, bytes: Vec<u8>) -> Self {
        self.last().records.push(Record { at: at.into(), file: None, bytes });
        self
    }

    /// An UPDATE of a four-byte session.
    pub fn update(self, at: impl Into<Moment>, peer: Peer, update: &Update) -> Self {
        let at = at.into();
        self.record(at, Session::new(peer.ip, peer.asn).update(at.stamp(), update))
    }

    pub fn announces(self, at: impl Into<Moment>, peer: Peer, prefix: &str, told: Told) -> Self {
        self.update(at, peer, &announcement(peer, prefix, told, AsnWidth::Four))
    }

    pub fn withdraws(self, at: impl Into<Moment>, peer: Peer, prefix: &str) -> Self {
        self.update(at, peer, &withdrawal(prefix))
    }

    /// The session goes from one state to another.
    pub fn session(self, at: impl Into<Moment>, peer: Peer, old: u16, new: u16) -> Self {
        let at = at.into();
        self.record(at, Session::new(peer.ip, peer.asn).state_change(at.stamp(), old, new))
    }

    /// The record told last stands in the update file of that time, whatever its own.
    pub fn in_file(mut self, file: impl Into<Moment>) -> Self {
        self.last().records.last_mut().expect("a record").file = Some(file.into());
        self
    }

    /// Something is done to the files whose name contains `name`.
    pub fn but(mut self, name: &str, change: Change) -> Self {
        self.changed.push((name.to_owned(), change));
        self
    }

    /// The files, sorted by collector as told, RIBs first.
    pub fn files(&self) -> Vec<File> {
        let mut files: Vec<File> = self.collectors.iter().flat_map(Collector::files).collect();
        for (name, change) in &self.changed {
            let mut hit = false;
            for file in files.iter_mut().filter(|f| f.name.contains(name.as_str())) {
                change(file);
                hit = true;
            }
            assert!(hit, "no file named {name}");
        }
        files.extend(self.extra.iter().cloned());
        files
    }
}

impl Collector {
    fn files(&self) -> Vec<File> {
        let packing = if self.name.starts_with("route-views") { Packing::Bzip2(1) } else { Packing::Gzip };
        let file = |kind: &str, at: Moment, plain| {
            let time = chrono::DateTime::from_timestamp(at.secs(), 0).expect("a time");
            let name = format!("{}/{kind}.{}", self.name, time.format("%Y%m%d.%H%M"));
            File { name, plain, packing, spoil: None }
        };
        let kind = if self.name.starts_with("route-views") { "rib" } else { "bview" };
        let ribs = self.ribs.iter().map(|rib| file(kind, rib.at, rib.bytes()));
        let updates = self.updates().into_iter().map(|(start, plain)| file("updates", start, plain));
        ribs.chain(updates).collect()
    }

    /// Every update file by its start.
    fn updates(&self) -> BTreeMap<Moment, Vec<u8>> {
        let Some((from, until)) = self.covered else { return BTreeMap::new() };
        let starts: Vec<i64> = match &self.starts {
            Some(starts) => starts.iter().map(|s| s.secs()).collect(),
            None => (from.secs()..until.secs()).step_by(usize::try_from(self.cadence).expect("seconds")).collect(),
        };
        let mut files: BTreeMap<i64, Vec<(i64, Vec<u8>)>> = BTreeMap::new();
        let sign_of_life = announcement(BYSTANDER, "203.0.113.0/24", path(&[BYSTANDER.asn, 64_999]), AsnWidth::Four);
        for &start in &starts {
            // At the file's very ends, so that where the next is missing the hole begins there.
            for seconds in [start, start + self.cadence] {
                let at = Moment(seconds * 1_000_000);
                let bytes = Session::new(BYSTANDER.ip, BYSTANDER.asn).update(at.stamp(), &sign_of_life);
                files.entry(start).or_default().push((at.0, bytes));
            }
        }
        for record in &self.records {
            let at = record.file.unwrap_or(record.at).secs();
            let start = starts.iter().rev().find(|s| **s <= at).expect("an update file for this record");
            files.entry(*start).or_default().push((record.at.0, record.bytes.clone()));
        }
        for missing in &self.missing {
            assert!(files.remove(&missing.secs()).is_some_and(|f| f.len() == 2), "a file without news can be left out");
        }
        let sorted = |mut records: Vec<(i64, Vec<u8>)>| {
            records.sort_by_key(|(at, _)| *at);
            records.into_iter().flat_map(|(_, bytes)| bytes).collect()
        };
        files.into_iter().map(|(start, records)| (Moment(start * 1_000_000), sorted(records))).collect()
    }
}

/// The UPDATE that announces one prefix of either family.
pub fn announcement(peer: Peer, prefix: &str, told: Told, width: AsnWidth) -> Update {
    let attributes = told.attributes(peer, width);
    if prefix.contains(':') {
        return Update::new().attributes(attributes.mp_reach("2001:db8::10", [prefix]));
    }
    Update::new().attributes(attributes).announce(prefix)
}

/// The UPDATE that withdraws one prefix of either family.
pub fn withdrawal(prefix: &str) -> Update {
    if prefix.contains(':') {
        return Update::new().attributes(Attributes::new(AsnWidth::Four).mp_unreach([prefix]));
    }
    Update::new().withdraw(Nlri::from(prefix))
}
