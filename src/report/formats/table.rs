//! The table for people: a summary, aligned columns, what the marks mean, and what the result cannot say. No text from the data
//! reaches the terminal unescaped.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Colour, Style, Writer};
use crate::escape::printable;
use crate::report::Walk;
use crate::report::sheet::{Align, Heading, Kind, Line, Room, Sheet, View};
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
    fn write(&self, sheet: &Sheet<'_>, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for line in &sheet.summary {
            paragraph("", line, out, style)?;
        }
        if !sheet.summary.is_empty() {
            writeln!(out)?;
        }
        let view = view(sheet);
        let measured = Measured::of(&view, style.width)?;
        rows(&view, &measured, out, style)?;
        if !view.drawing.is_empty() {
            writeln!(out)?;
        }
        for line in &view.drawing {
            writeln!(out, "{}", printable(line))?;
        }
        // Without rows there is no mark to explain.
        let legend = if measured.is_empty { &[] } else { view.legend.as_slice() };
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

/// What people see of a sheet: without a view of its own, every column.
pub(super) fn view<'s>(sheet: &'s Sheet<'_>) -> View<'s> {
    if let Some(make) = &sheet.view {
        return make();
    }
    let heading = |kind, name: &str| Heading {
        name: printable(name).into_owned().into(),
        align: if matches!(kind, Kind::Int | Kind::Real | Kind::Duration) { Align::Right } else { Align::Left },
        room: Room::Fixed,
    };
    let columns = sheet.columns.iter().map(|c| heading(c.kind, &c.name)).collect();
    let lines =
        Walk::new(|to| sheet.rows.walk(&mut |row| to(Line::Row(row.iter().map(|cell| text::cell(cell).into_owned()).collect()))));
    View { columns, lines, ..View::default() }
}

/// What has to be known of all lines before the first is written.
struct Measured {
    /// Of each column.
    widths: Vec<usize>,
    /// Before rows.
    indent: usize,
    is_empty: bool,
}

impl Measured {
    /// Each column as wide as its widest cell; where the line is too long, the widest that may be cut gives way.
    fn of(view: &View<'_>, room: usize) -> io::Result<Measured> {
        let mut widths: Vec<usize> = view.columns.iter().map(|c| width(&c.name)).collect();
        let (mut indent, mut is_empty) = (0, true);
        view.lines.walk(&mut |line| {
            match line {
                Line::Group(Some(_)) => indent = INDENT,
                Line::Group(None) => {}
                Line::Row(row) => {
                    is_empty = false;
                    for (own, cell) in widths.iter_mut().zip(&row) {
                        *own = width(&printable(cell)).max(*own);
                    }
                }
            }
            Ok(())
        })?;
        let spaces = SPACE * widths.len().saturating_sub(1);
        let room = room.saturating_sub(indent);
        while widths.iter().sum::<usize>() + spaces > room {
            let may_give = widths.iter_mut().zip(&view.columns).filter(|(w, c)| c.room != Room::Fixed && **w > NARROWEST);
            match may_give.max_by_key(|(w, _)| **w) {
                Some((widest, _)) => *widest -= 1,
                None => break,
            }
        }
        Ok(Measured { widths, indent, is_empty })
    }
}

/// The view's rows, safe to show.
fn rows(view: &View<'_>, measured: &Measured, out: &mut dyn Write, style: &Style) -> io::Result<()> {
    let Measured { widths, indent, is_empty } = measured;
    let headings: Vec<String> = view.columns.iter().map(|c| c.name.to_string()).collect();
    let line = |cells: &[String]| format!("{:indent$}{}", "", aligned(&view.columns, widths, cells)).trim_end().to_owned();
    emphasised(&line(&headings), out, style)?;
    view.lines.walk(&mut |next| match next {
        Line::Group(Some(heading)) => emphasised(&printable(&heading), out, style),
        Line::Group(None) => Ok(()),
        Line::Row(row) => {
            let safe: Vec<String> = row.iter().map(|cell| printable(cell).into_owned()).collect();
            writeln!(out, "{}", line(&safe))
        }
    })?;
    if *is_empty { writeln!(out, "(no rows)") } else { Ok(()) }
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
