//! The page put together: what happened, the drawings, the tables, how it was found, and how to find it again.

use sha2::{Digest, Sha256};

use super::lanes::{self, Lane, Names, Size};
use super::markup::{base64, n, push, text};
use super::paint::{Palette, definitions};
use super::plain::{night, plain};
use super::scale::Scale;
use super::share::{self, Drawing};
use super::shown::Shown;
use super::{Page, coverage, evidence_digest, glance, table};
use crate::report::remark;
use crate::report::text::{plural, wrap};
use crate::report::words::{self, Story};

const DRAWING_CSS: &str = include_str!("drawing.css");
const PAGE_CSS: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The widths at which everything is drawn: a page of paper or a screen, and a telephone.
const WIDE: u32 = 1100;
const NARROW: u32 = 352;
const GUTTER: u32 = 190;
/// More lanes than that are drawn small, and folded away in packets.
const FEW_LANES: usize = 12;
const PACKET: usize = 25;

/// A paper of drawings: its width, and the room for names at the left.
#[derive(Clone, Copy)]
struct Paper {
    width: u32,
    gutter: u32,
    id: &'static str,
}

const PAPERS: [Paper; 2] = [Paper { width: WIDE, gutter: GUTTER, id: "w" }, Paper { width: NARROW, gutter: 0, id: "n" }];

fn size(paper: Paper, lanes: usize) -> Size {
    match lanes {
        0..=FEW_LANES => Size { gutter: paper.gutter.into(), band: 26.0, names: Names::Written },
        _ => Size { gutter: paper.gutter.into(), band: 10.0, names: Names::Colours },
    }
}

/// The page.
pub fn html(page: &Page, story: &Story) -> String {
    let shown = Shown::of(page);
    let (palette, lanes) = (Palette::new(page.timeline), lanes::lanes(&shown));
    let title = titled(page);
    let mut out = String::new();
    head(&mut out, &title);
    if let Some(said) = page.context.simulated() {
        push!(&mut out, "<p class=\"simulated\" role=\"note\">{}</p>", text(said));
    }
    push!(
        &mut out,
        "<header><h1>{}</h1><p class=\"sub\">{}. {}</p></header>",
        text(&title),
        text(&page.context.window_text()),
        text(&page.context.files_line())
    );
    out.push_str("<main>");
    let said = words::paragraph(&page.timeline.rows, &page.timeline.changes, page.context);
    out.push_str(&glance::cards(story, &palette, page));
    push!(&mut out, "<p class=\"lead\" id=\"words\">{}</p>", text(&said.join(" ")));
    if share::span(page).is_some() && !page.timeline.rows.is_empty() {
        push!(&mut out, "{}", palette.legend(page));
        overview(&mut out, page, story, &palette);
        if let Some(left_out) = &shown.left_out {
            push!(&mut out, "<p class=\"left-out\">{}</p>", text(left_out));
        }
        all_lanes(&mut out, page, &lanes, &palette);
    }
    push!(&mut out, "<section><h2>Episodes</h2>{}</section>", table::episodes(page, &shown, &palette));
    push!(&mut out, "<section><h2>Changes</h2>{}</section>", table::changes(page, &shown, &palette));
    method(&mut out, page);
    origin_of_this(&mut out, page);
    push!(&mut out, "</main><div id=\"tip\" aria-hidden=\"true\" hidden></div><script>{SCRIPT}</script></body></html>\n");
    out
}

fn titled(page: &Page) -> String {
    let mark = if page.context.facts.simulated { "SIMULATED DATA: " } else { "" };
    format!("{mark}Upstream providers of {}", page.context.target)
}

fn head(out: &mut String, title: &str) {
    let hash = base64(&Sha256::digest(SCRIPT));
    push!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{hash}'\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><title>{}</title><style>{DRAWING_CSS}{PAGE_CSS}</style></head><body>",
        text(title)
    );
}

/// One SVG element of the page.
fn element(out: &mut String, paper: Paper, drawing: &Drawing, role: &str, label: &str, definitions: &str) {
    let class = if paper.gutter > 0 { "wide" } else { "narrow" };
    // Room around, for strokes and marks that stand over the edge.
    push!(
        out,
        "<svg class=\"d {class}\" viewBox=\"-8 -8 {} {}\" role=\"{role}\" aria-label=\"{}\">{definitions}{}</svg>",
        paper.width + 16,
        n(drawing.height + 12.0),
        text(label),
        drawing.body
    );
}

