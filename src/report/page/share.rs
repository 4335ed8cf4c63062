//! The stacked chart of the target: of the peers that could see it, the share that each upstream carries.

use std::collections::BTreeSet;

use super::markup::{drawn_width, fitted, n, push, text};
use super::paint::{OWN, Palette, Series};
use super::scale::Scale;
use super::{Page, lanes};
use crate::model::{Span, Time};
use crate::report::text::second;
use crate::report::words::{Story, Told, of_target};
use crate::timeline::{ChangeKind, Subject, Timeline, WHOLE, Weights};

/// A drawing: its height, and what it holds.
pub struct Drawing {
    /// Units.
    pub height: f64,
    /// SVG elements.
    pub body: String,
}

const CHART: f64 = 170.0;
const LABEL: f64 = 16.0;

/// The share of every colour in every column: the mean over the column, so that a column's shares never exceed the whole. It is that of
/// `visibility --by target`: each peer counts once.
fn shares(timeline: &Timeline, palette: &Palette, scale: &Scale) -> Vec<[f64; OWN + 1]> {
    let holds = timeline.with_stuck();
    let weights = Weights::of_target(&holds);
    let subjects: BTreeSet<Subject> = holds.keys().map(|subject| Subject { prefix: None, ..*subject }).collect();
    let inside = |t: &Time| *t > scale.span.from && *t < scale.span.until;
    // Every change of a subject's share, as its colour's gain or loss; what was before the drawing, at its very beginning.
    let mut moves: Vec<(Time, usize, i64)> = Vec::new();
    for subject in &subjects {
        let colour = palette.colour(palette.series(subject));
        let mut before = 0;
        for (time, now) in weights.steps(subject) {
            let now = i64::try_from(now).unwrap_or(i64::MAX);
            moves.push((time.max(scale.span.from), colour, now - before));
            before = now;
        }
    }
    moves.sort_unstable();
    let mut times: BTreeSet<Time> = moves.iter().map(|(time, ..)| *time).filter(inside).collect();
    times.extend(timeline.denominator.changes(None).filter(inside));
    times.insert(scale.span.from);
    let (mut sums, mut weight) = (vec![[0.0; OWN + 1]; scale.columns], vec![0.0; scale.columns]);
    let next: Vec<Time> = times.iter().copied().skip(1).chain([scale.span.until]).collect();
    let mut held_now = [0_i64; OWN + 1];
    let mut moves = moves.into_iter().peekable();
    for (time, until) in times.iter().zip(next) {
        while let Some((_, colour, gain)) = moves.next_if(|(at, ..)| at <= time) {
            held_now[colour] += gain;
        }
        let held = held_now.map(|held| held as f64 / WHOLE as f64);
        let total = (timeline.denominator.at(None, *time) as f64).max(held.iter().sum());
        // What a single table shows has no width of its own.
        let (from, until) = (scale.x(*time) * 2.0, (scale.x(until) * 2.0).max(scale.x(*time) * 2.0 + 1e-6));
        for column in scale.column(*time)..scale.columns {
            let part = (until.min(column as f64 + 1.0) - from.max(column as f64)).max(0.0);
            if column as f64 >= until {
                break;
            }
            weight[column] += part;
            if total > 0.0 {
                for (sum, held) in sums[column].iter_mut().zip(held) {
                    *sum += part * held / total;
                }
            }
        }
    }
    let mean = |(sum, weight): (&[f64; OWN + 1], &f64)| sum.map(|s| if *weight > 0.0 { s / weight } else { 0.0 });
    sums.iter().zip(&weight).map(mean).collect()
}

