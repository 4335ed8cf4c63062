//! What is known of routes that nobody shows: at which peers a prefix is proven to be absent, and at which nothing is known of it. Any peer
//! that is up may have a route of which nothing is known; that it has none counts of those that are able to see the prefix (full-feed, or
//! once seen with a watched route of its family).

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::hold::{Holds, Subject, at_prefix};
use super::observed::{Collector, Observed};
use super::sweep::Steps;
use crate::model::{PeerKey, Span, Time, family_of, spans};

/// When something holds of each peer: tidy lists.
type ByPeer = BTreeMap<PeerKey, Vec<Span>>;

/// What is known of all peers at large: built once for all prefixes.
#[derive(Debug, Default)]
pub struct Knowledge {
    families: [Family; 2],
    /// Peers that mentioned the prefix, and what is known of it there beside its routes.
    mentioned: BTreeMap<IpNet, BTreeMap<PeerKey, Mentioned>>,
    /// Collectors that have shown no table yet.
    silent: Steps,
    /// Peers that no record names as yet, where no table has listed all.
    unheard: Steps,
    /// Those of them that the first table lists, while it is written.
    listed: Steps,
    /// The same peer by peer.
    listed_peers: BTreeMap<PeerKey, Span>,
    /// By collector: when its first table told of each prefix, where that was before its end.
    told: Vec<BTreeMap<IpNet, Time>>,
}

/// A prefix at a peer that mentioned it: tidy lists.
#[derive(Debug, Default)]
struct Mentioned {
    /// When it was proven to be absent.
    absent: Vec<Span>,
    /// When it had a route that shows no origin.
    pathless: Vec<Span>,
}

/// The peers, and what is known of prefixes of one family that they never mentioned.
#[derive(Debug, Default)]
struct Family {
    /// When a peer is up.
    up: ByPeer,
    /// When it is up and able.
    able: ByPeer,
    /// When its table is known.
    table: ByPeer,
    /// When an able peer's table is known.
    known: ByPeer,
    /// When a peer is up, and its table is not known.
    unknown: ByPeer,
    count_known: Steps,
    count_unknown: Steps,
}

/// How many peers nothing is proven of at an instant: not through whom they have a route, nor that they have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unproven {
    /// Peers that any record names.
    pub named: usize,
    /// Collectors that had shown no table yet, so that peers may be up which never spoke.
    pub silent: usize,
}

impl std::iter::Sum for Unproven {
    fn sum<I: Iterator<Item = Unproven>>(all: I) -> Self {
        all.fold(Unproven::default(), |sum, one| Unproven { named: sum.named + one.named, silent: sum.silent + one.silent })
    }
}

/// What is known of one prefix.
#[derive(Debug)]
pub struct PrefixKnowledge<'a> {
    /// Able peers that are proven to have no route of the watched origins.
    without: Counted<'a>,
    /// Peers of which nothing is proven, and no such route is believed to stand.
    unknown: Counted<'a>,
    /// Those of them that have a route of which no origin is known.
    pathless: Steps,
    /// Peers whose route, of whatever origin, is only assumed.
    assumed: Steps,
    silent: &'a Steps,
    /// See there.
    unheard: &'a Steps,
    /// See there.
    listed: &'a Steps,
}

/// A number of peers: those that mentioned the prefix are counted one by one, the others as at large.
#[derive(Debug)]
struct Counted<'a> {
    all_at_large: &'a Steps,
    less_at_large: Steps,
    own: Steps,
}

impl Counted<'_> {
    fn at(&self, time: Time) -> usize {
        (self.all_at_large.at(time) + self.own.at(time)).saturating_sub(self.less_at_large.at(time))
    }
}

impl PrefixKnowledge<'_> {
    /// Able peers that are proven to have no watched route.
    pub fn without(&self, time: Time) -> usize {
        self.without.at(time)
    }

    /// Peers that may have a watched route, for all that is known.
    pub fn unknown(&self, time: Time) -> usize {
        self.unknown.at(time) + self.silent.at(time) + self.listed.at(time)
    }

    /// Peers of which nothing is proven.
    pub fn unproven(&self, time: Time) -> Unproven {
        let of_known = (self.unknown.at(time) + self.assumed.at(time)).saturating_sub(self.pathless.at(time));
        let named = of_known + self.unheard.at(time);
        Unproven { named, silent: self.silent.at(time) }
    }
}

