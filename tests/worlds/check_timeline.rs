//! `timeline`: episodes were true, their bounds hold the truth, and none that can be read is missing.

use std::collections::BTreeSet;

use crate::archive::Seen;
use crate::ask::Answer;
use crate::check_routes::key_of;
use crate::check_visibility::{self, proven};
use crate::rows::{Episode, Route};
use crate::standing::{LENSES, Lens, Which, Who, believed, known, place, standing};
use crate::truth::{At, Stale, Truth};
use crate::verdict::{Verdict, when};
use crate::world::{MIN, Micros, Subject};

/// What was asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// `--min-peers`.
    pub k: usize,
    /// `--origin`, as text.
    pub origin: Option<&'a str>,
    /// `--by target`.
    pub target: bool,
}

/// Holds the rows against the truth. `routes`: all rows of that command.
pub fn check(truth: &Truth, asked: Asked, answer: &Answer, rows: &[Episode], routes: &[Route], verdict: &mut Verdict) {
    for row in rows {
        let case = Case { truth, asked, answer, row, rows, routes };
        case.counts(verdict);
        case.ends_were_true(verdict);
        case.start(verdict);
        case.end(verdict);
    }
    missing(truth, asked, answer, rows, routes, verdict);
}

/// Until when a row tells of its subject, or the stuck row that takes up where it ends.
fn until(rows: &[&Episode], row: &Episode) -> Micros {
    let rest = rows.iter().find(|other| other.bounds.is(&["stuck"]) && other.bounds.first == row.bounds.last);
    rest.map_or(row.bounds.last, |stuck| stuck.bounds.last)
}

/// How many peers may hold a stuck route of the subject then: they have held it for long, and it may be left aside.
fn perhaps_stuck(routes: &[Route], prefix: &str, subject: &Subject, time: Micros) -> usize {
    let is_of = |route: &&Route| (prefix == "*" || route.prefix == prefix) && route.subject == *subject;
    let outlasts = |route: &&Route| time <= route.bounds.last && route.bounds.first + 90 * MIN <= time;
    let holders = routes.iter().filter(is_of).filter(outlasts).map(|route| &route.prefix);
    // Of as few peers as there are here, one a prefix.
    holders.collect::<BTreeSet<_>>().len()
}

struct Case<'a> {
    truth: &'a Truth<'a>,
    asked: Asked<'a>,
    answer: &'a Answer,
    row: &'a Episode,
    rows: &'a [Episode],
    routes: &'a [Route],
}

