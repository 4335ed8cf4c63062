//! Small values as people type them.

use clap::builder::PossibleValue;
use ipnet::IpNet;

use crate::report::Format;

impl clap::ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        Format::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.text()))
    }
}

/// A prefix; a bare address is its host route.
pub fn parse_prefix(text: &str) -> Result<IpNet, String> {
    let host = || text.parse::<std::net::IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| host()).map_err(|_| "write a prefix as 175.45.176.0/22 or 2001:db8::/32".to_owned())
}

/// A share from 0 to 1.
pub fn parse_share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "write a share from 0 to 1, as 0.05".to_owned())
}

/// A duration in microseconds: `90s`, `5m`, `1h30m`, `2d`; a bare number is seconds.
pub fn parse_duration(text: &str) -> Result<i64, String> {
    let wrong = || "write a duration as 90s, 5m, 1h30m or 2d".to_owned();
    if let Ok(secs) = text.parse::<u32>() {
        return Ok(i64::from(secs) * 1_000_000);
    }
    let mut rest = text;
    let mut micros: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: i64 = rest[..digits].parse::<u32>().map_err(|_| wrong())?.into();
        let unit = rest[digits..].chars().next().ok_or_else(wrong)?;
        let secs = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return Err(wrong()),
        };
        micros = number.checked_mul(secs * 1_000_000).and_then(|m| m.checked_add(micros)).ok_or_else(wrong)?;
        rest = &rest[digits + 1..];
    }
    if text.is_empty() { Err(wrong()) } else { Ok(micros) }
}

/// A bin's length in microseconds: a duration of at least a second.
pub fn parse_bin(text: &str) -> Result<i64, String> {
    let long = |micros: &i64| *micros >= 1_000_000;
    parse_duration(text).ok().filter(long).ok_or_else(|| "write a length as 30s, 5m or 1h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, secs) in [("90s", 90), ("5m", 300), ("1h30m", 5400), ("2d", 172_800), ("45", 45), ("0s", 0)] {
            assert_eq!(parse_duration(text), Ok(secs * 1_000_000), "{text}");
        }
        for text in ["", "h", "5x", "-5m", "1h30", "5 m", "99999999999s", "1é"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn prefixes_and_shares() {
        assert!(parse_prefix("175.45.176.0/22").is_ok() && parse_prefix("192.0.2.1").is_ok());
        assert!(parse_prefix("1.2.3.4/99").is_err() && parse_prefix("x").is_err());
        assert!(parse_share("0.05").is_ok() && parse_share("1.5").is_err() && parse_share("NaN").is_err());
    }
}
