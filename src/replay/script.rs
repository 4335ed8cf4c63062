//! What one collector saw, written in a line, for tables of tests: `data 0..100; gap 40..50; dump 0..5 A=U1 B; 10 A=U2; 20 A-; 30 A down`.
//!
//! A clause is the coverage (`data`, `gap`, `sampled`), a dump or a record of some second. A word of it is a peer, a letter, with what it
//! says of a prefix (`/Y`; X without) and a path id (`#2`): `=U1` a route through that upstream, `=U1.U9` by another way, `=U1@O2` of
//! another origin, `~` a route without a path, `-` none. In a dump, `A` is shown without watched routes, `:part`, `:v4` or `:unseen`; a
//! word may have a time of its own (`A=U1+3`), and `/Y+3` is the record of a prefix that nobody holds. A record with `!` has a wrong clock.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use ipnet::IpNet;

use crate::model::{
    AsPath, Asn, CollectorData, CollectorId, Coverage, Dump, DumpEntry, DumpRow, Event, PeerKey, RecordId, Route, SessionState,
    Span, Time, Update,
};

/// The rule, the question with what was seen, and what is told.
pub type Case<'a> = (&'a str, &'a str, &'a [&'a str]);

/// Holds a table against what is answered.
pub fn check(cases: &[Case], answer: impl Fn(&str) -> Vec<String>) {
    for (rule, given, expected) in cases {
        assert_eq!(answer(given), *expected, "{rule}\n{given}");
    }
}

/// The watched origin.
pub const O: Asn = Asn(9000);

/// The second `text`; fractions are microseconds.
pub fn at(text: &str) -> Time {
    let (secs, micros) = text.split_once('.').unwrap_or((text, "0"));
    let number = |text: &str| text.parse::<i64>().unwrap_or_else(|_| panic!("{text} is no time"));
    Time::from_secs(number(secs)).plus_micros(number(&format!("{micros:0<6}")))
}

/// The peer of that letter; those from N on are of a second collector, and small letters have the AS of the capital.
pub fn peer(name: &str) -> PeerKey {
    let letter = name.bytes().next().expect("a peer's letter");
    let collector = CollectorId(u16::from(letter.to_ascii_uppercase() >= b'N'));
    let asn = Asn(100 + u32::from(letter.to_ascii_uppercase()));
    PeerKey::new(collector, IpAddr::V4(Ipv4Addr::new(192, 0, 2, letter)), asn)
}

/// X, Y and Z are of IPv4, `6` is of IPv6.
pub fn prefix(name: &str) -> IpNet {
    let text = match name {
        "X" => "10.0.0.0/24",
        "Y" => "10.0.1.0/24",
        "Z" => "10.0.2.0/24",
        "6" => "2001:db8::/32",
        _ => panic!("{name} is no prefix"),
    };
    text.parse().expect("a prefix")
}

pub fn span(text: &str) -> Span {
    let (from, until) = text.split_once("..").expect("two times");
    Span { from: at(from), until: at(until) }
}

/// `U1`, `U1.U9` or `U1@O2`.
fn route(text: &str, peer: PeerKey) -> Route {
    let (ways, origin) =
        text.split_once("@O").map_or((text, O), |(ways, n)| (ways, Asn(O.0 + n.parse::<u32>().expect("a number"))));
    let as_of = |way: &str| 1000 + way[1..].parse::<u32>().expect("a number");
    let ways: Vec<u32> = ways.split('.').rev().map(as_of).collect();
    let path = AsPath::sequence([peer.asn.0].into_iter().chain(ways).chain([origin.0]));
    Route::read(Arc::new(path), peer.asn, &[O]).expect("a route")
}

/// What a word says.
struct Word<'a> {
    peer: &'a str,
    prefix: &'a str,
    id: u32,
    said: &'a str,
    time: Option<Time>,
}

impl<'a> Word<'a> {
    fn of(text: &'a str) -> Word<'a> {
        let (text, time) = text.split_once('+').map_or((text, None), |(text, time)| (text, Some(at(time))));
        let (who, said) = text.split_at(text.find(['=', '-', '~', ':']).unwrap_or(text.len()));
        let (who, id) = who.split_once('#').unwrap_or((who, "0"));
        let (peer, prefix) = who.split_once('/').unwrap_or((who, "X"));
        Word { peer, prefix, id: id.parse().expect("a path id"), said, time }
    }

    /// `None`: no path.
    fn route(&self) -> Option<Route> {
        self.said.strip_prefix('=').map(|said| route(said, peer(self.peer)))
    }
}

/// Reads a line.
pub fn collector(text: &str) -> CollectorData {
    let coverage = Coverage { start: at("0"), end: at("2000"), gaps: Vec::new(), sampled: false };
    let mut data = CollectorData { events: Vec::new(), dumps: Vec::new(), coverage };
    for (clause, record) in text.split(';').zip(1..) {
        let mut words = clause.split_whitespace();
        match words.next().expect("a clause") {
            "data" => Span { from: data.coverage.start, until: data.coverage.end } = span(words.next().expect("a span")),
            "gap" => data.coverage.gaps.push(span(words.next().expect("a span"))),
            "sampled" => data.coverage.sampled = true,
            "dump" => data.dumps.push(dump(words, RecordId::new(record))),
            time => data.events.extend(events(time, &words.collect::<Vec<_>>(), RecordId::new(record))),
        }
    }
    assert!(data.events.is_sorted_by_key(Event::time), "{text}");
    data
}

fn dump<'a>(mut words: impl Iterator<Item = &'a str>, record: RecordId) -> Dump {
    let Span { from: begin, until: end } = span(words.next().expect("a span"));
    let (peers, unseen) = (BTreeMap::new(), BTreeSet::new());
    let mut dump = Dump { begin, end, record, rows: Vec::new(), peers, unseen, excerpt: false, families: [true; 2] };
    for text in words {
        let word = Word::of(text);
        let (prefix, time) = (prefix(word.prefix), word.time.unwrap_or(begin));
        match (text, word.peer, word.said) {
            ("excerpt", ..) => dump.excerpt = true,
            ("only4", ..) => dump.families = [true, false],
            ("only6", ..) => dump.families = [false, true],
            // Before all others of the prefix.
            (_, "", _) => dump.rows.insert(0, DumpRow { prefix, time, record, entries: Vec::new() }),
            (_, name, ":unseen") => _ = dump.unseen.insert(peer(name)),
            (_, name, ":part") => _ = dump.peers.insert(peer(name), [false; 2]),
            (_, name, ":v4") => _ = dump.peers.insert(peer(name), [true, false]),
            (_, name, said) => {
                dump.peers.entry(peer(name)).or_insert([true; 2]);
                if !said.is_empty() {
                    let entries = vec![DumpEntry { peer: peer(name), path_id: word.id, route: word.route().map(Arc::new) }];
                    dump.rows.push(DumpRow { prefix, time, record, entries });
                }
            }
        }
    }
    dump.rows.sort_by_key(|row| row.prefix);
    dump
}

