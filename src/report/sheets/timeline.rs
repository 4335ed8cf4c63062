//! `timeline`: episodes per prefix and upstream.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{caveats, cells, marks::Marks};
use crate::model::{Flags, Hop, Origin, Span, Time, Upstream};
use crate::report::Walk;
use crate::report::context::Context;
use crate::report::sheet::Align::{Left, Right};
use crate::report::sheet::Room::{Bar, CutEnd, Fixed, Optional};
use crate::report::sheet::{Cell, Grouped, Kind, Sheet, View};
use crate::report::text::plural;
use crate::report::words;
use crate::timeline::{Change, Row};

pub(super) const COLUMNS: &[(&str, Kind)] = &[
    ("prefix", Kind::Text),
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
    ("unobserved_s", Kind::Duration),
    ("peak_peers", Kind::Int),
    ("peak_peer_asns", Kind::Int),
    ("peers_total", Kind::Int),
    ("collectors", Kind::Int),
    ("first_collector", Kind::Text),
    ("first_peer_ip", Kind::Text),
    ("first_peer_asn", Kind::Int),
    ("first_as_path", Kind::Path),
    ("flags", Kind::Text),
    ("start_evidence", Kind::Text),
    ("end_evidence", Kind::Text),
    ("via", Kind::Path),
    ("beyond_peers", Kind::Int),
];

/// The sheet of `timeline`; `rows` in the order of [`Row::order`], `changes` those of the same timeline.
pub fn timeline<'a>(rows: Vec<Row>, changes: &[Change], context: &'a Context<'a>) -> Sheet<'a> {
    let rows = Rc::new(rows);
    let flags = rows.iter().fold(Flags::default(), |all, row| all.union(row.flags));
    let summary = vec![headline(&rows, context), words::paragraph(&rows, changes, context).join(" "), context.files_line()];
    let shown = Rc::clone(&rows);
    Sheet {
        name: "timeline",
        columns: cells::columns(COLUMNS),
        rows: Walk::new(move |to| rows.iter().try_for_each(|row| to(cells_of(row, context)))),
        summary,
        caveats: caveats(context, flags),
        facts: context.facts_json(),
        chart: None,
        view: Some(Box::new(move || view(Rc::clone(&shown), context))),
    }
}

fn view<'a>(rows: Rc<Vec<Row>>, context: &'a Context<'a>) -> View<'a> {
    let mut marks = Marks::default();
    rows.iter().for_each(|row| _ = shown(row, &mut marks, context));
    // A group a prefix; with more than one origin at all, a group a prefix and origin.
    let origins: BTreeSet<Origin> = rows.iter().map(|r| r.subject.origin).collect();
    let lines = Walk::new(move |to| {
        let mut groups = Grouped::new(to);
        rows.iter().try_for_each(|row| {
            let prefix = row.subject.prefix.map_or_else(|| "All prefixes".to_owned(), |p| p.to_string());
            let heading = match (origins.len(), row.subject.origin) {
                (0 | 1, _) => prefix,
                (_, Origin::As(asn)) => format!("{prefix} from AS{asn}"),
                (_, Origin::Ambiguous) => format!("{prefix} from an ambiguous origin"),
            };
            groups.row(heading, shown(row, &mut Marks::default(), context))
        })
    });
    let legend = [String::from("Peers: the most at one time, of those able to see the prefix then.")];
    View {
        columns: cells::headings(&[
            ("upstream", Left, CutEnd),
            (" first seen", Left, Fixed),
            (" last seen", Left, Fixed),
            ("duration", Right, Optional(3)),
            ("peers", Right, Optional(1)),
            ("notes", Left, Optional(2)),
            ("when", Left, Bar),
        ]),
        lines,
        drawing: Vec::new(),
        legend: legend.into_iter().chain(marks.legend(context)).collect(),
    }
}

fn shown(row: &Row, marks: &mut Marks, context: &Context) -> Vec<String> {
    vec![
        context.upstream_label(row.subject.upstream),
        marks.start(&row.start),
        marks.end(&row.end),
        marks.duration(&row.start, &row.end),
        format!("{}/{}", row.peak_peers, row.peers_total),
        marks.notes(row.flags),
        context.window.map_or_else(String::new, |window| part_of(row.believed, window)),
    ]
}

