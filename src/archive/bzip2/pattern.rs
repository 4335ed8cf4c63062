//! Byte patterns, and the form in which they stand in a block's text, which is not the raw one.
//!
//! The text that bzip2 transforms has been through its first run-length stage ([`super::rle`]): a run of four or more
//! equal bytes became four of them and a count. A pattern that occurs in the raw bytes *of one block* is found if and
//! only if we look for what the encoder made of it there. Runs are maximal in the raw bytes of the block, save that
//! encoders begin a new one after 255 (libbz2) or 259 bytes (others). So, for a raw occurrence of a pattern within a
//! block:
//!
//! - **Inner runs**, with another byte on both sides inside the pattern, are complete: up to three bytes stand as
//!   they are, `n` from 4 to [`LONGEST_RUN`] as four bytes and the count `n - 4`. Longer ones depend on the encoder
//!   and are refused.
//! - **The last run** begins inside the pattern (unless the pattern is all one run, which is refused), so its first
//!   four bytes, or all if it has fewer, stand as they are. If it has `m > 4` bytes, a count of at least `m - 4`
//!   follows.
//! - **The first run** may begin before the pattern. What is certain is what stands right before the pattern's second
//!   run: the run's byte, if the run (or its last piece) has up to three bytes, or else four times the run's byte and
//!   any count. This is a needle's *lead*: the search tests both ways ([`super::search`]).
//!
//! Where a place allows several values, the reasoning above needs to know whether it begins a run. The first and the
//! last place may stay a range if they share no value with their neighbour, since then they certainly differ from it;
//! all others are spelled out into patterns of their own.

use std::fmt;

use thiserror::Error;

use super::rle::RUN;

/// Longest inner run that every encoder writes in one piece.
pub const LONGEST_RUN: usize = 250;
/// Needles that one pattern may be spelled out into.
const MOST_NEEDLES: usize = 512;
/// A block has up to 2^20 rows: what is as likely as this at each place (20.5 bits) occurs by chance in about every second one.
pub const MOST_CHANCE: f64 = 0.707 / 1_048_576.0;

/// The values that one place of a pattern allows, from `low` to `high` inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Octet {
    /// Least value.
    pub low: u8,
    /// Greatest value.
    pub high: u8,
}

impl Octet {
    /// Only this value.
    pub const fn exact(value: u8) -> Self {
        Self { low: value, high: value }
    }

    /// The values whose first `bits` bits (0 to 8) are those of `value`.
    pub const fn prefix(value: u8, bits: u8) -> Self {
        let rest = if bits >= 8 { 0 } else { 0xFF >> bits };
        Self { low: value & !rest, high: value | rest }
    }

    /// Whether `value` is allowed.
    pub const fn allows(self, value: u8) -> bool {
        self.low <= value && value <= self.high
    }

    fn is_exact(self) -> bool {
        self.low == self.high
    }

    fn meets(self, other: Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }

    fn bits(self) -> f64 {
        8.0 - (f64::from(self.high - self.low) + 1.0).log2()
    }
}

/// A sequence of octets, in raw bytes, as they stand in the decompressed file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    places: Vec<Octet>,
}

/// Why a pattern cannot be searched for in compressed blocks: read them plainly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unsearchable {
    /// So few bits remain that chance alone would find them in most blocks.
    #[error("the pattern is not selective")]
    TooShort,
    /// One byte over and over, or an inner run longer than [`LONGEST_RUN`].
    #[error("the pattern has a run of equal bytes that encoders write in different ways")]
    Run,
    /// Ranges of values multiply.
    #[error("the pattern allows too many values")]
    TooWide,
}

impl Pattern {
    /// A pattern of places.
    pub fn new(places: impl Into<Vec<Octet>>) -> Self {
        Self { places: places.into() }
    }

    /// A pattern of exactly these bytes.
    pub fn exact(bytes: &[u8]) -> Self {
        Self::new(bytes.iter().copied().map(Octet::exact).collect::<Vec<_>>())
    }

    /// Length in raw bytes.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether it has no place; such a pattern is not searchable.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether raw bytes hold the pattern, by plain comparison.
    pub fn occurs_in(&self, raw: &[u8]) -> bool {
        raw.windows(self.len().max(1)).any(|window| window.iter().zip(&self.places).all(|(byte, place)| place.allows(*byte)))
    }

    /// What to look for in the text of a block: the pattern occurs only where one of these does.
    pub fn needles(&self) -> Result<Vec<Needle>, Unsearchable> {
        let needles: Vec<Needle> = self.spelled_out()?.iter().map(|places| Needle::encode(places)).collect::<Result<_, _>>()?;
        if chance_of(&needles) > MOST_CHANCE { Err(Unsearchable::TooShort) } else { Ok(needles) }
    }

    /// How likely it is at any one place of random text; 1 if it cannot be searched for.
    pub fn chance(&self) -> f64 {
        self.needles().map_or(1.0, |needles| chance_of(&needles))
    }

    /// The pattern as patterns in which only the first and last place may be ranges, and those differ from their
    /// neighbours.
    fn spelled_out(&self) -> Result<Vec<Vec<Octet>>, Unsearchable> {
        let mut all = vec![Vec::with_capacity(self.len())];
        let last = self.len().saturating_sub(1);
        for (at, place) in self.places.iter().enumerate() {
            let neighbour = match at {
                0 => self.places.get(1),
                _ if at == last => self.places.get(at - 1),
                _ => None,
            };
            if place.is_exact() || neighbour.is_some_and(|neighbour| !place.meets(*neighbour)) {
                for places in &mut all {
                    places.push(*place);
                }
                continue;
            }
            if all.len() * (usize::from(place.high - place.low) + 1) > MOST_NEEDLES {
                return Err(Unsearchable::TooWide);
            }
            all = all
                .iter()
                .flat_map(|places| (place.low..=place.high).map(|value| [places.as_slice(), &[Octet::exact(value)]].concat()))
                .collect();
        }
        Ok(all)
    }
}

