//! Decodes UPDATE messages: the watched routes that they announce and withdraw (rules 1, 2, 5, 20).

use std::collections::HashSet;
use std::sync::Arc;

use ipnet::IpNet;

use super::as_path::read_path;
use super::attributes::{Attributes, Walk};
use super::file::Message;
use crate::model::AsPath;
use crate::mrt::{BadNlri, Cut, Family, Nlri, NlriForm, UpdateBody, nlri_before_the_cut, nlri_list, nlri_to_the_last_byte};

/// What an UPDATE says of the prefixes wanted.
#[derive(Debug, Default)]
pub(super) struct ReadUpdate {
    /// `None` if nothing.
    pub message: Option<Message>,
    /// Whether that is all that it says.
    pub rest: Rest,
}

/// Whether a message was read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Rest {
    /// It was.
    #[default]
    Read,
    /// Its end is missing, and may have concerned any route of the peer.
    Missing,
    /// Its prefixes cannot be read.
    Unreadable,
}

/// Reads what an UPDATE says of the prefixes that are `wanted`.
///
/// Prefixes that cannot be read spoil the whole message (RFC 7606 5.3 would reset the session); a path that cannot be read turns
/// announcements into withdrawals. Other malformed attributes (ORIGIN, `NEXT_HOP`, communities) leave the answer as it is: the archive
/// shows that the peer announced the path. Of a message whose end the dumper left out, what is whole is read: the prefixes withdrawn,
/// and those announced if all attributes are there.
pub(super) fn read_update(update: &UpdateBody<'_>, wanted: impl Fn(&IpNet) -> bool) -> ReadUpdate {
    let attributes = Attributes::read(update.attributes);
    let rest = if update.cut.is_some() { Rest::Missing } else { Rest::Read };
    let Ok(Keys { announced, withdrawn, guessed }) = keys(update, &attributes) else {
        return ReadUpdate { message: None, rest: if rest == Rest::Read { Rest::Unreadable } else { rest } };
    };
    let pick = |all: Vec<Nlri>| -> Vec<(IpNet, u32)> {
        let mut seen = HashSet::new();
        let watched = all.into_iter().map(|nlri| (nlri.net, nlri.path_id)).filter(|(net, _)| wanted(net));
        watched.filter(|key| seen.insert(*key)).collect()
    };
    let (announced, mut withdrawn) = (pick(announced), pick(withdrawn));
    if announced.is_empty() && withdrawn.is_empty() {
        return ReadUpdate { message: None, rest };
    }
    let again: HashSet<&(IpNet, u32)> = announced.iter().collect();
    withdrawn.retain(|key| !again.contains(key));
    let guessed_path_ids = guessed == Guessed::Yes;
    let path = match attributes.walk {
        // What only withdraws needs none.
        _ if announced.is_empty() => Some(AsPath::default()),
        Walk::Complete => read_path(&attributes, update.as_len).ok(),
        Walk::Overrun => None,
    };
    let treated_as_withdrawn = path.is_none();
    let announced = if let Some(path) = path {
        with_path(announced, path)
    } else {
        withdrawn.extend(announced);
        Vec::new()
    };
    let (announced, withdrawn) = (announced.into(), withdrawn.into());
    let message = Message::Update { announced, withdrawn, treated_as_withdrawn, guessed_path_ids };
    ReadUpdate { message: Some(message), rest }
}

/// The prefixes of an UPDATE in order of sending, all of them.
#[derive(Debug)]
pub(super) struct Keys {
    pub announced: Vec<Nlri>,
    pub withdrawn: Vec<Nlri>,
    pub guessed: Guessed,
}

/// Whether prefixes were read against what the record says of path ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guessed {
    No,
    Yes,
}

