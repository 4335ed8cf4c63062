//! The benchmark: uplinks and what is installed of its rivals, on the same question in one run, as ratios.
//!
//! `cargo run --release --example bench` makes its data in target/bench-data (about 150 MB) and measures; `-- --data DIR` takes archives
//! that are there, `-- --rounds N` more rounds, `-- --only hostile` (`busy`, `memory`) one table without that data. The question: routes of 175.45.176.0/22 and its more-specifics.

mod changes;
#[path = "data.rs"]
mod data;
mod hostile;
#[path = "measure.rs"]
mod measure;
mod memory;
#[path = "../sample_data/prng.rs"]
#[allow(dead_code)]
mod prng;
#[path = "rivals.rs"]
mod rivals;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use data::Data;
use measure::{Cost, median, run};
use rivals::{Rival, Route, quoted};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |flag: &str| arguments.iter().position(|a| a == flag).and_then(|at| arguments.get(at + 1)).cloned();
    let rounds = after("--rounds").and_then(|n| n.parse().ok()).unwrap_or(3);
    if let Some(only) = after("--only") {
        let table = match only.as_str() {
            "hostile" => hostile::table,
            "busy" => changes::table,
            "memory" => memory::table,
            other => panic!("no table is called {other}"),
        };
        return table(&build(), &std::env::temp_dir(), rounds);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench-data");
    let data = match after("--data") {
        Some(folder) => Data::find(Path::new(&folder)),
        None => Data::made(&folder),
    };
    let data = data.expect("the data can be read and written");
    let uplinks = build();
    agree(&uplinks, &data);
    println!("machine: {}", machine());
    for (title, files, base) in [
        ("RIB, gz", &data.rib_gz, "gzip -dc"),
        ("RIB, bz2", &data.rib_bz2, "bzip2 -dc"),
        ("updates, bz2", &data.updates_bz2, "bzip2 -dc"),
        ("updates, gz", &data.updates_gz, "gzip -dc"),
    ] {
        if !files.is_empty() {
            table(title, base, &cases(&uplinks, title, files), rounds);
        }
    }
    hostile::table(&uplinks, &std::env::temp_dir(), rounds);
    changes::table(&uplinks, &std::env::temp_dir(), rounds);
    memory::table(&uplinks, &std::env::temp_dir(), rounds);
}

/// A name and the command line of each contender; the first is the base of the ratios.
fn cases(uplinks: &str, title: &str, files: &[PathBuf]) -> Vec<(String, String)> {
    let all = quoted(files);
    let ours = |options: &str| format!("'{uplinks}' timeline --progress never -f csv {options} {all}");
    let is_bz2 = title.ends_with("bz2");
    let base = if is_bz2 { "bzip2 -dc" } else { "gzip -dc" };
    let mut list = vec![(base.to_owned(), format!("{base} {all}"))];
    let decompressors: &[&str] = if is_bz2 { &["lbzip2 -n1 -dc", "lbzip2 -n2 -dc"] } else { &["igzip -dc"] };
    for decompressor in decompressors {
        list.push(((*decompressor).to_owned(), format!("{decompressor} {all}")));
    }
    for rival in installed() {
        list.push((rival.name.to_owned(), rival.line(files)));
    }
    list.push(("uplinks -j1".to_owned(), ours("-j 1")));
    if title == "RIB, bz2" {
        list.push(("uplinks -j1 --seek always".to_owned(), ours("-j 1 --seek always")));
    }
    list.push(("uplinks -j2".to_owned(), ours("-j 2")));
    list.push(("uplinks -j1 --verify".to_owned(), ours("-j 1 --verify")));
    list.push(("uplinks -j1, by origin".to_owned(), ours("-j 1 --origin 131279")));
    let cache = std::env::temp_dir().join(format!("uplinks-bench-{}", std::process::id()));
    list.push(("uplinks -j1, from the cache".to_owned(), ours(&format!("-j 1 --cache '{}'", cache.display()))));
    list
}

fn installed() -> impl Iterator<Item = &'static Rival> {
    rivals::ALL.iter().filter(|rival| rival.is_installed())
}

/// Runs all cases in turn, round by round, so that a change of the machine's mood hits all alike.
fn table(title: &str, base: &str, cases: &[(String, String)], rounds: usize) {
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); cases.len()];
    for round in 0..=rounds {
        for ((name, line), own) in cases.iter().zip(&mut costs) {
            // Exit code 1 of uplinks: nothing found, which is an answer.
            let answers = if name.starts_with("uplinks") { 0..=1 } else { 0..=0 };
            match run(line, answers) {
                // The first round warms caches.
                Some(cost) if round > 0 => own.push(cost),
                Some(_) => {}
                None => println!("({name} fails on {title}, or is not installed)"),
            }
        }
    }
    println!("\n{title}\n{:36} {:>9} {:>12} {:>10}", "", "seconds", format!("x {base}"), "anon MB");
    let Some(reference) = costs.first().filter(|c| !c.is_empty()).map(|c| median(c.clone())) else { return };
    for ((name, _), own) in cases.iter().zip(costs).filter(|(_, own)| !own.is_empty()) {
        let cost = median(own);
        let memory = cost.anonymous_mb.map_or_else(|| "-".to_owned(), |mb| format!("{mb:.1}"));
        println!("{name:36} {:>9.3} {:>12.3} {memory:>10}", cost.wall, cost.wall / reference.wall);
    }
}

/// All ways of reading give the same rows, or nothing here is worth measuring.
fn agree(uplinks: &str, data: &Data) {
    for (files, options) in [(&data.rib_bz2, ["--seek", "always"].as_slice()), (&data.updates_bz2, &["--verify"])] {
        if files.is_empty() {
            continue;
        }
        let rows = |options: &[&str]| {
            let out = Command::new(uplinks).args(["timeline", "-f", "csv"]).args(options).args(files).output();
            String::from_utf8(out.expect("uplinks runs").stdout).expect("UTF-8")
        };
        let (auto, plain) = (rows(&[]), rows(options));
        assert!(auto == plain, "{options:?} gives other rows");
        println!("{} rows of {} files: the same with {options:?}", auto.lines().count() - 1, files.len());
        let own = routes(uplinks, files);
        for rival in installed() {
            assert!(rival.answer(files) == own, "{} finds other routes", rival.name);
            println!("{} routes: the same by {}", own.len(), rival.name);
        }
    }
}

fn routes(uplinks: &str, files: &[PathBuf]) -> BTreeSet<Route> {
    let out = Command::new(uplinks).args(["routes", "-f", "csv"]).args(files).output().expect("uplinks runs");
    let mut table = csv::Reader::from_reader(out.stdout.as_slice());
    let header = table.headers().expect("a header").clone();
    let column = |name| header.iter().position(|column| column == name).expect("a column");
    let columns = ["prefix", "peer_ip", "as_path"].map(column);
    let cell = |row: &csv::StringRecord, column: usize| row.get(column).unwrap_or_default().to_owned();
    let rows = table.records().map(|row| row.expect("CSV"));
    rows.map(|row| (cell(&row, columns[0]), cell(&row, columns[1]), cell(&row, columns[2]))).collect()
}

fn build() -> String {
    let built = Command::new(env!("CARGO")).args(["build", "--release", "--quiet", "--bin", "uplinks"]).status();
    assert!(built.is_ok_and(|status| status.success()), "uplinks builds");
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/release/uplinks").display().to_string()
}

fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|l| l.strip_prefix("model name")).unwrap_or("").trim_start_matches([' ', '\t', ':']);
    format!("{} x {model}", std::thread::available_parallelism().map_or(0, usize::from))
}
