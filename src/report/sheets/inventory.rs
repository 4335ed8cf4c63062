//! `inventory`: what the inputs are, and a drawing of what they cover.

use std::collections::BTreeMap;

use super::cells;
use crate::escape::printable;
use crate::model::{Span, Time, spans};
use crate::report::context::{Context, PeerFacts};
use crate::report::sheet::Align::{Left, Right};
use crate::report::sheet::Room::Fixed;
use crate::report::sheet::{Cell, Group, Kind, Sheet, View};
use crate::report::text::{self, duration, plural, second};

/// What a row of the inventory counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InventoryKind {
    /// RIB dumps.
    Rib,
    /// Update files.
    Updates,
    /// One session, in whatever files.
    Peer,
}

impl InventoryKind {
    /// The word in the `kind` column.
    pub const fn text(self) -> &'static str {
        match self {
            InventoryKind::Rib => "rib",
            InventoryKind::Updates => "updates",
            InventoryKind::Peer => "peer",
        }
    }
}

/// One collector's files of one kind. `None` means not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryRow {
    /// Whose.
    pub collector: String,
    /// Which.
    pub kind: InventoryKind,
    /// How many.
    pub files: u64,
    /// The first covered instant.
    pub first: Option<Time>,
    /// The last covered instant.
    pub last: Option<Time>,
    /// Seconds from file to file, as most of them have it.
    pub spacing_secs: Option<i64>,
    /// What is missing between: sorted, disjoint.
    pub gaps: Vec<Span>,
    /// Sessions seen.
    pub peers: Option<usize>,
    /// Records of watched prefixes.
    pub watched_records: Option<u64>,
    /// Files that could not be read in full.
    pub damaged_files: u64,
    /// Files without any record.
    pub empty_files: u64,
    /// All records, if they were counted.
    pub records: Option<u64>,
    /// Watched records that could not be decoded (rule 20).
    pub quarantined: u64,
    /// Anything else, in a clause.
    pub note: String,
    /// What update files cover, or from when to when each RIB dump was written: for the drawing.
    pub covered: Vec<Span>,
}

pub(super) const COLUMNS: &[(&str, Kind)] = &[
    ("collector", Kind::Text),
    ("kind", Kind::Text),
    ("files", Kind::Int),
    ("first", Kind::Time),
    ("last", Kind::Time),
    ("spacing_s", Kind::Int),
    ("gaps", Kind::Int),
    ("gap_s", Kind::Duration),
    ("peers", Kind::Int),
    ("watched_records", Kind::Int),
    ("damaged_files", Kind::Int),
    ("empty_files", Kind::Int),
    ("note", Kind::Text),
    ("records", Kind::Int),
    ("quarantined", Kind::Int),
    ("peer_ip", Kind::Text),
    ("peer_asn", Kind::Int),
    ("announcements", Kind::Int),
    ("withdrawals", Kind::Int),
    ("repeats", Kind::Int),
    ("rib_agreements", Kind::Int),
    ("rib_disagreements", Kind::Int),
    ("treated_as_withdrawn", Kind::Int),
    ("empty_paths", Kind::Int),
    ("clock", Kind::Int),
];

const LEGEND: &[&str] = &[
    "Bad: damaged and empty files.",
    "Coverage: r a RIB dump begins, # update files cover it all, . some or all of it is missing.",
];

/// The sheet of `inventory`; rows are sorted by collector and kind.
pub fn inventory<'a>(rows: &[InventoryRow], context: &Context) -> Sheet<'a> {
    let mut sorted: Vec<&InventoryRow> = rows.iter().collect();
    sorted.sort_by_key(|r| (&r.collector, r.kind));
    let peers = &context.facts.peers;
    let cells = sorted.iter().map(|row| cells_of(row)).chain(peers.iter().map(|peer| cells_of_peer(peer, context)));
    let (groups, drawing) = (groups(&sorted, context), drawing(&sorted));
    Sheet {
        name: "inventory",
        columns: cells::columns(COLUMNS),
        rows: cells.collect::<Vec<_>>().into(),
        summary: vec![headline(&sorted), context.files_line()],
        caveats: context.missing(),
        facts: context.facts_json(),
        chart: None,
        view: Some(Box::new(move || View {
            columns: cells::headings(&[
                ("collector", Left, Fixed),
                ("kind", Left, Fixed),
                ("files", Right, Fixed),
                ("first", Left, Fixed),
                ("last", Left, Fixed),
                ("gaps", Right, Fixed),
                ("peers", Right, Fixed),
                ("bad", Right, Fixed),
                // A peer's figures stand at the end of the line: whole, however long.
                ("note", Left, Fixed),
            ]),
            lines: groups.clone().into(),
            drawing: drawing.clone(),
            legend: LEGEND.iter().map(|&line| line.to_owned()).collect(),
        })),
    }
}

