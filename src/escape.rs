//! Text from strangers: names of files and folders, labels, claims, listings, headers. What of it an output lets through is said here, and
//! nowhere else.
//!
//! *Hidden* are the characters that control a terminal, break a line, or reorder or hide text: C0, DEL, C1, line and paragraph separators,
//! bidirectional and invisible format characters, tags. `\u{1b}` stands for one where it must not be itself.
//!
//! | output | hidden characters | what else could be more than text |
//! |---|---|---|
//! | standard error | as `\u{1b}` ([`printable`]) | |
//! | `table`, `explain` | as `\u{1b}` ([`printable`]) | |
//! | `csv` | as `\u{1b}`, so a row is a line ([`printable`]) | a formula gets a `'` before it ([`guarded`]) |
//! | `json`, `jsonl` | as JSON's own `\u001b`: the value is what it was ([`json`]) | |
//! | `markdown` | as `\u{1b}` | markup, HTML, links, mentions are escaped ([`markdown`]) |
//! | page and drawings | as `\u{1b}` | `<`, `>`, `&`, `"`, `'` as entities ([`markup`]) |
//! | `parquet` | as they are: typed values, and no terminal's business | |
//!
//! Paths are made text before, the same for every output, and so that they can be made paths again ([`path`], [`to_path`]).

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Whether text with this character may look other than it is, or do something.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Text safe to show: hidden characters become `\u{1b}`.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hidden(c) { safe.extend(c.escape_unicode()) } else { safe.push(c) }
    }
    Cow::Owned(safe)
}

/// As [`printable`], where lines are meant: line feeds stay, and nothing stands behind the last line.
pub fn printable_lines(text: &str) -> String {
    text.trim_end().split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// What a spreadsheet would take for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether a formula begins behind any number of `'`.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// A cell of text that no spreadsheet runs as a formula: `'` goes before what begins one, and before what has such a `'` of its own.
pub fn guarded(text: Cow<'_, str>) -> Cow<'_, str> {
    if is_formula(&text) { Cow::Owned(format!("'{text}")) } else { text }
}

/// A cell as it was before it was [`guarded`].
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

/// JSON in which hidden characters are escaped, too, wherever they stand in its strings.
pub fn json(text: String) -> String {
    // What JSON itself escapes are those below a space.
    let is_raw = |c: char| c >= '\u{7f}' && is_hidden(c);
    if !text.chars().any(is_raw) {
        return text;
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_raw(c) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                let _ = write!(safe, "\\u{unit:04x}");
            });
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Text that no Markdown reader takes for markup: punctuation that could be is escaped, `<`, `>` and `&` become entities, and what
/// would be a link of itself is broken up.
pub fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let printable = printable(text);
    let mut rest = printable.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '@' => safe.push_str("&#64;"),
            ':' if rest.peek() == Some(&'/') => safe.push_str("&#58;"),
            // GitHub links #12 to an issue; a digest behind a path must stay as it is.
            '#' => safe.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '~' | '!' => safe.extend(['\\', c]),
            _ => safe.push(c),
        }
    }
    // `www.` is a link without any scheme.
    safe.replace("www.", "www&#46;")
}

/// Text for the content and the quoted attributes of HTML and XML alike.
pub fn markup(raw: &str) -> String {
    let safe = printable(raw);
    let mut out = String::with_capacity(safe.len() + 16);
    for c in safe.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0 has no place for these, not even as references.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A path as text that [`to_path`] makes the same path again: hidden characters are `\u{1b}`, octets that are no UTF-8 `\xff`, and a
/// backslash is `\x5c` where it would begin one of these. All other paths are as they are.
pub fn path(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        let valid = chunk.valid();
        for (at, c) in valid.char_indices() {
            match c {
                '\\' if read(&valid.as_bytes()[at..]).is_some() => text.push_str("\\x5c"),
                c if is_hidden(c) => text.extend(c.escape_unicode()),
                c => text.push(c),
            }
        }
        chunk.invalid().iter().for_each(|octet| {
            let _ = write!(text, "\\x{octet:02x}");
        });
    }
    text
}

/// The path that [`path`] made this text of.
pub fn to_path(text: &str) -> PathBuf {
    let (mut octets, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some(first) = rest.first() {
        match read(rest) {
            Some((Escaped::Octet(octet), long)) => {
                octets.push(octet);
                rest = rest.get(long..).unwrap_or_default();
            }
            Some((Escaped::Char(c), long)) => {
                octets.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = rest.get(long..).unwrap_or_default();
            }
            None => {
                octets.push(*first);
                rest = rest.get(1..).unwrap_or_default();
            }
        }
    }
    of_octets(octets)
}

#[cfg(unix)]
fn of_octets(octets: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(octets).into()
}

#[cfg(not(unix))]
fn of_octets(octets: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&octets).into_owned().into()
}

enum Escaped {
    Octet(u8),
    Char(char),
}

