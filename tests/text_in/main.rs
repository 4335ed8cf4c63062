//! Texts as inputs: lines of bgpdump, tables of routers, answers of RIPEstat. What a text can tell is answered as of MRT files.

mod given;
mod lists;
#[path = "../support/mrt.rs"]
mod mrt;
#[path = "../support/run.rs"]
mod run;
mod same;
mod tables;

use std::fs;
use std::path::Path;

use run::{Ran, Rows, binary};

/// A folder with files in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn of(files: &[(&str, &[u8])]) -> Self {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        for (name, bytes) in files {
            folder.write(name, bytes);
        }
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }

    /// Runs the binary in it.
    fn run(&self, args: &[&str]) -> Ran {
        binary().args(args).current_dir(self.path()).output().expect("the binary runs").into()
    }

    /// Cells of the rows, joined, of a command that answers.
    #[track_caller]
    fn rows(&self, args: &[&str], columns: &[&str]) -> Vec<String> {
        let ran = self.run(&[args, &["-f", "csv"]].concat());
        assert!(ran.code == Some(0), "{args:?}: {}", ran.stderr);
        Rows::read(&ran.stdout).columns(columns).iter().map(|row| row.join(" ").trim_end().to_owned()).collect()
    }
}

/// All of the columns but those that name records.
fn without_evidence(csv: &str) -> Vec<String> {
    let headers = csv.lines().next().expect("a header");
    let names: Vec<&str> = headers.split(',').filter(|name| !name.contains("evidence")).collect();
    Rows::read(csv).columns(&names).iter().map(|row| row.join(",")).collect()
}
