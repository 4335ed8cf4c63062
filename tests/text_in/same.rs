//! A file of records and the lines that bgpdump prints of it give the same rows.

use std::fmt::Write;
use std::net::Ipv4Addr;

use super::mrt::{AsnWidth, Attributes, IndexedPeer, Nlri, RibEntry, Session, Stamp, Update, peer_index_table, rib};
use super::{Folder, without_evidence};

const EIGHT: u32 = 1_506_844_800;

/// More prefixes than the sample wants, so that the table counts as whole.
const OTHERS: u32 = 300;

fn path(ases: &[u32]) -> Attributes {
    Attributes::new(AsnWidth::Four).origin(0).path(ases).next_hop("192.0.2.1")
}

fn listed(ases: &[u32]) -> String {
    ases.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// A table of two peers, as records and as lines. The second peer lacks what is watched.
fn table(time: u32) -> (Vec<u8>, String) {
    let peer = |ip: &str, asn| IndexedPeer {
        ip: ip.parse().expect("an address"),
        asn,
        bgp_id: Ipv4Addr::LOCALHOST,
        width: AsnWidth::Four,
    };
    let peers = [("192.0.2.10", 3356_u32), ("192.0.2.11", 1299)];
    let mut records = peer_index_table(time, Ipv4Addr::LOCALHOST, "", &peers.map(|(ip, asn)| peer(ip, asn)));
    let mut lines = String::new();
    let mut add = |number: u32, prefix: &str, routes: &[(usize, &[u32])]| {
        let entry = |(peer, ases): &(usize, &[u32])| RibEntry {
            peer: u16::try_from(*peer).expect("few"),
            originated: time,
            path_id: None,
            attributes: path(ases),
        };
        records.extend(rib(time, number, prefix, &routes.iter().map(entry).collect::<Vec<_>>()));
        for (peer, ases) in routes {
            let (ip, asn) = peers[*peer];
            let path = listed(ases);
            writeln!(lines, "TABLE_DUMP2|{time}|B|{ip}|{asn}|{prefix}|{path}|IGP|192.0.2.1|0|0||NAG||").expect("memory");
        }
    };
    add(0, "175.45.176.0/24", &[(0, &[3356, 4837, 131_279])]);
    for number in 0..OTHERS {
        let prefix = format!("200.{}.{}.0/24", number / 256, number % 256);
        add(number + 1, &prefix, &[(0, &[3356, 64_500 + number % 3]), (1, &[1299, 64_500 + number % 3])]);
    }
    (records, lines)
}

/// Messages of 09:00 to 09:05, as records and as lines.
fn messages() -> (Vec<u8>, String) {
    let (one, two) = (Session::new("192.0.2.10", 3356), Session::new("192.0.2.11", 1299));
    let at = |second: u32| Stamp::Seconds(EIGHT + 3600 + second);
    let announce = |prefix: &str, ases: &[u32]| Update::new().attributes(path(ases)).announce(prefix);
    let six = path(&[1299, 20485, 131_279]).mp_reach("2001:db8::1", ["2001:db8::/32"]);
    let records = [
        one.update(at(1), &announce("8.8.8.0/24", &[3356, 15169])),
        two.update(at(71), &announce("175.45.176.0/24", &[1299, 20485, 20485, 131_279])),
        one.update(at(80), &announce("175.45.176.0/24", &[3356, 20485, 131_279])),
        one.update(Stamp::Micros((u64::from(EIGHT) + 3690) * 1_000_000 + 250_000), &Update::new().withdraw("175.45.176.0/24")),
        two.update(at(100), &Update::new().attributes(six)),
        two.add_path().update(
            at(110),
            &Update::new().attributes(path(&[1299, 4837, 131_279])).announce(Nlri::with_path_id(7, "175.45.177.0/24")),
        ),
        two.state_change(at(200), 6, 1),
        two.sent_by_collector().update(at(210), &announce("175.45.178.0/24", &[1, 131_279])),
        one.update(at(290), &announce("8.8.8.0/24", &[3356, 15169])),
    ]
    .concat();
    let from = EIGHT + 3600;
    let lines = format!(
        "BGP4MP|{}|A|192.0.2.10|3356|8.8.8.0/24|3356 15169|IGP|192.0.2.1|0|0||NAG||\n\
         BGP4MP|{}|A|192.0.2.11|1299|175.45.176.0/24|1299 20485 20485 131279|IGP|192.0.2.1|0|0||NAG||\n\
         BGP4MP|{}|A|192.0.2.10|3356|175.45.176.0/24|3356 20485 131279|IGP|192.0.2.1|0|0||NAG||\n\
         BGP4MP_ET|{}.250000|W|192.0.2.10|3356|175.45.176.0/24\n\
         BGP4MP|{}|A|192.0.2.11|1299|2001:db8::/32|1299 20485 131279|IGP|2001:db8::1|0|0||NAG||\n\
         BGP4MP_AP|{}|A|192.0.2.11|1299|175.45.177.0/24|7|1299 4837 131279|IGP|192.0.2.1|0|0||NAG||\n\
         BGP4MP|{}|STATE|192.0.2.11|1299|6|1\n\
         BGP4MP_LOCAL|{}|A|192.0.2.11|1299|175.45.178.0/24|1 131279|IGP|192.0.2.1|0|0||NAG||\n\
         BGP4MP|{}|A|192.0.2.10|3356|8.8.8.0/24|3356 15169|IGP|192.0.2.1|0|0||NAG||\n",
        from + 1,
        from + 71,
        from + 80,
        from + 90,
        from + 100,
        from + 110,
        from + 200,
        from + 210,
        from + 290
    );
    (records, lines)
}

const TARGET: [&str; 6] = ["--origin", "131279", "--prefix", "175.45.176.0/22", "--prefix", "2001:db8::/32"];

#[test]
fn lines_give_the_rows_of_their_records() {
    let ((table, table_lines), (messages, message_lines)) = (table(EIGHT), messages());
    let folder = Folder::of(&[
        ("mrt/rrc90/bview.20171001.0800", &table),
        ("mrt/rrc90/updates.20171001.0900", &messages),
        ("text/rrc90/bview.20171001.0800.txt", table_lines.as_bytes()),
        ("text/rrc90/updates.20171001.0900.txt", message_lines.as_bytes()),
    ]);
    for command in ["timeline", "routes", "changes", "visibility", "summary"] {
        let of = |form: &str, target: &[&str]| {
            let (one, two) = (format!("{form}/rrc90/bview*"), format!("{form}/rrc90/updates*"));
            let ran = folder.run(&[&[command, "-f", "csv"], target, &[&one, &two]].concat());
            assert_eq!(ran.code, Some(0), "{command} {form}: {}", ran.stderr);
            without_evidence(&ran.stdout)
        };
        for target in [&TARGET[..], &["--origin", "131279"]] {
            let (records, lines) = (of("mrt", target), of("text", target));
            assert_eq!(records, lines, "{command} {target:?}");
            assert!(records.len() >= 2, "{command} {target:?}");
        }
    }
    let counts = |form: &str| {
        let input = format!("{form}/rrc90/*");
        folder.rows(&["inventory", "--full", &input], &["kind", "files", "first", "last", "records", "damaged_files"])
    };
    let (from_records, from_lines) = (counts("mrt"), counts("text"));
    assert_eq!(
        from_lines[..2],
        ["rib 1 2017-10-01T08:00:00Z 2017-10-01T08:00:00Z 601 0", "updates 1 2017-10-01T09:00:01Z 2017-10-01T09:04:50Z 8 0"]
    );
    // A record of the collector's own is one, a line of it says nothing.
    assert_eq!(from_records[1], from_lines[1].replace(" 8 0", " 9 0"));
}

#[test]
fn a_whole_table_proves_absence_and_a_part_of_one_does_not() {
    let (_, lines) = table(EIGHT);
    let (_, messages) = messages();
    let part: String = lines.split_inclusive('\n').take(50).collect();
    let asked_for: String =
        lines.split_inclusive('\n').filter(|line| line.contains("64500") || line.contains("131279")).collect();
    let common = lines.replace(" 6450", " 174 6450").replace(" 4837 ", " 174 4837 ");
    let torn = lines.replacen("|IGP|", "|IG", 1);
    let cases: [(&str, &str, bool); 5] = [
        ("whole", &lines, true),
        ("a part", &part, false),
        ("by two ASes", &asked_for, false),
        ("by one AS", &common, false),
        ("a line is torn", &torn, false),
    ];
    for (what, table, is_whole) in cases {
        let folder = Folder::of(&[
            ("rrc90/bview.20171001.0800.txt", table.as_bytes()),
            ("rrc90/updates.20171001.0900.txt", messages.as_bytes()),
        ]);
        let args = [
            &["timeline"],
            &TARGET[..2],
            &["--prefix", "175.45.176.0/24", "rrc90/bview.20171001.0800.txt", "rrc90/updates.20171001.0900.txt"],
        ]
        .concat();
        let ran = folder.run(&args);
        assert_eq!(ran.stderr.contains("it is read as an excerpt"), !is_whole, "{what}: {}", ran.stderr);
        let begun = folder.rows(&args, &["upstream_asn", "started_after", "started_by"]);
        let second: Vec<&String> = begun.iter().filter(|row| row.starts_with("20485")).collect();
        assert_eq!(second.len(), 1, "{what}: {begun:?}");
        // The second peer lacks the prefix in the table: only a whole one tells that it had no route before its message.
        let is_bounded = second[0].split(' ').nth(1).is_some_and(|after| !after.is_empty());
        assert_eq!(is_bounded, is_whole, "{what}: {begun:?}");
    }
}
