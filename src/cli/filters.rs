//! Whom and what to leave out of an answer: peers, a family, and rows by upstream or by what their paths go through. None of it bears on
//! what is measured: who is full-feed, and how many peers hold a route.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use clap::builder::ArgAction;
use clap::{Arg, Args, ValueEnum};
use ipnet::IpNet;

use super::answer::Answer;
use super::plan::{Plan, PlanError};
use super::warn::note;
use crate::model::{AsPath, Asn, Flags, Hop, PeerKey, Span, Upstream, family_of, spans};
use crate::replay::RouteInterval;
use crate::target::names::{self, Names};
use crate::timeline::{Change, Observed, Row, Subject};

/// What to leave out.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Selection")]
pub struct Filters {
    /// Without the peers of this AS, or the one with this address (repeatable)
    #[arg(long, value_name = "ASN|IP")]
    pub exclude_peer: Vec<PeerName>,
    /// Only prefixes of IPv4 or of IPv6
    #[arg(long, value_enum)]
    pub family: Option<Family>,
    /// Only what some path with this AS in it shows (repeatable: any of them)
    #[arg(long, value_name = "ASN")]
    pub through: Vec<Asn>,
    /// Only rows of this upstream, at the hop asked for, by number or by a name that only one has (repeatable: any of them)
    #[arg(id = "upstream", long = "upstream", value_name = "ASN|NAME")]
    pub typed_upstream: Vec<String>,
    /// The same by their numbers: see [`Filters::resolve`].
    #[arg(skip)]
    pub upstream: Vec<Asn>,
}

/// A peer as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PeerName {
    /// All sessions of an AS.
    As(Asn),
    /// The sessions with an address.
    Ip(IpAddr),
}

impl PeerName {
    fn names(self, peer: PeerKey) -> bool {
        match self {
            PeerName::As(asn) => peer.asn == asn,
            PeerName::Ip(ip) => peer.ip == ip,
        }
    }
}

impl FromStr for PeerName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ip = text.parse::<IpAddr>().map(|ip| PeerName::Ip(ip.to_canonical()));
        ip.or_else(|_| text.parse().map(PeerName::As))
            .map_err(|_| format!("'{text}' is no AS number or address; write AS3356 or 192.0.2.1"))
    }
}

impl fmt::Display for PeerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PeerName::As(asn) => asn.fmt(f),
            PeerName::Ip(ip) => ip.fmt(f),
        }
    }
}

/// An address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Family {
    /// IPv4
    #[value(name = "4")]
    Four,
    /// IPv6
    #[value(name = "6")]
    Six,
}

impl Family {
    /// As the option takes it.
    pub const fn text(self) -> &'static str {
        match self {
            Family::Four => "4",
            Family::Six => "6",
        }
    }
}

/// `--upstream` of `first`, which is about one.
pub fn the_upstream(arg: Arg) -> Arg {
    let help = "The upstream whose first appearance is asked for";
    arg.required(true).action(ArgAction::Set).help(help).long_help(help).help_heading(None::<&str>).display_order(0)
}

impl Filters {
    /// Finds the numbers of upstreams that were given by name.
    pub fn resolve(&mut self, names: &Names) -> Result<(), PlanError> {
        for typed in &self.typed_upstream {
            let by_name = || names::find(names, typed);
            let asn = typed.parse::<Asn>().or_else(|_| by_name());
            self.upstream.push(asn.map_err(|reason| PlanError::Upstream { typed: typed.clone(), reason })?);
        }
        Ok(())
    }

    /// Whether prefixes of this one's family are asked for.
    pub fn has_family(&self, prefix: IpNet) -> bool {
        self.family.is_none_or(|family| family_of(prefix) == usize::from(family == Family::Six))
    }

    /// Whether rows are left out.
    pub fn choose_rows(&self) -> bool {
        !(self.upstream.is_empty() && self.through.is_empty())
    }

    /// Whether rows of that upstream are asked for.
    pub fn has_upstream(&self, upstream: Upstream) -> bool {
        let is_named = |asn| self.upstream.contains(&asn);
        self.upstream.is_empty() || matches!(upstream.hop, Hop::As(asn) if is_named(asn))
    }

    fn has_path(&self, path: &AsPath) -> bool {
        self.through.is_empty() || path.ases().any(|asn| self.through.contains(&asn))
    }

    /// Whether the interval's upstream and path are asked for.
    pub fn has_route(&self, interval: &RouteInterval) -> bool {
        self.has_upstream(interval.route.upstream) && self.has_path(&interval.route.path)
    }

    /// Says in the summary of a result what was chosen: whatever stood there between its headline and its files spoke of all rows.
    /// `with` and `without` are the flags by which rows are chosen.
    pub fn tell(&self, (with, without): (Flags, Flags), summary: &mut Vec<String>) {
        if !self.choose_rows() && with.is_empty() && without.is_empty() {
            return;
        }
        let files = summary.pop();
        summary.truncate(1);
        let list = |asns: &[Asn]| asns.iter().map(|asn| format!("AS{asn}")).collect::<Vec<_>>().join(" or ");
        let upstream = (!self.upstream.is_empty()).then(|| format!("of upstream {}", list(&self.upstream)));
        let through = (!self.through.is_empty()).then(|| format!("with {} in a path", list(&self.through)));
        let flagged = (!with.is_empty()).then(|| format!("flagged {}", with.to_string().replace(';', " or ")));
        let unflagged = (!without.is_empty()).then(|| format!("not flagged {}", without.to_string().replace(';', " or ")));
        let chosen = [upstream, through, flagged, unflagged].into_iter().flatten().collect::<Vec<_>>().join(" and ");
        summary.push(format!(
            "Only rows {chosen} were asked for: of others nothing is told. Numbers of peers count all that hold the route."
        ));
        summary.extend(files);
    }

