//! Lines that cannot be read are damage (rule 20): with their number, and the times of what stands before and after them.

use super::lines::RawLine;
use super::{Ended, Go, Malformed, Sink, Statement};
use crate::model::Time;
use crate::mrt::Damage;

/// So many stretches are told apart; what follows is one.
const MOST: usize = 4096;

/// Hands statements on, and notes what is none.
pub(super) struct Teller<'a> {
    sink: &'a mut dyn Sink,
    ended: Ended,
    /// The last stretch has no end yet.
    is_open: bool,
}

impl<'a> Teller<'a> {
    pub fn new(sink: &'a mut dyn Sink) -> Self {
        Teller { sink, ended: Ended::default(), is_open: false }
    }

    /// A statement, which ends before `until`.
    pub fn say(&mut self, said: &Statement<'_>, until: u64) -> Go {
        match self.sink.take(said) {
            Ok(go) => {
                if std::mem::take(&mut self.is_open)
                    && let Some(damage) = self.ended.damage.last_mut()
                {
                    damage.before = Some(said.time);
                }
                self.ended.first.get_or_insert(said.time);
                self.ended.last = Some(said.time);
                let (earliest, latest) = self.ended.reach.unwrap_or((said.time, said.time));
                self.ended.reach = Some((earliest.min(said.time), latest.max(said.time)));
                go
            }
            Err(malformed) => {
                self.lose((said.offset, Some(until)), said.number, malformed);
                Go::On
            }
        }
    }

    /// A line that is no statement.
    pub fn lose_line(&mut self, line: &RawLine<'_>, malformed: Malformed) {
        self.lose((line.offset, Some(line.until)), line.number, malformed);
    }

    /// Bytes that are no statement; without an end, to the end.
    pub fn lose(&mut self, (from, until): (u64, Option<u64>), number: u64, Malformed(reason): Malformed) {
        self.push(from, until, format!("line {number}: {reason}"));
    }

    /// All from here on is lost.
    pub fn cut(&mut self, from: u64, reason: String) {
        self.ended.is_cut = true;
        self.push(from, None, reason);
    }

    fn push(&mut self, from: u64, until: Option<u64>, reason: String) {
        self.sink.torn();
        let goes_on = self.is_open || self.ended.damage.len() >= MOST;
        self.is_open = true;
        match self.ended.damage.last_mut().filter(|_| goes_on) {
            Some(last) => {
                last.from = last.from.min(from);
                last.until = last.until.zip(until).map(|(one, other)| one.max(other));
                last.before = None;
            }
            None => self.ended.damage.push(Damage { from, until, after: self.ended.last, before: None, reason }),
        }
    }

    /// The text says itself of which time it speaks.
    pub fn speaks_of(&mut self, from: Time, until: Time) {
        self.ended.window = Some((from, until));
    }

    pub fn finish(self) -> Ended {
        self.ended
    }
}
