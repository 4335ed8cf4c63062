//! `changes`: nothing is told to have happened that did not.

use std::collections::{BTreeMap, BTreeSet};

use crate::archive::{DumpSeen, Seen};
use crate::ask::Answer;
use crate::check_routes::key_of;
use crate::check_timeline::{Asked, name_of, story};
use crate::rows::{Change, Episode, Route};
use crate::standing::{Lens, Which, Who, known, place, spans, standing};
use crate::truth::{At, BACKLOG, Truth};
use crate::verdict::{Verdict, when};
use crate::world::{Feed, MIN, Micros, SEC};

/// What else was told.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// The rows of `timeline` to the same question.
    pub episodes: &'a [Episode],
    /// All rows of `routes`.
    pub routes: &'a [Route],
}

/// Holds the rows against the truth.
pub fn check(truth: &Truth, asked: Asked, answer: &Answer, rows: &[Change], told: Told, verdict: &mut Verdict) {
    for row in rows {
        let case = Case { truth, asked, answer, row, told };
        case.counts(verdict);
        match row.what.as_str() {
            "upstream-gained" | "upstream-lost" => case.upstream(verdict),
            "outage-start" => case.outage_start(verdict),
            "outage-end" => case.outage_end(verdict),
            "origin-conflict-start" | "origin-conflict-end" => case.conflict(verdict),
            _ => case.add(verdict, "changes.word", "there is no such change"),
        }
    }
    pairs(answer, rows, verdict);
}

struct Case<'a> {
    truth: &'a Truth<'a>,
    asked: Asked<'a>,
    answer: &'a Answer,
    row: &'a Change,
    told: Told<'a>,
}

