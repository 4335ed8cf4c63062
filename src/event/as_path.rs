//! From path attributes to a normalised path (rule 2). The library decodes and merges; what it accepts too lightly is checked here.

use bgpkit_parser::models::{AsPath as LibraryPath, AsPathSegment, AsnLength, AttributeValue};
use bgpkit_parser::parser::bgp::attributes::parse_attributes;

use super::attributes::{Attribute, Attributes, Walk};
use crate::model::{AsPath, Asn, Segment};
use crate::mrt::{AsLen, Cursor};

/// `AS_PATH` is missing or malformed: the routes are withdrawn (RFC 7606 7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("AS_PATH is missing or malformed")]
pub(super) struct MalformedPath;

/// What rule 2 makes of `AS4_PATH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As4Path {
    /// There is none.
    Absent,
    /// It stands in for the end of `AS_PATH`.
    Merged,
    /// `AS_PATH` itself has 4-byte AS numbers.
    NotNeeded,
    /// It cannot be read.
    Malformed,
    /// AGGREGATOR shows that a speaker in between did not keep AS4_* attributes.
    AggregatorSpeaksAgainst,
    /// It has more ASes than `AS_PATH`.
    Longer,
}

/// The path by rule 2: `AS4_PATH` merged where it counts, confederation segments dropped.
pub(super) fn read_path(attributes: &Attributes<'_>, as_len: AsLen) -> Result<AsPath, MalformedPath> {
    let as_path = attributes.as_path.ok_or(MalformedPath)?;
    // Well-known and transitive: other bits make it malformed (RFC 7606 3 c).
    if as_path.flags & 0xC0 != 0x40 || !is_well_formed(as_path.value, as_len) {
        return Err(MalformedPath);
    }
    let path = library_path(as_path, as_len).ok_or(MalformedPath)?;
    let merged = match as4_path(attributes, as_len) {
        Ok(as4_path) => LibraryPath::merge_aspath_as4path(&path, &as4_path),
        Err(_) => path,
    };
    Ok(normalise(&merged))
}

/// The path of a table dump's entry. Routes of the daemon itself may lack `AS_PATH` in its tables (BIRD): theirs is empty.
pub(super) fn read_entry_path(list: &[u8], as_len: AsLen) -> Result<AsPath, MalformedPath> {
    let attributes = Attributes::read(list);
    match (attributes.walk, attributes.as_path) {
        (Walk::Overrun, _) => Err(MalformedPath),
        (Walk::Complete, None) => Ok(AsPath::default()),
        (Walk::Complete, Some(_)) => read_path(&attributes, as_len),
    }
}

/// `AS4_PATH`, unless it is to be ignored (RFC 6793 4.1, 4.2.3, 6): the library merges it even beside an AGGREGATOR that speaks against
/// it, and on sessions that should not have it. That it is longer than `AS_PATH` the library sees itself.
fn as4_path(attributes: &Attributes<'_>, as_len: AsLen) -> Result<LibraryPath, As4Path> {
    let attribute = attributes.as4_path.ok_or(As4Path::Absent)?;
    if as_len == AsLen::Four {
        return Err(As4Path::NotNeeded);
    }
    if attribute.value.is_empty() || !is_well_formed(attribute.value, AsLen::Four) {
        return Err(As4Path::Malformed);
    }
    if aggregator_speaks_against(attributes) {
        return Err(As4Path::AggregatorSpeaksAgainst);
    }
    let mut path = library_path(attribute, AsLen::Four).ok_or(As4Path::Malformed)?;
    // Confederation segments must be dropped here before the lengths are compared (RFC 6793 3 and 6).
    path.segments.retain(|segment| matches!(segment, AsPathSegment::AsSequence(_) | AsPathSegment::AsSet(_)));
    Ok(path)
}

/// What became of `AS4_PATH`, for those who ask why.
pub(super) fn as4_verdict(attributes: &Attributes<'_>, as_len: AsLen) -> As4Path {
    let as4_path = match as4_path(attributes, as_len) {
        Ok(path) => path,
        Err(verdict) => return verdict,
    };
    let as_path = attributes.as_path.and_then(|path| library_path(path, as_len));
    match as_path {
        Some(as_path) if as_path.route_len() < as4_path.route_len() => As4Path::Longer,
        _ => As4Path::Merged,
    }
}

