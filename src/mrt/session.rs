//! Where things stand in the records of BGP sessions: BGP4MP (RFC 6396 4.4, RFC 8050) and its forerunner, MRT type 5.

use std::net::IpAddr;

use super::{Cursor, Family, Kind, NlriForm, RawRecord};
use crate::model::Asn;

/// Bytes of an AS number in `AS_PATH` on this session (RFC 6793).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsLen {
    /// An old speaker: 4-byte ASNs are in `AS4_PATH`.
    Two,
    /// A new speaker.
    Four,
}

/// What a session record says, as far as it can matter.
#[derive(Debug, Clone, Copy)]
pub enum SessionBody<'a> {
    /// The session went from one state to another (RFC 4271 8.2.2).
    State {
        /// The peer's address.
        ip: IpAddr,
        /// The peer's AS number as written.
        asn: Asn,
        /// The state left.
        old: u16,
        /// The state entered.
        new: u16,
    },
    /// An UPDATE that the peer sent.
    Update(UpdateBody<'a>),
    /// Any other message, and all of the collector's own (`*_LOCAL`, rule 10).
    Other,
}

/// An UPDATE in its sections, unread.
#[derive(Debug, Clone, Copy)]
pub struct UpdateBody<'a> {
    /// The peer's address.
    pub ip: IpAddr,
    /// The peer's AS number as written.
    pub asn: Asn,
    /// The session's AS numbers.
    pub as_len: AsLen,
    /// The session's lists.
    pub form: NlriForm,
    /// IPv4 prefixes withdrawn.
    pub withdrawn: &'a [u8],
    /// The path attributes.
    pub attributes: &'a [u8],
    /// IPv4 prefixes announced.
    pub announced: &'a [u8],
}

/// Finds the parts of a BGP4MP or type 5 record; `None` where they are not there.
pub fn session_body<'a>(record: &RawRecord<'a>) -> Option<SessionBody<'a>> {
    match record.kind() {
        Kind::Bgp4mp => bgp4mp(record.header.subtype, record.body()),
        Kind::LegacyBgp => legacy(record.header.subtype, record.body()),
        Kind::TableDump | Kind::TableDumpV2 | Kind::Other => Some(SessionBody::Other),
    }
}

fn bgp4mp(subtype: u16, body: &[u8]) -> Option<SessionBody<'_>> {
    let (as_len, form) = match subtype {
        0 | 1 => (AsLen::Two, NlriForm::Plain),
        4 | 5 => (AsLen::Four, NlriForm::Plain),
        8 => (AsLen::Two, NlriForm::PathIds),
        9 => (AsLen::Four, NlriForm::PathIds),
        // 6, 7, 10, 11: what the collector itself sent; 2, 3: table entries of an abandoned draft.
        _ => return Some(SessionBody::Other),
    };
    let mut at = Cursor::new(body);
    let asn = match as_len {
        AsLen::Two => {
            let peer = u32::from(at.u16()?);
            at.take(2)?;
            peer
        }
        AsLen::Four => {
            let peer = at.u32()?;
            at.take(4)?;
            peer
        }
    };
    let asn = Asn(asn);
    at.take(2)?;
    let ip = match Family::from_afi(at.u16()?)? {
        Family::V4 => {
            let ip = at.ipv4()?;
            at.take(4)?;
            ip
        }
        Family::V6 => {
            let ip = at.ipv6()?;
            at.take(16)?;
            ip
        }
    };
    if matches!(subtype, 0 | 5) {
        return Some(SessionBody::State { ip, asn, old: at.u16()?, new: at.u16()? });
    }
    // The marker is not looked at: nothing else could follow, and what length and type say is checked by what comes of them.
    at.take(16)?;
    let length = usize::from(at.u16()?);
    let message_type = at.u8()?;
    if message_type != 2 {
        return Some(SessionBody::Other);
    }
    let message = at.take(length.checked_sub(19)?)?;
    sections(ip, asn, as_len, form, message)
}

fn legacy(subtype: u16, body: &[u8]) -> Option<SessionBody<'_>> {
    if !matches!(subtype, 1 | 3) {
        return Some(SessionBody::Other);
    }
    let mut at = Cursor::new(body);
    let asn = Asn(u32::from(at.u16()?));
    let ip = at.ipv4()?;
    if subtype == 3 {
        return Some(SessionBody::State { ip, asn, old: at.u16()?, new: at.u16()? });
    }
    at.take(6)?;
    sections(ip, asn, AsLen::Two, NlriForm::Plain, at.rest())
}

fn sections(ip: IpAddr, asn: Asn, as_len: AsLen, form: NlriForm, message: &[u8]) -> Option<SessionBody<'_>> {
    let mut at = Cursor::new(message);
    let length = usize::from(at.u16()?);
    let withdrawn = at.take(length)?;
    let length = usize::from(at.u16()?);
    let attributes = at.take(length)?;
    Some(SessionBody::Update(UpdateBody { ip, asn, as_len, form, withdrawn, attributes, announced: at.rest() }))
}
