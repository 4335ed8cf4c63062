//! The page over worlds made by hand. `UPLINKS_PAGES=FOLDER cargo test page` keeps the pages, to be looked at in a browser.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use ipnet::IpNet;

use super::*;
use crate::model::{AsPath, Asn, CollectorId, PeerKey, RecordId, Route, Span};
use crate::replay::{Basis, End, Follows, KnownTable, Presence, Replay, RouteInterval, Start};
use crate::report::{GapFact, RunFacts, Source};
use crate::target::Watch;
use crate::timeline::{Collector, Observed, Options, build};

const ORIGIN: u32 = 131_279;

/// A world: routes and what is covered, in seconds from 2017-10-01.
struct World {
    until: i64,
    peers: u32,
    routes: Vec<RouteInterval>,
    gaps: Vec<(i64, i64)>,
    dumps: Vec<i64>,
    sampled: bool,
    names: BTreeMap<Asn, String>,
}

fn at(secs: i64) -> Time {
    Time::from_secs(1_506_816_000 + secs)
}

fn peer(n: u32) -> PeerKey {
    PeerKey::new(CollectorId(0), IpAddr::V4(Ipv4Addr::from(0xc000_0200 + n)), Asn(1000 + n))
}

impl World {
    fn new(until: i64, peers: u32) -> World {
        let names = BTreeMap::from([(Asn(20485), "TransTeleCom".to_owned()), (Asn(4837), "China Unicom".to_owned())]);
        World { until, peers, routes: vec![], gaps: vec![], dumps: vec![0], sampled: false, names }
    }

    /// `of` peers from the first hold the prefix through the upstream. A start at 0 is that of the data; an end at the world's end too.
    fn route(&mut self, prefix: &str, upstream: u32, of: std::ops::Range<u32>, from: i64, until: i64) -> &mut Self {
        let exact = (Some(at(from)), Some(at(until)));
        self.bounded(prefix, upstream, of, (exact.0, from), (until, exact.1))
    }

    fn bounded(
        &mut self,
        prefix: &str,
        upstream: u32,
        of: std::ops::Range<u32>,
        (after, from): (Option<Time>, i64),
        (until, before): (i64, Option<Time>),
    ) -> &mut Self {
        let way = if before == Some(at(until)) { Basis::Update } else { Basis::Rib };
        for n in of {
            let path = Arc::new(AsPath::sequence([1000 + n, upstream, ORIGIN]));
            let Some(route) = Route::read(path, Asn(1000 + n), &[Asn(ORIGIN)]) else { continue };
            let basis = if from == 0 { Basis::DataStart } else { way };
            let after = after.filter(|_| from > 0);
            let record = RecordId::new(u32::try_from(self.routes.len()).unwrap_or(0));
            let (first_seen, by) = (at(from), at(from));
            let start = Start { first_seen, after, unwatched: None, by, basis, record, clock: false, no_baseline: false };
            let open = until >= self.until;
            let end = End {
                last_seen: at(until),
                after: (!open).then_some(at(until)),
                before: before.filter(|_| !open),
                until: if open { Time::MAX } else { before.unwrap_or(at(until)) },
                basis: if open { Basis::DataEnd } else { way },
                record: (!open).then_some(record),
                clock: false,
            };
            let follows = Follows::Nothing;
            let prefix: IpNet = prefix.parse().expect("a prefix");
            self.routes.push(RouteInterval {
                peer: peer(n),
                prefix,
                path_id: 0,
                route: route.into(),
                start,
                end,
                follows,
                assumed: vec![],
                repeats: 0,
            });
        }
        self
    }

