//! Where things stand in the records of table dumps that hold each peer's entry by itself: `TABLE_DUMP` (RFC 6396 4.2) and
//! `BGP4MP_ENTRY`, which the drafts of that RFC had and OpenBGPD writes (`dump table-mp`).

use std::net::IpAddr;

use ipnet::IpNet;

use super::nlri::{leading_bits, mask_and_bits};
use super::{AsLen, Cursor, CutEntry, Family, Kind, RawRecord};
use crate::model::Asn;

/// One peer's entry for one prefix, the peer in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerEntry<'a> {
    /// The prefix's family.
    pub family: Family,
    /// The prefix's mask.
    pub len: u8,
    /// The prefix's bits, at the top; stray bits after the mask are not cleared.
    pub bits: u128,
    /// As [`super::RibEntry::originated`].
    pub originated: u32,
    /// The peer's address.
    pub ip: IpAddr,
    /// The peer's AS number.
    pub asn: Asn,
    /// The width of AS numbers in its attributes; `None`: the record does not say, and what fits is it.
    pub as_len: Option<AsLen>,
    /// The path attributes.
    pub attributes: &'a [u8],
}

impl PeerEntry<'_> {
    /// The prefix, stray bits cleared.
    pub fn prefix(&self) -> Option<IpNet> {
        self.family.prefix(self.bits, self.len)
    }
}

/// The unicast entries of such a record: one by the RFC, several behind one head in `TABLE_DUMP` files of the first years. Ends with the
/// first that is cut.
pub fn peer_entries<'a>(record: &RawRecord<'a>) -> impl Iterator<Item = Result<PeerEntry<'a>, CutEntry>> + use<'a> {
    let (kind, subtype) = (record.kind(), record.header.subtype);
    let mut at = Cursor::new(match kind {
        Kind::TableDump => record.body().get(4..).unwrap_or_default(),
        Kind::TableEntry => record.body(),
        _ => &[],
    });
    std::iter::from_fn(move || {
        if at.is_empty() {
            return None;
        }
        let entry = match kind {
            Kind::TableDump => table_dump(&mut at, version_1(subtype)?).map(Some).ok_or(CutEntry),
            _ => bgp4mp_entry(&mut at),
        };
        if entry.is_err() {
            at = Cursor::new(&[]);
        }
        entry.transpose()
    })
}

/// Family and width of AS numbers; subtypes 3 and 4 are no RFC's, but bgpdump's and those who write for it.
pub(super) const fn version_1(subtype: u16) -> Option<(Family, AsLen)> {
    match subtype {
        1 => Some((Family::V4, AsLen::Two)),
        2 => Some((Family::V6, AsLen::Two)),
        3 => Some((Family::V4, AsLen::Four)),
        4 => Some((Family::V6, AsLen::Four)),
        _ => None,
    }
}

fn table_dump<'a>(at: &mut Cursor<'a>, (family, as_len): (Family, AsLen)) -> Option<PeerEntry<'a>> {
    let bits = leading_bits(at.take(usize::from(family.max_len() / 8))?);
    let len = at.u8().filter(|len| *len <= family.max_len())?;
    at.u8()?;
    let originated = at.u32()?;
    let ip = at.ip(family)?.to_canonical();
    let asn = at.asn(as_len)?;
    let length = usize::from(at.u16()?);
    Some(PeerEntry { family, len, bits, originated, ip, asn, as_len: Some(as_len), attributes: at.take(length)? })
}

/// `None`: of another family. Peer and prefix each have a family of their own. Nothing may follow.
fn bgp4mp_entry<'a>(at: &mut Cursor<'a>) -> Result<Option<PeerEntry<'a>>, CutEntry> {
    let mut entry = || -> Option<Option<PeerEntry<'a>>> {
        let asn = at.asn(AsLen::Two)?;
        at.take(4)?;
        let peers = Family::from_afi(at.u16()?)?;
        let ip = at.ip(peers)?.to_canonical();
        at.ip(peers)?;
        // View and status.
        at.take(4)?;
        let originated = at.u32()?;
        let (afi, safi) = (at.u16()?, at.u8()?);
        let next_hop = at.u8()?;
        at.take(next_hop.into())?;
        let Some(family) = Family::from_afi(afi).filter(|_| safi == 1) else {
            at.take(at.rest().len())?;
            return Some(None);
        };
        let (len, bits) = mask_and_bits(at, family)?;
        let length = usize::from(at.u16()?);
        Some(Some(PeerEntry { family, len, bits, originated, ip, asn, as_len: None, attributes: at.take(length)? }))
    };
    entry().filter(|_| at.is_empty()).ok_or(CutEntry)
}
