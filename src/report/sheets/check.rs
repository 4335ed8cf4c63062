//! `check`: what the data say to each published claim.

use super::{PATHS_ONLY, cells};
use crate::check::{Claim, Finding, Judged, Verdict, When};
use crate::model::{Origin, Upstream};
use crate::report::context::Context;
use crate::report::sheet::Align::{Left, Right};
use crate::report::sheet::Room::Fixed;
use crate::report::sheet::{Cell, Group, Kind, Sheet, View};
use crate::report::text::{plural, second};

pub(super) const COLUMNS: &[(&str, Kind)] = &[
    ("claim", Kind::Int),
    ("text", Kind::Text),
    ("source", Kind::Text),
    ("what", Kind::Text),
    ("prefix", Kind::Text),
    ("origin_asn", Kind::Text),
    ("upstream_asn", Kind::Text),
    ("at", Kind::Time),
    ("tolerance_s", Kind::Duration),
    ("until", Kind::Time),
    ("count", Kind::Int),
    ("verdict", Kind::Text),
    ("difference_s", Kind::Duration),
    ("found", Kind::Time),
    ("found_after", Kind::Time),
    ("found_by", Kind::Time),
    ("found_count", Kind::Int),
    ("basis", Kind::Text),
    ("evidence", Kind::Text),
    ("note", Kind::Text),
];

/// The sheet of `check`: a row a claim and prefix, in the order of the file.
pub fn check<'a>(judged: &[Judged], context: &Context) -> Sheet<'a> {
    let mut caveats = context.missing();
    caveats
        .push("A claim fails only where complete data show something else; what nobody could see is not decidable.".to_owned());
    caveats.push(
        "Published times come from the analysts' own peers: public data may differ by seconds to a minute or two.".to_owned(),
    );
    caveats.push(PATHS_ONLY.to_owned());
    let groups = groups(judged);
    Sheet {
        name: "check",
        columns: cells::columns(COLUMNS),
        rows: judged.iter().map(|judged| cells_of(judged, context)).collect::<Vec<_>>().into(),
        summary: vec![headline(judged, context), context.files_line()],
        caveats,
        facts: context.facts_json(),
        chart: None,
        view: Some(Box::new(move || View {
            columns: cells::headings(&[
                ("verdict", Left, Fixed),
                ("claimed", Left, Fixed),
                ("found", Left, Fixed),
                ("difference", Right, Fixed),
                ("prefix", Left, Fixed),
                // The reason stands at the end of the line: whole, however long.
                ("what", Left, Fixed),
            ]),
            lines: groups.clone().into(),
            drawing: Vec::new(),
            legend: vec!["Difference: found less claimed, in seconds.".to_owned()],
        })),
    }
}

fn cells_of((claim, finding): &Judged, context: &Context) -> Vec<Cell> {
    let (tolerance, until, count) = match claim.when {
        When::At { tolerance, .. } => (cells::duration(tolerance), Cell::Empty, Cell::Empty),
        When::Within { span, count } => (Cell::Empty, Cell::Time(span.until), cells::count(count)),
        When::Throughout { span } => (Cell::Empty, Cell::Time(span.until), Cell::Empty),
    };
    vec![
        cells::count(claim.number),
        cells::text(claim.text.as_str()),
        cells::text(claim.source.as_str()),
        cells::text(claim.what.text()),
        cells::prefix(claim.prefix),
        cells::origin(Origin::As(claim.origin)),
        upstreams(claim),
        Cell::Time(claim.when.time()),
        tolerance,
        until,
        count,
        cells::text(finding.verdict.text()),
        difference(claim, finding).map_or(Cell::Empty, cells::duration),
        cells::time(finding.found),
        cells::time(finding.after),
        cells::time(finding.by),
        finding.counted.map_or(Cell::Empty, cells::count),
        finding.basis.map_or(Cell::Empty, cells::basis),
        cells::evidence(finding.record, context),
        cells::text(note(finding)),
    ]
}

/// One as it is; of several a list.
fn upstreams(claim: &Claim) -> Cell {
    match (claim.upstream, claim.upstreams.as_slice()) {
        (None, []) => Cell::Empty,
        (Some(asn), _) | (None, &[asn]) => cells::upstream(Upstream::next(asn)),
        (None, list) => cells::text(list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
    }
}

fn note(finding: &Finding) -> String {
    let another = finding.another.map_or_else(String::new, |asn| format!(": AS{asn}"));
    format!("{}{another}", finding.reason.text())
}

/// Microseconds from the claimed time to what was found.
fn difference(claim: &Claim, finding: &Finding) -> Option<i64> {
    match claim.when {
        When::At { time, .. } => finding.found.map(|found| found.micros_since(time)),
        When::Within { .. } | When::Throughout { .. } => None,
    }
}

/// A group a claim, under its text.
fn groups(judged: &[Judged]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut last = None;
    for (claim, finding) in judged {
        let whole = |micros: i64| if micros == 0 { "0".to_owned() } else { format!("{:+}", micros / 1_000_000) };
        let (found, difference) = match (claim.when, finding.counted) {
            (When::Within { count, .. }, Some(counted)) => (format!("{counted} of {count}"), String::new()),
            _ => (finding.found.map_or_else(String::new, second), difference(claim, finding).map_or_else(String::new, whole)),
        };
        let all: Vec<String> = claim.upstream.iter().chain(&claim.upstreams).map(|asn| format!("AS{asn}")).collect();
        let via = if all.is_empty() { String::new() } else { format!(" via {}", all.join(", ")) };
        let note = Some(note(finding)).filter(|note| !note.is_empty()).map_or_else(String::new, |note| format!(": {note}"));
        let row = vec![
            finding.verdict.text().to_owned(),
            second(claim.when.time()),
            found,
            difference,
            cells::prefix_text(claim.prefix),
            format!("{}{via}{note}", claim.what.text()),
        ];
        match groups.last_mut() {
            Some(group) if last == Some(claim.number) => group.rows.push(row),
            _ => groups
                .push(Group { heading: Some(format!("{}. {} ({})", claim.number, claim.text, claim.source)), rows: vec![row] }),
        }
        last = Some(claim.number);
    }
    groups
}

fn headline(judged: &[Judged], context: &Context) -> String {
    let mut worst: Vec<(usize, Verdict)> = Vec::new();
    for (claim, finding) in judged {
        match worst.last_mut() {
            // A claim of several prefixes fails with one of them, and holds only with all.
            Some((number, verdict)) if *number == claim.number => *verdict = (*verdict).max(finding.verdict),
            _ => worst.push((claim.number, finding.verdict)),
        }
    }
    let count = |verdict| worst.iter().filter(|(_, v)| *v == verdict).count();
    format!(
        "{}: of {}, {} pass, {} fail, {} cannot be decided with these data.",
        context.target,
        plural(worst.len(), "claim"),
        count(Verdict::Pass),
        count(Verdict::Fail),
        count(Verdict::NotDecidable)
    )
}
