//! Names of ASes (`--names`): the lists that people have, as they come, and a small one that is built in. Decoration only.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::profile::lines;
use super::settings::{SettingsError, read_lossy};
use crate::model::Asn;

/// Names by number.
pub type Names = BTreeMap<Asn, String>;

const TRANSIT: &str = include_str!("transit.txt");

/// The built-in list.
pub fn built_in() -> Names {
    names_of(TRANSIT, "transit.txt").unwrap_or_default()
}

/// `--names`: see [`names_of`].
pub fn read_names(path: &str) -> Result<Names, SettingsError> {
    names_of(&read_lossy(path)?, path)
}

/// The names in a text, whichever list it is: a number and a name a line (RIPE NCC's `asn.txt`, potaroo's `asnames.txt`, your own), a
/// CSV whose header names the columns (bgp.tools' `asns.csv`), CAIDA's as-org2info (`|` or JSON lines), or potaroo's HTML. `#` begins a
/// comment; lines of a web page or of a list that are no entry are passed over. `path` is for messages.
pub fn names_of(text: &str, path: &str) -> Result<Names, SettingsError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && (!line.starts_with('#') || is_format(line)));
    let Some(first) = first else { return Ok(Names::new()) };
    let wrong = |number: usize, reason: String| SettingsError::Text { path: format!("{path}:{number}"), reason };
    if is_format(first) {
        Ok(of_organisations(text))
    } else if first.starts_with('{') {
        of_json_lines(text).map_err(|(number, reason)| wrong(number, reason))
    } else if first.starts_with('<') {
        Ok(of_page(text))
    } else if let Some(columns) = Columns::of(first) {
        columns.read(text).map_err(|reason| wrong(1, reason))
    } else {
        lines(text).map(|(number, line)| entry(line).map_err(|reason| wrong(number, reason))).collect()
    }
}

/// `131279 STAR-KP, KP` or `AS131279,STAR-KP`.
fn entry(line: &str) -> Result<(Asn, String), String> {
    let (asn, name) = line.split_once([',', ';', ' ', '\t']).unwrap_or((line, ""));
    let asn = asn.trim().parse::<Asn>().map_err(|error| error.to_string())?;
    Ok((asn, tidy(name)))
}

fn tidy(name: &str) -> String {
    name.trim().trim_matches('"').trim().to_owned()
}

/// What CAIDA's files say of their columns.
fn is_format(line: &str) -> bool {
    line.starts_with("# format:")
}

/// CAIDA's as-org2info: organisations first, then ASes that name one.
fn of_organisations(text: &str) -> Names {
    let (mut organisations, mut ases, mut columns) = (BTreeMap::new(), Vec::new(), Vec::new());
    for line in text.lines() {
        if let Some(format) = line.strip_prefix("# format:") {
            columns = format.trim().split('|').collect();
        }
        if line.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = line.split('|').collect();
        let cell = |name: &str| columns.iter().position(|column| *column == name).and_then(|at| cells.get(at)).copied();
        match (cell("aut").or_else(|| cell("asn")), cell("org_id"), cell("org_name")) {
            (Some(asn), organisation, _) => {
                ases.extend(
                    asn.parse::<Asn>().map(|asn| (asn, organisation.unwrap_or_default(), cell("aut_name").unwrap_or_default())),
                );
            }
            (None, Some(id), Some(name)) => _ = organisations.insert(id, name),
            _ => {}
        }
    }
    let named = |(asn, id, own): (Asn, &str, &str)| {
        let name = organisations.get(id).copied().filter(|name| !name.is_empty()).unwrap_or(own);
        (asn, tidy(name))
    };
    ases.into_iter().map(named).collect()
}

/// A line of CAIDA's as-org2info as JSON.
#[derive(Deserialize)]
struct Line {
    asn: Option<String>,
    #[serde(rename = "organizationId")]
    organisation: Option<String>,
    name: Option<String>,
}

fn of_json_lines(text: &str) -> Result<Names, (usize, String)> {
    let (mut organisations, mut ases) = (BTreeMap::new(), Vec::new());
    for (number, line) in lines(text) {
        let line: Line = serde_json::from_str(line).map_err(|error| (number, error.to_string()))?;
        match (line.asn.and_then(|asn| asn.parse::<Asn>().ok()), line.organisation) {
            (Some(asn), id) => ases.push((asn, id.unwrap_or_default(), line.name.unwrap_or_default())),
            (None, Some(id)) => _ = organisations.insert(id, line.name.unwrap_or_default()),
            (None, None) => {}
        }
    }
    let named = |(asn, id, own): (Asn, String, String)| (asn, tidy(organisations.get(&id).unwrap_or(&own)));
    Ok(ases.into_iter().map(named).collect())
}

/// `<a href="/cgi-bin/as-report?as=AS1&view=2.0">AS1    </a> LVLT-1, US`: what stands in no angle brackets.
fn of_page(text: &str) -> Names {
    let bare = |line: &str| {
        let mut is_tag = false;
        let outside = line.chars().filter(|c| {
            let was = is_tag;
            is_tag = *c == '<' || is_tag && *c != '>';
            !was && !is_tag
        });
        outside.collect::<String>()
    };
    text.lines().filter_map(|line| entry(bare(line).trim()).ok()).filter(|(_, name)| !name.is_empty()).collect()
}

/// The places of numbers and names in a CSV.
struct Columns {
    delimiter: u8,
    asn: usize,
    name: usize,
}

