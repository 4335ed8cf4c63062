//! `first`: the onset of an upstream, prefix by prefix and peer by peer (rule 16).

use std::collections::BTreeSet;

use super::{
    caveats, cells,
    marks::{Marks, is_exact_start},
};
use crate::model::{Flags, Hop, Origin, Upstream};
use crate::replay::{Basis, End, Start};
use crate::report::context::Context;
use crate::report::sheet::Align::{Left, Right};
use crate::report::sheet::Room::{CutEnd, CutStart, Fixed};
use crate::report::sheet::{Cell, Group, Kind, Sheet, View};
use crate::report::text::{exact, ordinal, plural};
use crate::timeline::{Hold, Onset, Rank, Row, Variation};

pub(super) const COLUMNS: &[(&str, Kind)] = &[
    ("kind", Kind::Text),
    ("rank", Kind::Int),
    ("prefix", Kind::Text),
    ("origin_asn", Kind::Text),
    ("upstream_asn", Kind::Text),
    ("upstream_name", Kind::Text),
    ("first_seen", Kind::Time),
    ("started_after", Kind::Time),
    ("started_by", Kind::Time),
    ("start_basis", Kind::Text),
    ("peers", Kind::Int),
    ("peers_total", Kind::Int),
    ("collector", Kind::Text),
    ("peer_ip", Kind::Text),
    ("peer_asn", Kind::Int),
    ("as_path", Kind::Path),
    ("flags", Kind::Text),
    ("evidence", Kind::Text),
    ("variation", Kind::Text),
    ("via", Kind::Path),
];

/// Where the variation stands.
const VARIATION_AT: usize = COLUMNS.len() - 2;

/// The sheet of `first`: the headline, each prefix's first row, and the peers by arrival. A rank that was never reached has no times.
pub fn first<'a>(onset: &Onset, context: &Context) -> Sheet<'a> {
    let mut rows = Vec::new();
    rows.extend(onset.headline.iter().map(|row| of_row("headline", row, context)));
    rows.extend(onset.first_rows.iter().map(|row| of_row("prefix", row, context)));
    rows.extend(onset.ranks.iter().map(|rank| of_rank(rank, onset.upstream, onset.peak_peers, context)));
    rows.extend(onset.variations.iter().map(|(variation, row)| of_variation(*variation, row.as_ref(), onset, context)));
    for cells in &mut rows {
        cells.resize(COLUMNS.len(), Cell::Empty);
    }
    let mut marks = Marks::default();
    let groups = groups(onset, &mut marks, context);
    let legend = [String::from("Peers: the most at one time, of those able to see the prefix then.")];
    let legend: Vec<String> = legend.into_iter().chain(marks.legend(context)).collect();
    let caveats = caveats(context, marks.flags);
    Sheet {
        name: "first",
        columns: cells::columns(COLUMNS),
        rows: rows.into(),
        summary: [headline(onset, context)]
            .into_iter()
            .chain(unproven(onset))
            .chain(proof(onset, context))
            .chain([context.files_line()])
            .collect(),
        caveats,
        facts: context.facts_json(),
        chart: None,
        view: Some(Box::new(move || View {
            columns: cells::headings(&[
                ("", Left, Fixed),
                (" first seen", Left, Fixed),
                ("peers", Right, Fixed),
                ("seen by", Left, CutEnd),
                ("path", Left, CutStart),
                ("notes", Left, Fixed),
            ]),
            lines: groups.clone().into(),
            drawing: Vec::new(),
            legend: legend.clone(),
        })),
    }
}

/// The sheet of `first` for an upstream that no route shows: no rows, and a summary that says so.
pub fn never<'a>(upstream: Upstream, context: &Context) -> Sheet<'a> {
    first(
        &Onset { upstream, headline: None, first_rows: Vec::new(), ranks: Vec::new(), peak_peers: 0, variations: Vec::new() },
        context,
    )
}

fn of_row(kind: &str, row: &Row, context: &Context) -> Vec<Cell> {
    let (subject, start) = (&row.subject, &row.start);
    let mut cells = vec![
        cells::text(kind),
        Cell::Empty,
        cells::prefix(subject.prefix),
        cells::origin(subject.origin),
        cells::upstream(subject.upstream),
        cells::upstream_name(subject.upstream, context),
        Cell::Time(start.first_seen),
        cells::time(start.after),
        Cell::Time(start.by),
        cells::basis(start.basis),
        cells::count(row.peak_peers),
        cells::count(row.peers_total),
        cells::text(context.collector(row.first_peer.collector)),
        cells::text(row.first_peer.ip.to_string()),
        cells::asn(row.first_peer.asn),
        cells::path(&row.first_as_path),
        cells::flags(row.flags),
        cells::evidence(Some(start.record), context),
    ];
    cells.resize(COLUMNS.len() - 1, Cell::Empty);
    cells.push(cells::via(subject.upstream));
    cells
}

