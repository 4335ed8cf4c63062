//! Decodes UPDATE messages: the watched routes that they announce and withdraw (rules 1, 2, 5, 20).

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
        let mut picked: Vec<(IpNet, u32)> = Vec::new();
        for nlri in plain.into_iter().chain(mp).filter(|nlri| wanted(&nlri.net)) {
            if !picked.contains(&(nlri.net, nlri.path_id)) {
                picked.push((nlri.net, nlri.path_id));
            }
        }
        Ok(picked)
    };
    let mut withdrawn = pick(update.withdrawn, attributes.mp_withdrawn(update.form)?)?;
    let announced = pick(update.announced, attributes.mp_announced(update.form)?)?;
    if announced.is_empty() && withdrawn.is_empty() {
        return Ok(None);
    }
    withdrawn.retain(|key| !announced.contains(key));
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
