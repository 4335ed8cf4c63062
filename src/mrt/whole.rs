//! Whether a record's inner lengths agree with its outer one: tells a whole record from one that only has a header's looks.

use super::{Cursor, Family, NlriForm, RawRecord, RibBody, nlri_list, peer_entries, rib_record};
use super::{Kind, SessionBody, session_body};

/// What the inner lengths say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wholeness {
    /// They add up.
    Whole,
    /// They do not.
    Torn,
    /// Nothing: the type has none that is known here.
    Unknown,
}

/// Adds up the lengths inside a record.
pub(super) fn wholeness(record: &RawRecord<'_>) -> Wholeness {
    let body = record.body();
    let adds_up = match record.kind() {
        Kind::Bgp4mp => bgp4mp_adds_up(record.header.subtype, body),
        Kind::TableDump => {
            let mut entries = peer_entries(record).peekable();
            Some(entries.peek().is_some() && entries.all(|entry| entry.is_ok()))
        }
        Kind::TableEntry => Some(peer_entries(record).all(|entry| entry.is_ok())),
        Kind::TableDumpV2 => match rib_record(record.header.subtype, body) {
            Some(RibBody::Rib(rib)) => Some(rib.is_filled()),
            Some(RibBody::PeerIndex | RibBody::OtherFamily { .. } | RibBody::Other) => None,
            None => Some(false),
        },
        Kind::LegacyBgp => legacy_adds_up(record, body),
        Kind::Other => None,
    };
    match adds_up {
        Some(true) => Wholeness::Whole,
        Some(false) => Wholeness::Torn,
        None => Wholeness::Unknown,
    }
}

fn bgp4mp_adds_up(subtype: u16, body: &[u8]) -> Option<bool> {
    let as_len = match subtype {
        0 | 1 | 6 | 8 | 10 => 2,
        4 | 5 | 7 | 9 | 11 => 4,
        _ => return None,
    };
    let mut at = Cursor::new(body);
    let mut envelope = || {
        at.take(2 * as_len + 2)?;
        let address = usize::from(Family::from_afi(at.u16()?)?.max_len() / 8);
        at.take(2 * address)
    };
    if envelope().is_none() {
        return Some(false);
    }
    let message = at.rest();
    if matches!(subtype, 0 | 5) {
        return Some(message.len() == 4);
    }
    let length = at.take(16).and_then(|_| at.u16());
    Some(length.is_some_and(|length| usize::from(length) == message.len()))
}

fn legacy_adds_up(record: &RawRecord<'_>, body: &[u8]) -> Option<bool> {
    match record.header.subtype {
        1 => Some(match session_body(record) {
            Some(SessionBody::Update(update)) => {
                [update.withdrawn, update.announced].iter().all(|list| nlri_list(list, Family::V4, NlriForm::Plain).is_ok())
            }
            _ => false,
        }),
        3 => Some(body.len() == 10),
        7 => Some(body.len() == 12),
        _ => None,
    }
}
