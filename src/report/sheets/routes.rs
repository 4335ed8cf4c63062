//! `routes`: per-peer route intervals, the raw material.

use std::collections::BTreeSet;
use std::io;
use std::rc::Rc;

use ipnet::IpNet;

use super::{caveats, cells, marks::Marks};
use crate::model::{Flags, Peer, PeerKey, spans};
use crate::replay::{PackedInterval, RouteInterval};
use crate::report::Walk;
use crate::report::context::Context;
use crate::report::sheet::Align::Left;
use crate::report::sheet::Room::{CutEnd, CutStart, Fixed};
use crate::report::sheet::{Cell, Grouped, Kind, Sheet, View};
use crate::report::text::plural;

pub(super) const COLUMNS: &[(&str, Kind)] = &[
    ("prefix", Kind::Text),
    ("path_id", Kind::Int),
    ("collector", Kind::Text),
    ("peer_ip", Kind::Text),
    ("peer_asn", Kind::Int),
    ("origin_asn", Kind::Text),
    ("upstream_asn", Kind::Text),
    ("upstream_name", Kind::Text),
    ("first_seen", Kind::Time),
    ("started_after", Kind::Time),
    ("started_by", Kind::Time),
    ("start_basis", Kind::Text),
    ("last_seen", Kind::Time),
    ("ended_after", Kind::Time),
    ("ended_before", Kind::Time),
    ("end_basis", Kind::Text),
    ("duration_s", Kind::Duration),
    ("assumed_s", Kind::Duration),
    ("repeats", Kind::Int),
    ("as_path", Kind::Path),
    ("flags", Kind::Text),
    ("start_evidence", Kind::Text),
    ("end_evidence", Kind::Text),
    ("via", Kind::Path),
];

/// Takes an interval.
pub type RouteSink<'s> = dyn FnMut(&RouteInterval) -> io::Result<()> + 's;

/// Intervals in the order of [`PackedInterval::order`], which may be made anew for each that walks them.
#[derive(Clone)]
pub struct Intervals<'a>(Rc<WalkRoutes<'a>>);

type WalkRoutes<'a> = dyn Fn(&mut RouteSink<'_>) -> io::Result<()> + 'a;

impl<'a> Intervals<'a> {
    /// `walk` hands out all, in order, and passes on the sink's errors.
    pub fn new(walk: impl Fn(&mut RouteSink<'_>) -> io::Result<()> + 'a) -> Self {
        Intervals(Rc::new(walk))
    }

    /// Sorts what is there.
    pub fn sorted(intervals: impl IntoIterator<Item = &'a PackedInterval>) -> Self {
        let mut sorted: Vec<&PackedInterval> = intervals.into_iter().collect();
        sorted.sort_unstable_by(|a, b| a.order(b));
        Intervals::new(move |to| sorted.iter().try_for_each(|interval| to(&interval.get())))
    }

    /// Hands out all; the only error is the sink's.
    pub fn walk(&self, to: &mut RouteSink<'_>) -> io::Result<()> {
        (self.0)(to)
    }

    /// Counts them.
    pub fn totals(&self) -> RouteTotals {
        let mut totals = RouteTotals::default();
        let walked = self.walk(&mut |interval| {
            totals.add(interval);
            Ok(())
        });
        debug_assert!(walked.is_ok(), "nothing ends the walk");
        totals
    }
}

/// Of all intervals of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouteTotals {
    intervals: usize,
    peers: BTreeSet<PeerKey>,
    prefixes: usize,
    last: Option<IpNet>,
    flags: Flags,
}

impl RouteTotals {
    /// The next interval in order.
    pub fn add(&mut self, interval: &RouteInterval) {
        self.intervals += 1;
        self.peers.insert(interval.peer);
        self.prefixes += usize::from(self.last != Some(interval.prefix));
        self.last = Some(interval.prefix);
        self.flags = self.flags.union(route_flags(interval));
    }

    /// Adds those of other prefixes.
    pub fn join(&mut self, others: RouteTotals) {
        self.intervals += others.intervals;
        self.peers.extend(others.peers);
        self.prefixes += others.prefixes;
        self.flags = self.flags.union(others.flags);
    }
}

