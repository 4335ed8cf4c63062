//! Output formats: each turns any sheet into bytes. A new one is a file, a variant and a word here.

mod csv;
mod json;
mod jsonl;
mod markdown;
mod parquet;
mod table;
mod xlsx;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use super::sheet::Sheet;
use super::text;
use crate::model::Time;

/// A format's one duty.
pub trait Writer {
    /// Writes the whole sheet. Any error is the sink's.
    fn write(&self, sheet: &Sheet<'_>, out: &mut dyn Write, style: &Style) -> io::Result<()>;
}

/// The formats by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people, 100 columns wide.
    #[default]
    Table,
    /// RFC 4180.
    Csv,
    /// One object with facts and rows.
    Json,
    /// One object a row and line.
    Jsonl,
    /// For issues and notes, as GitHub shows it.
    Markdown,
    /// Typed columns for data frames.
    Parquet,
    /// A workbook for spreadsheets.
    Xlsx,
}

impl Format {
    /// All, in the order of help texts.
    pub const ALL: &'static [Format] =
        &[Format::Table, Format::Csv, Format::Json, Format::Jsonl, Format::Markdown, Format::Parquet, Format::Xlsx];

    /// Whether its bytes are not text.
    pub const fn is_binary(self) -> bool {
        matches!(self, Format::Parquet | Format::Xlsx)
    }

    /// Whether it has a place for words beside the rows.
    pub const fn has_words(self) -> bool {
        !matches!(self, Format::Csv | Format::Jsonl)
    }

    /// The word on the command line.
    pub const fn text(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Markdown => "markdown",
            Format::Parquet => "parquet",
            Format::Xlsx => "xlsx",
        }
    }

    fn writer(self) -> &'static dyn Writer {
        match self {
            Format::Table => &table::Table,
            Format::Csv => &csv::Csv,
            Format::Json => &json::Json,
            Format::Jsonl => &jsonl::Jsonl,
            Format::Markdown => &markdown::Markdown,
            Format::Parquet => &parquet::Parquet,
            Format::Xlsx => &xlsx::Xlsx,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

/// The text is no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no format; the formats are {list}", list = Format::ALL.iter().map(|f| f.text()).collect::<Vec<_>>().join(", "))]
pub struct ParseFormatError(String);

impl FromStr for Format {
    type Err = ParseFormatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Format::ALL.iter().copied().find(|f| f.text() == text).ok_or_else(|| ParseFormatError(text.to_owned()))
    }
}

/// Whether a table carries colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// No escape sequence at all.
    #[default]
    Never,
    /// Headings in bold.
    Always,
}

/// Whether a table may draw when something stood, where its lines have room for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bars {
    /// Text alone.
    #[default]
    None,
    /// On a terminal.
    Drawn,
}

/// How text formats for programs write an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeFormat {
    /// `2017-10-01T09:07:51Z`, with six decimals where there are microseconds.
    #[default]
    Rfc3339,
    /// `2017-10-01 09:07:51`, which spreadsheets take for a date; UTC.
    Spreadsheet,
    /// Seconds since 1970: `1506848871`, with six decimals where there are microseconds.
    Unix,
}

impl TimeFormat {
    /// The words on the command line.
    pub const ALL: [(&'static str, TimeFormat); 3] =
        [("rfc3339", TimeFormat::Rfc3339), ("spreadsheet", TimeFormat::Spreadsheet), ("unix", TimeFormat::Unix)];

    /// The instant.
    pub fn text(self, time: Time) -> String {
        match self {
            TimeFormat::Rfc3339 => time.to_string(),
            TimeFormat::Spreadsheet => text::exact(time),
            TimeFormat::Unix if time.subsec_micros() == 0 => time.secs().to_string(),
            TimeFormat::Unix => format!("{}.{:06}", time.secs(), time.subsec_micros()),
        }
    }
}

/// How a table looks, and how programs have their times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Bars.
    pub bars: Bars,
    /// How CSV and JSON write times.
    pub times: TimeFormat,
    /// Colours.
    pub colour: Colour,
    /// The widest line, in terminal cells.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Style { colour: Colour::Never, width: 100, bars: Bars::None, times: TimeFormat::default() }
    }
}

/// Writes the sheet in that format. The sink is not flushed; a closed pipe comes back as [`io::ErrorKind::BrokenPipe`].
pub fn write(sheet: &Sheet<'_>, format: Format, out: &mut dyn Write, style: &Style) -> io::Result<()> {
    format.writer().write(sheet, out, style)
}

#[cfg(test)]
mod tests;
