//! Archives that say of themselves that a program made them up: nobody may take their routes for the Internet's.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::found::ArchiveFile;
use super::source::Source;

/// A file of this name, in the folder of an archive file or above it, marks everything below as simulated.
pub const SIMULATED: &str = "SIMULATED";

/// Whether any of the files lies below such a mark.
pub fn is_simulated<'a>(files: impl IntoIterator<Item = &'a ArchiveFile>) -> bool {
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    files.into_iter().any(|file| match &file.source {
        Source::Path(path) => is_below_mark(path, &mut seen),
        Source::Spool(_) => false,
        Source::Packed(packed) => packed.simulated,
    })
}

/// `seen` are folders that have no mark.
fn is_below_mark(path: &Path, seen: &mut BTreeSet<PathBuf>) -> bool {
    let Ok(path) = path.canonicalize() else { return false };
    let mut unseen = path.ancestors().skip(1).take_while(|above| seen.insert(above.to_path_buf()));
    unseen.any(|above| above.join(SIMULATED).is_file())
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
    }
}
