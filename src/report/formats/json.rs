//! JSON: one object with schema, program version, facts and rows; a row is a line, its names in the order of the columns.

use std::io::{self, Write};

use super::{Style, TimeFormat, Writer};
use crate::escape;
use crate::report::sheet::{Cell, Column, Sheet};
use crate::report::text;

/// The format.
pub struct Json;

/// Goes up when a name or a value's meaning changes; new names do not change it.
const SCHEMA: u32 = 1;

impl Writer for Json {
    fn write(&self, sheet: &Sheet<'_>, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        writeln!(out, "{{")?;
        writeln!(out, "  \"schema\": \"{}\",", schema(sheet))?;
        writeln!(out, "  \"version\": \"{}\",", env!("CARGO_PKG_VERSION"))?;
        writeln!(out, "  \"summary\": {},", escape::json(serde_json::to_string(&sheet.summary)?))?;
        writeln!(out, "  \"caveats\": {},", escape::json(serde_json::to_string(&sheet.caveats)?))?;
        writeln!(out, "  \"facts\": {},", escape::json(serde_json::to_string(&sheet.facts)?))?;
        write!(out, "  \"rows\": [")?;
        let (mut between, mut end) = ("\n", "");
        sheet.rows.walk(&mut |row| {
            write!(out, "{between}    ")?;
            (between, end) = (",\n", "\n  ");
            write_row(&sheet.columns, &row, style.times, out)
        })?;
        writeln!(out, "{end}]")?;
        writeln!(out, "}}")
    }
}

/// What the names and types of the rows follow: `uplinks/timeline/1`.
pub(super) fn schema(sheet: &Sheet<'_>) -> String {
    format!("uplinks/{}/{SCHEMA}", sheet.name)
}

/// Writes one row as an object, without a line feed.
pub(super) fn write_row(columns: &[Column], row: &[Cell], times: TimeFormat, out: &mut dyn Write) -> io::Result<()> {
    for (at, (column, cell)) in columns.iter().zip(row).enumerate() {
        let before = if at == 0 { '{' } else { ',' };
        write!(out, "{before}{}:", escape::json(serde_json::to_string(&column.name)?))?;
        match cell {
            Cell::Empty => write!(out, "null")?,
            // Numbers are written here: a float would lose the trailing zeros of a duration.
            Cell::Int(_) | Cell::Duration(..) => write!(out, "{}", text::cell(cell))?,
            Cell::Real(number) => write!(out, "{}", serde_json::to_string(number)?)?,
            Cell::Time(time) if times == TimeFormat::Unix => write!(out, "{}", times.text(*time))?,
            Cell::Time(time) => write!(out, "{}", serde_json::to_string(&times.text(*time))?)?,
            Cell::Text(_) | Cell::Path(_) => {
                write!(out, "{}", escape::json(serde_json::to_string(&text::cell(cell))?))?;
            }
        }
    }
    write!(out, "}}")
}
