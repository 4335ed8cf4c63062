//! `routes`: every row was true, its bounds hold the truth, and nothing that can be read is missing.

use std::collections::BTreeMap;

use crate::archive::Seen;
use crate::ask::Answer;
use crate::log::{Said, Steps, state};
use crate::rows::Route;
use crate::truth::{At, BACKLOG, Truth};
use crate::verdict::{Verdict, when};
use crate::world::{Feed, MIN, Micros, Path};

/// Holds the rows against the truth.
pub fn check(truth: &Truth, answer: &Answer, rows: &[Route], verdict: &mut Verdict) {
    let mut by_key: BTreeMap<At, Vec<&Route>> = BTreeMap::new();
    for row in rows {
        let Some(at) = key_of(truth, row) else {
            verdict.add("routes.key", answer, row.cells.text(), "there is no such peer, prefix or path id");
            continue;
        };
        by_key.entry(at).or_default().push(row);
        let path = path_of(truth, at, &row.path);
        let Some(path) = path else {
            verdict.add("routes.path", answer, row.cells.text(), "the peer never had this path");
            continue;
        };
        let case = Case { truth, answer, row, at, path };
        case.held(verdict);
        case.start(verdict);
        case.end(verdict);
        case.inside(verdict);
        case.peer_down(verdict);
    }
    for rows in by_key.values() {
        overlap(answer, rows, verdict);
    }
    missing(truth, answer, &by_key, verdict);
}

/// The key of a row. A two-byte session writes AS23456 for a wide number, and where no dump tells better the row has it too.
pub fn key_of(truth: &Truth, row: &Route) -> Option<At> {
    let collector = truth.world.collectors.iter().position(|c| c.name == row.collector)?;
    let peers = &truth.world.collectors[collector].peers;
    let is_asn = |asn: u32, two_byte: bool| asn == row.asn || two_byte && asn > 65_535 && row.asn == 23_456;
    let peer = peers.iter().position(|p| p.ip == row.ip && is_asn(p.asn, p.two_byte))?;
    let prefix = truth.world.prefixes.iter().position(|p| *p == row.prefix)?;
    let key = (prefix, row.id);
    truth.logs[collector][peer].view.contains_key(&key).then_some((collector, peer, key))
}

fn path_of(truth: &Truth, at: At, text: &str) -> Option<Path> {
    let all = truth.view(at).iter().chain(truth.router(at));
    all.filter_map(|(_, path)| path.as_ref()).find(|path| path.text() == text).cloned()
}

/// One row and its key.
struct Case<'a> {
    truth: &'a Truth<'a>,
    answer: &'a Answer,
    row: &'a Route,
    at: At,
    path: Path,
}

