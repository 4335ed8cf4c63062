//! What stands above the rows and below them: headlines, the line on files, what is missing; and the counts of the tables for people.

use std::collections::BTreeSet;

use crate::cursor::{Cursor, Wrong, is, same};
use crate::facts::{Facts, Row, duration, label, micros, second};
use crate::sentences::window;

type Read = Result<(), Wrong>;

fn end(c: &Cursor) -> Read {
    if c.is_done() { Ok(()) } else { c.wrong("the end") }
}

fn distinct(rows: &[Row], column: &str) -> usize {
    rows.iter().map(|row| row.get(column)).collect::<BTreeSet<_>>().len()
}

fn begin<'a>(line: &'a str, facts: &'a Facts) -> Result<Cursor<'a>, Wrong> {
    let mut c = Cursor::new(line, facts);
    c.must(facts.target())?;
    c.must(": ")?;
    Ok(c)
}

/// `NK: 28 episodes of 2 upstreams for 4 prefixes, ...`
pub fn timeline(line: &str, facts: &Facts) -> Read {
    let mut c = begin(line, facts)?;
    let rows = c.count("episode")?;
    is("episodes", rows, facts.rows.len())?;
    if rows > 0 {
        c.must(" of ")?;
        let upstreams = c.count("upstream")?;
        is("upstreams", upstreams, facts.upstreams())?;
        for also in [" and direct announcements", " and ambiguous origins"] {
            c.eat(also);
        }
        c.must(" for ")?;
        if !c.eat("the target as a whole") {
            let prefixes = c.count("prefix")?;
            is("prefixes", prefixes, distinct(&facts.rows, "prefix"))?;
        }
    }
    c.must(", ")?;
    window(&mut c)?;
    c.must(".")?;
    end(&c)
}

/// `NK: 5 changes (1 gain, ...), ...`
pub fn changes(line: &str, facts: &Facts) -> Read {
    let count = |kind: &str, target: Option<bool>| {
        let fits = |row: &&Row| row.get("change") == kind && target.is_none_or(|target| (row.get("prefix") == "*") == target);
        facts.changes.iter().filter(fits).count()
    };
    let mut c = begin(line, facts)?;
    let all = c.count("change")?;
    is("changes", all, facts.changes.len())?;
    if c.eat(" (") {
        loop {
            let known = [
                ("gain", "", count("upstream-gained", None)),
                ("loss", "", count("upstream-lost", None)),
                ("origin conflict", "", count("origin-conflict-start", None)),
                ("outage", " of a prefix", count("outage-start", Some(false))),
                ("outage", " of the whole target", count("outage-start", Some(true))),
            ];
            let read = |c: &mut Cursor, noun: &str, of: &str| {
                let said = c.count(noun)?;
                c.must(of)?;
                if c.sees(", ") || c.sees(")") { Ok(said) } else { Err(String::new()) }
            };
            let said = known.iter().find_map(|(noun, of, rows)| Some((c.maybe(|c| read(c, noun, of))?, *rows)));
            let Some((said, rows)) = said else { return c.wrong("a kind of change") };
            is("changes of a kind", said, rows)?;
            if !c.eat(", ") {
                break;
            }
        }
        c.must(")")?;
    }
    c.must(", ")?;
    window(&mut c)?;
    c.must(".")?;
    end(&c)
}

/// `NK: 90 route intervals of 21 peers for 4 prefixes, ...`
pub fn routes(line: &str, rows: &[Row], facts: &Facts) -> Read {
    let mut c = begin(line, facts)?;
    let peers: BTreeSet<[&str; 3]> =
        rows.iter().map(|row| ["collector", "peer_ip", "peer_asn"].map(|name| row.get(name))).collect();
    for (noun, after, count) in
        [("route interval", " of ", rows.len()), ("peer", " for ", peers.len()), ("prefix", ", ", distinct(rows, "prefix"))]
    {
        let said = c.count(noun)?;
        c.must(after)?;
        is(noun, said, count)?;
    }
    window(&mut c)?;
    c.must(".")?;
    end(&c)
}

/// `NK: AS20485 TransTeleCom began at ... for ...; 13 peers at the most over all prefixes.`
pub fn first(line: &str, rows: &[Row], facts: &Facts) -> Read {
    let mut c = begin(line, facts)?;
    let Some(head) = rows.iter().find(|row| row.get("kind") == "headline") else { return Ok(()) };
    c.must(&label(head))?;
    let exact = |name: &str| head.get(name).replace('T', " ").trim_end_matches('Z').to_owned();
    let (seen, after, by, basis) = (exact("first_seen"), exact("started_after"), exact("started_by"), head.get("start_basis"));
    if c.eat(" began at ") {
        c.must(&format!("{seen} UTC"))?;
        same("exact", &[&after, &by], &[&seen, &seen])?;
    } else {
        c.must(&format!(" first seen at {seen} UTC, begun "))?;
        let bounds = if after.is_empty() {
            "by then, how long before is unknown".to_owned()
        } else {
            format!("after {after} and by {by}")
        };
        c.must(&format!("{bounds} (basis {basis}),"))?;
    }
    c.must(" for ")?;
    let mut said = vec![c.prefix()?];
    while c.eat(", ") {
        said.push(c.prefix()?);
    }
    let bounds = |row: &Row| ["first_seen", "started_after", "started_by", "start_basis"].map(|name| row.get(name).to_owned());
    let with = rows.iter().filter(|row| ["headline", "prefix"].contains(&row.get("kind")) && bounds(row) == bounds(head));
    let prefixes: BTreeSet<String> = with.map(|row| row.get("prefix").to_owned()).collect();
    same("prefixes", &said.into_iter().collect(), &prefixes)?;
    c.must("; ")?;
    let peers = c.count("peer")?;
    c.must(" at the most over all prefixes.")?;
    let peak = rows.iter().find(|row| row.get("kind") == "peer" && !row.get("peers").is_empty());
    is("peers at the most", peak.map_or(0, |row| row.count("peers")), peers)?;
    end(&c)
}

