//! The commands of README.md and docs/ run as they stand, in a copy of the project's sample data.

#[path = "support/run.rs"]
mod run;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use run::{binary, root, sample, uplinks};

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

/// The program of the guide's Python block, on the sample's rows and one of an origin that is itself a peer.
#[test]
fn the_notebook_recipe_adds_up() {
    let has_pandas = Command::new("python3").args(["-c", "import pandas"]).output().is_ok_and(|ran| ran.status.success());
    if !has_pandas {
        // Past the capture of a passing test: it must be seen.
        let _ = writeln!(io::stderr(), "NOT RUN: the notebook recipe of docs/guide.md, for python3 has no pandas");
        return;
    }
    let guide = fs::read_to_string(root().join("docs/guide.md")).expect("the guide");
    let program = guide.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a Python block");
    let folder = tempfile::tempdir().expect("a folder");
    let rows = uplinks(&["timeline", "-f", "csv", &sample()]).stdout;
    let line = rows.lines().find(|line| line.contains(",20485,")).expect("an episode");
    fs::write(folder.path().join("rows.csv"), format!("{rows}{}\n", line.replace(",20485,TransTeleCom,", ",direct,,")))
        .expect("rows");
    let ran = Command::new("python3").args(["-c", program]).current_dir(folder.path()).output().expect("python3 runs");
    let said = String::from_utf8_lossy(&ran.stdout);
    let mut reader = csv::Reader::from_reader(rows.as_bytes());
    let mut seconds: BTreeMap<String, f64> = BTreeMap::new();
    for row in reader.records().map(|row| row.expect("a row")).filter(|row| &row[2] == "20485") {
        *seconds.entry(row[0].to_owned()).or_default() += row[12].parse::<f64>().expect("a duration");
    }
    assert!(!seconds.is_empty());
    for (prefix, sum) in seconds {
        let told = said.lines().find_map(|line| line.strip_prefix(&prefix)?.trim().parse::<f64>().ok());
        assert!(
            told.is_some_and(|told| (told - sum).abs() < 0.01),
            "{prefix} {sum}: {said} {}",
            String::from_utf8_lossy(&ran.stderr)
        );
    }
}

#[test]
fn commands_of_the_pages_on_formats_and_claims_run() {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(root().join("sample-data"), folder.path().join("sample-data")).expect("a link");
    let count = |page: &str| run_all(&root().join("docs").join(page), folder.path());
    assert_eq!((count("output-formats.md"), count("claims.md"), count("scaling-out.md")), (4, 2, 5));
}

/// The first recipe for a shell, as it stands, over the sample archive.
#[test]
fn the_shell_recipe_gives_what_one_machine_gives() {
    let page = fs::read_to_string(root().join("docs/scaling-out.md")).expect("the page");
    let recipe = page.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a shell block");
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(root().join("sample-data"), folder.path().join("archive")).expect("a link");
    let binaries = Path::new(env!("CARGO_BIN_EXE_uplinks")).parent().expect("a folder").display().to_string();
    let path = format!("{binaries}:{}", std::env::var("PATH").expect("a path"));
    let recipe = format!("set -e\n{}", recipe.replace("find archive ", "find archive/ "));
    let ran = Command::new("sh").args(["-c", &recipe]).env("PATH", path).current_dir(folder.path()).output().expect("a shell");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let parts = fs::read_dir(folder.path().join("parts")).expect("packs").count();
    assert_eq!(parts, 4, "two packs, and what is told of them");
    let below =
        binary().args(["timeline", "-f", "csv", "."]).current_dir(root().join("sample-data")).output().expect("the binary runs");
    let alone = String::from_utf8(below.stdout).expect("UTF-8").replace(",./", ",");
    assert_eq!(fs::read_to_string(folder.path().join("rows.csv")).expect("rows"), alone);
}

/// What README.md shows of the first command is what the program says, up to where it is cut with dots.
#[test]
fn the_readme_shows_what_is_printed() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let (_, after) = readme.split_once("$ cargo run --release -- timeline sample-data\n").expect("the first command");
    let shown: Vec<&str> = after.lines().take_while(|line| !line.starts_with("```")).collect();
    let ran = binary().args(["timeline", "sample-data"]).current_dir(root()).output().expect("the binary runs");
    let said = String::from_utf8(ran.stdout).expect("text");
    let (dots, lines) = shown.split_last().expect("lines");
    assert!(dots.trim() == "..." && lines.len() > 20);
    assert_eq!(lines.to_vec(), said.lines().take(lines.len()).collect::<Vec<_>>());
}
