//! Right answers on real archives. They are not part of the project: set `UPLINKS_CORPUS`, or have them in `../shared/corpus`; without them
//! every test here is listed as ignored.

#[path = "support/run.rs"]
mod run;
#[path = "support/tar.rs"]
mod tar;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Arguments, Trial};
use run::{Rows, corpus, uplinks};

type Test = fn(&Path);

const TESTS: &[(&str, Test)] = &[
    ("youtube_2008_hijack_is_one_row", youtube_2008_hijack),
    ("youtube_2008_answer_is_more_specifics", youtube_2008_answer),
    ("youtube_2008_is_a_conflict_of_the_hijacker", youtube_2008_conflict),
    ("youtube_2008_passes_the_published_times", youtube_2008_claims),
    ("telegram_2026_victim_and_hijacker_read_right", telegram_2026),
    ("north_korea_2014_is_behind_china_unicom", north_korea_2014),
    ("north_korea_2015_is_behind_china_unicom", north_korea_2015),
    ("other_files_show_no_route_and_warn_where_they_must", other_files),
    ("same_bytes_for_any_threads_and_order", same_bytes),
];

fn main() {
    let arguments = Arguments::from_args();
    let corpus = corpus();
    if corpus.is_none() {
        eprintln!(
            "\nThe real archives are not here, so their tests DO NOT RUN. Set UPLINKS_CORPUS to the folder that holds them."
        );
    }
    let trial = |(name, test): &(&str, Test)| {
        let (test, corpus) = (*test, corpus.clone());
        let is_here = corpus.is_some();
        let run = move || {
            test(&corpus.unwrap_or_default());
            Ok(())
        };
        Trial::test(*name, run).with_ignored_flag(!is_here)
    };
    let mut trials: Vec<Trial> = TESTS.iter().map(trial).collect();
    let youtube = corpus.clone().map(|corpus| text(&corpus.join("youtube-2008"))).unwrap_or_default();
    let has_bgpdump = Command::new("bgpdump").arg("-h").output().is_ok();
    let ignored = [!has_bgpdump, !has_bgpdump || corpus.is_none()];
    trials.push(
        Trial::test("sample_evidence_is_read_by_bgpdump", || {
            evidence_is_read_by_bgpdump(&[&text(&run::root().join("sample-data"))]);
            Ok(())
        })
        .with_ignored_flag(ignored[0]),
    );
    trials.push(
        Trial::test("youtube_2008_evidence_is_read_by_bgpdump", move || {
            evidence_is_read_by_bgpdump(&["--origin", "17557", "--prefix", "208.65.153.0/24", &youtube]);
            Ok(())
        })
        .with_ignored_flag(ignored[1]),
    );
    libtest_mimic::run(&arguments, trials).exit();
}

/// The announcement or RIB entry behind each row's start, as bgpdump reads it from the evidence.
fn evidence_is_read_by_bgpdump(args: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let evidence = text(&folder.path().join("evidence.mrt"));
    let ends =
        [("timeline", ["first_peer_ip", "first_peer_asn", "first_as_path"]), ("routes", ["peer_ip", "peer_asn", "as_path"])];
    for (command, [ip, asn, path]) in ends {
        let rows = csv(&[&[command, "--evidence", &evidence], args].concat());
        let printed = Command::new("bgpdump").args(["-m", &evidence]).output().expect("bgpdump");
        let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
        let lines: BTreeSet<String> = printed.lines().map(|line| line.split('|').take(7).collect::<Vec<_>>().join("|")).collect();
        assert!(rows.len() > 0);
        for row in rows.columns(&["first_seen", "start_basis", ip, asn, "prefix", path]) {
            let time: uplinks::model::Time = row[0].parse().expect("a time");
            let kind = if ["data-start", "rib"].contains(&row[1]) { ["TABLE_DUMP2", "B"] } else { ["BGP4MP", "A"] };
            let line = [kind[0], &time.secs().to_string(), kind[1], row[2], row[3], row[4], row[5]].join("|");
            assert!(lines.contains(&line), "{command}: {line} is not in what bgpdump prints");
        }
    }
}

