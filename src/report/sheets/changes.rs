//! `changes`: the transition log.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{PATHS_ONLY, cells, marks::Marks};
use crate::model::{Flags, Origin};
use crate::replay::Basis;
use crate::report::Walk;
use crate::report::context::Context;
use crate::report::remark;
use crate::report::sheet::Align::Left;
use crate::report::sheet::Room::{CutEnd, Fixed};
use crate::report::sheet::{Cell, Kind, Line, Sheet, View};
use crate::report::text::plural;
use crate::timeline::{Change, ChangeKind};

pub(super) const COLUMNS: &[(&str, Kind)] = &[
    ("time", Kind::Time),
    ("prefix", Kind::Text),
    ("origin_asn", Kind::Text),
    ("change", Kind::Text),
    ("upstream_asn", Kind::Text),
    ("upstream_name", Kind::Text),
    ("peers_before", Kind::Int),
    ("peers_after", Kind::Int),
    ("peers_total", Kind::Int),
    ("basis", Kind::Text),
    ("flags", Kind::Text),
    ("evidence", Kind::Text),
    ("via", Kind::Path),
];

/// Where the origin stands in a row for people; it is told where there is more than one.
const ORIGIN_AT: usize = 3;

/// The sheet of `changes`; in the order of [`Change::order`].
pub fn changes<'a>(changes: Vec<Change>, context: &'a Context<'a>) -> Sheet<'a> {
    let changes = Rc::new(changes);
    let flags = changes.iter().fold(Flags::default(), |all, change| all.union(change.flags));
    let mut caveats = context.missing();
    caveats.extend(remark::explained(flags));
    caveats.push("No change is told where a route only enters or leaves sight, as when a session ends.".to_owned());
    caveats.push(PATHS_ONLY.to_owned());
    let summary = vec![headline(&changes, context), context.files_line()];
    let shown = Rc::clone(&changes);
    Sheet {
        name: "changes",
        columns: cells::columns(COLUMNS),
        rows: Walk::new(move |to| changes.iter().try_for_each(|change| to(cells_of(change, context)))),
        summary,
        caveats,
        facts: context.facts_json(),
        chart: None,
        view: Some(Box::new(move || view(Rc::clone(&shown), context))),
    }
}

fn view<'a>(changes: Rc<Vec<Change>>, context: &'a Context<'a>) -> View<'a> {
    let mut marks = Marks::default();
    changes.iter().for_each(|change| _ = shown(change, &mut marks, context));
    let origins: BTreeSet<Origin> = changes.iter().filter_map(|change| change.origin).collect();
    let names_origin = origins.len() > 1 || changes.iter().any(|c| c.kind == ChangeKind::OriginConflictStart);
    let mut headings = vec![
        (" time", Left, Fixed),
        ("prefix", Left, Fixed),
        ("change", Left, Fixed),
        ("origin", Left, Fixed),
        ("upstream", Left, CutEnd),
        ("peers", Left, Fixed),
        ("notes", Left, Fixed),
    ];
    if !names_origin {
        headings.remove(ORIGIN_AT);
    }
    let lines = Walk::new(move |to| {
        to(Line::Group(None))?;
        changes.iter().try_for_each(|change| {
            let mut row = shown(change, &mut Marks::default(), context);
            if !names_origin {
                row.remove(ORIGIN_AT);
            }
            to(Line::Row(row))
        })
    });
    let legend = [String::from("Peers: before and after, of those able to see the prefix (* is the target as a whole).")];
    View {
        columns: cells::headings(&headings),
        lines,
        drawing: Vec::new(),
        legend: legend.into_iter().chain(marks.legend(context)).collect(),
    }
}

fn cells_of(change: &Change, context: &Context) -> Vec<Cell> {
    vec![
        Cell::Time(change.time),
        cells::prefix(change.prefix),
        change.origin.map_or(Cell::Empty, cells::origin),
        cells::text(change.kind.text()),
        change.upstream.map_or(Cell::Empty, cells::upstream),
        change.upstream.map_or(Cell::Empty, |u| cells::upstream_name(u, context)),
        cells::count(change.peers_before),
        cells::count(change.peers_after),
        cells::count(change.peers_total),
        cells::basis(change.basis),
        cells::flags(change.flags),
        cells::evidence(Some(change.record), context),
        change.upstream.map_or(Cell::Empty, cells::via),
    ]
}

