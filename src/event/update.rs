//! Decodes UPDATE messages: the watched routes that they announce and withdraw (rules 1, 2, 5, 20).

use std::collections::HashSet;
use std::sync::Arc;

use ipnet::IpNet;

use super::as_path::read_path;
use super::attributes::{Attributes, Walk};
use super::file::Message;
use crate::model::AsPath;
use crate::mrt::{BadNlri, Family, Nlri, UpdateBody, nlri_list};

/// Reads what an UPDATE says of the prefixes that are `wanted`; `None` if nothing.
///
/// Prefixes that cannot be read spoil the whole message (RFC 7606 5.3 would reset the session); a path that cannot be read turns
/// announcements into withdrawals. Other malformed attributes (ORIGIN, `NEXT_HOP`, communities) leave the answer as it is: the archive
/// shows that the peer announced the path.
pub(super) fn read_update(update: &UpdateBody<'_>, wanted: impl Fn(&IpNet) -> bool) -> Result<Option<Message>, BadNlri> {
    let attributes = Attributes::read(update.attributes);
    if let Some(bad) = attributes.repeats_prefixes {
        return Err(bad);
    }
    let pick = |plain: &[u8], mp: Vec<Nlri>| -> Result<Vec<(IpNet, u32)>, BadNlri> {
        let plain = nlri_list(plain, Family::V4, update.form)?;
        let watched = plain.into_iter().chain(mp).map(|nlri| (nlri.net, nlri.path_id)).filter(|(net, _)| wanted(net));
        let mut seen = HashSet::new();
        Ok(watched.filter(|key| seen.insert(*key)).collect())
    };
    let mut withdrawn = pick(update.withdrawn, attributes.mp_withdrawn(update.form)?)?;
    let announced = pick(update.announced, attributes.mp_announced(update.form)?)?;
    if announced.is_empty() && withdrawn.is_empty() {
        return Ok(None);
    }
    let again: HashSet<&(IpNet, u32)> = announced.iter().collect();
    withdrawn.retain(|key| !again.contains(key));
    if announced.is_empty() {
        return Ok(Some(Message::Update { announced: Vec::new(), withdrawn, treated_as_withdrawn: false }));
    }
    let path = match attributes.walk {
        Walk::Complete => read_path(&attributes, update.as_len).ok(),
        Walk::Overrun => None,
    };
    Ok(Some(if let Some(path) = path {
        Message::Update { announced: with_path(announced, path), withdrawn, treated_as_withdrawn: false }
    } else {
        withdrawn.extend(announced);
        Message::Update { announced: Vec::new(), withdrawn, treated_as_withdrawn: true }
    }))
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

    /// What a BGP4MP record of `subtype` says of 175.45.176.0/22 and `2001:db8::/32`: `+prefix#id path` and `-prefix#id`.
    fn said(subtype: u16, body: &[u8]) -> Result<Vec<String>, BadNlri> {
        let bytes = record(0, 16, subtype, &join(&[&envelope_as4("192.0.2.1", 3356), &bgp(2, body)]));
        let record = RawRecord::read(&bytes, 0).expect("a record");
        let Some(SessionBody::Update(update)) = session_body(&record) else { return Err(BadNlri) };
        let watched: [IpNet; 2] = ["175.45.176.0/22", "2001:db8::/32"].map(|p| p.parse().expect("a prefix"));
        let Some(Message::Update { announced, withdrawn, treated_as_withdrawn }) =
            read_update(&update, |net| watched.iter().any(|w| w.contains(net)))?
        else {
            return Ok(Vec::new());
        };
        let announced = announced.iter().map(|(net, id, path)| format!("+{net}#{id} {path}"));
        let withdrawn = withdrawn.iter().map(|(net, id)| format!("-{net}#{id}"));
        Ok(announced.chain(withdrawn).chain(treated_as_withdrawn.then(|| "treated".to_owned())).collect())
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
            assert_eq!(said(4, &body), Ok(expected.iter().map(ToString::to_string).collect()), "{what}");
        }
    }

    fn as_path_of(value: &[u8]) -> Vec<u8> {
        attribute(0x40, 2, value)
    }

    #[test]
    fn path_ids_come_from_the_subtype_only() {
        let path = attribute(0x40, 2, &segment4(2, &[3356, 131_279]));
        let x = nlri("175.45.176.0/24");
        let both = join(&[&[0, 0, 0, 1], &x, &[0, 0, 0, 2], &x]);
        assert_eq!(
            said(9, &update(&[], &path, &both)),
            Ok(vec!["+175.45.176.0/24#1 3356 131279".to_owned(), "+175.45.176.0/24#2 3356 131279".to_owned()])
        );
        assert_eq!(said(9, &update(&join(&[&[0, 0, 0, 2], &x]), &[], &[])), Ok(vec!["-175.45.176.0/24#2".to_owned()]));
        assert_eq!(said(4, &update(&[], &path, &both)), Err(BadNlri), "path ids in a plain record (scenario 51)");
        assert_eq!(said(4, &update(&[], &path, &[33, 175, 45, 176, 0, 0])), Err(BadNlri), "a mask over 32");
        let reach = attribute(0x80, 14, &join(&[&[0, 1, 1, 4, 192, 0, 2, 1, 0], &x]));
        assert_eq!(said(4, &update(&[], &join(&[&path, &reach, &reach]), &[])), Err(BadNlri), "MP_REACH_NLRI twice");
    }
}
