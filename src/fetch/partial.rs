//! A file on its way: what has come of it (`NAME.partial`), and which version of the file that is (`NAME.partial.json`),
//! so that another run can go on where this one was stopped.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::client::Reply;

/// What a server says of the version that it serves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Version {
    /// A strong `ETag`; weak ones do not speak of octets (RFC 9110, section 8.8.1).
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    /// Octets of the whole file.
    pub(super) total: Option<u64>,
}

impl Version {
    pub(super) fn of(reply: &Reply) -> Self {
        let total = match content_range(reply) {
            Some((_, total)) => total,
            None if reply.status == 200 => reply.body.expected,
            None => None,
        };
        Self {
            etag: reply.header("etag").filter(|tag| tag.starts_with('"')).map(str::to_owned),
            last_modified: reply.header("last-modified").map(str::to_owned),
            total,
        }
    }

    /// What to send in `If-Range`.
    pub(super) fn validator(&self) -> Option<&str> {
        self.etag.as_deref().or(self.last_modified.as_deref())
    }

    /// Whether nothing that both know differs, and they both know something.
    pub(super) fn agrees(&self, other: &Version) -> bool {
        let pairs = [(&self.etag, &other.etag), (&self.last_modified, &other.last_modified)];
        let texts = pairs.into_iter().filter_map(|(a, b)| Some(a.as_ref()? == b.as_ref()?));
        let totals = self.total.zip(other.total).map(|(a, b)| a == b);
        let mut known = texts.chain(totals).peekable();
        known.peek().is_some() && known.all(|same| same)
    }
}

/// `Content-Range: bytes FROM-TO/TOTAL`: from, and the total where it is told. `bytes */TOTAL` is from the end.
pub(super) fn content_range(reply: &Reply) -> Option<(u64, Option<u64>)> {
    read_content_range(reply.header("content-range")?)
}

fn read_content_range(value: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = value.trim().strip_prefix("bytes")?.trim_start().split_once('/')?;
    let total = if total == "*" { None } else { Some(total.parse().ok()?) };
    let from = if range == "*" { total? } else { range.split_once('-')?.0.parse().ok()? };
    Some((from, total))
}

/// The two files beside the one to come.
#[derive(Debug)]
pub(super) struct Partial {
    data: PathBuf,
    note: PathBuf,
}

impl Partial {
    pub(super) fn of(target: &Path) -> Self {
        let with = |ending: &str| {
            let mut name = target.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        Self { data: with(".partial"), note: with(".partial.json") }
    }

    pub(super) fn path(&self) -> &Path {
        &self.data
    }

    /// How many octets there are and of which version; `None` if there is nothing to go on with.
    pub(super) fn state(&self) -> Option<(u64, Version)> {
        let have = fs::metadata(&self.data).ok().filter(fs::Metadata::is_file)?.len();
        let version: Version = serde_json::from_slice(&fs::read(&self.note).ok()?).ok()?;
        let known = version.validator().is_some() || version.total.is_some();
        (have > 0 && known).then_some((have, version))
    }

    /// Begins anew. The note is written first: data without their note are never gone on with.
    pub(super) fn begin(&self, version: &Version) -> io::Result<File> {
        self.remove()?;
        fs::write(&self.note, serde_json::to_vec(version)?)?;
        OpenOptions::new().write(true).create_new(true).open(&self.data)
    }

    /// Goes on at the end.
    pub(super) fn go_on(&self) -> io::Result<File> {
        OpenOptions::new().append(true).open(&self.data)
    }

    /// Gives it its name, once it is on the disk.
    pub(super) fn finish(&self, target: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).open(&self.data)?;
        file.flush()?;
        file.sync_all()?;
        fs::rename(&self.data, target)?;
        remove(&self.note)
    }

    /// Takes both away.
    pub(super) fn remove(&self) -> io::Result<()> {
        remove(&self.data)?;
        remove(&self.note)
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_as_servers_write_them() {
        for (value, read) in [
            ("bytes 100-199/200", Some((100, Some(200)))),
            ("bytes 100-199/*", Some((100, None))),
            ("bytes */200", Some((200, Some(200)))),
            ("bytes */*", None),
            ("octets 1-2/3", None),
            ("bytes -5/9", None),
            ("", None),
        ] {
            assert_eq!(read_content_range(value), read, "{value}");
        }
    }

    #[test]
    fn versions_agree_if_nothing_known_differs() {
        let version =
            |etag: &str, total| Version { etag: Some(etag.to_owned()).filter(|e| !e.is_empty()), last_modified: None, total };
        assert!(version("\"a\"", Some(9)).agrees(&version("\"a\"", None)));
        assert!(!version("\"a\"", Some(9)).agrees(&version("\"b\"", Some(9))));
        assert!(!version("\"a\"", Some(9)).agrees(&version("", Some(8))));
        assert!(version("", Some(9)).agrees(&version("\"a\"", Some(9))));
        assert!(!version("", None).agrees(&version("", None)), "nothing is known");
    }

    #[test]
    fn data_without_their_note_are_not_gone_on_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("updates.20171001.0000.gz");
        let partial = Partial::of(&target);
        let version = Version { total: Some(5), ..Version::default() };
        partial.begin(&version).and_then(|mut file| file.write_all(b"abc")).expect("written");
        assert_eq!(partial.state(), Some((3, version.clone())));
        partial.go_on().and_then(|mut file| file.write_all(b"de")).expect("written");
        fs::remove_file(folder.path().join("updates.20171001.0000.gz.partial.json")).expect("removed");
        assert_eq!(partial.state(), None);
        partial.begin(&version).and_then(|mut file| file.write_all(b"whole")).expect("written");
        partial.finish(&target).expect("finished");
        assert_eq!(fs::read(&target).expect("read"), b"whole");
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }
}
