//! The commands of README.md and docs/ run as they stand, in a copy of the project's sample data.

#[path = "support/run.rs"]
mod run;

use std::fs;
use std::path::Path;

use run::{binary, root};

/// The commands after `$ uplinks ` in a text's console blocks; what needs files that are not here is left out by its words.
fn commands(text: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ uplinks ").filter(|_| inside) {
            found.push(command.split(" # ").next().unwrap_or(command).trim().to_owned());
        }
    }
    found
}

fn run_all(document: &Path, folder: &Path) -> usize {
    let text = fs::read_to_string(document).expect("the document");
    let commands = commands(&text);
    for command in &commands {
        let args = command.split_whitespace().map(|word| word.trim_matches('\''));
        let ran = binary().args(args).current_dir(folder).output().expect("the binary runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(0), "{}: uplinks {command}: {said}", document.display());
    }
    commands.len()
}

#[test]
fn commands_of_the_guide_run() {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(root().join("sample-data"), folder.path().join("sample-data")).expect("a link");
    assert!(run_all(&root().join("docs/guide.md"), folder.path()) > 12);
}

#[test]
fn commands_of_the_pages_on_formats_and_claims_run() {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(root().join("sample-data"), folder.path().join("sample-data")).expect("a link");
    let count = |page: &str| run_all(&root().join("docs").join(page), folder.path());
    assert_eq!((count("output-formats.md"), count("claims.md")), (4, 2));
}
