//! Prefixes that are known to be watched, while more are found: what is inside one of them is kept as it goes by.

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::mrt::Family;
use crate::target::Watch;

/// Disjoint prefixes that grow in number.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// Of each family bit n is set if a prefix has addresses that begin with the two octets n.
    heads: [Box<[u64; 1024]>; 2],
    /// By the first address (at the top): the last one and the mask.
    nets: [BTreeMap<u128, (u128, u8)>; 2],
}

impl Default for Known {
    fn default() -> Self {
        Known { heads: [Box::new([0; 1024]), Box::new([0; 1024])], nets: Default::default() }
    }
}

impl Known {
    /// All that is watched. What is inside a prefix that is watched alone counts as well.
    pub fn of(watch: &Watch) -> Self {
        let mut known = Known::default();
        for prefix in watch.prefixes().iter().chain(watch.covering()) {
            known.insert(*prefix);
        }
        known
    }

    /// Adds a prefix.
    pub fn insert(&mut self, prefix: IpNet) {
        let (family, first, len) = match prefix.trunc() {
            IpNet::V4(net) => (Family::V4, u128::from(net.network().to_bits()) << 96, net.prefix_len()),
            IpNet::V6(net) => (Family::V6, net.network().to_bits(), net.prefix_len()),
        };
        if self.covers(family, first, len) {
            return;
        }
        let last = first | u128::MAX.checked_shr(len.into()).unwrap_or(0);
        let nets = &mut self.nets[family.index()];
        let inside: Vec<u128> = nets.range(first..=last).map(|(first, _)| *first).collect();
        for first in inside {
            nets.remove(&first);
        }
        nets.insert(first, (last, len));
        for head in (first >> 112)..=(last >> 112) {
            let head = usize::try_from(head).unwrap_or(0);
            self.heads[family.index()][head >> 6 & 1023] |= 1 << (head & 63);
        }
    }

    /// Whether the prefix with these bits (at the top) is one of them or inside one.
    #[inline]
    pub fn covers(&self, family: Family, bits: u128, len: u8) -> bool {
        let head = (bits >> 112) as usize;
        self.heads[family.index()][head >> 6 & 1023] >> (head & 63) & 1 == 1 && self.holds(family, bits, len)
    }

    fn holds(&self, family: Family, bits: u128, len: u8) -> bool {
        let before = self.nets[family.index()].range(..=bits).next_back();
        before.is_some_and(|(_, (last, shortest))| bits <= *last && *shortest <= len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(known: &Known, prefix: &str) -> bool {
        match prefix.parse().expect("a prefix") {
            IpNet::V4(net) => known.covers(Family::V4, u128::from(net.network().to_bits()) << 96, net.prefix_len()),
            IpNet::V6(net) => known.covers(Family::V6, net.network().to_bits(), net.prefix_len()),
        }
    }

    #[test]
    fn what_is_inside_a_known_prefix_is_known_in_whatever_order_they_came() {
        let prefixes = ["10.1.2.0/24", "10.1.0.0/16", "10.1.3.0/24", "192.0.2.0/25", "8.0.0.0/7", "2001:db8::/32", "::/0"];
        for turn in 0..prefixes.len() {
            let mut known = Known::default();
            for prefix in prefixes[turn..].iter().chain(&prefixes[..turn]).filter(|prefix| **prefix != "::/0") {
                known.insert(prefix.parse().expect("a prefix"));
            }
            for inside in ["10.1.2.0/24", "10.1.200.0/30", "10.1.0.0/16", "192.0.2.64/26", "9.255.0.0/16", "2001:db8:1::/48"] {
                assert!(covers(&known, inside), "{inside}, turn {turn}");
            }
            for outside in ["10.0.0.0/15", "10.2.0.0/16", "192.0.2.0/24", "192.0.2.128/25", "10.0.0.0/8", "2001:db9::/32"] {
                assert!(!covers(&known, outside), "{outside}, turn {turn}");
            }
        }
    }
}