/// `Files: 599 read, 0 damaged, 4 skipped; 0 gaps; 27 peers of 2 collectors.`
pub fn files(line: &str, inventory: &[Row], facts: &Facts) -> Read {
    let mut c = Cursor::new(line, facts);
    c.must("Files: ")?;
    let all =
        |column: &str| -> usize { inventory.iter().filter(|row| row.get("kind") != "peer").map(|row| row.count(column)).sum() };
    let said = [c.number()?, c.must(" read, ").and_then(|()| c.number())?, c.must(" damaged, ").and_then(|()| c.number())?];
    same("files read, damaged, skipped", &said, &["files_read", "files_partial", "files_skipped"].map(|name| facts.fact(name)))?;
    is("files of the inventory", said[0], all("files"))?;
    c.must(" skipped; ")?;
    let gaps = c.count("gap")?;
    is("gaps", gaps, facts.gaps().len())?;
    is("gaps of the inventory", gaps, all("gaps"))?;
    c.must("; ")?;
    let said = (c.count("peer")?, c.must(" of ").and_then(|()| c.count("collector"))?);
    same("peers and collectors", &said, &(facts.peers(), distinct(inventory, "collector")))?;
    c.must(".")?;
    end(&c)
}

/// A sentence on what is missing; others have no figure that the rows or facts do not have under its own name.
pub fn missing(line: &str, facts: &Facts) -> Read {
    let mut c = Cursor::new(line, facts);
    if c.eat("Missing data: ") {
        let gaps = facts.gaps();
        let said = (c.count("gap")?, c.must(", ").and_then(|()| c.duration())?);
        same("gaps", &said, &(gaps.len(), duration(gaps.iter().sum())))?;
        let named = facts.json["gaps"].as_array().map_or(&[][..], Vec::as_slice);
        let text = |value: &serde_json::Value| second(value.as_str().unwrap_or_default());
        let all: Vec<String> = named
            .iter()
            .map(|gap| {
                format!("{} {} to {}", gap["collector"].as_str().unwrap_or_default(), text(&gap["from"]), text(&gap["until"]))
            })
            .collect();
        c.must(" together: ")?;
        let mut told = 0;
        while let Some(gap) = all.iter().find(|gap| c.sees(gap)) {
            c.must(gap)?;
            told += 1;
            if !c.eat("; ") {
                break;
            }
        }
        let more = if c.eat("and ") { c.number().and_then(|n| c.must(" more").map(|()| n))? } else { 0 };
        is("gaps named and not", told + more, gaps.len())?;
        c.must(".")?;
        return end(&c);
    }
    if c.eat("No collector has data for ") {
        let said = c.duration()?;
        let seconds = facts.json["unobserved_s"].to_string();
        let whole = seconds.split('.').next().and_then(|s| s.parse::<i64>().ok()).unwrap_or_default();
        same("unobserved", &said, &duration(whole * 1_000_000))?;
        c.must(" of the window.")?;
        return end(&c);
    }
    let counted = [
        ("file", "damaged in part; what stands before the damage counts", "files_partial"),
        ("RIB dump", "rejected as incomplete", "rejected_dumps"),
        ("malformed record", "read as withdrawals (RFC 7606)", "treated_as_withdrawn"),
        ("record", "left out: not decodable", "quarantined"),
        ("record", "more than 5 minutes outside the time of their file", "clock"),
    ];
    for (noun, fate, fact) in counted {
        if let Some(said) = c.maybe(|c| c.count(noun).and_then(|n| c.must(&format!(": {fate}.")).map(|()| n))) {
            is(fact, said, facts.fact(fact))?;
            return end(&c);
        }
    }
    if c.number().is_ok() && !line.contains("contradict") { c.wrong("a known figure") } else { Ok(()) }
}

/// The counts of rows in a table for people, in the order of rows.
pub fn counts(text: &str, facts: &Facts) {
    let is_count = |word: &&str| {
        let parts = word.split_once('/').map(|(a, b)| a.parse::<u32>().is_ok() && b.parse::<u32>().is_ok());
        parts == Some(true)
    };
    let lines = text.lines().filter(|line| line.starts_with("  ") || line.starts_with("| "));
    let said: Vec<&str> = lines.flat_map(|line| line.split_whitespace().filter(is_count)).collect();
    let rows: Vec<String> =
        facts.rows.iter().map(|row| format!("{}/{}", row.get("peak_peers"), row.get("peers_total"))).collect();
    assert_eq!(said, rows, "the peers of the table");
    for row in &facts.rows {
        assert!(row.count("peak_peers") <= row.count("peers_total"), "{row:?}");
        assert!(micros(row.get("first_seen")) <= micros(row.get("last_seen")), "{row:?}");
    }
    for row in &facts.changes {
        let [before, after, total] = ["peers_before", "peers_after", "peers_total"].map(|name| row.count(name));
        assert!(before.max(after) <= total, "{row:?}");
    }
}
