//! Names of `show ip bgp` tables: `RouteViews` of 1997 on, PCH's daily ones, and what people save of their own routers.

use super::collector::{Project, all_digits};
use super::name::calendar;
use crate::model::Time;

/// What such a name says.
pub(super) struct TableName {
    pub collector: Option<String>,
    pub project: Option<Project>,
    pub start: Time,
}

/// The folder in which the archive has the tables of route-views.oregon-ix.net; `route-views2` is another router.
const OIX: &str = "oix-route-views";

/// Reads a file name in lower case:
///
/// - `oix-full-snapshot-2001-03-05-1200.dat.bz2` or `oix-full-snapshot-latest-...` of a day alone;
/// - `route-collector.ams.pch.net-ipv4_bgp_routes.2023.01.31.gz`;
/// - `NAME-2001-03-05-1200.txt`, `show-ip-bgp.20010305.1200` and the like, if there is a word of a table in them.
///
/// A day alone means its first minute.
pub(super) fn parse(base: &str) -> Option<TableName> {
    let start = time_in(base)?;
    if let Some((collector, _)) = ["-ipv4_bgp_routes.", "-ipv6_bgp_routes."].iter().find_map(|mark| base.split_once(mark)) {
        return Some(TableName { collector: Some(collector.to_owned()), project: Some(Project::Pch), start });
    }
    if base.starts_with("oix-full-snapshot") {
        return Some(TableName { collector: Some(OIX.to_owned()), project: Some(Project::RouteViews), start });
    }
    let speaks_of_a_table = ["snapshot", "show-ip-bgp", "show_ip_bgp", "sh_ip_bgp", "sh-ip-bgp", "bgp-table", "bgp_table"];
    let is_one = speaks_of_a_table.iter().any(|word| base.contains(word));
    is_one.then_some(TableName { collector: None, project: None, start })
}

/// The first `YYYY-MM-DD-HHMM`, `YYYYMMDD.HHMM` or day alone in a name, its parts divided by anything.
fn time_in(base: &str) -> Option<Time> {
    let numbers: Vec<&str> = base.split(|c: char| !c.is_ascii_digit()).filter(|part| all_digits(part)).collect();
    (0..numbers.len()).find_map(|at| match numbers.get(at..)? {
        [year, month, day, rest @ ..] if year.len() == 4 && month.len() == 2 && day.len() == 2 => {
            let date = [*year, month, day].concat();
            moment(&date, rest)
        }
        [date, rest @ ..] if date.len() == 8 => moment(date, rest),
        _ => None,
    })
}

fn moment(date: &str, rest: &[&str]) -> Option<Time> {
    let time = match rest {
        [time, ..] if matches!(time.len(), 4 | 6) => (*time).to_owned(),
        [hour, minute, ..] if hour.len() == 2 && minute.len() == 2 => [*hour, minute].concat(),
        _ => "0000".to_owned(),
    };
    calendar(date, &time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tables() {
        let cases = [
            ("oix-full-snapshot-1997-11-08-1100.dat.bz2", Some((Some("oix-route-views"), "1997-11-08T11:00:00Z"))),
            ("oix-full-snapshot-2001-03-05.dat", Some((Some("oix-route-views"), "2001-03-05T00:00:00Z"))),
            (
                "route-collector.ams.pch.net-ipv4_bgp_routes.2023.01.31.gz",
                Some((Some("route-collector.ams.pch.net"), "2023-01-31T00:00:00Z")),
            ),
            ("my-router-show-ip-bgp.20010305.1200.txt", Some((None, "2001-03-05T12:00:00Z"))),
            ("bgp_table_2001_03_05_12_30", Some((None, "2001-03-05T12:30:00Z"))),
            ("oix-full-snapshot-latest.dat.bz2", None),
            ("oix-full-snapshot-2001-13-05-1200.dat", None),
            ("notes-2001-03-05-1200.txt", None),
        ];
        for (name, expected) in cases {
            let found = parse(name).map(|found| (found.collector, found.start.to_string()));
            assert_eq!(found, expected.map(|(name, time)| (name.map(str::to_owned), time.to_owned())), "{name}");
        }
    }
}
