//! Small phrases: dates that are not repeated, lists, shares, outages.

use ipnet::IpNet;

use super::story::{Peak, Story};
use crate::model::Time;
use crate::replay::{End, Start};
use crate::report::text::{duration, plural, second};
use crate::timeline::{Change, ChangeKind};

/// Says a date once and then times only, until another date comes.
#[derive(Debug, Default)]
pub struct Dates {
    date: String,
}

impl Dates {
    /// `on 2017-10-01 at 09:07:51 UTC`, then `at 10:14:45`.
    pub fn at(&mut self, time: Time) -> String {
        match self.split(time) {
            (Some(date), clock) => format!("on {date} at {clock} UTC"),
            (None, clock) => format!("at {clock}"),
        }
    }

    fn split(&mut self, time: Time) -> (Option<String>, String) {
        let text = second(time);
        let (date, clock) = text.split_once(' ').unwrap_or((&text, ""));
        let new = (self.date != date).then(|| date.to_owned());
        date.clone_into(&mut self.date);
        (new, clock.to_owned())
    }

    /// With both dates where they differ.
    fn between(&mut self, after: Time, by: Time) -> String {
        let day = |time: Time| second(time).split(' ').next().map(str::to_owned);
        if day(after) != day(by) {
            self.date = String::new();
        }
        let first = self.bare(after);
        format!("between {first} and {}", self.bare(by))
    }

    /// `2017-10-01 09:07:51 UTC`, then `10:14:45`.
    pub fn bare(&mut self, time: Time) -> String {
        match self.split(time) {
            (Some(date), clock) => format!("{date} {clock} UTC"),
            (None, clock) => clock,
        }
    }

    /// When it began, as exactly as the data show (rule 13).
    pub fn start(&mut self, start: &Start) -> String {
        match start.after {
            Some(after) if after == start.by => self.at(start.by),
            Some(after) => self.between(after, start.by),
            None => format!("no later than {}", self.bare(start.by)),
        }
    }

    /// When it ended, as exactly as the data show (rule 13).
    pub fn end(&mut self, end: &End) -> String {
        match (end.after, end.before) {
            (Some(after), Some(before)) if after == before => self.at(before),
            (after, Some(before)) => self.between(after.unwrap_or(end.last_seen), before),
            (_, None) => format!("some time after {}", self.bare(end.last_seen)),
        }
    }
}

/// What each of several prefixes shows, from the least to the most: `up to 12 of 21 peers able to see it (57 %)`, `up to 11 of 21 to 13 of
/// 22 peers able to see them (52 to 59 %)`. A percentage is of the two counts beside it. Of the target as a whole there is none: a peer
/// may reach it through several upstreams at one time, so these are no shares that add up.
pub fn shares(all: &[Peak]) -> String {
    let mut sorted: Vec<(usize, usize, usize)> = all.iter().map(|one| (percent(*one), one.peers, one.total)).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let is_whole = all.iter().any(|one| one.prefix.is_none());
    match (sorted.first(), sorted.last()) {
        (Some((low, few, of)), Some((high, many, of_all))) if (few, of) != (many, of_all) => {
            let part = if is_whole { String::new() } else { format!(" ({low} to {high} %)") };
            format!("up to {few} of {of} to {many} of {of_all} peers able to see them{part}")
        }
        (Some((_, peers, 0)), _) => format!("up to {}", plural(*peers, "peer")),
        (Some((.., 1)), _) => "the one peer able to see it".to_owned(),
        (Some((percent, peers, total)), _) => {
            let part = if is_whole { String::new() } else { format!(" ({percent} %)") };
            format!("up to {peers} of {total} peers able to see it{part}")
        }
        _ => String::new(),
    }
}

fn percent(Peak { peers, total, .. }: Peak) -> usize {
    (peers * 100 + total / 2).checked_div(total).unwrap_or(0)
}

