//! Files of settings of which it is known what they say: chosen first, then written in one of the ways that people write.

use std::collections::BTreeMap;
use std::fmt::Write;

use ipnet::IpNet;
use uplinks::check::{Claim, Claimed, Claims, When};
use uplinks::model::{Asn, Span, Time};
use uplinks::target::{Profile, names_of, prefixes_of};

use super::choices::Choices;
use super::settings::quoted;

const TEXTS: [&str; 7] = ["", "North Korea", "a \"quoted\" one", "back\\slash", "Телеком", "two\nlines", "\u{1b}[2J"];
const PREFIXES: [&str; 6] =
    ["175.45.176.0/22", "175.45.177.0/24", "0.0.0.0/0", "2001:db8::/32", "2001:db8:1::/48", "10.0.0.1/32"];
const ASNS: [u32; 6] = [0, 1, 65_535, 65_536, 131_279, u32::MAX];

/// 2017-10-01T00:00:00Z.
const DAY: i64 = 1_506_816_000;

fn asn(choices: &mut Choices<'_>) -> (Asn, String) {
    let number = choices.of_these(&ASNS);
    let written = match choices.below(3) {
        0 => format!("{number}"),
        1 => format!("AS{number}"),
        _ => format!("{}.{}", number >> 16, number & 0xFFFF),
    };
    (Asn(number), written)
}

fn prefix(choices: &mut Choices<'_>) -> (IpNet, &'static str) {
    let text = choices.of_these(&PREFIXES);
    (text.parse().expect("a prefix"), text)
}

/// A time to the second, and one of the ways to write it.
fn time(choices: &mut Choices<'_>) -> (Time, String) {
    let secs = i64::from(choices.u16());
    let time = Time::from_secs(DAY + secs);
    match choices.below(4) {
        0 => (Time::from_secs(DAY), "2017-10-01".to_owned()),
        1 => (Time::from_secs(DAY), "\"2017-10-01\"".to_owned()),
        2 => (time, time.to_string()),
        _ => {
            let later = Time::from_secs(DAY + secs + 5400).to_string();
            (time, quoted(&later.replace('Z', "+01:30")))
        }
    }
}

pub fn profile(choices: &mut Choices<'_>) {
    let mut profile = Profile { label: choices.of_these(&TEXTS).to_owned(), ..Profile::default() };
    let (mut origins, mut prefixes, mut names) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..=choices.below(3) {
        let (origin, written) = asn(choices);
        let bare = written.bytes().all(|byte| byte.is_ascii_digit()) && choices.one_in(2);
        origins.push(if bare { written } else { quoted(&written) });
        profile.origins.push(origin);
    }
    let mut siblings = Vec::new();
    for _ in 0..choices.below(3) {
        let (sibling, written) = asn(choices);
        siblings.push(quoted(&written));
        profile.siblings.push(sibling);
    }
    for _ in 0..choices.below(4) {
        let (net, written) = prefix(choices);
        prefixes.push(quoted(written));
        profile.prefixes.push(net);
    }
    for number in ASNS.iter().take(choices.below(4)) {
        let name = choices.of_these(&TEXTS);
        let _ = writeln!(names, "AS{number} = {}", quoted(name));
        profile.names.insert(Asn(*number), name.to_owned());
    }
    let also = if choices.one_in(2) { "name = \"of less worth\"\n" } else { "" };
    let written = format!(
        "{also}label = {}\norigins = [{}]\nsiblings = [{}]\nprefixes = [{}]\n[names]\n{names}",
        quoted(&profile.label),
        origins.join(", "),
        siblings.join(", "),
        prefixes.join(", ")
    );
    assert_eq!(Profile::parse(&written, "made").expect("a profile"), profile, "{written}");
}

