//! What a row of a result says of one boundary, and in plain words what its record proves of it (rules 9 to 14).

use ipnet::IpNet;

use crate::check::Claimed;
use crate::event::FilePeer;
use crate::replay::Basis;

/// One boundary of a row, by the columns of the result; texts are as the CSV has them.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The row's line in the file.
    pub line: u64,
    /// Which boundary.
    pub boundary: Boundary,
    /// The row's prefix; `None` for the target as a whole.
    pub prefix: Option<IpNet>,
    /// The upstream and its name.
    pub upstream: String,
    /// The peer whose record it is, where the row says so.
    pub peer: Option<FilePeer>,
    /// What proves it; `None`: no basis of ours.
    pub basis: Option<Basis>,
}

/// A start, an end or a change, with its times as the row has them; empty means unknown.
#[derive(Debug, Clone)]
pub enum Boundary {
    /// `first_seen`, `started_after`, `started_by`.
    Start {
        /// The first proof.
        seen: String,
        /// The last proof of something else.
        after: String,
        /// It had started by then.
        by: String,
    },
    /// `last_seen`, `ended_after`, `ended_before`.
    End {
        /// The last proof.
        seen: String,
        /// Presence is proven up to then.
        after: String,
        /// It had ended by then.
        before: String,
    },
    /// A row of `changes`.
    Change {
        /// Its time.
        time: String,
        /// What changed: `upstream-gained`.
        what: String,
    },
    /// A row of `check`: a published claim, and what the data show of it.
    Verdict {
        /// What is claimed: `gained`.
        what: String,
        /// The published time, or the beginning of the published span.
        at: String,
        /// The end of the published span; empty for a claim of one time.
        until: String,
        /// `pass`, `fail` or `not-decidable`.
        verdict: String,
        /// Why it is no pass.
        note: String,
        /// What was found; of a claim that counts the first.
        found: String,
        /// It lies after this.
        after: String,
        /// And at or before this.
        by: String,
    },
}

impl Boundary {
    /// The one time that no whole row is without.
    fn time(&self) -> &str {
        match self {
            Boundary::Start { seen: time, .. }
            | Boundary::End { seen: time, .. }
            | Boundary::Change { time, .. }
            | Boundary::Verdict { at: time, .. } => time,
        }
    }
}

impl Claim {
    /// The row in a few words, for the heading above its record.
    pub fn heading(&self) -> String {
        let what = match &self.boundary {
            boundary if boundary.time().is_empty() => "its time is not in the row".to_owned(),
            Boundary::Start { seen, .. } => format!("start, first seen {seen}"),
            Boundary::End { seen, .. } => format!("end, last seen {seen}"),
            Boundary::Change { time, what } => format!("{what}, {time}"),
            Boundary::Verdict { what, at, until, verdict, .. } => format!("{} is claimed: {verdict}", published(what, at, until)),
        };
        format!("Line {}: {}: {what}", self.line, self.subject())
    }

    fn subject(&self) -> String {
        let prefix = self.prefix.map_or_else(|| "the whole target".to_owned(), |prefix| prefix.to_string());
        match self.upstream.as_str() {
            "" => prefix,
            upstream if upstream.starts_with(|c: char| c.is_ascii_digit()) => format!("{prefix} through AS{upstream}"),
            upstream => format!("{prefix}, upstream {upstream}"),
        }
    }

    /// Sentences: the bounds, then what the basis means.
    pub fn sentences(&self) -> Vec<String> {
        let basis = self.basis.map_or("unknown", Basis::text);
        let bounds = match &self.boundary {
            boundary if boundary.time().is_empty() => "The row has no time to hold against this record.".to_owned(),
            Boundary::Start { seen, after, by } => start(seen, after, by, basis),
            Boundary::End { seen, after, before } => end(seen, after, before, basis),
            Boundary::Change { time, what } => format!("The row says {what} at {time} (basis {basis})."),
            Boundary::Verdict { what, at, until, verdict, note, found, after, by } => {
                let reason = if note.is_empty() { String::new() } else { format!(": {note}") };
                let claimed = published(what, at, until);
                format!("The row's claim is {claimed}, its verdict {verdict}{reason}. {}", shown(found, after, by, basis))
            }
        };
        let meaning = self.basis.map(|basis| match &self.boundary {
            Boundary::Start { .. } => start_meaning(basis),
            Boundary::End { .. } => end_meaning(basis),
            // The record behind a state is the one that brought the route.
            Boundary::Verdict { what, .. } if what == Claimed::Present.text() || what == Claimed::Absent.text() => {
                start_meaning(basis)
            }
            Boundary::Change { .. } | Boundary::Verdict { .. } => change_meaning(basis),
        });
        [bounds].into_iter().chain(meaning.map(str::to_owned)).collect()
    }
}

