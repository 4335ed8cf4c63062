//! Times, prefixes and paths as programs print them.

use std::net::{IpAddr, Ipv4Addr};

use chrono::NaiveDateTime;
use ipnet::IpNet;

use crate::model::{AsPath, Asn, Segment, Time};

/// Seconds since the epoch, perhaps with a fraction, as MRT can hold them; or as `bgpdump -M` has them, `10/01/17 09:07:51`.
pub(super) fn read_time(text: &str) -> Option<Time> {
    if text.as_bytes().get(2) == Some(&b'/') {
        return on_calendar(text, "%m/%d/%y %H:%M:%S");
    }
    let (secs, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let secs = number(secs)?;
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros = fraction.bytes().chain(std::iter::repeat(b'0')).take(6).fold(0, |all, digit| all * 10 + i64::from(digit - b'0'));
    Some(Time::from_secs(secs.into()).plus_micros(micros))
}

/// As `RIPEstat` has it: `2017-10-01T09:07:51`, UTC, perhaps with a fraction.
pub(super) fn read_iso(text: &str) -> Option<Time> {
    on_calendar(text.strip_suffix('Z').unwrap_or(text), "%Y-%m-%dT%H:%M:%S%.f")
}

fn on_calendar(text: &str, form: &str) -> Option<Time> {
    let time = NaiveDateTime::parse_from_str(text, form).ok()?;
    let micros = time.and_utc().timestamp_micros();
    // What an MRT header can hold.
    u32::try_from(micros.div_euclid(1_000_000)).ok().map(|_| Time::from_micros(micros))
}

/// A peer's address; IPv4 in IPv6 is IPv4, as everywhere.
pub(super) fn read_ip(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

/// Digits only: no sign.
pub(super) fn number(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// A prefix with its mask; stray bits after that are cleared.
pub(super) fn read_prefix(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().map(|net| net.trunc())
}

/// A prefix whose mask may be missing where its class says it, as routers print it.
pub(super) fn read_classful(text: &str) -> Option<IpNet> {
    if text.contains('/') {
        return read_prefix(text);
    }
    let ip: Ipv4Addr = text.parse().ok()?;
    let len = match ip.octets() {
        [0, 0, 0, 0] => 0,
        [0..=127, ..] => 8,
        [128..=191, ..] => 16,
        [192..=223, ..] => 24,
        _ => return None,
    };
    IpNet::new(IpAddr::V4(ip), len).ok().map(|net| net.trunc())
}

/// An AS path as bgpdump and routers print it: ASes divided by blanks, sets in braces, confederation segments in parentheses or brackets,
/// which are dropped (rule 2).
pub(crate) fn read_path(text: &str) -> Option<AsPath> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let closing = match first {
            '{' => '}',
            '(' => ')',
            '[' => ']',
            _ => {
                let (word, after) = rest.split_at(rest.find([' ', '\t', '{', '(', '[']).unwrap_or(rest.len()));
                let asn = read_asn(word)?;
                match segments.last_mut() {
                    Some(Segment::Sequence(ases)) => ases.push(asn),
                    _ => segments.push(Segment::Sequence(vec![asn])),
                }
                rest = after.trim_start();
                continue;
            }
        };
        let (inside, after) = rest.get(1..)?.split_once(closing)?;
        // A confederation's set is `({65001,65002})`.
        let inside = inside.trim_matches(['{', '}']);
        let ases = inside.split([',', ' ']).filter(|word| !word.is_empty()).map(read_asn).collect::<Option<Vec<Asn>>>()?;
        if ases.is_empty() {
            return None;
        }
        if first == '{' {
            segments.push(Segment::Set(ases));
        }
        rest = after.trim_start();
    }
    Some(AsPath { segments })
}

/// `131279` or `2.207`.
fn read_asn(text: &str) -> Option<Asn> {
    match text.split_once('.') {
        None => number(text).filter(|_| !text.is_empty()).map(Asn),
        Some(_) => text.parse().ok().filter(|_| text.starts_with(|c: char| c.is_ascii_digit())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, expected) in [
            ("1506848871", Some("2017-10-01T09:07:51Z")),
            ("1445565708.372152", Some("2015-10-23T02:01:48.372152Z")),
            ("1445565708.5", Some("2015-10-23T02:01:48.500000Z")),
            ("1445565708.3721529", Some("2015-10-23T02:01:48.372152Z")),
            ("10/01/17 09:07:51", Some("2017-10-01T09:07:51Z")),
            ("12/31/99 23:59:59", Some("1999-12-31T23:59:59Z")),
            ("4294967295", Some("2106-02-07T06:28:15Z")),
            ("4294967296", None),
            ("-1", None),
            ("+1", None),
            ("1.", None),
            ("", None),
            ("13/01/17 09:07:51", None),
        ] {
            assert_eq!(read_time(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            ("2017-10-01T09:07:51", Some("2017-10-01T09:07:51Z")),
            ("2017-10-01T09:07:51.25Z", Some("2017-10-01T09:07:51.250000Z")),
            ("1969-12-31T23:59:59", None),
            ("2017-10-01", None),
        ] {
            assert_eq!(read_iso(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn prefixes_of_classes() {
        for (text, expected) in [
            ("3.0.0.0", Some("3.0.0.0/8")),
            ("128.0.0.0", Some("128.0.0.0/16")),
            ("191.255.0.0", Some("191.255.0.0/16")),
            ("192.0.2.0", Some("192.0.2.0/24")),
            ("223.255.255.0", Some("223.255.255.0/24")),
            ("0.0.0.0", Some("0.0.0.0/0")),
            ("224.0.0.0", None),
            ("11.13.0.0/13", Some("11.8.0.0/13")),
            ("2001:db8::/32", Some("2001:db8::/32")),
            ("2001:db8::", None),
            ("10.0.0.0/33", None),
        ] {
            assert_eq!(read_classful(text).map(|net| net.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn paths() {
        for (text, expected) in [
            ("3356 20485 131279", Some("3356 20485 131279")),
            ("1853 1239 13659 {13659,701}", Some("1853 1239 13659 {13659,701}")),
            ("3356 {1 2} 7", Some("3356 {1,2} 7")),
            ("(65000 65001) 3356 [65002,65003] 7", Some("3356 7")),
            ("({65001,65002}) 7", Some("7")),
            ("3356 2.207", Some("3356 131279")),
            ("", Some("")),
            (" \t", Some("")),
            ("3356 {}", None),
            ("3356 {1", None),
            ("3356 1}", None),
            ("AS3356", None),
            ("3356 4294967296", None),
            ("3356,7", None),
            ("2.", None),
        ] {
            assert_eq!(read_path(text).map(|path| path.to_string()).as_deref(), expected, "{text}");
        }
        assert_eq!(read_path("1 (2) 3"), Some(AsPath::sequence([1, 3])), "one sequence");
    }
}
