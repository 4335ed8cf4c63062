//! The public archives as data: where they are, and which collectors lived when.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::name::{Month, is_safe_collector};
use crate::archive::Project;
use crate::escape::printable;
use crate::model::{Span, Time};

static COMPILED_IN: LazyLock<Catalogue> =
    LazyLock::new(|| toml::from_str(include_str!("collectors.toml")).expect("the compiled-in catalogue is read by a test"));

/// All archives.
#[derive(Debug, Deserialize)]
pub struct Catalogue {
    ris: Archive,
    routeviews: Archive,
}

#[derive(Debug, Deserialize)]
struct Archive {
    hosts: Vec<String>,
    rib_every_s: i64,
    collectors: BTreeMap<String, Life>,
}

/// From when to when a collector wrote, as far as known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct Life {
    first: Time,
    /// The first instant after it.
    until: Time,
}

/// A collector to fetch from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Collector {
    /// Its name; safe as a directory.
    pub name: String,
    /// Whose layout it has.
    pub layout: Layout,
}

/// How an archive lays out its directories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layout {
    /// `rrc00/2017.10/{bview,updates}...gz`.
    Ris,
    /// `route-views.sg/bgpdata/2017.10/{RIBS/rib,UPDATES/updates}...bz2`.
    RouteViews,
}

/// A selection that names what no archive has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// A name of neither archive's kind.
    #[error(
        "'{}' is no collector of RIS or RouteViews; write rrc00, route-views2, route-views.sg, decix.jhb, or all, ris, routeviews",
        printable(.0)
    )]
    Unknown(String),
    /// A group without a member then.
    #[error("no collector of '{}' wrote in this window; the archives begin in 1999 (RIS) and 2001 (RouteViews)", printable(.0))]
    NobodyThen(String),
}

