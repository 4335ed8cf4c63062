//! `visibility`: peers per upstream and prefix as a time series, for charts.

use super::{caveats, cells};
use crate::model::Flags;
use crate::report::Walk;
use crate::report::context::Context;
use crate::report::sheet::{Cell, Kind, Sheet};
use crate::timeline::{Point, Series};

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

/// The sheet of `visibility`, whose points are made as they are written; none without data.
pub fn visibility<'a>(series: Option<Series>, context: &'a Context<'a>) -> Sheet<'a> {
    let caveats = caveats(context, Flags::default());
    let mut points = Walk::default();
    if let Some(series) = series {
        points = Walk::new(move |to| series.points().try_for_each(|point| to(cells_of(&point, context))));
    }
    Sheet {
        name: "visibility",
        columns: cells::columns(COLUMNS),
        rows: points,
        summary: vec![format!("{}: peers per upstream, {}.", context.target, context.window_text()), context.files_line()],
        caveats,
        facts: context.facts_json(),
        view: None,
    }
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
