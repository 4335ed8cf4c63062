//! Whom to watch and what to leave out: countries, companies, addresses, and the filters, asked of the real binary.

#[path = "support/mrt.rs"]
mod mrt;
#[path = "support/run.rs"]
mod run;

use std::net::Ipv4Addr;
use std::path::PathBuf;

use mrt::{AsnWidth, Attributes, IndexedPeer, RibEntry, Session, Stamp, Update, peer_index_table, rib};
use run::{Ran, Rows, sample, uplinks};

const NOON: u32 = 1_506_859_200;

/// Peers by their place in the index.
const PEERS: [(&str, u32); 3] = [("192.0.2.10", 3356), ("192.0.2.11", 1299), ("2001:db8::2", 6939)];

const DELEGATED: &str = "\
2|ripencc|1506859200|5|19830705|20171001|+0100
ripencc|*|asn|*|2|summary
ripencc|XA|asn|64500|2|20100101|allocated|a
ripencc|XA|ipv4|198.51.100.0|256|20100101|allocated|a
ripencc|XA|ipv6|2001:db8:1::|48|20100101|assigned|a
ripencc|XB|asn|64666|1|20100101|allocated|b
";

/// A second registry's.
const MORE: &str = "apnic|XA|ipv4|203.0.113.0|256|20100101|allocated\napnic|KP|asn|131279|1|20091218|assigned\n";

fn attributes(path: &[u32]) -> Attributes {
    Attributes::new(AsnWidth::Four).origin(0).path(path).next_hop("192.0.2.10")
}

