//! Other origins of the target's prefixes: who, on what, when, and, from the rows of `routes`, through whom. Sentences and cards.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::cursor::{Cursor, Wrong, is, plural, same};
use crate::facts::{Facts, Prefixes, Row, When, label, micros};
use crate::upstreams::same_prefixes;

type Read = Result<(), Wrong>;

/// So many have sentences; the rest are counted.
const TOLD: usize = 3;
/// So many have cards.
const CARDS: usize = 2;

/// What one other origin did.
#[derive(Debug)]
pub struct Conflict {
    /// Its number, or `ambiguous`.
    origin: String,
    /// The name of that number.
    name: String,
    /// The row of its first route.
    first: Row,
    prefixes: Prefixes,
    /// Those of which no end was told after their last start.
    open: Prefixes,
    /// The last of the others' last ends.
    gone: Option<Row>,
    /// Through whom: those that most peers had first.
    carriers: Vec<String>,
}

/// Of each conflict of a prefix: its start and, unless it lasts, its end.
type Spans<'a> = Vec<(&'a Row, Option<&'a Row>)>;

/// Names of AS numbers: those of the target that is built in, and of rows.
fn names(routes: &[Row]) -> BTreeMap<String, String> {
    let profile = std::fs::read_to_string(crate::run::root().join("src/target/profiles/north-korea.toml")).expect("a profile");
    let profile: toml::Table = profile.parse().expect("TOML");
    let names = profile["names"].as_table().expect("names").iter();
    let mut names: BTreeMap<String, String> =
        names.map(|(asn, name)| (asn.clone(), name.as_str().expect("a name").to_owned())).collect();
    // The built-in list gives way to the profile's.
    let transit = include_str!("../../src/target/names/transit.txt").lines().filter(|line| !line.starts_with('#'));
    for (asn, name) in transit.filter_map(|line| line.split_once(' ')) {
        names.entry(asn.to_owned()).or_insert_with(|| name.to_owned());
    }
    for row in routes {
        let own = names.entry(row.get("upstream_asn").to_owned()).or_insert_with(|| row.get("upstream_name").to_owned());
        assert_eq!(own, row.get("upstream_name"), "two names");
    }
    names
}

