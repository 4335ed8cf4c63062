//! Watched prefixes as ranges of bits, so that raw bytes can be looked up without making a prefix of them.

use ipnet::IpNet;

use super::Family;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub first: u128,
    pub last: u128,
    pub len: u8,
}

/// Disjoint prefixes of both families.
#[derive(Debug, Clone, Default)]
pub struct PrefixSet {
    ranges: [Vec<Range>; 2],
}

impl PrefixSet {
    /// Takes any prefixes; those inside another add nothing.
    pub fn new(prefixes: &[IpNet]) -> Self {
        let mut sorted: Vec<IpNet> = prefixes.iter().map(IpNet::trunc).collect();
        sorted.sort_unstable();
        sorted.dedup_by(|inner, outer| outer.contains(&*inner));
        let mut set = PrefixSet::default();
        for prefix in sorted {
            let (family, first) = match prefix {
                IpNet::V4(net) => (Family::V4, u128::from(net.network().to_bits()) << 96),
                IpNet::V6(net) => (Family::V6, net.network().to_bits()),
            };
            let len = prefix.prefix_len();
            let hosts = u128::MAX.checked_shr(u32::from(len)).unwrap_or(0);
            set.ranges[family.index()].push(Range { first, last: first | hosts, len });
        }
        set
    }

    /// Whether the prefix with these bits (at the top; those after the mask do not count) is in the set or inside one that is.
    #[inline]
    pub fn covers(&self, family: Family, bits: u128, len: u8) -> bool {
        self.find(family, bits).is_some_and(|range| range.len <= len)
    }

    /// The first and last address of each of a family's prefixes, in order.
    pub fn spans(&self, family: Family) -> impl Iterator<Item = (u128, u128)> + '_ {
        self.ranges[family.index()].iter().map(|range| (range.first, range.last))
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
