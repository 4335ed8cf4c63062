//! A peer's route, and how a path is read for a target: whose it is, and through whom it goes (rules 2 and 3).

use std::sync::Arc;

use super::upstream::{Between, Hop, Upstream};
use super::{AsPath, Asn, Flag, Flags, Origin};

/// What one peer holds for one prefix and path id: the path and what rules 2 and 3 read from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The normalised path.
    pub path: Arc<AsPath>,
    /// Rule 2.
    pub origin: Origin,
    /// Rule 3.
    pub upstream: Upstream,
    /// An AS stands further left than the upstream: it passed the route on to somebody else than the collector.
    pub is_beyond: bool,
    /// Odd neighbours and paths (rule 3).
    pub flags: Flags,
}

/// How paths are read for a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathReader {
    origins: Vec<Asn>,
    /// The origins and their siblings, sorted: none of them is the upstream of another.
    members: Vec<Asn>,
    skipped: Vec<Asn>,
    hop: usize,
}

impl Default for PathReader {
    fn default() -> Self {
        PathReader::new([])
    }
}

/// Sorted, each once.
fn tidy(ases: impl IntoIterator<Item = Asn>) -> Vec<Asn> {
    let mut ases: Vec<Asn> = ases.into_iter().collect();
    ases.sort_unstable();
    ases.dedup();
    ases
}

impl PathReader {
    /// For a target with these origins; none: every origin counts.
    pub fn new(origins: impl IntoIterator<Item = Asn>) -> Self {
        let origins = tidy(origins);
        PathReader { members: origins.clone(), origins, skipped: Vec::new(), hop: 1 }
    }

    /// These ASes belong to the target, too.
    #[must_use]
    pub fn with_siblings(self, siblings: impl IntoIterator<Item = Asn>) -> Self {
        PathReader { members: tidy(self.members.iter().copied().chain(siblings)), ..self }
    }

    /// These ASes carry no traffic of their own, as route servers of exchanges: they are passed over.
    #[must_use]
    pub fn passing_over(self, skipped: impl IntoIterator<Item = Asn>) -> Self {
        PathReader { skipped: tidy(skipped), ..self }
    }

    /// The upstream is the AS so many hops outside of the target, from 1.
    #[must_use]
    pub fn at_hop(self, hop: usize) -> Self {
        PathReader { hop: hop.max(1), ..self }
    }

    /// The target's origins, sorted; none: every origin.
    pub fn origins(&self) -> &[Asn] {
        &self.origins
    }

    /// See [`PathReader::at_hop`].
    pub fn hop(&self) -> usize {
        self.hop
    }

    /// Whether the AS may originate the target's routes.
    pub fn is_origin(&self, asn: Asn) -> bool {
        self.origins.is_empty() || self.members.binary_search(&asn).is_ok()
    }

    /// Reads `path` as sent by a peer of AS `peer`. An empty path says nothing of an origin (`None`) unless the peer itself may be the
    /// origin: then the route is direct.
    pub fn read(&self, path: Arc<AsPath>, peer: Asn) -> Option<Route> {
        let (origin, upstream) = match path.origin() {
            // A peer of which only AS_TRANS is known may be anyone.
            None if peer != Asn::TRANS && self.is_origin(peer) => (Origin::As(peer), self.end(Between::NONE)),
            None => return None,
            Some(Origin::Ambiguous) => (Origin::Ambiguous, Upstream::AMBIGUOUS),
            Some(Origin::As(asn)) => (Origin::As(asn), self.upstream(&path, asn)),
        };
        let leftmost = path.ases().find(|asn| !self.is_skipped(*asn));
        let is_beyond = upstream.asn().is_some_and(|asn| leftmost.is_some_and(|leftmost| leftmost != asn));
        let mut flags = Flags::default();
        flags.set_if(Flag::Ambiguous, upstream.hop == Hop::Ambiguous);
        flags.set_if(Flag::Direct, upstream.hop == Hop::Direct);
        flags.set_if(Flag::Skipped, upstream.via.ases().iter().any(|asn| self.is_skipped(*asn)));
        if let Hop::As(asn) = upstream.hop {
            flags.set_if(Flag::AsTrans, asn == Asn::TRANS);
            flags.set_if(Flag::PrivateNeighbour, asn.is_private());
            flags.set_if(Flag::ReservedNeighbour, asn.is_reserved());
        }
        if let Origin::As(asn) = origin {
            flags.set_if(Flag::Poisoned, path.is_poisoned_for(asn));
        }
        flags.set_if(Flag::RouteServer, path.ases().next().is_some_and(|first| first != peer));
        Some(Route { path, origin, upstream, is_beyond, flags })
    }

