//! The lanes: for each prefix one band an upstream, its height the share of peers.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::Page;
use super::band::{Band, Edge};
use super::markup::{drawn_width, fitted, n, push, text};
use super::paint::{Palette, Series};
use super::scale::Scale;
use super::share::{AXIS, Drawing, axis};
use super::shown::Shown;
use crate::model::{Coverage, Origin, Span, Time, spans};
use crate::replay::Basis;
use crate::report::text::{duration, exact, second};
use crate::report::words::{conflicts_among, pairs};
use crate::timeline::{Change, Row};

/// How large lanes are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// The room left of the bands for their names; 0: names stand above.
    pub gutter: f64,
    /// A band that all peers share.
    pub band: f64,
    /// Whether bands bear names and times.
    pub names: Names,
}

/// Whether there is room for names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Each band bears its upstream's name.
    Written,
    /// The colours tell.
    Colours,
}

/// A prefix and its rows.
pub struct Lane<'a> {
    /// `None`: the target.
    pub prefix: Option<IpNet>,
    /// In order of first proof.
    pub rows: Vec<&'a Row>,
    /// In order of time.
    changes: Vec<&'a Change>,
}

/// The rows by prefix.
pub fn lanes<'a>(shown: &Shown<'a>) -> Vec<Lane<'a>> {
    let mut changes: BTreeMap<Option<IpNet>, Vec<&Change>> = BTreeMap::new();
    for change in shown.changes.iter().copied() {
        changes.entry(change.prefix).or_default().push(change);
    }
    let mut all: Vec<Lane> = Vec::new();
    for row in shown.rows.iter().copied() {
        match all.last_mut() {
            Some(lane) if lane.prefix == row.subject.prefix => lane.rows.push(row),
            _ => {
                let prefix = row.subject.prefix;
                all.push(Lane { prefix, rows: vec![row], changes: changes.remove(&prefix).unwrap_or_default() });
            }
        }
    }
    all
}

/// Lanes under one axis. `scale` is that of the bands, without the gutter.
pub fn draw(page: &Page, lanes: &[Lane], palette: &Palette, scale: &Scale, size: Size, id: &str) -> Drawing {
    let (mut body, mut y) = (String::new(), 0.0);
    push!(&mut body, "<g transform=\"translate({} 0)\">{}</g>", n(size.gutter), axis(scale));
    y += AXIS + 2.0;
    for lane in lanes {
        y = one(&mut body, y, page, lane, palette, scale, size, id);
    }
    Drawing { height: y, body }
}

#[expect(clippy::too_many_arguments, reason = "a drawing's surroundings, each used")]
fn one(body: &mut String, top: f64, page: &Page, lane: &Lane, palette: &Palette, scale: &Scale, size: Size, id: &str) -> f64 {
    let mut series: Vec<Series> = Vec::new();
    for row in &lane.rows {
        let own = palette.series(&row.subject);
        if !series.contains(&own) {
            series.push(own);
        }
    }
    let title = super::table::prefix(lane.prefix);
    let named = size.names == Names::Written;
    let above = named && size.gutter == 0.0;
    let mut y = top;
    if named {
        push!(body, "<text class=\"strong\" x=\"0\" y=\"{}\">{}</text>", n(y + 13.0), text(&title));
        y += 19.0;
    } else if size.gutter > 0.0 {
        let mid = y + (size.band + 2.0) * series.len() as f64 / 2.0 + 4.0;
        push!(body, "<text class=\"small\" x=\"0\" y=\"{}\">{}</text>", n(mid), text(&fitted(&title, 11.0, size.gutter - 6.0)));
    } else {
        push!(body, "<text class=\"small\" x=\"0\" y=\"{}\">{}</text>", n(y + 10.0), text(&title));
        y += 13.0;
    }
    let bands_top = y;
    let step = size.band + if named { 6.0 } else { 2.0 } + if above { 13.0 } else { 0.0 };
    push!(body, "<g transform=\"translate({} 0)\">", n(size.gutter));
    for (at, own) in series.iter().enumerate() {
        let band_top = y + step * at as f64 + if above { 13.0 } else { 0.0 };
        let label = Palette::label(*own, page.context);
        push!(body, "<rect class=\"plot\" y=\"{}\" width=\"{}\" height=\"{}\"/>", n(band_top), n(scale.width), n(size.band));
        if named && above {
            push!(
                body,
                "<text class=\"small\" x=\"0\" y=\"{}\">{}</text>",
                n(band_top - 3.0),
                text(&fitted(&label, 11.0, scale.width))
            );
        } else if named {
            let shown = fitted(&label, 11.0, size.gutter - 8.0);
            push!(
                body,
                "<text class=\"small\" x=\"{}\" y=\"{}\">{}</text>",
                n(-size.gutter),
                n(band_top + size.band - 7.0),
                text(&shown)
            );
        }
        for gap in unobserved(page, scale) {
            hatch(body, scale, gap, (band_top, size.band), id);
        }
        let rows: Vec<&Row> = lane.rows.iter().copied().filter(|r| palette.series(&r.subject) == *own).collect();
        for row in &rows {
            band(body, page, row, (&title, &label), palette.colour(*own), scale, (band_top, size.band), id);
        }
        for span in outages(lane.changes.iter().copied()) {
            let mark = if at == 0 && !above { Mark::Above } else { Mark::Bar };
            outage(body, scale, span, (band_top, size.band), mark);
        }
        if at == 0 {
            conflicts(body, page, lane, scale, band_top);
        }
        if named {
            times(body, &rows, scale, band_top + size.band - 7.0);
        }
    }
    body.push_str("</g>");
    bands_top + step * series.len() as f64 + if named { 10.0 } else { 3.0 }
}

