//! Turns what the user typed into one list of archive files, the same for any order of the arguments and however a
//! file was reached. Content is looked at only where a name leaves doubt.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::collector::{self, Project};
use super::found::{ArchiveFile, DiscoverError, Found, Named, Skipped};
use super::name::{self, ArchiveName, NameKind, NameStyle};
use super::opened::Stamp;
use super::sniff::{self, Looks};
use super::source::{Source, Spool};
use super::text::TextForm;
use super::walk::walk;
use crate::escape;

/// Finds the archive files. `collector_name` is taken where a path does not say; `stdin` is read if `-` is an input.
pub fn discover(inputs: &[OsString], collector_name: Option<&str>, stdin: &mut dyn Read) -> Result<Found, DiscoverError> {
    let mut found = find(inputs, collector_name, stdin, Err)?;
    if found.refused.is_empty() { Ok(found) } else { Err(found.refused.swap_remove(0)) }
}

/// As [`discover`], but what is named and cannot be used does not end the search: it is in `refused`.
pub fn discover_what_can_be(
    inputs: &[OsString],
    collector_name: Option<&str>,
    stdin: &mut dyn Read,
) -> Result<Found, DiscoverError> {
    let mut refused = Vec::new();
    let refuse = |error| {
        refused.push(error);
        Ok(())
    };
    let mut found = find(inputs, collector_name, stdin, refuse)?;
    found.refused.append(&mut refused);
    Ok(found)
}

/// In the order of rule 7.
pub fn sort(files: &mut [ArchiveFile]) {
    files.sort_by(|a, b| order(a).cmp(&order(b)));
}

fn find(
    inputs: &[OsString],
    collector_name: Option<&str>,
    stdin: &mut dyn Read,
    mut refuse: impl FnMut(DiscoverError) -> Result<(), DiscoverError>,
) -> Result<Found, DiscoverError> {
    let mut inputs: Vec<&OsStr> = inputs.iter().map(OsString::as_os_str).collect();
    inputs.sort_unstable();
    inputs.dedup();
    if inputs.is_empty() {
        return Err(DiscoverError::NoInput);
    }
    let mut gathered = Gathered::default();
    for input in inputs {
        gathered.add(input, stdin).or_else(&mut refuse)?;
    }
    Ok(gathered.judge(collector_name))
}

/// Files before anybody looked at their names: by canonical path, each once.
#[derive(Default)]
struct Gathered {
    candidates: BTreeMap<PathBuf, Candidate>,
    /// Named directories, and how many files of each turned out to be what.
    directories: Vec<Directory>,
    skipped: Vec<Skipped>,
}

struct Candidate {
    path: PathBuf,
    source: Source,
    size: Option<u64>,
    named: Named,
    /// Indices of the named directories that hold it.
    within: Vec<usize>,
}

struct Directory {
    shown: String,
    archive_files: usize,
    packs: usize,
    others: usize,
}

impl Gathered {
    fn add(&mut self, input: &OsStr, stdin: &mut dyn Read) -> Result<(), DiscoverError> {
        if input == "-" {
            return self.add_stream(Path::new("-"), stdin);
        }
        match fs::metadata(input) {
            Ok(metadata) => self.add_existing(Path::new(input), &metadata),
            Err(error) => match pattern_of(input).filter(|_| error.kind() == io::ErrorKind::NotFound) {
                Some(pattern) => self.add_glob(pattern),
                None => Err(failed(input, error)),
            },
        }
    }

    fn add_glob(&mut self, pattern: &str) -> Result<(), DiscoverError> {
        let shown = shown(Path::new(pattern));
        let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
        let matches = glob::glob_with(pattern, options)
            .map_err(|error| DiscoverError::BadPattern { shown: shown.clone(), reason: error.msg })?;
        let mut any = false;
        for found in matches {
            let path = found.map_err(|error| failed(error.path().as_os_str(), io::Error::from(error.error().kind())))?;
            let metadata = fs::metadata(&path).map_err(|error| failed(path.as_os_str(), error))?;
            self.add_existing(&path, &metadata)?;
            any = true;
        }
        if any { Ok(()) } else { Err(DiscoverError::NoMatch(shown)) }
    }

