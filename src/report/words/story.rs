//! Who came, stayed and left: the rows of a timeline put together by upstream.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::super::context::Context;
use super::label;
use crate::model::{Flag, Flags, Origin, Upstream};
use crate::replay::Basis;
use crate::timeline::Row;

/// How an upstream came into the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It was there where the data begin (rule 12).
    Present,
    /// It was seen; nothing shows that it was not there before.
    Found,
    /// A change of the network brought it.
    Gained,
}

/// One upstream's part in the story.
#[derive(Debug)]
pub struct Told<'a> {
    /// Whose routes.
    pub origin: Origin,
    /// Through whom.
    pub upstream: Upstream,
    /// The row that tells when it came first (as the headline of rule 16).
    pub first: &'a Row,
    /// Its rows by first proof: without stuck ones, those out of clock, and single-peer ones where others have more.
    pub rows: Vec<&'a Row>,
}

/// All upstreams, by their first appearance.
#[derive(Debug)]
pub struct Story<'a> {
    told: Vec<Told<'a>>,
    prefixes: BTreeSet<Option<IpNet>>,
    origins: usize,
}

impl<'a> Story<'a> {
    /// Puts rows together.
    pub fn new(rows: &'a [Row]) -> Story<'a> {
        let never: Flags = [Flag::Stuck, Flag::Clock].into_iter().collect();
        let named = |r: &&Row| matches!(r.subject.upstream, Upstream::Via(_));
        let mut sound: Vec<&Row> = rows.iter().filter(named).filter(|r| r.flags.is_disjoint(never)).collect();
        if sound.iter().any(|r| !r.flags.has(Flag::SinglePeer)) {
            sound.retain(|r| !r.flags.has(Flag::SinglePeer));
        }
        sound.sort_by_key(|r| (r.start.first_seen, r.subject));
        let mut told: Vec<Told> = Vec::new();
        for row in &sound {
            let key = (row.subject.origin, row.subject.upstream);
            match told.iter_mut().find(|t| (t.origin, t.upstream) == key) {
                Some(known) => known.rows.push(row),
                None => told.push(Told { origin: key.0, upstream: key.1, first: row, rows: vec![row] }),
            }
        }
        let origins: BTreeSet<Origin> = told.iter().map(|t| t.origin).collect();
        let prefixes = sound.iter().map(|r| r.subject.prefix).collect();
        Story { told, prefixes, origins: origins.len() }
    }

    /// All, in order of their first appearance.
    pub fn all(&self) -> impl Iterator<Item = &Told<'a>> {
        self.told.iter()
    }

    /// Those whose appearance is a change of the network.
    pub fn gained(&self) -> impl Iterator<Item = &Told<'a>> {
        self.all().filter(|t| t.arrival() == Arrival::Gained)
    }

    /// Those that came after the beginning and carried a good part of what the foremost of them did, by peers and prefixes: the rest are
    /// counted, not told one by one.
    pub fn foremost(&self) -> impl Iterator<Item = &Told<'a>> {
        const PART: usize = 20;
        let came = || self.all().filter(|t| t.arrival() != Arrival::Present);
        let most = came().map(Told::weight).max().unwrap_or(0);
        came().filter(move |t| t.weight() * PART >= most)
    }

    /// What to call it beside those that were there before: `a second upstream provider`; `None` where there are several origins.
    pub fn role(&self, told: &Told) -> Option<&'static str> {
        let earlier = self.all().filter(|t| t.first.start.first_seen < told.first.start.first_seen);
        match earlier.filter(|t| t.arrival() == Arrival::Present || t.weight() * 20 >= told.weight()).count() {
            _ if self.origins > 1 => None,
            0 => Some("an upstream provider"),
            1 => Some("a second upstream provider"),
            _ => Some("another upstream provider"),
        }
    }

    /// Those that were there where the data begin.
    pub fn present(&self) -> impl Iterator<Item = &Told<'a>> {
        self.all().filter(|t| t.arrival() == Arrival::Present)
    }

    /// Those seen without proof of their beginning.
    pub fn found(&self) -> impl Iterator<Item = &Told<'a>> {
        self.all().filter(|t| t.arrival() == Arrival::Found)
    }

    /// The prefixes that are told of.
    pub fn prefixes(&self) -> &BTreeSet<Option<IpNet>> {
        &self.prefixes
    }

    /// How many rows are not told of.
    pub fn aside(&self, rows: &[Row]) -> usize {
        rows.len() - self.told.iter().map(|t| t.rows.len()).sum::<usize>()
    }

    /// `AS20485 TransTeleCom`, with the origin where there are several.
    pub fn label(&self, told: &Told, context: &Context) -> String {
        let upstream = label(told.upstream, context);
        match told.origin {
            Origin::As(asn) if self.origins > 1 => format!("{upstream} (origin AS{asn})"),
            _ => upstream,
        }
    }
}

