//! What a path says of an archive file: collector, kind, start and project. Pure text: no file is looked at.

use std::path::{Component, Path};

use chrono::NaiveDate;

use super::collector::{self, Project, all_digits};
use super::simulated::SIMULATED;
use super::table_name;
use serde::{Deserialize, Serialize};

use crate::model::Time;

/// What a file's name says it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NameKind {
    /// A RIB dump: `bview`, `rib`.
    Rib,
    /// An update file.
    Updates,
}

/// How much a name can be trusted, for files that nobody named one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameStyle {
    /// Kind and time, as the archives write them: taken for an archive file without a look inside.
    Archive,
    /// Only its content can tell.
    Unclear,
    /// No archive file; the reason in words.
    Foreign(&'static str),
}

/// What a path says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveName {
    /// The collector, in lower case and safe to print.
    pub collector: Option<String>,
    /// RIB dump or update file.
    pub kind: Option<NameKind>,
    /// The time in the name, in UTC. (`RouteViews` wrote Pacific time until February 2003.)
    pub start: Option<Time>,
    /// Whose archive it comes from.
    pub project: Option<Project>,
    /// Whether the name is that of an archive file.
    pub style: NameStyle,
}

/// Archives begin in the later nineties: an earlier time in a name is a broken clock's (`updates.19700101.0000`).
const FIRST_YEAR: i32 = 1995;
const EARLIEST: Time = Time::from_secs(788_918_400);
/// 2100-01-01.
const LATEST: Time = Time::from_secs(4_102_444_800);

const COMPRESSIONS: [&str; 4] = ["gz", "bz2", "xz", "zst"];

/// Endings of what lies beside archive files.
const FOREIGN: [&str; 30] = [
    "aria2",
    "asc",
    "bad",
    "crdownload",
    "csv",
    "download",
    "gif",
    "htm",
    "html",
    "jpg",
    "js",
    "json",
    "jsonl",
    "lock",
    "log",
    "md",
    "md5",
    "parquet",
    "part",
    "partial",
    "pdf",
    "png",
    "py",
    "sh",
    "sha256",
    "svg",
    "tmp",
    "toml",
    "txt",
    "xml",
];

/// Reads a path. Where file name and directories disagree on the collector, the file name wins.
pub fn parse(path: &Path) -> ArchiveName {
    let parts = parts(path);
    let Some((base, directories)) = parts.split_last() else {
        return ArchiveName { collector: None, kind: None, start: None, project: None, style: NameStyle::Unclear };
    };
    let file = FileName::parse(base);
    let collector = file.collector.or_else(|| from_directories(directories));
    let project = collector
        .as_deref()
        .and_then(Project::of_collector)
        .or(file.project)
        .or_else(|| directories.iter().rev().find_map(|d| Project::of_host(d)));
    let collector = collector.as_deref().and_then(collector::sanitise);
    ArchiveName { collector, kind: file.kind, start: file.start, project, style: file.style }
}

/// What uplinks itself puts beside archive files: a mirror's manifest, what is on its way or was put aside as damaged, the
/// entries of a cache. Nobody's input, and nothing to wonder at.
pub(super) fn is_own(base: &str) -> bool {
    if let Some(names) = base.strip_suffix(".uplinks") {
        let digest = |name: &str| name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        return names.split_once('-').is_some_and(|(file, question)| digest(file) && digest(question));
    }
    let target = [".partial", ".partial.json", ".bad"].iter().find_map(|ending| base.strip_suffix(ending));
    let is_archive_file = |name: &str| FileName::parse(name).style == NameStyle::Archive;
    base == "manifest.json"
        || base == SIMULATED
        || target.is_some_and(|target| target == "manifest.json" || is_archive_file(target))
}

/// The nearest directory whose name is not just a month or a kind: stands in for a collector that no name tells.
pub(super) fn place(path: &Path) -> Option<String> {
    let generic =
        |name: &str| matches!(name, "updates" | "ribs" | "rib" | "bgpdata") || name.split(['.', '-']).all(collector::all_digits);
    parts(path).iter().rev().skip(1).find(|name| !generic(name)).and_then(|name| collector::sanitise(name))
}

/// The path's components by name, in lower case.
fn parts(path: &Path) -> Vec<String> {
    let name = |part: Component| match part {
        Component::Normal(text) => Some(text.to_string_lossy().to_lowercase()),
        _ => None,
    };
    path.components().filter_map(name).collect()
}

