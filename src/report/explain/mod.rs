//! `explain`: one record, decoded, for a human sceptic.

mod claim;
mod why;
mod words;

use std::collections::BTreeMap;
use std::fmt::Write;

use ipnet::IpNet;

use super::text::{plural, wrap};
use crate::escape::printable;
use crate::event::{Attributed, Body, Entry, Explained, FilePeer, FoundRecord, MessageEnd, Prefixes, Session};
use crate::model::{AsPath, Asn, Hop, Origin, Upstream};
use crate::mrt::{AsLen, NlriForm};

pub use claim::{Boundary, Claim};
pub use words::record_type;

/// Terminal cells of a line of prose.
const WIDTH: usize = 100;

/// More prefixes of a list are counted, but for the row's own.
const MOST_PREFIXES: usize = 24;

/// What is told of one record.
#[derive(Debug)]
pub struct Explanation<'a> {
    /// `path#digest`, as given.
    pub reference: &'a str,
    /// Whose file it is, if its path says so.
    pub collector: Option<&'a str>,
    /// Where the record stands.
    pub found: &'a FoundRecord,
    /// Its offset in the archive's uncompressed stream; `None` if it comes from a cache, which does not keep that.
    pub offset: Option<u64>,
    /// The record, decoded.
    pub explained: &'a Explained,
    /// What a row says of it.
    pub claim: Option<&'a Claim>,
    /// Names of ASes: decoration.
    pub names: &'a BTreeMap<Asn, String>,
}

/// The text, ended by a line feed. Nothing in it can steer a terminal.
pub fn text(of: &Explanation<'_>) -> String {
    let mut page = Page { text: String::new(), names: of.names };
    if let Some(claim) = of.claim {
        page.paragraph(&claim.heading());
    }
    page.paragraph(of.reference);
    page.text.push('\n');
    page.head(of);
    page.body(&of.explained.body, of.claim);
    page.text.push('\n');
    page.prose("Why:", &why::why(&of.explained.body));
    if let Some(claim) = of.claim {
        let prefix = claim.prefix.and_then(|prefix| why::of_prefix(&of.explained.body, prefix));
        page.prose("Row:", &prefix.into_iter().chain(claim.sentences()).collect::<Vec<_>>());
    }
    page.text
}

struct Page<'a> {
    text: String,
    names: &'a BTreeMap<Asn, String>,
}

