//! The benchmark's data: a RIB of RouteViews' scale and a day of update files, deterministic, made once and kept.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use bzip2::write::BzEncoder;
use flate2::GzBuilder;
use flate2::write::GzEncoder;
use rayon::prelude::*;

use crate::prng::Prng;

/// 2017-10-01T00:00:00Z.
pub const DAY: u32 = 1_506_816_000;
const PEERS: u32 = 40;
const PREFIXES: u32 = 170_000;
const UPDATE_FILES: u32 = 96;
const UPDATES_A_FILE: u32 = 33_000;
const SEED: u64 = 20_171_001;
/// The target: 175.45.176.0/24 and its three neighbours, origin 131279 behind 4837.
const TARGET: u32 = 0xAF2D_B000;
const ORIGIN: u32 = 131_279;

/// The files of one question.
pub struct Data {
    /// RIB dumps, bz2.
    pub rib_bz2: Vec<PathBuf>,
    /// RIB dumps, gz.
    pub rib_gz: Vec<PathBuf>,
    /// Update files, bz2.
    pub updates_bz2: Vec<PathBuf>,
    /// Update files, gz.
    pub updates_gz: Vec<PathBuf>,
}

impl Data {
    /// Sorts a folder's archive files by what their names say.
    pub fn find(folder: &Path) -> io::Result<Data> {
        let mut data = Data { rib_bz2: vec![], rib_gz: vec![], updates_bz2: vec![], updates_gz: vec![] };
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let is_rib = name.contains("rib") || name.contains("bview");
                match path.extension().and_then(|e| e.to_str()) {
                    _ if path.is_dir() => folders.push(path),
                    Some("bz2") if is_rib => data.rib_bz2.push(path),
                    Some("gz") if is_rib => data.rib_gz.push(path),
                    Some("bz2") if name.contains("updates") => data.updates_bz2.push(path),
                    Some("gz") if name.contains("updates") => data.updates_gz.push(path),
                    _ => {}
                }
            }
        }
        for list in [&mut data.rib_bz2, &mut data.rib_gz, &mut data.updates_bz2, &mut data.updates_gz] {
            list.sort();
        }
        Ok(data)
    }

    /// Makes the data in `folder` unless a whole set is there.
    pub fn made(folder: &Path) -> io::Result<Data> {
        let done = folder.join("complete-3");
        if !done.exists() {
            eprintln!("making the data in {}: this takes some minutes, once", folder.display());
            fs::create_dir_all(folder)?;
            write_rib(folder)?;
            (0..UPDATE_FILES).into_par_iter().try_for_each(|file| write_updates(folder, file))?;
            File::create(done)?;
        }
        Data::find(folder)
    }
}

/// A file in both compressions.
struct Twin {
    bz2: BzEncoder<BufWriter<File>>,
    gz: GzEncoder<BufWriter<File>>,
}

impl Twin {
    fn create(folder: &Path, name: &str) -> io::Result<Twin> {
        let file = |end: &str| File::create(folder.join(format!("{name}.{end}"))).map(BufWriter::new);
        let gz = GzBuilder::new().mtime(0).write(file("gz")?, flate2::Compression::new(6));
        Ok(Twin { bz2: BzEncoder::new(file("bz2")?, bzip2::Compression::new(9)), gz })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bz2.write_all(bytes)?;
        self.gz.write_all(bytes)
    }

    fn finish(self) -> io::Result<()> {
        self.bz2.finish()?.flush()?;
        self.gz.finish()?.flush()
    }
}

pub fn record(time: u32, kind: u16, subtype: u16, body: &[u8], out: &mut Vec<u8>) {
    out.extend(time.to_be_bytes());
    out.extend(kind.to_be_bytes());
    out.extend(subtype.to_be_bytes());
    out.extend(u32::try_from(body.len()).expect("a short body").to_be_bytes());
    out.extend(body);
}

fn peer_asn(peer: u32) -> u32 {
    [3356, 1299, 174, 2914, 6939, 3257, 6453, 701, 7018, 3303][peer as usize % 10] + peer / 10
}

fn peer_ip(peer: u32) -> [u8; 4] {
    [192, 0, 2, u8::try_from(peer + 1).expect("few peers")]
}

/// A path as routers prefer them: the peer, some transit that depends on peer and origin, the origin's own provider.
fn path(peer: u32, origin: u32, turn: u32) -> Vec<u32> {
    let mut choice = Prng::new(u64::from(origin), u64::from(peer) << 8 | u64::from(turn));
    let transit = [3356, 1299, 174, 2914, 6939, 3257, 6453, 701, 1239, 3549, 6461, 4637];
    let provider = if origin == ORIGIN { 4837 } else { 9_000 + Prng::new(u64::from(origin), 7).range(0, 4_000) };
    let mut path = vec![peer_asn(peer)];
    for _ in 0..choice.range(1, 3) {
        let next = transit[choice.index(transit.len())];
        if !path.contains(&next) {
            path.push(next);
        }
    }
    path.extend([provider, origin]);
    path
}