/// A row: focusable, with all that is known of it in words.
#[expect(clippy::too_many_arguments, reason = "a drawing's surroundings, each used")]
fn band(
    body: &mut String,
    page: &Page,
    row: &Row,
    names: (&str, &str),
    colour: usize,
    scale: &Scale,
    (top, height): (f64, f64),
    id: &str,
) {
    let Some(band) = Band::new(row, page.timeline, scale) else { return };
    let told = super::table::in_words(row, page.timeline, names, page.context);
    let base = top + height;
    push!(body, "<g class=\"b\" tabindex=\"0\" role=\"img\" aria-label=\"{told}\"><title>{told}</title>");
    let (left, right) = band.x;
    // A target large enough to point at.
    let (from, until) = (band.before.unwrap_or(left), band.after.unwrap_or(right));
    let wide = (until - from).max(5.0);
    push!(body, "<rect class=\"hit\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", n(from), n(top), n(wide), n(height));
    let d = band.outline(base, height);
    push!(body, "<path class=\"s{colour}\" d=\"{d}\"/>");
    let (first, last) = band.ends();
    for (way, from, until, share) in [("i", band.before, Some(left), first), ("o", Some(right), band.after, last)] {
        if let (Some(from), Some(until)) = (from, until) {
            let (high, x, wide) = ((height * share).max(2.0), n(from), n(until - from));
            push!(body, "<rect class=\"maybe\" x=\"{x}\" y=\"{}\" width=\"{wide}\" height=\"{}\"/>", n(base - high), n(high));
            push!(
                body,
                "<rect fill=\"url(#{id}{way}{colour})\" x=\"{x}\" y=\"{}\" width=\"{wide}\" height=\"{}\"/>",
                n(base - high),
                n(high)
            );
        }
    }
    for (edge, x) in [(band.open.0, left), (band.open.1, right)] {
        if edge == Edge::Open {
            push!(body, "<path class=\"openedge\" d=\"M{} {}V{}\"/>", n(x), n(base), n(top));
        }
    }
    for gap in own_gaps(page, row, scale) {
        hatch(body, scale, gap, (top, height), id);
    }
    body.push_str("</g>");
}

/// Where a drawing spans no more microseconds, times stand without their date.
const FEW_DAYS: i64 = 3 * 86_400 * 1_000_000;

/// The first start and the last end beside their bands, where there is room.
fn times(body: &mut String, rows: &[&Row], scale: &Scale, y: f64) {
    let (Some(first), Some(last)) = (rows.first(), rows.iter().max_by_key(|r| (r.end.last_seen, r.end.basis == Basis::DataEnd)))
    else {
        return;
    };
    // The axis tells the date.
    let short = scale.span.until.micros_since(scale.span.from) <= FEW_DAYS;
    let second = |time: Time| if short { second(time)[11..].to_owned() } else { second(time) };
    let start = &first.start;
    if start.basis.is_change() && scale.shows(start.by, start.by) {
        let by = if start.after == Some(start.by) { "" } else { "by " };
        let label = format!("{by}{} \u{25b8}", second(start.by));
        let x = scale.x(start.after.unwrap_or(start.by)) - 4.0;
        if x > drawn_width(&label, 11.0) {
            push!(body, "<text class=\"small halo\" text-anchor=\"end\" x=\"{}\" y=\"{}\">{label}</text>", n(x), n(y));
        }
    }
    let end = &last.end;
    if let Some(before) = end.before.filter(|_| end.basis.is_change() && scale.shows(end.last_seen, end.last_seen)) {
        let after = if end.after == Some(before) { "" } else { "after " };
        let label = format!("\u{25c2} {after}{}", second(end.last_seen));
        let x = scale.x(before) + 4.0;
        if x + drawn_width(&label, 11.0) < scale.width {
            push!(body, "<text class=\"small halo\" x=\"{}\" y=\"{}\">{label}</text>", n(x), n(y));
        }
    }
}

