//! The real archives against an independent replay of what Debian's bgpdump prints of them. Neither is part of the project: install
//! bgpdump, and set `UPLINKS_CORPUS` or have the archives in `../shared/corpus`; without them every test here is listed as ignored.
//!
//! A difference fails the test unless it is of a kind named here, in the number given for the file. docs/methodology.md tells who is
//! right in each kind, and by what.

#[path = "differential/compare.rs"]
mod compare;
#[path = "differential/naive.rs"]
mod naive;
#[path = "support/run.rs"]
mod run;
#[path = "differential/text.rs"]
mod text;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use libtest_mimic::{Arguments, Failed, Trial};

use compare::{Route, compare, compare_timelines, routes, some_prefixes};
use naive::{Stood, replay};
use text::{Line, Said};

/// Prefixes whose timelines are compared, in each file.
const TIMELINES: usize = 300;

/// Differences that a failure shows of each sort.
const SHOWN: usize = 5;

/// An input, and the differences that it is known to have.
struct Case {
    /// Below the corpus; a folder's files are read as one archive.
    inputs: &'static str,
    /// Kinds and their numbers, sorted.
    known: &'static [(&'static str, usize)],
}

const CASES: &[Case] = &[
    Case { inputs: "lab/bird-mrtdump_bgp", known: &[] },
    Case { inputs: "lab/bird-mrtdump_rib", known: &[("default-route", 1)] },
    Case { inputs: "lab/openbgpd_bgp", known: &[] },
    Case { inputs: "lab/openbgpd_rib_table-v2", known: &[] },
    Case { inputs: "lab/quagga_bgp", known: &[] },
    Case { inputs: "lab/quagga_rib", known: &[] },
    Case { inputs: "modern/data.ris.ripe.net/rrc00/2019.01/updates.20190101.0000.gz", known: &[] },
    Case { inputs: "modern/ris.updates.20071015.1505.gz", known: &[] },
    Case { inputs: "modern/route-views2.updates.20241028.0000.bz2", known: &[] },
    Case { inputs: "modern/rrc01.updates.20241001.0055.gz", known: &[] },
    Case { inputs: "modern/rrc05.updates.20100722.2015.gz", known: &[] },
    Case { inputs: "modern/rrc21.updates.20160811.1600.gz", known: &[] },
    Case { inputs: "north-korea-2014/ris.rrc06.updates.1401488100.gz", known: &[] },
    Case { inputs: "north-korea-2014/routeviews.route-views.jinx.ribs.1401487200.bz2", known: &[("default-route", 2)] },
    Case { inputs: "north-korea-2014/routeviews.route-views.jinx.updates.1401493500.bz2", known: &[] },
    Case { inputs: "north-korea-2015/pch.updates.20151023.0201.et.gz", known: &[("default-route", 1)] },
    Case { inputs: "odd/bview.64k_stream_overflow.gz", known: &[] },
    Case { inputs: "odd/bview.ipv4_unicast_add_path.gz", known: &[] },
    Case { inputs: "odd/bview.ipv6_unicast_add_path.gz", known: &[] },
    Case { inputs: "odd/fsm-states-7-8.rrc15.updates.20100227.1600.gz", known: &[] },
    Case { inputs: "odd/no-peer-index.bview.20140112.1600.bz2", known: &[] },
    Case { inputs: "odd/table-dump-v1.bview.20020722.2337.gz", known: &[] },
    Case { inputs: "odd/torn.updates.20000325.0345.gz", known: &[("no-prefix", 452), ("recovered", 4487)] },
    Case { inputs: "odd/truncated.rib.20140523.0600.bz2", known: &[("default-route", 1), ("rejected-dump", 270_004)] },
    Case { inputs: "odd/truncated.updates.2015.gz", known: &[("recovered", 80)] },
    Case { inputs: "odd/updates.long_withdrawal.gz", known: &[] },
    Case { inputs: "odd/updates.nlri_mask_trailing_bits.gz", known: &[] },
    Case { inputs: "youtube-2008", known: &[("gap", 7923), ("multicast", 4066)] },
];

