//! A result as every format sees it: typed cells under named columns, with what stands above and below the table. Rows are made as they
//! are written, and again for whoever walks them again; none are kept.

use std::borrow::Cow;
use std::io;

use super::walk::Walk;
use crate::model::Time;

/// A cell's type: what JSON and Parquet make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// A number with decimals.
    Real,
    /// An instant: RFC 3339 in text formats, microseconds since the epoch in binary ones.
    Time,
    /// A duration: seconds with up to six decimals; the cell holds microseconds.
    Duration,
    /// AS numbers of a path, nearest first; text formats write them separated by spaces.
    Path,
}

/// One value. An empty cell means unknown or not applicable.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// No value.
    Empty,
    /// Text from us or from the data: every format escapes it its own way.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number with decimals.
    Real(f64),
    /// An instant.
    Time(Time),
    /// Microseconds, and how many decimals of a second text formats write.
    Duration(i64, Digits),
    /// A path as printed: `20485 131279 {65001,65002}`.
    Path(String),
}

/// The decimals of a duration: six as soon as one of its bounds has microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// None.
    Seconds,
    /// Six.
    Micros,
}

/// A column: its name is a contract, its type is what docs/output-formats.md says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name in the header; raw where it has an AS' name in it (`--wide`): formats escape it.
    pub name: Cow<'static, str>,
    /// The type of its cells.
    pub kind: Kind,
}

/// A whole result.
#[derive(Default)]
pub struct Sheet<'a> {
    /// The command that made it: `timeline`, `changes`.
    pub name: &'static str,
    /// The columns of every row.
    pub columns: Vec<Column>,
    /// One cell a column.
    pub rows: Walk<'a, Vec<Cell>>,
    /// Two lines for people, above the table.
    pub summary: Vec<String>,
    /// What the result cannot say, under the table: one sentence each.
    pub caveats: Vec<String>,
    /// Facts about the run for JSON: files read, gaps, unobserved seconds.
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// What a workbook draws as a chart beside the rows.
    pub chart: Option<Chart<'a>>,
    /// Makes the same rows for people; `None`: formats for people show all of `columns`.
    pub view: Option<Box<dyn Fn() -> View<'a> + 'a>>,
}

/// Values over time that add up, in even steps: a stacked area chart of each prefix.
pub struct Chart<'a> {
    /// What each area is.
    pub names: Vec<String>,
    /// Time, prefix, then one value an area.
    pub rows: Walk<'a, Vec<Cell>>,
}

/// A result as people read it: fewer and shorter cells, in groups. Its texts are raw; formats escape them.
#[derive(Default)]
pub struct View<'a> {
    /// The columns of every group.
    pub columns: Vec<Heading>,
    /// The rows, under their headings.
    pub lines: Walk<'a, Line>,
    /// Lines that keep their spaces, below the rows.
    pub drawing: Vec<String>,
    /// What the marks mean: one sentence each.
    pub legend: Vec<String>,
}

/// A line of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A group begins, under what its rows share; `None`: there is one group only.
    Group(Option<String>),
    /// A row of the group: one text a column.
    Row(Vec<String>),
}

/// Writes rows that come in order, each with its group's heading: a heading goes before the first of its rows.
pub struct Grouped<'s> {
    last: Option<String>,
    to: &'s mut dyn FnMut(Line) -> io::Result<()>,
}

impl<'s> Grouped<'s> {
    /// Nothing is written yet.
    pub fn new(to: &'s mut dyn FnMut(Line) -> io::Result<()>) -> Self {
        Grouped { last: None, to }
    }

    /// A row of that group.
    pub fn row(&mut self, heading: String, row: Vec<String>) -> io::Result<()> {
        if self.last.as_ref() != Some(&heading) {
            (self.to)(Line::Group(Some(heading.clone())))?;
            self.last = Some(heading);
        }
        (self.to)(Line::Row(row))
    }
}

/// A column of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// What stands above it; safe to show.
    pub name: Cow<'static, str>,
    /// On which side its cells stand.
    pub align: Align,
    /// What becomes of it when the line is too long.
    pub room: Room,
}

/// On which side a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// How a column takes a line that is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// It is never cut.
    Fixed,
    /// It is left out whole where the line is too long, the one with the highest number first.
    Optional(u8),
    /// Its cells are a part of the window, `FROM UNTIL` in thousandths: drawn as a bar where a terminal has room for it, and else left out.
    Bar,
    /// Its cells may lose their end.
    CutEnd,
    /// Its cells may lose their beginning: a path's far end matters most.
    CutStart,
}

/// Rows of a view under one heading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// What they share; `None`: there is one group only.
    pub heading: Option<String>,
    /// One text a column.
    pub rows: Vec<Vec<String>>,
}

impl From<Vec<Group>> for Walk<'_, Line> {
    fn from(groups: Vec<Group>) -> Self {
        let lines = |group: Group| [Line::Group(group.heading)].into_iter().chain(group.rows.into_iter().map(Line::Row));
        groups.into_iter().flat_map(lines).collect::<Vec<_>>().into()
    }
}
