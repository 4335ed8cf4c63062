//! Sentences on other origins of the target's prefixes.

use std::collections::{BTreeMap, BTreeSet};

use crate::cursor::{Cursor, On, Wrong, is, plural, same};
use crate::facts::{Facts, Row, When, label};
use crate::upstreams::same_prefixes;

/// What one other origin did.
struct Conflict<'a> {
    rows: Vec<&'a Row>,
}

fn conflicts(facts: &Facts) -> BTreeMap<&str, Conflict<'_>> {
    let mut all: BTreeMap<&str, Conflict> = BTreeMap::new();
    for row in facts.changes.iter().filter(|row| row.get("change").starts_with("origin-conflict")) {
        all.entry(row.get("origin_asn")).or_insert_with(|| Conflict { rows: Vec::new() }).rows.push(row);
    }
    all.retain(|_, conflict| conflict.starts().next().is_some());
    all
}

impl<'a> Conflict<'a> {
    fn starts(&self) -> impl Iterator<Item = &&'a Row> {
        self.rows.iter().filter(|row| row.get("change") == "origin-conflict-start")
    }

    fn prefixes(&self) -> BTreeSet<String> {
        self.starts().map(|row| row.get("prefix").to_owned()).collect()
    }

    /// The prefixes of which no end was told.
    fn open(&self) -> bool {
        let mut open: BTreeMap<&str, bool> = BTreeMap::new();
        for row in &self.rows {
            open.insert(row.get("prefix"), row.get("change") == "origin-conflict-start");
        }
        open.into_values().any(|is_open| is_open)
    }
}

/// Behind `At ..., another origin, `.
pub fn check(c: &mut Cursor, when: &When) -> Result<(), Wrong> {
    let all = conflicts(c.facts);
    let origin = if c.eat("one that is ambiguous") { Some("ambiguous") } else { c.must("AS").map(|()| None)? };
    let number = if origin.is_none() { c.number()?.to_string() } else { String::new() };
    let Some(conflict) = all.get(origin.unwrap_or(&number)) else { return c.wrong("an origin of the rows before this") };
    let first = conflict.starts().next().expect("it has one");
    same("its first route", when, &When::At(first.second("time")))?;
    c.must(", was seen for ")?;
    let on = c.prefixes()?;
    same_prefixes(&on, &conflict.prefixes())?;
    if matches!(on, On::Count(_)) {
        c.must(", first for ")?;
        let said = c.prefix()?;
        same("its first prefix", &said.as_str(), &first.get("prefix"))?;
        c.must(",")?;
    }
    c.must(" through ")?;
    let carriers: BTreeSet<String> = conflict.rows.iter().map(|row| label(row)).collect();
    let carrier = |c: &mut Cursor| match carriers.iter().filter(|own| c.sees(own)).max_by_key(|own| own.len()) {
        Some(own) => c.must(own).map(|()| own.clone()),
        None => c.wrong("a carrier of the rows"),
    };
    let named = c.list(carrier)?;
    let more = if c.eat(" and ") { c.number().and_then(|n| c.must(" more").map(|()| n))? } else { 0 };
    is("carriers", named.iter().collect::<BTreeSet<_>>().len() + more, carriers.len())?;
    if c.eat("; it was still so where the data end.") {
        return same("still so", &true, &conflict.open());
    }
    c.must("; the last such route went ")?;
    let last = conflict.rows.iter().rfind(|row| row.get("change") == "origin-conflict-end");
    c.at_is("the last such route", &last.map_or(String::new(), |row| row.second("time")))?;
    same("still so", &false, &conflict.open())?;
    c.must(".")
}

/// Behind `3 more `.
pub fn more(c: &mut Cursor, count: usize) -> Result<(), Wrong> {
    c.must(&plural(count, "origin"))?;
    c.must(" had routes as well.")?;
    is("more origins", count, conflicts(c.facts).len().saturating_sub(3))
}
