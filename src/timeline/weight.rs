//! The target's share of peers: each peer counts once, in equal parts for the prefixes that it holds, each for its upstream. So the shares of
//! upstreams add up to what is reached at all, and a prefix that comes new takes nothing from peers that do not hold it.

use std::collections::{BTreeMap, BTreeSet};

use super::hold::Holds;
use super::sweep::{Turn, moves};
use crate::model::{Origin, PeerKey, Time, Upstream};

/// A whole peer.
pub const WHOLE: u64 = 1_000_000;

/// Whose share.
type Key = (Origin, Upstream);

/// Shares in millionths of a peer, from each instant on.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    steps: BTreeMap<Key, Vec<(Time, u64)>>,
}

/// The prefixes that a peer holds, by upstream.
#[derive(Debug, Default)]
struct Held {
    of: BTreeMap<Key, u64>,
}

impl Held {
    fn parts(&self) -> impl Iterator<Item = (Key, u64)> + '_ {
        let all: u64 = self.of.values().sum();
        self.of.iter().filter(|(_, count)| **count > 0).map(move |(key, count)| (*key, WHOLE * count / all.max(1)))
    }
}

impl Weights {
    /// Of the holds of each prefix.
    pub fn of(parts: &Holds) -> Weights {
        let mut all: Vec<(Time, Turn, PeerKey, Key)> = Vec::new();
        for (subject, list) in parts {
            let key = (subject.origin, subject.upstream);
            all.extend(moves(list).into_iter().map(|m| (m.time, m.turn, list[m.hold].peer, key)));
        }
        all.sort_unstable();
        let mut weights = Weights::default();
        let mut peers: BTreeMap<PeerKey, Held> = BTreeMap::new();
        let mut now: BTreeMap<Key, u64> = BTreeMap::new();
        for instant in all.chunk_by(|a, b| a.0 == b.0) {
            let Some(time) = instant.first().map(|m| m.0) else { continue };
            let mut changed: BTreeSet<Key> = BTreeSet::new();
            let touched: BTreeSet<PeerKey> = instant.iter().map(|m| m.2).collect();
            for peer in &touched {
                for (key, part) in peers.entry(*peer).or_default().parts() {
                    *now.entry(key).or_default() -= part;
                    changed.insert(key);
                }
            }
            for (_, turn, peer, key) in instant {
                let count = peers.entry(*peer).or_default().of.entry(*key).or_default();
                *count = if *turn == Turn::Arrives { *count + 1 } else { count.saturating_sub(1) };
            }
            for (key, part) in touched.iter().filter_map(|peer| peers.get(peer)).flat_map(Held::parts) {
                *now.entry(key).or_default() += part;
                changed.insert(key);
            }
            for key in changed {
                weights.steps.entry(key).or_default().push((time, now.get(&key).copied().unwrap_or(0)));
            }
        }
        weights
    }

    /// The share at `time`.
    pub fn at(&self, key: Key, time: Time) -> u64 {
        let steps = self.steps.get(&key).map_or(&[][..], Vec::as_slice);
        steps.partition_point(|(t, _)| *t <= time).checked_sub(1).map_or(0, |at| steps[at].1)
    }

    /// The instants at which it changes.
    pub fn times(&self, key: Key) -> impl Iterator<Item = Time> + '_ {
        self.steps.get(&key).into_iter().flatten().map(|(time, _)| *time)
    }
}