    fn add_existing(&mut self, path: &Path, metadata: &fs::Metadata) -> Result<(), DiscoverError> {
        if metadata.is_dir() {
            self.add_directory(path)
        } else if metadata.is_file() {
            let canonical = fs::canonicalize(path).map_err(|error| failed(path.as_os_str(), error))?;
            self.insert(canonical, path.to_owned(), Named::Explicitly, None);
            Ok(())
        } else {
            // A pipe, as `<(...)` of a shell: it can be read once only.
            let mut stream = fs::File::open(path).map_err(|error| failed(path.as_os_str(), error))?;
            self.add_stream(path, &mut stream)
        }
    }

    fn add_directory(&mut self, path: &Path) -> Result<(), DiscoverError> {
        let walked = walk(path).map_err(|error| failed(path.as_os_str(), error))?;
        let index = self.directories.len();
        self.directories.push(Directory { shown: shown(path), archive_files: 0, packs: 0, others: walked.unreadable.len() });
        for (path, error) in walked.unreadable {
            // A link that leads nowhere hides nothing, and one that leads out is not looked at.
            let unseen = error.kind() != io::ErrorKind::NotFound && error.raw_os_error().is_some();
            self.skipped.push(Skipped { shown: shown(&path), reason: error.to_string(), unseen });
        }
        for met in walked.files {
            self.insert(met.canonical, met.path, Named::ByWalking, Some(index));
        }
        Ok(())
    }

    fn add_stream(&mut self, path: &Path, stream: &mut dyn Read) -> Result<(), DiscoverError> {
        let spooled = sniff::unless_foreign(stream, name::parse(path).kind).and_then(|mut all| Spool::of(&mut all));
        let (spool, size) = spooled.map_err(|error| DiscoverError::Spool { shown: shown(path), error })?;
        let candidate = Candidate {
            path: path.to_owned(),
            source: Source::Spool(spool),
            size: Some(size),
            named: Named::Explicitly,
            within: vec![],
        };
        // A stream's own path: no file's canonical one, which is absolute, equals `-`.
        self.candidates.insert(path.to_owned(), candidate);
        Ok(())
    }

    /// Of several ways to a file the shortest is kept, of equally short ones the first in the alphabet.
    fn insert(&mut self, canonical: PathBuf, path: PathBuf, named: Named, within: Option<usize>) {
        let source = Source::Path(path.clone());
        let rank = |path: &Path| (path.as_os_str().len(), path.as_os_str().to_owned());
        let kept = self.candidates.entry(canonical).or_insert_with(|| Candidate {
            path: path.clone(),
            source: source.clone(),
            size: None,
            named,
            within: vec![],
        });
        if rank(&path) < rank(&kept.path) {
            (kept.path, kept.source) = (path, source);
        }
        kept.named = kept.named.min(named);
        kept.within.extend(within);
    }

