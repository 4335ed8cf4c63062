//! Lines of `bgpdump -m` and `-M`:
//!
//! ```text
//! BGP4MP|1506848871|A|192.0.2.1|3356|175.45.176.0/24|3356 20485 131279|IGP|...
//! BGP4MP|1506848871|W|192.0.2.1|3356|175.45.176.0/24
//! BGP4MP|1506848871|STATE|192.0.2.1|3356|6|1
//! TABLE_DUMP2|1506844800|B|192.0.2.1|3356|175.45.176.0/24|3356 4837 131279|IGP|...
//! ```
//!
//! Labels may end in `_ET` (times with a fraction), `_AP` (a path id behind the prefix) and `_LOCAL` (the collector's own messages).

use std::borrow::Cow;
use std::io::Read;

use super::damage::Teller;
use super::fields::{number, read_ip, read_prefix, read_time};
use super::lines::{Lines, RawLine};
use super::{Ended, Go, Malformed, Route, Sink, Statement, What};
use crate::archive::is_remark;
use crate::event::file::FilePeer;
use crate::model::Asn;

pub(super) fn read<R: Read>(input: R, sink: &mut dyn Sink) -> Ended {
    let mut lines = Lines::new(input);
    let mut teller = Teller::new(sink);
    while let Some(line) = lines.next_line() {
        match statement(&line) {
            Ok(Some(said)) => {
                if teller.say(&said, line.until) == Go::Enough {
                    return teller.finish();
                }
            }
            Ok(None) => {}
            Err(malformed) => teller.lose_line(&line, malformed),
        }
    }
    if let Some((from, reason)) = lines.into_error() {
        teller.cut(from, reason);
    }
    teller.finish()
}

/// What a line says; `None` if nothing.
pub(super) fn statement<'a>(line: &'a RawLine<'a>) -> Result<Option<Statement<'a>>, Malformed> {
    if line.is_too_long {
        return Err(Malformed("it is longer than 1 MiB"));
    }
    let text = line.text().ok_or(Malformed("it is no text"))?;
    let text = text.strip_prefix('\u{feff}').filter(|_| line.number == 1).unwrap_or(text);
    let mut fields = text.split('|');
    let label = fields.next().unwrap_or_default();
    let Some(form) = Form::of(label) else {
        return if is_remark(text) { Ok(None) } else { Err(Malformed("it is no line of bgpdump -m")) };
    };
    if form.is_local {
        return Ok(None);
    }
    let mut field = |what| fields.next().ok_or(Malformed(what));
    let time = read_time(field("its time is missing")?).ok_or(Malformed("its time is none"))?;
    let kind = field("it does not say what it is")?;
    let ip = read_ip(field("its peer is missing")?).ok_or(Malformed("its peer's address is none"))?;
    let asn = field("its peer's AS is missing")?;
    let asn = number(asn).ok_or(Malformed("its peer's AS is none"))?;
    let peer = FilePeer { ip, asn: Asn(asn) };
    let rest = (field("it ends too early")?, form.has_path_ids);
    let what = match (kind, form.is_table) {
        ("STATE", false) => {
            let state =
                |text: &str| number(text.trim_end()).and_then(|state| u16::try_from(state).ok()).filter(|state| *state > 0);
            let (old, new) = (state(rest.0), state(field("its state is missing")?));
            old.zip(new).map(|(old, new)| What::State { old, new }).ok_or(Malformed("its states are none"))?
        }
        ("W", false) => withdrawn(rest, &mut field, peer)?,
        ("A", false) => What::Announced(route(rest, &mut field)?),
        ("B", true) => What::Entry(route(rest, &mut field)?),
        _ => return Err(Malformed("it is of no known kind")),
    };
    Ok(Some(Statement { number: line.number, offset: line.offset, bytes: line.bytes, time, peer, what }))
}

/// What a label says of its line.
struct Form {
    is_table: bool,
    has_path_ids: bool,
    is_local: bool,
}

impl Form {
    fn of(label: &str) -> Option<Form> {
        let mut form = Form { is_table: false, has_path_ids: false, is_local: false };
        let mut bare = label;
        if let Some(rest) = bare.strip_suffix("_AP") {
            (form.has_path_ids, bare) = (true, rest);
        }
        if let Some(rest) = bare.strip_suffix("_LOCAL") {
            (form.is_local, bare) = (true, rest);
        }
        form.is_table = match bare.strip_suffix("_ET").unwrap_or(bare) {
            "TABLE_DUMP" | "TABLE_DUMP2" => true,
            "BGP4MP" | "BGP" => false,
            _ => return None,
        };
        Some(form)
    }
}

type Field<'f, 'a> = &'f mut dyn FnMut(&'static str) -> Result<&'a str, Malformed>;

fn withdrawn<'a>((prefix, has_path_ids): (&str, bool), field: Field<'_, 'a>, peer: FilePeer) -> Result<What<'a>, Malformed> {
    let prefix = prefix.trim_end();
    // bgpdump 1.6 has the peer's address where a prefix withdrawn in the oldest format (type 5) should stand.
    let is_peer = prefix.split_once('/').is_some_and(|(ip, _)| read_ip(ip) == Some(peer.ip));
    let prefix = read_prefix(prefix).ok_or(Malformed("its prefix is none"))?;
    if is_peer && prefix.prefix_len() < prefix.max_prefix_len() {
        return Err(Malformed("it names its peer's address as a prefix"));
    }
    Ok(What::Withdrawn { prefix, path_id: path_id(has_path_ids, field)? })
}

