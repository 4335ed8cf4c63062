//! Arithmetic on spans of time: the one place that unites, cuts and adds them up. A list of spans is *tidy* if it is sorted, and its spans
//! neither overlap nor touch nor are empty.

use std::ops::Deref;

use super::{Span, Time};

/// A tidy list that mostly is empty, and then takes no more room than a pointer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rare(Option<Box<List>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct List(Vec<Span>);

impl Rare {
    /// See [`add`].
    pub fn add(&mut self, span: Span) {
        if span.from < span.until {
            add(&mut self.0.get_or_insert_with(|| Box::new(List(Vec::new()))).0, span);
        }
    }
}

impl From<Vec<Span>> for Rare {
    fn from(tidy: Vec<Span>) -> Self {
        Rare((!tidy.is_empty()).then(|| Box::new(List(tidy))))
    }
}

impl Deref for Rare {
    type Target = [Span];

    fn deref(&self) -> &[Span] {
        self.0.as_ref().map_or(&[], |list| &list.0)
    }
}

/// The instants of any of the spans, tidy.
pub fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.from < span.until);
    spans.sort_unstable();
    let mut tidy: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match tidy.last_mut() {
            Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
            _ => tidy.push(span),
        }
    }
    tidy
}

/// Adds a span to a tidy list, which stays tidy: at once where it is the last.
pub fn add(tidy: &mut Vec<Span>, span: Span) {
    if span.from >= span.until {
        return;
    }
    let first = tidy.partition_point(|own| own.until < span.from);
    let after = tidy.partition_point(|own| own.from <= span.until);
    let joined =
        tidy[first..after].iter().fold(span, |all, own| Span { from: all.from.min(own.from), until: all.until.max(own.until) });
    tidy.splice(first..after, [joined]);
}

/// The instants of `within` that no span of the tidy list holds, tidy.
pub fn complement(tidy: &[Span], within: Span) -> Vec<Span> {
    let mut free = Vec::new();
    let mut reached = within.from;
    let first = tidy.partition_point(|span| span.until <= within.from);
    for span in tidy[first..].iter().take_while(|span| span.from < within.until) {
        if span.from > reached {
            free.push(Span { from: reached, until: span.from });
        }
        reached = span.until;
    }
    if reached < within.until {
        free.push(Span { from: reached, until: within.until });
    }
    free
}

/// The instants that both tidy lists hold, tidy.
pub fn intersection(one: &[Span], other: &[Span]) -> Vec<Span> {
    let (mut both, mut a, mut b) = (Vec::new(), 0, 0);
    while let (Some(x), Some(y)) = (one.get(a), other.get(b)) {
        let span = Span { from: x.from.max(y.from), until: x.until.min(y.until) };
        if span.from < span.until {
            both.push(span);
        }
        if x.until < y.until { a += 1 } else { b += 1 }
    }
    both
}

/// The instants that the first tidy list holds and the second does not, tidy.
pub fn difference(one: &[Span], other: &[Span]) -> Vec<Span> {
    one.iter().flat_map(|span| complement(other, *span)).collect()
}

/// Whether a span of the tidy list holds the instant.
pub fn holds(tidy: &[Span], time: Time) -> bool {
    let next = tidy.partition_point(|span| span.until <= time);
    tidy.get(next).is_some_and(|span| span.from <= time)
}

/// Microseconds of all spans together.
pub fn total<'a>(spans: impl IntoIterator<Item = &'a Span>) -> i64 {
    spans.into_iter().map(|span| span.until.micros_since(span.from)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(text: &str) -> Vec<Span> {
        let one = |part: &str| {
            let (from, until) = part.split_once('-').expect("two numbers");
            let time = |digits: &str| Time::from_secs(digits.parse().expect("a number"));
            Span { from: time(from), until: time(until) }
        };
        text.split_whitespace().map(one).collect()
    }

    #[test]
    fn union_joins_what_overlaps_or_touches_and_drops_what_is_empty() {
        for (given, expected) in [
            ("", ""),
            ("5-5", ""),
            ("3-4 1-2", "1-2 3-4"),
            ("1-3 2-5 5-6 8-9", "1-6 8-9"),
            ("1-9 2-3", "1-9"),
            ("1-9 1-2 4-12", "1-12"),
        ] {
            assert_eq!(union(spans(given)), spans(expected), "{given}");
        }
    }

    #[test]
    fn a_span_is_added_where_it_belongs() {
        for (tidy, span, expected) in [
            ("", "3-4", "3-4"),
            ("1-2", "5-5", "1-2"),
            ("1-2", "5-6", "1-2 5-6"),
            ("3-4", "1-2", "1-2 3-4"),
            ("1-2 5-6", "2-3", "1-3 5-6"),
            ("1-2 5-6", "3-5", "1-2 3-6"),
            ("1-2 4-5 8-9", "2-8", "1-9"),
            ("1-9", "3-4", "1-9"),
            ("2-3 5-6", "1-12", "1-12"),
        ] {
            let mut list = spans(tidy);
            add(&mut list, spans(span)[0]);
            assert_eq!(list, spans(expected), "{tidy} and {span}");
            assert_eq!(list, union([spans(tidy), spans(span)].concat()), "{tidy} and {span}");
            let mut rare = Rare::from(spans(tidy));
            rare.add(spans(span)[0]);
            assert_eq!((rare == Rare::from(list.clone()), &*rare), (true, &list[..]), "{tidy} and {span}");
        }
    }

    #[test]
    fn complement_is_what_is_free_within() {
        for (given, within, expected) in [
            ("", "0-10", "0-10"),
            ("0-10", "0-10", ""),
            ("2-3 5-6", "0-10", "0-2 3-5 6-10"),
            ("2-3 5-6", "2-6", "3-5"),
            ("0-3 8-20", "2-10", "3-8"),
            ("0-1 20-30", "2-10", "2-10"),
            ("2-4", "3-3", ""),
        ] {
            assert_eq!(complement(&spans(given), spans(within)[0]), spans(expected), "{given} in {within}");
        }
    }

    #[test]
    fn intersection_and_difference_part_a_list() {
        for (one, other, both, first) in [
            ("0-10", "2-3 5-12", "2-3 5-10", "0-2 3-5"),
            ("0-2 4-6", "2-4", "", "0-2 4-6"),
            ("0-2 4-6 8-9", "1-5", "1-2 4-5", "0-1 5-6 8-9"),
            ("", "1-2", "", ""),
            ("1-2", "", "", "1-2"),
        ] {
            assert_eq!(intersection(&spans(one), &spans(other)), spans(both), "{one} and {other}");
            assert_eq!(difference(&spans(one), &spans(other)), spans(first), "{one} less {other}");
        }
    }

    #[test]
    fn an_instant_is_held_from_the_first_to_before_the_last() {
        let tidy = spans("1-3 5-6");
        let held: Vec<i64> = (0..8).filter(|t| holds(&tidy, Time::from_secs(*t))).collect();
        assert_eq!(held, [1, 2, 5]);
        assert_eq!(total(&tidy), 3_000_000);
    }
}