/// The nearest directory that names a collector. `bgpdata` without one is the oldest `RouteViews` collector's.
fn from_directories(directories: &[String]) -> Option<String> {
    directories.iter().enumerate().rev().find_map(|(at, name)| {
        if name == "bgpdata" {
            let before = at.checked_sub(1).and_then(|i| directories.get(i));
            let named = before.filter(|name| collector::is_collector_before_bgpdata(name));
            return Some(named.map_or("route-views2", String::as_str).to_owned());
        }
        collector::is_collector(name).then(|| name.clone())
    })
}

#[derive(Debug)]
struct FileName {
    collector: Option<String>,
    project: Option<Project>,
    kind: Option<NameKind>,
    start: Option<Time>,
    style: NameStyle,
}

impl FileName {
    fn parse(base: &str) -> Self {
        pch(base).or_else(|| table(base)).unwrap_or_else(|| Self::dotted(base))
    }

    /// `[anything.][collector.]kind.time[.et][.compression]`.
    fn dotted(base: &str) -> Self {
        let mut tokens: Vec<&str> = base.split('.').collect();
        let foreign = tokens.iter().skip(1).any(|token| FOREIGN.contains(token));
        tokens.pop_if(|last| COMPRESSIONS.contains(last));
        let nothing = Self { collector: None, project: None, kind: None, start: None, style: NameStyle::Unclear };
        let unclear = Self {
            style: if foreign { NameStyle::Foreign("its name is not that of an archive file") } else { NameStyle::Unclear },
            ..nothing
        };
        let Some((at, kind)) = tokens.iter().enumerate().rev().find_map(|(at, token)| Some((at, kind_word(token)?))) else {
            return unclear;
        };
        let (before, after) = (tokens.get(..at).unwrap_or(&[]), tokens.get(at + 1..).unwrap_or(&[]));
        let (collector, project) = before_kind(before);
        let (stamp, rest) = stamp(after);
        let style = match (foreign, stamp) {
            (true, _) => unclear.style,
            (_, Stamp::Implausible) => NameStyle::Foreign("the time in its name cannot be"),
            // The `view` files of 1999 are text tables.
            (_, Stamp::At(_)) if matches!(rest, [] | ["et"]) && tokens.get(at) != Some(&"view") => NameStyle::Archive,
            _ => NameStyle::Unclear,
        };
        let start = if let Stamp::At(time) = stamp { Some(time) } else { None };
        Self { collector, project, kind: Some(kind), start, style }
    }
}

/// `route-collector.XXX.pch.net-mrt-bgp-updates-YYYY-MM-DD-HH-mm.gz`.
fn pch(base: &str) -> Option<FileName> {
    let (collector, rest) = base.split_once("-mrt-bgp-updates-")?;
    let (stamp, ending) = rest.split_once('.').unwrap_or((rest, ""));
    let digits: String = stamp.split('-').collect();
    let (date, time) = digits.split_at_checked(8)?;
    let start = calendar(date, time);
    let strict = start.is_some() && (ending.is_empty() || COMPRESSIONS.contains(&ending));
    Some(FileName {
        collector: Some(collector.to_owned()),
        project: Some(Project::Pch),
        kind: Some(NameKind::Updates),
        start,
        style: if strict { NameStyle::Archive } else { NameStyle::Unclear },
    })
}

/// Tables of `show ip bgp`, by day or by minute: text, and so never taken unseen.
fn table(base: &str) -> Option<FileName> {
    let table_name::TableName { collector, project, start } = table_name::parse(base)?;
    let style = if FOREIGN.iter().any(|ending| base.ends_with(&format!(".{ending}"))) {
        NameStyle::Foreign("its name is not that of an archive file")
    } else {
        NameStyle::Unclear
    };
    Some(FileName { collector, project, kind: Some(NameKind::Rib), start: Some(start), style })
}

fn kind_word(token: &str) -> Option<NameKind> {
    match token {
        "bview" | "rib" | "ribs" | "view" | "latest-bview" => Some(NameKind::Rib),
        "updates" | "update" | "latest-update" => Some(NameKind::Updates),
        _ => None,
    }
}

