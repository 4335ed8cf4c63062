//! Why a record does what it does: one or two sentences with the rule.

use ipnet::IpNet;

use crate::event::{As4Path, Attributed, Body, MessageEnd, PathIds, Prefixes, Sender};
use crate::model::{Flag, Hop, Origin, Upstream};

/// What the record did, by which rule.
pub fn why(body: &Body) -> Vec<String> {
    let text = match body {
        Body::Update { prefixes: None, .. } => {
            "Its prefixes cannot be read, so the whole message is left out and counted as quarantined (rule 20)."
        }
        Body::Update { prefixes: Some(prefixes), attributed, .. } => return update(prefixes, attributed.as_deref()),
        Body::State { old: 6, new: 6, .. } => "The session stays Established: nothing changes (rule 10).",
        Body::State { old: 6, .. } => {
            "The session left Established: the peer's routes end with basis peer-down. Nobody withdrew anything, so no change is reported; \
             the peer counts as unknown until it is seen again (rule 10)."
        }
        Body::State { new: 6, .. } => {
            "The session reached Established: the peer begins with an empty table, and its first announcements prove presence, not onset \
             (rule 10)."
        }
        Body::State { .. } => "The session was not Established before and is not after: nothing new (rule 10).",
        Body::Message { sender: Sender::Collector, .. } => {
            "It is the collector's own message and says nothing of its peers: ignored (rule 10)."
        }
        Body::Message { .. } => "Only UPDATE messages and state records say something of routes: ignored (rule 10).",
        Body::Rib { .. } => {
            "A RIB record is part of a snapshot: it shows which routes the peers held when the dump was written. It counts only if the dump \
             is complete, and against a route from messages only if no message came shortly before it (rule 8)."
        }
        Body::PeerIndex { .. } => {
            "A peer index only names the dump's peers. As evidence it stands for the whole dump: for what is not in it, a prefix or all of \
             a peer's routes (rule 9)."
        }
        Body::Other => "Records of this type are not looked at.",
        Body::Unreadable => "The record cannot be decoded, so it is left out and counted as quarantined (rule 20).",
    };
    vec![text.to_owned()]
}

fn update(prefixes: &Prefixes, attributed: Option<&Attributed>) -> Vec<String> {
    let mut said = Vec::new();
    let again = prefixes.withdrawn.iter().any(|key| prefixes.announced.contains(key));
    if prefixes.treated_as_withdrawn.is_some() {
        let reason = match attributed {
            Some(a) if a.overruns.is_some() => "an attribute is longer than what is left of the message",
            _ => "AS_PATH is missing or malformed",
        };
        said.push(format!(
            "It announces, but {reason}: the announcement is read as a withdrawal and counted (RFC 7606, rule 20)."
        ));
    } else if !prefixes.announced.is_empty() {
        said.push(
            "An announcement replaces whatever route the peer held for the prefix, whatever the path of either (rule 5); the same path \
             again changes nothing (rule 6)."
                .to_owned(),
        );
    }
    if again {
        said.push("One message that withdraws and announces a prefix announces it (rule 5).".to_owned());
    }
    if prefixes.withdrawn.iter().any(|key| !prefixes.announced.contains(key)) {
        said.push("A withdrawal ends the peer's route for the prefix, whatever its path was (rule 5).".to_owned());
    }
    if prefixes.path_ids == PathIds::Guessed {
        said.push(
            "What the record's type says of path ids is wrong: the prefixes can only be read in the other way, and so to the last byte \
             (rule 1)."
                .to_owned(),
        );
    }
    if prefixes.end == MessageEnd::Missing {
        said.push(
            "The collector left out the end of the message: what stood there may concern any route of the peer, so that nothing is known \
             of them from here on (rule 20)."
                .to_owned(),
        );
    } else if said.is_empty() {
        said.push("It neither announces nor withdraws an IPv4 or IPv6 unicast prefix: nothing changes.".to_owned());
    }
    said
}

/// What an UPDATE says of the row's prefix.
pub fn of_prefix(body: &Body, prefix: IpNet) -> Option<String> {
    let Body::Update { prefixes: Some(prefixes), attributed, .. } = body else { return None };
    let names = |list: &[(IpNet, u32)]| list.iter().any(|(net, _)| *net == prefix);
    if names(&prefixes.announced) && prefixes.treated_as_withdrawn.is_none() {
        let route = attributed.as_ref().and_then(|attributed| attributed.route.as_ref());
        return Some(match route.map(|route| route.upstream) {
            Some(Upstream { hop: Hop::As(asn), .. }) => format!("This message announces {prefix} through AS{asn}."),
            Some(upstream) => format!("This message announces {prefix}, upstream {upstream}."),
            None => format!("This message announces {prefix} with an empty path."),
        });
    }
    (names(&prefixes.withdrawn) || names(&prefixes.announced)).then(|| format!("This message withdraws {prefix}."))
}

/// What became of `AS4_PATH`; nothing where there is none.
pub const fn of_as4_path(verdict: As4Path) -> Option<&'static str> {
    match verdict {
        As4Path::Absent => None,
        As4Path::Merged => Some("AS4_PATH merged: it stands in for the end of AS_PATH, which has 2-byte AS numbers (rule 2)"),
        As4Path::NotNeeded => Some("AS4_PATH ignored: AS_PATH itself has 4-byte AS numbers here (rule 2)"),
        As4Path::Malformed => Some("AS4_PATH ignored: it is malformed (rule 2)"),
        As4Path::AggregatorSpeaksAgainst => {
            Some("AS4_PATH ignored: AGGREGATOR is not AS_TRANS, so a router in between did not keep AS4_PATH up to date (rule 2)")
        }
        As4Path::Longer => Some("AS4_PATH ignored: it is longer than AS_PATH (rule 2)"),
    }
}

/// How the origin is read (rule 2).
pub fn of_origin(attributed: &Attributed) -> &'static str {
    match attributed.route.as_ref().map(|route| route.origin) {
        Some(Origin::Ambiguous) => "the path ends in a set of several ASes (rule 2)",
        Some(Origin::As(_)) if attributed.path.as_ref().is_some_and(|path| path.is_empty()) => {
            "the peer itself: its path is empty, which counts only if the peer is a watched origin (rule 3)"
        }
        _ => "the last AS of the path (rule 2)",
    }
}

/// How the upstream is read (rule 3).
pub fn of_upstream(attributed: &Attributed) -> String {
    let Some(route) = &attributed.route else { return String::new() };
    match (route.upstream.hop, route.origin) {
        (Hop::As(_), Origin::As(origin)) => {
            let again =
                if route.flags.iter().any(|flag| flag == Flag::Poisoned) { "; the origin also stands further left" } else { "" };
            format!("left of the leftmost AS{origin}, prepending removed (rule 3){again}")
        }
        (Hop::Direct, _) => "nothing stands left of the origin (rule 3)".to_owned(),
        _ => "no single AS stands left of a single origin (rules 2 and 3)".to_owned(),
    }
}
