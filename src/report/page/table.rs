//! The tables: the same facts as the drawings, for those who read, search, copy or listen.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::Page;
use super::markup::{push, text};
use super::paint::Palette;
use super::shown::Shown;
use crate::model::{Asn, Flags};
use crate::replay::{Basis, End, Start};
use crate::report::context::Context;
use crate::report::text::{duration, exact, plural};
use crate::timeline::{Change, ChangeKind, Row, Timeline};

/// So many peers are named in a description.
const NAMED_PEERS: usize = 12;

/// The target as a whole is `All prefixes`.
pub fn prefix(prefix: Option<IpNet>) -> String {
    prefix.map_or_else(|| "All prefixes".to_owned(), |p| p.to_string())
}

/// All that is known of a row, ready for an attribute, a line a fact: what a pointer or a screen reader gets. `names`: its prefix and its
/// upstream.
pub fn in_words(row: &Row, timeline: &Timeline, (prefix, upstream): (&str, &str), context: &Context) -> String {
    let peers: BTreeSet<Asn> = timeline.members(row).map(|h| h.peer.asn).collect();
    let named: Vec<String> = peers.iter().take(NAMED_PEERS).map(|asn| format!("AS{asn}")).collect();
    let more = peers.len().saturating_sub(NAMED_PEERS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let mut lines = vec![
        format!("{prefix} through {upstream}"),
        format!("{} to {} UTC, {}", began(&row.start), ended(&row.end), duration(row.duration_micros())),
        format!(
            "At most {} of {} peers, of {}: {}{more}",
            row.peak_peers,
            row.peers_total,
            plural(row.collectors.len(), "collector"),
            named.join(", ")
        ),
        format!(
            "First shown by AS{} ({}) at {}",
            row.first_peer.asn,
            row.first_peer.ip,
            context.collector(row.first_peer.collector)
        ),
        format!("Path {}", row.first_as_path),
        format!("Start ({}): {}", row.start.basis.text(), (context.evidence)(row.start.record)),
    ];
    lines.extend(row.end.record.map(|record| format!("End ({}): {}", row.end.basis.text(), (context.evidence)(record))));
    if !row.flags.is_empty() {
        lines.push(format!("Flags: {}", row.flags));
    }
    lines.iter().map(|line| text(line)).collect::<Vec<_>>().join("&#10;")
}

fn is_exact(start: &Start) -> bool {
    start.basis.is_change() && start.after == Some(start.by)
}

/// When a row began, as exactly as is known.
fn began(start: &Start) -> String {
    match start.after {
        _ if is_exact(start) => exact(start.by),
        Some(after) => format!("after {}, by {}", exact(after), exact(start.by)),
        None => format!("{} or earlier", exact(start.by)),
    }
}

/// When a row ended, as exactly as is known.
fn ended(end: &End) -> String {
    match (end.after, end.before) {
        _ if end.basis == Basis::DataEnd => format!("{} or later: ongoing", exact(end.last_seen)),
        (Some(after), Some(before)) if after == before => exact(before),
        (after, Some(before)) => format!("from {} on, before {}", exact(after.unwrap_or(end.last_seen)), exact(before)),
        (_, None) => format!("{} or later", exact(end.last_seen)),
    }
}

/// A table's beginning: it scrolls by itself where the page is narrow.
fn open(out: &mut String, label: &str, count: usize, headings: &[&str]) {
    const OPEN_BELOW: usize = 120;
    let state = if count <= OPEN_BELOW { " open" } else { "" };
    push!(
        out,
        "<details{state}><summary>{label}</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\">"
    );
    out.push_str("<table><thead><tr>");
    for heading in headings {
        push!(out, "<th scope=\"col\">{heading}</th>");
    }
    out.push_str("</tr></thead>");
}

/// `28 episodes`; where some are left out, `180 of 2475 episodes`.
fn counted(shown: usize, all: usize, noun: &str) -> String {
    if shown == all { plural(all, noun) } else { format!("{shown} of {}", plural(all, noun)) }
}

/// The table of episodes, by prefix; each has a number to link to.
pub fn episodes(page: &Page, shown: &Shown, palette: &Palette) -> String {
    let rows = &shown.rows;
    let mut out = String::new();
    if rows.is_empty() {
        return "<p>None: 0 episodes.</p>".to_owned();
    }
    let label = counted(rows.len(), page.timeline.rows.len(), "episode");
    open(
        &mut out,
        &label,
        rows.len(),
        &["upstream", "began (UTC)", "ended (UTC)", "lasted", "peers", "first shown by", "flags", "records"],
    );
    let mut last = None;
    for (at, row) in rows.iter().enumerate() {
        if last != Some(row.subject.prefix) {
            let close = if last.is_some() { "</tbody>" } else { "" };
            push!(
                &mut out,
                "{close}<tbody><tr><th scope=\"rowgroup\" colspan=\"8\">{}</th></tr>",
                text(&prefix(row.subject.prefix))
            );
            last = Some(row.subject.prefix);
        }
        let series = palette.series(&row.subject);
        let end = row.end.record.map_or_else(String::new, |r| evidence(&(page.context.evidence)(r)));
        push!(
            &mut out,
            "<tr id=\"e{0}\"><th scope=\"row\"><a class=\"at\" href=\"#e{0}\" aria-label=\"episode {0}\">{0}</a><i class=\"dot d{1}\"></i>{2}</th><td>{3}<small>{4}</small></td><td>{5}<small>{6}</small></td><td class=\"r\">{7}</td><td class=\"r\">{8}/{9}</td><td>AS{10} {11}<small>{12}</small></td><td>{13}</td><td>{14}{end}</td></tr>",
            at + 1,
            palette.colour(series),
            text(&Palette::label(series, page.context)),
            began(&row.start),
            row.start.basis.text(),
            ended(&row.end),
            row.end.basis.text(),
            duration(row.duration_micros()),
            row.peak_peers,
            row.peers_total,
            row.first_peer.asn,
            text(&page.context.collector(row.first_peer.collector)),
            text(&row.first_as_path.to_string()),
            flags(row.flags),
            evidence(&(page.context.evidence)(row.start.record)),
        );
    }
    out.push_str(if last.is_some() { "</tbody></table></div></details>" } else { "</table></div></details>" });
    out
}

/// `path#digest`: the folders may be cut by the page, the digest never.
fn evidence(evidence: &str) -> String {
    if evidence.is_empty() {
        return String::new();
    }
    let (path, digest) = evidence.rsplit_once('#').unwrap_or((evidence, ""));
    let file = path.rsplit('/').next().unwrap_or(path);
    format!("<code title=\"{}\">{}#{}</code>", text(evidence), text(file), text(digest))
}

fn flags(flags: Flags) -> String {
    flags.iter().map(crate::model::Flag::text).collect::<Vec<_>>().join(", ")
}

/// The table of changes, by time.
pub fn changes(page: &Page, shown: &Shown, palette: &Palette) -> String {
    let changes = &shown.changes;
    let mut out = String::new();
    if changes.is_empty() {
        return "<p>None: 0 changes.</p>".to_owned();
    }
    let headings = ["time (UTC)", "prefix", "change", "upstream", "peers", "basis", "flags", "record"];
    open(&mut out, &counted(changes.len(), page.timeline.changes.len(), "change"), changes.len(), &headings);
    out.push_str("<tbody>");
    for change in changes {
        out.push_str(&of_change(change, page, palette));
    }
    out.push_str("</tbody></table></div></details>");
    out
}

fn of_change(change: &Change, page: &Page, palette: &Palette) -> String {
    let upstream = match (change.origin, change.upstream) {
        (Some(origin), Some(upstream)) => {
            let series = palette.series(&crate::timeline::Subject { prefix: change.prefix, origin, upstream });
            format!("<i class=\"dot d{}\"></i>{}", palette.colour(series), text(&Palette::label(series, page.context)))
        }
        _ => String::new(),
    };
    let by = if change.basis == Basis::Update { "" } else { "by " };
    let class = match change.kind {
        ChangeKind::OutageStart | ChangeKind::OutageEnd => " class=\"out\"",
        _ => "",
    };
    format!(
        "<tr{class}><td>{by}{}</td><td>{}</td><td>{}</td><td>{upstream}</td><td class=\"r\">{} to {} of {}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        exact(change.time),
        text(&prefix(change.prefix)),
        change.kind.text().replace('-', " "),
        change.peers_before,
        change.peers_after,
        change.peers_total,
        change.basis.text(),
        flags(change.flags),
        evidence(&(page.context.evidence)(change.record)),
    )
}
