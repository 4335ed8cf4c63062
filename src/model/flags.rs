//! Flags of rows, as docs/output-formats.md lists them.

use std::fmt;
use std::str::FromStr;

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// One remark on a row; its order is that of the printed list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Flag { $($(#[$doc])* $name),* }

        impl Flag {
            /// Every flag, sorted by its text.
            pub const ALL: &'static [Flag] = &[$(Flag::$name),*];

            /// The word in the `flags` column.
            pub const fn text(self) -> &'static str {
                match self { $(Flag::$name => $text),* }
            }
        }
    };
}

flags! {
    /// The path ends in a set of several ASes: origin and upstream are unknown (rule 2).
    Ambiguous = "ambiguous",
    /// The upstream reads 23456, which hides a 4-byte ASN (RFC 6793).
    AsTrans = "as-trans",
    /// A record of this boundary lies over 5 minutes outside its file's span (rule 7).
    Clock = "clock",
    /// The origin itself peers with the collector, or nothing stands before it in the path.
    Direct = "direct",
    /// A dump behind it lacks records or peers: it shows what is there, never what is not (rule 8).
    Excerpt = "excerpt",
    /// Part of the data behind the row is missing or damaged (rule 11).
    Gap = "gap",
    /// A record has path ids, or none, against what its type says (rule 1).
    GuessedPathIds = "guessed-path-ids",
    /// No RIB dump of the collector precedes: presence is proven, onset is not (rule 12).
    NoBaseline = "no-baseline",
    /// Another origin announces the prefix at the same time (rule 4).
    OriginConflict = "origin-conflict",
    /// Nobody but the upstream's own sessions shows it: no path has an AS further left (rule 14).
    PeerLike = "peer-like",
    /// The origin also stands further left in the path (rule 3).
    Poisoned = "poisoned",
    /// The upstream is a private ASN (RFC 6996).
    PrivateNeighbour = "private-neighbour",
    /// The upstream is a reserved ASN.
    ReservedNeighbour = "reserved-neighbour",
    /// The path does not begin with its peer's ASN, as a route server's does not.
    RouteServer = "route-server",
    /// A RIB record without path ids holds several routes of the peer (rule 1).
    SamePeerTwice = "same-peer-twice",
    /// The collector has RIB dumps only: all between them is unobserved (rule 11).
    Sampled = "sampled",
    /// No more than one peer saw it.
    SinglePeer = "single-peer",
    /// An AS that was to be passed over stands between origin and upstream (rule 3).
    Skipped = "skipped",
    /// Held by few peers long after all others withdrew it (rule 18).
    Stuck = "stuck",
    /// Another peer may have started earlier or left later (rule 14).
    WiderBounds = "wider-bounds",
}

/// A set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, PartialOrd, Ord)]
pub struct Flags(u32);

impl Flags {
    /// Adds a flag.
    pub fn set(&mut self, flag: Flag) {
        self.0 |= 1 << flag as u16;
    }

    /// Adds a flag if the condition holds.
    pub fn set_if(&mut self, flag: Flag, condition: bool) {
        self.0 |= u32::from(condition) << flag as u16;
    }

    /// Takes a flag away.
    pub fn clear(&mut self, flag: Flag) {
        self.0 &= !(1 << flag as u16);
    }

    /// Whether the flag is set.
    pub fn has(self, flag: Flag) -> bool {
        self.0 & 1 << flag as u16 != 0
    }

    /// The flags of both.
    #[must_use]
    pub fn union(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Whether no flag is set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether no flag is in both.
    pub fn is_disjoint(self, other: Flags) -> bool {
        self.0 & other.0 == 0
    }

    /// The flags in order of their texts.
    pub fn iter(self) -> impl Iterator<Item = Flag> {
        Flag::ALL.iter().copied().filter(move |f| self.has(*f))
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        let mut all = Flags::default();
        flags.into_iter().for_each(|f| all.set(f));
        all
    }
}

impl fmt::Display for Flags {
    /// Joined by `;`, empty for none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, flag) in self.iter().enumerate() {
            write!(f, "{}{}", if at == 0 { "" } else { ";" }, flag.text())?;
        }
        Ok(())
    }
}

/// The text is no flag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no flag; the flags are {list}", list = Flag::ALL.iter().map(|f| f.text()).collect::<Vec<_>>().join(", "))]
pub struct ParseFlagError(String);

impl FromStr for Flag {
    type Err = ParseFlagError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Flag::ALL.iter().copied().find(|f| f.text() == text).ok_or_else(|| ParseFlagError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_sorted_and_joined() {
        let flags: Flags = [Flag::WiderBounds, Flag::Gap].into_iter().collect();
        assert_eq!(flags.to_string(), "gap;wider-bounds");
        assert!(Flag::ALL.windows(2).all(|w| w[0].text() < w[1].text()));
        assert!(Flag::ALL.iter().all(|f| f.text().parse() == Ok(*f)));
    }
}
