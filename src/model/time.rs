//! Instants in UTC with the resolution of the archives: microseconds since the Unix epoch.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z. Records without microseconds stand at `.000000`.
///
/// They are held with their sign inverted, which keeps their order and leaves zero free: an optional time takes no more than a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "i64", into = "i64")]
pub struct Time(NonZeroU64);

/// The highest bit, which is the sign's.
const SIGN: u64 = 1 << 63;

impl Time {
    /// Before and after every time that a file can hold.
    pub const MIN: Time = Time(NonZeroU64::MIN);
    /// See [`Time::MIN`].
    pub const MAX: Time = Time(NonZeroU64::MAX);

    /// From whole seconds since the epoch.
    pub const fn from_secs(secs: i64) -> Self {
        Time::from_micros(secs.saturating_mul(1_000_000))
    }

    /// From microseconds since the epoch.
    #[inline]
    pub const fn from_micros(micros: i64) -> Self {
        match NonZeroU64::new(micros.cast_unsigned() ^ SIGN) {
            Some(held) => Time(held),
            None => Time::MIN,
        }
    }

    /// Microseconds since the epoch.
    #[inline]
    pub const fn micros(self) -> i64 {
        (self.0.get() ^ SIGN).cast_signed()
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn secs(self) -> i64 {
        self.micros().div_euclid(1_000_000)
    }

    /// The microseconds within the second.
    pub const fn subsec_micros(self) -> i64 {
        self.micros().rem_euclid(1_000_000)
    }

    /// Later by that many seconds (earlier if negative), saturating.
    #[must_use]
    pub const fn plus_secs(self, secs: i64) -> Self {
        self.plus_micros(secs.saturating_mul(1_000_000))
    }

    /// Later by that many microseconds (earlier if negative), saturating.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Time::from_micros(self.micros().saturating_add(micros))
    }

    /// Microseconds from `earlier` to `self`, negative if `earlier` is later.
    pub const fn micros_since(self, earlier: Time) -> i64 {
        self.micros().saturating_sub(earlier.micros())
    }
}

impl Default for Time {
    /// The epoch.
    fn default() -> Self {
        Time::from_micros(0)
    }
}

impl From<i64> for Time {
    fn from(micros: i64) -> Self {
        Time::from_micros(micros)
    }
}

impl From<Time> for i64 {
    fn from(time: Time) -> Self {
        time.micros()
    }
}

impl fmt::Display for Time {
    /// RFC 3339 in UTC with `Z`; six decimals only where there are microseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::<Utc>::from_timestamp_micros(self.micros()) {
            Some(time) => {
                let digits = if self.subsec_micros() == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
                f.pad(&time.to_rfc3339_opts(digits, true))
            }
            None => write!(f, "{}us", self.micros()),
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no time that people or archives write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a time; write 2017-10-01T09:07:51Z, '2017-10-01 09:07', 2017-10-01, 2017-10 or 2017 (all UTC), seconds since 1970, or a file's 20171001.0900"
)]
pub struct ParseTimeError(String);

impl FromStr for Time {
    type Err = ParseTimeError;

    /// Accepts what people and archives write, all of it in UTC unless an offset says otherwise: RFC 3339, also with a space for the `T` and
    /// without seconds or offset; a day, a month or a year, which stand for their first instant; seconds since the epoch (9 to 11 digits,
    /// with or without a fraction); the part of an archive file's name that is its time (`20171001.0900`).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let typed = text.trim();
        rfc_3339(typed).or_else(|| of_digits(typed)).or_else(|| civil(typed)).ok_or_else(|| ParseTimeError(text.to_owned()))
    }
}

/// Within the years that the format has: an offset may lead out of them.
fn rfc_3339(text: &str) -> Option<Time> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (0..=9999).contains(&time.year()).then(|| Time::from_micros(time.timestamp_micros()))
}

fn of_civil(time: NaiveDateTime) -> Time {
    Time::from_micros(time.and_utc().timestamp_micros())
}

