//! The last AS of a path, by a glance at its octets: most paths are one sequence.

use crate::event::attributes::Attributes;
use crate::model::Asn;
use crate::mrt::{AsLen, Cursor};

/// What a glance tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    /// If the path can be read, this is its origin.
    Is(Asn),
    /// Only reading it tells.
    Unsure,
}

/// The same of the attributes of an entry of `TABLE_DUMP_V2`.
pub(super) fn last_of_entry(list: &[u8]) -> Last {
    let mut at = Cursor::new(list);
    loop {
        let (Some(flags), Some(code)) = (at.u8(), at.u8()) else { return Last::Unsure };
        let length = if flags & 0x10 == 0 { at.u8().map(usize::from) } else { at.u16().map(usize::from) };
        let Some(value) = length.and_then(|length| at.take(length)) else { return Last::Unsure };
        if code == 2 {
            return last_of(value, AsLen::Four);
        }
    }
}

/// The same of a message. What `AS4_PATH` would put in its place is not looked at.
pub(super) fn last_of_update(attributes: &Attributes<'_>, as_len: AsLen) -> Last {
    match attributes.as_path {
        Some(path) if as_len == AsLen::Four || attributes.as4_path.is_none() => last_of(path.value, as_len),
        _ => Last::Unsure,
    }
}

/// Of a path that is one sequence.
fn last_of(value: &[u8], as_len: AsLen) -> Last {
    let width = match as_len {
        AsLen::Two => 2,
        AsLen::Four => 4,
    };
    match value {
        [2, count, path @ ..] if *count > 0 && path.len() == usize::from(*count) * width => {
            let last = path.rchunks(width).next().unwrap_or_default();
            Last::Is(Asn(last.iter().fold(0, |asn, octet| asn << 8 | u32::from(*octet))))
        }
        _ => Last::Unsure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mrt::test_bytes::{as_path, attribute, join, segment2, segment4};

    #[test]
    fn the_last_of_one_sequence_is_told_and_of_nothing_else() {
        let four = |path: &[u8]| last_of(path, AsLen::Four);
        assert_eq!(four(&segment4(2, &[3356, 131_279])), Last::Is(Asn(131_279)));
        assert_eq!(last_of(&segment2(2, &[3356, 17557]), AsLen::Two), Last::Is(Asn(17557)));
        let two = join(&[&segment4(2, &[3356]), &segment4(1, &[131_279])]);
        for odd in [&segment4(1, &[131_279])[..], &segment4(3, &[131_279]), &two, &segment2(2, &[3356, 17557]), &[], &[2, 0]] {
            assert_eq!(four(odd), Last::Unsure, "{odd:?}");
        }
        let entry = join(&[&attribute(0x40, 1, &[0]), &as_path(&[3356, 131_279]), &as_path(&[1, 2])]);
        assert_eq!(last_of_entry(&entry), Last::Is(Asn(131_279)), "the first of two counts");
        assert_eq!(last_of_entry(&attribute(0x40, 1, &[0])), Last::Unsure, "no path");
    }

    #[test]
    fn what_as4_path_may_replace_is_not_sure() {
        let list = join(&[&attribute(0x40, 2, &segment2(2, &[3356, 23456])), &attribute(0xC0, 17, &segment4(2, &[131_279]))]);
        assert_eq!(last_of_update(&Attributes::read(&list), AsLen::Two), Last::Unsure);
        let list = join(&[&as_path(&[3356, 23456]), &attribute(0xC0, 17, &segment4(2, &[131_279]))]);
        assert_eq!(last_of_update(&Attributes::read(&list), AsLen::Four), Last::Is(Asn(23456)));
    }
}
