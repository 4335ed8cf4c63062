//! Gathers the facts of a file's table dump (rules 8 and 15), record by record.

use super::file::{Digest, FileCounts, FileDump, KeptRecord};
use super::sample::Sample;
use crate::mrt::{Damage, Family, PrefixSet, RawRecord};
use crate::target::{Keep, Watch};

/// A dump under construction. The two formats add to it, each in its own file.
#[derive(Debug)]
pub(super) struct DumpBuilder {
    pub watched: PrefixSet,
    pub dump: Option<FileDump>,
    pub sample: Sample,
    pub counts: FileCounts,
    pub keep: Keep,
    pub kept: Vec<KeptRecord>,
    pub v1: super::dump_v1::V1State,
    pub v2: super::dump_v2::V2State,
}

impl DumpBuilder {
    pub fn new(watch: &Watch) -> Self {
        DumpBuilder {
            watched: PrefixSet::new(watch.prefixes()),
            keep: watch.keep(),
            kept: Vec::new(),
            dump: None,
            sample: Sample::default(),
            counts: FileCounts::default(),
            v1: super::dump_v1::V1State::default(),
            v2: super::dump_v2::V2State::default(),
        }
    }

    /// Keeps a record's bytes, once, if that is asked for.
    pub fn keep(&mut self, record: &RawRecord<'_>) {
        if self.kept.last().is_none_or(|last| last.offset != record.offset || last.bytes != record.bytes) {
            self.kept.extend(KeptRecord::of(record, self.keep));
        }
    }

    /// The dump, begun with `record` if it is the first; its end moves to it.
    pub fn dump(&mut self, record: &RawRecord<'_>) -> &mut FileDump {
        if self.dump.is_none() {
            self.keep(record);
        }
        let dump = self.dump.get_or_insert_with(|| FileDump {
            begin: record.time,
            end: record.time,
            first: Digest::of(record.bytes),
            size: 0,
            families: [false; 2],
            broken: None,
            peers: Vec::new(),
            sample: Vec::new(),
            records: Vec::new(),
        });
        dump.end = record.time;
        dump
    }

    /// Counts a prefix and says whether the sample takes it.
    pub fn count_prefix(&mut self, record: &RawRecord<'_>, family: Family, bits: u128) -> bool {
        let dump = self.dump(record);
        dump.size += 1;
        dump.families[family.index()] = true;
        self.sample.takes(family, bits)
    }

    /// The dump cannot be trusted; the first reason stays.
    pub fn breaks(&mut self, reason: impl FnOnce() -> String) {
        if let Some(dump) = &mut self.dump {
            dump.broken.get_or_insert_with(reason);
        }
    }

    /// The dump, complete, and what could not be used of it.
    pub fn finish(mut self, damage: Option<&Damage>) -> (Option<FileDump>, FileCounts, Vec<KeptRecord>) {
        if let Some(Damage { from, .. }) = damage {
            self.breaks(|| format!("the file is damaged at byte {from} of its uncompressed content"));
        }
        if let Some(dump) = &mut self.dump {
            dump.sample = self.sample.into_counts();
        }
        (self.dump, self.counts, self.kept)
    }
}
