//! Which rows a page shows where there are too many: those of the prefixes with most news. What is left out is named, with the way to all of it.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::Page;
use crate::report::text::plural;
use crate::timeline::{Change, ChangeKind, Row};

/// Up to so many rows and changes everything is shown.
const ALL_ROWS: usize = 360;
const ALL_CHANGES: usize = 480;
/// Else so many are.
const SOME_ROWS: usize = 180;
const SOME_CHANGES: usize = 240;

/// What is shown, in the order of the timeline.
pub struct Shown<'a> {
    pub rows: Vec<&'a Row>,
    pub changes: Vec<&'a Change>,
    /// What is not, in a sentence.
    pub left_out: Option<String>,
}

impl<'a> Shown<'a> {
    pub fn of(page: &Page<'a>) -> Shown<'a> {
        let (rows, changes) = (&page.timeline.rows, &page.timeline.changes);
        if rows.len() <= ALL_ROWS && changes.len() <= ALL_CHANGES {
            return Shown { rows: rows.iter().collect(), changes: changes.iter().collect(), left_out: None };
        }
        let prefixes = foremost(rows, changes);
        let is_shown = |prefix: Option<IpNet>| prefixes.contains(&prefix);
        // One prefix alone may have too many.
        let some_rows: Vec<&Row> = rows.iter().filter(|row| is_shown(row.subject.prefix)).take(SOME_ROWS).collect();
        let some = changes.iter().filter(|change| change.prefix.is_none() || is_shown(change.prefix));
        let some_changes: Vec<&Change> = some.take(SOME_CHANGES).collect();
        let all: BTreeSet<Option<IpNet>> = rows.iter().map(|row| row.subject.prefix).collect();
        let left_out = format!(
            "Shown here: {} of {} with most changes, with {} of {} and {} of {}. All of them: {}",
            prefixes.len(),
            plural(all.len(), "prefix"),
            some_rows.len(),
            plural(rows.len(), "episode"),
            some_changes.len(),
            plural(changes.len(), "change"),
            page.command.replacen("uplinks report", "uplinks timeline -f csv", 1)
        );
        Shown { rows: some_rows, changes: some_changes, left_out: Some(left_out) }
    }
}

/// As many prefixes as there is room for, those with most news first: outages and other origins count more than a change of upstream.
fn foremost(rows: &[Row], changes: &[Change]) -> BTreeSet<Option<IpNet>> {
    let mut news: BTreeMap<Option<IpNet>, (usize, usize)> = BTreeMap::new();
    for row in rows {
        news.entry(row.subject.prefix).or_default().1 += 1;
    }
    for change in changes {
        let weight = match change.kind {
            ChangeKind::UpstreamGained | ChangeKind::UpstreamLost => 1,
            _ => 4,
        };
        news.entry(change.prefix).or_default().0 += weight;
    }
    let mut ranked: Vec<(Option<IpNet>, usize, usize)> =
        news.into_iter().map(|(prefix, (news, rows))| (prefix, news, rows)).collect();
    ranked.sort_by_key(|(prefix, news, _)| (std::cmp::Reverse(*news), *prefix));
    let mut room = SOME_ROWS;
    let mut found = BTreeSet::new();
    for (prefix, _, rows) in ranked.into_iter().filter(|(.., rows)| *rows > 0) {
        if rows > room && !found.is_empty() {
            continue;
        }
        room = room.saturating_sub(rows);
        found.insert(prefix);
    }
    found
}
