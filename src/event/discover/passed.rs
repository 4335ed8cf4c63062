//! The prefixes of records that were passed by: what is watched in the end must not be among them, or they have to be read after all.

use super::known::Known;
use crate::mrt::Family;

/// The longest mask that is written down: 64 bits of the address are.
pub(super) const LONGEST: u8 = 64;

/// So many prefixes are remembered, so that those that come again and again are written down once.
const RECENT: usize = 1024;

/// The mask of none.
const NONE: u8 = u8::MAX;

/// Octets of a prefix in the list of each family: its mask and as much of its address as may count.
pub(super) const WIDTHS: [usize; 2] = [5, 9];

/// Prefixes of both families, in the order of passing.
#[derive(Debug)]
pub(super) struct Passed {
    lists: [List; 2],
}

#[derive(Debug)]
struct List {
    written: Vec<u8>,
    recent: Vec<(u64, u8)>,
}

impl Default for Passed {
    fn default() -> Self {
        let list = || List { written: Vec::new(), recent: vec![(0, NONE); RECENT] };
        Passed { lists: [list(), list()] }
    }
}

impl Passed {
    /// Adds a prefix by the first 64 bits of its address; those after the mask do not count. Its mask is at most [`LONGEST`].
    pub fn add(&mut self, family: Family, address: u64, len: u8) {
        let mask = u64::MAX.checked_shl(64 - u32::from(len.min(LONGEST))).unwrap_or(0);
        let address = address & mask;
        let list = &mut self.lists[family.index()];
        let place = (address ^ u64::from(len)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54;
        if let Some(recent) = list.recent.get_mut(place as usize) {
            if *recent == (address, len) {
                return;
            }
            *recent = (address, len);
        }
        let mut prefix = [len; 9];
        prefix[1..].copy_from_slice(&address.to_be_bytes());
        list.written.extend_from_slice(&prefix[..WIDTHS[family.index()]]);
    }

    /// Octets written.
    pub fn len(&self) -> usize {
        self.lists.iter().map(|list| list.written.len()).sum()
    }

    /// The lists of IPv4 and IPv6.
    pub fn finish(self) -> [Vec<u8>; 2] {
        self.lists.map(|list| list.written)
    }
}

/// Whether any prefix of a list is known; what cannot be read may be.
pub(super) fn meets(written: &[u8], family: Family, known: &Known) -> bool {
    let all = written.chunks_exact(WIDTHS[family.index()]);
    let is_torn = !all.remainder().is_empty();
    let is_known = |prefix: &[u8]| {
        let Some((len, address)) = prefix.split_first() else { return true };
        let mut octets = [0; 8];
        for (to, from) in octets.iter_mut().zip(address) {
            *to = *from;
        }
        known.covers(family, u128::from(u64::from_be_bytes(octets)) << 64, *len)
    };
    is_torn || all.into_iter().any(is_known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passed_is_met_and_nothing_else() {
        let nets = [(Family::V4, "10.1.0.0", 16), (Family::V4, "255.255.255.255", 32), (Family::V4, "0.0.0.0", 0)];
        let six = [(Family::V6, "2001:db8::", 32), (Family::V6, "ffff:ffff:ffff:ffff::", 64), (Family::V6, "::", 0)];
        let bits = |address: &str| match address.parse().expect("an address") {
            std::net::IpAddr::V4(ip) => u128::from(ip.to_bits()) << 96,
            std::net::IpAddr::V6(ip) => ip.to_bits(),
        };
        let mut passed = Passed::default();
        for (family, address, len) in nets.iter().chain(&six).cycle().take(60) {
            // Stray bits do not count.
            let stray = 0x0001_0001_0001_0001;
            passed.add(*family, (bits(address) >> 64) as u64 | stray & u64::MAX.checked_shr((*len).into()).unwrap_or(0), *len);
        }
        let lists = passed.finish();
        assert!(lists.iter().all(|list| list.len() <= 27), "each is written once: {lists:?}");
        for (prefix, expected) in [
            ("10.1.0.0/16", true),
            ("10.0.0.0/8", true),
            ("10.1.0.0/17", false),
            ("255.255.255.255/32", true),
            ("255.255.255.254/32", false),
            ("2001:db8::/32", true),
            ("2001:db8::/33", false),
            ("2001:d00::/24", true),
            ("ffff:ffff:ffff:ffff::/64", true),
            ("ffff:ffff:ffff:fffe::/64", false),
        ] {
            let mut known = Known::default();
            known.insert(prefix.parse().expect("a prefix"));
            let met = [Family::V4, Family::V6].map(|family| meets(&lists[family.index()], family, &known));
            assert_eq!(met.contains(&true), expected, "{prefix}");
        }
    }

    #[test]
    fn a_torn_list_may_hold_anything() {
        let mut passed = Passed::default();
        passed.add(Family::V4, 0xFF << 56, 8);
        let [list, _] = passed.finish();
        for length in 1..list.len() {
            assert!(meets(&list[..length], Family::V4, &Known::default()));
        }
        assert!(!meets(&list, Family::V4, &Known::default()));
    }
}
