//! Decodes one record for people, whatever it is and whether or not it was watched; wording is the report's.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use super::attributes::Attributes;
use super::dump_v1::width_of;
use super::dump_v2::read_peer_index;
use super::explain_path::{Attributed, Place, attributed};
use super::file::{FilePeer, Message};
use super::find::FoundRecord;
use super::update::{Guessed, Keys, keys, read_update};
use crate::model::{Asn, Time};
use crate::mrt::{
    AsLen, Cursor, Family, Header, Kind, Nlri, NlriForm, RawRecord, RibBody, RibRecord, SessionBody, UpdateBody, peer_entries,
    rib_record, session_body,
};

/// A record, decoded.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The record's time.
    pub time: Time,
    /// Its common header; a line of a text has none.
    pub header: Option<Header>,
    /// What it holds.
    pub body: Body,
}

/// What a record holds.
#[derive(Debug, Clone)]
pub enum Body {
    /// A session went from one state to another (RFC 4271 8.2.2).
    State {
        /// Whose.
        session: Session,
        /// The state left.
        old: u16,
        /// The state entered.
        new: u16,
    },
    /// An UPDATE that the peer sent.
    Update {
        /// Whose.
        session: Session,
        /// `None`: its lists cannot be read, so it is left out (rule 20).
        prefixes: Option<Prefixes>,
        /// Its path attributes; `None` if it has none.
        attributed: Option<Box<Attributed>>,
    },
    /// A message that is not looked at.
    Message {
        /// Whose.
        session: Session,
        /// The type of BGP message (RFC 4271 4.1).
        code: u8,
        /// Who sent it.
        sender: Sender,
    },
    /// All peers' routes for one prefix.
    Rib {
        /// Its number in the dump; `TABLE_DUMP` v1 has one for each entry and wraps, a text has none.
        sequence: Option<u32>,
        /// The prefix, if the record's head says it.
        prefix: Option<IpNet>,
        /// In order; those after one that is cut are missing.
        entries: Vec<Entry>,
    },
    /// The peers of a dump.
    PeerIndex {
        /// The collector's BGP identifier.
        collector: Ipv4Addr,
        /// The view's name: text from the data.
        view: String,
        /// By their number.
        peers: Vec<FilePeer>,
    },
    /// Nothing that uplinks reads.
    Other,
    /// Malformed: its parts are not where they should be.
    Unreadable,
}

/// A collector's session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// The peer as written: AS 0 or 23456 may stand for another (rule 1).
    pub peer: FilePeer,
    /// The collector's own side; not every record has it.
    pub local: Option<FilePeer>,
    /// Bytes of its AS numbers; no text tells.
    pub as_len: Option<AsLen>,
    /// Whether prefixes have path ids.
    pub form: NlriForm,
}

/// Who sent a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// The peer.
    Peer,
    /// The collector itself (`*_LOCAL`, rule 10).
    Collector,
}

/// The prefixes of an UPDATE with their path ids (0 without add-path), in order of sending.
#[derive(Debug, Clone)]
pub struct Prefixes {
    /// As sent.
    pub announced: Vec<(IpNet, u32)>,
    /// As sent.
    pub withdrawn: Vec<(IpNet, u32)>,
    /// The announcements are read as withdrawals (RFC 7606).
    pub treated_as_withdrawn: Option<Malformed>,
    /// Whether path ids were read.
    pub form: NlriForm,
    /// Whether the record says so.
    pub path_ids: PathIds,
    /// Whether that is all.
    pub end: MessageEnd,
}

/// Whether the record's type says that there are path ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PathIds {
    /// It tells what is so.
    #[default]
    AsLabelled,
    /// It is wrong for a family: its prefixes can be read in no other way.
    Guessed,
}

/// Whether a message is all there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MessageEnd {
    /// It is.
    #[default]
    There,
    /// The dumper left it out.
    Missing,
}

/// The path attributes do not allow an announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// One peer's route in a dump.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The peer's number in the peer index; v1 has none.
    pub number: Option<u16>,
    /// `None`: the peer index is missing, or lacks the number.
    pub peer: Option<FilePeer>,
    /// For which prefix.
    pub prefix: IpNet,
    /// 0 without add-path.
    pub path_id: u32,
    /// When the collector got the route: never an event time (rule 8). No text tells.
    pub originated: Option<Time>,
    /// The route.
    pub attributed: Attributed,
}

