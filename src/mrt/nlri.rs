//! Lists of prefixes as UPDATE messages write them (RFC 4271 4.3, RFC 4760, RFC 7911).

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::Cursor;

/// An address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// AFI 1.
    V4,
    /// AFI 2.
    V6,
}

impl NlriForm {
    /// What it is if it is not this.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            NlriForm::Plain => NlriForm::PathIds,
            NlriForm::PathIds => NlriForm::Plain,
        }
    }
}

impl Family {
    /// By the AFI's number.
    pub const fn from_afi(afi: u16) -> Option<Family> {
        match afi {
            1 => Some(Family::V4),
            2 => Some(Family::V6),
            _ => None,
        }
    }

    /// The longest mask.
    pub const fn max_len(self) -> u8 {
        match self {
            Family::V4 => 32,
            Family::V6 => 128,
        }
    }

    /// 0 for IPv4, 1 for IPv6.
    pub const fn index(self) -> usize {
        match self {
            Family::V4 => 0,
            Family::V6 => 1,
        }
    }

    /// A prefix from its mask and its bits, which stand at the top of `bits`; what lies beyond the mask is cleared.
    pub fn prefix(self, bits: u128, len: u8) -> Option<IpNet> {
        let net = match self {
            Family::V4 => IpNet::V4(Ipv4Net::new(Ipv4Addr::from_bits(u32::try_from(bits >> 96).ok()?), len).ok()?),
            Family::V6 => IpNet::V6(Ipv6Net::new(Ipv6Addr::from_bits(bits), len).ok()?),
        };
        Some(net.trunc())
    }
}

/// Whether each prefix of a list has a path id before it. The record's subtype says so (RFC 8050); only where that cannot be, it may be the
/// other way ([`nlri_to_the_last_byte`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NlriForm {
    /// Mask and prefix.
    Plain,
    /// Path id, mask and prefix (RFC 7911).
    PathIds,
}

/// One prefix of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nlri {
    /// The prefix, stray bits after the mask cleared.
    pub net: IpNet,
    /// 0 without path ids.
    pub path_id: u32,
}

/// A mask longer than the family's address, a prefix cut short, or path ids where the record's subtype has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a list of prefixes that is none")]
pub struct BadNlri;

/// Reads the mask and as many octets as it needs; bits at the top.
pub(super) fn mask_and_bits(at: &mut Cursor<'_>, family: Family) -> Option<(u8, u128)> {
    let len = at.u8().filter(|len| *len <= family.max_len())?;
    let octets = at.take(usize::from(len).div_ceil(8))?;
    Some((len, leading_bits(octets)))
}

/// The first 16 octets as a number, zeros where there are fewer.
pub(super) fn leading_bits(octets: &[u8]) -> u128 {
    let mut all = [0; 16];
    for (to, from) in all.iter_mut().zip(octets) {
        *to = *from;
    }
    u128::from_be_bytes(all)
}

/// Reads a whole list.
///
/// A plain list that names the default route twice is taken for path ids that the record's subtype does not admit to: read as plain, a
/// small path id is a row of `0.0.0.0/0` (scenario 51), and no speaker writes that. A last mask without a single octet names no prefix; as
/// in other readers it spoils nothing.
pub fn nlri_list(list: &[u8], family: Family, form: NlriForm) -> Result<Vec<Nlri>, BadNlri> {
    let mut at = Cursor::new(list);
    let mut read = List::new(family, form);
    while !at.is_empty() {
        match read.next(&mut at) {
            Next::Read => {}
            Next::LoneMask => break,
            Next::Cut | Next::Bad => return Err(BadNlri),
        }
    }
    Ok(read.nlri)
}

/// Reads a list whose end is missing: the prefixes that are whole.
pub fn nlri_before_the_cut(list: &[u8], family: Family, form: NlriForm) -> Result<Vec<Nlri>, BadNlri> {
    let mut at = Cursor::new(list);
    let mut read = List::new(family, form);
    loop {
        match read.next(&mut at) {
            Next::Read => {}
            Next::Cut | Next::LoneMask => return Ok(read.nlri),
            Next::Bad => return Err(BadNlri),
        }
    }
}

/// Reads a list whose form is guessed: unlike elsewhere, every byte must fit.
pub fn nlri_to_the_last_byte(list: &[u8], family: Family, form: NlriForm) -> Result<Vec<Nlri>, BadNlri> {
    let mut at = Cursor::new(list);
    let mut read = List::new(family, form);
    while !at.is_empty() {
        if read.next(&mut at) != Next::Read {
            return Err(BadNlri);
        }
    }
    Ok(read.nlri)
}

/// A list as far as it is read.
struct List {
    family: Family,
    form: NlriForm,
    nlri: Vec<Nlri>,
    defaults: u32,
}

#[derive(PartialEq, Eq)]
enum Next {
    Read,
    /// The bytes end within a prefix, or before one.
    Cut,
    /// They end with a mask that needs octets.
    LoneMask,
    Bad,
}

impl List {
    fn new(family: Family, form: NlriForm) -> Self {
        List { family, form, nlri: Vec::new(), defaults: 0 }
    }

