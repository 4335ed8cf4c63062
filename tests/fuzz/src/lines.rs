//! Texts that say what MRT files do: what is written as a line and read is the same, who watches less is told the same of it, and lines
//! that are none are damage and take nothing with them.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::net::IpAddr;

use ipnet::IpNet;
use uplinks::archive::TextForm;
use uplinks::event::{Digest, FileEvents, FilePeer, Gathering, Input, Message, Wanted, explain};
use uplinks::model::{AsPath, Asn, Segment, Time};
use uplinks::report::explain::{Explanation, text};
use uplinks::target::{Keep, Watch};

use super::choices::{Choices, noise};

const WATCHED: [&str; 2] = ["175.45.176.0/22", "2001:db8::/32"];

/// Even inputs are any bytes behind a beginning that is understood, odd ones choices of which lines are written.
pub fn text_lines(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let mut choices = Choices::of(rest);
    match first % 6 {
        0 => any(&[b"BGP4MP|1|A|", rest].concat()),
        1 => any(&[HEAD.as_bytes(), b"*> ", rest].concat()),
        2 => any(&[br#"{"data": {"updates": ["#, rest].concat()),
        3 => any(rest),
        4 => table(&mut choices),
        _ => written(&mut choices),
    }
}

const HEAD: &str = "   Network          Next Hop            Metric LocPrf Weight Path\n";

fn read(bytes: &[u8], prefixes: &[&str]) -> FileEvents {
    let prefixes = prefixes.iter().map(|prefix| prefix.parse::<IpNet>().expect("a prefix"));
    Input::new(bytes, Some(Time::from_secs(1_000_000_000))).events(&Watch::new(prefixes, []))
}

/// What must hold of any text.
fn any(bytes: &[u8]) {
    let all = read(bytes, &["0.0.0.0/0", "::/0"]);
    let some = read(bytes, &WATCHED);
    if !Input::new(bytes, None).is_text() {
        return;
    }
    let own = read_digests(&some);
    assert!(own.is_subset(&read_digests(&all)), "who watches less is told nothing else");
    let mut reached = 0;
    for damage in &all.damage {
        let until = damage.until.unwrap_or(u64::MAX);
        assert!(until > damage.from && damage.until.is_none_or(|until| until <= bytes.len() as u64), "{damage:?}");
        // The lists of an answer may stand in any order.
        assert!(damage.from >= reached || TextForm::of(bytes) == Some(TextForm::RipeStat), "in order and apart");
        reached = until;
    }
    let json = serde_json::to_vec(&all).expect("JSON");
    assert_eq!(serde_json::from_slice::<FileEvents>(&json).expect("our own JSON"), all);
    let peers: BTreeSet<FilePeer> = all.peers().collect();
    let counted = Input::new(bytes, Some(Time::from_secs(1_000_000_000))).count();
    assert!(counted.peers.keys().all(|peer| peers.contains(peer) || counted.session > all.records.len() as u64));
    let originated =
        Input::new(bytes, Some(Time::from_secs(1_000_000_000))).gathered(&Gathering::new(&[Asn(131_279)], &[], Keep::Nothing));
    let announced: BTreeSet<IpNet> = all.prefixes().collect();
    assert!(originated.prefixes.iter().all(|prefix| announced.contains(prefix) || !all.damage.is_empty()), "found and not seen");
    for digest in own.iter().take(4) {
        found(bytes, *digest);
    }
}

/// All that is evidence.
fn read_digests(events: &FileEvents) -> BTreeSet<Digest> {
    let in_dumps = events.dumps.iter().flat_map(|dump| dump.records.iter().map(|record| record.digest));
    events.records.iter().map(|record| record.digest).chain(in_dumps).collect()
}

/// A line that is evidence is found again, stands where it is said to, and is explained without steering a terminal.
fn found(bytes: &[u8], digest: Digest) {
    let search = Input::new(bytes, Some(Time::from_secs(1_000_000_000))).find(&Wanted::one(digest));
    let [record] = &search.found[..] else { panic!("{digest} is evidence and not found") };
    assert_eq!(Digest::of(&record.bytes), digest);
    let at = usize::try_from(record.offset).expect("small");
    let first = record.bytes.split(|byte| *byte == b'\n').next().expect("a line");
    assert!(bytes.get(at..).is_some_and(|rest| rest.starts_with(first)));
    let explained = explain(record).expect("understood");
    let told = text(&Explanation {
        reference: "lines.txt",
        collector: None,
        found: record,
        offset: Some(record.offset),
        explained: &explained,
        claim: None,
        names: &std::collections::BTreeMap::new(),
    });
    assert!(told.chars().all(|c| c == '\n' || !c.is_control()), "{told:?}");
}

/// One line as it was written, and what it must be read as; `None`: it is none.
struct Written {
    line: String,
    expected: Option<Expected>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Expected {
    time: Time,
    peer: FilePeer,
    said: String,
}

fn peer(choices: &mut Choices<'_>) -> FilePeer {
    let ips = ["192.0.2.1", "203.0.113.255", "2001:db8::1", "::ffff:1.2.3.4"];
    let ip: IpAddr = choices.of_these(&ips).parse().expect("an address");
    FilePeer { ip: ip.to_canonical(), asn: Asn(choices.u32()) }
}

fn prefix(choices: &mut Choices<'_>) -> IpNet {
    let all = ["175.45.176.0/24", "175.45.179.255/32", "175.45.176.0/22", "2001:db8::/32", "2001:db8:1::/48"];
    choices.of_these(&all).parse().expect("a prefix")
}

fn path(choices: &mut Choices<'_>) -> AsPath {
    let mut segments: Vec<Segment> = Vec::new();
    for _ in 0..choices.below(4) {
        let ases: Vec<Asn> = (0..=choices.below(4)).map(|_| Asn(choices.u32() >> choices.below(32))).collect();
        match (choices.below(3), segments.last_mut()) {
            (0, _) => segments.push(Segment::Set(ases)),
            (_, Some(Segment::Sequence(before))) => before.extend(ases),
            _ => segments.push(Segment::Sequence(ases)),
        }
    }
    AsPath { segments }
}

fn line(choices: &mut Choices<'_>) -> Written {
    let secs = choices.u32();
    let (time, shown, et) = match choices.below(3) {
        0 => (Time::from_secs(secs.into()), secs.to_string(), ""),
        1 => {
            let micros = choices.u32() % 1_000_000;
            (Time::from_secs(secs.into()).plus_micros(micros.into()), format!("{secs}.{micros:06}"), "_ET")
        }
        _ => {
            // As -M has it, in years that two digits tell.
            let time = Time::from_secs(i64::from(secs % 1_000_000_000) + 900_000_000);
            let text = time.to_string();
            let (year, month, day) = (&text[2..4], &text[5..7], &text[8..10]);
            (time, format!("{month}/{day}/{year} {}", &text[11..19]), "")
        }
    };
    let (peer, prefix, path) = (peer(choices), prefix(choices), path(choices));
    let (ap, path_id) = if choices.one_in(4) { ("_AP", choices.u32()) } else { ("", 0) };
    let id = if ap.is_empty() { String::new() } else { format!("|{path_id}") };
    let head = |kind: &str| format!("BGP4MP{et}{ap}|{shown}|{kind}|{}|{}", peer.ip, peer.asn);
    let end = choices.of_these(&["", "\r"]);
    let expected = |said: String| Some(Expected { time, peer, said });
    match choices.below(8) {
        0 => {
            let (old, new) = (choices.below(8) + 1, choices.below(8) + 1);
            Written { line: format!("{}|{old}|{new}{end}", head("STATE")), expected: expected(format!("{old} {}", new == 6)) }
        }
        1 | 2 => Written { line: format!("{}|{prefix}{id}{end}", head("W")), expected: expected(format!("-{prefix} {path_id}")) },
        3..=5 => {
            let origin = choices.of_these(&["IGP", "EGP", "INCOMPLETE"]);
            let more = choices.of_these(&["", "|192.0.2.1|0|0|3356:1|NAG||"]);
            let line = format!("{}|{prefix}{id}|{path}|{origin}{more}{end}", head("A"));
            Written { line, expected: expected(format!("+{prefix} {path_id} {path:?}")) }
        }
        6 => {
            let whole = format!("{}|{prefix}{id}|{path}|", head("A"));
            let cut = whole.len() - choices.below(whole.len().min(200)) % whole.len();
            // Behind the label, or it would be a text of another kind.
            Written { line: whole[..cut.max(8).min(whole.len())].to_owned(), expected: None }
        }
        _ => Written {
            line: choices.of_these(&["nonsense", "BGP4MP|", "a|b|c", "BGP4MP|1|Q|192.0.2.1|1|x"]).to_owned(),
            expected: None,
        },
    }
}

/// Lines of messages: each is read as what it was made of, in order; the others are damage.
fn written(choices: &mut Choices<'_>) {
    // So that it is known for what it is.
    let mut lines = vec![Written { line: "BGP4MP|0|A|192.0.2.9|9|10.0.0.0/8|9|IGP".to_owned(), expected: None }];
    while !choices.is_over() && lines.len() < 64 {
        lines.push(line(choices));
    }
    let file: String = lines.iter().flat_map(|written| [written.line.as_str(), "\n"]).collect();
    assert!(Input::new(file.as_bytes(), None).is_text() && TextForm::of(file.as_bytes()) == Some(TextForm::Bgpdump));
    let events = read(file.as_bytes(), &WATCHED);
    let told: Vec<Expected> = events
        .records
        .iter()
        .map(|record| Expected { time: record.time, peer: record.peer, said: said_of(&record.message) })
        .collect();
    let expected: Vec<Expected> = lines.iter().filter_map(|written| written.expected.clone()).collect();
    assert_eq!(told, expected);
    let digests: Vec<Digest> = events.records.iter().map(|record| record.digest).collect();
    let own = lines.iter().filter(|written| written.expected.is_some());
    assert_eq!(digests, own.map(|written| Digest::of(written.line.trim_end_matches('\r').as_bytes())).collect::<Vec<_>>());
    let stretches =
        lines[1..].chunk_by(|a, b| a.expected.is_none() == b.expected.is_none()).filter(|lines| lines[0].expected.is_none());
    assert_eq!(events.damage.len(), stretches.count(), "a stretch of lines that are none is one: {:?}", events.damage);
    any(file.as_bytes());
}

fn said_of(message: &Message) -> String {
    match message {
        Message::Update { announced, withdrawn, .. } => {
            let announced = announced.iter().map(|(net, id, path)| format!("+{net} {id} {path:?}"));
            announced.chain(withdrawn.iter().map(|(net, id)| format!("-{net} {id}"))).collect()
        }
        Message::State { old, new } => format!("{old} {}", *new == uplinks::model::SessionState::Established),
        Message::Unreadable => "?".to_owned(),
    }
}

/// Rows of a router's table, each as it was written; those without a network are of the one above.
fn table(choices: &mut Choices<'_>) {
    let (mut file, mut expected, mut above) = (format!("banner\n{HEAD}"), Vec::new(), None);
    while !choices.is_over() && expected.len() < 64 {
        let same = above.filter(|_| choices.one_in(2));
        let any = choices.of_these(&["175.45.176.0/24", "175.45.177.0/24", "3.0.0.0/8"]);
        let (own, net): (bool, IpNet) = (same.is_none(), same.unwrap_or_else(|| any.parse().expect("a prefix")));
        above = Some(net);
        let shown = if !own {
            String::new()
        } else if net.prefix_len() == 8 {
            net.addr().to_string()
        } else {
            net.to_string()
        };
        let (hop, asn) = (choices.of_these(&["193.0.0.56", "198.32.162.100"]), choices.u32() >> choices.below(32));
        let rest: Vec<u32> = (0..choices.below(5)).map(|_| choices.u32() >> choices.below(32)).collect();
        let ases: Vec<u32> = std::iter::once(asn).chain(rest).collect();
        let status = choices.of_these(&["*> ", "*  ", "*>i", " * ", "*d ", " h "]);
        let metric = if choices.one_in(3) { choices.u32().to_string() } else { String::new() };
        let path = ases.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let wrap = if own && choices.one_in(4) { format!("\n{:20}", "") } else { String::new() };
        let shown = if wrap.is_empty() { format!("{shown:<17}") } else { shown };
        let end = choices.of_these(&["i", "e", "?"]);
        writeln!(file, "{status}{shown}{wrap}{hop:<16}{metric:>10}{:>7}{:>7} {path} {end}", "", 0).expect("memory");
        if !status.contains('h') {
            expected.push(format!("{net} {hop} {asn} {path}"));
        }
    }
    let events = read(file.as_bytes(), &["175.45.176.0/22", "3.0.0.0/8"]);
    assert_eq!(events.damage, [], "{file}");
    let told: BTreeSet<String> = events
        .dumps
        .iter()
        .flat_map(|dump| &dump.records)
        .flat_map(|record| {
            record.entries.iter().map(|(peer, _, path)| format!("{} {} {} {path}", record.prefix, peer.ip, peer.asn))
        })
        .collect();
    assert_eq!(told, expected.into_iter().collect(), "{file}");
    any(file.as_bytes());
}

pub fn seeds() -> Vec<Vec<u8>> {
    let whole = "BGP4MP|1506848871|A|192.0.2.1|3356|175.45.176.0/24|3356 20485 131279|IGP|192.0.2.1|0|0||NAG||\n\
                 BGP4MP|1506848872|W|192.0.2.1|3356|175.45.176.0/24\nBGP4MP|1506848873|STATE|192.0.2.1|3356|6|1\n\
                 TABLE_DUMP2|1506848874|B|192.0.2.1|3356|175.45.177.0/24|3356 {1,2}|IGP|\n";
    let row = "3.0.0.0          193.0.0.56                             0 3333 9057 3356 701 80 i\n";
    let update = r#"{"type": "A", "timestamp": "2017-10-01T09:07:51", "attrs": {"source_id": "00-192.0.2.1", "target_prefix": "175.45.176.0/24", "path": [3356, [4837], 131279]}}], "query_starttime": "2017-10-01T09:00:00", "query_endtime": "2017-10-01T10:00:00"}}"#;
    let bgplay = r#"{"data": {"initial_state": [{"target_prefix": "175.45.176.0/24", "source_id": "11-192.0.2.1", "path": [1, 2]}], "events": [{"type": "W", "timestamp": "2017-10-01T09:07:51", "attrs": {"source_id": "11-192.0.2.1", "target_prefix": "175.45.176.0/24"}}], "sources": [{"id": "11-192.0.2.1", "as_number": 1}], "query_starttime": "2017-10-01T09:00:00", "query_endtime": "2017-10-01T10:00:00"}}"#;
    let tail = whole.strip_prefix("BGP4MP|1506848871|A|").expect("its beginning");
    let texts = [(0, tail), (1, row), (2, update), (3, whole), (3, bgplay)];
    let texts = texts.map(|(form, text)| [&[form], text.as_bytes()].concat());
    let made = (0..12_u64).map(|n| [vec![4 + u8::try_from(n % 2).unwrap_or(0)], noise(n, 400)].concat());
    texts.into_iter().chain(made).collect()
}