/// `a, b and c`.
pub fn list(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The names, or their number and a few of them.
pub fn among(names: &[String], noun: &str) -> String {
    among_of(names.len(), names, noun)
}

/// The same where several names may be of one thing.
pub fn among_of(count: usize, names: &[String], noun: &str) -> String {
    if names.len() <= 4 {
        return list(names);
    }
    format!("{}, among them {}", plural(count, noun), list(&names[..3]))
}

/// Up to four prefixes by name, more by number.
pub fn prefixes(all: &[Option<IpNet>]) -> String {
    if all.len() > 4 {
        return plural(all.len(), "prefix");
    }
    let name = |p: &Option<IpNet>| p.map_or_else(|| "the target as a whole".to_owned(), |p| p.to_string());
    list(&all.iter().map(name).collect::<Vec<_>>())
}

/// `1 row was`, `2 rows were`.
pub fn were(count: usize, noun: &str) -> String {
    format!("{} {}", plural(count, noun), if count == 1 { "was" } else { "were" })
}

/// With a capital first letter.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The outages of all prefixes at once, or else of single ones.
pub fn outages(changes: &[Change], story: &Story, dates: &mut Dates) -> Vec<String> {
    let whole = pairs(of_target(changes));
    let several = story.prefixes().len() > 1;
    let all = if several { "all prefixes were" } else { "it was" };
    let mut said = Vec::new();
    match whole.as_slice() {
        [] => {}
        [(from, Some(until))] => {
            let length = duration(until.time.micros_since(from.time));
            let began = dates.at(from.time);
            said.push(format!(
                "{}, {all} without any route for {length}, until {}.",
                capital(&began),
                dates.at(until.time).trim_start_matches("at ")
            ));
        }
        [(from, None)] => said.push(format!("{}, {all} left without any route.", capital(&dates.at(from.time)))),
        [(first, _), .., (last, _)] => {
            let lengths = whole.iter().filter_map(|(from, until)| Some(until.as_ref()?.time.micros_since(from.time)));
            let bounds = lengths.clone().min().zip(lengths.max());
            let lengths =
                bounds.map_or_else(String::new, |(least, most)| format!(", for {} to {}", duration(least), duration(most)));
            let first = dates.at(first.time);
            said.push(format!(
                "{} times {all} without any route{lengths}: the first time {first}, the last {}.",
                capital(&number(whole.len())),
                dates.at(last.time)
            ));
        }
    }
    let mut single: Vec<_> = changes.iter().filter(|c| c.kind == ChangeKind::OutageStart).filter_map(|c| c.prefix).collect();
    single.sort_unstable();
    single.dedup();
    if whole.is_empty() && !single.is_empty() {
        let count = changes.iter().filter(|c| c.kind == ChangeKind::OutageStart).count();
        let names: Vec<_> = single.into_iter().map(Some).collect();
        said.push(format!("There {} of {}, never of all prefixes at once.", were_there(count), prefixes(&names)));
    }
    said
}

fn were_there(count: usize) -> String {
    format!("{} {}", if count == 1 { "was" } else { "were" }, plural(count, "outage"))
}

/// `two`; above ten in digits.
pub fn number(count: usize) -> String {
    let words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    words.get(count).map_or_else(|| count.to_string(), |w| (*w).to_owned())
}

/// The changes of the target as a whole.
pub fn of_target(changes: &[Change]) -> impl Iterator<Item = &Change> {
    changes.iter().filter(|change| change.prefix.is_none())
}

/// The outages among the changes of one prefix, or of the target: their start and, unless they last to the end, their end.
pub fn pairs<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<(&'a Change, Option<&'a Change>)> {
    let mut found: Vec<(&Change, Option<&Change>)> = Vec::new();
    for change in changes {
        match (change.kind, found.last_mut()) {
            (ChangeKind::OutageStart, _) => found.push((change, None)),
            (ChangeKind::OutageEnd, Some((_, end @ None))) => *end = Some(change),
            _ => {}
        }
    }
    found
}
