//! Which origins announce a prefix, and when: who had it first, and who came to it (rule 4).

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::row::Row;
use crate::model::{Origin, Span, Time, spans};

/// The origins of each prefix.
pub struct Origins {
    prefixes: BTreeMap<Option<IpNet>, BTreeMap<Origin, Stay>>,
}

/// One origin at a prefix.
#[derive(Debug, Default)]
struct Stay {
    /// When it is believed to announce the prefix, the last instants included: tidy.
    spans: Vec<Span>,
    /// Where its first row begins, and whether it may have been there before: nothing shows that it was not.
    first: Option<(Time, bool)>,
}

impl Stay {
    fn take(&mut self, row: &Row) {
        self.spans.push(closed(row));
        let own = (row.believed.from, row.start.after.is_none());
        self.first = Some(self.first.map_or(own, |first| first.min(own)));
    }

    fn may_be_older(&self) -> bool {
        self.first.is_some_and(|(_, may_be_older)| may_be_older)
    }

    /// Microseconds; what is ongoing outlasts all that is not.
    fn length(&self) -> i64 {
        self.spans.iter().fold(0, |all, span| all.saturating_add(span.until.micros_since(span.from)))
    }
}

impl Origins {
    /// Of the rows.
    pub fn of(rows: &[Row]) -> Self {
        let mut prefixes: BTreeMap<Option<IpNet>, BTreeMap<Origin, Stay>> = BTreeMap::new();
        for row in rows {
            prefixes.entry(row.subject.prefix).or_default().entry(row.subject.origin).or_default().take(row);
        }
        for stay in prefixes.values_mut().flat_map(BTreeMap::values_mut) {
            stay.spans = spans::union(std::mem::take(&mut stay.spans));
        }
        Origins { prefixes }
    }

    /// Whether another origin announces the prefix while the row stands, or until or from its very ends.
    pub fn overlap(&self, row: &Row) -> bool {
        let (own, at) = ([closed(row)], self.prefixes.get(&row.subject.prefix));
        let mut others = at.into_iter().flatten().filter(|(origin, _)| **origin != row.subject.origin);
        others.any(|(_, stay)| !spans::intersection(&stay.spans, &own).is_empty())
    }

    /// Whether the row's origin came to a prefix that another origin had first, and still has, or has just lost.
    pub fn came_to_another(&self, row: &Row) -> bool {
        let Some((holder, stay)) = self.holder(row.subject.prefix) else { return false };
        // A holder that was there before the data may be seen later than who came to it.
        let seen_later = stay.spans.first().is_some_and(|span| span.from > row.believed.from);
        holder != row.subject.origin
            && (spans::holds(&stay.spans, row.believed.from)
                || seen_later && !spans::intersection(&stay.spans, &[closed(row)]).is_empty())
    }

    /// Whether an origin that is none of ours had the prefix first, and has it from that instant on.
    pub fn is_anothers(&self, prefix: IpNet, is_ours: impl Fn(Origin) -> bool, time: Time) -> bool {
        let holder = self.holder(Some(prefix)).filter(|(origin, _)| !is_ours(*origin));
        holder.is_some_and(|(_, stay)| spans::holds(&stay.spans, time.plus_micros(1)))
    }

    /// Who had the prefix first: of those that may have had it before the data, the one that still has it at their end, or had it longest;
    /// else the first that came.
    fn holder(&self, prefix: Option<IpNet>) -> Option<(Origin, &Stay)> {
        let all = self.prefixes.get(&prefix)?;
        let (mut older, mut came): (Vec<_>, Vec<_>) = all.iter().partition(|(_, stay)| stay.may_be_older());
        older.sort_by_key(|(_, stay)| std::cmp::Reverse(stay.length()));
        came.sort_by_key(|(_, stay)| stay.first);
        let (first, second) = if older.is_empty() {
            (came.first()?, came.get(1).filter(|second| second.1.first == came[0].1.first))
        } else {
            (older.first()?, older.get(1).filter(|second| second.1.length() == older[0].1.length()))
        };
        // Of two that are alike, neither came to the other.
        second.is_none().then_some((*first.0, first.1))
    }
}

/// When the row is believed to stand, its last instant included.
fn closed(row: &Row) -> Span {
    let Span { from, until } = row.believed;
    Span { from, until: if until < Time::MAX { until.plus_micros(1) } else { until } }
}