pub fn claims(choices: &mut Choices<'_>) {
    let (default_origin, origin_written) = asn(choices);
    let default_tolerance = choices.of_these(&[None, Some((5, "5s")), Some((7200, "2h"))]);
    let mut all = Vec::new();
    let mut entries = String::new();
    for number in 1..=1 + choices.below(3) {
        let text = choices.of_these(&TEXTS);
        let _ = writeln!(entries, "[[claim]]\ntext = {}", quoted(text));
        let (what, count) = (choices.of_these(&Claimed::ALL), choices.below(4));
        let (from, from_written) = time(choices);
        let until = Time::from_secs(DAY + 100_000);
        let when = if what == Claimed::Only {
            let _ = writeln!(entries, "from = {from_written}\nto = {until}");
            When::Throughout { span: Span { from, until } }
        } else if choices.one_in(3) && !what.is_state() {
            let _ = writeln!(entries, "from = {from_written}\nto = {until}\ncount = {count}");
            When::Within { span: Span { from, until }, count }
        } else {
            let own = choices.of_these(&[None, Some((60, "1m")), Some((86_400, "1d"))]);
            let _ = writeln!(entries, "at = {from_written}");
            if let Some((_, written)) = own {
                let _ = writeln!(entries, "tolerance = \"{written}\"");
            }
            let (seconds, _) = own.or(default_tolerance).unwrap_or((60, ""));
            When::At { time: from, tolerance: seconds * 1_000_000 }
        };
        let only = (what == Claimed::Only).then(|| asn(choices));
        if let Some((_, written)) = &only {
            let _ = writeln!(entries, "upstreams = [{}]", quoted(written));
        }
        let takes_upstream = !matches!(what, Claimed::OutageBegins | Claimed::OutageEnds | Claimed::Only);
        let upstream =
            (takes_upstream && (matches!(what, Claimed::Gained | Claimed::Lost) || choices.one_in(2))).then(|| asn(choices));
        if let Some((_, written)) = &upstream {
            let _ = writeln!(entries, "upstream = {}", quoted(written));
        }
        let hop = if upstream.is_some() || only.is_some() { 1 + choices.below(16) } else { 1 };
        if hop > 1 {
            let _ = writeln!(entries, "hop = {hop}");
        }
        let prefixes: Vec<(Option<IpNet>, &str)> = (0..=choices.below(3))
            .map(|_| {
                if choices.one_in(3) {
                    (None, "*")
                } else {
                    Some(prefix(choices)).map(|(net, text)| (Some(net), text)).expect("one")
                }
            })
            .collect();
        let written: Vec<String> = prefixes.iter().map(|(_, text)| quoted(text)).collect();
        let _ = writeln!(entries, "prefix = [{}]\nwhat = {}", written.join(", "), quoted(what.text()));
        let (text, source, upstream) = (text.trim().to_owned(), String::new(), upstream.map(|(asn, _)| asn));
        let of = |(prefix, _)| Claim {
            number,
            text: text.clone(),
            source: source.clone(),
            what,
            prefix,
            origin: default_origin,
            upstream,
            upstreams: only.iter().map(|(asn, _)| *asn).collect(),
            hop,
            when,
        };
        all.extend(prefixes.into_iter().map(of));
    }
    let (own, own_written) = prefix(choices);
    let tolerance = default_tolerance.map_or(String::new(), |(_, text)| format!("tolerance = \"{text}\"\n"));
    let siblings: Vec<(Asn, String)> = (0..choices.below(3)).map(|_| asn(choices)).collect();
    let siblings_written = siblings.iter().map(|(_, written)| quoted(written)).collect::<Vec<_>>().join(", ");
    let written = format!(
        "title = \"made\"\norigin = {}\nsiblings = [{siblings_written}]\nprefixes = [\"{own_written}\"]\n{tolerance}{entries}",
        quoted(&origin_written)
    );
    let read = Claims::parse(&written, "made").unwrap_or_else(|error| panic!("{error}\n{written}"));
    let mut prefixes: Vec<IpNet> = all.iter().filter_map(|claim| claim.prefix).chain([own]).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    assert_eq!(
        read,
        Claims { title: "made".to_owned(), prefixes, siblings: siblings.into_iter().map(|(asn, _)| asn).collect(), claims: all },
        "{written}"
    );
}

pub fn lists(choices: &mut Choices<'_>) {
    let (mut names, mut prefixes) = (BTreeMap::new(), Vec::new());
    let (mut name_lines, mut prefix_lines) = (String::new(), String::new());
    for _ in 0..choices.below(9) {
        let ending = choices.of_these(&["\n", "\r\n", " # a comment\n", "\n\n", "\t\n#\n"]);
        let name = choices.of_these(&["", "TransTeleCom", "China Unicom", "a, b", "Телеком"]);
        let gap = choices.of_these(&[",", " ", "\t", ", ", "  "]);
        let (number, written) = asn(choices);
        let quote = if choices.one_in(3) { "\"" } else { "" };
        let _ = write!(name_lines, "{written}{gap}{quote}{name}{quote}{ending}");
        names.insert(number, name.to_owned());
        let (net, written) = prefix(choices);
        let _ = write!(prefix_lines, "{}{written}{ending}", if choices.one_in(4) { " " } else { "" });
        prefixes.push(net);
    }
    assert_eq!(names_of(&name_lines, "made").expect("names"), names, "{name_lines:?}");
    assert_eq!(prefixes_of(&prefix_lines, "made").expect("prefixes"), prefixes, "{prefix_lines:?}");
}
