//! MRT records by choice: their outer lengths are true, of what is within most.

use super::choices::Choices;
use super::mrt::{self, Stamp};

/// 2017-10-01T12:00:00Z.
pub const NOON: u32 = 1_506_859_200;

/// What is watched, with what lies in and around it.
pub const WATCHED: [&str; 2] = ["175.45.176.0/22", "2001:db8:1::/48"];

const ASNS: [u32; 8] = [131_279, 4837, 20485, 3356, 23456, 0, 65001, 4_200_000_001];

/// A peer index of as many peers as entries may name, all but a few.
pub fn peer_index() -> Vec<u8> {
    let peer = |n: u8| mrt::IndexedPeer {
        ip: if n == 3 { "2001:db8::3".parse().expect("an address") } else { [192, 0, 2, n].into() },
        asn: if n == 0 { 131_279 } else { 1000 + u32::from(n) },
        bgp_id: [192, 0, 2, n].into(),
        width: if n.is_multiple_of(2) { mrt::AsnWidth::Four } else { mrt::AsnWidth::Two },
    };
    mrt::peer_index_table(NOON, [192, 0, 2, 1].into(), "view", &(0..6).map(peer).collect::<Vec<_>>())
}

/// Records of dumps to the choices' end, behind a peer index as a rule.
pub fn dump(choices: &mut Choices<'_>) -> Vec<u8> {
    let mut all = if choices.one_in(8) { Vec::new() } else { peer_index() };
    let (mut sequence, mut time) = (0, NOON);
    while !choices.is_over() && all.len() < 1 << 16 {
        time += u32::from(choices.of_these(&[0_u8, 0, 0, 1, 60])) * 30;
        sequence = if choices.one_in(16) { choices.u32() } else { sequence.wrapping_add(1) };
        let record = match choices.below(16) {
            0..8 => rib(choices, time, sequence),
            8..11 => table_dump(choices, time, sequence),
            11 => table_entry(choices, time),
            12 => peer_index(),
            13 => session(choices, time),
            14 => rib(choices, time, 0),
            _ => {
                let (kind, subtype) = (choices.of_these(&[13, 12, 16, 11]), choices.u16() % 16);
                mrt::record(Stamp::Seconds(time), kind, subtype, choices.take(40))
            }
        };
        all.extend(record);
    }
    all
}

/// Records of sessions to the choices' end.
pub fn updates(choices: &mut Choices<'_>) -> Vec<u8> {
    let (mut all, mut time) = (Vec::new(), NOON);
    while !choices.is_over() && all.len() < 1 << 16 {
        time += u32::from(choices.byte() % 3);
        all.extend(session(choices, time));
    }
    all
}

fn rib(choices: &mut Choices<'_>, time: u32, sequence: u32) -> Vec<u8> {
    let subtype = choices.of_these(&[2, 2, 2, 4, 4, 8, 10, 6, 12, 3, 5, 7]);
    let mut body = sequence.to_be_bytes().to_vec();
    let six = match subtype {
        6 | 12 => {
            let six = choices.one_in(2);
            body.extend([0, choices.of_these(&[1 + u8::from(six), 1, 3]), choices.of_these(&[1, 1, 2])]);
            six
        }
        _ => matches!(subtype, 4 | 5 | 10),
    };
    body.extend(nlri(choices, six));
    let entries = choices.below(5);
    let told = if choices.one_in(24) { choices.u16() } else { u16::try_from(entries).expect("few") };
    body.extend(told.to_be_bytes());
    for _ in 0..entries {
        body.extend([0, choices.of_these(&[0_u8, 1, 2, 3, 4, 9])]);
        body.extend(NOON.to_be_bytes());
        if subtype >= 8 {
            body.extend([0, 0, 0, choices.byte() % 3]);
        }
        body.extend(counted(choices, |choices| attributes(choices, true, six)));
    }
    mrt::record(Stamp::Seconds(time), 13, subtype, &body)
}

