//! What is certain of an event or a state in a window, from how many peers surely hold a route, and how many may.

use super::claim::Claimed;
use super::judge::{Known, Outcome};
use crate::model::{Span, Time};
use crate::timeline::Certain;

/// A change of the number of peers across the least that makes an upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// From fewer to at least as many.
    Rises,
    /// From at least as many to fewer.
    Falls,
}

impl Event {
    /// What a claim speaks of; `None`: a message, or no event.
    pub fn of(what: Claimed) -> Option<Event> {
        match what {
            Claimed::Gained | Claimed::OutageEnds | Claimed::Present => Some(Event::Rises),
            Claimed::Lost | Claimed::OutageBegins | Claimed::Absent => Some(Event::Falls),
            Claimed::Announced | Claimed::Prepended | Claimed::Only => None,
        }
    }
}

/// What is certain of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// It surely was so at this instant, the nearest to the claimed one.
    pub proven: Option<Time>,
    /// It surely never was so.
    pub refuted: bool,
}

/// What is known of a route, and how many peers make it stand.
pub struct Sight<'a> {
    /// What is certain.
    pub certainty: Known<'a>,
    /// At least 1.
    pub k: usize,
}

impl Sight<'_> {
    /// Whether the event surely happens within the window, or surely does not.
    pub fn event(&self, event: Event, window: Span) -> Outcome {
        let (mut surely_before, mut maybe_before) = (false, false);
        let mut outcome = Outcome { proven: false, refuted: true };
        // What stood just before the window counts as before.
        for time in self.certainty.instants(window.from.plus_micros(-1), window.until) {
            let certain = self.certainty.at(time);
            let (is_high, may_be_high) = (self.is_high(certain), !self.is_never_high(certain));
            let (surely_low, may_be_low) = (self.is_low(certain), !is_high);
            let (surely, maybe, surely_old, maybe_old) = match event {
                Event::Rises => (is_high, may_be_high, surely_low, may_be_low),
                Event::Falls => (surely_low, may_be_low, is_high, may_be_high),
            };
            outcome.proven |= surely_before && surely;
            outcome.refuted &= !(maybe_before && maybe);
            surely_before |= surely_old;
            maybe_before |= maybe_old;
        }
        outcome
    }

    /// How often the event surely happens within the window, and whether all instants are certain, so that it is no more.
    pub fn count(&self, event: Event, window: Span) -> (usize, bool) {
        let (mut count, mut is_all, mut before) = (0, true, None);
        for time in self.certainty.instants(window.from.plus_micros(-1), window.until) {
            let certain = self.certainty.at(time);
            let now = match (self.is_high(certain), self.is_never_high(certain)) {
                (true, _) => true,
                (false, true) => false,
                (false, false) => {
                    is_all = false;
                    continue;
                }
            };
            let is_event = match event {
                Event::Rises => before == Some(false) && now,
                Event::Falls => before == Some(true) && !now,
            };
            count += usize::from(is_event);
            before = Some(now);
        }
        (count, is_all)
    }

    /// Whether enough peers hold it at some instant of the window.
    pub fn presence(&self, window: Span, claimed: Time) -> State {
        self.state(window, claimed, |c| self.is_high(c), |c| self.is_never_high(c))
    }

    /// Whether too few hold it at some instant of the window, and somebody would have seen it.
    pub fn absence(&self, window: Span, claimed: Time) -> State {
        self.state(window, claimed, |c| self.is_never_high(c), |c| self.is_high(c))
    }

    fn state(&self, window: Span, claimed: Time, is_so: impl Fn(Certain) -> bool, is_not: impl Fn(Certain) -> bool) -> State {
        let mut instants = self.certainty.instants(window.from, window.until);
        instants.insert(claimed.max(window.from).min(window.until.plus_micros(-1)));
        let so = instants.iter().copied().filter(|t| is_so(self.certainty.at(*t)));
        let proven = so.min_by_key(|t| (t.micros_since(claimed).abs(), *t));
        State { proven, refuted: instants.iter().all(|t| is_not(self.certainty.at(*t))) }
    }

    /// Whether enough peers surely hold it.
    fn is_high(&self, certain: Certain) -> bool {
        certain.surely >= self.k
    }

    /// Whether too few can hold it, and somebody would have seen it. That they got stuck is no reason why others did not leave.
    fn is_low(&self, certain: Certain) -> bool {
        certain.maybe < self.k && certain.without > 0
    }

    /// The same where stuck routes may be good ones.
    fn is_never_high(&self, certain: Certain) -> bool {
        certain.possibly < self.k && certain.without > 0
    }
}
