//! Output formats: each turns any sheet into bytes. A new one is a file, a variant and a word here.

mod csv;
mod json;
mod jsonl;
mod markdown;
mod parquet;
mod table;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use super::sheet::Sheet;

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
}

impl Format {
    /// All, in the order of help texts.
    pub const ALL: &'static [Format] =
        &[Format::Table, Format::Csv, Format::Json, Format::Jsonl, Format::Markdown, Format::Parquet];

    /// Whether its bytes are not text.
    pub const fn is_binary(self) -> bool {
        matches!(self, Format::Parquet)
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

/// How a table looks; the other formats have one look only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colours.
    pub colour: Colour,
    /// The widest line, in terminal cells.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Style { colour: Colour::Never, width: 100 }
    }
}

/// Writes the sheet in that format. The sink is not flushed; a closed pipe comes back as [`io::ErrorKind::BrokenPipe`].
pub fn write(sheet: &Sheet<'_>, format: Format, out: &mut dyn Write, style: &Style) -> io::Result<()> {
    format.writer().write(sheet, out, style)
}

#[cfg(test)]
mod tests;
