//! The test that every route must pass to be looked at.

use ipnet::IpNet;

use crate::model::{Asn, PathReader};
use crate::mrt::PrefixSet;

/// Whether the original bytes of watched records are kept with what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// What they say is enough.
    #[default]
    Nothing,
    /// For a cache, from which evidence can be written.
    Bytes,
}

/// The watched prefixes and origins (rule 4).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watch {
    keep: Keep,
    prefixes: Vec<IpNet>,
    covering: Vec<IpNet>,
    reader: PathReader,
}

impl Watch {
    /// Watches `prefixes` and their more-specifics; `origins` classify the routes, none meaning that every origin counts.
    pub fn new(prefixes: impl IntoIterator<Item = IpNet>, origins: impl IntoIterator<Item = Asn>) -> Self {
        let mut prefixes: Vec<IpNet> = prefixes.into_iter().map(|p| p.trunc()).collect();
        prefixes.sort_unstable();
        // A prefix inside a watched one is watched already. Sorted order puts the covering one before.
        prefixes.dedup_by(|inner, outer| outer.contains(&*inner));
        Watch { prefixes, covering: Vec::new(), reader: PathReader::new(origins), keep: Keep::Nothing }
    }

    /// The same, with or without the records' bytes.
    #[must_use]
    pub fn keeping(self, keep: Keep) -> Self {
        Watch { keep, ..self }
    }

    /// The same, and the routes that cover the watched prefixes ([`covering`]).
    #[must_use]
    pub fn with_covering(self) -> Self {
        let mut all: Vec<IpNet> = self.prefixes.iter().flat_map(|prefix| covering(*prefix)).collect();
        all.sort_unstable();
        all.dedup();
        Watch { covering: all, ..self }
    }

    /// Whether the bytes of watched records are kept.
    pub fn keep(&self) -> Keep {
        self.keep
    }

    /// Whether a route for `net` is watched: `net` is a watched prefix or inside one, or covers one, if that was asked for.
    pub fn covers(&self, net: &IpNet) -> bool {
        // Disjoint and sorted: only the last prefix that starts at or before `net` can cover it.
        let at = self.prefixes.partition_point(|p| p <= net);
        at > 0 && self.prefixes[at - 1].contains(net) || self.covering.binary_search(net).is_ok()
    }

    /// The same for raw bytes.
    pub fn set(&self) -> PrefixSet {
        PrefixSet::new(&self.prefixes, &self.covering)
    }

    /// Whether the AS may be the origin that is asked for.
    pub fn is_origin(&self, asn: Asn) -> bool {
        self.reader.is_origin(asn)
    }

    /// The watched prefixes: sorted, disjoint, host bits cleared.
    pub fn prefixes(&self) -> &[IpNet] {
        &self.prefixes
    }

    /// Prefixes that cover those and are watched without their more-specifics, sorted.
    pub fn covering(&self) -> &[IpNet] {
        &self.covering
    }

    /// The watched origins, sorted; none: every origin.
    pub fn origins(&self) -> &[Asn] {
        self.reader.origins()
    }

    /// How paths are read.
    pub fn reader(&self) -> &PathReader {
        &self.reader
    }

    /// The same, with paths read otherwise.
    #[must_use]
    pub fn reading(self, reader: PathReader) -> Self {
        Watch { reader, ..self }
    }
}

/// The prefixes that cover a prefix: none shorter than any that is announced, so never a default route.
pub fn covering(prefix: IpNet) -> impl Iterator<Item = IpNet> {
    let shortest = match prefix {
        IpNet::V4(_) => 8,
        IpNet::V6(_) => 16,
    };
    let longer = move |net: &IpNet| net.supernet().filter(|net| net.prefix_len() >= shortest);
    std::iter::successors(longer(&prefix.trunc()), longer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> IpNet {
        text.parse().expect("a prefix")
    }

    #[test]
    fn watches_more_specifics_never_covering_routes() {
        let watch = Watch::new([net("175.45.176.0/22"), net("175.45.178.0/24"), net("2001:db8::/32"), net("10.0.0.0/8")], []);
        for inside in
            ["175.45.176.0/22", "175.45.176.0/24", "175.45.179.0/24", "175.45.179.255/32", "2001:db8:1::/48", "10.255.0.0/16"]
        {
            assert!(watch.covers(&net(inside)), "{inside}");
        }
        for outside in ["0.0.0.0/0", "175.0.0.0/8", "175.45.176.0/21", "175.45.180.0/24", "::/0", "2001:db9::/32", "11.0.0.0/8"] {
            assert!(!watch.covers(&net(outside)), "{outside}");
        }
        assert_eq!(watch.prefixes().len(), 3);
    }

    #[test]
    fn covering_routes_are_watched_where_asked_for_and_nothing_beside_them() {
        let watch = Watch::new([net("175.45.176.0/22"), net("2001:db8::/32")], []).with_covering();
        for covering in
            ["175.45.176.0/22", "175.45.176.0/24", "175.45.176.0/21", "175.45.160.0/19", "175.0.0.0/8", "2001:d00::/24"]
        {
            assert!(watch.covers(&net(covering)), "{covering}");
            assert!(watch.set().covers_net(net(covering)), "{covering}");
        }
        for beside in ["0.0.0.0/0", "174.0.0.0/7", "175.45.180.0/22", "175.45.168.0/21", "175.45.160.0/20", "::/0", "2000::/12"] {
            assert!(!watch.covers(&net(beside)), "{beside}");
            assert!(!watch.set().covers_net(net(beside)), "{beside}");
        }
    }
}