/// What stands escaped at the beginning, and how many octets that takes.
fn read(text: &[u8]) -> Option<(Escaped, usize)> {
    let hex = |digits: &[u8]| {
        let all = digits.iter().all(u8::is_ascii_hexdigit);
        std::str::from_utf8(digits).ok().filter(|_| all).and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    match text {
        [b'\\', b'x', digits @ ..] => {
            let octet = hex(digits.get(..2)?)?;
            Some((Escaped::Octet(u8::try_from(octet).ok()?), 4))
        }
        [b'\\', b'u', b'{', digits @ ..] => {
            let long = digits.iter().take(7).position(|octet| *octet == b'}')?;
            let c = char::from_u32(hex(digits.get(..long)?)?)?;
            Some((Escaped::Char(c), long + 4))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_reaches_a_terminal() {
        for (text, shown) in [
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\nb\tc\r", "a\\u{a}b\\u{9}c\\u{d}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\u{202e}gnp.exe", "\\u{202e}gnp.exe"),
            ("<script>", "<script>"),
            ("Ростелеком 中国联通", "Ростелеком 中国联通"),
        ] {
            assert_eq!(printable(text), shown);
        }
        assert_eq!(printable_lines("line 1\n\u{1b}x\n^\n"), "line 1\n\\u{1b}x\n^");
    }

    #[test]
    fn formulas_are_guarded_and_read_back() {
        for (text, cell) in [
            ("=1", "'=1"),
            ("'=1", "''=1"),
            ("''-1", "'''-1"),
            ("'quoted'", "'quoted'"),
            ("rrc00", "rrc00"),
            ("a=1", "a=1"),
            ("'", "'"),
            ("", ""),
        ] {
            assert_eq!((&*guarded(text.into()), unguarded(cell)), (cell, text));
        }
    }

    #[test]
    fn json_keeps_the_value() {
        for (text, written) in [
            ("a\u{1b}\u{7f}\u{9b}", r#""a\u001b\u007f\u009b""#),
            ("\u{202e}x\u{e0001}", r#""\u202ex\udb40\udc01""#),
            ("\\u{1b} 中国", r#""\\u{1b} 中国""#),
        ] {
            let safe = json(serde_json::to_string(text).expect("a string"));
            assert_eq!(safe, written);
            assert_eq!(serde_json::from_str::<String>(&safe).expect("JSON"), text);
        }
    }

    #[test]
    fn markup_in_the_data_stays_text() {
        for (text, safe) in [
            ("a|b", r"a\|b"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("`rm`", r"\`rm\`"),
            ("&amp;", "&amp;amp;"),
            ("[x](https://e.org)", r"\[x\](https&#58;//e.org)"),
            ("a\nb\u{1b}[31m", r"a\\u\{a\}b\\u\{1b\}\[31m"),
            ("*", r"\*"),
            ("a/updates.gz#0123", "a/updates.gz&#35;0123"),
        ] {
            assert_eq!(markdown(text), safe);
        }
        for (raw, safe) in [
            ("<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"),
            ("\" onload=\"x", "&quot; onload=&quot;x"),
            ("a&amp;b", "a&amp;amp;b"),
            ("\u{0}\u{1b}[0m\u{202e}", "\\u{0}\\u{1b}[0m\\u{202e}"),
            ("中国联通", "中国联通"),
        ] {
            assert_eq!(markup(raw), safe);
        }
    }

    #[cfg(unix)]
    #[test]
    fn every_path_is_text_and_a_path_again() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        for (octets, text) in [
            (&b"rrc00/2017.10/updates.20171001.0905.gz"[..], "rrc00/2017.10/updates.20171001.0905.gz"),
            ("中国/naïve \\ C:\\x\\new".as_bytes(), "中国/naïve \\ C:\\x\\new"),
            (b"a\nb\x1b[2J", "a\\u{a}b\\u{1b}[2J"),
            ("\u{202e}x".as_bytes(), "\\u{202e}x"),
            (b"caf\xe9/\xff\xfe", "caf\\xe9/\\xff\\xfe"),
            // What only looks escaped.
            (br"a\x1b", r"a\x5cx1b"),
            (br"a\u{1b}\u{110000}\u{}\xg0\x1", r"a\x5cu{1b}\u{110000}\u{}\xg0\x1"),
            (br"\\x41\\", r"\\x5cx41\\"),
            (b"\\\x1b", "\\\\u{1b}"),
            (b"\\x\xff1", "\\x\\xff1"),
            (b"\\u{1\x01}", "\\u{1\\u{1}}"),
        ] {
            let whole = Path::new(OsStr::from_bytes(octets));
            assert_eq!(path(whole), text);
            assert_eq!(to_path(text), whole, "{text}");
        }
        // Every pair of what means something, in every order.
        let parts: [&[u8]; 9] = [b"\\", b"x", b"u{", b"}", b"1b", b"5c", b"\x1b", b"\xff", "\u{202e}".as_bytes()];
        let mut all = vec![Vec::new()];
        for _ in 0..5 {
            all = all.iter().flat_map(|before| parts.iter().map(move |part| [before, *part].concat())).collect();
        }
        for octets in all {
            let whole = Path::new(OsStr::from_bytes(&octets));
            assert_eq!(to_path(&path(whole)), whole, "{octets:?}");
        }
    }
}