    /// The page and the drawings; kept under that name where they are wanted.
    fn pages(&self, name: &str) -> (String, String) {
        let (start, end) = (at(0), at(self.until));
        let span = |(from, until): &(i64, i64)| Span { from: at(*from), until: at(*until) };
        let gaps: Vec<Span> = self.gaps.iter().map(span).collect();
        let coverage = Coverage { start, end, gaps: gaps.clone(), sampled: self.sampled };
        let whole = Span { from: start, until: end };
        let presence = |n| Presence { peer: peer(n), span: whole, full: [true; 2] };
        let presences = (0..self.peers).map(presence).collect();
        let known = |peer| [0, 1].map(|family| KnownTable { peer, family, span: whole });
        let tables = (0..self.peers).flat_map(|n| known(peer(n))).collect();
        let replay = Replay {
            intervals: self.routes.iter().cloned().collect(),
            presences,
            tables,
            baseline: Some(start),
            ..Replay::default()
        };
        let collector = Collector { name: "rrc90".to_owned(), coverage: coverage.clone(), has_rib: true, replay };
        let observed = Observed { collectors: vec![collector] };
        let watch = Watch::new(["0.0.0.0/0".parse().expect("a prefix")], [Asn(ORIGIN)]);
        let timeline = build(&observed, &watch, &Options::default());
        let evidence = |record: RecordId| format!("a'b/<script>\"{}#{:012x}", record.place() % 7, record.place());
        let facts = gaps.iter().map(|span| GapFact { collector: CollectorId(0), span: *span });
        let context = Context {
            target: "North Korea (AS131279)".to_owned(),
            window: Some(whole),
            data: Some(whole),
            is_cut: false,
            collectors: vec![Source { name: "rrc90".to_owned(), peers: self.peers as usize, sampled: self.sampled }],
            names: self.names.clone(),
            evidence: &evidence,
            facts: RunFacts { files_read: 3, gaps: facts.collect(), ..RunFacts::default() },
        };
        let covered = [Covered { coverage: Some(coverage), dumps: self.dumps.iter().map(|d| at(*d)).collect() }];
        let command = "uplinks report x".to_owned();
        let page = Page { context: &context, timeline: &timeline, prefixes: &timeline, coverage: &covered, command };
        let made = (html(&page), svg(&page));
        if let Some(folder) = std::env::var_os("UPLINKS_PAGES").map(std::path::PathBuf::from) {
            std::fs::write(folder.join(format!("{name}.html")), &made.0).expect("the folder is there");
            std::fs::write(folder.join(format!("{name}.svg")), &made.1).expect("the folder is there");
        }
        assert_eq!(made, (html(&page), svg(&page)), "{name}: not the same bytes twice");
        well_formed(&made.1);
        for (at, _) in made.0.match_indices("<svg class=\"d ") {
            let end = made.0[at..].find("</svg>").expect("an end") + 6;
            well_formed(&made.0[at..at + end]);
        }
        assert!(!made.0.contains("NaN") && !made.0.contains("inf"), "{name}: a number went wrong");
        made
    }
}

/// Tags close in order, attributes are quoted, no `<` or bare `&` stands in text: what an XML reader would check first.
fn well_formed(xml: &str) {
    let style = |s: &str| s.find("<style>").zip(s.find("</style>"));
    let xml = style(xml).map_or_else(|| xml.to_owned(), |(a, b)| format!("{}{}", &xml[..a], &xml[b + 8..]));
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml.as_str();
    while let Some(start) = rest.find('<') {
        let text = &rest[..start];
        assert!(!text.contains('>'), "stray > in: {text}");
        entities(text);
        let end = rest[start..].find('>').expect("a tag ends") + start;
        let tag = &rest[start + 1..end];
        assert_eq!(tag.matches('"').count() % 2, 0, "unbalanced quotes in <{tag}>");
        entities(tag);
        let name = tag.trim_start_matches('/').split([' ', '/', '>']).next().unwrap_or_default();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed));
        } else if !tag.ends_with('/') && !tag.starts_with('?') {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

fn entities(text: &str) {
    for (at, _) in text.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#10;"].iter().any(|e| text[at..].starts_with(e));
        assert!(known, "bare & in: {text}");
    }
}

const DAY: i64 = 86_400;

#[test]
fn comes_leaves_and_comes_back() {
    let mut world = World::new(2 * DAY, 20);
    world.route("175.45.176.0/24", 4837, 8..20, 0, 2 * DAY).route("175.45.177.0/24", 4837, 0..20, 0, 2 * DAY);
    world.route("175.45.176.0/24", 4837, 0..8, 0, 30_000).route("175.45.176.0/24", 4837, 0..8, 40_000, 50_000);
    world.route("175.45.176.0/24", 20485, 0..8, 30_000, 40_000).route("175.45.176.0/24", 20485, 0..8, 50_000, 2 * DAY);
    world.gaps = vec![(60_000, 70_000)];
    let (html, svg) = world.pages("two");
    for part in [
        "AS20485 TransTeleCom</p><p class=\"when\">appears <b>2017-10-01 08:20:00</b> UTC",
        "left <b>2017-10-01 11:06:40</b>",
        "came back <b>2017-10-01 13:53:20</b>",
        "a second upstream provider, AS20485 TransTeleCom, appeared for 175.45.176.0/24 (1 of 2 prefixes)",
        "<h2>Episodes</h2>",
        "<code>uplinks report x</code>",
    ] {
        assert!(html.contains(part), "no {part}");
    }
    // A band a row and width; all of them can be reached and say what they are.
    assert_eq!(html.matches("<g class=\"b\" tabindex=\"0\" role=\"img\" aria-label=\"175.45.").count(), 2 * 4);
    assert!(svg.contains("AS20485 TransTeleCom 2017-10-01 08:20:00"), "the onset is marked with its time");
    assert!(svg.contains("url(#wh)"), "the gap is hatched");
    assert!(!html.contains("http://") && !html.contains("https://"), "nothing from the network");
}

