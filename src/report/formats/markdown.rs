//! Markdown for issues and notes: a table as GitHub renders it, with what stands above and below. Text from the data is escaped, so that
//! it stays text.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Style, Writer, table};
use crate::report::sheet::{Align, Heading, Sheet};
use crate::report::text;

/// The format.
pub struct Markdown;

impl Writer for Markdown {
    fn write(&self, sheet: &Sheet, out: &mut dyn Write, _: &Style) -> io::Result<()> {
        for line in &sheet.summary {
            writeln!(out, "{}\n", escaped(line))?;
        }
        let in_full = sheet.view.columns.is_empty();
        let view = if in_full { Cow::Owned(table::in_full(sheet)) } else { Cow::Borrowed(&sheet.view) };
        for group in view.groups.iter().filter(|g| in_full || !g.rows.is_empty()) {
            if let Some(heading) = &group.heading {
                writeln!(out, "**{}**\n", escaped(heading))?;
            }
            write_table(out, &view.columns, &group.rows)?;
        }
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

fn write_table(out: &mut dyn Write, headings: &[Heading], rows: &[Vec<String>]) -> io::Result<()> {
    let line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.collect();
        format!("| {} |", cells.join(" | "))
    };
    writeln!(out, "{}", line(&mut headings.iter().map(|h| escaped(h.name.trim()))))?;
    let rule = |heading: &Heading| if heading.align == Align::Right { "---:" } else { "---" }.to_owned();
    writeln!(out, "{}", line(&mut headings.iter().map(rule)))?;
    for row in rows {
        writeln!(out, "{}", line(&mut row.iter().map(|cell| escaped(cell.trim()))))?;
    }
    writeln!(out)
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
