//! `uplinks explain`: the record behind a row, found by its content and decoded.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufReader};
use std::path::Path;

use rayon::prelude::*;

use super::by_digest;
use super::output;
use super::reference::{RecordRef, Reference, ReferenceError, row};
use super::warn::say;
use super::watched::DEFAULT_PROFILE;
use super::{Exit, Fatal};
use crate::archive::{self, Source, parse_name};
use crate::escape::{self, printable};
use crate::event::{Cache, Digest, FoundRecord, Input, Search, Wanted, explain, find_records};
use crate::report::explain::{Claim, Explanation, text};
use crate::target::Profile;

/// A record that cannot be explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// What was typed.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// Inputs beside what is no digest.
    #[error(
        "'{}' is no digest, so there is nothing to look for in inputs; write DIGEST INPUT..., with 6 to 64 hexadecimal digits, or leave the inputs out",
        printable(.0)
    )]
    NoDigest(String),
    /// The archive file of the evidence.
    #[error(
        "{}: {error}; evidence has paths as they were typed, so run explain in the folder in which the result was made",
        printable(.path)
    )]
    Unreadable {
        /// As the evidence has it.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// The file of the evidence is something else.
    #[error("{}: no MRT record in it{}; name the archive file that the evidence names", printable(.path), printable(.reason))]
    NotMrt {
        /// As the evidence has it.
        path: String,
        /// What is wrong, in a clause.
        reason: String,
    },
}

/// Explains one reference, or finds a record by its digest alone; one that is not there is told on standard error.
pub fn run(reference: &OsStr, inputs: &[OsString], cache: Option<&Path>) -> Result<Exit, Fatal> {
    if !inputs.is_empty() {
        let digest = by_digest::of_typed(reference);
        let digest = digest.ok_or_else(|| ExplainError::NoDigest(escape::path(reference.as_ref())))?;
        return by_digest::run(&digest, inputs);
    }
    // A cache that is not there is as good as an empty one.
    let cache = cache.filter(|folder| folder.is_dir()).and_then(|folder| Cache::open(folder).ok());
    let records: Vec<(RecordRef, Option<Claim>)> = match Reference::parse(reference).map_err(ExplainError::from)? {
        Reference::Record(record) => vec![(record, None)],
        Reference::Row { path, line } => {
            let claims = row(&path, line).map_err(ExplainError::from)?;
            if claims.is_empty() {
                tell(&format!("{}: the row on line {line} names no record", escape::path(&path)));
            }
            claims.into_iter().map(|(record, claim)| (record, Some(claim))).collect()
        }
    };
    // A row's two records may lie in two large files.
    let pool = rayon::ThreadPoolBuilder::new().build()?;
    let found: Result<Vec<(Search, Whence)>, ExplainError> =
        pool.install(|| records.par_iter().map(|(record, _)| find(record, cache.as_ref())).collect());
    let found: Vec<(&RecordRef, Option<&Claim>, Whence, Search)> =
        records.iter().zip(found?).map(|((record, claim), (search, whence))| (record, claim.as_ref(), whence, search)).collect();
    let all_found = !found.is_empty() && found.iter().all(|(.., search)| !search.found.is_empty());
    let texts: Vec<String> = found
        .iter()
        .filter_map(|(record, claim, whence, search)| Some(told(record, *claim, *whence, search.found.first()?)))
        .collect();
    if !texts.is_empty() {
        output::write(None, |out| out.write_all(texts.join("\n").as_bytes()))?;
    }
    for (record, .., search) in found.iter().filter(|(.., search)| search.found.is_empty()) {
        tell(&missing(record, search));
    }
    Ok(if all_found { Exit::Answered } else { Exit::NothingFound })
}

/// Where a record was found: a cache does not keep its place in the archive.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whence {
    Archive,
    Cache,
}

fn find(record: &RecordRef, cache: Option<&Cache>) -> Result<(Search, Whence), ExplainError> {
    let path = record.file();
    // To open a pipe takes a part of what it holds away.
    let opened = || if path.is_file() { Source::Path(path.clone()).open().ok() } else { None };
    let kept = cache.and_then(|cache| Some(cache.records_of(&opened()?))).unwrap_or_default();
    if kept.iter().any(|kept| Digest::of(&kept.bytes) == record.digest) {
        let bytes: Vec<u8> = kept.iter().flat_map(|kept| kept.bytes.iter().copied()).collect();
        return Ok((find_records(&bytes[..], &Wanted::one(record.digest)), Whence::Cache));
    }
    let failed = |error| ExplainError::Unreadable { path: record.path.clone(), error };
    let taken_at = parse_name(&path).start;
    let input = match record.path.as_str() {
        "-" => archive::decompress(BufReader::new(io::stdin())),
        _ => Source::Path(path).open_raw().and_then(archive::decompress),
    };
    let search = Input::new(input.map_err(failed)?, taken_at).find(&Wanted::one(record.digest));
    match search.damage.first() {
        Some(damage) if search.records == 0 => {
            Err(ExplainError::NotMrt { path: record.path.clone(), reason: format!(" ({})", damage.reason) })
        }
        _ => Ok((search, Whence::Archive)),
    }
}

pub(super) fn told(record: &RecordRef, claim: Option<&Claim>, whence: Whence, found: &FoundRecord) -> String {
    let reference = format!("{}#{}", record.path, record.digest);
    let Some(explained) = explain(found) else { return format!("{}: the record cannot be decoded\n", printable(&reference)) };
    let collector = parse_name(&record.file()).collector;
    // Names are decoration: the built-in ones serve any record.
    let names = Profile::load(DEFAULT_PROFILE).map(|profile| profile.names).unwrap_or_default();
    text(&Explanation {
        reference: &reference,
        collector: collector.as_deref(),
        found,
        offset: (whence == Whence::Archive).then_some(found.offset),
        explained: &explained,
        claim,
        names: &names,
    })
}

fn missing(record: &RecordRef, search: &Search) -> String {
    let damage =
        if search.damage.is_empty() { "" } else { "; the file is damaged, and the record may lie where it cannot be read" };
    format!(
        "{}: none of its {} records has the digest {}{damage}; the path must be as the result gives it, relative to the current folder",
        printable(&record.path),
        search.records,
        record.digest
    )
}

pub(super) fn tell(line: &str) {
    say(&format!("uplinks: {line}"));
}