/// Decodes a record; `None` only if its bytes are no record.
pub fn explain(found: &FoundRecord) -> Option<Explained> {
    if let Some(line) = &found.line {
        return Some(line.explained());
    }
    let record = RawRecord::read(&found.bytes, found.offset)?;
    let body = match record.kind() {
        Kind::Bgp4mp | Kind::LegacyBgp => session(&record),
        Kind::TableDump | Kind::TableEntry => table_dump(&record),
        Kind::TableDumpV2 => table_dump_v2(&record, found),
        Kind::Other => Some(Body::Other),
    };
    Some(Explained { time: record.time, header: Some(record.header), body: body.unwrap_or(Body::Unreadable) })
}

fn session(record: &RawRecord<'_>) -> Option<Body> {
    let (session, code) = envelope(record)?;
    Some(match session_body(record)? {
        SessionBody::State { old, new, .. } => Body::State { session, old, new },
        SessionBody::Update(update) => {
            let place = Place::Message;
            let attributed = (!update.attributes.is_empty())
                .then(|| Box::new(attributed(update.attributes, update.as_len, update.asn, place)));
            Body::Update { session, prefixes: prefixes(&update), attributed }
        }
        SessionBody::Unreadable { .. } => Body::Unreadable,
        SessionBody::Other => {
            let local = record.kind() == Kind::Bgp4mp && matches!(record.header.subtype, 6 | 7 | 10 | 11);
            Body::Message { session, code: code?, sender: if local { Sender::Collector } else { Sender::Peer } }
        }
    })
}

/// The session and the BGP message's type, where there is one.
fn envelope(record: &RawRecord<'_>) -> Option<(Session, Option<u8>)> {
    let mut at = Cursor::new(record.body());
    let subtype = record.header.subtype;
    if record.kind() == Kind::LegacyBgp {
        let peer_asn = Asn(at.u16()?.into());
        let peer = FilePeer { ip: at.ipv4()?, asn: peer_asn };
        let mut side = || -> Option<FilePeer> {
            let asn = Asn(at.u16()?.into());
            Some(FilePeer { ip: at.ipv4()?, asn })
        };
        // A state change tells the two states here.
        let local = if subtype == 3 { None } else { side() };
        // Subtypes 1, 5, 6 and 7 are the messages 2, 1, 3 and 4.
        let code = match subtype {
            1 => Some(2),
            5 => Some(1),
            6 => Some(3),
            7 => Some(4),
            _ => None,
        };
        return Some((Session { peer, local, as_len: Some(AsLen::Two), form: NlriForm::Plain }, code));
    }
    let as_len = if matches!(subtype, 4 | 5 | 7 | 9 | 11) { AsLen::Four } else { AsLen::Two };
    let form = if matches!(subtype, 8..=11) { NlriForm::PathIds } else { NlriForm::Plain };
    let mut asn = || match as_len {
        AsLen::Two => at.u16().map(|asn| Asn(asn.into())),
        AsLen::Four => at.u32().map(Asn),
    };
    let (peer_asn, local_asn) = (asn()?, asn()?);
    at.take(2)?;
    let family = Family::from_afi(at.u16()?)?;
    let mut ip = || -> Option<IpAddr> {
        match family {
            Family::V4 => at.ipv4(),
            Family::V6 => at.ipv6(),
        }
    };
    let (peer_ip, local_ip) = (ip()?, ip()?);
    let session = Session {
        peer: FilePeer { ip: peer_ip.to_canonical(), asn: peer_asn },
        local: Some(FilePeer { ip: local_ip, asn: local_asn }),
        as_len: Some(as_len),
        form,
    };
    // Marker and length come before the type.
    let code = at.take(18).and_then(|_| at.u8());
    Some((session, code))
}

