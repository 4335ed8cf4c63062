//! Settings that people write, as profiles and claims: built in under a name, or a text file of their own. What is wrong with them is
//! told with the path, and nothing in them steers a terminal.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use toml::Value;

use crate::escape::{printable, printable_lines};
use crate::model::{Asn, ParseAsnError};

/// Bytes of a text file; lists of all networks there are have a few MB.
const LONGEST: u64 = 64 << 20;

/// Settings of one kind, some of them built in.
#[derive(Debug)]
pub struct Shelf {
    /// What a file of them is called: `profile`.
    pub noun: &'static str,
    /// Name and TOML text.
    pub built_in: &'static [(&'static str, &'static str)],
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Neither built in nor a file.
    #[error("there is no {noun} '{}': the built-in ones are {built_in}; or give a TOML file", printable(.name))]
    Unknown {
        /// What was looked for.
        noun: &'static str,
        /// As typed.
        name: String,
        /// The names that there are.
        built_in: String,
    },
    /// The file cannot be read.
    #[error("cannot read {}: {source}; name a text file in UTF-8", printable(.path))]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The file's text is not as it should be.
    #[error("{}: {}", printable(.path), printable_lines(.reason))]
    Text {
        /// The file, with the line where that is known.
        path: String,
        /// What is wrong and how it should be.
        reason: String,
    },
}

impl Shelf {
    /// The text of built-in settings by name, or of a file by path.
    pub fn text(&self, name: &str) -> Result<Cow<'static, str>, SettingsError> {
        if let Some((_, text)) = self.built_in.iter().find(|(built_in, _)| *built_in == name) {
            return Ok(Cow::Borrowed(text));
        }
        if !Path::new(name).exists() {
            let built_in = self.built_in.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            return Err(SettingsError::Unknown { noun: self.noun, name: name.to_owned(), built_in });
        }
        read(name).map(Cow::Owned)
    }
}

/// A text file; not one that is far too long to be of settings, and may be anything.
pub fn read(path: &str) -> Result<String, SettingsError> {
    File::open(path).and_then(text_of).map_err(|source| SettingsError::Read { path: path.to_owned(), source })
}

/// As [`read`], of a list of which only some lines matter: what is no UTF-8 in it is replaced.
pub fn read_lossy(path: &str) -> Result<String, SettingsError> {
    let bytes = File::open(path).and_then(bytes_of).map_err(|source| SettingsError::Read { path: path.to_owned(), source })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn text_of(file: impl Read) -> io::Result<String> {
    String::from_utf8(bytes_of(file)?).map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8 text"))
}

fn bytes_of(file: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::other(format!(
            "over {} MiB, more than is read of such a file: give a shorter one",
            LONGEST >> 20
        )));
    }
    Ok(bytes)
}

/// An AS number in TOML: `131279`, `"AS131279"` or `"2.207"`.
pub fn asn_of(value: &Value) -> Result<Asn, String> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.parse().map_err(|e: ParseAsnError| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_end_is_refused() {
        let error = text_of(io::repeat(b' ')).expect_err("too long").to_string();
        assert_eq!(error, "over 64 MiB, more than is read of such a file: give a shorter one");
        let longest = text_of(io::repeat(b' ').take(LONGEST)).expect("short enough");
        assert_eq!(longest.len() as u64, LONGEST);
    }

    #[test]
    fn errors_name_the_remedy_and_steer_no_terminal() {
        let shelf = Shelf { noun: "profile", built_in: &[("a", "one"), ("b", "two")] };
        assert_eq!(shelf.text("b").expect("built in"), "two");
        let unknown = shelf.text("\u{1b}[2J").expect_err("no such thing").to_string();
        assert_eq!(unknown, "there is no profile '\\u{1b}[2J': the built-in ones are a, b; or give a TOML file");
        let wrong = SettingsError::Text { path: "\u{9b}.toml".to_owned(), reason: "line 1\n\u{1b}x\n^\n".to_owned() };
        assert_eq!(wrong.to_string(), "\\u{9b}.toml: line 1\n\\u{1b}x\n^");
        assert!(read("no/\u{1b}").expect_err("no such file").to_string().starts_with("cannot read no/\\u{1b}: "));
    }
}
