//! CSV: a header and the rows, quoted as RFC 4180 says, lines ended by a line feed. Safe to open in a spreadsheet and to show on a terminal.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Style, TimeFormat, Writer};
use crate::escape::{guarded, printable};
use crate::report::sheet::{Cell, Sheet};
use crate::report::text;

/// The format.
pub struct Csv;

impl Writer for Csv {
    fn write(&self, sheet: &Sheet<'_>, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let mut rows = csv::WriterBuilder::new().from_writer(out);
        rows.write_record(sheet.columns.iter().map(|c| guarded(printable(&c.name)).into_owned())).map_err(into_io)?;
        sheet.rows.walk(&mut |row| {
            row.iter().try_for_each(|cell| rows.write_field(safe(cell, style.times).as_bytes())).map_err(into_io)?;
            rows.write_record(None::<&[u8]>).map_err(into_io)
        })?;
        rows.flush()
    }
}

/// A cell as a spreadsheet and a terminal may have it: a row is a line, and no text is a formula.
fn safe(cell: &Cell, times: TimeFormat) -> Cow<'_, str> {
    match cell {
        Cell::Time(time) => Cow::Owned(times.text(*time)),
        Cell::Text(text) | Cell::Path(text) => guarded(printable(text)),
        _ => text::cell(cell),
    }
}

/// The sink's own error, whose kind tells a closed pipe from a full disk.
fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