/// Outages of a prefix or of the target, from its changes; one without an end lasts to the end of the drawing.
pub fn outages<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<(Time, Time)> {
    let found = pairs(changes);
    found.into_iter().map(|(from, until)| (from.time, until.map_or(Time::MAX, |u| u.time))).collect()
}

/// How an outage is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A bar with a mark above.
    Above,
    /// The bar alone.
    Bar,
}

/// An outage: a bar that makes even a second's outage visible.
pub fn outage(body: &mut String, scale: &Scale, (from, until): (Time, Time), (top, height): (f64, f64), mark: Mark) {
    if !scale.shows(from, until) {
        return;
    }
    let (left, right) = (scale.x(from), scale.x(until));
    let wide = (right - left).max(2.0);
    let ends = if until == Time::MAX { "the data end".to_owned() } else { exact(until) };
    let length = if until == Time::MAX { String::new() } else { format!(" ({})", duration(until.micros_since(from))) };
    let above = match mark {
        Mark::Above => format!("<path class=\"outage\" d=\"M{} {}h8l-4 6z\"/>", n(left + wide / 2.0 - 4.0), n(top - 5.0)),
        Mark::Bar => String::new(),
    };
    push!(
        body,
        "<g><title>Outage: no route, from {} to {ends} UTC{length}</title><rect class=\"outage\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>{above}</g>",
        exact(from),
        n(left),
        n(top),
        n(wide),
        n(height)
    );
}

/// Other origins of the prefix: a broken line along the top of the lane.
fn conflicts(body: &mut String, page: &Page, lane: &Lane, scale: &Scale, top: f64) {
    for (start, end) in conflicts_among(lane.changes.iter().copied()) {
        let until = end.map_or(Time::MAX, |end| end.time);
        if !scale.shows(start.time, until) {
            continue;
        }
        let whose = match start.origin {
            Some(Origin::As(asn)) => format!("AS{asn}"),
            Some(Origin::Ambiguous) | None => "an ambiguous one".to_owned(),
        };
        let through = start.upstream.map_or_else(String::new, |u| page.context.upstream_label(u));
        let ends = end.map_or_else(|| page.context.what_ends().to_owned(), |end| exact(end.time));
        let told = format!("Another origin: {whose} first through {through}, from {} to {ends} UTC", exact(start.time));
        let (left, right) = (scale.x(start.time), scale.x(until));
        push!(
            body,
            "<g><title>{}</title><path class=\"other\" d=\"M{} {}h{}\"/></g>",
            text(&told),
            n(left),
            n(top + 1.5),
            n((right - left).max(2.0))
        );
    }
}

/// A stretch of which nothing is known.
pub fn hatch(body: &mut String, scale: &Scale, gap: Span, (top, height): (f64, f64), id: &str) {
    let (from, until) = (scale.x(gap.from), scale.x(gap.until));
    push!(
        body,
        "<rect fill=\"url(#{id}h)\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
        n(from),
        n(top),
        n((until - from).max(1.5)),
        n(height)
    );
}

/// Where no collector has data.
pub fn unobserved(page: &Page, scale: &Scale) -> Vec<Span> {
    let all = page.coverage.iter().filter_map(|c| c.coverage.as_ref());
    common(scale.span, all, scale)
}

/// Where no collector whose peers hold the row has data, within the row.
fn own_gaps(page: &Page, row: &Row, scale: &Scale) -> Vec<Span> {
    let within = Span { from: row.start.by, until: row.end.last_seen };
    let own = row.collectors.iter().filter_map(|id| page.coverage.get(usize::from(id.0))?.coverage.as_ref());
    common(within, own, scale)
}

/// Where a collector has no data: its gaps, and what lies outside them, within the drawing.
fn missing(coverage: &Coverage, scale: &Scale) -> Vec<Span> {
    let covered = spans::complement(&coverage.gaps, Span { from: coverage.start, until: coverage.end });
    spans::complement(&covered, scale.span)
}

/// The parts of `within` in which none of the collectors has data.
fn common<'a>(within: Span, collectors: impl Iterator<Item = &'a Coverage>, scale: &Scale) -> Vec<Span> {
    let within = spans::union(vec![within]);
    collectors.map(|coverage| missing(coverage, scale)).fold(within, |left, list| spans::intersection(&left, &list))
}