fn start(seen: &str, after: &str, by: &str, basis: &str) -> String {
    if after.is_empty() {
        return format!("The row's start: first proven at {seen}, begun by {by}; how long before is unknown (basis {basis}).");
    }
    if after == by && by == seen {
        return format!("The row's start is exact: {seen} (basis {basis}).");
    }
    format!("The row's start: after {after} and not after {by}, first proven at {seen} (basis {basis}).")
}

fn end(seen: &str, after: &str, before: &str, basis: &str) -> String {
    match (after, before) {
        ("", "") => format!("The row's end: ongoing, last proven at {seen} (basis {basis})."),
        (_, "") => format!("The row's end: last proven at {seen}; how long after that it stood is unknown (basis {basis})."),
        (after, before) if after == before && before == seen => format!("The row's end is exact: {seen} (basis {basis})."),
        _ => format!("The row's end: not before {after} and before {before}, last proven at {seen} (basis {basis})."),
    }
}

/// What was published, and of when.
fn published(what: &str, at: &str, until: &str) -> String {
    if until.is_empty() { format!("{what} at {at}") } else { format!("{what} from {at} to {until}") }
}

/// What `check` found; of a state the instant at which the route stood.
fn shown(found: &str, after: &str, by: &str, basis: &str) -> String {
    match (found, after, by) {
        ("", ..) => format!("This record is the first to show the route that the data have there (basis {basis})."),
        (_, "", "") => format!("This record is the first to show the route that stood at {found} (basis {basis})."),
        (_, "", _) => format!("The data show it by {by}; how long before is unknown (basis {basis})."),
        (_, _, "") => format!("The data show it after {after}; how long after is unknown (basis {basis})."),
        _ if after == by && by == found => format!("The data show it exactly at {found} (basis {basis})."),
        _ => format!("The data show it between {after} and {by} (basis {basis})."),
    }
}

const fn start_meaning(basis: Basis) -> &'static str {
    match basis {
        Basis::Update => "A BGP message began it: its time is the event's own.",
        Basis::Rib => {
            "Only a RIB dump shows it, no message did: it began between the last proof of something else and the dump (rule 9)."
        }
        Basis::PeerUp => {
            "It is the peer's first announcement after its session came up or the peer first appeared: proof of presence, not of an onset \
             (rule 10)."
        }
        Basis::Gap => {
            "Data are missing before this record: it began in the hole, and this is the first proof after it (rule 11)."
        }
        Basis::DataStart => {
            "It was there at the collector's first RIB dump: it began before the data, and no change is reported (rule 12)."
        }
        Basis::PeerDown | Basis::DataEnd => "This basis is one of ends, not of starts.",
    }
}

const fn end_meaning(basis: Basis) -> &'static str {
    match basis {
        Basis::Update => "A BGP message of the last peer to hold it ended it: its time is the event's own.",
        Basis::Rib => {
            "A RIB dump lacks it or shows another route, and no message said so: it ended between the last proof and the dump (rule 9)."
        }
        Basis::PeerDown => {
            "The session ended, or the dump shows no route at all of the peer: nobody withdrew anything, and no change is reported (rules 9 \
             and 10)."
        }
        Basis::Gap => "Data are missing before this record: it ended in the hole, and this is the first proof of it (rule 11).",
        Basis::DataEnd => "It is there where the data end (rule 12).",
        Basis::PeerUp | Basis::DataStart => "This basis is one of starts, not of ends.",
    }
}

