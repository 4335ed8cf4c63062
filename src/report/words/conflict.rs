//! Other origins of the target's prefixes, in words: who announced them, through whom, from when to when.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::phrase::{Dates, among, capital, prefixes};
use super::{TOLD_ONE_BY_ONE, label};
use crate::model::{Origin, Time, Upstream};
use crate::replay::Basis;
use crate::report::context::Context;
use crate::report::text::plural;
use crate::timeline::{Change, ChangeKind};

/// One other origin's routes, over all prefixes.
pub struct Conflict<'a> {
    /// Whose.
    pub origin: Origin,
    /// For which prefixes.
    pub prefixes: BTreeSet<Option<IpNet>>,
    /// Through whom: those that most peers had first.
    pub carriers: Vec<Upstream>,
    /// The first of them.
    pub first: &'a Change,
    /// The prefixes that have such a route where the data end.
    pub open: Vec<Option<IpNet>>,
    /// When the last of the others went.
    pub gone: Option<Time>,
}

/// A sentence for each of those with most prefixes, and one for the rest.
pub fn conflicts(changes: &[Change], context: &Context, dates: &mut Dates) -> Vec<String> {
    let found = of_changes(changes);
    let mut said: Vec<String> = found.iter().take(TOLD_ONE_BY_ONE).map(|c| sentence(c, context, dates)).collect();
    if found.len() > TOLD_ONE_BY_ONE {
        let more = found.len() - TOLD_ONE_BY_ONE;
        said.push(format!("{} more {} routes as well.", more, if more == 1 { "origin had" } else { "origins had" }));
    }
    said
}

/// The peers of each carrier, over all prefixes.
type Through = BTreeMap<Upstream, usize>;
/// When each conflict ended; `None`: it did not.
type Ends = BTreeMap<(Origin, Option<IpNet>), Option<Time>>;

/// The conflicts among the changes of one prefix: the start of each and, unless it lasts to the end of the data, its end.
pub fn among_changes<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<(&'a Change, Option<&'a Change>)> {
    let mut found: Vec<(&Change, Option<&Change>)> = Vec::new();
    for change in changes {
        match change.kind {
            ChangeKind::OriginConflictStart => found.push((change, None)),
            ChangeKind::OriginConflictEnd => {
                if let Some((_, end @ None)) = found.iter_mut().rev().find(|(start, _)| start.origin == change.origin) {
                    *end = Some(change);
                }
            }
            _ => {}
        }
    }
    found
}

/// The other origins, those of most prefixes first.
pub fn of_changes(changes: &[Change]) -> Vec<Conflict<'_>> {
    let mut found: BTreeMap<Origin, (Conflict, Through)> = BTreeMap::new();
    let mut ends = Ends::new();
    for change in changes {
        let Some(origin) = change.origin else { continue };
        let key = (origin, change.prefix);
        match change.kind {
            ChangeKind::OriginConflictStart => {
                let (prefixes, carriers, open) = (BTreeSet::new(), Vec::new(), Vec::new());
                let new = || (Conflict { origin, prefixes, carriers, first: change, open, gone: None }, BTreeMap::new());
                let (own, through) = found.entry(origin).or_insert_with(new);
                own.prefixes.insert(change.prefix);
                for (upstream, peers) in &change.carriers {
                    *through.entry(*upstream).or_default() += peers;
                }
                ends.insert(key, None);
            }
            ChangeKind::OriginConflictEnd => {
                ends.entry(key).and_modify(|end| *end = Some(change.time));
            }
            _ => {}
        }
    }
    let mut found: Vec<Conflict> = found.into_values().map(|(own, through)| own.ended(&ends).carried(through)).collect();
    found.sort_by_key(|c| (std::cmp::Reverse(c.prefixes.len()), c.first.time, c.origin));
    found
}

impl Conflict<'_> {
    fn ended(mut self, ends: &Ends) -> Self {
        let end = |prefix: &Option<IpNet>| ends.get(&(self.origin, *prefix)).copied().flatten();
        self.gone = self.prefixes.iter().filter_map(end).max();
        self.open = self.prefixes.iter().filter(|p| end(p).is_none()).copied().collect();
        self
    }

    fn carried(mut self, through: Through) -> Self {
        let mut most: Vec<(Upstream, usize)> = through.into_iter().collect();
        most.sort_by_key(|(upstream, peers)| (std::cmp::Reverse(*peers), *upstream));
        self.carriers = most.into_iter().map(|(upstream, _)| upstream).collect();
        self
    }

    /// `AS18101 Reliance`.
    pub fn who(&self, context: &Context) -> String {
        match self.origin {
            Origin::As(asn) => format!("AS{}", context.upstream_label(Upstream::next(asn))),
            Origin::Ambiguous => "one that is ambiguous".to_owned(),
        }
    }

    /// `AS15412 FLAG and AS4755`; of many their number, and those that most peers had.
    pub fn through(&self, context: &Context) -> String {
        let carriers: Vec<String> = self.carriers.iter().map(|u| label(*u, context)).collect();
        among(&carriers, "upstream")
    }
}

fn sentence(conflict: &Conflict, context: &Context, dates: &mut Dates) -> String {
    let Conflict { prefixes: on, first, open, gone, .. } = conflict;
    let (who, through) = (conflict.who(context), conflict.through(context));
    let since = dates.at(first.time);
    let since = match first.basis {
        Basis::DataStart => format!("Where the data begin, {since}"),
        _ => capital(&since),
    };
    let named = |all: &[Option<IpNet>]| prefixes(all);
    let on: Vec<Option<IpNet>> = on.iter().copied().collect();
    let of = match on.len() {
        1 => format!("for {}", named(&on)),
        many => format!("for {}, first for {},", plural(many, "prefix"), named(&[first.prefix])),
    };
    let end = match gone {
        Some(time) if open.is_empty() => format!("the last such route went {}", dates.at(*time)),
        Some(time) => {
            let by = dates.bare(*time);
            format!(
                "it was gone from {} of them by {by} and still there for {} where {}",
                on.len() - open.len(),
                named(open),
                context.what_ends()
            )
        }
        None => format!("it was still so where {}", context.what_ends()),
    };
    format!("{since}, another origin, {who}, was seen {of} through {through}; {end}.")
}
