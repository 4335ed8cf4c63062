//! Which types of records are read: what is known and left out is counted, not passed over in silence.

use super::peer_entry::version_1;
use super::{Family, Kind, RawRecord, RibBody, rib_record};

/// Whether records of this type are looked at. The collector's own messages (`*_LOCAL`, rule 10) and other messages than UPDATE are: they
/// are known to change nothing.
#[inline]
pub fn is_read(record: &RawRecord<'_>) -> bool {
    let subtype = record.header.subtype;
    match record.kind() {
        Kind::TableDump => version_1(subtype).is_some(),
        Kind::TableDumpV2 => match subtype {
            1 | 2 | 4 | 8 | 10 => true,
            // Of any family. One without a head is malformed, which is told otherwise.
            6 | 12 => matches!(rib_record(subtype, record.body()), Some(RibBody::Rib(_)) | None),
            _ => false,
        },
        Kind::TableEntry => !is_entry_of_other_family(record.body()),
        Kind::Bgp4mp => subtype < 12,
        Kind::LegacyBgp => matches!(subtype, 1 | 3 | 5..=7),
        Kind::Other => false,
    }
}

/// By the family at its place behind the peer's addresses.
fn is_entry_of_other_family(body: &[u8]) -> bool {
    let afi = |at: usize| body.get(at..at + 2).map(|afi| u16::from_be_bytes([afi[0], afi[1]]));
    let Some(peers) = afi(6).and_then(Family::from_afi) else { return false };
    let at = 8 + 2 * usize::from(peers.max_len() / 8) + 8;
    afi(at).is_some_and(|afi| Family::from_afi(afi).is_none() || body.get(at + 2) != Some(&1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mrt::test_bytes::{join, nlri, record};

    #[test]
    fn what_is_known_and_not_read() {
        let generic = |afi: u8, safi: u8| join(&[&[0, 0, 0, 0, 0, afi, safi], &nlri("10.0.0.0/8"), &[0, 0]]);
        let entry = |safi: u8| join(&[&[0, 1, 0, 1, 0, 0, 0, 1], &[10; 8], &[0; 8], &[0, 1, safi, 0]]);
        let cases: [(u16, u16, Vec<u8>, bool); 20] = [
            (13, 1, vec![], true),
            (13, 2, vec![], true),
            (13, 3, vec![], false),
            (13, 6, generic(1, 1), true),
            (13, 6, generic(1, 2), false),
            (13, 12, generic(25, 65), false),
            (13, 7, vec![], false),
            (13, 40, vec![], false),
            (12, 4, vec![], true),
            (12, 5, vec![], false),
            (16, 2, entry(1), true),
            (16, 2, entry(2), false),
            (16, 3, vec![], false),
            (17, 11, vec![0; 4], true),
            (16, 12, vec![], false),
            (5, 7, vec![], true),
            (5, 2, vec![], false),
            (4, 0, vec![], false),
            (11, 0, vec![], false),
            (49, 0, vec![], false),
        ];
        for (kind, subtype, body, read) in cases {
            let bytes = record(0, kind, subtype, &body);
            assert_eq!(is_read(&RawRecord::read(&bytes, 0).expect("a record")), read, "{kind}/{subtype}");
        }
    }
}