impl Case<'_> {
    fn add(&self, verdict: &mut Verdict, kind: &str, why: &str) {
        let which = if self.row.subject.1.is_empty() { Which::Any } else { Which::Subject(&self.row.subject) };
        let truly = match which {
            Which::Subject(subject) => story(self.truth, &self.row.prefix, subject),
            _ => self.holders_in_words(),
        };
        verdict.add(kind, self.answer, self.row.cells.text(), format!("{why}; {truly}"));
    }

    fn holders_in_words(&self) -> String {
        let meant = self.truth.keys().filter(|at| self.prefix().is_none_or(|p| p == at.2.0));
        let one = |at: At| {
            let all: Vec<String> = spans(self.truth, at, Lens::View, self.watched())
                .into_iter()
                .map(|span| format!("{} to {}", when(span.0), when(span.1)))
                .collect();
            format!("{} {}: {}", name_of(self.truth, (at.0, at.1)), self.truth.world.prefixes[at.2.0], all.join(", "))
        };
        format!("routes of the watched origins: {}", meant.map(one).collect::<Vec<_>>().join("; "))
    }

    fn prefix(&self) -> Option<usize> {
        place(self.truth, &self.row.prefix)
    }

    fn is_exact(&self) -> bool {
        self.row.basis == "update"
    }

    fn is_careful(&self) -> bool {
        let careful = ["wider-bounds", "no-baseline", "gap", "sampled"];
        self.row.flags.iter().any(|flag| careful.contains(&flag.as_str()))
    }

    fn counts(&self, verdict: &mut Verdict) {
        let [before, after, total] = self.row.peers;
        let k = self.asked.k;
        if total < before.max(after) {
            self.add(verdict, "changes.total", "more hold it than could see it");
        }
        if self.row.what == "upstream-gained" && before >= k || self.row.what == "upstream-lost" && after >= k {
            self.add(verdict, "changes.not-crossed", "by its own numbers nothing was gained or lost");
        }
    }

    fn upstream(&self, verdict: &mut Verdict) {
        let is_gain = self.row.what == "upstream-gained";
        let (time, k, prefix) = (self.row.time, self.asked.k, self.prefix());
        let which = Which::Subject(&self.row.subject);
        let kind = &format!("changes.{}.{}", if is_gain { "gain" } else { "loss" }, self.row.basis);
        let is_of = |episode: &&Episode| {
            let at = if is_gain { Some(episode.bounds.by) } else { episode.bounds.ended_before };
            episode.prefix == self.row.prefix && episode.subject == self.row.subject && at == Some(time)
        };
        let Some(episode) = self.told.episodes.iter().find(is_of) else {
            self.add(verdict, "changes.without-episode", "no row of timeline begins or ends so");
            return;
        };
        let known = known(self.truth, prefix, which);
        let members = self.may_stand(which);
        let truly = standing(self.truth, prefix, Lens::View, which, Some(&members));
        // Where it lay: just before a gain, just after a loss.
        let stood = |standing: &crate::count::Standing<Who>| if is_gain { standing.before(time) } else { standing.after(time) };
        if self.is_exact() {
            if !self.happens(which, time, is_gain) {
                self.add(verdict, kind, "nothing of the kind happened then");
            } else if stood(&known) >= k && !self.is_stuck() {
                self.add(verdict, kind, "it is known to have stood all the same");
            } else if stood(&truly) >= k && !self.is_careful() && !self.is_stuck() {
                self.add(verdict, kind, "it stood all the same, and no flag says that this may be");
            }
            return;
        }
        let (from, until) = if is_gain {
            (episode.bounds.after.unwrap_or(Micros::MIN), time)
        } else {
            (episode.bounds.ended_after.unwrap_or(Micros::MIN), time)
        };
        let from = from.max(known.moments().first().copied().unwrap_or(from)).saturating_sub(BACKLOG);
        if known.between(from, until + SEC) >= k {
            self.add(verdict, kind, "it is known to have stood all the time");
        }
    }

    /// A route of the kind comes or goes at just that moment.
    fn happens(&self, which: Which, time: Micros, is_gain: bool) -> bool {
        let prefix = self.prefix();
        self.truth.keys().filter(|at| prefix.is_none_or(|p| p == at.2.0)).any(|at| {
            let spans = spans(self.truth, at, Lens::View, which);
            let ends = |span: &(Micros, Micros)| if is_gain { span.0 == time } else { span.1 == time };
            // A route that an unseen loss took away is still believed when it is replaced.
            let stale = self.truth.stale(at).iter().filter(|s| which.holds(&s.path.subject()));
            let mut stale = stale.filter(|s| s.until == time && !is_gain);
            let again = self.says_again(at, which, time);
            spans.iter().any(ends) || stale.next().is_some() || again
        })
    }

    /// An announcement that changes nothing at the router is news where what came before was lost.
    fn says_again(&self, at: At, which: Which, time: Micros) -> bool {
        let log = &self.truth.logs[at.0][at.1];
        log.messages.iter().any(|message| {
            let is_said = match &message.said {
                crate::log::Said::Announce(key, path, _) => *key == at.2 && which.holds(&path.subject()),
                crate::log::Said::Withdraw(key) => *key == at.2,
                crate::log::Said::State(..) => false,
            };
            message.at == time && is_said
        })
    }

    /// Keys of which anybody can know that they may hold it then.
    fn may_stand(&self, which: Which) -> BTreeSet<At> {
        let time = self.row.time;
        let is_then = |route: &&Route| {
            let is_here = self.row.prefix == "*" || route.prefix == self.row.prefix;
            // Of the time before a peer came up, and after it went down, nothing is known.
            let begun = route.bounds.after.map_or(route.bounds.first < time, |after| after < time);
            is_here && which.holds(&route.subject) && begun && time < route.believed_until()
        };
        self.told.routes.iter().filter(is_then).filter_map(|route| key_of(self.truth, route)).collect()
    }

    /// Whose routes an outage is of.
    fn watched(&self) -> Which<'_> {
        self.asked.origin.map_or(Which::Any, Which::MaybeOf)
    }

    fn outage_start(&self, verdict: &mut Verdict) {
        let time = self.row.time;
        let prefix = self.prefix();
        for at in self.truth.keys().filter(|at| prefix.is_none_or(|p| p == at.2.0)) {
            let holds = |span: &(Micros, Micros)| span.0 <= time && time < span.1;
            let is_held = spans(self.truth, at, Lens::View, self.watched()).iter().any(holds);
            let is_empty = crate::log::state(self.truth.view(at), time).is_some_and(|path| !path.is_plain());
            if !is_held
                || is_empty
                || self.is_stuck()
                || !is_believed_up(self.truth, (at.0, at.1), time)
                || self.is_near_dump(at, time)
            {
                continue;
            }
            self.add(
                verdict,
                &format!("changes.outage.{}", self.row.basis),
                &format!("{} held a route", name_of(self.truth, (at.0, at.1))),
            );
            return;
        }
    }

    /// A stuck route is no route; then the timeline has a row of it, if it has as many peers as asked for.
    fn is_stuck(&self) -> bool {
        let time = self.row.time;
        let is_here = |prefix: &str| self.row.prefix == "*" || prefix == self.row.prefix;
        let told = self.told.episodes.iter().any(|episode| is_here(&episode.prefix) && episode.bounds.is(&["stuck"]));
        let is_there = |route: &Route| route.bounds.first <= time && time <= route.bounds.last.max(route.believed_until());
        let outlasts = |route: &&Route| is_there(route) && route.bounds.last - route.bounds.first >= 90 * MIN;
        told || self.asked.k > 1 && self.told.routes.iter().filter(outlasts).any(|route| is_here(&route.prefix))
    }

    /// A dump shows a moment near its own; what cannot be read may have happened while it was written.
    fn is_near_dump(&self, at: At, time: Micros) -> bool {
        let dumps = &self.truth.recorded[at.0].dumps;
        dumps.iter().any(|d| d.begin <= time && time <= d.end && self.truth.changes_unseen(at, d.begin - BACKLOG, d.end))
    }

    fn outage_end(&self, verdict: &mut Verdict) {
        let time = self.row.time;
        let truly = standing(self.truth, self.prefix(), Lens::Believed, self.watched(), None);
        let known = known(self.truth, self.prefix(), self.watched());
        if self.is_exact() && truly.at_most(time) == 0 {
            self.add(verdict, "changes.outage-end", "nobody had a route");
        } else if self.is_exact() && known.before(time) > 0 && !self.is_stuck() {
            self.add(verdict, "changes.outage-end", "a route is known to have been there before");
        }
    }

    fn conflict(&self, verdict: &mut Verdict) {
        let (time, is_start) = (self.row.time, self.row.what == "origin-conflict-start");
        let which = Which::Subject(&self.row.subject);
        if self.asked.origin.is_some_and(|origin| origin == self.row.subject.0) {
            self.add(verdict, "changes.conflict", "the watched origin is in conflict with itself");
        }
        if self.is_exact() && !self.happens(which, time, is_start) {
            self.add(verdict, "changes.conflict", "no route of that origin and upstream came or went then");
            return;
        }
        let origin = Which::Origin(&self.row.subject.0);
        let known = known(self.truth, self.prefix(), origin);
        let stood = if is_start { known.before(time) } else { known.after(time) };
        if self.is_exact() && stood >= self.asked.k {
            self.add(verdict, "changes.conflict", "a route of that origin is known to have stood all the same");
        }
    }
}