impl Case<'_> {
    fn add(&self, verdict: &mut Verdict, kind: &str, why: &str) {
        let prefix = self.prefix().map(|at| self.truth.world.prefixes[at].as_str());
        let truly = story(self.truth, prefix.unwrap_or("*"), &self.row.subject);
        verdict.add(kind, self.answer, self.row.cells.text(), format!("{why}; {truly}"));
    }

    fn prefix(&self) -> Option<usize> {
        place(self.truth, &self.row.prefix)
    }

    /// No row has fewer peers than asked for, nor more than there are; its peak is that of the routes.
    fn counts(&self, verdict: &mut Verdict) {
        let Episode { peak, total, bounds, .. } = self.row;
        if *peak < self.asked.k {
            self.add(verdict, "timeline.peak-below-k", "it has fewer peers than asked for");
        }
        if total < peak {
            self.add(verdict, "timeline.total-below-peak", "more hold it than could see it");
        }
        let all = believed(self.truth, self.routes, &self.row.prefix, Which::Subject(&self.row.subject));
        let moments = all.moments();
        let peers = |m: Micros| all.at(m).into_iter().map(|at| (at.0, at.1)).collect::<BTreeSet<Who>>().len();
        // Peers may be assumed after the last proof.
        let until = bounds.ended_before.unwrap_or(Micros::MAX);
        let inside = || moments.iter().copied().filter(|m| bounds.by <= *m && *m <= until).chain([bounds.first, bounds.last]);
        let most = inside().map(peers).max().unwrap_or(0);
        if *peak > most {
            self.add(verdict, "timeline.peak-too-high", &format!("by the routes at most {most} stand at once"));
        }
        // Only what is proven at both sides counts for the least; a stuck row leaves some of it to another.
        let proven = proven(self.truth, self.routes, &self.row.prefix, Which::Subject(&self.row.subject));
        check_visibility::total(self.truth, self.answer, self.row, self.routes, verdict);
        let pairs: Vec<Micros> = proven.moments().into_iter().filter(|m| bounds.first <= *m && *m <= bounds.last).collect();
        let least = pairs.windows(2).map(|pair| proven.between(pair[0], pair[1])).max().unwrap_or(0);
        if *peak < least && !self.is_beside_stuck() {
            self.add(verdict, "timeline.peak-too-low", &format!("by the routes {least} stand at once"));
        }
    }

    fn is_beside_stuck(&self) -> bool {
        let is_same = |other: &&Episode| other.prefix == self.row.prefix && other.subject == self.row.subject;
        self.rows.iter().filter(is_same).any(|other| other.bounds.is(&["stuck"]))
    }

    fn ends_were_true(&self, verdict: &mut Verdict) {
        let bounds = &self.row.bounds;
        for (time, at_end) in [(bounds.first, false), (bounds.last, true)] {
            let (kind, name) = if at_end { ("timeline.last-seen", "last_seen") } else { ("timeline.first-seen", "first_seen") };
            let truly: BTreeSet<Who> = self.holders(time, at_end);
            if truly.len() >= self.asked.k {
                continue;
            }
            if bounds.is(&["gap", "sampled"]) {
                let which = Which::Subject(&self.row.subject);
                let assumed = believed(self.truth, self.routes, &self.row.prefix, which);
                let assumed = assumed.at(time).into_iter().map(|at| (at.0, at.1));
                if truly.iter().copied().chain(assumed).collect::<BTreeSet<_>>().len() >= self.asked.k {
                    continue;
                }
            }
            self.add(verdict, kind, &format!("at {name} only {} held it", truly.len()));
        }
    }

    /// Who may be told to hold it at a moment.
    fn holders(&self, time: Micros, before: bool) -> BTreeSet<Who> {
        let prefix = self.prefix();
        let meant = self.truth.keys().filter(|at| prefix.is_none_or(|p| p == at.2.0));
        let holds = |at: &(usize, usize, (usize, u32))| {
            self.truth.may_hold(*at, time, before).iter().any(|path| path.subject() == self.row.subject)
        };
        meant.filter(holds).map(|at| (at.0, at.1)).collect()
    }

    /// Keys that have a row in `routes` within this one, but for those of which nothing is known beyond it: whoever came up later might
    /// have had the route before, and whoever went down might have it still.
    fn members(&self, at_end: bool) -> BTreeSet<At> {
        let bounds = &self.row.bounds;
        let is_within = |route: &&Route| {
            let is_meant = (self.row.prefix == "*" || route.prefix == self.row.prefix) && route.subject == self.row.subject;
            is_meant && route.bounds.by <= bounds.last && route.believed_until() >= bounds.first
        };
        let is_known = |route: &&Route| {
            let (of, ongoing) = (&route.bounds, route.bounds.is_ongoing());
            if at_end {
                ongoing || of.ended_before.is_some() || bounds.ended_before.is_none()
            } else {
                of.after.is_some() || bounds.after.is_none() || of.first < bounds.first
            }
        };
        self.routes.iter().filter(is_within).filter(is_known).filter_map(|r| key_of(self.truth, r)).collect()
    }

    fn start(&self, verdict: &mut Verdict) {
        let bounds = &self.row.bounds;
        // What came and went within an instant may be one with what was before, or not.
        if bounds.is(&["stuck", "clock"]) || self.is_beside_stuck() || bounds.first == bounds.last {
            return;
        }
        let truly = self.truly(bounds.first, false);
        let may_be_earlier = bounds.is(&["wider-bounds", "no-baseline"]);
        let fits = |time: &Micros| {
            let (low, high) = self.loosened(*time, bounds.after.unwrap_or(Micros::MIN), bounds.by);
            let is_exact = low == high && *time == high;
            (bounds.after.is_none() || may_be_earlier || low < *time || is_exact) && *time <= high
        };
        if !truly.is_empty() && !truly.iter().any(fits) && !self.is_stale(bounds.after.unwrap_or(Micros::MIN), bounds.by) {
            let truly: Vec<String> = truly.into_iter().map(when).collect();
            self.add(
                verdict,
                &format!("timeline.start.{}", bounds.start_basis),
                &format!("it truly began at {}", truly.join(" or ")),
            );
        }
    }

    fn end(&self, verdict: &mut Verdict) {
        let bounds = &self.row.bounds;
        let Some(ended_after) = bounds.ended_after.filter(|_| !bounds.is(&["stuck", "clock"]) && !self.is_beside_stuck()) else {
            return;
        };
        let truly = self.truly(bounds.last, true);
        let may_be_later = bounds.is(&["wider-bounds", "no-baseline"]);
        let fits = |time: &Micros| {
            let (low, high) = self.loosened(*time, ended_after, bounds.ended_before.unwrap_or(Micros::MAX));
            low <= *time && (may_be_later || *time <= high)
        };
        let before = bounds.ended_before.unwrap_or(Micros::MAX);
        if !truly.is_empty() && !truly.iter().any(fits) && !self.is_stale(ended_after, before) {
            let truly: Vec<String> = truly.into_iter().map(when).collect();
            self.add(
                verdict,
                &format!("timeline.end.{}", bounds.end_basis),
                &format!("it truly ended at {}", truly.join(" or ")),
            );
        }
    }

    /// When the episode of a moment began or ended, by everyone's word.
    fn truly(&self, moment: Micros, at_end: bool) -> BTreeSet<Micros> {
        let (members, which) = (self.members(at_end), Which::Subject(&self.row.subject));
        let of = |lens: Lens| {
            let standing = standing(self.truth, self.prefix(), lens, which, Some(&members));
            if at_end { standing.ends(moment, self.asked.k) } else { standing.begins(moment, self.asked.k) }
        };
        LENSES.into_iter().flat_map(of).collect()
    }

    /// After an unseen loss of a session nobody can know when its routes went.
    fn is_stale(&self, from: Micros, until: Micros) -> bool {
        let meant = self.truth.keys().filter(|at| self.prefix().is_none_or(|p| p == at.2.0));
        let is_of = |s: &Stale| s.path.subject() == self.row.subject && s.from <= until && from <= s.until;
        meant.into_iter().any(|at| self.truth.stale(at).iter().any(is_of))
    }

    /// Bounds that come from dumps are as far off as those, where the true moment cannot be read.
    fn loosened(&self, truly: Micros, low: Micros, high: Micros) -> (Micros, Micros) {
        let prefix = self.prefix();
        let read = self
            .truth
            .keys()
            .filter(|at| prefix.is_none_or(|p| p == at.2.0))
            .any(|at| self.truth.events(at).iter().any(|(time, seen)| *time == truly && *seen == Seen::Sure));
        if read {
            return (low, high);
        }
        let all = 0..self.truth.world.collectors.len();
        let lower = all.clone().map(|c| self.truth.loosen_down(c, low)).min().unwrap_or(low);
        (lower.saturating_sub(1), all.map(|c| self.truth.loosen_up(c, high)).max().unwrap_or(high))
    }
}

