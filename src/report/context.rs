//! What reports need beside the pure stages' results: names, places of records, and facts about the run.

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde_json::{Map, Value, json};

use super::text::{self, duration, minute, plural, second};
use crate::model::{Asn, CollectorId, Hop, Origin, Peer, PeerKey, RecordId, Span, Upstream, spans};
use crate::replay::Quality;

/// What rows need and pure stages do not know.
pub struct Context<'a> {
    /// The target in words: `North Korea (AS131279, 175.45.176.0/22)`.
    pub target: String,
    /// The window asked for, or else that of the data; `None` if there are no data.
    pub window: Option<Span>,
    /// What the data cover, as far as they were asked for.
    pub data: Option<Span>,
    /// The question ends before the data are known to (`--to`).
    pub is_cut: bool,
    /// The run's collectors by [`CollectorId`].
    pub collectors: Vec<Source>,
    /// Names of upstreams; decoration only.
    pub names: BTreeMap<Asn, String>,
    /// Where a record stands: `path#digest` (rule 19).
    pub evidence: &'a (dyn Fn(RecordId) -> String + Sync),
    /// What was read and what was not.
    pub facts: RunFacts,
}

/// A collector of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// How many of its sessions could have told of the target: of its families, and asked for.
    pub peers: usize,
    /// It has RIB dumps only (rule 11).
    pub sampled: bool,
}

/// What was read and what could not be: the same for any number of threads and any way of reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFacts {
    /// Archive files read, damaged ones included.
    pub files_read: u64,
    /// Those of `files_read` that are damaged in part.
    pub files_partial: u64,
    /// Files met by walking that are no MRT.
    pub files_skipped: u64,
    /// Missing data, sorted by collector and time.
    pub gaps: Vec<GapFact>,
    /// Microseconds of the window in which no collector has data.
    pub unobserved_micros: i64,
    /// RIB dumps that did not end properly (rule 8).
    pub rejected_dumps: u64,
    /// Watched records read as withdrawals (RFC 7606, rule 20).
    pub treated_as_withdrawn: u64,
    /// Records that could not be decoded at all (rule 20).
    pub quarantined: u64,
    /// RIB entries and absences that contradict the replayed tables (rule 9).
    pub disagreements: u64,
    /// Records over 5 minutes outside their file's span (rule 7).
    pub clock: u64,
    /// Where nothing was seen of the prefixes asked for: the routes that cover them.
    pub covering: Vec<IpNet>,
    /// The archive says that a program made it up.
    pub simulated: bool,
    /// What watched records showed of each peer, sorted by collector and peer.
    pub peers: Vec<PeerFacts>,
}

/// How far to trust a peer: counts of its watched records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerFacts {
    /// Whose.
    pub peer: PeerKey,
    /// What replay counted.
    pub quality: Quality,
    /// Updates read as withdrawals (RFC 7606, rule 20).
    pub treated_as_withdrawn: u64,
    /// All its records, if they were counted.
    pub records: Option<u64>,
}

impl PeerFacts {
    /// Of a peer that sent no watched record.
    pub fn nothing(peer: PeerKey) -> Self {
        PeerFacts { peer, quality: Quality::default(), treated_as_withdrawn: 0, records: None }
    }

    /// The figures by name, in the order of columns.
    pub fn figures(&self) -> [(&'static str, u64); 8] {
        let Quality { announcements, withdrawals, repeats, rib_agreements, rib_disagreements, empty_paths, clock } = self.quality;
        [
            ("announcements", announcements),
            ("withdrawals", withdrawals),
            ("repeats", repeats),
            ("rib_agreements", rib_agreements),
            ("rib_disagreements", rib_disagreements),
            ("treated_as_withdrawn", self.treated_as_withdrawn),
            ("empty_paths", empty_paths),
            ("clock", clock),
        ]
    }

    /// Whether a figure tells that something was wrong.
    pub fn matters(&self) -> bool {
        let Quality { rib_disagreements, empty_paths, clock, .. } = self.quality;
        rib_disagreements + empty_paths + clock + self.treated_as_withdrawn > 0
    }
}

/// A stretch without data of one collector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapFact {
    /// Whose.
    pub collector: CollectorId,
    /// When.
    pub span: Span,
}

/// How many gaps are named one by one.
const NAMED_GAPS: usize = 3;