fn main() {
    let arguments = Arguments::from_args();
    let corpus = run::corpus();
    if corpus.is_none() {
        eprintln!(
            "\nThe real archives are not here, so their tests DO NOT RUN. Set UPLINKS_CORPUS to the folder that holds them."
        );
    }
    let has_bgpdump = text::is_installed();
    if !has_bgpdump {
        eprintln!(
            "\nbgpdump is not installed, so the tests against it DO NOT RUN. Install it (Debian: apt-get install bgpdump)."
        );
    }
    let trial = |case: &'static Case| {
        let corpus = corpus.clone();
        let is_here = corpus.is_some() && has_bgpdump;
        Trial::test(case.inputs, move || agrees(&corpus.unwrap_or_default(), case)).with_ignored_flag(!is_here)
    };
    libtest_mimic::run(&arguments, CASES.iter().map(trial).collect()).exit();
}

fn agrees(corpus: &Path, case: &Case) -> Result<(), Failed> {
    let input = corpus.join(case.inputs);
    let mut files = Vec::new();
    walk(&input, &mut files);
    files.sort();
    let lines: Vec<Line> = files.iter().flat_map(|file| text::lines(file)).collect();
    let impossible = lines.iter().filter(|line| line.said == Said::NoPrefix).count();
    let stood = replay(lines);
    let prefixes = some_prefixes(&stood, TIMELINES);
    let shown = input.display().to_string();
    let (routes, warnings) = routes(&[&shown]);
    let multicast: BTreeSet<IpNet> = if case.known.iter().any(|(kind, _)| *kind == "multicast") {
        files.iter().flat_map(|file| text::multicast_prefixes(file)).collect()
    } else {
        BTreeSet::new()
    };
    let mut verdict = compare(stood, routes, |naive, route| kind(naive, route, &warnings, &multicast));
    if impossible > 0 {
        verdict.known.insert("no-prefix", impossible);
    }
    let mut wrong = Vec::new();
    if !verdict.unexplained.is_empty() {
        wrong.push(format!("{} routes differ, as:", verdict.unexplained.len()));
        wrong.extend(verdict.unexplained.iter().take(SHOWN).cloned());
    }
    let known: Vec<(&str, usize)> = verdict.known.into_iter().collect();
    if known != case.known {
        wrong.push(format!("known differences are {known:?}, expected {:?}", case.known));
    }
    let different = compare_timelines(&verdict.agreed, &prefixes, &[&shown]);
    if !different.is_empty() {
        wrong.push(format!("{} timelines differ, as:", different.len()));
        wrong.extend(different.into_iter().take(SHOWN));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// The name of a difference between a naive route and one of the program, or where one has none.
fn kind(naive: Option<&Stood>, route: Option<&Route>, warnings: &str, multicast: &BTreeSet<IpNet>) -> Option<&'static str> {
    let net = naive.or(route.map(|r| &r.stood)).map(|s| s.net.0)?;
    match (naive, route) {
        // bgpdump -m prints SAFI 2 like SAFI 1; a multicast route is not the unicast one (RFC 4760 6).
        _ if multicast.contains(&net) => Some("multicast"),
        // A default route shows nothing of who carries a prefix: rule 4.
        (Some(_), None) if net.prefix_len() == 0 => Some("default-route"),
        // Rule 8: a table that was cut proves no absence, so none of it is used.
        (Some(_), None) if warnings.contains("not used") => Some("rejected-dump"),
        // Rule 20: bgpdump stops at the first damage (record lengths that leave out the microseconds, against RFC 6396 3, are such); the
        // program finds the next whole record. What it found there is compared with nothing.
        (None | Some(Stood { last: None, .. }), Some(_)) if warnings.contains("damaged") => Some("recovered"),
        // Rule 11: a route that stood at a gap's start and was contradicted after it is proven only up to the gap.
        (Some(naive), Some(route)) if route.end_basis == "gap" && route.ended_before == naive.last => Some("gap"),
        _ => None,
    }
}

fn walk(path: &Path, files: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        files.push(path.to_owned());
        return;
    }
    for entry in std::fs::read_dir(path).expect("a folder") {
        walk(&entry.expect("an entry").path(), files);
    }
}
