//! The result in plain words: a paragraph that can be quoted as it stands, and the story it is made from. Pure: rows and changes in,
//! sentences out; nothing is said that a row does not prove, and what the data do not show is said too.

mod phrase;
mod story;

#[cfg(test)]
mod tests;

pub use phrase::pairs;
pub use story::{Arrival, Story, Told};

use phrase::{Dates, among, list, outages, prefixes, share};

use std::collections::BTreeSet;

use super::context::Context;
use super::text::{duration, plural};
use crate::model::{Flag, Flags, Upstream};
use crate::replay::Basis;
use crate::timeline::{Change, Row};

/// So many upstreams are told one by one; the rest are counted.
const TOLD_ONE_BY_ONE: usize = 3;

/// The paragraph's sentences, for rows and changes of one timeline.
pub fn paragraph(rows: &[Row], changes: &[Change], context: &Context) -> Vec<String> {
    let story = Story::new(rows);
    let Some(window) = context.window else {
        return vec![format!("There are no data on {}: nothing can be said of its upstream providers.", context.target)];
    };
    if rows.is_empty() {
        let peers: usize = context.collectors.iter().map(|c| c.peers).sum();
        return vec![
            format!(
                "No route of {} was seen by any of {} of {} from {}.",
                context.target,
                plural(peers, "peer"),
                plural(context.collectors.len(), "collector"),
                context.window_text()
            ),
            "That is no proof that there was none: only what these peers told these collectors counts.".to_owned(),
        ];
    }
    let mut dates = Dates::default();
    let mut said = before(&story, context, &mut dates);
    let foremost: Vec<&Told> = story.foremost().filter(|t| t.arrival() == Arrival::Gained).take(TOLD_ONE_BY_ONE).collect();
    for told in &foremost {
        said.extend(gained(&story, told, context, &mut dates));
    }
    let is_told = |t: &&Told| foremost.iter().any(|f| (f.upstream, f.origin) == (t.upstream, t.origin));
    let more: Vec<&Told> = story.gained().filter(|t| !is_told(t)).collect();
    if let Some(peers) = more.iter().map(|t| t.peak().0).max() {
        let labels = among(&labels(&story, more.iter().copied(), context), "more upstream provider");
        said.push(format!("There also appeared {labels}, seen by no more than {}.", plural(peers, "peer")));
    }
    if story.gained().next().is_none() && story.present().next().is_some() {
        said.push(format!("No other appeared before the data end, {}.", dates.at(window.until)));
    }
    said.extend(lost(&story, context, &mut dates));
    said.extend(outages(changes, &story, &mut dates));
    said.extend(certainty(&story, rows, context));
    said.push(limits(context));
    said
}

fn labels<'a>(story: &Story, told: impl Iterator<Item = &'a Told<'a>>, context: &Context) -> Vec<String> {
    told.map(|t| story.label(t, context)).collect()
}

/// What was there at the start of the data, or was seen for the first time without proof of its beginning.
fn before(story: &Story, context: &Context, dates: &mut Dates) -> Vec<String> {
    let mut said = Vec::new();
    let present = labels(story, story.present(), context);
    if let Some(first) = story.present().map(|t| t.first.start.first_seen).min() {
        let providers = if present.len() == 1 { "one upstream provider," } else { "upstream providers," };
        let who = among(&present, "upstream provider");
        let (target, when) = (&context.target, dates.at(first));
        let which = if present.len() == 1 { format!("{providers} {who}") } else { who };
        said.push(format!(
            "Where the data begin, {when}, {target} was reached through {which}{}{}.",
            on(story, story.present(), context),
            seen_by(story.present())
        ));
    }
    let found = labels(story, story.found(), context);
    if let Some(first) = story.found().map(|t| t.first.start.first_seen).min() {
        let start =
            if said.is_empty() { format!("{} was first seen", context.target) } else { "Routes were also seen".to_owned() };
        let at_once = story.found().all(|t| t.began_on() == t.arrived_on());
        let since = if found.len() == 1 && at_once { dates.at(first) } else { format!("{} and later", dates.at(first)) };
        said.push(format!(
            "{start} through {}{} {since}{}; how long before that it was there, the data do not show.",
            among(&found, "upstream provider"),
            on(story, story.found(), context),
            seen_by(story.found())
        ));
    }
    if said.is_empty() && story.all().next().is_none() {
        said.push(format!("{} was seen, but through no upstream provider that can be named.", context.target));
    }
    said
}