    fn judge(mut self, collector_name: Option<&str>) -> Found {
        let judged: Vec<(Candidate, Verdict)> = self
            .candidates
            .into_par_iter()
            .map(|(canonical, candidate)| {
                let verdict = judge(&candidate, &canonical, collector_name);
                (candidate, verdict)
            })
            .collect();
        let mut files = Vec::new();
        let (mut packs, mut walked_packs) = (Vec::new(), Vec::new());
        let mut fatal = Vec::new();
        for (candidate, verdict) in judged {
            for index in &candidate.within {
                if let Some(directory) = self.directories.get_mut(*index) {
                    *(match &verdict {
                        Verdict::Accepted(_) => &mut directory.archive_files,
                        Verdict::Pack => &mut directory.packs,
                        _ => &mut directory.others,
                    }) += 1;
                }
            }
            match (verdict, candidate.named) {
                (Verdict::Accepted(file), _) => files.push((*file, candidate.path)),
                (Verdict::Pack, Named::Explicitly) => packs.push(candidate.path),
                (Verdict::Pack, Named::ByWalking) => walked_packs.push((candidate.path, candidate.within)),
                (verdict, Named::ByWalking) => {
                    let unseen = matches!(verdict, Verdict::Unreadable(_));
                    self.skipped.push(Skipped { shown: shown(&candidate.path), reason: verdict.reason(), unseen });
                }
                (verdict, Named::Explicitly) => fatal.push((candidate.path.clone(), verdict)),
            }
        }
        // Beside archive files lies what was extracted from them: it would be read twice.
        let is_beside_none = |within: &[usize]| within.iter().any(|index| self.directories[*index].archive_files == 0);
        for (path, within) in walked_packs {
            if is_beside_none(&within) {
                packs.push(path);
            } else {
                self.skipped.push(Skipped { shown: shown(&path), reason: Verdict::Pack.reason(), unseen: false });
            }
        }
        packs.sort_unstable();
        fatal.sort_by(|a, b| a.0.cmp(&b.0));
        let mut refused: Vec<DiscoverError> = fatal.into_iter().map(|(path, verdict)| verdict.error(&path)).collect();
        let empty = self.directories.iter().filter(|directory| directory.archive_files + directory.packs == 0);
        refused.extend(empty.map(|empty| DiscoverError::NothingIn { shown: empty.shown.clone(), skipped: empty.others }));
        self.skipped.sort_unstable();
        self.skipped.dedup();
        files.sort_by(|(a, a_path), (b, b_path)| order(a).cmp(&order(b)).then_with(|| a_path.cmp(b_path)));
        Found { files: files.into_iter().map(|(file, _)| file).collect(), skipped: self.skipped, packs, refused }
    }
}

fn order(file: &ArchiveFile) -> impl Ord + '_ {
    (&file.collector, file.start, file.kind.is_none(), file.kind, &file.shown)
}

