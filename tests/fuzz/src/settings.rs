//! What people write: claims, profiles, lists of names and prefixes. What is read of a file can be written down and is then read as the
//! same; what is wrong is told in words that steer no terminal.

use std::fmt::{Display, Write};

use ipnet::IpNet;
use uplinks::check::{Claim, Claims, When};
use uplinks::model::Asn;
use uplinks::target::{Delegated, Names, Profile, SettingsError, delegated_of, names_of, origins_of, prefixes_of};

use super::choices::{Choices, noise};
use super::made;

/// The text, if it is one.
pub fn text_of(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// Nothing but lines, and what stands in them.
pub fn harmless(error: &dyn Display) {
    let said = error.to_string();
    assert!(!said.is_empty() && said.chars().all(|c| c == '\n' || !c.is_control()), "{said:?}");
}

/// A TOML string.
pub fn quoted(text: &str) -> String {
    let escaped = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(|item| quoted(&item.to_string())).collect::<Vec<_>>().join(", ")
}

pub fn claims(data: &[u8]) {
    if let [0, rest @ ..] = data {
        return made::claims(&mut Choices::of(rest));
    }
    let Some(text) = text_of(data) else { return };
    let claims = match Claims::parse(text, "of\u{1b}[mine") {
        Ok(claims) => claims,
        Err(error) => return harmless(&error),
    };
    assert!(!claims.claims.is_empty() && !claims.prefixes.is_empty());
    assert!(claims.prefixes.windows(2).all(|two| two[0] < two[1]) && claims.prefixes.iter().all(|net| *net == net.trunc()));
    assert!(claims.claims.windows(2).all(|two| two[0].number <= two[1].number));
    for claim in &claims.claims {
        assert!(claim.prefix.is_none_or(|prefix| claims.prefixes.contains(&prefix)));
        let window = claim.when.window();
        assert!(window.from < window.until && window.from <= claim.when.time() && claim.when.time() <= window.until);
    }
    let written = claims_as_toml(&claims);
    let again = Claims::parse(&written, "again").unwrap_or_else(|error| panic!("{error}\n{written}"));
    let plain =
        |claims: &Claims| -> Vec<Claim> { claims.claims.iter().map(|claim| Claim { number: 0, ..claim.clone() }).collect() };
    assert_eq!((&again.prefixes, plain(&again)), (&claims.prefixes, plain(&claims)), "{written}");
    assert_eq!(again.title, claims.title);
}

fn claims_as_toml(claims: &Claims) -> String {
    let mut out = format!("title = {}\nprefixes = [{}]\n", quoted(&claims.title), list(&claims.prefixes));
    for claim in &claims.claims {
        let _ = writeln!(out, "[[claim]]\ntext = {}\nsource = {}", quoted(&claim.text), quoted(&claim.source));
        let _ = writeln!(out, "what = {}\norigin = {}", quoted(claim.what.text()), claim.origin);
        let prefix = claim.prefix.map_or("*".to_owned(), |prefix| prefix.to_string());
        let _ = writeln!(out, "prefix = {}", quoted(&prefix));
        if let Some(upstream) = claim.upstream {
            let _ = writeln!(out, "upstream = \"AS{upstream}\"");
        }
        if claim.hop > 1 {
            let _ = writeln!(out, "hop = {}", claim.hop);
        }
        let _ = match claim.when {
            When::At { time, tolerance } => writeln!(out, "at = \"{time}\"\ntolerance = \"{}s\"", tolerance / 1_000_000),
            When::Throughout { span } => {
                writeln!(out, "from = \"{}\"\nto = \"{}\"\nupstreams = [{}]", span.from, span.until, list(&claim.upstreams))
            }
            When::Within { span, count } => writeln!(out, "from = \"{}\"\nto = \"{}\"\ncount = {count}", span.from, span.until),
        };
    }
    out
}

pub fn profiles(data: &[u8]) {
    if let [0, rest @ ..] = data {
        return made::profile(&mut Choices::of(rest));
    }
    let Some(text) = text_of(data) else { return };
    let profile = match Profile::parse(text, "mine\r") {
        Ok(profile) => profile,
        Err(error) => return harmless(&error),
    };
    assert!(!profile.origins.is_empty() || !profile.prefixes.is_empty());
    let origins = profile.origins.iter().map(Asn::to_string).collect::<Vec<_>>().join(", ");
    let mut written =
        format!("label = {}\norigins = [{origins}]\nprefixes = [{}]\n[names]\n", quoted(&profile.label), list(&profile.prefixes));
    for (asn, name) in &profile.names {
        let _ = writeln!(written, "AS{asn} = {}", quoted(name));
    }
    let again = Profile::parse(&written, "again").unwrap_or_else(|error| panic!("{error}\n{written}"));
    assert_eq!(again, profile, "{written}");
}

fn lines(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<_>>().join("\n")
}

pub fn name_and_prefix_files(data: &[u8]) {
    if let [0, rest @ ..] = data {
        return made::lists(&mut Choices::of(rest));
    }
    let Some(text) = text_of(data) else { return };
    match names_of(text, "names") {
        Err(error) => told(&error, text),
        Ok(names) => {
            assert!(names.len() <= text.lines().count());
            // JSON writes some letters otherwise, and a list cannot hold a mark of its own.
            let is_plain = |name: &str| !name.contains(['#', '\n', '\r', '"']) && name.trim() == name;
            let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
            assert!(is_json || names.values().all(|name| !is_plain(name) || text.contains(name.as_str())));
            let names: Names = names.into_iter().filter(|(_, name)| is_plain(name)).collect();
            let written: String = lines(names.iter().map(|(asn, name)| format!("AS{asn},\"{name}\" # so\r\n")));
            assert_eq!(names_of(&written, "again").ok(), Some(names), "{written:?}");
        }
    }
    match prefixes_of(text, "prefixes") {
        Err(error) => told(&error, text),
        Ok(prefixes) => {
            assert!(prefixes.len() <= text.lines().count());
            let written: String = lines(prefixes.iter().map(|prefix| format!(" {prefix}\t# so")));
            assert_eq!(prefixes_of(&written, "again").ok(), Some(prefixes));
        }
    }
    match origins_of(text, "origins") {
        Err(error) => harmless(&error),
        Ok(origins) => {
            assert!(!origins.is_empty());
            let written: String = lines(origins.iter().map(|asn| format!("AS{asn} # so")));
            assert_eq!(origins_of(&written, "again").ok().as_ref(), Some(&origins));
            let column: String = lines(origins.iter().map(|asn| format!("\"a, b\",{asn}")));
            assert_eq!(origins_of(&format!("name,asn\n{column}"), "again").ok(), Some(origins));
        }
    }
    match delegated_of([(text, "delegated")], "CU") {
        Err(error) => harmless(&error),
        Ok(found) => {
            assert!(found != Delegated::default());
            let number = |asn: &Asn| format!("x|cu|asn|{asn}|1|2|assigned");
            let prefix = |net: &IpNet| match net {
                IpNet::V4(net) => format!("x|CU|ipv4|{}|{}|2|allocated", net.addr(), 1_u64 << (32 - net.prefix_len())),
                IpNet::V6(net) => format!("x|CU|ipv6|{}|{}|2|allocated|y", net.addr(), net.prefix_len()),
            };
            let written = lines(found.origins.iter().map(number).chain(found.prefixes.iter().map(prefix)));
            assert_eq!(delegated_of([(written.as_str(), "again")], "CU").ok(), Some(found), "{written}");
        }
    }
}

/// An error of a list names a line that is there.
fn told(error: &SettingsError, text: &str) {
    harmless(error);
    let SettingsError::Text { path, .. } = error else { panic!("{error}: of a text only its text is wrong") };
    let line = path.rsplit(':').next().and_then(|line| line.parse::<usize>().ok());
    assert!(line.is_some_and(|line| (1..=text.lines().count()).contains(&line)), "{path}");
}

fn with_made(number: u64) -> impl Iterator<Item = Vec<u8>> {
    (number..number + 4).map(|number| [&[0][..], &noise(number, 60)].concat())
}

pub fn claim_seeds() -> Vec<Vec<u8>> {
    let full = r#"title = "As published"
origin = 131279
prefixes = ["175.45.176.0/22"]
tolerance = "5m"
[[claim]]
text = "A gains B"
source = "somebody"
what = "gained"
prefix = ["175.45.176.0/24", "2001:db8::/32"]
upstream = "AS20485"
at = 2017-10-01T09:07:51Z
tolerance = "60s"
[[claim]]
text = "twice"
what = "outage-begins"
origin = "2.207"
from = 2014-12-22
to = 2014-12-23T10:00:00+01:00
count = 2
"#;
    let short = "origin=1\n[[claim]]\ntext='t'\nwhat='present'\nprefix='10.0.0.0/8'\nat='2017-10-01'\n";
    let edges =
        "origin=1\n[[claim]]\ntext=''\nwhat='absent'\nprefix='::/0'\nat='9999-12-31T23:59:59.999999Z'\ntolerance='36525d'\n";
    [full, short, edges, "prefixes = [1]", "[[claim]]\ntext = \"\\u001b\"\n", "a = \u{7f}"]
        .map(|text| text.as_bytes().to_vec())
        .into_iter()
        .chain(with_made(400))
        .collect()
}

pub fn profile_seeds() -> Vec<Vec<u8>> {
    let full = r#"name = "north-korea"
label = "North Korea"
origins = ["AS131279", 4837, "2.207"]
prefixes = ["175.45.176.0/22", "2001:db8::/32"]
[names]
131279 = "STAR-KP"
AS4837 = "China \"Unicom\""
"#;
    [
        full,
        "origins = [1.5]",
        "prefixes = [\"10.0.0.1/8\"]",
        "origins = []\nlabel = '\u{202e}'",
        "names = { 1 = 2 }",
        "origins = [-1]",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into_iter()
    .chain(with_made(410))
    .collect()
}

pub fn list_seeds() -> Vec<Vec<u8>> {
    [
        "# names\nAS131279 STAR-KP\n4837,\"China Unicom\"\n\n2.207\tAnother # one\r\n3356",
        "175.45.176.0/22\n2001:db8::/32 # and\n\n#\n10.0.0.1/8\r\n",
        "1 a\n1 b\nx",
        "1,\"\" \"\n",
        "\u{feff}1,a\u{85}b\n",
        "\u{feff}name;AS Number\r\n\"a;\nb\";64500\n# c\n\nd;\ne;ambiguous\nf;2.207",
        "2.3|lacnic|20260101|3|19870101|20251231|-0300\nlacnic|*|ipv4|*|1|summary\n\
         lacnic|CU|asn|11960|3|19981231|allocated|a\nlacnic|CU|ipv4|200.0.17.0|768|19960101|assigned\n\
         lacnic|CU|ipv6|2001:13cc::1|32|20080101|allocated\n",
        "x|CU|asn|4294967295|1||allocated\nx|CU|ipv4|0.0.0.0|4294967296||allocated\nx|CU|ipv4|255.255.255.255|2||allocated",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into_iter()
    .chain(with_made(420))
    .collect()
}
