//! Decides from raw bytes whether a record can matter (DESIGN.md, "Speed"): false positives cost time, false negatives would cost truth.

use super::needle::{OriginNeedle, PrefixNeedle};
use super::{Kind, PrefixSet, RawRecord, RibBody, SessionBody, Torn, peer_entries, rib_record, session_body};
use crate::model::Asn;

/// The byte tests for one target.
#[derive(Debug)]
pub struct Prefilter(Wanted);

#[derive(Debug)]
enum Wanted {
    Prefixes(PrefixNeedle),
    Origins(OriginNeedle),
}

impl Prefilter {
    /// Keeps what can hold a route that the set covers, and every session state.
    pub fn for_prefixes(prefixes: PrefixSet) -> Self {
        Prefilter(Wanted::Prefixes(PrefixNeedle::new(prefixes)))
    }

    /// Keeps what can hold a path of one of `origins` (rule 4's first pass). Entries of peers that are an origin themselves may have an
    /// empty path: their AS number is then in the peer index only, which the caller must look at.
    pub fn for_origins(origins: &[Asn]) -> Self {
        Prefilter(Wanted::Origins(OriginNeedle::new(origins)))
    }

    /// Whether the record can matter. A peer index always does.
    pub fn may_matter(&self, record: &RawRecord<'_>) -> bool {
        let body = record.body();
        match record.kind() {
            Kind::Other => false,
            Kind::TableDump | Kind::TableEntry => match &self.0 {
                Wanted::Prefixes(needle) => peer_entries(record)
                    .filter_map(Result::ok)
                    .any(|entry| needle.set().covers(entry.family, entry.bits, entry.len)),
                Wanted::Origins(needle) => needle.may_occur(body),
            },
            Kind::TableDumpV2 => match (rib_record(record.header.subtype, body), &self.0) {
                (Some(RibBody::Rib(rib)), Wanted::Prefixes(needle)) => needle.set().covers(rib.family, rib.bits, rib.len),
                (Some(RibBody::Rib(_)), Wanted::Origins(needle)) => needle.may_occur_in_four(body),
                (Some(RibBody::PeerIndex), _) => true,
                (Some(RibBody::OtherFamily { .. } | RibBody::Other) | None, _) => false,
            },
            Kind::Bgp4mp | Kind::LegacyBgp => match (session_body(record), &self.0) {
                // Of what is cut, the end may have been anything.
                (Some(SessionBody::State { .. } | SessionBody::Unreadable { torn: Torn::Cut, .. }), Wanted::Prefixes(_)) => true,
                (Some(SessionBody::Update(update)), Wanted::Prefixes(_)) if update.cut.is_some() => true,
                (Some(SessionBody::Other), _) | (Some(SessionBody::State { .. }), Wanted::Origins(_)) => false,
                (Some(SessionBody::Update(_) | SessionBody::Unreadable { .. }) | None, _) => self.may_occur(body),
            },
        }
    }

    /// Whether wanted bytes may stand anywhere in `hay`: the test by which an unreadable record counts as watched (rule 20), so that
    /// the count does not depend on how the record was found.
    pub fn may_occur(&self, hay: &[u8]) -> bool {
        match &self.0 {
            Wanted::Prefixes(needle) => needle.may_occur(hay),
            Wanted::Origins(needle) => needle.may_occur(hay),
        }
    }