impl Columns {
    /// Where a header names both.
    fn of(header: &str) -> Option<Columns> {
        let of = |delimiter: u8| {
            let cells: Vec<String> = header.split(char::from(delimiter)).map(|cell| tidy(cell).to_ascii_lowercase()).collect();
            let find = |names: &[&str]| cells.iter().position(|cell| names.contains(&cell.as_str()));
            let name = ["name", "as_name", "asname", "aut_name", "description", "org", "org_name"];
            Some(Columns { delimiter, asn: find(&["asn", "as", "aut", "as_number", "asnumber", "number"])?, name: find(&name)? })
        };
        [b',', b';', b'\t'].into_iter().find_map(of)
    }

    fn read(&self, text: &str) -> Result<Names, String> {
        let mut reader =
            csv::ReaderBuilder::new().delimiter(self.delimiter).flexible(true).comment(Some(b'#')).from_reader(text.as_bytes());
        let mut found = Names::new();
        for row in reader.records() {
            let row = row.map_err(|error| error.to_string())?;
            let number = row.get(self.asn).and_then(|cell| cell.trim().parse::<Asn>().ok());
            if let (Some(asn), Some(name)) = (number, row.get(self.name)) {
                found.insert(asn, tidy(name));
            }
        }
        Ok(found)
    }
}

/// The AS of this name, whatever its case: by its whole name, else by a part of it that only one has.
pub fn find(names: &Names, wanted: &str) -> Result<Asn, String> {
    let wanted = wanted.trim().to_lowercase();
    let those = |is_meant: &dyn Fn(&str) -> bool| -> Vec<(Asn, &str)> {
        names.iter().filter(|(_, name)| is_meant(&name.to_lowercase())).map(|(asn, name)| (*asn, name.as_str())).collect()
    };
    let whole = those(&|name| name == wanted);
    let found = if whole.is_empty() { those(&|name| !wanted.is_empty() && name.contains(&wanted)) } else { whole };
    match found.as_slice() {
        [] => Err("no AS has that name; give its number, or a list of names with --names".to_owned()),
        [(asn, _)] => Ok(*asn),
        several => {
            const TOLD: usize = 5;
            let mut told: Vec<String> = several.iter().take(TOLD).map(|(asn, name)| format!("AS{asn} {name}")).collect();
            if several.len() > TOLD {
                told.push(format!("{} more", several.len() - TOLD));
            }
            Err(format!("several have that name: {}; give a number", told.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u32, String)> {
        names_of(text, "names").expect(text).into_iter().map(|(asn, name)| (asn.0, name)).collect()
    }

    #[test]
    fn reads_the_lists_that_people_have() {
        let cases: [(&str, &[(u32, &str)]); 9] = [
            (
                "131279 STAR-KP Ryugyong-dong, KP\n4837 CHINA169-Backbone, CN\n",
                &[(4837, "CHINA169-Backbone, CN"), (131_279, "STAR-KP Ryugyong-dong, KP")],
            ),
            ("\u{feff}# mine\nAS4837,\"China Unicom\"\n\n20485\tTTK # a comment\n", &[(4837, "China Unicom"), (20485, "TTK")]),
            ("asn,name,class,cc\nAS13335,\"Cloudflare, Inc.\",Content,US\n", &[(13335, "Cloudflare, Inc.")]),
            ("name;asn\nTTK;20485\nnothing;\n", &[(20485, "TTK")]),
            (
                "# name: AS Org\n# format:org_id|changed|org_name|country|source\nTTK-RU|2012|Joint Stock TTK|RU|RIPE\n# format:aut|changed|aut_name|org_id|opaque_id|source\n20485|2012|TRANSTELECOM|TTK-RU||RIPE\n1|2012|OWN|||ARIN\n",
                &[(1, "OWN"), (20485, "Joint Stock TTK")],
            ),
            (
                "{\"organizationId\":\"TTK\",\"name\":\"Joint Stock TTK\",\"type\":\"Organization\"}\n{\"asn\":\"20485\",\"organizationId\":\"TTK\",\"name\":\"TRANSTELECOM\",\"type\":\"ASN\"}\n",
                &[(20485, "Joint Stock TTK")],
            ),
            (
                "<HTML><PRE>\n<a href=\"/cgi-bin/as-report?as=AS1&view=2.0\">AS1    </a> LVLT-1, US\n</PRE>\n",
                &[(1, "LVLT-1, US")],
            ),
            ("AS0     -Reserved AS-, ZZ\nAS1     LVLT-1, US\n", &[(0, "-Reserved AS-, ZZ"), (1, "LVLT-1, US")]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            let expected: Vec<(u32, String)> = expected.iter().map(|(asn, name)| (*asn, (*name).to_owned())).collect();
            assert_eq!(read(text), expected, "{text}");
        }
        let error = names_of("4837 China Unicom\nx y\n", "names").expect_err("no number").to_string();
        assert!(error.starts_with("names:2"), "{error}");
    }

    #[test]
    fn finds_by_a_whole_name_or_a_part_that_is_unique() {
        let names = built_in();
        assert!(names.len() > 100 && names.values().all(|name| !name.is_empty()));
        for (wanted, expected) in
            [("TransTeleCom", 20485), ("transtelecom", 20485), ("hurricane", 6939), ("NTT", 2914), ("China Unicom", 4837)]
        {
            assert_eq!(find(&names, wanted), Ok(Asn(expected)), "{wanted}");
        }
        for (wanted, said) in [("China", "several have that name: AS4134 China Telecom"), ("Star JV", "no AS"), ("", "no AS")] {
            assert!(find(&names, wanted).expect_err(wanted).contains(said), "{wanted}");
        }
    }
}
