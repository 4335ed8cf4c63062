//! What must hold of any result, whatever the archive.

use std::collections::{BTreeMap, BTreeSet};

use super::run::Rows;

/// RFC 3339 in UTC sorts as text once the fractions are as long; `None`: unknown.
fn time(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| match text.trim_end_matches('Z').split_once('.') {
        Some((seconds, fraction)) => format!("{seconds}.{fraction}"),
        None => format!("{}.000000", text.trim_end_matches('Z')),
    })
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is a number"))
}

/// Rule 13: the bounds of a start and of an end are in order.
fn bounds(rows: &Rows, seed: u64) {
    let columns = ["first_seen", "started_after", "started_by", "last_seen", "ended_after", "ended_before", "end_basis"];
    for row in rows.columns(&columns) {
        let [first, after, by, last, ended_after, before] = [0, 1, 2, 3, 4, 5].map(|at| time(row[at]));
        let said = format!("seed {seed}: {row:?}");
        assert!(first <= last, "{said}");
        assert!(after <= by && by <= first, "{said}");
        assert_eq!(ended_after.is_none(), row[6] == "data-end", "{said}");
        assert!(ended_after.is_none() || last <= ended_after, "{said}");
        assert!(before.is_none() || ended_after <= before, "{said}");
    }
}

/// Routes: bounds in order, and what one peer holds for one prefix never overlaps. Returns every basis that was met.
pub fn routes(rows: &Rows, seed: u64) -> BTreeSet<String> {
    bounds(rows, seed);
    let mut keys: BTreeMap<[String; 5], Vec<[Option<String>; 2]>> = BTreeMap::new();
    for row in rows.columns(&["collector", "peer_ip", "peer_asn", "prefix", "path_id", "first_seen", "last_seen"]) {
        let key = [0, 1, 2, 3, 4].map(|at| row[at].to_owned());
        keys.entry(key).or_default().push([time(row[5]), time(row[6])]);
    }
    for (key, mut spans) in keys {
        spans.sort();
        for pair in spans.windows(2) {
            assert!(pair[0][1] <= pair[1][0], "seed {seed}: {key:?} {pair:?}");
        }
    }
    rows.columns(&["start_basis", "end_basis"]).into_iter().flatten().map(str::to_owned).collect()
}

/// Rows: bounds in order, and no count greater than the one that holds it.
pub fn timeline(rows: &Rows, seed: u64) {
    bounds(rows, seed);
    let columns = ["unobserved_s", "duration_s", "peak_peer_asns", "peak_peers", "peers_total"];
    for row in rows.columns(&columns) {
        let [unobserved, duration, asns, peers, total] = [0, 1, 2, 3, 4].map(|at| number(row[at]));
        assert!((0.0..=duration).contains(&unobserved), "seed {seed}: {row:?}");
        assert!(asns >= 1.0 && asns <= peers && peers <= total, "seed {seed}: {row:?}");
    }
}

type Span = (String, String);

/// Rule 14 counted anew from the routes: an episode begins where `k` peers begin to stand together, by what is believed of them, and ends
/// where they cease to. Several such spans may read as one where the peers were lost between them.
pub fn episodes(routes: &Rows, rows: &Rows, k: usize, seed: u64) {
    let mut holds: BTreeMap<[String; 3], BTreeMap<[String; 3], Vec<Span>>> = BTreeMap::new();
    for (subject, peer, span) in held(routes) {
        holds.entry(subject).or_default().entry(peer).or_default().push(span);
    }
    let mut said: BTreeMap<[String; 3], Vec<Span>> = BTreeMap::new();
    let columns =
        ["prefix", "origin_asn", "upstream_asn", "started_by", "ended_before", "ended_after", "end_basis", "end_evidence"];
    for row in rows.columns(&columns) {
        // A row's `ended_after` is what its members together prove: where a session went away it may lie before the moment believed.
        let believed = believed(row[4], row[5], row[6], row[7]);
        let latest = time(row[4]).unwrap_or_else(|| "9999".to_owned());
        let span = (time(row[3]).expect("a time"), if row[6] == "peer-down" { latest.max(believed) } else { believed });
        said.entry([0, 1, 2].map(|at| row[at].to_owned())).or_default().push(span);
    }
    for (subject, peers) in holds {
        let counted = together(peers.into_values().flat_map(join).collect(), k);
        let episodes = said.remove(&subject).unwrap_or_default();
        let told = format!("seed {seed}, {k} peers, {subject:?}: {episodes:?} of {counted:?}");
        assert!(episodes.windows(2).all(|pair| pair[0].0 < pair[1].0), "{told}");
        for (from, until) in &counted {
            assert!(episodes.iter().any(|e| e.0 <= *from && *until <= e.1), "{told}");
        }
        for (from, until) in &episodes {
            // Bounds may be wider where a session went away: never narrower.
            assert!(counted.iter().any(|c| c.0 == *from) && counted.iter().any(|c| c.1 <= *until), "{told}");
        }
    }
    assert!(said.is_empty(), "seed {seed}: rows without routes {said:?}");
}

/// Until when a route is believed to stand: to the proof of something else, or to the end of all data, or of what was seen.
fn believed(ended_before: &str, ended_after: &str, basis: &str, evidence: &str) -> String {
    match basis {
        "data-end" => "9999".to_owned(),
        // That a peer is missing shows in a dump only, and is believed from then on.
        "peer-down" if !evidence.contains("/rib.") => time(ended_after).expect("a time"),
        _ => time(ended_before).unwrap_or_else(|| "9999".to_owned()),
    }
}

/// What each peer holds of each subject.
fn held(routes: &Rows) -> Vec<([String; 3], [String; 3], Span)> {
    let columns = [
        "collector",
        "peer_ip",
        "peer_asn",
        "prefix",
        "origin_asn",
        "upstream_asn",
        "started_by",
        "ended_before",
        "ended_after",
        "end_basis",
        "end_evidence",
    ];
    let of = |row: Vec<&str>| {
        let span = (time(row[6]).expect("a time"), believed(row[7], row[8], row[9], row[10]));
        ([row[3], row[4], row[5]].map(str::to_owned), [row[0], row[1], row[2]].map(str::to_owned), span)
    };
    routes.columns(&columns).into_iter().map(of).collect()
}

/// What overlaps or touches is one.
fn join(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort();
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.0 <= last.1 => last.1 = last.1.clone().max(span.1),
            _ => joined.push(span),
        }
    }
    joined
}

/// The spans in which at least `k` of the spans stand. Within an instant what stood before goes first, then what begins comes, then what
/// began just then goes.
fn together(spans: Vec<Span>, k: usize) -> Vec<Span> {
    let mut moves: Vec<(String, u8)> = Vec::new();
    for (from, until) in spans {
        moves.push((until.clone(), if from == until { 2 } else { 0 }));
        moves.push((from, 1));
    }
    moves.sort();
    let (mut standing, mut since, mut out) = (0, None, Vec::new());
    for instant in moves.chunk_by(|a, b| a.0 == b.0) {
        for turn in 0..3 {
            let count = instant.iter().filter(|m| m.1 == turn).count();
            standing = if turn == 1 { standing + count } else { standing - count };
            if turn == 1 && standing >= k {
                since.get_or_insert(instant[0].0.clone());
            }
        }
        if standing < k {
            out.extend(since.take().map(|from| (from, instant[0].0.clone())));
        }
    }
    out
}
