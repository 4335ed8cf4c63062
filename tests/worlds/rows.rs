//! Results as typed rows.

use crate::ask::Answer;
use crate::world::{Micros, SEC};

/// A row as it was written: the names of its columns and its cells.
#[derive(Debug, Clone)]
pub struct Cells {
    names: std::sync::Arc<csv::StringRecord>,
    cells: csv::StringRecord,
}

impl Cells {
    /// A cell.
    pub fn get(&self, name: &str) -> &str {
        let at = self.names.iter().position(|n| n == name).unwrap_or_else(|| panic!("no column {name}"));
        self.cells.get(at).unwrap_or("")
    }

    fn time(&self, name: &str) -> Option<Micros> {
        time(self.get(name))
    }

    fn number(&self, name: &str) -> usize {
        self.get(name).parse().unwrap_or(0)
    }

    /// For people.
    pub fn text(&self) -> String {
        let of_interest = |(name, cell): &(&str, &str)| !cell.is_empty() && !name.ends_with("_name");
        let cell = |(name, cell): (&str, &str)| format!("{name}={}", cell.replace("2017-10-01T", ""));
        self.names.iter().zip(self.cells.iter()).filter(of_interest).map(cell).collect::<Vec<_>>().join(" ")
    }
}

/// A time as written, in microseconds since the epoch.
pub fn time(text: &str) -> Option<Micros> {
    if text.is_empty() {
        return None;
    }
    let time = chrono::DateTime::parse_from_rfc3339(text).unwrap_or_else(|_| panic!("{text:?} is a time"));
    Some(time.timestamp_micros())
}

/// A time as the program takes it.
pub fn shown(at: Micros) -> String {
    let time = chrono::DateTime::from_timestamp_micros(at).expect("a time");
    let format = if at % SEC == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%.6fZ" };
    time.format(format).to_string()
}

/// All rows of a result.
pub fn cells(answer: &Answer) -> Vec<Cells> {
    let mut reader = csv::Reader::from_reader(answer.stdout.as_bytes());
    let names = std::sync::Arc::new(reader.headers().expect("a header").clone());
    reader.records().map(|row| Cells { names: names.clone(), cells: row.expect("a row") }).collect()
}

/// Where something begins and ends, and what is known of that.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// The first proof.
    pub first: Micros,
    /// It began after this.
    pub after: Option<Micros>,
    /// It had begun by then.
    pub by: Micros,
    /// What proves it.
    pub start_basis: String,
    /// The last proof, or the end of the data.
    pub last: Micros,
    /// It ended then or later.
    pub ended_after: Option<Micros>,
    /// It had ended by then.
    pub ended_before: Option<Micros>,
    /// What proves it.
    pub end_basis: String,
    /// Remarks.
    pub flags: Vec<String>,
}

impl Bounds {
    fn of(row: &Cells) -> Bounds {
        let needed = |name: &str| row.time(name).unwrap_or_else(|| panic!("{name} is empty: {}", row.text()));
        Bounds {
            first: needed("first_seen"),
            after: row.time("started_after"),
            by: needed("started_by"),
            start_basis: row.get("start_basis").to_owned(),
            last: needed("last_seen"),
            ended_after: row.time("ended_after"),
            ended_before: row.time("ended_before"),
            end_basis: row.get("end_basis").to_owned(),
            flags: flags(row),
        }
    }

    /// Whether it has one of these remarks.
    pub fn is(&self, flags: &[&str]) -> bool {
        self.flags.iter().any(|flag| flags.contains(&flag.as_str()))
    }

    /// Whether it is there where the data end.
    pub fn is_ongoing(&self) -> bool {
        self.end_basis == "data-end"
    }
}

fn flags(row: &Cells) -> Vec<String> {
    row.get("flags").split(';').filter(|f| !f.is_empty()).map(str::to_owned).collect()
}

