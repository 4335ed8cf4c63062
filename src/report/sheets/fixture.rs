//! Hand-made rows for the tests of sheets and formats, and their texts in every format.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use crate::model::spans::Rare;
use crate::model::{AsPath, Asn, CollectorId, Flags, Hop, Origin, Peer, PeerKey, RecordId, Span, Time, Upstream};
use crate::replay::{Basis, End, Start};
use crate::report::{Context, Format, GapFact, RunFacts, Sheet, Source, Style, write};
use crate::timeline::{Hold, Row, Subject};

/// `10-01 09:07:51`, in 2017.
pub fn at(text: &str) -> Time {
    format!("2017-{}Z", text.replace(' ', "T")).parse().expect("a time")
}

/// Shown in full by an update, with a baseline.
pub fn began(time: &str) -> Start {
    let time = at(time);
    let (after, basis, record) = (Some(time), Basis::Update, RecordId::new(1));
    Start { first_seen: time, after, unwatched: None, by: time, basis, record, clock: false, no_baseline: false }
}

/// There at the first RIB.
pub fn there_at(time: &str) -> Start {
    Start { after: None, basis: Basis::DataStart, ..began(time) }
}

/// Shown in full by an update.
pub fn ended(time: &str) -> End {
    let time = at(time);
    let (after, before, basis, record) = (Some(time), Some(time), Basis::Update, Some(RecordId::new(2)));
    End { last_seen: time, after, before, until: time, basis, record, clock: false }
}

/// Still there where the data end.
pub fn ongoing(time: &str) -> End {
    End { after: None, before: None, until: Time::MAX, basis: Basis::DataEnd, record: None, ..ended(time) }
}

pub const PEER: PeerKey =
    PeerKey::of(&Peer { collector: CollectorId(0), ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), asn: Asn(3356) });

pub fn path(ases: &[u32]) -> Arc<AsPath> {
    Arc::new(AsPath::sequence(ases.iter().copied()))
}

pub fn hold(start: Start, end: End) -> Hold {
    let (flags, first_flags) = (Flags::default(), Flags::default());
    let upstream = Upstream::next(Asn(20485));
    Hold {
        peer: PEER,
        start,
        end,
        path: path(&[3356, 20485, 131_279]),
        upstreams: (upstream, upstream),
        is_beyond: true,
        flags,
        first_flags,
        assumed: Rare::default(),
        came_back: false,
    }
}

/// An episode of 175.45.176.0/24 through that upstream, seen by 12 of 25 peers.
pub fn episode(upstream: Upstream, start: Start, end: End) -> Row {
    let prefix = "175.45.176.0/24".parse().ok();
    let nearest = match upstream.hop {
        Hop::As(asn) => vec![3356, asn.0, 131_279],
        Hop::Direct | Hop::Beyond | Hop::Ambiguous => vec![131_279],
    };
    Row {
        subject: Subject { prefix, origin: Origin::As(Asn(131_279)), upstream },
        start,
        end,
        unobserved_micros: 0,
        peak_peers: 12,
        peak_peer_asns: 11,
        beyond_peers: upstream.asn().map(|_| 10),
        peers_total: 25,
        peak_at: start.first_seen,
        collectors: [CollectorId(0), CollectorId(1)].into_iter().collect(),
        first_peer: PEER,
        first_as_path: path(&nearest),
        believed: Span { from: start.by, until: end.until },
        upstreams: (upstream, upstream),
        first_start: start,
        is_told_apart: (true, true),
        flags: Flags::default(),
    }
}

/// Two collectors, one gap.
pub fn context(evidence: &(dyn Fn(RecordId) -> String + Sync)) -> Context<'_> {
    let source = |name: &str, peers| Source { name: name.to_owned(), peers, sampled: false };
    let gap = Span { from: at("10-01 11:10:00"), until: at("10-01 11:15:00") };
    Context {
        target: "North Korea (AS131279, 175.45.176.0/22)".to_owned(),
        window: Some(Span { from: at("10-01 00:00:00"), until: at("10-02 12:00:00") }),
        data: None,
        is_cut: false,
        collectors: vec![source("rrc90", 13), source("route-views.sim", 12)],
        names: BTreeMap::from([(Asn(20485), "TransTeleCom".to_owned()), (Asn(4837), "China Unicom".to_owned())]),
        evidence,
        facts: RunFacts { files_read: 576, gaps: vec![GapFact { collector: CollectorId(0), span: gap }], ..RunFacts::default() },
    }
}

/// The same, for sheets that outlive a function.
pub fn lasting_context() -> &'static Context<'static> {
    Box::leak(Box::new(context(&evidence)))
}

/// `a/updates.1.gz#000000000001`.
pub fn evidence(record: RecordId) -> String {
    format!("a/updates.{0}.gz#{0:012x}", record.place())
}

/// The sheet in that format, after a line feed: so a test's literal begins on its own line.
pub fn text(sheet: &Sheet<'_>, format: Format) -> String {
    let mut bytes = vec![b'\n'];
    write(sheet, format, &mut bytes, &Style::default()).expect("a vector takes all");
    String::from_utf8(bytes).expect("text")
}
