//! Archives that say of themselves that a program made them up: nobody may take their routes for the Internet's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::found::ArchiveFile;
use super::source::Source;

/// A file of this name, in the folder of an archive file or above it, marks everything below as simulated.
pub const SIMULATED: &str = "SIMULATED";

/// Whether any of the files lies below such a mark.
pub fn is_simulated<'a>(files: impl IntoIterator<Item = &'a ArchiveFile>) -> bool {
    simulated(files).any(|is_marked| is_marked)
}

/// Of each file in turn, whether it lies below such a mark. A folder is looked at once.
pub fn simulated<'a>(files: impl IntoIterator<Item = &'a ArchiveFile>) -> impl Iterator<Item = bool> {
    let mut known: BTreeMap<PathBuf, bool> = BTreeMap::new();
    files.into_iter().map(move |file| match &file.source {
        Source::Path(path) => path.canonicalize().is_ok_and(|path| is_below_mark(&path, &mut known)),
        Source::Spool(_) => false,
        Source::Packed(packed) => packed.simulated,
    })
}

/// `known` are folders that were looked at.
fn is_below_mark(path: &Path, known: &mut BTreeMap<PathBuf, bool>) -> bool {
    let mut is_marked = false;
    let mut unknown = Vec::new();
    for folder in path.ancestors().skip(1) {
        if let Some(before) = known.get(folder) {
            is_marked = *before;
            break;
        }
        unknown.push(folder);
        if folder.join(SIMULATED).is_file() {
            is_marked = true;
            break;
        }
    }
    known.extend(unknown.into_iter().map(|folder| (folder.to_owned(), is_marked)));
    is_marked
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::archive::discover;

    #[test]
    fn a_mark_counts_for_all_below_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let (marked, plain) = (folder.path().join("a/b"), folder.path().join("c"));
        for folder in [&marked, &plain] {
            fs::create_dir_all(folder).expect("made");
            fs::write(folder.join("updates.20171001.0000.gz"), b"\x1f\x8b").expect("written");
        }
        let of = |paths: &[&PathBuf]| {
            let inputs: Vec<_> = paths.iter().map(|path| path.as_os_str().to_owned()).collect();
            is_simulated(&discover(&inputs, None, &mut std::io::empty()).expect("files").files)
        };
        assert!(!of(&[&marked, &plain]));
        fs::write(folder.path().join("a").join(SIMULATED), "").expect("written");
        assert!(of(&[&plain, &marked]) && !of(&[&plain]));
        let inputs = [folder.path().as_os_str().to_owned()];
        let files = discover(&inputs, None, &mut std::io::empty()).expect("files").files;
        let each: Vec<bool> = simulated(&files).collect();
        let expected = files.iter().map(|file| file.shown.contains("/a/b/")).collect::<Vec<_>>();
        assert_eq!((each, files.len()), (expected, 2));
    }
}
