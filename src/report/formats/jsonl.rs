//! JSON Lines: each row an object and a line, and nothing else.

use std::io::{self, Write};

use super::{Style, Writer, json};
use crate::report::sheet::Sheet;

/// The format.
pub struct Jsonl;

impl Writer for Jsonl {
    fn write(&self, sheet: &Sheet<'_>, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        sheet.rows.walk(&mut |row| {
            json::write_row(&sheet.columns, &row, style.times, out)?;
            writeln!(out)
        })
    }
}
