//! `visibility`: peers per upstream and prefix as a time series, for charts.

use super::{caveats, cells};
use crate::model::Flags;
use crate::report::context::Context;
use crate::report::sheet::{Cell, Kind, Sheet, View};
use crate::timeline::Point;

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
];

/// The sheet of `visibility`; `points` in order of time.
pub fn visibility(points: &[Point], context: &Context) -> Sheet {
    let caveats = caveats(context, Flags::default());
    Sheet {
        name: "visibility",
        columns: cells::columns(COLUMNS),
        rows: points.iter().map(|point| cells_of(point, context)).collect(),
        summary: vec![format!("{}: peers per upstream, {}.", context.target, context.window_text()), context.files_line()],
        caveats,
        facts: context.facts_json(),
        view: View::default(),
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
        real(point.peers),
        cells::count(point.peers_max),
        real(point.assumed),
        cells::count(point.peer_asns),
        real(point.total),
        point.share().map_or(Cell::Empty, real),
    ]
}

/// Four decimals are more than any chart shows, and keep sums of floats from showing their last bits.
fn real(value: f64) -> Cell {
    Cell::Real((value * 1e4).round() / 1e4)
}
