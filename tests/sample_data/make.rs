//! Writes the sample archive: `cargo run --release --example make-sample-data -- sample-data`. See sample-data/README.md.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use archive::SampleFile;
use bzip2::write::BzEncoder;
use flate2::{Compression, GzBuilder};

mod archive;
mod background;
mod expected;
mod messages;
#[path = "../support/mrt.rs"]
mod mrt;
mod prng;
mod ris;
mod routeviews;
mod script;
mod tables;
mod world;

fn main() -> ExitCode {
    let Some(target) = std::env::args_os().nth(1) else {
        eprintln!("usage: make-sample-data OUTDIR");
        return ExitCode::from(2);
    };
    match write(Path::new(&target)) {
        Ok(count) => {
            eprintln!("{count} files written");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("cannot write the sample archive: {error}");
            ExitCode::from(2)
        }
    }
}

fn write(target: &Path) -> std::io::Result<usize> {
    let files = archive::files();
    for file in &files {
        let path = target.join(&file.path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, stored(file)?)?;
    }
    Ok(files.len())
}

/// The file as its name says it is compressed; gzip without a name and with time 0, so that the same content gives the
/// same bytes.
fn stored(file: &SampleFile) -> std::io::Result<Vec<u8>> {
    match file.path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => {
            let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
            encoder.write_all(&file.content)?;
            encoder.finish()
        }
        Some("bz2") => {
            let mut encoder = BzEncoder::new(Vec::new(), bzip2::Compression::best());
            encoder.write_all(&file.content)?;
            encoder.finish()
        }
        _ => Ok(file.content.clone()),
    }
}