/// An `AS_PATH` or `AS4_PATH` as sent: confederation segments in parentheses. `None`: malformed.
pub(super) fn path_as_sent(attribute: Attribute<'_>, as_len: AsLen) -> Option<String> {
    if !is_well_formed(attribute.value, as_len) {
        return None;
    }
    let path = library_path(attribute, as_len)?;
    let segment = |segment: &AsPathSegment| {
        let ases: Vec<String> = segment.iter().map(|asn| asn.to_u32().to_string()).collect();
        match segment {
            AsPathSegment::AsSequence(_) => ases.join(" "),
            AsPathSegment::AsSet(_) => format!("{{{}}}", ases.join(",")),
            AsPathSegment::ConfedSequence(_) => format!("({})", ases.join(" ")),
            AsPathSegment::ConfedSet(_) => format!("({{{}}})", ases.join(",")),
        }
    };
    let segments: Vec<String> = path.segments.iter().map(segment).collect();
    Some(segments.join(" "))
}

/// Beside an `AS4_AGGREGATOR`, an AGGREGATOR other than `AS_TRANS` comes from a speaker that did not keep AS4_* (RFC 6793 4.2.3).
fn aggregator_speaks_against(attributes: &Attributes<'_>) -> bool {
    let aggregator = attributes.aggregator.filter(|a| a.value.len() == 6).and_then(|a| Cursor::new(a.value).u16());
    let as4_aggregator = attributes.as4_aggregator.filter(|a| a.value.len() == 8);
    as4_aggregator.is_some() && aggregator.is_some_and(|asn| u32::from(asn) != Asn::TRANS.0)
}

/// RFC 7606 7.2: known segment types, no empty segment, nothing left over. The library lets empty segments pass.
fn is_well_formed(value: &[u8], as_len: AsLen) -> bool {
    let mut at = Cursor::new(value);
    let bytes = match as_len {
        AsLen::Two => 2,
        AsLen::Four => 4,
    };
    while !at.is_empty() {
        let (Some(1..=4), Some(count @ 1..)) = (at.u8(), at.u8()) else { return false };
        if at.take(usize::from(count) * bytes).is_none() {
            return false;
        }
    }
    true
}

/// Decodes one `AS_PATH` or `AS4_PATH`. Only this attribute is handed over: the library would decode all of them.
fn library_path(attribute: Attribute<'_>, as_len: AsLen) -> Option<LibraryPath> {
    let as_len = match as_len {
        AsLen::Two => AsnLength::Bits16,
        AsLen::Four => AsnLength::Bits32,
    };
    let attributes = parse_attributes(attribute.whole.to_vec().into(), &as_len, false, None, None, None).ok()?;
    attributes.into_attributes_iter().find_map(|attribute| match attribute.value {
        AttributeValue::AsPath(path) | AttributeValue::As4Path(path) => Some(path),
        _ => None,
    })
}

