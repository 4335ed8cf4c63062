//! `--files-from`: inputs by a list, for archives of more files than a command line holds.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use clap::Args;

use crate::escape;

/// No list is longer, in bytes: half a million paths.
const LONGEST: u64 = 64 << 20;

/// Standard input, as a list and as an input.
const STDIN: &str = "-";

/// A list of inputs.
#[derive(Debug, Clone, Default, Args)]
pub struct FilesFrom {
    /// Also what this file names, one a line; - is standard input
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<OsString>,
    /// The names of --files-from end with a NUL, as of find -print0
    #[arg(short = '0', long, requires = "files_from")]
    pub null: bool,
}

/// A list that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The system refuses.
    #[error("--files-from {}: {error}; name a file with a path a line", escape::printable(.list))]
    Unreadable {
        /// As typed.
        list: String,
        /// What the system says.
        error: io::Error,
    },
    /// It names nothing.
    #[error("--files-from {}: the list is empty; it should have a path a line", escape::printable(.0))]
    Empty(String),
    /// It is no list.
    #[error(
        "--files-from {}: it is longer than {} MiB; is it a list of paths, and not a file to be read?",
        escape::printable(.0),
        LONGEST >> 20
    )]
    TooLong(String),
    /// A path that no system has.
    #[error("--files-from {}: name {number} is no path: {reason}", escape::printable(.list))]
    NoPath {
        /// As typed.
        list: String,
        /// Counted from 1, empty ones left out.
        number: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Standard input cannot be both.
    #[error("- is the list of --files-from and an input: standard input can only be one of them; write the list to a file")]
    Twice,
}

impl FilesFrom {
    /// The inputs that were typed and those of the list.
    pub fn with(&self, mut typed: Vec<OsString>) -> Result<Vec<OsString>, ListError> {
        let Some(list) = &self.files_from else { return Ok(typed) };
        let is_stdin = list == STDIN;
        if is_stdin && typed.iter().any(|input| input == STDIN) {
            return Err(ListError::Twice);
        }
        let shown = escape::path(list.as_ref());
        let bytes = if is_stdin { bounded(io::stdin().lock()) } else { File::open(Path::new(list)).and_then(bounded) };
        let bytes = bytes.map_err(|error| ListError::Unreadable { list: shown.clone(), error })?;
        typed.extend(paths(&bytes.ok_or_else(|| ListError::TooLong(shown.clone()))?, self.null, &shown)?);
        Ok(typed)
    }
}

fn bounded(input: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    input.take(LONGEST + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= LONGEST).then_some(bytes))
}

fn paths(bytes: &[u8], null: bool, list: &str) -> Result<Vec<OsString>, ListError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| !null).unwrap_or(bytes);
    let names = bytes.split(|byte| *byte == if null { 0 } else { b'\n' });
    let names = names.map(|name| if null { name } else { name.strip_suffix(b"\r").unwrap_or(name) });
    let names: Vec<&[u8]> = names.filter(|name| !name.trim_ascii().is_empty()).collect();
    if names.is_empty() {
        return Err(ListError::Empty(list.to_owned()));
    }
    let path = |(number, name): (usize, &&[u8])| {
        let no_path = |reason| ListError::NoPath { list: list.to_owned(), number, reason };
        if name.contains(&0) {
            return Err(no_path("it has a NUL in it; does the list need --null?"));
        }
        // A name in a list is a file's, never standard input.
        let name = if *name == STDIN.as_bytes() { b"./-" } else { *name };
        os_string(name).ok_or_else(|| no_path("it is no text"))
    };
    (1..).zip(&names).map(path).collect()
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have paths that are text")]
fn os_string(name: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStringExt;
    Some(OsString::from_vec(name.to_vec()))
}

#[cfg(not(unix))]
fn os_string(name: &[u8]) -> Option<OsString> {
    std::str::from_utf8(name).ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(list: &[u8], null: bool) -> Result<Vec<String>, String> {
        let text = |name: OsString| name.to_string_lossy().into_owned();
        paths(list, null, "list").map(|paths| paths.into_iter().map(text).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_is_a_line() {
        let cases: [(&[u8], bool, &[&str]); 6] = [
            (b"a\nb c\n\n#d\n", false, &["a", "b c", "#d"]),
            (b"\xef\xbb\xbfa\r\n  \r\nb", false, &["a", "b"]),
            (b" a \n", false, &[" a "]),
            (b"a\0b\nc\0", true, &["a", "b\nc"]),
            (b"a\r\0", true, &["a\r"]),
            (b"-\n", false, &["./-"]),
        ];
        for (list, null, expected) in cases {
            assert_eq!(told(list, null), Ok(expected.iter().map(|name| (*name).to_owned()).collect()), "{list:?}");
        }
    }

    #[test]
    fn lists_of_nothing_and_of_the_other_kind() {
        for (list, null, said) in [
            (&b""[..], false, "the list is empty"),
            (b"\n \r\n", false, "the list is empty"),
            (b"\0\0", true, "the list is empty"),
            (b"a\nb\0c\0", false, "name 2 is no path: it has a NUL"),
        ] {
            assert!(told(list, null).is_err_and(|error| error.contains(said)), "{list:?}");
        }
    }

    #[test]
    fn a_list_is_bounded() {
        let all = |length: u64| bounded(io::repeat(b'x').take(length)).expect("memory").map(|bytes| bytes.len() as u64);
        assert_eq!((all(LONGEST), all(LONGEST + 1)), (Some(LONGEST), None));
    }
}
