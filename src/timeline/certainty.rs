//! What is certain of a route at an instant: how many peers surely hold it, how many may, for all that is known, and how many are proven
//! not to. Everything that refutes, or confirms, rests on this.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::build::set_stuck_aside;
use super::hold::{self, Hold, Holds, Subject, at_prefix};
use super::knowledge::{Knowledge, PeerKnowledge};
use super::observed::Observed;
use super::sweep::Steps;
use crate::model::{Asn, Hop, Origin, PeerKey, Span, Time, family_of, spans};

/// All that is known of all routes.
pub struct Certainties {
    all: Holds,
    knowledge: Knowledge,
    /// Of no other time is anything known.
    data: Span,
}

/// A route that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// `None`: any prefix of the target.
    pub prefix: Option<IpNet>,
    /// Whose.
    pub origin: Asn,
    /// Through whom; `None`: anyone.
    pub upstream: Option<Asn>,
}

/// What is certain of it over time.
#[derive(Debug)]
pub struct Certainty {
    data: Span,
    surely: Steps,
    maybe: Steps,
    possibly: Steps,
    without: Steps,
}

/// What is certain at an instant, in peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certain {
    /// They surely hold it.
    pub surely: usize,
    /// They may, those that surely do included.
    pub maybe: usize,
    /// The same, and those of which the route is stuck (rule 18).
    pub possibly: usize,
    /// They are able to, and proven not to.
    pub without: usize,
}

impl Certainty {
    /// At that instant.
    pub fn at(&self, time: Time) -> Certain {
        if time < self.data.from || time > self.data.until {
            return Certain { surely: 0, maybe: usize::MAX, possibly: usize::MAX, without: 0 };
        }
        Certain {
            surely: self.surely.at(time),
            maybe: self.maybe.at(time),
            possibly: self.possibly.at(time),
            without: self.without.at(time),
        }
    }

    /// The instants in `[from, until)` at which anything changes, each with the one before it, and the ends.
    pub fn instants(&self, from: Time, until: Time) -> BTreeSet<Time> {
        let changes = [&self.surely, &self.maybe, &self.possibly, &self.without].into_iter().flat_map(Steps::times);
        let ends = [self.data.from, self.data.until.plus_micros(1)];
        let changes = changes.chain(ends).flat_map(|time| [time.plus_micros(-1), time]);
        let all = changes.chain([from, until.plus_micros(-1)]);
        all.filter(|time| from <= *time && *time < until).collect()
    }
}

impl Certainties {
    /// From all that was observed.
    pub fn new(observed: &Observed) -> Self {
        let starts = observed.collectors.iter().map(|c| c.coverage.start).filter(|start| *start > Time::MIN);
        let data = Span { from: starts.min().unwrap_or(Time::MAX), until: observed.horizon() };
        Certainties { all: hold::of_all(observed), knowledge: Knowledge::new(observed), data }
    }

    /// All upstreams that any route of the origin names, of that prefix or of any.
    pub fn upstreams(&self, prefix: Option<IpNet>, origin: Asn) -> BTreeSet<Asn> {
        let is_asked = |s: &&Subject| s.origin == Origin::As(origin) && (prefix.is_none() || prefix == s.prefix);
        self.all.keys().filter(is_asked).filter_map(|subject| subject.upstream.asn()).collect()
    }

