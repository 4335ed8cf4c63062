//! Names the sources that the program is made of: a cache believes only what the same ones said (src/event/cache.rs). Lists the files of
//! the sample archive, which the program carries with it (src/cli/demo.rs).

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
    sample(&root.join("sample-data"))
}

/// Writes the list of the sample archive's files; an empty one where there is none, as in a package without it.
fn sample(folder: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    if folder.is_dir() {
        println!("cargo::rerun-if-changed=sample-data");
        below(folder, &mut files)?;
    }
    files.sort();
    let entry = |file: &PathBuf| {
        let name = file.strip_prefix(folder).unwrap_or(file).components().map(|part| part.as_os_str().to_string_lossy());
        format!("    ({:?}, include_bytes!({:?})),\n", name.collect::<Vec<_>>().join("/"), file.to_string_lossy())
    };
    let list = format!("const FILES: &[(&str, &[u8])] = &[\n{}];\n", files.iter().map(entry).collect::<String>());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("sample.rs"), list)
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { below(&path, files)? } else { files.push(path) }
    }
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
