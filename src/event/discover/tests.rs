use super::super::read_events;
use super::*;
use crate::mrt::test_bytes::{as_path, attribute, join, nlri, peer_index, rib, table_dump, update, update_record};

const NOON: u32 = 1_506_859_200;
const ORIGIN: Asn = Asn(131_279);

fn gather(file: &[u8]) -> Gathered {
    Gathering::new(&[ORIGIN], &[], Keep::Bytes).read(file)
}

fn watching(prefixes: &[&str]) -> Watch {
    Watch::new(prefixes.iter().map(|prefix| prefix.parse().expect("a prefix")), [ORIGIN]).keeping(Keep::Bytes)
}

fn announcing(path: &[u32], prefix: &str) -> Vec<u8> {
    update_record(NOON, &update(&[], &as_path(path), &nlri(prefix)))
}

fn withdrawing(prefix: &str) -> Vec<u8> {
    update_record(NOON, &update(&nlri(prefix), &[], &[]))
}

#[test]
fn what_the_origins_originate_is_found() {
    let index = peer_index(NOON, &[("192.0.2.1", 3356), ("192.0.2.2", 131_279)]);
    let of = |peer: u16, path: &[u32]| [(peer, as_path(path))];
    let file = join(&[
        &index,
        &rib(NOON, 0, "10.0.0.0/8", &of(0, &[3356, 131_279])),
        &rib(NOON, 1, "11.0.0.0/8", &of(0, &[3356, 131_279, 51040])),
        &rib(NOON, 2, "0.0.0.0/0", &of(0, &[131_279])),
        &rib(NOON, 3, "13.0.0.0/8", &[(1, attribute(0x40, 2, &[]))]),
        &announcing(&[3356, 131_279], "14.0.0.0/8"),
    ]);
    for origins in [&[ORIGIN][..], &[ORIGIN, Asn(1), Asn(2), Asn(3)]] {
        let found = Gathering::new(origins, &[], Keep::Nothing).read(&file[..]).prefixes;
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.0/8", "13.0.0.0/8", "14.0.0.0/8"]);
    }
}

#[test]
fn a_file_is_read_again_only_where_what_was_passed_by_matters() {
    let index = peer_index(NOON, &[("192.0.2.1", 3356)]);
    let of = |path: &[u32]| [(0, as_path(path))];
    let own = rib(NOON, 0, "10.0.0.0/16", &of(&[3356, 131_279]));
    let inside = rib(NOON, 1, "10.0.9.0/24", &of(&[3356, 1]));
    let other = rib(NOON, 2, "11.0.0.0/16", &of(&[3356, 1]));
    let torn = [&rib(NOON, 3, "12.0.0.0/16", &of(&[3356, 131_279]))[..12], &own[12..]].concat();
    let table = |records: &[&[u8]]| join(&[&[&index[..]], records].concat());
    let cases: [(&str, Vec<u8>, &[&str], bool); 12] = [
        ("all that is watched was kept", table(&[&own, &inside, &other]), &["10.0.0.0/16"], true),
        ("another prefix is watched", table(&[&own, &inside, &other]), &["10.0.0.0/16", "11.0.0.0/16"], false),
        ("what is inside came before", table(&[&inside, &own]), &["10.0.0.0/16"], false),
        ("more is watched", table(&[&own, &other]), &["10.0.0.0/15"], true),
        ("nothing is watched", table(&[&own, &other]), &[], true),
        ("no peer index", own.clone(), &["10.0.0.0/16"], false),
        ("two dumps", join(&[&table(&[&own]), &table(&[&other])].map(Vec::as_slice)), &["10.0.0.0/16"], true),
        ("a torn dump", [&table(&[&torn])[..], &[0; 7]].concat(), &["12.0.0.0/16"], false),
        ("each peer's entry", table_dump(NOON, 0, "10.0.0.0/16", ("192.0.2.1", 3356), &as_path(&[131_279])), &[], false),
        (
            "withdrawals, before it is known",
            join(&[&withdrawing("10.0.3.0/24"), &announcing(&[1, 131_279], "10.0.0.0/16"), &withdrawing("11.0.0.0/16")]),
            &["10.0.0.0/16", "11.0.0.0/16"],
            true,
        ),
        (
            "another origin, then it",
            join(&[&announcing(&[1, 2], "10.0.0.0/16"), &announcing(&[1, 131_279], "10.0.0.0/16")]),
            &["10.0.0.0/16"],
            false,
        ),
        (
            "it, then another origin",
            join(&[&announcing(&[1, 131_279], "10.0.0.0/16"), &announcing(&[1, 2], "10.0.7.0/24")]),
            &["10.0.0.0/16"],
            true,
        ),
    ];
    for (what, file, prefixes, tells) in cases {
        let (gathered, watch) = (gather(&file), watching(prefixes));
        let said = gathered.events(&Sought::new(&watch));
        assert_eq!(said.is_some(), tells, "{what}");
        if let Some(said) = said {
            assert_eq!(said, read_events(&file[..], &watch), "{what}");
        }
    }
}

#[test]
fn what_is_known_by_another_file_is_kept() {
    let gathering = Gathering::new(&[ORIGIN], &[], Keep::Nothing);
    let before = gathering.read(&announcing(&[1, 2], "10.0.7.0/24")[..]);
    let own = gathering.read(&announcing(&[1, 131_279], "10.0.0.0/16")[..]);
    let behind = gathering.read(&announcing(&[1, 2], "10.0.7.0/24")[..]);
    let watch = watching(&["10.0.0.0/16"]);
    let tells = [before, own, behind].map(|gathered| gathered.events(&Sought::new(&watch)).is_some());
    assert_eq!(tells, [false, true, true]);
}

#[test]
fn a_cache_keeps_all_of_it() {
    let index = peer_index(NOON, &[("192.0.2.1", 3356)]);
    let own = rib(NOON, 0, "10.0.0.0/16", &[(0, as_path(&[3356, 131_279]))]);
    let other = rib(NOON, 1, "11.0.0.0/16", &[(0, as_path(&[3356, 1]))]);
    let file = join(&[&index, &own, &other, &withdrawing("10.0.0.0/24"), &withdrawing("2001:db8::/32")]);
    let gathered = gather(&file);
    let (answer, records) = gathered.to_cache().expect("it is intact");
    let answer: Kept = serde_json::from_str(&serde_json::to_string(&answer).expect("JSON")).expect("JSON");
    assert!(records.iter().any(|record| record.bytes == index), "with the peer index, for those who explain a record");
    let again = Gathering::new(&[ORIGIN], &[], Keep::Bytes).from_cache(Cached { answer, records }).expect("whole");
    for prefixes in [&["10.0.0.0/16"][..], &["10.0.0.0/16", "11.0.0.0/16"], &[]] {
        let watch = watching(prefixes);
        let said = [&gathered, &again].map(|gathered| gathered.events(&Sought::new(&watch)));
        assert_eq!(said[0], said[1], "{prefixes:?}");
    }
}