/// `, for 208.65.153.0/24 (1 of 3 prefixes)`: where they came first; nothing where the target's own name says it.
fn on<'a>(story: &Story, told: impl Iterator<Item = &'a Told<'a>>, context: &Context) -> String {
    let (all, on) = (story.prefixes(), told.flat_map(Told::began_on).collect::<BTreeSet<_>>());
    let names = prefixes(&on.iter().copied().collect::<Vec<_>>());
    match (on.len(), all.len()) {
        // The rows are about the target as a whole.
        (_, 1) if all.contains(&None) => String::new(),
        (1, 1) if context.target.contains(&names) => String::new(),
        (1, 1) => format!(", for {names}"),
        (2, 2) => ", for both prefixes".to_owned(),
        (some, of) if some == of => format!(", for all {}", plural(of, "prefix")),
        (some, of) => format!(", for {names} ({some} of {})", plural(of, "prefix")),
    }
}

/// `, seen by up to 12 of 21 peers (57 %)`, of the row with the most peers.
fn seen_by<'a>(told: impl Iterator<Item = &'a Told<'a>>) -> String {
    let most = told.map(Told::peak).max_by_key(|(peers, total)| (*peers, std::cmp::Reverse(*total)));
    most.map_or_else(String::new, |(peers, total)| format!(", seen by {}", share(peers, total)))
}

/// How an upstream came, went, came back, and how it stands where the data end.
fn gained(story: &Story, told: &Told, context: &Context, dates: &mut Dates) -> Vec<String> {
    let label = story.label(told, context);
    let which = story.role(told).map_or_else(|| format!("a route through {label}"), |role| format!("{role}, {label},"));
    let (on, all) = (told.arrived_on(), story.prefixes());
    let not: Vec<_> = all.iter().filter(|p| !told.prefixes().contains(*p)).copied().collect();
    let not = match not.len() {
        1..=3 => format!(", but not for {}", prefixes(&not)),
        _ => String::new(),
    };
    let of = if all.len() > 1 { format!(" ({} of {} prefixes)", on.len(), all.len()) } else { String::new() };
    let whole = on == [None];
    let when = phrase::capital(&dates.start(&told.first.start));
    let on = if whole { String::new() } else { format!(" for {}{of}{}{not}", prefixes(&on), later(told, dates)) };
    let mut said = vec![format!("{when} {which} appeared{on}{}.", seen_by(std::iter::once(told)))];
    said.extend(stays(told, dates));
    said
}

/// `, then for 10.0.0.0/8 at 10:00:00`.
fn later(told: &Told, dates: &mut Dates) -> String {
    let later = told.later();
    let Some(last) = later.last() else { return String::new() };
    if later.len() > TOLD_ONE_BY_ONE {
        return format!(", then for {} more, the last of them {}", later.len(), dates.start(&last.start));
    }
    let each = later.iter().map(|row| format!("for {} {}", prefixes(&[row.subject.prefix]), dates.start(&row.start)));
    format!(", then {}", list(&each.collect::<Vec<_>>()))
}

/// What became of it: gone, back, and the prefixes that it still serves at the end.
fn stays(told: &Told, dates: &mut Dates) -> Vec<String> {
    let stays = told.stays();
    let mut said = Vec::new();
    match stays.as_slice() {
        [] | [_] => {}
        [first, second] => said.push(format!(
            "It was gone{} {} and came back {}{}.",
            if told.prefixes().len() > 1 { " from all of them" } else { "" },
            dates.end(&first.1.end),
            dates.start(&second.0.start),
            if told.returned_on().is_empty() { String::new() } else { format!(" for {}", prefixes(&told.returned_on())) }
        )),
        [first, second, ..] => said.push(format!(
            "It went away and came back {} times, first {} and {}.",
            stays.len() - 1,
            dates.end(&first.1.end),
            dates.start(&second.0.start)
        )),
    }
    let Some((_, last)) = stays.last() else { return said };
    let left = told.left();
    let still = told.still_on();
    if still.is_empty() {
        let gone = if told.prefixes().len() > 1 { "It was gone from all of them" } else { "It left" };
        said.push(format!("{gone}{} {}.", if stays.len() > 1 { " again" } else { "" }, dates.end(&last.end)));
        return said;
    }
    let partly: Vec<String> =
        left.iter().take(3).map(|row| format!("{} {}", prefixes(&[row.subject.prefix]), dates.end(&row.end))).collect();
    let rest = if left.len() > 3 { format!(" and {} more", plural(left.len() - 3, "prefix")) } else { String::new() };
    let on = match still.as_slice() {
        [None] => String::new(),
        [_, _, ..] if still == told.prefixes() => " for all of them".to_owned(),
        some => format!(" for {}", prefixes(some)),
    };
    let leaving = if partly.is_empty() { "It".to_owned() } else { format!("It left {}{rest}; it", list(&partly)) };
    said.push(format!("{leaving} was still there{on} where the data end, {}.", dates.at(last.end.last_seen)));
    said
}

