//! Brings one file into a mirror: whole and checked under its name, or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::client::{Client, HttpError, PROGRESS, Reply};
use super::partial::{Partial, Version, content_range};
use super::verify::{Checked, Whole, check};
use crate::escape;

/// No archive file comes near: the largest known has 1.5 GB.
const LARGEST: u64 = 32 << 30;

/// Downloads of a file that came damaged, the first included. Twice the very same octets end it earlier.
const DAMAGED_TRIES: u32 = 3;

/// Interruptions of one file, however much each try brought.
const MOST_INTERRUPTIONS: u32 = 200;

/// A file that did not come.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The archive lists it and does not have it.
    #[error("the archive lists it but does not have it")]
    Gone,
    /// The server or the way to it.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// It failed its check; nothing of it was kept.
    #[error("{}: {fault}; nothing of it was kept", if *.same { "the archive's own copy is damaged" } else { "it came damaged, time and again" })]
    Damaged {
        /// What is wrong with it.
        fault: String,
        /// Twice the same octets came.
        same: bool,
    },
    /// The disk: ends the whole run.
    #[error("cannot write {}: {error}; check the space and the permissions there", escape::path(path))]
    Disk {
        /// Where.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// A file that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloaded {
    /// From where.
    pub url: String,
    /// Its size and digest.
    pub whole: Whole,
    /// The server's `Last-Modified`, as sent.
    pub modified: Option<String>,
}

/// A file to bring.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    /// Its addresses, in the order to try.
    pub urls: &'a [String],
    /// Its place in the mirror.
    pub target: &'a Path,
    /// `gz` or `bz2`.
    pub ending: &'a str,
}

/// Brings a file. `progress` hears of octets as they come (and negative of those that have to come again).
pub fn download(client: &Client, job: &Job, progress: &dyn Fn(i64)) -> Result<Downloaded, DownloadError> {
    let partial = Partial::of(job.target);
    if let Some(folder) = job.target.parent() {
        fs::create_dir_all(folder).map_err(|error| disk(folder, error))?;
    }
    let mut last_damage: Option<Whole> = None;
    for attempt in 1.. {
        let resumed = partial.state().is_some();
        let (url, version) = from_any(client, job, &partial, progress)?;
        let checked = check(partial.path(), job.ending).map_err(|error| disk(partial.path(), error))?;
        let (fault, damage) = match checked {
            Checked::Whole(whole) => {
                partial.finish(job.target).map_err(|error| disk(job.target, error))?;
                return Ok(Downloaded { url, whole, modified: version.last_modified });
            }
            Checked::Damaged(fault, damage) => (fault, damage),
        };
        partial.remove().map_err(|error| disk(partial.path(), error))?;
        progress(-i64::try_from(damage.size).unwrap_or(0));
        let same = last_damage.as_ref() == Some(&damage);
        // What was put together from pieces may be the pieces' fault.
        if same || (attempt >= DAMAGED_TRIES && !resumed) {
            return Err(DownloadError::Damaged { fault, same });
        }
        last_damage = (!resumed).then_some(damage);
    }
    unreachable!("the loop returns")
}

fn disk(path: &Path, error: io::Error) -> DownloadError {
    DownloadError::Disk { path: path.to_owned(), error }
}

