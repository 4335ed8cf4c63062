//! The command line as a new user meets it: one clear sentence and the right exit status for whatever is wrong.

#[path = "support/run.rs"]
mod run;

use std::io::{Read, Write};
use std::process::Stdio;

use run::{binary, root, sample, uplinks};

/// The run must fail with status 2, one sentence on standard error that says `said`, and nothing on standard output.
fn refuses(args: &[&str], said: &str) {
    let ran = uplinks(args);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{args:?}: {}", ran.stderr);
    assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
}

/// Only Linux tells without more ado what a process uses.
#[cfg(target_os = "linux")]
#[test]
fn what_needs_too_much_memory_ends_with_a_sentence() {
    refuses(&["timeline", "--max-memory", "0.5M", &sample()], "needs more than --max-memory 0.5 MiB");
}

#[test]
fn bad_arguments_are_told_with_their_remedy() {
    let sample = sample();
    for (args, said) in [
        (vec!["timeline"], "INPUT"),
        (vec!["timeline", "no-such-file.bz2"], "no-such-file.bz2: no such file"),
        (vec!["timeline", "no/such/*.bz2"], "nothing matches"),
        (vec!["timeline", "src"], "no MRT file in this directory"),
        (vec!["timeline", "LICENSE-MIT"], "not an MRT file"),
        (vec!["timeline", "--prefix", "1.2.3.4/99", &sample], "write a prefix as 175.45.176.0/22"),
        (vec!["timeline", "--origin", "x", &sample], "'x' is no AS number"),
        (vec!["timeline", "--from", "2017-10-02", "--to", "2017-10-01", &sample], "is not before --to"),
        (vec!["timeline", "--from", "yesterday", &sample], "'yesterday' is not a time"),
        (vec!["timeline", "--profile", "south-korea", &sample], "there is no profile 'south-korea'"),
        (vec!["timeline", "--collector", "rrc00", &sample], "there are: route-views.sim, rrc90"),
        (vec!["timeline", "--min-peers", "0", &sample], "0"),
        (vec!["timeline", "--exclude-flag", "odd", &sample], "'odd' is no flag"),
        (vec!["timeline", "--discover", "--prefix", "10.0.0.0/8", &sample], "--discover needs an origin"),
        (vec!["changes", "--by", "upstream", &sample], "--by upstream and --by origin are for timeline"),
        (vec!["visibility", "--by", "origin", &sample], "--by upstream and --by origin are for timeline"),
        (vec!["summary", "--evidence", "x.mrt", &sample], "--evidence is for timeline"),
        (vec!["first", &sample], "--upstream"),
        (vec!["timelien", &sample], "timeline"),
    ] {
        refuses(&args, said);
    }
}

#[test]
fn nothing_found_exits_1_with_a_header() {
    let ran = uplinks(&["timeline", "--prefix", "192.0.2.0/24", "-f", "csv", &sample()]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (Some(1), 1));
}

/// The covering route is named where there is nothing else, and watched, alone, where that is asked for.
#[test]
fn an_address_without_a_route_names_the_route_that_covers_it() {
    let asked = ["timeline", "--prefix", "175.45.176.7", &sample(), "-f", "csv"];
    let ran = uplinks(&asked);
    assert_eq!((ran.code, ran.stdout.lines().count()), (Some(1), 1));
    assert!(ran.stderr.contains("175.45.176.0/24 covers it: ask for that, or add --covering"), "{}", ran.stderr);
    let covering = uplinks(&[&asked[..], &["--covering"]].concat());
    let prefixes: std::collections::BTreeSet<&str> =
        covering.stdout.lines().skip(1).filter_map(|l| l.split(',').next()).collect();
    assert_eq!((covering.code, prefixes.into_iter().collect::<Vec<_>>()), (Some(0), vec!["175.45.176.0/24"]));
    assert_eq!(covering.stdout, uplinks(&["timeline", "--prefix", "175.45.176.0/24", &sample(), "-f", "csv"]).stdout);
    // Nothing but a default route covers it in the sample.
    assert!(!uplinks(&["timeline", "--prefix", "192.0.2.0/24", &sample()]).stdout.contains("covers it"));
}

