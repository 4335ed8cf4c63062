//! Makes a mirror hold what was found: brings what is missing, checks what is there, and keeps the manifest.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::client::{Client, now};
use super::download::{DownloadError, Downloaded, Job, download};
use super::listing::ListedSize;
use super::lock::{Lock, LockError};
use super::look::Found;
use super::manifest::{Manifest, ManifestError};
use super::parallel::parallel;
use super::partial::Partial;
use super::url;
use super::verify::{Checked, check};
use crate::escape;
use crate::model::Time;
use crate::temporary;

/// A file that the mirror should hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its place, relative to the mirror, with `/`. Made of validated names only.
    pub path: String,
    /// Its addresses, in the order to try.
    pub urls: Vec<String>,
    /// What the listing says of its size.
    pub size: Option<ListedSize>,
    /// The time in its name.
    pub time: Time,
}

/// Whoever wants to hear how it goes.
pub trait Observer: Sync {
    /// Octets came; or, if negative, some have to come again.
    fn octets(&self, octets: i64);
    /// This file is in place, whole and checked: it may be read now.
    fn in_place(&self, path: &Path);
    /// This one cannot be had.
    fn failed(&self, path: &Path);
}

/// How it went.
#[derive(Debug, Default)]
pub struct Brought {
    /// Files that came.
    pub files: usize,
    /// Their octets.
    pub octets: u64,
    /// Files that were there.
    pub in_place: usize,
    /// Files that cannot be had, by path, and why.
    pub failed: Vec<(String, DownloadError)>,
}

/// What ends a run.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The disk.
    #[error(transparent)]
    Disk(DownloadError),
    /// Another run is at it.
    #[error("{}: another run of uplinks is fetching into this folder; let it end first, or name another folder", escape::path(.0))]
    Busy(PathBuf),
}

/// A folder that mirrors parts of archives, in their own layout.
#[derive(Debug)]
pub struct Mirror {
    root: PathBuf,
    manifest: Mutex<Kept>,
    /// Of those that write.
    _lock: Option<Lock>,
}

#[derive(Debug)]
struct Kept {
    manifest: Manifest,
    saved: Instant,
    /// Saving a long manifest takes its time; it is done the less often.
    pause: Duration,
}

/// Seconds between two savings of the manifest, at least. What a killed run did not note is checked again, not fetched again.
const SAVE_EVERY: Duration = Duration::from_secs(2);

impl Found {
    /// What a mirror should hold of it; each file once.
    pub fn wanted(&self) -> Vec<Wanted> {
        let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
        for file in self.chosen.iter().flat_map(|(_, chosen)| &chosen.files) {
            let path = self.path(file);
            let of = Wanted { path: path.clone(), urls: self.urls(file), size: file.size, time: file.name.time };
            wanted.entry(path).or_insert(of);
        }
        wanted.into_values().collect()
    }
}

impl Mirror {
    /// A folder, which need not exist yet, to be looked at.
    pub fn open(root: &Path) -> Result<Self, ManifestError> {
        let kept = Kept { manifest: Manifest::load(root)?, saved: Instant::now(), pause: SAVE_EVERY };
        Ok(Self { root: root.to_owned(), manifest: Mutex::new(kept), _lock: None })
    }

    /// A folder, to be filled; no other run may fill it until this is dropped.
    pub fn open_to_write(root: &Path) -> Result<Self, MirrorError> {
        let lock = Lock::take(root).map_err(|error| match error {
            LockError::Busy => MirrorError::Busy(root.to_owned()),
            LockError::Disk(error) => MirrorError::Disk(DownloadError::Disk { path: root.to_owned(), error }),
        })?;
        temporary::sweep(root);
        // Read after locking: what another run noted until then is in it.
        Ok(Self { _lock: Some(lock), ..Self::open(root)? })
    }

    /// A file's place.
    pub fn place(&self, wanted: &Wanted) -> PathBuf {
        wanted.path.split('/').fold(self.root.clone(), |path, part| path.join(part))
    }

    /// Whether a file of that name is there; whether it is whole, only bringing it tells.
    pub fn holds(&self, wanted: &Wanted) -> bool {
        self.place(wanted).is_file()
    }

    /// Notes what the archive listed.
    pub fn note(&self, found: &Found) {
        let mut kept = self.kept();
        for (month, record) in &found.listings {
            kept.manifest.list(&found.collector.name, *month, record.clone());
        }
    }

