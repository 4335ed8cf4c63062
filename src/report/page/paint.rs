//! Who has which colour: upstreams by how much they carried, so that the main ones have the colours that differ most.

use std::collections::{BTreeMap, BTreeSet};

use super::Page;
use super::markup::{push, text};
use crate::model::{Hop, Origin, Upstream};
use crate::report::context::Context;
use crate::timeline::{ChangeKind, Subject, Timeline};

/// Colours with a name of their own; all further upstreams share one more.
pub const OWN: usize = 7;

/// A series: an upstream, with the origin where there are several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    /// `None`: all rows have the same.
    pub origin: Option<Origin>,
    /// Through whom.
    pub upstream: Upstream,
}

/// The series, those that carried most first.
#[derive(Debug)]
pub struct Palette {
    all: Vec<Series>,
    several_origins: bool,
}

impl Palette {
    /// From the rows that are drawn.
    pub fn new(timeline: &Timeline) -> Palette {
        let rows = &timeline.rows;
        let origins: BTreeSet<Origin> = rows.iter().map(|r| r.subject.origin).collect();
        let mut palette = Palette { all: Vec::new(), several_origins: origins.len() > 1 };
        let mut weights: BTreeMap<Series, i128> = BTreeMap::new();
        for row in rows {
            let held = timeline.members(row).map(|h| i128::from(h.end.last_seen.micros_since(h.start.first_seen)) + 1);
            *weights.entry(palette.series(&row.subject)).or_default() += held.sum::<i128>();
        }
        let mut all: Vec<(Series, i128)> = weights.into_iter().collect();
        all.sort_by_key(|(series, weight)| (-*weight, *series));
        palette.all = all.into_iter().map(|(series, _)| series).collect();
        palette
    }

    /// Which series a row belongs to.
    pub fn series(&self, subject: &Subject) -> Series {
        Series { origin: self.several_origins.then_some(subject.origin), upstream: subject.upstream }
    }

    /// The series by weight.
    pub fn all(&self) -> &[Series] {
        &self.all
    }

    /// A series' colour: 0 to [`OWN`], the last being that of all others.
    pub fn colour(&self, series: Series) -> usize {
        self.all.iter().position(|s| *s == series).unwrap_or(OWN).min(OWN)
    }

    /// `AS20485 TransTeleCom`, raw.
    pub fn label(series: Series, context: &Context) -> String {
        let upstream = match series.upstream.hop {
            Hop::As(_) | Hop::Beyond => context.upstream_in_words(series.upstream),
            Hop::Direct | Hop::Ambiguous => series.upstream.to_string(),
        };
        match series.origin {
            Some(Origin::As(origin)) => format!("{upstream} of AS{origin}"),
            Some(Origin::Ambiguous) => format!("{upstream} of ambiguous origin"),
            None => upstream,
        }
    }

    /// What the colours mean, as HTML.
    pub fn legend(&self, page: &Page) -> String {
        let context = page.context;
        let mut out = String::from("<ul class=\"legend d\">");
        for series in self.all.iter().take(OWN) {
            let colour = self.colour(*series);
            push!(&mut out, "<li>{}{}</li>", swatch(&format!("s{colour}"), colour), text(&Palette::label(*series, context)));
        }
        if self.all.len() > OWN {
            push!(&mut out, "<li>{}{} more</li>", swatch(&format!("s{OWN}"), OWN), self.all.len() - OWN);
        }
        let has_others = page.timeline.changes.iter().any(|c| c.kind == ChangeKind::OriginConflictStart);
        let other = has_others.then_some(("other", "another origin announces it too"));
        let marks = [("outage", "outage: no route"), ("hatch", "no data"), ("unsure", "time not known exactly")];
        for (class, meaning) in marks.into_iter().chain(other) {
            push!(&mut out, "<li><i class=\"sw {class}\"></i>{meaning}</li>");
        }
        out.push_str("</ul>");
        out
    }
}

fn swatch(class: &str, colour: usize) -> String {
    let stroke = strokes(colour);
    format!(
        "<svg class=\"sw\" width=\"16\" height=\"12\" aria-hidden=\"true\"><rect class=\"{class}\" width=\"16\" height=\"12\"/><path class=\"t\" d=\"{stroke}\"/><path class=\"t\" transform=\"translate(8)\" d=\"{stroke}\"/></svg>"
    )
}

/// The strokes of a colour's texture, over 8 by 8 units: what tells series apart without their colour.
const fn strokes(colour: usize) -> &'static str {
    match colour {
        1 => "M0 4h8",
        2 => "M2 0v8M6 0v8",
        3 => "M1 2h2M5 6h2",
        4 => "M0 8L8 0",
        5 => "M0 2h8M0 6h8",
        6 => "M0 4h8M4 0v8",
        _ => "",
    }
}

fn texture(colour: usize, id: &str) -> String {
    format!(
        "<pattern id=\"{id}t{colour}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><path class=\"t\" d=\"{}\"/></pattern>",
        strokes(colour)
    )
}

/// What a drawing's shapes refer to; `id` begins all its ids, for a page holds several drawings.
pub fn definitions(id: &str) -> String {
    let mut out = String::from("<defs>");
    push!(
        &mut out,
        "<pattern id=\"{id}h\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><path class=\"hl\" d=\"M-1 1L1 -1M0 6L6 0M5 7L7 5\"/></pattern>"
    );
    for colour in 1..OWN {
        out.push_str(&texture(colour, id));
    }
    for colour in 0..=OWN {
        for (way, from, to) in [("i", 0, 1), ("o", 1, 0)] {
            push!(
                &mut out,
                "<linearGradient id=\"{id}{way}{colour}\"><stop class=\"c{colour}\" offset=\"0\" stop-opacity=\"{from}\"/><stop class=\"c{colour}\" offset=\"1\" stop-opacity=\"{to}\"/></linearGradient>"
            );
        }
    }
    out.push_str("</defs>");
    out
}
