//! The RFCs' names for numbers in records.

/// The MRT type and subtype by name (RFC 6396, RFC 8050).
pub fn mrt_type(kind: u16, subtype: u16) -> (&'static str, &'static str) {
    match kind {
        5 => (
            "BGP, deprecated",
            one(subtype, 0, &["NULL", "UPDATE", "PREF_UPDATE", "STATE_CHANGE", "SYNC", "OPEN", "NOTIFY", "KEEPALIVE"]),
        ),
        12 => ("TABLE_DUMP", one(subtype, 1, &["AFI_IPv4", "AFI_IPv6", "AFI_IPv4_AS4", "AFI_IPv6_AS4"])),
        13 => ("TABLE_DUMP_V2", one(subtype, 1, TABLE_DUMP_V2)),
        16 => ("BGP4MP", one(subtype, 0, BGP4MP)),
        17 => ("BGP4MP_ET, with microseconds", one(subtype, 0, BGP4MP)),
        11 => ("OSPFv2", UNKNOWN),
        32 => ("ISIS", UNKNOWN),
        33 => ("ISIS_ET", UNKNOWN),
        48 => ("OSPFv3", UNKNOWN),
        49 => ("OSPFv3_ET", UNKNOWN),
        0..=10 => (one(kind, 0, DEPRECATED), UNKNOWN),
        _ => (UNKNOWN, UNKNOWN),
    }
}

/// A type in few words: `TABLE_DUMP_V2 RIB_IPV4_MULTICAST (13/3)`.
pub fn record_type(kind: u16, subtype: u16) -> String {
    let (name, sub) = mrt_type(kind, subtype);
    let name = name.split(',').next().unwrap_or_default();
    match sub.split(',').next() {
        Some(sub) if sub != UNKNOWN => format!("{name} {sub} ({kind}/{subtype})"),
        _ => format!("{name} ({kind}/{subtype})"),
    }
}

const UNKNOWN: &str = "unknown";

/// Types 0 to 10 (RFC 6396 B).
const DEPRECATED: &[&str] =
    &["NULL", "START", "DIE", "I_AM_DEAD", "PEER_DOWN", "BGP", "RIP", "IDRP", "RIPNG", "BGP4PLUS", "BGP4PLUS_01"];

const TABLE_DUMP_V2: &[&str] = &[
    "PEER_INDEX_TABLE",
    "RIB_IPV4_UNICAST",
    "RIB_IPV4_MULTICAST",
    "RIB_IPV6_UNICAST",
    "RIB_IPV6_MULTICAST",
    "RIB_GENERIC",
    "GEO_PEER_TABLE",
    "RIB_IPV4_UNICAST_ADDPATH",
    "RIB_IPV4_MULTICAST_ADDPATH",
    "RIB_IPV6_UNICAST_ADDPATH",
    "RIB_IPV6_MULTICAST_ADDPATH",
    "RIB_GENERIC_ADDPATH",
];

const BGP4MP: &[&str] = &[
    "STATE_CHANGE",
    "MESSAGE",
    "ENTRY, deprecated",
    "SNAPSHOT, deprecated",
    "MESSAGE_AS4",
    "STATE_CHANGE_AS4",
    "MESSAGE_LOCAL",
    "MESSAGE_AS4_LOCAL",
    "MESSAGE_ADDPATH",
    "MESSAGE_AS4_ADDPATH",
    "MESSAGE_LOCAL_ADDPATH",
    "MESSAGE_AS4_LOCAL_ADDPATH",
];

/// A state of the BGP session (RFC 4271 8.2.2, and two of Quagga's own).
pub fn state(number: u16) -> &'static str {
    one(number, 1, &["Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established", "Clearing", "Deleted"])
}

/// A type of BGP message (RFC 4271 4.1, RFC 2918).
pub fn message(code: u8) -> &'static str {
    one(code.into(), 1, &["OPEN", "UPDATE", "NOTIFICATION", "KEEPALIVE", "ROUTE-REFRESH"])
}

fn one(number: u16, first: u16, names: &[&'static str]) -> &'static str {
    number.checked_sub(first).and_then(|at| names.get(usize::from(at))).copied().unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_names_of_the_rfcs() {
        for (kind, subtype, name) in [
            (13, 1, "PEER_INDEX_TABLE"),
            (13, 8, "RIB_IPV4_UNICAST_ADDPATH"),
            (16, 0, "STATE_CHANGE"),
            (17, 4, "MESSAGE_AS4"),
            (16, 11, "MESSAGE_AS4_LOCAL_ADDPATH"),
            (12, 2, "AFI_IPv6"),
            (13, 0, UNKNOWN),
            (16, 12, UNKNOWN),
            (5, 7, "KEEPALIVE"),
        ] {
            assert_eq!(mrt_type(kind, subtype).1, name);
        }
        assert_eq!([state(1), state(6), state(8), state(0)], ["Idle", "Established", "Deleted", UNKNOWN]);
        assert_eq!(message(2), "UPDATE");
    }
}
