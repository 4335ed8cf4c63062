//! What replay makes of a script ([`super::script`]), told in lines for tables of tests.

use super::script::{self, Case, collector, end, key, letter, second, spell, start};
use super::{Absence, Follows, Quality, Replay, replay};
use crate::model::Flag;

/// Routes, in order of keys: `A/X U1: update 10 .. update 20`.
fn routes(replay: &Replay) -> Vec<String> {
    let mut all: Vec<_> = replay.intervals.iter().collect();
    all.sort_by_key(|i| (i.peer, i.prefix, i.path_id));
    let told = |i: &super::RouteInterval| {
        let ways = i.route.path.ases().skip(1).map(|asn| asn.0).take_while(|asn| *asn < 9000);
        let ways: Vec<String> = ways.map(|asn| format!("U{}", asn - 1000)).collect();
        let follows = match i.follows {
            Follows::Nothing => "",
            Follows::Replaced => " replaces",
            Follows::CameBack => " came back",
        };
        let repeats = if i.repeats == 0 { String::new() } else { format!(" x{}", i.repeats) };
        let assumed = i.assumed.iter().map(|span| format!(" assumed {}", spell(*span))).collect::<Vec<_>>().concat();
        let flags = if i.route.flags.has(Flag::Gap) { " unread" } else { "" };
        let (key, ways) = (key(i.peer, i.prefix, i.path_id), ways.join("."));
        format!("{key} {ways}: {} .. {}{follows}{repeats}{assumed}{flags}", start(&i.start), end(&i.end))
    };
    all.iter().map(told).collect()
}

/// Asks each question of a table.
pub fn check(cases: &[Case]) {
    script::check(cases, answer);
}

/// What the word before the colon asks for: `routes`, `known` (where keys are known to have none), `up` or `quality`.
fn answer(given: &str) -> Vec<String> {
    let (asked, given) = given.split_once(": ").expect("a question");
    let replay = replay(&collector(given));
    let known = |what: &'static str, all: &[Absence]| -> Vec<String> {
        let all = all.iter().filter(|a| a.span.from < a.span.until);
        all.map(|a| format!("{what} {} {}", key(a.peer, a.prefix, a.path_id), spell(a.span))).collect()
    };
    let family = |family: usize| ["v4", "v6"][family];
    match asked {
        "routes" => routes(&replay),
        "known" => {
            let tables = replay.tables.iter();
            let tables = tables.map(|t| format!("table {} {} {}", letter(t.peer), family(t.family), spell(t.span)));
            let (absent, pathless) = (known("absent", &replay.absences), known("pathless", &replay.pathless));
            tables.chain(absent).chain(pathless).collect()
        }
        "up" => {
            let is_full = |full: [bool; 2]| if full == [false; 2] { "" } else { " full" };
            let up = replay.presences.iter().map(|p| format!("{} {}{}", letter(p.peer), spell(p.span), is_full(p.full)));
            let open = replay.open.iter().map(|record| format!("open: dump of clause {}", record.place()));
            up.chain(open).chain([format!("baseline {}", replay.baseline.map_or("none".to_owned(), second))]).collect()
        }
        _ => {
            replay.quality.iter().filter(|(_, q)| **q != Quality::default()).map(|(peer, q)| quality(letter(*peer), q)).collect()
        }
    }
}

/// Only what is not zero.
fn quality(peer: char, of: &Quality) -> String {
    let Quality { announcements, withdrawals, repeats, rib_agreements, rib_disagreements, empty_paths, clock } = *of;
    let all = [
        (announcements, "announced"),
        (withdrawals, "withdrawn"),
        (repeats, "repeated"),
        (rib_agreements, "agree"),
        (rib_disagreements, "disagree"),
        (empty_paths, "empty"),
        (clock, "clock"),
    ];
    let told: Vec<String> = all.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    format!("{peer}: {}", told.join(", "))
}
