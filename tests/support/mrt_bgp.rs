//! BGP messages as bytes: prefixes, path attributes, UPDATEs (RFC 4271, 4760, 6793, 7911). Companion of `mrt.rs`.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

/// Stands in two-byte fields for an ASN that needs four (RFC 6793).
pub const AS_TRANS: u16 = 23456;

/// How wide a session, or an entry of the peer index, writes ASNs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsnWidth {
    /// Two bytes; larger ASNs become `AS_TRANS`.
    Two,
    /// Four bytes.
    Four,
}

impl AsnWidth {
    pub(super) fn put(self, out: &mut Vec<u8>, asn: u32) {
        match self {
            Self::Two => out.extend(u16::try_from(asn).unwrap_or(AS_TRANS).to_be_bytes()),
            Self::Four => out.extend(asn.to_be_bytes()),
        }
    }
}

/// One prefix as BGP writes it: an optional path id, the mask's length, the bytes that it needs.
#[derive(Debug, Clone)]
pub struct Nlri(Vec<u8>);

impl Nlri {
    /// With a path id before it (RFC 7911); the session or record must be an add-path one to be well formed.
    pub fn with_path_id(id: u32, prefix: &str) -> Self {
        Self([id.to_be_bytes().to_vec(), Self::from(prefix).0].concat())
    }

    /// With every bit behind the mask set, which a reader must ignore (RFC 4271 4.3).
    pub fn with_stray_bits(prefix: &str) -> Self {
        let mut nlri = Self::from(prefix);
        let spare = (8 - nlri.0[0] % 8) % 8;
        if let Some(last) = nlri.0[1..].last_mut() {
            *last |= (1_u8 << spare) - 1;
        }
        nlri
    }

    /// Any bytes.
    pub fn raw(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// As it goes on the wire.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<IpNet> for Nlri {
    fn from(net: IpNet) -> Self {
        let mask = net.prefix_len();
        let needed = usize::from(mask.div_ceil(8));
        let mut bytes = vec![mask];
        bytes.extend(&ip_bytes(net.addr())[..needed]);
        Self(bytes)
    }
}

impl From<&str> for Nlri {
    fn from(prefix: &str) -> Self {
        Self::from(prefix.parse::<IpNet>().expect("a prefix"))
    }
}

fn join<N: Into<Nlri>>(nlri: impl IntoIterator<Item = N>) -> Vec<u8> {
    nlri.into_iter().flat_map(|one| one.into().0).collect()
}

/// A segment of an `AS_PATH`.
#[derive(Debug, Clone)]
pub enum Segment {
    /// Type 1: unordered.
    Set(Vec<u32>),
    /// Type 2: in order, nearest first.
    Sequence(Vec<u32>),
    /// Type 3: within a confederation (RFC 5065).
    ConfedSequence(Vec<u32>),
    /// Type 4: unordered, within a confederation.
    ConfedSet(Vec<u32>),
}

/// Path attributes of one route, written in the order of the calls.
#[derive(Debug, Clone)]
pub struct Attributes {
    width: AsnWidth,
    bytes: Vec<u8>,
}

impl Attributes {
    /// No attributes yet; `width` is that of the session (`TABLE_DUMP_V2`: four, `TABLE_DUMP`: two).
    pub fn new(width: AsnWidth) -> Self {
        Self { width, bytes: Vec::new() }
    }

    /// Any attribute; the length field is two bytes where `flags` has 0x10 or the value needs it.
    #[must_use]
    pub fn raw(mut self, flags: u8, code: u8, value: &[u8]) -> Self {
        let flags = if value.len() > 255 { flags | 0x10 } else { flags };
        self.bytes.extend([flags, code]);
        let length = u16::try_from(value.len()).expect("attribute length").to_be_bytes();
        self.bytes.extend(if flags & 0x10 == 0 { &length[1..] } else { &length[..] });
        self.bytes.extend(value);
        self
    }

    /// ORIGIN: 0 IGP, 1 EGP, 2 incomplete.
    #[must_use]
    pub fn origin(self, origin: u8) -> Self {
        self.raw(0x40, 1, &[origin])
    }

    /// `AS_PATH` of one sequence; on a two-byte session larger ASNs become `AS_TRANS`.
    #[must_use]
    pub fn path(self, sequence: &[u32]) -> Self {
        self.path_segments(&[Segment::Sequence(sequence.to_vec())])
    }

    /// `AS_PATH` of any segments; none at all makes the empty path.
    #[must_use]
    pub fn path_segments(self, segments: &[Segment]) -> Self {
        let value = path_bytes(self.width, segments);
        self.raw(0x40, 2, &value)
    }

    /// `AS4_PATH` (RFC 6793), always four bytes wide.
    #[must_use]
    pub fn as4_path(self, segments: &[Segment]) -> Self {
        self.raw(0xc0, 17, &path_bytes(AsnWidth::Four, segments))
    }

    /// `NEXT_HOP`, IPv4.
    #[must_use]
    pub fn next_hop(self, address: &str) -> Self {
        self.raw(0x40, 3, &address.parse::<Ipv4Addr>().expect("an IPv4 address").octets())
    }

