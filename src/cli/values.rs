//! Small values as people type them.

use clap::builder::PossibleValue;
use ipnet::IpNet;

use crate::report::{Format, TimeFormat};

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

/// A prefix as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedPrefix {
    /// What it is read as.
    pub net: IpNet,
    text: String,
}

impl TypedPrefix {
    /// Of an option.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(TypedPrefix { net: parse_prefix(text)?, text: text.to_owned() })
    }

    /// What was made of an address, or of an address within a prefix.
    pub fn remark(&self) -> Option<String> {
        let net = self.net.trunc();
        let is_address = !self.text.contains('/') || net != self.net;
        is_address.then(|| format!("{} is read as {net}", self.text))
    }
}

impl From<IpNet> for TypedPrefix {
    fn from(net: IpNet) -> Self {
        TypedPrefix { net, text: net.to_string() }
    }
}

/// `--time-format`.
pub fn parse_time_format(text: &str) -> Result<TimeFormat, String> {
    let known = TimeFormat::ALL.into_iter().find(|(name, _)| *name == text);
    known.map(|(_, format)| format).ok_or_else(|| "write rfc3339, spreadsheet or unix".to_owned())
}

/// A country's code, as the registries write it.
pub fn parse_country(text: &str) -> Result<String, String> {
    let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_uppercase()).ok_or_else(|| "write a country's code of two letters, as KP".to_owned())
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

/// A size in octets: `500M`, `20G`, `1.5T` (powers of 1024); a bare number is octets.
pub fn parse_octets(text: &str) -> Result<u64, String> {
    let wrong = || "write a size as 500M or 20G".to_owned();
    let (number, unit) = match text.char_indices().last().ok_or_else(wrong)? {
        (_, '0'..='9') => (text, 1_u64),
        (at, 'K' | 'k') => (&text[..at], 1 << 10),
        (at, 'M') => (&text[..at], 1 << 20),
        (at, 'G') => (&text[..at], 1 << 30),
        (at, 'T') => (&text[..at], 1 << 40),
        _ => return Err(wrong()),
    };
    let (whole, tenths) = number.split_once('.').unwrap_or((number, "0"));
    let tenths = tenths.parse::<u64>().ok().filter(|tenths| *tenths < 10).ok_or_else(wrong)?;
    let octets = whole.parse::<u64>().ok().and_then(|whole| whole.checked_mul(unit)?.checked_add(tenths * unit / 10));
    octets.ok_or_else(wrong)
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
    fn sizes() {
        for (text, octets) in [("0", 0), ("1024", 1024), ("2K", 2048), ("1.5M", 1_572_864), ("20G", 20 << 30)] {
            assert_eq!(parse_octets(text), Ok(octets), "{text}");
        }
        for text in ["", "M", "1.23M", "-1", "5X", "5é", "99999999999999T"] {
            assert!(parse_octets(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_made_of_an_address() {
        for (text, remark) in [
            ("203.0.113.7", Some("203.0.113.7 is read as 203.0.113.7/32")),
            ("2001:db8::1", Some("2001:db8::1 is read as 2001:db8::1/128")),
            ("175.45.177.5/22", Some("175.45.177.5/22 is read as 175.45.176.0/22")),
            ("175.45.176.0/22", None),
            ("203.0.113.7/32", None),
            ("2001:DB8::/32", None),
        ] {
            assert_eq!(TypedPrefix::parse(text).expect(text).remark().as_deref(), remark);
        }
        assert_eq!(parse_country("cu").as_deref(), Ok("CU"));
        assert!(["", "C", "CUB", "ÿ", "1a"].iter().all(|text| parse_country(text).is_err()));
    }

    #[test]
    fn prefixes_and_shares() {
        assert!(parse_prefix("175.45.176.0/22").is_ok() && parse_prefix("192.0.2.1").is_ok());
        assert!(parse_prefix("1.2.3.4/99").is_err() && parse_prefix("x").is_err());
        assert!(parse_share("0.05").is_ok() && parse_share("1.5").is_err() && parse_share("NaN").is_err());
    }
}
