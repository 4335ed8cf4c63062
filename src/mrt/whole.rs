//! Whether a record's inner lengths agree with its outer one: tells a whole record from one that only has a header's looks.

use super::{Cursor, Family, NlriForm, RawRecord, RibBody, nlri_list, peer_entries, rib_record};
use super::{Kind, SessionBody, session_body};

/// Steps from entry to entry that may still be gone to weigh records. Whatever the bytes are, the work stays in proportion to them: a
/// head costs an attacker twelve bytes and may claim a megabyte.
#[derive(Debug, Clone, Copy)]
pub struct Steps(u64);

impl Steps {
    /// As many as a stretch of so many bytes may cost, of which `spent` are gone: what no file spends in which records and damage take
    /// turns, and a fraction of what reading its bytes costs.
    pub(super) const fn of_bytes(bytes: u64, spent: u64) -> Self {
        const AT_FIRST: u64 = 1 << 20;
        const BYTES_A_STEP: u64 = 16;
        Steps((AT_FIRST + bytes / BYTES_A_STEP).saturating_sub(spent))
    }

    /// For a stretch of so many bytes that is looked at by itself.
    pub const fn of(bytes: usize) -> Self {
        Steps::of_bytes(bytes as u64, 0)
    }

    pub(super) const fn left(self) -> u64 {
        self.0
    }

    /// `None`: there are too few left, and none from then on.
    pub(super) fn take(&mut self, steps: u64) -> Option<()> {
        let left = self.0.checked_sub(steps);
        self.0 = left.unwrap_or(0);
        left.map(drop)
    }
}

/// What the inner lengths say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wholeness {
    /// They add up.
    Whole,
    /// They do not.
    Torn,
    /// Nothing: the type has none that is known here.
    Unknown,
    /// Nothing: to add them up takes more steps than are left.
    Unweighed,
}

/// Adds up the lengths inside a record.
pub(super) fn wholeness(record: &RawRecord<'_>, steps: &mut Steps) -> Wholeness {
    weigh(record, steps).unwrap_or(Wholeness::Unweighed)
}

fn weigh(record: &RawRecord<'_>, steps: &mut Steps) -> Option<Wholeness> {
    let body = record.body();
    let adds_up = match record.kind() {
        Kind::Bgp4mp => bgp4mp_adds_up(record.header.subtype, body),
        Kind::TableDump => {
            let mut entries = peer_entries(record).peekable();
            Some(entries.peek().is_some() && are_all(entries, steps)?)
        }
        Kind::TableEntry => Some(are_all(peer_entries(record), steps)?),
        Kind::TableDumpV2 => match rib_record(record.header.subtype, body) {
            Some(RibBody::Rib(rib)) => Some(rib.is_filled_within(steps)?),
            Some(RibBody::PeerIndex | RibBody::OtherFamily { .. } | RibBody::Other) => None,
            None => Some(false),
        },
        Kind::LegacyBgp => {
            // Its lists are of prefixes, down to one byte each.
            steps.take(body.len() as u64)?;
            legacy_adds_up(record, body)
        }
        Kind::Other => None,
    };
    Some(match adds_up {
        Some(true) => Wholeness::Whole,
        Some(false) => Wholeness::Torn,
        None => Wholeness::Unknown,
    })
}

/// Whether no entry is cut; `None` where the steps do not suffice to tell.
fn are_all<T, E>(mut entries: impl Iterator<Item = Result<T, E>>, steps: &mut Steps) -> Option<bool> {
    let torn = entries.try_for_each(|entry| {
        steps.take(1).ok_or(None)?;
        entry.map(drop).map_err(|_| Some(()))
    });
    match torn {
        Ok(()) => Some(true),
        Err(Some(())) => Some(false),
        Err(None) => None,
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
