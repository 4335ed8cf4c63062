//! A result as every format sees it: typed cells under named columns, with what stands above and below the table.

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The name in the header.
    pub name: &'static str,
    /// The type of its cells.
    pub kind: Kind,
}

/// A whole result.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// The command that made it: `timeline`, `changes`.
    pub name: &'static str,
    /// The columns of every row.
    pub columns: Vec<Column>,
    /// One cell a column.
    pub rows: Vec<Vec<Cell>>,
    /// Two lines for people, above the table.
    pub summary: Vec<String>,
    /// What the result cannot say, under the table: one sentence each.
    pub caveats: Vec<String>,
    /// Facts about the run for JSON: files read, gaps, unobserved seconds.
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// The same rows for people; without columns, formats for people show all of `columns`.
    pub view: View,
}

/// A result as people read it: fewer and shorter cells, in groups. Its texts are raw; formats escape them.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The columns of every group.
    pub columns: Vec<Heading>,
    /// The rows, under their headings.
    pub groups: Vec<Group>,
    /// Lines that keep their spaces, below the rows.
    pub drawing: Vec<String>,
    /// What the marks mean: one sentence each.
    pub legend: Vec<String>,
}

/// A column of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading {
    /// What stands above it.
    pub name: &'static str,
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