impl Page<'_> {
    fn paragraph(&mut self, text: &str) {
        self.text.push_str(&printable(text));
        self.text.push('\n');
    }

    fn line(&mut self, label: &str, value: &str) {
        let value = printable(value);
        let value = if value.is_empty() { "(empty)" } else { &value };
        let _ = writeln!(self.text, "{label:<14} {value}");
    }

    fn prose(&mut self, label: &str, sentences: &[String]) {
        let text = format!("{label} {}", sentences.join(" "));
        for line in wrap(&printable(&text), WIDTH) {
            self.paragraph(&line);
        }
    }

    fn head(&mut self, of: &Explanation<'_>) {
        let record = of.found;
        if let Some(collector) = of.collector {
            self.line("collector", collector);
        }
        let place = match of.offset {
            Some(offset) => format!("from byte {offset} of the uncompressed stream"),
            None => "from the cache, which does not keep their place in the file".to_owned(),
        };
        match &record.line {
            Some(line) => {
                self.line("line", &format!("{} of the text, {} bytes {place}", line.number, record.bytes.len()));
                self.line("text", &cut(&String::from_utf8_lossy(&record.bytes)));
            }
            None => self.line("record", &format!("{} bytes {place}", record.bytes.len())),
        }
        self.line("digest", &format!("{}, the first 12 hexadecimal digits of the SHA-256 of these bytes", record.digest));
        self.line(if record.line.is_some() { "time" } else { "record time" }, &of.explained.time.to_string());
        if let Some(header) = &of.explained.header {
            let (kind, subtype) = words::mrt_type(header.kind, header.subtype);
            self.line("MRT type", &format!("{kind} ({}), {subtype} ({})", header.kind, header.subtype));
        }
    }

    fn body(&mut self, body: &Body, claim: Option<&Claim>) {
        match body {
            Body::State { session, old, new } => {
                self.session(session);
                self.line("state change", &format!("{} ({old}) -> {} ({new})", words::state(*old), words::state(*new)));
            }
            Body::Update { session, prefixes, attributed } => {
                self.session(session);
                self.line("BGP message", "UPDATE");
                match prefixes {
                    Some(prefixes) => self.prefixes(prefixes, claim.and_then(|claim| claim.prefix)),
                    None => self.line("prefixes", "cannot be read"),
                }
                if let Some(attributed) = attributed {
                    // A message that only withdraws needs no path.
                    let announces = prefixes.as_ref().is_none_or(|prefixes| !prefixes.announced.is_empty());
                    if announces || attributed.as_path.is_some() {
                        self.path(attributed);
                    }
                    self.others(attributed);
                }
            }
            Body::Message { session, code, .. } => {
                self.session(session);
                self.line("BGP message", &format!("{} ({code})", words::message(*code)));
            }
            Body::Rib { sequence, prefix, entries } => {
                if let Some(sequence) = sequence {
                    self.line("sequence", &sequence.to_string());
                }
                self.rib(*prefix, entries, claim);
            }
            Body::PeerIndex { collector, view, peers } => {
                self.line("collector id", &collector.to_string());
                self.line("view", view);
                self.line("peers", &peers.len().to_string());
                for (number, peer) in peers.iter().enumerate() {
                    self.line("", &format!("{number}: {}", self.peer(*peer)));
                }
            }
            Body::Other | Body::Unreadable => {}
        }
    }

    fn session(&mut self, session: &Session) {
        self.line("peer", &self.peer(session.peer));
        if let Some(local) = session.local {
            self.line("collector side", &format!("AS{} {}", local.asn, local.ip));
        }
        let width = match session.as_len {
            Some(AsLen::Two) => "2-byte AS numbers",
            Some(AsLen::Four) => "4-byte AS numbers",
            None => return,
        };
        let form = if session.form == NlriForm::PathIds { ", path ids (add-path)" } else { "" };
        self.line("session", &format!("{width}{form}"));
    }

    fn peer(&self, peer: FilePeer) -> String {
        let stands = if stands_for_another(peer.asn) {
            ", which stands for the collector's only peer with this address (rule 1)"
        } else {
            ""
        };
        format!("{} {}{stands}", self.asn(peer.asn), peer.ip)
    }

    fn asn(&self, asn: Asn) -> String {
        match self.names.get(&asn) {
            Some(name) => format!("AS{asn} ({name})"),
            None => format!("AS{asn}"),
        }
    }

    fn prefixes(&mut self, prefixes: &Prefixes, own: Option<IpNet>) {
        for (label, list) in [("withdrawn", &prefixes.withdrawn), ("announced", &prefixes.announced)] {
            self.line(label, &listed(list, prefixes.form, own));
        }
        if prefixes.end == MessageEnd::Missing {
            self.line("", "the end of the message is missing");
        }
    }

    /// The path as sent, as read and what is read from it.
    fn path(&mut self, attributed: &Attributed) {
        self.line("AS_PATH", attributed.as_path.as_deref().unwrap_or("missing or malformed"));
        if let Some(path) = &attributed.as4_path {
            self.line("AS4_PATH", path);
        }
        let Some(path) = &attributed.path else { return };
        self.line("path", &shown(path));
        let reason = why::of_as4_path(attributed.as4);
        let confederation = attributed.as_path.as_ref().is_some_and(|path| path.contains('('));
        let dropped = confederation.then_some("confederation segments dropped (rule 2)");
        for reason in reason.into_iter().chain(dropped) {
            self.line("", reason);
        }
        let Some(route) = &attributed.route else { return };
        self.line("origin", &format!("{}: {}", self.origin(route.origin), why::of_origin(attributed)));
        let upstream = self.upstream(route.upstream);
        self.line("upstream", &format!("{upstream}: {}", why::of_upstream(attributed)));
        if route.flags.iter().next().is_some() {
            self.line("flags", &route.flags.to_string());
        }
    }

    fn origin(&self, origin: Origin) -> String {
        match origin {
            Origin::As(asn) => self.asn(asn),
            Origin::Ambiguous => origin.to_string(),
        }
    }

    fn upstream(&self, upstream: Upstream) -> String {
        match upstream.hop {
            Hop::As(asn) => self.asn(asn),
            Hop::Direct | Hop::Beyond | Hop::Ambiguous => upstream.to_string(),
        }
    }

    fn others(&mut self, attributed: &Attributed) {
        for (name, value) in &attributed.others {
            self.line(name, value);
        }
    }

    fn rib(&mut self, prefix: Option<IpNet>, entries: &[Entry], claim: Option<&Claim>) {
        self.line("prefix", &prefix.map_or_else(|| "unknown".to_owned(), |prefix| prefix.to_string()));
        self.line("entries", &plural(entries.len(), "peer route"));
        let wanted = claim.and_then(|claim| claim.peer);
        // Rule 1: the index may name a peer by AS 0 or 23456, the row never does where it can be helped.
        let is_same = |it: FilePeer, peer: FilePeer| it.ip == peer.ip && (it.asn == peer.asn || stands_for_another(it.asn));
        let is_own = |entry: &&Entry| wanted.is_none_or(|peer| entry.peer.is_some_and(|it| is_same(it, peer)));
        let own: Vec<&Entry> = entries.iter().filter(is_own).collect();
        if let (Some(peer), true) = (wanted, own.is_empty()) {
            self.text.push('\n');
            self.line("peer", &format!("{} has no entry in this record", self.peer(peer)));
        }
        for entry in &own {
            self.text.push('\n');
            self.entry(entry);
        }
        let left = entries.len() - own.len();
        if left > 0 {
            self.text.push('\n');
            self.line("", &format!("and {} of other peers", plural(left, "entry")));
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let number = entry.number.map_or_else(String::new, |number| format!(" (peer {number} of the index)"));
        let peer = entry.peer.map_or_else(|| "not in the peer index".to_owned(), |peer| self.peer(peer));
        self.line("peer", &format!("{peer}{number}"));
        if entry.path_id != 0 {
            self.line("path id", &entry.path_id.to_string());
        }
        if let Some(originated) = entry.originated {
            let originated = format!("{originated}, when the collector got this route: not the time of any event (rule 8)");
            self.line("originated", &originated);
        }
        self.path(&entry.attributed);
        self.others(&entry.attributed);
    }
}

