//! Who came, stayed and left: the rows of a timeline put together by upstream.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::super::context::Context;
use super::label;
use crate::model::{Flag, Flags, Origin, Time, Upstream};
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

/// The most peers at one time that reached a prefix, or the target, through an upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peak {
    /// `None`: the target.
    pub prefix: Option<IpNet>,
    /// How many.
    pub peers: usize,
    /// Of how many able to see it then.
    pub total: usize,
}

/// All upstreams, by their first appearance.
#[derive(Debug)]
pub struct Story<'a> {
    told: Vec<Told<'a>>,
    prefixes: BTreeSet<Option<IpNet>>,
    origins: usize,
    upstreams: usize,
}

impl<'a> Story<'a> {
    /// Puts rows together.
    pub fn new(rows: &'a [Row]) -> Story<'a> {
        let never: Flags = [Flag::Stuck, Flag::Clock].into_iter().collect();
        let named = |r: &&Row| r.subject.upstream.asn().is_some();
        let mut sound: Vec<&Row> = rows.iter().filter(named).filter(|r| r.flags.is_disjoint(never)).collect();
        if sound.iter().any(|r| !r.flags.has(Flag::SinglePeer)) {
            sound.retain(|r| !r.flags.has(Flag::SinglePeer));
        }
        sound.sort_by_key(|r| (r.start.first_seen, r.subject));
        let mut told: Vec<Told> = Vec::new();
        let mut places: BTreeMap<(Origin, Upstream), usize> = BTreeMap::new();
        for row in &sound {
            let (origin, upstream) = (row.subject.origin, row.subject.upstream);
            let place = *places.entry((origin, upstream)).or_insert_with(|| {
                told.push(Told { origin, upstream, first: row, rows: Vec::new() });
                told.len() - 1
            });
            told[place].rows.push(row);
        }
        let origins: BTreeSet<Origin> = told.iter().map(|t| t.origin).collect();
        let prefixes = rows.iter().filter(named).map(|r| r.subject.prefix).collect();
        let upstreams: BTreeSet<Upstream> = rows.iter().filter(named).map(|r| r.subject.upstream).collect();
        Story { told, prefixes, origins: origins.len(), upstreams: upstreams.len() }
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

    /// How many upstreams the rows name, told of or not.
    pub fn upstreams(&self) -> usize {
        self.upstreams
    }

    /// How many upstreams these are: one that carries several origins counts once.
    pub fn count(told: &[&Told]) -> usize {
        told.iter().map(|t| t.upstream).collect::<BTreeSet<_>>().len()
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
        arrival(self.first)
    }

    /// The most peers at one time, of how many able to see it.
    pub fn peak(&self) -> (usize, usize) {
        let most = self.rows.iter().max_by_key(|r| (r.peak_peers, Reverse(r.peers_total)));
        most.map_or((0, 0), |row| (row.peak_peers, row.peers_total))
    }

    /// The most peers at one time, of how many able to see it, for each of these prefixes.
    pub fn peaks(&self, on: &[Option<IpNet>]) -> Vec<Peak> {
        let mut most: BTreeMap<Option<IpNet>, (usize, Reverse<usize>)> = BTreeMap::new();
        for row in &self.rows {
            let own = (row.peak_peers, Reverse(row.peers_total));
            most.entry(row.subject.prefix).and_modify(|most| *most = own.max(*most)).or_insert(own);
        }
        let of = |prefix: &Option<IpNet>| {
            let (peers, Reverse(total)) = *most.get(prefix)?;
            Some(Peak { prefix: *prefix, peers, total })
        };
        on.iter().filter_map(of).collect()
    }

    fn weight(&self) -> usize {
        self.peak().0 * self.prefixes().len()
    }

    /// The prefixes of its rows.
    pub fn prefixes(&self) -> Vec<Option<IpNet>> {
        sorted(self.rows.iter().copied())
    }

    /// The prefixes on which it came in the way in which it came first: there from the start of the data, found, or gained.
    pub fn began_on(&self) -> Vec<Option<IpNet>> {
        sorted(self.rows.iter().copied().filter(|r| arrival(r) == self.arrival()))
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

    /// The first row of each prefix, by first proof.
    fn firsts(&self) -> Vec<&'a Row> {
        let mut seen: BTreeSet<Option<IpNet>> = BTreeSet::new();
        self.rows.iter().copied().filter(|row| seen.insert(row.subject.prefix)).collect()
    }

    /// The prefixes on which it came first: in the same second, with the same bounds.
    pub fn arrived_on(&self) -> Vec<Option<IpNet>> {
        sorted(self.firsts().into_iter().filter(|r| together(r, self.first)))
    }

    /// The first rows of the prefixes on which it came later.
    pub fn later(&self) -> Vec<&'a Row> {
        self.firsts().into_iter().filter(|r| !together(r, self.first)).collect()
    }

    /// The prefixes with which it is told, and those that followed: only where a change brought it does their order tell anything.
    pub fn told_on(&self) -> (Vec<Option<IpNet>>, Vec<&'a Row>) {
        match self.arrival() {
            Arrival::Gained => (self.arrived_on(), self.later()),
            Arrival::Present | Arrival::Found => (self.began_on(), Vec::new()),
        }
    }

    /// The prefixes with which it returned, where they are others than those with which it came.
    pub fn returned_on(&self) -> Vec<Option<IpNet>> {
        let Some((back, _)) = self.stays().get(1).copied() else { return Vec::new() };
        let returned = sorted(self.rows.iter().copied().filter(|r| together(r, back)));
        if returned == self.arrived_on() { Vec::new() } else { returned }
    }

    /// The prefixes that it serves where the data end.
    pub fn still_on(&self) -> Vec<Option<IpNet>> {
        sorted(self.rows.iter().copied().filter(|r| r.end.basis == Basis::DataEnd))
    }

    /// The last row of each prefix that it left, by a change, before the data end: in order of time.
    pub fn left(&self) -> Vec<&'a Row> {
        let still = self.still_on();
        let left = self.rows.iter().filter(|r| still.binary_search(&r.subject.prefix).is_err() && r.end.basis.is_change());
        let last: BTreeMap<Option<IpNet>, &Row> = left.map(|row| (row.subject.prefix, *row)).collect();
        let mut last: Vec<&Row> = last.into_values().collect();
        last.sort_by_key(|r| (r.end.last_seen, r.subject));
        last
    }
}

/// How a row came into the data. Without a baseline nothing shows that it was not there before.
fn arrival(row: &Row) -> Arrival {
    match row.start.basis {
        Basis::DataStart => Arrival::Present,
        basis if basis.is_change() && row.start.after.is_some() => Arrival::Gained,
        _ => Arrival::Found,
    }
}

/// Whether two rows began as one event, as far as the data show.
fn together(row: &Row, other: &Row) -> bool {
    let bounds = |r: &Row| (r.start.by.secs(), r.start.after.map(Time::secs));
    bounds(row) == bounds(other)
}

fn sorted<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<Option<IpNet>> {
    let all: BTreeSet<_> = rows.map(|r| r.subject.prefix).collect();
    all.into_iter().collect()
}
