//! Sentences on upstreams: who was there, came, left, returned, with which prefixes and peers.

use std::collections::BTreeSet;

use crate::conflicts;
use crate::cursor::{Cursor, On, Wrong, is, plural, same};
use crate::facts::{Arrival, Facts, Prefixes, Row, Told, When, second};

type Read = Result<(), Wrong>;

fn whole(told: &Told) -> bool {
    told.prefixes() == Prefixes::from(["*".to_owned()])
}

/// `up to 12 of 21 peers able to see it (57 %)` and its like.
pub fn peers(c: &mut Cursor, told: &Told, on: &Prefixes) -> Read {
    let percent = |(peers, total): (usize, usize)| (peers * 100 + total / 2).checked_div(total).unwrap_or(0);
    let mut all = told.peaks(on);
    all.sort_by_key(|one| (percent(*one), *one));
    let (Some(least), Some(most)) = (all.first().copied(), all.last().copied()) else {
        return c.wrong("peers of a prefix that has rows");
    };
    if c.eat("the one peer able to see it") {
        return same("peers", &((1, 1), (1, 1)), &(least, most));
    }
    c.must("up to ")?;
    if most.1 == 0 {
        let said = c.count("peer")?;
        return is("peers", said, most.0);
    }
    let pair = |c: &mut Cursor| {
        let peers = c.number()?;
        c.must(" of ")?;
        Ok::<_, Wrong>((peers, c.number()?))
    };
    let low = pair(c)?;
    let high = if c.eat(" to ") { pair(c)? } else { low };
    c.must(" peers able to see ")?;
    c.must(if low == high { "it" } else { "them" })?;
    same("peers", &(low, high), &(least, most))?;
    if whole(told) {
        return Ok(());
    }
    c.must(" (")?;
    let low = c.number()?;
    let high = if c.eat(" to ") { c.number()? } else { low };
    c.must(" %)")?;
    same("percentages", &(low, high), &(percent(least), percent(most)))
}

pub fn same_prefixes(said: &On, rows: &Prefixes) -> Read {
    match said {
        On::Count(count) => is("prefixes", *count, rows.len()),
        On::Named(names) => same("prefixes", &names.iter().cloned().collect(), rows),
    }
}

/// ` (3 of 4 prefixes)`, where it stands.
fn of_all(c: &mut Cursor, rows: &Prefixes) -> Read {
    if !c.eat(" (") {
        return Ok(());
    }
    let some = c.number()?;
    c.must(" of ")?;
    let all = c.count("prefix")?;
    c.must(")")?;
    same("prefixes of all", &(some, all), &(rows.len(), c.facts.prefixes().len()))
}

/// An upstream of several with its prefixes and peers.
fn item<'a>(c: &mut Cursor<'a>) -> Result<&'a Told, Wrong> {
    let (told, all) = (c.told()?, c.facts.prefixes());
    let on = told.began_on();
    if c.eat(", for both prefixes") {
        same("both", &(2, 2), &(on.len(), all.len()))?;
    } else if c.eat(", for all ") {
        let said = c.count("prefix")?;
        same("all prefixes", &(said, said), &(on.len(), all.len()))?;
    } else if c.eat(", for ") {
        let counted = c.maybe(|c| {
            let some = c.number()?;
            c.must(" of ")?;
            Ok((some, c.count("prefix")?))
        });
        if let Some(said) = counted {
            same("prefixes of all", &said, &(on.len(), all.len()))?;
        } else {
            let said = c.prefixes()?;
            same_prefixes(&said, &on)?;
            of_all(c, &on)?;
        }
    }
    if c.eat(", seen by ") {
        peers(c, told, &on)?;
    }
    Ok(told)
}

fn each(c: &mut Cursor, arrival: Arrival) -> Read {
    let of: Vec<&Told> = c.facts.told.iter().filter(|told| told.arrival() == arrival).collect();
    let distinct = of.iter().map(|told| &told.upstream).collect::<BTreeSet<_>>().len();
    let count = c.numeral()?;
    c.must(&plural(count, "upstream provider"))?;
    is("upstream providers", count, distinct)?;
    if c.eat(" (of ") {
        let all = c.number()?;
        c.must(" in all)")?;
        is("upstream providers in all", all, c.facts.upstreams())?;
    }
    let origins = of.iter().map(|told| told.rows[0].get("origin_asn")).collect::<BTreeSet<_>>().len();
    // Where few are told, each bears its origin.
    if of.len() > 3 && origins > 1 {
        c.must(" of ")?;
        let said = c.count("origin")?;
        is("origins of these", said, origins)?;
    }
    let is_part = c.eat(", among them ");
    if !is_part && !c.eat(", ") {
        c.must(": ")?;
    }
    named(c, &of, !is_part)
}