/// A line of a text, or as much of it as one reads.
fn cut(text: &str) -> String {
    const MOST: usize = 400;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{} ...", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn stands_for_another(asn: Asn) -> bool {
    asn == Asn(0) || asn == Asn::TRANS
}

fn shown(path: &AsPath) -> String {
    if path.is_empty() { "empty".to_owned() } else { path.to_string() }
}

/// The first of a list, the row's prefix wherever it stands, and how many more there are.
fn listed(list: &[(IpNet, u32)], form: NlriForm, own: Option<IpNet>) -> String {
    if list.is_empty() {
        return "none".to_owned();
    }
    let one = |(prefix, id): &(IpNet, u32)| match form {
        NlriForm::Plain => prefix.to_string(),
        NlriForm::PathIds => format!("{prefix} (path id {id})"),
    };
    let is_shown = |(at, (prefix, _)): &(usize, &(IpNet, u32))| *at < MOST_PREFIXES || own == Some(*prefix);
    let mut shown: Vec<String> = list.iter().enumerate().filter(is_shown).map(|(_, key)| one(key)).collect();
    let left = list.len() - shown.len();
    if left > 0 {
        shown.push(format!("and {left} more"));
    }
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut_but_show_the_rows_prefix() {
        let list: Vec<(IpNet, u32)> = (0..=255).map(|n| (format!("10.0.{n}.0/24").parse().expect("a prefix"), 7)).collect();
        let own = "10.0.200.0/24".parse().ok();
        let text = listed(&list, NlriForm::Plain, own);
        assert!(text.ends_with("10.0.23.0/24 10.0.200.0/24 and 231 more"), "{text}");
        assert_eq!(listed(&list[..1], NlriForm::PathIds, None), "10.0.0.0/24 (path id 7)");
        assert_eq!(listed(&[], NlriForm::Plain, own), "none");
    }
}
