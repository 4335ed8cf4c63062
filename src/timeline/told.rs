//! The timeline of what a few collectors saw ([`crate::replay::script`]), told in lines for tables of tests.

use ipnet::IpNet;

use super::{
    Certainties, Change, Collector, Observed, Onset, Options, Point, Question, Row, Timeline, View, build, onset, variations,
    visibility,
};
use crate::model::{Asn, Hop, Origin, Span, Time, Upstream};
use crate::replay::replay;
use crate::replay::script::{self, Case, O, at, collector, letter, prefix, second, spell};
use crate::target::Watch;

const PREFIXES: [&str; 4] = ["X", "Y", "Z", "6"];

/// Asks each question of a table.
pub fn check(cases: &[Case]) {
    script::check(cases, answer);
}

/// A question: options in words, then what the collectors saw.
struct Asked {
    options: Options,
    watch: Watch,
    window: Span,
    bin: Option<i64>,
    observed: Observed,
}

/// What the collectors saw, each in a line, parted by `|`: letters up to M are peers of the first, N to Z of the second.
pub fn observed(given: &str) -> Observed {
    let collector = |line: &str| {
        let data = collector(line);
        Collector { name: line.to_owned(), has_rib: !data.dumps.is_empty(), replay: replay(&data), coverage: data.coverage }
    };
    Observed { collectors: given.split('|').map(collector).collect() }
}

/// The first word says what is asked for: `rows`, `changes`, `visible`, `first=U2` or `sure=X/U1`; others are options, among them `every`
/// origin watched, and `within` a window.
pub fn answer(given: &str) -> Vec<String> {
    let (words, given) = given.split_once(": ").expect("a question");
    let (mut options, watch) = (Options::default(), |origins: &[Asn]| Watch::new(PREFIXES.map(prefix), origins.iter().copied()));
    let mut asked = Asked { options, watch: watch(&[O]), window: script::span("0..3000"), bin: None, observed: observed(given) };
    let (what, rest) = words.split_once(' ').unwrap_or((words, ""));
    for word in rest.split_whitespace() {
        match word.split_once('=').unwrap_or((word, "")) {
            ("k", n) => options.min_peers = n.parse().expect("a number"),
            ("share", n) => options.outage_share = n.parse().expect("a share"),
            ("merge", n) => options.merge_within = Some(at(n).micros()),
            ("least", n) => options.min_duration = Some(at(n).micros()),
            ("target", _) => options.view = View::Target,
            ("every", _) => asked.watch = watch(&[]),
            ("within", text) => asked.window = script::span(text),
            ("bin", n) => asked.bin = Some(at(n).micros()),
            _ => panic!("{word} is no option"),
        }
    }
    asked.options = options;
    asked.told(what)
}

impl Asked {
    fn told(&self, what: &str) -> Vec<String> {
        let timeline = build(&self.observed, &self.watch, &self.options);
        match what.split_once('=').unwrap_or((what, "")) {
            ("rows", _) => timeline.rows.iter().map(row).collect(),
            ("changes", _) => timeline.changes.iter().map(change).collect(),
            ("visible", _) => visibility(&timeline, self.window, self.bin).points().map(|p| point(&p)).collect(),
            ("first", upstream) => self.first(&timeline, via(upstream)),
            ("sure", question) => self.sure(question),
            _ => panic!("{what} is no question"),
        }
    }

    fn first(&self, timeline: &Timeline, upstream: Asn) -> Vec<String> {
        let upstream = Upstream::next(upstream);
        let target = build(&self.observed, &self.watch, &Options { view: View::Target, ..self.options });
        let Some(found) = onset(timeline, &target, upstream) else { return vec![] };
        let Onset { headline, first_rows, ranks, peak_peers, .. } = found;
        let told = |found: Option<&Row>| found.map_or("none".to_owned(), row);
        let mut all = vec![told(headline.as_ref())];
        all.extend(first_rows.iter().map(|first| format!("first {}", row(first))));
        all.extend(ranks.iter().map(|rank| {
            let hold = rank.hold.as_ref();
            let who = hold.map_or("nobody".to_owned(), |hold| format!("{} {}", letter(hold.peer), second(hold.start.first_seen)));
            format!("{}{} {who}", rank.n, if rank.half_of_peak { " (half)" } else { "" })
        }));
        all.push(format!("peak {peak_peers}"));
        let variations = variations(&self.observed, &self.watch, &self.options, upstream);
        all.extend(variations.iter().map(|(variation, found)| format!("{variation:?}: {}", told(found.as_ref()))));
        all
    }

