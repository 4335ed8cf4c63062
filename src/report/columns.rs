//! What every column means: the one table behind `uplinks columns`, `uplinks help columns` and docs/output-formats.md, which a test
//! holds against it.

use super::sheet::Kind;
use super::sheets::ALL;
use super::text::wrap;

/// A column explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explained {
    /// The sheet it is of; empty: the same wherever the name occurs.
    sheet: &'static str,
    name: &'static str,
    /// What its numbers count.
    pub unit: &'static str,
    /// What it says.
    pub meaning: &'static str,
    /// As CSV writes it.
    pub example: &'static str,
}

const fn any(name: &'static str, unit: &'static str, meaning: &'static str, example: &'static str) -> Explained {
    of("", name, unit, meaning, example)
}

const fn of(
    sheet: &'static str,
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    example: &'static str,
) -> Explained {
    Explained { sheet, name, unit, meaning, example }
}

const TABLE: &[Explained] = &[
    any("prefix", "", "the prefix; * is the target as a whole", "175.45.176.0/24"),
    any("origins", "origins", "how many origins it carries", "1"),
    any("upstreams", "upstreams", "through how many it is seen", "2"),
    any("origin_name", "", "the origin's name, for people only; empty if unknown", "Star Joint Venture"),
    any("prefixes", "prefixes", "how many of the target's it carries at some time", "3"),
    any("prefixes_of", "prefixes", "how many of the target's were seen in the window, through whomever", "4"),
    any("prefixes_v4", "prefixes", "those of prefixes that are IPv4", "3"),
    any("prefixes_v6", "prefixes", "those of prefixes that are IPv6", "0"),
    any("episodes", "episodes", "how many rows of `timeline` it has", "19"),
    any("time_at_least_s", "seconds", "the part of the window in which it is proven to carry any prefix", "35640"),
    any("time_at_most_s", "seconds", "the part of the window in which it may, by the outermost bounds", "35702"),
    any(
        "window_share",
        "0 to 1",
        "the part of the window in which it is believed to carry any prefix, assumed routes included; empty if the window is an instant",
        "0.9921",
    ),
    any("path_id", "", "the add-path identifier (RFC 7911); 0 without", "0"),
    any("origin_asn", "AS number", "the last AS of the path, or `ambiguous`; empty for an outage", "131279"),
    any(
        "upstream_asn",
        "AS number",
        "the AS next to the origin, or at the hop asked for; or `direct`, `beyond`, `ambiguous`",
        "20485",
    ),
    any("upstream_name", "", "its name, for people only; empty if unknown", "TransTeleCom"),
    any("first_seen", "UTC", "the first proof of the route", "2017-10-01T09:07:51Z"),
    any("started_after", "UTC", "it began after this; empty if unknown", "2017-10-01T09:07:51Z"),
    any("started_by", "UTC", "it began at this time or before", "2017-10-01T09:07:51Z"),
    any("start_basis", "", "what proves the start: update, rib, peer-up, gap or data-start", "update"),
    any("last_seen", "UTC", "the last proof of the route; of an ongoing one the end of the data", "2017-10-01T10:14:45Z"),
    any("ended_after", "UTC", "it ended at this time or after; empty if ongoing", "2017-10-01T10:14:45Z"),
    any("ended_before", "UTC", "it had ended by this; empty if unknown or ongoing", "2017-10-01T10:14:45Z"),
    any("end_basis", "", "what proves the end: update, rib, peer-down, gap or data-end, which is ongoing", "update"),
    any("duration_s", "seconds", "last_seen less first_seen", "4014"),
    any("unobserved_s", "seconds", "the part of duration_s in which no collector of its peers has data", "0"),
    any("assumed_s", "seconds", "the part of duration_s in which nothing proves the route", "0"),
    any("peak_peers", "peers", "the most sessions that held it at one time", "24"),
    any("peak_peer_asns", "ASes", "distinct AS numbers among them", "22"),
    any("peers_total", "peers", "sessions able to see the prefix then: full-feed, or holding a watched route", "27"),
    of(
        "changes",
        "peers_total",
        "peers",
        "sessions able to see the prefix then: full-feed, or holding a watched route; for an outage also those that hold one at another time",
        "27",
    ),
    of("summary", "peak_peers", "peers", "the most sessions that reached any prefix through it at one time", "24"),
    of("summary", "peers_total", "peers", "sessions able to see the target then", "27"),
    of("summary-by-origin", "peak_peers", "peers", "the most sessions that held any prefix of it at one time", "24"),
    of("summary-by-origin", "peers_total", "peers", "sessions able to see the target then", "27"),
    of("summary-by-origin", "prefixes", "prefixes", "how many of the target's it originates at some time", "3"),
    of(
        "summary-by-origin",
        "time_at_least_s",
        "seconds",
        "the part of the window in which any prefix of it is proven to be routed through one of its upstreams",
        "35640",
    ),
    of(
        "summary-by-origin",
        "window_share",
        "0 to 1",
        "the part of the window in which any prefix of it is believed to be routed, assumed routes included; empty if the window is an instant",
        "0.9921",
    ),
    of("visibility", "peers_total", "peers", "sessions able to see the prefix; in bins the mean", "21"),
    any("collectors", "collectors", "how many collectors saw it", "2"),
    any("first_collector", "", "the collector of the peer that proves the start", "rrc90"),
    any("first_peer_ip", "", "the address of that peer", "192.0.2.1"),
    any("first_peer_asn", "AS number", "its AS number", "3356"),
    any("first_as_path", "", "its path then, the peer first and the origin last", "3356 20485 131279"),
    any("flags", "", "remarks, sorted and joined by semicolons; docs/output-formats.md explains each", "gap;single-peer"),
    any("start_evidence", "", "the record that proves the start: path#digest", "rrc90/updates.20171001.0905.gz#0a1b2c3d4e5f"),
    any("end_evidence", "", "the record that proves the end; empty if ongoing", "rrc90/updates.20171001.1010.gz#0a1b2c3d4e5f"),
    any("evidence", "", "the record that proves it: path#digest", "rrc90/updates.20171001.0905.gz#0a1b2c3d4e5f"),
    of("changes", "time", "UTC", "by when it had happened; on basis update the very moment", "2017-10-01T09:07:51Z"),
    of("visibility", "time", "UTC", "the change, or the start of the bin", "2017-10-01T09:00:00Z"),
    any(
        "change",
        "",
        "upstream-gained, upstream-lost, outage-start, outage-end, origin-conflict-start or origin-conflict-end",
        "upstream-gained",
    ),
    any("peers_before", "peers", "sessions on the upstream just before; of an outage those with any route", "0"),
    any("peers_after", "peers", "the same from then on", "1"),
    any("basis", "", "what proves it: update, rib, peer-up, gap or data-start", "update"),
    of("check", "basis", "", "what proves it: update, rib, peer-up, peer-down, gap or data-start", "update"),
    of("first", "kind", "", "headline, prefix (first on each), peer (by arrival) or sensitivity", "headline"),
    of("inventory", "kind", "", "rib, updates, or peer for one session in whatever files", "rib"),
    of("first", "rank", "peers", "of a peer: its place in the order of arrival, over all prefixes", "1"),
    of("first", "peers", "peers", "the most at one time; of the peer at half of the peak, that peak", "24"),
    of("visibility", "peers", "peers", "sessions that hold the route; in bins the mean over time", "12.5"),
    of("inventory", "peers", "peers", "sessions seen", "25"),
    any("peers_max", "peers", "the most at one time in the bin, or in the very instant of the change", "13"),
    any("peers_assumed", "peers", "those of peers for which nothing proves the route then", "0"),
    any("peer_asns", "ASes", "distinct AS numbers among them; in bins at the moment of peers_max", "12"),
    any(
        "share",
        "0 to 1",
        "of peers_total, what it carries: each peer counts once, in equal parts for its routes, so shares add up; of a prefix peers divided by peers_total, unless a peer holds several paths for it; empty if nobody is able to see it",
        "0.5952",
    ),
    any("collector", "", "the collector", "rrc90"),
    any("peer_ip", "", "the peer's address", "192.0.2.1"),
    any("peer_asn", "AS number", "the peer's AS number", "3356"),
    any("as_path", "", "the path, the peer first and the origin last", "3356 20485 131279"),
    any(
        "via",
        "",
        "the ASes between origin and upstream, in order from the origin: those before the hop asked for, the target's own, and those passed over; empty where there are none",
        "134544",
    ),
    any(
        "beyond_peers",
        "peers",
        "those of peak_peers whose path has an AS further left than the upstream, which so passed the route on; empty where that is no AS",
        "21",
    ),
    any("variation", "", "of sensitivity: the assumption under which the headline is this", "min-peers 2"),
    any("repeats", "messages", "announcements that changed nothing", "2"),
    any("files", "files", "how many there are", "432"),
    any("first", "UTC", "the first instant that they cover", "2017-10-01T00:00:00Z"),
    any("last", "UTC", "the last instant that they cover", "2017-10-02T12:00:00Z"),
    any("spacing_s", "seconds", "from file to file, as most of them have it", "300"),
    any("gaps", "gaps", "how often data are missing between", "0"),
    any("gap_s", "seconds", "how long in all", "0"),
    any("watched_records", "records", "records of watched prefixes", "3012"),
    any("damaged_files", "files", "files that could not be read in full", "0"),
    any("empty_files", "files", "files without any record", "0"),
    any("note", "", "anything else", "1 of 18 dumps not used"),
    of("check", "note", "", "why the verdict is not pass", "data are missing there"),
    any("records", "records", "all records, if they were counted (--full)", "90412"),
    any("quarantined", "records", "records that could not be decoded or have no end, and may concern watched routes", "0"),
    any("announcements", "messages", "watched routes announced", "57"),
    any("withdrawals", "messages", "watched routes withdrawn", "20"),
    any("rib_agreements", "entries", "RIB entries and absences that agree with the replayed table", "71"),
    any("rib_disagreements", "entries", "those that do not", "0"),
    any("treated_as_withdrawn", "messages", "malformed updates read as withdrawals (RFC 7606)", "0"),
    any("empty_paths", "messages", "announcements with an empty path from a peer that is not the origin", "0"),
    any("clock", "records", "records over 5 minutes outside the time of their file", "0"),
    any("claim", "", "the number of the claim in its file, from 1", "14"),
    any("text", "", "the claim in words", "TransTeleCom appears on three of the four networks"),
    any("source", "", "who published it", "Dyn (D. Madory), 2 October 2017"),
    any("what", "", "gained, lost, present, absent, only, outage-begins, outage-ends, announced or prepended", "gained"),
    any("at", "UTC", "the published time, or the beginning of the published span", "2017-10-01T09:07:51Z"),
    of("check", "upstream_asn", "AS number", "through whom; of `only` all that may be there, with spaces between", "20485"),
    any("tolerance_s", "seconds", "how far off still agrees; empty for a count", "60"),
    any("until", "UTC", "of a count, and of `only`: the end of the published span", "2017-10-01T12:26:00Z"),
    any("count", "times", "how often it is said to have happened in the span", "4"),
    any("verdict", "", "pass, fail or not-decidable", "pass"),
    any("difference_s", "seconds", "found less at; negative if found earlier", "57"),
    any("found", "UTC", "the nearest such thing in the data; of a count the first", "2017-10-01T09:07:51Z"),
    any("found_after", "UTC", "it happened after this; empty if unknown", "2017-10-01T09:07:51Z"),
    any("found_by", "UTC", "it happened at this time or before; empty if unknown", "2017-10-01T09:07:51Z"),
    any("found_count", "times", "of a count: how often the data show it", "4"),
    of("columns", "result", "", "the command whose rows have the column", "timeline"),
    of("columns", "column", "", "its name", "first_seen"),
    of("columns", "type", "", "its type", "time"),
    of("columns", "unit", "", "what its numbers count, or the time zone", "UTC"),
    of("columns", "meaning", "", "what it says", "the first proof of the route"),
    of("columns", "example", "", "a cell as CSV writes it", "2017-10-01T09:07:51Z"),
];

