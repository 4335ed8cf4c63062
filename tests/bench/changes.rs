//! Busy targets: many changes, peers, prefixes or upstreams, at one size and at ten times that. The time may grow by twelve.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::data::{DAY, record};
use crate::measure::{median, run};

/// What an update says: its peer, its prefixes (numbers of /24s), its upstream.
struct Said {
    peer: u32,
    prefixes: std::ops::Range<u32>,
    upstream: u32,
}

/// A kind of target: its size, the question, and its n-th update.
struct Kind {
    name: &'static str,
    updates: u32,
    question: &'static str,
    says: fn(u32, u32) -> Said,
}

const ONE: std::ops::Range<u32> = 0..1;

const KINDS: [Kind; 6] = [
    Kind { name: "changes of one prefix, 40 peers", updates: 100_000, question: "timeline -f csv", says: flapping },
    Kind { name: "the same, changes -f csv", updates: 100_000, question: "changes -f csv", says: flapping },
    Kind { name: "peers, each with one update", updates: 20_000, question: "timeline -f csv", says: own_peer },
    Kind { name: "upstreams by turns: report", updates: 8_000, question: "report", says: many_upstreams },
    Kind { name: "updates of 20,000 prefixes", updates: 600, question: "timeline -f csv", says: many_prefixes },
    Kind { name: "the same: report", updates: 600, question: "report", says: many_prefixes },
];

fn flapping(n: u32, _: u32) -> Said {
    Said { peer: n % 40, prefixes: ONE, upstream: [4837, 20485][(n / 40 % 2) as usize] }
}

fn own_peer(n: u32, _: u32) -> Said {
    Said { peer: n, prefixes: ONE, upstream: 4837 }
}

fn many_upstreams(n: u32, of: u32) -> Said {
    Said { peer: n % 40, prefixes: ONE, upstream: 1000 + n / 40 % (of / 10) }
}

/// A hundred prefixes an update, so that each of ten peers tells all of them three times.
fn many_prefixes(n: u32, of: u32) -> Said {
    let packets = of / 30;
    let packet = n % packets * 100;
    Said {
        peer: n / packets % 10,
        prefixes: packet..packet + 100,
        upstream: [4837, 20485, 9318][(n / packets / 10) as usize % 3],
    }
}

/// Times uplinks over all of them; the files are in `folder` meanwhile.
pub fn table(uplinks: &str, folder: &Path, rounds: usize) {
    println!(
        "\nbusy targets, uplinks -j1: CPU seconds, anonymous MB\n{:36} {:>9} {:>9} {:>9} {:>9}",
        "", "x1", "x10", "ratio", "MB"
    );
    let path = folder.join("busy.updates.20171001.0000");
    let page = folder.join("uplinks-bench.html");
    for kind in &KINDS {
        let costs = [1, 10].map(|times| {
            write(&path, kind, kind.updates * times).expect("the file can be written");
            let to = if kind.question == "report" { format!("-o '{}'", page.display()) } else { String::new() };
            let options = format!("--origin 131279 --progress never -j 1 {to}");
            let line = format!("'{uplinks}' {} {options} '{}'", kind.question, path.display());
            let costs: Vec<_> = (0..rounds).filter_map(|_| run(&line, 0..=1)).collect();
            (!costs.is_empty()).then(|| median(costs))
        });
        if let [Some(one), Some(ten)] = costs {
            let (name, memory) = (format!("{} {}", 10 * kind.updates, kind.name), ten.anonymous_mb.unwrap_or(0.0));
            println!("{name:36} {:>9.3} {:>9.3} {:>9.1} {memory:>9.0}", one.cpu, ten.cpu, ten.cpu / one.cpu);
        }
    }
    let _ = (fs::remove_file(path), fs::remove_file(page));
}

/// A tenth of a second between two updates.
fn write(path: &Path, kind: &Kind, updates: u32) -> std::io::Result<()> {
    let mut out = BufWriter::new(fs::File::create(path)?);
    let mut bytes = Vec::new();
    for n in 0..updates {
        bytes.clear();
        update(n, &(kind.says)(n, updates), &mut bytes);
        out.write_all(&bytes)?;
    }
    out.flush()
}

/// `BGP4MP_ET`, with four-byte AS numbers.
fn update(n: u32, said: &Said, out: &mut Vec<u8>) {
    let asn = 3356 + said.peer % 60_000;
    let ip = (0x0B00_0000 + said.peer).to_be_bytes();
    let path = [asn, said.upstream, 131_279].map(u32::to_be_bytes).concat();
    let attributes = [&[0x40, 1, 1, 0, 0x40, 2, 14, 2, 3][..], &path, &[0x40, 3, 4], &ip].concat();
    let prefixes: Vec<u8> = said
        .prefixes
        .clone()
        .flat_map(|prefix| [vec![24], (0x0A00_0000 + 256 * prefix).to_be_bytes()[..3].to_vec()].concat())
        .collect();
    let length = |bytes: usize| u16::try_from(bytes).expect("a short message").to_be_bytes();
    let body = [&[0, 0], &length(attributes.len())[..], &attributes, &prefixes].concat();
    let message = [&[0xFF; 16], &length(19 + body.len())[..], &[2], &body].concat();
    let micros = n % 10 * 100_000;
    let head = [&micros.to_be_bytes()[..], &asn.to_be_bytes(), &[0, 0, 0xFD, 0xE8, 0, 0, 0, 1], &ip, &[10, 0, 0, 1]].concat();
    record(DAY + n / 10, 17, 4, &[head, message].concat(), out);
}
