//! Watched prefixes as ranges of bits, so that raw bytes can be looked up without making a prefix of them.

use ipnet::IpNet;

use super::Family;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub first: u128,
    pub last: u128,
    pub len: u8,
}

/// Disjoint prefixes of both families with all that is inside them, and single ones.
#[derive(Debug, Clone, Default)]
pub struct PrefixSet {
    ranges: [Vec<Range>; 2],
    /// By (first address, mask), sorted.
    single: [Vec<(u128, u8)>; 2],
}

/// A prefix's family, address and mask.
fn parts(prefix: IpNet) -> (Family, u128, u8) {
    match prefix.trunc() {
        IpNet::V4(net) => (Family::V4, u128::from(net.network().to_bits()) << 96, net.prefix_len()),
        IpNet::V6(net) => (Family::V6, net.network().to_bits(), net.prefix_len()),
    }
}

/// The bits after the mask.
fn hosts(len: u8) -> u128 {
    u128::MAX.checked_shr(u32::from(len)).unwrap_or(0)
}

impl PrefixSet {
    /// `prefixes` with all their more-specifics, and `single` ones without. Takes any prefixes; those inside another add nothing.
    pub fn new(prefixes: &[IpNet], single: &[IpNet]) -> Self {
        let mut sorted: Vec<IpNet> = prefixes.iter().map(IpNet::trunc).collect();
        sorted.sort_unstable();
        sorted.dedup_by(|inner, outer| outer.contains(&*inner));
        let mut set = PrefixSet::default();
        for prefix in sorted {
            let (family, first, len) = parts(prefix);
            set.ranges[family.index()].push(Range { first, last: first | hosts(len), len });
        }
        for (family, first, len) in single.iter().map(|prefix| parts(*prefix)) {
            set.single[family.index()].push((first, len));
        }
        for list in &mut set.single {
            list.sort_unstable();
        }
        set
    }

    /// Whether the prefix with these bits (at the top; those after the mask do not count) is in the set or inside one that is.
    #[inline]
    pub fn covers(&self, family: Family, bits: u128, len: u8) -> bool {
        self.find(family, bits).is_some_and(|range| range.len <= len) || self.has_single(family, bits, len)
    }

    /// The same of a prefix.
    pub fn covers_net(&self, prefix: IpNet) -> bool {
        let (family, bits, len) = parts(prefix);
        self.covers(family, bits, len)
    }

    /// From which to which address the routes of a family begin that the set covers; more may begin there.
    pub fn spans(&self, family: Family) -> impl Iterator<Item = (u128, u128)> + '_ {
        let single = self.single[family.index()].iter().map(|(first, _)| (*first, *first));
        self.ranges[family.index()].iter().map(|range| (range.first, range.last)).chain(single)
    }

    /// Whether it is one of the single prefixes.
    pub(super) fn has_single(&self, family: Family, bits: u128, len: u8) -> bool {
        let single = &self.single[family.index()];
        !single.is_empty() && single.binary_search(&(bits & !hosts(len), len)).is_ok()
    }

    /// Those that have no more-specifics in the set.
    pub(super) fn singles(&self) -> impl Iterator<Item = Range> + '_ {
        self.single.iter().flatten().map(|(first, len)| Range { first: *first, last: first | hosts(*len), len: *len })
    }

    pub(super) fn find(&self, family: Family, bits: u128) -> Option<Range> {
        let ranges = &self.ranges[family.index()];
        let at = ranges.partition_point(|range| range.first <= bits).checked_sub(1)?;
        ranges.get(at).copied().filter(|range| bits <= range.last)
    }

    pub(super) fn ranges(&self) -> impl Iterator<Item = Range> + '_ {
        self.ranges.iter().flatten().copied()
    }
}
