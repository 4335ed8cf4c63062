//! Looks for watched prefixes and origins in raw bytes: may find what is none, never misses one.

use memchr::memmem::Finder;

use super::nlri::leading_bits;
use super::{Family, PrefixSet};
use crate::model::Asn;

/// More prefixes than this are looked for in one pass over all positions instead of one pass for each.
const MOST_FINDERS: usize = 4;

/// Finds the bytes of a list element (mask, then prefix) that a set covers.
#[derive(Debug)]
pub(super) struct PrefixNeedle {
    set: PrefixSet,
    search: Search,
}

#[derive(Debug)]
enum Search {
    /// A prefix of less than an octet may be anywhere.
    Anywhere,
    /// The whole octets of each prefix.
    Each(Vec<Finder<'static>>),
    /// Bit n is set where a prefix may begin with the two octets n.
    Heads(Box<[u64; 1024]>),
}

impl PrefixNeedle {
    pub(super) fn new(set: PrefixSet) -> Self {
        let search = if set.ranges().chain(set.singles()).any(|range| range.len < 8) {
            Search::Anywhere
        } else if set.singles().next().is_none()
            && set.ranges().all(|range| range.len >= 16)
            && set.ranges().count() <= MOST_FINDERS
        {
            let octets = |len: u8| usize::from(len / 8);
            Search::Each(set.ranges().map(|r| Finder::new(&r.first.to_be_bytes()[..octets(r.len)]).into_owned()).collect())
        } else {
            let mut heads = Box::new([0; 1024]);
            // Stray bits after a mask are free.
            for range in set.ranges().chain(set.singles()) {
                for head in (range.first >> 112)..=(range.last >> 112) {
                    heads[usize::try_from(head >> 6).unwrap_or(0) & 1023] |= 1 << (head & 63);
                }
            }
            Search::Heads(heads)
        };
        PrefixNeedle { set, search }
    }

    pub(super) const fn set(&self) -> &PrefixSet {
        &self.set
    }

    /// Whether an element that the set covers may stand in `hay`.
    pub(super) fn may_occur(&self, hay: &[u8]) -> bool {
        match &self.search {
            Search::Anywhere => true,
            Search::Each(finders) => finders.iter().any(|finder| hits(finder, hay).any(|at| self.is_element(hay, at))),
            Search::Heads(heads) => (1..hay.len()).any(|at| {
                let head = usize::from(hay[at]) << 8 | usize::from(hay.get(at + 1).copied().unwrap_or(0));
                heads[head >> 6] >> (head & 63) & 1 == 1 && self.is_element(hay, at)
            }),
        }
    }

    /// Whether the octets from `at` with the mask before them are covered. Bits after the mask are free (scenario 59).
    fn is_element(&self, hay: &[u8], at: usize) -> bool {
        let (Some(mask), Some(octets)) = (at.checked_sub(1).and_then(|before| hay.get(before)), hay.get(at..)) else {
            return false;
        };
        let bits = leading_bits(octets);
        [Family::V4, Family::V6].into_iter().any(|family| {
            let fits = |len: u8| len <= *mask && usize::from(len).div_ceil(8) <= octets.len();
            let is_inside = || self.set.find(family, bits).is_some_and(|range| fits(range.len));
            *mask <= family.max_len() && (is_inside() || fits(*mask) && self.set.has_single(family, bits, *mask))
        })
    }
}

/// Every hit, overlapping ones too: the mask before `24.24.0.0/24` is one more 24.
fn hits<'a>(finder: &'a Finder<'static>, hay: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + finder.find(hay.get(from..)?)?;
        from = at + 1;
        Some(at)
    })
}

/// Finds the bytes of AS numbers.
#[derive(Debug)]
pub(super) struct OriginNeedle {
    origins: Vec<Asn>,
    four: Vec<Finder<'static>>,
    two: Vec<Finder<'static>>,
}

impl OriginNeedle {
    pub(super) fn new(origins: &[Asn]) -> Self {
        let short = origins.iter().filter_map(|origin| u16::try_from(origin.0).ok());
        OriginNeedle {
            origins: origins.to_vec(),
            four: origins.iter().map(|origin| Finder::new(&origin.0.to_be_bytes()).into_owned()).collect(),
            two: short.map(|origin| Finder::new(&origin.to_be_bytes()).into_owned()).collect(),
        }
    }

    pub(super) fn origins(&self) -> &[Asn] {
        &self.origins
    }

    /// In 4 bytes: new speakers' `AS_PATH`, `AS4_PATH`, `TABLE_DUMP_V2`.
    pub(super) fn may_occur_in_four(&self, hay: &[u8]) -> bool {
        self.four.iter().any(|finder| finder.find(hay).is_some())
    }

    /// In 4 or 2 bytes: old speakers' `AS_PATH`, `TABLE_DUMP`, BGP4MP heads.
    pub(super) fn may_occur(&self, hay: &[u8]) -> bool {
        self.two.iter().any(|finder| finder.find(hay).is_some()) || self.may_occur_in_four(hay)
    }
}
