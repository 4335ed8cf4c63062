//! Address families as the places of arrays that hold a value for each.

use ipnet::IpNet;

/// 0 for IPv4, 1 for IPv6.
pub fn family_of(prefix: IpNet) -> usize {
    usize::from(matches!(prefix, IpNet::V6(_)))
}