/// Upstreams by name: all of them, or those that most peers saw.
fn named(c: &mut Cursor, of: &[&Told], all: bool) -> Read {
    let named: Vec<String> = c.list(item)?.into_iter().map(|told| told.label.clone()).collect();
    let (mut told, mut others): (Vec<&Told>, Vec<&Told>) = of.iter().partition(|told| named.contains(&told.label));
    is("upstreams by name", named.len(), told.len())?;
    is("upstreams left out", if all { 0 } else { of.len() - named.len() }, others.len())?;
    told.sort_by_key(|t| t.peak());
    others.sort_by_key(|t| std::cmp::Reverse(t.peak()));
    let is_most = told.first().is_none_or(|least| others.first().is_none_or(|most| most.peak() <= least.peak()));
    same("those that most peers saw", &true, &is_most)
}

fn first_of(c: &Cursor, arrival: Arrival) -> String {
    let mut of = c.facts.told.iter().filter(|told| told.arrival() == arrival);
    of.next().map_or(String::new(), |told| told.rows[0].second("first_seen"))
}

pub fn present(c: &mut Cursor) -> Read {
    c.at_is("where the data begin", &first_of(c, Arrival::Present))?;
    c.must(", ")?;
    c.must(c.facts.target())?;
    c.must(" was reached through ")?;
    each(c, Arrival::Present)?;
    c.must(".")
}

pub fn found(c: &mut Cursor) -> Read {
    c.at_is("first seen", &first_of(c, Arrival::Found))?;
    c.eat(" and later");
    c.must(" through ")?;
    each(c, Arrival::Found)?;
    c.must("; how long before that it was there, the data do not show.")
}

pub fn gained<'a>(c: &mut Cursor<'a>, when: &When) -> Result<&'a Told, Wrong> {
    let roles = ["a second upstream provider, ", "another upstream provider, ", "an upstream provider, ", "a route through "];
    let role = roles.iter().position(|role| c.eat(role));
    let Some(role) = role else { return c.wrong("an upstream's role") };
    let told = c.told()?;
    c.must(if role < 3 { ", appeared" } else { " appeared" })?;
    let first = &told.rows[0];
    same("its arrival", &Arrival::Gained, &told.arrival())?;
    same("its start", when, &first.start())?;
    let earlier = c.facts.told.iter().filter(|t| t.rows[0].second("first_seen") < first.second("first_seen")).count();
    same("others were before", &(role > 1 || earlier >= 1), &true)?;
    let on = told.arrived_on();
    if c.eat(" for ") {
        let said = c.prefixes()?;
        same_prefixes(&said, &on)?;
        of_all(c, &on)?;
    }
    c.must(", seen by ")?;
    peers(c, told, &on)?;
    if c.eat(", then for ") {
        later(c, told)?;
    }
    if c.eat(", but not for ") {
        let not = c.facts.prefixes().difference(&told.prefixes()).cloned().collect();
        let said = c.prefixes()?;
        same_prefixes(&said, &not)?;
    }
    c.must(".").map(|()| told)
}

fn later(c: &mut Cursor, told: &Told) -> Read {
    let later = told.later();
    if let Some(count) = c.maybe(|c| c.number().and_then(|n| c.must(" more, the last of them ").map(|()| n))) {
        is("later prefixes", count, later.len())?;
        let when = c.when()?;
        return same("the last of them", &Some(when), &later.last().map(|row| row.start()));
    }
    let each = c.list(|c| {
        c.eat("for ");
        let prefix = c.prefix()?;
        c.must(" ")?;
        Ok((prefix, c.when()?))
    })?;
    let rows: Vec<(String, When)> = later.iter().map(|row| (row.get("prefix").to_owned(), row.start())).collect();
    same("later prefixes", &each, &rows)
}