enum Verdict {
    Accepted(Box<ArchiveFile>),
    Pack,
    Foreign(&'static str),
    Packed(&'static str),
    NoTime,
    Unreadable(io::Error),
}

impl Verdict {
    fn reason(self) -> String {
        match self {
            Self::Accepted(_) => String::new(),
            Self::Pack => "it is a pack of uplinks extract; name it to have it read".to_owned(),
            Self::Foreign(what) => what.to_owned(),
            Self::Packed(what) => format!("it is {what}"),
            Self::NoTime => "it is a table, and its name does not say when it was taken".to_owned(),
            Self::Unreadable(error) => error.to_string(),
        }
    }

    fn error(self, path: &Path) -> DiscoverError {
        match self {
            Self::Unreadable(error) => failed(path.as_os_str(), error),
            Self::Foreign(found) => DiscoverError::NotMrt { shown: shown(path), found },
            Self::Packed(what) => DiscoverError::Packed { shown: shown(path), what },
            Self::NoTime => DiscoverError::NoTime(shown(path)),
            Self::Accepted(_) | Self::Pack => DiscoverError::NotMrt { shown: shown(path), found: "" },
        }
    }
}

fn judge(candidate: &Candidate, canonical: &Path, collector_name: Option<&str>) -> Verdict {
    let said = name::parse(&candidate.path);
    if let (NameStyle::Foreign(what), Named::ByWalking) = (said.style, candidate.named) {
        return Verdict::Foreign(what);
    }
    let stored = match candidate.size {
        Some(size) => (size, None),
        None => match fs::metadata(&candidate.path) {
            Ok(metadata) => (metadata.len(), Some(Stamp::of(&metadata))),
            Err(error) => return Verdict::Unreadable(error),
        },
    };
    match content(candidate, &said, stored.0) {
        Ok(Ok(seen)) => Verdict::Accepted(Box::new(archive_file(candidate, said, seen, stored, canonical, collector_name))),
        Ok(Err(refused)) => refused,
        Err(error) => Verdict::Unreadable(error),
    }
}

/// Above this many octets a well-named bzip2 file is taken at its compression's word.
const SMALL: u64 = 64 * 1024;

/// The kind by content where it was looked at; `Err` if it is no archive file. Damage is no reason to refuse
/// a file whose name says what it is: it is reported when the file is read.
fn content(candidate: &Candidate, said: &ArchiveName, size: u64) -> io::Result<Result<Option<NameKind>, Verdict>> {
    let well_named = said.style == NameStyle::Archive;
    if well_named && candidate.named == Named::ByWalking {
        return Ok(Ok(None));
    }
    // What a folder like /proc has is not opened: it may never end.
    if size == 0 && candidate.named == Named::ByWalking && said.kind.is_none() {
        return Ok(Err(Verdict::Foreign("it is empty")));
    }
    if well_named && size > SMALL && sniff::is_bzip2(&candidate.source)? {
        return Ok(Ok(None));
    }
    Ok(match sniff::sniff(&candidate.source)? {
        Looks::Mrt(kind) => Ok(kind),
        Looks::Empty | Looks::Broken | Looks::Binary if said.kind.is_some() => Ok(None),
        Looks::Routes(TextForm::Table, _) if said.start.is_none() => Err(Verdict::NoTime),
        // Beside archive files lies what was made of them: it would be read twice.
        Looks::Routes(form, _) if candidate.named == Named::ByWalking && form != TextForm::Table => {
            Err(Verdict::Foreign("it is text; name it to have it read"))
        }
        Looks::Routes(_, kind) => Ok(Some(kind)),
        Looks::Pack => match &candidate.source {
            Source::Path(_) => Err(Verdict::Pack),
            _ => Err(Verdict::Foreign("a pack of uplinks extract, which can only be read from a file")),
        },
        Looks::Packed(what) => Err(Verdict::Packed(what)),
        Looks::Empty => Err(Verdict::Foreign("it is empty")),
        Looks::Broken => Err(Verdict::Foreign("its compression is damaged")),
        Looks::Binary => Err(Verdict::Foreign("its first bytes are no MRT record")),
        Looks::Text => Err(Verdict::Foreign("it is text")),
    })
}

fn archive_file(
    candidate: &Candidate,
    said: ArchiveName,
    seen: Option<NameKind>,
    (size, stamp): (u64, Option<Stamp>),
    canonical: &Path,
    collector_name: Option<&str>,
) -> ArchiveFile {
    // `cd rrc00 && uplinks timeline 2017.10` leaves the collector to the working directory.
    let whole = name::parse(canonical);
    // A stream's path (`/dev/fd/63`) is nobody's place.
    let place = || if let Source::Path(_) = candidate.source { name::place(canonical) } else { None };
    let given = || collector_name.and_then(collector::sanitise);
    let collector = said.collector.or(whole.collector).or_else(given).or_else(place);
    let collector = collector.unwrap_or_else(|| "unknown".to_owned());
    let project = said.project.or(whole.project).or_else(|| Project::of_collector(&collector));
    ArchiveFile {
        shown: shown(&candidate.path),
        source: candidate.source.clone(),
        collector,
        kind: said.kind.or(seen),
        start: said.start,
        project,
        size,
        stamp,
        named: candidate.named,
    }
}

fn pattern_of(input: &OsStr) -> Option<&str> {
    input.to_str().filter(|text| text.contains(['*', '?', '[']))
}

fn shown(path: &Path) -> String {
    escape::path(path)
}

fn failed(input: &OsStr, error: io::Error) -> DiscoverError {
    let shown = shown(Path::new(input));
    if error.kind() == io::ErrorKind::NotFound {
        DiscoverError::Missing(shown)
    } else {
        DiscoverError::Unreadable { shown, error }
    }
}

#[cfg(test)]
#[path = "discover_tests.rs"]
mod tests;