/// The rank that is half of the peak tells the peak as `peers`; the others leave it empty.
fn of_rank(rank: &Rank, upstream: Upstream, peak: usize, context: &Context) -> Vec<Cell> {
    let mut cells = vec![cells::text("peer"), cells::count(rank.n), cells::prefix(None)];
    let Some(hold) = &rank.hold else {
        cells.extend([Cell::Empty, cells::upstream(upstream), cells::upstream_name(upstream, context)]);
        return cells;
    };
    let (peer, start) = (&hold.peer, &hold.start);
    // An empty path is direct: the peer is the origin (rule 3).
    let origin = hold.path.origin().unwrap_or(Origin::As(peer.asn));
    cells.extend([
        cells::origin(origin),
        cells::upstream(upstream),
        cells::upstream_name(upstream, context),
        Cell::Time(start.first_seen),
        cells::time(start.after),
        Cell::Time(start.by),
        cells::basis(start.basis),
        if rank.half_of_peak { cells::count(peak) } else { Cell::Empty },
        Cell::Empty,
        cells::text(context.collector(peer.collector)),
        cells::text(peer.ip.to_string()),
        cells::asn(peer.asn),
        cells::path(&hold.path),
        cells::flags(flags_of(hold)),
        cells::evidence(Some(start.record), context),
        Cell::Empty,
        cells::via(upstream),
    ]);
    cells
}

/// The headline under another assumption; without times where there is none.
fn of_variation(variation: Variation, row: Option<&Row>, onset: &Onset, context: &Context) -> Vec<Cell> {
    let upstream = [cells::upstream(onset.upstream), cells::upstream_name(onset.upstream, context)];
    let never = || [cells::text("sensitivity"), Cell::Empty, Cell::Empty, Cell::Empty].into_iter().chain(upstream).collect();
    let mut cells = row.map_or_else(never, |row| of_row("sensitivity", row, context));
    cells.resize(COLUMNS.len(), Cell::Empty);
    cells[VARIATION_AT] = cells::text(label_of(variation, context));
    cells
}

fn label_of(variation: Variation, context: &Context) -> String {
    match variation {
        Variation::MinPeers(n) => format!("min-peers {n}"),
        Variation::Without(collector) => format!("without {}", context.collector(collector)),
        Variation::Only(collector) => format!("only {}", context.collector(collector)),
    }
}

/// The path's flags and its beginning's; how it ended later does not matter here.
fn flags_of(hold: &Hold) -> Flags {
    let end = End { basis: Basis::DataEnd, clock: false, ..hold.end };
    cells::with_boundaries(hold.first_flags, &hold.start, &end)
}

fn groups(onset: &Onset, marks: &mut Marks, context: &Context) -> Vec<Group> {
    let row_of = |row: &Row, marks: &mut Marks| {
        vec![
            cells::prefix_text(row.subject.prefix),
            marks.start(&row.start),
            format!("{}/{}", row.peak_peers, row.peers_total),
            format!("AS{} {}", row.first_peer.asn, context.collector(row.first_peer.collector)),
            row.first_as_path.to_string(),
            marks.notes(row.flags),
        ]
    };
    let prefixes: Vec<_> = onset.first_rows.iter().map(|row| row_of(row, marks)).collect();
    let peers: Vec<_> = onset.ranks.iter().map(|rank| shown(rank, onset.peak_peers, marks, context)).collect();
    let varied: Vec<_> = onset
        .variations
        .iter()
        .map(|(variation, row)| {
            let name = label_of(*variation, context);
            match row {
                Some(row) => [name].into_iter().chain(row_of(row, marks).into_iter().skip(1)).collect(),
                None => [name, " never".to_owned()].into_iter().chain([const { String::new() }; 4]).collect(),
            }
        })
        .collect();
    let group = |heading: &str, rows| Group { heading: Some(heading.to_owned()), rows };
    let all = [
        group("First on each prefix", prefixes),
        group("Peers as they arrived, over all prefixes", peers),
        group("The headline under other assumptions", varied),
    ];
    all.into_iter().filter(|g| !g.rows.is_empty()).collect()
}