#[test]
fn another_origin_has_its_card() {
    let mut world = World::new(DAY, 20);
    world.route("10.0.0.0/8", 4837, 0..20, 0, DAY);
    let ours = world.routes.len();
    world.route("10.0.0.0/8", 20485, 0..9, 30_000, 40_000).route("10.1.0.0/16", 20485, 0..9, 50_000, DAY);
    for stolen in &mut world.routes[ours..] {
        let path = Arc::new(AsPath::sequence([stolen.peer.asn.0, 20485, 18101]));
        stolen.route = Route::read(path, stolen.peer.asn, &[]).expect("a route").into();
    }
    let (html, svg) = world.pages("conflict");
    let line = "Another origin: AS18101 first through 20485 TransTeleCom, from 2017-10-01 08:20:00 to 2017-10-01 11:06:40 UTC</title><path class=\"other\"";
    assert!(svg.contains(line) && html.contains(line) && html.contains("another origin announces it too"));
    for part in [
        "origin conflict</p><p class=\"what\">AS18101</p><p class=\"when\">first seen <b>2017-10-01 08:20:00</b> UTC</p>",
        "<p>on 10.0.0.0/8 and 10.1.0.0/16 through AS20485 TransTeleCom</p>",
        "<li>gone from 1 of them by <b>2017-10-01 11:06:40</b></li><li>still on 10.1.0.0/16 at the end of the data</li>",
    ] {
        assert!(html.contains(part), "no {part}");
    }
}

#[test]
fn nothing_from_data_becomes_markup() {
    let mut world = World::new(DAY, 4);
    let name = "</title></script><script>alert(1)</script>\" onload='x' \u{1b}[2J\u{202e}\u{0}&amp;=cmd()";
    world.names.insert(Asn(20485), name.to_owned());
    world.route("10.0.0.0/8", 20485, 0..4, 3600, DAY);
    let (html, svg) = world.pages("hostile");
    assert_eq!(html.matches("<script").count(), 1, "the page's own script alone");
    for text in [&html, &svg] {
        assert!(!text.contains("onload='") && !text.contains('\u{1b}') && !text.contains('\u{202e}') && !text.contains('\u{0}'));
    }
    assert!(html.contains("&lt;script&gt;alert(1)") && html.contains("&amp;amp;"));
}

#[test]
fn outages_and_bounds_are_drawn() {
    let mut world = World::new(10 * DAY, 10);
    world.route("10.0.0.0/8", 4837, 0..10, 0, 2 * DAY).route("10.0.0.0/8", 4837, 0..10, 2 * DAY + 90, 10 * DAY);
    world.bounded("10.0.0.0/8", 20485, 0..3, (Some(at(4 * DAY)), 5 * DAY), (8 * DAY, Some(at(9 * DAY))));
    let (html, svg) = world.pages("bounds");
    assert!(
        svg.contains("class=\"outage\"")
            && svg.contains("Outage: no route, from 2017-10-03 00:00:00 to 2017-10-03 00:01:30 UTC (1m 30s)")
    );
    assert!(svg.contains("url(#wi1)") && svg.contains("url(#wo1)"), "both bounds fade");
    assert!(html.contains("between 2017-10-05 00:00:00 and 2017-10-06 00:00:00</b> UTC"));
}

#[test]
fn every_size_of_answer_has_its_page() {
    let (html, _) = World::new(DAY, 9).pages("none");
    assert!(html.contains("No route was seen") && html.contains("That is no proof") && html.contains("0 episodes"));

    let mut instant = World::new(0, 3);
    instant.route("10.0.0.0/8", 4837, 0..3, 0, 0).pages("instant");

    let mut one = World::new(DAY, 9);
    one.route("10.0.0.0/8", 4837, 0..9, 0, DAY);
    assert!(one.pages("one").0.contains("No other appeared before the data end"));

    let mut many = World::new(30 * DAY, 12);
    for n in 0..200 {
        let prefix = format!("10.{n}.0.0/16");
        many.route(&prefix, 4837, 0..12, 0, 30 * DAY);
        many.route(&prefix, 20485, 0..(n % 12), i64::from(n) * 10_000 + 1, 30 * DAY - i64::from(n) * 1000);
        if n % 3 == 0 {
            many.route(&prefix, 64_000 + n, 0..3, DAY, 3 * DAY);
        }
    }
    let (html, _) = many.pages("many");
    // Those with most news are shown, and what is left out is named.
    assert!(html.contains(" of 200 prefixes with most changes, with 180 of "), "what is left out is told");
    assert!(html.contains("All of them: uplinks timeline -f csv x") && html.contains("<summary>180 of "));
    assert!(html.len() < 1_000_000, "{} bytes", html.len());

    let mut decade = World::new(3650 * DAY, 30);
    decade.dumps = (0..40).map(|q| q * 91 * DAY).collect();
    decade.gaps = vec![(0, 3650 * DAY)];
    decade.sampled = true;
    let quarter = |q: i64| Some(at(q * 91 * DAY));
    for n in 0..4 {
        let prefix = format!("175.45.{}.0/24", 176 + n);
        decade.bounded(&prefix, 4837, 0..30, (None, 0), (91 * DAY * 30, quarter(31)));
        decade.bounded(&prefix, 20485, 0..14, (quarter(7 + n), 91 * DAY * (8 + n)), (3650 * DAY, None));
        decade.bounded(&prefix, 134_544, 14..30, (quarter(30), 91 * DAY * 31), (3650 * DAY, None));
        decade.bounded(&prefix, 133_073, 2..3, (quarter(14), 91 * DAY * 15), (91 * DAY * 15, quarter(16)));
    }
    decade.pages("decade");
}
