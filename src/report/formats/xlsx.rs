//! A workbook for Excel and LibreOffice: the rows with real dates and numbers under a frozen head with a filter; where there is one, a chart
//! and what it draws; and a sheet with the words that stand beside the rows in other formats. Same rows, same bytes: no clock is read.

use std::collections::BTreeMap;
use std::io::{self, Write};

use rust_xlsxwriter::{
    Chart as Drawn, ChartType, DocProperties, ExcelDateTime, Format as Look, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::{Style, Writer, json};
use crate::escape::printable;
use crate::model::Time;
use crate::report::sheet::{Cell, Chart, Column, Kind, Sheet};
use crate::report::text;

/// The format.
pub struct Xlsx;

/// A worksheet has so many rows, the head among them.
const MOST_ROWS: u32 = 1_048_576;
/// A cell has so many characters.
const LONGEST: usize = 32_767;
/// Charts beside each other are of so many prefixes.
const MOST_CHARTS: usize = 20;
/// Days from Excel's epoch to 1970.
const EPOCH: f64 = 25_569.0;

impl Writer for Xlsx {
    fn write(&self, sheet: &Sheet<'_>, out: &mut dyn Write, _: &Style) -> io::Result<()> {
        let mut book = Workbook::new();
        let no_time = ExcelDateTime::from_timestamp(0).map_err(io::Error::other)?;
        book.set_properties(
            &DocProperties::new().set_creation_datetime(&no_time).set_comment("https://github.com/uplinks/uplinks"),
        );
        rows(&mut book, sheet)?;
        if let Some(chart) = &sheet.chart {
            charts(&mut book, chart)?;
        }
        words(&mut book, sheet).map_err(io::Error::other)?;
        out.write_all(&book.save_to_buffer().map_err(io::Error::other)?)
    }
}

fn rows(book: &mut Workbook, sheet: &Sheet<'_>) -> io::Result<()> {
    let looks = Looks::new();
    let page = book.add_worksheet();
    page.set_name(sheet.name).map_err(io::Error::other)?;
    heads(page, &sheet.columns, &looks).map_err(io::Error::other)?;
    let mut at: u32 = 0;
    sheet.rows.walk(&mut |row| {
        at += 1;
        if at >= MOST_ROWS {
            return Err(io::Error::other(format!(
                "a worksheet holds {} rows and there are more: ask for fewer, or for -f csv or -f parquet",
                MOST_ROWS - 1
            )));
        }
        let place = |column: usize| u16::try_from(column).unwrap_or(u16::MAX);
        row.iter().enumerate().try_for_each(|(column, cell)| put(page, at, place(column), cell, &looks)).map_err(io::Error::other)
    })?;
    let last = u16::try_from(sheet.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    page.autofilter(0, 0, at, last).map_err(io::Error::other)?;
    Ok(())
}

/// How cells look.
struct Looks {
    head: Look,
    second: Look,
    micros: Look,
}

impl Looks {
    fn new() -> Looks {
        Looks {
            head: Look::new().set_bold().set_align(FormatAlign::Top),
            second: Look::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            micros: Look::new().set_num_format("yyyy-mm-dd hh:mm:ss.000"),
        }
    }
}

fn heads(page: &mut Worksheet, columns: &[Column], looks: &Looks) -> Result<(), XlsxError> {
    for (at, column) in (0u16..).zip(columns) {
        page.write_string_with_format(0, at, cut(&printable(&column.name)), &looks.head)?;
        let wide: f64 = match column.kind {
            Kind::Time => 21.0,
            Kind::Path => 30.0,
            Kind::Text => 20.0,
            Kind::Int | Kind::Real | Kind::Duration => 12.0,
        };
        page.set_column_width(at, wide.max(column.name.len() as f64 + 3.0).min(60.0))?;
    }
    page.set_freeze_panes(1, 0)?;
    Ok(())
}

/// A text is never taken for a formula: it is written as text.
fn put(page: &mut Worksheet, row: u32, column: u16, cell: &Cell, looks: &Looks) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => return Ok(()),
        Cell::Text(said) | Cell::Path(said) => page.write_string(row, column, cut(&printable(said)))?,
        Cell::Int(number) => page.write_number(row, column, *number as f64)?,
        Cell::Real(number) => page.write_number(row, column, *number)?,
        Cell::Duration(micros, _) => page.write_number(row, column, *micros as f64 / 1e6)?,
        Cell::Time(time) => match serial(*time) {
            Some(serial) => {
                let look = if time.subsec_micros() == 0 { &looks.second } else { &looks.micros };
                page.write_number_with_format(row, column, serial, look)?
            }
            None => page.write_string(row, column, time.to_string())?,
        },
    };
    Ok(())
}