/// A peer in a conflict: of which prefix, which of its conflicts, and who it is.
type PeerOf<'a> = (&'a str, usize, [&'a str; 3]);

/// All other origins: those of most prefixes first, then those that came first.
pub fn all(changes: &[Row], routes: &[Row]) -> Vec<Conflict> {
    let mut spans: BTreeMap<&str, BTreeMap<&str, Spans>> = BTreeMap::new();
    let mut firsts: BTreeMap<&str, &Row> = BTreeMap::new();
    for row in changes {
        let (origin, prefix) = (row.get("origin_asn"), row.get("prefix"));
        match row.get("change") {
            "origin-conflict-start" => {
                firsts.entry(origin).or_insert(row);
                spans.entry(origin).or_default().entry(prefix).or_default().push((row, None));
            }
            "origin-conflict-end" => {
                let last = spans.get_mut(origin).and_then(|own| own.get_mut(prefix)).and_then(|own| own.last_mut());
                let (_, end) = last.expect("an end has its start");
                assert!(end.replace(row).is_none(), "two ends: {row:?}");
            }
            _ => {}
        }
    }
    let names = names(routes);
    let of = |(origin, own): (&str, BTreeMap<&str, Spans>)| {
        let lasts = || own.iter().filter_map(|(prefix, spans)| Some((*prefix, spans.last()?.1)));
        let gone = lasts().filter_map(|(_, end)| end).max_by_key(|end| micros(end.get("time")));
        Conflict {
            origin: origin.to_owned(),
            name: names.get(origin).cloned().unwrap_or_default(),
            first: firsts[origin].clone(),
            prefixes: own.keys().map(|prefix| (*prefix).to_owned()).collect(),
            open: lasts().filter(|(_, end)| end.is_none()).map(|(prefix, _)| prefix.to_owned()).collect(),
            gone: gone.cloned(),
            carriers: carriers(origin, &own, routes),
        }
    };
    let mut all: Vec<Conflict> = spans.into_iter().map(of).collect();
    let number = |origin: &str| origin.parse().unwrap_or(u32::MAX);
    all.sort_by_key(|one| (Reverse(one.prefixes.len()), micros(one.first.get("time")), number(&one.origin)));
    all
}

/// The upstreams of an origin's routes that began while it was in conflict; a peer counts once for each conflict of a prefix.
fn carriers(origin: &str, spans: &BTreeMap<&str, Spans>, routes: &[Row]) -> Vec<String> {
    let mut peers: BTreeMap<&str, (&Row, BTreeSet<PeerOf>)> = BTreeMap::new();
    for route in routes.iter().filter(|row| row.get("origin_asn") == origin) {
        let prefix = route.get("prefix");
        let Some(spans) = spans.get(prefix) else { continue };
        let began = micros(route.get("started_by"));
        let end = |end: Option<&Row>| end.map_or(i64::MAX, |row| micros(row.get("time")));
        let span = spans.iter().position(|(from, until)| micros(from.get("time")) <= began && began <= end(*until));
        let Some(span) = span else { continue };
        let peer = ["collector", "peer_ip", "peer_asn"].map(|name| route.get(name));
        peers.entry(route.get("upstream_asn")).or_insert((route, BTreeSet::new())).1.insert((prefix, span, peer));
    }
    // Numbers, then the origin itself, then what is ambiguous.
    let place = |upstream: &str| upstream.parse().unwrap_or(u64::from(u32::MAX) + 1 + u64::from(upstream == "ambiguous"));
    let mut all: Vec<(&str, &Row, usize)> = peers.into_iter().map(|(own, (row, peers))| (own, row, peers.len())).collect();
    all.sort_by_key(|(own, _, peers)| (Reverse(*peers), place(own)));
    all.into_iter().map(|(_, row, _)| label(row)).collect()
}

/// All names, or how many and the first three.
pub fn among(c: &mut Cursor, rows: &[String], noun: &str) -> Read {
    let counted = c.maybe(|c| c.count(noun).and_then(|n| c.must(", among them ").map(|()| n)));
    is(noun, counted.unwrap_or(rows.len()), rows.len())?;
    let named = match counted {
        Some(_) => rows.get(..TOLD).ok_or("fewer of them than are named")?,
        None => rows,
    };
    for (at, name) in named.iter().enumerate() {
        match at {
            0 => {}
            _ if at + 1 == named.len() => c.must(" and ")?,
            _ => c.must(", ")?,
        }
        c.must(name)?;
    }
    Ok(())
}

impl Conflict {
    fn who(&self) -> String {
        match (self.origin.as_str(), self.name.as_str()) {
            ("ambiguous", _) => "one that is ambiguous".to_owned(),
            (asn, "") => format!("AS{asn}"),
            (asn, name) => format!("AS{asn} {name}"),
        }
    }

    fn is_from_start(&self) -> bool {
        self.first.get("basis") == "data-start"
    }

    /// How many it is gone from, and since when.
    fn gone(&self) -> (usize, String) {
        (self.prefixes.len() - self.open.len(), self.gone.as_ref().map_or(String::new(), |row| row.second("time")))
    }
}

/// Behind `At ..., another origin, `, or `Where the data begin, at ..., another origin, `.
pub fn check(c: &mut Cursor, when: &When, from_start: bool) -> Read {
    let facts = c.facts;
    let told = facts.conflicts.iter().take(TOLD);
    let fits = told.filter(|one| c.sees(&format!("{}, was seen for ", one.who()))).max_by_key(|one| one.who().len());
    let Some(conflict) = fits else { return c.wrong("an origin of the rows, one of those of most prefixes,") };
    c.must(&conflict.who())?;
    same("its first route", when, &When::At(conflict.first.second("time")))?;
    same("there from the start", &from_start, &conflict.is_from_start())?;
    c.must(", was seen for ")?;
    let on = c.prefixes()?;
    same_prefixes(&on, &conflict.prefixes)?;
    if conflict.prefixes.len() > 1 {
        c.must(", first for ")?;
        let said = c.prefix()?;
        same("its first prefix", &said.as_str(), &conflict.first.get("prefix"))?;
        c.must(",")?;
    }
    c.must(" through ")?;
    among(c, &conflict.carriers, "upstream")?;
    c.must("; ")?;
    let (count, last) = conflict.gone();
    if count == 0 {
        return c.must("it was still so where the data end.");
    }
    if conflict.open.is_empty() {
        c.must("the last such route went ")?;
        c.at_is("the last such route", &last)?;
        return c.must(".");
    }
    c.must("it was gone from ")?;
    let said = (c.number()?, c.must(" of them by ").and_then(|()| c.bare())?);
    same("gone from, by", &said, &(count, last))?;
    c.must(" and still there for ")?;
    let said = c.prefixes()?;
    same_prefixes(&said, &conflict.open)?;
    c.must(" where the data end.")
}

/// Each of those of most prefixes is told, and how many others there are.
pub fn are_told(paragraph: &str, facts: &Facts) -> Read {
    let all = facts.conflicts.len();
    is("origins told of", paragraph.matches("another origin, ").count(), all.min(TOLD))?;
    for one in facts.conflicts.iter().take(TOLD) {
        is(&one.origin, paragraph.matches(&format!("another origin, {}, was", one.who())).count(), 1)?;
    }
    is("more origins", paragraph.matches(" had routes as well.").count(), usize::from(all > TOLD))
}

/// Behind `3 more `.
pub fn more(c: &mut Cursor, count: usize) -> Read {
    c.must(&plural(count, "origin"))?;
    c.must(" had routes as well.")?;
    is("more origins", count, c.facts.conflicts.len().saturating_sub(TOLD))
}

/// A card, by its texts.
pub struct Card {
    /// Whose.
    pub what: String,
    /// Since when.
    pub when: String,
    /// On what and through whom.
    pub lines: Vec<String>,
    /// What is left of it.
    pub items: Vec<String>,
}

/// The cards: those of most prefixes, in order.
pub fn cards(cards: &[Card], facts: &Facts) -> Read {
    is("cards of conflicts", cards.len(), facts.conflicts.len().min(CARDS))?;
    cards.iter().zip(&facts.conflicts).try_for_each(|(card, conflict)| {
        one(card, conflict, facts).map_err(|wrong| format!("{wrong}, in the card of {:?}, {:?}", card.what, card.lines))
    })
}

fn one(card: &Card, conflict: &Conflict, facts: &Facts) -> Read {
    same("whose", &card.what, &conflict.who())?;
    read(&card.when, facts, |c| {
        c.must(if conflict.is_from_start() { "there from the start of the data, " } else { "first seen " })?;
        let said = c.full()?;
        same("first seen", &said, &conflict.first.second("time"))?;
        c.must(" UTC")
    })?;
    let [line] = card.lines.as_slice() else { return Err("one line is due".to_owned()) };
    read(line, facts, |c| {
        c.must("on ")?;
        let said = c.prefixes()?;
        same_prefixes(&said, &conflict.prefixes)?;
        c.must(" through ")?;
        among(c, &conflict.carriers, "upstream")
    })?;
    let (count, last) = conflict.gone();
    is("what is left", card.items.len(), usize::from(count > 0) + usize::from(!conflict.open.is_empty()))?;
    let (gone, still) = card.items.split_at(usize::from(count > 0));
    for item in gone {
        read(item, facts, |c| {
            c.must("gone")?;
            if !conflict.open.is_empty() {
                c.must(" from ")?;
                let said = c.number()?;
                is("gone from", said, count)?;
                c.must(" of them")?;
            }
            c.must(" by ")?;
            let said = c.full()?;
            same("gone by", &said, &last)
        })?;
    }
    still.iter().try_for_each(|item| {
        read(item, facts, |c| {
            c.must("still on ")?;
            let said = c.prefixes()?;
            same_prefixes(&said, &conflict.open)?;
            c.must(" at the end of the data")
        })
    })
}

/// Reads a text to its end.
fn read(text: &str, facts: &Facts, read: impl FnOnce(&mut Cursor) -> Read) -> Read {
    let mut c = Cursor::new(text, facts);
    read(&mut c)?;
    if c.is_done() { Ok(()) } else { c.wrong("the end") }
}
