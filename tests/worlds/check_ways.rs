//! However it is read, the rows are the same; and every evidence is found again.

use crate::ask::{Answer, Packing, Place};
use crate::judge::{Case, in_turn, is_due, words};
use crate::verdict::Verdict;
use crate::world::Fault;

const COMMANDS: [&str; 3] = ["routes", "timeline", "changes"];

/// One way of reading for each world, in turn.
pub fn check(case: &Case, verdict: &mut Verdict) {
    let world = case.truth.world;
    if !is_due(world, 3, 2) {
        return;
    }
    let command = COMMANDS[in_turn(world, 24) / 8];
    let plain = || case.ask(command, &[]);
    let option = |more: &[&str]| case.ask(command, more);
    // Damage in what no shortcut looks at goes unseen, and the manual says so.
    let is_damaged = world.collectors.iter().flat_map(|c| &c.files).any(|f| matches!(f.fault, Some(Fault::Damaged { .. })));
    let way = in_turn(world, 8);
    if is_damaged && !(2..5).contains(&way) {
        return;
    }
    match way {
        0 => same("ways.seek", &option(&["--seek", "always"]), &plain(), verdict),
        1 => same("ways.verify", &option(&["--verify"]), &plain(), verdict),
        2 => same("ways.jobs", &option(&["-j", "1"]), &option(&["-j", "4"]), verdict),
        3 => {
            let mut inputs: Vec<&str> = case.place.inputs.iter().map(String::as_str).collect();
            inputs.reverse();
            same("ways.order", &case.place.ask_of(&words(world, command, &[]), &inputs), &plain(), verdict);
        }
        4 => {
            let cold = option(&["--cache", "cache"]);
            same("ways.cache-cold", &cold, &plain(), verdict);
            same("ways.cache-warm", &option(&["--cache", "cache"]), &cold, verdict);
        }
        at => {
            let packing = [Packing::Gz, Packing::Bz2, Packing::Plain][at - 5];
            let other = Place::of(world, &case.files, packing).ask(&words(world, command, &[]));
            let kind = ["ways.gz", "ways.bz2", "ways.plain"][at - 5];
            same(kind, &other, &plain(), verdict);
        }
    }
}

fn same(kind: &'static str, one: &Answer, other: &Answer, verdict: &mut Verdict) {
    let (these, those) = (without_paths(one), without_paths(other));
    if these == those {
        return;
    }
    let lacks = |some: &[String], all: &[String]| some.iter().find(|row| !all.contains(row)).cloned();
    let row = lacks(&these, &those).unwrap_or("(nothing more)".to_owned());
    let truth = lacks(&those, &these).unwrap_or("(nothing more)".to_owned());
    verdict.add(kind, one, row, format!("{}: {truth}", other.command));
}

/// Evidence without the file's name.
fn without_paths(answer: &Answer) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(answer.stdout.as_bytes());
    let headers = reader.headers().cloned().unwrap_or_default();
    let cell = |(name, cell): (&str, &str)| {
        let digest = cell.rsplit('#').next().unwrap_or("");
        format!("{name}={}", if name.contains("evidence") { digest } else { cell })
    };
    let row = |row: csv::StringRecord| headers.iter().zip(row.iter()).map(cell).collect::<Vec<_>>().join(" ");
    reader.records().filter_map(Result::ok).map(row).collect()
}

/// `explain` finds the records behind some rows of `routes`.
pub fn explain(case: &Case, verdict: &mut Verdict) {
    let rows = &case.routes.1;
    let world = case.truth.world;
    if !is_due(world, 3, 0) || rows.is_empty() {
        return;
    }
    let place = in_turn(world, rows.len() as u64);
    let row = &rows[place];
    for name in ["start_evidence", "end_evidence"] {
        let evidence = row.cells.get(name);
        if evidence.is_empty() {
            continue;
        }
        let answer = case.place.ask_of(&["explain", evidence], &[]);
        if answer.code != Some(0) || !answer.stdout.contains(&row.prefix) && !is_silent(&row.bounds.end_basis, name) {
            let found = format!("exit status {:?}: {}{}", answer.code, answer.stdout, answer.stderr);
            verdict.add("explain.evidence", &answer, row.cells.text(), found);
        }
    }
    case.place.put("rows.csv", &case.routes.0.stdout);
    let answer = case.place.ask_of(&["explain", &format!("rows.csv:{}", place + 2)], &[]);
    if answer.code != Some(0) {
        verdict.add("explain.row", &answer, row.cells.text(), format!("exit status {:?}: {}", answer.code, answer.stderr));
    }
}

/// The end of a session, and the absence of a route from a dump, name no prefix.
fn is_silent(end_basis: &str, name: &str) -> bool {
    name == "end_evidence" && matches!(end_basis, "peer-down" | "rib" | "gap")
}
