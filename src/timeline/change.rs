//! The transition log: when an upstream was gained or lost, and outages and origin conflicts.

use super::denominator::Denominator;
use super::outage::{Edge, Outage};
use super::row::Row;
use super::sweep::Standing;
use crate::model::{Flag, Flags, Origin, RecordId, Time, Upstream};
use crate::replay::Basis;
use ipnet::IpNet;

/// What changed. The order is that within an instant: the last route is lost, then the outage begins; it ends, then an upstream is gained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    /// Peers able to see it, before or after, whichever are more.
    pub peers_total: usize,
    /// What proves it.
    pub basis: Basis,
    /// Remarks.
    pub flags: Flags,
    /// The record that proves it.
    pub record: RecordId,
    /// At a conflict's start, all upstreams that carry it until its end, each with the number of peers that had it; else none.
    pub carriers: Box<[(Upstream, usize)]>,
}

impl Change {
    /// Whether a gain's or a loss' own numbers bear it out, with so many peers to make an episode (rule 14).
    pub(super) fn crosses(&self, k: usize) -> bool {
        match self.kind {
            ChangeKind::UpstreamGained => self.peers_before < k,
            ChangeKind::UpstreamLost => self.peers_after < k,
            _ => true,
        }
    }

    /// By time; prefixes, then the target; then as [`ChangeKind`] says.
    pub fn order(&self) -> impl Ord + use<> {
        (self.time, self.prefix.is_none(), self.prefix, self.kind, self.upstream, self.origin)
    }
}

/// What a row's boundaries are told with: who stands at an instant, and who could.
pub struct Around<'a> {
    /// Of the row's subject.
    pub standing: &'a Standing,
    /// Rule 15.
    pub denominator: &'a Denominator,
}

/// The gain and the loss that a row tells of: none where it only enters or leaves sight (rules 10, 12), nor where nothing shows since when:
/// without a dump before, peers that never spoke may have held it for years.
pub fn of_row(row: &Row, around: &Around) -> impl Iterator<Item = Change> + use<> {
    let stuck = row.flags.has(Flag::Stuck);
    // Where those that made it may have gone before, unseen, it is there by its first proof, and no moment saw so many come.
    let is_pinned = row.start.by == row.believed.from;
    let is_gain = row.start.basis.is_change() && is_pinned && !stuck && (row.start.after.is_some() || row.is_told_apart.0);
    let no_baseline = row.flags.has(Flag::NoBaseline);
    let is_loss = row.end.basis.is_change() && !stuck && row.end.before.is_some() && (!no_baseline || row.is_told_apart.1);
    let start = is_gain.then(|| start(ChangeKind::UpstreamGained, row, around));
    start.into_iter().chain(is_loss.then(|| end(ChangeKind::UpstreamLost, row, around)).flatten())
}

/// Another origin's episode of a prefix: a conflict (rule 4). Its beginning is told whatever shows it, that starts and ends are in pairs;
/// so is its end, but where the data end.
pub fn of_conflict(row: &Row, carriers: Box<[(Upstream, usize)]>, around: &Around) -> impl Iterator<Item = Change> + use<> {
    let start = Change { carriers, ..start(ChangeKind::OriginConflictStart, row, around) };
    let end = end(ChangeKind::OriginConflictEnd, row, around);
    [Some(start), end].into_iter().flatten().map(|mut change| {
        change.flags.set(Flag::OriginConflict);
        change
    })
}

fn start(kind: ChangeKind, row: &Row, around: &Around) -> Change {
    let time = row.believed.from;
    let (before, at, _) = around.standing.around(time);
    let is_exact = row.start.after == Some(row.start.by);
    let basis = if is_exact || row.start.no_baseline { row.start.basis } else { inexact(row.start.basis) };
    change(kind, row, time, row.upstreams.0, (before, at), basis, row.start.record, around)
}

fn end(kind: ChangeKind, row: &Row, around: &Around) -> Option<Change> {
    let (time, record) = (row.believed.until, row.end.record?);
    let (before, at, after) = around.standing.around(time);
    let before = if row.believed.from == time { at } else { before };
    let is_exact = row.end.after == row.end.before;
    let basis = if is_exact { row.end.basis } else { inexact(row.end.basis) };
    Some(change(kind, row, time, row.upstreams.1, (before, after), basis, record, around))
}

/// A message shows the change, but other peers may have been first, or last, while data are missing.
fn inexact(basis: Basis) -> Basis {
    if basis == Basis::Update { Basis::Gap } else { basis }
}

#[expect(clippy::too_many_arguments, reason = "the parts of a row of changes")]
fn change(
    kind: ChangeKind,
    row: &Row,
    time: Time,
    upstream: Upstream,
    (peers_before, peers_after): (usize, usize),
    basis: Basis,
    record: RecordId,
    around: &Around,
) -> Change {
    let prefix = row.subject.prefix;
    let peers_total = around.denominator.around(prefix, time).max(peers_before).max(peers_after);
    let (origin, upstream, flags, carriers) = (Some(row.subject.origin), Some(upstream), row.flags, Box::default());
    Change { time, prefix, origin, kind, upstream, peers_before, peers_after, peers_total, basis, flags, record, carriers }
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
        carriers: Box::default(),
    };
    let start = change(ChangeKind::OutageStart, outage.start);
    std::iter::once(start).chain(outage.end.map(|end| change(ChangeKind::OutageEnd, end)))
}
