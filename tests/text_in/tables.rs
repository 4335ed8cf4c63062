//! Tables of routers and answers of RIPEstat.

use super::Folder;

const HEAD: &str = "BGP table version is 6521, local router ID is 198.32.162.100\n\
                    Status codes: s suppressed, d damped, h history, * valid, > best, i - internal\n\
                    Origin codes: i - IGP, e - EGP, ? - incomplete\n\n   \
                    Network          Next Hop            Metric LocPrf Weight Path\n";

fn table(first_upstream: u32) -> String {
    let rows = format!(
        "*> 3.0.0.0          193.0.0.56                             0 3333 9057 3356 701 80 i\n\
         *                   198.32.8.252            30             0 11537 10578 80 i\n\
         *> 175.45.176.0/24  193.0.0.56                             0 3333 {first_upstream} 131279 i\n\
         * h                 198.32.8.252            30             0 11537 4837 131279 i\n"
    );
    // Next hops stand at column 20, paths at column 61; the class says the mask.
    let other = |n: u32| {
        let network = format!("200.{}.{}.0", n / 200, n % 200);
        format!("*> {network:<17}{:<16}{:>24} 11537 {} i\n", "198.32.8.252", 0, 64_500 + n % 3)
    };
    let others: String = (0..300).map(other).collect();
    format!("{HEAD}{rows}{others}\nTotal number of prefixes 302\nroute-views.oregon-ix.net>exit\n")
}

#[test]
fn two_tables_bound_a_change_as_two_dumps_do() {
    let folder = Folder::of(&[
        ("oix-full-snapshot-2001-03-05-1200.dat", table(4837).as_bytes()),
        ("oix-full-snapshot-2001-03-05-1400.dat", table(20485).as_bytes()),
    ]);
    let columns = [
        "upstream_asn",
        "first_seen",
        "started_after",
        "last_seen",
        "ended_before",
        "peak_peers",
        "peers_total",
        "first_collector",
        "first_as_path",
    ];
    let expected = [
        "4837 2001-03-05T12:00:00Z  2001-03-05T12:00:00Z 2001-03-05T14:00:00Z 1 2 oix-route-views 3333 4837 131279",
        "20485 2001-03-05T14:00:00Z 2001-03-05T12:00:00Z 2001-03-05T14:00:00Z  1 2 oix-route-views 3333 20485 131279",
    ];
    for inputs in [&["oix-full-snapshot-2001-03-05-1200.dat", "oix-full-snapshot-2001-03-05-1400.dat"][..], &["."]] {
        assert_eq!(folder.rows(&[&["timeline"], inputs].concat(), &columns), expected, "{inputs:?}");
    }
    let all = folder.rows(&["routes", "--prefix", "3.0.0.0/8", "."], &["prefix", "peer_ip", "peer_asn", "as_path"]);
    assert_eq!(all, ["3.0.0.0/8 193.0.0.56 3333 3333 9057 3356 701 80", "3.0.0.0/8 198.32.8.252 11537 11537 10578 80"]);
    let evidence = folder.rows(&["timeline", "."], &["start_evidence"]);
    let told = folder.run(&["explain", &evidence[1]]);
    assert!(
        told.stdout.contains("line           8 of the text") && told.stdout.contains("prefix         175.45.176.0/24"),
        "{}",
        told.stdout
    );
}

#[test]
fn a_table_needs_a_time_in_its_name() {
    let folder = Folder::of(&[("out/saved.txt", table(4837).as_bytes()), ("out/saved", table(4837).as_bytes())]);
    let ran = folder.run(&["timeline", "out/saved"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("does not say when it was taken") && ran.stderr.contains("2001-03-05-1200"), "{}", ran.stderr);
    std::fs::rename(folder.path().join("out/saved"), folder.path().join("out/show-ip-bgp-2001-03-05-1200.txt")).expect("renamed");
    let rows =
        folder.rows(&["timeline", "out/show-ip-bgp-2001-03-05-1200.txt"], &["upstream_asn", "first_seen", "first_collector"]);
    assert_eq!(rows, ["4837 2001-03-05T12:00:00Z out"]);
}

#[test]
fn answers_of_ripestat() {
    let updates = r#"{"messages": [], "data_call_name": "bgp-updates", "data": {"updates": [
        {"seq": 1, "timestamp": "2017-10-01T09:05:00", "type": "A", "attrs": {"source_id": "00-192.0.2.10", "target_prefix": "175.45.176.0/24", "path": [3356, 4837, 131279], "community": []}},
        {"seq": 2, "timestamp": "2017-10-01T09:06:00", "type": "A", "attrs": {"source_id": "24-192.0.2.10", "target_prefix": "175.45.176.0/24", "path": [3356, 4837, 131279], "community": []}},
        {"seq": 3, "timestamp": "2017-10-01T09:07:51", "type": "W", "attrs": {"source_id": "24-192.0.2.10", "target_prefix": "175.45.176.0/24"}}
    ], "query_starttime": "2017-10-01T09:00:00", "query_endtime": "2017-10-04T10:00:00"}}"#;
    let folder = Folder::of(&[("updates.json", updates.as_bytes())]);
    let columns = ["path_id", "peer_ip", "peer_asn", "first_seen", "last_seen", "end_basis"];
    let expected = [
        "0 192.0.2.10 3356 2017-10-01T09:05:00Z 2017-10-04T10:00:00Z data-end",
        "24 192.0.2.10 3356 2017-10-01T09:06:00Z 2017-10-01T09:07:51Z update",
    ];
    assert_eq!(folder.rows(&["routes", "updates.json"], &columns), expected, "what one collector lost, the other has");
    let evidence = folder.rows(&["routes", "updates.json"], &["start_evidence"])[0].clone();
    let told = folder.run(&["explain", &evidence]);
    assert!(told.stdout.contains(r#"text           {"seq": 1, "timestamp": "2017-10-01T09:05:00""#), "{}", told.stdout);

    let bgplay = r#"{"data_call_name": "bgplay", "data": {
        "initial_state": [{"target_prefix": "175.45.176.0/24", "source_id": "11-192.0.2.10", "path": [3356, 4837, 131279], "community": []}],
        "events": [{"type": "A", "timestamp": "2017-10-01T09:07:51", "attrs": {"source_id": "11-192.0.2.10", "target_prefix": "175.45.176.0/24", "path": [3356, 20485, 131279]}}],
        "sources": [{"id": "11-192.0.2.10", "as_number": 3356, "ip": "192.0.2.10", "rrc": "11"}],
        "query_starttime": "2017-10-01T09:00:00", "query_endtime": "2017-10-01T10:00:00"}}"#;
    folder.write("bgplay.json", bgplay.as_bytes());
    let columns = ["upstream_asn", "first_seen", "start_basis", "last_seen", "ended_before", "flags"];
    let expected = [
        "4837 2017-10-01T09:00:00Z data-start 2017-10-01T09:07:51Z 2017-10-01T09:07:51Z excerpt;single-peer;wider-bounds",
        "20485 2017-10-01T09:07:51Z update 2017-10-01T10:00:00Z  no-baseline;single-peer",
    ];
    assert_eq!(folder.rows(&["timeline", "bgplay.json"], &columns), expected);

    folder.write("other.json", br#"{"data_call_name": "whois", "data": {"records": []}}"#);
    let other = folder.run(&["timeline", "other.json"]);
    assert!(other.stderr.contains("neither of bgp-updates nor of bgplay"), "{}", other.stderr);
}