impl Knowledge {
    /// From the sessions, tables and absences of all collectors.
    pub fn new(observed: &Observed) -> Self {
        let families = [0, 1].map(|family| Family::new(observed, family));
        let with_data = observed.collectors.iter().filter(|c| c.coverage.start < c.coverage.end);
        let silent = with_data.map(|c| Span { from: c.coverage.start, until: c.replay.baseline.unwrap_or(Time::MAX) });
        let before = families[0].up.iter().filter_map(|(peer, up)| {
            let Collector { coverage, replay, .. } = observed.collector(peer.collector)?;
            let until = up.first()?.from.min(replay.first_written.unwrap_or(Time::MAX));
            let begun = replay.baseline.unwrap_or(until).min(until);
            Some((Span { from: coverage.start, until: begun }, (*peer, Span { from: begun, until })))
        });
        let (unheard, listed_peers): (Vec<Span>, BTreeMap<PeerKey, Span>) = before.unzip();
        let listed = listed_peers.values().copied().collect();
        let told = observed.collectors.iter().map(|collector| collector.replay.first_told.clone()).collect();
        let count = |spans: Vec<Span>| Steps::count(spans.into_iter().filter(|span| span.from < span.until));
        let (unheard, listed) = (count(unheard), count(listed));
        Knowledge { families, mentioned: mentioned(observed), silent: Steps::count(silent), unheard, listed, listed_peers, told }
    }

    /// Every peer that was ever up.
    pub fn peers(&self) -> impl Iterator<Item = &PeerKey> {
        self.families[0].up.keys()
    }

    /// When a peer may have routes of prefixes that it never mentioned: it is up, and its table is not known.
    pub fn untold(&self, family: usize, peer: PeerKey) -> &[Span] {
        at(&self.families[family].unknown, peer)
    }

    fn listed(&self, prefix: IpNet, peer: PeerKey) -> Option<Span> {
        let Span { from, until } = *self.listed_peers.get(&peer)?;
        let told = self.told.get(usize::from(peer.collector.0)).and_then(|told| told.get(&prefix));
        let until = told.map_or(until, |told| until.min(*told));
        (from < until).then_some(Span { from, until })
    }

    /// What is known of a prefix at a peer, its routes aside.
    pub fn of_peer(&self, prefix: IpNet, peer: PeerKey) -> PeerKnowledge<'_> {
        let family = &self.families[family_of(prefix)];
        let mentioned = self.mentioned.get(&prefix).and_then(|by_peer| by_peer.get(&peer));
        PeerKnowledge {
            up: at(&family.up, peer),
            able: at(&family.able, peer),
            absent: mentioned.map_or_else(|| at(&family.table, peer), |own| &own.absent),
            pathless: mentioned.map_or(&[], |own| &own.pathless),
            listed: self.listed(prefix, peer),
        }
    }

    /// What is known of a prefix; `holds` are those of all origins, and `is_ours` tells which of them are watched.
    pub fn of(&self, prefix: IpNet, holds: &Holds, is_ours: impl Fn(&Subject) -> bool) -> PrefixKnowledge<'_> {
        let family = &self.families[family_of(prefix)];
        let mut held: BTreeMap<PeerKey, Held> = BTreeMap::new();
        let mut assumed = Vec::new();
        for (subject, hold) in at_prefix(holds, Some(prefix)).flat_map(|(s, list)| list.iter().map(move |h| (s, h))) {
            let own = held.entry(hold.peer).or_default();
            if is_ours(subject) {
                own.ours.push(hold.believed());
            } else {
                own.others.extend(hold.proven());
            }
            assumed.extend(hold.assumed.iter().copied());
        }
        let nobody = BTreeMap::new();
        let mentioned = self.mentioned.get(&prefix).unwrap_or(&nobody);
        let (mut without, mut unknown, mut pathless) = (Vec::new(), Vec::new(), Vec::new());
        for (peer, own) in mentioned {
            let Held { ours, others } = held.remove(peer).unwrap_or_default();
            let known = spans::union(own.absent.iter().copied().chain(others).collect());
            let told = spans::union(known.iter().copied().chain(ours).collect());
            let untold = spans::difference(at(&family.up, *peer), &told);
            pathless.extend(spans::intersection(&untold, &own.pathless));
            unknown.extend(untold);
            without.extend(spans::intersection(&known, at(&family.able, *peer)));
        }
        let at_large = |by_peer: &ByPeer| Steps::count(mentioned.keys().flat_map(|peer| at(by_peer, *peer)).copied());
        let counted =
            |all_at_large, by_peer, own| Counted { all_at_large, less_at_large: at_large(by_peer), own: Steps::count(own) };
        PrefixKnowledge {
            without: counted(&family.count_known, &family.known, without),
            unknown: counted(&family.count_unknown, &family.unknown, unknown),
            pathless: Steps::count(pathless),
            assumed: Steps::count(assumed),
            silent: &self.silent,
            unheard: &self.unheard,
            listed: &self.listed,
        }
    }
}

