//! Finds the few path attributes that the answer depends on, by their heads (RFC 4271 4.3, RFC 7606).

use crate::mrt::{BadNlri, Cursor, Family};

/// Whether the list of attributes could be walked to its end (RFC 7606 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Walk {
    #[default]
    Complete,
    /// An attribute is longer than what is left: what follows is lost, so the routes are withdrawn.
    Overrun,
}

/// One attribute, whole and in parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute<'a> {
    pub flags: u8,
    pub value: &'a [u8],
    /// With its head.
    pub whole: &'a [u8],
}

impl<'a> Attribute<'a> {
    /// The next of a list, with its code.
    pub fn next(at: &mut Cursor<'a>) -> Option<(u8, Self)> {
        let before = at.rest();
        let (code, flags, value) = next(at)?;
        let whole = before.get(..before.len() - at.rest().len())?;
        Some((code, Attribute { flags, value, whole }))
    }
}

/// The attributes that matter. Of repeated ones the first counts (RFC 7606 3 g).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Attributes<'a> {
    pub as_path: Option<Attribute<'a>>,
    pub aggregator: Option<Attribute<'a>>,
    pub as4_path: Option<Attribute<'a>>,
    pub as4_aggregator: Option<Attribute<'a>>,
    pub mp_reach: Option<Attribute<'a>>,
    pub mp_unreach: Option<Attribute<'a>>,
    pub walk: Walk,
    /// What there is of an `MP_UNREACH_NLRI` that is longer than the list: of use where the end of the list is missing.
    pub mp_unreach_cut: Option<&'a [u8]>,
    /// Prefixes in attributes stand twice: the message cannot be trusted (RFC 7606 3 g).
    pub repeats_prefixes: Option<BadNlri>,
}

impl<'a> Attributes<'a> {
    /// Walks a list of attributes.
    pub fn read(list: &'a [u8]) -> Self {
        let mut found = Attributes::default();
        let mut at = Cursor::new(list);
        while !at.is_empty() {
            let before = at;
            let Some((code, attribute)) = Attribute::next(&mut at) else {
                found.walk = Walk::Overrun;
                found.mp_unreach_cut = mp_unreach_before_the_cut(before);
                break;
            };
            let slot = match code {
                2 => &mut found.as_path,
                7 => &mut found.aggregator,
                14 => &mut found.mp_reach,
                15 => &mut found.mp_unreach,
                17 => &mut found.as4_path,
                18 => &mut found.as4_aggregator,
                _ => continue,
            };
            match slot {
                None => *slot = Some(attribute),
                Some(_) if matches!(code, 14 | 15) => found.repeats_prefixes = Some(BadNlri),
                Some(_) => {}
            }
        }
        found
    }

    /// The list announced in `MP_REACH_NLRI` (RFC 4760 3), if it is of unicast prefixes.
    pub fn mp_announced(&self) -> Result<Option<(Family, &'a [u8])>, BadNlri> {
        let Some(attribute) = self.mp_reach else { return Ok(None) };
        let mut at = Cursor::new(attribute.value);
        let Some(family) = unicast(&mut at)? else { return Ok(None) };
        let next_hop = at.u8().ok_or(BadNlri)?;
        // The byte after the next hop is reserved; the draft that counted SNPAs in it was never used over the Internet.
        at.take(usize::from(next_hop) + 1).ok_or(BadNlri)?;
        Ok(Some((family, at.rest())))
    }

    /// The list withdrawn in `MP_UNREACH_NLRI` (RFC 4760 4), if it is of unicast prefixes.
    pub fn mp_withdrawn(&self) -> Result<Option<(Family, &'a [u8])>, BadNlri> {
        let Some(attribute) = self.mp_unreach else { return Ok(None) };
        withdrawn_list(attribute.value)
    }

    /// As [`Attributes::mp_withdrawn`], of an attribute whose end is missing.
    pub fn mp_withdrawn_before_the_cut(&self) -> Option<(Family, &'a [u8])> {
        withdrawn_list(self.mp_unreach_cut?).ok()?
    }
}

fn withdrawn_list(value: &[u8]) -> Result<Option<(Family, &[u8])>, BadNlri> {
    let mut at = Cursor::new(value);
    Ok(unicast(&mut at)?.map(|family| (family, at.rest())))
}

fn mp_unreach_before_the_cut(mut at: Cursor<'_>) -> Option<&[u8]> {
    let flags = at.u8()?;
    let code = at.u8()?;
    at.take(if flags & 0x10 == 0 { 1 } else { 2 })?;
    (code == 15).then_some(at.rest())
}

fn next<'a>(at: &mut Cursor<'a>) -> Option<(u8, u8, &'a [u8])> {
    let flags = at.u8()?;
    let code = at.u8()?;
    let length = if flags & 0x10 == 0 { usize::from(at.u8()?) } else { usize::from(at.u16()?) };
    Some((code, flags, at.take(length)?))
}

/// The family, if it is a unicast one. SAFI 3 (both unicast and multicast, RFC 2858) went out of use with RFC 4760, and no daemon behind
/// the archives negotiates it: only SAFI 1 counts.
fn unicast(at: &mut Cursor<'_>) -> Result<Option<Family>, BadNlri> {
    let afi = at.u16().ok_or(BadNlri)?;
    let safi = at.u8().ok_or(BadNlri)?;
    Ok(Family::from_afi(afi).filter(|_| safi == 1))
}
