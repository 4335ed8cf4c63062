//! Markdown for issues and notes: a table as GitHub renders it, with what stands above and below. Text from the data is escaped, so that
//! it stays text.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Style, Writer, table};
use crate::escape::{markdown, printable};
use crate::report::sheet::{Align, Heading, Sheet};

/// The format.
pub struct Markdown;

impl Writer for Markdown {
    fn write(&self, sheet: &Sheet, out: &mut dyn Write, _: &Style) -> io::Result<()> {
        for line in &sheet.summary {
            writeln!(out, "{}\n", markdown(line))?;
        }
        let in_full = sheet.view.columns.is_empty();
        let view = if in_full { Cow::Owned(table::in_full(sheet)) } else { Cow::Borrowed(&sheet.view) };
        for group in view.groups.iter().filter(|g| in_full || !g.rows.is_empty()) {
            if let Some(heading) = &group.heading {
                writeln!(out, "**{}**\n", markdown(heading))?;
            }
            write_table(out, &view.columns, &group.rows)?;
        }
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

fn write_table(out: &mut dyn Write, headings: &[Heading], rows: &[Vec<String>]) -> io::Result<()> {
    let line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.collect();
        format!("| {} |", cells.join(" | "))
    };
    writeln!(out, "{}", line(&mut headings.iter().map(|h| markdown(h.name.trim()))))?;
    let rule = |heading: &Heading| if heading.align == Align::Right { "---:" } else { "---" }.to_owned();
    writeln!(out, "{}", line(&mut headings.iter().map(rule)))?;
    for row in rows {
        writeln!(out, "{}", line(&mut row.iter().map(|cell| markdown(cell.trim()))))?;
    }
    writeln!(out)
}
