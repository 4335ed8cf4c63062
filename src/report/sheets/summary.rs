//! `summary`: what the timeline comes to for each upstream, or for each origin (`--by origin`).

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{caveats, cells, marks::Marks};
use crate::model::{Asn, Flags, Span};
use crate::report::context::Context;
use crate::report::sheet::Align::{Left, Right};
use crate::report::sheet::Room::{CutEnd, Fixed};
use crate::report::sheet::{Cell, Group, Kind, Sheet, View};
use crate::report::text::plural;
use crate::timeline::{Summaries, Summary, SummaryOf, Summed};

/// Both kinds of rows have the same figures between whom they are about and what is told of that one alone.
macro_rules! with_figures {
    ([$($first:expr),*], [$($last:expr),*]) => {
        &[
            $($first,)*
            ("prefixes", Kind::Int),
            ("prefixes_of", Kind::Int),
            ("prefixes_v4", Kind::Int),
            ("prefixes_v6", Kind::Int),
            ("episodes", Kind::Int),
            ("first_seen", Kind::Time),
            ("last_seen", Kind::Time),
            ("time_at_least_s", Kind::Duration),
            ("time_at_most_s", Kind::Duration),
            ("window_share", Kind::Real),
            ("peak_peers", Kind::Int),
            ("peers_total", Kind::Int),
            ("collectors", Kind::Int),
            ("flags", Kind::Text),
            $($last,)*
        ]
    };
}

pub(super) const COLUMNS: &[(&str, Kind)] =
    with_figures!([("upstream_asn", Kind::Text), ("upstream_name", Kind::Text), ("origins", Kind::Int)], [("via", Kind::Path)]);

pub(super) const COLUMNS_BY_ORIGIN: &[(&str, Kind)] =
    with_figures!([("origin_asn", Kind::Text), ("origin_name", Kind::Text), ("upstreams", Kind::Int)], []);

/// The sheet of `summary`, of upstreams or of origins.
pub fn summary<'a>(summaries: Summaries, of: SummaryOf, context: &'a Context<'a>) -> Sheet<'a> {
    let Summaries { all, prefixes } = summaries;
    let (name, columns) = match of {
        SummaryOf::Upstreams => ("summary", COLUMNS),
        SummaryOf::Origins => ("summary-by-origin", COLUMNS_BY_ORIGIN),
    };
    let flags = all.iter().fold(Flags::default(), |flags, summary| flags.union(summary.flags));
    let all = Rc::new(all);
    Sheet {
        name,
        columns: cells::columns(columns),
        rows: all.iter().map(|summary| cells_of(summary, prefixes, context)).collect::<Vec<_>>().into(),
        summary: vec![headline(&all, of, prefixes, context), context.files_line()],
        caveats: caveats(context, flags),
        facts: context.facts_json(),
        chart: None,
        view: Some(Box::new(move || view(&all, of, prefixes, context))),
    }
}

fn view<'a>(all: &[Summary], of: SummaryOf, prefixes: usize, context: &Context) -> View<'a> {
    let mut marks = Marks::default();
    let rows = all.iter().map(|summary| shown(summary, prefixes, &mut marks, context)).collect();
    let (who, legend) = match of {
        SummaryOf::Upstreams => (
            "upstream",
            [
                "Prefixes: those that it carries at some time, of all that were seen.",
                "Share: the part of the window in which it carries any of them.",
                "Peers: the most at one time that reach any of them through it, of those able to see the target then.",
            ],
        ),
        SummaryOf::Origins => (
            "origin",
            [
                "Prefixes: those that it originates at some time, of all that were seen.",
                "Share: the part of the window in which any of them is seen.",
                "Peers: the most at one time that hold any of them, of those able to see the target then.",
            ],
        ),
    };
    View {
        columns: cells::headings(&[
            (who, Left, CutEnd),
            ("prefixes", Right, Fixed),
            (" first seen", Left, Fixed),
            (" last seen", Left, Fixed),
            ("share", Right, Fixed),
            ("peers", Right, Fixed),
            ("notes", Left, Fixed),
        ]),
        lines: vec![Group { heading: None, rows }].into(),
        drawing: Vec::new(),
        legend: legend.map(str::to_owned).into_iter().chain(marks.legend(context)).collect(),
    }
}

fn shown(summary: &Summary, prefixes: usize, marks: &mut Marks, context: &Context) -> Vec<String> {
    vec![
        match summary.whose {
            Summed::Upstream(upstream) => context.upstream_label(upstream),
            Summed::Origin(origin) => context.origin_label(origin),
        },
        format!("{}/{prefixes}", summary.prefixes[0] + summary.prefixes[1]),
        marks.start(&summary.start),
        marks.end(&summary.end),
        share(summary, context).map_or_else(String::new, |share| format!("{:.1} %", share * 100.0)),
        format!("{}/{}", summary.peers.0, summary.peers.1),
        marks.notes(summary.flags),
    ]
}

/// Of an instant there is no part.
fn share(summary: &Summary, context: &Context) -> Option<f64> {
    let Span { from, until } = context.window?;
    let whole = until.micros_since(from);
    (whole > 0).then(|| summary.time[1] as f64 / whole as f64)
}

fn cells_of(summary: &Summary, prefixes: usize, context: &Context) -> Vec<Cell> {
    let ([v4, v6], [at_least, _, at_most]) = (summary.prefixes, summary.time);
    let (who, last) = match summary.whose {
        Summed::Upstream(upstream) => {
            ([cells::upstream(upstream), cells::upstream_name(upstream, context)], Some(cells::via(upstream)))
        }
        Summed::Origin(origin) => ([cells::origin(origin), cells::origin_name(origin, context)], None),
    };
    let figures = [
        cells::count(summary.others),
        cells::count(v4 + v6),
        cells::count(prefixes),
        cells::count(v4),
        cells::count(v6),
        cells::count(summary.episodes),
        Cell::Time(summary.start.first_seen),
        Cell::Time(summary.end.last_seen),
        cells::duration(at_least),
        cells::duration(at_most),
        share(summary, context).map_or(Cell::Empty, cells::real),
        cells::count(summary.peers.0),
        cells::count(summary.peers.1),
        cells::count(summary.collectors),
        cells::flags(summary.flags),
    ];
    who.into_iter().chain(figures).chain(last).collect()
}

fn headline(all: &[Summary], of: SummaryOf, prefixes: usize, context: &Context) -> String {
    let (many, of_what) = (plural(all.len(), "row"), plural(prefixes, "prefix"));
    let distinct: BTreeSet<Asn> = all.iter().filter_map(|summary| summary.whose.asn()).collect();
    let word = if of == SummaryOf::Upstreams { "upstream" } else { "origin" };
    let found = plural(distinct.len(), word);
    let many = if distinct.len() == all.len() { found } else { format!("{found} in {many}") };
    format!("{}: {many} for {of_what}, {}.", context.target, context.window_text())
}
