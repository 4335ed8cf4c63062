//! Names the sources that the program is made of: a cache believes only what the same ones said (src/event/cache.rs).

use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut hasher = DefaultHasher::new();
    add(&root.join("src"), &mut hasher)?;
    // The versions of what it is built on; a package that others depend on has none.
    let lock = root.join("Cargo.lock");
    if lock.is_file() {
        add(&lock, &mut hasher)?;
        println!("cargo::rerun-if-changed=Cargo.lock");
    }
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rustc-env=UPLINKS_SOURCES={:016x}", hasher.finish());
    Ok(())
}

/// Folders in the order of names: the same sources have the same name everywhere.
fn add(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    if !path.is_dir() {
        hasher.write(&fs::read(path)?);
        return Ok(());
    }
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    entries.iter().try_for_each(|entry| {
        hasher.write(entry.file_name().unwrap_or_default().as_encoded_bytes());
        add(entry, hasher)
    })
}
