//! What the program tells of itself: completions, man pages, columns, and what it suggests on a typo.

#[path = "support/run.rs"]
mod run;

use std::io::Write;

use run::{Rows, uplinks};

const COMMANDS: [&str; 16] = [
    "timeline",
    "summary",
    "changes",
    "first",
    "routes",
    "visibility",
    "report",
    "inventory",
    "extract",
    "explain",
    "fetch",
    "survey",
    "check",
    "columns",
    "completions",
    "man",
];

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = uplinks(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        let missing: Vec<_> = COMMANDS.iter().filter(|command| !ran.stdout.contains(**command)).collect();
        assert!(missing.is_empty(), "{shell}: {missing:?}");
    }
    assert_eq!(uplinks(&["completions", "tcsh"]).code, Some(2));
}

#[test]
fn every_command_has_a_man_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("man1");
    assert_eq!(uplinks(&["man", &pages.display().to_string()]).code, Some(0));
    for command in COMMANDS {
        let page = std::fs::read_to_string(pages.join(format!("uplinks-{command}.1"))).expect(command);
        assert!(page.contains(".TH") && page.contains(command), "{command}");
    }
    assert!(uplinks(&["man"]).stdout.contains(".TH uplinks 1"));
    let file = folder.path().join("file");
    std::fs::File::create(&file).expect("a file").write_all(b"x").expect("written");
    assert_eq!(uplinks(&["man", &file.display().to_string()]).code, Some(2));
}

#[test]
fn columns_are_told_in_words_and_as_data() {
    let help = uplinks(&["help", "columns"]);
    assert_eq!(help.code, Some(0));
    assert!(help.stdout.contains("timeline:\n  prefix ") && help.stdout.contains("first_seen"), "{}", help.stdout);
    assert!(help.stdout.contains(&uplinks(&["columns"]).stdout));
    let rows = Rows::read(&uplinks(&["columns", "timeline", "-f", "csv"]).stdout);
    let names: Vec<String> = rows.columns(&["column"]).iter().map(|row| row[0].to_owned()).collect();
    let answer = uplinks(&["timeline", "-f", "csv", "sample-data/rrc90/2017.10/bview.20171001.0000.gz"]).stdout;
    assert_eq!(names.join(","), answer.lines().next().expect("a header"));
}

#[test]
fn every_command_has_help_with_examples() {
    for command in COMMANDS.iter().filter(|command| **command != "columns") {
        let ran = uplinks(&[command, "--help"]);
        assert!(ran.code == Some(0) && ran.stdout.contains("Examples:"), "{command}: {}", ran.stdout);
    }
}

#[test]
fn a_typo_is_answered_with_what_was_meant() {
    for (args, meant) in [
        (&["timelin", "x"][..], "'timeline'"),
        (&["timeline", "--formt", "csv", "x"], "'--format'"),
        (&["timeline", "-f", "markdwn", "x"], "'markdown'"),
        (&["columns", "tmeline"], "'timeline'"),
    ] {
        let ran = uplinks(args);
        assert!(ran.code == Some(2) && ran.stderr.contains(meant), "{}", ran.stderr);
    }
}
