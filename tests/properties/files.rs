//! Puts what collectors recorded into files: at any cadence, in any compression, whole or with files missing and damaged.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use bzip2::write::BzEncoder;
use flate2::write::GzEncoder;

use super::prng::Prng;
use super::world::{Collector, LASTS, START};

/// A file: its path without an ending, and its uncompressed bytes.
#[derive(Debug, Clone)]
pub struct File {
    /// Below the archive's folder.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// One gzip member of this level.
    Gz(u32),
    /// Several gzip members, cut anywhere.
    GzMembers,
    /// One bzip2 stream of this block size.
    Bz2(u32),
    /// Several bzip2 streams of different block sizes, cut anywhere.
    Bz2Streams,
}

impl Packing {
    /// All ways.
    pub const ALL: [Packing; 6] =
        [Packing::Plain, Packing::Gz(1), Packing::Gz(9), Packing::GzMembers, Packing::Bz2(1), Packing::Bz2Streams];

    const fn ending(self) -> &'static str {
        match self {
            Packing::Plain => "",
            Packing::Gz(_) | Packing::GzMembers => ".gz",
            Packing::Bz2(_) | Packing::Bz2Streams => ".bz2",
        }
    }

    fn pack(self, bytes: &[u8]) -> Vec<u8> {
        let (one, two) = bytes.split_at(bytes.len() / 3);
        match self {
            Packing::Plain => bytes.to_vec(),
            Packing::Gz(level) => gz(bytes, level),
            Packing::GzMembers => [gz(one, 1), gz(two, 6)].concat(),
            Packing::Bz2(level) => bz2(bytes, level),
            Packing::Bz2Streams => [bz2(one, 9), bz2(two, 1)].concat(),
        }
    }
}

fn gz(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    out.write_all(bytes).expect("in memory");
    out.finish().expect("in memory")
}

fn bz2(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut out = BzEncoder::new(Vec::new(), bzip2::Compression::new(level));
    out.write_all(bytes).expect("in memory");
    out.finish().expect("in memory")
}

/// Bytes at a file's beginning that are never damaged.
const WHOLE: usize = 100;

/// All files of an archive whose update files hold `cadence` seconds each.
pub fn files(collectors: &[Collector], cadence: u32) -> Vec<File> {
    let mut out = Vec::new();
    for Collector { name, updates, dumps } in collectors {
        for from in (START..START + LASTS).step_by(cadence as usize) {
            let inside = updates.iter().filter(|(time, _)| (from..from + cadence).contains(time));
            let bytes: Vec<u8> = inside.flat_map(|(_, record)| record.clone()).collect();
            out.push(File { path: format!("{name}/updates.{}", clock(from)), bytes });
        }
        for (time, records) in dumps {
            out.push(File { path: format!("{name}/rib.{}", clock(*time)), bytes: records.concat() });
        }
    }
    out
}

fn clock(time: u32) -> String {
    let minute = (time - START) / 60;
    format!("20171001.{:02}{:02}", minute / 60, minute % 60)
}

/// Takes some files away, cuts some, and spoils a few bytes of others.
pub fn damage(files: &mut Vec<File>, prng: &mut Prng) {
    files.retain(|_| !prng.chance(12));
    // What does not even begin as MRT is no input at all, so the beginnings stay.
    for file in files.iter_mut().filter(|file| file.bytes.len() > 2 * WHOLE) {
        let at = WHOLE + prng.index(file.bytes.len() - WHOLE);
        match prng.range(1, 100) {
            1..=8 => file.bytes.truncate(at),
            9..=16 => file.bytes.iter_mut().skip(at).take(6).for_each(|byte| *byte = 0xff),
            _ => {}
        }
    }
}

/// Writes them, each packed as `packing` says, and returns their paths.
pub fn write(folder: &Path, files: &[File], mut packing: impl FnMut() -> Packing) -> Vec<PathBuf> {
    let one = |file: &File| {
        let packing = packing();
        let path = folder.join(format!("{}{}", file.path, packing.ending()));
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, packing.pack(&file.bytes)).expect("written");
        path
    };
    files.iter().map(one).collect()
}
