//! MRT records of routing tables as bytes: peer index tables and RIB records of both dump formats. Companion of `mrt.rs`.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use super::{AsnWidth, Attributes, Nlri, Stamp, ip_bytes, record};

/// A peer of the index table; `width` says how wide its ASN is written there, not what its routes are like.
#[derive(Debug, Clone, Copy)]
pub struct IndexedPeer {
    /// The session's far end.
    pub ip: IpAddr,
    /// Its ASN.
    pub asn: u32,
    /// Its router id.
    pub bgp_id: Ipv4Addr,
    /// Width of the ASN in this entry.
    pub width: AsnWidth,
}

/// So many peers of as many networks, all with AS numbers of four octets.
pub fn indexed_peers(count: u16) -> Vec<IndexedPeer> {
    let peer = |n: u16| IndexedPeer {
        ip: format!("192.0.2.{n}").parse().expect("an address"),
        asn: 1000 + u32::from(n),
        bgp_id: Ipv4Addr::new(192, 0, 2, 1),
        width: AsnWidth::Four,
    };
    (0..count).map(peer).collect()
}

/// A route of a `TABLE_DUMP_V2` record.
#[derive(Debug, Clone)]
pub struct RibEntry {
    /// Position in the index table.
    pub peer: u16,
    /// When the route was learned, seconds since the epoch. Not the dump's time.
    pub originated: u32,
    /// Path id; with one, the record is an add-path one (RFC 8050).
    pub path_id: Option<u32>,
    /// Its attributes, four bytes wide.
    pub attributes: Attributes,
}

/// The first record of a `TABLE_DUMP_V2` file.
pub fn peer_index_table(time: u32, collector_id: Ipv4Addr, view: &str, peers: &[IndexedPeer]) -> Vec<u8> {
    let count = |n: usize| u16::try_from(n).expect("a count of 16 bits").to_be_bytes();
    let mut body = collector_id.octets().to_vec();
    body.extend(count(view.len()));
    body.extend(view.as_bytes());
    body.extend(count(peers.len()));
    for peer in peers {
        body.push(u8::from(peer.ip.is_ipv6()) | if peer.width == AsnWidth::Four { 2 } else { 0 });
        body.extend(peer.bgp_id.octets());
        body.extend(ip_bytes(peer.ip));
        match peer.width {
            AsnWidth::Two => body.extend(u16::try_from(peer.asn).expect("an ASN of two bytes").to_be_bytes()),
            AsnWidth::Four => body.extend(peer.asn.to_be_bytes()),
        }
    }
    record(Stamp::Seconds(time), 13, 1, &body)
}

/// A unicast RIB record; the prefix tells the family, the first entry's path id tells add-path.
pub fn rib(time: u32, sequence: u32, prefix: &str, entries: &[RibEntry]) -> Vec<u8> {
    let net: IpNet = prefix.parse().expect("a prefix");
    let family = if net.addr().is_ipv4() { 2 } else { 4 };
    let add_path = entries.first().is_some_and(|entry| entry.path_id.is_some());
    rib_as(if add_path { family + 6 } else { family }, time, sequence, &net.into(), entries)
}

/// A RIB record of any subtype around any NLRI; path ids are written where entries have them.
pub fn rib_as(subtype: u16, time: u32, sequence: u32, nlri: &Nlri, entries: &[RibEntry]) -> Vec<u8> {
    let mut body = sequence.to_be_bytes().to_vec();
    body.extend(nlri.bytes());
    body.extend(u16::try_from(entries.len()).expect("entries of a record").to_be_bytes());
    for entry in entries {
        body.extend(entry.peer.to_be_bytes());
        body.extend(entry.originated.to_be_bytes());
        body.extend(entry.path_id.into_iter().flat_map(u32::to_be_bytes));
        body.extend(attribute_block(&entry.attributes));
    }
    record(Stamp::Seconds(time), 13, subtype, &body)
}

/// What a `TABLE_DUMP` (version 1) record says besides its prefix and attributes.
#[derive(Debug, Clone, Copy)]
pub struct TableDump {
    /// The record's time, seconds since the epoch.
    pub time: u32,
    /// Position in the dump; wraps at 65536.
    pub sequence: u16,
    /// When the route was learned, seconds since the epoch.
    pub originated: u32,
    /// The peer, of the prefix's family.
    pub peer_ip: IpAddr,
    /// Its ASN; two bytes is all there is.
    pub peer_asn: u16,
}

impl TableDump {
    /// The record of one route; `attributes` are two bytes wide.
    pub fn record(&self, prefix: &str, attributes: &Attributes) -> Vec<u8> {
        self.record_of(1, &self.peer_asn.to_be_bytes(), prefix, attributes)
    }

    /// The same with an ASN of four bytes, as wide as those of `attributes`: subtypes 3 and 4, which bgpdump reads.
    pub fn record_as4(&self, peer_asn: u32, prefix: &str, attributes: &Attributes) -> Vec<u8> {
        self.record_of(3, &peer_asn.to_be_bytes(), prefix, attributes)
    }

    fn record_of(&self, first_subtype: u16, peer_asn: &[u8], prefix: &str, attributes: &Attributes) -> Vec<u8> {
        let net: IpNet = prefix.parse().expect("a prefix");
        let mut body = vec![0, 0];
        body.extend(self.sequence.to_be_bytes());
        body.extend(ip_bytes(net.addr()));
        body.extend([net.prefix_len(), 1]);
        body.extend(self.originated.to_be_bytes());
        body.extend(ip_bytes(self.peer_ip));
        body.extend(peer_asn);
        body.extend(attribute_block(attributes));
        record(Stamp::Seconds(self.time), 12, first_subtype + u16::from(net.addr().is_ipv6()), &body)
    }

    /// The route as `BGP4MP_ENTRY`, which OpenBGPD writes; its number is left out.
    pub fn table_entry(&self, prefix: &str, attributes: &Attributes) -> Vec<u8> {
        let net: IpNet = prefix.parse().expect("a prefix");
        let afi = |ip: IpAddr| [0, if ip.is_ipv4() { 1 } else { 2 }];
        let mut body = [self.peer_asn.to_be_bytes(), [0x31, 0x6e], [0, 0], afi(self.peer_ip)].concat();
        body.extend([ip_bytes(self.peer_ip), ip_bytes(self.peer_ip)].concat());
        body.extend([0, 0, 0, 1]);
        body.extend(self.originated.to_be_bytes());
        body.extend(afi(net.addr()));
        body.extend([1, u8::try_from(ip_bytes(net.addr()).len()).expect("4 or 16")]);
        body.extend(ip_bytes(net.addr()));
        body.extend(Nlri::from(net).bytes());
        body.extend(attribute_block(attributes));
        record(Stamp::Seconds(self.time), 16, 2, &body)
    }
}

fn attribute_block(attributes: &Attributes) -> Vec<u8> {
    let bytes = attributes.bytes();
    [&u16::try_from(bytes.len()).expect("attribute block").to_be_bytes()[..], bytes].concat()
}