    /// `MULTI_EXIT_DISC`.
    #[must_use]
    pub fn med(self, metric: u32) -> Self {
        self.raw(0x80, 4, &metric.to_be_bytes())
    }

    /// COMMUNITIES, the two halves of each.
    #[must_use]
    pub fn communities(self, communities: &[(u16, u16)]) -> Self {
        let value: Vec<u8> = communities.iter().flat_map(|(asn, tag)| [asn.to_be_bytes(), tag.to_be_bytes()].concat()).collect();
        self.raw(0xc0, 8, &value)
    }

    /// AGGREGATOR, as wide as the session.
    #[must_use]
    pub fn aggregator(self, asn: u32, id: Ipv4Addr) -> Self {
        let mut value = Vec::new();
        self.width.put(&mut value, asn);
        value.extend(id.octets());
        self.raw(0xc0, 7, &value)
    }

    /// `AS4_AGGREGATOR` (RFC 6793).
    #[must_use]
    pub fn as4_aggregator(self, asn: u32, id: Ipv4Addr) -> Self {
        self.raw(0xc0, 18, &[asn.to_be_bytes(), id.octets()].concat())
    }

    /// `MP_REACH_NLRI` as RFC 4760 has it, for IPv6 unicast (or IPv4, by the next hop's family).
    #[must_use]
    pub fn mp_reach<N: Into<Nlri>>(self, next_hop: &str, nlri: impl IntoIterator<Item = N>) -> Self {
        let hop: IpAddr = next_hop.parse().expect("an address");
        let mut value = vec![0, if hop.is_ipv4() { 1 } else { 2 }, 1];
        value.extend(hop_bytes(hop));
        value.push(0);
        value.extend(join(nlri));
        self.raw(0x80, 14, &value)
    }

    /// `MP_REACH_NLRI` as RFC 6396 4.3.4 abbreviates it in RIB entries: only the next hop and its length.
    #[must_use]
    pub fn mp_reach_abbreviated(self, next_hop: &str) -> Self {
        let value = hop_bytes(next_hop.parse().expect("an address"));
        self.raw(0x80, 14, &value)
    }

    /// `MP_UNREACH_NLRI` for IPv6 unicast.
    #[must_use]
    pub fn mp_unreach<N: Into<Nlri>>(self, nlri: impl IntoIterator<Item = N>) -> Self {
        let value = [vec![0, 2, 1], join(nlri)].concat();
        self.raw(0x80, 15, &value)
    }

    /// What was written so far.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// An UPDATE message, well formed unless raw NLRI make it otherwise.
#[derive(Debug, Clone, Default)]
pub struct Update {
    withdrawn: Vec<u8>,
    attributes: Vec<u8>,
    announced: Vec<u8>,
}

impl Update {
    /// Without anything: the End-of-RIB of IPv4.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an IPv4 withdrawal.
    #[must_use]
    pub fn withdraw(mut self, nlri: impl Into<Nlri>) -> Self {
        self.withdrawn.extend(nlri.into().0);
        self
    }

    /// Adds an IPv4 announcement.
    #[must_use]
    pub fn announce(mut self, nlri: impl Into<Nlri>) -> Self {
        self.announced.extend(nlri.into().0);
        self
    }

    /// Sets the attributes.
    #[must_use]
    pub fn attributes(mut self, attributes: Attributes) -> Self {
        self.attributes = attributes.bytes;
        self
    }

    /// The whole BGP message, with its header.
    pub fn message(&self) -> Vec<u8> {
        let length = |part: &[u8]| u16::try_from(part.len()).expect("part of a message").to_be_bytes();
        let (withdrawn, attributes) = (&self.withdrawn, &self.attributes);
        bgp_message(2, &[&length(withdrawn)[..], withdrawn, &length(attributes), attributes, &self.announced].concat())
    }
}

/// A BGP message of any type: 1 OPEN, 2 UPDATE, 3 NOTIFICATION, 4 KEEPALIVE.
pub fn bgp_message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 19).expect("message length");
    [&[0xff; 16][..], &length.to_be_bytes(), &[kind], body].concat()
}

fn path_bytes(width: AsnWidth, segments: &[Segment]) -> Vec<u8> {
    let mut out = Vec::new();
    for segment in segments {
        let (kind, asns) = match segment {
            Segment::Set(asns) => (1, asns),
            Segment::Sequence(asns) => (2, asns),
            Segment::ConfedSequence(asns) => (3, asns),
            Segment::ConfedSet(asns) => (4, asns),
        };
        out.extend([kind, u8::try_from(asns.len()).expect("segment length")]);
        for asn in asns {
            width.put(&mut out, *asn);
        }
    }
    out
}

pub(super) fn ip_bytes(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}

fn hop_bytes(hop: IpAddr) -> Vec<u8> {
    let bytes = ip_bytes(hop);
    [vec![u8::try_from(bytes.len()).expect("4 or 16")], bytes].concat()
}