/// Drops confederation segments and joins sequences that were cut in two (at 255 ASes), so that equal paths compare equal (rule 6).
fn normalise(path: &LibraryPath) -> AsPath {
    let mut segments: Vec<Segment> = Vec::new();
    for segment in &path.segments {
        match segment {
            AsPathSegment::AsSequence(ases) => {
                let ases = ases.iter().map(|asn| Asn(asn.to_u32()));
                if let Some(Segment::Sequence(before)) = segments.last_mut() {
                    before.extend(ases);
                } else {
                    segments.push(Segment::Sequence(ases.collect()));
                }
            }
            AsPathSegment::AsSet(ases) => segments.push(Segment::Set(ases.iter().map(|asn| Asn(asn.to_u32())).collect())),
            AsPathSegment::ConfedSequence(_) | AsPathSegment::ConfedSet(_) => {}
        }
    }
    segments.shrink_to_fit();
    AsPath { segments }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mrt::test_bytes::{attribute, join, segment2, segment4};

    fn path(list: &[u8], as_len: AsLen) -> Option<String> {
        read_path(&Attributes::read(list), as_len).ok().map(|path| path.to_string())
    }

    fn as_path2(segments: &[&[u8]]) -> Vec<u8> {
        attribute(0x40, 2, &join(segments))
    }

    fn as4_path(segments: &[&[u8]]) -> Vec<u8> {
        attribute(0xC0, 17, &join(segments))
    }

    fn aggregator(asn: u16) -> Vec<u8> {
        attribute(0xC0, 7, &join(&[&asn.to_be_bytes(), &[10, 0, 0, 1]]))
    }

    #[test]
    fn as4_path_is_merged_on_two_byte_sessions() {
        let behind_trans = as_path2(&[&segment2(2, &[3356, 20485, 23456])]);
        let origin = as4_path(&[&segment4(2, &[131_279])]);
        let as4_aggregator = attribute(0xC0, 18, &[0, 2, 0, 0, 10, 0, 0, 1]);
        let cases: [(&str, Vec<u8>, &str); 14] = [
            ("shorter (scenario 1)", join(&[&behind_trans, &origin]), "3356 20485 131279"),
            ("as long", join(&[&behind_trans, &as4_path(&[&segment4(2, &[1, 2, 131_279])])]), "1 2 131279"),
            ("empty", join(&[&behind_trans, &as4_path(&[])]), "3356 20485 23456"),
            ("longer", join(&[&behind_trans, &as4_path(&[&segment4(2, &[1, 2, 3, 4])])]), "3356 20485 23456"),
            (
                "across segments",
                join(&[&as_path2(&[&segment2(2, &[1, 2]), &segment2(2, &[3, 4])]), &as4_path(&[&segment4(2, &[9, 10])])]),
                "1 2 9 10",
            ),
            (
                "a set counts one",
                join(&[&as_path2(&[&segment2(2, &[1]), &segment2(1, &[5, 6, 7]), &segment2(2, &[4])]), &origin]),
                "1 {5,6,7} 131279",
            ),
            (
                "confederation segments count none",
                join(&[&as_path2(&[&segment2(3, &[65001, 65002]), &segment2(2, &[1, 23456])]), &origin]),
                "1 131279",
            ),
            (
                "and none in AS4_PATH",
                join(&[
                    &as_path2(&[&segment2(2, &[1, 23456])]),
                    &as4_path(&[&segment4(3, &[7, 8, 9]), &segment4(2, &[131_279])]),
                ]),
                "1 131279",
            ),
            ("beside AGGREGATOR 64500", join(&[&behind_trans, &origin, &aggregator(64500), &as4_aggregator]), "3356 20485 23456"),
            ("beside AS_TRANS", join(&[&behind_trans, &origin, &aggregator(23456), &as4_aggregator]), "3356 20485 131279"),
            ("no AS4_AGGREGATOR", join(&[&behind_trans, &origin, &aggregator(64500)]), "3356 20485 131279"),
            ("cut", join(&[&behind_trans, &attribute(0xC0, 17, &[2, 1, 0, 2])]), "3356 20485 23456"),
            ("an empty segment", join(&[&behind_trans, &attribute(0xC0, 17, &[2, 0])]), "3356 20485 23456"),
            ("empty", join(&[&behind_trans, &attribute(0xC0, 17, &[])]), "3356 20485 23456"),
        ];
        for (what, list, expected) in cases {
            assert_eq!(path(&list, AsLen::Two).as_deref(), Some(expected), "{what}");
        }
    }

    #[test]
    fn as4_path_is_ignored_on_four_byte_sessions() {
        let list = join(&[&attribute(0x40, 2, &segment4(2, &[3356, 23456])), &as4_path(&[&segment4(2, &[131_279])])]);
        assert_eq!(path(&list, AsLen::Four).as_deref(), Some("3356 23456"));
    }

    #[test]
    fn malformed_paths_are_no_paths_but_empty_ones_are() {
        let cases: [(&str, Vec<u8>, Option<&str>); 9] = [
            ("no AS_PATH", Vec::new(), None),
            ("empty", attribute(0x40, 2, &[]), Some("")),
            ("extended length", attribute(0x50, 2, &[]), None),
            ("optional", attribute(0xC0, 2, &segment4(2, &[1])), None),
            ("unknown segment type", attribute(0x40, 2, &segment4(5, &[1])), None),
            ("empty segment", attribute(0x40, 2, &[2, 0]), None),
            ("two-byte ASes on a four-byte session", attribute(0x40, 2, &segment2(2, &[1, 2, 3])), None),
            ("repeated: the first counts", join(&[&attribute(0x40, 2, &segment4(2, &[1])), &attribute(0x40, 2, &[])]), Some("1")),
            ("sequences cut in two", attribute(0x40, 2, &join(&[&segment4(2, &[1]), &segment4(2, &[2])])), Some("1 2")),
        ];
        for (what, list, expected) in cases {
            assert_eq!(path(&list, AsLen::Four).as_deref(), expected, "{what}");
        }
    }

    #[test]
    fn sets_stay_and_confederations_go() {
        let list = attribute(0x40, 2, &join(&[&segment4(3, &[65001]), &segment4(2, &[20485, 131_279]), &segment4(1, &[1, 2])]));
        assert_eq!(path(&list, AsLen::Four).as_deref(), Some("20485 131279 {1,2}"));
    }
}