/// The collector stands right before the kind; it may hold a dot itself (`route-views.sg`, `decix.jhb`).
fn before_kind(tokens: &[&str]) -> (Option<String>, Option<Project>) {
    let project = match tokens.first() {
        Some(&"ris") => Some(Project::Ris),
        Some(&"routeviews") => Some(Project::RouteViews),
        Some(&"pch") => Some(Project::Pch),
        _ => None,
    };
    let longest_first = (0..tokens.len()).map(|from| tokens.get(from..).unwrap_or(&[]).join("."));
    (longest_first.into_iter().find(|name| collector::is_collector(name)), project)
}

#[derive(Debug, Clone, Copy)]
enum Stamp {
    At(Time),
    Implausible,
    None,
}

/// The time after the kind and what follows it: `YYYYMMDD.HHMM[SS]` or seconds since the epoch.
fn stamp<'a, 'b>(tokens: &'a [&'b str]) -> (Stamp, &'a [&'b str]) {
    let read = |time: Option<Time>| time.filter(|t| (EARLIEST..LATEST).contains(t)).map_or(Stamp::Implausible, Stamp::At);
    match tokens {
        [date, time, rest @ ..] if date.len() == 8 && matches!(time.len(), 4 | 6) && all_digits(date) && all_digits(time) => {
            (read(calendar(date, time)), rest)
        }
        [epoch, rest @ ..] if matches!(epoch.len(), 9 | 10) && all_digits(epoch) => {
            (read(epoch.parse().ok().map(Time::from_secs)), rest)
        }
        _ => (Stamp::None, tokens),
    }
}