/// What a column of a sheet means.
pub fn meaning(sheet: &str, name: &str) -> Option<&'static Explained> {
    let find = |sheet: &str| TABLE.iter().find(|m| m.sheet == sheet && m.name == name);
    find(sheet).or_else(|| find(""))
}

/// A type as docs name it.
pub const fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Int => "integer",
        Kind::Real => "number",
        Kind::Time => "time",
        Kind::Duration => "duration",
        Kind::Path => "path",
    }
}

/// Every column of every command in words, for a terminal.
pub fn columns_in_words() -> String {
    let mut lines = vec!["Columns, in their order. Types and formats: docs/output-formats.md.".to_owned()];
    for (sheet, columns) in ALL {
        lines.extend([String::new(), format!("{sheet}:")]);
        for (name, kind) in *columns {
            let Some(explained) = meaning(sheet, name) else { continue };
            let unit = if explained.unit.is_empty() { String::new() } else { format!(", {}", explained.unit) };
            let mut before = format!("  {name:<20} {:<20}", format!("{}{unit}", type_name(*kind)));
            for line in wrap(explained.meaning, 54) {
                lines.push(format!("{before} {line}"));
                before = " ".repeat(43);
            }
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCS: &str = include_str!("../../docs/output-formats.md");

    #[test]
    fn every_column_is_explained_and_every_explanation_is_of_a_column() {
        let mut used: Vec<&Explained> = Vec::new();
        for (sheet, columns) in ALL {
            for (name, _) in *columns {
                let meaning = meaning(sheet, name).unwrap_or_else(|| panic!("{sheet}.{name} is not explained"));
                used.push(meaning);
            }
        }
        for meaning in TABLE {
            assert!(used.contains(&meaning), "{} of '{}' explains nothing", meaning.name, meaning.sheet);
        }
    }

    #[test]
    fn the_docs_have_every_column_in_its_order_and_no_other() {
        for (sheet, columns) in ALL {
            let heading = format!("\n### `{sheet}`\n");
            let (_, section) = DOCS.split_once(&heading).unwrap_or_else(|| panic!("no section {sheet}"));
            let section = section.split("\n#").next().unwrap_or_default();
            let told: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
            let expected: Vec<String> = columns
                .iter()
                .filter_map(|(name, kind)| meaning(sheet, name).map(|m| (name, kind, m)))
                .map(|(name, kind, m)| {
                    format!(
                        "| `{name}` | {} | {} | {} | `{}` |",
                        type_name(*kind),
                        m.unit,
                        m.meaning.replace('*', "\\*"),
                        m.example
                    )
                })
                .collect();
            assert_eq!(told, expected, "{sheet}");
        }
    }

    #[test]
    fn the_docs_have_every_flag() {
        for flag in crate::model::Flag::ALL {
            assert!(DOCS.contains(&format!("\n| `{}` |", flag.text())), "{}", flag.text());
        }
    }

    #[test]
    fn help_fits_a_line_of_100() {
        assert!(columns_in_words().lines().all(|line| line.chars().count() < 100), "{}", columns_in_words());
    }
}