    /// Writes the manifest.
    pub fn save(&self) -> Result<(), ManifestError> {
        self.kept().manifest.save(&self.root)
    }

    /// Brings all files that are not in place and whole; hosts side by side, each with as many connections as it may have.
    pub fn bring(&self, client: &Client, wanted: &[Wanted], observer: &dyn Observer) -> Result<Brought, MirrorError> {
        let mut by_host: BTreeMap<Option<String>, Vec<&Wanted>> = BTreeMap::new();
        for file in wanted {
            by_host.entry(file.urls.first().and_then(|url| url::host(url))).or_default().push(file);
        }
        let stop = AtomicBool::new(false);
        let groups: Vec<Vec<&Wanted>> = by_host.into_values().collect();
        let results = parallel(&groups, groups.len(), |files| {
            parallel(files, client.policy.connections, |file| {
                if stop.load(Ordering::Relaxed) {
                    return None;
                }
                let result = self.one(client, file, observer);
                if matches!(result, Err(DownloadError::Disk { .. })) {
                    stop.store(true, Ordering::Relaxed);
                }
                Some((file.path.clone(), result))
            })
        });
        let saved = self.save();
        let mut brought = Brought::default();
        for (path, result) in results.into_iter().flatten().flatten() {
            match result {
                Ok(Some(octets)) => (brought.files, brought.octets) = (brought.files + 1, brought.octets + octets),
                Ok(None) => brought.in_place += 1,
                Err(error @ DownloadError::Disk { .. }) => return Err(MirrorError::Disk(error)),
                Err(error) => brought.failed.push((path, error)),
            }
        }
        saved?;
        brought.failed.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(brought)
    }

    /// One file: the octets that came, or `None` if it was in place.
    fn one(&self, client: &Client, wanted: &Wanted, observer: &dyn Observer) -> Result<Option<u64>, DownloadError> {
        let target = self.place(wanted);
        let ending = wanted.path.rsplit_once('.').map_or("", |(_, ending)| ending);
        if self.is_whole(wanted, &target, ending)? {
            // A run that was killed just after giving the file its name left the download's note behind.
            let _ = Partial::of(&target).remove();
            observer.in_place(&target);
            return Ok(None);
        }
        let job = Job { urls: &wanted.urls, target: &target, ending };
        match download(client, &job, &|octets| observer.octets(octets)) {
            Ok(Downloaded { url, whole, modified }) => {
                let size = whole.size;
                self.change(|manifest| manifest.add(wanted.path.clone(), url, whole, modified, Time::from_secs(now())));
                observer.in_place(&target);
                Ok(Some(size))
            }
            Err(error) => {
                if !matches!(error, DownloadError::Disk { .. }) {
                    self.change(|manifest| manifest.miss(wanted.path.clone(), error.to_string(), Time::from_secs(now())));
                }
                observer.failed(&target);
                Err(error)
            }
        }
    }

    /// A file that the manifest does not know is checked. One that is damaged is put aside as `NAME.bad`, which no command
    /// reads unless it is named.
    fn is_whole(&self, wanted: &Wanted, target: &Path, ending: &str) -> Result<bool, DownloadError> {
        let Ok(metadata) = fs::metadata(target) else { return Ok(false) };
        if self.kept().manifest.knows(&wanted.path, metadata.len()) {
            return Ok(true);
        }
        let disk = |error| DownloadError::Disk { path: target.to_owned(), error };
        match check(target, ending).map_err(disk)? {
            Checked::Whole(whole) => {
                self.change(|manifest| manifest.add(wanted.path.clone(), String::new(), whole, None, Time::from_secs(now())));
                Ok(true)
            }
            Checked::Damaged(..) => {
                let mut aside = target.as_os_str().to_owned();
                aside.push(".bad");
                fs::rename(target, aside).map_err(disk).map(|()| false)
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Manifest)) {
        let mut kept = self.kept();
        change(&mut kept.manifest);
        if kept.saved.elapsed() >= kept.pause {
            let begun = Instant::now();
            // A failure here will be met again, and told, at the end.
            let _ = kept.manifest.save(&self.root);
            kept.pause = SAVE_EVERY.max(begun.elapsed() * 20);
            kept.saved = Instant::now();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.manifest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
