//! Writes the sample archive: `cargo run --release --example make-sample-data -- sample-data`. See sample-data/README.md.

use std::path::Path;
use std::process::ExitCode;

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
        std::fs::write(path, file.stored()?)?;
    }
    Ok(files.len())
}
