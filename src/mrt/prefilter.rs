//! Decides from raw bytes whether a record can matter (DESIGN.md, "Speed"): false positives cost time, false negatives would cost truth.

use ipnet::IpNet;

use super::needle::{OriginNeedle, PrefixNeedle};
use super::{Kind, PrefixSet, RawRecord, RibBody, SessionBody, rib_record, session_body, v1_entries};
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
    /// Keeps what can hold a route for one of `prefixes` or a more-specific, and every session state.
    pub fn for_prefixes(prefixes: &[IpNet]) -> Self {
        Prefilter(Wanted::Prefixes(PrefixNeedle::new(PrefixSet::new(prefixes))))
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
            Kind::TableDump => match &self.0 {
                Wanted::Prefixes(needle) => v1_entries(record.header.subtype, body)
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
                (Some(SessionBody::State { .. }), Wanted::Prefixes(_)) => true,
                (Some(SessionBody::Other), _) | (Some(SessionBody::State { .. }), Wanted::Origins(_)) => false,
                (Some(SessionBody::Update(_)) | None, _) => self.may_occur(body),
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
