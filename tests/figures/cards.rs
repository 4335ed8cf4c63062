//! The page: its cards, and the counts of its tables and bands.

use std::collections::BTreeSet;

use crate::conflicts;
use crate::cursor::{Cursor, On, Wrong, is, plural, same};
use crate::facts::{Arrival, Facts, Row, Told, When, duration, micros, second};
use crate::upstreams::{peers, same_prefixes};

type Read = Result<(), Wrong>;

/// The text between two marks.
fn between<'a>(text: &'a str, from: &str, until: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(from)?;
    Some(rest.split_once(until)?.0)
}

/// All texts between two marks.
fn all_between<'a>(text: &'a str, from: &'a str, until: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(from).skip(1).filter_map(move |rest| Some(rest.split_once(until)?.0))
}

/// Text out of HTML.
pub fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(out, |out, (code, c)| out.replace(code, c))
}

/// The paragraph of a page.
pub fn paragraph(html: &str) -> String {
    plain(between(html, "<p class=\"lead\" id=\"words\">", "</p>").expect("a paragraph"))
}

/// The cards of a page.
pub fn cards(html: &str) -> &str {
    between(html, "aria-label=\"At a glance\">", "</section>").expect("cards")
}

/// Holds the cards against the rows.
pub fn check(cards: &str, facts: &Facts) -> Read {
    let is_conflict = |card: &&str| card.contains("<p class=\"role\">origin conflict</p>");
    let (others, own): (Vec<&str>, Vec<&str>) = cards.split("<div class=\"card").skip(1).partition(is_conflict);
    others_of_prefixes(&others, facts)?;
    own.into_iter()
        .try_for_each(|card| one(card, facts).map_err(|wrong| format!("{wrong}, in the card {:?}", plain(&format!("<{card}")))))
}

fn others_of_prefixes(cards: &[&str], facts: &Facts) -> Read {
    let text = |card: &str, class: &str| plain(between(card, &format!("<p class=\"{class}\">"), "</p>").unwrap_or_default());
    let read = |card: &&str| conflicts::Card {
        what: text(card, "what"),
        when: text(card, "when"),
        lines: all_between(card, "<p>", "</p>").map(plain).collect(),
        items: all_between(card, "<li>", "</li>").map(plain).collect(),
    };
    conflicts::cards(&cards.iter().map(read).collect::<Vec<_>>(), facts)
}

/// The peers of each card of an upstream: `seen by up to 2 of 236 to 188 of 236 peers ...`.
pub fn seen_by(cards: &str) -> Vec<String> {
    let lines = all_between(cards, "<p>", "</p>").map(plain);
    lines.filter_map(|line| Some(line[line.find("seen by ")?..].to_owned())).collect()
}

fn one(card: &str, facts: &Facts) -> Read {
    let what = plain(between(card, "<p class=\"what\">", "</p>").ok_or("a card without what")?);
    let lines: Vec<String> = all_between(card, "<p>", "</p>").map(plain).collect();
    if what == "No route was seen" {
        let mut c = Cursor::new(&lines[0], facts);
        crate::sentences::window(&mut c)?;
        return is("rows", 0, facts.told.len());
    }
    if card.starts_with(" black") {
        return outages(&what, &lines, facts);
    }
    let mut c = Cursor::new(&what, facts);
    let told = c.told()?;
    read_to_end(&c)?;
    let when = plain(between(card, "<p class=\"when\">", "</p>").ok_or("a card without when")?);
    came(&when, told, facts)?;
    let mut c = Cursor::new(lines.first().ok_or("a card without peers")?, facts);
    on(&mut c, told)?;
    read_to_end(&c)?;
    if let Some(line) = lines.get(1) {
        let mut c = Cursor::new(line, facts);
        c.must("then on ")?;
        let later = told.later();
        let more = c.count("prefix")?;
        c.must(" more, from ")?;
        let from = when_of(&mut c)?;
        c.must(" on")?;
        is("later prefixes", more, later.len())?;
        same("the first of them", &Some(from), &later.first().map(|row| row.start()))?;
        read_to_end(&c)?;
    }
    stays(&all_between(card, "<li>", "</li>").map(plain).collect::<Vec<_>>(), told, facts)
}

