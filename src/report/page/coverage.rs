//! What the collectors cover: a strip each, with gaps hatched and RIB dumps marked.

use super::Page;
use super::lanes::hatch;
use super::markup::{fitted, n, push, text};
use super::scale::Scale;
use super::share::Drawing;
use crate::report::text::{exact, plural};

const STRIP: f64 = 10.0;

/// The strips, under one another.
pub fn draw(page: &Page, scale: &Scale, gutter: f64, id: &str) -> Drawing {
    let (mut body, mut y) = (String::new(), 0.0);
    for (source, covered) in page.context.collectors.iter().zip(page.coverage) {
        let Some(coverage) = &covered.coverage else { continue };
        let rib = if source.sampled { ", RIB dumps only" } else { "" };
        let label = format!("{}{rib}", source.name);
        let above = gutter == 0.0;
        let strip = if above { y + 14.0 } else { y };
        let room = if above { scale.width } else { gutter - 8.0 };
        push!(&mut body, "<text class=\"small\" x=\"0\" y=\"{}\">{}</text>", n(y + 10.0), text(&fitted(&label, 11.0, room)));
        let gaps = plural(if source.sampled { 0 } else { coverage.gaps.len() }, "gap");
        push!(
            &mut body,
            "<g transform=\"translate({} 0)\"><title>{}: data from {} to {} UTC, {gaps}, {}</title>",
            n(gutter),
            text(&label),
            exact(coverage.start),
            exact(coverage.end),
            plural(covered.dumps.len(), "RIB dump")
        );
        let (from, until) = (scale.x(coverage.start), scale.x(coverage.end));
        push!(&mut body, "<rect class=\"plot\" y=\"{}\" width=\"{}\" height=\"{STRIP}\"/>", n(strip), n(scale.width));
        push!(
            &mut body,
            "<rect class=\"covered\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{STRIP}\"/>",
            n(from),
            n(strip),
            n((until - from).max(1.5))
        );
        let mut last = None;
        for gap in &coverage.gaps {
            // Gaps in one column are one.
            let columns = (scale.column(gap.from), scale.column(gap.until));
            if scale.shows(gap.from, gap.until) && last != Some(columns) {
                let (from, until) = (scale.x(gap.from), scale.x(gap.until).max(scale.x(gap.from) + 1.5));
                push!(
                    &mut body,
                    "<rect class=\"gone\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{STRIP}\"/>",
                    n(from),
                    n(strip),
                    n(until - from)
                );
                hatch(&mut body, scale, *gap, (strip, STRIP), id);
            }
            last = Some(columns);
        }
        let mut last = None;
        for dump in &covered.dumps {
            let column = scale.column(*dump);
            if scale.shows(*dump, *dump) && last != Some(column) {
                push!(&mut body, "<path class=\"dump\" d=\"M{} {}v{STRIP}\"/>", n(scale.x(*dump)), n(strip));
            }
            last = Some(column);
        }
        body.push_str("</g>");
        y = strip + STRIP + 6.0;
    }
    Drawing { height: y, body }
}
