//! The last proof of a state, and what may have changed unseen since (rule 11).

use crate::model::{Coverage, Time};

/// Until when a state is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// The last record that proves it.
    pub at: Time,
    /// A record since that could not be read and may have changed it (rule 20): the first of them.
    pub doubt: Option<Time>,
}

/// A stretch since the last proof in which a state may have changed unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unseen {
    /// The last instant at which the state is known.
    pub from: Time,
    /// A change lies after this.
    pub after: Time,
    /// A change that no record shows had happened by then.
    pub until: Time,
}

impl Proof {
    /// By a record of that time.
    pub fn by(time: Time) -> Self {
        Proof { at: time, doubt: None }
    }

    /// A record proves the state anew.
    pub fn renew(&mut self, time: Time) {
        *self = Proof::by(time.max(self.at));
    }

    /// A record of that time could not be read.
    pub fn weaken(&mut self, time: Time) {
        self.doubt.get_or_insert(time.max(self.at));
    }

    /// What may have changed before `now`: from the first gap's start, or from the unreadable record, to the end of the last of them.
    pub fn unseen(&self, coverage: &Coverage, now: Time) -> Option<Unseen> {
        let gaps = coverage.gaps_between(self.at, now);
        let gap = gaps.first().zip(gaps.last()).map(|(first, last)| {
            let from = first.from.max(self.at);
            // Between two RIBs without updates nothing is covered, the writing of the dump itself included.
            let until = if coverage.sampled { now } else { last.until.min(now) };
            Unseen { from, after: from, until }
        });
        let doubt = self.doubt.map(|at| {
            // The record itself may be the change, so its own time is no bound that the change lies after.
            let after = if self.at < at { self.at } else { at.plus_micros(-1) };
            Unseen { from: at, after, until: at.min(now) }
        });
        match (gap, doubt) {
            (Some(gap), Some(doubt)) => {
                let first = if doubt.from <= gap.from { doubt } else { gap };
                Some(Unseen { until: gap.until.max(doubt.until), ..first })
            }
            (gap, doubt) => gap.or(doubt),
        }
    }

    /// Until when the state is known, at the latest `now`.
    pub fn known_until(&self, coverage: &Coverage, now: Time) -> Time {
        self.unseen(coverage, now).map_or(now, |unseen| unseen.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;

    fn t(seconds: i64) -> Time {
        Time::from_secs(seconds)
    }

    #[test]
    fn unseen_is_from_the_first_gap_or_doubt_to_the_last() {
        let spans = |list: &[(i64, i64)]| list.iter().map(|(a, b)| Span { from: t(*a), until: t(*b) }).collect();
        let coverage = |gaps: &[(i64, i64)], sampled| Coverage { start: t(0), end: t(100), gaps: spans(gaps), sampled };
        let seen = |coverage: &Coverage, at, doubt: Option<i64>, now| {
            let unseen = Proof { at: t(at), doubt: doubt.map(t) }.unseen(coverage, t(now))?;
            Some([unseen.from, unseen.after, unseen.until].map(|t| t.micros() as f64 / 1e6))
        };
        let two = coverage(&[(10, 20), (40, 50)], false);
        let cases = [
            ("none between", 20, None, 40, None),
            ("one", 5, None, 30, Some([10.0, 10.0, 20.0])),
            ("proven within it", 15, None, 30, Some([15.0, 15.0, 20.0])),
            ("asked within it", 5, None, 15, Some([10.0, 10.0, 15.0])),
            ("two", 5, None, 60, Some([10.0, 10.0, 50.0])),
            ("a doubt alone", 21, Some(30), 35, Some([30.0, 21.0, 30.0])),
            ("a doubt in the second of the proof", 21, Some(21), 35, Some([21.0, 20.999_999, 21.0])),
            ("a doubt before a gap", 21, Some(30), 60, Some([30.0, 21.0, 50.0])),
            ("a doubt after a gap", 5, Some(30), 35, Some([10.0, 10.0, 30.0])),
        ];
        for (what, at, doubt, now, expected) in cases {
            assert_eq!(seen(&two, at, doubt, now), expected, "{what}");
        }
        let sampled = coverage(&[(0, 100)], true);
        assert_eq!(seen(&sampled, 0, None, 100), Some([0.0, 0.0, 100.0]), "dumps alone");
    }
}
