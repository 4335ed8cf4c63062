//! What goes to standard error: what was missing or damaged, with file, offset and what follows from it.

use std::io::Write;

use super::answer::Answer;
use crate::archive::escaped;

/// More warnings of a kind are counted, not printed.
const MOST: usize = 20;

/// Tells what is wrong with the inputs. A closed standard error is nobody's concern.
pub fn warn(answer: &Answer) {
    let mut damaged = Vec::new();
    let mut empty = Vec::new();
    for (file, said) in &answer.read.files {
        let shown = escaped(&file.shown);
        for damage in &said.damage {
            let to = damage.until.map_or("to its end".to_owned(), |until| format!("to {until}"));
            damaged.push(format!("{shown}: damaged from byte {} {to} (uncompressed): {}", damage.from, escaped(&damage.reason)));
        }
        if said.first.is_none() && said.damage.is_empty() {
            empty.push(format!("{shown}: it holds no records, so it proves nothing"));
        }
    }
    let rejected = answer.assembly.rejected.iter().map(|rejected| {
        let shown = escaped(&answer.read.files[rejected.file].0.shown);
        format!("{shown}: this RIB dump is not used: {}", escaped(&rejected.reason))
    });
    let mut gaps = Vec::new();
    for collector in answer.observed.collectors.iter().filter(|c| !c.coverage.sampled) {
        for gap in &collector.coverage.gaps {
            gaps.push(format!("{}: no data from {} to {}", escaped(&collector.name), gap.from, gap.until));
        }
    }
    for (list, remedy) in [
        (damaged, "what could be read is used, the rest is a gap; get the file again if it should be whole"),
        (rejected.collect(), "get the file again if it should be whole"),
        (empty, "get them again if they should not be empty"),
        (gaps, "routes are assumed to stand there until contradicted; get the missing files if they exist"),
    ] {
        tell(&list, remedy);
    }
}

fn tell(list: &[String], remedy: &str) {
    list.iter().take(MOST).for_each(|line| say(&format!("warning: {line}")));
    if list.len() > MOST {
        say(&format!("warning: and {} more", list.len() - MOST));
    }
    if !list.is_empty() {
        say(&format!("  ({remedy})"));
    }
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
