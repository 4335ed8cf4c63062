//! Which collector and which project a name stands for, and how often each project writes an update file.

use serde::{Deserialize, Serialize};

use crate::model::Time;

/// The public archives whose habits are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Project {
    /// RIPE NCC's Routing Information Service: `rrc00` to `rrc26`.
    Ris,
    /// University of Oregon's `RouteViews`.
    RouteViews,
    /// Packet Clearing House.
    Pch,
}

/// RIS went from 15-minute to 5-minute update files on 2003-07-23T00:00:00Z.
const RIS_FIVE_MINUTES_SINCE: Time = Time::from_secs(1_058_918_400);

/// `RouteViews` collectors whose names lack the `route-views` prefix.
const UNPREFIXED: [&str; 17] = [
    "amsix.ams",
    "cix.atl",
    "crix.sjo",
    "decix.fra",
    "decix.jhb",
    "getafix.mnl",
    "hkix.hkg",
    "iix.cgk",
    "interlan.otp",
    "iraq-ixp.bgw",
    "kinx.icn",
    "locix.fra",
    "namex.fco",
    "netnod.mmx",
    "pacwave.lax",
    "pit.scl",
    "pitmx.qro",
];

/// Top-level domains: `example.org` before `bgpdata` is a mirror's host, not a collector like `decix.jhb`.
const NOT_AIRPORTS: [&str; 7] = ["com", "edu", "gov", "int", "mil", "net", "org"];

/// Longer names are cut: a collector's name is a column, not a text.
const LONGEST_NAME: usize = 64;

impl Project {
    /// The project that runs the collector of this name, where the name tells.
    pub fn of_collector(name: &str) -> Option<Self> {
        if is_ris(name) {
            Some(Self::Ris)
        } else if is_route_views(name) {
            Some(Self::RouteViews)
        } else if is_pch(name) {
            Some(Self::Pch)
        } else {
            None
        }
    }

    /// Seconds between the starts of two update files around `at`, as the project means it (rule 11).
    pub fn cadence(self, at: Time) -> i64 {
        match self {
            Self::Ris if at >= RIS_FIVE_MINUTES_SINCE => 300,
            Self::Ris | Self::RouteViews => 900,
            Self::Pch => 60,
        }
    }

    /// The project that serves files under this host name.
    pub(super) fn of_host(name: &str) -> Option<Self> {
        let serves = |domain: &str| name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if serves("ris.ripe.net") {
            Some(Self::Ris)
        } else if serves("routeviews.org") {
            Some(Self::RouteViews)
        } else if serves("pch.net") {
            Some(Self::Pch)
        } else {
            None
        }
    }
}

/// The name of some collector: lower-case text expected.
pub(super) fn is_collector(name: &str) -> bool {
    Project::of_collector(name).is_some()
}

/// What stands before `bgpdata` is a collector also when it is newer than this program: `exchange.airport`.
pub(super) fn is_collector_before_bgpdata(name: &str) -> bool {
    let new_style = |(exchange, airport): (&str, &str)| {
        is_label(exchange) && airport.len() == 3 && is_label(airport) && !NOT_AIRPORTS.contains(&airport)
    };
    is_collector(name) || name.split_once('.').is_some_and(new_style)
}

/// Safe to print in any output: letters, digits, `.`, `-`, `_`; all else reads `_`. `None` if nothing is left.
pub fn sanitise(name: &str) -> Option<String> {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let text: String = name.chars().map(safe).collect();
    let text = text.trim_start_matches(['.', '-']);
    let text: String = text.chars().take(LONGEST_NAME).collect();
    (!text.is_empty()).then_some(text)
}

fn is_ris(name: &str) -> bool {
    name.strip_prefix("rrc").is_some_and(|digits| matches!(digits.len(), 2 | 3) && all_digits(digits))
}

fn is_route_views(name: &str) -> bool {
    if UNPREFIXED.contains(&name) || matches!(name, "ix-br.gru" | "ix-br2.gru") {
        return true;
    }
    let Some(rest) = name.strip_prefix("route-views") else { return false };
    let (number, place) = rest.split_once('.').map_or((rest, None), |(number, place)| (number, Some(place)));
    (number.is_empty() || all_digits(number)) && place.is_none_or(is_label)
}

fn is_pch(name: &str) -> bool {
    name.starts_with("route-collector.") && name.ends_with(".pch.net")
}

fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

pub(super) fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_are_known_by_their_collectors_names() {
        let cases = [
            ("rrc00", Some(Project::Ris)),
            ("rrc90", Some(Project::Ris)),
            ("rrc", None),
            ("rrc0x", None),
            ("route-views2", Some(Project::RouteViews)),
            ("route-views.sg", Some(Project::RouteViews)),
            ("route-views2.saopaulo", Some(Project::RouteViews)),
            ("route-views.sim", Some(Project::RouteViews)),
            ("decix.jhb", Some(Project::RouteViews)),
            ("route-views-study", None),
            ("route-collector.ams.pch.net", Some(Project::Pch)),
            ("my-router", None),
        ];
        for (name, project) in cases {
            assert_eq!(Project::of_collector(name), project, "{name}");
        }
    }

    #[test]
    fn ris_wrote_every_15_minutes_until_july_2003() {
        let cadence = |project: Project, at: &str| project.cadence(at.parse().unwrap_or_default());
        assert_eq!(cadence(Project::Ris, "2003-07-22T23:59:59Z"), 900);
        assert_eq!(cadence(Project::Ris, "2003-07-23"), 300);
        assert_eq!(cadence(Project::RouteViews, "2017-10-01"), 900);
        assert_eq!(cadence(Project::Pch, "2015-10-23"), 60);
    }

    #[test]
    fn names_are_made_safe() {
        let cases = [
            ("rrc00", Some("rrc00")),
            ("=cmd|' /C calc'", Some("_cmd____C_calc_")),
            ("-x", Some("x")),
            ("..", None),
            ("", None),
            ("naïve\u{1b}[2J", Some("na_ve__2J")),
        ];
        for (name, safe) in cases {
            assert_eq!(sanitise(name).as_deref(), safe, "{name:?}");
        }
    }

    #[test]
    fn hosts_are_not_collectors() {
        for host in ["archive.routeviews.org", "example.com", "data", "2008.02"] {
            assert!(!is_collector_before_bgpdata(host), "{host}");
        }
        assert!(is_collector_before_bgpdata("newix.ber"));
    }
}