#[test]
fn a_truncated_file_gives_what_it_has_and_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rrc90.updates.20171001.0905.gz");
    let whole = std::fs::read(root().join("sample-data/rrc90/2017.10/updates.20171001.0905.gz")).expect("the sample");
    std::fs::write(&path, &whole[..whole.len() - 20]).expect("a shorter file");
    let path = path.display().to_string();
    let ran = uplinks(&["timeline", "-f", "csv", &path]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains(",20485,"), "{}", ran.stdout);
    assert!(ran.stderr.contains("updates.20171001.0905.gz: damaged from byte"), "{}", ran.stderr);
    assert_eq!(uplinks(&["timeline", "--strict", &path]).code, Some(3));
}

#[test]
fn a_closed_pipe_is_success() {
    let mut child = binary()
        .args(["routes", "-f", "csv", &sample()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let status = child.wait().expect("an end");
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    // The sample is simulated, which is said where the result has no place for it.
    assert_eq!((status.code(), said.lines().count(), said.contains("SIMULATED DATA")), (Some(0), 1, true), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let full = || std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
    let ran = binary().args(["timeline", &sample()]).stdout(full()).output().expect("the binary runs");
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("cannot write to standard output"));
    refuses(&["timeline", "-o", "/dev/full", &sample()], "cannot write /dev/full");
    let unheard = binary().args(["timeline", "no-such-file"]).stderr(full()).output().expect("the binary runs");
    assert_eq!(unheard.status.code(), Some(2), "the status does not hang on who can be told");
}

#[test]
fn an_output_file_appears_only_when_complete() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.csv");
    let shown = path.display().to_string();
    assert_eq!(uplinks(&["timeline", "-f", "csv", "-o", &shown, &sample()]).code, Some(0));
    let direct = uplinks(&["timeline", "-f", "csv", &sample()]).stdout;
    assert_eq!(std::fs::read_to_string(&path).expect("the result"), direct);
    refuses(&["timeline", "-o", &folder.path().join("no/rows.csv").display().to_string(), &sample()], "cannot write");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1);
}