fn cells_of(row: &InventoryRow) -> Vec<Cell> {
    let mut cells = vec![
        cells::text(&row.collector),
        cells::text(row.kind.text()),
        cells::count(row.files),
        cells::time(row.first),
        cells::time(row.last),
        row.spacing_secs.map_or(Cell::Empty, Cell::Int),
        cells::count(row.gaps.len()),
        cells::duration(spans::total(&row.gaps)),
        row.peers.map_or(Cell::Empty, cells::count),
        row.watched_records.map_or(Cell::Empty, cells::count),
        cells::count(row.damaged_files),
        cells::count(row.empty_files),
        cells::text(&row.note),
    ];
    cells.push(row.records.map_or(Cell::Empty, cells::count));
    cells.push(cells::count(row.quarantined));
    cells.resize(COLUMNS.len(), Cell::Empty);
    cells
}

/// A peer's figures stand under columns of their own.
fn cells_of_peer(peer: &PeerFacts, context: &Context) -> Vec<Cell> {
    let figures = peer.figures();
    let own = COLUMNS.len() - figures.len() - 4;
    let mut cells = vec![cells::text(context.collector(peer.peer.collector)), cells::text(InventoryKind::Peer.text())];
    cells.resize(own, Cell::Empty);
    cells.push(peer.records.map_or(Cell::Empty, cells::count));
    cells.push(Cell::Empty);
    cells.push(cells::text(peer.peer.ip.to_string()));
    cells.push(cells::asn(peer.peer.asn));
    cells.extend(figures.map(|(_, count)| cells::count(count)));
    cells
}

/// The files; then the peers of which a figure tells that something was wrong, or all where their records were counted.
fn groups(rows: &[&InventoryRow], context: &Context) -> Vec<Group> {
    let files = Group { heading: None, rows: rows.iter().map(|row| shown(row)).collect() };
    let wanted = context.facts.peers.iter().filter(|p| p.matters() || p.records.is_some());
    let peers: Vec<Vec<String>> = wanted.map(|peer| shown_peer(peer, context)).collect();
    if peers.is_empty() {
        return vec![files];
    }
    vec![files, Group { heading: Some("Peers (counts of watched records)".to_owned()), rows: peers }]
}

fn shown_peer(peer: &PeerFacts, context: &Context) -> Vec<String> {
    let told = peer.figures().into_iter().filter(|(_, count)| *count > 0);
    let mut told: Vec<String> = told.map(|(name, count)| format!("{} {count}", name.replace('_', " "))).collect();
    told.extend(peer.records.map(|count| format!("{count} records in all")));
    let mut cells = vec![String::new(); 9];
    cells[0] = context.collector(peer.peer.collector);
    cells[1] = format!("AS{}", peer.peer.asn);
    cells[3] = peer.peer.ip.to_string();
    cells[8] = told.join(", ");
    cells
}

fn shown(row: &InventoryRow) -> Vec<String> {
    let time = |time: Option<Time>| time.map_or_else(String::new, second);
    vec![
        row.collector.clone(),
        row.kind.text().to_owned(),
        row.files.to_string(),
        time(row.first),
        time(row.last),
        row.gaps.len().to_string(),
        row.peers.map_or_else(String::new, |p| p.to_string()),
        (row.damaged_files + row.empty_files).to_string(),
        row.note.clone(),
    ]
}

fn headline(rows: &[&InventoryRow]) -> String {
    let files: u64 = rows.iter().map(|r| r.files).sum();
    let collectors: std::collections::BTreeSet<&str> = rows.iter().map(|r| r.collector.as_str()).collect();
    let first = rows.iter().filter_map(|r| r.first).min();
    let last = rows.iter().filter_map(|r| r.last).max();
    let when = match (first, last) {
        (Some(first), Some(last)) => format!(", {} to {} UTC", text::minute(first), text::minute(last)),
        _ => String::new(),
    };
    format!("{} of {}{when}.", text::plural_u64(files, "archive file"), plural(collectors.len(), "collector"))
}

/// Cells of a drawing's line.
const CELLS: i64 = 60;
/// The widest name beside it.
const NAME: usize = 30;