/// Reads the lists of prefixes, those of one family alike: add-path is agreed on by family (RFC 7911 4), while a record has one label.
///
/// So collectors label wrongly: bgpipe and BIRD 1.6 write path ids into plain records, FRR calls a message add-path if any family of its
/// session is. Only where a list cannot be what the label says is it read in the other way, and only if all of the family then fit to the
/// last byte: of 295,000 lists in five good files, none could not be what its label said.
pub(super) fn keys(update: &UpdateBody<'_>, attributes: &Attributes<'_>) -> Result<Keys, BadNlri> {
    if let Some(bad) = attributes.repeats_prefixes {
        return Err(bad);
    }
    if let Some(cut) = update.cut {
        return keys_before_the_cut(update, attributes, cut);
    }
    let mp_withdrawn = attributes.mp_withdrawn()?.map(|(family, list)| (family, list, Way::Withdrawn));
    let mp_announced = attributes.mp_announced()?.map(|(family, list)| (family, list, Way::Announced));
    let plain = [(Family::V4, update.withdrawn, Way::Withdrawn), (Family::V4, update.announced, Way::Announced)];
    let lists: Vec<(Family, &[u8], Way)> = plain.into_iter().chain(mp_withdrawn).chain(mp_announced).collect();
    let mut keys = Keys { announced: Vec::new(), withdrawn: Vec::new(), guessed: Guessed::No };
    for family in [Family::V4, Family::V6] {
        let own = lists.iter().filter(|list| list.0 == family);
        let read = |read: ReadList, form| {
            own.clone().map(|(_, list, way)| Ok((read(list, family, form)?, *way))).collect::<Result<Vec<_>, BadNlri>>()
        };
        let all = if let Ok(all) = read(nlri_list, update.form) {
            all
        } else {
            keys.guessed = Guessed::Yes;
            read(nlri_to_the_last_byte, update.form.other())?
        };
        for (nlri, way) in all {
            match way {
                Way::Withdrawn => keys.withdrawn.extend(nlri),
                Way::Announced => keys.announced.extend(nlri),
            }
        }
    }
    Ok(keys)
}

/// One of the ways to read a list.
type ReadList = fn(&[u8], Family, NlriForm) -> Result<Vec<Nlri>, BadNlri>;

#[derive(Clone, Copy)]
enum Way {
    Withdrawn,
    Announced,
}

fn keys_before_the_cut(update: &UpdateBody<'_>, attributes: &Attributes<'_>, cut: Cut) -> Result<Keys, BadNlri> {
    let form = update.form;
    let whole = |list: Option<(Family, &[u8])>| list.map_or(Ok(Vec::new()), |(family, list)| nlri_list(list, family, form));
    let mut keys = Keys { announced: Vec::new(), withdrawn: Vec::new(), guessed: Guessed::No };
    if cut == Cut::Withdrawn {
        keys.withdrawn = nlri_before_the_cut(update.withdrawn, Family::V4, form)?;
        return Ok(keys);
    }
    keys.withdrawn = nlri_list(update.withdrawn, Family::V4, form)?;
    keys.withdrawn.extend(whole(attributes.mp_withdrawn()?)?);
    match cut {
        Cut::Announced => {
            keys.announced = nlri_before_the_cut(update.announced, Family::V4, form)?;
            keys.announced.extend(whole(attributes.mp_announced()?)?);
        }
        // What is announced may lack its path, or a better one.
        Cut::Attributes | Cut::Withdrawn => {
            if let Some((family, list)) = attributes.mp_withdrawn_before_the_cut() {
                keys.withdrawn.extend(nlri_before_the_cut(list, family, form)?);
            }
        }
    }
    Ok(keys)
}