fn csv(args: &[&str]) -> Rows {
    let mut all = vec![args[0], "-f", "csv"];
    all.extend(&args[1..]);
    let ran = uplinks(&all);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    Rows::read(&ran.stdout)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn youtube_2008_hijack(corpus: &Path) {
    let archive = text(&corpus.join("youtube-2008"));
    let rows = csv(&["timeline", "--origin", "17557", "--prefix", "208.65.153.0/24", &archive]);
    let columns = ["upstream_asn", "first_seen", "last_seen", "peak_peers", "unobserved_s", "flags", "started_after"];
    let row = ["3491", "2008-02-24T18:47:57Z", "2008-02-24T21:01:34Z", "42", "125", "gap;no-baseline", ""];
    assert_eq!(rows.columns(&columns), [row]);
}

fn youtube_2008_answer(corpus: &Path) {
    let archive = text(&corpus.join("youtube-2008"));
    let rows = csv(&["timeline", "--origin", "36561", "--prefix", "208.65.152.0/22", &archive]);
    let all = rows.columns(&["prefix", "upstream_asn", "first_seen"]);
    for row in [
        ["208.65.153.0/24", "3549", "2008-02-24T20:07:25Z"],
        ["208.65.153.0/25", "3549", "2008-02-24T20:18:43Z"],
        ["208.65.153.128/25", "3549", "2008-02-24T20:18:43Z"],
    ] {
        assert!(all.iter().any(|r| *r == row), "{row:?} is not in {all:?}");
    }
}

/// Where every origin has its rows, the conflict is the hijacker's, although it is seen first and no dump comes before.
fn youtube_2008_conflict(corpus: &Path) {
    let rows = csv(&["changes", "--prefix", "208.65.153.0/24", &text(&corpus.join("youtube-2008"))]);
    let told = rows.columns(&["time", "origin_asn", "change", "upstream_asn"]);
    let conflicts: Vec<_> = told.into_iter().filter(|row| row[2].starts_with("origin-conflict")).collect();
    assert_eq!(
        conflicts,
        [
            ["2008-02-24T18:47:57Z", "17557", "origin-conflict-start", "3491"],
            ["2008-02-24T21:01:34Z", "17557", "origin-conflict-end", "3491"],
        ]
    );
}

/// RIPE NCC printed minutes; the files of another collector agree within one.
fn youtube_2008_claims(corpus: &Path) {
    let rows = csv(&["check", "youtube-2008", &text(&corpus.join("youtube-2008"))]);
    let columns = ["claim", "prefix", "verdict", "difference_s"];
    assert_eq!(
        rows.columns(&columns),
        [
            ["1", "208.65.153.0/24", "pass", "57"],
            ["2", "208.65.153.0/24", "pass", "25"],
            ["3", "208.65.153.0/25", "pass", "43"],
            ["3", "208.65.153.128/25", "pass", "43"],
            ["4", "208.65.153.0/24", "pass", "50"],
            ["5", "208.65.153.0/24", "pass", "34"],
        ]
    );
}

/// The hijack of Telegram's prefixes by AS18101: unpacked once, for all that is asked of it.
fn telegram_2026(corpus: &Path) {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(tar::unpack(&corpus.join("telegram-2026.tar.xz"), folder.path()), 6348);
    let archive = text(folder.path());
    telegram_claims(&archive, "telegram-2026");
    // As others wrote them down.
    telegram_claims(&archive, &text(&corpus.join("telegram-2026.claims.toml")));
    telegram_carriers(&archive);
    telegram_changes(&archive);
    telegram_in_words(&archive);
}

/// 68 claims: 60 pass, none fails; of eight the beginning is seen, but nothing shows that it was not there before.
fn telegram_claims(archive: &str, claims: &str) {
    let rows = csv(&["check", claims, archive]);
    let count = |verdict| rows.columns(&["verdict"]).iter().filter(|row| row[0] == verdict).count();
    assert_eq!(["pass", "fail", "not-decidable"].map(count), [60, 0, 8]);
    let open = rows.columns(&["verdict", "what", "difference_s", "note"]);
    let open: BTreeSet<_> = open.into_iter().filter(|row| row[0] != "pass").collect();
    let row = vec!["not-decidable", "gained", "0", "it was there by then, but nothing shows since when"];
    assert_eq!(open, BTreeSet::from([row]));
}

/// AS15412 comes first on 34 prefixes and goes last on 33, to the published second.
fn telegram_carriers(archive: &str) {
    let rows = csv(&["timeline", "--profile", "telegram-2026-hijack", archive]);
    let columns = ["prefix", "first_seen", "last_seen"];
    let flag: Vec<Vec<&str>> = of(&rows, &[("origin_asn", "18101"), ("upstream_asn", "15412")], &columns);
    let claims = csv(&["check", "telegram-2026", archive]);
    for (what, count, at) in [("gained", 34, 1), ("lost", 33, 2)] {
        let published = of(&claims, &[("what", what), ("upstream_asn", "15412")], &["prefix", "at"]);
        let is_seen = |claim: &&Vec<&str>| flag.iter().any(|row| row[0] == claim[0] && row[at] == claim[1]);
        assert_eq!((published.len(), published.iter().filter(is_seen).count()), (count, count), "{what}");
    }
    assert_eq!(flag.len(), 34, "one episode a prefix");
    // The tail through Tata Communications, on prefixes that the analysts list as over by 20:06:39.
    let tata = of(&rows, &[("upstream_asn", "4755")], &["prefix", "last_seen"]);
    let ended = |from: &str, to: &str| tata.iter().filter(|row| row[1] > from && row[1] <= to).map(|row| row[0]).collect();
    let tail: BTreeSet<&str> = ended("2026-06-16T20:44:01Z", "2026-06-16T20:50:01Z");
    let last: BTreeSet<&str> = ended("2026-06-16T20:47:00Z", "2026-06-16T20:50:01Z");
    assert_eq!((tail.len(), last.len()), (19, 18));
    // As they counted: at 08:30 ten peers hold this prefix through the hijacker.
    let routes = csv(&["routes", "--profile", "telegram-2026-hijack", archive]);
    let held = of(&routes, &[("prefix", "95.161.64.0/20"), ("origin_asn", "18101")], &["first_seen", "last_seen", "peer_ip"]);
    let then = "2026-06-16T08:30:00Z";
    assert_eq!(held.iter().filter(|row| row[0] <= then && then < row[1]).map(|row| row[2]).collect::<BTreeSet<_>>().len(), 10);
    // The second tier, as many as they counted, and who received the routes.
    let behind = csv(&["routes", "--profile", "telegram-2026-hijack", "--hop", "2", archive]);
    let behind = of(&behind, &[("origin_asn", "18101")], &["upstream_asn", "peer_asn", "via"]);
    let all = |at: usize| behind.iter().map(|row| row[at]).collect::<BTreeSet<_>>();
    assert_eq!((all(0).len(), all(1).len(), all(2)), (44, 158, BTreeSet::from(["15412", "4755", "9498"])));
}

/// To the victim the hijack is a conflict with its beginning and its end, to the hijacker Telegram is one; to neither is its end an outage.
fn telegram_changes(archive: &str) {
    let of_kind = |rows: &Rows, kind| of(rows, &[("change", kind), ("origin_asn", "18101")], &["prefix"]).len();
    let [victim, hijack] =
        ["telegram-2026", "telegram-2026-hijack"].map(|profile| csv(&["changes", "--profile", profile, archive]));
    // All but that of the /32, which one peer still holds through AS9498.
    assert_eq!([of_kind(&victim, "origin-conflict-start"), of_kind(&victim, "origin-conflict-end")], [53, 52]);
    assert_eq!([of_kind(&hijack, "origin-conflict-start"), of_kind(&hijack, "origin-conflict-end")], [0, 0]);
    for rows in [&victim, &hijack] {
        assert!(rows.columns(&["change"]).iter().all(|row| row[0].starts_with("origin-conflict")));
    }
}

fn telegram_in_words(archive: &str) {
    let told = |command: &str, profile: &str, format: &str| {
        let args = [command, "--profile", profile, archive];
        let args = if format.is_empty() { args.to_vec() } else { [&args[..], &["-f", format]].concat() };
        let ran = uplinks(&args);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        // Markdown has a second colon, and HTML an apostrophe, by their numbers.
        ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ").replace("&#58;", ":").replace("&#39;", "'")
    };
    let victim = "At 07:08:57, another origin, AS18101 Reliance Communications, was seen for 34 prefixes, first for 95.161.64.0/20, \
                  through AS15412 FLAG, AS4755 Tata Communications and AS9498 Bharti Airtel; it was gone from 33 of them by 21:13:11 \
                  and still there for 2a0a:f280::/32 where the data end.";
    let hijack = "Telegram's hijacker (AS18101, 15 watched prefixes) was first seen on 2026-06-16 at 07:08:57 UTC and later through one \
                  upstream provider, AS15412 FLAG, for all 34 prefixes";
    let aside = "they include every episode of AS4755 Tata Communications and AS9498 Bharti Airtel.";
    let other = "At 07:03:33, another origin, AS62041 Telegram, was seen for 26 prefixes, first for 2001:67c:4e8::/48, through 175 upstreams";
    for (command, format) in [("timeline", "table"), ("timeline", "markdown"), ("report", "")] {
        let (of_victim, of_hijack) = (told(command, "telegram-2026", format), told(command, "telegram-2026-hijack", format));
        assert!(of_victim.contains(victim), "{command} {format}: {}", of_victim.get(..4000).unwrap_or_default());
        for part in [hijack, other, aside] {
            assert!(of_hijack.contains(part), "{command} {format}: no '{part}' in {}", of_hijack.get(..4000).unwrap_or_default());
        }
    }
}

/// The cells under `columns` of the rows that have these values.
fn of<'a>(rows: &'a Rows, having: &[(&str, &str)], columns: &[&str]) -> Vec<Vec<&'a str>> {
    let names: Vec<&str> = having.iter().map(|(name, _)| *name).collect();
    let is_one = |cells: &Vec<&str>| cells.iter().zip(having).all(|(cell, (_, value))| cell == value);
    let which = rows.columns(&names).into_iter().map(|cells| is_one(&cells));
    which.zip(rows.columns(columns)).filter(|(is_one, _)| *is_one).map(|(_, cells)| cells).collect()
}

