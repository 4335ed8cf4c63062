//! The simulated world before anything happens: collectors, their peers, the prefixes, and the paths that peers see.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::mrt::AsnWidth;
use crate::prng::Prng;

/// 2017-10-01T00:00:00Z, the first second of the archive.
pub const START: u32 = 1_506_816_000;
/// 2017-10-02T12:00:00Z, the first second behind it.
pub const END: u32 = START + 36 * 3600;
/// STAR-KP.
pub const ORIGIN: u32 = 131_279;
/// China Unicom.
pub const UNICOM: u32 = 4837;
/// `TransTeleCom`.
pub const TRANSTELECOM: u32 = 20485;
/// The watched prefixes are the first of the list: .176, .177, .178, .179.
pub const WATCHED: usize = 4;
/// The seed of everything random.
pub const SEED: u64 = 20_171_001;

/// Which simulated archive a peer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Collector {
    /// Like `RouteViews`: `route-views.sim`.
    RouteViews,
    /// Like RIPE RIS: `rrc90`.
    Ris,
}

/// What a peer tells its collector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// The whole IPv4 table.
    Full,
    /// The whole tables of both families over one session.
    Dual,
    /// Two fifths of the IPv4 background and at most one watched prefix.
    Partial(Option<usize>),
    /// The IPv6 table only.
    Ipv6,
}

/// How a two-byte session carries ASNs of four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As4 {
    /// `AS4_PATH` repeats the whole path.
    Whole,
    /// `AS4_PATH` lacks the first AS, as after an old router that prepended itself.
    Tail,
}

/// What a peer does when `TransTeleCom` is on offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Stays with China Unicom.
    KeepsUnicom,
    /// Goes over for the prefixes on offer.
    TakesTransTeleCom,
}

/// A BGP session of a collector.
#[derive(Debug, Clone)]
pub struct Peer {
    pub collector: Collector,
    pub ip: IpAddr,
    pub asn: u32,
    pub width: AsnWidth,
    pub as4: As4,
    pub feed: Feed,
    /// How often it writes its own ASN.
    pub times: usize,
    /// Seconds since the epoch from which the session exists.
    pub since: u32,
    pub choice: Choice,
}

/// Where the peers that the story names stand in the list.
pub mod role {
    pub const TRANSTELECOM: usize = 5;
    pub const UNICOM: usize = 9;
    pub const RESET: usize = 3;
    pub const LATE: usize = 14;
    pub const RESENDS: usize = 22;
    /// Like China Unicom's own session, it never loses a prefix but when all do.
    pub const STEADY: usize = 15;
    /// The first to move in the hours of unrest, and the last.
    pub const FALTERS: usize = 20;
    pub const SETTLES: usize = 17;
}

/// When the late peer's session comes up.
pub const LATE_UP: u32 = START + 14 * 3600 + 4 * 60 + 2;

/// All peers, by collector.
pub fn peers() -> Vec<Peer> {
    use Collector::{Ris, RouteViews};
    let peer = |collector, host: u16, asn, feed| Peer {
        collector,
        ip: address(collector, feed, host),
        asn,
        width: AsnWidth::Four,
        as4: As4::Whole,
        feed,
        times: 1,
        since: START,
        choice: Choice::KeepsUnicom,
    };
    let adopting = |collector, host, asn, feed| Peer { choice: Choice::TakesTransTeleCom, ..peer(collector, host, asn, feed) };
    let two_byte = |as4, base: Peer| Peer { width: AsnWidth::Two, as4, ..base };
    vec![
        peer(Ris, 10, 3356, Feed::Full),
        adopting(Ris, 11, 1299, Feed::Full),
        adopting(Ris, 12, 6939, Feed::Full),
        adopting(Ris, 13, 2914, Feed::Full),
        adopting(Ris, 14, 3257, Feed::Full),
        adopting(Ris, 15, 20485, Feed::Full),
        Peer { times: 2, ..adopting(Ris, 16, 9002, Feed::Full) },
        Peer { times: 3, ..peer(Ris, 17, 6453, Feed::Full) },
        peer(Ris, 18, 1239, Feed::Full),
        peer(Ris, 19, 4837, Feed::Full),
        adopting(Ris, 20, 12956, Feed::Partial(Some(2))),
        peer(Ris, 21, 5511, Feed::Partial(None)),
        peer(Ris, 22, 6939, Feed::Ipv6),
        peer(Ris, 23, 2497, Feed::Ipv6),
        Peer { since: LATE_UP, ..adopting(Ris, 24, 8359, Feed::Full) },
        peer(RouteViews, 10, 701, Feed::Full),
        adopting(RouteViews, 11, 174, Feed::Dual),
        two_byte(As4::Whole, peer(RouteViews, 12, 7018, Feed::Full)),
        two_byte(As4::Whole, adopting(RouteViews, 13, 3303, Feed::Full)),
        two_byte(As4::Tail, adopting(RouteViews, 14, 2152, Feed::Full)),
        peer(RouteViews, 15, 3356, Feed::Dual),
        Peer { times: 2, ..peer(RouteViews, 16, 1221, Feed::Full) },
        adopting(RouteViews, 17, 6762, Feed::Full),
        peer(RouteViews, 18, 3130, Feed::Partial(Some(3))),
        peer(RouteViews, 19, 11686, Feed::Partial(None)),
        peer(RouteViews, 20, 30071, Feed::Ipv6),
        adopting(RouteViews, 21, 262_757, Feed::Full),
    ]
}

