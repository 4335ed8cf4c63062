//! Questions that are large by nature: the peak of memory must grow with what is answered, and by little.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::data::{DAY, record};
use crate::measure::{median, run};

/// Peers of the table, and of the updates.
const PEERS: u32 = 60;
const SPEAKERS: u32 = 40;

/// Writes a file.
type Make = fn(&Path) -> io::Result<()>;

/// Measures uplinks over all of them; the files are in `folder` meanwhile.
pub fn table(uplinks: &str, folder: &Path, rounds: usize) {
    println!("\nlarge questions, uplinks -j2\n{:56} {:>9} {:>10}", "", "seconds", "anon MB");
    let rib = folder.join("large.rib.20171001.0000");
    let updates = folder.join("large.updates.20171001.0000");
    let apart = folder.join("apart");
    let whole = "--prefix 0.0.0.0/1 --prefix 128.0.0.0/1";
    let cases: [(&str, &str, &Path, Make); 6] = [
        ("routes of a table of 1,000,000 routes", whole, &rib, |path| table_of(path, 1_000_000)),
        ("routes of a table of 7,000,000 routes", whole, &rib, |path| table_of(path, 7_000_000)),
        ("routes of 1,000,000 updates of one prefix", "", &updates, |path| updates_of(path, 1_000_000)),
        ("timeline of 1,000,000 updates of one prefix", "", &updates, |path| updates_of(path, 1_000_000)),
        ("visibility --bin 5m of two changes, 15 years apart", "--bin 5m", &apart, |path| years_apart(path, 15)),
        ("visibility --bin 1s of two changes, a year apart", "--bin 1s", &apart, |path| years_apart(path, 1)),
    ];
    for (name, options, path, make) in cases {
        make(path).expect("the file can be written");
        let command = name.split(' ').next().unwrap_or_default();
        let line = format!("'{uplinks}' {command} --progress never -f csv -j 2 {options} '{}'", path.display());
        let costs: Vec<_> = (0..rounds).filter_map(|_| run(&line, 0..=1)).collect();
        let _ = fs::remove_file(path).or_else(|_| fs::remove_dir_all(path));
        if !costs.is_empty() {
            let cost = median(costs);
            let memory = cost.anonymous_mb.map_or_else(|| "-".to_owned(), |mb| format!("{mb:.1}"));
            println!("{name:56} {:>9.3} {memory:>10}", cost.wall);
        }
    }
}

fn path(ases: &[u32]) -> Vec<u8> {
    let list: Vec<u8> = ases.iter().flat_map(|asn| asn.to_be_bytes()).collect();
    let length = |bytes: usize| u8::try_from(bytes).expect("a short path");
    [&[0x40, 1, 1, 0, 0x40, 2, length(list.len() + 2), 2, length(ases.len())], &list[..], &[0x40, 3, 4, 192, 0, 2, 1]].concat()
}

fn short(length: usize) -> [u8; 2] {
    u16::try_from(length).expect("short").to_be_bytes()
}

/// A table of /24s, five of each origin, with a path of its own for each peer and origin.
fn table_of(file: &Path, routes: u32) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    let mut bytes = Vec::new();
    let peers = (0..PEERS)
        .flat_map(|p| [&[2][..], &[10, 0, 0, 1], &[198, 51, 100, p.to_be_bytes()[3]], &(10_000 + p).to_be_bytes()].concat());
    record(DAY, 13, 1, &[&[10, 0, 0, 1, 0, 0][..], &short(60), &peers.collect::<Vec<u8>>()].concat(), &mut bytes);
    let (prefixes, mut entries) = (routes / PEERS, Vec::new());
    for n in 0..prefixes {
        let origin = 200_000 + n / 5;
        if n % 5 == 0 {
            entries.clear();
            for p in 0..PEERS {
                let mix = origin.wrapping_mul(2_654_435_761).wrapping_add(p.wrapping_mul(40_503));
                let attributes = path(&[10_000 + p, 20_000 + mix % 20, 30_000 + (mix >> 8) % 500, origin]);
                entries.extend([&short(p as usize)[..], &DAY.to_be_bytes(), &short(attributes.len()), &attributes].concat());
            }
        }
        let address = (0x0100_0000 + (n << 8)).to_be_bytes();
        record(DAY + n / 1000, 13, 2, &[&n.to_be_bytes()[..], &[24], &address[..3], &short(60), &entries].concat(), &mut bytes);
        out.write_all(&bytes)?;
        bytes.clear();
    }
    out.flush()
}

/// A quarter of an hour in which all peers change their path of one prefix again and again.
fn updates_of(file: &Path, count: u32) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    for n in 0..count {
        let micros = u64::from(n) * 900_000_000 / u64::from(count);
        update(DAY + u32::try_from(micros / 1_000_000).expect("seconds"), n % SPEAKERS, n / SPEAKERS % 8, &mut out)?;
    }
    out.flush()
}

/// One change, and another so many years later: a folder of two files.
fn years_apart(folder: &Path, years: u32) -> io::Result<()> {
    const FIRST: u32 = 1_199_145_600;
    fs::create_dir_all(folder)?;
    let last = if years == 1 { "20081231" } else { "20221228" };
    for (variant, day, time) in [(0, "20080101", FIRST), (1, last, FIRST + years * 365 * 86_400)] {
        update(time + 5, 0, variant, &mut File::create(folder.join(format!("apart.updates.{day}.0000")))?)?;
    }
    Ok(())
}

fn update(time: u32, peer: u32, variant: u32, out: &mut impl Write) -> io::Result<()> {
    let attributes = path(&[10_000 + peer, 20_000 + variant % 4, 30_000 + variant, 131_279]);
    let said = [&[0, 0][..], &short(attributes.len()), &attributes, &[24, 175, 45, 176]].concat();
    let message = [&[0xFF; 16][..], &short(19 + said.len()), &[2], &said].concat();
    let session =
        [&(10_000 + peer).to_be_bytes()[..], &65_000_u32.to_be_bytes(), &[0, 0, 0, 1, 198, 51, 100, peer.to_be_bytes()[3]]];
    let mut bytes = Vec::new();
    record(time, 16, 4, &[&session.concat()[..], &[198, 51, 101, 1], &message].concat(), &mut bytes);
    out.write_all(&bytes)
}
