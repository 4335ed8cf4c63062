//! Holds what `uplinks routes` and `uplinks timeline` say against the naive replay, and names each kind of difference.

use std::collections::BTreeMap;

use super::naive::{self, Stood, Subject, Summary};
use super::run::{Rows, uplinks};
use super::text::{Net, Peer};

/// Everything but default routes, which are never watched.
pub const EVERYTHING: [&str; 8] =
    ["--prefix", "0.0.0.0/1", "--prefix", "128.0.0.0/1", "--prefix", "::/1", "--prefix", "8000::/1"];

/// A row of `routes`.
#[derive(Debug, Clone)]
pub struct Route {
    /// As the naive replay writes it; `last` is `None` for a route that goes on.
    pub stood: Stood,
    /// When it had ended; `None`: unknown, or ongoing.
    pub ended_before: Option<i64>,
    /// What proves the end.
    pub end_basis: String,
}

/// The rows of `uplinks routes` over these inputs, all prefixes, and what it warned of.
pub fn routes(inputs: &[&str]) -> (Vec<Route>, String) {
    let ran = uplinks(&[&["routes", "-f", "csv"], &EVERYTHING[..], inputs].concat());
    assert!(matches!(ran.code, Some(0 | 1)), "{}", ran.stderr);
    let rows = Rows::read(&ran.stdout);
    let columns = ["peer_ip", "peer_asn", "prefix", "path_id", "as_path", "first_seen", "last_seen", "ended_before", "end_basis"];
    let read = |row: Vec<&str>| {
        let [ip, asn, prefix, id, path, first, last, before, basis] = row[..] else { unreachable!("nine columns") };
        let peer: Peer = (ip.parse().expect("an address"), asn.parse().expect("an AS number"));
        let net: Net = (prefix.parse().expect("a prefix"), id.parse().expect("a path id"));
        let last = (basis != "data-end").then(|| micros(last));
        let ended_before = (!before.is_empty()).then(|| micros(before));
        let stood = Stood { peer, net, path: path.to_owned(), first: micros(first), last };
        Route { stood, ended_before, end_basis: basis.to_owned() }
    };
    (rows.columns(&columns).into_iter().map(read).collect(), ran.stderr)
}

/// The rows of `uplinks timeline` by subject, all rows of a subject together.
pub fn timeline(inputs: &[&str], prefixes: &str) -> BTreeMap<Subject, Summary> {
    let ran = uplinks(&[&["timeline", "-f", "csv", "--prefix-file", prefixes], inputs].concat());
    assert!(matches!(ran.code, Some(0 | 1)), "{}", ran.stderr);
    let rows = Rows::read(&ran.stdout);
    let columns = ["prefix", "origin_asn", "upstream_asn", "first_seen", "last_seen", "end_basis", "peak_peers"];
    let mut all = BTreeMap::new();
    for row in rows.columns(&columns) {
        let [prefix, origin, upstream, first, last, basis, peak] = row[..] else { unreachable!("seven columns") };
        let subject: Subject = (prefix.parse().expect("a prefix"), origin.to_owned(), upstream.to_owned());
        let last = if basis == "data-end" { i64::MAX } else { micros(last) };
        let one = Summary { first: micros(first), last, peak: peak.parse().expect("a number") };
        let sum: &mut Summary = all.entry(subject).or_insert(one);
        *sum = Summary { first: sum.first.min(one.first), last: sum.last.max(one.last), peak: sum.peak.max(one.peak) };
    }
    all
}

/// Every difference that has an explanation, by its name; the agreed routes; and those without any, in words.
#[derive(Debug, Default)]
pub struct Verdict {
    /// How many of each kind.
    pub known: BTreeMap<&'static str, usize>,
    /// What both have, or should have but for a known difference: as the program has it.
    pub agreed: Vec<Stood>,
    /// What nobody has explained.
    pub unexplained: Vec<String>,
}

/// Peer, prefix, path and first time.
type Begun = (Peer, Net, String, i64);

/// Compares routes. `why` names a difference: the naive route that the program lacks, the program's that the naive lacks, or the two of
/// one key and first time.
pub fn compare(
    naive: Vec<Stood>,
    routes: Vec<Route>,
    why: impl Fn(Option<&Stood>, Option<&Route>) -> Option<&'static str>,
) -> Verdict {
    let mut verdict = Verdict::default();
    let mut theirs: BTreeMap<Stood, Vec<Route>> = BTreeMap::new();
    for route in routes {
        theirs.entry(route.stood.clone()).or_default().push(route);
    }
    let mut left = Vec::new();
    for one in naive {
        match theirs.get_mut(&one).and_then(Vec::pop) {
            Some(_) => verdict.agreed.push(one),
            None => left.push(one),
        }
    }
    let begun = |s: &Stood| -> Begun { (s.peer, s.net, s.path.clone(), s.first) };
    let mut others: BTreeMap<Begun, Vec<Route>> = BTreeMap::new();
    for route in theirs.into_values().flatten() {
        others.entry(begun(&route.stood)).or_default().push(route);
    }
    for one in left {
        let other = others.get_mut(&begun(&one)).and_then(Vec::pop);
        verdict.name(why(Some(&one), other.as_ref()), Some(&one), other.as_ref());
    }
    for other in others.into_values().flatten() {
        verdict.name(why(None, Some(&other)), None, Some(&other));
    }
    verdict
}

impl Verdict {
    fn name(&mut self, kind: Option<&'static str>, naive: Option<&Stood>, route: Option<&Route>) {
        match kind {
            Some(kind) => {
                *self.known.entry(kind).or_default() += 1;
                self.agreed.extend(route.map(|r| r.stood.clone()));
            }
            None => self.unexplained.push(format!("  bgpdump {naive:?}\n  uplinks {route:?}")),
        }
    }
}

/// Every `n`-th of the prefixes, so that at most `most` are taken; a file's text.
pub fn some_prefixes(stood: &[Stood], most: usize) -> String {
    let all: std::collections::BTreeSet<_> = stood.iter().map(|s| s.net.0).filter(|net| net.prefix_len() > 0).collect();
    let step = all.len().div_ceil(most).max(1);
    all.iter().step_by(step).map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Subjects whose times or peaks differ, in words.
pub fn compare_timelines(agreed: &[Stood], prefixes: &str, inputs: &[&str]) -> Vec<String> {
    let watched: Vec<ipnet::IpNet> = prefixes.lines().map(|line| line.parse().expect("a prefix")).collect();
    let of_watched: Vec<Stood> = agreed.iter().filter(|s| watched.iter().any(|w| w.contains(&s.net.0))).cloned().collect();
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), prefixes).expect("written");
    let theirs = timeline(inputs, &file.path().display().to_string());
    let ours = naive::summaries(&of_watched);
    let mut different = Vec::new();
    for subject in ours.keys().chain(theirs.keys().filter(|s| !ours.contains_key(s))) {
        let (naive, said) = (ours.get(subject), theirs.get(subject));
        if naive != said {
            different.push(format!("  {subject:?}\n  bgpdump {naive:?}\n  uplinks {said:?}"));
        }
    }
    different
}

fn micros(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text).unwrap_or_else(|_| panic!("{text:?} is a time")).timestamp_micros()
}
