use super::*;
use crate::model::{Asn, CollectorId, Origin, RecordId, Span};
use crate::replay::{Basis, End, Start};
use crate::report::sheets::fixture::{at, began, context, ended, episode, evidence, ongoing, there_at};
use crate::report::{GapFact, RunFacts};
use crate::timeline::{ChangeKind, Subject};

const UNICOM: Upstream = Upstream::next(Asn(4837));
const TRANSTELECOM: Upstream = Upstream::next(Asn(20485));

fn of(prefix: &str, upstream: Upstream, start: Start, end: End) -> Row {
    let mut row = episode(upstream, start, end);
    row.subject.prefix = prefix.parse().ok();
    row
}

fn outage(kind: ChangeKind, time: &str) -> Change {
    Change {
        time: at(time),
        prefix: None,
        origin: None,
        kind,
        upstream: None,
        peers_before: 1,
        peers_after: 0,
        peers_total: 25,
        basis: Basis::Update,
        flags: Flags::default(),
        record: RecordId::new(3),
        carriers: Box::default(),
    }
}

fn complete(mut context: Context<'_>) -> Context<'_> {
    context.facts = RunFacts { files_read: 576, ..RunFacts::default() };
    context
}

const LIMITS: &str = "BGP shows announced paths, not cables and not traffic shares, and a path that none of the 25 peers of 2 collectors took is \
     not seen here.";

#[test]
fn a_second_provider_comes_leaves_and_comes_back() {
    let (a, b) = ("175.45.176.0/24", "175.45.177.0/24");
    let rows = [
        of(a, UNICOM, there_at("10-01 00:00:00"), ongoing("10-02 12:00:00")),
        of(a, TRANSTELECOM, began("10-01 09:07:51"), ended("10-01 10:14:45")),
        of(a, TRANSTELECOM, began("10-01 12:21:55"), ongoing("10-02 12:00:00")),
        of(b, UNICOM, there_at("10-01 00:00:00"), ongoing("10-02 12:00:00")),
    ];
    let changes = [outage(ChangeKind::OutageStart, "10-01 10:53:24"), outage(ChangeKind::OutageEnd, "10-01 10:54:15")];
    let expected = [
        "Where the data begin, on 2017-10-01 at 00:00:00 UTC, North Korea (AS131279, 175.45.176.0/22) was reached through one upstream \
         provider, AS4837 China Unicom, for both prefixes, seen by up to 12 of 25 peers able to see it (48 %).",
        "At 09:07:51 a second upstream provider, AS20485 TransTeleCom, appeared for 175.45.176.0/24 (1 of 2 prefixes), seen by up to 12 of \
         25 peers able to see it (48 %), but not for 175.45.177.0/24.",
        "It was gone at 10:14:45 and came back at 12:21:55.",
        "It was still there for 175.45.176.0/24 where the data end, on 2017-10-02 at 12:00:00 UTC.",
        "On 2017-10-01 at 10:53:24 UTC, all prefixes were without any route for 51s, until 10:54:15.",
        "A BGP message in the archive proves each appearance to the second.",
        LIMITS,
    ];
    assert_eq!(paragraph(&rows, &changes, &complete(context(&evidence))), expected);
}

#[test]
fn each_upstream_is_told_with_its_own_prefixes_and_peers() {
    let (a, b) = ("198.51.100.0/24", "203.0.113.0/24");
    let there = |prefix, asn, (peers, total)| {
        let row = of(prefix, Upstream::next(Asn(asn)), there_at("10-01 00:00:00"), ongoing("10-02 12:00:00"));
        Row { peak_peers: peers, peers_total: total, ..row }
    };
    let context = complete(context(&evidence));
    says(
        &[there(a, 6762, (2, 25)), there(b, 3356, (9, 25))],
        &context,
        &[
            "two upstream providers: AS3356, for 203.0.113.0/24 (1 of 2 prefixes), seen by up to 9 of 25 peers",
            "AS6762, for 198.51.100.0/24 (1 of 2 prefixes), seen by up to 2 of 25 peers",
        ],
    );
    says(
        &[there(a, 6762, (2, 25)), there(b, 6762, (9, 20))],
        &context,
        &["AS6762, for both prefixes, seen by up to 2 of 25 to 9 of 20 peers able to see them (8 to 45 %)."],
    );
}

#[test]
fn an_upstream_of_several_origins_counts_once() {
    let there = |asn, origin| {
        let row = of("198.51.100.0/24", Upstream::next(Asn(asn)), there_at("10-01 00:00:00"), ongoing("10-02 12:00:00"));
        Row { subject: Subject { origin: Origin::As(Asn(origin)), ..row.subject }, ..row }
    };
    let rows = [there(6762, 64500), there(6762, 64501), there(3356, 64500)];
    says(&rows, &complete(context(&evidence)), &["reached through two upstream providers: AS3356 (origin AS64500)"]);
}

#[test]
fn two_times_on_two_days_have_both_dates() {
    let end = End {
        after: Some(at("09-01 08:00:00")),
        before: Some(at("10-01 08:00:00")),
        basis: Basis::Rib,
        ..ended("09-01 08:00:00")
    };
    let began = Start { after: Some(at("08-01 08:00:00")), basis: Basis::Rib, ..began("09-01 08:00:00") };
    let a = "175.45.176.0/24";
    let unicom = of(a, UNICOM, there_at("08-01 00:00:00"), ongoing("10-02 12:00:00"));
    says(
        &[unicom, of(a, TRANSTELECOM, began, end)],
        &complete(context(&evidence)),
        &["It left between 2017-09-01 08:00:00 UTC and 2017-10-01 08:00:00 UTC."],
    );
}

/// The paragraph holds each of these, in this order.
fn says(rows: &[Row], context: &Context, parts: &[&str]) {
    let text = paragraph(rows, &[], context).join(" ");
    let mut rest = text.as_str();
    for part in parts {
        let found = rest.find(part);
        assert!(found.is_some(), "no '{part}' in its place in: {text}");
        rest = &rest[found.unwrap_or(0)..];
    }
}

#[test]
fn every_case_has_its_words() {
    let a = "175.45.176.0/24";
    let context = complete(context(&evidence));
    let unicom = || of(a, UNICOM, there_at("10-01 00:00:00"), ongoing("10-02 12:00:00"));

    says(&[], &context, &["No route of North Korea", "any of 25 peers of 2 collectors", "no proof that there was none"]);
    says(
        &[unicom()],
        &context,
        &["one upstream provider, AS4837 China Unicom", "No other appeared before the data end, on 2017-10-02", LIMITS],
    );

    let bounded = Start { after: Some(at("10-01 08:00:00")), basis: Basis::Rib, ..began("10-01 10:00:00") };
    let end = End {
        after: Some(at("10-01 12:00:00")),
        before: Some(at("10-01 14:00:00")),
        basis: Basis::Rib,
        ..ended("10-01 12:00:00")
    };
    says(
        &[unicom(), of(a, TRANSTELECOM, bounded, end)],
        &context,
        &["Between 08:00:00 and 10:00:00 a second", "It left between 12:00:00 and 14:00:00.", "the moment lies between them"],
    );

    let found = Start { after: None, basis: Basis::PeerUp, no_baseline: true, ..began("10-01 09:30:00") };
    let mut row = of(a, TRANSTELECOM, found, ended("10-01 10:00:00"));
    row.flags.set(Flag::NoBaseline);
    says(
        &[row],
        &context,
        &[
            "was first seen on 2017-10-01 at 09:30:00 UTC through one upstream provider, AS20485 TransTeleCom, for 175.45.176.0/24",
            "do not show",
            "no full table",
        ],
    );

    let many: Vec<Row> = (0..200)
        .map(|n| of(&format!("10.{n}.0.0/16"), TRANSTELECOM, began("10-01 09:07:51"), ongoing("10-02 12:00:00")))
        .collect();
    says(
        &many,
        &context,
        &["an upstream provider", "appeared for 200 prefixes (200 of 200 prefixes)", "still there for all of them"],
    );

    let several: Vec<Row> =
        (1..=6).map(|asn| of(a, Upstream::next(Asn(asn)), there_at("10-01 00:00:00"), ongoing("10-02 12:00:00"))).collect();
    says(
        &several,
        &context,
        &[
            "through 6 upstream providers, among them AS1, for 175.45.176.0/24, seen by up to 12 of 25 peers",
            "AS2, for",
            "and AS3, for",
        ],
    );

    let (b, c) = ("175.45.178.0/24", "175.45.179.0/24");
    let end = || ended("10-01 10:14:45");
    let together = [of(a, TRANSTELECOM, began("10-01 09:07:51"), end()), of(b, TRANSTELECOM, began("10-01 09:07:51.5"), end())];
    let later = of(c, TRANSTELECOM, began("10-01 09:30:00"), end());
    says(
        &[unicom(), together[0].clone(), together[1].clone(), later],
        &context,
        &[
            "appeared for 175.45.176.0/24 and 175.45.178.0/24 (2 of 3 prefixes), seen by up",
            "then for 175.45.179.0/24 at 09:30:00",
        ],
    );

    let mut whole = of(a, TRANSTELECOM, began("10-01 09:07:51"), ongoing("10-02 12:00:00"));
    whole.subject.prefix = None;
    says(&[whole], &context, &["AS20485 TransTeleCom, appeared, seen by", "It was still there where the data end"]);

    let mut odd = of(a, Upstream::next(Asn(666)), began("10-01 09:00:00"), ended("10-01 09:02:00"));
    odd.flags.set(Flag::SinglePeer);
    says(
        &[unicom(), odd.clone()],
        &context,
        &[
            "No other appeared",
            "1 episode was left aside here: seen by a single peer, stuck, or out of time; it is the only one of AS666.",
        ],
    );

    let direct = of(a, Upstream::DIRECT, began("10-01 09:00:00"), ended("10-01 09:02:00"));
    let why = "2 episodes were left aside here: seen by a single peer, stuck, out of time, or through no upstream provider that can be \
               named; they include every episode of AS666.";
    says(&[unicom(), odd, direct], &context, &[why]);

    let mut hijack = of(a, Upstream::next(Asn(3491)), began("10-01 18:47:57"), ended("10-01 21:01:34"));
    hijack.subject.origin = Origin::As(Asn(17557));
    says(&[unicom(), hijack], &context, &["a route through AS3491 (origin AS17557) appeared", "It left at 21:01:34."]);
}

#[test]
fn missing_data_are_told() {
    let mut context = context(&evidence);
    says(&[], &context, &["No route"]);
    let row = of("175.45.176.0/24", UNICOM, there_at("10-01 00:00:00"), ongoing("10-02 12:00:00"));
    says(std::slice::from_ref(&row), &context, &["Data are missing in 1 gap (5m 00s together)"]);
    context.collectors[0].sampled = true;
    says(&[row], &context, &["Of rrc90 there are full tables at intervals only"]);
    context.facts.gaps =
        vec![GapFact { collector: CollectorId(1), span: Span { from: at("10-01 01:00:00"), until: at("10-01 02:00:00") } }];
    context.window = None;
    says(&[], &context, &["There are no data on North Korea"]);
}

/// The start, or the end, of another origin's routes for a prefix.
fn conflict(kind: ChangeKind, prefix: &str, time: &str, carriers: &[u32]) -> Change {
    Change {
        prefix: prefix.parse().ok(),
        origin: Some(Origin::As(Asn(18101))),
        upstream: carriers.first().map(|asn| Upstream::next(Asn(*asn))),
        carriers: carriers.iter().map(|asn| (Upstream::next(Asn(*asn)), if *asn == 15412 { 9 } else { 1 })).collect(),
        ..outage(kind, time)
    }
}

#[test]
fn another_origin_is_told_with_its_carriers_and_what_is_left_of_it() {
    use ChangeKind::{OriginConflictEnd as End, OriginConflictStart as Start};
    let (a, b) = ("175.45.176.0/24", "175.45.178.0/24");
    let rows = [of(a, UNICOM, there_at("10-01 00:00:00"), ongoing("10-02 12:00:00"))];
    let mut changes = vec![conflict(Start, a, "10-01 07:08:57", &[4755, 15412]), conflict(End, a, "10-01 21:13:11", &[15412])];
    let said = |changes: &[Change]| paragraph(&rows, changes, &complete(context(&evidence))).join(" ");
    let one = "On 2017-10-01 at 07:08:57 UTC, another origin, AS18101, was seen for 175.45.176.0/24 through AS15412 and AS4755; the last such route went at 21:13:11.";
    assert!(said(&changes).contains(one), "{}", said(&changes));

    changes.push(conflict(Start, b, "10-01 16:46:04", &[15412, 9498]));
    let two = "On 2017-10-01 at 07:08:57 UTC, another origin, AS18101, was seen for 2 prefixes, first for 175.45.176.0/24, through AS15412, AS4755 and AS9498; it was \
               gone from 1 of them by 21:13:11 and still there for 175.45.178.0/24 where the data end.";
    assert!(said(&changes).contains(two), "{}", said(&changes));
    // It came back, and stays.
    changes.push(conflict(Start, a, "10-01 22:00:00", &[15412]));
    assert!(
        said(&changes).contains("through AS15412, AS4755 and AS9498; it was still so where the data end."),
        "{}",
        said(&changes)
    );
}

#[test]
fn an_upstream_of_several_origins_is_one() {
    let context = complete(context(&evidence));
    let there = |prefix: &str, origin, upstream| {
        let mut row = of(prefix, Upstream::next(Asn(upstream)), there_at("10-01 00:00:00"), ongoing("10-02 12:00:00"));
        row.subject.origin = Origin::As(Asn(origin));
        row
    };
    let (a, b) = ("198.51.100.0/24", "203.0.113.0/24");
    says(&[there(a, 1, 174), there(b, 2, 174)], &context, &["through one upstream provider: AS174 (origin AS1), for"]);
    let many = [there(a, 1, 174), there(b, 2, 174), there(a, 1, 3356), there(b, 2, 3356)];
    says(&many, &context, &["through 2 upstream providers of 2 origins, among them AS174 (origin AS1), for"]);
}