    fn sure(&self, question: &str) -> Vec<String> {
        let (of, upstream) = question.split_once('/').expect("a prefix and an upstream");
        let upstream = (upstream != "any").then(|| via(upstream));
        let question = Question { prefix: (of != "*").then(|| prefix(of)), origin: O, upstream };
        let certainty = Certainties::new(&self.observed).of(question);
        let told = |time: &Time| {
            let super::Certain { surely, maybe, possibly, without } = certainty.at(*time);
            let possibly = if possibly == maybe { String::new() } else { format!(" ({possibly})") };
            format!("{}: {surely} to {maybe}{possibly}, {without} without", second(*time))
        };
        certainty.instants(self.window.from, self.window.until).iter().map(told).collect()
    }
}

fn via(text: &str) -> Asn {
    Asn(1000 + text[1..].parse::<u32>().expect("a number"))
}

/// `X U1: data-start (?,0] 0 .. update 20 | A, 2 of 3 | single-peer`.
fn row(row: &Row) -> String {
    let about = about(row.subject.prefix, Some(row.subject.origin), Some(row.subject.upstream));
    let (start, end) = (script::start(&row.start), script::end(&row.end));
    let asns = if row.peak_peer_asns == row.peak_peers { String::new() } else { format!(" ({} ASes)", row.peak_peer_asns) };
    let mut parts = vec![format!("{about}: {start} .. {end}"), format!("{} of {}{asns}", row.peak_peers, row.peers_total)];
    if row.peak_at != row.start.by {
        parts.push(format!("peak at {}", second(row.peak_at)));
    }
    if (Span { from: row.start.by, until: row.end.until }) != row.believed {
        parts.push(format!("believed {}", spell(row.believed)));
    }
    if row.unobserved_micros != 0 {
        parts.push(format!("{} s unobserved", second(Time::from_micros(row.unobserved_micros))));
    }
    if row.collectors.len() > 1 {
        parts.push("two collectors".to_owned());
    }
    if !row.flags.is_empty() {
        parts.push(row.flags.to_string());
    }
    parts.join(" | ")
}

/// `20 X U1 upstream-lost (update), 2 to 1 of 3`.
fn change(change: &Change) -> String {
    let about = about(change.prefix, change.origin, change.upstream);
    let Change { peers_before, peers_after, peers_total, .. } = change;
    let (time, kind, basis) = (second(change.time), change.kind.text(), change.basis.text());
    format!("{time} {about} {kind} ({basis}), {peers_before} to {peers_after} of {peers_total}")
}

/// `20 X U1: 2 of 3`: peers and who could; then what is not the same number.
fn point(point: &Point) -> String {
    let about = about(point.subject.prefix, Some(point.subject.origin), Some(point.subject.upstream));
    let number = |number: f64| format!("{number:.3}").trim_end_matches('0').trim_end_matches('.').to_owned();
    let mut told = format!("{} {about}: {} of {}", second(point.time), number(point.peers), number(point.total));
    let same = |other: f64| (other - point.peers).abs() < 1e-9;
    for (other, what) in [
        (point.peers_max as f64, "most"),
        (point.peer_asns as f64, "ASes"),
        (point.weight, "weight"),
        (point.share().map_or(-1.0, |share| share * point.total), "share"),
    ] {
        told.extend((!same(other)).then(|| format!(", {what} {}", number(other))));
    }
    told.extend((point.assumed > 0.0).then(|| format!(", {} assumed", number(point.assumed))));
    told
}

fn about(of: Option<IpNet>, origin: Option<Origin>, upstream: Option<Upstream>) -> String {
    let of = of.map_or("*", |of| PREFIXES.into_iter().find(|name| prefix(name) == of).unwrap_or("?"));
    let upstream = match upstream {
        Some(Upstream { hop: Hop::As(asn), .. }) => format!(" U{}", asn.0 - 1000),
        Some(other) => format!(" {other:?}"),
        None => String::new(),
    };
    let origin = match origin {
        Some(Origin::As(asn)) if asn != O => format!("@O{}", asn.0 - O.0),
        _ => String::new(),
    };
    format!("{of}{upstream}{origin}")
}