/// All octets, from the first address that has the file.
fn from_any(client: &Client, job: &Job, partial: &Partial, progress: &dyn Fn(i64)) -> Result<(String, Version), DownloadError> {
    let mut last = DownloadError::Gone;
    for url in job.urls {
        match all_octets(client, url, partial, progress) {
            Ok(version) => return Ok((url.clone(), version)),
            Err(DownloadError::Http(error)) if error.is_absent() => {}
            Err(error @ DownloadError::Disk { .. }) => return Err(error),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Tries until everything has come; what came before an interruption is not asked for again.
fn all_octets(client: &Client, url: &str, partial: &Partial, progress: &dyn Fn(i64)) -> Result<Version, DownloadError> {
    let (mut failures, mut interruptions) = (0, 0);
    loop {
        let before = partial.state().map_or(0, |(have, _)| have);
        let error = match once(client, url, partial, progress) {
            Ok(version) => return Ok(version),
            Err(DownloadError::Http(error)) if error.is_transient() => error,
            Err(error) => return Err(error),
        };
        let after = partial.state().map_or(0, |(have, _)| have);
        failures = if after >= before + PROGRESS { 1 } else { failures + 1 };
        interruptions += 1;
        if failures >= client.policy.tries || interruptions >= MOST_INTERRUPTIONS {
            return Err(error.into());
        }
        client.wait(failures, &error);
    }
}

/// A server may name the file's own compression as an encoding; whether it means that, the file's check tells. Any other is not the file.
fn get<'a>(client: &'a Client, url: &str, headers: &[(&str, String)]) -> Result<Reply<'a>, HttpError> {
    let reply = client.get(url, headers)?;
    let own = url.rsplit_once('.').map_or("", |(_, ending)| if ending == "gz" { "gzip" } else { "bzip2" });
    match reply.coding() {
        Some(coding) if coding.strip_prefix("x-").unwrap_or(&coding) != own => Err(HttpError::Encoded(coding)),
        _ => Ok(reply),
    }
}

/// One request: the rest of the file, or all of it.
fn once(client: &Client, url: &str, partial: &Partial, progress: &dyn Fn(i64)) -> Result<Version, DownloadError> {
    let Some((have, known)) = partial.state() else { return anew(get(client, url, &[])?, partial, progress) };
    if known.total == Some(have) {
        return Ok(known);
    }
    let mut headers = vec![("range", format!("bytes={have}-"))];
    headers.extend(known.validator().map(|validator| ("if-range", validator.to_owned())));
    let reply = get(client, url, &headers)?;
    let offered = Version::of(&reply);
    let range = content_range(&reply);
    match reply.status {
        206 if range.is_some_and(|(from, _)| from == have) && known.agrees(&offered) => {
            let file = partial.go_on().map_err(|error| disk(partial.path(), error))?;
            receive(reply, file, have, known.total.or(offered.total), partial, progress)?;
            Ok(known)
        }
        416 if range == Some((have, Some(have))) && known.agrees(&offered) => Ok(known),
        200 => {
            progress(-i64::try_from(have).unwrap_or(0));
            anew(reply, partial, progress)
        }
        // Another version, or another piece than was asked for.
        _ => {
            drop(reply);
            partial.remove().map_err(|error| disk(partial.path(), error))?;
            progress(-i64::try_from(have).unwrap_or(0));
            anew(get(client, url, &[])?, partial, progress)
        }
    }
}

fn anew(reply: Reply, partial: &Partial, progress: &dyn Fn(i64)) -> Result<Version, DownloadError> {
    if reply.status != 200 {
        return Err(HttpError::Refused(format!("the server answers {} to a plain request", reply.status)).into());
    }
    if reply.body.expected.is_some_and(|octets| octets > LARGEST) {
        return Err(HttpError::TooLong(LARGEST).into());
    }
    let version = Version::of(&reply);
    let file = partial.begin(&version).map_err(|error| disk(partial.path(), error))?;
    receive(reply, file, 0, version.total, partial, progress)?;
    Ok(version)
}

fn receive(
    mut reply: Reply,
    mut file: File,
    have: u64,
    total: Option<u64>,
    partial: &Partial,
    progress: &dyn Fn(i64),
) -> Result<(), DownloadError> {
    let mut length = have;
    reply.body.copy(|piece| {
        length += piece.len() as u64;
        if length > LARGEST {
            return Err(HttpError::TooLong(LARGEST).into());
        }
        file.write_all(piece).map_err(|error| disk(partial.path(), error))?;
        progress(i64::try_from(piece.len()).unwrap_or(0));
        Ok::<(), DownloadError>(())
    })?;
    // A range may be answered in part.
    match total {
        Some(total) if length < total => Err(HttpError::Cut { got: length, expected: Some(total) }.into()),
        Some(total) if length > total => {
            partial.remove().map_err(|error| disk(partial.path(), error))?;
            Err(HttpError::Cut { got: length, expected: Some(total) }.into())
        }
        _ => Ok(()),
    }
}