/// The sheet of `routes`.
pub fn routes<'a>(intervals: &Intervals<'a>, totals: &RouteTotals, context: &'a Context<'a>) -> Sheet<'a> {
    let (of_rows, of_view) = (intervals.clone(), intervals.clone());
    let rows = if totals.intervals == 0 {
        Walk::default()
    } else {
        Walk::new(move |to| of_rows.walk(&mut |interval| to(cells_of(interval, context))))
    };
    Sheet {
        name: "routes",
        columns: cells::columns(COLUMNS),
        rows,
        summary: vec![headline(totals, context), context.files_line()],
        caveats: caveats(context, totals.flags),
        facts: context.facts_json(),
        chart: None,
        view: Some(Box::new(move || view(of_view.clone(), context))),
    }
}

fn view<'a>(intervals: Intervals<'a>, context: &'a Context<'a>) -> View<'a> {
    let mut marks = Marks::default();
    let walked = intervals.walk(&mut |interval| {
        marks.start(&interval.start);
        marks.end(&interval.end);
        marks.notes(route_flags(interval));
        Ok(())
    });
    debug_assert!(walked.is_ok(), "nothing ends the walk");
    let lines = Walk::new(move |to| {
        let mut groups = Grouped::new(to);
        intervals.walk(&mut |interval| groups.row(interval.prefix.to_string(), shown(interval, context)))
    });
    View {
        columns: cells::headings(&[
            ("peer", Left, CutEnd),
            (" first seen", Left, Fixed),
            (" last seen", Left, Fixed),
            ("path", Left, CutStart),
            ("notes", Left, Fixed),
        ]),
        lines,
        drawing: Vec::new(),
        legend: marks.legend(context),
    }
}

fn shown(interval: &RouteInterval, context: &Context) -> Vec<String> {
    let mut marks = Marks::default();
    let Peer { collector, ip, asn } = *interval.peer;
    vec![
        format!("{} AS{asn} {ip}", context.collector(collector)),
        marks.start(&interval.start),
        marks.end(&interval.end),
        interval.route.path.to_string(),
        marks.notes(route_flags(interval)),
    ]
}

/// The flags of an interval's row.
pub fn route_flags(interval: &RouteInterval) -> Flags {
    cells::with_boundaries(interval.route.flags, &interval.start, &interval.end)
}

fn cells_of(interval: &RouteInterval, context: &Context) -> Vec<Cell> {
    let (peer, route, start, end) = (&interval.peer, &interval.route, &interval.start, &interval.end);
    vec![
        cells::prefix(Some(interval.prefix)),
        cells::count(interval.path_id),
        cells::text(context.collector(peer.collector)),
        cells::text(peer.ip.to_string()),
        cells::asn(peer.asn),
        cells::origin(route.origin),
        cells::upstream(route.upstream),
        cells::upstream_name(route.upstream, context),
        Cell::Time(start.first_seen),
        cells::time(start.after),
        Cell::Time(start.by),
        cells::basis(start.basis),
        Cell::Time(end.last_seen),
        cells::time(end.after),
        cells::time(end.before),
        cells::basis(end.basis),
        cells::between(start, end),
        cells::duration(spans::total(&interval.assumed)),
        cells::count(interval.repeats),
        cells::path(&route.path),
        cells::flags(route_flags(interval)),
        cells::evidence(Some(start.record), context),
        cells::evidence(end.record, context),
        cells::via(route.upstream),
    ]
}

