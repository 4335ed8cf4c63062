//! Packs as inputs: the files they stand for, and what these said.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::passes::{asked, watch_of};
use super::plan::{Plan, Scope};
use super::read::{Holders, ReadError};
use crate::archive::{self, ArchiveFile, Found, Named, Packed, Source};
use crate::escape;
use crate::event::{FileEvents, FilePeer, KeptRecord, Pack, PackEntry, PackError, PackedFile, Taken};

/// The packs of a run.
#[derive(Debug, Default)]
pub struct Packs {
    packs: Vec<Pack>,
    entries: Vec<Unpacked>,
}

/// What a pack says of a file, without the records behind it.
#[derive(Debug)]
struct Unpacked {
    place: Place,
    said: Option<(FileEvents, Taken)>,
    holders: Vec<Vec<(FilePeer, [bool; 2])>>,
}

/// Where an entry is: its pack, its block there, and its place in that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pack: usize,
    block: usize,
    at: usize,
}

impl Packs {
    /// Opens those that were found, and puts the files they stand for among the others, in order.
    pub fn open(plan: &Plan, found: &mut Found) -> Result<Packs, ReadError> {
        if plan.discovers {
            refuse_packs(
                found,
                "a pack answers for the prefixes it was extracted with, and here prefixes have to be found first; give them with --prefix or a profile, or ask the archive itself",
            )?;
        }
        if plan.scope == Scope::All {
            refuse_packs(
                found,
                "a pack has watched records only, and --full counts all; ask the archive itself, or leave out --full",
            )?;
        }
        let question = asked(plan, &watch_of(plan, plan.prefixes.clone()));
        let packs: Vec<Pack> = found.packs.iter().map(|path| Pack::open(path, &question)).collect::<Result<_, PackError>>()?;
        let blocks: Vec<(usize, usize)> =
            packs.iter().enumerate().flat_map(|(at, pack)| (0..pack.blocks()).map(move |block| (at, block))).collect();
        let unpack = |&(pack, block): &(usize, usize)| {
            let entries = packs[pack].block(block)?.into_iter().enumerate();
            Ok(entries.map(|(at, entry)| (Place { pack, block, at }, without_records(entry))).collect::<Vec<_>>())
        };
        let unpacked: Vec<Vec<(Place, PackEntry)>> = blocks.par_iter().map(unpack).collect::<Result<_, PackError>>()?;
        let mut all = Packs { packs, entries: Vec::new() };
        all.add(unpacked.into_iter().flatten(), found)?;
        Ok(all)
    }

    fn add(&mut self, unpacked: impl Iterator<Item = (Place, PackEntry)>, found: &mut Found) -> Result<(), ReadError> {
        let mut there: BTreeMap<(String, String), Option<(PackedFile, usize)>> =
            found.files.iter().map(|file| ((file.collector.clone(), file.shown.clone()), None)).collect();
        for (place, PackEntry { file, said, taken, holders, .. }) in unpacked {
            let key = (file.collector.clone(), file.path.clone());
            let twice = |other| PackError::Twice {
                pack: self.packs[place.pack].shown.clone(),
                file: file.path.clone(),
                collector: file.collector.clone(),
                other,
            };
            match there.get(&key) {
                Some(None) => return Err(twice("an input".to_owned()).into()),
                // Batches may overlap.
                Some(Some((same, _))) if *same == file => continue,
                Some(Some((_, pack))) => {
                    return Err(twice(format!("in {}, and another file there", self.packs[*pack].shown)).into());
                }
                None => {}
            }
            found.files.push(archive_file(&file, self.entries.len()));
            there.insert(key, Some((file, place.pack)));
            self.entries.push(Unpacked { place, said: Some((said, taken)), holders });
        }
        // What one batch could not read, another may have.
        let read: BTreeSet<&str> = found.files.iter().map(|file| file.shown.as_str()).collect();
        let skipped = self.packs.iter().flat_map(|pack| &pack.skipped);
        found.skipped.extend(skipped.filter(|skipped| !read.contains(skipped.shown.as_str())).cloned());
        found.skipped.sort_unstable();
        found.skipped.dedup();
        if !self.packs.is_empty() {
            archive::sort(&mut found.files);
        }
        Ok(())
    }

    /// What a file said: once.
    pub fn take(&mut self, packed: Packed) -> Option<(FileEvents, Taken)> {
        self.entries.get_mut(packed.entry)?.said.take()
    }

    /// Peers with a route in one of a file's dumps.
    pub fn holders(&self, packed: Packed, dump: usize) -> Holders {
        let holders = self.entries.get(packed.entry).and_then(|entry| entry.holders.get(dump));
        holders.into_iter().flatten().copied().collect()
    }

    /// The original bytes of the records behind what a file said.
    pub fn records_of(&self, packed: Packed) -> Result<Vec<KeptRecord>, PackError> {
        let Some(entry) = self.entries.get(packed.entry) else { return Ok(Vec::new()) };
        let Place { pack, block, at } = entry.place;
        Ok(self.packs[pack].block(block)?.into_iter().nth(at).map_or_else(Vec::new, |entry| entry.said.kept))
    }

    /// Where an entry is.
    pub fn place(&self, packed: Packed) -> Option<Place> {
        self.entries.get(packed.entry).map(|entry| entry.place)
    }

    /// Where they are.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.packs.iter().map(Pack::path)
    }
}

/// Whole entries, one block of each pack in memory at a time: quick for whoever asks in the order of the packs.
#[derive(Debug, Default)]
pub struct Copier {
    blocks: BTreeMap<usize, (usize, Vec<PackEntry>)>,
}

impl Copier {
    /// An entry as its pack has it.
    pub fn entry(&mut self, packs: &Packs, Place { pack, block, at }: Place) -> Result<Option<&PackEntry>, PackError> {
        if self.blocks.get(&pack).is_none_or(|(there, _)| *there != block) {
            self.blocks.insert(pack, (block, packs.packs[pack].block(block)?));
        }
        Ok(self.blocks.get(&pack).and_then(|(_, entries)| entries.get(at)))
    }
}

/// For commands that need the archive itself.
pub fn refuse_packs(found: &Found, reason: &'static str) -> Result<(), ReadError> {
    let refuse = |path: &PathBuf| ReadError::NotInPacks { pack: escape::path(path), reason };
    found.packs.first().map_or(Ok(()), |path| Err(refuse(path)))
}

fn without_records(mut entry: PackEntry) -> PackEntry {
    entry.said.kept = Vec::new();
    entry
}

fn archive_file(file: &PackedFile, entry: usize) -> ArchiveFile {
    ArchiveFile {
        shown: file.path.clone(),
        source: Source::Packed(Packed { entry, simulated: file.simulated }),
        collector: file.collector.clone(),
        kind: file.kind,
        start: file.start,
        project: file.project,
        size: file.size,
        stamp: None,
        named: Named::Explicitly,
    }
}