impl Case<'_> {
    fn add(&self, verdict: &mut Verdict, kind: &str, why: &str) {
        verdict.add(kind, self.answer, self.row.cells.text(), format!("{why}; {}", history(self.truth, self.at)));
    }

    fn held(&self, verdict: &mut Verdict) {
        let bounds = &self.row.bounds;
        // RIS stamps all records of a dump alike: which of what stood while it was written it shows, nothing tells.
        let is_in_dump = |d: &crate::archive::DumpSeen| d.begin <= bounds.first && bounds.last <= d.end;
        if self.truth.recorded[self.at.0].dumps.iter().any(is_in_dump) {
            return;
        }
        if !self.truth.may_hold(self.at, bounds.first, false).contains(&self.path) {
            self.add(verdict, "routes.first-seen", "it did not hold this path at first_seen");
        }
        if !self.truth.may_hold(self.at, bounds.last, true).contains(&self.path) && !self.is_assumed_to_the_end() {
            self.add(verdict, "routes.last-seen", "it did not hold this path at last_seen");
        }
    }

    /// The data's end is told of an ongoing route even if nothing is known of its last hour; then the row says so.
    fn is_assumed_to_the_end(&self) -> bool {
        let bounds = &self.row.bounds;
        if !bounds.is_ongoing() || !self.row.is_assumed() {
            return false;
        }
        // Nothing that can be read speaks against it after it last held.
        let spans = held_spans(self.truth.view(self.at), &self.path);
        let Some((_, until)) = spans.into_iter().rfind(|(from, _)| *from <= bounds.last) else { return false };
        let read = self.truth.events(self.at).into_iter().find(|(time, _)| *time >= until);
        read.is_none_or(|(_, seen)| seen < Seen::Sure)
    }

    /// Spans of the router and, where nobody could see that the session was lost, of the collector's table.
    fn candidates(&self, moment: Micros, at_start: bool) -> Vec<(Micros, Micros)> {
        let contains = |(from, until): &(Micros, Micros)| {
            let (from, until) = (*from, *until);
            // A dump may show what was a while ago.
            let until = if at_start && self.row.bounds.start_basis == "rib" { until.saturating_add(BACKLOG) } else { until };
            if at_start { from <= moment && (moment < until || from == until) } else { from <= moment && moment <= until }
        };
        let router: Vec<_> = held_spans(self.truth.router(self.at), &self.path).into_iter().filter(contains).collect();
        let view = held_spans(self.truth.view(self.at), &self.path);
        let stale = self.truth.stale(self.at).iter().filter(|s| s.path == self.path).map(|s| (s.from, s.until)).filter(contains);
        let view: Vec<_> = view.into_iter().filter(contains).collect();
        let loses_unseen = |(from, until): &(Micros, Micros)| {
            self.truth.losses(self.at).iter().any(|loss| {
                let told = [loss.down_message, loss.up_message].map(|m| self.truth.seen(self.at.0, self.at.1, m));
                let near_dump = self.truth.recorded[self.at.0]
                    .dumps
                    .iter()
                    .any(|d| d.begin - BACKLOG <= loss.up && loss.up <= d.end + BACKLOG);
                (told[0] < Seen::Sure || told[1] < Seen::Sure && near_dump) && loss.down <= *until && loss.up >= *from
            })
        };
        let mut out = router.clone();
        if router.is_empty() || router.iter().any(loses_unseen) || view.iter().any(loses_unseen) {
            out.extend(view);
            out.extend(stale);
        }
        out
    }

    fn start(&self, verdict: &mut Verdict) {
        let bounds = &self.row.bounds;
        let candidates = self.candidates(bounds.first, true);
        let fits = |(from, _): &(Micros, Micros)| {
            let seen = self.seen_at(*from);
            let (mut low, mut high) = (bounds.after.unwrap_or(Micros::MIN), bounds.by);
            if seen < Seen::Sure {
                low = self.truth.loosen_down(self.at.0, low).saturating_sub(1);
                high = self.truth.loosen_up(self.at.0, high);
            }
            let is_exact = low == high && *from == high;
            (bounds.after.is_none() || low < *from || is_exact) && *from <= high
        };
        // What a dump shows may have begun while it was written, unseen.
        let near = |from: &Micros| self.truth.loosen_up(self.at.0, bounds.first) >= *from && bounds.first <= *from;
        let view = held_spans(self.truth.view(self.at), &self.path);
        let unseen = view.iter().any(|span| near(&span.0) && self.seen_at(span.0) < Seen::Sure);
        if !candidates.is_empty() && !candidates.iter().any(fits) && !unseen {
            let truly: Vec<String> = candidates.iter().map(|c| when(c.0)).collect();
            self.add(
                verdict,
                &format!("routes.start.{}", bounds.start_basis),
                &format!("it truly began at {}", truly.join(" or ")),
            );
        }
        if bounds.after.is_some_and(|after| after > bounds.by) || bounds.by > bounds.first {
            self.add(verdict, "routes.bounds", "the bounds of the start are out of order");
        }
    }

    fn end(&self, verdict: &mut Verdict) {
        let bounds = &self.row.bounds;
        let Some(ended_after) = bounds.ended_after else {
            if !bounds.is_ongoing() {
                self.add(verdict, "routes.bounds", "ended_after is empty in a row that is not ongoing");
            }
            return;
        };
        let candidates = self.candidates(bounds.last, false);
        let stale = self.truth.stale(self.at).iter().filter(|s| s.path == self.path);
        // A dump may tell of a loss that nobody saw, and cannot tell when that was.
        let dump = self.truth.recorded[self.at.0].dumps.iter().find(|d| d.is_named(self.row.cells.get("end_evidence")));
        let told_by = bounds.ended_before.unwrap_or(Micros::MAX).max(dump.map_or(Micros::MIN, |d| d.end));
        let mut stale = stale.filter(|s| s.from <= told_by && ended_after <= s.until);
        let fits = |(_, until): &(Micros, Micros)| {
            let (mut low, mut high) = (ended_after, bounds.ended_before.unwrap_or(Micros::MAX));
            if self.seen_at(*until) < Seen::Sure {
                low = self.truth.loosen_down(self.at.0, low);
                high = self.truth.loosen_up(self.at.0, high);
            }
            low <= *until && *until <= high
        };
        if stale.next().is_none() && !candidates.is_empty() && !candidates.iter().any(fits) {
            let truly: Vec<String> = candidates.iter().map(|c| when(c.1)).collect();
            self.add(verdict, &format!("routes.end.{}", bounds.end_basis), &format!("it truly ended at {}", truly.join(" or ")));
        }
        if bounds.last > ended_after || bounds.ended_before.is_some_and(|before| before < ended_after) {
            self.add(verdict, "routes.bounds", "the bounds of the end are out of order");
        }
    }

    /// How well the change of the key at a moment can be read.
    fn seen_at(&self, moment: Micros) -> Seen {
        let events = self.truth.events(self.at);
        events.into_iter().filter(|(time, _)| *time == moment).map(|(_, seen)| seen).max().unwrap_or(Seen::No)
    }

    /// What can be read within the row must not contradict it, and what cannot be read must be flagged.
    fn inside(&self, verdict: &mut Verdict) {
        let bounds = &self.row.bounds;
        let (collector, peer, key) = self.at;
        for (number, message) in self.truth.logs[collector][peer].messages.iter().enumerate() {
            if message.at <= bounds.first || message.at >= bounds.last {
                continue;
            }
            let contradicts = match &message.said {
                Said::Announce(k, path, _) => *k == key && *path != self.path,
                Said::Withdraw(k) => *k == key,
                Said::State(..) => true,
            };
            let seen = self.truth.seen(collector, peer, Some(number));
            if contradicts && seen == Seen::Sure {
                let kind =
                    if matches!(message.said, Said::State(..)) { "routes.session-inside" } else { "routes.message-inside" };
                self.add(verdict, kind, &format!("a message of {} contradicts it", when(message.at)));
                return;
            }
            if contradicts && seen == Seen::No && !self.row.is_assumed() && !self.is_stale(message.at) {
                let why = format!("it changed at {}, which cannot be read, and no flag says so", when(message.at));
                self.add(verdict, "routes.gap-unflagged", &why);
                return;
            }
        }
    }

    fn is_stale(&self, at: Micros) -> bool {
        self.truth.stale(self.at).iter().any(|s| s.from <= at && at <= s.until)
    }

    /// A session is only said to be lost if it was.
    fn peer_down(&self, verdict: &mut Verdict) {
        let bounds = &self.row.bounds;
        let peer = &self.truth.world.collectors[self.at.0].peers[self.at.1];
        let shows_nothing_else = peer.ip.contains(':') && peer.feed != Feed::Full;
        if bounds.end_basis != "peer-down" || shows_nothing_else {
            return;
        }
        let until = bounds.ended_before.map_or(Micros::MAX, |before| self.truth.loosen_up(self.at.0, before));
        let from = self.truth.loosen_down(self.at.0, bounds.last).min(bounds.last - BACKLOG);
        if !self.truth.losses(self.at).iter().any(|loss| loss.down <= until && loss.up >= from) {
            self.add(verdict, "routes.peer-down", "its session was up");
        }
    }
}

