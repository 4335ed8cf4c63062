//! A digest as people copy it: all of its twelve digits, the first few, or the whole SHA-256 that another tool made.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::file::Digest;

/// The digits of a [`Digest`].
const OF_A_DIGEST: usize = 12;

/// Fewer would name many records, more than a SHA-256 has none.
const LENGTHS: std::ops::RangeInclusive<usize> = 6..=64;

/// The first 6 to 64 hexadecimal digits of the SHA-256 of a record's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestStart(String);

/// The text is no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digest has 6 to 64 hexadecimal digits")]
pub struct ParseDigestStartError;

impl FromStr for DigestStart {
    type Err = ParseDigestStartError;

    /// Digits of either case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_one = LENGTHS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_one { Ok(DigestStart(text.to_ascii_lowercase())) } else { Err(ParseDigestStartError) }
    }
}

impl fmt::Display for DigestStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl DigestStart {
    /// Whether these bytes, whose digest is known, are meant.
    pub fn is_of(&self, digest: Digest, bytes: &[u8]) -> bool {
        self.begins(&digest.0) && (self.0.len() <= OF_A_DIGEST || self.begins(&Sha256::digest(bytes)))
    }

    /// Whether the digits are those of these bytes, as far as both go.
    fn begins(&self, bytes: &[u8]) -> bool {
        let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        self.0.chars().zip(nibbles).all(|(digit, nibble)| digit.to_digit(16) == Some(nibble.into()))
    }

    /// Whether it names one record.
    pub fn is_whole(&self) -> bool {
        self.0.len() >= OF_A_DIGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_of_its_record_and_of_no_other() {
        let record = b"record";
        let digest = Digest::of(record);
        let nibbles = Sha256::digest(record).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let whole: String = nibbles.filter_map(|nibble| char::from_digit(nibble.into(), 16)).collect();
        for length in LENGTHS {
            let start: DigestStart = whole[..length].to_uppercase().parse().expect("a start");
            assert!(start.is_of(digest, record) && start.is_whole() == (length >= 12), "{start}");
            let mut other = whole[..length - 1].to_owned();
            other.push(if whole.as_bytes()[length - 1] == b'0' { '1' } else { '0' });
            assert!(!other.parse::<DigestStart>().expect("a start").is_of(digest, record), "{other}");
        }
        for text in ["54c8c", "54c8cg", "", "+54c8c8", &"0".repeat(65)] {
            assert_eq!(text.parse::<DigestStart>(), Err(ParseDigestStartError), "{text}");
        }
    }
}