fn shown(rank: &Rank, peak: usize, marks: &mut Marks, context: &Context) -> Vec<String> {
    let which = ordinal(rank.n);
    let name = if rank.half_of_peak { format!("{which}, half of {peak}") } else { which };
    let Some(hold) = &rank.hold else {
        return [name, " never".to_owned()].into_iter().chain([const { String::new() }; 4]).collect();
    };
    vec![
        name,
        marks.start(&hold.start),
        String::new(),
        format!("AS{} {}", hold.peer.asn, context.collector(hold.peer.collector)),
        hold.path.to_string(),
        marks.notes(flags_of(hold)),
    ]
}

fn headline(onset: &Onset, context: &Context) -> String {
    let label = match onset.upstream.hop {
        Hop::As(_) => context.upstream_in_words(onset.upstream),
        Hop::Direct | Hop::Beyond | Hop::Ambiguous => onset.upstream.to_string(),
    };
    match &onset.headline {
        Some(row) => {
            // A prefix's first row may be another than the headline's: seen earlier, but by one peer only.
            let bounds = |r: &Row| (r.start.first_seen, r.start.after, r.start.by, r.start.basis);
            let together = onset.first_rows.iter().filter(|r| bounds(r) == bounds(row)).chain([row]);
            let prefixes: BTreeSet<_> = together.map(|r| r.subject.prefix).collect();
            let prefixes: Vec<String> = prefixes.into_iter().map(cells::prefix_text).collect();
            format!(
                "{}: {label} {} for {}; {} over all prefixes.",
                context.target,
                began(&row.start),
                prefixes.join(", "),
                plural(onset.peak_peers, "peer") + " at the most"
            )
        }
        None if onset.first_rows.is_empty() => format!("{}: {label} is no upstream in these data.", context.target),
        None => {
            format!("{}: {label} was seen, but every row of it is stuck or out of its file's time: no headline.", context.target)
        }
    }
}

/// As exact as the data allow (rule 13).
fn began(start: &Start) -> String {
    let first = exact(start.first_seen);
    match start.after {
        _ if is_exact_start(start) => format!("began at {first} UTC"),
        Some(after) => format!(
            "first seen at {first} UTC, begun after {} and by {} (basis {}),",
            exact(after),
            exact(start.by),
            start.basis.text()
        ),
        None => format!("first seen at {first} UTC, begun by then, how long before is unknown (basis {}),", start.basis.text()),
    }
}

/// Without a table before, a first sight is none of an onset (rule 12).
fn unproven(onset: &Onset) -> Option<String> {
    let row = onset.headline.as_ref()?;
    (row.start.no_baseline && row.start.after.is_none()).then(|| {
        "Update files alone prove no onset: no RIB dump comes before, and who was silent may have had it long since.".to_owned()
    })
}

