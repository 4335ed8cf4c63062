//! The running numbers of a dump's records (RFC 6396 4.2, 4.3.2): what follows what.

/// How a record's number follows what the dump has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    /// As the next one, or as the first.
    Well,
    /// Numbers begin anew where they may: with another subtype, or behind a peer index that was repeated (rule 8).
    Anew,
    /// Numbers start over.
    Over,
    /// By the numbers, records are missing.
    Jump,
}

/// The numbers of one dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers {
    last: Option<u32>,
    /// After this comes 0.
    greatest: u32,
    /// The subtypes that have had numbers, by bit.
    subtypes: u64,
    may_begin: bool,
}

impl Numbers {
    /// Before the first; numbers wrap after `greatest`.
    pub const fn new(greatest: u32) -> Self {
        Numbers { last: None, greatest, subtypes: 0, may_begin: false }
    }

    /// Whether there is none yet.
    pub const fn is_empty(&self) -> bool {
        self.last.is_none()
    }

    /// Whether the subtype has had a number.
    pub const fn has(&self, subtype: u16) -> bool {
        self.subtypes & bit(subtype) != 0
    }

    /// Whether the number is the one after the last.
    #[inline]
    pub fn is_next(&self, number: u32) -> bool {
        self.last.is_some_and(|last| number == if last == self.greatest { 0 } else { last + 1 })
    }

    /// Whether the number is the last once more.
    pub fn is_last(&self, number: u32) -> bool {
        self.last == Some(number)
    }

    /// Whether the number is above the last.
    pub fn is_later(&self, number: u32) -> bool {
        self.last.is_some_and(|last| number > last)
    }

    /// The next number may be a first one.
    pub const fn begin_anew(&mut self) {
        self.may_begin = true;
    }

    /// How a number follows. Collectors begin with 0 or 1.
    #[inline]
    pub fn look(&self, subtype: u16, number: u32) -> Follows {
        let Some(last) = self.last else {
            return if number <= 1 { Follows::Well } else { Follows::Jump };
        };
        match number {
            _ if self.is_next(number) => Follows::Well,
            0 | 1 if self.may_begin || !self.has(subtype) => Follows::Anew,
            0 | 1 if number < last => Follows::Over,
            _ => Follows::Jump,
        }
    }

    /// The number is in the dump.
    #[inline]
    pub const fn take(&mut self, subtype: u16, number: u32) {
        self.last = Some(number);
        self.subtypes |= bit(subtype);
        self.may_begin = false;
    }
}

const fn bit(subtype: u16) -> u64 {
    // Framing lets no subtype over 63 pass.
    1 << (subtype & 63)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case<'a> = (&'a str, &'a [(u16, u32)], (u16, u32), Follows);

    #[test]
    fn numbers_follow_or_tell_why_not() {
        let seen = |all: &[(u16, u32)], next: (u16, u32)| {
            let mut numbers = Numbers::new(0xFFFF);
            for (subtype, number) in all {
                numbers.take(*subtype, *number);
            }
            numbers.look(next.0, next.1)
        };
        let cases: [Case; 12] = [
            ("the first", &[], (2, 0), Follows::Well),
            ("the first is 1", &[], (2, 1), Follows::Well),
            ("the first is not", &[], (2, 2), Follows::Jump),
            ("the next", &[(2, 4)], (2, 5), Follows::Well),
            ("the next, of another family", &[(2, 4)], (4, 5), Follows::Well),
            ("wraps", &[(1, 0xFFFF)], (1, 0), Follows::Well),
            ("another family begins", &[(2, 4)], (4, 0), Follows::Anew),
            ("another family jumps", &[(2, 4)], (4, 7), Follows::Jump),
            ("starts over", &[(2, 0), (2, 1), (4, 2)], (2, 0), Follows::Over),
            ("none at all", &[(2, 0)], (2, 0), Follows::Jump),
            ("left out", &[(2, 4)], (2, 6), Follows::Jump),
            ("backwards", &[(2, 4)], (2, 3), Follows::Jump),
        ];
        for (what, all, next, follows) in cases {
            assert_eq!(seen(all, next), follows, "{what}");
        }
        let mut repeated = Numbers::new(u32::MAX);
        repeated.take(2, 9);
        repeated.begin_anew();
        assert_eq!(repeated.look(2, 0), Follows::Anew);
    }
}