    /// The same route as this reader sees it; remarks on how its record was read stay.
    pub fn reread(&self, route: &Route, peer: Asn) -> Route {
        let of_path = [
            Flag::Ambiguous,
            Flag::Direct,
            Flag::Skipped,
            Flag::AsTrans,
            Flag::PrivateNeighbour,
            Flag::ReservedNeighbour,
            Flag::Poisoned,
            Flag::RouteServer,
        ];
        let mut remarks = route.flags;
        for flag in of_path {
            remarks.clear(flag);
        }
        let read = self.read(Arc::clone(&route.path), peer);
        read.map_or_else(|| route.clone(), |read| Route { flags: read.flags.union(remarks), ..read })
    }

    fn is_skipped(&self, asn: Asn) -> bool {
        self.skipped.binary_search(&asn).is_ok()
    }

    /// Whether `asn` belongs to the house of `origin`. Another's house is no concern of the target's.
    fn is_own(&self, origin: Asn, asn: Asn) -> bool {
        self.is_origin(origin) && self.members.binary_search(&asn).is_ok()
    }

    /// Where the path ends before the hop.
    fn end(&self, via: Between) -> Upstream {
        Upstream { hop: if self.hop == 1 { Hop::Direct } else { Hop::Beyond }, via }
    }

    /// Rule 3: the AS so many hops outside of the target, counted to the left from the leftmost occurrence of `origin`; each AS counts
    /// once, whatever is prepended. One of a set of several is no single neighbour: ambiguous.
    fn upstream(&self, path: &AsPath, origin: Asn) -> Upstream {
        let Some(left) = path.left_of(origin) else { return Upstream::AMBIGUOUS };
        let mut via: Vec<Asn> = Vec::new();
        let mut outside = 0;
        for (asn, is_one_of_several) in left {
            if via.contains(&asn) {
                continue;
            }
            if !self.is_own(origin, asn) && !self.is_skipped(asn) {
                if is_one_of_several {
                    return Upstream::AMBIGUOUS;
                }
                outside += 1;
                if outside == self.hop {
                    return Upstream { hop: Hop::As(asn), via: Between::of(&via) };
                }
            }
            via.push(asn);
        }
        self.end(Between::of(&via))
    }
}