/// By what can be read before then the peer was there; of one never heard of nobody can know.
pub fn is_believed_up(truth: &Truth, who: Who, time: Micros) -> bool {
    let messages = truth.logs[who.0][who.1].messages.iter().enumerate();
    let read = messages.filter(|(n, m)| m.at <= time && truth.seen(who.0, who.1, Some(*n)) > Seen::No);
    let spoke = read.map(|(_, m)| (m.at, !matches!(m.said, crate::log::Said::State(_, new) if new != 6)));
    let dumps = truth.recorded[who.0].dumps.iter().filter(|d| d.begin <= time && d.accepted == Seen::Sure);
    // Who has nothing but what lies outside all samples is not heard of by that.
    let is_low = truth.world.collectors[who.0].peers[who.1].feed == Feed::Low;
    let shows = |d: &DumpSeen| if is_low { d.entries.iter().any(|e| e.0 == who.1) } else { d.peers.contains(&who.1) };
    let shown = dumps.map(|d| (d.begin, shows(d)));
    spoke.chain(shown).max_by_key(|(at, _)| *at).is_some_and(|(_, is_up)| is_up)
}

/// Outages begin and end in turn, and the first thing is a beginning.
fn pairs(answer: &Answer, rows: &[Change], verdict: &mut Verdict) {
    let mut open: BTreeMap<&str, bool> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.what.starts_with("outage")) {
        let is_start = row.what == "outage-start";
        if open.insert(&row.prefix, is_start).unwrap_or(false) == is_start {
            verdict.add("changes.pairs", answer, row.cells.text(), "outages begin and end in turn");
        }
    }
}