/// The chart with its axis, the marks of appearances above it, outages and missing data.
pub fn draw(page: &Page, story: &Story, palette: &Palette, scale: &Scale, id: &str) -> Drawing {
    let mut body = String::new();
    let shares = shares(page.prefixes, palette, scale);
    let labels = labels(page, story, palette, scale);
    let top = labels.iter().map(|l| l.level + 1).max().unwrap_or(0) as f64 * LABEL + 8.0;
    let base = top + CHART;
    push!(&mut body, "<rect class=\"plot\" y=\"{}\" width=\"{}\" height=\"{CHART}\"/>", n(top), n(scale.width));
    let mut below = vec![0.0; shares.len()];
    for colour in 0..=OWN {
        if shares.iter().all(|s| s[colour] == 0.0) {
            continue;
        }
        let above: Vec<f64> = below.iter().zip(&shares).map(|(b, s)| b + s[colour]).collect();
        let d = area(&below, &above, base, scale);
        push!(&mut body, "<path class=\"s{colour}\" d=\"{d}\"/>");
        if (1..OWN).contains(&colour) {
            push!(&mut body, "<path fill=\"url(#{id}t{colour})\" d=\"{d}\"/>");
        }
        below = above;
    }
    for (part, percent, text) in [(0.0, "0", -3.0), (0.5, "50", -3.0), (1.0, "100 %", 11.0)] {
        let y = base - part * CHART;
        push!(&mut body, "<path class=\"grid\" d=\"M0 {}H{}\"/>", n(y), n(scale.width));
        push!(&mut body, "<text class=\"small halo\" x=\"3\" y=\"{}\">{percent}</text>", n(y + text));
    }
    names(&mut body, page, palette, &shares, base, scale);
    for gap in lanes::unobserved(page, scale) {
        lanes::hatch(&mut body, scale, gap, (top, CHART), id);
    }
    for (from, until) in lanes::outages(of_target(&page.timeline.changes)) {
        lanes::outage(&mut body, scale, (from, until), (top, CHART), lanes::Mark::Above);
    }
    marks(&mut body, &labels, top, base);
    push!(&mut body, "<g transform=\"translate(0 {})\">{}</g>", n(base), axis(scale));
    Drawing { height: base + AXIS, body }
}

/// The room of an axis.
pub const AXIS: f64 = 34.0;

/// Ticks, and dates where ticks are clock times.
pub fn axis(scale: &Scale) -> String {
    let mut out = format!("<path class=\"line\" d=\"M0 0H{}\"/>", n(scale.width));
    let apart = 72.0;
    let mut free = f64::MIN;
    for tick in scale.ticks(apart) {
        let (x, half) = (scale.x(tick.time), drawn_width(&tick.label, 11.0) / 2.0);
        push!(&mut out, "<path class=\"line\" d=\"M{} 0v4\"/>", n(x));
        // At the edges labels move inwards; one that then has no room is left out.
        let middle = x.clamp(half, (scale.width - half).max(half));
        if middle - half >= free {
            push!(&mut out, "<text class=\"small\" text-anchor=\"middle\" x=\"{}\" y=\"15\">{}</text>", n(middle), tick.label);
            free = middle + half + 4.0;
        }
    }
    for date in scale.dates(apart) {
        push!(&mut out, "<text class=\"small strong\" x=\"{}\" y=\"29\">{}</text>", n(scale.x(date.time)), date.label);
    }
    out
}

fn area(below: &[f64], above: &[f64], base: f64, scale: &Scale) -> String {
    let y = |share: f64| n(base - share.min(1.0) * CHART);
    let x = |column: usize| n(Scale::column_x(column).min(scale.width));
    let mut d = format!("M0 {}", y(above[0]));
    let mut last = y(above[0]);
    for (column, share) in above.iter().enumerate().skip(1) {
        let now = y(*share);
        if now != last {
            push!(&mut d, "H{}V{now}", x(column));
            last = now;
        }
    }
    let mut last = y(below[below.len() - 1]);
    push!(&mut d, "H{}V{last}", n(scale.width));
    for column in (1..below.len()).rev() {
        let now = y(below[column - 1]);
        if now != last {
            push!(&mut d, "H{}V{now}", x(column));
            last = now;
        }
    }
    d.push_str("H0Z");
    d
}

/// Each colour's name where its area is widest, if it fits.
fn names(body: &mut String, page: &Page, palette: &Palette, shares: &[[f64; OWN + 1]], base: f64, scale: &Scale) {
    for series in palette.all().iter().take(OWN) {
        let (colour, label) = (palette.colour(*series), Palette::label(*series, page.context));
        let (mut best, mut run) = ((0, 0), (0, 0));
        for (column, share) in shares.iter().enumerate() {
            run = if share[colour] * CHART >= 18.0 { (if run.1 == column { run.0 } else { column }, column + 1) } else { run };
            if run.1 - run.0 > best.1 - best.0 {
                best = run;
            }
        }
        let (from, until) = (Scale::column_x(best.0), Scale::column_x(best.1).min(scale.width));
        if until - from < drawn_width(&label, 12.0) + 16.0 {
            continue;
        }
        let at = usize::midpoint(best.0, best.1);
        let below: f64 = shares[at][..colour].iter().sum();
        let y = base - (below + shares[at][colour] / 2.0) * CHART + 4.0;
        let x = f64::midpoint(from, until);
        push!(body, "<text class=\"halo strong\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{}</text>", n(x), n(y), text(&label));
    }
}

