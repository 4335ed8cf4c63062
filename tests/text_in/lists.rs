//! `--files-from`: the same as to name the files.

use std::fs;

use super::run::{binary, root};
use super::{Folder, without_evidence};

/// The sample's files of one collector, relative to the project's folder.
fn files() -> Vec<String> {
    let folder = "sample-data/rrc90/2017.10";
    let names = fs::read_dir(root().join(folder)).expect("the sample").map(|entry| entry.expect("an entry").file_name());
    let mut files: Vec<String> = names.map(|name| format!("{folder}/{}", name.to_str().expect("text"))).collect();
    files.sort_unstable();
    assert!(files.len() > 100);
    files
}

fn of_list(list: &[u8], more: &[&str]) -> super::run::Ran {
    let folder = Folder::of(&[("list", list)]);
    let place = folder.path().join("list");
    let args = [more, &["--files-from", place.to_str().expect("text")]].concat();
    binary().args(args).current_dir(root()).output().expect("the binary runs").into()
}

#[test]
fn a_list_is_as_good_as_names() {
    let files = files();
    let typed = binary().args(["timeline", "-f", "csv"]).args(&files).current_dir(root()).output().expect("runs");
    let typed = String::from_utf8(typed.stdout).expect("text");
    assert!(without_evidence(&typed).len() > 3);
    let lines = files.join("\n");
    let nulls = files.join("\0");
    assert_eq!(of_list(lines.as_bytes(), &["timeline", "-f", "csv"]).stdout, typed);
    assert_eq!(of_list(nulls.as_bytes(), &["timeline", "-f", "csv", "-0"]).stdout, typed);
    // Beside names, in any order, and again.
    let (half, rest) = files.split_at(files.len() / 2);
    let twice = [rest.to_vec(), rest.to_vec()].concat().join("\n");
    let named: Vec<&str> = ["timeline", "-f", "csv"].into_iter().chain(half.iter().map(String::as_str)).collect();
    assert_eq!(of_list(twice.as_bytes(), &named).stdout, typed);
}

#[test]
fn every_command_with_inputs_takes_a_list() {
    let list = files().join("\n");
    for command in [
        &["summary"][..],
        &["changes"],
        &["first", "--upstream", "20485"],
        &["visibility"],
        &["routes"],
        &["inventory"],
        &["check", "north-korea"],
        &["explain", "54c8c87e681b"],
    ] {
        let ran = of_list(list.as_bytes(), command);
        assert!(ran.code.is_some_and(|code| code < 2) && !ran.stdout.is_empty(), "{command:?}: {}", ran.stderr);
    }
    let page = of_list(list.as_bytes(), &["report"]);
    assert!(page.stdout.contains("uplinks report --files-from "), "the page says how it was made");
}

#[test]
fn lists_that_cannot_be_used() {
    let cases: [(&[u8], &[&str], &str); 4] = [
        (b"\n\n", &["timeline"], "the list is empty; it should have a path a line"),
        (b"a\0b\0", &["timeline"], "does the list need --null?"),
        (b"sample-data/nowhere.gz\n", &["timeline"], "no such file or directory"),
        (b"#sample-data\n", &["timeline"], "#sample-data: no such file"),
    ];
    for (list, more, said) in cases {
        let ran = of_list(list, more);
        assert!(ran.code == Some(2) && ran.stderr.contains(said), "{list:?}: {}", ran.stderr);
    }
    let both = binary().args(["timeline", "--files-from", "-", "-"]).output().expect("runs");
    assert_eq!(both.status.code(), Some(2));
    let alone = binary().args(["timeline", "-0", "sample-data"]).current_dir(root()).output().expect("runs");
    assert_eq!(alone.status.code(), Some(2), "-0 is nothing without a list");
}
