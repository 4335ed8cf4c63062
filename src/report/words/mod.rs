//! The result in plain words: a paragraph that can be quoted as it stands, and the story it is made from. Pure: rows and changes in,
//! sentences out; nothing is said that a row does not prove, and what the data do not show is said too.

mod conflict;
mod phrase;
mod story;

#[cfg(test)]
mod tests;

pub use conflict::{Conflict, among_changes as conflicts_among, of_changes};
pub use phrase::{of_target, pairs, prefixes, shares};
pub use story::{Arrival, Story, Told};

use conflict::conflicts;
use phrase::{Dates, list, outages};

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::context::Context;
use super::text::{duration, plural};
use crate::model::{Flag, Flags, Upstream, spans};
use crate::timeline::{Change, Row};

/// So many upstreams are told one by one; the rest are counted.
const TOLD_ONE_BY_ONE: usize = 3;

/// The paragraph's sentences, for rows and changes of one timeline.
pub fn paragraph(rows: &[Row], changes: &[Change], context: &Context) -> Vec<String> {
    let story = Story::new(rows);
    let Some(window) = context.window else {
        let none = format!("There are no data on {}: nothing can be said of its upstream providers.", context.target);
        return [none, context.outside()].into_iter().filter(|sentence| !sentence.is_empty()).collect();
    };
    if rows.is_empty() {
        let peers: usize = context.collectors.iter().map(|c| c.peers).sum();
        return vec![
            format!(
                "No route of {} was seen by any of {} of {} {}{}.",
                context.target,
                plural(peers, "peer"),
                plural(context.collectors.len(), "collector"),
                if window.from == window.until { "" } else { "from " },
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
        let names = labels(&story, more.iter().copied(), context);
        let labels = phrase::among_of(Story::count(&more), &names, "more upstream provider");
        said.push(format!("There also appeared {labels}, seen by no more than {}.", plural(peers, "peer")));
    }
    if story.gained().next().is_none() && story.present().next().is_some() {
        said.push(format!("No other appeared before {}, {}.", context.what_ends(), dates.at(window.until)));
    }
    said.extend(lost(&story, context, &mut dates));
    said.extend(outages(changes, &story, &mut dates));
    said.extend(conflicts(changes, context, &mut dates));
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
    let present: Vec<&Told> = story.present().collect();
    if let Some(first) = present.iter().map(|t| t.first.start.first_seen).min() {
        let (target, when) = (&context.target, dates.at(first));
        said.push(format!("Where the data begin, {when}, {target} was reached through {}.", each(story, &present, context)));
    }
    let found: Vec<&Told> = story.found().collect();
    if let Some(first) = found.iter().map(|t| t.first.start.first_seen).min() {
        let start =
            if said.is_empty() { format!("{} was first seen", context.target) } else { "Routes were also seen".to_owned() };
        let at_once = found.iter().all(|t| t.began_on() == t.arrived_on());
        let since = if found.len() == 1 && at_once { dates.at(first) } else { format!("{} and later", dates.at(first)) };
        said.push(format!(
            "{start} {since} through {}; how long before that it was there, the data do not show.",
            each(story, &found, context)
        ));
    }
    if said.is_empty() && story.all().next().is_none() {
        said.push(format!("{} was seen, but through no upstream provider that can be named.", context.target));
    }
    said
}

/// Each of these upstreams with its own prefixes and peers, or, of many, how many there are and those that most peers saw.
fn each(story: &Story, told: &[&Told], context: &Context) -> String {
    let one = |t: &&Told| {
        let on = t.began_on();
        format!("{}{}{}", story.label(t, context), on_prefixes(story, &on, context), seen_by(t, &on))
    };
    let mut most = told.to_vec();
    most.sort_by_key(|t| std::cmp::Reverse(t.peak().0));
    let count = Story::count(told);
    let providers = if count == 1 { "upstream provider" } else { "upstream providers" };
    match most.as_slice() {
        [only] => format!("one upstream provider, {}", one(only)),
        few if few.len() <= TOLD_ONE_BY_ONE => {
            format!("{} {providers}: {}", phrase::number(count), list(&few.iter().map(one).collect::<Vec<_>>()))
        }
        many => {
            let of = if count < story.upstreams() { format!(" (of {} in all)", story.upstreams()) } else { String::new() };
            let most = list(&many.iter().take(TOLD_ONE_BY_ONE).map(one).collect::<Vec<_>>());
            let whose: BTreeSet<_> = many.iter().map(|t| t.origin).collect();
            let whose = if whose.len() > 1 { format!(" of {}", plural(whose.len(), "origin")) } else { String::new() };
            format!("{}{of}{whose}, among them {most}", plural(count, "upstream provider"))
        }
    }
}

/// ` for 208.65.153.0/24 (1 of 3 prefixes)`; nothing where the target's own name says it.
fn on_prefixes(story: &Story, on: &[Option<IpNet>], context: &Context) -> String {
    let (all, names) = (story.prefixes(), prefixes(on));
    match (on.len(), all.len()) {
        // The rows are about the target as a whole.
        (_, 1) if all.contains(&None) => String::new(),
        (1, 1) if context.target.contains(&names) => String::new(),
        (1, 1) => format!(", for {names}"),
        (2, 2) => ", for both prefixes".to_owned(),
        (some, of) if some == of => format!(", for all {}", plural(of, "prefix")),
        (some @ 5.., of) => format!(", for {some} of {}", plural(of, "prefix")),
        (some, of) => format!(", for {names} ({some} of {})", plural(of, "prefix")),
    }
}

/// `, seen by up to 12 of 21 peers (57 %)`: what these prefixes show, and no others.
fn seen_by(told: &Told, on: &[Option<IpNet>]) -> String {
    let shares = phrase::shares(&told.peaks(on));
    if shares.is_empty() { shares } else { format!(", seen by {shares}") }
}

/// How an upstream came, went, came back, and how it stands where the data end.
fn gained(story: &Story, told: &Told, context: &Context, dates: &mut Dates) -> Vec<String> {
    let label = story.label(told, context);
    let which = story.role(told).map_or_else(|| format!("a route through {label}"), |role| format!("{role}, {label},"));
    let (on, all, own) = (told.arrived_on(), story.prefixes(), told.prefixes());
    let not: Vec<_> = all.iter().filter(|p| own.binary_search(p).is_err()).copied().collect();
    let not = match not.len() {
        1..=3 => format!(", but not for {}", prefixes(&not)),
        _ => String::new(),
    };
    let of = if all.len() > 1 { format!(" ({} of {} prefixes)", on.len(), all.len()) } else { String::new() };
    let whole = on == [None];
    let when = phrase::capital(&dates.start(&told.first.start));
    let seen = seen_by(told, &on);
    let on = if whole { seen } else { format!(" for {}{of}{seen}{}{not}", prefixes(&on), later(told, dates)) };
    let mut said = vec![format!("{when} {which} appeared{on}.")];
    said.extend(stays(told, context, dates));
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
fn stays(told: &Told, context: &Context, dates: &mut Dates) -> Vec<String> {
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
    said.push(format!("{leaving} was still there{on} where {}, {}.", context.what_ends(), dates.at(last.end.last_seen)));
    said
}

/// Providers of the beginning that did not stay. Where peers that never spoke may have them still, they were last seen, and did not leave.
fn lost(story: &Story, context: &Context, dates: &mut Dates) -> Vec<String> {
    let gone = story.present().chain(story.found()).filter(|t| t.still_on().is_empty());
    let last = |t: &'_ &Told| t.stays().last().is_some_and(|(_, row)| row.end.basis.is_change());
    let gone: Vec<&Told> = gone.filter(last).collect();
    let one = |t: &&Told| {
        let (label, Some((_, row))) = (story.label(t, context), t.stays().last().copied()) else { return String::new() };
        let may_be_held = row.flags.has(Flag::NoBaseline) && !row.is_told_apart.1;
        if may_be_held {
            return format!("{label} was last seen {}.", dates.at(row.end.last_seen));
        }
        format!("{label} left {}.", dates.end(&row.end))
    };
    let mut said: Vec<String> = gone.iter().take(TOLD_ONE_BY_ONE).map(one).collect();
    if let Some(more) = gone.get(TOLD_ONE_BY_ONE..).filter(|more| !more.is_empty()) {
        let more = Story::count(more);
        said.push(format!("{more} more left, or {} not seen again, as well.", if more == 1 { "was" } else { "were" }));
    }
    said
}

/// How far to trust the times.
fn certainty(story: &Story, rows: &[Row], context: &Context) -> Vec<String> {
    let flags = story.all().flat_map(|t| &t.rows).fold(Flags::default(), |all, row| all.union(row.flags));
    let moments = story.gained().flat_map(|t| &t.rows).map(|r| &r.start).filter(|s| s.basis.is_change());
    let exact: Vec<bool> = moments.map(|s| s.after == Some(s.by)).collect();
    let mut said = Vec::new();
    if !exact.is_empty() && exact.iter().all(|is_exact| *is_exact) {
        said.push("A BGP message in the archive proves each appearance to the second.".to_owned());
    } else if !exact.is_empty() {
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
    let gaps = context.true_gaps().count();
    if gaps > 0 {
        let together = duration(spans::total(context.true_gaps().map(|gap| &gap.span)));
        said.push(format!("Data are missing in {} ({together} together); what changed there is not shown.", plural(gaps, "gap")));
    }
    said.extend(aside(story, rows, context));
    said
}

/// The rows that are not told of, why, and the upstreams of which the paragraph tells none.
fn aside(story: &Story, rows: &[Row], context: &Context) -> Option<String> {
    let odd = story.aside(rows);
    if odd == 0 {
        return None;
    }
    let is_named = |row: &&Row| row.subject.upstream.asn().is_some();
    let is_sound = |row: &Row| row.flags.is_disjoint([Flag::SinglePeer, Flag::Stuck, Flag::Clock].into_iter().collect());
    let why = if rows.iter().any(|row| !is_named(&row) && is_sound(row)) {
        "out of time, or through no upstream provider that can be named"
    } else {
        "or out of time"
    };
    let told: BTreeSet<Upstream> = story.all().map(|t| t.upstream).collect();
    let untold = rows.iter().filter(is_named).map(|row| row.subject.upstream).filter(|u| !told.contains(u));
    let untold: BTreeSet<Upstream> = untold.collect();
    let untold: Vec<String> = untold.into_iter().map(|u| label(u, context)).collect();
    // Not that nothing else is seen of them: another origin's routes may go through them, and are told of as such.
    let only = match (odd, untold.as_slice()) {
        (_, []) => String::new(),
        (1, [one, ..]) => format!("; it is the only one of {one}"),
        (_, several) => format!("; they include every episode of {}", phrase::among(several, "upstream")),
    };
    Some(format!("{} left aside here: seen by a single peer, stuck, {why}{only}.", phrase::were(odd, "episode")))
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
    context.upstream_in_words(upstream)
}
