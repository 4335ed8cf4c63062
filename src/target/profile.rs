//! Targets with a name: TOML files, of which some are compiled in, and the small text files of names and prefixes.

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde::Deserialize;
use toml::Value;

use super::settings::{SettingsError, Shelf, asn_of, read};
use crate::model::Asn;

const PROFILES: Shelf = Shelf {
    noun: "profile",
    built_in: &[
        ("north-korea", include_str!("profiles/north-korea.toml")),
        ("telegram-2026", include_str!("profiles/telegram-2026.toml")),
        ("telegram-2026-hijack", include_str!("profiles/telegram-2026-hijack.toml")),
    ],
};

/// A named target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// How people call it.
    pub label: String,
    /// Its origins (rule 4).
    pub origins: Vec<Asn>,
    /// Other ASes of its house (rule 3): never its upstreams.
    pub siblings: Vec<Asn>,
    /// Its prefixes (rule 4).
    pub prefixes: Vec<IpNet>,
    /// Names of ASes: decoration.
    pub names: BTreeMap<Asn, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Option<String>,
    label: Option<String>,
    #[serde(default)]
    origins: Vec<Value>,
    #[serde(default)]
    siblings: Vec<Value>,
    #[serde(default)]
    prefixes: Vec<String>,
    #[serde(default)]
    names: BTreeMap<String, String>,
}

impl Profile {
    /// A built-in profile by name, or a TOML file by path.
    pub fn load(name: &str) -> Result<Profile, SettingsError> {
        Profile::parse(&PROFILES.text(name)?, name)
    }

    /// Reads the TOML; `path` is for messages.
    pub fn parse(text: &str, path: &str) -> Result<Profile, SettingsError> {
        let wrong = |reason: String| SettingsError::Text { path: path.to_owned(), reason };
        let file: File = toml::from_str(text).map_err(|e| wrong(e.to_string()))?;
        let mut profile = Profile { label: file.label.or(file.name).unwrap_or_default(), ..Profile::default() };
        for origin in file.origins {
            profile.origins.push(asn_of(&origin).map_err(|e| wrong(format!("origins: {e}")))?);
        }
        for sibling in file.siblings {
            profile.siblings.push(asn_of(&sibling).map_err(|e| wrong(format!("siblings: {e}")))?);
        }
        for prefix in file.prefixes {
            profile.prefixes.push(
                prefix.parse().map_err(|_| wrong(format!("prefixes: '{prefix}' is no prefix; write one as 175.45.176.0/22")))?,
            );
        }
        for (asn, name) in file.names {
            profile.names.insert(asn.parse().map_err(|e| wrong(format!("names: {e}")))?, name);
        }
        if profile.origins.is_empty() && profile.prefixes.is_empty() {
            return Err(wrong("give origins, prefixes or both".to_owned()));
        }
        Ok(profile)
    }
}

/// The lines that say something: `#` begins a comment.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bare = |(at, line): (usize, &'_ str)| (at + 1, line.split('#').next().map_or(0, str::len));
    text.lines()
        .enumerate()
        .map(move |(at, line)| {
            let (number, length) = bare((at, line));
            (number, line[..length].trim())
        })
        .filter(|(_, line)| !line.is_empty())
}

/// `--prefix-file`: one prefix a line, `#` begins a comment.
pub fn read_prefixes(path: &str) -> Result<Vec<IpNet>, SettingsError> {
    prefixes_of(&read(path)?, path)
}

/// As [`read_prefixes`], of a text; `path` is for messages.
pub fn prefixes_of(text: &str, path: &str) -> Result<Vec<IpNet>, SettingsError> {
    let parse = |(number, line): (usize, &str)| {
        let wrong = |_| SettingsError::Text {
            path: format!("{path}:{number}"),
            reason: format!("'{line}' is no prefix; write one a line, as 175.45.176.0/22"),
        };
        line.parse().map_err(wrong)
    };
    lines(text).map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_profile_reads() {
        let profile = Profile::load("north-korea").expect("built in");
        assert_eq!((profile.origins, profile.prefixes.len()), (vec![Asn(131_279)], 1));
        assert_eq!(profile.names.get(&Asn(20485)).map(String::as_str), Some("TransTeleCom"));
    }

    #[test]
    fn victim_and_hijacker_are_watched_on_the_same_prefixes() {
        let [victim, hijack] = ["telegram-2026", "telegram-2026-hijack"].map(|name| Profile::load(name).expect(name));
        assert_eq!((victim.origins.len(), victim.prefixes.len()), (5, 15));
        assert_eq!((hijack.origins, hijack.prefixes, hijack.names), (vec![Asn(18101)], victim.prefixes, victim.names));
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, said) in [
            ("origins = ['x']", "'x' is no AS number"),
            ("origins = [99999999999]", "origins: '99999999999' is no AS number"),
            ("prefixes = ['1.2.3.4/99']", "is no prefix"),
            ("label = 'nothing'", "give origins, prefixes or both"),
            ("orgins = [1]", "orgins"),
        ] {
            let error = Profile::parse(text, "mine.toml").expect_err(text).to_string();
            assert!(error.contains(said) && error.starts_with("mine.toml"), "{error}");
        }
        assert!(Profile::load("south-korea").expect_err("unknown").to_string().contains("north-korea"));
    }
}
