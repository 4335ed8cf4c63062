//! What is read of a file: for origins alone, whatever is likely to be wanted of them; then the routes of the watched prefixes.

use std::collections::BTreeSet;
use std::io;
use std::sync::Once;

use ipnet::IpNet;

use super::plan::Plan;
use super::progress::Progress;
use super::read::question_of;
use super::warn::say;
use crate::archive::{self, ArchiveFile, Opened, Since};
use crate::event::{Cache, Damage, FileEvents, Gathered, Gathering, Input, Kept, Seek, Sought, Taken, read_file};
use crate::target::{Keep, Watch};

/// Where only origins are given: the prefixes that they announce anywhere in the inputs, and what is likely to be wanted of them.
pub(super) struct FirstPass {
    gathering: Gathering,
    cache: Option<Cache>,
    /// The questions whose answers a cache keeps: what was found, which is little, and what was gathered, which need not be read where
    /// the routes that come of it are kept as well.
    found: String,
    gathered: String,
}

/// What the first pass found in a file.
#[derive(Debug)]
pub(super) struct Found {
    /// Prefixes of the origins.
    pub prefixes: BTreeSet<IpNet>,
    /// What was gathered; nothing if a cache has it.
    gathered: Option<Gathered>,
}

impl FirstPass {
    pub fn new(plan: &Plan, cache: Option<Cache>) -> Self {
        let keep = if cache.is_some() { Keep::Bytes } else { Keep::Nothing };
        let gathering = Gathering::new(&plan.origins, &plan.prefixes, keep);
        let found = format!("prefixes of {:?}", plan.origins);
        Self { gathering, cache, gathered: format!("all for the {found}"), found }
    }

    /// Nothing of what cannot be opened: that is told by the second pass.
    pub fn file(&self, file: &ArchiveFile, progress: &Progress) -> Option<Found> {
        let opened = file.source.open().ok()?;
        if let Some(entry) = self.cache.as_ref().and_then(|cache| cache.load::<BTreeSet<IpNet>>(&opened, &self.found)) {
            progress.skip(file.size);
            self.gathering.learn(&entry.answer);
            return Some(Found { prefixes: entry.answer, gathered: None });
        }
        let mut gathered =
            plain(&opened, progress, |input| Some(Input::new(input, file.start).gathered(&self.gathering)), |_| None)?;
        if let Since::Changed(_) = opened.since(file.stamp.as_ref()) {
            gathered.distrust();
        }
        if let Some(cache) = &self.cache
            && let Some((answer, records)) = gathered.to_cache()
        {
            let stored = cache.store(&opened, &self.gathered, &answer, &records);
            note_failure(stored.and_then(|()| cache.store(&opened, &self.found, &gathered.prefixes, &[])));
        }
        Some(Found { prefixes: gathered.prefixes.clone(), gathered: Some(gathered) })
    }

    fn cached(&self, opened: &Opened) -> Option<Gathered> {
        self.gathering.from_cache(self.cache.as_ref()?.load::<Kept>(opened, &self.gathered)?)
    }
}

/// The routes of the watched prefixes.
pub(super) struct SecondPass<'a> {
    plan: &'a Plan,
    cache: Option<Cache>,
    pub watch: Watch,
    question: String,
}

impl<'a> SecondPass<'a> {
    pub fn new(plan: &'a Plan, cache: Option<Cache>, prefixes: Vec<IpNet>) -> Self {
        Self::of(plan, cache, watch_of(plan, prefixes))
    }

    pub fn of(plan: &'a Plan, cache: Option<Cache>, watch: Watch) -> Self {
        let watch = watch.keeping(if cache.is_some() { Keep::Bytes } else { Keep::Nothing });
        let question = asked(plan, &watch);
        Self { plan, cache, watch, question }
    }

