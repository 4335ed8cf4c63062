//! Decodes the path attributes of one message or entry for people: the path as sent, what rules 2 and 3 make of it, and the rest by name.

use std::fmt::{Display, Write};
use std::sync::Arc;

use bgpkit_parser::models::{AsnLength, AttributeValue};
use bgpkit_parser::parser::bgp::attributes::parse_attributes;

use super::as_path::{As4Path, as4_verdict, path_as_sent, read_entry_path, read_path};
use super::attributes::{Attribute, Attributes, Walk};
use crate::model::{AsPath, Asn, Route};
use crate::mrt::{AsLen, Cursor};

/// What a list of path attributes says.
#[derive(Debug, Clone)]
pub struct Attributed {
    /// `AS_PATH` as sent; `None`: missing or malformed.
    pub as_path: Option<String>,
    /// `AS4_PATH` as sent, if it can be read.
    pub as4_path: Option<String>,
    /// What became of `AS4_PATH` (rule 2).
    pub as4: As4Path,
    /// After rule 2; `None`: missing or malformed, so the routes are withdrawn (RFC 7606).
    pub path: Option<Arc<AsPath>>,
    /// After rule 3; `None` if there is no path.
    pub route: Option<Route>,
    /// An attribute is longer than the list (RFC 7606 4).
    pub overruns: Option<Overrun>,
    /// The other attributes in order of sending: name and value. Lists of prefixes are left out.
    pub others: Vec<(String, String)>,
}

/// What follows an attribute that is longer than the list is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overrun;

/// Where the attributes stand: a message without `AS_PATH` is malformed, a dump's entry without it has an empty path (BIRD).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Message,
    Entry,
}

/// Decodes the attributes of a route from a peer of AS `peer`.
pub(super) fn attributed(list: &[u8], as_len: AsLen, peer: Asn, place: Place) -> Attributed {
    let attributes = Attributes::read(list);
    let path = match (place, attributes.walk) {
        (Place::Entry, _) => read_entry_path(list, as_len).ok(),
        (Place::Message, Walk::Complete) => read_path(&attributes, as_len).ok(),
        (Place::Message, Walk::Overrun) => None,
    };
    let path = path.map(Arc::new);
    Attributed {
        as_path: attributes.as_path.and_then(|attribute| path_as_sent(attribute, as_len)),
        as4_path: attributes.as4_path.and_then(|attribute| path_as_sent(attribute, AsLen::Four)),
        as4: as4_verdict(&attributes, as_len),
        // An empty path is direct if the peer is the origin; whether it is, only the target can say.
        route: path.clone().and_then(|path| Route::read(path, peer, &[])),
        path,
        overruns: (attributes.walk == Walk::Overrun).then_some(Overrun),
        others: others(list),
    }
}

fn others(list: &[u8]) -> Vec<(String, String)> {
    let mut at = Cursor::new(list);
    let mut told = Vec::new();
    while let Some((code, attribute)) = Attribute::next(&mut at) {
        if !matches!(code, 2 | 15 | 17) {
            told.push((name(code), value(code, attribute).unwrap_or_else(|| hex(attribute.value))));
        }
    }
    told
}

fn name(code: u8) -> String {
    let name = match code {
        1 => "ORIGIN",
        3 => "NEXT_HOP",
        4 => "MED",
        5 => "LOCAL_PREF",
        6 => "ATOMIC_AGGREGATE",
        7 => "AGGREGATOR",
        8 => "COMMUNITIES",
        9 => "ORIGINATOR_ID",
        10 => "CLUSTER_LIST",
        14 => "MP next hop",
        16 => "EXT_COMMUNITIES",
        18 => "AS4_AGGREGATOR",
        32 => "LARGE_COMMUNITIES",
        35 => "ONLY_TO_CUSTOMER",
        _ => return format!("attribute {code}"),
    };
    name.to_owned()
}

fn value(code: u8, attribute: Attribute<'_>) -> Option<String> {
    let mut at = Cursor::new(attribute.value);
    let text = match code {
        1 => match at.u8()? {
            0 => "IGP".to_owned(),
            1 => "EGP".to_owned(),
            2 => "INCOMPLETE".to_owned(),
            _ => return None,
        },
        3 | 9 => at.ipv4()?.to_string(),
        4 | 5 => at.u32()?.to_string(),
        6 => "set".to_owned(),
        7 if attribute.value.len() == 6 => format!("AS{} {}", at.u16()?, at.ipv4()?),
        7 | 18 => format!("AS{} {}", at.u32()?, at.ipv4()?),
        35 => format!("AS{}", at.u32()?),
        14 => mp_next_hop(attribute.value)?,
        8 | 16 | 32 => return communities(attribute),
        _ => return None,
    };
    Some(text)
}

/// In messages it follows the family; RIB entries may have the length and the next hop only (RFC 6396 4.3.4).
fn mp_next_hop(value: &[u8]) -> Option<String> {
    let mut at = Cursor::new(value);
    let alone = value.first().is_some_and(|length| usize::from(*length) + 1 == value.len());
    if !alone {
        at.take(3)?;
    }
    let length = at.u8()?;
    let mut hops = Cursor::new(at.take(length.into())?);
    Some(match length {
        4 => hops.ipv4()?.to_string(),
        16 => hops.ipv6()?.to_string(),
        32 => format!("{} {}", hops.ipv6()?, hops.ipv6()?),
        _ => return None,
    })
}

