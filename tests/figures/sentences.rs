//! The paragraph: every sentence is read to its last letter, and every number, time, prefix and name in it is held against the rows.

use crate::conflicts;
use crate::cursor::{Cursor, Wrong, is, same};
use crate::facts::{Facts, Told, When, duration, micros, second};
use crate::upstreams::{found, gained, it, more, no_other, present, rest, same_prefixes, went};

type Read = Result<(), Wrong>;

type Reader = fn(&mut Cursor) -> Read;

/// Sentences without any figure.
const FIXED: [&str; 6] = [
    "That is no proof that there was none: only what these peers told these collectors counts.",
    "A BGP message in the archive proves each appearance to the second.",
    "Where two times are given, the moment lies between them: the data do not show exactly when.",
    "Another peer may have seen it somewhat earlier, for its table is known less exactly.",
    "For some collectors no full table comes before the updates, so what they first show may be older.",
    "BGP shows announced paths, not cables and not traffic shares.",
];

/// Holds a paragraph against the rows.
pub fn check(paragraph: &str, facts: &Facts) -> Read {
    let mut cursor = Cursor::new(paragraph, facts);
    let mut last: Option<&Told> = None;
    conflicts::are_told(paragraph, facts)?;
    while !cursor.is_done() {
        if let Some(told) = sentence(&mut cursor, last)? {
            last = Some(told);
        }
        if !cursor.is_done() {
            cursor.must(" ")?;
        }
    }
    Ok(())
}

/// One sentence; returns the upstream of which it tells, for the next one may say `it`.
fn sentence<'a>(c: &mut Cursor<'a>, last: Option<&'a Told>) -> Result<Option<&'a Told>, Wrong> {
    let target = c.facts.target();
    if c.sees("BGP shows announced paths, not cables and not traffic shares, and") {
        return limits(c).map(|()| None);
    }
    if FIXED.iter().any(|fixed| c.eat(fixed)) {
        return Ok(None);
    }
    let known: [(&str, Reader); 8] = [
        ("No route of ", nothing),
        ("Where the data begin, ", present),
        ("Routes were also seen ", found),
        ("There also appeared ", more),
        ("No other appeared before the data end, ", no_other),
        ("Data are missing in ", missing),
        ("There was ", outages_of),
        ("There were ", outages_of),
    ];
    let there = c.maybe(|c| {
        c.must("Where the data begin, ")?;
        let when = When::At(c.at()?);
        c.must(", another origin, ").map(|()| when)
    });
    if let Some(when) = there {
        return conflicts::check(c, &when, true).map(|()| None);
    }
    for (begin, read) in known {
        if c.eat(begin) {
            return read(c).map(|()| None);
        }
    }
    if c.eat(&format!("{target} was first seen ")) {
        return found(c).map(|()| None);
    }
    if c.eat(&format!("{target} was seen, but through no upstream provider that can be named.")) {
        let named = c.facts.told.len();
        return is("named upstreams", 0, named).map(|()| None);
    }
    if let Some(told) = last.filter(|_| c.eat("It ")) {
        return it(c, told).map(|()| last);
    }
    if c.eat("Of ") {
        return sampled(c).map(|()| None);
    }
    if let Some(told) = c.maybe(Cursor::told) {
        return went(c, told).map(|()| None);
    }
    if let Some(count) = c.maybe(|c| c.count("episode").and_then(|n| c.must(if n == 1 { " was" } else { " were" }).map(|()| n))) {
        return aside(c, count).map(|()| None);
    }
    if let Some(count) = c.maybe(|c| c.numeral().and_then(|n| c.must("times ").map(|()| n))) {
        return outages(c, count).map(|()| None);
    }
    if let Some(count) = c.maybe(|c| c.number().and_then(|n| c.must(" more ").map(|()| n))) {
        return rest(c, count).map(|()| None);
    }
    let when = c.when()?;
    c.must(", ").or_else(|_| c.must(" "))?;
    if c.eat("another origin, ") {
        return conflicts::check(c, &when, false).map(|()| None);
    }
    if c.sees("all prefixes ") || c.sees("it was ") || c.sees("it left ") {
        return outage(c, &when).map(|()| None);
    }
    gained(c, &when).map(Some)
}

/// Behind `8 episodes were`.
fn aside(c: &mut Cursor, count: usize) -> Read {
    let facts = c.facts;
    let unnamed = facts.aside_as_unnamed()?;
    c.must(" left aside here: seen by a single peer, stuck, ")?;
    c.must(if unnamed { "out of time, or through no upstream provider that can be named" } else { "or out of time" })?;
    is("episodes left aside", count, facts.aside())?;
    let untold = facts.untold();
    if !untold.is_empty() {
        c.must(if count == 1 { "; it is the only one of " } else { "; they include every episode of " })?;
        conflicts::among(c, &untold, "upstream")?;
    }
    c.must(".")
}