/// A mark above the chart: an upstream's first appearance.
struct Label {
    x: (f64, f64),
    text_x: f64,
    level: usize,
    text: String,
    colour: usize,
}

/// A time after another, without its date where that is the same.
fn short(first: Time, then: Time) -> String {
    let (first, then) = (second(first), second(then));
    match (first.split_once(' '), then.split_once(' ')) {
        (Some((date, _)), Some((same, clock))) if date == same => clock.to_owned(),
        _ => then,
    }
}

const MOST_LABELS: usize = 10;

fn labels(page: &Page, story: &Story, palette: &Palette, scale: &Scale) -> Vec<Label> {
    let within = |t: &&Told| scale.span.from <= t.first.start.by && t.first.start.by <= scale.span.until;
    let mut told: Vec<&Told> = story.gained().filter(within).collect();
    // Where there are too many, those that most peers saw, in order of time again.
    told.sort_by_key(|t| std::cmp::Reverse(t.peak().0));
    told.truncate(MOST_LABELS);
    told.sort_by_key(|t| t.first.start.by);
    // From the right: what is further left goes above what its text would cover.
    told.reverse();
    let mut placed: Vec<Label> = Vec::new();
    for one in told {
        let series = palette.series(&one.first.subject);
        let start = &one.first.start;
        let when = match start.after {
            Some(after) if after != start.by => format!("{} to {}", second(after), short(after, start.by)),
            _ => second(start.by),
        };
        let whole = format!("{} {when}", Palette::label(series, page.context));
        let label = fitted(&if drawn_width(&whole, 12.0) > scale.width { when } else { whole }, 12.0, scale.width);
        let wide = drawn_width(&label, 12.0);
        let x = scale.x(start.by);
        let text_x = (x + 5.0).min(scale.width - wide).max(0.0);
        let crosses = |l: &&Label| text_x < l.text_x + drawn_width(&l.text, 12.0) + 8.0 && l.text_x < text_x + wide + 8.0;
        let level = placed.iter().filter(crosses).map(|l| l.level + 1).max().unwrap_or(0);
        let from = start.after.map_or(x, |after| scale.x(after));
        placed.push(Label { x: (from, x), text_x, level, text: label, colour: palette.colour(series) });
    }
    placed
}

fn marks(body: &mut String, labels: &[Label], top: f64, base: f64) {
    let y = |level: usize| top - 8.0 - level as f64 * LABEL;
    for label in labels {
        let (from, x) = label.x;
        if x - from >= 1.0 {
            push!(
                body,
                "<rect class=\"maybe\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{CHART}\"/>",
                n(from),
                n(top),
                n(x - from)
            );
        }
        push!(body, "<path class=\"mark\" d=\"M{0} {1}V{2}\"/>", n(x), n(y(label.level) - 6.0), n(base));
    }
    for label in labels {
        let (x, y) = (label.x.1, y(label.level));
        push!(body, "<circle class=\"s{} ring\" cx=\"{}\" cy=\"{}\" r=\"4\"/>", label.colour, n(x), n(top));
        push!(body, "<text class=\"halo strong\" x=\"{}\" y=\"{}\">{}</text>", n(label.text_x), n(y), text(&label.text));
    }
}

/// A sentence for those who cannot see the chart.
pub fn description(page: &Page, palette: &Palette) -> String {
    let names: Vec<String> = palette.all().iter().take(OWN).map(|s: &Series| Palette::label(*s, page.context)).collect();
    let outages = page.timeline.changes.iter().filter(|c| c.kind == ChangeKind::OutageStart && c.prefix.is_none()).count();
    format!(
        "Stacked chart of the share of peers that reach the target through each upstream over time: {}. {outages} outages of the whole \
         target. The tables below hold the same facts.",
        names.join(", ")
    )
}

/// The span that is drawn; `None` without data.
pub fn span(page: &Page) -> Option<Span> {
    page.context.window
}
