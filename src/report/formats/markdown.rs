//! Markdown for issues and notes: a table as GitHub renders it, with what stands above and below. Text from the data is escaped, so that
//! it stays text.

use std::io::{self, Write};

use super::{Style, Writer, table};
use crate::report::sheet::{Align, Heading, Line, Sheet};
use crate::report::text;

/// The format.
pub struct Markdown;

impl Writer for Markdown {
    fn write(&self, sheet: &Sheet<'_>, out: &mut dyn Write, _: &Style) -> io::Result<()> {
        for line in &sheet.summary {
            writeln!(out, "{}\n", escaped(line))?;
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
            view.drawing.iter().try_for_each(|line| writeln!(out, "    {}", text::printable(line)))?;
            writeln!(out)?;
        }
        for line in view.legend.iter().chain(&sheet.caveats) {
            writeln!(out, "- {}", escaped(line))?;
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
                write_row(self.out, row.iter().map(|cell| escaped(cell.trim())))
            }
        }
    }

    fn open(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.is_open, true) {
            return Ok(());
        }
        if let Some(heading) = self.heading.take() {
            writeln!(self.out, "**{}**\n", escaped(&heading))?;
        }
        write_row(self.out, self.columns.iter().map(|column| escaped(column.name.trim())))?;
        let rule = |column: &Heading| if column.align == Align::Right { "---:" } else { "---" }.to_owned();
        write_row(self.out, self.columns.iter().map(rule))
    }

    fn close(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.is_open) { writeln!(self.out) } else { Ok(()) }
    }
}

fn write_row(out: &mut dyn Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))
}

/// Text that no Markdown reader takes for markup: punctuation that could be is escaped, `<`, `>` and `&` become entities, and what
/// would be a link of itself is broken up.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let printable = text::printable(text);
    let mut rest = printable.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '@' => safe.push_str("&#64;"),
            ':' if rest.peek() == Some(&'/') => safe.push_str("&#58;"),
            // GitHub links #12 to an issue; a digest behind a path must stay as it is.
            '#' => safe.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '~' | '!' => safe.extend(['\\', c]),
            _ => safe.push(c),
        }
    }
    // `www.` is a link without any scheme.
    safe.replace("www.", "www&#46;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_the_data_stays_text() {
        for (text, markdown) in [
            ("a|b", r"a\|b"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("`rm`", r"\`rm\`"),
            ("&amp;", "&amp;amp;"),
            ("[x](https://e.org)", r"\[x\](https&#58;//e.org)"),
            ("a\nb\u{1b}[31m", r"a\\u\{a\}b\\u\{1b\}\[31m"),
            ("*", r"\*"),
            ("a/updates.gz#0123", "a/updates.gz&#35;0123"),
        ] {
            assert_eq!(escaped(text), markdown);
        }
    }
}