impl Context<'_> {
    /// A collector's name; its number if it has none.
    pub fn collector(&self, id: CollectorId) -> String {
        self.collectors.get(usize::from(id.0)).map_or_else(|| format!("#{}", id.0), |c| c.name.clone())
    }

    /// An upstream's name, if it has one.
    pub fn upstream_name(&self, upstream: Upstream) -> Option<&str> {
        self.names.get(&upstream.asn()?).map(String::as_str)
    }

    /// An origin's name, if it has one.
    pub fn origin_name(&self, origin: Origin) -> Option<&str> {
        match origin {
            Origin::As(asn) => self.names.get(&asn).map(String::as_str),
            Origin::Ambiguous => None,
        }
    }

    /// An origin for tables: `131279 Star Joint Venture`, `64500`, `ambiguous`.
    pub fn origin_label(&self, origin: Origin) -> String {
        self.origin_name(origin).map_or_else(|| origin.to_string(), |name| format!("{origin} {name}"))
    }

    /// An upstream for tables: `20485 TransTeleCom`, `64500`, `direct`; with what stands between, `4837 China Unicom via 134544`.
    pub fn upstream_label(&self, upstream: Upstream) -> String {
        let via = if upstream.via.is_empty() { String::new() } else { format!(" via {}", upstream.via) };
        match self.upstream_name(upstream) {
            Some(name) => format!("{upstream} {name}{via}"),
            None => format!("{upstream}{via}"),
        }
    }

    /// An upstream in sentences: `AS20485 TransTeleCom`; with what stands between, `AS134544, behind AS4837 China Unicom`.
    pub fn upstream_in_words(&self, upstream: Upstream) -> String {
        let label = |asn: Asn| format!("AS{}", self.upstream_label(Upstream::next(asn)));
        let last = match upstream.hop {
            Hop::As(asn) => label(asn),
            Hop::Direct => "the origin itself".to_owned(),
            Hop::Beyond => "nothing further that is seen".to_owned(),
            Hop::Ambiguous => "an ambiguous origin".to_owned(),
        };
        let mut chain: Vec<String> = upstream.via.ases().iter().map(|asn| label(*asn)).collect();
        // A direct route of a member ends with that.
        if upstream.hop != Hop::Direct || chain.is_empty() {
            chain.push(last);
        }
        chain.join(", behind ")
    }

    /// What ends where a row is ongoing.
    pub(super) fn what_ends(&self) -> &'static str {
        if self.is_cut { "the time asked for ends" } else { "the data end" }
    }

    /// Where nothing is to be had of the time asked for: what there is.
    pub(super) fn outside(&self) -> String {
        match (self.window, self.data) {
            (None, Some(Span { from, until })) => {
                format!("The data are of {} to {} UTC, and none of the time asked for.", minute(from), minute(until))
            }
            _ => String::new(),
        }
    }

    /// What results of made-up data begin with.
    pub fn simulated(&self) -> Option<&'static str> {
        self.facts.simulated.then_some("SIMULATED DATA: a program made this archive up; nothing of it happened on the Internet.")
    }

    /// `2017-10-01 00:00 to 2017-10-02 12:00 UTC`; of an instant `at 2017-10-01 09:30:00 UTC`.
    pub(super) fn window_text(&self) -> String {
        match self.window {
            Some(Span { from, until }) if from == until => format!("at {} UTC", text::exact(from)),
            Some(Span { from, until }) => format!("{} to {} UTC", minute(from), minute(until)),
            None => "no data".to_owned(),
        }
    }

    /// The second line of every summary.
    pub(super) fn files_line(&self) -> String {
        let facts = &self.facts;
        let peers = self.collectors.iter().map(|c| c.peers).sum();
        format!(
            "Files: {} read, {} damaged, {} skipped; {}; {} of {}.",
            facts.files_read,
            facts.files_partial,
            facts.files_skipped,
            plural(self.true_gaps().count(), "gap"),
            plural(peers, "peer"),
            plural(self.collectors.len(), "collector"),
        )
    }

    /// The gaps but for the time between RIB dumps of collectors that have nothing else.
    pub(super) fn true_gaps(&self) -> impl Iterator<Item = &GapFact> {
        let sampled = |gap: &GapFact| self.collectors.get(usize::from(gap.collector.0)).is_some_and(|c| c.sampled);
        self.facts.gaps.iter().filter(move |gap| !sampled(gap))
    }

    /// Which routes cover what was asked for and not seen, and what to do about it.
    pub fn covered(&self) -> Option<String> {
        let covering: Vec<String> = self.facts.covering.iter().map(ToString::to_string).collect();
        (!covering.is_empty()).then(|| {
            format!(
                "What was asked for has no route of its own; {} {} it: ask for that, or add --covering.",
                covering.join(", "),
                if covering.len() == 1 { "covers" } else { "cover" }
            )
        })
    }

    /// What the result cannot say because data are missing or damaged: one sentence each.
    pub(super) fn missing(&self) -> Vec<String> {
        let facts = &self.facts;
        let mut all = Vec::new();
        let gaps: Vec<&GapFact> = self.true_gaps().collect();
        if !gaps.is_empty() {
            let total = spans::total(gaps.iter().map(|gap| &gap.span));
            let name =
                |g: &&GapFact| format!("{} {} to {}", self.collector(g.collector), second(g.span.from), second(g.span.until));
            let mut named: Vec<String> = gaps.iter().take(NAMED_GAPS).map(name).collect();
            if gaps.len() > NAMED_GAPS {
                named.push(format!("and {} more", gaps.len() - NAMED_GAPS));
            }
            all.push(format!("Missing data: {}, {} together: {}.", plural(gaps.len(), "gap"), duration(total), named.join("; ")));
        }
        all.extend(self.covered());
        if facts.unobserved_micros > 0 {
            all.push(format!("No collector has data for {} of the window.", duration(facts.unobserved_micros)));
        }
        let sampled: Vec<&str> = self.collectors.iter().filter(|c| c.sampled).map(|c| c.name.as_str()).collect();
        if !sampled.is_empty() {
            all.push(format!("RIB dumps only, nothing is known between them: {}.", sampled.join(", ")));
        }
        let counted = [
            (facts.files_partial, "file", "damaged in part; what stands before the damage counts"),
            (facts.rejected_dumps, "RIB dump", "rejected as incomplete"),
            (facts.treated_as_withdrawn, "malformed record", "read as withdrawals (RFC 7606)"),
            (facts.quarantined, "record", "left out: not decodable"),
            (facts.disagreements, "RIB entry or absence", "found to contradict the replayed updates"),
            (facts.clock, "record", "more than 5 minutes outside the time of their file"),
        ];
        let told = counted.into_iter().filter(|(count, ..)| *count > 0);
        all.extend(told.map(|(count, what, fate)| format!("{}: {fate}.", text::plural_u64(count, what))));
        all
    }

    fn peer_json(&self, facts: &PeerFacts) -> Value {
        let Peer { collector, ip, asn } = *facts.peer;
        let mut all = Map::new();
        all.insert("collector".to_owned(), json!(self.collector(collector)));
        all.insert("peer_ip".to_owned(), json!(ip.to_string()));
        all.insert("peer_asn".to_owned(), json!(asn.0));
        all.extend(facts.figures().map(|(name, count)| (name.to_owned(), json!(count))));
        Value::Object(all)
    }

    /// The facts as JSON carries them.
    pub(super) fn facts_json(&self) -> Map<String, Value> {
        let facts = &self.facts;
        let span = |s: &Span| (s.from.to_string(), s.until.to_string());
        let window = self.window.as_ref().map(span);
        let collectors: Vec<Value> =
            self.collectors.iter().map(|c| json!({"name": c.name, "peers": c.peers, "sampled": c.sampled})).collect();
        let gap = |g: &GapFact| {
            let (from, until) = span(&g.span);
            json!({"collector": self.collector(g.collector), "from": from, "until": until})
        };
        let all = [
            ("target", json!(self.target)),
            ("from", json!(window.as_ref().map(|w| &w.0))),
            ("until", json!(window.as_ref().map(|w| &w.1))),
            ("collectors", json!(collectors)),
            ("simulated", json!(facts.simulated)),
            ("files_read", json!(facts.files_read)),
            ("files_partial", json!(facts.files_partial)),
            ("files_skipped", json!(facts.files_skipped)),
            ("gaps", facts.gaps.iter().map(gap).collect()),
            ("unobserved_s", seconds_json(facts.unobserved_micros)),
            ("rejected_dumps", json!(facts.rejected_dumps)),
            ("treated_as_withdrawn", json!(facts.treated_as_withdrawn)),
            ("quarantined", json!(facts.quarantined)),
            ("disagreements", json!(facts.disagreements)),
            ("clock", json!(facts.clock)),
            ("peers", facts.peers.iter().map(|peer| self.peer_json(peer)).collect()),
        ];
        all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

fn seconds_json(micros: i64) -> Value {
    if micros % 1_000_000 == 0 { json!(micros / 1_000_000) } else { json!(micros as f64 / 1e6) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sheets::fixture;

    #[test]
    fn tells_only_what_is_missing() {
        let mut context = fixture::context(&fixture::evidence);
        let gap = context.facts.gaps[0];
        context.facts = RunFacts::default();
        assert_eq!(context.missing(), Vec::<String>::new());

        context.collectors[1].sampled = true;
        let of_sampled = GapFact { collector: CollectorId(1), ..gap };
        context.facts = RunFacts {
            files_partial: 1,
            gaps: vec![gap, gap, gap, gap, of_sampled],
            unobserved_micros: 90_000_000,
            treated_as_withdrawn: 2,
            ..RunFacts::default()
        };
        let named = ["rrc90 2017-10-01 11:10:00 to 2017-10-01 11:15:00"; 3].join("; ");
        let told = [
            format!("Missing data: 4 gaps, 20m 00s together: {named}; and 1 more."),
            "No collector has data for 1m 30s of the window.".to_owned(),
            "RIB dumps only, nothing is known between them: route-views.sim.".to_owned(),
            "1 file: damaged in part; what stands before the damage counts.".to_owned(),
            "2 malformed records: read as withdrawals (RFC 7606).".to_owned(),
        ];
        assert_eq!(context.missing(), told);
        assert_eq!(context.files_line(), "Files: 0 read, 1 damaged, 0 skipped; 4 gaps; 25 peers of 2 collectors.");
    }
}
