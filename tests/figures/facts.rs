//! What a run's rows and facts say, as text: cells of CSV and the facts of JSON. Nothing of the program is used, so that what is derived
//! from them here is derived anew.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::conflicts::{self, Conflict};

/// A row of a CSV by column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row(BTreeMap<String, String>);

impl Row {
    /// All rows of a CSV.
    pub fn read(text: &str) -> Vec<Row> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let row = |record: csv::StringRecord| Row(headers.iter().cloned().zip(record.iter().map(str::to_owned)).collect());
        reader.records().map(|record| row(record.expect("a row"))).collect()
    }

    /// A cell.
    pub fn get(&self, column: &str) -> &str {
        self.0.get(column).unwrap_or_else(|| panic!("no column {column}"))
    }

    /// A cell that counts something.
    pub fn count(&self, column: &str) -> usize {
        self.get(column).parse().unwrap_or_else(|_| panic!("{column} is no count: {self:?}"))
    }

    /// A cell's instant, cut to the second as people read it; empty if unknown.
    pub fn second(&self, column: &str) -> String {
        second(self.get(column))
    }

    /// Whether it bears a flag.
    pub fn has(&self, flag: &str) -> bool {
        self.get("flags").split(';').any(|own| own == flag)
    }

    /// A basis that is a change of the network.
    fn is_change(&self, column: &str) -> bool {
        ["update", "rib", "gap"].contains(&self.get(column))
    }

    /// When it began, as exactly as is known.
    pub fn start(&self) -> When {
        let (after, by) = (self.second("started_after"), self.second("started_by"));
        match self.get("started_after") {
            "" => When::By(by),
            exact if exact == self.get("started_by") => When::At(by),
            _ => When::Between(after, by),
        }
    }

    /// When it ended, as exactly as is known.
    pub fn end(&self) -> When {
        let (after, before) = (self.get("ended_after"), self.get("ended_before"));
        match (after, before) {
            (_, "") => When::After(self.second("last_seen")),
            ("", _) => When::Between(self.second("last_seen"), second(before)),
            _ if after == before => When::At(second(before)),
            _ => When::Between(second(after), second(before)),
        }
    }

    fn arrival(&self) -> Arrival {
        match self.get("start_basis") {
            "data-start" => Arrival::Present,
            _ if self.is_change("start_basis") && !self.get("started_after").is_empty() => Arrival::Gained,
            _ => Arrival::Found,
        }
    }

    /// Whether two rows began as one event.
    fn began_with(&self, other: &Row) -> bool {
        ["started_by", "started_after"].iter().all(|column| self.second(column) == other.second(column))
    }
}

/// `2017-10-01 09:07:51` of a cell with an instant.
pub fn second(cell: &str) -> String {
    cell.replace('T', " ").trim_end_matches('Z').split('.').next().unwrap_or_default().to_owned()
}

/// Microseconds since the epoch of a cell with an instant.
pub fn micros(cell: &str) -> i64 {
    cell.parse::<uplinks::model::Time>().expect("an instant").micros()
}

/// `1h 06m 54s` of so many microseconds.
pub fn duration(micros: i64) -> String {
    let all = micros / 1_000_000;
    let parts = [(all / 86_400, 'd'), (all / 3600 % 24, 'h'), (all / 60 % 60, 'm'), (all % 60, 's')];
    let first = parts.iter().position(|(count, _)| *count > 0).unwrap_or(3);
    let shown = parts[first..].iter().enumerate();
    shown
        .map(|(at, (count, unit))| if at == 0 { format!("{count}{unit}") } else { format!("{count:02}{unit}") })
        .collect::<Vec<_>>()
        .join(" ")
}

/// An instant in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// The moment itself.
    At(String),
    /// It lies between.
    Between(String, String),
    /// Then or before.
    By(String),
    /// Some time after.
    After(String),
}

/// How an upstream came into the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// There at the first dump.
    Present,
    /// Seen, with nothing before.
    Found,
    /// A change brought it.
    Gained,
}

/// One upstream of one origin, with the rows that are told of.
#[derive(Debug)]
pub struct Told {
    /// How it is called.
    pub label: String,
    /// Its AS number.
    pub upstream: String,
    /// By first proof.
    pub rows: Vec<Row>,
}

/// A set of prefixes, `*` for the target.
pub type Prefixes = BTreeSet<String>;

fn prefixes<'a>(rows: impl Iterator<Item = &'a Row>) -> Prefixes {
    rows.map(|row| row.get("prefix").to_owned()).collect()
}

impl Told {
    /// How it came.
    pub fn arrival(&self) -> Arrival {
        self.rows[0].arrival()
    }

    /// The most peers at one time.
    pub fn peak(&self) -> usize {
        self.rows.iter().map(|row| row.count("peak_peers")).max().unwrap_or(0)
    }