fn route<'a>((prefix, has_path_ids): (&str, bool), field: Field<'_, 'a>) -> Result<Route<'a>, Malformed> {
    let prefix = read_prefix(prefix).ok_or(Malformed("its prefix is none"))?;
    let path_id = path_id(has_path_ids, field)?;
    let path = field("its path is missing")?;
    // Behind the path, so that a path which was cut is not taken for a whole one.
    match field("it is cut behind its path")?.trim_end() {
        "IGP" | "EGP" | "INCOMPLETE" => Ok(Route { prefix, path_id, path: Cow::Borrowed(path) }),
        _ => Err(Malformed("its ORIGIN is none")),
    }
}

fn path_id(has_path_ids: bool, field: Field<'_, '_>) -> Result<u32, Malformed> {
    if !has_path_ids {
        return Ok(0);
    }
    number(field("its path id is missing")?.trim_end()).ok_or(Malformed("its path id is none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<Option<String>, &'static str> {
        let line = RawLine { number: 7, offset: 0, bytes: text.as_bytes(), until: text.len() as u64, is_too_long: false };
        let said = statement(&line).map_err(|Malformed(reason)| reason)?;
        Ok(said.map(|said| {
            let what = match &said.what {
                What::Announced(route) => format!("A {} #{} {}", route.prefix, route.path_id, route.path),
                What::Entry(route) => format!("B {} #{} {}", route.prefix, route.path_id, route.path),
                What::Withdrawn { prefix, path_id } => format!("W {prefix} #{path_id}"),
                What::State { old, new } => format!("{old}->{new}"),
            };
            format!("{} {} {} {what}", said.time, said.peer.ip, said.peer.asn)
        }))
    }

    #[test]
    fn every_kind_of_line() {
        for (text, expected) in [
            (
                "BGP4MP|1506848871|A|192.0.2.1|3356|175.45.176.0/24|3356 20485 131279|IGP|192.0.2.1|0|0||NAG||",
                "2017-10-01T09:07:51Z 192.0.2.1 3356 A 175.45.176.0/24 #0 3356 20485 131279",
            ),
            ("BGP4MP|10/01/17 09:07:51|A|::1|1|10.0.0.0/8||IGP", "2017-10-01T09:07:51Z ::1 1 A 10.0.0.0/8 #0 "),
            (
                "BGP4MP_ET|1445565708.372152|W|192.0.2.1|3856|2001:db8::/32\t",
                "2015-10-23T02:01:48.372152Z 192.0.2.1 3856 W 2001:db8::/32 #0",
            ),
            ("BGP4MP_ET_AP|1|W|192.0.2.1|1|10.0.0.0/8|9", "1970-01-01T00:00:01Z 192.0.2.1 1 W 10.0.0.0/8 #9"),
            ("TABLE_DUMP2_AP|1|B|192.0.2.1|1|10.0.0.0/8|7|1 2|EGP|", "1970-01-01T00:00:01Z 192.0.2.1 1 B 10.0.0.0/8 #7 1 2"),
            ("TABLE_DUMP|1|B|192.0.2.1|1|10.0.0.0/8|1 2|INCOMPLETE", "1970-01-01T00:00:01Z 192.0.2.1 1 B 10.0.0.0/8 #0 1 2"),
            ("BGP4MP|1|STATE|192.0.2.1|0|6|1", "1970-01-01T00:00:01Z 192.0.2.1 0 6->1"),
            ("BGP4MP|1|W|192.0.2.1|1|192.0.2.1/32", "1970-01-01T00:00:01Z 192.0.2.1 1 W 192.0.2.1/32 #0"),
        ] {
            assert_eq!(told(text), Ok(Some(expected.to_owned())), "{text}");
        }
        for nothing in ["", " ", "2026-11-27 19:03:19 [info] logging to syslog", "BGP4MP_LOCAL|1|A|x", "BGP4MP_ET_LOCAL_AP|"] {
            assert_eq!(told(nothing), Ok(None), "{nothing}");
        }
    }

    #[test]
    fn what_is_cut_or_no_line() {
        for (text, reason) in [
            ("hello", "it is no line of bgpdump -m"),
            ("BGP4MP|x|A|192.0.2.1|1|10.0.0.0/8|1|IGP", "its time is none"),
            ("BGP4MP|1|A|192.0.2|1|10.0.0.0/8|1|IGP", "its peer's address is none"),
            ("BGP4MP|1|A|192.0.2.1||10.0.0.0/8|1|IGP", "its peer's AS is none"),
            ("BGP4MP|1|A|192.0.2.1|1|10.0.0.0|1|IGP", "its prefix is none"),
            ("BGP4MP|1|A|192.0.2.1|1|10.0.0.0/8|1 2", "it is cut behind its path"),
            ("BGP4MP|1|A|192.0.2.1|1|10.0.0.0/8|1 2|IG", "its ORIGIN is none"),
            ("BGP4MP|1|W|192.0.2.1|1", "it ends too early"),
            ("BGP4MP|1|B|192.0.2.1|1|10.0.0.0/8|1|IGP", "it is of no known kind"),
            ("TABLE_DUMP2|1|A|192.0.2.1|1|10.0.0.0/8|1|IGP", "it is of no known kind"),
            ("BGP4MP|1|STATE|192.0.2.1|1|6|", "its states are none"),
            ("BGP4MP|1|STATE|192.0.2.1|1|0|6", "its states are none"),
            ("BGP4MP_AP|1|W|192.0.2.1|1|10.0.0.0/8", "its path id is missing"),
            ("BGP|1|W|203.37.255.126|4608|203.37.255.126/24", "it names its peer's address as a prefix"),
        ] {
            assert_eq!(told(text), Err(reason), "{text}");
        }
    }
}