    /// A peer that was to be left out and is not there may be a slip.
    pub fn note_strangers(&self, answer: &Answer) {
        let peers = || answer.assembly.collectors.iter().flat_map(|collector| &collector.peers);
        for name in self.exclude_peer.iter().filter(|name| !peers().any(|peer| name.names(*peer))) {
            note(&format!("--exclude-peer {name} leaves nobody out: no record that was read names such a peer"));
        }
    }
}

/// When routes that `--through` asks for stand, by what rows are about: a prefix, or the target.
#[derive(Debug)]
pub struct Through(Option<BTreeMap<Subject, Vec<Span>>>);

impl Through {
    /// Of these routes; all, if nothing is asked for.
    pub fn of(filters: &Filters, observed: &Observed) -> Through {
        if filters.through.is_empty() {
            return Through(None);
        }
        let mut all: BTreeMap<Subject, Vec<Span>> = BTreeMap::new();
        let intervals = observed.collectors.iter().flat_map(|collector| collector.replay.intervals.iter());
        for interval in intervals.filter(|interval| filters.has_path(&interval.route.path)) {
            let Span { from, until } = interval.believed();
            // Rows reach to the instant in which they end, and some routes last no longer than that.
            let stood = Span { from, until: until.plus_micros(1) };
            for prefix in [Some(interval.prefix), None] {
                let subject = Subject { prefix, origin: interval.route.origin, upstream: interval.route.upstream };
                all.entry(subject).or_default().push(stood);
            }
        }
        Through(Some(all.into_iter().map(|(subject, stood)| (subject, spans::union(stood))).collect()))
    }

    fn during(&self, subject: &Subject, when: Span) -> bool {
        let Some(all) = &self.0 else { return true };
        let closed = Span { from: when.from, until: when.until.plus_micros(1) };
        all.get(subject).is_some_and(|stood| !spans::intersection(stood, &[closed]).is_empty())
    }
}

impl Plan {
    /// Whether all peers are asked.
    pub fn asks_everybody(&self) -> bool {
        self.peer_asns.is_empty() && self.filters.exclude_peer.is_empty()
    }

    /// Whether the peer is asked: `--peer-asn`, `--exclude-peer`.
    pub fn asks(&self, peer: &PeerKey) -> bool {
        let is_out = self.filters.exclude_peer.iter().any(|name| name.names(*peer));
        !is_out && (self.peer_asns.is_empty() || self.peer_asns.contains(&peer.asn))
    }

    /// Whether a row's upstream and paths are asked for.
    pub fn wants_row(&self, row: &Row, through: &Through) -> bool {
        self.filters.has_upstream(row.subject.upstream) && through.during(&row.subject, row.believed)
    }

    /// The same of a change; of a conflict every upstream that carries it counts, and an outage is of none.
    pub fn wants_change(&self, change: &Change, through: &Through) -> bool {
        if !self.filters.choose_rows() {
            return true;
        }
        let (Some(origin), Some(upstream)) = (change.origin, change.upstream) else { return false };
        let upstreams = change.carriers.iter().map(|(upstream, _)| *upstream).chain([upstream]);
        let at = Span { from: change.time, until: change.time };
        let is_wanted = |upstream| {
            self.filters.has_upstream(upstream) && through.during(&Subject { prefix: change.prefix, origin, upstream }, at)
        };
        upstreams.into_iter().any(is_wanted)
    }

    /// For commands whose rows have no path.
    pub fn without_through(self, command: &'static str, reason: &'static str) -> Result<Plan, PlanError> {
        if self.filters.through.is_empty() { Ok(self) } else { Err(PlanError::NotFor { option: "--through", command, reason }) }
    }

    /// For commands that are about all rows, or about none.
    pub fn with_all_rows(self, command: &'static str, reason: &'static str) -> Result<Plan, PlanError> {
        if self.filters.upstream.is_empty() {
            return self.without_through(command, reason);
        }
        Err(PlanError::NotFor { option: "--upstream", command, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_have_a_number_or_an_address() {
        for (text, expected) in [
            ("AS3356", PeerName::As(Asn(3356))),
            ("2.207", PeerName::As(Asn(131_279))),
            ("192.0.2.1", PeerName::Ip("192.0.2.1".parse().expect("an address"))),
            ("::ffff:192.0.2.1", PeerName::Ip("192.0.2.1".parse().expect("an address"))),
            ("2001:db8::1", PeerName::Ip("2001:db8::1".parse().expect("an address"))),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        assert!("1.2.3".parse::<PeerName>().is_err() && "x".parse::<PeerName>().is_err());
    }

    #[test]
    fn the_summary_says_what_was_chosen() {
        use crate::model::Flag;
        let told = |upstream: &[u32], through: &[u32], with: Flags| {
            let asns = |list: &[u32]| list.iter().copied().map(Asn).collect();
            let mut summary = ["head", "of all rows", "files"].map(str::to_owned).to_vec();
            Filters { upstream: asns(upstream), through: asns(through), ..Filters::default() }
                .tell((with, Flags::default()), &mut summary);
            summary
        };
        assert_eq!(told(&[], &[], Flags::default()), ["head", "of all rows", "files"]);
        let said = &told(&[1, 2], &[3], [Flag::Gap, Flag::Stuck].into_iter().collect())[1];
        assert!(
            said.starts_with("Only rows of upstream AS1 or AS2 and with AS3 in a path and flagged gap or stuck were asked for:"),
            "{said}"
        );
        assert_eq!(told(&[1], &[], Flags::default()).len(), 3);
    }
}
