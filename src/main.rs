//! The command line.
use clap::Parser;
use uplinks::cli::{
    answer::Answer,
    args::{Cli, Command},
    plan::Plan,
    read::read,
};
fn main() {
    let cli = Cli::parse();
    let (Command::Timeline(c) | Command::Changes(c) | Command::Routes(c) | Command::Inventory(c)) = cli.command else { panic!() };
    let plan = Plan::new(c).unwrap();
    let answer = Answer::new(&plan, read(&plan).unwrap());
    let t = answer.timeline(&plan, &plan.options);
    for (f, e) in &answer.read.files {
        for d in &e.damage {
            eprintln!("{} {:?}", f.shown, d);
        }
    }
    for r in &answer.assembly.rejected {
        eprintln!("rejected {} {}", answer.read.files[r.file].0.shown, r.reason);
    }
    for c in &answer.observed.collectors {
        eprintln!("{} {:?}", c.name, c.coverage);
    }
    for r in &t.rows {
        println!(
            "{:?},{},{},{},{:?},{},{},{},{:?},{:?},{},{},{},{},{},{},{}",
            r.subject.prefix.map(|p| p.to_string()),
            r.subject.origin,
            r.subject.upstream,
            r.start.first_seen,
            r.start.after,
            r.start.by,
            r.start.basis.text(),
            r.end.last_seen,
            r.end.after,
            r.end.before,
            r.end.basis.text(),
            r.unobserved_micros / 1000000,
            r.peak_peers,
            r.peak_peer_asns,
            r.peers_total,
            r.first_as_path,
            r.flags
        );
    }
    for c in &t.changes {
        println!(
            "{},{:?},{},{:?},{}->{}/{},{}",
            c.time,
            c.prefix.map(|p| p.to_string()),
            c.kind.text(),
            c.upstream,
            c.peers_before,
            c.peers_after,
            c.peers_total,
            c.basis.text()
        );
    }
}