impl<'a> Told<'a> {
    /// How it came.
    pub fn arrival(&self) -> Arrival {
        match self.first.start.basis {
            Basis::DataStart => Arrival::Present,
            basis if basis.is_change() => Arrival::Gained,
            _ => Arrival::Found,
        }
    }

    /// The most peers at one time, of how many able to see it.
    pub fn peak(&self) -> (usize, usize) {
        let most = self.rows.iter().max_by_key(|r| (r.peak_peers, std::cmp::Reverse(r.peers_total)));
        most.map_or((0, 0), |row| (row.peak_peers, row.peers_total))
    }

    fn weight(&self) -> usize {
        self.peak().0 * self.prefixes().len()
    }

    /// The prefixes of its rows.
    pub fn prefixes(&self) -> Vec<Option<IpNet>> {
        let all: BTreeSet<_> = self.rows.iter().map(|r| r.subject.prefix).collect();
        all.into_iter().collect()
    }

    /// The prefixes on which it came in the way in which it came first: there from the start of the data, found, or gained.
    pub fn began_on(&self) -> Vec<Option<IpNet>> {
        let alike = self.rows.iter().filter(|r| r.start.basis == self.first.start.basis);
        let all: BTreeSet<_> = alike.map(|r| r.subject.prefix).collect();
        all.into_iter().collect()
    }

    /// The spans in which it served any prefix at all: their first and last rows.
    pub fn stays(&self) -> Vec<(&'a Row, &'a Row)> {
        let mut stays: Vec<(&Row, &Row)> = Vec::new();
        for row in &self.rows {
            match stays.last_mut() {
                Some((_, last)) if row.start.first_seen <= last.end.last_seen => {
                    let order = |r: &Row| (r.end.last_seen, r.end.basis == Basis::DataEnd);
                    if order(row) > order(last) {
                        *last = row;
                    }
                }
                _ => stays.push((row, row)),
            }
        }
        stays
    }

    fn of_stay(&self, stay: Option<&(&Row, &Row)>) -> Vec<Option<IpNet>> {
        let Some((first, last)) = stay else { return Vec::new() };
        let (from, until) = (first.start.first_seen, last.end.last_seen);
        let within = self.rows.iter().filter(|r| r.start.first_seen >= from && r.start.first_seen <= until);
        let all: BTreeSet<_> = within.map(|r| r.subject.prefix).collect();
        all.into_iter().collect()
    }

    /// The prefixes of its first stay.
    pub fn arrived_on(&self) -> Vec<Option<IpNet>> {
        self.of_stay(self.stays().first())
    }

    /// The prefixes of its second stay, where they are others than those of the first.
    pub fn returned_on(&self) -> Vec<Option<IpNet>> {
        let second = self.of_stay(self.stays().get(1));
        if second == self.arrived_on() { Vec::new() } else { second }
    }

    /// The prefixes that it serves where the data end.
    pub fn still_on(&self) -> Vec<Option<IpNet>> {
        let ongoing = self.rows.iter().filter(|r| r.end.basis == Basis::DataEnd);
        let all: BTreeSet<_> = ongoing.map(|r| r.subject.prefix).collect();
        all.into_iter().collect()
    }

    /// The last row of each prefix that it left, by a change, before the data end: in order of time.
    pub fn left(&self) -> Vec<&'a Row> {
        let still = self.still_on();
        let mut last: Vec<&Row> = Vec::new();
        for row in self.rows.iter().filter(|r| !still.contains(&r.subject.prefix) && r.end.basis.is_change()) {
            match last.iter_mut().find(|l| l.subject.prefix == row.subject.prefix) {
                Some(known) => *known = row,
                None => last.push(row),
            }
        }
        last.sort_by_key(|r| (r.end.last_seen, r.subject));
        last
    }
}