/// A span in thousandths of the window: see [`Bar`].
fn part_of(span: Span, window: Span) -> String {
    let length = i128::from(window.until.micros_since(window.from)).max(1);
    let place = |time: Time| (i128::from(time.micros_since(window.from)) * 1000 / length).clamp(0, 1000);
    format!("{} {}", place(span.from), place(span.until))
}

fn cells_of(row: &Row, context: &Context) -> Vec<Cell> {
    let (subject, start, end) = (&row.subject, &row.start, &row.end);
    vec![
        cells::prefix(subject.prefix),
        cells::origin(subject.origin),
        cells::upstream(subject.upstream),
        cells::upstream_name(subject.upstream, context),
        Cell::Time(start.first_seen),
        cells::time(start.after),
        Cell::Time(start.by),
        cells::basis(start.basis),
        Cell::Time(end.last_seen),
        cells::time(end.after),
        cells::time(end.before),
        cells::basis(end.basis),
        cells::between(start, end),
        cells::duration(row.unobserved_micros),
        cells::count(row.peak_peers),
        cells::count(row.peak_peer_asns),
        cells::count(row.peers_total),
        cells::count(row.collectors.len()),
        cells::text(context.collector(row.first_peer.collector)),
        cells::text(row.first_peer.ip.to_string()),
        cells::asn(row.first_peer.asn),
        cells::path(&row.first_as_path),
        cells::flags(row.flags),
        cells::evidence(Some(start.record), context),
        cells::evidence(end.record, context),
        cells::via(subject.upstream),
        row.beyond_peers.map_or(Cell::Empty, cells::count),
    ]
}

