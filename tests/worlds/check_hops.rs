//! A world in which one more AS stands between each origin and its upstream: behind that AS, or with it as one of the target's or passed
//! over, the answer is what it was without it.

use std::fmt::Write;

use crate::ask::{Answer, Packing, Place};
use crate::judge::{Case, in_turn, is_due, words};
use crate::truth::Truth;
use crate::verdict::Verdict;
use crate::world::{Event, Path, World};

/// It stands in no path that is made.
const BETWEEN: u32 = 4999;

/// One command and one option for each world, in turn.
pub fn check(case: &Case, verdict: &mut Verdict) {
    let world = case.truth.world;
    if !is_due(world, 3, 0) {
        return;
    }
    let command = ["routes", "timeline", "changes"][in_turn(world, 9) / 3];
    let between = BETWEEN.to_string();
    let way = in_turn(world, 3);
    let (kind, option) =
        [("hops.hop", ["--hop", "2"]), ("hops.sibling", ["--sibling", &between]), ("hops.skip-as", ["--skip-as", &between])][way];
    let further = with_one_between(world);
    let place = Place::of(&further, &Truth::of(&further).1, Packing::Own);
    let found = place.ask(&words(&further, command, &option));
    let (these, those) = (rows(&found, Some(&between)), rows(&case.ask(command, &[]), None));
    if let Some(row) = these.iter().find(|row| !those.contains(row)) {
        let lacking = those.iter().find(|row| !these.contains(row)).map_or("(nothing more)", String::as_str);
        verdict.add(kind, &found, row, lacking);
    } else if let Some(row) = those.iter().find(|row| !these.contains(row)) {
        verdict.add(kind, &found, "(nothing more)", row);
    }
}

fn with_one_between(world: &World) -> World {
    let mut world = world.clone();
    for peer in world.collectors.iter_mut().flat_map(|collector| &mut collector.peers) {
        peer.table.iter_mut().for_each(|(.., path)| widen(path));
        for (_, event) in &mut peer.events {
            if let Event::Route { to: Some(path), .. } = event {
                widen(path);
            }
        }
    }
    world
}

/// Left of the leftmost origin, where an upstream stands there.
fn widen(path: &mut Path) {
    let Path::Sequence(ases) = path else { return };
    let leftmost = ases.iter().position(|asn| Some(asn) == ases.last()).unwrap_or(0);
    if leftmost > 0 {
        ases.insert(leftmost, BETWEEN);
    }
}

/// Sorted, without paths and evidence. What stands between must be told where there is an upstream, and nowhere else; a route that nobody
/// carries has nothing behind it.
fn rows(answer: &Answer, between: Option<&str>) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(answer.stdout.as_bytes());
    let headers = reader.headers().cloned().unwrap_or_default();
    let row = |row: csv::StringRecord| {
        let get = |name: &str| headers.iter().position(|header| header == name).and_then(|at| row.get(at)).unwrap_or_default();
        let upstream = get("upstream_asn").replace("beyond", "direct");
        let is_named = upstream.parse::<u32>().is_ok();
        let expected = between.filter(|_| is_named).unwrap_or_default();
        let mut out = if get("via") == expected { String::new() } else { format!("via={} ", get("via")) };
        for (name, cell) in headers.iter().zip(row.iter()) {
            let cell = match name {
                "via" | "as_path" | "first_as_path" => continue,
                _ if name.contains("evidence") => continue,
                "upstream_asn" => upstream.clone(),
                "flags" => cell.split(';').filter(|flag| !matches!(*flag, "skipped" | "direct")).collect::<Vec<_>>().join(";"),
                _ => cell.to_owned(),
            };
            let _ = write!(out, "{name}={cell} ");
        }
        out
    };
    let mut rows: Vec<String> = reader.records().filter_map(Result::ok).map(row).collect();
    rows.sort();
    rows
}