/// What becomes of the upstream that was told last.
pub fn it(c: &mut Cursor, told: &Told) -> Read {
    let stays = told.stays();
    let last = stays.last().map(|(_, row)| *row);
    let ends = |row: Option<&Row>| row.map(Row::end);
    if c.eat("went away and came back ") {
        let times = c.number()?;
        c.must(" times, first ")?;
        let gone = c.when()?;
        c.must(" and ")?;
        let back = c.when()?;
        is("times", times, stays.len() - 1)?;
        same("it went and came back", &(gone, back), &(stays[0].1.end(), stays[1].0.start()))?;
        return c.must(".");
    }
    if c.eat("was gone") {
        c.eat(" from all of them");
        let again = c.eat(" again");
        c.must(" ")?;
        let gone = c.when()?;
        if c.eat(" and came back ") {
            let back = c.when()?;
            same("it went and came back", &(gone, back), &(stays[0].1.end(), stays[1].0.start()))?;
            if c.eat(" for ") {
                let said = c.prefixes()?;
                same_prefixes(&said, &told.returned_on())?;
            }
            return c.must(".");
        }
        same("again", &again, &(stays.len() > 1))?;
        same("its end", &Some(gone), &ends(last))?;
        return c.must(".");
    }
    if c.eat("left ") {
        c.eat("again ");
        if let Some(gone) = c.maybe(Cursor::when) {
            same("its end", &Some(gone), &ends(last))?;
            return c.must(".");
        }
        left(c, told)?;
        c.must("; it ")?;
    }
    c.must("was still there")?;
    if c.eat(" for all of them") {
        same("prefixes at the end", &told.still_on(), &told.prefixes())?;
    } else if c.eat(" for ") {
        let said = c.prefixes()?;
        same_prefixes(&said, &told.still_on())?;
    }
    c.must(" where the data end, ")?;
    c.at_is("the data's end", &last.map_or(String::new(), |row| row.second("last_seen")))?;
    c.must(".")
}

/// The prefixes that it left, each with its end.
fn left(c: &mut Cursor, told: &Told) -> Read {
    let each = c.list(|c| {
        let prefix = c.prefix()?;
        c.must(" ")?;
        Ok((prefix, c.when()?))
    })?;
    let more = if c.eat(" and ") { c.count("prefix").and_then(|n| c.must(" more").map(|()| n))? } else { 0 };
    let rows: Vec<(String, When)> = told.left().iter().map(|row| (row.get("prefix").to_owned(), row.end())).collect();
    is("prefixes that it left", each.len() + more, rows.len())?;
    each.iter().try_for_each(|one| same("a prefix that it left", &rows.contains(one), &true))
}

pub fn more(c: &mut Cursor) -> Read {
    let count = c.maybe(|c| c.count("more upstream provider").and_then(|n| c.must(", among them ").map(|()| n)));
    let named: Vec<&str> = c.list(Cursor::told)?.into_iter().map(|told| told.label.as_str()).collect();
    c.must(", seen by no more than ")?;
    let peak = c.count("peer")?;
    // Those that stand in sentences of their own are not told again.
    let all: Vec<&Told> = c.facts.told.iter().filter(|told| told.arrival() == Arrival::Gained).collect();
    let of: Vec<&&Told> = all.iter().filter(|told| named.contains(&told.label.as_str())).collect();
    is("more upstream providers by name", named.len(), of.len())?;
    match count {
        None => is("peers", peak, of.iter().map(|told| told.peak()).max().unwrap_or(0))?,
        Some(count) => {
            let distinct = |told: &[&Told]| told.iter().map(|t| &t.upstream).collect::<BTreeSet<_>>().len();
            // At most three had sentences of their own.
            let fits = (0..=3.min(all.len())).any(|own| {
                let mut others = all.clone();
                others.sort_by_key(|told| std::cmp::Reverse(told.peak() * told.prefixes().len()));
                let others = others.split_off(own);
                distinct(&others) == count && others.iter().map(|told| told.peak()).max() == Some(peak)
            });
            same("more upstream providers and their peers", &fits, &true)?;
        }
    }
    c.must(".")
}

pub fn no_other(c: &mut Cursor) -> Read {
    let gained = c.facts.told.iter().filter(|told| told.arrival() == Arrival::Gained).count();
    is("others", 0, gained)?;
    c.at_is("the data's end", &second(c.facts.json["until"].as_str().unwrap_or_default()))?;
    c.must(".")
}

fn gone(facts: &Facts) -> Vec<&Told> {
    let of = |arrival| facts.told.iter().filter(move |told: &&Told| told.arrival() == arrival && told.gone().is_some());
    of(Arrival::Present).chain(of(Arrival::Found)).collect()
}

/// An upstream of the beginning that did not stay.
pub fn went(c: &mut Cursor, told: &Told) -> Read {
    let Some(last) = told.gone() else { return c.wrong("an upstream that is gone") };
    if c.eat(" was last seen ") {
        c.at_is("last seen", &last.second("last_seen"))?;
    } else {
        c.must(" left ")?;
        let when = c.when()?;
        same("it left", &when, &last.end())?;
    }
    c.must(".")
}

/// `3 more left, or were not seen again, as well.`; `2 more origins had routes as well.`
pub fn rest(c: &mut Cursor, count: usize) -> Read {
    if c.eat("left, or ") {
        c.must(if count == 1 { "was" } else { "were" })?;
        c.must(" not seen again, as well.")?;
        let more = gone(c.facts).into_iter().skip(3).map(|told| &told.upstream).collect::<BTreeSet<_>>();
        return is("more that left", count, more.len());
    }
    conflicts::more(c, count)
}
