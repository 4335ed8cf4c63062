//! The transition log: when an upstream was gained or lost, and outages and origin conflicts.

use super::hold::{Hold, Subject};
use super::observed::Denominator;
use super::outage::{Edge, Outage};
use super::row::Row;
use crate::model::{Flag, Flags, Origin, RecordId, Time, Upstream};
use crate::replay::Basis;
use ipnet::IpNet;

/// What changed. The order is that within an instant: the last route is lost, then the outage begins; it ends, then an upstream is gained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// An episode ended.
    UpstreamLost,
    /// The last route went.
    OutageStart,
    /// The first route came back.
    OutageEnd,
    /// An episode began.
    UpstreamGained,
    /// Another origin's routes appeared.
    OriginConflictStart,
    /// They went.
    OriginConflictEnd,
}

impl ChangeKind {
    /// The word in the `change` column.
    pub const fn text(self) -> &'static str {
        match self {
            ChangeKind::UpstreamLost => "upstream-lost",
            ChangeKind::OutageStart => "outage-start",
            ChangeKind::OutageEnd => "outage-end",
            ChangeKind::UpstreamGained => "upstream-gained",
            ChangeKind::OriginConflictStart => "origin-conflict-start",
            ChangeKind::OriginConflictEnd => "origin-conflict-end",
        }
    }
}

/// One row of `changes`.
#[derive(Debug, Clone)]
pub struct Change {
    /// The moment by which it had happened: exact on basis update.
    pub time: Time,
    /// `None`: the target.
    pub prefix: Option<IpNet>,
    /// The origin; `None` for an outage, which concerns all watched origins together.
    pub origin: Option<Origin>,
    /// What.
    pub kind: ChangeKind,
    /// The upstream; `None` for an outage.
    pub upstream: Option<Upstream>,
    /// Peers on it (outage: peers with any route) just before.
    pub peers_before: usize,
    /// The same from then on.
    pub peers_after: usize,
    /// Peers able to see it.
    pub peers_total: usize,
    /// What proves it.
    pub basis: Basis,
    /// Remarks.
    pub flags: Flags,
    /// The record that proves it.
    pub record: RecordId,
}

impl Change {
    /// By time; prefixes, then the target; then as [`ChangeKind`] says.
    pub fn order(&self) -> impl Ord + use<> {
        (self.time, self.prefix.is_none(), self.prefix, self.kind, self.upstream, self.origin)
    }
}

/// Peers that stand just before, and from, an instant.
fn peers_around(holds: &[Hold], time: Time) -> (usize, usize) {
    let before = time.plus_micros(-1);
    let count = |at: Time| holds.iter().filter(|h| h.stands_at(at)).count();
    (count(before), count(time))
}

/// The gain and the loss that a row tells of: none where it only enters or leaves sight (rules 10, 12).
pub fn of_row(row: &Row, holds: &[Hold], denominator: &Denominator) -> impl Iterator<Item = Change> {
    let (gained, lost) = (ChangeKind::UpstreamGained, ChangeKind::UpstreamLost);
    let stuck = row.flags.has(Flag::Stuck);
    let start = (row.start.basis.is_change() && !stuck)
        .then(|| of_boundary(gained, row, row.start.by, row.start.basis, row.start.record, holds, denominator));
    let end = match (row.end.before, row.end.record) {
        (Some(before), Some(record)) if row.end.basis.is_change() && !stuck => {
            Some(of_boundary(lost, row, before, row.end.basis, record, holds, denominator))
        }
        _ => None,
    };
    start.into_iter().chain(end)
}

fn of_boundary(
    kind: ChangeKind,
    row: &Row,
    time: Time,
    basis: Basis,
    record: RecordId,
    holds: &[Hold],
    denominator: &Denominator,
) -> Change {
    let (peers_before, peers_after) = peers_around(holds, time);
    let peers_total = denominator.at(row.subject.prefix, time).max(peers_after);
    let Subject { prefix, origin, upstream } = row.subject;
    let (origin, upstream, flags) = (Some(origin), Some(upstream), row.flags);
    Change { time, prefix, origin, kind, upstream, peers_before, peers_after, peers_total, basis, flags, record }
}

/// The two sides of an outage.
pub fn of_outage(outage: &Outage, prefix: Option<IpNet>) -> impl Iterator<Item = Change> + use<> {
    let change = move |kind, edge: Edge| Change {
        time: edge.time,
        prefix,
        origin: None,
        kind,
        upstream: None,
        peers_before: edge.peers.0,
        peers_after: edge.peers.1,
        peers_total: edge.total,
        basis: edge.basis,
        flags: Flags::default(),
        record: edge.record,
    };
    let start = change(ChangeKind::OutageStart, outage.start);
    std::iter::once(start).chain(outage.end.map(|end| change(ChangeKind::OutageEnd, end)))
}

/// Another origin's episode of a prefix: a conflict (rule 4), told like a gain and a loss.
pub fn of_conflict(row: &Row, holds: &[Hold], denominator: &Denominator) -> impl Iterator<Item = Change> {
    of_row(row, holds, denominator).map(|mut change| {
        change.kind = match change.kind {
            ChangeKind::UpstreamGained => ChangeKind::OriginConflictStart,
            _ => ChangeKind::OriginConflictEnd,
        };
        change.flags.set(Flag::OriginConflict);
        change
    })
}