fn with_path(keys: Vec<(IpNet, u32)>, path: AsPath) -> Vec<(IpNet, u32, Arc<AsPath>)> {
    let path = Arc::new(path);
    keys.into_iter().map(|(net, path_id)| (net, path_id, Arc::clone(&path))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mrt::test_bytes::{as_path, attribute, bgp, envelope_as4, join, nlri, record, segment4, update};
    use crate::mrt::{RawRecord, SessionBody, session_body};

    /// What a BGP4MP record of `subtype` says of 175.45.176.0/22 and `2001:db8::/32`: `+prefix#id path` and `-prefix#id`, with what is
    /// remarkable.
    fn told(subtype: u16, message: &[u8]) -> Vec<String> {
        let bytes = record(0, 16, subtype, &join(&[&envelope_as4("192.0.2.1", 3356), message]));
        let record = RawRecord::read(&bytes, 0).expect("a record");
        let Some(SessionBody::Update(update)) = session_body(&record) else { return vec!["no update".to_owned()] };
        let watched: [IpNet; 2] = ["175.45.176.0/22", "2001:db8::/32"].map(|p| p.parse().expect("a prefix"));
        let ReadUpdate { message, rest } = read_update(&update, |net| watched.iter().any(|w| w.contains(net)));
        let mut told = Vec::new();
        if let Some(Message::Update { announced, withdrawn, treated_as_withdrawn, guessed_path_ids }) = message {
            told.extend(announced.iter().map(|(net, id, path)| format!("+{net}#{id} {path}")));
            told.extend(withdrawn.iter().map(|(net, id)| format!("-{net}#{id}")));
            let remarks = [(treated_as_withdrawn, "treated"), (guessed_path_ids, "guessed")];
            told.extend(remarks.iter().filter(|(holds, _)| *holds).map(|(_, remark)| (*remark).to_owned()));
        }
        told.extend((rest != Rest::Read).then(|| format!("{rest:?}")));
        told
    }

    fn said(subtype: u16, body: &[u8]) -> Vec<String> {
        told(subtype, &bgp(2, body))
    }

    #[test]
    fn an_update_says_what_it_announces_and_withdraws() {
        let path = as_path(&[3356, 131_279]);
        let (x, y) = (nlri("175.45.176.0/24"), nlri("175.45.177.0/24"));
        let six = nlri("2001:db8:1::/48");
        let reach = |afi: u8, safi: u8, list: &[u8]| attribute(0x80, 14, &join(&[&[0, afi, safi, 4, 192, 0, 2, 1, 0], list]));
        let unreach = |afi: u8, list: &[u8]| attribute(0x80, 15, &join(&[&[0, afi, 1], list]));
        let cases: [(&str, Vec<u8>, &[&str]); 16] = [
            ("announces", update(&[], &path, &join(&[&x, &nlri("8.8.8.0/24")])), &["+175.45.176.0/24#0 3356 131279"]),
            ("withdraws", update(&join(&[&x, &nlri("8.8.8.0/24")]), &[], &[]), &["-175.45.176.0/24#0"]),
            ("does both to one prefix (rule 5)", update(&x, &path, &x), &["+175.45.176.0/24#0 3356 131279"]),
            ("does both", update(&y, &path, &x), &["+175.45.176.0/24#0 3356 131279", "-175.45.177.0/24#0"]),
            ("covers only", update(&[], &path, &join(&[&[0], &nlri("175.0.0.0/8")])), &[]),
            ("stray bits", update(&[], &path, &[22, 175, 45, 0xB3]), &["+175.45.176.0/22#0 3356 131279"]),
            ("IPv6", update(&[], &join(&[&path, &reach(2, 1, &six)]), &[]), &["+2001:db8:1::/48#0 3356 131279"]),
            ("IPv4 in MP_REACH", update(&[], &join(&[&path, &reach(1, 1, &x)]), &[]), &["+175.45.176.0/24#0 3356 131279"]),
            ("multicast", update(&[], &join(&[&path, &reach(1, 2, &x)]), &[]), &[]),
            ("MP_UNREACH", update(&[], &unreach(2, &six), &[]), &["-2001:db8:1::/48#0"]),
            ("an empty path", update(&[], &as_path_of(&[]), &x), &["+175.45.176.0/24#0 "]),
            ("no path", update(&[], &[], &x), &["-175.45.176.0/24#0", "treated"]),
            ("a malformed path", update(&[], &as_path_of(&[2, 9, 0]), &x), &["-175.45.176.0/24#0", "treated"]),
            ("an overrun", update(&[], &join(&[&path, &[0x40, 1, 9]]), &x), &["-175.45.176.0/24#0", "treated"]),
            ("an overrun that withdraws", update(&x, &[0x40, 1, 9], &[]), &["-175.45.176.0/24#0"]),
            (
                "a malformed community",
                update(&[], &join(&[&path, &attribute(0xC0, 8, &[1])]), &x),
                &["+175.45.176.0/24#0 3356 131279"],
            ),
        ];
        for (what, body, expected) in cases {
            assert_eq!(said(4, &body), expected, "{what}");
        }
    }

    fn as_path_of(value: &[u8]) -> Vec<u8> {
        attribute(0x40, 2, value)
    }

    #[test]
    fn path_ids_come_from_the_subtype_unless_it_cannot_be_right() {
        let path = attribute(0x40, 2, &segment4(2, &[3356, 131_279]));
        let (x, six) = (nlri("175.45.176.0/24"), nlri("2001:db8:1::/48"));
        let with_id = |id: u32, nlri: &[u8]| join(&[&id.to_be_bytes(), nlri]);
        let both = join(&[&with_id(1, &x), &with_id(2, &x)]);
        let reach = |list: &[u8]| attribute(0x80, 14, &join(&[&[0, 2, 1, 4, 192, 0, 2, 1, 0], list]));
        let unreach = |list: &[u8]| attribute(0x80, 15, &join(&[&[0, 2, 1], list]));
        let (one, two) = ("+175.45.176.0/24#1 3356 131279", "+175.45.176.0/24#2 3356 131279");
        let cases: [(&str, u16, Vec<u8>, &[&str]); 13] = [
            ("labelled", 9, update(&[], &path, &both), &[one, two]),
            ("labelled, withdrawn", 9, update(&with_id(2, &x), &[], &[]), &["-175.45.176.0/24#2"]),
            ("unlabelled (scenario 51)", 4, update(&[], &path, &both), &[one, two, "guessed"]),
            ("unlabelled, withdrawn", 4, update(&with_id(2, &x), &[], &[]), &["-175.45.176.0/24#2", "guessed"]),
            (
                "one list of a family speaks for the other",
                4,
                update(&with_id(0x1800_0001, &x), &path, &with_id(1, &x)),
                &[one, "-175.45.176.0/24#402653185", "guessed"],
            ),
            ("the other contradicts", 4, update(&x, &path, &with_id(1, &x)), &["Unreadable"]),
            ("what can be plain is", 4, update(&with_id(0x1800_0001, &x), &[], &[]), &["-175.45.176.0/24#0"]),
            (
                "each family for itself",
                4,
                update(&[], &join(&[&path, &reach(&six)]), &with_id(1, &x)),
                &[one, "+2001:db8:1::/48#0 3356 131279", "guessed"],
            ),
            (
                "unlabelled, IPv6",
                4,
                update(&x, &join(&[&path, &reach(&with_id(7, &six)), &unreach(&with_id(8, &six))]), &[]),
                &["+2001:db8:1::/48#7 3356 131279", "-175.45.176.0/24#0", "-2001:db8:1::/48#8", "guessed"],
            ),
            (
                "labelled for the sake of another family",
                9,
                update(&[], &join(&[&path, &reach(&six)]), &with_id(1, &x)),
                &[one, "+2001:db8:1::/48#0 3356 131279", "guessed"],
            ),
            ("not to the last byte", 4, update(&[], &path, &join(&[&both, &[24]])), &["Unreadable"]),
            ("a mask over 32", 4, update(&[], &path, &[33, 175, 45, 176, 0, 0]), &["Unreadable"]),
            ("MP_REACH_NLRI twice", 4, update(&[], &join(&[&path, &reach(&six), &reach(&six)]), &[]), &["Unreadable"]),
        ];
        for (what, subtype, body, expected) in cases {
            assert_eq!(said(subtype, &body), expected, "{what}");
        }
    }

    /// A message of which the dumper wrote only so many bytes, header included.
    fn cut(subtype: u16, body: &[u8], bytes: usize) -> Vec<String> {
        told(subtype, &bgp(2, body)[..bytes])
    }

    #[test]
    fn of_a_cut_message_what_is_whole_is_read() {
        let (path, x, y) = (as_path(&[3356, 131_279]), nlri("175.45.176.0/24"), nlri("175.45.177.0/24"));
        let six = nlri("2001:db8:1::/48");
        let unreach = attribute(0x80, 15, &join(&[&[0, 2, 1], &six, &six]));
        let reach = attribute(0x80, 14, &join(&[&[0, 2, 1, 4, 192, 0, 2, 1, 0], &six]));
        let other = attribute(0xC0, 8, &[0; 8]);
        let all = update(&join(&[&x, &y]), &join(&[&path, &reach, &unreach, &other]), &join(&[&x, &y]));
        // Offsets in the message: 19 of header, 2 of length.
        let withdrawn = 21 + 8;
        let attributes = withdrawn + 2 + path.len() + reach.len();
        let announced = 21 + 8 + 2 + path.len() + reach.len() + unreach.len() + other.len();
        let (x_less, y_less, six_less) = ("-175.45.176.0/24#0", "-175.45.177.0/24#0", "-2001:db8:1::/48#0");
        let (x_more, six_more) = ("+175.45.176.0/24#0 3356 131279", "+2001:db8:1::/48#0 3356 131279");
        let cases: [(&str, usize, &[&str]); 9] = [
            ("in its header", 18, &["no update"]),
            ("in the first prefix", 23, &["Missing"]),
            ("in the second prefix", 27, &[x_less, "Missing"]),
            ("before the attributes' length", withdrawn, &[x_less, y_less, "Missing"]),
            ("in AS_PATH", withdrawn + 8, &[x_less, y_less, "Missing"]),
            ("behind MP_REACH_NLRI", attributes, &[x_less, y_less, "Missing"]),
            ("in MP_UNREACH_NLRI", attributes + 3 + 3 + 7 + 2, &[x_less, y_less, six_less, "Missing"]),
            ("behind the attributes", announced, &[six_more, x_less, y_less, "Missing"]),
            ("in what it announces", announced + 6, &[x_more, six_more, y_less, "Missing"]),
        ];
        for (what, bytes, expected) in cases {
            assert_eq!(cut(4, &all, bytes), expected, "{what}");
        }
        assert_eq!(cut(4, &update(&[], &path, &x), 19 + 4 + path.len() + 3), ["Missing"], "unwatched as far as it goes");
        let ids = join(&[&[0, 0, 0, 7], &x[..], &[0, 0, 0, 8]]);
        assert_eq!(cut(9, &update(&ids, &[], &[]), 21 + 10), ["-175.45.176.0/24#7", "Missing"]);
        assert_eq!(cut(4, &update(&ids, &[], &[]), 21 + 10), ["Missing"], "path ids are guessed of whole lists only");
    }
}
