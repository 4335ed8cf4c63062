//! The sample of a dump by which full-feed peers are told from partial ones (rule 15): fixed by content, however the dump is read.

use std::collections::BTreeMap;

use super::file::FilePeer;
use crate::mrt::Family;

/// Prefixes taken from each start.
const TAKEN: u16 = 256;

/// 24.0.0.0, 80.0.0.0, 150.0.0.0, 200.0.0.0; `2001::`, `2400::`, `2800::`, `2a00::`.
pub(super) const STARTS: [[u128; 4]; 2] =
    [[24 << 120, 80 << 120, 150 << 120, 200 << 120], [0x2001 << 112, 0x2400 << 112, 0x2800 << 112, 0x2a00 << 112]];

/// Counts the sampled prefixes that each peer holds.
#[derive(Debug)]
pub(super) struct Sample {
    left: [[u16; 4]; 2],
    held: BTreeMap<FilePeer, [u32; 2]>,
}

impl Default for Sample {
    fn default() -> Self {
        Sample { left: [[TAKEN; 4]; 2], held: BTreeMap::new() }
    }
}

impl Sample {
    /// Whether the next prefix of the file, whose bits stand at the top, belongs to the sample. To be asked once for each prefix.
    pub fn takes(&mut self, family: Family, bits: u128) -> bool {
        let mut taken = false;
        for (left, start) in self.left[family.index()].iter_mut().zip(STARTS[family.index()]) {
            if *left > 0 && start <= bits {
                *left -= 1;
                taken = true;
            }
        }
        taken
    }

    /// Whether the sample has all that it takes from a start.
    pub fn has_all(&self, family: Family, start: usize) -> bool {
        self.left[family.index()].get(start).is_none_or(|left| *left == 0)
    }

    /// The peer holds a sampled prefix. To be said once for each prefix and peer.
    pub fn holds(&mut self, peer: FilePeer, family: Family) {
        self.held.entry(peer).or_default()[family.index()] += 1;
    }

    /// Sorted by peer.
    pub fn into_counts(self) -> Vec<(FilePeer, [u32; 2])> {
        self.held.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_256_prefixes_from_each_start_in_file_order() {
        let taken = |octets: std::ops::Range<u128>, each: u128| {
            let mut sample = Sample::default();
            let bits = octets.flat_map(|first| (0..each).map(move |second| first << 120 | second << 112));
            bits.filter(|bits| sample.takes(Family::V4, *bits)).count()
        };
        assert_eq!(taken(0..24, 256), 0, "nothing before the first start");
        assert_eq!(taken(0..256, 256), 4 * 256);
        assert_eq!(taken(24..26, 256), 256);
        assert_eq!(taken(200..224, 10), 240, "a prefix counts once however many starts precede it");
    }
}
