//! AS paths as the collector's peer sent them, normalised (rule 2), and what they say of an origin's upstream (rule 3).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Asn, Flag, Flags};

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

/// The AS next to the origin: the provider as BGP shows it. Its order is that of rows: numbers, direct, ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Upstream {
    /// Through this AS.
    Via(Asn),
    /// The origin itself is the collector's peer, or nothing stands before it.
    Direct,
    /// The origin is ambiguous.
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

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Upstream::Via(asn) => asn.fmt(f),
            Upstream::Direct => f.pad("direct"),
            Upstream::Ambiguous => f.pad("ambiguous"),
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

    /// Rule 3: the AS to the left of the *leftmost* occurrence of `origin`, prepending and the ASes of its own house removed. A set of
    /// several ASes to the left is no single neighbour: ambiguous.
    fn upstream_of(&self, origin: Asn, is_own: impl Fn(Asn) -> bool) -> Upstream {
        let mut left: Option<(&Segment, Asn)> = None;
        for segment in &self.segments {
            let (Segment::Sequence(ases) | Segment::Set(ases)) = segment;
            if matches!(segment, Segment::Set(_)) && ases.contains(&origin) && ases.iter().any(|a| *a != origin) {
                return Upstream::Ambiguous;
            }
            for asn in ases {
                if *asn == origin {
                    return match left {
                        None => Upstream::Direct,
                        Some((Segment::Set(set), _)) if set.iter().any(|a| *a != set[0]) => Upstream::Ambiguous,
                        Some((_, neighbour)) => Upstream::Via(neighbour),
                    };
                }
                if !is_own(*asn) {
                    left = Some((segment, *asn));
                }
            }
        }
        Upstream::Ambiguous
    }

    /// Whether `origin` stands in the path, then another AS, then `origin` again.
    fn is_poisoned_for(&self, origin: Asn) -> bool {
        let mut after = self.ases().skip_while(|a| *a != origin).skip_while(|a| *a == origin);
        after.any(|a| a == origin)
    }
}

/// What one peer holds for one prefix and path id: the path and what rules 2 and 3 read from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The normalised path.
    pub path: Arc<AsPath>,
    /// Rule 2.
    pub origin: Origin,
    /// Rule 3.
    pub upstream: Upstream,
    /// Odd neighbours and paths (rule 3).
    pub flags: Flags,
}

impl Route {
    /// Reads `path` as sent by a peer of AS `peer`, for a target with these `origins` (none: every origin counts). An empty path
    /// says nothing of an origin (`None`) unless the peer itself may be the origin: then the route is direct. A route of one of
    /// several origins that another of them carries leaves the target only behind that one: none is the upstream of another.
    pub fn read(path: Arc<AsPath>, peer: Asn, origins: &[Asn]) -> Option<Route> {
        let (origin, upstream) = match path.origin() {
            // A peer of which only AS_TRANS is known may be anyone.
            None if peer != Asn::TRANS && (origins.is_empty() || origins.contains(&peer)) => (Origin::As(peer), Upstream::Direct),
            None => return None,
            Some(Origin::Ambiguous) => (Origin::Ambiguous, Upstream::Ambiguous),
            Some(Origin::As(asn)) => {
                let is_own = |other| origins.contains(&asn) && origins.contains(&other);
                (Origin::As(asn), path.upstream_of(asn, is_own))
            }
        };
        let mut flags = Flags::default();
        flags.set_if(Flag::Ambiguous, upstream == Upstream::Ambiguous);
        flags.set_if(Flag::Direct, upstream == Upstream::Direct);
        if let Upstream::Via(asn) = upstream {
            flags.set_if(Flag::AsTrans, asn == Asn::TRANS);
            flags.set_if(Flag::PrivateNeighbour, asn.is_private());
            flags.set_if(Flag::ReservedNeighbour, asn.is_reserved());
        }
        if let Origin::As(asn) = origin {
            flags.set_if(Flag::Poisoned, path.is_poisoned_for(asn));
        }
        flags.set_if(Flag::RouteServer, path.ases().next().is_some_and(|first| first != peer));
        Some(Route { path, origin, upstream, flags })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: AsPath, peer: u32) -> Route {
        Route::read(Arc::new(path), Asn(peer), &[Asn(131_279)]).expect("a route")
    }

