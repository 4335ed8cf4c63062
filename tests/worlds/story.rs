//! Tells a world to people.

use std::fmt::Write;

use crate::archive::{Seen, Written, told};
use crate::truth::Truth;
use crate::verdict::{Violation, when};
use crate::world::{Collector, Event, Fault, File, SEC};

/// The whole of a small world, its files, and what is wrong with the answer.
pub fn tell(truth: &Truth, files: &[Written], violation: &Violation) -> String {
    let mut out = String::new();
    let world = truth.world;
    let _ =
        writeln!(out, "seed {}, watched {:?}, origin {}, prefixes {:?}", world.seed, world.roots, world.origin, world.prefixes);
    for (at, collector) in world.collectors.iter().enumerate() {
        let micros = if collector.micros { ", microseconds" } else { "" };
        let _ = writeln!(out, "{} ({:?}{micros})", collector.name, collector.kind);
        peers(&mut out, truth, collector);
        for file in &collector.files {
            update_file(&mut out, truth, at, file, files);
        }
        for (dump, seen) in collector.dumps.iter().zip(&truth.recorded[at].dumps) {
            let fault = dump.fault.map_or(String::new(), |fault| format!(", {fault:?}"));
            let (begin, writes, backlog) = (when(dump.begin), dump.writes / SEC, dump.backlog / SEC);
            let _ =
                writeln!(out, "  dump {begin}, written in {writes} s, {backlog} s behind{fault}, usable: {:?}", seen.accepted);
            for (peer, key, path, stamp) in &seen.entries {
                let (ip, prefix) = (&collector.peers[*peer].ip, &world.prefixes[key.0]);
                let _ = writeln!(out, "    {} {ip} {prefix} id {} [{}]", when(*stamp), key.1, path.text());
            }
        }
    }
    let Violation { kind, command, row, truth } = violation;
    let _ = writeln!(out, "{kind}\n  $ {command}\n  {row}\n  truth: {truth}");
    out
}

fn peers(out: &mut String, truth: &Truth, collector: &Collector) {
    let world = truth.world;
    for peer in &collector.peers {
        let mut words = vec![format!("{:?} feed", peer.feed).to_lowercase()];
        words.extend(peer.two_byte.then(|| "two-byte".to_owned()));
        words.extend(peer.add_path.then(|| "add-path".to_owned()));
        words.extend((!peer.up).then(|| "down at first".to_owned()));
        let _ = writeln!(out, "  peer {} AS{} ({})", peer.ip, peer.asn, words.join(", "));
        for (prefix, id, path) in &peer.table {
            let _ = writeln!(out, "    at first {} id {id} [{}]", world.prefixes[*prefix], path.text());
        }
        for (at, event) in &peer.events {
            let text = match event {
                Event::Route { prefix, id, to, doubled } => {
                    let path = to.as_ref().map_or("no route".to_owned(), |path| format!("[{}]", path.text()));
                    let doubled = if *doubled { " (message withdraws it too)" } else { "" };
                    format!("{} id {id} {path}{doubled}", world.prefixes[*prefix])
                }
                Event::Again { prefix, id } => format!("{} id {id} said again", world.prefixes[*prefix]),
                Event::Down { told } => format!("session lost, recorded: {told:?}"),
                Event::Up { told, transfer } => format!("session up, recorded: {told}, table sent in {} s", transfer / SEC),
                Event::Tries => "tries in vain".to_owned(),
            };
            let _ = writeln!(out, "    {} {text}", when(*at));
        }
    }
}

/// A file is told if anything is to be told of it.
fn update_file(out: &mut String, truth: &Truth, at: usize, file: &File, files: &[Written]) {
    let collector = &truth.world.collectors[at];
    let path = format!("{}/updates.{}", collector.name, crate::archive::clock(file.start));
    let written = files.iter().find(|f| f.path == path);
    let lines = written.map_or(&[][..], |w| &w.lines);
    let mut words: Vec<String> = file.fault.iter().map(|fault| format!("{fault:?}")).collect();
    words.extend(file.late.map(|(peer, last)| format!("last {} s of {} come late", last / SEC, collector.peers[peer].ip)));
    words.extend((file.overlap > 0).then(|| format!("overlaps {} s", file.overlap / SEC)));
    words.extend(file.clock.map(|(_, time)| format!("an unrelated record of {}", when(time))));
    let first = lines.first().map_or("none".to_owned(), |l| when(l.at));
    let last = lines.last().map_or("none".to_owned(), |l| when(l.at));
    let is_missing = file.fault == Some(Fault::Missing);
    let edge = collector.files.first() == Some(file) || collector.files.last() == Some(file);
    if words.is_empty() && !edge && lines.iter().all(|line| line.said.is_none()) {
        return;
    }
    let records = if is_missing { String::new() } else { format!(", records {first} to {last}") };
    let _ = writeln!(out, "  {path}: {} to {}{records} {}", when(file.start), when(file.until), words.join(", "));
    for line in lines {
        let Some(text) = told(truth.world, collector, &truth.logs[at], *line) else { continue };
        let seen = line.said.map_or(Seen::No, |(peer, message)| truth.recorded[at].messages[peer][message]);
        let doubt = if seen == Seen::Maybe { " (behind damage)" } else { "" };
        let _ = writeln!(out, "    {} {text}{doubt}", when(line.at));
    }
}