    fn next(&mut self, at: &mut Cursor<'_>) -> Next {
        let path_id = match self.form {
            NlriForm::Plain => 0,
            NlriForm::PathIds => match at.u32() {
                Some(id) => id,
                None => return Next::Cut,
            },
        };
        match at.rest() {
            [] => return Next::Cut,
            [len, ..] if *len > self.family.max_len() => return Next::Bad,
            [len] if *len > 0 => return Next::LoneMask,
            _ => {}
        }
        let Some((len, bits)) = mask_and_bits(at, self.family) else { return Next::Cut };
        self.defaults += u32::from(len == 0 && self.form == NlriForm::Plain);
        match self.family.prefix(bits, len) {
            Some(net) if self.defaults < 2 => self.nlri.push(Nlri { net, path_id }),
            _ => return Next::Bad,
        }
        Next::Read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[u8], family: Family, form: NlriForm) -> Option<Vec<String>> {
        nlri_list(list, family, form).ok().map(|l| l.iter().map(|n| format!("{}#{}", n.net, n.path_id)).collect())
    }

    #[test]
    fn lists_are_read_as_the_subtype_says_and_never_guessed() {
        type Case<'a> = (&'a str, &'a [u8], Family, NlriForm, Option<&'a [&'a str]>);
        use Family::{V4, V6};
        use NlriForm::{PathIds, Plain};
        let cases: [Case; 12] = [
            ("nothing", &[], V4, Plain, Some(&[])),
            ("two prefixes", &[24, 175, 45, 176, 8, 10], V4, Plain, Some(&["175.45.176.0/24#0", "10.0.0.0/8#0"])),
            ("stray bits after the mask", &[22, 175, 45, 0xFF], V4, Plain, Some(&["175.45.252.0/22#0"])),
            ("one default route", &[0, 8, 10], V4, Plain, Some(&["0.0.0.0/0#0", "10.0.0.0/8#0"])),
            ("a mask over 32", &[33, 1, 2, 3, 4, 5], V4, Plain, None),
            ("a mask over 128", &[129; 20], V6, Plain, None),
            ("a prefix cut short", &[24, 175, 45], V4, Plain, None),
            ("a last mask alone", &[13, 11, 13, 11], V4, Plain, Some(&["11.8.0.0/13#0"])),
            ("path ids", &[0, 0, 0, 7, 24, 175, 45, 176], V4, PathIds, Some(&["175.45.176.0/24#7"])),
            ("path ids in a plain list", &[0, 0, 0, 1, 24, 175, 45, 176], V4, Plain, None),
            ("path ids that would parse as plain", &[0, 0, 0, 1, 24, 24, 1, 2, 0, 0, 0, 1], V4, Plain, None),
            ("IPv6", &[32, 0x20, 1, 0x0d, 0xb8], V6, Plain, Some(&["2001:db8::/32#0"])),
        ];
        for (what, list, family, form, expected) in cases {
            let expected = expected.map(|e| e.iter().map(ToString::to_string).collect());
            assert_eq!(texts(list, family, form), expected, "{what}");
        }
    }

    #[test]
    fn what_is_whole_before_a_cut_is_read() {
        use NlriForm::{PathIds, Plain};
        type Case<'a> = (&'a str, &'a [u8], NlriForm, Option<&'a [&'a str]>);
        let cases: [Case; 7] = [
            ("nothing", &[], Plain, Some(&[])),
            ("a prefix and a half", &[24, 175, 45, 176, 24, 175], Plain, Some(&["175.45.176.0/24#0"])),
            ("a prefix and a mask", &[24, 175, 45, 176, 24], Plain, Some(&["175.45.176.0/24#0"])),
            ("cut between two", &[24, 175, 45, 176], Plain, Some(&["175.45.176.0/24#0"])),
            ("within a path id", &[0, 0, 0, 7, 24, 175, 45, 176, 0, 0], PathIds, Some(&["175.45.176.0/24#7"])),
            ("after a path id", &[0, 0, 0, 7, 24, 175, 45, 176, 0, 0, 0, 7], PathIds, Some(&["175.45.176.0/24#7"])),
            ("no prefix at all", &[24, 175, 45, 176, 33, 1], Plain, None),
        ];
        for (what, list, form, expected) in cases {
            let told = nlri_before_the_cut(list, Family::V4, form).ok();
            let told = told.map(|l| l.iter().map(|n| format!("{}#{}", n.net, n.path_id)).collect::<Vec<_>>());
            assert_eq!(told, expected.map(|e| e.iter().map(ToString::to_string).collect()), "{what}");
        }
    }

    #[test]
    fn guesses_fit_to_the_last_byte() {
        let fits = |list: &[u8]| nlri_to_the_last_byte(list, Family::V4, NlriForm::PathIds).is_ok();
        assert!(fits(&[0, 0, 0, 7, 24, 175, 45, 176]));
        assert!(fits(&[0, 0, 0, 7, 0]), "a default route");
        assert!(!fits(&[0, 0, 0, 7, 24, 175, 45]));
        assert!(!fits(&[0, 0, 0, 7, 24, 175, 45, 176, 0, 0, 0, 7, 24]), "a last mask alone");
        assert!(!fits(&[0, 0, 0, 7, 33, 175, 45, 176, 0, 0]));
        let fits = |list: &[u8]| nlri_to_the_last_byte(list, Family::V4, NlriForm::Plain).is_ok();
        assert!(fits(&[24, 175, 45, 176, 0]));
        assert!(!fits(&[24, 175, 45, 176, 24]));
    }
}
