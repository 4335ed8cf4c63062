//! How many peers stood at a time: spans of each, and the moments at which their number reaches `k` or falls below.

use std::collections::BTreeMap;

use crate::world::Micros;

/// A closed span.
pub type Span = (Micros, Micros);

/// Spans by peer, or by whatever counts once.
#[derive(Debug, Clone, Default)]
pub struct Standing<P: Ord> {
    spans: BTreeMap<P, Vec<Span>>,
}

impl<P: Ord> Standing<P> {
    /// Adds a span of one.
    pub fn add(&mut self, who: P, span: Span) {
        self.spans.entry(who).or_default().push(span);
    }

    /// Whoever stands at a moment; both ends of spans count.
    pub fn at(&self, time: Micros) -> Vec<&P> {
        self.those(|span| span.0 <= time && time <= span.1)
    }

    /// How many stand at a moment; both ends of spans count.
    pub fn at_most(&self, time: Micros) -> usize {
        self.at(time).len()
    }

    /// How many stand through a moment, before it and after it.
    pub fn through(&self, time: Micros) -> usize {
        self.those(|span| span.0 < time && time < span.1).len()
    }

    /// How many stand all the time between two moments.
    pub fn between(&self, from: Micros, until: Micros) -> usize {
        self.those(|span| span.0 <= from && until <= span.1).len()
    }

    fn those(&self, holds: impl Fn(&Span) -> bool) -> Vec<&P> {
        self.spans.iter().filter(|(_, spans)| spans.iter().any(&holds)).map(|(who, _)| who).collect()
    }

    /// All ends of spans, in order, each once.
    pub fn moments(&self) -> Vec<Micros> {
        let mut out: Vec<Micros> = self.spans.values().flatten().flat_map(|span| [span.0, span.1]).collect();
        out.sort_unstable();
        out.dedup();
        out
    }

    /// How many stand just before a moment.
    pub fn before(&self, time: Micros) -> usize {
        let moments = self.moments();
        let at = moments.partition_point(|m| *m < time);
        at.checked_sub(1).map_or(0, |before| self.between(moments[before], time))
    }

    /// How many stand just after a moment.
    pub fn after(&self, time: Micros) -> usize {
        let moments = self.moments();
        let at = moments.partition_point(|m| *m <= time);
        moments.get(at).map_or(0, |next| self.between(time, *next))
    }

    /// The moments at which a time that holds `time`, with `k` standing all along, may be said to begin: more than one where all change
    /// places within an instant.
    pub fn begins(&self, time: Micros, k: usize) -> Vec<Micros> {
        let moments = self.moments();
        let place = moments.partition_point(|m| *m <= time);
        let mut out = Vec::new();
        let mut walk = |mut place: usize| {
            while let Some(before) = place.checked_sub(1) {
                let next = moments.get(place).copied().unwrap_or(Micros::MAX);
                if self.between(moments[before], next) < k {
                    break;
                }
                let earlier = before.checked_sub(1).map_or(0, |at| self.between(moments[at], moments[before]));
                if earlier < k || self.through(moments[before]) < k {
                    out.push(moments[before]);
                }
                place = before;
            }
        };
        let goes_on = place.checked_sub(1).is_some_and(|before| {
            let next = moments.get(place).copied().unwrap_or(Micros::MAX);
            self.between(moments[before], next) >= k
        });
        if goes_on {
            walk(place);
        } else if place > 0 && moments[place - 1] == time {
            // It ends just then, or there is no more of it than the instant.
            walk(place - 1);
            if out.is_empty() && self.at_most(time) >= k {
                out.push(time);
            }
        }
        out
    }

    /// The same of its end.
    pub fn ends(&self, time: Micros, k: usize) -> Vec<Micros> {
        let mirrored = |span: &Span| (span.1.checked_neg().unwrap_or(Micros::MAX), span.0.checked_neg().unwrap_or(Micros::MAX));
        let spans = self.spans.values().enumerate().map(|(at, spans)| (at, spans.iter().map(mirrored).collect()));
        let mirror = Standing { spans: spans.collect() };
        mirror.begins(-time, k).into_iter().map(|m| m.checked_neg().unwrap_or(Micros::MAX)).collect()
    }
}

/// Joins spans that one follows the other.
pub fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::new();
    for span in spans {
        match out.last_mut() {
            Some(last) if span.0 <= last.1 => last.1 = last.1.max(span.1),
            _ => out.push(span),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(spans: &[(u8, Span)]) -> Standing<u8> {
        let mut out = Standing::default();
        for (who, span) in spans {
            out.add(*who, *span);
        }
        out
    }

    #[test]
    fn counts_at_around_and_between_moments() {
        let all = standing(&[(1, (0, 10)), (2, (5, 20)), (1, (10, 15))]);
        assert_eq!([all.at_most(5), all.at_most(10), all.at_most(21)], [2, 2, 0]);
        assert_eq!([all.before(5), all.after(5), all.through(10), all.after(20)], [1, 2, 1, 0]);
        assert_eq!([all.between(5, 10), all.between(0, 20)], [2, 0]);
    }

    #[test]
    fn a_time_begins_and_ends_where_enough_begin_and_cease_to_stand() {
        let all = standing(&[(1, (0, 10)), (2, (5, 20))]);
        assert_eq!([all.begins(7, 1), all.begins(7, 2), all.begins(12, 2)], [vec![0], vec![5], vec![]]);
        assert_eq!([all.ends(7, 1), all.ends(7, 2)], [vec![20], vec![10]]);
    }

    #[test]
    fn where_one_leaves_as_another_comes_both_readings_count() {
        let all = standing(&[(1, (0, 10)), (2, (10, 20))]);
        assert_eq!([all.begins(15, 1), all.ends(5, 1)], [vec![10, 0], vec![10, 20]]);
    }

    #[test]
    fn an_instant_is_a_time() {
        let all = standing(&[(1, (4, 4)), (2, (4, 9))]);
        assert_eq!([all.begins(4, 2), all.begins(4, 1)], [vec![4], vec![4]]);
    }

    #[test]
    fn joins_what_touches() {
        assert_eq!(joined(vec![(5, 9), (0, 5), (11, 12)]), [(0, 9), (11, 12)]);
    }
}
