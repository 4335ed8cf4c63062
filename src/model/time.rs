//! Instants in UTC with the resolution of the archives: microseconds since the Unix epoch.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z. Records without microseconds stand at `.000000`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Time(i64);

impl Time {
    /// Before and after every time that a file can hold.
    pub const MIN: Time = Time(i64::MIN);
    /// See [`Time::MIN`].
    pub const MAX: Time = Time(i64::MAX);

    /// From whole seconds since the epoch.
    pub const fn from_secs(secs: i64) -> Self {
        Time(secs.saturating_mul(1_000_000))
    }

    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Time(micros)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The microseconds within the second.
    pub const fn subsec_micros(self) -> i64 {
        self.0.rem_euclid(1_000_000)
    }

    /// Later by that many seconds (earlier if negative), saturating.
    #[must_use]
    pub const fn plus_secs(self, secs: i64) -> Self {
        Time(self.0.saturating_add(secs.saturating_mul(1_000_000)))
    }

    /// Later by that many microseconds (earlier if negative), saturating.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Time(self.0.saturating_add(micros))
    }

    /// Microseconds from `earlier` to `self`, negative if `earlier` is later.
    pub const fn micros_since(self, earlier: Time) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Time {
    /// RFC 3339 in UTC with `Z`; six decimals only where there are microseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::<Utc>::from_timestamp_micros(self.0) {
            Some(time) => {
                let digits = if self.subsec_micros() == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
                f.pad(&time.to_rfc3339_opts(digits, true))
            }
            None => write!(f, "{}us", self.0),
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is neither RFC 3339 nor a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no time; write 2017-10-01T09:07:51Z or 2017-10-01 (UTC)")]
pub struct ParseTimeError(String);

impl FromStr for Time {
    type Err = ParseTimeError;

    /// Accepts RFC 3339 (any offset) and `YYYY-MM-DD` (midnight UTC).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Time(time.timestamp_micros()));
        }
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
        let midnight = date.and_then(|date| date.and_hms_opt(0, 0, 0));
        midnight.map(|m| Time(m.and_utc().timestamp_micros())).ok_or_else(|| ParseTimeError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_microseconds_only_where_present() {
        assert_eq!(Time::from_secs(1_506_848_871).to_string(), "2017-10-01T09:07:51Z");
        assert_eq!(Time::from_micros(1_445_565_708_372_152).to_string(), "2015-10-23T02:01:48.372152Z");
    }

    #[test]
    fn reads_rfc_3339_and_dates() {
        let noon = Time::from_secs(1_506_859_200);
        assert_eq!("2017-10-01T12:00:00Z".parse(), Ok(noon));
        assert_eq!("2017-10-01T14:00:00+02:00".parse(), Ok(noon));
        assert_eq!("2017-10-01".parse(), Ok(noon.plus_secs(-43_200)));
        for text in ["2017-10-1", "yesterday", "2017-13-01", "2017-10-01T12:00:00", ""] {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }
}
