//! Where things stand in the records of table dumps: `TABLE_DUMP_V2` (RFC 6396 4.3, RFC 8050).

use ipnet::IpNet;

use super::nlri::mask_and_bits;
use super::whole::Steps;
use super::{Cursor, Family, NlriForm};

/// A `TABLE_DUMP_V2` record, as far as its head goes.
#[derive(Debug, Clone, Copy)]
pub enum RibBody<'a> {
    /// Subtype 1.
    PeerIndex,
    /// The routes for one unicast prefix.
    Rib(RibRecord<'a>),
    /// Multicast and other families: numbered like the rest, of no use here.
    OtherFamily {
        /// The sequence number.
        sequence: u32,
    },
    /// Not numbered: subtype 7, the peers' geography (RFC 6397), and what may come.
    Other,
}

/// The routes of all peers for one unicast prefix.
#[derive(Debug, Clone, Copy)]
pub struct RibRecord<'a> {
    /// The sequence number.
    pub sequence: u32,
    /// The prefix's family.
    pub family: Family,
    /// The prefix's mask.
    pub len: u8,
    /// The prefix's bits, at the top; stray bits after the mask are not cleared.
    pub bits: u128,
    /// Whether its entries have path ids.
    pub form: NlriForm,
    entries: &'a [u8],
}

/// One peer's route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RibEntry<'a> {
    /// The peer's place in the peer index.
    pub peer: u16,
    /// When the collector got the route, in seconds since the epoch: never an event time (rule 8).
    pub originated: u32,
    /// 0 without add-path.
    pub path_id: u32,
    /// The path attributes.
    pub attributes: &'a [u8],
}

/// An entry that its record does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a RIB entry longer than its record")]
pub struct CutEntry;

/// Reads the head of a `TABLE_DUMP_V2` record; `None` if it has none, or a mask longer than an address.
#[inline]
pub fn rib_record(subtype: u16, body: &[u8]) -> Option<RibBody<'_>> {
    let form = if subtype < 8 { NlriForm::Plain } else { NlriForm::PathIds };
    let mut at = Cursor::new(body);
    let (sequence, family) = match subtype {
        1 => return Some(RibBody::PeerIndex),
        2 | 8 => (at.u32()?, Family::V4),
        4 | 10 => (at.u32()?, Family::V6),
        3 | 5 | 9 | 11 => return Some(RibBody::OtherFamily { sequence: at.u32()? }),
        6 | 12 => {
            let sequence = at.u32()?;
            match (Family::from_afi(at.u16()?), at.u8()?) {
                (Some(family), 1) => (sequence, family),
                _ => return Some(RibBody::OtherFamily { sequence }),
            }
        }
        _ => return Some(RibBody::Other),
    };
    let (len, bits) = mask_and_bits(&mut at, family)?;
    Some(RibBody::Rib(RibRecord { sequence, family, len, bits, form, entries: at.rest() }))
}

impl<'a> RibRecord<'a> {
    /// The prefix, stray bits cleared.
    pub fn prefix(&self) -> Option<IpNet> {
        self.family.prefix(self.bits, self.len)
    }

    /// Its entries, by their heads only; ends with the first that is cut.
    pub fn entries(&self) -> impl Iterator<Item = Result<RibEntry<'a>, CutEntry>> + use<'a> {
        let mut at = Cursor::new(self.entries);
        let form = self.form;
        let mut left = at.u16().map(usize::from);
        std::iter::from_fn(move || {
            let count = left?.checked_sub(1);
            if left == Some(0) {
                return None;
            }
            let entry = rib_entry(&mut at, form);
            left = entry.and(count);
            Some(entry.ok_or(CutEntry))
        })
    }

    /// Whether the entries fill the record to its last byte.
    pub fn is_filled(&self) -> bool {
        self.is_filled_within(&mut Steps::of(self.entries.len())).unwrap_or(false)
    }

    /// The same, unless that takes too many steps.
    pub(super) fn is_filled_within(&self, steps: &mut Steps) -> Option<bool> {
        let mut at = Cursor::new(self.entries);
        let Some(count) = at.u16() else { return Some(false) };
        for _ in 0..count {
            steps.take(1)?;
            if rib_entry(&mut at, self.form).is_none() {
                return Some(false);
            }
        }
        Some(at.is_empty())
    }
}

fn rib_entry<'a>(at: &mut Cursor<'a>, form: NlriForm) -> Option<RibEntry<'a>> {
    let peer = at.u16()?;
    let originated = at.u32()?;
    let path_id = match form {
        NlriForm::Plain => 0,
        NlriForm::PathIds => at.u32()?,
    };
    let length = usize::from(at.u16()?);
    Some(RibEntry { peer, originated, path_id, attributes: at.take(length)? })
}
