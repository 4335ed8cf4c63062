//! Visibility as a time series: how many peers hold a subject's route, of those able to see it (rule 15), at every change or in bins.

use std::collections::BTreeMap;
use std::iter::successors;

use super::build::Timeline;
use super::hold::{Hold, Subject};
use super::sweep::{self, moves};
use super::weight::{WHOLE, Weights};
use crate::model::{Asn, Span, Time};

/// One value of the series: it holds from `time` on, or over the bin that begins then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The change, or the bin's start.
    pub time: Time,
    /// Prefix, origin and upstream.
    pub subject: Subject,
    /// Sessions that hold the route: in bins the mean over time, so that upstreams add up.
    pub peers: f64,
    /// The most at one time: in the bin, or at the change itself, where one comes before another that came with it goes at once.
    pub peers_max: usize,
    /// Those of `peers` for which nothing proves it (rule 11).
    pub assumed: f64,
    /// Distinct AS numbers among `peers`: in bins at the moment of `peers_max`.
    pub peer_asns: usize,
    /// Peers able to see it: in bins the mean.
    pub total: f64,
    /// What of `total` it carries: each peer counts once, in equal parts for its routes, so that upstreams add up.
    pub weight: f64,
}

impl Point {
    /// `weight` of `total`, 0 to 1; `None`: nobody could have seen it.
    pub fn share(&self) -> Option<f64> {
        (self.total > 0.0).then(|| (self.weight / self.total).min(1.0))
    }
}

/// What stands from an instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    time: Time,
    peers: usize,
    /// What counts for the share, in millionths of a peer.
    weight: u64,
    assumed: usize,
    asns: usize,
    total: usize,
    /// The most peers, and distinct AS numbers, in the very instant.
    peak: (usize, usize),
}

impl Step {
    /// What stands once its instant is over.
    fn after(self) -> Step {
        Step { peak: (self.peers, self.asns), ..self }
    }
}

/// The series of every subject over a window: at every change, or in bins. Its points are made as they are walked: of fifteen years there
/// may be millions, of a few changes.
#[derive(Debug)]
pub struct Series {
    window: Span,
    /// Microseconds.
    bin: Option<i64>,
    /// In the order in which points of one instant stand.
    subjects: Vec<(Subject, Vec<Step>)>,
}

/// The series over `window`: at every change, or in bins of that many microseconds.
pub fn visibility(timeline: &Timeline, window: Span, bin: Option<i64>) -> Series {
    let all: BTreeMap<Subject, Vec<Hold>> = timeline.with_stuck();
    let parts = &timeline.parts;
    let weights = if parts.is_empty() { Weights::of_prefixes(&all) } else { Weights::of_target(parts) };
    let subjects = all.iter().map(|(subject, holds)| (*subject, steps(timeline, &weights, subject, holds, window)));
    let mut subjects: Vec<(Subject, Vec<Step>)> = subjects.collect();
    subjects.sort_by_key(|(subject, _)| (subject.prefix.is_none(), *subject));
    Series { window, bin: bin.map(|width| width.max(1)), subjects }
}

impl Series {
    /// Without the subjects that are not asked for; what is told of the others stays as it is.
    #[must_use]
    pub fn only(mut self, is_wanted: impl Fn(&Subject) -> bool) -> Series {
        self.subjects.retain(|(subject, _)| is_wanted(subject));
        self
    }

    /// Whose series they are.
    pub fn subjects(&self) -> impl Iterator<Item = &Subject> {
        self.subjects.iter().map(|(subject, _)| subject)
    }

    /// The points, in order of time.
    pub fn points(&self) -> Box<dyn Iterator<Item = Point> + '_> {
        match self.bin {
            None => Box::new(Merged::of(self.subjects.iter().map(|(subject, steps)| at_changes(*subject, steps, self.window)))),
            Some(width) => Box::new(self.in_bins(width)),
        }
    }

    /// Means over bins that begin at multiples of `width` since the epoch; a subject has every bin, that a chart may stack them.
    fn in_bins(&self, width: i64) -> impl Iterator<Item = Point> + '_ {
        let Span { from, until } = self.window;
        let first = from.micros().div_euclid(width) * width;
        let begins =
            successors(Some(first), move |begin| begin.checked_add(width)).take_while(move |begin| *begin < until.micros());
        // Of each subject the first step that reaches into the bin, or a later one.
        let mut reached = vec![0; self.subjects.len()];
        begins.flat_map(move |begin| {
            let bin = Span {
                from: Time::from_micros(begin).max(from),
                until: Time::from_micros(begin.saturating_add(width)).min(until),
            };
            let points: Vec<Point> = self
                .subjects
                .iter()
                .zip(&mut reached)
                .map(|((subject, steps), reached)| {
                    let end = |at: usize| steps.get(at + 1).map_or(until, |next| next.time);
                    while *reached < steps.len() && end(*reached) <= bin.from {
                        *reached += 1;
                    }
                    let within = steps.iter().enumerate().skip(*reached).take_while(|(_, step)| step.time < bin.until);
                    let lasting = within.map(|(at, step)| (step, Span { from: step.time, until: end(at) }));
                    mean(Point { time: Time::from_micros(begin), ..empty(*subject) }, lasting, bin)
                })
                .collect();
            points
        })
    }
}

/// Points of several subjects, each in order of time, as one series.
struct Merged<I> {
    rest: Vec<I>,
    /// The next point of each that has one.
    next: BTreeMap<(Time, usize), Point>,
}