fn table_dump(choices: &mut Choices<'_>, time: u32, sequence: u32) -> Vec<u8> {
    let subtype = choices.of_these(&[1_u16, 1, 2, 3, 4, 5]);
    let six = matches!(subtype, 2 | 4);
    let mut body = vec![0, 0];
    body.extend(&sequence.to_be_bytes()[2..]);
    for _ in 0..=choices.of_these(&[0, 0, 0, 2]) {
        let prefix = nlri(choices, six);
        let length = if six { 16 } else { 4 };
        body.extend(prefix[1..].iter().copied().chain(std::iter::repeat(0)).take(length));
        body.extend([prefix[0], 1]);
        body.extend(NOON.to_be_bytes());
        body.extend(address(choices, six));
        let asn = choices.of_these(&ASNS).to_be_bytes();
        body.extend(if subtype > 2 { &asn[..] } else { &asn[2..] });
        body.extend(counted(choices, |choices| attributes(choices, subtype > 2, six)));
    }
    mrt::record(Stamp::Seconds(time), 12, subtype, &body)
}

fn table_entry(choices: &mut Choices<'_>, time: u32) -> Vec<u8> {
    let six = choices.one_in(3);
    let mut body = vec![4, 1, 0x31, 0x6e, 0, 0, 0, 1, 192, 0, 2, 10, 192, 0, 2, 1, 0, 0, 0, 1];
    body.extend(NOON.to_be_bytes());
    body.extend([0, 1 + u8::from(six), choices.of_these(&[1, 1, 2])]);
    let hop = address(choices, six);
    body.push(u8::try_from(hop.len()).expect("4 or 16"));
    body.extend(hop);
    body.extend(nlri(choices, six));
    let four = choices.one_in(2);
    body.extend(counted(choices, |choices| attributes(choices, four, six)));
    mrt::record(Stamp::Seconds(time), 16, 2, &body)
}

/// A record of a session, of type 16, 17 or 5.
pub fn session(choices: &mut Choices<'_>, time: u32) -> Vec<u8> {
    let subtype = choices.of_these(&[4, 4, 4, 1, 1, 9, 8, 5, 0, 7, 6, 3, 10]);
    let four = matches!(subtype, 4 | 5 | 7 | 9 | 11);
    let (peer, six) = (choices.of_these(&ASNS), choices.one_in(5));
    if choices.one_in(12) {
        return legacy(choices, time, peer);
    }
    let mut body = Vec::new();
    for asn in [peer, 12654].map(u32::to_be_bytes) {
        body.extend(if four { &asn[..] } else { &asn[2..] });
    }
    let odd_family = choices.one_in(30);
    body.extend([0, 0, 0, if odd_family { 3 } else { 1 + u8::from(six) }]);
    body.extend([address(choices, six), address(choices, six)].concat());
    if matches!(subtype, 0 | 5) {
        body.extend([0, 1 + choices.byte() % 6, 0, 1 + choices.byte() % 6]);
    } else {
        body.extend(message(choices, four, matches!(subtype, 8..=11)));
    }
    let micros = u64::from(time) * 1_000_000 + u64::from(choices.byte());
    let stamp = if choices.one_in(4) { Stamp::Micros(micros) } else { Stamp::Seconds(time) };
    mrt::record(stamp, 16, subtype, &body)
}

fn legacy(choices: &mut Choices<'_>, time: u32, peer: u32) -> Vec<u8> {
    let subtype = choices.of_these(&[1_u16, 1, 3, 5, 7]);
    let mut body = [&peer.to_be_bytes()[2..], &address(choices, false)].concat();
    if subtype == 3 {
        body.extend([0, 6, 0, 1]);
    } else {
        body.extend([0x31, 0x6e, 192, 0, 2, 1]);
    }
    if subtype == 1 {
        body.extend(sections(choices, false, false));
    }
    mrt::record(Stamp::Seconds(time), 5, subtype, &body)
}

/// A BGP message; of one that is cut the head claims more than there is.
fn message(choices: &mut Choices<'_>, four: bool, path_ids: bool) -> Vec<u8> {
    let mut body = sections(choices, four, path_ids);
    let kind = choices.of_these(&[2, 2, 2, 2, 2, 2, 2, 4]);
    let told = u16::try_from(body.len() + 19).expect("short");
    let told = if choices.one_in(24) { choices.u16() } else { told };
    if choices.one_in(16) {
        body.truncate(choices.byte().into());
    }
    [&[0xFF; 16][..], &told.to_be_bytes(), &[kind], &body].concat()
}