/// A line a collector: `r` where a RIB dump begins, else `.` where update files miss any instant, else `#`.
fn drawing(rows: &[&InventoryRow]) -> Vec<String> {
    let all = || rows.iter().flat_map(|r| &r.covered);
    let (Some(from), Some(until)) = (all().map(|s| s.from).min(), all().map(|s| s.until).max()) else { return Vec::new() };
    let length = until.micros_since(from);
    if length < CELLS {
        return Vec::new();
    }
    let edge = |at: i64| {
        let part = i128::from(length) * i128::from(at) / i128::from(CELLS);
        from.plus_micros(i64::try_from(part).unwrap_or(i64::MAX))
    };
    let mut collectors: BTreeMap<&str, Vec<&InventoryRow>> = BTreeMap::new();
    for row in rows {
        collectors.entry(&row.collector).or_default().push(row);
    }
    let widest = collectors.keys().map(|name| text::width(&printable(name))).max().unwrap_or(0).min(NAME);
    let mut lines = vec![format!("Coverage, {} to {}, a cell is {}:", second(from), second(until), duration(length / CELLS))];
    for (name, rows) in collectors {
        let cell = |at: i64| symbol(Span { from: edge(at), until: edge(at + 1) }, until, &rows);
        let cells: String = (0..CELLS).map(cell).collect();
        let printable = printable(name);
        let name = text::cut_end(&printable, widest);
        let pad = " ".repeat(widest.saturating_sub(text::width(&name)));
        lines.push(format!("{name}{pad}  {cells}"));
    }
    lines
}

fn symbol(cell: Span, end: Time, rows: &[&InventoryRow]) -> char {
    let of = |kind| rows.iter().filter(move |r| r.kind == kind).flat_map(|r| r.covered.iter());
    // The last cell holds the last instant too.
    let within = |time: Time| cell.from <= time && (time < cell.until || time == end && cell.until == end);
    if of(InventoryKind::Rib).any(|dump| within(dump.from)) {
        return 'r';
    }
    let mut updates: Vec<&Span> = of(InventoryKind::Updates).collect();
    updates.sort_unstable();
    let reached = updates.iter().fold(cell.from, |reached, s| if s.from <= reached { reached.max(s.until) } else { reached });
    if reached >= cell.until { '#' } else { '.' }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Format;
    use crate::report::sheets::fixture::{at, context, evidence, text};

    fn sheet() -> Sheet<'static> {
        let span = |from, until| Span { from: at(from), until: at(until) };
        let updates = InventoryRow {
            records: None,
            quarantined: 0,
            collector: "rrc90".to_owned(),
            kind: InventoryKind::Updates,
            files: 35,
            first: Some(at("10-01 00:00:00")),
            last: Some(at("10-01 03:00:00")),
            spacing_secs: Some(300),
            gaps: vec![span("10-01 01:00:00", "10-01 01:05:00")],
            peers: Some(13),
            watched_records: None,
            damaged_files: 1,
            empty_files: 0,
            note: "one name = one file".to_owned(),
            covered: vec![span("10-01 00:00:00", "10-01 01:00:00"), span("10-01 01:05:00", "10-01 03:00:00")],
        };
        let dumps = InventoryRow {
            kind: InventoryKind::Rib,
            files: 2,
            gaps: Vec::new(),
            spacing_secs: None,
            covered: vec![span("10-01 00:00:00", "10-01 00:01:30"), span("10-01 03:00:00", "10-01 03:00:00")],
            note: String::new(),
            ..updates.clone()
        };
        inventory(&[updates, dumps], &context(&evidence))
    }

    #[test]
    fn csv_has_a_row_a_collector_and_kind() {
        let expected = r"
collector,kind,files,first,last,spacing_s,gaps,gap_s,peers,watched_records,damaged_files,empty_files,note,records,quarantined,peer_ip,peer_asn,announcements,withdrawals,repeats,rib_agreements,rib_disagreements,treated_as_withdrawn,empty_paths,clock
rrc90,rib,2,2017-10-01T00:00:00Z,2017-10-01T03:00:00Z,,0,0,13,,1,0,,,0,,,,,,,,,,
rrc90,updates,35,2017-10-01T00:00:00Z,2017-10-01T03:00:00Z,300,1,300,13,,1,0,one name = one file,,0,,,,,,,,,,
";
        assert_eq!(text(&sheet(), Format::Csv), expected);
    }

    #[test]
    fn the_table_draws_what_is_covered() {
        let expected = r"
37 archive files of 1 collector, 2017-10-01 00:00 to 2017-10-01 03:00 UTC.
Files: 576 read, 0 damaged, 0 skipped; 1 gap; 25 peers of 2 collectors.

collector  kind     files  first                last                 gaps  peers  bad  note
rrc90      rib          2  2017-10-01 00:00:00  2017-10-01 03:00:00     0     13    1
rrc90      updates     35  2017-10-01 00:00:00  2017-10-01 03:00:00     1     13    1  one name = one file

Coverage, 2017-10-01 00:00:00 to 2017-10-01 03:00:00, a cell is 3m 00s:
rrc90  r###################..#####################################r

Bad: damaged and empty files.
Coverage: r a RIB dump begins, # update files cover it all, . some or all of it is missing.
- Missing data: 1 gap, 5m 00s together: rrc90 2017-10-01 11:10:00 to 2017-10-01 11:15:00.
";
        assert_eq!(text(&sheet(), Format::Table), expected);
    }
}