const fn change_meaning(basis: Basis) -> &'static str {
    match basis {
        Basis::Update => "A BGP message made the change: its time is the event's own.",
        Basis::Rib => "Only a RIB dump shows the change, no message did: it happened by then (rule 9).",
        Basis::Gap => "Data are missing before this record: the change happened in the hole, by then at the latest (rule 11).",
        Basis::PeerUp | Basis::PeerDown | Basis::DataStart | Basis::DataEnd => {
            "The route entered or left sight: what the network did is unknown."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(boundary: Boundary, basis: Basis) -> Claim {
        let prefix = "175.45.176.0/24".parse().ok();
        Claim { line: 3, boundary, prefix, upstream: "20485 TransTeleCom".to_owned(), peer: None, basis: Some(basis) }
    }

    #[test]
    fn bounds_are_told_as_exact_as_they_are() {
        let text = str::to_owned;
        let start = |after: &str, by: &str| Boundary::Start { seen: text("T3"), after: text(after), by: text(by) };
        let end = |after: &str, before: &str| Boundary::End { seen: text("T3"), after: text(after), before: text(before) };
        for (boundary, basis, words) in [
            (start("T3", "T3"), Basis::Update, "start is exact: T3 (basis update)"),
            (start("T1", "T2"), Basis::Gap, "after T1 and not after T2, first proven at T3 (basis gap)"),
            (start("", "T3"), Basis::DataStart, "how long before is unknown (basis data-start)"),
            (end("T3", "T3"), Basis::Update, "end is exact: T3"),
            (end("T3", "T4"), Basis::Rib, "not before T3 and before T4"),
            (end("T3", ""), Basis::PeerDown, "how long after that it stood is unknown"),
            (end("", ""), Basis::DataEnd, "ongoing, last proven at T3"),
            (
                Boundary::Start { seen: text(""), after: text(""), by: text("") },
                Basis::Update,
                "no time to hold against this record",
            ),
        ] {
            let said = claim(boundary, basis).sentences();
            assert!(said.len() == 2 && said[0].contains(words), "{said:?}");
        }
        let change = Boundary::Change { time: text("T1"), what: text("upstream-gained") };
        assert_eq!(
            claim(change, Basis::Update).heading(),
            "Line 3: 175.45.176.0/24 through AS20485 TransTeleCom: upstream-gained, T1"
        );
    }

    #[test]
    fn a_verdict_says_what_was_claimed_and_what_was_found() {
        let text = str::to_owned;
        let verdict = |what: &str, verdict: &str, [until, note, found, after, by]: [&str; 5]| Boundary::Verdict {
            what: text(what),
            at: text("T0"),
            until: text(until),
            verdict: text(verdict),
            note: text(note),
            found: text(found),
            after: text(after),
            by: text(by),
        };
        for (boundary, basis, words) in [
            (
                verdict("gained", "pass", ["", "", "T1", "T1", "T1"]),
                Basis::Update,
                "claim is gained at T0, its verdict pass. The data show it exactly at T1 (basis update). A BGP message made the change",
            ),
            (
                verdict("outage-begins", "fail", ["T9", "too few", "T1", "T1", "T1"]),
                Basis::Update,
                "claim is outage-begins from T0 to T9, its verdict fail: too few. The data show it exactly",
            ),
            (
                verdict("gained", "not-decidable", ["", "wide", "T2", "", "T2"]),
                Basis::DataStart,
                "show it by T2; how long before",
            ),
            (verdict("lost", "not-decidable", ["", "wide", "T2", "T2", ""]), Basis::PeerDown, "after T2; how long after"),
            (verdict("lost", "pass", ["", "", "T2", "T2", "T3"]), Basis::Rib, "show it between T2 and T3 (basis rib)"),
            (
                verdict("present", "pass", ["", "", "T1", "", ""]),
                Basis::Update,
                "stood at T1 (basis update). A BGP message began it",
            ),
            (verdict("absent", "fail", ["", "proven", "", "", ""]), Basis::Update, "proven. This record is the first to show"),
        ] {
            let said = claim(boundary, basis).sentences().join(" ");
            assert!(said.contains(words), "{said}");
        }
        assert_eq!(
            claim(verdict("gained", "pass", ["", "", "T1", "T1", "T1"]), Basis::Update).heading(),
            "Line 3: 175.45.176.0/24 through AS20485 TransTeleCom: gained at T0 is claimed: pass"
        );
    }
}
