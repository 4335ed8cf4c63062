//! `summary` is what `timeline` comes to: every figure derived anew from its rows.

#[path = "support/run.rs"]
mod run;

use std::collections::{BTreeMap, BTreeSet};

use run::{Rows, sample, uplinks};

fn rows(args: &[&str]) -> Rows {
    let ran = uplinks(&[args, &["-f", "csv", &sample()]].concat());
    assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.stderr);
    Rows::read(&ran.stdout)
}

/// All that rows of prefixes and of the target tell of each upstream.
fn derived(options: &[&str]) -> BTreeMap<[String; 2], Vec<String>> {
    let of_prefixes = rows(&[&["timeline"], options].concat());
    let of_target = rows(&[&["timeline", "--by", "target"], options].concat());
    let columns = ["upstream_asn", "via", "prefix", "first_seen", "last_seen", "origin_asn"];
    let mut all: BTreeMap<[String; 2], [BTreeSet<String>; 4]> = BTreeMap::new();
    let mut episodes: BTreeMap<[String; 2], usize> = BTreeMap::new();
    for row in of_prefixes.columns(&columns) {
        let key = [row[0], row[1]].map(str::to_owned);
        let own = all.entry(key.clone()).or_default();
        own.iter_mut().zip(&row[2..]).for_each(|(set, cell)| _ = set.insert((*cell).to_owned()));
        *episodes.entry(key).or_default() += 1;
    }
    let mut peaks: BTreeMap<[String; 2], u64> = BTreeMap::new();
    for row in of_target.columns(&["upstream_asn", "via", "peak_peers"]) {
        let peak = peaks.entry([row[0], row[1]].map(str::to_owned)).or_default();
        *peak = row[2].parse().map_or(*peak, |peers: u64| peers.max(*peak));
    }
    let prefixes: BTreeSet<&String> = all.values().flat_map(|[prefixes, ..]| prefixes).collect();
    let of = |(key, [own, first, last, origins]): (&[String; 2], &[BTreeSet<String>; 4])| {
        let numbers = [own.len(), prefixes.len(), episodes[key], origins.len()].map(|number| number.to_string());
        let edges = [first.first(), last.last()].map(|time| time.cloned().unwrap_or_default());
        (key.clone(), [&numbers[..], &edges, &[peaks[key].to_string()]].concat())
    };
    all.iter().map(of).collect()
}

#[test]
fn every_figure_is_that_of_the_timeline() {
    let choices: [&[&str]; 5] = [
        &[],
        &["--hop", "2"],
        &["--min-peers", "3", "--merge-within", "10m"],
        &["--from", "2017-10-01T10:00:00Z", "--to", "2017-10-01T13:00:00Z"],
        &["--prefix", "175.45.176.0/22", "--collector", "rrc90"],
    ];
    for options in choices {
        let summary = rows(&[&["summary"], options].concat());
        let columns =
            ["upstream_asn", "via", "prefixes", "prefixes_of", "episodes", "origins", "first_seen", "last_seen", "peak_peers"];
        let told: BTreeMap<[String; 2], Vec<String>> = summary
            .columns(&columns)
            .into_iter()
            .map(|row| ([row[0], row[1]].map(str::to_owned), row[2..].iter().map(|cell| (*cell).to_owned()).collect()))
            .collect();
        assert_eq!(told, derived(options), "{options:?}");
        let numbers =
            ["time_at_least_s", "time_at_most_s", "window_share", "peak_peers", "peers_total", "prefixes", "prefixes_v4"];
        let mut last = f64::MAX;
        for row in summary.columns(&numbers) {
            let [least, most, share, peak, total, prefixes, v4] =
                [0, 1, 2, 3, 4, 5, 6].map(|at| row[at].parse::<f64>().expect("a number"));
            assert!(0.0 <= least && least <= most && (0.0..=1.0).contains(&share) && peak <= total, "{options:?}: {row:?}");
            assert!(prefixes <= last && (prefixes - v4).abs() < 0.5, "{options:?}: {row:?}");
            last = prefixes;
        }
    }
}

/// TransTeleCom's time: 67 minutes, and from its return to the end of the data.
#[test]
fn times_of_several_prefixes_are_united() {
    let summary = rows(&["summary"]);
    let told = summary.columns(&["upstream_asn", "prefixes", "prefixes_of", "time_at_least_s", "time_at_most_s", "window_share"]);
    assert_eq!(told[0][..3], ["4837", "4", "4"]);
    assert_eq!(told[1], ["20485", "3", "4", "89099", "89099", "0.6875"]);
    let by = uplinks(&["timeline", "--by", "upstream", "-f", "csv", &sample()]).stdout;
    assert_eq!(by, uplinks(&["summary", "--by", "target", "-f", "csv", &sample()]).stdout);
}

/// A house of two origins whose prefixes go through one upstream: a row each, derived from the timeline's rows.
#[test]
fn origins_have_a_row_each() {
    let options = ["--origin", "131279", "--origin", "4837", "--prefix", "175.45.176.0/22"];
    let told = rows(&[&["summary", "--by", "origin"], &options[..]].concat());
    let of_rows = rows(&[&["timeline"], &options[..]].concat());
    let mut derived: BTreeMap<String, [BTreeSet<String>; 2]> = BTreeMap::new();
    for row in of_rows.columns(&["origin_asn", "prefix", "upstream_asn"]) {
        let [prefixes, upstreams] = derived.entry(row[0].to_owned()).or_default();
        prefixes.insert(row[1].to_owned());
        upstreams.insert(row[2].to_owned());
    }
    let derived: BTreeSet<[String; 3]> = derived
        .into_iter()
        .map(|(origin, [prefixes, upstreams])| [origin, prefixes.len().to_string(), upstreams.len().to_string()])
        .collect();
    let columns = told.columns(&["origin_asn", "prefixes", "upstreams"]);
    assert_eq!(columns.into_iter().map(|row| [0, 1, 2].map(|at| row[at].to_owned())).collect::<BTreeSet<_>>(), derived);
    let by = uplinks(&[&["timeline", "--by", "origin", "-f", "csv"], &options[..], &[&sample()]].concat()).stdout;
    assert_eq!(by, uplinks(&[&["summary", "--by", "origin", "-f", "csv"], &options[..], &[&sample()]].concat()).stdout);
}