    /// For each of the prefixes the peers at their most, and of how many.
    pub fn peaks(&self, on: &Prefixes) -> Vec<(usize, usize)> {
        let most = |prefix: &String| {
            let own = self.rows.iter().filter(|row| row.get("prefix") == prefix);
            own.map(|row| (row.count("peak_peers"), row.count("peers_total")))
                .max_by_key(|(peak, total)| (*peak, std::cmp::Reverse(*total)))
        };
        on.iter().filter_map(most).collect()
    }

    /// The prefixes of its rows.
    pub fn prefixes(&self) -> Prefixes {
        prefixes(self.rows.iter())
    }

    /// Those on which it came in its way.
    pub fn began_on(&self) -> Prefixes {
        prefixes(self.rows.iter().filter(|row| row.arrival() == self.arrival()))
    }

    fn firsts(&self) -> Vec<&Row> {
        let is_first = |(at, row): &(usize, &Row)| self.rows[..*at].iter().all(|r| r.get("prefix") != row.get("prefix"));
        self.rows.iter().enumerate().filter(is_first).map(|(_, row)| row).collect()
    }

    /// Those on which it came first.
    pub fn arrived_on(&self) -> Prefixes {
        prefixes(self.firsts().into_iter().filter(|row| row.began_with(&self.rows[0])))
    }

    /// The first rows of the others.
    pub fn later(&self) -> Vec<&Row> {
        self.firsts().into_iter().filter(|row| !row.began_with(&self.rows[0])).collect()
    }

    /// Spans in which it served anything: first and last rows.
    pub fn stays(&self) -> Vec<(&Row, &Row)> {
        let last_seen = |row: &Row| (micros(row.get("last_seen")), row.get("end_basis") == "data-end");
        let mut stays: Vec<(&Row, &Row)> = Vec::new();
        for row in &self.rows {
            match stays.last_mut() {
                Some((_, last)) if micros(row.get("first_seen")) <= last_seen(last).0 => {
                    if last_seen(row) > last_seen(last) {
                        *last = row;
                    }
                }
                _ => stays.push((row, row)),
            }
        }
        stays
    }

    /// The prefixes with which it came back.
    pub fn returned_on(&self) -> Prefixes {
        let back = self.stays().get(1).map(|(row, _)| (*row).clone());
        prefixes(self.rows.iter().filter(|row| back.as_ref().is_some_and(|back| row.began_with(back))))
    }

    /// Those that it serves at the end.
    pub fn still_on(&self) -> Prefixes {
        prefixes(self.rows.iter().filter(|row| row.get("end_basis") == "data-end"))
    }

    /// The last rows of those that it left.
    pub fn left(&self) -> Vec<&Row> {
        let still = self.still_on();
        let mut last: BTreeMap<&str, &Row> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| !still.contains(row.get("prefix")) && row.is_change("end_basis")) {
            last.insert(row.get("prefix"), row);
        }
        last.into_values().collect()
    }

    /// Its last row, if a change ended it.
    pub fn gone(&self) -> Option<&Row> {
        let last = self.stays().last().map(|(_, row)| *row);
        last.filter(|row| self.still_on().is_empty() && row.is_change("end_basis"))
    }
}

/// All that a run told.
pub struct Facts {
    /// Rows of `timeline`.
    pub rows: Vec<Row>,
    /// Rows of `changes`.
    pub changes: Vec<Row>,
    /// Rows of `routes`, of every origin.
    pub routes: Vec<Row>,
    /// Other origins of the prefixes.
    pub conflicts: Vec<Conflict>,
    /// What was told of them one by one.
    pub told: Vec<Told>,
    /// The facts of JSON.
    pub json: Value,
}

impl Facts {
    /// Puts them together: the rows that are told of one by one bear a number as upstream, and are neither stuck nor out of clock, nor seen
    /// by a single peer where others are not.
    pub fn new(timeline: &str, changes: &str, routes: Vec<Row>, json: Value) -> Facts {
        let rows = Row::read(timeline);
        let mut sound: Vec<Row> =
            rows.iter().filter(|row| named(row) && !row.has("stuck") && !row.has("clock")).cloned().collect();
        if sound.iter().any(|row| !row.has("single-peer")) {
            sound.retain(|row| !row.has("single-peer"));
        }
        let of_upstream = |row: &Row| row.get("upstream_asn").parse::<u32>().unwrap_or(u32::MAX);
        sound.sort_by_key(|row| micros(row.get("first_seen")));
        let origins: BTreeSet<&str> = sound.iter().map(|row| row.get("origin_asn")).collect();
        let mut told: Vec<Told> = Vec::new();
        for row in &sound {
            let origin = row.get("origin_asn");
            let suffix = if origins.len() > 1 && origin != "ambiguous" { format!(" (origin AS{origin})") } else { String::new() };
            let label = label(row) + &suffix;
            let key = (of_upstream(row), origin.to_owned());
            match told.iter_mut().find(|t| (of_upstream(&t.rows[0]), t.rows[0].get("origin_asn").to_owned()) == key) {
                Some(known) => known.rows.push(row.clone()),
                None => told.push(Told { label, upstream: row.get("upstream_asn").to_owned(), rows: vec![row.clone()] }),
            }
        }
        let changes = Row::read(changes);
        let conflicts = conflicts::all(&changes, &routes);
        Facts { rows, changes, routes, conflicts, told, json }
    }