fn read_to_end(c: &Cursor) -> Read {
    if c.is_done() { Ok(()) } else { c.wrong("the end") }
}

fn outages(what: &str, lines: &[String], facts: &Facts) -> Read {
    let all = facts.outages("*");
    let mut c = Cursor::new(what, facts);
    let count = c.count("outage")?;
    is("outages", count, all.len())?;
    read_to_end(&c)?;
    let mut c = Cursor::new(&lines[0], facts);
    c.must("of all prefixes at once, ")?;
    c.must(if count == 1 { "at " } else { "the first at " })?;
    let said = c.full()?;
    same("the first outage", &said, &all[0].0.second("time"))?;
    c.must(" UTC")
}

/// A moment of a card: with its date, without its zone.
fn when_of(c: &mut Cursor) -> Result<When, Wrong> {
    if c.eat("between ") {
        let from = c.full()?;
        c.must(" and ")?;
        return Ok(When::Between(from, c.full()?));
    }
    if c.eat("by ") {
        return Ok(When::By(c.full()?));
    }
    if c.eat("after ") {
        return Ok(When::After(c.full()?));
    }
    Ok(When::At(c.full()?))
}

fn came(when: &str, told: &Told, facts: &Facts) -> Read {
    let mut c = Cursor::new(when, facts);
    let first = &told.rows[0];
    let arrival = if c.eat("appears ") {
        let said = when_of(&mut c)?;
        same("its start", &said, &first.start())?;
        Arrival::Gained
    } else {
        let arrival = if c.eat("there from the start of the data, ") { Arrival::Present } else { Arrival::Found };
        if arrival == Arrival::Found {
            c.must("first seen ")?;
        }
        let said = c.full()?;
        same("first seen", &said, &first.second("first_seen"))?;
        arrival
    };
    same("its arrival", &arrival, &told.arrival())?;
    c.must(" UTC")?;
    if arrival == Arrival::Found {
        c.must("; when it began is not known")?;
    }
    read_to_end(&c)
}

/// Prefixes by name, at most four, and how many more.
fn names(c: &mut Cursor, rows: &BTreeSet<String>) -> Read {
    let mut said = Vec::new();
    loop {
        said.push(c.prefix()?);
        if !c.eat(", ") {
            break;
        }
    }
    let more = if c.eat(" and ") { c.number().and_then(|n| c.must(" more").map(|()| n))? } else { 0 };
    let distinct: BTreeSet<&String> = said.iter().collect();
    is("prefixes", distinct.len() + more, rows.len())?;
    said.iter().try_for_each(|prefix| same("a prefix of the rows", &rows.contains(prefix), &true))
}

fn on(c: &mut Cursor, told: &Told) -> Read {
    let on = if told.arrival() == Arrival::Gained { told.arrived_on() } else { told.began_on() };
    if c.eat("on ") {
        names(c, &on)?;
        if c.eat(" (") {
            let some = c.number()?;
            c.must(" of ")?;
            let all = c.count("prefix")?;
            c.must(")")?;
            same("prefixes of all", &(some, all), &(on.len(), c.facts.prefixes().len()))?;
        }
        c.must("; ")?;
    } else {
        same_prefixes(&On::Named(vec!["*".to_owned()]), &on)?;
    }
    c.must("seen by ")?;
    peers(c, told, &on)
}