/// Decoded by the library, one attribute at a time as everywhere.
fn communities(attribute: Attribute<'_>) -> Option<String> {
    let attributes = parse_attributes(attribute.whole.to_vec().into(), &AsnLength::Bits32, false, None, None, None).ok()?;
    attributes.into_attributes_iter().find_map(|attribute| match attribute.value {
        AttributeValue::Communities(list) => Some(joined(&list)),
        AttributeValue::ExtendedCommunities(list) => Some(joined(&list)),
        AttributeValue::LargeCommunities(list) => Some(joined(&list)),
        _ => None,
    })
}

fn joined<T: Display>(list: &[T]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn hex(value: &[u8]) -> String {
    /// Bytes shown of a value that is not decoded.
    const SHOWN: usize = 32;
    let mut bytes = String::new();
    for byte in value.iter().take(SHOWN) {
        let _ = write!(bytes, "{byte:02x}");
    }
    let more = if value.len() > SHOWN { format!(".. ({} bytes)", value.len()) } else { String::new() };
    format!("0x{bytes}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mrt::test_bytes::{attribute, join, segment2, segment4};

    #[test]
    fn every_attribute_is_told_by_name() {
        let list = join(&[
            &attribute(0x40, 1, &[0]),
            &attribute(0x40, 2, &join(&[&segment2(3, &[65001]), &segment2(2, &[3356, 23456])])),
            &attribute(0x40, 3, &[192, 0, 2, 1]),
            &attribute(0xC0, 7, &[0x5B, 0xA0, 10, 0, 0, 1]),
            &attribute(0xC0, 8, &[0x0D, 0x1C, 0, 100, 0xFF, 0xFF, 0xFF, 0x01]),
            &attribute(0x80, 14, &[0, 1, 1, 4, 192, 0, 2, 9, 0, 24, 10, 0, 0]),
            &attribute(0xC0, 17, &segment4(2, &[131_279])),
            &attribute(0xC0, 18, &[0, 2, 0, 0, 10, 0, 0, 1]),
            &attribute(0xC0, 32, &[0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]),
            &attribute(0xC0, 99, &[7; 40]),
            &attribute(0xC0, 8, &[1]),
        ]);
        let read = attributed(&list, AsLen::Two, Asn(3356), Place::Message);
        assert_eq!(read.as_path.as_deref(), Some("(65001) 3356 23456"));
        assert_eq!((read.as4_path.as_deref(), read.as4), (Some("131279"), As4Path::Merged));
        assert_eq!(read.path.map(|path| path.to_string()).as_deref(), Some("3356 131279"));
        let others: Vec<String> = read.others.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let seven = "07".repeat(32);
        let expected = [
            "ORIGIN=IGP",
            "NEXT_HOP=192.0.2.1",
            "AGGREGATOR=AS23456 10.0.0.1",
            "COMMUNITIES=3356:100 no-export",
            "MP next hop=192.0.2.9",
            "AS4_AGGREGATOR=AS131072 10.0.0.1",
            "LARGE_COMMUNITIES=1:2:3",
            &format!("attribute 99=0x{seven}.. (40 bytes)"),
            "COMMUNITIES=0x01",
        ];
        assert_eq!(others, expected);
    }

    #[test]
    fn why_as4_path_counts_or_not() {
        let behind_trans = attribute(0x40, 2, &segment2(2, &[3356, 23456]));
        let four = |ases: &[u32]| attribute(0xC0, 17, &segment4(2, ases));
        let against = join(&[&attribute(0xC0, 7, &[0xFB, 0xF4, 1, 1, 1, 1]), &attribute(0xC0, 18, &[0, 2, 0, 0, 1, 1, 1, 1])]);
        let cases: [(Vec<u8>, AsLen, As4Path); 6] = [
            (Vec::new(), AsLen::Two, As4Path::Absent),
            (four(&[131_279]), AsLen::Two, As4Path::Merged),
            (four(&[1, 2, 3]), AsLen::Two, As4Path::Longer),
            (attribute(0xC0, 17, &[2]), AsLen::Two, As4Path::Malformed),
            (join(&[&four(&[131_279]), &against]), AsLen::Two, As4Path::AggregatorSpeaksAgainst),
            (four(&[131_279]), AsLen::Four, As4Path::NotNeeded),
        ];
        for (more, as_len, verdict) in cases {
            let read = attributed(&join(&[&behind_trans, &more]), as_len, Asn(3356), Place::Message);
            assert_eq!(read.as4, verdict);
        }
    }

    #[test]
    fn a_dumps_next_hop_may_stand_alone() {
        assert_eq!(mp_next_hop(&[4, 192, 0, 2, 1]).as_deref(), Some("192.0.2.1"));
        assert_eq!(mp_next_hop(&[0, 1]), None);
    }
}
