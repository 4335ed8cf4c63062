//! Markdown for issues and notes: a table as GitHub renders it, with what stands above and below. Text from the data is escaped, so that
//! it stays text.

use std::io::{self, Write};

use super::{Style, Writer, table};
use crate::escape::{markdown, printable};
use crate::report::sheet::{Align, Heading, Line, Room, Sheet};

/// The format.
pub struct Markdown;

impl Writer for Markdown {
    fn write(&self, sheet: &Sheet<'_>, out: &mut dyn Write, _: &Style) -> io::Result<()> {
        for line in &sheet.summary {
            writeln!(out, "{}\n", markdown(line))?;
        }
        let view = table::view(sheet);
        let mut tables = Tables { columns: &view.columns, heading: None, is_open: false, out };
        if sheet.view.is_none() {
            tables.open()?;
        }
        view.lines.walk(&mut |line| tables.line(line))?;
        tables.close()?;
        if !view.drawing.is_empty() {
            // Indented by four, a line is code whatever it holds.
            view.drawing.iter().try_for_each(|line| writeln!(out, "    {}", printable(line)))?;
            writeln!(out)?;
        }
        for line in view.legend.iter().chain(&sheet.caveats) {
            writeln!(out, "- {}", markdown(line))?;
        }
        Ok(())
    }
}

/// A table for each group that has rows.
struct Tables<'t> {
    columns: &'t [Heading],
    /// That of the group whose rows may come.
    heading: Option<String>,
    is_open: bool,
    out: &'t mut dyn Write,
}

impl Tables<'_> {
    fn line(&mut self, line: Line) -> io::Result<()> {
        match line {
            Line::Group(heading) => {
                self.close()?;
                self.heading = heading;
                Ok(())
            }
            Line::Row(row) => {
                self.open()?;
                let shown = row.iter().zip(self.columns).filter(|(_, column)| column.room != Room::Bar);
                write_row(self.out, shown.map(|(cell, _)| markdown(cell.trim())))
            }
        }
    }

    fn open(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.is_open, true) {
            return Ok(());
        }
        if let Some(heading) = self.heading.take() {
            writeln!(self.out, "**{}**\n", markdown(&heading))?;
        }
        let shown = || self.columns.iter().filter(|column| column.room != Room::Bar);
        write_row(self.out, shown().map(|column| markdown(column.name.trim())))?;
        let rule = |column: &Heading| if column.align == Align::Right { "---:" } else { "---" }.to_owned();
        write_row(self.out, shown().map(rule))
    }

    fn close(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.is_open) { writeln!(self.out) } else { Ok(()) }
    }
}

fn write_row(out: &mut dyn Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))
}
