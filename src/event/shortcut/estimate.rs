//! What it costs to seek the watched prefixes of a dump, against reading all of it: how many blocks they lie in is guessed from their
//! addresses and from the length of the first block.

use std::collections::BTreeSet;

use super::blocks::Opening;
use crate::archive::bzip2::octets::Octets;
use crate::archive::bzip2::stream::Place;
use crate::mrt::Family;
use crate::target::Watch;

/// What a place costs that is sought, in blocks read: the block itself, and a part of those that are looked into on the way.
const A_PLACE: f64 = 1.6;

/// What is read whatever is watched: the beginning, the end and the sample.
const IN_ANY_CASE: f64 = 24.0;

/// A file of a few blocks is sought whatever it costs: nothing can be won or lost.
const FEW: f64 = 64.0;

/// A guess at the work to be done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Estimate {
    /// Blocks of the file.
    blocks: f64,
    /// Blocks in which watched prefixes lie.
    wanted: f64,
}

impl Estimate {
    /// Of a file of which the first block is decoded.
    pub fn of(data: Octets<'_>, opening: &Opening<'_>, watch: &Watch) -> Self {
        let bits = data.len() as f64 * 8.0;
        let first = match opening.walk.place() {
            Place::Block { bit, .. } => (bit.saturating_sub(opening.first)).max(1) as f64,
            Place::End | Place::Trailing { .. } => bits,
        };
        Self::from_parts((bits / first).max(1.0), watch)
    }

    /// Of a file of so many blocks. Prefixes that lie close by lie in one.
    fn from_parts(blocks: f64, watch: &Watch) -> Self {
        let set = watch.set();
        // Routes may all lie in a small part of the addresses; those of IPv6 begin with the same few octets.
        let places = |family: Family, coarse: f64| {
            let all = set.spans(family).map(|(first, _)| (first as f64 / coarse).floor().to_bits());
            all.collect::<BTreeSet<_>>().len() as f64
        };
        let (four, six) = (2_f64.powi(128) / (16.0 * blocks), 2_f64.powi(116) / (16.0 * blocks));
        let places = places(Family::V4, four) + places(Family::V6, six);
        Estimate { blocks, wanted: blocks * (1.0 - (-places / blocks).exp()) }
    }

    /// Whether seeking is cheaper than reading.
    pub fn is_worth_seeking(self) -> bool {
        self.blocks <= FEW || self.wanted * A_PLACE + IN_ANY_CASE < self.blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_sought(blocks: f64, prefixes: impl Iterator<Item = String>) -> bool {
        let watch = Watch::new(prefixes.map(|prefix| prefix.parse().expect("a prefix")), []);
        Estimate::from_parts(blocks, &watch).is_worth_seeking()
    }

    #[test]
    fn few_places_are_sought_and_many_read() {
        let apart = |count: u32| {
            (0..count).map(move |n| format!("{}/24", std::net::Ipv4Addr::from_bits((u32::MAX / (count + 1) * n) & 0xFFFF_FF00)))
        };
        let close = |count: u32| (0..count).map(|n| format!("10.{}.{}.0/24", n >> 7, (n << 1) & 0xFF));
        assert!(is_sought(400.0, apart(1)));
        assert!(is_sought(400.0, apart(100)));
        assert!(!is_sought(400.0, apart(1_000)));
        assert!(!is_sought(400.0, apart(10_000)));
        assert!(is_sought(1_600.0, apart(500)));
        assert!(!is_sought(400.0, apart(4_000).take(1_000)), "in a quarter of the addresses");
        assert!(is_sought(400.0, close(10_000)), "in the same few blocks");
        assert!(is_sought(60.0, apart(1_000)), "a small file");
    }
}
