//! Time on paper: the horizontal scale, its ticks, and the columns to which long series are thinned.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::model::{Span, Time};

/// Columns a unit of width: series are thinned to half a pixel.
const COLUMNS: u32 = 2;
const DAY: i64 = 86_400;

/// Maps a span of time to `0..=width` units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The span that is drawn.
    pub span: Span,
    /// Units.
    pub width: f64,
    /// How many columns there are.
    pub columns: usize,
}

/// A mark on the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// Where.
    pub time: Time,
    /// What stands there.
    pub label: String,
}

impl Scale {
    /// A single instant is drawn with half an hour on each side.
    pub fn new(span: Span, units: u32) -> Scale {
        let narrow = span.until.micros_since(span.from) < 1_000_000;
        let span = if narrow { Span { from: span.from.plus_secs(-1800), until: span.from.plus_secs(1800) } } else { span };
        Scale { span, width: f64::from(units), columns: (units.max(1) * COLUMNS) as usize }
    }

    /// Where a time stands; times outside stand at the edge.
    pub fn x(&self, time: Time) -> f64 {
        let inside = time.max(self.span.from).min(self.span.until);
        inside.micros_since(self.span.from) as f64 / self.span.until.micros_since(self.span.from) as f64 * self.width
    }

    /// The column of a time.
    pub fn column(&self, time: Time) -> usize {
        let inside = time.max(self.span.from).min(self.span.until);
        let (part, whole) = (inside.micros_since(self.span.from), self.span.until.micros_since(self.span.from));
        let column = i128::from(part) * self.columns as i128 / i128::from(whole);
        usize::try_from(column).unwrap_or(0).min(self.columns - 1)
    }

    /// Where a column begins.
    pub fn column_x(column: usize) -> f64 {
        column as f64 / f64::from(COLUMNS)
    }

    /// Whether any of the closed span is drawn.
    pub fn shows(&self, from: Time, until: Time) -> bool {
        from <= self.span.until && until >= self.span.from
    }

    /// Ticks at round times, no nearer than `apart` units.
    pub fn ticks(&self, apart: f64) -> Vec<Tick> {
        let secs = self.span.until.micros_since(self.span.from) as f64 / 1e6;
        let least = secs * apart / self.width;
        let steps =
            [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY, 2 * DAY, 7 * DAY];
        match steps.into_iter().find(|s| *s as f64 >= least) {
            Some(step) => self.regular(step),
            None => self.by_month(least / (30.44 * DAY as f64)),
        }
    }

    fn regular(&self, step: i64) -> Vec<Tick> {
        let first = self.span.from.secs().div_euclid(step) * step;
        let times = (0..).map(|n| Time::from_secs(first + n * step)).take_while(|t| *t <= self.span.until);
        let label = |time: Time| {
            let text = time.to_string();
            match step {
                DAY.. => text[..10].to_owned(),
                60.. => text[11..16].to_owned(),
                _ => text[11..19].to_owned(),
            }
        };
        times.filter(|t| *t >= self.span.from).map(|time| Tick { time, label: label(time) }).collect()
    }

    /// `months`: the least distance.
    fn by_month(&self, months: f64) -> Vec<Tick> {
        let steps = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 12_000];
        let step = steps.into_iter().find(|s| f64::from(*s) >= months).unwrap_or(120_000);
        let Some(from) = DateTime::<Utc>::from_timestamp_micros(self.span.from.micros()) else { return Vec::new() };
        let first = (from.year() * 12 + from.month0().cast_signed()).div_euclid(step) * step;
        let instant = |month: i32| {
            let date = NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12).cast_unsigned() + 1, 1)?;
            Some(Time::from_secs(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp()))
        };
        let times = (0..10_000).map_while(|n| instant(first + n * step)).take_while(|t| *t <= self.span.until);
        let digits = if step >= 12 { 4 } else { 7 };
        let label = |time: Time| time.to_string().get(..digits).unwrap_or_default().to_owned();
        times.filter(|t| *t >= self.span.from).map(|time| Tick { time, label: label(time) }).collect()
    }

    /// The dates under a clock axis: at its beginning and at each midnight; none where the ticks are dates themselves.
    pub fn dates(&self, apart: f64) -> Vec<Tick> {
        let clock = self.ticks(apart).iter().any(|t| t.label.contains(':'));
        if !clock {
            return Vec::new();
        }
        let midnights = self.regular(DAY);
        let label = |time: Time| time.to_string()[..10].to_owned();
        let room = 75.0;
        let mut dates: Vec<Tick> = Vec::new();
        if midnights.first().is_none_or(|m| self.x(m.time) > room) {
            dates.push(Tick { time: self.span.from, label: label(self.span.from) });
        }
        for midnight in midnights {
            let after = dates.last().map_or(0.0, |d| self.x(d.time) + room);
            if (dates.is_empty() || self.x(midnight.time) >= after) && self.x(midnight.time) + room * 0.9 <= self.width {
                dates.push(midnight);
            }
        }
        dates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(from: &str, until: &str, width: u32) -> Scale {
        let at = |t: &str| t.parse().expect("a time");
        Scale::new(Span { from: at(from), until: at(until) }, width)
    }

    #[test]
    fn ticks_are_round_and_few() {
        for (from, until, width, labels) in [
            ("2017-10-01", "2017-10-02T12:00:00Z", 360, "00:00 12:00 00:00 12:00"),
            ("2017-10-01T09:07:00Z", "2017-10-01T09:08:00Z", 360, "09:07:00 09:07:15 09:07:30 09:07:45 09:08:00"),
            ("2017-10-01", "2017-10-05", 360, "2017-10-01 2017-10-02 2017-10-03 2017-10-04 2017-10-05"),
            ("2017-01-20", "2018-01-20", 360, "2017-04 2017-07 2017-10 2018-01"),
            ("2010-01-01", "2020-01-01", 500, "2010 2012 2014 2016 2018 2020"),
        ] {
            let found: Vec<String> = scale(from, until, width).ticks(70.0).into_iter().map(|t| t.label).collect();
            assert_eq!(found.join(" "), labels, "{from}");
        }
        let dates: Vec<String> =
            scale("2017-10-01", "2017-10-02T12:00:00Z", 360).dates(70.0).into_iter().map(|t| t.label).collect();
        assert_eq!(dates, ["2017-10-01", "2017-10-02"]);
    }

    #[test]
    fn an_instant_has_room() {
        let scale = scale("2017-10-01", "2017-10-01", 100);
        let middle = "2017-10-01".parse().expect("a time");
        assert!((scale.x(middle) - 50.0).abs() < 1e-9);
        assert_eq!((scale.columns, scale.column(middle), scale.column(Time::MAX)), (200, 100, 199));
    }
}