    /// Of one route.
    pub fn of(&self, question: Question) -> Certainty {
        let is_origin = |subject: &Subject| subject.origin == Origin::As(question.origin);
        let is_it =
            |subject: &Subject| is_origin(subject) && question.upstream.is_none_or(|asn| subject.upstream.asn() == Some(asn));
        let may_be_it = |subject: &Subject| {
            subject.origin == Origin::Ambiguous || question.upstream.is_some() && subject.upstream.hop == Hop::Ambiguous
        };
        let (own, others): (Holds, Holds) = self.all.clone().into_iter().partition(|(subject, _)| is_origin(subject));
        // Stuck routes prove nothing, neither that it stands nor that it is gone.
        let (own, stuck) = set_stuck_aside(own);
        let prefixes: BTreeSet<IpNet> = match question.prefix {
            Some(prefix) => BTreeSet::from([prefix]),
            None => own.keys().filter_map(|subject| subject.prefix).collect(),
        };
        let families = [0, 1].map(|family| prefixes.iter().any(|prefix| family_of(*prefix) == family));
        let mut peers: BTreeMap<PeerKey, Peer> = BTreeMap::new();
        for prefix in prefixes {
            let mut held: BTreeMap<PeerKey, Held> = BTreeMap::new();
            for (subject, hold) in each(&own, prefix).chain(each(&others, prefix)).chain(each(&stuck, prefix)) {
                held.entry(hold.peer).or_default().add(hold, is_it(subject), may_be_it(subject));
            }
            for (subject, hold) in each(&stuck, prefix) {
                held.entry(hold.peer).or_default().set_aside(hold, is_it(subject));
            }
            let all: BTreeSet<PeerKey> = self.knowledge.peers().chain(held.keys()).copied().collect();
            for peer in all {
                let known = self.knowledge.of_peer(prefix, peer);
                let is_any = question.upstream.is_none();
                peers.entry(peer).or_default().add(held.remove(&peer).unwrap_or_default(), &known, is_any);
            }
        }
        if question.prefix.is_none() {
            // Where no table is known, there may be prefixes that nobody mentioned.
            for peer in self.knowledge.peers() {
                let untold = (0..2).filter(|family| families[*family]).flat_map(|family| self.knowledge.untold(family, *peer));
                peers.entry(*peer).or_default().maybe.extend(untold);
            }
        }
        let count = |of: fn(Peer) -> Vec<Span>, peers: BTreeMap<PeerKey, Peer>| Steps::count(peers.into_values().flat_map(of));
        Certainty {
            data: self.data,
            surely: count(|p| spans::union(p.surely), peers.clone()),
            maybe: count(|p| spans::union(p.maybe), peers.clone()),
            possibly: count(|p| spans::union([p.maybe, p.stuck].concat()), peers.clone()),
            without: count(|p| spans::difference(&spans::union(p.able), &spans::union(p.maybe)), peers),
        }
    }
}

fn each(holds: &Holds, prefix: IpNet) -> impl Iterator<Item = (&Subject, &Hold)> {
    at_prefix(holds, Some(prefix)).flat_map(|(subject, list)| list.iter().map(move |hold| (subject, hold)))
}

/// What one peer holds of one prefix.
#[derive(Debug, Default)]
struct Held {
    it: Vec<Span>,
    it_proven: Vec<Span>,
    other_proven: Vec<Span>,
    other_assumed: Vec<Span>,
    stuck: Vec<Span>,
}

impl Held {
    /// Of an ambiguous origin, or upstream, it may be either.
    fn add(&mut self, hold: &Hold, is_it: bool, is_ambiguous: bool) {
        let Span { from, until } = hold.believed();
        // What is replaced at once stood in that instant.
        let believed = Span { from, until: until.max(from.plus_micros(1)) };
        let proven = if from == until { vec![believed] } else { hold.proven() };
        if is_ambiguous {
            self.other_assumed.push(believed);
        } else if is_it {
            self.it.push(believed);
            self.it_proven.extend(proven);
        } else {
            self.other_assumed.extend(spans::complement(&proven, believed));
            self.other_proven.extend(proven);
        }
    }

    /// A stuck hold counts as another's, but that it may be one.
    fn set_aside(&mut self, hold: &Hold, is_it: bool) {
        let stuck = [hold.believed()];
        self.stuck.extend(is_it.then_some(hold.believed()));
        self.it = spans::difference(&spans::union(std::mem::take(&mut self.it)), &stuck);
        self.it_proven = spans::difference(&spans::union(std::mem::take(&mut self.it_proven)), &stuck);
        self.other_proven.push(hold.believed());
    }
}

/// One peer, over all prefixes of the question.
#[derive(Debug, Clone, Default)]
struct Peer {
    able: Vec<Span>,
    surely: Vec<Span>,
    maybe: Vec<Span>,
    stuck: Vec<Span>,
}

impl Peer {
    /// A route without a path may be of any origin, but not through an upstream.
    fn add(&mut self, held: Held, known: &PeerKnowledge, is_any: bool) {
        let Held { it, it_proven, other_proven, other_assumed, stuck } = held;
        let pathless = if is_any { &[] } else { known.pathless };
        let told = known.absent.iter().chain(pathless).copied().chain(other_proven).chain(it.iter().copied());
        self.able.extend(known.able);
        let told = spans::union(told.collect());
        self.maybe.extend(spans::difference(known.up, &told));
        self.maybe.extend(known.listed.into_iter().flat_map(|listed| spans::complement(&told, listed)));
        self.maybe.extend(it);
        self.maybe.extend(other_assumed);
        self.surely.extend(it_proven);
        self.stuck.extend(stuck);
    }
}

#[cfg(test)]
#[path = "certainty_tests.rs"]
mod tests;