    /// Of a file that the first pass has read whole.
    pub fn found(
        &self,
        file: &ArchiveFile,
        found: &Found,
        first: &FirstPass,
        sought: &Sought<'_>,
        progress: &Progress,
    ) -> (FileEvents, Taken) {
        let Ok(opened) = file.source.open() else { return self.file(file, progress) };
        let question = format!("{}, by {}", self.question, first.gathered);
        if let Some(entry) = self.cache.as_ref().and_then(|cache| cache.load(&opened, &question)) {
            progress.skip(file.size);
            return entry.answer;
        }
        let from_cache = if found.gathered.is_none() { first.cached(&opened) } else { None };
        let Some(gathered) = found.gathered.as_ref().or(from_cache.as_ref()) else { return self.file(file, progress) };
        let has_changed = || matches!(opened.since(file.stamp.as_ref()), Since::Changed(_));
        let mut read = if let Some(said) = gathered.events(sought).filter(|_| !has_changed()) {
            progress.skip(file.size);
            (said, Taken::Whole)
        } else {
            let (mut said, taken) = self.file(file, progress);
            if !gathered.is_intact() || has_changed() {
                return (said, taken);
            }
            said.unread.clone_from(&gathered.frame.unread);
            (said, Taken::Whole)
        };
        let kept = std::mem::take(&mut read.0.kept);
        if let Some(cache) = &self.cache {
            note_failure(cache.store(&opened, &question, &read, &kept));
        }
        read
    }

    pub fn file(&self, file: &ArchiveFile, progress: &Progress) -> (FileEvents, Taken) {
        let opened = match file.source.open() {
            Ok(opened) => opened,
            Err(error) => return (unreadable(&error), Taken::Whole),
        };
        if let Some(entry) = self.cache.as_ref().and_then(|cache| cache.load(&opened, &self.question)) {
            progress.skip(file.size);
            return entry.answer;
        }
        let mut read = read_opened(self.plan, &self.watch, file, &opened, progress);
        let kept = std::mem::take(&mut read.0.kept);
        if let Since::Changed(reason) = opened.since(file.stamp.as_ref()) {
            read.0.distrust(&reason);
        } else if let Some(cache) = self.cache.as_ref().filter(|_| read.0.first.is_some()) {
            // A file of which nothing could be read may only have been out of reach.
            note_failure(cache.store(&opened, &self.question, &read, &kept));
        }
        read
    }
}

/// What a plan watches where these are its prefixes.
pub(super) fn watch_of(plan: &Plan, prefixes: Vec<IpNet>) -> Watch {
    let watch = Watch::new(prefixes, plan.origins.iter().copied()).reading(plan.reader.clone());
    if plan.covering { watch.with_covering() } else { watch }
}

/// What an answer that is kept depends on besides the file.
pub(super) fn asked(plan: &Plan, watch: &Watch) -> String {
    // What seeking alone says may differ from what reading says.
    let sought = if plan.way.seek == Seek::Always { ", sought" } else { "" };
    question_of(watch) + sought
}

/// What an open file says.
pub(super) fn read_opened(
    plan: &Plan,
    watch: &Watch,
    file: &ArchiveFile,
    opened: &Opened,
    progress: &Progress,
) -> (FileEvents, Taken) {
    let plain = || plain(opened, progress, |input| Input::new(input, file.start).events(watch), unreadable);
    let read = read_file(opened, watch, plan.way, plain);
    if read.1 != Taken::Whole {
        progress.skip(file.size);
    }
    read
}

/// A cache that cannot be written to costs time, not truth: told once.
pub(super) fn note_failure(stored: io::Result<()>) {
    static TOLD: Once = Once::new();
    if let Err(error) = stored {
        TOLD.call_once(|| {
            say(&format!("warning: the cache cannot be written: {error}; the result is not affected"));
        });
    }
}

pub(super) fn plain<T>(
    opened: &Opened,
    progress: &Progress,
    read: impl FnOnce(Box<dyn io::Read + Send>) -> T,
    failed: impl FnOnce(&io::Error) -> T,
) -> T {
    match archive::decompress(progress.count(opened.reader())) {
        Ok(input) => read(input),
        Err(error) => failed(&error),
    }
}

/// A file that cannot even be opened is damaged from its first byte.
fn unreadable(error: &io::Error) -> FileEvents {
    FileEvents { damage: vec![Damage::throughout(error.to_string())], ..FileEvents::default() }
}
