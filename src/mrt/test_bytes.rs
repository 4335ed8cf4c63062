//! Makes MRT bytes by hand for tests, field by field as the RFCs draw them.

use std::net::IpAddr;

use ipnet::IpNet;

/// Joins byte strings.
pub fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// An MRT record.
pub fn record(secs: u32, kind: u16, subtype: u16, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a short body");
    join(&[&secs.to_be_bytes(), &kind.to_be_bytes(), &subtype.to_be_bytes(), &length.to_be_bytes(), body])
}

fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}

/// The envelope of BGP4MP subtypes with 4-byte AS numbers.
pub fn envelope_as4(ip: &str, asn: u32) -> Vec<u8> {
    let ip: IpAddr = ip.parse().expect("an address");
    let afi: u16 = if ip.is_ipv4() { 1 } else { 2 };
    join(&[&asn.to_be_bytes(), &12654_u32.to_be_bytes(), &[0, 0], &afi.to_be_bytes(), &octets(ip), &octets(ip)])
}

/// The envelope of BGP4MP subtypes with 2-byte AS numbers.
pub fn envelope_as2(ip: &str, asn: u16) -> Vec<u8> {
    let ip: IpAddr = ip.parse().expect("an address");
    let afi: u16 = if ip.is_ipv4() { 1 } else { 2 };
    join(&[&asn.to_be_bytes(), &12654_u16.to_be_bytes(), &[0, 0], &afi.to_be_bytes(), &octets(ip), &octets(ip)])
}

/// A BGP message with its header.
pub fn bgp(message_type: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(19 + body.len()).expect("a short message");
    join(&[&[0xFF; 16], &length.to_be_bytes(), &[message_type], body])
}

/// The body of an UPDATE.
pub fn update(withdrawn: &[u8], attributes: &[u8], announced: &[u8]) -> Vec<u8> {
    let length = |list: &[u8]| u16::try_from(list.len()).expect("a short list").to_be_bytes();
    join(&[&length(withdrawn), withdrawn, &length(attributes), attributes, announced])
}

/// One element of an NLRI list.
pub fn nlri(prefix: &str) -> Vec<u8> {
    let net: IpNet = prefix.parse().expect("a prefix");
    let mut all = octets(net.addr());
    all.truncate(usize::from(net.prefix_len()).div_ceil(8));
    join(&[&[net.prefix_len()], &all])
}

/// A path attribute.
pub fn attribute(flags: u8, code: u8, value: &[u8]) -> Vec<u8> {
    match u8::try_from(value.len()) {
        Ok(length) => join(&[&[flags, code, length], value]),
        Err(_) => join(&[&[flags | 0x10, code], &u16::try_from(value.len()).expect("short").to_be_bytes(), value]),
    }
}

/// A path segment with 4-byte AS numbers (1: set, 2: sequence).
pub fn segment4(kind: u8, ases: &[u32]) -> Vec<u8> {
    let mut bytes = vec![kind, u8::try_from(ases.len()).expect("a short segment")];
    bytes.extend(ases.iter().flat_map(|asn| asn.to_be_bytes()));
    bytes
}

/// A path segment with 2-byte AS numbers.
pub fn segment2(kind: u8, ases: &[u16]) -> Vec<u8> {
    let mut bytes = vec![kind, u8::try_from(ases.len()).expect("a short segment")];
    bytes.extend(ases.iter().flat_map(|asn| asn.to_be_bytes()));
    bytes
}

/// `AS_PATH` of one sequence with 4-byte AS numbers.
pub fn as_path(ases: &[u32]) -> Vec<u8> {
    attribute(0x40, 2, &segment4(2, ases))
}

/// A `BGP4MP_MESSAGE_AS4` record with an UPDATE.
pub fn update_record(secs: u32, body: &[u8]) -> Vec<u8> {
    record(secs, 16, 4, &join(&[&envelope_as4("192.0.2.1", 3356), &bgp(2, body)]))
}

/// A peer index of IPv4 peers with 4-byte AS numbers.
pub fn peer_index(secs: u32, peers: &[(&str, u32)]) -> Vec<u8> {
    let mut body = join(&[&[10, 0, 0, 1, 0, 0], &u16::try_from(peers.len()).expect("few peers").to_be_bytes()]);
    for (ip, asn) in peers {
        let ip: IpAddr = ip.parse().expect("an address");
        let kind = if ip.is_ipv4() { 2 } else { 3 };
        body.extend(join(&[&[kind, 10, 0, 0, 2], &octets(ip), &asn.to_be_bytes()]));
    }
    record(secs, 13, 1, &body)
}

/// A RIB record; entries are peer index and attributes.
pub fn rib(secs: u32, sequence: u32, prefix: &str, entries: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let net: IpNet = prefix.parse().expect("a prefix");
    let subtype = if net.addr().is_ipv4() { 2 } else { 4 };
    let mut body = join(&[&sequence.to_be_bytes(), &nlri(prefix), &u16::try_from(entries.len()).expect("few").to_be_bytes()]);
    for (peer, attributes) in entries {
        let length = u16::try_from(attributes.len()).expect("short");
        body.extend(join(&[&peer.to_be_bytes(), &1_u32.to_be_bytes(), &length.to_be_bytes(), attributes]));
    }
    record(secs, 13, subtype, &body)
}

/// A `TABLE_DUMP` record of one IPv4 entry.
pub fn table_dump(secs: u32, sequence: u16, prefix: &str, peer: (&str, u16), attributes: &[u8]) -> Vec<u8> {
    let net: IpNet = prefix.parse().expect("a prefix");
    let ip: IpAddr = peer.0.parse().expect("an address");
    let length = u16::try_from(attributes.len()).expect("short");
    let parts: [&[u8]; 9] = [
        &[0, 0],
        &sequence.to_be_bytes(),
        &octets(net.addr()),
        &[net.prefix_len(), 1],
        &1_u32.to_be_bytes(),
        &octets(ip),
        &peer.1.to_be_bytes(),
        &length.to_be_bytes(),
        attributes,
    ];
    record(secs, 12, if ip.is_ipv4() { 1 } else { 2 }, &join(&parts))
}

/// A `BGP4MP_ENTRY` record of one IPv4 entry of an IPv4 peer.
pub fn table_entry(secs: u32, prefix: &str, peer: (&str, u16), attributes: &[u8]) -> Vec<u8> {
    let ip = octets(peer.0.parse().expect("an address"));
    let length = u16::try_from(attributes.len()).expect("short");
    let parts: [&[u8]; 11] = [
        &peer.1.to_be_bytes(),
        &[0x31, 0x6E, 0, 0, 0, 1],
        &ip,
        &ip,
        &[0, 0, 0, 1],
        &1_u32.to_be_bytes(),
        &[0, 1, 1, 4],
        &ip,
        &nlri(prefix),
        &length.to_be_bytes(),
        attributes,
    ];
    record(secs, 16, 2, &join(&parts))
}