impl Route {
    /// Reads `path` as sent by a peer of AS `peer`, for a target with these `origins`: see [`PathReader::read`].
    pub fn read(path: Arc<AsPath>, peer: Asn, origins: &[Asn]) -> Option<Route> {
        PathReader::new(origins.iter().copied()).read(path, peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Segment;

    fn read(path: AsPath, peer: u32) -> Route {
        Route::read(Arc::new(path), Asn(peer), &[Asn(131_279)]).expect("a route")
    }

    #[test]
    fn upstream_is_left_of_the_leftmost_origin() {
        let cases: [(&[u32], u32, Upstream, Option<Flag>); 8] = [
            (&[20485, 131_279, 131_279, 131_279], 20485, Upstream::next(Asn(20485)), None),
            (&[25933, 131_279, 32934, 131_279, 131_279], 25933, Upstream::next(Asn(25933)), Some(Flag::Poisoned)),
            (&[131_279], 131_279, Upstream::DIRECT, Some(Flag::Direct)),
            (&[20485, 131_279], 20485, Upstream::next(Asn(20485)), None),
            (&[20485, 64512, 131_279], 20485, Upstream::next(Asn(64512)), Some(Flag::PrivateNeighbour)),
            (&[3356, 0, 131_279], 3356, Upstream::next(Asn(0)), Some(Flag::ReservedNeighbour)),
            (&[3356, 23456, 131_279], 3356, Upstream::next(Asn(23456)), Some(Flag::AsTrans)),
            (&[3356, 131_279], 3333, Upstream::next(Asn(3356)), Some(Flag::RouteServer)),
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
        assert_eq!(route.upstream, Upstream::next(Asn(131_279)));
    }

    #[test]
    fn final_sets_are_ambiguous_unless_of_one_as() {
        let with_tail = |tail: &[u32]| AsPath {
            segments: vec![Segment::Sequence(vec![Asn(20485)]), Segment::Set(tail.iter().copied().map(Asn).collect())],
        };
        let two = read(with_tail(&[131_279, 65001]), 20485);
        assert_eq!((two.origin, two.upstream), (Origin::Ambiguous, Upstream::AMBIGUOUS));
        let one = read(with_tail(&[131_279]), 20485);
        assert_eq!((one.origin, one.upstream), (Origin::As(Asn(131_279)), Upstream::next(Asn(20485))));
        assert_eq!(two.path.to_string(), "20485 {131279,65001}");
    }

    #[test]
    fn an_empty_path_is_direct_only_from_the_origin() {
        let empty = || Arc::new(AsPath::default());
        let own = Route::read(empty(), Asn(131_279), &[Asn(131_279)]).expect("a route");
        assert_eq!(own.upstream, Upstream::DIRECT);
        assert!(Route::read(empty(), Asn(3356), &[]).is_some());
        assert!(Route::read(empty(), Asn::TRANS, &[]).is_none());
        assert!(Route::read(empty(), Asn(3356), &[Asn(131_279)]).is_none());
    }

    #[test]
    fn an_origin_of_the_target_is_never_the_upstream_of_another() {
        let house = [Asn(11960), Asn(27725)];
        let set = |ases: &[u32]| Segment::Set(ases.iter().copied().map(Asn).collect());
        let cases: [(Vec<Segment>, Upstream); 6] = [
            (AsPath::sequence([3356, 11960, 27725]).segments, Upstream::next(Asn(3356))),
            (AsPath::sequence([3356, 27725, 11960, 11960, 27725]).segments, Upstream::next(Asn(3356))),
            (AsPath::sequence([11960, 27725]).segments, Upstream::DIRECT),
            (AsPath::sequence([11960, 174, 27725]).segments, Upstream::next(Asn(174))),
            (
                [vec![Segment::Sequence(vec![Asn(3356)]), set(&[11960])], AsPath::sequence([27725]).segments].concat(),
                Upstream::next(Asn(3356)),
            ),
            ([vec![set(&[11960, 174])], AsPath::sequence([27725]).segments].concat(), Upstream::AMBIGUOUS),
        ];
        for (segments, upstream) in cases {
            let path = Arc::new(AsPath { segments });
            let route = Route::read(path.clone(), Asn(3356), &house).expect("a route");
            assert_eq!(route.upstream.hop, upstream.hop, "{path}");
        }
        // Another's route that one of the target carries has that one as its upstream, and so has the target's where nothing is asked.
        let read = |path: &[u32], origins: &[Asn]| {
            Route::read(Arc::new(AsPath::sequence(path.iter().copied())), Asn(3356), origins).map(|route| route.upstream)
        };
        assert_eq!(read(&[3356, 11960, 64500], &house), Some(Upstream::next(Asn(11960))));
        assert_eq!(read(&[3356, 11960, 27725], &[]), Some(Upstream::next(Asn(11960))));
    }

    #[test]
    fn hops_members_and_those_passed_over() {
        let plain = || PathReader::new([Asn(131_279)]);
        let sibling = || plain().with_siblings([Asn(134_544)]);
        let house = || PathReader::new([Asn(11960), Asn(27725)]);
        let exchange = || plain().passing_over([Asn(64_700)]);
        let cases: &[(PathReader, &[u32], &str, &str)] = &[
            (plain(), &[3356, 4837, 134_544, 131_279], "134544", ""),
            (plain().at_hop(2), &[3356, 4837, 134_544, 134_544, 131_279, 131_279], "4837", "134544"),
            (plain().at_hop(3), &[3356, 4837, 9381, 134_544, 131_279], "4837", "134544 9381"),
            (plain().at_hop(2), &[20485, 131_279], "beyond", "20485"),
            (plain().at_hop(2), &[131_279], "beyond", ""),
            (plain().at_hop(2), &[3356, 134_544, 4837, 134_544, 131_279], "4837", "134544"),
            (plain().at_hop(3), &[3356, 134_544, 4837, 134_544, 131_279], "3356", "134544 4837"),
            (sibling(), &[3356, 4837, 134_544, 131_279], "4837", "134544"),
            (sibling(), &[134_544, 131_279], "direct", "134544"),
            (sibling().at_hop(2), &[3356, 4837, 134_544, 131_279], "3356", "134544 4837"),
            (sibling(), &[3356, 4837, 134_544], "4837", ""),
            (house(), &[3356, 11960, 27725], "3356", "11960"),
            (house(), &[3356, 27725, 11960, 27725], "3356", ""),
            (house(), &[3356, 11960, 64500], "11960", ""),
            (exchange(), &[3356, 64_700, 131_279], "3356", "64700"),
            (exchange(), &[64_700, 131_279], "direct", "64700"),
            (exchange(), &[3356, 64_700, 65_000], "3356", "64700"),
        ];
        for (reader, path, hop, via) in cases {
            let route = reader.read(Arc::new(AsPath::sequence(path.iter().copied())), Asn(path[0])).expect("a route");
            assert_eq!((route.upstream.to_string().as_str(), route.upstream.via.to_string().as_str()), (*hop, *via), "{path:?}");
            assert_eq!(route.flags.has(Flag::Skipped), path.contains(&64_700), "{path:?}");
        }
    }

    #[test]
    fn who_stands_further_left_than_the_upstream_has_it_from_there() {
        let plain = || PathReader::new([Asn(131_279)]);
        let exchange = || plain().passing_over([Asn(64_700)]);
        let cases: &[(PathReader, &[u32], bool)] = &[
            (plain(), &[20485, 131_279], false),
            (plain(), &[20485, 20485, 131_279, 131_279], false),
            (plain(), &[3356, 20485, 131_279], true),
            (plain(), &[131_279], false),
            (plain().at_hop(2), &[20485, 131_279], false),
            (plain().at_hop(2), &[4837, 134_544, 131_279], false),
            (plain().at_hop(2), &[3356, 4837, 134_544, 131_279], true),
            (plain().with_siblings([Asn(134_544)]), &[4837, 134_544, 131_279], false),
            (plain(), &[64_700, 20485, 131_279], true),
            (exchange(), &[64_700, 20485, 131_279], false),
            (exchange(), &[3356, 64_700, 20485, 131_279], true),
        ];
        for (reader, path, is_beyond) in cases {
            let route = reader.read(Arc::new(AsPath::sequence(path.iter().copied())), Asn(path[0])).expect("a route");
            assert_eq!(route.is_beyond, *is_beyond, "{path:?}");
        }
    }

    #[test]
    fn a_route_read_again_keeps_the_remarks_of_its_record() {
        let reader = PathReader::new([Asn(131_279)]);
        let mut route = reader.read(Arc::new(AsPath::sequence([4837, 131_279])), Asn(4837)).expect("a route");
        route.flags.set(Flag::Excerpt);
        let further = reader.clone().at_hop(2).reread(&route, Asn(4837));
        assert_eq!((further.upstream.hop, further.flags.to_string().as_str()), (Hop::Beyond, "excerpt"));
        assert_eq!(reader.reread(&further, Asn(4837)), route);
    }
}
