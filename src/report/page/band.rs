//! One row as a band: its share of peers over time, thinned to the columns of the drawing, and where it is solid.

use std::collections::BTreeMap;

use super::markup::{n, push};
use super::scale::Scale;
use crate::model::Time;
use crate::replay::{Basis, End};
use crate::timeline::{Hold, Row, Timeline};

/// The least width of a band: a short episode must not vanish.
const LEAST: f64 = 1.5;

/// A band, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Where it is solid.
    pub x: (f64, f64),
    /// The share from each column on, until the next.
    pub steps: Vec<(usize, f64)>,
    /// Where a start that is not known exactly may lie: left of `x.0`.
    pub before: Option<f64>,
    /// Where an end that is not known exactly may lie: right of `x.1`.
    pub after: Option<f64>,
    /// It leaves sight, or enters it, where nothing in the network is known to have changed.
    pub open: (Edge, Edge),
}

/// An end of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// A change, or the edge of the drawing.
    Known,
    /// Nothing shows when it really began or ended.
    Open,
}

/// The last instant at which the row certainly stood.
fn solid_until(end: &End) -> Time {
    end.after.unwrap_or(end.last_seen).max(end.last_seen)
}

impl Band {
    /// `None`: outside the drawing.
    pub fn new(row: &Row, timeline: &Timeline, scale: &Scale) -> Option<Band> {
        let (by, until) = (row.start.by, solid_until(&row.end));
        let possible = (row.start.after.unwrap_or(by), row.end.before.unwrap_or(until).max(until));
        if !scale.shows(possible.0, possible.1) {
            return None;
        }
        let (left, right) = (scale.x(by), scale.x(until).max(scale.x(by) + LEAST));
        let wide = |from: f64, until: f64| until - from >= 1.0;
        let before = row.start.after.map(|t| scale.x(t)).filter(|x| wide(*x, left));
        let ends = row.end.before.filter(|_| row.end.basis.is_change());
        let after = ends.map(|t| scale.x(t)).filter(|x| wide(right, *x));
        let edge = |known: bool, x: f64| if known || x < 1.0 || x > scale.width - 1.0 { Edge::Known } else { Edge::Open };
        let began = row.start.basis.is_change() && row.start.after.is_some();
        let ended = row.end.basis == Basis::DataEnd || row.end.basis.is_change() && row.end.before.is_some();
        let open = (edge(began, left), edge(ended, right));
        Some(Band { x: (left, right), steps: steps(row, timeline, scale, by, until), before, after, open })
    }

    /// The outline over a base line, `height` being the whole.
    pub fn outline(&self, base: f64, height: f64) -> String {
        let (left, right) = self.x;
        let mut d = format!("M{} {}", n(left), n(base));
        for (at, (column, share)) in self.steps.iter().enumerate() {
            if at > 0 {
                push!(&mut d, "H{}", n(Scale::column_x(*column).clamp(left, right)));
            }
            push!(&mut d, "V{}", n(base - height * share));
        }
        push!(&mut d, "H{}V{}Z", n(right), n(base));
        d
    }

    /// The share at the first and the last column.
    pub fn ends(&self) -> (f64, f64) {
        let share = |step: Option<&(usize, f64)>| step.map_or(0.0, |(_, s)| *s);
        (share(self.steps.first()), share(self.steps.last()))
    }
}

/// The most peers' share in each column, equal neighbours joined.
fn steps(row: &Row, timeline: &Timeline, scale: &Scale, by: Time, until: Time) -> Vec<(usize, f64)> {
    let denominator = &timeline.denominator;
    let (from, until) = (by.max(scale.span.from), until.min(scale.span.until));
    let mut moves: BTreeMap<Time, i64> = BTreeMap::from([(from, 0)]);
    for believed in timeline.members(row).map(Hold::believed) {
        let (start, end) = (believed.from.max(from), believed.until.min(until));
        if start < end {
            *moves.entry(start).or_default() += 1;
            *moves.entry(end).or_default() -= 1;
        }
    }
    for time in denominator.changes(row.subject.prefix).filter(|t| *t > from && *t < until) {
        moves.entry(time).or_default();
    }
    let (first, last) = (scale.column(from), scale.column(until));
    let mut columns = vec![0.0_f64; last + 1 - first];
    let mut held = 0;
    let times: Vec<Time> = moves.keys().copied().chain([until]).collect();
    for ((time, by), next) in moves.iter().zip(times.iter().skip(1)) {
        held += by;
        let total = denominator.at(row.subject.prefix, *time).max(usize::try_from(held).unwrap_or(0));
        if total == 0 {
            continue;
        }
        let share = held as f64 / total as f64;
        for column in scale.column(*time)..=scale.column(*next) {
            // What only begins to stand at a column's edge does not fill it.
            if column == scale.column(*time) || Scale::column_x(column) < scale.x(*next) {
                let at = column - first;
                columns[at] = columns[at].max(share);
            }
        }
    }
    // An instant has no width: its peak stands for it.
    let peak = row.peak_peers as f64 / row.peers_total.max(1) as f64;
    let mut steps: Vec<(usize, f64)> = Vec::new();
    for (at, share) in columns.into_iter().enumerate() {
        let share = if share == 0.0 && at == 0 { peak.min(1.0) } else { share };
        let share = (share * 1000.0).round() / 1000.0;
        if steps.last().is_none_or(|(_, last)| (*last - share).abs() > 1e-9) {
            steps.push((first + at, share));
        }
    }
    steps
}