/// A session's record, or one message of each peer.
fn events(time: &str, words: &[&str], record: RecordId) -> Vec<Event> {
    let clock = time.ends_with('!');
    let time = at(time.trim_end_matches('!'));
    let state = |name: &str, new| vec![Event::State { time, peer: peer(name), new, record }];
    match *words {
        [name, "up"] => return state(name, SessionState::Established),
        [name, "down"] => return state(name, SessionState::NotEstablished),
        [name, "?"] => return vec![Event::Unreadable { time, peer: peer(name) }],
        _ => {}
    }
    let mut updates: BTreeMap<PeerKey, (Vec<_>, Vec<_>)> = BTreeMap::new();
    for word in words.iter().map(|word| Word::of(word)) {
        let (announced, withdrawn) = updates.entry(peer(word.peer)).or_default();
        match word.said {
            "-" => withdrawn.push((prefix(word.prefix), word.id)),
            "" => panic!("{} says nothing", word.peer),
            _ => announced.push((prefix(word.prefix), word.id, word.route().map(Arc::new))),
        }
    }
    let update = |(peer, (announced, withdrawn)): (PeerKey, (Vec<_>, Vec<_>))| {
        let update = Update { announced: announced.into(), withdrawn: withdrawn.into() };
        Event::Update { time, peer, update, record, clock }
    };
    updates.into_iter().map(update).collect()
}

/// `12`, `12.5`; `never` and `ever` for the bounds of all times.
pub fn second(time: Time) -> String {
    match time {
        Time::MAX => "ever".to_owned(),
        Time::MIN => "never".to_owned(),
        _ if time.subsec_micros() == 0 => time.secs().to_string(),
        _ => format!("{}.{:06}", time.secs(), time.subsec_micros()).trim_end_matches('0').to_owned(),
    }
}

/// `10..20`.
pub fn spell(span: Span) -> String {
    format!("{}..{}", second(span.from), second(span.until))
}

fn bound(time: Option<Time>) -> String {
    time.map_or("?".to_owned(), second)
}

/// `update 10`, or `rib (5,10] 12`.
pub fn start(start: &super::Start) -> String {
    let super::Start { first_seen, after, unwatched, by, basis, clock, no_baseline, .. } = *start;
    let exact = after == Some(by) && by == first_seen;
    let when = if exact { second(by) } else { format!("({},{}] {}", bound(after), second(by), second(first_seen)) };
    let unwatched = unwatched.map_or(String::new(), |time| format!(" unwatched {}", second(time)));
    let marks = [(" clock", clock), (" no-baseline", no_baseline)].map(|(mark, holds)| if holds { mark } else { "" }).concat();
    format!("{} {when}{unwatched}{marks}", basis.text())
}

/// `update 20`, or `rib 15 [18,20] 20`: the last proof, the bounds, until when it is believed.
pub fn end(end: &super::End) -> String {
    let super::End { last_seen, after, before, until, basis, clock, .. } = *end;
    let exact = [after, before].iter().all(|time| *time == Some(until)) && last_seen == until;
    let bounds = || format!("{} [{},{}] {}", second(last_seen), bound(after), bound(before), second(until));
    format!("{} {}{}", basis.text(), if exact { second(until) } else { bounds() }, if clock { " clock" } else { "" })
}

/// `A/X#1 U1.U9@O2`: the letter, the prefix, the path id if there is one.
pub fn key(peer: PeerKey, prefix: IpNet, id: u32) -> String {
    let name = ["X", "Y", "Z", "6"].into_iter().find(|name| self::prefix(name) == prefix).unwrap_or("?");
    let id = if id == 0 { String::new() } else { format!("#{id}") };
    format!("{}/{name}{id}", letter(peer))
}

/// The peer's letter.
pub fn letter(peer: PeerKey) -> char {
    let IpAddr::V4(ip) = peer.ip else { panic!("{peer:?} is of no script") };
    ip.octets()[3].into()
}
