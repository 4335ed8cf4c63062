//! Runs the real binary and looks at what it says.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The sample archive.
pub fn sample() -> String {
    root().join("sample-data").display().to_string()
}

/// The real archives, where they are: `UPLINKS_CORPUS`, else beside the project.
pub fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("UPLINKS_CORPUS").map(PathBuf::from);
    let path = named.unwrap_or_else(|| root().join("../shared/corpus"));
    path.is_dir().then_some(path)
}

/// What a run gave.
pub struct Ran {
    /// The exit status.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }
}

/// The binary, without its arguments.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uplinks"));
    command.env_remove("NO_COLOR");
    command
}

/// Runs the binary in the project's folder.
pub fn uplinks(args: &[&str]) -> Ran {
    binary().args(args).current_dir(root()).output().expect("the binary runs").into()
}

/// A CSV result by column names.
pub struct Rows {
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    /// Reads a CSV.
    pub fn read(text: &str) -> Rows {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let rows = reader.records().map(|r| r.expect("a row").iter().map(str::to_owned).collect()).collect();
        Rows { headers, rows }
    }

    /// The rows' cells under these columns.
    pub fn columns(&self, names: &[&str]) -> Vec<Vec<&str>> {
        let at = |name: &&str| self.headers.iter().position(|h| h == name).unwrap_or_else(|| panic!("no column {name}"));
        let at: Vec<usize> = names.iter().map(at).collect();
        self.rows.iter().map(|row| at.iter().map(|i| row[*i].as_str()).collect()).collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
}
