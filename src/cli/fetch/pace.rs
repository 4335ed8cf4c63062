//! How long a download will take: at the rate that this run has seen, else at one that is assumed and named. Pure.

use std::fmt;
use std::time::Duration;

use super::obtain::binary;

/// Octets a second, until this run knows better: one file after another from far away, on an ordinary line.
const ASSUMED: u64 = 5 << 20;

/// A shorter time of fetching says nothing of hours.
const TELLING: Duration = Duration::from_secs(5);

/// What this run has fetched, and in what time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pace {
    octets: u64,
    taken: Duration,
}

/// The time that so many octets take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    seconds: u64,
    rate: u64,
    known: Known,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Measured,
    Assumed,
}

impl Pace {
    /// So many octets came in that time.
    pub fn add(&mut self, octets: u64, taken: Duration) {
        self.octets += octets;
        self.taken += taken;
    }

    /// How long so many octets will take.
    pub fn estimate(&self, octets: u64) -> Estimate {
        let millis = u64::try_from(self.taken.as_millis()).unwrap_or(u64::MAX);
        let measured = (self.taken >= TELLING).then(|| self.octets.saturating_mul(1000) / millis.max(1)).filter(|rate| *rate > 0);
        let (rate, known) = measured.map_or((ASSUMED, Known::Assumed), |rate| (rate, Known::Measured));
        Estimate { seconds: octets / rate, rate, known }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = self.seconds;
        match s {
            0..60 => f.write_str("under a minute")?,
            60..7200 => write!(f, "about {} min", (s + 30) / 60)?,
            7200..172_800 => write!(f, "about {} h", (s + 1800) / 3600)?,
            _ => write!(f, "about {} days", (s + 43_200) / 86_400)?,
        }
        let known = match self.known {
            Known::Measured => "as in this run so far",
            Known::Assumed => "assumed",
        };
        write!(f, " at {}/s ({known})", binary(self.rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_at_a_rate_that_is_named() {
        let minute = Duration::from_secs(60);
        for (fetched, octets, said) in [
            ((0, Duration::ZERO), 12 << 30, "about 41 min at 5.00 MiB/s (assumed)"),
            ((0, Duration::ZERO), 0, "under a minute at 5.00 MiB/s (assumed)"),
            ((80 << 20, Duration::from_secs(4)), 12 << 30, "about 41 min at 5.00 MiB/s (assumed)"),
            ((600 << 20, minute), 12 << 30, "about 20 min at 10.00 MiB/s (as in this run so far)"),
            ((60 << 20, minute), 100 << 30, "about 28 h at 1.00 MiB/s (as in this run so far)"),
            ((60 << 20, minute), 1 << 40, "about 12 days at 1.00 MiB/s (as in this run so far)"),
            ((0, minute), 300 << 20, "about 1 min at 5.00 MiB/s (assumed)"),
        ] {
            let mut pace = Pace::default();
            pace.add(fetched.0, fetched.1);
            assert_eq!(pace.estimate(octets).to_string(), said);
        }
    }
}