impl Catalogue {
    /// What the project knows.
    pub fn get() -> &'static Catalogue {
        &COMPILED_IN
    }

    /// The collectors that these words name; a group gives those that lived in the window. Sorted.
    pub fn select(&self, words: &[String], window: Span) -> Result<Vec<Collector>, SelectError> {
        let mut found = Vec::new();
        for word in words {
            let word = word.to_lowercase();
            match word.as_str() {
                "all" | "ris" | "routeviews" => {
                    let group = self.group(&word, window);
                    if group.is_empty() {
                        return Err(SelectError::NobodyThen(word));
                    }
                    found.extend(group);
                }
                _ => found.push(self.named(word)?),
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn group(&self, word: &str, window: Span) -> Vec<Collector> {
        let of = |layout: Layout, archive: &Archive| -> Vec<Collector> {
            let lived = archive.collectors.iter().filter(|(_, life)| life.first < window.until && life.until > window.from);
            lived.map(|(name, _)| Collector { name: name.clone(), layout }).collect()
        };
        let (ris, routeviews) = (|| of(Layout::Ris, &self.ris), || of(Layout::RouteViews, &self.routeviews));
        match word {
            "ris" => ris(),
            "routeviews" => routeviews(),
            _ => ris().into_iter().chain(routeviews()).collect(),
        }
    }

    /// Also a collector newer than this catalogue, if its name has either archive's form.
    fn named(&self, name: String) -> Result<Collector, SelectError> {
        let newer = || {
            let (exchange, airport) = name.split_once('.')?;
            (!exchange.is_empty() && airport.len() == 3 && !airport.contains('.')).then_some(Layout::RouteViews)
        };
        let layout = match Project::of_collector(&name) {
            _ if self.ris.collectors.contains_key(&name) => Some(Layout::Ris),
            _ if self.routeviews.collectors.contains_key(&name) => Some(Layout::RouteViews),
            Some(Project::Ris) => Some(Layout::Ris),
            Some(Project::RouteViews) => Some(Layout::RouteViews),
            Some(Project::Pch) => None,
            None => newer(),
        };
        match layout.filter(|_| is_safe_collector(&name)) {
            Some(layout) => Ok(Collector { name, layout }),
            None => Err(SelectError::Unknown(name)),
        }
    }

    /// The hosts that serve a layout, to be asked in this order.
    pub fn hosts(&self, layout: Layout) -> &[String] {
        &self.archive(layout).hosts
    }

    /// Whether a collector's lifetime, as far as known, overlaps the window.
    pub fn lived(&self, collector: &Collector, window: Span) -> bool {
        let life = self.archive(collector.layout).collectors.get(&collector.name);
        life.is_none_or(|life| life.first < window.until && life.until > window.from)
    }

    /// Seconds between two RIB dumps today.
    pub fn rib_every(&self, layout: Layout) -> i64 {
        self.archive(layout).rib_every_s
    }

    fn archive(&self, layout: Layout) -> &Archive {
        match layout {
            Layout::Ris => &self.ris,
            Layout::RouteViews => &self.routeviews,
        }
    }
}

/// `RouteViews` named its files in Pacific time until 2003-02-03T19:00Z, its `eqix` collector until 2006-02-01T21:00Z.
const PACIFIC_UNTIL: Time = Time::from_secs(1_044_298_800);
const EQIX_PACIFIC_UNTIL: Time = Time::from_secs(1_138_827_600);
/// Pacific standard time; in summer it is an hour less.
const PACIFIC_BEHIND: i64 = 8 * 3600;

impl Collector {
    /// Seconds by which a file's name may lie before its records' time, around `at` (UTC).
    pub fn named_behind(&self, at: Time) -> i64 {
        let until = match (self.layout, self.name.as_str()) {
            (Layout::Ris, _) => return 0,
            (Layout::RouteViews, "route-views.eqix") => EQIX_PACIFIC_UNTIL,
            (Layout::RouteViews, _) => PACIFIC_UNTIL,
        };
        if at < until { PACIFIC_BEHIND } else { 0 }
    }

    /// Seconds between two update files around `at`, as the archive means it.
    pub fn cadence(&self, at: Time) -> i64 {
        match self.layout {
            Layout::Ris => Project::Ris.cadence(at),
            Layout::RouteViews => Project::RouteViews.cadence(at),
        }
    }

    /// The directory of its months, in a mirror.
    pub fn directory(&self) -> String {
        match self.layout {
            Layout::Ris => self.name.clone(),
            Layout::RouteViews => format!("{}/bgpdata", self.name),
        }
    }

    /// Where its months may be below a host: the usual place first.
    pub fn places(&self) -> Vec<String> {
        let mut places = vec![self.directory()];
        // The oldest collector had no directory of its own until 2026, and has none in older mirrors.
        if self.name == "route-views2" {
            places.push("bgpdata".to_owned());
        }
        places
    }
}

impl TryFrom<String> for Life {
    type Error = String;

    /// `first`, `first/last`, or nothing; each a month or a day.
    fn try_from(text: String) -> Result<Self, String> {
        let (first, last) = text.split_once('/').unwrap_or((&text, ""));
        let month = |text: &str| Month::parse(&text.replace('-', "."));
        let start = |text: &str| month(text).map(Month::start).or_else(|| text.parse().ok());
        let end =
            |text: &str| month(text).map(|m| m.after().start()).or_else(|| text.parse().ok().map(|t: Time| t.plus_secs(86_400)));
        let wrong = || format!("'{text}' is no lifetime");
        Ok(Life {
            first: if first.is_empty() { Time::MIN } else { start(first).ok_or_else(wrong)? },
            until: if last.is_empty() { Time::MAX } else { end(last).ok_or_else(wrong)? },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&str], from: &str, to: &str) -> Result<Vec<String>, SelectError> {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        let window = Span { from: from.parse().expect("a time"), until: to.parse().expect("a time") };
        Ok(Catalogue::get().select(&words, window)?.into_iter().map(|c| c.name).collect())
    }

    #[test]
    fn groups_are_those_who_lived_then() {
        let all = names(&["all"], "2017-10-01", "2017-10-02").expect("a group");
        for there in ["rrc00", "rrc21", "route-views2", "route-views.chicago", "route-views.jinx"] {
            assert!(all.iter().any(|n| n == there), "{there}");
        }
        for not_there in ["rrc02", "rrc22", "route-views.flix", "decix.jhb"] {
            assert!(all.iter().all(|n| n != not_there), "{not_there}");
        }
        assert_eq!(names(&["ris"], "1999-10-01", "1999-11-01"), Ok(vec!["rrc00".to_owned()]));
        assert_eq!(names(&["ris"], "1990-01-01", "1991-01-01"), Err(SelectError::NobodyThen("ris".to_owned())));
        assert_eq!(names(&["ris"], "2008-10-31", "2008-11-01").map(|n| n.contains(&"rrc02".to_owned())), Ok(true));
    }

    #[test]
    fn names_newer_than_the_catalogue_and_names_of_nobody() {
        let one = |name: &str| names(&[name], "2030-01-01", "2030-01-02").map(|n| n.join(" "));
        for name in ["rrc27", "route-views9", "newix.ber", "rrc90", "route-views.sim"] {
            assert_eq!(one(name).as_deref(), Ok(name));
        }
        assert_eq!(one("RRC00").as_deref(), Ok("rrc00"));
        for name in ["../etc", "rrc00/..", "route-collector.ams.pch.net", "cisco", "", ".", "/rrc00", "rrc00 "] {
            assert_eq!(one(name), Err(SelectError::Unknown(name.to_owned())), "{name}");
        }
        assert_eq!(
            names(&["rrc01", "rrc00", "rrc01"], "2017-10-01", "2017-10-02").map(|n| n.join(" ")).as_deref(),
            Ok("rrc00 rrc01")
        );
    }

    #[test]
    fn names_in_pacific_time() {
        let behind = |name: &str, at: &str| {
            let layout = if name.starts_with("rrc") { Layout::Ris } else { Layout::RouteViews };
            Collector { name: name.to_owned(), layout }.named_behind(at.parse().expect("a time")) / 3600
        };
        assert_eq!(behind("route-views2", "2003-02-01"), 8);
        assert_eq!(behind("route-views2", "2003-02-04"), 0);
        assert_eq!(behind("route-views.eqix", "2005-06-01"), 8);
        assert_eq!(behind("rrc00", "2002-01-01"), 0);
    }
}
