//! The bytes that must occur in a block of which anything is wanted.

use ipnet::IpNet;

use crate::archive::bzip2::pattern::{MOST_CHANCE, Octet, Pattern};
use crate::archive::bzip2::search::SearchSet;
use crate::target::Watch;

/// More prefixes than this cost more to search for than to read.
const MOST_PREFIXES: usize = 64;

/// What chance finds in almost every block is read sooner without looking: several times what a single pattern may be.
const LIKELIEST: f64 = 4.0 * MOST_CHANCE;

/// Type and subtype of session state changes and the upper bytes of their length (RFC 6396 2, 4.4.1): they matter whoever the peer.
const STATES: [[u8; 7]; 5] =
    [[0, 5, 0, 3, 0, 0, 0], [0, 16, 0, 0, 0, 0, 0], [0, 16, 0, 5, 0, 0, 0], [0, 17, 0, 0, 0, 0, 0], [0, 17, 0, 5, 0, 0, 0]];

/// The same of RIB records, up to 65,535 bytes long: an update file that holds some is none. Subtypes as ranges; type 16 holds entries, too.
const TABLES: [(u8, u8, u8); 3] = [(12, 1, 4), (13, 1, 12), (16, 2, 2)];

/// The same of all records that matter and do not belong in a dump of `TABLE_DUMP_V2`, in which a peer index is the first.
const FOREIGN: [(u8, u8, u8); 5] = [(5, 1, 7), (12, 1, 4), (13, 1, 1), (16, 0, 11), (17, 0, 11)];

/// The marker of a BGP message (RFC 4271 4.1).
const MARKER: [u8; 16] = [0xFF; 16];

/// What an update file may hold that matters: watched prefixes, state changes, RIB records, and messages so long that dumpers are known
/// to leave out their end, which may be of anything. `None`: chance alone would find it in too many blocks, or it would take too long.
pub(super) fn of_updates(watch: &Watch) -> Option<SearchSet> {
    let states = STATES.iter().map(|head| Pattern::exact(head));
    let tables = TABLES.iter().flat_map(|head| table_heads(*head));
    search_set(watch, states.chain(tables).collect())?.within(&marker(Octet { low: 0x10, high: 0xFE })).ok()
}

/// What the RIB record of a watched prefix holds, and what a file of one dump does not: a peer index but for the first, and every other
/// record that is read. Its head tells it, also across a border of blocks.
pub(super) fn of_rib(watch: &Watch) -> Option<SearchSet> {
    search_set(watch, FOREIGN.iter().flat_map(|head| table_heads(*head)).collect())
}

fn table_heads((kind, first, last): (u8, u8, u8)) -> impl Iterator<Item = Pattern> {
    (first..=last).map(move |subtype| Pattern::exact(&[0, kind, 0, subtype, 0, 0]))
}

/// A marker behind anything else, and the first byte of a message's length. That the address before it ends with 255 does not occur: it
/// is the collector's own. One marker in 50,000 lies across a border and is not found.
fn marker(length: Octet) -> Pattern {
    let before = Octet { low: 0, high: 0xFE };
    let marker = MARKER.iter().copied().map(Octet::exact);
    Pattern::new(std::iter::once(before).chain(marker).chain([length]).collect::<Vec<_>>())
}

fn search_set(watch: &Watch, mut patterns: Vec<Pattern>) -> Option<SearchSet> {
    let inside = watch.prefixes().iter().map(|prefix| prefix_pattern(prefix, prefix.max_prefix_len()));
    let covering = watch.covering().iter().map(|prefix| prefix_pattern(prefix, prefix.prefix_len()));
    if watch.prefixes().len() + watch.covering().len() > MOST_PREFIXES {
        return None;
    }
    let mut chance = 0.0;
    for pattern in inside.chain(covering) {
        chance += pattern.chance();
        if chance > LIKELIEST {
            return None;
        }
        patterns.push(pattern);
    }
    SearchSet::new(&patterns).ok()
}

/// A prefix, or a more-specific with a mask up to `max`, as lists of prefixes and RIB records write it: a mask, then the octets; what
/// follows the watched mask is free, be it more bits of the prefix or stray ones.
fn prefix_pattern(prefix: &IpNet, max: u8) -> Pattern {
    let octets = match prefix {
        IpNet::V4(net) => net.network().octets().to_vec(),
        IpNet::V6(net) => net.network().octets().to_vec(),
    };
    let len = prefix.prefix_len();
    let mut places = vec![Octet { low: len, high: max }];
    places.extend(octets.iter().take(usize::from(len / 8)).copied().map(Octet::exact));
    if !len.is_multiple_of(8)
        && let Some(partial) = octets.get(usize::from(len / 8))
    {
        places.push(Octet::prefix(*partial, len % 8));
    }
    Pattern::new(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(prefixes: &[&str]) -> Option<SearchSet> {
        of_updates(&Watch::new(prefixes.iter().map(|p| p.parse().expect("a prefix")), []))
    }

    #[test]
    fn patterns_cover_more_specifics_and_stray_bits() {
        let set = set(&["175.45.176.0/22", "2001:db8::/32"]).expect("selective");
        for inside in [
            &[0, 22, 175, 45, 176][..],
            &[22, 175, 45, 179],
            &[24, 175, 45, 178],
            &[32, 175, 45, 177, 9],
            &[48, 0x20, 1, 0xd, 0xb8, 0, 1],
            &[0, 16, 0, 5, 0, 0, 0, 0x18],
        ] {
            assert!(set.occurs_in(inside), "{inside:?}");
        }
        for outside in [&[21, 175, 45, 176][..], &[22, 175, 45, 180], &[33, 175, 45, 176], &[31, 0x20, 1, 0xd, 0xb8]] {
            assert!(!set.occurs_in(outside), "{outside:?}");
        }
    }

    #[test]
    fn what_is_not_selective_is_read_whole() {
        assert!(set(&["10.0.0.0/8"]).is_none());
        assert!(set(&["10.1.0.0/16"]).is_none());
        assert!(set(&["10.1.0.0/17"]).is_some());
        let list = |count: usize| -> Vec<String> { (0..count).map(|n| format!("10.{}.{}.0/24", n / 250, n % 250)).collect() };
        let many = list(64);
        assert!(set(&many.iter().map(String::as_str).collect::<Vec<_>>()).is_some());
        assert!(set(&["23.213.128.0/23"]).is_some());
        let many = list(65);
        assert!(set(&many.iter().map(String::as_str).collect::<Vec<_>>()).is_none());
    }
}