fn headline(rows: &[Row], context: &Context) -> String {
    let upstreams: BTreeSet<Upstream> = rows.iter().map(|r| r.subject.upstream).collect();
    let via = upstreams.iter().filter(|u| u.asn().is_some()).count();
    let mut of = vec![plural(via, "upstream")];
    let is_any = |hop: Hop| upstreams.iter().any(|upstream| upstream.hop == hop);
    if is_any(Hop::Direct) {
        of.push("direct announcements".to_owned());
    }
    if is_any(Hop::Beyond) {
        of.push("paths that end before".to_owned());
    }
    if is_any(Hop::Ambiguous) {
        of.push("ambiguous origins".to_owned());
    }
    let prefixes: BTreeSet<_> = rows.iter().filter_map(|r| r.subject.prefix).collect();
    let of_what = match (rows.is_empty(), prefixes.len()) {
        (true, _) => String::new(),
        (false, 0) => format!(" of {} for the target as a whole", of.join(" and ")),
        (false, count) => format!(" of {} for {}", of.join(" and "), plural(count, "prefix")),
    };
    format!("{}: {}{of_what}, {}.", context.target, plural(rows.len(), "episode"), context.window_text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Asn, Flag};
    use crate::report::sheets::fixture::{began, context, ended, episode, evidence, lasting_context, ongoing, text, there_at};
    use crate::report::{Format, Line};

    fn sheet() -> Sheet<'static> {
        let mut unicom = episode(Upstream::next(Asn(4837)), there_at("10-01 00:00:00"), ended("10-01 09:07:51"));
        unicom.flags.set(Flag::WiderBounds);
        let mut back = episode(Upstream::next(Asn(64500)), began("10-01 12:21:55"), ongoing("10-02 12:00:00"));
        (back.unobserved_micros, back.peak_peers) = (300_000_000, 1);
        back.flags = [Flag::Gap, Flag::ReservedNeighbour, Flag::SinglePeer].into_iter().collect();
        let transtelecom = episode(Upstream::next(Asn(20485)), began("10-01 09:07:51.372152"), ended("10-01 10:14:45.372152"));
        timeline(vec![unicom, transtelecom, back], &[], lasting_context())
    }

    #[test]
    fn csv_has_the_columns_of_the_contract() {
        let expected = r"
prefix,origin_asn,upstream_asn,upstream_name,first_seen,started_after,started_by,start_basis,last_seen,ended_after,ended_before,end_basis,duration_s,unobserved_s,peak_peers,peak_peer_asns,peers_total,collectors,first_collector,first_peer_ip,first_peer_asn,first_as_path,flags,start_evidence,end_evidence,via,beyond_peers
175.45.176.0/24,131279,4837,China Unicom,2017-10-01T00:00:00Z,,2017-10-01T00:00:00Z,data-start,2017-10-01T09:07:51Z,2017-10-01T09:07:51Z,2017-10-01T09:07:51Z,update,32871,0,12,11,25,2,rrc90,192.0.2.1,3356,3356 4837 131279,wider-bounds,a/updates.1.gz#000000000001,a/updates.2.gz#000000000002,,10
175.45.176.0/24,131279,20485,TransTeleCom,2017-10-01T09:07:51.372152Z,2017-10-01T09:07:51.372152Z,2017-10-01T09:07:51.372152Z,update,2017-10-01T10:14:45.372152Z,2017-10-01T10:14:45.372152Z,2017-10-01T10:14:45.372152Z,update,4014.000000,0,12,11,25,2,rrc90,192.0.2.1,3356,3356 20485 131279,,a/updates.1.gz#000000000001,a/updates.2.gz#000000000002,,10
175.45.176.0/24,131279,64500,,2017-10-01T12:21:55Z,2017-10-01T12:21:55Z,2017-10-01T12:21:55Z,update,2017-10-02T12:00:00Z,,,data-end,85085,300,1,11,25,2,rrc90,192.0.2.1,3356,3356 64500 131279,gap;reserved-neighbour;single-peer,a/updates.1.gz#000000000001,,,10
";
        assert_eq!(text(&sheet(), Format::Csv), expected);
    }

    #[test]
    fn the_table_marks_what_is_not_exact_and_explains_it() {
        let expected = r"
North Korea (AS131279, 175.45.176.0/22): 3 episodes of 3 upstreams for 1 prefix, 2017-10-01 00:00 to
2017-10-02 12:00 UTC.
Where the data begin, on 2017-10-01 at 00:00:00 UTC, North Korea (AS131279, 175.45.176.0/22) was
reached through one upstream provider, AS4837 China Unicom, for 175.45.176.0/24, seen by up to 12 of
25 peers able to see it (48 %). At 09:07:51 a second upstream provider, AS20485 TransTeleCom,
appeared for 175.45.176.0/24, seen by up to 12 of 25 peers able to see it (48 %). It left at
10:14:45. AS4837 China Unicom left at 09:07:51. A BGP message in the archive proves each appearance
to the second. Data are missing in 1 gap (5m 00s together); what changed there is not shown. 1
episode was left aside here: seen by a single peer, stuck, or out of time; it is the only one of
AS64500. BGP shows announced paths, not cables and not traffic shares, and a path that none of the
25 peers of 2 collectors took is not seen here.
Files: 576 read, 0 damaged, 0 skipped; 1 gap; 25 peers of 2 collectors.

  upstream             first seen            last seen                duration  peers  notes
175.45.176.0/24
  4837 China Unicom   <2017-10-01 00:00:00   2017-10-01 09:07:51   >9h 07m 51s  12/25  w
  20485 TransTeleCom   2017-10-01 09:07:51   2017-10-01 10:14:45    1h 06m 54s  12/25
  64500                2017-10-01 12:21:55   ongoing              >23h 38m 05s   1/25  gr1

Peers: the most at one time, of those able to see the prefix then.
< at this time or earlier: the data do not show exactly when.
> at this time or later, this long or longer: the data do not show exactly when.
ongoing: still there where the data end.
Times are cut to whole seconds; the other formats have them in full.
Notes: g gap, r reserved-neighbour, 1 single-peer, w wider-bounds.
- Missing data: 1 gap, 5m 00s together: rrc90 2017-10-01 11:10:00 to 2017-10-01 11:15:00.
- gap: part of the data behind the row is missing or damaged; routes are assumed to stand until
  contradicted.
- reserved-neighbour: the upstream is a reserved AS number.
- single-peer: no more than one peer saw it at a time.
- wider-bounds: another peer may have started earlier or left later than the times shown.
- BGP shows announced paths, not cables and not traffic shares.
";
        assert_eq!(text(&sheet(), Format::Table), expected);
    }

    #[test]
    fn json_carries_facts_and_the_same_values() {
        let expected = r#"
{
  "schema": "uplinks/timeline/1",
  "version": "VERSION",
  "summary": ["North Korea (AS131279, 175.45.176.0/22): 3 episodes of 3 upstreams for 1 prefix, 2017-10-01 00:00 to 2017-10-02 12:00 UTC.","Where the data begin, on 2017-10-01 at 00:00:00 UTC, North Korea (AS131279, 175.45.176.0/22) was reached through one upstream provider, AS4837 China Unicom, for 175.45.176.0/24, seen by up to 12 of 25 peers able to see it (48 %). At 09:07:51 a second upstream provider, AS20485 TransTeleCom, appeared for 175.45.176.0/24, seen by up to 12 of 25 peers able to see it (48 %). It left at 10:14:45. AS4837 China Unicom left at 09:07:51. A BGP message in the archive proves each appearance to the second. Data are missing in 1 gap (5m 00s together); what changed there is not shown. 1 episode was left aside here: seen by a single peer, stuck, or out of time; it is the only one of AS64500. BGP shows announced paths, not cables and not traffic shares, and a path that none of the 25 peers of 2 collectors took is not seen here.","Files: 576 read, 0 damaged, 0 skipped; 1 gap; 25 peers of 2 collectors."],
  "caveats": ["Missing data: 1 gap, 5m 00s together: rrc90 2017-10-01 11:10:00 to 2017-10-01 11:15:00.","gap: part of the data behind the row is missing or damaged; routes are assumed to stand until contradicted.","reserved-neighbour: the upstream is a reserved AS number.","single-peer: no more than one peer saw it at a time.","wider-bounds: another peer may have started earlier or left later than the times shown.","BGP shows announced paths, not cables and not traffic shares."],
  "facts": {"clock":0,"collectors":[{"name":"rrc90","peers":13,"sampled":false},{"name":"route-views.sim","peers":12,"sampled":false}],"disagreements":0,"files_partial":0,"files_read":576,"files_skipped":0,"from":"2017-10-01T00:00:00Z","gaps":[{"collector":"rrc90","from":"2017-10-01T11:10:00Z","until":"2017-10-01T11:15:00Z"}],"peers":[],"quarantined":0,"rejected_dumps":0,"simulated":false,"target":"North Korea (AS131279, 175.45.176.0/22)","treated_as_withdrawn":0,"unobserved_s":0,"until":"2017-10-02T12:00:00Z"},
  "rows": [
    {"prefix":"175.45.176.0/24","origin_asn":131279,"upstream_asn":4837,"upstream_name":"China Unicom","first_seen":"2017-10-01T00:00:00Z","started_after":null,"started_by":"2017-10-01T00:00:00Z","start_basis":"data-start","last_seen":"2017-10-01T09:07:51Z","ended_after":"2017-10-01T09:07:51Z","ended_before":"2017-10-01T09:07:51Z","end_basis":"update","duration_s":32871,"unobserved_s":0,"peak_peers":12,"peak_peer_asns":11,"peers_total":25,"collectors":2,"first_collector":"rrc90","first_peer_ip":"192.0.2.1","first_peer_asn":3356,"first_as_path":"3356 4837 131279","flags":"wider-bounds","start_evidence":"a/updates.1.gz#000000000001","end_evidence":"a/updates.2.gz#000000000002","via":null,"beyond_peers":10},
    {"prefix":"175.45.176.0/24","origin_asn":131279,"upstream_asn":20485,"upstream_name":"TransTeleCom","first_seen":"2017-10-01T09:07:51.372152Z","started_after":"2017-10-01T09:07:51.372152Z","started_by":"2017-10-01T09:07:51.372152Z","start_basis":"update","last_seen":"2017-10-01T10:14:45.372152Z","ended_after":"2017-10-01T10:14:45.372152Z","ended_before":"2017-10-01T10:14:45.372152Z","end_basis":"update","duration_s":4014.000000,"unobserved_s":0,"peak_peers":12,"peak_peer_asns":11,"peers_total":25,"collectors":2,"first_collector":"rrc90","first_peer_ip":"192.0.2.1","first_peer_asn":3356,"first_as_path":"3356 20485 131279","flags":"","start_evidence":"a/updates.1.gz#000000000001","end_evidence":"a/updates.2.gz#000000000002","via":null,"beyond_peers":10},
    {"prefix":"175.45.176.0/24","origin_asn":131279,"upstream_asn":64500,"upstream_name":null,"first_seen":"2017-10-01T12:21:55Z","started_after":"2017-10-01T12:21:55Z","started_by":"2017-10-01T12:21:55Z","start_basis":"update","last_seen":"2017-10-02T12:00:00Z","ended_after":null,"ended_before":null,"end_basis":"data-end","duration_s":85085,"unobserved_s":300,"peak_peers":1,"peak_peer_asns":11,"peers_total":25,"collectors":2,"first_collector":"rrc90","first_peer_ip":"192.0.2.1","first_peer_asn":3356,"first_as_path":"3356 64500 131279","flags":"gap;reserved-neighbour;single-peer","start_evidence":"a/updates.1.gz#000000000001","end_evidence":null,"via":null,"beyond_peers":10}
  ]
}
"#;
        assert_eq!(text(&sheet(), Format::Json), expected.replace("VERSION", env!("CARGO_PKG_VERSION")));
    }

    #[test]
    fn json_lines_are_the_rows_of_json() {
        let (json, lines) = (text(&sheet(), Format::Json), text(&sheet(), Format::Jsonl));
        assert_eq!(lines.trim().lines().count(), 3);
        assert!(lines.trim().lines().all(|line| json.contains(line)));
    }

    #[test]
    fn several_origins_and_the_whole_target_have_their_own_headings() {
        let mut rows =
            [Upstream::AMBIGUOUS, Upstream::DIRECT].map(|u| episode(u, began("10-01 01:00:00"), ended("10-01 02:00:00")));
        rows[0].subject.origin = Origin::Ambiguous;
        rows[1].subject.prefix = None;
        let sheet = timeline(rows.to_vec(), &[], lasting_context());
        let mut headings = Vec::new();
        let view = sheet.view.as_ref().expect("a view")();
        let walked = view.lines.walk(&mut |line| {
            headings.extend(if let Line::Group(heading) = line { heading } else { None });
            Ok(())
        });
        walked.expect("no error");
        assert_eq!(headings, ["175.45.176.0/24 from an ambiguous origin", "All prefixes from AS131279"]);
        assert!(
            sheet.summary[0].contains("2 episodes of 0 upstreams and direct announcements and ambiguous origins for 1 prefix,")
        );
        let csv = text(&sheet, Format::Csv);
        assert!(csv.contains("175.45.176.0/24,ambiguous,ambiguous,,") && csv.contains("*,131279,direct,,"), "{csv}");
    }

    #[test]
    fn the_table_keeps_to_100_columns() {
        let odd = "the longest of names, ".repeat(5);
        let mut context = context(&evidence);
        context.names.insert(Asn(4_200_000_000), odd);
        let mut row = episode(Upstream::next(Asn(4_200_000_000)), there_at("10-01 00:00:00"), ended("10-11 23:59:59"));
        row.subject.prefix = "2001:db8:1234:5678:9abc:def0:1234:5678/128".parse().ok();
        (row.peak_peers, row.peers_total) = (1000, 1200);
        row.end.basis = crate::replay::Basis::PeerDown;
        row.flags = Flag::ALL.iter().copied().take(9).collect();
        let table = text(&timeline(vec![row], &[], &context), Format::Table);
        let widest = table.lines().map(|line| line.chars().count()).max();
        assert!(widest.is_some_and(|w| w <= 100) && table.contains(">10d 23h 59m 59s"), "{table}");
    }
}
