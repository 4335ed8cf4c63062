//! The table for people: a summary, aligned columns, what the marks mean, and what the result cannot say. No text from the data
//! reaches the terminal unescaped.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Bars, Colour, Style, Writer};
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
/// The shortest and the longest bar that is drawn.
const LEAST_BAR: usize = 10;
const LONGEST_BAR: usize = 60;

impl Writer for Table {
    fn write(&self, sheet: &Sheet<'_>, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for line in &sheet.summary {
            paragraph("", line, out, style)?;
        }
        if !sheet.summary.is_empty() {
            writeln!(out)?;
        }
        let view = view(sheet);
        let measured = Measured::of(&view, style.width, style.bars)?;
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
    /// Of each column; `None`: it is left out.
    widths: Vec<Option<usize>>,
    /// Before rows.
    indent: usize,
    is_empty: bool,
}

impl Measured {
    /// Each column as wide as its widest cell; where the line is too long, the widest that may be cut gives way.
    fn of(view: &View<'_>, room: usize, bars: Bars) -> io::Result<Measured> {
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
        let widths = fitted(&view.columns, &widths, room.saturating_sub(indent), bars);
        Ok(Measured { widths, indent, is_empty })
    }
}

/// So wide are the columns in that much room: what may be cut gives way first, then whole columns do; a bar takes what is left.
fn fitted(columns: &[Heading], natural: &[usize], room: usize, bars: Bars) -> Vec<Option<usize>> {
    let is_bar = |column: &Heading| column.room == Room::Bar;
    let mut widths: Vec<Option<usize>> = natural.iter().zip(columns).map(|(w, c)| (!is_bar(c)).then_some(*w)).collect();
    let taken = |widths: &[Option<usize>]| {
        let shown: Vec<usize> = widths.iter().flatten().copied().collect();
        shown.iter().sum::<usize>() + SPACE * shown.len().saturating_sub(1)
    };
    loop {
        while taken(&widths) > room {
            let may_be_cut = |c: &Heading| matches!(c.room, Room::CutEnd | Room::CutStart);
            let shown =
                widths.iter_mut().zip(columns).filter_map(|(w, c)| w.as_mut().filter(|w| may_be_cut(c) && **w > NARROWEST));
            match shown.max() {
                Some(widest) => *widest -= 1,
                None => break,
            }
        }
        let rank = |(w, c): (&Option<usize>, &Heading)| match c.room {
            Room::Optional(rank) if w.is_some() => Some(rank),
            _ => None,
        };
        let last = widths.iter().zip(columns).enumerate().filter_map(|(at, pair)| Some((rank(pair)?, at))).max();
        let Some((_, at)) = last.filter(|_| taken(&widths) > room) else { break };
        widths[at] = None;
        // What was cut may have its room back.
        for ((width, natural), column) in widths.iter_mut().zip(natural).zip(columns) {
            *width = width.map(|_| *natural).filter(|_| !is_bar(column));
        }
    }
    let left = room.saturating_sub(taken(&widths) + SPACE);
    if bars == Bars::Drawn && left >= LEAST_BAR {
        for (width, _) in widths.iter_mut().zip(columns).filter(|(_, column)| is_bar(column)) {
            *width = Some(left.min(LONGEST_BAR));
        }
    }
    widths
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

fn aligned(columns: &[Heading], widths: &[Option<usize>], cells: &[String]) -> String {
    let mut line = String::new();
    let shown =
        columns.iter().zip(widths).zip(cells).filter_map(|((column, width), cell)| Some(((column, width.as_ref()?), cell)));
    for (at, ((column, room), cell)) in shown.enumerate() {
        let cell = match column.room {
            Room::Fixed | Room::Optional(_) => Cow::Borrowed(cell.as_str()),
            Room::Bar => Cow::Owned(bar(cell, *room)),
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

/// A part of the window as blocks, at least one; a heading is no part and stands as it is.
fn bar(cell: &str, room: usize) -> String {
    let part = cell.split_once(' ').and_then(|(from, until)| Some((from.parse::<usize>().ok()?, until.parse::<usize>().ok()?)));
    let Some((from, until)) = part else { return cut_end(cell, room).into_owned() };
    let place = |thousandths: usize| (thousandths.min(1000) * room + 500) / 1000;
    let from = place(from).min(room.saturating_sub(1));
    let until = place(until).clamp(from + 1, room.max(from + 1));
    (0..room).map(|at| if (from..until).contains(&at) { '\u{2588}' } else { '\u{b7}' }).collect()
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