/// As sent; what the message comes to is asked of the code that answers the main question.
fn prefixes(update: &UpdateBody<'_>) -> Option<Prefixes> {
    let Keys { announced, withdrawn, guessed } = keys(update, &Attributes::read(update.attributes)).ok()?;
    let treated = match read_update(update, |_| true).message {
        Some(Message::Update { treated_as_withdrawn: true, .. }) => Some(Malformed),
        _ => None,
    };
    let all = |nlri: Vec<Nlri>| nlri.into_iter().map(|nlri| (nlri.net, nlri.path_id)).collect();
    let path_ids = if guessed == Guessed::Yes { PathIds::Guessed } else { PathIds::AsLabelled };
    Some(Prefixes {
        announced: all(announced),
        withdrawn: all(withdrawn),
        treated_as_withdrawn: treated,
        // Of a message that is wrong for one family only, both are shown.
        form: if guessed == Guessed::Yes { NlriForm::PathIds } else { update.form },
        path_ids,
        end: if update.cut.is_some() { MessageEnd::Missing } else { MessageEnd::There },
    })
}

fn table_dump(record: &RawRecord<'_>) -> Option<Body> {
    let sequence = match record.kind() {
        Kind::TableDump => Cursor::new(record.body().get(2..)?).u16()?,
        _ => 0,
    };
    let entries = peer_entries(record).map_while(Result::ok).filter_map(|entry| {
        let as_len = width_of(&entry);
        Some(Entry {
            number: None,
            peer: Some(FilePeer { ip: entry.ip, asn: entry.asn }),
            prefix: entry.prefix()?,
            path_id: 0,
            originated: Some(Time::from_secs(entry.originated.into())),
            attributed: attributed(entry.attributes, as_len, entry.asn, Place::Entry),
        })
    });
    let entries: Vec<Entry> = entries.collect();
    Some(Body::Rib { sequence: Some(sequence.into()), prefix: entries.first().map(|entry| entry.prefix), entries })
}

fn table_dump_v2(record: &RawRecord<'_>, found: &FoundRecord) -> Option<Body> {
    Some(match rib_record(record.header.subtype, record.body())? {
        RibBody::PeerIndex => peer_index(record)?,
        RibBody::Rib(rib) => {
            let index = found.index.as_ref().and_then(|index| RawRecord::read(&index.bytes, index.offset));
            let peers = index.and_then(|index| read_peer_index(index.body())).unwrap_or_default();
            Body::Rib { sequence: Some(rib.sequence), prefix: rib.prefix(), entries: entries(&rib, &peers)? }
        }
        RibBody::OtherFamily { .. } | RibBody::Other => Body::Other,
    })
}

fn entries(rib: &RibRecord<'_>, peers: &[FilePeer]) -> Option<Vec<Entry>> {
    let prefix = rib.prefix()?;
    let entries = rib.entries().map_while(Result::ok).map(|entry| {
        let peer = peers.get(usize::from(entry.peer)).copied();
        let asn = peer.map_or(Asn(0), |peer| peer.asn);
        Entry {
            number: Some(entry.peer),
            peer,
            prefix,
            path_id: entry.path_id,
            originated: Some(Time::from_secs(entry.originated.into())),
            attributed: attributed(entry.attributes, AsLen::Four, asn, Place::Entry),
        }
    });
    Some(entries.collect())
}