fn address(collector: Collector, feed: Feed, host: u16) -> IpAddr {
    let low = u8::try_from(host).expect("a host number below 256");
    match (feed, collector) {
        (Feed::Ipv6, Collector::Ris) => Ipv6Addr::new(0x2001, 0xdb8, 0x90, 0, 0, 0, 0, host).into(),
        (Feed::Ipv6, Collector::RouteViews) => Ipv6Addr::new(0x2001, 0xdb8, 0x6447, 0, 0, 0, 0, host).into(),
        (_, Collector::Ris) => Ipv4Addr::new(192, 0, 2, low).into(),
        (_, Collector::RouteViews) => Ipv4Addr::new(198, 51, 100, low).into(),
    }
}

/// The watched prefixes, then about 480 of IPv4 over the whole address space, then 48 of IPv6.
pub fn prefixes() -> Vec<IpNet> {
    let mut random = Prng::new(SEED, 1);
    let watched = (176..180).map(|third| v4(Ipv4Addr::new(175, 45, third, 0), 24));
    let background = (0..512_u32).filter_map(|i| {
        let len = 16 + u8::try_from(random.range(0, 8)).expect("at most 8");
        let start = (1 << 24) + i * 7_270_000 + random.range(0, 3_000_000);
        let [first, ..] = start.to_be_bytes();
        // Special-purpose blocks, and the watched prefixes' surroundings.
        let skipped = [10, 100, 127, 169, 172, 175, 192, 198, 203];
        (!skipped.contains(&first)).then(|| v4(Ipv4Addr::from(start), len))
    });
    let v4: Vec<IpNet> = watched.chain(background).collect();
    let v6 = [0x2001, 0x2400, 0x2600, 0x2800, 0x2a00, 0x2c0f].into_iter().flat_map(|first| {
        (0..8).map(move |i| IpNet::from(Ipv6Net::new(Ipv6Addr::new(first, 0xe00 + i * 16, 0, 0, 0, 0, 0, 0), 32).expect("a /32")))
    });
    v4.into_iter().chain(v6).collect()
}

fn v4(address: Ipv4Addr, len: u8) -> IpNet {
    IpNet::from(Ipv4Net::new(address, len).expect("a mask of IPv4").trunc())
}

impl Peer {
    /// Whether the peer ever carries the prefix at this position of the list.
    pub fn carries(&self, prefix: usize, net: &IpNet) -> bool {
        match self.feed {
            Feed::Ipv6 => net.addr().is_ipv6(),
            Feed::Full => net.addr().is_ipv4(),
            Feed::Dual => true,
            Feed::Partial(watched) if prefix < WATCHED => watched == Some(prefix),
            Feed::Partial(_) => net.addr().is_ipv4() && prefix % 5 < 2,
        }
    }

    /// Its own ASN, `middle` without what stands before or behind it already, then `upstream`.
    fn via(&self, middle: &[u32], upstream: &[u32]) -> Vec<u32> {
        let mut path = vec![self.asn; self.times];
        path.extend(middle.iter().filter(|asn| **asn != self.asn && !upstream.contains(asn)));
        path.extend(upstream);
        path
    }

    /// Its path to a background prefix; `variant` 0 is the usual one. Origins bear ASNs for documentation.
    pub fn background_path(&self, prefix: usize, variant: u64) -> Vec<u32> {
        const TRANSIT: [u32; 12] = [3356, 1299, 174, 2914, 6939, 1239, 701, 3257, 6453, 9002, 20485, 6762];
        // Neighbouring prefixes share an origin and so a path, as real tables do.
        let group = u32::try_from(prefix / 6 % 32).expect("below 32");
        let origin = if group < 16 { 64496 + group } else { 65536 + group - 16 };
        let mut random = Prng::new(u64::from(group) << 32 | u64::from(self.asn), 2 + variant);
        let first = TRANSIT[random.index(6)];
        let second = TRANSIT[6 + random.index(6)];
        let middle = [first, second];
        self.via(if random.chance(40) { &middle[..1] } else { &middle }, &[origin])
    }

    /// Its path to a watched prefix by `upstream`; variants above 0 are longer, hunting ones. What stands next to the
    /// origin never varies.
    pub fn watched_path(&self, prefix: usize, upstream: u32, variant: usize) -> Vec<u32> {
        const BY_UNICOM: [&[u32]; 6] = [&[1299], &[3356], &[174], &[1239], &[2914, 3356], &[6453, 1239]];
        const BY_TRANSTELECOM: [&[u32]; 6] = [&[1299], &[3257], &[9002], &[6939], &[3257, 3216], &[6762, 1299]];
        let middles = if upstream == UNICOM { BY_UNICOM } else { BY_TRANSTELECOM };
        let usual = usize::try_from(self.asn).expect("an ASN") % 4;
        let direct = self.asn == upstream || (variant == 0 && middles[..4].iter().any(|middle| middle.contains(&self.asn)));
        let middle: &[u32] = match variant {
            _ if direct => &[],
            0 => middles[usual],
            1 => middles[4],
            _ => middles[5],
        };
        let tail: &[u32] = if self.asn == upstream { &[ORIGIN] } else { &[upstream, ORIGIN] };
        let mut path = self.via(middle, tail);
        // As if the origin preferred its other links for .179 where this peer is concerned.
        if prefix == 3 && self.asn == 701 {
            path.extend([ORIGIN, ORIGIN]);
        }
        path
    }
}
