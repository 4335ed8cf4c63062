//! How long to wait, how often to try again, and how hard to press a host. Pure but for the dice of the jitter.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use chrono::DateTime;

/// The manners of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// For a connection to come about, TLS included.
    pub connect: Duration,
    /// For a connection that brings nothing, or next to nothing ([`Policy::is_trickle`]).
    pub idle: Duration,
    /// Tries of one request without any progress, the first included.
    pub tries: u32,
    /// The wait before the second try; doubled for each further one.
    pub backoff: Duration,
    /// No wait is longer, whatever a server's `Retry-After` says.
    pub longest_wait: Duration,
    /// Connections to one host at a time.
    pub connections: usize,
    /// Octets of a directory listing; the longest known, a month of RIS, has 1.2 million.
    pub longest_listing: u64,
}

/// More connections to one host than this are no manners: RIS has been seen to take them for an attack.
pub const MOST_CONNECTIONS: usize = 8;

/// Fewer octets a second than this, over [`Policy::idle`], are as good as silence.
pub(super) const TRICKLE: u64 = 1024;

impl Default for Policy {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            idle: Duration::from_secs(30),
            tries: 5,
            backoff: Duration::from_secs(1),
            longest_wait: Duration::from_secs(120),
            connections: MOST_CONNECTIONS,
            longest_listing: 16 << 20,
        }
    }
}

impl Policy {
    /// The wait after so many failures in a row, of which the server may have said how long it should be: exponential,
    /// and anywhere in its upper half, so that many clients do not come back as one.
    pub fn wait(&self, failures: u32, asked: Option<Duration>) -> Duration {
        let doubled = self.backoff.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(self.longest_wait);
        let jittered = doubled.mul_f64(0.5 + 0.5 * dice());
        asked.map_or(jittered, |asked| asked.min(self.longest_wait).saturating_add(jittered / 4)).min(self.longest_wait)
    }

    /// Whether a connection that brought so many octets in so long a time is to be given up.
    pub fn is_trickle(&self, octets: u64, within: Duration) -> bool {
        within >= self.idle && u128::from(octets) * 1000 < u128::from(TRICKLE) * within.as_millis()
    }
}

/// From 0 to 1. The standard library seeds each hasher anew; more chance is not needed here.
fn dice() -> f64 {
    let bits = RandomState::new().hash_one(0_u8) >> 32;
    bits as f64 / f64::from(u32::MAX)
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date; `now` in seconds since the epoch.
pub(super) fn retry_after(value: &str, now: i64) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(value).ok()?.timestamp();
    Some(Duration::from_secs(u64::try_from(at - now).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_cap_and_never_agree() {
        let policy = Policy::default();
        for (failures, longest) in [(1, 1), (2, 2), (3, 4), (5, 16), (20, 120), (u32::MAX, 120)] {
            let wait = policy.wait(failures, None);
            let longest = Duration::from_secs(longest);
            assert!(longest / 2 <= wait && wait <= longest, "{failures}: {wait:?}");
        }
        let waits: std::collections::BTreeSet<Duration> = (0..20).map(|_| policy.wait(5, None)).collect();
        assert!(waits.len() > 10);
    }

    #[test]
    fn a_server_that_asks_for_patience_gets_it_within_reason() {
        let policy = Policy::default();
        assert!(policy.wait(1, Some(Duration::from_secs(7))) >= Duration::from_secs(7));
        assert_eq!(policy.wait(1, Some(Duration::from_secs(86_400))), policy.longest_wait);
        for (value, seconds) in
            [("7", Some(7)), (" 0 ", Some(0)), ("Sun, 01 Oct 2017 00:00:30 GMT", Some(30)), ("soon", None), ("-1", None)]
        {
            assert_eq!(retry_after(value, 1_506_816_000).map(|d| d.as_secs()), seconds, "{value}");
        }
        assert_eq!(retry_after("Sun, 01 Oct 2017 00:00:30 GMT", 1_600_000_000), Some(Duration::ZERO));
    }

    #[test]
    fn a_trickle_is_silence() {
        let policy = Policy::default();
        assert!(policy.is_trickle(100, Duration::from_secs(30)));
        assert!(policy.is_trickle(30 * 1024 - 1, Duration::from_secs(30)), "it is the rate that counts");
        assert!(!policy.is_trickle(100, Duration::from_secs(29)) && !policy.is_trickle(40 * 1024, Duration::from_secs(40)));
    }
}