impl<I: Iterator<Item = Point>> Merged<I> {
    fn of(all: impl Iterator<Item = I>) -> Self {
        let mut merged = Merged { rest: all.collect(), next: BTreeMap::new() };
        (0..merged.rest.len()).for_each(|at| merged.advance(at));
        merged
    }

    fn advance(&mut self, at: usize) {
        if let Some(point) = self.rest[at].next() {
            self.next.insert((point.time, at), point);
        }
    }
}

impl<I: Iterator<Item = Point>> Iterator for Merged<I> {
    type Item = Point;

    fn next(&mut self) -> Option<Point> {
        let ((_, at), point) = self.next.pop_first()?;
        self.advance(at);
        Some(point)
    }
}

fn steps(timeline: &Timeline, weights: &Weights, subject: &Subject, holds: &[Hold], window: Span) -> Vec<Step> {
    let mut moves: Vec<(Time, Turn, usize)> = moves(holds).into_iter().map(|m| (m.time, Turn::Move(m.turn), m.place())).collect();
    for (at, hold) in holds.iter().enumerate() {
        let Span { from, until } = hold.believed();
        for span in &*hold.assumed {
            // A step is told at the proof that it follows.
            let (from, until) = (span.from.plus_micros(-1).max(from), span.until.min(until));
            if from < until {
                moves.extend([(from, Turn::Assumed, at), (until, Turn::Proven, at)]);
            }
        }
    }
    let weighed = weights.steps(subject).map(|(time, _)| time);
    moves.extend(timeline.denominator.changes(subject.prefix).chain(weighed).map(|time| (time, Turn::Other, 0)));
    moves.sort_unstable();
    let (mut peers, mut assumed) = (0_usize, 0_usize);
    let mut asns: BTreeMap<Asn, usize> = BTreeMap::new();
    let mut steps: Vec<Step> = Vec::new();
    for instant in moves.chunk_by(|a, b| a.0 == b.0) {
        let Some(time) = instant.first().map(|m| m.0).filter(|time| *time < window.until) else { break };
        let mut peak = (0, 0);
        for (_, turn, hold) in instant {
            match turn {
                Turn::Move(sweep::Turn::Arrives) => {
                    peers += 1;
                    *asns.entry(holds[*hold].peer.asn).or_default() += 1;
                    peak = peak.max((peers, asns.len()));
                }
                Turn::Move(sweep::Turn::Leaves | sweep::Turn::LeavesAtOnce) => {
                    peers -= 1;
                    let asn = holds[*hold].peer.asn;
                    match asns.get_mut(&asn) {
                        Some(count) if *count > 1 => *count -= 1,
                        _ => _ = asns.remove(&asn),
                    }
                }
                Turn::Assumed => assumed += 1,
                Turn::Proven => assumed = assumed.saturating_sub(1),
                Turn::Other => {}
            }
        }
        let peak = peak.max((peers, asns.len()));
        let total = timeline.denominator.at(subject.prefix, time).max(peak.0);
        let weight = weights.at(subject, time);
        let step = Step { time, peers, weight, assumed, asns: asns.len(), total, peak };
        let same = |last: &Step| Step { time, ..last.after() } == step;
        if !steps.last().is_some_and(same) {
            steps.push(step);
        }
    }
    steps
}

/// What happens at an instant, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// A hold is proven again.
    Proven,
    /// A hold comes or goes.
    Move(sweep::Turn),
    /// A hold is only assumed from now on.
    Assumed,
    /// The number of able peers changes, or what counts of those that hold it.
    Other,
}

/// The steps inside the window, with what stands at its start; none for a subject that nobody holds.
fn at_changes(subject: Subject, steps: &[Step], window: Span) -> impl Iterator<Item = Point> {
    let first = steps.partition_point(|s| s.time <= window.from);
    let standing = first.checked_sub(1).map(|at| Step { time: window.from, ..steps[at].after() });
    // Until somebody holds it, and after everybody let go, the denominator alone is no news.
    let mut was_held = false;
    standing.into_iter().chain(steps[first..].iter().copied()).filter_map(move |step| {
        let is_told = step.peak.0 > 0 || was_held;
        if is_told {
            was_held = step.peak.0 > 0;
        }
        is_told.then(|| Point {
            time: step.time,
            subject,
            peers: step.peers as f64,
            weight: step.weight as f64 / WHOLE as f64,
            peers_max: step.peak.0,
            assumed: step.assumed as f64,
            peer_asns: step.asns,
            total: step.total as f64,
        })
    })
}

fn empty(subject: Subject) -> Point {
    Point { time: Time::MIN, subject, peers: 0.0, peers_max: 0, assumed: 0.0, peer_asns: 0, total: 0.0, weight: 0.0 }
}

fn mean<'a>(mut point: Point, within: impl Iterator<Item = (&'a Step, Span)>, bin: Span) -> Point {
    let length = bin.until.micros_since(bin.from) as f64;
    for (step, span) in within {
        let share = span.until.min(bin.until).micros_since(span.from.max(bin.from)) as f64 / length;
        point.peers += step.peers as f64 * share;
        point.assumed += step.assumed as f64 * share;
        point.total += step.total as f64 * share;
        point.weight += step.weight as f64 / WHOLE as f64 * share;
        let peak = if span.from < bin.from { step.after().peak } else { step.peak };
        if peak.0 > point.peers_max {
            (point.peers_max, point.peer_asns) = peak;
        }
    }
    point
}

#[cfg(test)]
#[path = "visibility_tests.rs"]
mod tests;