fn sections(choices: &mut Choices<'_>, four: bool, path_ids: bool) -> Vec<u8> {
    let ids = path_ids != choices.one_in(12);
    let withdrawn = counted(choices, |choices| list(choices, false, ids));
    let attributes = counted(choices, |choices| {
        let mut all = attributes(choices, four, false);
        for (code, head) in [(14, &[0, 2, 1, 16][..]), (15, &[0, 2, 1])] {
            if choices.one_in(4) {
                let hop = if code == 14 { &[0x20; 17][..] } else { &[] };
                let value = [head, hop, &list(choices, true, ids)].concat();
                all.extend([0x90, code, 0, u8::try_from(value.len()).unwrap_or(u8::MAX)]);
                all.extend(value);
            }
        }
        all
    });
    [withdrawn, attributes, list(choices, false, ids)].concat()
}

fn list(choices: &mut Choices<'_>, six: bool, path_ids: bool) -> Vec<u8> {
    let mut all = Vec::new();
    for _ in 0..choices.below(5) {
        if path_ids {
            all.extend([0, 0, 0, choices.byte() % 3]);
        }
        all.extend(nlri(choices, six));
    }
    all
}

/// A prefix in, on, around or far from what is watched; at times one that cannot be.
fn nlri(choices: &mut Choices<'_>, six: bool) -> Vec<u8> {
    const FOUR: [&str; 8] = [
        "175.45.176.0/22",
        "175.45.177.0/24",
        "175.45.179.255/32",
        "175.45.180.0/24",
        "175.44.0.0/15",
        "10.0.0.0/8",
        "24.0.0.0/13",
        "0.0.0.0/0",
    ];
    const SIX: [&str; 6] = ["2001:db8:1::/48", "2001:db8:1:8000::/49", "2001:db8::/32", "2400::/12", "2001:db8:2::1/128", "::/0"];
    if choices.one_in(16) {
        let length = choices.byte();
        return [&[length][..], choices.take(usize::from(length).div_ceil(8).min(16))].concat();
    }
    let prefix = if six { choices.of_these(&SIX) } else { choices.of_these(&FOUR) };
    if choices.one_in(8) { mrt::Nlri::with_stray_bits(prefix) } else { prefix.into() }.bytes().to_vec()
}

/// Attributes of true lengths, an `AS_PATH` among them as a rule.
fn attributes(choices: &mut Choices<'_>, four: bool, six: bool) -> Vec<u8> {
    let mut all = vec![0x40, 1, 1, 0];
    for _ in 0..choices.of_these(&[1, 1, 1, 1, 2, 3, 0]) {
        let code = choices.of_these(&[2_u8, 2, 2, 2, 17, 7, 18, 14, 3, 0]);
        let value = match code {
            2 => path(choices, four),
            17 => path(choices, true),
            14 if six => [&[16][..], &address(choices, true)].concat(),
            _ => {
                let length = choices.below(10);
                choices.take(length).to_vec()
            }
        };
        let code = if code == 0 { choices.byte() } else { code };
        let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
        let told = if choices.one_in(32) { choices.byte() } else { length };
        if choices.one_in(4) {
            all.extend([0x50, code, 0, told]);
        } else {
            all.extend([0x40, code, told]);
        }
        all.extend(value);
    }
    all
}

fn path(choices: &mut Choices<'_>, four: bool) -> Vec<u8> {
    let mut value = Vec::new();
    for _ in 0..choices.of_these(&[1, 1, 1, 0, 2, 3]) {
        let (kind, count) = (choices.of_these(&[2_u8, 2, 2, 1, 3, 4, 0]), choices.of_these(&[3_u8, 2, 1, 0]));
        value.extend([kind, if choices.one_in(24) { choices.byte() } else { count }]);
        for _ in 0..count {
            let asn = choices.of_these(&ASNS).to_be_bytes();
            value.extend(if four { &asn[..] } else { &asn[2..] });
        }
    }
    value
}

fn address(choices: &mut Choices<'_>, six: bool) -> Vec<u8> {
    let last = choices.byte() % 4;
    if six { [&[0x20, 1, 0x0d, 0xb8][..], &[0; 11], &[last]].concat() } else { vec![192, 0, 2, last] }
}

/// With its length before it, which is wrong at times.
fn counted(choices: &mut Choices<'_>, what: impl Fn(&mut Choices<'_>) -> Vec<u8>) -> Vec<u8> {
    let value = what(choices);
    let length = u16::try_from(value.len()).expect("short");
    let told = if choices.one_in(32) { length.wrapping_add(choices.u16() % 9).wrapping_sub(4) } else { length };
    [&told.to_be_bytes()[..], &value].concat()
}
