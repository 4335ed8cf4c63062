//! Shares of peers: each peer counts once, in equal parts for the routes that it holds, each for its upstream: of a prefix for its paths
//! (add-path), of the target for its prefixes. So the shares of upstreams add up to what is reached at all, and a prefix that comes new
//! takes nothing from peers that do not hold it.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::hold::{Hold, Holds, Subject};
use super::sweep::{Turn, moves};
use crate::model::{PeerKey, Time};

/// A whole peer.
pub const WHOLE: u64 = 1_000_000;

/// Shares in millionths of a peer, from each instant on.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    steps: BTreeMap<Subject, Vec<(Time, u64)>>,
}

/// The routes that a peer holds, by upstream: none of no routes.
#[derive(Debug, Default)]
struct Held {
    of: BTreeMap<Subject, u64>,
}

impl Held {
    fn parts(&self) -> impl Iterator<Item = (Subject, u64)> + '_ {
        let all: u64 = self.of.values().sum();
        self.of.iter().map(move |(key, count)| (*key, WHOLE * count / all.max(1)))
    }
}

impl Weights {
    /// Of each prefix, from its holds.
    pub fn of_prefixes(holds: &Holds) -> Weights {
        let mut prefixes: BTreeMap<Option<IpNet>, Vec<(Subject, &[Hold])>> = BTreeMap::new();
        for (subject, list) in holds {
            prefixes.entry(subject.prefix).or_default().push((*subject, list));
        }
        let mut weights = Weights::default();
        for own in prefixes.into_values() {
            weights.add(own);
        }
        weights
    }

    /// Of the target as a whole, from the holds of each prefix.
    pub fn of_target(parts: &Holds) -> Weights {
        let mut weights = Weights::default();
        weights.add(parts.iter().map(|(subject, list)| (Subject { prefix: None, ..*subject }, list.as_slice())));
        weights
    }

    /// Of which a peer counts once.
    fn add<'a>(&mut self, routes: impl IntoIterator<Item = (Subject, &'a [Hold])>) {
        let mut all: Vec<(Time, Turn, PeerKey, Subject)> = Vec::new();
        for (key, list) in routes {
            all.extend(moves(list).into_iter().map(|m| (m.time, m.turn, list[m.place()].peer, key)));
        }
        all.sort_unstable();
        let mut peers: BTreeMap<PeerKey, Held> = BTreeMap::new();
        let mut now: BTreeMap<Subject, u64> = BTreeMap::new();
        for instant in all.chunk_by(|a, b| a.0 == b.0) {
            let Some(time) = instant.first().map(|m| m.0) else { continue };
            let mut changed: BTreeSet<Subject> = BTreeSet::new();
            let touched: BTreeSet<PeerKey> = instant.iter().map(|m| m.2).collect();
            for peer in &touched {
                for (key, part) in peers.entry(*peer).or_default().parts() {
                    *now.entry(key).or_default() -= part;
                    changed.insert(key);
                }
            }
            for (_, turn, peer, key) in instant {
                let held = &mut peers.entry(*peer).or_default().of;
                match (turn, held.get_mut(key)) {
                    (Turn::Arrives, Some(count)) => *count += 1,
                    (Turn::Arrives, None) => _ = held.insert(*key, 1),
                    (Turn::Leaves | Turn::LeavesAtOnce, Some(count)) if *count > 1 => *count -= 1,
                    (Turn::Leaves | Turn::LeavesAtOnce, _) => _ = held.remove(key),
                }
            }
            for (key, part) in touched.iter().filter_map(|peer| peers.get(peer)).flat_map(Held::parts) {
                *now.entry(key).or_default() += part;
                changed.insert(key);
            }
            for key in changed {
                self.steps.entry(key).or_default().push((time, now.get(&key).copied().unwrap_or(0)));
            }
        }
    }

    /// The share at `time`.
    pub fn at(&self, subject: &Subject, time: Time) -> u64 {
        let steps = self.steps.get(subject).map_or(&[][..], Vec::as_slice);
        steps.partition_point(|(t, _)| *t <= time).checked_sub(1).map_or(0, |at| steps[at].1)
    }

    /// The instants at which it may change, and what it is from each on.
    pub fn steps(&self, subject: &Subject) -> impl Iterator<Item = (Time, u64)> + '_ {
        self.steps.get(subject).into_iter().flatten().copied()
    }
}
