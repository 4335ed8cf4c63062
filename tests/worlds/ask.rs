//! Puts the files of a world into a folder and asks the real binary about them.

use std::fs;
use std::io::Write;
use std::process::Command;

use bzip2::write::BzEncoder;
use flate2::write::GzEncoder;

use crate::archive::Written;
use crate::world::{Kind, World};

/// How files are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// As the project does it.
    Own,
    /// All as gzip.
    Gz,
    /// All as bzip2, in several streams.
    Bz2,
    /// Not at all.
    Plain,
}

/// A folder with an archive.
pub struct Place {
    folder: tempfile::TempDir,
    /// Its collectors' folders.
    pub inputs: Vec<String>,
}

/// What a run gave.
pub struct Answer {
    /// What was typed.
    pub command: String,
    /// The exit status.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Place {
    /// Writes the files.
    pub fn of(world: &World, files: &[Written], packing: Packing) -> Place {
        let folder = tempfile::Builder::new().prefix("world").tempdir().expect("a folder");
        let has = |name: &str| files.iter().any(|f| f.path.split('/').next() == Some(name));
        let inputs: Vec<String> = world.collectors.iter().map(|c| c.name.clone()).filter(|name| has(name)).collect();
        for name in &inputs {
            fs::create_dir_all(folder.path().join(name)).expect("made");
        }
        for file in files {
            let (ending, bytes) = pack(file, packing);
            fs::write(folder.path().join(format!("{}{ending}", file.path)), bytes).expect("written");
        }
        Place { folder, inputs }
    }

    /// A file beside the archive.
    pub fn put(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("written");
    }

    /// Runs the binary within the folder, on all collectors.
    pub fn ask(&self, options: &[&str]) -> Answer {
        let inputs: Vec<&str> = self.inputs.iter().map(String::as_str).collect();
        self.ask_of(options, &inputs)
    }

    /// Runs the binary within the folder.
    pub fn ask_of(&self, options: &[&str], inputs: &[&str]) -> Answer {
        let mut command = Command::new(env!("CARGO_BIN_EXE_uplinks"));
        command.args(options).args(inputs).current_dir(self.folder.path()).env_remove("NO_COLOR");
        let ran = command.output().expect("the binary runs");
        Answer {
            command: format!("uplinks {} {}", options.join(" "), inputs.join(" ")),
            code: ran.status.code(),
            stdout: String::from_utf8_lossy(&ran.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&ran.stderr).into_owned(),
        }
    }

    /// Keeps the folder on disk and says where it is.
    pub fn keep(self) -> std::path::PathBuf {
        self.folder.keep()
    }
}

fn pack(file: &Written, packing: Packing) -> (&'static str, Vec<u8>) {
    // What breaks off stays as it is: without a compression nothing would show it.
    let packing = if file.breaks { Packing::Own } else { packing };
    match (packing, file.kind) {
        (Packing::Own, Kind::Ris) | (Packing::Gz, _) => (".gz", gz(&file.bytes, file.breaks)),
        (Packing::Own, Kind::RouteViews) => (".bz2", bz2(&file.bytes, file.breaks)),
        (Packing::Bz2, _) => {
            let (one, two) = file.bytes.split_at(file.bytes.len() / 3);
            (".bz2", [bz2(one, false), bz2(two, false)].concat())
        }
        (Packing::Plain, _) => ("", file.bytes.clone()),
    }
}

fn gz(bytes: &[u8], breaks: bool) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), flate2::Compression::new(1));
    out.write_all(bytes).expect("in memory");
    if breaks {
        out.flush().expect("in memory");
        return out.get_ref().clone();
    }
    out.finish().expect("in memory")
}

fn bz2(bytes: &[u8], breaks: bool) -> Vec<u8> {
    let mut out = BzEncoder::new(Vec::new(), bzip2::Compression::new(1));
    out.write_all(bytes).expect("in memory");
    let mut out = out.finish().expect("in memory");
    if breaks {
        let begun: Vec<u8> = out.iter().copied().take(12).collect();
        out.extend(begun);
    }
    out
}