/// Whether the text has a digit wherever the shape has a `0`, and else just what the shape has.
fn is_shaped(text: &str, shape: &str) -> bool {
    let fits = |(own, wanted): (u8, u8)| if wanted == b'0' { own.is_ascii_digit() } else { own == wanted };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

/// `2017-10-01 09:07:51`.
fn of_second(text: &str) -> Option<Time> {
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok();
    time.filter(|_| is_shaped(text, "0000-00-00 00:00:00")).map(of_civil)
}

/// Days, months and years, and a day with a time of day.
fn civil(text: &str) -> Option<Time> {
    let shapes = [("0000", "-01-01 00:00:00"), ("0000-00", "-01 00:00:00"), ("0000-00-00", " 00:00:00")];
    if let Some((_, rest)) = shapes.iter().find(|(shape, _)| is_shaped(text, shape)) {
        return of_second(&format!("{text}{rest}"));
    }
    let bare = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(['Z', 'z'])).unwrap_or(text);
    let spaced = bare.replacen(['T', 't'], " ", 1);
    if is_shaped(&spaced, "0000-00-00 00:00") {
        return of_second(&format!("{spaced}:00"));
    }
    match spaced.split_once('.') {
        Some((_, "")) => None,
        Some((whole, fraction)) => Some(of_second(whole)?.plus_micros(micros_of(fraction)?)),
        None => of_second(&spaced),
    }
}

/// A fraction of a second, of up to six digits.
fn micros_of(fraction: &str) -> Option<i64> {
    let is_number = fraction.len() <= 6 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { format!("{fraction:0<6}").parse().ok() } else { None }
}

/// Digits alone: seconds since the epoch, or the time in a file's name.
fn of_digits(text: &str) -> Option<Time> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !are_digits(whole) || !are_digits(rest) || text.ends_with('.') {
        return None;
    }
    match (whole.len(), rest.len()) {
        (9..=11, 0..=6) => Some(Time::from_secs(whole.parse().ok()?).plus_micros(micros_of(rest)?)),
        (8, 0 | 4 | 6) => {
            let digits = format!("{whole}{rest:0<6}");
            let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
            let [year, month, day] = [part(0, 4), part(4, 6), part(6, 8)];
            of_second(&format!("{year}-{month}-{day} {}:{}:{}", part(8, 10), part(10, 12), part(12, 14)))
        }
        _ => None,
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
    fn times_are_ordered_and_none_takes_no_room() {
        let all = [i64::MIN + 1, -1_000_001, -1, 0, 1, 1_506_848_871_000_000, i64::MAX - 1, i64::MAX].map(Time::from_micros);
        assert!(all.is_sorted() && all[0] == Time::MIN && all[3] == Time::default() && all[7] == Time::MAX);
        assert_eq!(all[1..3].iter().map(|time| time.micros()).collect::<Vec<_>>(), [-1_000_001, -1]);
        assert_eq!(Time::from_micros(i64::MIN), Time::MIN, "the one that is not held");
        assert_eq!((Time::MIN.plus_micros(-1), Time::MAX.plus_secs(1)), (Time::MIN, Time::MAX));
        assert_eq!(size_of::<Option<Time>>(), 8);
        assert_eq!(serde_json::to_string(&all[1]).ok().as_deref(), Some("-1000001"));
    }

    #[test]
    fn reads_what_people_and_archives_write() {
        let nine = Time::from_secs(1_506_848_400);
        let of_nine = [
            "2017-10-01T09:00:00Z",
            "2017-10-01T11:00:00+02:00",
            "2017-10-01 09:00:00",
            "2017-10-01 09:00",
            "2017-10-01T09:00Z",
            "2017-10-01t09:00:00z",
            "2017-10-01 09:00:00 UTC",
            "2017-10-01 09:00:00.000000",
            " 2017-10-01T09:00:00 ",
            "1506848400",
            "1506848400.0",
            "20171001.0900",
            "20171001.090000",
        ];
        for text in of_nine {
            assert_eq!(text.parse(), Ok(nine), "{text}");
        }
        let midnight = nine.plus_secs(-9 * 3600);
        for text in ["2017-10-01", "2017-10", "20171001"] {
            assert_eq!(text.parse(), Ok(midnight), "{text}");
        }
        assert_eq!("2017".parse(), Ok(Time::from_secs(1_483_228_800)));
        let exact = Time::from_micros(1_445_565_708_372_152);
        for text in ["2015-10-23 02:01:48.372152", "1445565708.372152", "2015-10-23T02:01:48.372152Z"] {
            assert_eq!(text.parse(), Ok(exact), "{text}");
        }
        let wrong = [
            "2017-10-1",
            "yesterday",
            "2017-13-01",
            "2017-13",
            "2017-10-01 9:00",
            "2017-10-01 24:00",
            "2017-10-01 09:00.5",
            "2017-10-01 09:00:00.1234567",
            "201710",
            "20171301.0900",
            "-017-10-01",
            "0000-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "-1212-12-3",
            "2017- 1-01",
            "2017-10-01 09:00:60x",
            "1506848400.",
            ".5",
            "+2017",
            "2017-10-01T09:00:00+2",
            "",
        ];
        for text in wrong {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }
}