fn drawn_overview(page: &Page, story: &Story, palette: &Palette, paper: Paper) -> Drawing {
    let span = share::span(page).unwrap_or(crate::model::Span { from: crate::model::Time::MIN, until: crate::model::Time::MIN });
    let scale = Scale::new(span, paper.width - paper.gutter);
    let chart = share::draw(page, story, palette, &scale, paper.id);
    let strips = coverage::draw(page, &scale, paper.gutter.into(), paper.id);
    let body = format!(
        "<g transform=\"translate({} 0)\">{}</g><g transform=\"translate(0 {})\">{}</g>",
        paper.gutter,
        chart.body,
        n(chart.height + 8.0),
        strips.body
    );
    Drawing { height: chart.height + 8.0 + strips.height, body }
}

fn overview(out: &mut String, page: &Page, story: &Story, palette: &Palette) {
    out.push_str("<section><h2>All prefixes together</h2><figure>");
    let label = share::description(page, palette);
    for paper in PAPERS {
        let drawing = drawn_overview(page, story, palette, paper);
        element(out, paper, &drawing, "img", &label, &definitions(paper.id));
    }
    out.push_str(
        "<figcaption>Share of the peers able to see the target, by upstream: each peer counts once, in equal parts for the prefixes that it holds. Where nothing is drawn there is no route. Below: what each collector's data cover, \
         with its table dumps as strokes.</figcaption></figure></section>",
    );
}

fn all_lanes(out: &mut String, page: &Page, lanes: &[Lane], palette: &Palette) {
    let Some(span) = share::span(page) else { return };
    push!(out, "<section><h2>Prefix by prefix</h2><figure>");
    let few = lanes.len() <= FEW_LANES;
    for (at, packet) in lanes.chunks(if few { FEW_LANES } else { PACKET }).enumerate() {
        if !few {
            let (first, last) = (packet.first(), packet.last());
            let name = |lane: Option<&Lane>| lane.map_or_else(String::new, |l| table::prefix(l.prefix));
            let state = if at == 0 { " open" } else { "" };
            let summary = format!("{}: {} to {}", plural(packet.len(), "prefix"), name(first), name(last));
            push!(out, "<details{state}><summary>{}</summary>", text(&summary));
        }
        for paper in PAPERS {
            let scale = Scale::new(span, paper.width - paper.gutter);
            let id = format!("{}{at}", paper.id);
            let drawing = lanes::draw(page, packet, palette, &scale, size(paper, lanes.len()), &id);
            let label = format!("{}: a band for each episode; the arrow keys move between them", plural(packet.len(), "prefix"));
            element(out, paper, &drawing, "group", &label, &definitions(&id));
        }
        if !few {
            out.push_str("</details>");
        }
    }
    out.push_str(
        "<figcaption>A band for each upstream of a prefix; its height is how many peers hold it, of those able to see the prefix then. Point at a band, or move to it with the Tab and arrow \
         keys, for its peers, path and records.</figcaption></figure></section>",
    );
}

fn method(out: &mut String, page: &Page) {
    out.push_str("<section><h2>How this was found, and what it cannot show</h2><ul>");
    let fixed = [
        "Route collectors archive what their peers tell them by BGP. The upstream is the AS next to the origin on the path, once prepending is removed.",
        "An episode is a span in which a prefix is reached through one upstream by at least the number of peers asked for. Peers: the most at one time, of those able to see the prefix then (full-feed peers, and those that hold a watched route).",
        "Where a BGP message shows a change, its time is that message's; otherwise the true time lies within the bounds given. A route is assumed to stand through missing data until something contradicts it; missing data are never reported as missing routes.",
        "BGP shows announced paths, not cables and not traffic shares. A path that no peer prefers is not seen.",
    ];
    for sentence in fixed {
        push!(out, "<li>{sentence}</li>");
    }
    let flags = page.timeline.rows.iter().fold(crate::model::Flags::default(), |all, row| all.union(row.flags));
    for sentence in page.context.missing().into_iter().chain(remark::explained(flags)) {
        push!(out, "<li>{}</li>", text(&sentence));
    }
    out.push_str("</ul></section>");
}

