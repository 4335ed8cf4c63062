//! What the server serves: files by path, in the layouts of both archives.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::listing::{self, ListingStyle};

/// `Last-Modified` of every file.
pub const MODIFIED: &str = "Sun, 01 Oct 2017 12:34:56 GMT";

/// A collector whose files are made when they are asked for: years of them would fit nowhere.
pub trait Simulated: Send + Sync {
    /// Its directory, as `/rrc00/`.
    fn directory(&self) -> String;
    /// A directory's entries with their sizes; folders end with a slash.
    fn list(&self, below: &str) -> BTreeMap<String, Option<usize>>;
    /// A file's octets.
    fn file(&self, below: &str) -> Option<Vec<u8>>;
}

/// Files by their path, which begins with a slash.
#[derive(Default, Clone)]
pub struct Archive {
    files: BTreeMap<String, Vec<u8>>,
    /// Pages that stand in for a directory's own listing.
    pages: BTreeMap<String, String>,
    /// Names that listings have and the archive has not.
    ghosts: Vec<String>,
    simulated: Option<Arc<dyn Simulated>>,
    /// How RIS's part is listed; RouteViews' is a table.
    pub ris_style: ListingStyle,
    /// Whether answers bear ETag and Last-Modified.
    pub validators: bool,
}

impl Archive {
    /// An archive with nothing in it.
    pub fn empty() -> Archive {
        Archive { validators: true, ..Archive::default() }
    }

    /// An archive of one collector, simulated.
    pub fn simulated(collector: impl Simulated + 'static) -> Archive {
        Archive { simulated: Some(Arc::new(collector)), ..Archive::empty() }
    }

    fn below(&self, path: &str) -> Option<(&dyn Simulated, String)> {
        let collector = self.simulated.as_deref()?;
        Some((collector, path.strip_prefix(&collector.directory())?.to_owned()))
    }

    /// The sample archive, its collectors under these names.
    pub fn sample_as(ris: &str, routeviews: &str) -> Archive {
        let mut archive = Archive::empty();
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
        archive.add_folder(&sample.join("rrc90"), &format!("/{ris}"));
        archive.add_folder(&sample.join("route-views.sim"), &format!("/{routeviews}"));
        archive
    }

    /// All files below a folder, under a path.
    pub fn add_folder(&mut self, folder: &Path, at: &str) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let at = format!("{at}/{}", entry.file_name().to_str().expect("a plain name"));
            if entry.path().is_dir() {
                self.add_folder(&entry.path(), &at);
            } else {
                self.files.insert(at, std::fs::read(entry.path()).expect("a file"));
            }
        }
    }

    /// Adds or replaces a file.
    pub fn put(&mut self, path: &str, bytes: Vec<u8>) {
        self.files.insert(path.to_owned(), bytes);
    }

    /// Takes a file away, from its listing as well.
    pub fn remove(&mut self, path: &str) {
        self.files.remove(path).expect("a file to remove");
    }

    /// The listing names this, and it is not there.
    pub fn ghost(&mut self, path: &str) {
        self.files.remove(path);
        self.ghosts.push(path.to_owned());
    }

    /// A page instead of a directory's listing.
    pub fn page(&mut self, directory: &str, page: String) {
        self.pages.insert(directory.to_owned(), page);
    }

    /// Moves everything below a path.
    pub fn move_folder(&mut self, from: &str, to: &str) {
        let files = std::mem::take(&mut self.files);
        self.files = files
            .into_iter()
            .map(|(path, bytes)| (path.strip_prefix(from).map_or(path.clone(), |rest| format!("{to}{rest}")), bytes))
            .collect();
    }

    pub fn file(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        let made = || self.below(path).and_then(|(collector, below)| collector.file(&below)).map(Cow::Owned);
        self.files.get(path).map(|bytes| Cow::Borrowed(bytes.as_slice())).or_else(made)
    }

    /// The paths of all files.
    pub fn paths(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    /// A directory's listing; it must end with a slash, as real servers want it.
    pub(super) fn listing(&self, path: &str) -> Option<String> {
        if let Some(page) = self.pages.get(path) {
            return Some(page.clone());
        }
        if !path.ends_with('/') {
            return None;
        }
        let made = self.below(path).map(|(collector, below)| collector.list(&below));
        let mut children: BTreeMap<String, Option<usize>> = made.unwrap_or_default();
        let ghosts = self.ghosts.iter().map(|path| (path, 20_000));
        for (file, size) in self.files.iter().map(|(path, bytes)| (path, bytes.len())).chain(ghosts) {
            let Some(rest) = file.strip_prefix(path) else { continue };
            match rest.split_once('/') {
                Some((folder, _)) => children.insert(format!("{folder}/"), None),
                None => children.insert(rest.to_owned(), Some(size)),
            };
        }
        let style = if path.contains("/bgpdata/") { ListingStyle::ApacheTable } else { self.ris_style };
        (!children.is_empty()).then(|| listing::page(style, path, &children))
    }
}

/// A strong validator.
pub fn etag(bytes: &[u8]) -> String {
    let sum = bytes.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(1_099_511_628_211).wrapping_add(u64::from(*byte)));
    format!("\"{:x}-{sum:x}\"", bytes.len())
}