    /// The origins looked for, if it is origins.
    pub fn origins(&self) -> &[Asn] {
        match &self.0 {
            Wanted::Prefixes(_) => &[],
            Wanted::Origins(needle) => needle.origins(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mrt::test_bytes::{
        as_path, attribute, bgp, envelope_as2, envelope_as4, join, nlri, record, rib, segment2, segment4, table_dump, update,
        update_record,
    };

    fn matters(prefilter: &Prefilter, bytes: &[u8]) -> bool {
        prefilter.may_matter(&RawRecord::read(bytes, 0).expect("a record"))
    }

    fn watching(prefixes: &[&str]) -> Prefilter {
        let prefixes: Vec<_> = prefixes.iter().map(|p| p.parse().expect("a prefix")).collect();
        Prefilter::for_prefixes(PrefixSet::new(&prefixes, &[]))
    }

    #[test]
    fn rib_records_are_told_by_their_prefix() {
        let few = watching(&["175.45.176.0/22", "2001:db8::/32"]);
        for (prefix, kept) in [
            ("175.45.176.0/22", true),
            ("175.45.179.0/24", true),
            ("175.45.179.7/32", true),
            ("175.45.180.0/24", false),
            ("175.45.176.0/21", false),
            ("175.0.0.0/8", false),
            ("0.0.0.0/0", false),
            ("2001:db8:1::/48", true),
            ("2001:db9::/48", false),
            ("::/0", false),
        ] {
            assert_eq!(matters(&few, &rib(0, 0, prefix, &[])), kept, "{prefix}");
        }
        for (prefix, kept) in [("175.45.178.0/24", true), ("175.45.180.0/24", false), ("175.45.176.0/21", false)] {
            assert_eq!(matters(&few, &table_dump(0, 0, prefix, ("192.0.2.1", 3356), &[])), kept, "TABLE_DUMP {prefix}");
        }
    }

    #[test]
    fn updates_are_told_by_the_bytes_of_their_lists() {
        let announcing = |list: &[u8]| update_record(0, &update(&[], &as_path(&[1]), list));
        let withdrawing = |list: &[u8]| update_record(0, &update(list, &[], &[]));
        let mp = join(&[&[0, 2, 1, 16], &[0; 17], &nlri("2001:db8:5::/48")]);
        let cases: [(&str, Vec<u8>, bool); 10] = [
            ("announced", announcing(&nlri("175.45.176.0/22")), true),
            ("a more-specific", announcing(&nlri("175.45.179.0/25")), true),
            ("after another prefix", announcing(&join(&[&nlri("10.0.0.0/8"), &nlri("175.45.177.0/24")])), true),
            ("stray bits after the mask", announcing(&[22, 175, 45, 0xB3]), true),
            ("withdrawn", withdrawing(&nlri("175.45.176.0/24")), true),
            ("a covering route", announcing(&nlri("175.45.0.0/16")), false),
            ("the prefix beside it", announcing(&nlri("175.45.180.0/24")), false),
            ("its mask repeats its octets", announcing(&nlri("24.24.7.0/24")), true),
            ("IPv6", update_record(0, &update(&[], &join(&[&as_path(&[1]), &attribute(0x80, 14, &mp)]), &[])), true),
            ("unrelated", announcing(&nlri("8.8.8.0/24")), false),
        ];
        let few = ["175.45.176.0/22", "2001:db8::/32", "24.24.0.0/16"];
        let many = join(&[&few.map(str::as_bytes).join(&b' '), b" 100.64.0.0/10 192.0.2.0/24 198.51.100.0/24"]);
        let many = String::from_utf8(many).expect("text");
        for prefilter in [watching(&few), watching(&many.split(' ').collect::<Vec<_>>())] {
            for (what, bytes, kept) in &cases {
                assert_eq!(matters(&prefilter, bytes), *kept, "{what}");
            }
        }
        assert!(matters(&watching(&["8.0.0.0/7"]), &announcing(&nlri("8.8.8.0/24"))), "less than an octet: let through");
    }

    #[test]
    fn of_other_messages_only_states_matter() {
        let prefilter = watching(&["175.45.176.0/22"]);
        let with = |subtype, message: &[u8]| record(0, 16, subtype, &join(&[&envelope_as4("192.0.2.1", 1), message]));
        let hit = update(&[], &as_path(&[1]), &nlri("175.45.176.0/22"));
        assert!(matters(&prefilter, &with(5, &[0, 6, 0, 1])));
        assert!(matters(&prefilter, &record(0, 16, 0, &join(&[&envelope_as2("192.0.2.1", 1), &[0, 6, 0, 8]]))));
        assert!(matters(&prefilter, &with(4, &bgp(2, &hit))));
        assert!(!matters(&prefilter, &with(7, &bgp(2, &hit))), "the collector's own message");
        assert!(!matters(&prefilter, &with(4, &bgp(3, &hit))), "a NOTIFICATION");
    }

    #[test]
    fn origins_are_told_in_either_width() {
        let prefilter = Prefilter::for_origins(&[Asn(17557), Asn(131_279)]);
        let two = |path: &[u8]| record(0, 16, 1, &join(&[&envelope_as2("192.0.2.1", 1), &bgp(2, &update(&[], path, &[]))]));
        let as4 = attribute(0xC0, 17, &segment4(2, &[131_279]));
        assert!(matters(&prefilter, &update_record(0, &update(&[], &as_path(&[1, 131_279]), &[]))));
        assert!(matters(&prefilter, &two(&attribute(0x40, 2, &segment2(2, &[3491, 17557])))));
        assert!(matters(&prefilter, &two(&join(&[&attribute(0x40, 2, &segment2(2, &[23456])), &as4]))));
        assert!(!matters(&prefilter, &two(&attribute(0x40, 2, &segment2(2, &[3491])))));
        assert!(matters(&prefilter, &rib(0, 0, "10.0.0.0/8", &[(0, as_path(&[1, 17557]))])));
        assert!(!matters(&prefilter, &rib(0, 0, "10.0.0.0/8", &[(0, as_path(&[1, 2]))])));
    }
}