/// Every time in which enough peers are known to hold something is within a row.
fn missing(truth: &Truth, asked: Asked, answer: &Answer, rows: &[Episode], routes: &[Route], verdict: &mut Verdict) {
    let prefixes: Vec<Option<usize>> =
        if asked.target { vec![None] } else { (0..truth.world.prefixes.len()).map(Some).collect() };
    for prefix in prefixes {
        let name = prefix.map_or("*", |at| truth.world.prefixes[at].as_str());
        for subject in subjects(truth).iter().filter(|s| asked.origin.is_none_or(|origin| s.0 == origin)) {
            let known = known(truth, prefix, Which::Subject(subject));
            let rows: Vec<&Episode> = rows.iter().filter(|r| r.prefix == name && r.subject == *subject).collect();
            for pair in known.moments().windows(2) {
                let covers = |row: &&Episode| row.bounds.first <= pair[0] && pair[1] <= until(&rows, row);
                let stuck = if asked.k > 1 { perhaps_stuck(routes, name, subject, pair[0]) } else { 0 };
                if known.between(pair[0], pair[1]) >= asked.k + stuck && !rows.iter().any(covers) {
                    let peers: Vec<String> = known.at(pair[0]).into_iter().map(|who| name_of(truth, *who)).collect();
                    let row = format!("missing: {name} {subject:?} {} to {}", when(pair[0]), when(pair[1]));
                    let told: Vec<String> =
                        rows.iter().map(|r| format!("{} to {}", when(r.bounds.first), when(r.bounds.last))).collect();
                    let truly =
                        format!("known at {}; rows: {}; {}", peers.join(", "), told.join(", "), story(truth, name, subject));
                    verdict.add("timeline.missing", answer, row, truly);
                    return;
                }
            }
        }
    }
}

/// All origins and upstreams that anybody ever had.
pub fn subjects(truth: &Truth) -> BTreeSet<Subject> {
    let paths = truth.keys().flat_map(|at| truth.view(at).iter().filter_map(|(_, path)| path.clone()).collect::<Vec<_>>());
    paths.filter(crate::world::Path::is_plain).map(|path| path.subject()).collect()
}

/// Collector and address.
pub fn name_of(truth: &Truth, who: Who) -> String {
    let collector = &truth.world.collectors[who.0];
    format!("{} {}", collector.name, collector.peers[who.1].ip)
}

/// Who held a subject when, for people.
pub fn story(truth: &Truth, prefix: &str, subject: &Subject) -> String {
    let at = place(truth, prefix);
    let mut out = Vec::new();
    for key in truth.keys().filter(|key| at.is_none_or(|p| p == key.2.0)) {
        let spans = crate::standing::spans(truth, key, Lens::View, Which::Subject(subject));
        if !spans.is_empty() {
            let spans: Vec<String> =
                spans.into_iter().map(|(from, until)| format!("{} to {}", when(from), when(until))).collect();
            out.push(format!("{} {}: {}", name_of(truth, (key.0, key.1)), truth.world.prefixes[key.2.0], spans.join(", ")));
        }
    }
    format!("held truly: {}", out.join("; "))
}
