//! What happened, at a glance: a card for each upstream that came, with the moments at which it came, left and returned.

use ipnet::IpNet;

use super::Page;
use super::markup::{push, text};
use super::paint::Palette;
use crate::replay::{Basis, End, Start};
use crate::report::text::{minute, plural, second};
use crate::report::words::{Arrival, Conflict, Story, Told, of_changes, of_target, pairs, prefixes, shares};

/// So many cards and moments; the paragraph and the tables have the rest.
const CARDS: usize = 4;
const STAYS: usize = 4;
const CONFLICTS: usize = 2;

/// The cards.
pub fn cards(story: &Story, palette: &Palette, page: &Page) -> String {
    let mut out = String::from("<section class=\"cards\" aria-label=\"At a glance\">");
    let mut shown: Vec<&Told> = story.foremost().collect();
    if shown.is_empty() {
        shown = story.all().collect();
    }
    // Those that most peers saw, in order of time again.
    shown.sort_by_key(|t| std::cmp::Reverse(t.peak().0));
    shown.truncate(CARDS);
    shown.sort_by_key(|t| (t.first.start.first_seen, t.upstream, t.origin));
    for told in &shown {
        card(&mut out, story, told, palette, page);
    }
    if shown.is_empty() {
        push!(
            &mut out,
            "<div class=\"card\"><p class=\"what\">No route was seen</p><p>{}</p></div>",
            text(&page.context.window_text())
        );
    }
    let outages = pairs(of_target(&page.timeline.changes));
    if let Some((first, _)) = outages.first() {
        let when = if outages.len() == 1 { "at" } else { "the first at" };
        push!(
            &mut out,
            "<div class=\"card black\"><p class=\"what\">{}</p><p>of all prefixes at once, {when} {} UTC</p></div>",
            plural(outages.len(), "outage"),
            second(first.time)
        );
    }
    for conflict in of_changes(&page.timeline.changes).iter().take(CONFLICTS) {
        conflicting(&mut out, conflict, page);
    }
    out.push_str("</section>");
    out
}

/// Another origin of the target's prefixes: whose, on which, through whom, and what is left of it.
fn conflicting(out: &mut String, conflict: &Conflict, page: &Page) {
    let since = match conflict.first.basis {
        Basis::DataStart => format!("there from the start of the data, {} UTC", minute(conflict.first.time)),
        _ => format!("first seen <b>{}</b> UTC", second(conflict.first.time)),
    };
    let on: Vec<Option<IpNet>> = conflict.prefixes.iter().copied().collect();
    push!(
        out,
        "<div class=\"card\"><p class=\"role\">origin conflict</p><p class=\"what\">{}</p><p class=\"when\">{since}</p><p>on {} through {}</p><ul>",
        text(&conflict.who(page.context)),
        text(&prefixes(&on)),
        text(&conflict.through(page.context))
    );
    if let Some(time) = conflict.gone {
        let from =
            if conflict.open.is_empty() { String::new() } else { format!(" from {} of them", on.len() - conflict.open.len()) };
        push!(out, "<li>gone{from} by <b>{}</b></li>", second(time));
    }
    if !conflict.open.is_empty() {
        push!(out, "<li>still on {} at the end of the data</li>", text(&prefixes(&conflict.open)));
    }
    out.push_str("</ul></div>");
}

fn card(out: &mut String, story: &Story, told: &Told, palette: &Palette, page: &Page) {
    let colour = palette.colour(palette.series(&told.first.subject));
    let name = text(&story.label(told, page.context));
    push!(out, "<div class=\"card k{colour}\">");
    let when = match told.arrival() {
        Arrival::Gained => format!("appears {} UTC", start(&told.first.start)),
        Arrival::Present => format!("there from the start of the data, {} UTC", minute(told.first.start.first_seen)),
        Arrival::Found => format!("first seen {} UTC; when it began is not known", second(told.first.start.first_seen)),
    };
    let role = story.role(told).filter(|_| told.arrival() == Arrival::Gained);
    if let Some(role) = role {
        push!(out, "<p class=\"role\">{}</p>", role.split_once(' ').map_or(role, |(_, role)| role));
    }
    push!(out, "<p class=\"what\">{name}</p><p class=\"when\">{when}</p>");
    let (on, later) = told.told_on();
    let all = story.prefixes().len();
    let names: Vec<String> = on.iter().take(4).map(|p| text(&super::table::prefix(*p))).collect();
    let more = if on.len() > 4 { format!(" and {} more", on.len() - 4) } else { String::new() };
    let seen = shares(&told.peaks(&on));
    let of = if all > 1 { format!(" ({} of {})", on.len(), plural(all, "prefix")) } else { String::new() };
    let on = if on == [None] { String::new() } else { format!("on {}{more}{of}; ", names.join(", ")) };
    push!(out, "<p>{on}seen by {seen}</p>");
    if let Some(next) = later.first() {
        push!(out, "<p>then on {} more, from {} on</p>", plural(later.len(), "prefix"), start(&next.start));
    }
    let stays = told.stays();
    out.push_str("<ul>");
    for (at, (_, last)) in stays.iter().enumerate().take(STAYS) {
        match stays.get(at + 1) {
            Some((back, _)) => push!(out, "<li>left {}</li><li>came back {}</li>", end(&last.end), start(&back.start)),
            None => the_end(out, told, &last.end),
        }
    }
    if stays.len() > STAYS {
        push!(out, "<li>and so on, {} times in all</li>", stays.len());
        the_end(out, told, &stays[stays.len() - 1].1.end);
    }
    out.push_str("</ul></div>");
}

fn the_end(out: &mut String, told: &Told, last: &End) {
    let still = told.still_on();
    if still.is_empty() {
        push!(out, "<li>left {}</li>", end(last));
        return;
    }
    for row in told.left().iter().take(3) {
        push!(out, "<li>left {} {}</li>", text(&super::table::prefix(row.subject.prefix)), end(&row.end));
    }
    let names: Vec<String> = still.iter().take(4).map(|p| text(&super::table::prefix(*p))).collect();
    let more = if still.len() > 4 { format!(" and {} more", still.len() - 4) } else { String::new() };
    let on = if still == [None] { "there".to_owned() } else { format!("on {}", names.join(", ")) };
    push!(out, "<li>still {on}{more} at the end of the data, {}</li>", minute(last.last_seen));
}

fn start(start: &Start) -> String {
    match start.after {
        Some(after) if after == start.by => format!("<b>{}</b>", second(start.by)),
        Some(after) => format!("<b>between {} and {}</b>", second(after), second(start.by)),
        None => format!("<b>by {}</b>", second(start.by)),
    }
}

fn end(end: &End) -> String {
    match (end.after, end.before) {
        (Some(after), Some(before)) if after == before => format!("<b>{}</b>", second(before)),
        (after, Some(before)) => format!("<b>between {} and {}</b>", second(after.unwrap_or(end.last_seen)), second(before)),
        (_, None) => format!("after <b>{}</b>", second(end.last_seen)),
    }
}
