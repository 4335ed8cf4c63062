//! Archive files that end early, wherever that is: what is told of the part before the cut is what the whole file tells of it, nothing is
//! told that the whole file does not tell, and the cut is named.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};

use crate::place::everything;
use crate::run::{Ran, Rows, binary, corpus, root};

/// What is watched: the targets of the sample and of the real archives.
const WATCHED: [&str; 5] = ["175.45.176.0/22", "208.65.152.0/22", "91.108.0.0/16", "149.154.160.0/20", "2001:67c:4e8::/48"];

const SAMPLES: [&str; 5] = [
    "rrc90/2017.10/bview.20171001.0800.gz",
    "rrc90/2017.10/updates.20171001.0905.gz",
    "route-views.sim/bgpdata/2017.10/RIBS/rib.20171001.0800.bz2",
    "route-views.sim/bgpdata/2017.10/UPDATES/updates.20171001.0900.bz2",
    "route-views.sim/bgpdata/2017.10/UPDATES/updates.20171001.1000.bz2",
];

pub fn trials() -> Vec<Trial> {
    let mut files: Vec<PathBuf> = SAMPLES.iter().map(|path| root().join("sample-data").join(path)).collect();
    if everything()
        && let Some(corpus) = corpus()
    {
        files.extend(archives(&corpus));
    }
    files
        .into_iter()
        .map(|file| Trial::test(format!("cuts_of_{}", file.file_name().expect("a name").display()), move || cut(&file)))
        .collect()
}

/// The files of a folder whose names say that they are archives'.
fn archives(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            all.extend(archives(&path));
        } else if ["rib", "bview", "updates", "bgp", "view"].iter().any(|word| name.contains(word)) {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// Places at which each file is cut: `UPLINKS_CUTS`, or a thousand of all and a few of the sample.
fn places() -> usize {
    let named = std::env::var("UPLINKS_CUTS").ok().and_then(|count| count.parse().ok());
    named.unwrap_or(if everything() { 1_000 } else { 8 })
}

fn routes(file: &Path) -> Ran {
    let mut command = binary();
    command.args(["routes", "-f", "csv", "--strict", "-j", "1"]);
    command.args(WATCHED.iter().flat_map(|prefix| ["--prefix", prefix])).arg(file);
    command.output().expect("the binary runs").into()
}

/// Beginnings and ends of routes that records prove, each with its record.
#[derive(Default)]
struct Told {
    starts: BTreeSet<String>,
    ends: BTreeSet<String>,
}

const KEY: [&str; 9] =
    ["prefix", "path_id", "collector", "peer_ip", "peer_asn", "origin_asn", "first_seen", "as_path", "start_evidence"];

fn told(csv: &str) -> Told {
    let rows = Rows::read(csv);
    let ends = rows.columns(&["end_basis", "last_seen", "end_evidence"]);
    let mut told = Told::default();
    for (start, end) in rows.columns(&KEY).into_iter().zip(ends) {
        let key = start.join(" ");
        if ["update", "peer-down"].contains(&end[0]) {
            told.ends.insert(format!("{key} {}", end.join(" ")));
        }
        told.starts.insert(key);
    }
    told
}

fn cut(file: &Path) -> Result<(), Failed> {
    let bytes = fs::read(file)?;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let name = file.file_name().expect("a name").to_str().expect("text");
    let copy = folder.path().join("rrc90").join(name);
    fs::create_dir(copy.parent().expect("a folder"))?;
    let put = |bytes: &[u8]| {
        // Another file each time, as downloads make it.
        let _ = fs::remove_file(&copy);
        fs::write(&copy, bytes).map(|()| routes(&copy))
    };
    let ran = put(&bytes)?;
    let was_whole = ran.code != Some(3);
    let whole = if ran.code == Some(2) { Told::default() } else { told(&ran.stdout) };
    let (count, mut before, mut wrong, mut named) = (places(), Told::default(), Vec::new(), 0);
    let mut at: Vec<usize> = (0..count).map(|part| bytes.len() * part / count).collect();
    at.extend([1, 3, 12, bytes.len().saturating_sub(1)]);
    at.retain(|at| *at < bytes.len());
    at.sort_unstable();
    at.dedup();
    for at in at {
        let part = &bytes[..at];
        let ran = put(part)?;
        let mut complain =
            |what: String| wrong.push(format!("{name} cut at {at}: {what}: status {:?}\n{}", ran.code, ran.stderr));
        if ran.stderr.contains("panicked") || !matches!(ran.code, Some(0..=3)) {
            complain("no proper end".to_owned());
            continue;
        }
        let said = ran.stderr.contains(name);
        named += usize::from(said);
        if is_damaged(part) && !(said && matches!(ran.code, Some(2 | 3))) {
            complain("it is not named".to_owned());
        }
        if ran.code == Some(2) {
            continue;
        }
        let now = told(&ran.stdout);
        if let Some(invented) = now.starts.difference(&whole.starts).chain(now.ends.difference(&whole.ends)).next() {
            complain(format!("invented: {invented}"));
        }
        if let Some(lost) = before.starts.difference(&now.starts).chain(before.ends.difference(&now.ends)).next() {
            complain(format!("lost, though there is more of the file: {lost}"));
        }
        before = now;
    }
    println!(
        "{name}: {count} cuts, named {named} times; whole it tells {} starts and {} ends{}",
        whole.starts.len(),
        whole.ends.len(),
        if was_whole { "" } else { ", and is damaged by itself" }
    );
    wrong.truncate(20);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Whether others find fault with these bytes: the compression, or a record that has no end.
fn is_damaged(bytes: &[u8]) -> bool {
    let mut plain = Vec::new();
    let read = match bytes {
        [0x1f, 0x8b, ..] => flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut plain),
        [b'B', b'Z', b'h', ..] => bzip2::read::MultiBzDecoder::new(bytes).read_to_end(&mut plain),
        _ => bytes.take(u64::MAX).read_to_end(&mut plain),
    };
    let mut at = 0;
    while let Some(length) = plain.get(at + 8..at + 12) {
        at += 12 + u32::from_be_bytes(length.try_into().expect("four octets")) as usize;
    }
    read.is_err() || at != plain.len()
}