/// Days since Excel's epoch; it knows none before 1900.
fn serial(time: Time) -> Option<f64> {
    let days = time.micros() as f64 / 86_400e6 + EPOCH;
    (1.0..2_958_466.0).contains(&days).then_some(days)
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST { text.to_owned() } else { text.chars().take(LONGEST - 1).chain(['…']).collect() }
}

/// A worksheet with what the charts draw, prefix by prefix, and the charts at its right.
fn charts(book: &mut Workbook, chart: &Chart<'_>) -> io::Result<()> {
    let mut by_prefix: BTreeMap<String, Vec<Vec<Cell>>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    chart.rows.walk(&mut |row| {
        let prefix = row.get(1).map(|cell| text::cell(cell).into_owned()).unwrap_or_default();
        if !by_prefix.contains_key(&prefix) && order.len() < MOST_CHARTS {
            order.push(prefix.clone());
        }
        if order.contains(&prefix) {
            by_prefix.entry(prefix).or_default().push(row);
        }
        Ok(())
    })?;
    draw(book, chart, &order, &by_prefix).map_err(io::Error::other)
}

fn draw(
    book: &mut Workbook,
    chart: &Chart<'_>,
    order: &[String],
    by_prefix: &BTreeMap<String, Vec<Vec<Cell>>>,
) -> Result<(), XlsxError> {
    const NAME: &str = "chart";
    let looks = Looks::new();
    let page = book.add_worksheet();
    page.set_name(NAME)?;
    let kinds = [("time", Kind::Time), ("prefix", Kind::Text)].map(|(name, kind)| (name.to_owned(), kind));
    let columns = kinds.into_iter().chain(chart.names.iter().map(|name| (name.clone(), Kind::Real)));
    let columns: Vec<Column> = columns.map(|(name, kind)| Column { name: name.into(), kind }).collect();
    heads(page, &columns, &looks)?;
    let right = u16::try_from(columns.len() + 1).unwrap_or(u16::MAX);
    let mut next: u32 = 1;
    for (which, prefix) in (0u32..).zip(order) {
        let Some(rows) = by_prefix.get(prefix) else { continue };
        let first = next;
        for row in rows {
            for (at, cell) in (0u16..).zip(row) {
                put(page, next, at, cell, &looks)?;
            }
            next += 1;
        }
        let mut drawn = Drawn::new(ChartType::AreaStacked);
        for at in (2u16..).take(chart.names.len()) {
            drawn
                .add_series()
                .set_categories((NAME, first, 0, next - 1, 0))
                .set_values((NAME, first, at, next - 1, at))
                .set_name((NAME, 0, at));
        }
        drawn.title().set_name(&format!("{}: peers by upstream (UTC)", printable(prefix)));
        drawn.x_axis().set_num_format("yyyy-mm-dd hh:mm").set_text_axis(true);
        drawn.y_axis().set_name("peers");
        drawn.set_width(960).set_height(420);
        page.insert_chart(1 + which * 22, right, &drawn)?;
    }
    Ok(())
}

/// What stands above and below the rows elsewhere.
fn words(book: &mut Workbook, sheet: &Sheet<'_>) -> Result<(), XlsxError> {
    let page = book.add_worksheet();
    page.set_name("about")?;
    page.set_column_width(0, 18)?;
    page.set_column_width(1, 120)?;
    let wrapped = Look::new().set_text_wrap().set_align(FormatAlign::Top);
    let head = Look::new().set_bold().set_align(FormatAlign::Top);
    let schema = json::schema(sheet);
    let fixed = [("schema", schema.as_str()), ("version", env!("CARGO_PKG_VERSION")), ("times", "UTC")];
    let said = fixed.into_iter().chain(sheet.summary.iter().map(|line| ("summary", line.as_str())));
    let said = said.chain(sheet.caveats.iter().map(|line| ("what it cannot say", line.as_str())));
    let facts =
        sheet.facts.iter().map(|(name, value)| (name.as_str(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    let all = said.map(|(name, line)| (name, line.to_owned())).chain(facts);
    for (row, (name, line)) in (0u32..).zip(all) {
        page.write_string_with_format(row, 0, name, &head)?;
        page.write_string_with_format(row, 1, cut(&printable(&line)), &wrapped)?;
    }
    Ok(())
}