fn four_rows(rows: &Rows, path: &str, first_seen: &str) {
    let columns = ["prefix", "upstream_asn", "peak_peers", "first_as_path", "first_seen"];
    let prefixes = ["175.45.176.0/24", "175.45.177.0/24", "175.45.178.0/24", "175.45.179.0/24"];
    assert_eq!(rows.columns(&columns), prefixes.map(|prefix| [prefix, "4837", "1", path, first_seen]));
}

fn north_korea_2014(corpus: &Path) {
    let rib = text(&corpus.join("north-korea-2014/routeviews.route-views.jinx.ribs.1401487200.bz2"));
    let rows = csv(&["timeline", &rib]);
    four_rows(&rows, "30844 3356 1239 4837 131279", "2014-05-30T22:00:00Z");
    assert_eq!(rows.columns(&["first_peer_ip", "first_peer_asn"])[0], ["196.223.14.55", "30844"]);
    // None of a house is the upstream of another: two networks of Cuba, two of Syria.
    for house in [["27725", "11960"], ["29256", "29386"]] {
        let rows = csv(&["timeline", "--origin", house[0], "--origin", house[1], &rib]);
        let told = rows.columns(&["upstream_asn", "via"]);
        assert!(told.iter().all(|row| !house.contains(&row[0])), "{told:?}");
        assert!(told.iter().any(|row| row[1] == house[1]), "{told:?}");
    }
    // The forged path of "The Pirate Bay in North Korea" is another origin's, so it makes no row.
    let forged = uplinks(&["timeline", "--origin", "131279", "--prefix", "194.71.107.0/24", "-f", "csv", &rib]);
    assert_eq!(forged.code, Some(1));
    assert!(!forged.stdout.contains("22351"), "{}", forged.stdout);
}

