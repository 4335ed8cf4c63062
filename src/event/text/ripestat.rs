//! Answers of `RIPEstat` as JSON: `bgp-updates` and `bgplay`.
//!
//! A peer is named by `source_id`: the number of the route collector (RRC) and its address. One answer is read as of one collector, so the
//! number serves as path id: what a router tells several RRCs stays apart. The peer's AS is that of `bgplay`'s list of sources, else the
//! first of the path; a withdrawal alone does not tell it, and 0 stands for the only peer with the address (rule 1).

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::io::Read;

use serde::de::{DeserializeOwned, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::damage::Teller;
use super::fields::{number, read_ip, read_iso, read_prefix, read_time};
use super::lines::LONGEST_LINE;
use super::{Ended, Go, Malformed, Route, Sink, Statement, What};
use crate::event::file::FilePeer;
use crate::model::{Asn, Time};

/// No answer is larger, in bytes: it has to be held as a whole.
const LARGEST: u64 = 64 << 20;

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Data<'a>,
}

/// Of both kinds of answers; what is missing in one is of the other.
#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    updates: Option<List<'a>>,
    #[serde(borrow)]
    initial_state: Option<List<'a>>,
    #[serde(borrow)]
    events: Option<List<'a>>,
    #[serde(borrow)]
    sources: Option<List<'a>>,
    #[serde(borrow)]
    query_starttime: Option<&'a RawValue>,
    #[serde(borrow)]
    query_endtime: Option<&'a RawValue>,
}

impl Data<'_> {
    /// Whether it is of one of the kinds that are read.
    fn has_news(&self) -> bool {
        self.updates.is_some() || self.events.is_some()
    }
}

/// Entries as they stand, so many that a hostile answer of nothing but commas costs little more than its bytes.
struct List<'a>(Vec<&'a RawValue>);

/// No list has more; of an answer of [`LARGEST`] bytes, each would have 64.
const MOST_ENTRIES: usize = 1 << 20;

impl<'de: 'a, 'a> Deserialize<'de> for List<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Vec<&'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = list.next_element()? {
                    if entries.len() == MOST_ENTRIES {
                        return Err(A::Error::custom("a list has over 1,048,576 entries"));
                    }
                    entries.push(entry);
                }
                Ok(entries)
            }
        }

        from.deserialize_seq(Entries).map(List)
    }
}

#[derive(Deserialize)]
struct Source {
    id: String,
    as_number: u32,
}

#[derive(Deserialize)]
struct Happened {
    #[serde(rename = "type")]
    kind: String,
    timestamp: Value,
    attrs: Attributes,
}

#[derive(Deserialize)]
struct Attributes {
    target_prefix: String,
    source_id: String,
    path: Option<Value>,
}

pub(super) fn read<R: Read>(input: R, sink: &mut dyn Sink) -> Ended {
    let mut teller = Teller::new(sink);
    let mut bytes = Vec::new();
    if let Err(error) = input.take(LARGEST + 1).read_to_end(&mut bytes) {
        teller.cut(0, error.to_string());
    } else if bytes.len() as u64 > LARGEST {
        teller.cut(0, "it is larger than 64 MiB: ask RIPEstat for less at a time".to_owned());
    } else {
        let inner = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        match serde_json::from_slice::<Answer>(inner) {
            Ok(Answer { data }) => tell(&data, &bytes, &mut teller),
            // What was pasted may be the inner part alone.
            Err(error) => match serde_json::from_slice::<Data>(inner).ok().filter(Data::has_news) {
                Some(data) => tell(&data, &bytes, &mut teller),
                None => teller.cut(0, format!("it is no answer of RIPEstat that can be read: {error}")),
            },
        }
    }
    teller.finish()
}

fn tell(data: &Data<'_>, bytes: &[u8], teller: &mut Teller<'_>) {
    if !data.has_news() {
        teller.cut(0, "it is an answer of RIPEstat, but neither of bgp-updates nor of bgplay".to_owned());
        return;
    }
    let window = [data.query_starttime, data.query_endtime].map(|time| moment(&parsed(time?.get())?));
    if let [Some(from), Some(until)] = window
        && from <= until
    {
        teller.speaks_of(from, until);
    }
    let sources = sources(data.sources.as_ref());
    let lists = [(&data.initial_state, true), (&data.updates, false), (&data.events, false)];
    for (list, is_table) in lists {
        for (number, raw) in (1..).zip(list.iter().flat_map(|list| &list.0)) {
            let own = raw.get();
            let offset = own.as_ptr().addr().saturating_sub(bytes.as_ptr().addr()) as u64;
            let until = offset + own.len() as u64;
            let read = if is_table { entry(own, window[0], &sources) } else { happened(own, &sources) };
            match read {
                Ok((time, peer, what)) => {
                    let said = Statement { number, offset, bytes: own.as_bytes(), time, peer, what };
                    if teller.say(&said, until) == Go::Enough {
                        return;
                    }
                }
                Err(malformed) => teller.lose((offset, Some(until)), number, malformed),
            }
        }
    }
}