/// Providers of the beginning that did not stay.
fn lost(story: &Story, context: &Context, dates: &mut Dates) -> Vec<String> {
    let gone = story.present().chain(story.found()).filter(|t| t.still_on().is_empty());
    let ended = |t: &Told| Some((story.label(t, context), t.stays().last()?.1.end));
    let gone: Vec<_> = gone.filter_map(ended).filter(|(_, end)| end.basis.is_change()).collect();
    let told = gone.iter().take(TOLD_ONE_BY_ONE).map(|(label, end)| format!("{label} left {}.", dates.end(end)));
    let mut said: Vec<String> = told.collect();
    if gone.len() > TOLD_ONE_BY_ONE {
        said.push(format!("{} more left as well.", gone.len() - TOLD_ONE_BY_ONE));
    }
    said
}

/// How far to trust the times.
fn certainty(story: &Story, rows: &[Row], context: &Context) -> Vec<String> {
    let flags = story.all().flat_map(|t| &t.rows).fold(Flags::default(), |all, row| all.union(row.flags));
    let moments: Vec<Basis> = story.gained().flat_map(|t| &t.rows).map(|r| r.start.basis).filter(|b| b.is_change()).collect();
    let mut said = Vec::new();
    if !moments.is_empty() && moments.iter().all(|b| *b == Basis::Update) {
        said.push("A BGP message in the archive proves each appearance to the second.".to_owned());
    } else if moments.iter().any(|b| *b != Basis::Update) {
        said.push("Where two times are given, the moment lies between them: the data do not show exactly when.".to_owned());
    }
    if story.gained().any(|t| t.first.flags.has(Flag::WiderBounds)) {
        said.push("Another peer may have seen it somewhat earlier, for its table is known less exactly.".to_owned());
    }
    if flags.has(Flag::NoBaseline) {
        said.push("For some collectors no full table comes before the updates, so what they first show may be older.".to_owned());
    }
    let sampled: Vec<String> = context.collectors.iter().filter(|c| c.sampled).map(|c| c.name.clone()).collect();
    if !sampled.is_empty() {
        said.push(format!("Of {} there are full tables at intervals only: nothing is known between them.", list(&sampled)));
    }
    let gaps: Vec<_> = context.true_gaps().map(|g| g.span.until.micros_since(g.span.from)).collect();
    if !gaps.is_empty() {
        let together = duration(gaps.iter().sum());
        said.push(format!(
            "Data are missing in {} ({together} together); what changed there is not shown.",
            plural(gaps.len(), "gap")
        ));
    }
    let odd = story.aside(rows);
    if odd > 0 {
        said.push(format!("{} left aside here: seen by a single peer, stuck, or out of time.", phrase::were(odd, "episode")));
    }
    said
}

/// What no result of this kind can show.
fn limits(context: &Context) -> String {
    let peers: usize = context.collectors.iter().map(|c| c.peers).sum();
    let untaken = match peers {
        1 => "the one peer did not take".to_owned(),
        _ => format!("none of the {} of {} took", plural(peers, "peer"), plural(context.collectors.len(), "collector")),
    };
    format!("BGP shows announced paths, not cables and not traffic shares, and a path that {untaken} is not seen here.")
}

/// The upstream of a row in words.
fn label(upstream: Upstream, context: &Context) -> String {
    match upstream {
        Upstream::Via(_) => format!("AS{}", context.upstream_label(upstream)),
        Upstream::Direct => "the origin itself".to_owned(),
        Upstream::Ambiguous => "an ambiguous origin".to_owned(),
    }
}