/// One of them has their chances together.
fn chance_of(needles: &[Needle]) -> f64 {
    needles.iter().map(|needle| (-needle.bits()).exp2()).sum()
}

/// A pattern as it stands in a block's text.
#[derive(Clone, PartialEq, Eq)]
pub struct Needle {
    /// What stands before the body: a byte of this range, or four of one byte of this range and any count.
    pub lead: Octet,
    /// Bytes as they are.
    pub body: Vec<u8>,
    /// The byte behind the body.
    pub tail: Octet,
}

impl Needle {
    fn encode(places: &[Octet]) -> Result<Self, Unsearchable> {
        let mut runs = places.chunk_by(|a, b| a == b && a.is_exact()).map(|run| (run[0], run.len()));
        let (lead, _) = runs.next().ok_or(Unsearchable::TooShort)?;
        let mut runs: Vec<_> = runs.collect();
        let (tail, length) = runs.pop().ok_or(Unsearchable::Run)?;
        let mut body = Vec::new();
        for (byte, length) in runs {
            body.extend(std::iter::repeat_n(byte.low, length.min(RUN)));
            if length > LONGEST_RUN {
                return Err(Unsearchable::Run);
            }
            if let Some(count) = length.checked_sub(RUN) {
                body.push(u8::try_from(count).map_err(|_| Unsearchable::Run)?);
            }
        }
        body.extend(std::iter::repeat_n(tail.low, if length > RUN { RUN } else { length - 1 }));
        let tail = match length.min(LONGEST_RUN).checked_sub(RUN) {
            None | Some(0) => tail,
            Some(least) => Octet { low: u8::try_from(least).unwrap_or(u8::MAX), high: u8::MAX },
        };
        Ok(Self { lead, body, tail })
    }

    /// How much the needle says, in bits; a byte that repeats the one before says little.
    fn bits(&self) -> f64 {
        let repeats = self.body.windows(2).filter(|pair| pair[0] == pair[1]).count();
        #[expect(clippy::cast_precision_loss, reason = "patterns are short")]
        let body = 8.0 * self.body.len() as f64 - 6.0 * repeats as f64;
        self.lead.bits() + body + self.tail.bits()
    }
}

impl fmt::Debug for Needle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = |f: &mut fmt::Formatter<'_>, octet: Octet| {
            if octet.is_exact() { write!(f, "{:02X}", octet.low) } else { write!(f, "{:02X}-{:02X}", octet.low, octet.high) }
        };
        range(f, self.lead)?;
        f.write_str("? ")?;
        self.body.iter().try_for_each(|byte| write!(f, "{byte:02X} "))?;
        range(f, self.tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pattern: &Pattern) -> String {
        match pattern.needles() {
            Ok(needles) => needles.iter().map(|needle| format!("{needle:?}")).collect::<Vec<_>>().join(", "),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn patterns_become_what_encoders_write() {
        let cases: [(&[u8], &str); 11] = [
            (&[0x16, 0xAF, 0x2D, 0xB0], "16? AF 2D B0"),
            (&[0, 2, 0, 0xCF], "00? 02 00 CF"),
            (&[0, 0, 13, 28, 0, 0, 0, 0, 0, 2, 0, 207], "00? 0D 1C 00 00 00 00 01 02 00 CF"),
            (&[1, 2, 0, 0, 0, 0, 3], "01? 02 00 00 00 00 00 03"),
            (&[1, 2, 0, 0, 0, 3], "01? 02 00 00 00 03"),
            (&[5, 5, 5, 5, 5, 6, 7, 8], "05? 06 07 08"),
            (&[6, 7, 8, 5, 5], "06? 07 08 05 05"),
            (&[6, 7, 8, 5, 5, 5, 5], "06? 07 08 05 05 05 05"),
            (&[6, 7, 8, 5, 5, 5, 5, 5, 5], "06? 07 08 05 05 05 05 02-FF"),
            (&[9, 9, 9, 9, 9, 9], "the pattern has a run of equal bytes that encoders write in different ways"),
            (&[0x44, 0x95], "the pattern is not selective"),
        ];
        for (raw, expected) in cases {
            assert_eq!(written(&Pattern::exact(raw)), expected, "{raw:02X?}");
        }
    }

    #[test]
    fn a_range_stays_one_where_it_cannot_continue_a_run() {
        let route = |value| [Octet { low: 22, high: 32 }, Octet::exact(0xAF), Octet::exact(value), Octet::prefix(0xB0, 6)];
        assert_eq!(written(&Pattern::new(route(0x2D))), "16-20? AF 2D B0-B3");
        assert_eq!(written(&Pattern::new(route(0xB1))), "16-20? AF B1 B0, 16-20? AF B1 B1, 16-20? AF B1 B2, 16-20? AF B1 B3");
    }

    #[test]
    fn long_inner_runs_and_wide_patterns_are_refused() {
        let run = [vec![1, 2], vec![3; 251], vec![4, 5]].concat();
        assert_eq!(Pattern::exact(&run).needles(), Err(Unsearchable::Run));
        let any = Octet { low: 0, high: 255 };
        let wide = [Octet::exact(1), any, any, Octet::exact(4), Octet::exact(5), Octet::exact(6)];
        assert_eq!(Pattern::new(wide).needles(), Err(Unsearchable::TooWide));
    }
}
