//! `visibility`: peers per upstream and prefix as a time series, for charts; a row a value, or with `--wide` a column an upstream.

use super::{caveats, cells};
use crate::model::Flags;
use crate::report::Walk;
use crate::report::context::Context;
use crate::report::sheet::{Cell, Chart, Column, Kind, Sheet};
use crate::timeline::{Point, Series, Wide, WideRow};

pub(super) const COLUMNS: &[(&str, Kind)] = &[
    ("time", Kind::Time),
    ("prefix", Kind::Text),
    ("origin_asn", Kind::Text),
    ("upstream_asn", Kind::Text),
    ("upstream_name", Kind::Text),
    ("peers", Kind::Real),
    ("peers_max", Kind::Int),
    ("peers_assumed", Kind::Real),
    ("peer_asns", Kind::Int),
    ("peers_total", Kind::Real),
    ("share", Kind::Real),
    ("via", Kind::Path),
];

/// The last column of a wide table.
const NONE: &str = "none";

/// The sheet of `visibility`, whose points are made as they are written; none without data. A workbook draws `chart`.
pub fn visibility<'a>(series: Option<Series>, chart: Option<Series>, context: &'a Context<'a>) -> Sheet<'a> {
    let mut points = Walk::default();
    if let Some(series) = series {
        points = Walk::new(move |to| series.points().try_for_each(|point| to(cells_of(&point, context))));
    }
    let chart = chart.map(|series| drawn(series, context));
    Sheet { columns: cells::columns(COLUMNS), rows: points, chart, ..sheet("visibility", context) }
}

/// The sheet of `visibility --wide`.
pub fn wide<'a>(series: Option<Series>, chart: Option<Series>, context: &'a Context<'a>) -> Sheet<'a> {
    let made = series.map(Wide::of);
    let own = made.iter().flat_map(|wide| names(wide, context)).map(|name| Column { name: name.into(), kind: Kind::Real });
    let fixed = cells::columns(&[("time", Kind::Time), ("prefix", Kind::Text)]);
    let chart = chart.map(|series| drawn(series, context));
    let columns = fixed.into_iter().chain(own).collect();
    Sheet { columns, rows: made.map_or_else(Walk::default, rows_of), chart, ..sheet("visibility-wide", context) }
}

fn sheet<'a>(name: &'static str, context: &'a Context<'a>) -> Sheet<'a> {
    Sheet {
        name,
        summary: vec![format!("{}: peers per upstream, {}.", context.target, context.window_text()), context.files_line()],
        caveats: caveats(context, Flags::default()),
        facts: context.facts_json(),
        ..Sheet::default()
    }
}

fn drawn<'a>(series: Series, context: &Context) -> Chart<'a> {
    let wide = Wide::of(series);
    Chart { names: names(&wide, context), rows: rows_of(wide) }
}

fn names(wide: &Wide, context: &Context) -> Vec<String> {
    let label = |upstream| context.upstream_label(upstream);
    wide.upstreams().iter().map(|upstream| label(*upstream)).chain([NONE.to_owned()]).collect()
}

fn rows_of<'a>(wide: Wide) -> Walk<'a, Vec<Cell>> {
    let cells = |WideRow { time, prefix, peers, none }: WideRow| {
        let peers = peers.into_iter().map(cells::real);
        [Cell::Time(time), cells::prefix(prefix)]
            .into_iter()
            .chain(peers)
            .chain([none.map_or(Cell::Empty, cells::real)])
            .collect()
    };
    Walk::new(move |to| wide.rows(&mut |row| to(cells(row))))
}

fn cells_of(point: &Point, context: &Context) -> Vec<Cell> {
    let subject = &point.subject;
    vec![
        Cell::Time(point.time),
        cells::prefix(subject.prefix),
        cells::origin(subject.origin),
        cells::upstream(subject.upstream),
        cells::upstream_name(subject.upstream, context),
        cells::real(point.peers),
        cells::count(point.peers_max),
        cells::real(point.assumed),
        cells::count(point.peer_asns),
        cells::real(point.total),
        point.share().map_or(Cell::Empty, cells::real),
        cells::via(subject.upstream),
    ]
}
