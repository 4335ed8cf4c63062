//! Names that may become paths: months and archive files. What does not have exactly their shape is nobody's file.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::archive::NameKind;
use crate::model::Time;

/// Archives begin in the later nineties: an earlier year in a name is a broken clock's.
const YEARS: std::ops::Range<i32> = 1995..2100;

/// A month of an archive, as its directories are called: `2017.10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i32,
    month: u32,
}

impl Month {
    /// The month in UTC that holds an instant; beyond the calendar, its last.
    pub fn of(time: Time) -> Self {
        let date = DateTime::<Utc>::from_timestamp(time.secs(), 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
        Self { year: date.year(), month: date.month() }
    }

    /// Exactly `YYYY.MM`, of a year from 1995 to 2099.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('.')?;
        if !is_digits(year, 4) || !is_digits(month, 2) {
            return None;
        }
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        (YEARS.contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    /// The month before.
    #[must_use]
    pub fn before(self) -> Self {
        match self.month {
            1 => Self { year: self.year - 1, month: 12 },
            month => Self { month: month - 1, ..self },
        }
    }

    /// The month after.
    #[must_use]
    pub fn after(self) -> Self {
        match self.month {
            12 => Self { year: self.year + 1, month: 1 },
            month => Self { month: month + 1, ..self },
        }
    }

    /// Its first instant.
    pub fn start(self) -> Time {
        let first = NaiveDate::from_ymd_opt(self.year, self.month, 1).and_then(|day| day.and_hms_opt(0, 0, 0));
        first.map_or(Time::MIN, |first| Time::from_secs(first.and_utc().timestamp()))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}.{:02}", self.year, self.month)
    }
}

/// The name of an archive file, as strict as `(bview|rib|updates).YYYYMMDD.HHMM.(gz|bz2)` with a time that can be. It
/// holds nothing that a path could trip over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName {
    /// The time in it, taken for UTC.
    pub time: Time,
    /// A RIB dump or an update file.
    pub kind: NameKind,
    text: String,
}

impl FileName {
    /// `None` for everything else, however near.
    pub fn parse(text: &str) -> Option<Self> {
        // The longest there is: `updates.20171001.0000.bz2`.
        if text.len() > 25 {
            return None;
        }
        let mut parts = text.split('.');
        let (kind, date, time, ending) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let kind = match kind {
            "bview" | "rib" => NameKind::Rib,
            "updates" => NameKind::Updates,
            _ => return None,
        };
        let plain = parts.next().is_none() && matches!(ending, "gz" | "bz2") && is_digits(date, 8) && is_digits(time, 4);
        let time = moment(date, time).filter(|_| plain)?;
        Some(Self { time, kind, text: text.to_owned() })
    }

    /// As the archive writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn is_digits(text: &str, long: usize) -> bool {
    text.len() == long && text.bytes().all(|b| b.is_ascii_digit())
}

/// `YYYYMMDD` and `HHMM`.
fn moment(date: &str, time: &str) -> Option<Time> {
    let number = |text: &str, at: std::ops::Range<usize>| text.get(at)?.parse::<u32>().ok();
    let year = i32::try_from(number(date, 0..4)?).ok().filter(|year| YEARS.contains(year))?;
    let day = NaiveDate::from_ymd_opt(year, number(date, 4..6)?, number(date, 6..8)?)?;
    let moment = day.and_hms_opt(number(time, 0..2)?, number(time, 2..4)?, 0)?;
    Some(Time::from_secs(moment.and_utc().timestamp()))
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a collector's name may be a directory: lower-case letters, digits, `-`, and single dots inside.
pub(super) fn is_safe_collector(name: &str) -> bool {
    let label = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    name.len() <= 64 && !name.starts_with('-') && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_archive_names_are_files() {
        for name in ["bview.20171001.0800.gz", "rib.20080501.0644.bz2", "updates.20080224.1824.bz2", "updates.20200401.0000.gz"] {
            assert_eq!(FileName::parse(name).map(|n| n.to_string()).as_deref(), Some(name));
        }
        let long = format!("updates.{}.0000.gz", "2".repeat(100_000));
        for name in [
            "../bview.20171001.0800.gz",
            "/bview.20171001.0800.gz",
            "bview.20171001.0800.gz/",
            "..",
            "",
            "updates.20260521.1503.bad.gz",
            "updates.19700101.0000.bz2",
            "updates.20171301.0000.bz2",
            "updates.20171001.2460.bz2",
            "updates.20171001.0000.bz2.partial",
            "rrc00.updates.20171001.0000.gz",
            "UPDATES.20171001.0000.gz",
            "updates.20171001.0000.GZ",
            "updates.+2017100.0000.gz",
            "view.19991001.0000.gz",
            "latest-bview.gz",
            "updates.20171001.0000.gz\0",
            "updates.20171001.0000.gz\n",
            long.as_str(),
        ] {
            assert_eq!(FileName::parse(name), None, "{name:.60}");
        }
    }

    #[test]
    fn months() {
        assert_eq!(Month::parse("2017.10").map(|m| m.start().to_string()).as_deref(), Some("2017-10-01T00:00:00Z"));
        for text in ["2017.13", "2017.00", "2017-10", "2017.1", "17.10", "1970.01", "+017.10", "2017.10/", "../2017.10"] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
        let january = Month::parse("2018.01").expect("a month");
        assert_eq!(january.before().to_string(), "2017.12");
        assert_eq!(january.before().after(), january);
        assert_eq!(Month::of(Time::from_secs(1_506_815_999)).to_string(), "2017.09");
    }

    #[test]
    fn collectors_that_may_be_directories() {
        for name in ["rrc00", "route-views2.saopaulo", "decix.jhb", "route-views.sim"] {
            assert!(is_safe_collector(name), "{name}");
        }
        for name in ["", ".", "..", "a..b", ".a", "a/b", "a\\b", "-o", "RRC00", "a b", "a\0"] {
            assert!(!is_safe_collector(name), "{name}");
        }
    }
}
