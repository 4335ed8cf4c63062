//! A series as a table with a column an upstream: at each time of a prefix, what each upstream carries, and what nobody does.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use ipnet::IpNet;

use super::visibility::{Point, Series};
use crate::model::{Time, Upstream};

/// A row of such a table.
#[derive(Debug, Clone, PartialEq)]
pub struct WideRow {
    /// The change, or the bin's start.
    pub time: Time,
    /// One prefix, or all.
    pub prefix: Option<IpNet>,
    /// Peers of each upstream, whatever the origin, in the order of [`Wide::upstreams`]: each peer counts once, in equal parts for its routes.
    pub peers: Vec<f64>,
    /// Peers able to see the prefix that hold none of them; `None`: nobody is able to see it.
    pub none: Option<f64>,
}

/// The table.
#[derive(Debug)]
pub struct Wide {
    series: Series,
    upstreams: Vec<Upstream>,
}

/// What stands for a prefix.
struct Standing {
    /// By subject: of an upstream, each origin's.
    peers: BTreeMap<super::hold::Subject, f64>,
    total: f64,
}

impl Wide {
    /// Of a whole series.
    pub fn of(series: Series) -> Wide {
        let upstreams: BTreeSet<Upstream> = series.subjects().map(|subject| subject.upstream).collect();
        Wide { upstreams: upstreams.into_iter().collect(), series }
    }

    /// The columns.
    pub fn upstreams(&self) -> &[Upstream] {
        &self.upstreams
    }

    /// The rows in order of time, then of prefix: one wherever anything changes, or begins.
    pub fn rows(&self, to: &mut dyn FnMut(WideRow) -> io::Result<()>) -> io::Result<()> {
        let mut standing: BTreeMap<(bool, Option<IpNet>), Standing> = BTreeMap::new();
        let mut points = self.series.points().peekable();
        while let Some(first) = points.next() {
            let time = first.time;
            let mut changed = BTreeSet::new();
            let mut take = |point: Point| {
                let key = (point.subject.prefix.is_none(), point.subject.prefix);
                let own = standing.entry(key).or_insert(Standing { peers: BTreeMap::new(), total: 0.0 });
                own.peers.insert(point.subject, point.weight);
                own.total = point.total;
                changed.insert(key);
            };
            take(first);
            while let Some(point) = points.next_if(|point| point.time == time) {
                take(point);
            }
            for key in changed {
                let Some(own) = standing.get(&key) else { continue };
                to(self.row(time, key.1, own))?;
            }
        }
        Ok(())
    }

    fn row(&self, time: Time, prefix: Option<IpNet>, own: &Standing) -> WideRow {
        let mut peers = vec![0.0; self.upstreams.len()];
        for (subject, weight) in &own.peers {
            if let Ok(at) = self.upstreams.binary_search(&subject.upstream) {
                peers[at] += weight;
            }
        }
        let held: f64 = peers.iter().sum();
        WideRow { time, prefix, peers, none: (own.total > 0.0).then(|| (own.total - held).max(0.0)) }
    }
}