fn proof(onset: &Onset, context: &Context) -> Option<String> {
    let row = onset.headline.as_ref()?;
    let peer = row.first_peer;
    Some(format!(
        "Shown by AS{} ({}) at {}, path {}, record {}",
        peer.asn,
        peer.ip,
        context.collector(peer.collector),
        row.first_as_path,
        (context.evidence)(row.start.record)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Asn;
    use crate::report::Format;
    use crate::report::sheets::fixture::{at, began, context, ended, episode, evidence, hold, text, there_at};

    const TRANSTELECOM: Upstream = Upstream::next(Asn(20485));

    fn onset() -> Onset {
        let row = episode(TRANSTELECOM, began("10-01 09:07:51"), ended("10-01 10:14:45"));
        let rank = |n, half_of_peak, hold| Rank { n, half_of_peak, hold };
        let arrived = |time| Some(hold(began(time), ended("10-01 10:14:45")));
        Onset {
            variations: Vec::new(),
            upstream: TRANSTELECOM,
            headline: Some(row.clone()),
            first_rows: vec![row],
            ranks: vec![
                rank(1, false, arrived("10-01 09:07:51")),
                rank(2, false, arrived("10-01 09:07:52.5")),
                rank(2, true, arrived("10-01 09:07:52.5")),
                rank(5, false, None),
            ],
            peak_peers: 3,
        }
    }

    #[test]
    fn csv_has_headline_prefixes_and_peers() {
        let expected = r"
kind,rank,prefix,origin_asn,upstream_asn,upstream_name,first_seen,started_after,started_by,start_basis,peers,peers_total,collector,peer_ip,peer_asn,as_path,flags,evidence,variation,via
headline,,175.45.176.0/24,131279,20485,TransTeleCom,2017-10-01T09:07:51Z,2017-10-01T09:07:51Z,2017-10-01T09:07:51Z,update,12,25,rrc90,192.0.2.1,3356,3356 20485 131279,,a/updates.1.gz#000000000001,,
prefix,,175.45.176.0/24,131279,20485,TransTeleCom,2017-10-01T09:07:51Z,2017-10-01T09:07:51Z,2017-10-01T09:07:51Z,update,12,25,rrc90,192.0.2.1,3356,3356 20485 131279,,a/updates.1.gz#000000000001,,
peer,1,*,131279,20485,TransTeleCom,2017-10-01T09:07:51Z,2017-10-01T09:07:51Z,2017-10-01T09:07:51Z,update,,,rrc90,192.0.2.1,3356,3356 20485 131279,,a/updates.1.gz#000000000001,,
peer,2,*,131279,20485,TransTeleCom,2017-10-01T09:07:52.500000Z,2017-10-01T09:07:52.500000Z,2017-10-01T09:07:52.500000Z,update,,,rrc90,192.0.2.1,3356,3356 20485 131279,,a/updates.1.gz#000000000001,,
peer,2,*,131279,20485,TransTeleCom,2017-10-01T09:07:52.500000Z,2017-10-01T09:07:52.500000Z,2017-10-01T09:07:52.500000Z,update,3,,rrc90,192.0.2.1,3356,3356 20485 131279,,a/updates.1.gz#000000000001,,
peer,5,*,,20485,TransTeleCom,,,,,,,,,,,,,,
";
        assert_eq!(text(&first(&onset(), &context(&evidence)), Format::Csv), expected);
    }

    #[test]
    fn the_table_answers_above_and_proves_below() {
        let expected = r"
North Korea (AS131279, 175.45.176.0/22): AS20485 TransTeleCom began at 2017-10-01 09:07:51 UTC for
175.45.176.0/24; 3 peers at the most over all prefixes.
Shown by AS3356 (192.0.2.1) at rrc90, path 3356 20485 131279, record a/updates.1.gz#000000000001
Files: 576 read, 0 damaged, 0 skipped; 1 gap; 25 peers of 2 collectors.

                    first seen           peers  seen by       path               notes
First on each prefix
  175.45.176.0/24   2017-10-01 09:07:51  12/25  AS3356 rrc90  3356 20485 131279
Peers as they arrived, over all prefixes
  1st               2017-10-01 09:07:51         AS3356 rrc90  3356 20485 131279
  2nd               2017-10-01 09:07:52         AS3356 rrc90  3356 20485 131279
  2nd, half of 3    2017-10-01 09:07:52         AS3356 rrc90  3356 20485 131279
  5th               never

Peers: the most at one time, of those able to see the prefix then.
Times are cut to whole seconds; the other formats have them in full.
- Missing data: 1 gap, 5m 00s together: rrc90 2017-10-01 11:10:00 to 2017-10-01 11:15:00.
- BGP shows announced paths, not cables and not traffic shares.
";
        assert_eq!(text(&first(&onset(), &context(&evidence)), Format::Table), expected);
    }

    #[test]
    fn the_headline_is_as_exact_as_the_data() {
        let context = context(&evidence);
        let said = |start| {
            let headline = Some(episode(TRANSTELECOM, start, ended("10-01 10:14:45")));
            first(&Onset { headline, ..onset() }, &context).summary.swap_remove(0)
        };
        let late = Start { after: Some(at("10-01 08:00:00")), basis: Basis::Rib, ..began("10-01 10:00:00") };
        let bounded =
            "first seen at 2017-10-01 10:00:00 UTC, begun after 2017-10-01 08:00:00 and by 2017-10-01 10:00:00 (basis rib)";
        let open = "first seen at 2017-10-01 00:00:00 UTC, begun by then, how long before is unknown (basis data-start)";
        for (start, text) in [(late, bounded), (there_at("10-01 00:00:00"), open)] {
            assert!(said(start).contains(text), "{}", said(start));
        }
        let mut several = onset();
        several.first_rows[0].start = began("10-01 09:00:00");
        several.first_rows.push(several.first_rows[0].clone());
        several.first_rows[1].start = began("10-01 09:07:51");
        several.first_rows[1].subject.prefix = "175.45.178.0/24".parse().ok();
        let told = first(&several, &context).summary.swap_remove(0);
        assert!(told.contains("began at 2017-10-01 09:07:51 UTC for 175.45.176.0/24, 175.45.178.0/24; 3 peers"), "{told}");
        let none = first(&Onset { headline: None, ..onset() }, &context);
        assert!(none.summary[0].ends_with("no headline."), "{}", none.summary[0]);
        let never = never(TRANSTELECOM, &context);
        assert!(never.summary[0].ends_with(": AS20485 TransTeleCom is no upstream in these data."), "{}", never.summary[0]);
        assert!(text(&never, Format::Table).contains("(no rows)") && never.rows.is_empty());
    }
}