fn origin_of_this(out: &mut String, page: &Page) {
    let (digest, count) = evidence_digest(page);
    push!(
        out,
        "<section><h2>How to make it again</h2><pre class=\"scroll\" tabindex=\"0\"><code>{}</code></pre><p>uplinks {}. Evidence: {}, SHA-256 over their sorted digests <code>{digest}</code>. The same files give the same page, byte for byte; each <code>file#digest</code> names a record by its own bytes.</p></section>",
        text(&page.command),
        env!("CARGO_PKG_VERSION"),
        plural(count, "record")
    );
}

/// One SVG file with all drawings, as on the wide page.
pub fn svg(page: &Page, story: &Story) -> String {
    let shown = Shown::of(page);
    let (palette, lanes) = (Palette::new(page.timeline), lanes::lanes(&shown));
    let paper = PAPERS[0];
    let title = format!("{}, {}", titled(page), page.context.window_text());
    let (mut body, mut y) = (String::new(), 30.0);
    let title = text(&title);
    push!(&mut body, "<text class=\"title\" x=\"0\" y=\"14\">{title}</text>");
    if let Some(span) = share::span(page).filter(|_| !page.timeline.rows.is_empty()) {
        let chart = drawn_overview(page, story, &palette, paper);
        let scale = Scale::new(span, paper.width - paper.gutter);
        let drawn = lanes::draw(page, &lanes, &palette, &scale, size(paper, lanes.len()), paper.id);
        for drawing in [chart, drawn] {
            push!(&mut body, "<g transform=\"translate(0 {})\">{}</g>", n(y), drawing.body);
            y += drawing.height + 14.0;
        }
    } else {
        push!(&mut body, "<text x=\"0\" y=\"40\">No route was seen.</text>");
        y = 40.0;
    }
    let lines = captions(page, shown.left_out);
    for (at, line) in lines.iter().enumerate() {
        push!(&mut body, "<text class=\"small\" x=\"0\" y=\"{}\">{}</text>", n(y + 6.0 + at as f64 * 15.0), text(line));
    }
    let (wide, high) = (paper.width + 32, y + 20.0 + 15.0 * lines.len() as f64);
    let drawing = plain(&format!("{}{body}", definitions(paper.id)));
    let paper = plain("<rect class=\"paper\" x=\"-16\" y=\"-12\" width=\"100%\" height=\"100%\"/>");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"-16 -12 {0} {1}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title><style>{2}</style>{paper}{drawing}</svg>\n",
        wide,
        n(high),
        night(),
    )
}

/// What the shapes of a picture mean.
const LEGEND: [&str; 2] = [
    "Above: share of the peers able to see the target, each counted once. Bands: peers that hold it, of those able to see the prefix.",
    "Black bar: outage. Hatched: no data. Fading: time not known exactly. BGP shows announced paths, not cables and not traffic shares.",
];
/// So many letters of a caption fit the paper.
const LINE: usize = 170;

/// What a picture by itself must say: whose data it shows, how it was made, how to cite it.
fn captions(page: &Page, left_out: Option<String>) -> Vec<String> {
    const NAMED: usize = 8;
    let all: Vec<&str> = page.context.collectors.iter().map(|source| source.name.as_str()).collect();
    let mut names: Vec<String> = all.iter().take(NAMED).map(|name| (*name).to_owned()).collect();
    if all.len() > NAMED {
        names.push(format!("{} more", all.len() - NAMED));
    }
    let simulated = page.context.simulated().map(str::to_owned);
    let sources = format!("Data: {} ({} files).", names.join(", "), page.context.facts.files_read);
    let cite = format!(
        "Made by uplinks {}. Please cite uplinks and the archives: RouteViews (University of Oregon, routeviews.org), RIPE RIS (ris.ripe.net).",
        env!("CARGO_PKG_VERSION")
    );
    let has_rows = !page.timeline.rows.is_empty();
    let legend = LEGEND.iter().filter(|_| has_rows).map(|line| (*line).to_owned());
    let all: Vec<String> = legend.chain(simulated).chain(left_out).chain([sources, cite]).collect();
    all.iter().flat_map(|line| wrap(line, LINE)).collect()
}
