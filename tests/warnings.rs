//! What standard error tells of the inputs: what is wrong and what follows from it, and a remedy only where there is one.

#[path = "support/mrt.rs"]
mod mrt;
#[path = "support/run.rs"]
mod run;

use std::net::Ipv4Addr;

use mrt::{AsnWidth, Attributes, IndexedPeer, Nlri, RibEntry, Session, Stamp, Update, peer_index_table, rib, rib_as};
use run::{Ran, uplinks};

const NOON: u32 = 1_506_859_200;

fn index() -> Vec<u8> {
    let (ip, bgp_id) = ("192.0.2.10".parse().expect("an address"), Ipv4Addr::new(192, 0, 2, 9));
    peer_index_table(NOON, bgp_id, "", &[IndexedPeer { ip, asn: 3356, bgp_id, width: AsnWidth::Four }])
}

fn entries(peers: &[u16]) -> Vec<RibEntry> {
    let route = |upstream| Attributes::new(AsnWidth::Four).origin(0).path(&[3356, upstream, 131_279]).next_hop("192.0.2.10");
    let entry =
        |(peer, upstream): (&u16, u32)| RibEntry { peer: *peer, originated: NOON, path_id: None, attributes: route(upstream) };
    peers.iter().zip(4837..).map(entry).collect()
}

fn route(number: u32) -> Vec<u8> {
    rib(NOON, number, "175.45.176.0/24", &entries(&[0]))
}

/// What a command says of one file.
fn run(command: &str, file: &[u8], options: &[&str]) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rrc90.mrt");
    std::fs::write(&path, file).expect("written");
    let mut ran = uplinks(&[&[command, &path.display().to_string()], options].concat());
    ran.stderr = ran.stderr.replace(&folder.path().display().to_string(), "");
    ran
}

#[test]
fn a_remedy_is_named_only_where_it_helps() {
    const AGAIN: &str = "get the file again";
    let torn = rib_as(4, NOON, 1, &Nlri::raw(&[0, 2, 1, 32, 0x20, 1, 0xd, 0xb8]), &entries(&[0]));
    let cut = [index(), route(0), route(1)[..40].to_vec()].concat();
    let cases: [(&str, Vec<u8>, &str, bool); 6] = [
        ("no routes", index(), "not used: it holds no routes", false),
        ("no peer index", route(0), "not used: there is no peer index", false),
        ("torn by its writer", [index(), route(0), torn].concat(), "not used: a RIB record is torn", false),
        ("an excerpt", [index(), route(7)].concat(), "it is read as an excerpt", false),
        ("cut", cut, "the last record is cut", true),
        ("damaged", [index(), route(0), vec![0; 40], route(1)].concat(), "damaged from byte", true),
    ];
    for (what, file, told, again) in cases {
        let ran = run("timeline", &file, &["--strict"]);
        assert_eq!(ran.code, Some(3), "{what}: {}", ran.stderr);
        assert!(ran.stderr.contains(told), "{what}: {}", ran.stderr);
        assert_eq!(ran.stderr.contains(AGAIN), again, "{what}: {}", ran.stderr);
    }
}

#[test]
fn what_is_left_out_is_counted_and_named() {
    let multicast = |number| mrt::record(Stamp::Seconds(NOON), 13, 3, &rib(NOON, number, "10.0.0.0/8", &entries(&[0]))[12..]);
    let geography = mrt::record(Stamp::Seconds(NOON), 13, 7, &[0; 20]);
    let ospf = mrt::record(Stamp::Seconds(NOON), 11, 0, &[0; 20]);
    let file = [index(), geography, multicast(0), multicast(1), route(2), ospf].concat();
    let ran = run("timeline", &file, &["--strict"]);
    assert_eq!(ran.code, Some(0), "nothing is missing that was looked for: {}", ran.stderr);
    let all = [
        "2 records TABLE_DUMP_V2 RIB_IPV4_MULTICAST (13/3)",
        "1 record TABLE_DUMP_V2 GEO_PEER_TABLE (13/7)",
        "1 record OSPFv2 (11/0)",
    ];
    let inventory = run("inventory", &file, &["-f", "csv"]).stdout;
    for what in all {
        assert!(ran.stderr.contains(&format!("not read: {what}")), "{what}: {}", ran.stderr);
        assert!(inventory.contains(&format!("{what} not read")), "{what}: {inventory}");
    }
}

#[test]
fn odd_records_are_counted_in_the_inventory() {
    let dumps = [index(), rib(NOON, 0, "175.45.176.0/24", &entries(&[0, 0, 9]))].concat();
    let ids = Attributes::new(AsnWidth::Four).origin(0).path(&[3356, 4837, 131_279]).next_hop("192.0.2.10");
    let ids = Update::new().attributes(ids).announce(Nlri::with_path_id(7, "175.45.176.0/24"));
    let session = Session::new("192.0.2.10", 3356);
    let long = (0..=255).fold(Update::new(), |u, n| u.withdraw(format!("10.0.{n}.0/24").as_str())).message();
    let messages = [session.update(Stamp::Seconds(NOON), &ids), session.message(Stamp::Seconds(NOON + 1), &long[..99])].concat();
    let cases: [(&str, Vec<u8>, &[&str]); 3] = [
        (
            "dumps",
            [dumps.clone(), dumps].concat(),
            &["2 dumps", "2 excerpts", "2 entries of peers that the index lacks", "2 peers with several routes for a prefix"],
        ),
        ("messages", messages.clone(), &["1 message labelled wrongly as to path ids"]),
        ("one dump", [index(), route(0)].concat(), &[]),
    ];
    for (what, file, notes) in cases {
        let inventory = run("inventory", &file, &["-f", "csv"]).stdout;
        for note in notes {
            assert!(inventory.contains(note), "{what}: {note}: {inventory}");
        }
        assert!(!notes.is_empty() || !inventory.contains("dumps"), "{inventory}");
    }
    let ran = run("timeline", &messages, &[]);
    assert!(ran.stderr.contains("rrc90.mrt: 1 record cannot be read to the end"), "{}", ran.stderr);
}