fn shown(change: &Change, marks: &mut Marks, context: &Context) -> Vec<String> {
    let time = match change.basis {
        Basis::Update => marks.exact(change.time),
        _ => marks.at_or_before(change.time),
    };
    vec![
        time,
        cells::prefix_text(change.prefix),
        change.kind.text().to_owned(),
        change.origin.map_or_else(String::new, |origin| origin.to_string()),
        change.upstream.map_or_else(String::new, |u| context.upstream_label(u)),
        format!("{} to {} of {}", change.peers_before, change.peers_after, change.peers_total),
        marks.notes(change.flags),
    ]
}

fn headline(changes: &[Change], context: &Context) -> String {
    let count = |kind| changes.iter().filter(|c| c.kind == kind).count();
    let outages = count(ChangeKind::OutageStart);
    let of_all = changes.iter().filter(|c| c.kind == ChangeKind::OutageStart && c.prefix.is_none()).count();
    let kinds = [
        (count(ChangeKind::UpstreamGained), "gain", ""),
        (count(ChangeKind::UpstreamLost), "loss", ""),
        (outages - of_all, "outage", " of a prefix"),
        (of_all, "outage", " of the whole target"),
        (count(ChangeKind::OriginConflictStart), "origin conflict", ""),
    ];
    let occurring = kinds.into_iter().filter(|(count, ..)| *count > 0);
    let told: Vec<String> = occurring.map(|(count, noun, of)| plural(count, noun) + of).collect();
    let which = if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) };
    format!("{}: {}{which}, {}.", context.target, plural(changes.len(), "change"), context.window_text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Asn, RecordId, Upstream};
    use crate::report::Format;
    use crate::report::sheets::fixture::{at, lasting_context, text};

    fn sheet() -> Sheet<'static> {
        let lost = Change {
            time: at("10-01 10:14:45"),
            prefix: "175.45.176.0/24".parse().ok(),
            origin: Some(Origin::As(Asn(131_279))),
            kind: ChangeKind::UpstreamLost,
            upstream: Some(Upstream::next(Asn(20485))),
            peers_before: 12,
            peers_after: 0,
            peers_total: 25,
            basis: Basis::Update,
            flags: Flags::default(),
            record: RecordId::new(7),
            carriers: Box::default(),
        };
        let (origin, upstream) = (None, None);
        let outage = Change { kind: ChangeKind::OutageStart, origin, upstream, basis: Basis::Gap, ..lost.clone() };
        let target = Change { prefix: None, ..outage.clone() };
        changes(vec![lost, outage, target], lasting_context())
    }

    #[test]
    fn csv_has_the_columns_of_the_contract() {
        let expected = r"
time,prefix,origin_asn,change,upstream_asn,upstream_name,peers_before,peers_after,peers_total,basis,flags,evidence,via
2017-10-01T10:14:45Z,175.45.176.0/24,131279,upstream-lost,20485,TransTeleCom,12,0,25,update,,a/updates.7.gz#000000000007,
2017-10-01T10:14:45Z,175.45.176.0/24,,outage-start,,,12,0,25,gap,,a/updates.7.gz#000000000007,
2017-10-01T10:14:45Z,*,,outage-start,,,12,0,25,gap,,a/updates.7.gz#000000000007,
";
        assert_eq!(text(&sheet(), Format::Csv), expected);
    }

    #[test]
    fn the_table_tells_who_saw_it() {
        let expected = r"
North Korea (AS131279, 175.45.176.0/22): 3 changes (1 loss, 1 outage of a prefix, 1 outage of the
whole target), 2017-10-01 00:00 to 2017-10-02 12:00 UTC.
Files: 576 read, 0 damaged, 0 skipped; 1 gap; 25 peers of 2 collectors.

 time                 prefix           change         upstream            peers          notes
 2017-10-01 10:14:45  175.45.176.0/24  upstream-lost  20485 TransTeleCom  12 to 0 of 25
<2017-10-01 10:14:45  175.45.176.0/24  outage-start                       12 to 0 of 25
<2017-10-01 10:14:45  *                outage-start                       12 to 0 of 25

Peers: before and after, of those able to see the prefix (* is the target as a whole).
< at this time or earlier: the data do not show exactly when.
- Missing data: 1 gap, 5m 00s together: rrc90 2017-10-01 11:10:00 to 2017-10-01 11:15:00.
- No change is told where a route only enters or leaves sight, as when a session ends.
- BGP shows announced paths, not cables and not traffic shares.
";
        assert_eq!(text(&sheet(), Format::Table), expected);
    }
}
