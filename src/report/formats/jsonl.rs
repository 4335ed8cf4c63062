//! JSON Lines: each row an object and a line, and nothing else.

use std::io::{self, Write};

use super::{Style, Writer, json};
use crate::report::sheet::Sheet;

/// The format.
pub struct Jsonl;

impl Writer for Jsonl {
    fn write(&self, sheet: &Sheet, out: &mut dyn Write, _: &Style) -> io::Result<()> {
        for row in &sheet.rows {
            json::write_row(&sheet.columns, row, out)?;
            writeln!(out)?;
        }
        Ok(())
    }
}
