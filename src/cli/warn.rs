//! What goes to standard error: what was missing or damaged, with file, offset and what follows from it.

use std::io::Write;

use super::answer::Answer;
use super::inventory::unread;
use crate::escape::printable;
use crate::report::text::plural_u64;

/// More warnings of a kind are counted, not printed.
const MOST: usize = 20;

/// Tells what is wrong with the inputs.
pub fn warn(answer: &Answer) {
    let mut damaged = Vec::new();
    let (mut excerpts, mut unreadable, mut empty) = (Vec::new(), Vec::new(), Vec::new());
    for (file, said) in &answer.read.files {
        let shown = printable(&file.shown);
        for damage in &said.damage {
            let to = damage.until.map_or("to its end".to_owned(), |until| format!("to {until}"));
            damaged.push(format!(
                "{shown}: damaged from byte {} {to} (uncompressed): {}",
                damage.from,
                printable(&damage.reason)
            ));
        }
        for dump in said.dumps.iter().filter(|dump| dump.excerpt && dump.broken.is_none()) {
            excerpts.push(format!("{shown}: the RIB dump of {} lacks records or peers: it is read as an excerpt", dump.begin));
        }
        if said.counts.quarantined > 0 {
            unreadable.push(format!("{shown}: {} cannot be read to the end", plural_u64(said.counts.quarantined, "record")));
        }
        if said.first.is_none() && said.damage.is_empty() {
            empty.push(format!("{shown}: it holds no records, so it proves nothing"));
        }
    }
    let rejected = answer.assembly.rejected.iter().map(|rejected| {
        let shown = printable(&answer.read.files[rejected.file].0.shown);
        format!("{shown}: this RIB dump is not used: {}", printable(&rejected.reason))
    });
    let mut gaps = Vec::new();
    for collector in answer.observed.collectors.iter().filter(|c| !c.coverage.sampled) {
        for gap in &collector.coverage.gaps {
            gaps.push(format!("{}: no data from {} to {}", printable(&collector.name), gap.from, gap.until));
        }
    }
    let hidden = answer.read.skipped.iter().filter(|skipped| skipped.may_hide_data());
    let hidden = hidden.map(|skipped| format!("{}: {}", printable(&skipped.shown), skipped.reason)).collect();
    for (list, remark) in [
        (hidden, None),
        (damaged, Some("what could be read is used, the rest is a gap; get the file again if it should be whole")),
        // Where another copy may be better, it is damage, which is told above.
        (rejected.collect(), None),
        (excerpts, Some("what it shows is there; what it lacks may be there, too")),
        (unreadable, Some("what is whole is used; nothing is known of the peer's routes from there on")),
        (empty, Some("get them again if they should not be empty")),
        (gaps, Some("routes are assumed to stand there until contradicted; get the missing files if they exist")),
    ] {
        tell(&list, remark);
    }
    for what in unread(answer.read.files.iter().map(|(_, said)| said)) {
        note(&format!("not read: {what}; only unicast routes of BGP are"));
    }
}

/// Tells the first of a kind, and counts the others.
pub(super) fn tell(list: &[String], remark: Option<&str>) {
    list.iter().take(MOST).for_each(|line| say(&format!("warning: {line}")));
    if list.len() > MOST {
        say(&format!("warning: and {} more", list.len() - MOST));
    }
    if let Some(remark) = remark.filter(|_| !list.is_empty()) {
        say(&format!("  ({remark})"));
    }
}

/// Something that the user may want to know.
pub fn note(what: &str) {
    say(&format!("note: {what}"));
}

/// A line on standard error; nothing in it can steer a terminal, or be another line. A closed standard error is nobody's concern.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", printable(line));
}
