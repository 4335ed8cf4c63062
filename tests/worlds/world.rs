//! What a world is made of: plain data, so that it can be taken apart piece by piece (`shrink`) and told (`story`).
//!
//! A world says what routers did and what collectors lost. All else (messages, records, files, what was seen of it) follows from it.

use crate::mrt::Segment;

/// Microseconds since the epoch.
pub type Micros = i64;

/// One second.
pub const SEC: Micros = 1_000_000;

/// One minute.
pub const MIN: Micros = 60 * SEC;

/// A ground truth and the way in which it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    /// What it was made from.
    pub seed: u64,
    /// What is asked for: `--prefix`.
    pub roots: Vec<String>,
    /// What is asked for by some commands: `--origin`.
    pub origin: u32,
    /// The prefixes of which there are routes: roots, and more-specifics of them.
    pub prefixes: Vec<String>,
    /// Who records.
    pub collectors: Vec<Collector>,
}

/// Whose habits a collector has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// gzip, five minutes, `bview`: all records of a dump bear its begin.
    Ris,
    /// bzip2, fifteen minutes, `rib`: a dump's records bear the time of their writing.
    RouteViews,
}

/// A collector, its peers and its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collector {
    /// The folder's name.
    pub name: String,
    /// Its project's habits.
    pub kind: Kind,
    /// Times of messages have microseconds.
    pub micros: bool,
    /// Unrelated prefixes in its tables, from a peer with a full feed.
    pub background: usize,
    /// An unrelated message comes this often.
    pub noise: Micros,
    /// Its peers.
    pub peers: Vec<Peer>,
    /// Its update files in order; none: dumps only.
    pub files: Vec<File>,
    /// Its dumps in order.
    pub dumps: Vec<Dump>,
}

/// How much a peer sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// All unrelated prefixes.
    Full,
    /// A quarter of them.
    Partial,
    /// Only one, which lies before all places at which the program takes samples.
    Low,
}

/// A router that talks to a collector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its address, unlike any other of its collector.
    pub ip: String,
    /// Its AS number, not always its own.
    pub asn: u32,
    /// An old session of two-byte AS numbers.
    pub two_byte: bool,
    /// Its session carries path ids.
    pub add_path: bool,
    /// What it sends besides watched routes.
    pub feed: Feed,
    /// The session is up when the world begins.
    pub up: bool,
    /// What the router holds when the world begins: prefix, path id, path.
    pub table: Vec<(usize, u32, Path)>,
    /// What happens, in order of time.
    pub events: Vec<(Micros, Event)>,
}

/// Something that happens at a router or to its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The router's route for a prefix changes.
    Route {
        /// Of which prefix.
        prefix: usize,
        /// The add-path id, 0 without.
        id: u32,
        /// `None`: withdrawn.
        to: Option<Path>,
        /// The message also withdraws what it announces.
        doubled: bool,
    },
    /// The router says again what it holds: the same route, or that it has none.
    Again {
        /// Of which prefix.
        prefix: usize,
        /// The add-path id, 0 without.
        id: u32,
    },
    /// The session is lost.
    Down {
        /// The new state that the collector records; `None`: it does not.
        told: Option<u16>,
    },
    /// The session is there again, and the router sends its table.
    Up {
        /// The collector records it.
        told: bool,
        /// How long that takes.
        transfer: Micros,
    },
    /// A session that is down tries in vain, and the collector records it.
    Tries,
}

/// An `AS_PATH`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Path {
    /// Without any AS, from a peer of this one.
    Empty(u32),
    /// A sequence; the origin is its last.
    Sequence(Vec<u32>),
    /// A sequence, and a set of several ASes at its end.
    Set(Vec<u32>, Vec<u32>),
}

/// Of which origin and through whom, as results name them.
pub type Subject = (String, String);

impl Path {
    /// As the `as_path` column shows it; an empty path is no route of any origin.
    pub fn text(&self) -> String {
        let join = |ases: &[u32], by: &str| ases.iter().map(u32::to_string).collect::<Vec<_>>().join(by);
        match self {
            Path::Empty(_) => String::new(),
            Path::Sequence(ases) => join(ases, " "),
            Path::Set(ases, set) => format!("{} {{{}}}", join(ases, " "), join(set, ",")),
        }
    }

