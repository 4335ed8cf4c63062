//! AS paths as the collector's peer sent them, normalised (rule 2).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Asn;

/// A part of an AS path (RFC 4271 4.3); confederation segments are dropped before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Segment {
    /// AS_SEQUENCE: nearest AS first.
    Sequence(Vec<Asn>),
    /// AS_SET: unordered.
    Set(Vec<Asn>),
}

/// A normalised AS path: AS4_PATH merged, confederation segments dropped, prepending kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct AsPath {
    /// The segments, nearest first; none for an empty path.
    pub segments: Vec<Segment>,
}

/// The AS that originates a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The last AS of the path.
    As(Asn),
    /// The path ends in a set of several ASes.
    Ambiguous,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::As(asn) => asn.fmt(f),
            Origin::Ambiguous => f.pad("ambiguous"),
        }
    }
}

impl fmt::Display for AsPath {
    /// ASes separated by spaces, sets as `{65001,65002}`; the form of `bgpdump -m`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        for segment in &self.segments {
            match segment {
                Segment::Sequence(ases) => {
                    for asn in ases {
                        write!(f, "{gap}{asn}")?;
                        gap = " ";
                    }
                }
                Segment::Set(ases) => {
                    write!(f, "{gap}{{")?;
                    for (at, asn) in ases.iter().enumerate() {
                        write!(f, "{}{asn}", if at == 0 { "" } else { "," })?;
                    }
                    f.write_str("}")?;
                    gap = " ";
                }
            }
        }
        Ok(())
    }
}

impl AsPath {
    /// A path of one sequence; an empty list makes an empty path.
    pub fn sequence(ases: impl IntoIterator<Item = u32>) -> Self {
        let ases: Vec<Asn> = ases.into_iter().map(Asn).collect();
        AsPath { segments: if ases.is_empty() { Vec::new() } else { vec![Segment::Sequence(ases)] } }
    }

    /// Whether no AS is in the path.
    pub fn is_empty(&self) -> bool {
        self.ases().next().is_none()
    }

    /// Every AS in order of writing, members of sets included.
    pub fn ases(&self) -> impl Iterator<Item = Asn> + '_ {
        self.segments.iter().flat_map(|s| match s {
            Segment::Sequence(ases) | Segment::Set(ases) => ases.iter().copied(),
        })
    }

    /// Rule 2: the last AS of the final segment, if that is a sequence or a set of one distinct AS. `None` for an empty path.
    pub fn origin(&self) -> Option<Origin> {
        let ambiguous = |ases: &[Asn]| ases.iter().any(|a| *a != ases[0]);
        self.segments.iter().rev().find_map(|segment| match segment {
            Segment::Sequence(ases) | Segment::Set(ases) if ases.is_empty() => None,
            Segment::Set(ases) if ambiguous(ases) => Some(Origin::Ambiguous),
            Segment::Sequence(ases) | Segment::Set(ases) => ases.last().copied().map(Origin::As),
        })
    }

    /// The ASes to the left of the *leftmost* occurrence of `origin`, the nearest to it first, each with whether it is one of a set of
    /// several. `None` where that occurrence is itself one of several, or there is none.
    pub(super) fn left_of(&self, origin: Asn) -> Option<Vec<(Asn, bool)>> {
        let mut left = Vec::new();
        for segment in &self.segments {
            let (Segment::Sequence(ases) | Segment::Set(ases)) = segment;
            let is_several = matches!(segment, Segment::Set(_)) && ases.iter().any(|asn| *asn != ases[0]);
            for asn in ases {
                if *asn != origin {
                    left.push((*asn, is_several));
                } else if is_several {
                    return None;
                } else {
                    left.reverse();
                    return Some(left);
                }
            }
        }
        None
    }

    /// Whether `origin` stands in the path, then another AS, then `origin` again.
    pub(super) fn is_poisoned_for(&self, origin: Asn) -> bool {
        let mut after = self.ases().skip_while(|a| *a != origin).skip_while(|a| *a == origin);
        after.any(|a| a == origin)
    }
}