/// Spans in which a path stood.
fn held_spans(steps: &Steps, path: &Path) -> Vec<(Micros, Micros)> {
    let ends = steps.iter().skip(1).map(|(time, _)| *time).chain([Micros::MAX]);
    let spans = steps.iter().zip(ends).filter(|((_, held), _)| held.as_ref() == Some(path));
    spans.map(|((from, _), until)| (*from, until)).collect()
}

fn overlap(answer: &Answer, rows: &[&Route], verdict: &mut Verdict) {
    let mut sorted = rows.to_vec();
    sorted.sort_by_key(|row| (row.bounds.first, row.bounds.last));
    for pair in sorted.windows(2) {
        if pair[0].bounds.last > pair[1].bounds.first {
            verdict.add(
                "routes.overlap",
                answer,
                pair[1].cells.text(),
                format!("another row of the key: {}", pair[0].cells.text()),
            );
        }
    }
}

/// Whatever can be read without a doubt is in some row.
fn missing(truth: &Truth, answer: &Answer, rows: &BTreeMap<At, Vec<&Route>>, verdict: &mut Verdict) {
    for at in truth.keys() {
        let (collector, peer, key) = at;
        let rows = rows.get(&at).map_or(&[][..], Vec::as_slice);
        let has = |path: &Path, time: Micros| {
            rows.iter().any(|row| row.path == path.text() && row.bounds.first <= time && time <= row.bounds.last)
        };
        let who = || {
            format!(
                "{} {} {}",
                truth.world.collectors[collector].name,
                truth.world.collectors[collector].peers[peer].ip,
                truth.world.prefixes[key.0]
            )
        };
        let log = &truth.logs[collector][peer];
        for (number, message) in log.messages.iter().enumerate() {
            let Said::Announce(k, path, _) = &message.said else { continue };
            let stays = state(truth.view(at), message.at) == Some(path)
                && !log.losses.iter().any(|loss| loss.down == message.at || loss.up == message.at);
            let is_read = *k == key && truth.seen(collector, peer, Some(number)) == Seen::Sure;
            if is_read && stays && path.is_plain() && !has(path, message.at) {
                let row = format!("missing: {} [{}] at {}", who(), path.text(), when(message.at));
                verdict.add("routes.missing", answer, row, history(truth, at));
                return;
            }
        }
        for dump in truth.recorded[collector].dumps.iter().filter(|d| d.accepted == Seen::Sure) {
            let near = dump.begin - 2 * MIN..=dump.begin + 11 * MIN;
            let events = truth.events(at).into_iter().map(|(time, _)| time);
            let ups = truth.losses(at).iter().map(|loss| loss.up);
            if events.chain(ups).any(|time| near.contains(&time)) {
                continue;
            }
            for (_, _, path, stamp) in dump.entries.iter().filter(|e| (e.0, e.1) == (peer, key)) {
                if path.is_plain() && !has(path, *stamp) {
                    let row = format!("missing: {} [{}] in the dump of {}", who(), path.text(), when(dump.begin));
                    verdict.add("routes.missing-dump", answer, row, history(truth, at));
                    return;
                }
            }
        }
    }
}

/// What happened to a key, for people.
pub fn history(truth: &Truth, at: At) -> String {
    let steps = |steps: &Steps| {
        let one = |(time, path): &(Micros, Option<Path>)| {
            format!("{} {}", when(*time), path.as_ref().map_or("-".to_owned(), |p| format!("[{}]", p.text())))
        };
        steps.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    format!("router: {}; collector: {}", steps(truth.router(at)), steps(truth.view(at)))
}