    /// The segments that a message carries.
    pub fn segments(&self) -> Vec<Segment> {
        match self {
            Path::Empty(_) => vec![],
            Path::Sequence(ases) => vec![Segment::Sequence(ases.clone())],
            Path::Set(ases, set) => vec![Segment::Sequence(ases.clone()), Segment::Set(set.clone())],
        }
    }

    /// Whether a session of two-byte AS numbers cannot carry it as it is.
    pub fn is_wide(&self) -> bool {
        let ases: Vec<&u32> = match self {
            Path::Empty(_) => vec![],
            Path::Sequence(ases) => ases.iter().collect(),
            Path::Set(ases, set) => ases.iter().chain(set).collect(),
        };
        ases.into_iter().any(|asn| *asn > 65_535)
    }

    /// Origin and upstream. An empty path may be told as its peer's own; nobody has to.
    pub fn subject(&self) -> Subject {
        match self {
            Path::Empty(asn) => (asn.to_string(), "direct".to_owned()),
            Path::Set(..) => ("ambiguous".to_owned(), "ambiguous".to_owned()),
            Path::Sequence(ases) => {
                let origin = ases.last().expect("a sequence is not empty");
                let leftmost = ases.iter().position(|asn| asn == origin).unwrap_or(0);
                let upstream = leftmost.checked_sub(1).map_or("direct".to_owned(), |before| ases[before].to_string());
                (origin.to_string(), upstream)
            }
        }
    }

    /// Whether it has an origin and an upstream by anybody's reading.
    pub fn is_plain(&self) -> bool {
        !matches!(self, Path::Empty(_))
    }
}

/// An update file: what was recorded from `start` until before `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// When the daemon began it; its name has the minute.
    pub start: Micros,
    /// When the daemon ended it.
    pub until: Micros,
    /// What became of it.
    pub fault: Option<Fault>,
    /// The records of this peer and this many last microseconds stand in the next file.
    pub late: Option<(usize, Micros)>,
    /// It also holds what the next file holds of so many first microseconds.
    pub overlap: Micros,
    /// An unrelated record at this place (in thousandths) bears this time.
    pub clock: Option<(usize, Micros)>,
}

/// What became of an update file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not there.
    Missing,
    /// Nothing comes after this place, in thousandths of its records; `mid`: half a record does.
    Cut {
        /// Where.
        at: usize,
        /// Within a record.
        mid: bool,
    },
    /// The header of the record at this place, in thousandths, is overwritten.
    Damaged {
        /// Where.
        at: usize,
    },
}

/// A dump of a collector's tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    /// When writing it began.
    pub begin: Micros,
    /// How long that took.
    pub writes: Micros,
    /// How far the table is behind the messages.
    pub backlog: Micros,
    /// The index lists all peers, not only those with routes.
    pub lists_all: bool,
    /// What became of it.
    pub fault: Option<DumpFault>,
}

/// What became of a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DumpFault {
    /// Nothing comes after this place, in thousandths of its records, and the file ends as if whole.
    CutBetween(usize),
    /// Nothing comes after the middle of the record at this place, and the compressed stream breaks off.
    CutMid(usize),
    /// A record at this place, in thousandths, was left out.
    Skips(usize),
    /// Peers, but no entries.
    Empty,
}

impl World {
    /// The family of a prefix.
    pub fn is_v6(&self, prefix: usize) -> bool {
        self.prefixes[prefix].contains(':')
    }
}

impl Collector {
    /// The first and last moment of its data.
    pub fn data(&self) -> (Micros, Micros) {
        let starts = self.files.iter().map(|f| f.start).chain(self.dumps.iter().map(|d| d.begin));
        let ends = self.files.iter().map(|f| f.until).chain(self.dumps.iter().map(|d| d.begin));
        (starts.min().unwrap_or(0), ends.max().unwrap_or(0))
    }
}
