//! `--origin-file`: the AS numbers of a company, or of whatever else somebody made a list.

use super::profile::lines;
use super::settings::{SettingsError, read};
use crate::model::{Asn, Origin};

/// What a column of AS numbers is called, in small letters and without what is no letter.
const NAMES: &[&str] = &["asn", "as", "asnumber", "asnum", "aut", "autnum", "origin", "origins", "originasn", "originas"];

/// One AS number a line, or the first column of a CSV whose header says that it has some; `#` begins a comment.
pub fn read_origins(path: &str) -> Result<Vec<Asn>, SettingsError> {
    origins_of(&read(path)?, path)
}

/// As [`read_origins`], of a text; `path` is for messages.
pub fn origins_of(text: &str, path: &str) -> Result<Vec<Asn>, SettingsError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let header = lines(text).next().and_then(|(number, line)| Some((number, Column::of(line)?)));
    let found = match header {
        Some((number, column)) => column.read(text, number - 1, path)?,
        None => lines(text).map(|(number, line)| asn(line, path, number)).collect::<Result<_, _>>()?,
    };
    if found.is_empty() {
        let reason = "there is no AS number in it; write one a line, as AS64500".to_owned();
        return Err(SettingsError::Text { path: path.to_owned(), reason });
    }
    Ok(found)
}

fn asn(text: &str, path: &str, number: usize) -> Result<Asn, SettingsError> {
    let wrong = |_| SettingsError::Text {
        path: format!("{path}:{number}"),
        reason: format!(
            "'{text}' is no AS number; write one a line, as AS64500, or a CSV whose header names a column asn or origin"
        ),
    };
    text.parse().map_err(wrong)
}

/// A column of a CSV.
struct Column {
    delimiter: u8,
    at: usize,
}

impl Column {
    /// The first that a header's line names so.
    fn of(header: &str) -> Option<Column> {
        let is_named = |cell: &str| {
            let letters: String = cell.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
            NAMES.contains(&letters.as_str()) && !cell.contains(|c: char| c.is_ascii_digit())
        };
        let find = |delimiter: char| header.split(delimiter).position(is_named);
        [',', ';', '\t']
            .into_iter()
            .find_map(|delimiter| Some(Column { delimiter: u8::try_from(delimiter).ok()?, at: find(delimiter)? }))
    }

    /// Its AS numbers, where so many lines go before the header; a cell that is empty, or where a result has no number, has none.
    fn read(&self, text: &str, before: usize, path: &str) -> Result<Vec<Asn>, SettingsError> {
        let text = &text[text.split_inclusive('\n').take(before).map(str::len).sum()..];
        let numbers: Vec<usize> = lines(text).map(|(number, _)| number).collect();
        let mut reader = csv::ReaderBuilder::new();
        let reader = reader.delimiter(self.delimiter).has_headers(false).flexible(true).comment(Some(b'#'));
        let mut found = Vec::new();
        for record in reader.from_reader(text.as_bytes()).records().skip(1) {
            let record = record.map_err(|error| SettingsError::Text { path: path.to_owned(), reason: error.to_string() })?;
            // A record is said to begin where what was passed over before it does.
            let begin = record.position().map_or(0, |place| usize::try_from(place.line()).unwrap_or(usize::MAX));
            let number = numbers[numbers.partition_point(|number| *number < begin)..].first().copied().unwrap_or(begin) + before;
            match record.get(self.at).map(str::trim) {
                Some("") => {}
                Some(cell) if cell == Origin::Ambiguous.to_string() => {}
                Some(cell) => found.push(asn(cell, path, number)?),
                None if record.iter().all(|cell| cell.trim().is_empty()) => {}
                None => {
                    let reason = format!("this line ends before column {}, which has the AS numbers; fill it up", self.at + 1);
                    return Err(SettingsError::Text { path: format!("{path}:{number}"), reason });
                }
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Vec<u32>, String> {
        let found = origins_of(text, "mine").map_err(|error| error.to_string())?;
        Ok(found.into_iter().map(|asn| asn.0).collect())
    }

    #[test]
    fn reads_lists_and_columns() {
        for (text, expected) in [
            ("# ours\nAS64500\n64501 # and\n\n2.207", &[64500, 64501, 131_279][..]),
            ("\u{feff}asn\n64500\r\n64501\r\n", &[64500, 64501]),
            ("name,ASN,origin\n\"A, B\",64500,1\nC,,2\n# D\nE,AS64501,3\n", &[64500, 64501]),
            ("Name;AS Number\nA;64500\n", &[64500]),
            ("prefix\torigin_asn\n10.0.0.0/8\t64500\n10.0.0.0/8\tambiguous\n", &[64500]),
            ("\"aut-num\",\"x\"\nAS64500,a\n   \n", &[64500]),
        ] {
            assert_eq!(of(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn says_where_and_what_is_wrong() {
        for (text, said) in [
            ("64500,A\n", "mine:1: '64500,A' is no AS number; write one a line, as AS64500, or a CSV whose header"),
            ("64500\nx\n", "mine:2: 'x' is no AS number"),
            ("asn,name\n\n# a\n64500,A\n\nB,x\n", "mine:6: 'B' is no AS number"),
            ("  # indented\n\nname,asn\n# so\nA,x\n", "mine:5: 'x' is no AS number"),
            ("name,asn\nA\n", "mine:2: this line ends before column 2"),
            ("asn,name\n", "mine: there is no AS number in it"),
            ("", "mine: there is no AS number in it"),
        ] {
            let error = of(text).expect_err(text);
            assert!(error.starts_with(said), "{error}");
        }
    }
}