/// A table of noon, and a message half a minute later.
fn archive() -> Vec<u8> {
    let bgp_id = Ipv4Addr::new(192, 0, 2, 9);
    let indexed =
        |(ip, asn): (&str, u32)| IndexedPeer { ip: ip.parse().expect("an address"), asn, bgp_id, width: AsnWidth::Four };
    let entry = |peer: u16, path: &[u32]| RibEntry { peer, originated: NOON, path_id: None, attributes: attributes(path) };
    let routes = [
        ("198.51.100.0/24", vec![entry(0, &[3356, 64510, 64500]), entry(1, &[1299, 174, 64511, 64500])]),
        ("203.0.113.0/24", vec![entry(0, &[3356, 64510, 64501]), entry(1, &[1299, 64510, 64501])]),
        ("2001:db8:1::/48", vec![entry(2, &[6939, 64512, 64500])]),
    ];
    let mut file = peer_index_table(NOON, bgp_id, "", &PEERS.map(indexed));
    for (number, (prefix, entries)) in (0..).zip(&routes) {
        file.extend(rib(NOON, number, prefix, entries));
    }
    let taken = Update::new().attributes(attributes(&[1299, 174, 64666])).announce("203.0.113.0/24");
    file.extend(Session::new(PEERS[1].0, PEERS[1].1).update(Stamp::Seconds(NOON + 1800), &taken));
    file
}

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> World {
        let world = World { folder: tempfile::tempdir().expect("a folder") };
        world.file("rrc90.mrt", &archive());
        world.file("delegated-ripencc", DELEGATED.as_bytes());
        world.file("delegated-apnic", MORE.as_bytes());
        world
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.place(name), bytes).expect("written");
        self.place(name).display().to_string()
    }

    fn run(&self, command: &str, options: &[&str]) -> Ran {
        let named = |option: &&str| match *option {
            "RIPE" => self.place("delegated-ripencc").display().to_string(),
            "APNIC" => self.place("delegated-apnic").display().to_string(),
            other => other.to_owned(),
        };
        let archive = self.place("rrc90.mrt").display().to_string();
        let args: Vec<String> = [command.to_owned(), archive].into_iter().chain(options.iter().map(named)).collect();
        uplinks(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The rows' cells under these columns, each row in one text.
    fn rows(&self, command: &str, options: &[&str], columns: &[&str]) -> Vec<String> {
        let ran = self.run(command, &[options, &["-f", "csv"]].concat());
        assert!(ran.code.is_some_and(|code| code < 2), "{}", ran.stderr);
        Rows::read(&ran.stdout).columns(columns).iter().map(|row| row.join(" ")).collect()
    }
}

const COUNTRY: &[&str] = &["--country", "xa", "--delegated", "RIPE", "--delegated", "APNIC"];
const ROW: &[&str] = &["prefix", "origin_asn", "upstream_asn", "peak_peers", "peers_total"];

#[test]
fn a_country_is_a_target() {
    let world = World::new();
    let expected = [
        "198.51.100.0/24 64500 64510 1 2",
        "198.51.100.0/24 64500 64511 1 2",
        "203.0.113.0/24 64501 64510 2 2",
        "2001:db8:1::/48 64500 64512 1 1",
    ];
    assert_eq!(world.rows("timeline", COUNTRY, ROW), expected);
    let said = world.run("timeline", COUNTRY).stdout.replace('\n', " ");
    assert!(said.starts_with("XA (AS64500, AS64501, 3 watched prefixes): 4 episodes"), "{said}");
    // Rule 4: another origin of a watched prefix is in conflict, wherever it is from.
    let changes = world.rows("changes", COUNTRY, &["prefix", "change", "origin_asn", "upstream_asn"]);
    assert_eq!(changes, ["203.0.113.0/24 origin-conflict-start 64666 174"]);
    // One registry's file knows only its own.
    assert_eq!(world.rows("timeline", &COUNTRY[..4], ROW).len(), 3);
}

#[test]
fn a_country_is_told_apart_from_a_slip() {
    let world = World::new();
    for (options, told) in [
        (&["--country", "XZ", "--delegated", "RIPE", "--delegated", "APNIC"][..], "there are: KP, XA, XB; give the files"),
        (&["--country", "Cuba", "--delegated", "RIPE"], "two letters"),
        (&["--country", "XA"], "--delegated"),
        (&["--delegated", "RIPE"], "--country"),
        (&["--country", "XA", "--delegated", "no-such-file"], "cannot read no-such-file"),
    ] {
        let ran = world.run("timeline", options);
        assert!(ran.code == Some(2) && ran.stderr.contains(told), "{options:?}: {}", ran.stderr);
    }
    let torn = world.file("torn", b"# x\nripencc|XA|ipv4|198.51.100.0|many|20100101|allocated\n");
    let ran = world.run("timeline", &["--country", "XA", "--delegated", &torn]);
    assert!(ran.code == Some(2) && ran.stderr.contains("torn:2: 'many' is no count of addresses"), "{}", ran.stderr);
}

#[test]
fn a_country_is_the_same_target_as_its_networks() {
    let world = World::new();
    let korea =
        world.file("korea", b"apnic|KP|asn|131279|1|20091218|assigned\napnic|KP|ipv4|175.45.176.0|1024|20091218|assigned\n");
    let asked = uplinks(&["timeline", "--country", "KP", "--delegated", &korea, "-f", "csv", &sample()]);
    assert_eq!(asked.stdout, uplinks(&["timeline", "-f", "csv", &sample()]).stdout);
}

#[test]
fn a_company_is_a_list_of_networks() {
    let world = World::new();
    let expected = world.rows("timeline", &["--origin", "64500", "--origin", "64501"], ROW);
    assert_eq!(expected.len(), 4);
    for (name, text) in [("list", "# ours\nAS64500\n64501 # and this\n"), ("table.csv", "name,asn\n\"A, B\",64500\nC,AS64501\n")]
    {
        let file = world.file(name, text.as_bytes());
        assert_eq!(world.rows("timeline", &["--origin-file", &file], ROW), expected, "{name}");
    }
    // A result of another question names origins, too.
    let rows = world.run("timeline", &[COUNTRY, &["-f", "csv"]].concat()).stdout;
    let file = world.file("rows.csv", rows.as_bytes());
    assert_eq!(world.rows("timeline", &["--origin-file", &file], ROW), expected);
}

#[test]
fn filters_leave_out_and_change_no_number() {
    let world = World::new();
    let asked = |filter: &[&str]| world.rows("timeline", &[COUNTRY, filter].concat(), ROW);
    let [first, second, third, six] = <[String; 4]>::try_from(asked(&[])).expect("four rows");
    for (filter, expected) in [
        (&["--family", "4"][..], vec![&first, &second, &third]),
        (&["--family", "6"], vec![&six]),
        (&["--upstream", "64511", "--upstream", "64512"], vec![&second, &six]),
        (&["--through", "174"], vec![&second]),
        (&["--through", "3356"], vec![&first, &third]),
        (&["--through", "174", "--through", "6939"], vec![&second, &six]),
        (&["--through", "3356", "--upstream", "64511"], vec![]),
    ] {
        assert_eq!(asked(filter).iter().collect::<Vec<_>>(), expected, "{filter:?}");
    }
    // Peers are left out as --peer-asn leaves them out: nobody counts them.
    let without = ["198.51.100.0/24 64500 64510 1 1", "203.0.113.0/24 64501 64510 1 1", "2001:db8:1::/48 64500 64512 1 1"];
    for peer in ["1299", "AS1299", "192.0.2.11", "::ffff:192.0.2.11"] {
        assert_eq!(asked(&["--exclude-peer", peer]), without, "{peer}");
    }
    let same = world.rows("timeline", &[COUNTRY, &["--peer-asn", "3356", "--peer-asn", "6939"]].concat(), ROW);
    assert_eq!(same, without);
    let ran = world.run("timeline", &[COUNTRY, &["--exclude-peer", "192.0.2.99"]].concat());
    assert!(ran.stderr.contains("note: --exclude-peer 192.0.2.99 leaves nobody out"), "{}", ran.stderr);
    let said = world.run("timeline", &[COUNTRY, &["--upstream", "64511", "--through", "174"]].concat()).stdout;
    assert!(said.replace('\n', " ").contains("Only rows of upstream AS64511 and with AS174 in a path were asked for:"), "{said}");
}

#[test]
fn filters_are_those_of_every_command() {
    let world = World::new();
    let routes = |filter: &[&str]| world.rows("routes", &[COUNTRY, filter].concat(), &["prefix", "as_path"]);
    assert_eq!(routes(&["--through", "174"]), ["198.51.100.0/24 1299 174 64511 64500", "203.0.113.0/24 1299 174 64666"]);
    assert_eq!(routes(&["--upstream", "64512"]), ["2001:db8:1::/48 6939 64512 64500"]);
    assert_eq!(routes(&["--exclude-peer", "1299", "--family", "4"]).len(), 2);
    let changes = |filter: &[&str]| world.rows("changes", &[COUNTRY, filter].concat(), &["change", "upstream_asn"]);
    for (filter, told) in [("174", true), ("1299", true), ("3356", false), ("64510", false)] {
        assert_eq!(changes(&["--through", filter]).len(), usize::from(told), "{filter}");
    }
    assert_eq!((changes(&["--upstream", "174"]).len(), changes(&["--upstream", "64510"]).len()), (1, 0));
    let points = world.rows("visibility", &[COUNTRY, &["--upstream", "64511"]].concat(), &["upstream_asn", "peers", "share"]);
    let all = world.rows("visibility", COUNTRY, &["upstream_asn", "peers", "share"]);
    assert_eq!(points, all.into_iter().filter(|row| row.starts_with("64511 ")).collect::<Vec<_>>());
    assert!(!points.is_empty());
    let first = |filter: &[&str]| world.rows("first", &[COUNTRY, &["--upstream", "64510"], filter].concat(), &["prefix"]);
    assert!(first(&[]).contains(&"198.51.100.0/24".to_owned()));
    assert!(!first(&["--exclude-peer", "3356"]).contains(&"198.51.100.0/24".to_owned()));
    assert_eq!(world.run("report", &[COUNTRY, &["--family", "6"]].concat()).code, Some(0));
}

#[test]
fn a_filter_that_makes_no_sense_is_refused_with_a_sentence() {
    let world = World::new();
    for (command, filter, told) in [
        ("first", &["--upstream", "1", "--through", "2"][..], "--through is not for first: its headline"),
        ("first", &["--upstream", "1", "--upstream", "2"], "--upstream"),
        ("visibility", &["--through", "2"], "--through is not for visibility: it counts peers"),
        ("inventory", &["--upstream", "2"], "--upstream is not for inventory: it tells of the inputs"),
        ("report", &["--through", "2"], "--through is not for report: it draws all upstreams"),
        ("timeline", &["--family", "5"], "4, 6"),
        ("timeline", &["--family", "6"], "no watched prefix is of IPv6: leave out --family 6"),
        ("timeline", &["--exclude-peer", "x"], "'x' is no AS number or address"),
    ] {
        let ran = world.run(command, filter);
        assert!(ran.code == Some(2) && ran.stderr.contains(told), "{command} {filter:?}: {}", ran.stderr);
    }
    assert!(uplinks(&["first", "--help"]).stdout.contains("--upstream <ASN|NAME>"));
    let checked = uplinks(&["check", "north-korea", "--exclude-peer", "3356", &sample()]);
    assert!(checked.code.is_some_and(|code| code < 2), "{}", checked.stderr);
}

#[test]
fn an_address_is_told_as_what_it_is_read() {
    let world = World::new();
    let ran = world.run("timeline", &["--prefix", "203.0.113.7"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("note: 203.0.113.7 is read as 203.0.113.7/32"), "{}", ran.stderr);
    let said = ran.stdout.replace('\n', " ");
    assert!(said.contains("203.0.113.0/24 covers it: ask for that, or add   --covering"), "{said}");
    assert!(world.run("timeline", &["--prefix", "203.0.113.7/24"]).stderr.contains("203.0.113.7/24 is read as 203.0.113.0/24"));
    assert!(!world.run("timeline", &["--prefix", "203.0.113.0/24"]).stderr.contains("is read as"));
    let covering = world.rows("timeline", &["--prefix", "203.0.113.7", "--covering", "--upstream", "64510"], ROW);
    assert_eq!(covering, ["203.0.113.0/24 64501 64510 2 2"]);
}
