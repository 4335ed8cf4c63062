//! What the regional registries delegated to a country's networks: their statistics files, `delegated` and `delegated-extended`. A line is
//! `registry|CC|type|start|value|date|status[|...]`; a version line, summaries and comments stand between.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::profile::lines;
use super::settings::{SettingsError, read};
use crate::model::Asn;

/// AS numbers of a country; the one with most has some tens of thousands.
const MOST_ASNS: usize = 1 << 20;

/// A country's AS numbers and prefixes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delegated {
    /// In the order of the files.
    pub origins: Vec<Asn>,
    /// In the order of the files, none joined.
    pub prefixes: Vec<IpNet>,
}

/// `--country`, `--delegated`: what these files delegate to the country.
pub fn read_delegated(paths: &[String], country: &str) -> Result<Delegated, SettingsError> {
    let texts = paths.iter().map(|path| Ok((read(path)?, path.as_str()))).collect::<Result<Vec<_>, SettingsError>>()?;
    delegated_of(texts.iter().map(|(text, path)| (text.as_str(), *path)), country)
}

/// As [`read_delegated`], of texts, each with its path for messages. A country without any entry is an error.
pub fn delegated_of<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>, country: &str) -> Result<Delegated, SettingsError> {
    let (mut found, mut there, mut paths) = (Delegated::default(), BTreeSet::new(), Vec::new());
    for (text, path) in texts {
        paths.push(path);
        for (number, line) in lines(text) {
            let wrong = |reason: String| SettingsError::Text { path: format!("{path}:{number}"), reason };
            let Some(entry) = Entry::of(line).map_err(wrong)? else { continue };
            if entry.country.eq_ignore_ascii_case(country) {
                entry.add_to(&mut found).map_err(wrong)?;
            }
            there.insert(entry.country.to_ascii_uppercase());
        }
    }
    if found != Delegated::default() {
        return Ok(found);
    }
    let there = there.into_iter().collect::<Vec<_>>().join(", ");
    let there = if there.is_empty() { "none".to_owned() } else { there };
    let reason = format!(
        "nothing is delegated to {country}; the countries there are: {there}; give the files of the other registries too"
    );
    Err(SettingsError::Text { path: paths.join(", "), reason })
}

/// What was delegated to somebody in a country.
struct Entry<'a> {
    country: &'a str,
    kind: &'a str,
    start: &'a str,
    value: &'a str,
}

impl Entry<'_> {
    /// `None`: a version, a summary, or what nobody has.
    fn of(line: &str) -> Result<Option<Entry<'_>>, String> {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        let is_version = fields[0].starts_with(|c: char| c.is_ascii_digit());
        if is_version || fields.last() == Some(&"summary") {
            return Ok(None);
        }
        let [_, country, kind, start, value, _, status, ..] = fields[..] else {
            return Err(format!(
                "'{line}' has {} fields; an entry has seven or more, as apnic|KP|asn|131279|1|20091218|assigned",
                fields.len()
            ));
        };
        let is_held = ["allocated", "assigned"].iter().any(|held| status.eq_ignore_ascii_case(held));
        Ok((is_held && !country.is_empty()).then_some(Entry { country, kind, start, value }))
    }

    fn add_to(&self, found: &mut Delegated) -> Result<(), String> {
        let Entry { kind, start, value, .. } = *self;
        match kind {
            "asn" => {
                let first = start.parse::<Asn>().map_err(|error| error.to_string())?;
                let left = MOST_ASNS.saturating_sub(found.origins.len());
                let count =
                    value.parse::<u32>().ok().filter(|count| *count > 0 && usize::try_from(*count).is_ok_and(|n| n <= left));
                let last = count.and_then(|count| first.0.checked_add(count - 1));
                let last = last.ok_or_else(|| format!("'{value}' is no count of AS numbers from {first}; write one as 1"))?;
                found.origins.extend((first.0..=last).map(Asn));
            }
            "ipv4" => {
                let first = start.parse::<Ipv4Addr>();
                let first = first.map_err(|_| format!("'{start}' is no IPv4 address; write one as 175.45.176.0"))?;
                let blocks = value.parse().ok().and_then(|count| blocks(first, count));
                let blocks =
                    blocks.ok_or_else(|| format!("'{value}' is no count of addresses from {first}; write one as 1024"))?;
                found.prefixes.extend(blocks.into_iter().map(IpNet::V4));
            }
            "ipv6" => {
                let first = start.parse::<Ipv6Addr>();
                let first = first.map_err(|_| format!("'{start}' is no IPv6 address; write one as 2001:db8::"))?;
                let net = value.parse().ok().filter(|length| *length > 0).and_then(|length| Ipv6Net::new(first, length).ok());
                let net = net.ok_or_else(|| format!("'{value}' is no prefix length of IPv6; write one from 1 to 128"))?;
                found.prefixes.push(IpNet::V6(net.trunc()));
            }
            _ => return Err(format!("'{kind}' is no type; there are asn, ipv4 and ipv6")),
        }
        Ok(())
    }
}