fn headline(totals: &RouteTotals, context: &Context) -> String {
    format!(
        "{}: {} of {} for {}, {}.",
        context.target,
        plural(totals.intervals, "route interval"),
        plural(totals.peers.len(), "peer"),
        plural(totals.prefixes, "prefix"),
        context.window_text()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Asn, Route, Span};
    use crate::replay::Follows;
    use crate::report::Format;
    use crate::report::sheets::fixture::{PEER, at, began, ended, lasting_context, ongoing, path, text, there_at};

    fn interval(ases: &[u32], prefix: &str) -> RouteInterval {
        RouteInterval {
            peer: PEER,
            prefix: prefix.parse().expect("a prefix"),
            path_id: 0,
            route: Route::read(path(ases), PEER.asn, &[Asn(131_279)]).expect("a route").into(),
            start: began("10-01 09:07:51"),
            end: ended("10-01 10:14:45"),
            follows: Follows::Nothing,
            assumed: Vec::new(),
            repeats: 2,
        }
    }

    fn sheet() -> Sheet<'static> {
        let mut poisoned = interval(&[3356, 20485, 131_279, 32934, 131_279, 131_279], "175.45.178.0/24");
        poisoned.start = there_at("10-01 00:00:00");
        poisoned.start.no_baseline = true;
        let mut later = interval(&[3356, 4837, 131_279], "175.45.176.0/24");
        later.start = began("10-01 10:14:45");
        later.end = ongoing("10-02 12:00:00");
        later.assumed = vec![Span { from: at("10-01 11:10:00"), until: at("10-01 11:15:00") }];
        let first = interval(&[3356, 20485, 131_279], "175.45.176.0/24");
        let packed: crate::replay::Intervals = [poisoned, later, first].into_iter().collect();
        let intervals = Intervals::sorted(Box::leak(Box::new(packed)).packed());
        routes(&intervals, &intervals.totals(), lasting_context())
    }

    #[test]
    fn csv_is_sorted_by_prefix_and_time() {
        let expected = r"
prefix,path_id,collector,peer_ip,peer_asn,origin_asn,upstream_asn,upstream_name,first_seen,started_after,started_by,start_basis,last_seen,ended_after,ended_before,end_basis,duration_s,assumed_s,repeats,as_path,flags,start_evidence,end_evidence,via
175.45.176.0/24,0,rrc90,192.0.2.1,3356,131279,20485,TransTeleCom,2017-10-01T09:07:51Z,2017-10-01T09:07:51Z,2017-10-01T09:07:51Z,update,2017-10-01T10:14:45Z,2017-10-01T10:14:45Z,2017-10-01T10:14:45Z,update,4014,0,2,3356 20485 131279,,a/updates.1.gz#000000000001,a/updates.2.gz#000000000002,
175.45.176.0/24,0,rrc90,192.0.2.1,3356,131279,4837,China Unicom,2017-10-01T10:14:45Z,2017-10-01T10:14:45Z,2017-10-01T10:14:45Z,update,2017-10-02T12:00:00Z,,,data-end,92715,300,2,3356 4837 131279,,a/updates.1.gz#000000000001,,
175.45.178.0/24,0,rrc90,192.0.2.1,3356,131279,20485,TransTeleCom,2017-10-01T00:00:00Z,,2017-10-01T00:00:00Z,data-start,2017-10-01T10:14:45Z,2017-10-01T10:14:45Z,2017-10-01T10:14:45Z,update,36885,0,2,3356 20485 131279 32934 131279 131279,no-baseline;poisoned,a/updates.1.gz#000000000001,a/updates.2.gz#000000000002,
";
        assert_eq!(text(&sheet(), Format::Csv), expected);
    }

    #[test]
    fn the_table_shows_paths() {
        let expected = r"
North Korea (AS131279, 175.45.176.0/22): 3 route intervals of 1 peer for 2 prefixes, 2017-10-01
00:00 to 2017-10-02 12:00 UTC.
Files: 576 read, 0 damaged, 0 skipped; 1 gap; 25 peers of 2 collectors.

  peer                     first seen            last seen            path                     notes
175.45.176.0/24
  rrc90 AS3356 192.0.2.1   2017-10-01 09:07:51   2017-10-01 10:14:45  3356 20485 131279
  rrc90 AS3356 192.0.2.1   2017-10-01 10:14:45   ongoing              3356 4837 131279
175.45.178.0/24
  rrc90 AS3356 192.0.2.1  <2017-10-01 00:00:00   2017-10-01 10:14:45  ..32934 131279 131279    np

< at this time or earlier: the data do not show exactly when.
ongoing: still there where the data end.
Notes: n no-baseline, p poisoned.
- Missing data: 1 gap, 5m 00s together: rrc90 2017-10-01 11:10:00 to 2017-10-01 11:15:00.
- no-baseline: no RIB dump of the collector comes before, so presence is proven and the beginning is
  not.
- poisoned: the origin also stands further left in the path.
- BGP shows announced paths, not cables and not traffic shares.
";
        assert_eq!(text(&sheet(), Format::Table), expected);
    }
}
