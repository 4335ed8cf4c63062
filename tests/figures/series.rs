//! `visibility` beside the other rows: shares add up, and are what the routes make them; an episode's peak is in the series.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Facts, Row, micros};

/// Prefix, origin and upstream.
fn subject(row: &Row) -> [&str; 3] {
    ["prefix", "origin_asn", "upstream_asn"].map(|name| row.get(name))
}

fn real(row: &Row, column: &str) -> f64 {
    row.get(column).parse().unwrap_or(0.0)
}

/// Each share is a part of the peers that are able to see it, and those of a prefix add up to no more than all.
pub fn adds_up(series: &[Row]) {
    let mut now: BTreeMap<&str, BTreeMap<[&str; 3], f64>> = BTreeMap::new();
    for instant in series.chunk_by(|a, b| a.get("time") == b.get("time")) {
        let mut changed: BTreeSet<&str> = BTreeSet::new();
        for row in instant {
            let (peers, total, share) = (real(row, "peers"), real(row, "peers_total"), real(row, "share"));
            assert!(peers <= total && real(row, "peers_assumed") <= peers, "{row:?}");
            assert!(share <= peers / total.max(1.0) + 1e-4, "a share of more than the peers: {row:?}");
            now.entry(row.get("prefix")).or_default().insert(subject(row), share);
            changed.insert(row.get("prefix"));
        }
        for prefix in changed {
            let (sum, slack) = (now[prefix].values().sum::<f64>(), 1e-4 * now[prefix].len() as f64);
            assert!(sum <= 1.0 + slack, "{} {prefix}: {sum}", instant[0].get("time"));
        }
    }
}

/// The peak of an episode, and the peers able to see it then, are in the series. There stuck routes count as the others do.
pub fn has_peaks(series: &[Row], facts: &Facts) {
    let mut points: BTreeMap<[&str; 3], BTreeSet<(usize, usize)>> = BTreeMap::new();
    for row in series {
        points.entry(subject(row)).or_default().insert((row.count("peers_max"), row.count("peers_total")));
    }
    let stuck: BTreeSet<[&str; 3]> = facts.rows.iter().filter(|row| row.has("stuck")).map(subject).collect();
    for row in facts.rows.iter().filter(|row| !stuck.contains(&subject(row))) {
        let peak = (row.count("peak_peers"), row.count("peers_total"));
        assert!(points.get(&subject(row)).is_some_and(|points| points.contains(&peak)), "{peak:?} is not in the series: {row:?}");
    }
}

/// A route's prefix, peer, and whose it is, while it is surely believed to stand; `None`: its end is not exact.
struct Held<'a> {
    prefix: &'a str,
    peer: [&'a str; 3],
    through: [&'a str; 2],
    from: i64,
    until: i64,
}

/// So many rows of a series are made again.
const MADE: usize = 400;

/// Peers and shares of the series, from the rows of `routes`: those whose starts and ends are all exact. Routes of other origins do not
/// count.
pub fn is_made_of(series: &[Row], routes: &[Row], origins: &[&str]) {
    let is_ours =
        |row: &&Row| origins.is_empty() || row.get("origin_asn") == "ambiguous" || origins.contains(&row.get("origin_asn"));
    let held = |row: &'_ Row| -> (i64, i64) {
        let until = match row.get("end_basis") {
            "data-end" => i64::MAX,
            _ => micros(row.get("ended_before")),
        };
        (micros(row.get("started_by")), until)
    };
    let all: Vec<Held> = routes
        .iter()
        .filter(is_ours)
        .map(|row| {
            let (from, until) = held(row);
            let (prefix, through) = (row.get("prefix"), ["origin_asn", "upstream_asn"].map(|name| row.get(name)));
            Held { prefix, peer: ["collector", "peer_ip", "peer_asn"].map(|name| row.get(name)), through, from, until }
        })
        .collect();
    for row in series.iter().step_by(series.len() / MADE + 1) {
        let [prefix, origin, upstream] = subject(row);
        let time = micros(row.get("time"));
        let now = all.iter().filter(|held| held.from <= time && time < held.until && (prefix == "*" || held.prefix == prefix));
        let mut parts: BTreeMap<[&str; 3], BTreeSet<(&str, [&str; 2])>> = BTreeMap::new();
        for held in now {
            parts.entry(held.peer).or_default().insert((held.prefix, held.through));
        }
        let own =
            |parts: &BTreeSet<(&str, [&str; 2])>| parts.iter().filter(|(_, through)| *through == [origin, upstream]).count();
        let peers = parts.values().filter(|parts| own(parts) > 0).count();
        let weight: f64 = parts.values().map(|parts| own(parts) as f64 / parts.len() as f64).sum();
        assert_eq!(row.count("peers"), peers, "{row:?}");
        let share = weight / real(row, "peers_total");
        assert!((real(row, "share") - share).abs() < 2e-4, "by the routes {share}: {row:?}");
    }
}