fn peer_index(record: &RawRecord<'_>) -> Option<Body> {
    let mut at = Cursor::new(record.body());
    let collector = Ipv4Addr::from_bits(at.u32()?);
    let length = at.u16()?;
    let view = String::from_utf8_lossy(at.take(length.into())?).into_owned();
    Some(Body::PeerIndex { collector, view, peers: read_peer_index(record.body())? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Digest, IndexRecord};
    use crate::mrt::test_bytes::{
        as_path, attribute, bgp, envelope_as2, envelope_as4, join, nlri, peer_index, record, rib, segment2, segment4, table_dump,
        update, update_record,
    };

    const NOON: u32 = 1_506_859_200;

    fn body_of(bytes: &[u8], index: Option<&[u8]>) -> Body {
        let index = index.map(|bytes| IndexRecord { offset: 0, bytes: bytes.to_vec() }.into());
        let found = FoundRecord { digest: Digest::of(bytes), offset: 0, bytes: bytes.to_vec(), index, line: None };
        explain(&found).expect("a record").body
    }

    #[test]
    fn updates_show_what_they_carry() {
        let (x, y) = (nlri("175.45.176.0/24"), nlri("175.45.177.0/24"));
        let path = join(&[&attribute(0x40, 2, &segment2(2, &[3356, 23456])), &attribute(0xC0, 17, &segment4(2, &[131_279]))]);
        let message = bgp(2, &update(&y, &path, &x));
        let Body::Update { session, prefixes, attributed } =
            body_of(&record(NOON, 16, 1, &join(&[&envelope_as2("192.0.2.1", 3356), &message])), None)
        else {
            panic!("an update")
        };
        let (prefixes, attributed) = (prefixes.expect("readable"), attributed.expect("attributes"));
        assert_eq!((session.peer.asn, session.local.map(|local| local.asn)), (Asn(3356), Some(Asn(12654))));
        assert_eq!(
            (prefixes.announced[0].0.to_string(), prefixes.withdrawn[0].0.to_string()),
            ("175.45.176.0/24".to_owned(), "175.45.177.0/24".to_owned())
        );
        assert_eq!(attributed.route.map(|route| route.upstream.to_string()).as_deref(), Some("3356"));
        let bad = update_record(NOON, &update(&[], &as_path(&[1]), &[24, 1, 2, 3, 33]));
        assert!(matches!(body_of(&bad, None), Body::Update { prefixes: None, .. }));
        let no_path = update_record(NOON, &update(&[], &attribute(0x40, 1, &[0]), &x));
        let Body::Update { prefixes: Some(prefixes), .. } = body_of(&no_path, None) else { panic!("an update") };
        assert_eq!(prefixes.treated_as_withdrawn, Some(Malformed));
    }

    #[test]
    fn other_session_records_are_told_apart() {
        let four = |subtype, rest: &[u8]| record(NOON, 16, subtype, &join(&[&envelope_as4("192.0.2.1", 1), rest]));
        assert!(matches!(body_of(&four(5, &[0, 6, 0, 1]), None), Body::State { old: 6, new: 1, .. }));
        assert!(matches!(body_of(&four(4, &bgp(4, &[])), None), Body::Message { code: 4, sender: Sender::Peer, .. }));
        let own = four(7, &bgp(2, &update(&[], &[], &[])));
        assert!(matches!(body_of(&own, None), Body::Message { code: 2, sender: Sender::Collector, .. }));
        let old = record(NOON, 5, 3, &[0, 1, 192, 0, 2, 1, 0, 6, 0, 1]);
        assert!(matches!(body_of(&old, None), Body::State { old: 6, new: 1, session: Session { local: None, .. } }));
        assert!(matches!(body_of(&record(NOON, 16, 4, &[1, 2]), None), Body::Unreadable));
        assert!(matches!(body_of(&record(NOON, 11, 1, &[1, 2]), None), Body::Other));
    }

    #[test]
    fn dumps_show_their_peers_and_entries() {
        let index = peer_index(NOON, &[("192.0.2.1", 3356)]);
        assert!(matches!(body_of(&index, None), Body::PeerIndex { peers, .. } if peers.len() == 1));
        let route = rib(NOON, 7, "175.45.176.0/24", &[(0, as_path(&[3356, 131_279])), (9, as_path(&[1]))]);
        for (index, peers) in [(Some(&index[..]), [Some(Asn(3356)), None]), (None, [None, None])] {
            let Body::Rib { sequence, entries, .. } = body_of(&route, index) else { panic!("a RIB record") };
            assert_eq!((sequence, entries[0].originated), (Some(7), Some(Time::from_secs(1))));
            assert_eq!(entries.iter().map(|entry| entry.peer.map(|peer| peer.asn)).collect::<Vec<_>>(), peers);
        }
        let old = table_dump(NOON, 5, "175.45.176.0/24", ("192.0.2.1", 3356), &attribute(0x40, 2, &segment2(2, &[3356])));
        assert!(matches!(body_of(&old, None), Body::Rib { sequence: Some(5), entries, .. } if entries.len() == 1));
    }
}
