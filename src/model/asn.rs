//! Autonomous system numbers: asplain on output, asplain or asdot on input (RFC 5396).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A 4-byte autonomous system number (RFC 6793).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Asn(pub u32);

impl Asn {
    /// AS_TRANS, which stands for a 4-byte ASN on a 2-byte session (RFC 6793).
    pub const TRANS: Asn = Asn(23456);

    /// Reserved for private use (RFC 6996).
    pub fn is_private(self) -> bool {
        matches!(self.0, 64_512..=65_534 | 4_200_000_000..=4_294_967_294)
    }

    /// Reserved by IANA: 0 (RFC 7607), documentation (RFC 5398), the last of each range (RFC 7300).
    pub fn is_reserved(self) -> bool {
        matches!(self.0, 0 | 64_496..=64_511 | 65_535..=65_551 | u32::MAX)
    }
}

impl fmt::Display for Asn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Asn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{}", self.0)
    }
}

/// The text is no AS number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no AS number; write 131279, AS131279 or 2.207")]
pub struct ParseAsnError(String);

impl FromStr for Asn {
    type Err = ParseAsnError;

    /// Accepts `131279`, `AS131279` (any case) and asdot `2.207`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || ParseAsnError(text.to_owned());
        let digits = match text.get(..2) {
            Some(head) if head.eq_ignore_ascii_case("as") => &text[2..],
            _ => text,
        };
        let number = |part: &str| -> Option<u32> {
            let plain = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten()
        };
        let value = match digits.split_once('.') {
            None => number(digits),
            Some((high, low)) => match (number(high), number(low)) {
                (Some(h @ 0..=0xFFFF), Some(l @ 0..=0xFFFF)) => Some(h << 16 | l),
                _ => None,
            },
        };
        value.map(Asn).ok_or_else(fail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_three_notations() {
        for text in ["131279", "AS131279", "as131279", "2.207", "AS2.207"] {
            assert_eq!(text.parse(), Ok(Asn(131_279)), "{text}");
        }
        for text in ["x", "", "AS", "-1", "+1", "4294967296", "1.65536", "65536.0", "1.2.3", "é1"] {
            assert!(text.parse::<Asn>().is_err(), "{text}");
        }
    }
}
