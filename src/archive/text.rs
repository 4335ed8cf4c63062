//! Tells texts that say something of routes from all others, by their first bytes.

use super::name::NameKind;

/// As many uncompressed bytes as [`TextForm::of`] wants to see: tables of the nineties begin with a router's banner.
pub const TEXT_HEAD: usize = 8192;

/// A text that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextForm {
    /// Lines of `bgpdump -m` or `-M`.
    Bgpdump,
    /// What a router prints on `show ip bgp`.
    Table,
    /// An answer of `RIPEstat`: `bgp-updates` or `bgplay`.
    RipeStat,
}

/// The first words of a line of `bgpdump -m`, before the bar.
const LABELS: [&str; 4] = ["BGP4MP", "BGP", "TABLE_DUMP", "TABLE_DUMP2"];

/// What only the answers of `RIPEstat` that are read have, near their beginning.
const KEYS: [&str; 5] = ["\"data_call_name\"", "\"initial_state\"", "\"updates\"", "\"events\"", "\"query_starttime\""];

impl TextForm {
    /// By a file's first uncompressed bytes.
    pub fn of(head: &[u8]) -> Option<Self> {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        // The end may be half a character.
        let text = match std::str::from_utf8(head) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(head.get(..error.valid_up_to())?).ok()?,
        };
        let mut lines = text.lines().filter(|line| !is_remark(line));
        let first = lines.next()?.trim_start();
        if label(first).is_some() {
            return Some(Self::Bgpdump);
        }
        if first.starts_with('{') {
            return KEYS.iter().any(|key| text.contains(key)).then_some(Self::RipeStat);
        }
        text.lines().any(is_table_head).then_some(Self::Table)
    }

    /// What a file of this form holds, as far as its first bytes tell.
    pub(super) fn kind(self, head: &[u8]) -> NameKind {
        let text = String::from_utf8_lossy(head);
        let first = text.lines().find(|line| !is_remark(line)).and_then(|line| label(line.trim_start()));
        match self {
            Self::Table => NameKind::Rib,
            Self::Bgpdump if first.is_some_and(|label| label.starts_with("TABLE")) => NameKind::Rib,
            Self::Bgpdump | Self::RipeStat => NameKind::Updates,
        }
    }
}

/// A line that says nothing: an empty one, or what bgpdump tells of itself.
pub fn is_remark(line: &str) -> bool {
    line.trim_matches([' ', '\t', '\r', '\u{feff}']).is_empty() || line.contains("[info]") || line.contains("[warn]")
}

/// The label of a line of `bgpdump -m`, which may end in `_ET`, `_AP` and `_LOCAL`.
fn label(line: &str) -> Option<&str> {
    let (label, _) = line.split_once('|')?;
    let mut bare = label;
    while let Some(rest) = ["_ET", "_AP", "_LOCAL"].iter().find_map(|ending| bare.strip_suffix(ending)) {
        bare = rest;
    }
    LABELS.contains(&bare).then_some(label)
}

/// The line above the columns of `show ip bgp`.
pub fn is_table_head(line: &str) -> bool {
    let at = |word: &str| line.find(word);
    matches!((at("Network"), at("Next Hop"), at("Path")), (Some(network), Some(hop), Some(path)) if network < hop && hop < path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use NameKind::{Rib, Updates};
    use TextForm::{Bgpdump, RipeStat, Table};

    type Case<'a> = (&'a [u8], Option<(TextForm, NameKind)>);

    #[test]
    fn forms_are_known_by_their_first_lines() {
        let banner = "*".repeat(60)
            + "\nroute-views.oregon-ix.net>show ip bgp\nBGP table version is 0, local router ID is 198.32.162.100\n";
        let table = format!("{banner}\n   Network          Next Hop            Metric LocPrf Weight Path\n*  3.0.0.0");
        let cases: [Case; 12] = [
            (b"BGP4MP|1506848871|A|192.0.2.1|3356|", Some((Bgpdump, Updates))),
            (b"2026-11-27 19:03:19 [info] logging to syslog\nBGP4MP_ET_LOCAL_AP|1.5|W|", Some((Bgpdump, Updates))),
            (b"\xef\xbb\xbf\r\nTABLE_DUMP2_AP|1|B|", Some((Bgpdump, Rib))),
            (b"BGP|953955943|W|203.37.255.126|4608|10.0.0.0/8\n\xff", Some((Bgpdump, Updates))),
            (table.as_bytes(), Some((Table, Rib))),
            (b" {\"messages\": [], \"data_call_name\": \"bgplay\"", Some((RipeStat, Updates))),
            (b"{\"prefix\":\"175.45.176.0/24\",\"upstream_asn\":\"4837\"}", None),
            (b"BGP table version is 0", None),
            (b"BGP4MP_XX|1|A", None),
            (b"prefix,origin_asn\n", None),
            (b"\xff\xfe|", None),
            (b"", None),
        ];
        for (head, expected) in cases {
            let found = TextForm::of(head).map(|form| (form, form.kind(head)));
            assert_eq!(found, expected, "{}", String::from_utf8_lossy(head));
        }
    }
}
