//! A replay as naive as can be: lines in order of time, one table, no bounds, no gaps. Shares nothing with the program.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::text::{Line, Net, Peer, Said};

/// A route of a table while it stood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stood {
    /// Whose.
    pub peer: Peer,
    /// Where to.
    pub net: Net,
    /// As bgpdump prints it.
    pub path: String,
    /// Microseconds since the epoch.
    pub first: i64,
    /// Microseconds since the epoch; `None`: to the end of the data.
    pub last: Option<i64>,
}

/// Leaving state 6, and entering it anew, empties the peer's table; announcements set, withdrawals delete.
pub fn replay(mut lines: Vec<Line>) -> Vec<Stood> {
    lines.sort_by_key(|line| line.micros);
    let mut tables: BTreeMap<Peer, BTreeMap<Net, (String, i64)>> = BTreeMap::new();
    let mut stood = Vec::new();
    let mut ended = |peer, net, (path, first): (String, i64), last| stood.push(Stood { peer, net, path, first, last });
    for Line { micros, peer, said } in lines {
        let table = tables.entry(peer).or_default();
        match said {
            Said::Announce(net, path) => {
                if table.get(&net).is_some_and(|(held, _)| *held == path) {
                    continue;
                }
                if let Some(old) = table.insert(net, (path, micros)) {
                    ended(peer, net, old, Some(micros));
                }
            }
            Said::Withdraw(net) => {
                if let Some(old) = table.remove(&net) {
                    ended(peer, net, old, Some(micros));
                }
            }
            Said::NoPrefix => {}
            Said::State(_) => {
                for (net, old) in std::mem::take(table) {
                    ended(peer, net, old, Some(micros));
                }
            }
        }
    }
    for (peer, table) in tables {
        for (net, old) in table {
            ended(peer, net, old, None);
        }
    }
    stood
}

/// Prefix, origin, upstream: as `timeline` writes them.
pub type Subject = (IpNet, String, String);

/// First and last time, and most peers at once, of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Microseconds since the epoch.
    pub first: i64,
    /// See `first`; `i64::MAX`: to the end of the data.
    pub last: i64,
    /// Sessions.
    pub peak: usize,
}

/// What `timeline` should say of each subject, all its rows together.
pub fn summaries(stood: &[Stood]) -> BTreeMap<Subject, Summary> {
    let mut subjects: BTreeMap<Subject, BTreeMap<Peer, Vec<(i64, i64)>>> = BTreeMap::new();
    for one in stood {
        let (origin, upstream) = relation(one);
        let span = (one.first, one.last.unwrap_or(i64::MAX));
        subjects.entry((one.net.0, origin, upstream)).or_default().entry(one.peer).or_default().push(span);
    }
    subjects.into_iter().map(|(subject, peers)| (subject, summary(peers))).collect()
}

fn summary(peers: BTreeMap<Peer, Vec<(i64, i64)>>) -> Summary {
    let spans: Vec<(i64, i64)> = peers.into_values().flat_map(join).collect();
    // A route that leaves at an instant has made room for one that comes, unless it came at that very instant.
    let stands = |t: i64| spans.iter().filter(|(from, until)| *from <= t && (t < *until || (t == *from && t == *until))).count();
    let arrivals: BTreeSet<i64> = spans.iter().map(|(from, _)| *from).collect();
    Summary {
        first: spans.iter().map(|s| s.0).min().unwrap_or(0),
        last: spans.iter().map(|s| s.1).max().unwrap_or(0),
        peak: arrivals.into_iter().map(stands).max().unwrap_or(0),
    }
}

/// Of one peer: what overlaps or touches is one.
fn join(mut spans: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    spans.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (from, until) in spans {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}

/// Origin and upstream from the text of a path (rules 2 and 3).
fn relation(one: &Stood) -> (String, String) {
    let ambiguous = || "ambiguous".to_owned();
    let tokens: Vec<BTreeSet<&str>> =
        one.path.split(' ').filter(|t| !t.is_empty()).map(|t| t.trim_matches(['{', '}']).split(',').collect()).collect();
    let Some(last) = tokens.last() else { return (one.peer.1.to_string(), "direct".to_owned()) };
    let Some(origin) = last.first().filter(|_| last.len() == 1) else { return (ambiguous(), ambiguous()) };
    let at = tokens.iter().position(|t| t.contains(origin)).expect("the last one");
    let left = at.checked_sub(1).map(|left| &tokens[left]);
    let upstream = match left {
        _ if tokens[at].len() > 1 => ambiguous(),
        None => "direct".to_owned(),
        Some(set) if set.len() > 1 => ambiguous(),
        Some(set) => set.first().map_or_else(ambiguous, |asn| (*asn).to_owned()),
    };
    ((*origin).to_owned(), upstream)
}