#[test]
fn standard_input_is_an_input() {
    let bytes = std::fs::read(root().join("sample-data/rrc90/2017.10/updates.20171001.0905.gz")).expect("the sample");
    let mut child = binary()
        .args(["timeline", "-f", "csv", "--collector-name", "mine", "--origin", "131279", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    child.stdin.take().expect("a pipe").write_all(&bytes).expect("written");
    let output = child.wait_with_output().expect("an end");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains(",mine,") && text.contains(",20485,"), "{text}");
}

#[test]
fn origins_alone_find_their_prefixes_first() {
    let columns = ["prefix", "upstream_asn", "first_seen", "last_seen"];
    let by_origin = uplinks(&["timeline", "--origin", "2.207", "-f", "csv", &sample()]).stdout;
    let by_profile = uplinks(&["timeline", "-f", "csv", &sample()]).stdout;
    assert_eq!(run::Rows::read(&by_origin).columns(&columns), run::Rows::read(&by_profile).columns(&columns));
}

#[test]
fn no_result_takes_the_place_of_an_input_or_of_another_result() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("updates.20171001.0905.gz");
    std::fs::copy(format!("{}/rrc90/2017.10/updates.20171001.0905.gz", sample()), &input).expect("a copy");
    let before = std::fs::read(&input).expect("the input");
    let (archive, walked) = (input.display().to_string(), folder.path().display().to_string());
    let other = folder.path().join("x").display().to_string();
    for (args, said) in [
        (&["timeline", "-o", &archive, &walked][..], "is an input as well"),
        (&["timeline", "--evidence", &archive, &archive], "is an input as well"),
        (&["report", "--svg", &archive, &archive], "is an input as well"),
        (&["timeline", "-o", &other, "--evidence", &other, &archive], "is another result as well"),
        (&["report", "-o", &other, "--svg", &other, &archive], "is another result as well"),
    ] {
        let ran = uplinks(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{args:?}");
        assert!(ran.stderr.contains(said) && ran.stderr.contains("name another file"), "{}", ran.stderr);
    }
    assert!(std::fs::read(&input).expect("the input") == before && !std::path::Path::new(&other).exists());
    assert_eq!(uplinks(&["timeline", "-o", "/dev/null", "--evidence", "/dev/null", &archive]).code, Some(0));
}

#[test]
fn outside_the_data_nothing_is_told() {
    let wide = ["--from", "0001-01-01", "--to", "9999-12-31"];
    for options in [&["visibility"][..], &["visibility", "--bin", "1h"], &["timeline"], &["routes"]] {
        let rows = |more: &[&str]| uplinks(&[options, more, &["-f", "csv", &sample()]].concat()).stdout;
        assert_eq!(rows(&wide), rows(&[]), "{options:?}");
    }
    let later = uplinks(&["timeline", "--from", "2020-01-01", &sample()]);
    assert_eq!(later.code, Some(1));
    assert!(later.stdout.contains("0 episodes, no data.\nThere are no data on North Korea"), "{}", later.stdout);
}

#[test]
fn flags_select_rows() {
    let updates = format!("{}/rrc90/2017.10/updates.20171001.0905.gz", sample());
    for command in ["timeline", "routes"] {
        let rows = |options: &[&str]| uplinks(&[&[command], options, &["-f", "jsonl", &updates]].concat()).stdout;
        let all = rows(&[]);
        let (with, without): (Vec<&str>, Vec<&str>) = all.lines().partition(|row| row.contains("no-baseline"));
        assert!(!with.is_empty(), "{command}: {all}");
        assert!(rows(&["--only-flag", "no-baseline"]).lines().eq(with), "{command}");
        assert!(rows(&["--exclude-flag", "no-baseline"]).lines().eq(without), "{command}");
    }
}

#[test]
fn help_is_there_for_every_command() {
    for command in ["timeline", "changes", "first", "routes", "inventory", "explain", "report"] {
        let ran = uplinks(&[command, "--help"]);
        assert_eq!(ran.code, Some(0));
        assert!(ran.stdout.contains("Examples:") && ran.stdout.contains("uplinks "), "{command}");
    }
    let (short, long) = (uplinks(&["timeline", "-h"]).stdout, uplinks(&["timeline", "--help"]).stdout);
    let fetching = |help: &str| help.split_once("Fetching:").expect("a heading").1.to_owned();
    assert!(fetching(&short).contains("--fetch") && !short.contains("--base-url") && !short.contains("--tries"), "{short}");
    assert!(fetching(&long).contains("--base-url") && fetching(&long).contains("--tries"), "{long}");
}

#[test]
fn a_report_is_the_same_bytes_however_it_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (page, drawing) = (folder.path().join("r.html").display().to_string(), folder.path().join("r.svg").display().to_string());
    let (rrc, views) = (format!("{}/rrc90", sample()), format!("{}/route-views.sim", sample()));
    let first = uplinks(&["report", &rrc, &views, "-o", &page, "--svg", &drawing]);
    assert_eq!((first.code, first.stdout.as_str()), (Some(0), ""), "{}", first.stderr);
    let text = std::fs::read_to_string(&page).expect("the page");
    assert_eq!(uplinks(&["report", "-j", "1", &views, &rrc]).stdout, text);
    assert!(text.len() < 2_000_000 && !text.contains("http://") && !text.contains("https://"));
    for part in
        ["second upstream provider", "appears <b>2017-10-01 09:07:51</b> UTC", "left <b>2017-10-01 10:14:45</b>", "4 outages"]
    {
        assert!(text.contains(part), "no {part}");
    }
    assert!(std::fs::read_to_string(&drawing).expect("the drawing").contains("AS20485 TransTeleCom 2017-10-01 09:07:51"));
    assert_eq!(uplinks(&["report", "-f", "html", &views, &rrc]).stdout, text);
    for format in ["csv", "table"] {
        let refused = uplinks(&["report", "-f", format, &rrc]);
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""), "{format}");
        assert!(refused.stderr.contains("a report is an HTML page; leave the option out"), "{}", refused.stderr);
    }
    let none = uplinks(&["report", "--prefix", "192.0.2.0/24", &rrc]);
    assert!(none.code == Some(1) && none.stdout.contains("No route was seen"));
}
