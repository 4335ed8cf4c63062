//! Cells from the field's types, the same in every sheet.

use ipnet::IpNet;

use crate::model::{AsPath, Asn, Flag, Flags, Origin, RecordId, Time, Upstream};
use crate::replay::{Basis, End, Start};
use crate::report::context::Context;
use crate::report::sheet::{Align, Cell, Column, Digits, Heading, Kind, Room};

pub fn columns(list: &[(&'static str, Kind)]) -> Vec<Column> {
    list.iter().map(|(name, kind)| Column { name: (*name).into(), kind: *kind }).collect()
}

pub fn headings(list: &[(&'static str, Align, Room)]) -> Vec<Heading> {
    list.iter().map(|(name, align, room)| Heading { name: (*name).into(), align: *align, room: *room }).collect()
}

pub fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

pub fn count(count: impl TryInto<i64>) -> Cell {
    Cell::Int(count.try_into().unwrap_or(i64::MAX))
}

/// `*` for the target as a whole.
pub fn prefix(prefix: Option<IpNet>) -> Cell {
    Cell::Text(prefix_text(prefix))
}

pub fn prefix_text(prefix: Option<IpNet>) -> String {
    prefix.map_or_else(|| "*".to_owned(), |p| p.to_string())
}

/// Four decimals are more than any chart shows, and keep sums of floats from showing their last bits.
pub fn real(value: f64) -> Cell {
    Cell::Real((value * 1e4).round() / 1e4)
}

pub fn asn(asn: Asn) -> Cell {
    Cell::Int(asn.0.into())
}

pub fn origin(origin: Origin) -> Cell {
    match origin {
        Origin::As(number) => asn(number),
        Origin::Ambiguous => text(origin.to_string()),
    }
}

pub fn upstream(upstream: Upstream) -> Cell {
    upstream.asn().map_or_else(|| text(upstream.to_string()), asn)
}

/// The ASes between origin and upstream, in order from the origin.
pub fn via(upstream: Upstream) -> Cell {
    if upstream.via.is_empty() { Cell::Empty } else { Cell::Path(upstream.via.to_string()) }
}

pub fn upstream_name(upstream: Upstream, context: &Context) -> Cell {
    context.upstream_name(upstream).map_or(Cell::Empty, text)
}

pub fn origin_name(origin: Origin, context: &Context) -> Cell {
    context.origin_name(origin).map_or(Cell::Empty, text)
}

pub fn time(time: Option<Time>) -> Cell {
    time.map_or(Cell::Empty, Cell::Time)
}

pub fn basis(basis: Basis) -> Cell {
    text(basis.text())
}

pub fn path(path: &AsPath) -> Cell {
    Cell::Path(path.to_string())
}

pub fn flags(flags: Flags) -> Cell {
    text(flags.to_string())
}

pub fn evidence(record: Option<RecordId>, context: &Context) -> Cell {
    record.map_or(Cell::Empty, |r| text((context.evidence)(r)))
}

/// From first to last proof, with decimals as soon as one of them has microseconds.
pub fn between(start: &Start, end: &End) -> Cell {
    let (from, until) = (start.first_seen, end.last_seen);
    let whole = from.subsec_micros() == 0 && until.subsec_micros() == 0;
    Cell::Duration(until.micros_since(from), if whole { Digits::Seconds } else { Digits::Micros })
}

/// A sum of spans, with decimals where it has any.
pub fn duration(micros: i64) -> Cell {
    Cell::Duration(micros, if micros % 1_000_000 == 0 { Digits::Seconds } else { Digits::Micros })
}

/// A route's flags with those of its boundaries.
pub fn with_boundaries(flags: Flags, start: &Start, end: &End) -> Flags {
    let mut flags = flags;
    flags.set_if(Flag::Clock, start.clock || end.clock);
    flags.set_if(Flag::NoBaseline, start.no_baseline);
    flags.set_if(Flag::Gap, [start.basis, end.basis].contains(&Basis::Gap));
    flags
}