/// A row of `routes`.
#[derive(Debug, Clone)]
pub struct Route {
    /// As written.
    pub cells: Cells,
    /// The prefix.
    pub prefix: String,
    /// The add-path id.
    pub id: u32,
    /// The collector.
    pub collector: String,
    /// The peer's address.
    pub ip: String,
    /// The peer's AS number.
    pub asn: u32,
    /// Origin and upstream.
    pub subject: (String, String),
    /// The path.
    pub path: String,
    /// When.
    pub bounds: Bounds,
}

/// Rows of `routes`.
pub fn routes(answer: &Answer) -> Vec<Route> {
    let row = |cells: Cells| Route {
        prefix: cells.get("prefix").to_owned(),
        id: cells.get("path_id").parse().unwrap_or(0),
        collector: cells.get("collector").to_owned(),
        ip: cells.get("peer_ip").to_owned(),
        asn: cells.get("peer_asn").parse().unwrap_or(0),
        subject: (cells.get("origin_asn").to_owned(), cells.get("upstream_asn").to_owned()),
        path: cells.get("as_path").to_owned(),
        bounds: Bounds::of(&cells),
        cells,
    };
    cells(answer).into_iter().map(row).collect()
}

impl Route {
    /// Whether it is told that nothing proves part of it.
    pub fn is_assumed(&self) -> bool {
        self.bounds.is(&["gap", "sampled"]) || self.cells.get("assumed_s") != "0"
    }

    /// Until when it is believed to stand, at most.
    pub fn believed_until(&self) -> Micros {
        let bounds = &self.bounds;
        let assumed = micros(self.cells.get("assumed_s"));
        if bounds.is_ongoing() { Micros::MAX } else { bounds.ended_before.unwrap_or(bounds.last + assumed) }
    }
}

/// Seconds with up to six decimals.
fn micros(seconds: &str) -> Micros {
    let (whole, part) = seconds.split_once('.').unwrap_or((seconds, ""));
    whole.parse::<Micros>().unwrap_or(0) * SEC + format!("{part:0<6}").parse::<Micros>().unwrap_or(0)
}

/// A row of `timeline`.
#[derive(Debug, Clone)]
pub struct Episode {
    /// As written.
    pub cells: Cells,
    /// The prefix, or `*`.
    pub prefix: String,
    /// Origin and upstream.
    pub subject: (String, String),
    /// When.
    pub bounds: Bounds,
    /// The most peers at one time.
    pub peak: usize,
    /// Peers able to see it then.
    pub total: usize,
}

/// Rows of `timeline`.
pub fn timeline(answer: &Answer) -> Vec<Episode> {
    let row = |cells: Cells| Episode {
        prefix: cells.get("prefix").to_owned(),
        subject: (cells.get("origin_asn").to_owned(), cells.get("upstream_asn").to_owned()),
        bounds: Bounds::of(&cells),
        peak: cells.number("peak_peers"),
        total: cells.number("peers_total"),
        cells,
    };
    cells(answer).into_iter().map(row).collect()
}

/// A row of `changes`.
#[derive(Debug, Clone)]
pub struct Change {
    /// As written.
    pub cells: Cells,
    /// By when.
    pub time: Micros,
    /// The prefix, or `*`.
    pub prefix: String,
    /// What.
    pub what: String,
    /// Origin and upstream, where it has them.
    pub subject: (String, String),
    /// Peers before, after, and in all.
    pub peers: [usize; 3],
    /// What proves it.
    pub basis: String,
    /// Remarks.
    pub flags: Vec<String>,
}

/// Rows of `changes`.
pub fn changes(answer: &Answer) -> Vec<Change> {
    let row = |cells: Cells| Change {
        time: cells.time("time").expect("a change has a time"),
        prefix: cells.get("prefix").to_owned(),
        what: cells.get("change").to_owned(),
        subject: (cells.get("origin_asn").to_owned(), cells.get("upstream_asn").to_owned()),
        peers: ["peers_before", "peers_after", "peers_total"].map(|name| cells.number(name)),
        basis: cells.get("basis").to_owned(),
        flags: flags(&cells),
        cells,
    };
    cells(answer).into_iter().map(row).collect()
}