fn attributes(peer: u32, origin: u32, turn: u32) -> Vec<u8> {
    let path = path(peer, origin, turn);
    let mut bytes = vec![0x40, 1, 1, 0, 0x40, 2, u8::try_from(2 + 4 * path.len()).expect("short"), 2];
    bytes.push(u8::try_from(path.len()).expect("short"));
    bytes.extend(path.iter().flat_map(|asn| asn.to_be_bytes()));
    bytes.extend([0x40, 3, 4]);
    bytes.extend(peer_ip(peer));
    bytes
}

fn nlri(address: u32, len: u8, out: &mut Vec<u8>) {
    out.push(len);
    out.extend(&address.to_be_bytes()[..usize::from(len.div_ceil(8))]);
}

/// Address, mask and origin of every prefix, in order of address and mask.
fn prefixes() -> Vec<(u32, u8, u32)> {
    let mut choice = Prng::new(SEED, 1);
    let (mut all, mut address, mut origin) = (Vec::new(), 0x0100_0000_u32, 64_600);
    while u32::try_from(all.len()).expect("few") < PREFIXES {
        address = address.saturating_add(choice.range(1, 42) << 8);
        let aligned = 32 - u8::try_from(address.trailing_zeros().min(16)).expect("small");
        let len = u8::try_from(choice.range(u32::from(aligned).min(24), 24)).expect("a mask");
        if choice.chance(40) {
            origin = 100 + choice.range(0, 60_000);
        }
        all.push((address, len, origin));
    }
    all.retain(|(address, ..)| address >> 10 != TARGET >> 10);
    all.extend((0..4).map(|i| (TARGET + (i << 8), 24, ORIGIN)));
    all.sort_unstable();
    all
}

fn write_rib(folder: &Path) -> io::Result<()> {
    let mut out = Twin::create(folder, "route-views.bench.rib.20171001.0000")?;
    let mut index = vec![10, 0, 0, 1, 0, 0];
    index.extend(u16::try_from(PEERS).expect("few").to_be_bytes());
    for peer in 0..PEERS {
        index.push(2);
        index.extend(peer_ip(peer));
        index.extend(peer_ip(peer));
        index.extend(peer_asn(peer).to_be_bytes());
    }
    let mut bytes = Vec::new();
    record(DAY, 13, 1, &index, &mut bytes);
    for (sequence, (address, len, origin)) in prefixes().into_iter().enumerate() {
        let sequence = u32::try_from(sequence).expect("few");
        let mut body = sequence.to_be_bytes().to_vec();
        nlri(address, len, &mut body);
        body.extend(u16::try_from(PEERS).expect("few").to_be_bytes());
        for peer in 0..PEERS {
            let attributes = attributes(peer, origin, 0);
            body.extend(u16::try_from(peer).expect("few").to_be_bytes());
            body.extend((DAY - 86_400 - (sequence * 7 + peer) % 500_000).to_be_bytes());
            body.extend(u16::try_from(attributes.len()).expect("short").to_be_bytes());
            body.extend(attributes);
        }
        record(DAY + sequence / 2000, 13, 2, &body, &mut bytes);
        if bytes.len() > 1 << 20 {
            out.write(&bytes)?;
            bytes.clear();
        }
    }
    out.write(&bytes)?;
    out.finish()
}

fn write_updates(folder: &Path, file: u32) -> io::Result<()> {
    let start = DAY + file * 900;
    let name = format!("route-views.bench.updates.20171001.{:02}{:02}", file / 4, file % 4 * 15);
    let mut out = Twin::create(folder, &name)?;
    let mut choice = Prng::new(SEED, 100 + u64::from(file));
    let prefixes = prefixes();
    let mut bytes = Vec::new();
    for number in 0..UPDATES_A_FILE {
        let peer = choice.range(0, PEERS - 1);
        let time = start + number * 900 / UPDATES_A_FILE;
        // The target moves now and then; all else moves all the time.
        let (address, len, origin) = match choice.range(0, 200_000) {
            0 => (TARGET, 24, ORIGIN),
            _ => prefixes[choice.index(prefixes.len())],
        };
        let (mut withdrawn, mut announced, mut told) = (Vec::new(), Vec::new(), Vec::new());
        if choice.chance(15) {
            nlri(address, len, &mut withdrawn);
        } else {
            told = attributes(peer, origin, choice.range(0, 3));
            nlri(address, len, &mut announced);
            // Prefixes of one origin travel together.
            let at = prefixes.partition_point(|p| *p < (address, len, origin));
            for (address, len, _) in prefixes[at..].iter().skip(1).take_while(|p| p.2 == origin).take(5) {
                nlri(*address, *len, &mut announced);
            }
        }
        let mut update = u16::try_from(withdrawn.len()).expect("short").to_be_bytes().to_vec();
        update.extend(withdrawn);
        update.extend(u16::try_from(told.len()).expect("short").to_be_bytes());
        update.extend(told);
        update.extend(announced);
        let mut body = peer_asn(peer).to_be_bytes().to_vec();
        body.extend(6447_u32.to_be_bytes());
        body.extend([0, 0, 0, 1]);
        body.extend(peer_ip(peer));
        body.extend([198, 51, 100, 1]);
        body.extend([0xFF; 16]);
        body.extend(u16::try_from(19 + update.len()).expect("short").to_be_bytes());
        body.push(2);
        body.extend(update);
        record(time, 16, 4, &body, &mut bytes);
    }
    out.write(&bytes)?;
    out.finish()
}
