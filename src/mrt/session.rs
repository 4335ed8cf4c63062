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
    /// Something of this peer that cannot be taken apart.
    Unreadable {
        /// The peer's address.
        ip: IpAddr,
        /// The peer's AS number as written.
        asn: Asn,
        /// What is wrong.
        torn: Torn,
    },
    /// Any other message, and all of the collector's own (`*_LOCAL`, rule 10).
    Other,
}

/// What is wrong with a record of which the peer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Torn {
    /// Its end is missing: what stood there may have been anything.
    Cut,
    /// All is there, but its lengths contradict each other.
    Malformed,
}

/// The dumper left out the end of a message, from somewhere in this section on (all of the section may be there).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// What follows the withdrawn prefixes is missing, too.
    Withdrawn,
    /// The prefixes announced are missing, too.
    Attributes,
    /// All attributes are there.
    Announced,
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
    /// Where its end is missing, if it is.
    pub cut: Option<Cut>,
}

/// Finds the parts of a BGP4MP or type 5 record; `None` where they are not there.
pub fn session_body<'a>(record: &RawRecord<'a>) -> Option<SessionBody<'a>> {
    match record.kind() {
        Kind::Bgp4mp => bgp4mp(record.header.subtype, record.body()),
        Kind::LegacyBgp => legacy(record.header.subtype, record.body()),
        Kind::TableDump | Kind::TableDumpV2 | Kind::TableEntry | Kind::Other => Some(SessionBody::Other),
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
    let asn = at.asn(as_len)?;
    at.asn(as_len)?;
    at.take(2)?;
    let family = Family::from_afi(at.u16()?)?;
    // A collector whose socket serves both families may write a peer's IPv4 address as an IPv6 one: it is one peer.
    let ip = at.ip(family)?.to_canonical();
    at.ip(family)?;
    let cut = Some(SessionBody::Unreadable { ip, asn, torn: Torn::Cut });
    if matches!(subtype, 0 | 5) {
        let (Some(old), Some(new)) = (at.u16(), at.u16()) else { return cut };
        return Some(SessionBody::State { ip, asn, old, new });
    }
    // The marker is not looked at: nothing else could follow, and what length and type say is checked by what comes of them.
    let (Some(_), Some(length), Some(message_type)) = (at.take(16), at.u16(), at.u8()) else { return cut };
    if message_type != 2 {
        return Some(SessionBody::Other);
    }
    let head = UpdateBody { ip, asn, as_len, form, withdrawn: &[], attributes: &[], announced: &[], cut: None };
    Some(match usize::from(length).checked_sub(19).map(|length| (length, at.take(length))) {
        Some((_, Some(message))) => sections(head, message),
        Some((length, None)) => sections_before_the_cut(head, at.rest(), length),
        None => SessionBody::Unreadable { ip, asn, torn: Torn::Malformed },
    })
}

fn legacy(subtype: u16, body: &[u8]) -> Option<SessionBody<'_>> {
    if !matches!(subtype, 1 | 3) {
        return Some(SessionBody::Other);
    }
    let mut at = Cursor::new(body);
    let asn = at.asn(AsLen::Two)?;
    let ip = at.ipv4()?;
    let cut = Some(SessionBody::Unreadable { ip, asn, torn: Torn::Cut });
    if subtype == 3 {
        let (Some(old), Some(new)) = (at.u16(), at.u16()) else { return cut };
        return Some(SessionBody::State { ip, asn, old, new });
    }
    if at.take(6).is_none() {
        return cut;
    }
    let (as_len, form) = (AsLen::Two, NlriForm::Plain);
    let head = UpdateBody { ip, asn, as_len, form, withdrawn: &[], attributes: &[], announced: &[], cut: None };
    // Nothing but the record's own length says how long the message is.
    Some(sections(head, at.rest()))
}

/// The sections of a message that is all there.
fn sections<'a>(head: UpdateBody<'a>, message: &'a [u8]) -> SessionBody<'a> {
    let mut at = Cursor::new(message);
    let mut list = || {
        let length = at.u16()?;
        at.take(length.into())
    };
    match (list(), list()) {
        (Some(withdrawn), Some(attributes)) => {
            SessionBody::Update(UpdateBody { withdrawn, attributes, announced: at.rest(), ..head })
        }
        _ => SessionBody::Unreadable { ip: head.ip, asn: head.asn, torn: Torn::Malformed },
    }
}

/// What there is of the sections of a message that would have `length` bytes.
fn sections_before_the_cut<'a>(head: UpdateBody<'a>, message: &'a [u8], length: usize) -> SessionBody<'a> {
    let mut at = Cursor::new(message);
    let unreadable = |torn| SessionBody::Unreadable { ip: head.ip, asn: head.asn, torn };
    let Some(withdrawn) = at.u16().map(usize::from) else { return unreadable(Torn::Cut) };
    // Were it whole, it could not be read either.
    if withdrawn + 4 > length {
        return unreadable(Torn::Cut);
    }
    let Some(withdrawn) = at.take(withdrawn) else {
        return SessionBody::Update(UpdateBody { withdrawn: at.rest(), cut: Some(Cut::Withdrawn), ..head });
    };
    let head = UpdateBody { withdrawn, ..head };
    let attributes = at.u16().map(usize::from);
    match attributes.map(|length| (length, at.take(length))) {
        Some((_, Some(attributes))) => {
            SessionBody::Update(UpdateBody { attributes, announced: at.rest(), cut: Some(Cut::Announced), ..head })
        }
        Some((attributes, None)) if withdrawn.len() + 4 + attributes > length => unreadable(Torn::Cut),
        Some((_, None)) | None => SessionBody::Update(UpdateBody { attributes: at.rest(), cut: Some(Cut::Attributes), ..head }),
    }
}
