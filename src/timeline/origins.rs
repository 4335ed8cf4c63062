//! Which origins announce a prefix, and when: conflicts where every origin has its rows (rule 4).

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::row::Row;
use crate::model::{Origin, Span, Time, spans};

/// The origins of each prefix.
pub struct Origins {
    prefixes: BTreeMap<Option<IpNet>, BTreeMap<Origin, Vec<Span>>>,
}

impl Origins {
    /// Of the rows.
    pub fn of(rows: &[Row]) -> Self {
        let mut prefixes: BTreeMap<Option<IpNet>, BTreeMap<Origin, Vec<Span>>> = BTreeMap::new();
        for row in rows {
            let origins = prefixes.entry(row.subject.prefix).or_default();
            origins.entry(row.subject.origin).or_default().push(closed(row));
        }
        for list in prefixes.values_mut().flat_map(BTreeMap::values_mut) {
            *list = spans::union(std::mem::take(list));
        }
        Origins { prefixes }
    }

    /// Whether another origin announces the prefix while the row stands, or until or from its very ends.
    pub fn overlap(&self, row: &Row) -> bool {
        let own = [closed(row)];
        self.others(row).any(|(_, list)| !spans::intersection(list, &own).is_empty())
    }

    /// Whether the row's origin came to a prefix that another origin had first, and still has, or has just lost.
    pub fn came_to_another(&self, row: &Row) -> bool {
        let Some(origins) = self.prefixes.get(&row.subject.prefix) else { return false };
        let since = |list: &Vec<Span>| list.first().map(|span| span.from);
        let first = origins.values().filter_map(since).min();
        let is_first = |list: &Vec<Span>| since(list) == first;
        origins.get(&row.subject.origin).is_some_and(|own| !is_first(own))
            && self.others(row).any(|(_, list)| is_first(list) && spans::holds(list, row.believed.from))
    }

    fn others(&self, row: &Row) -> impl Iterator<Item = (&Origin, &Vec<Span>)> {
        let own = row.subject.origin;
        self.prefixes.get(&row.subject.prefix).into_iter().flatten().filter(move |(origin, _)| **origin != own)
    }
}

/// When the row is believed to stand, its last instant included.
fn closed(row: &Row) -> Span {
    let Span { from, until } = row.believed;
    Span { from, until: if until < Time::MAX { until.plus_micros(1) } else { until } }
}
