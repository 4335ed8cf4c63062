//! What must hold of any archive whatever: random ones, from seeds that a failure names (`UPLINKS_SEED=17` runs that one alone).

#[path = "properties/files.rs"]
mod files;
#[path = "properties/invariants.rs"]
mod invariants;
#[path = "support/mrt.rs"]
mod mrt;
#[path = "sample_data/prng.rs"]
#[allow(dead_code)]
mod prng;
#[path = "support/run.rs"]
mod run;
#[path = "properties/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Parser;
use files::{File, Packing};
use prng::Prng;
use run::{Rows, uplinks};
use uplinks::cli::answer::Answer;
use uplinks::cli::args::{Cli, Command};
use uplinks::cli::plan::Plan;
use uplinks::cli::read;

/// Archives that each property is tried on.
const SEEDS: u64 = 60;

fn seeds() -> Vec<u64> {
    let one = std::env::var("UPLINKS_SEED").ok().and_then(|seed| seed.parse().ok());
    one.map_or_else(|| (0..SEEDS).collect(), |seed| vec![seed])
}

/// The archive of a seed with its losses.
fn damaged(seed: u64) -> Vec<File> {
    let mut prng = Prng::new(seed, 99);
    let cadence = [300, 600, 900][prng.index(3)];
    let mut files = files::files(&world::world(seed), cadence);
    files::damage(&mut files, &mut prng);
    files
}

fn shown(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.display().to_string()).collect()
}

/// Standard output; a failed run fails the test.
fn ask(command: &str, options: &[&str], inputs: &[String]) -> String {
    let watch = ["--prefix", "175.45.176.0/22", "-f", "csv"];
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let ran = uplinks(&[&[command], &watch[..], options, &inputs].concat());
    assert!(matches!(ran.code, Some(0 | 1)), "{command} {options:?}: {}", ran.stderr);
    ran.stdout
}

/// The result without the paths in its evidence: cells `path#digest` read `#digest`.
fn without_paths(csv: &str) -> String {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headers = reader.headers().expect("a header").clone();
    let is_evidence: Vec<bool> = headers.iter().map(|name| name.contains("evidence")).collect();
    let cell = |(text, evidence): (&str, &bool)| {
        if *evidence { text.rsplit('#').next().unwrap_or("").to_owned() } else { text.to_owned() }
    };
    let row = |row: csv::StringRecord| row.iter().zip(&is_evidence).map(cell).collect::<Vec<_>>().join(",");
    reader.records().map(|record| row(record.expect("a row")) + "\n").collect()
}

const COMMANDS: [&str; 4] = ["timeline", "summary", "changes", "routes"];

#[test]
fn any_order_of_files_and_any_threads_give_the_same_bytes() {
    for seed in seeds() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut paths = shown(&files::write(folder.path(), &damaged(seed), || Packing::Gz(1)));
        let before = COMMANDS.map(|command| ask(command, &["-j", "1"], &paths));
        Prng::new(seed, 7).shuffle(&mut paths);
        let after = COMMANDS.map(|command| ask(command, &["-j", "3"], &paths));
        assert!(before == after, "seed {seed}");
    }
}

#[test]
fn any_compression_gives_the_same_rows() {
    for seed in seeds() {
        let said = damaged(seed);
        let mut prng = Prng::new(seed, 8);
        let rows = |mut packing: Box<dyn FnMut() -> Packing>| {
            let folder = tempfile::tempdir().expect("a folder");
            let paths = shown(&files::write(folder.path(), &said, &mut packing));
            COMMANDS.map(|command| without_paths(&ask(command, &[], &paths)))
        };
        let plain = rows(Box::new(|| Packing::Plain));
        let mixed = rows(Box::new(move || Packing::ALL[prng.index(Packing::ALL.len())]));
        assert_eq!(plain, mixed, "seed {seed}");
    }
}

#[test]
fn any_split_of_the_same_records_gives_the_same_rows() {
    for seed in seeds() {
        let world = world::world(seed);
        let answers = [300, 600, 900, 1200].map(|cadence| {
            let folder = tempfile::tempdir().expect("a folder");
            let paths = shown(&files::write(folder.path(), &files::files(&world, cadence), || Packing::Plain));
            COMMANDS.map(|command| without_paths(&ask(command, &[], &paths)))
        });
        for other in &answers[1..] {
            assert_eq!(&answers[0], other, "seed {seed}");
        }
    }
}

#[test]
fn episodes_are_what_counting_the_routes_gives() {
    for seed in seeds() {
        let folder = tempfile::tempdir().expect("a folder");
        let whole = files::files(&world::world(seed), 300);
        let paths = shown(&files::write(folder.path(), &whole, || Packing::Plain));
        let routes = Rows::read(&ask("routes", &[], &paths));
        for peers in ["1", "2", "3"] {
            let rows = Rows::read(&ask("timeline", &["--min-peers", peers], &paths));
            invariants::episodes(&routes, &rows, peers.parse().expect("a number"), seed);
        }
    }
}

/// What a library's run of `routes` tells: its rows, and what facts are drawn from.
fn replayed(paths: &[String], slices: Option<usize>) -> Vec<String> {
    let line = ["uplinks", "routes", "--prefix", "175.45.176.0/22", "--progress", "never"].map(str::to_owned);
    let cli = Cli::try_parse_from(line.iter().chain(paths)).expect("a command");
    let Command::Routes(rows) = cli.command else { panic!("another command") };
    let plan = Plan::of_rows(rows).expect("a plan");
    let plan = slices.into_iter().fold(plan, Plan::in_slices);
    let answer = Answer::new(&plan, read::read(&plan).expect("read"));
    let mut told = Vec::new();
    let (intervals, _) = answer.routes(&plan);
    let walked = intervals.walk(&mut |interval| {
        told.push(format!("{interval:?}"));
        Ok(())
    });
    walked.expect("nothing ends the walk");
    for collector in &answer.observed.collectors {
        let replay = &collector.replay;
        let carriers = [0, 1].map(|family| replay.carriers(family));
        told.push(format!("{carriers:?} {:?} {:?} {:?}", replay.quality, replay.presences, replay.tables));
        told.push(format!("{:?} {:?} {}", replay.baseline, replay.open, replay.shows_routes()));
    }
    told
}

#[test]
fn slices_of_prefixes_come_to_what_the_whole_comes_to() {
    for seed in seeds() {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = shown(&files::write(folder.path(), &damaged(seed), || Packing::Plain));
        let whole = replayed(&paths, None);
        for most in [1, 20] {
            assert!(whole == replayed(&paths, Some(most)), "seed {seed}, slices of {most}");
        }
    }
}

#[test]
fn bounds_intervals_and_episodes_are_consistent() {
    let mut met = BTreeSet::new();
    for seed in seeds() {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = shown(&files::write(folder.path(), &damaged(seed), || Packing::Plain));
        let routes = Rows::read(&ask("routes", &[], &paths));
        met.extend(invariants::routes(&routes, seed));
        for peers in ["1", "2", "3"] {
            let rows = Rows::read(&ask("timeline", &["--min-peers", peers], &paths));
            invariants::timeline(&rows, seed);
        }
    }
    // The archives must be as varied as they are meant to be.
    if std::env::var_os("UPLINKS_SEED").is_none() {
        let all = ["data-end", "data-start", "gap", "peer-down", "peer-up", "rib", "update"];
        assert_eq!(met, all.map(str::to_owned).into(), "every basis is met");
    }
}
