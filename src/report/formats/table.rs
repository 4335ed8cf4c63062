//! The table for people: a summary, aligned columns, what the marks mean, and what the result cannot say. No text from the data
//! reaches the terminal unescaped.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Colour, Style, Writer};
use crate::escape::printable;
use crate::report::sheet::{Align, Group, Heading, Kind, Room, Sheet, View};
use crate::report::text::{self, cut_end, cut_start, width, wrap};

/// The format.
pub struct Table;

/// Between two columns.
const SPACE: usize = 2;
/// Before the rows of a group with a heading.
const INDENT: usize = 2;
/// No column is cut below that.
const NARROWEST: usize = 8;

impl Writer for Table {
    fn write(&self, sheet: &Sheet, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for line in &sheet.summary {
            paragraph("", line, out, style)?;
        }
        if !sheet.summary.is_empty() {
            writeln!(out)?;
        }
        let view = if sheet.view.columns.is_empty() { Cow::Owned(in_full(sheet)) } else { Cow::Borrowed(&sheet.view) };
        rows(&escaped(&view), out, style)?;
        if !view.drawing.is_empty() {
            writeln!(out)?;
        }
        for line in &view.drawing {
            writeln!(out, "{}", printable(line))?;
        }
        // Without rows there is no mark to explain.
        let legend = if view.groups.iter().all(|g| g.rows.is_empty()) { &[] } else { view.legend.as_slice() };
        if !legend.is_empty() || !sheet.caveats.is_empty() {
            writeln!(out)?;
        }
        for line in legend {
            paragraph("", line, out, style)?;
        }
        for line in &sheet.caveats {
            paragraph("- ", line, out, style)?;
        }
        Ok(())
    }
}

/// A sheet without a view shows every column.
pub(super) fn in_full(sheet: &Sheet) -> View {
    let heading = |kind, name| Heading {
        name,
        align: if matches!(kind, Kind::Int | Kind::Real | Kind::Duration) { Align::Right } else { Align::Left },
        room: Room::Fixed,
    };
    let columns = sheet.columns.iter().map(|c| heading(c.kind, c.name)).collect();
    let rows = sheet.rows.iter().map(|row| row.iter().map(|c| text::cell(c).into_owned()).collect()).collect();
    View { columns, groups: vec![Group { heading: None, rows }], ..View::default() }
}

/// The view's rows, safe to show.
fn escaped(view: &View) -> View {
    let safe = |text: &String| printable(text).into_owned();
    let group = |group: &Group| Group {
        heading: group.heading.as_ref().map(safe),
        rows: group.rows.iter().map(|row| row.iter().map(safe).collect()).collect(),
    };
    View { columns: view.columns.clone(), groups: view.groups.iter().map(group).collect(), ..View::default() }
}

fn rows(view: &View, out: &mut dyn Write, style: &Style) -> io::Result<()> {
    let indent = if view.groups.iter().any(|g| g.heading.is_some()) { INDENT } else { 0 };
    let widths = widths(view, style.width.saturating_sub(indent));
    let headings: Vec<String> = view.columns.iter().map(|c| c.name.to_owned()).collect();
    let line = |cells: &[String]| format!("{:indent$}{}", "", aligned(&view.columns, &widths, cells)).trim_end().to_owned();
    emphasised(&line(&headings), out, style)?;
    for group in &view.groups {
        if let Some(heading) = &group.heading {
            emphasised(heading, out, style)?;
        }
        for row in &group.rows {
            writeln!(out, "{}", line(row))?;
        }
    }
    if view.groups.iter().all(|g| g.rows.is_empty()) {
        writeln!(out, "(no rows)")?;
    }
    Ok(())
}

/// Each column as wide as its widest cell; where the line is too long, the widest that may be cut gives way.
fn widths(view: &View, room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = view.columns.iter().map(|c| width(c.name)).collect();
    for row in view.groups.iter().flat_map(|g| &g.rows) {
        for (own, cell) in widths.iter_mut().zip(row) {
            *own = width(cell).max(*own);
        }
    }
    let spaces = SPACE * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + spaces > room {
        let may_give = widths.iter_mut().zip(&view.columns).filter(|(w, c)| c.room != Room::Fixed && **w > NARROWEST);
        match may_give.max_by_key(|(w, _)| **w) {
            Some((widest, _)) => *widest -= 1,
            None => break,
        }
    }
    widths
}

fn aligned(columns: &[Heading], widths: &[usize], cells: &[String]) -> String {
    let mut line = String::new();
    for (at, ((column, room), cell)) in columns.iter().zip(widths).zip(cells).enumerate() {
        let cell = match column.room {
            Room::Fixed => Cow::Borrowed(cell.as_str()),
            Room::CutEnd => cut_end(cell, *room),
            Room::CutStart => cut_start(cell, *room),
        };
        let pad = " ".repeat(room.saturating_sub(width(&cell)));
        let space = if at == 0 { "" } else { "  " };
        line.push_str(space);
        match column.align {
            Align::Left => line.extend([&*cell, &pad]),
            Align::Right => line.extend([&*pad, &cell]),
        }
    }
    line
}

fn emphasised(line: &str, out: &mut dyn Write, style: &Style) -> io::Result<()> {
    match style.colour {
        Colour::Never => writeln!(out, "{line}"),
        Colour::Always => writeln!(out, "\u{1b}[1m{line}\u{1b}[0m"),
    }
}

/// A sentence, its later lines indented by as much as the mark before it takes.
fn paragraph(mark: &str, sentence: &str, out: &mut dyn Write, style: &Style) -> io::Result<()> {
    let lines = wrap(&printable(sentence), style.width.saturating_sub(width(mark)));
    for (at, line) in lines.iter().enumerate() {
        let before = if at == 0 { mark.to_owned() } else { " ".repeat(width(mark)) };
        writeln!(out, "{before}{line}")?;
    }
    Ok(())
}