fn stays(items: &[String], told: &Told, facts: &Facts) -> Read {
    let stays = told.stays();
    let mut at = 0;
    for item in items {
        let mut c = Cursor::new(item, facts);
        if c.eat("came back ") {
            at += 1;
            let said = when_of(&mut c)?;
            same("it came back", &Some(said), &stays.get(at).map(|(row, _)| row.start()))?;
        } else if c.eat("and so on, ") {
            let times = c.number()?;
            c.must(" times in all")?;
            is("stays", times, stays.len())?;
            at = stays.len() - 1;
        } else if c.eat("still ") {
            if !c.eat("there") {
                c.must("on ")?;
                names(&mut c, &told.still_on())?;
            }
            c.must(" at the end of the data, ")?;
            let said = c.full()?;
            same("the data's end", &said, &stays[stays.len() - 1].1.second("last_seen"))?;
        } else {
            c.must("left ")?;
            let prefix = c.maybe(Cursor::prefix);
            if prefix.is_some() {
                c.must(" ")?;
            }
            let said = when_of(&mut c)?;
            let left = match prefix {
                Some(prefix) => told.left().into_iter().find(|row| row.get("prefix") == prefix),
                None => Some(stays[at].1),
            };
            same("it left", &Some(said), &left.map(Row::end))?;
        }
        read_to_end(&c)?;
    }
    Ok(())
}

/// The counts of the page's tables, and of the words on its bands, are those of the rows.
pub fn tables(html: &str, facts: &Facts) {
    let peaks: Vec<String> =
        facts.rows.iter().map(|row| format!("{}/{}", row.get("peak_peers"), row.get("peers_total"))).collect();
    let lasts: Vec<String> =
        facts.rows.iter().map(|row| duration(micros(row.get("last_seen")) - micros(row.get("first_seen")))).collect();
    let section = |name: &'static str| {
        html.split_once(name).map_or("", |(_, rest)| rest.split_once("</section>").map_or(rest, |(own, _)| own))
    };
    let cells: Vec<&str> = all_between(section("<h2>Episodes</h2>"), "<td class=\"r\">", "</td>").collect();
    let pairs: Vec<[&str; 2]> = lasts.iter().zip(&peaks).map(|(last, peak)| [last.as_str(), peak.as_str()]).collect();
    let cells: Vec<[&str; 2]> = cells.chunks(2).filter_map(|pair| pair.try_into().ok()).collect();
    let left_out = all_between(html, "<p class=\"left-out\">", "</p>").next();
    holds_in_order("the table of episodes", &cells, &pairs, left_out.is_some());
    if let Some(said) = left_out {
        let counts = format!("with {} of {} episodes and ", cells.len(), pairs.len());
        assert!(said.contains(&counts), "{said}, not: {counts}");
    }
    let of = |row: &Row| format!("{} to {} of {}", row.get("peers_before"), row.get("peers_after"), row.get("peers_total"));
    let changes: Vec<&str> = all_between(section("<h2>Changes</h2>"), "<td class=\"r\">", "</td>").collect();
    let all: Vec<String> = facts.changes.iter().map(of).collect();
    holds_in_order("the table of changes", &changes, &all.iter().map(String::as_str).collect::<Vec<_>>(), left_out.is_some());
    let words = |row: &Row| {
        let collectors = row.count("collectors");
        format!(
            "At most {} of {} peers, of {}: ",
            row.get("peak_peers"),
            row.get("peers_total"),
            plural_of(collectors, "collector")
        )
    };
    let rows: Vec<String> = facts.rows.iter().map(words).collect();
    let mut bands = all_between(html, "<title>", "</title>").filter(|title| title.contains("At most "));
    let known = |title: &str| rows.iter().any(|row| title.contains(row.as_str()));
    assert!(bands.all(known), "a band tells of peers that no row has");
    let outages = facts.outages("*").len();
    if !facts.rows.is_empty() {
        assert!(html.contains(&format!("{outages} outages of the whole target")), "the chart's description");
    }
    let from = second(facts.json["from"].as_str().unwrap_or_default());
    assert!(html.contains(from.trim_end_matches(":00")), "the page's window");
}

/// All of them in their order; where some are left out, some of them, in their order.
fn holds_in_order<T: PartialEq + std::fmt::Debug>(what: &str, shown: &[T], all: &[T], is_part: bool) {
    if !is_part {
        assert_eq!(shown, all, "{what}");
        return;
    }
    let mut rest = all.iter();
    assert!(!shown.is_empty() && shown.iter().all(|one| rest.any(|other| other == one)), "{what}: not some of the rows in order");
}

fn plural_of(count: usize, noun: &str) -> String {
    format!("{count} {}", plural(count, noun))
}
