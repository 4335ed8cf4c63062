//! Through whom a route reaches its origin (rule 3): the AS at the hop that is asked for, and those between.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::Asn;

/// What stands at the hop asked for. Its order is that of rows: numbers, direct, beyond, ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hop {
    /// This AS.
    As(Asn),
    /// At the first hop: the origin itself is the collector's peer, or nothing stands before it.
    Direct,
    /// At a further hop: the path ends before, and nothing further is seen.
    Beyond,
    /// The origin, or the AS there, is one of several.
    Ambiguous,
}

impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hop::As(asn) => asn.fmt(f),
            Hop::Direct => f.pad("direct"),
            Hop::Beyond => f.pad("beyond"),
            Hop::Ambiguous => f.pad("ambiguous"),
        }
    }
}

/// ASes between an origin and its upstream, in order from the origin. Each list is there once and for good: a copy is a pointer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Between(&'static Vec<Asn>);

static NONE: Vec<Asn> = Vec::new();
static KNOWN: Mutex<BTreeMap<Box<[Asn]>, Between>> = Mutex::new(BTreeMap::new());

impl Between {
    /// Nothing stands between.
    pub const NONE: Between = Between(&NONE);

    /// These ASes.
    pub fn of(ases: &[Asn]) -> Self {
        if ases.is_empty() {
            return Between::NONE;
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(between) = known.get(ases) {
            return *between;
        }
        let between = Between(Box::leak(Box::new(ases.to_vec())));
        known.insert(ases.into(), between);
        between
    }

    /// The ASes, nearest to the origin first.
    pub fn ases(self) -> &'static [Asn] {
        self.0
    }

    /// Whether nothing stands between.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl Default for Between {
    fn default() -> Self {
        Between::NONE
    }
}

impl fmt::Debug for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

impl fmt::Display for Between {
    /// Joined by spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(at, asn)| write!(f, "{}{asn}", if at == 0 { "" } else { " " }))
    }
}

/// The provider as BGP shows it: the AS at the hop asked for, seen through those between it and the origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Upstream {
    /// What stands there.
    pub hop: Hop,
    /// What stands between: nothing at the first hop, but for the target's own ASes and those that are passed over.
    pub via: Between,
}

impl Upstream {
    /// The origin itself is the collector's peer.
    pub const DIRECT: Upstream = Upstream { hop: Hop::Direct, via: Between::NONE };
    /// It cannot be told.
    pub const AMBIGUOUS: Upstream = Upstream { hop: Hop::Ambiguous, via: Between::NONE };

    /// This AS stands next to the origin.
    pub const fn next(asn: Asn) -> Self {
        Upstream { hop: Hop::As(asn), via: Between::NONE }
    }

    /// Its AS number, if it has one.
    pub const fn asn(self) -> Option<Asn> {
        match self.hop {
            Hop::As(asn) => Some(asn),
            Hop::Direct | Hop::Beyond | Hop::Ambiguous => None,
        }
    }
}

impl fmt::Display for Upstream {
    /// What stands at the hop; those between are not told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hop.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lists_are_one() {
        let (one, other) = (Between::of(&[Asn(134_544), Asn(9381)]), Between::of(&[Asn(134_544), Asn(9381)]));
        assert!(std::ptr::eq(one.0, other.0));
        assert_eq!((one.to_string().as_str(), Between::of(&[]).is_empty()), ("134544 9381", true));
        assert!(Between::NONE < one && one > Between::of(&[Asn(9381)]));
    }
}
