//! `uplinks explain DIGEST INPUT...`: the record of that digest, whichever of the files has it; also as pages show it, `FILE#DIGEST` with
//! the file's name alone.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::explain::{Whence, tell, told};
use super::output;
use super::packs::refuse_packs;
use super::read::ReadError;
use super::reference::RecordRef;
use super::{Exit, Fatal};
use crate::archive::{self, ArchiveFile, discover};
use crate::escape::printable;
use crate::event::{Damage, DigestStart, FoundRecord, Input, Search, Wanted};
use crate::report::text::plural_u64;

/// The first few digits may be those of several records; more are counted.
const MOST: usize = 16;

/// What is looked for.
pub struct Sought {
    digest: DigestStart,
    /// The end of the path of the files to look in, if any ends so.
    file: Option<String>,
}

/// Explains every record of the inputs that is meant.
pub fn run(sought: &Sought, inputs: &[OsString]) -> Result<Exit, Fatal> {
    let found = discover(inputs, None, &mut io::stdin().lock()).map_err(ReadError::from)?;
    refuse_packs(
        &found,
        "explain looks for a record in the archive's own files; name those, or get it out of packs with --evidence",
    )?;
    let mut files = found.files;
    let is_named = |file: &ArchiveFile| sought.file.as_ref().is_some_and(|name| file.shown.ends_with(name.as_str()));
    if files.iter().any(is_named) {
        files.retain(is_named);
    }
    let digest = &sought.digest;
    let wanted = Wanted { begins: Some(digest.clone()), ..Wanted::default() };
    let pool = rayon::ThreadPoolBuilder::new().build()?;
    let found: Vec<Search> =
        pool.install(|| files.par_iter().with_max_len(1).map(|file| search(file, &wanted)).collect::<Vec<Search>>());
    let places: Vec<(&ArchiveFile, &FoundRecord)> =
        files.iter().zip(&found).flat_map(|(file, search)| search.found.iter().map(move |record| (file, record))).collect();
    let texts: Vec<String> = places
        .iter()
        .take(MOST)
        .map(|(file, record)| told(&RecordRef { path: file.shown.clone(), digest: record.digest }, None, Whence::Archive, record))
        .collect();
    if places.len() > MOST {
        tell(&format!("and {} more; give more digits", plural_u64((places.len() - MOST) as u64, "record")));
    }
    if texts.is_empty() {
        let records = found.iter().map(|search| search.records).sum();
        let damaged = files.iter().zip(&found).find(|(_, search)| !search.damage.is_empty());
        let damaged = damaged.map_or_else(String::new, |(file, search)| {
            let reason = search.damage.first().map_or("", |damage| damage.reason.as_str());
            format!("; {} is damaged ({reason}), and it may lie where that cannot be read", file.shown)
        });
        let (records, in_files) = (plural_u64(records, "record"), plural_u64(files.len() as u64, "file"));
        tell(&printable(&format!("none of {records} in {in_files} has a digest that begins with {digest}{damaged}")));
        return Ok(Exit::NothingFound);
    }
    output::write(None, |out| out.write_all(texts.join("\n").as_bytes()))?;
    Ok(Exit::Answered)
}

fn search(file: &ArchiveFile, wanted: &Wanted) -> Search {
    match archive::open(file) {
        Ok(input) => Input::new(input, file.start).find(wanted),
        Err(error) => Search { damage: vec![Damage::throughout(error.to_string())], ..Search::default() },
    }
}

/// What was typed, if it is a digest and no file, or one behind a file's name.
pub fn of_typed(typed: &OsStr) -> Option<Sought> {
    let text = typed.to_str()?;
    let (file, digest) = match text.rsplit_once('#') {
        Some((file, digest)) => (Some(file.to_owned()), digest),
        None => (None, text),
    };
    let digest = digest.parse().ok().filter(|_| !Path::new(typed).exists())?;
    Some(Sought { digest, file })
}
