//! The one order in which holds come and go, for all that counts them: within an instant, what stood before leaves first, then what
//! begins arrives, then what began in this very instant and was replaced at once leaves. So a hand-over is never counted twice, and a
//! route that stood for an instant is counted in it.

use super::hold::Hold;
use crate::model::{Span, Time, spans};

/// What happens to a hold, in the order within an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// One that stood before ceases to.
    Leaves,
    /// One begins.
    Arrives,
    /// One that began in this instant ceases to.
    LeavesAtOnce,
}

/// A hold comes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// When.
    pub time: Time,
    /// Which way.
    pub turn: Turn,
    hold: u32,
}

impl Move {
    /// The hold's place in its list.
    pub fn place(&self) -> usize {
        self.hold as usize
    }
}

/// All moves of the holds by what is believed of them, in order. What stands where the data end does not leave.
pub fn moves(holds: &[Hold]) -> Vec<Move> {
    let mut all = Vec::with_capacity(2 * holds.len());
    for (at, hold) in (0..).zip(holds) {
        let Span { from, until } = hold.believed();
        all.push(Move { time: from, turn: Turn::Arrives, hold: at });
        if until < Time::MAX {
            let turn = if from == until { Turn::LeavesAtOnce } else { Turn::Leaves };
            all.push(Move { time: until, turn, hold: at });
        }
    }
    all.sort_unstable();
    all
}

/// How many holds stand at each instant at which one comes or goes.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// After all that happened before the instant; with what begins in it; after it.
    steps: Vec<(Time, [u32; 3])>,
}

impl Standing {
    /// Counts the holds, of which a peer has at most one at a time.
    pub fn of(holds: &[Hold]) -> Standing {
        let mut now = 0_u32;
        let count = |instant: &[Move]| {
            let number = |turn: Turn| instant.iter().map(|m| u32::from(m.turn == turn)).sum::<u32>();
            let before = now;
            let at = now + number(Turn::Arrives) - number(Turn::Leaves);
            now = at - number(Turn::LeavesAtOnce);
            instant.first().map(|m| (m.time, [before, at, now]))
        };
        Standing { steps: moves(holds).chunk_by(|a, b| a.time == b.time).filter_map(count).collect() }
    }

    /// The most at one time, and when that was first so; nothing ever stood: 0.
    pub fn peak(&self) -> (usize, Time) {
        let most = self.steps.iter().map(|(_, [_, at, _])| *at).max().unwrap_or(0);
        let first = self.steps.iter().find(|(_, [_, at, _])| *at == most);
        (most as usize, first.map_or(Time::MIN, |(time, _)| *time))
    }

    /// Just before the instant; in it, with what begins then; and from then on.
    pub fn around(&self, time: Time) -> (usize, usize, usize) {
        match self.steps.binary_search_by_key(&time, |(t, _)| *t) {
            Ok(at) => self.steps[at].1.map(|n| n as usize).into(),
            Err(next) => {
                let now = next.checked_sub(1).map_or(0, |last| self.steps[last].1[2] as usize);
                (now, now, now)
            }
        }
    }
}

/// A number that changes over time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    /// From each instant on.
    steps: Vec<(Time, usize)>,
}

impl Steps {
    /// How many of the spans hold each instant.
    pub fn count(spans: impl IntoIterator<Item = Span>) -> Steps {
        let mut moves: Vec<(Time, bool)> = Vec::new();
        for span in spans {
            if span.from < span.until {
                moves.extend([(span.from, true), (span.until, false)]);
            }
        }
        moves.sort_unstable();
        let mut steps: Vec<(Time, usize)> = Vec::new();
        let mut now = 0_usize;
        for (time, begins) in moves {
            now = if begins { now + 1 } else { now.saturating_sub(1) };
            match steps.last_mut() {
                Some((last, count)) if *last == time => *count = now,
                _ => steps.push((time, now)),
            }
        }
        Steps { steps }
    }

    /// The number at `time`.
    pub fn at(&self, time: Time) -> usize {
        self.steps.partition_point(|(t, _)| *t <= time).checked_sub(1).map_or(0, |at| self.steps[at].1)
    }

    /// The spans with so many or more: tidy.
    pub fn at_least(&self, number: usize) -> Vec<Span> {
        let ends = self.steps.iter().skip(1).map(|(time, _)| *time).chain([Time::MAX]);
        let high = self.steps.iter().zip(ends).filter(|((_, count), _)| *count >= number);
        spans::union(high.map(|((from, _), until)| Span { from: *from, until }).collect())
    }

    /// The instants at which it may change.
    pub fn times(&self) -> impl Iterator<Item = Time> + '_ {
        self.steps.iter().map(|(time, _)| *time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_count_the_spans_that_hold_an_instant() {
        let span = |from, until| Span { from: Time::from_secs(from), until: Time::from_secs(until) };
        let steps = Steps::count([span(2, 5), span(3, 4), span(5, 7), span(6, 6)]);
        let counts: Vec<usize> = (0..9).map(|t| steps.at(Time::from_secs(t))).collect();
        assert_eq!(counts, [0, 0, 1, 2, 1, 1, 1, 0, 0]);
        assert_eq!(steps.at_least(2), [span(3, 4)]);
        assert_eq!(steps.times().map(Time::secs).collect::<Vec<_>>(), [2, 3, 4, 5, 7]);
    }
}
