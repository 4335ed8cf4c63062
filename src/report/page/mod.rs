//! The report: one HTML page that needs no network, and its drawings as SVG. Same input, same bytes: no clock, no random ids. Whatever
//! comes from data passes through `markup::text`.

mod band;
mod coverage;
mod document;
mod glance;
mod lanes;
mod markup;
mod paint;
mod plain;
mod scale;
mod share;
mod shown;
mod table;

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use super::context::Context;
use super::words::Story;
use crate::model::{Coverage, Time};
use crate::timeline::Timeline;

/// What a report is made of.
pub struct Page<'a> {
    /// Names, evidence, facts of the run.
    pub context: &'a Context<'a>,
    /// The rows and changes that the report shows.
    pub timeline: &'a Timeline,
    /// The same with the view of prefixes: what the share chart adds up.
    pub prefixes: &'a Timeline,
    /// Each collector's coverage, in the order of the context's collectors.
    pub coverage: &'a [Covered],
    /// The command that makes this report again, without what does not change it.
    pub command: String,
}

/// What one collector's files cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// `None`: no data.
    pub coverage: Option<Coverage>,
    /// When its complete RIB dumps began.
    pub dumps: Vec<Time>,
}

/// The whole page.
pub fn html(page: &Page) -> String {
    document::html(page, &Story::new(&page.timeline.rows))
}

/// The drawings alone, as one SVG file.
pub fn svg(page: &Page) -> String {
    document::svg(page, &Story::new(&page.timeline.rows))
}

/// SHA-256 of the record digests that prove the page's boundaries and changes: sorted, each once, each with a line feed. It depends on
/// the records alone and not on where their files lie.
fn evidence_digest(page: &Page) -> (String, usize) {
    let rows = page.timeline.rows.iter().flat_map(|r| [Some(r.start.record), r.end.record]);
    let changes = page.timeline.changes.iter().map(|c| Some(c.record));
    let shown = rows.chain(changes).flatten().map(|record| (page.context.evidence)(record));
    let digests: std::collections::BTreeSet<String> =
        shown.filter_map(|e| e.rsplit_once('#').map(|(_, digest)| digest.to_owned())).collect();
    let mut hash = Sha256::new();
    for digest in &digests {
        hash.update(digest);
        hash.update("\n");
    }
    (format!("{:x}", hash.finalize()), digests.len())
}