    #[test]
    fn upstream_is_left_of_the_leftmost_origin() {
        let cases: [(&[u32], u32, Upstream, Option<Flag>); 8] = [
            (&[20485, 131_279, 131_279, 131_279], 20485, Upstream::Via(Asn(20485)), None),
            (&[25933, 131_279, 32934, 131_279, 131_279], 25933, Upstream::Via(Asn(25933)), Some(Flag::Poisoned)),
            (&[131_279], 131_279, Upstream::Direct, Some(Flag::Direct)),
            (&[20485, 131_279], 20485, Upstream::Via(Asn(20485)), None),
            (&[20485, 64512, 131_279], 20485, Upstream::Via(Asn(64512)), Some(Flag::PrivateNeighbour)),
            (&[3356, 0, 131_279], 3356, Upstream::Via(Asn(0)), Some(Flag::ReservedNeighbour)),
            (&[3356, 23456, 131_279], 3356, Upstream::Via(Asn(23456)), Some(Flag::AsTrans)),
            (&[3356, 131_279], 3333, Upstream::Via(Asn(3356)), Some(Flag::RouteServer)),
        ];
        for (path, peer, upstream, flag) in cases {
            let route = read(AsPath::sequence(path.iter().copied()), peer);
            assert_eq!(route.origin, Origin::As(Asn(131_279)), "{path:?}");
            assert_eq!(route.upstream, upstream, "{path:?}");
            assert_eq!(route.flags.iter().next(), flag, "{path:?}");
        }
    }

    #[test]
    fn the_origin_in_mid_path_is_not_the_origin() {
        let route = read(AsPath::sequence([30844, 39138, 22351, 131_279, 51040]), 30844);
        assert_eq!(route.origin, Origin::As(Asn(51040)));
        assert_eq!(route.upstream, Upstream::Via(Asn(131_279)));
    }

    #[test]
    fn final_sets_are_ambiguous_unless_of_one_as() {
        let with_tail = |tail: &[u32]| AsPath {
            segments: vec![Segment::Sequence(vec![Asn(20485)]), Segment::Set(tail.iter().copied().map(Asn).collect())],
        };
        let two = read(with_tail(&[131_279, 65001]), 20485);
        assert_eq!((two.origin, two.upstream), (Origin::Ambiguous, Upstream::Ambiguous));
        let one = read(with_tail(&[131_279]), 20485);
        assert_eq!((one.origin, one.upstream), (Origin::As(Asn(131_279)), Upstream::Via(Asn(20485))));
        assert_eq!(two.path.to_string(), "20485 {131279,65001}");
    }

    #[test]
    fn an_empty_path_is_direct_only_from_the_origin() {
        let empty = || Arc::new(AsPath::default());
        let own = Route::read(empty(), Asn(131_279), &[Asn(131_279)]).expect("a route");
        assert_eq!(own.upstream, Upstream::Direct);
        assert!(Route::read(empty(), Asn(3356), &[]).is_some());
        assert!(Route::read(empty(), Asn::TRANS, &[]).is_none());
        assert!(Route::read(empty(), Asn(3356), &[Asn(131_279)]).is_none());
    }

    #[test]
    fn an_origin_of_the_target_is_never_the_upstream_of_another() {
        let house = [Asn(11960), Asn(27725)];
        let set = |ases: &[u32]| Segment::Set(ases.iter().copied().map(Asn).collect());
        let cases: [(Vec<Segment>, Upstream); 6] = [
            (AsPath::sequence([3356, 11960, 27725]).segments, Upstream::Via(Asn(3356))),
            (AsPath::sequence([3356, 27725, 11960, 11960, 27725]).segments, Upstream::Via(Asn(3356))),
            (AsPath::sequence([11960, 27725]).segments, Upstream::Direct),
            (AsPath::sequence([11960, 174, 27725]).segments, Upstream::Via(Asn(174))),
            (
                [vec![Segment::Sequence(vec![Asn(3356)]), set(&[11960])], AsPath::sequence([27725]).segments].concat(),
                Upstream::Via(Asn(3356)),
            ),
            ([vec![set(&[11960, 174])], AsPath::sequence([27725]).segments].concat(), Upstream::Ambiguous),
        ];
        for (segments, upstream) in cases {
            let path = Arc::new(AsPath { segments });
            let route = Route::read(path.clone(), Asn(3356), &house).expect("a route");
            assert_eq!(route.upstream, upstream, "{path}");
        }
        // Another's route that one of the target carries has that one as its upstream, and so has the target's where nothing is asked.
        let read = |path: &[u32], origins: &[Asn]| {
            Route::read(Arc::new(AsPath::sequence(path.iter().copied())), Asn(3356), origins).map(|route| route.upstream)
        };
        assert_eq!(read(&[3356, 11960, 64500], &house), Some(Upstream::Via(Asn(11960))));
        assert_eq!(read(&[3356, 11960, 27725], &[]), Some(Upstream::Via(Asn(11960))));
    }
}
