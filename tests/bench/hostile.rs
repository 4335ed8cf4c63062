//! Bytes made to cost more than they are: each kind at one size, at twice and at four times that. The times must grow as the bytes do.

use std::fs;
use std::path::Path;

use crate::data::{DAY, record};
use crate::measure::{median, run};

const SIZES: [usize; 3] = [10, 20, 40];

/// The longest claim that is believed of a header among other bytes.
const CLAIM: u32 = (1 << 20) - 7;

/// Times uplinks over all of them; the files are in `folder` meanwhile.
pub fn table(uplinks: &str, folder: &Path, rounds: usize) {
    println!("\nhostile bytes, uplinks -j1: CPU seconds\n{:36} {:>9} {:>9} {:>9}", "", "10 MB", "20 MB", "40 MB");
    let path = folder.join("hostile.updates.20171001.0000");
    let kinds: [(&str, Vec<u8>); 5] = [
        ("type 12 heads that claim 1 MiB", claiming(12, 1, &[&[0; 4], &entry(16)[..]].concat())),
        ("the same, one every 100 bytes", claiming(12, 1, &[&[0; 4], &entry(0)[..], &entry(0), &entry(30)].concat())),
        ("RIB heads of 65,535 entries", claiming(13, 2, &[&[0, 0, 0, 1, 8, 11, 0xFF, 0xFF], &[0; 76][..]].concat())),
        ("whole and damaged records in turn", [whole(), damaged()].concat()),
        ("tables of one entry", table_of_one()),
    ];
    for (name, unit) in kinds {
        let seconds = SIZES.map(|megabytes| {
            fs::write(&path, unit.repeat(megabytes * 1_000_000 / unit.len())).expect("the file can be written");
            let line = format!("'{uplinks}' timeline --progress never -f csv -j 1 '{}'", path.display());
            let costs: Vec<_> = (0..rounds).filter_map(|_| run(&line, 0..=1)).collect();
            if costs.is_empty() { "-".to_owned() } else { format!("{:.3}", median(costs).cpu) }
        });
        println!("{name:36} {:>9} {:>9} {:>9}", seconds[0], seconds[1], seconds[2]);
    }
    let _ = fs::remove_file(path);
}

fn claiming(kind: u16, subtype: u16, rest: &[u8]) -> Vec<u8> {
    let mut unit = Vec::new();
    record(DAY, kind, subtype, rest, &mut unit);
    unit[8..12].copy_from_slice(&CLAIM.to_be_bytes());
    unit
}

/// A peer's entry whose attributes have so many bytes, which are those of what follows.
fn entry(attributes: u8) -> Vec<u8> {
    [&[11, 0, 0, 0, 8, 1], &DAY.to_be_bytes()[..], &[192, 0, 2, 1, 13, 28, 0, attributes]].concat()
}

fn whole() -> Vec<u8> {
    let mut bytes = Vec::new();
    record(DAY, 12, 1, &[&[0; 4], &entry(0)[..]].concat(), &mut bytes);
    bytes
}

fn damaged() -> Vec<u8> {
    let mut bytes = whole();
    bytes[8..12].copy_from_slice(&(CLAIM / 2).to_be_bytes());
    bytes
}

fn table_of_one() -> Vec<u8> {
    let mut bytes = Vec::new();
    record(DAY, 13, 1, &[10, 0, 0, 1, 0, 0, 0, 1, 2, 10, 0, 0, 1, 192, 0, 2, 1, 0, 0, 13, 28], &mut bytes);
    record(DAY, 13, 2, &[0, 0, 0, 0, 8, 11, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], &mut bytes);
    bytes
}