/// What is known of a prefix at one peer, its routes aside: tidy lists.
pub struct PeerKnowledge<'a> {
    /// When the peer is up.
    pub up: &'a [Span],
    /// When it is up and able to see the prefix.
    pub able: &'a [Span],
    /// When the prefix is proven to be absent.
    pub absent: &'a [Span],
    /// When it has a route that shows no origin.
    pub pathless: &'a [Span],
    /// When the first table, which lists it, is being written and has not told of the prefix, and no record named the peer: it may have
    /// anything.
    pub listed: Option<Span>,
}

/// What a peer holds of a prefix: of watched origins as believed, of others as proven.
#[derive(Default)]
struct Held {
    ours: Vec<Span>,
    others: Vec<Span>,
}

fn at(by_peer: &ByPeer, peer: PeerKey) -> &[Span] {
    by_peer.get(&peer).map_or(&[], Vec::as_slice)
}

impl Family {
    fn new(observed: &Observed, family: usize) -> Family {
        let replays = || observed.collectors.iter().map(|c| &c.replay);
        let has_held: BTreeSet<PeerKey> = replays().flat_map(|r| r.carriers(family)).collect();
        let (mut up, mut able, mut table) = (ByPeer::new(), ByPeer::new(), ByPeer::new());
        for presence in replays().flat_map(|r| &r.presences) {
            up.entry(presence.peer).or_default().push(presence.span);
            if presence.full[family] || has_held.contains(&presence.peer) {
                able.entry(presence.peer).or_default().push(presence.span);
            }
        }
        for known in replays().flat_map(|r| &r.tables).filter(|t| t.family == family) {
            table.entry(known.peer).or_default().push(known.span);
        }
        for list in [&mut up, &mut able, &mut table].into_iter().flat_map(BTreeMap::values_mut) {
            *list = spans::union(std::mem::take(list));
        }
        let known: ByPeer = able.iter().map(|(peer, list)| (*peer, spans::intersection(list, at(&table, *peer)))).collect();
        let unknown: ByPeer = up.iter().map(|(peer, list)| (*peer, spans::difference(list, at(&table, *peer)))).collect();
        let count = |by_peer: &ByPeer| Steps::count(by_peer.values().flatten().copied());
        let (count_known, count_unknown) = (count(&known), count(&unknown));
        Family { up, able, table, known, unknown, count_known, count_unknown }
    }
}

/// What is known of each prefix at each peer that mentioned it. It is absent where all its path ids are.
fn mentioned(observed: &Observed) -> BTreeMap<IpNet, BTreeMap<PeerKey, Mentioned>> {
    let mut ids: BTreeMap<(IpNet, PeerKey), BTreeMap<u32, Vec<Span>>> = BTreeMap::new();
    let mut pathless: BTreeMap<(IpNet, PeerKey), Vec<Span>> = BTreeMap::new();
    for replay in observed.collectors.iter().map(|c| &c.replay) {
        for (peer, prefix, id) in &replay.mentioned {
            ids.entry((*prefix, *peer)).or_default().entry(*id).or_default();
        }
        for absence in &replay.absences {
            let own = ids.entry((absence.prefix, absence.peer)).or_default();
            own.entry(absence.path_id).or_default().push(absence.span);
        }
        for route in &replay.pathless {
            pathless.entry((route.prefix, route.peer)).or_default().push(route.span);
        }
    }
    let mut all: BTreeMap<IpNet, BTreeMap<PeerKey, Mentioned>> = BTreeMap::new();
    for ((prefix, peer), ids) in ids {
        let absent = ids.into_values().map(spans::union).reduce(|all, list| spans::intersection(&all, &list)).unwrap_or_default();
        let pathless = pathless.remove(&(prefix, peer)).map(spans::union).unwrap_or_default();
        all.entry(prefix).or_default().insert(peer, Mentioned { absent, pathless });
    }
    all
}
