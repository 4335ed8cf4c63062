//! Walks a directory: each directory once, whatever the symbolic links inside.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::found::LINK_OUT;
use super::name::is_own;

/// A file met by walking.
#[derive(Debug)]
pub(super) struct Met {
    /// The way to it from what the user named.
    pub path: PathBuf,
    /// The same for every way to it.
    pub canonical: PathBuf,
}

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub files: Vec<Met>,
    /// Directories and files that the system would not show.
    pub unreadable: Vec<(PathBuf, io::Error)>,
}

/// Everything below `root` that is a file, hidden ones and uplinks' own apart. Links that lead out of it are not followed: whoever fills an
/// archive does not decide what else is read. Fails only if `root` itself cannot be listed.
pub(super) fn walk(root: &Path) -> io::Result<Walk> {
    let canonical = fs::canonicalize(root)?;
    let mut walker = Walker { root: canonical.clone(), real: vec![], linked: BTreeSet::new(), found: Walk::default() };
    let mut seen = HashSet::from([canonical.clone()]);
    walker.list(root, &canonical)?;
    while let Some((path, canonical)) = walker.next() {
        if seen.insert(canonical.clone())
            && let Err(error) = walker.list(&path, &canonical)
        {
            walker.found.unreadable.push((path, error));
        }
    }
    Ok(walker.found)
}

struct Walker {
    /// Canonical.
    root: PathBuf,
    /// Directories to list, with their canonical paths.
    real: Vec<(PathBuf, PathBuf)>,
    /// Links to directories. They wait until the real ones are done: a file that has a real way to it is shown by that.
    linked: BTreeSet<PathBuf>,
    found: Walk,
}

impl Walker {
    fn next(&mut self) -> Option<(PathBuf, PathBuf)> {
        while self.real.is_empty() {
            let path = self.linked.pop_first()?;
            match fs::canonicalize(&path) {
                Ok(canonical) => self.real.push((path, canonical)),
                Err(error) => self.found.unreadable.push((path, error)),
            }
        }
        self.real.pop()
    }

    fn list(&mut self, directory: &Path, canonical: &Path) -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name();
            if name.as_encoded_bytes().first() == Some(&b'.') || name.to_str().is_some_and(is_own) {
                continue;
            }
            let path = directory.join(&name);
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.real.push((path, canonical.join(&name)));
            } else if kind.is_file() {
                self.found.files.push(Met { path, canonical: canonical.join(&name) });
            } else if kind.is_symlink() {
                self.follow(path);
            }
        }
        Ok(())
    }

    fn follow(&mut self, link: PathBuf) {
        match fs::metadata(&link).and_then(|target| Ok((target, fs::canonicalize(&link)?))) {
            Ok((target, canonical)) if (target.is_dir() || target.is_file()) && !canonical.starts_with(&self.root) => {
                self.found.unreadable.push((link, io::Error::other(LINK_OUT)));
            }
            Ok((target, _)) if target.is_dir() => {
                self.linked.insert(link);
            }
            Ok((target, canonical)) if target.is_file() => self.found.files.push(Met { path: link, canonical }),
            Ok(_) => {}
            Err(error) => self.found.unreadable.push((link, error)),
        }
    }
}