fn north_korea_2015(corpus: &Path) {
    let transfer = text(&corpus.join("north-korea-2015/pch.updates.20151023.0201.et.gz"));
    four_rows(&csv(&["timeline", &transfer]), "2914 1239 4837 131279", "2015-10-23T02:01:48.372152Z");
}

/// Files of the corpus that must be warned of, with a word of the warning.
const WARNED: [(&str, &str); 6] = [
    ("truncated.rib", "not used"),
    ("truncated.updates", "damaged"),
    ("no-peer-index", "peer index"),
    ("torn.updates", "damaged"),
    // Its only record is the 40,741st of a dump.
    ("64k_stream_overflow", "excerpt"),
    ("openbgpd_rib_table-v2", "not read: 2 records TABLE_DUMP_V2 RIB_GENERIC (13/6)"),
];

fn other_files(corpus: &Path) {
    let mut files = Vec::new();
    for folder in ["modern", "odd", "lab"] {
        walk(&corpus.join(folder), &mut files);
    }
    files.extend(
        ["ris.rrc06.updates.1401488100.gz", "routeviews.route-views.jinx.updates.1401493500.bz2"]
            .map(|name| corpus.join("north-korea-2014").join(name)),
    );
    assert!(files.len() > 20, "{files:?}");
    for file in &files {
        let shown = text(file);
        let ran = uplinks(&["timeline", "-f", "csv", &shown]);
        assert_eq!((ran.code, ran.stdout.lines().count()), (Some(1), 1), "{shown}: {}", ran.stderr);
        let warning = WARNED.iter().find(|(name, _)| shown.contains(name)).map_or("", |(_, word)| *word);
        assert!(ran.stderr.contains(warning), "{shown}: {}", ran.stderr);
        assert_eq!(ran.stderr.is_empty(), warning.is_empty(), "{shown}: {}", ran.stderr);
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

fn same_bytes(corpus: &Path) {
    let folders = ["youtube-2008", "north-korea-2014", "north-korea-2015", "modern", "odd"].map(|f| text(&corpus.join(f)));
    let run = |jobs: &str, folders: &[&str]| {
        let prefixes = ["--prefix", "208.65.152.0/22", "--prefix", "175.45.176.0/22"];
        let args = [&["timeline", "-f", "json", "-j", jobs], &prefixes[..], folders].concat();
        let ran = uplinks(&args);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        (ran.stdout, ran.stderr)
    };
    let there: Vec<&str> = folders.iter().map(String::as_str).collect();
    let back: Vec<&str> = there.iter().rev().copied().collect();
    assert!(run("1", &there) == run("2", &back));
}