    /// A fact.
    pub fn fact(&self, name: &str) -> usize {
        self.json[name].as_u64().and_then(|n| n.try_into().ok()).unwrap_or_else(|| panic!("no fact {name}"))
    }

    /// What it was about.
    pub fn target(&self) -> &str {
        self.json["target"].as_str().expect("a target")
    }

    /// A collector's facts.
    pub fn collectors(&self) -> &[Value] {
        self.json["collectors"].as_array().expect("collectors")
    }

    /// Peers of all collectors.
    pub fn peers(&self) -> usize {
        self.collectors().iter().map(|c| usize::try_from(c["peers"].as_u64().expect("peers")).expect("few")).sum()
    }

    /// Gaps but for those between the dumps of collectors that have nothing else, in microseconds.
    pub fn gaps(&self) -> Vec<i64> {
        let sampled = |name: &Value| self.collectors().iter().any(|c| c["name"] == *name && c["sampled"] == true);
        let gaps = self.json["gaps"].as_array().expect("gaps").iter().filter(|gap| !sampled(&gap["collector"]));
        gaps.map(|gap| micros(gap["until"].as_str().expect("text")) - micros(gap["from"].as_str().expect("text"))).collect()
    }

    /// The prefixes of rows whose upstream has a number.
    pub fn prefixes(&self) -> Prefixes {
        prefixes(self.rows.iter().filter(|row| named(row)))
    }

    /// How many upstreams have a number.
    pub fn upstreams(&self) -> usize {
        self.rows.iter().filter(|row| named(row)).map(|row| row.get("upstream_asn")).collect::<BTreeSet<_>>().len()
    }

    /// How many rows are not told of one by one.
    pub fn aside(&self) -> usize {
        self.rows.len() - self.told.iter().map(|t| t.rows.len()).sum::<usize>()
    }

    /// Whether some of them are left aside as their upstream has no number, and for no other reason. All have a reason.
    pub fn aside_as_unnamed(&self) -> Result<bool, String> {
        let told: BTreeSet<&Row> = self.told.iter().flat_map(|told| &told.rows).collect();
        let aside = self.rows.iter().filter(|row| !told.contains(row));
        let without: Vec<&Row> =
            aside.filter(|row| !["single-peer", "stuck", "clock"].iter().any(|flag| row.has(flag))).collect();
        let wrong = without.iter().find(|row| named(row));
        wrong.map_or(Ok(!without.is_empty()), |row| Err(format!("left aside without a reason: {row:?}")))
    }

    /// The upstreams all of whose rows are left aside, by number.
    pub fn untold(&self) -> Vec<String> {
        let is_told = |row: &&Row| self.told.iter().any(|told| told.upstream == row.get("upstream_asn"));
        let untold = self.rows.iter().filter(|row| named(row) && !is_told(row));
        let by_number: BTreeMap<u32, String> =
            untold.filter_map(|r| Some((r.get("upstream_asn").parse().ok()?, label(r)))).collect();
        by_number.into_values().collect()
    }

    /// Outages of a prefix or, `*`, of the target: when they began and ended.
    pub fn outages(&self, prefix: &str) -> Vec<(&Row, Option<&Row>)> {
        let mut found: Vec<(&Row, Option<&Row>)> = Vec::new();
        for row in self.changes.iter().filter(|row| row.get("prefix") == prefix) {
            match (row.get("change"), found.last_mut()) {
                ("outage-start", _) => found.push((row, None)),
                ("outage-end", Some((_, end @ None))) => *end = Some(row),
                _ => {}
            }
        }
        found
    }
}

fn named(row: &Row) -> bool {
    row.get("upstream_asn").parse::<u32>().is_ok()
}

/// A row's upstream in words.
pub fn label(row: &Row) -> String {
    match (row.get("upstream_asn"), row.get("upstream_name")) {
        ("direct", _) => "the origin itself".to_owned(),
        ("ambiguous", _) => "an ambiguous origin".to_owned(),
        (asn, "") => format!("AS{asn}"),
        (asn, name) => format!("AS{asn} {name}"),
    }
}