fn nothing(c: &mut Cursor) -> Read {
    c.must(c.facts.target())?;
    c.must(" was seen by any of ")?;
    let said = (c.count("peer")?, c.must(" of ").and_then(|()| c.count("collector"))?);
    same("peers and collectors", &said, &(c.facts.peers(), c.facts.collectors().len()))?;
    c.must(" ")?;
    c.eat("from ");
    window(c)?;
    is("rows", 0, c.facts.rows.len())?;
    c.must(".")
}

/// `2017-10-01 00:00 to 2017-10-02 12:00 UTC`; of data of one instant `at 2017-10-01 00:00:00 UTC`.
pub fn window(c: &mut Cursor) -> Read {
    let is_instant = c.eat("at ");
    let from = c.full()?;
    let until = if is_instant {
        from.clone()
    } else {
        c.must(" to ")?;
        c.full()?
    };
    c.must(" UTC")?;
    let rows = ["from", "until"].map(|name| second(c.facts.json[name].as_str().unwrap_or_default()));
    same("window", &[from, until], &rows)
}

fn outages(c: &mut Cursor, count: usize) -> Read {
    let several = c.facts.prefixes().len() > 1;
    c.must(if several { "all prefixes were" } else { "it was" })?;
    c.must(" without any route")?;
    let all = c.facts.outages("*");
    is("outages", count, all.len())?;
    let lengths = all.iter().filter_map(|(from, until)| Some(micros(until.as_ref()?.get("time")) - micros(from.get("time"))));
    if c.eat(", for ") {
        let said = (c.duration()?, c.must(" to ").and_then(|()| c.duration())?);
        let rows = (lengths.clone().min().map(duration).unwrap_or_default(), lengths.max().map(duration).unwrap_or_default());
        same("lengths of outages", &said, &rows)?;
    }
    c.must(": the first time ")?;
    c.at_is("first outage", &all[0].0.second("time"))?;
    c.must(", the last ")?;
    c.at_is("last outage", &all[all.len() - 1].0.second("time"))?;
    c.must(".")
}

fn outage(c: &mut Cursor, when: &When) -> Read {
    let all = c.facts.outages("*");
    is("outages", 1, all.len())?;
    let (from, until) = all[0];
    same("outage", when, &When::At(from.second("time")))?;
    let several = c.facts.prefixes().len() > 1;
    c.must(if several { "all prefixes were " } else { "it was " })?;
    let Some(until) = until else { return c.must("left without any route.") };
    c.must("without any route for ")?;
    let said = c.duration()?;
    let length = micros(until.get("time")) - micros(from.get("time"));
    same("length of the outage", &said, &duration(length))?;
    c.must(", until ")?;
    let said = c.maybe(Cursor::at).map_or_else(|| c.bare(), Ok)?;
    same("end of the outage", &said, &until.second("time"))?;
    c.must(".")
}

fn outages_of(c: &mut Cursor) -> Read {
    let count = c.count("outage")?;
    c.must(" of ")?;
    let on = c.prefixes()?;
    let all: Vec<&str> =
        c.facts.changes.iter().filter(|row| row.get("change") == "outage-start").map(|row| row.get("prefix")).collect();
    is("outages of prefixes", count, all.len())?;
    same_prefixes(&on, &all.iter().map(|p| (*p).to_owned()).collect())?;
    c.must(", never of all prefixes at once.")
}

fn sampled(c: &mut Cursor) -> Read {
    let names: Vec<&str> =
        c.facts.collectors().iter().filter(|k| k["sampled"] == true).filter_map(|k| k["name"].as_str()).collect();
    let said =
        c.list(|c| names.iter().find(|name| c.eat(name)).map_or_else(|| c.wrong("a collector of dumps"), |name| Ok(*name)))?;
    same("collectors of dumps", &said, &names)?;
    c.must(" there are full tables at intervals only: nothing is known between them.")
}

fn missing(c: &mut Cursor) -> Read {
    let (count, gaps) = (c.count("gap")?, c.facts.gaps());
    c.must(" (")?;
    let said = c.duration()?;
    c.must(" together); what changed there is not shown.")?;
    is("gaps", count, gaps.len())?;
    same("length of gaps", &said, &duration(gaps.iter().sum()))
}

fn limits(c: &mut Cursor) -> Read {
    c.must("BGP shows announced paths, not cables and not traffic shares, and a path that ")?;
    if c.eat("the one peer did not take") {
        is("peers", 1, c.facts.peers())?;
    } else {
        c.must("none of the ")?;
        let said = (c.count("peer")?, c.must(" of ").and_then(|()| c.count("collector"))?);
        same("peers and collectors", &said, &(c.facts.peers(), c.facts.collectors().len()))?;
        c.must(" took")?;
    }
    c.must(" is not seen here.")
}