/// AS numbers by the name of a source.
type Sources = HashMap<String, Asn>;

fn sources(list: Option<&List<'_>>) -> Sources {
    let all = list.iter().flat_map(|list| &list.0);
    all.filter_map(|source| parsed::<Source>(source.get())).map(|source| (source.id, Asn(source.as_number))).collect()
}

/// An entry, unless it is none, or longer than a line may be.
fn parsed<T: DeserializeOwned>(text: &str) -> Option<T> {
    if text.len() > LONGEST_LINE { None } else { serde_json::from_str(text).ok() }
}

type Told = Result<(Time, FilePeer, What<'static>), Malformed>;

fn entry(text: &str, time: Option<Time>, sources: &Sources) -> Told {
    let attributes: Attributes = parsed(text).ok_or(Malformed("it is no route"))?;
    let time = time.ok_or(Malformed("the answer does not say of which time it is"))?;
    let (peer, route) = attributes.route(sources)?;
    Ok((time, peer, What::Entry(route)))
}

fn happened(text: &str, sources: &Sources) -> Told {
    let Happened { kind, timestamp, attrs } = parsed(text).ok_or(Malformed("it is no update"))?;
    let time = moment(&timestamp).ok_or(Malformed("its timestamp is none"))?;
    match kind.as_str() {
        "A" => attrs.route(sources).map(|(peer, route)| (time, peer, What::Announced(route))),
        "W" => {
            let (peer, path_id) = attrs.peer(sources, None)?;
            Ok((time, peer, What::Withdrawn { prefix: attrs.prefix()?, path_id }))
        }
        _ => Err(Malformed("it is of no known kind")),
    }
}

impl Attributes {
    fn prefix(&self) -> Result<ipnet::IpNet, Malformed> {
        read_prefix(&self.target_prefix).ok_or(Malformed("its prefix is none"))
    }

    /// The peer and the number of its collector.
    fn peer(&self, sources: &Sources, first: Option<Asn>) -> Result<(FilePeer, u32), Malformed> {
        let named = || {
            let (collector, ip) = self.source_id.split_once('-')?;
            let collector = number(collector.strip_prefix("rrc").unwrap_or(collector))?;
            Some((read_ip(ip)?, collector))
        };
        let (ip, collector) = named().ok_or(Malformed("its source_id is none"))?;
        let asn = sources.get(self.source_id.as_str()).copied().or(first).unwrap_or(Asn(0));
        Ok((FilePeer { ip, asn }, collector))
    }

    fn route(&self, sources: &Sources) -> Result<(FilePeer, Route<'static>), Malformed> {
        let path = self.path.as_ref().and_then(path_text).ok_or(Malformed("its path is none"))?;
        let first = path.split_whitespace().next().and_then(number).map(Asn);
        let (peer, path_id) = self.peer(sources, first)?;
        Ok((peer, Route { prefix: self.prefix()?, path_id, path: Cow::Owned(path) }))
    }
}

/// A path as [`super::read_path`] reads it: of numbers, of numbers as text, sets as lists or as text.
fn path_text(path: &Value) -> Option<String> {
    let asn = |value: &Value| match value {
        Value::Number(asn) => asn.as_u64().map(|asn| asn.to_string()),
        Value::String(asn) => Some(asn.clone()),
        _ => None,
    };
    let member = |value: &Value| match value {
        Value::Array(set) => Some(format!("{{{}}}", set.iter().map(asn).collect::<Option<Vec<_>>>()?.join(","))),
        _ => asn(value),
    };
    match path {
        Value::Array(list) => Some(list.iter().map(member).collect::<Option<Vec<_>>>()?.join(" ")),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn moment(value: &Value) -> Option<Time> {
    match value {
        Value::String(text) => read_iso(text),
        Value::Number(number) => read_time(&number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Told(Vec<String>);

    impl Sink for Told {
        fn take(&mut self, said: &Statement<'_>) -> Result<Go, Malformed> {
            let what = match &said.what {
                What::Announced(route) => format!("A {} {}", route.prefix, route.path),
                What::Entry(route) => format!("B {} {}", route.prefix, route.path),
                What::Withdrawn { prefix, .. } => format!("W {prefix}"),
                What::State { .. } => return Err(Malformed("no state")),
            };
            self.0.push(format!("{} {} {} AS{} {what}", said.number, said.time, said.peer.ip, said.peer.asn));
            Ok(Go::On)
        }
    }

    fn read_all(text: &str) -> (Vec<String>, Ended) {
        let mut told = Told::default();
        let ended = read(text.as_bytes(), &mut told);
        (told.0, ended)
    }

    #[test]
    fn updates_are_read_and_what_is_none_is_damage() {
        let text = r#"{"messages": [], "data": {"updates": [
            {"seq": 1, "type": "A", "timestamp": "2017-10-01T09:07:51",
             "attrs": {"source_id": "00-192.0.2.1", "target_prefix": "175.45.176.0/24", "path": [3356, 20485, 131279], "community": []}},
            {"type": "A", "timestamp": "2017-10-01T09:07:52", "attrs": {"source_id": "x", "target_prefix": "10.0.0.0/8", "path": [1]}},
            {"type": "W", "timestamp": "2017-10-01T09:07:53.5", "attrs": {"source_id": "rrc24-2001:db8::1", "target_prefix": "10.0.0.0/8"}},
            7
        ], "query_starttime": "2017-10-01T09:00:00", "query_endtime": "2017-10-01T10:00:00"}}"#;
        let (told, ended) = read_all(text);
        let expected = [
            "1 2017-10-01T09:07:51Z 192.0.2.1 AS3356 A 175.45.176.0/24 3356 20485 131279",
            "3 2017-10-01T09:07:53.500000Z 2001:db8::1 AS0 W 10.0.0.0/8",
        ];
        assert_eq!(told, expected);
        let damage: Vec<_> = ended.damage.iter().map(|damage| damage.reason.as_str()).collect();
        assert_eq!(damage, ["line 2: its source_id is none", "line 4: it is no update"]);
        let lost = &ended.damage[0];
        let bytes =
            &text[usize::try_from(lost.from).expect("small")..usize::try_from(lost.until.expect("an end")).expect("small")];
        assert!(bytes.starts_with(r#"{"type": "A""#) && bytes.ends_with('}'), "{bytes}");
        assert_eq!((lost.after.map(Time::secs), lost.before.map(Time::secs)), (Some(1_506_848_871), Some(1_506_848_873)));
        assert_eq!(ended.window.map(|(from, until)| until.secs() - from.secs()), Some(3600));
    }

    #[test]
    fn bgplay_begins_with_a_table_and_names_its_sources() {
        let text = r#"{"data_call_name": "bgplay", "data": {
            "initial_state": [{"target_prefix": "10.0.0.0/8", "source_id": "11-192.0.2.1", "path": ["1", [2, 3]], "community": []}],
            "events": [{"type": "W", "timestamp": "2017-10-01T09:07:51", "attrs": {"source_id": "11-192.0.2.1", "target_prefix": "10.0.0.0/8"}}],
            "sources": [{"id": "11-192.0.2.1", "as_number": 64500, "ip": "192.0.2.1", "rrc": "11"}, {"id": 7}],
            "query_starttime": "2017-10-01T09:00:00", "query_endtime": "2017-10-01T10:00:00"}}"#;
        let (told, ended) = read_all(text);
        let expected = [
            "1 2017-10-01T09:00:00Z 192.0.2.1 AS64500 B 10.0.0.0/8 1 {2,3}",
            "1 2017-10-01T09:07:51Z 192.0.2.1 AS64500 W 10.0.0.0/8",
        ];
        assert_eq!((told, ended.damage.len()), (expected.map(str::to_owned).to_vec(), 0));
        let (inner, _) = read_all(text.split_once("\"data\": ").expect("data").1.strip_suffix('}').expect("an end"));
        assert_eq!(inner, expected, "the inner part alone");
    }

    #[test]
    fn another_answer_is_told() {
        let many = format!("{{\"data\": {{\"updates\": [{}0]}}}}", "0,".repeat(MOST_ENTRIES));
        for (text, reason) in [
            (
                many.as_str(),
                "it is no answer of RIPEstat that can be read: a list has over 1,048,576 entries at line 1 column 2097176",
            ),
            (r#"{"data": {"prefixes": []}}"#, "it is an answer of RIPEstat, but neither of bgp-updates nor of bgplay"),
            ("{", "it is no answer of RIPEstat that can be read: EOF while parsing an object at line 1 column 1"),
        ] {
            let (told, ended) = read_all(text);
            assert_eq!((told.len(), ended.damage[0].reason.as_str(), ended.is_cut), (0, reason, true));
        }
    }
}
