//! Other origins of the target's prefixes, in words: who announced them, through whom, from when to when.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::phrase::{Dates, capital, list, prefixes};
use super::{TOLD_ONE_BY_ONE, label};
use crate::model::{Origin, Time, Upstream};
use crate::report::context::Context;
use crate::report::text::plural;
use crate::timeline::{Change, ChangeKind};

/// One other origin's routes, over all prefixes.
struct Conflict<'a> {
    origin: Origin,
    prefixes: BTreeSet<Option<IpNet>>,
    carriers: BTreeSet<Upstream>,
    first: &'a Change,
    /// When the last of them went; `None`: some were there where the data end.
    gone: Option<Time>,
}

/// A sentence for each of those with most prefixes, and one for the rest.
pub fn conflicts(changes: &[Change], context: &Context, dates: &mut Dates) -> Vec<String> {
    let mut found = of_changes(changes);
    found.sort_by_key(|c| (std::cmp::Reverse(c.prefixes.len()), c.first.time, c.origin));
    let mut said: Vec<String> = found.iter().take(TOLD_ONE_BY_ONE).map(|c| sentence(c, context, dates)).collect();
    if found.len() > TOLD_ONE_BY_ONE {
        let more = found.len() - TOLD_ONE_BY_ONE;
        said.push(format!("{} more {} routes as well.", more, if more == 1 { "origin had" } else { "origins had" }));
    }
    said
}

fn of_changes(changes: &[Change]) -> Vec<Conflict<'_>> {
    let mut found: BTreeMap<Origin, Conflict> = BTreeMap::new();
    let mut open: BTreeSet<(Origin, Option<IpNet>)> = BTreeSet::new();
    for change in changes {
        let Some(origin) = change.origin else { continue };
        match change.kind {
            ChangeKind::OriginConflictStart => {
                let (prefixes, carriers) = (BTreeSet::new(), BTreeSet::new());
                let new = || Conflict { origin, prefixes, carriers, first: change, gone: None };
                let own = found.entry(origin).or_insert_with(new);
                own.prefixes.insert(change.prefix);
                own.carriers.extend(change.upstream);
                open.insert((origin, change.prefix));
            }
            ChangeKind::OriginConflictEnd => {
                open.remove(&(origin, change.prefix));
                if let Some(own) = found.get_mut(&origin) {
                    own.carriers.extend(change.upstream);
                    own.gone = Some(change.time);
                }
            }
            _ => {}
        }
    }
    let is_open = |origin: Origin| open.iter().any(|(other, _)| *other == origin);
    found.values_mut().filter(|c| is_open(c.origin)).for_each(|c| c.gone = None);
    found.into_values().collect()
}

fn sentence(conflict: &Conflict, context: &Context, dates: &mut Dates) -> String {
    let Conflict { origin, prefixes: on, carriers, first, gone } = conflict;
    let who = match origin {
        Origin::As(asn) => format!("AS{asn}"),
        Origin::Ambiguous => "one that is ambiguous".to_owned(),
    };
    let through: Vec<String> = carriers.iter().take(TOLD_ONE_BY_ONE).map(|u| label(*u, context)).collect();
    let more = carriers.len().saturating_sub(TOLD_ONE_BY_ONE);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let on: Vec<Option<IpNet>> = on.iter().copied().collect();
    let since = dates.at(first.time);
    let of = match on.len() {
        1 => format!("for {}", prefixes(&on)),
        many => format!("for {}, first for {},", plural(many, "prefix"), prefixes(&[first.prefix])),
    };
    let end = match gone {
        Some(time) => format!("the last such route went {}", dates.at(*time)),
        None => "it was still so where the data end".to_owned(),
    };
    format!("{}, another origin, {who}, was seen {of} through {}{more}; {end}.", capital(&since), list(&through))
}