/// `YYYYMMDD` and `HHMM` or `HHMMSS`.
pub(super) fn calendar(date: &str, time: &str) -> Option<Time> {
    let number = |text: &str, from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let year = i32::try_from(number(date, 0, 4)?).ok().filter(|year| *year >= FIRST_YEAR)?;
    let day = NaiveDate::from_ymd_opt(year, number(date, 4, 6)?, number(date, 6, 8)?)?;
    let seconds = if time.len() > 4 { number(time, 4, 6)? } else { 0 };
    let moment = day.and_hms_opt(number(time, 0, 2)?, number(time, 2, 4)?, seconds)?;
    Some(Time::from_secs(moment.and_utc().timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use NameKind::{Rib, Updates};
    use Project::{Pch, Ris, RouteViews};

    fn said(path: &str) -> (Option<String>, Option<NameKind>, Option<String>, Option<Project>) {
        let name = parse(Path::new(path));
        (name.collector, name.kind, name.start.map(|t| t.to_string()), name.project)
    }

    #[test]
    fn names_people_really_have() {
        let cases = [
            ("rrc00/2017.10/bview.20171001.0800.gz", "rrc00", Rib, "2017-10-01T08:00:00Z", Ris),
            ("data.ris.ripe.net/rrc90/2017.10/updates.20171001.0805.gz", "rrc90", Updates, "2017-10-01T08:05:00Z", Ris),
            (
                "route-views.sg/bgpdata/2017.10/RIBS/rib.20171001.0800.bz2",
                "route-views.sg",
                Rib,
                "2017-10-01T08:00:00Z",
                RouteViews,
            ),
            (
                "route-views.sim/bgpdata/2017.10/UPDATES/updates.20171001.0800.bz2",
                "route-views.sim",
                Updates,
                "2017-10-01T08:00:00Z",
                RouteViews,
            ),
            (
                "archive.routeviews.org/bgpdata/2008.02/UPDATES/updates.20080224.1824.bz2",
                "route-views2",
                Updates,
                "2008-02-24T18:24:00Z",
                RouteViews,
            ),
            ("bgpdata/2008.02/UPDATES/updates.20080224.1824.bz2", "route-views2", Updates, "2008-02-24T18:24:00Z", RouteViews),
            ("/a/mirror/bgpdata/2008.02/RIBS/rib.20080501.0644.bz2", "route-views2", Rib, "2008-05-01T06:44:00Z", RouteViews),
            ("decix.jhb/bgpdata/2024.01/RIBS/rib.20240101.0000.bz2", "decix.jhb", Rib, "2024-01-01T00:00:00Z", RouteViews),
            ("routeviews.route-views.jinx.ribs.1401487200.bz2", "route-views.jinx", Rib, "2014-05-30T22:00:00Z", RouteViews),
            ("routeviews.route-views2.ribs.1401487200.bz2", "route-views2", Rib, "2014-05-30T22:00:00Z", RouteViews),
            ("routeviews.amsix.ams.updates.1401487200.bz2", "amsix.ams", Updates, "2014-05-30T22:00:00Z", RouteViews),
            ("ris.rrc06.updates.1401488100.gz", "rrc06", Updates, "2014-05-30T22:15:00Z", Ris),
            ("rrc01.updates.20241001.0055.gz", "rrc01", Updates, "2024-10-01T00:55:00Z", Ris),
            ("RRC01.updates.20241001.0055", "rrc01", Updates, "2024-10-01T00:55:00Z", Ris),
            ("route-views2.updates.20241028.0000.bz2", "route-views2", Updates, "2024-10-28T00:00:00Z", RouteViews),
            ("route-views2.saopaulo.rib.20200101.0000.xz", "route-views2.saopaulo", Rib, "2020-01-01T00:00:00Z", RouteViews),
            ("fsm-states-7-8.rrc15.updates.20100227.1600.gz", "rrc15", Updates, "2010-02-27T16:00:00Z", Ris),
            ("rrc00/route-views.sg.updates.20241028.0000.zst", "route-views.sg", Updates, "2024-10-28T00:00:00Z", RouteViews),
            (
                "route-collector.ams.pch.net-mrt-bgp-updates-2015-10-23-02-01.gz",
                "route-collector.ams.pch.net",
                Updates,
                "2015-10-23T02:01:00Z",
                Pch,
            ),
        ];
        for (path, collector, kind, start, project) in cases {
            assert_eq!(said(path), (Some(collector.to_owned()), Some(kind), Some(start.to_owned()), Some(project)), "{path}");
            assert_eq!(parse(Path::new(path)).style, NameStyle::Archive, "{path}");
        }
    }

    #[test]
    fn names_that_say_less() {
        let cases = [
            ("rib.20140523.0600.bz2", None, Some(Rib), Some("2014-05-23T06:00:00Z"), None),
            ("pch.updates.20151023.0201.et.gz", None, Some(Updates), Some("2015-10-23T02:01:00Z"), Some(Pch)),
            ("ris.updates.20071015.1505.gz", None, Some(Updates), Some("2007-10-15T15:05:00Z"), Some(Ris)),
            ("rrc00/latest-bview.gz", Some("rrc00"), Some(Rib), None, Some(Ris)),
            ("rrc00/2017.10/updates.20171301.0800.gz", Some("rrc00"), Some(Updates), None, Some(Ris)),
            ("lab/quagga_rib", None, None, None, None),
            ("-", None, None, None, None),
            ("", None, None, None, None),
        ];
        for (path, collector, kind, start, project) in cases {
            assert_eq!(said(path), (collector.map(str::to_owned), kind, start.map(str::to_owned), project), "{path}");
        }
    }

    #[test]
    fn junk_is_known_by_its_name() {
        let junk = [
            "updates.20260521.1503.bad.gz",
            "updates.19700101.0000.bz2",
            "ris.rrc00.updates.0000000900.gz",
            "rib.20171001.0800.bz2.partial",
            "manifest.json",
            "timeline.csv",
            "README.md",
        ];
        for name in junk {
            assert!(matches!(parse(Path::new(name)).style, NameStyle::Foreign(_)), "{name}");
        }
        for name in
            ["README", "view.19991001.0000.gz", "quagga_rib", "bview.64k_stream_overflow.gz", "updates.20260521.1503.bz2.1"]
        {
            assert_eq!(parse(Path::new(name)).style, NameStyle::Unclear, "{name}");
        }
    }

    #[test]
    fn what_uplinks_puts_beside_archive_files_is_known() {
        let own = [
            "manifest.json",
            "manifest.json.partial",
            "rib.20171001.0800.bz2.partial",
            "updates.20171001.0805.gz.partial.json",
            "bview.20171001.0800.gz.bad",
            "54c8c87e681b-0123456789ab.uplinks",
        ];
        for name in own {
            assert!(is_own(name), "{name}");
        }
        for name in ["film.partial", "updates.20260521.1503.bad.gz", "rows.json", "notes.uplinks", "bview.20171001.0800.gz"] {
            assert!(!is_own(name), "{name}");
        }
    }
}