/// The fewest prefixes that hold so many addresses from `first` on; `None` if there are not so many, or none are asked for.
fn blocks(first: Ipv4Addr, count: u64) -> Option<Vec<Ipv4Net>> {
    let mut at = u64::from(u32::from(first));
    let end = at.checked_add(count).filter(|end| count > 0 && *end <= 1 << 32)?;
    let mut blocks = Vec::new();
    while at < end {
        // As large as its start is aligned for, and as is left.
        let bits = at.trailing_zeros().min((end - at).ilog2());
        let length = u8::try_from(32_u32.checked_sub(bits)?).ok()?;
        blocks.push(Ipv4Net::new(Ipv4Addr::from(u32::try_from(at).ok()?), length).ok()?);
        at += 1 << bits;
    }
    Some(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
2.3|apnic|20260101|7|19830613|20251231|+1000
# a comment
apnic|*|asn|*|2|summary
apnic|*|ipv4|*|5|summary
apnic|KP|asn|131279|1|20091218|assigned|A91A0BC1
apnic|KP|ipv4|175.45.176.0|1024|20091218|allocated|A91A0BC1
lacnic|CU|asn|27725|1|20030425|allocated
lacnic|CU|asn|11960|3|19981231|Allocated
lacnic|CU|ipv4|200.0.16.0|768|19960101|assigned|15936  # two blocks
lacnic|cu|ipv4|152.206.0.1|6|20120101|allocated
lacnic|CU|ipv6|2001:13cc::1|32|20080101|allocated
lacnic|CU|ipv4|10.0.0.0|256|20120101|reserved
lacnic||ipv4|10.0.1.0|256||available
apnic|TO|ipv4|103.239.160.0|1024|20140101|allocated
apnic|TO|ipv6|2401:4200::|32|20140101|allocated
";

    fn of(text: &str, country: &str) -> Result<(Vec<u32>, Vec<String>), String> {
        let found = delegated_of([(text, "delegated")], country).map_err(|error| error.to_string())?;
        Ok((found.origins.iter().map(|asn| asn.0).collect(), found.prefixes.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn takes_what_the_country_holds() {
        for (country, origins, prefixes) in [
            ("KP", &[131_279][..], &["175.45.176.0/22"][..]),
            (
                "CU",
                &[27725, 11960, 11961, 11962],
                &[
                    "200.0.16.0/23",
                    "200.0.18.0/24",
                    "152.206.0.1/32",
                    "152.206.0.2/31",
                    "152.206.0.4/31",
                    "152.206.0.6/32",
                    "2001:13cc::/32",
                ],
            ),
            ("to", &[], &["103.239.160.0/22", "2401:4200::/32"]),
        ] {
            let found = of(FILE, country).expect(country);
            assert_eq!(
                (found.0.as_slice(), found.1.iter().map(String::as_str).collect::<Vec<_>>()),
                (origins, prefixes.to_vec()),
                "{country}"
            );
        }
        let error = of(FILE, "XX").expect_err("none");
        assert!(error.starts_with("delegated: nothing is delegated to XX; the countries there are: CU, KP, TO;"), "{error}");
        assert!(of("", "CU").expect_err("none").contains("there are: none;"));
    }

    #[test]
    fn addresses_make_the_fewest_prefixes() {
        for (first, count, expected) in [
            ("10.0.0.0", 256, &["10.0.0.0/24"][..]),
            ("10.0.0.0", 768, &["10.0.0.0/23", "10.0.2.0/24"]),
            ("10.0.1.0", 768, &["10.0.1.0/24", "10.0.2.0/23"]),
            ("10.0.1.0", 512, &["10.0.1.0/24", "10.0.2.0/24"]),
            ("10.0.0.7", 1, &["10.0.0.7/32"]),
            ("255.255.255.0", 256, &["255.255.255.0/24"]),
            ("0.0.0.0", 1 << 24, &["0.0.0.0/8"]),
        ] {
            let first: Ipv4Addr = first.parse().expect("an address");
            let found: Vec<String> = blocks(first, count).expect("blocks").iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{first} {count}");
        }
        let last = Ipv4Addr::BROADCAST;
        assert_eq!((blocks(last, 2), blocks(last, 0), blocks(last, u64::MAX)), (None, None, None));
    }

    #[test]
    fn says_where_and_what_is_wrong() {
        for (line, said) in [
            ("lacnic|CU|asn|x|1|20030425|allocated", "'x' is no AS number"),
            ("lacnic|CU|asn|1|0|20030425|allocated", "'0' is no count of AS numbers from 1; write one as 1"),
            ("lacnic|CU|asn|1|1048577|20030425|allocated", "'1048577' is no count of AS numbers"),
            ("lacnic|CU|asn|4294967295|2|20030425|allocated", "'2' is no count of AS numbers"),
            ("lacnic|CU|ipv4|1.2.3|256|20030425|allocated", "'1.2.3' is no IPv4 address"),
            ("lacnic|CU|ipv4|255.255.255.0|512|20030425|allocated", "'512' is no count of addresses from 255.255.255.0"),
            ("lacnic|CU|ipv6|::|129|20030425|allocated", "'129' is no prefix length"),
            ("lacnic|CU|ipv6|::|0|20030425|allocated", "'0' is no prefix length"),
            ("lacnic|CU|ipv5|1.2.3.4|1|20030425|allocated", "'ipv5' is no type"),
            ("lacnic|CU|asn", "'lacnic|CU|asn' has 3 fields; an entry has seven"),
        ] {
            let error = of(&format!("# first\n\n{line}\n"), "CU").expect_err(line);
            assert!(error.starts_with("delegated:3: ") && error.contains(said), "{error}");
        }
        // What is wrong of others is no hindrance.
        assert!(of("a|KP|asn|x|1|2|allocated\na|CU|asn|1|1|2|allocated", "CU").is_ok());
    }
}
