//! A folder with an archive and room for results, the commands that are put to the test in it, and what is right of what they leave.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::run::{Ran, root};
use crate::server::Server;
use crate::server::archive::Archive;

/// Whether everything is wanted, and not a sample.
pub fn everything() -> bool {
    std::env::var_os("UPLINKS_FAULTS").is_some_and(|value| value == "all")
}

/// A command under test.
#[derive(Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    pub args: &'static [&'static str],
    /// Whether it fetches.
    pub fetches: bool,
}

const RECORD: &str = "in/rrc90/2017.10/updates.20171001.0905.gz#54c8c87e681b";

/// `out/` has the results, `cache/` the cache, `mirror/` what is fetched. All on one thread, so that calls come in the same order.
pub const CASES: [Case; 6] = [
    Case {
        name: "timeline -o --evidence",
        args: &["timeline", "-f", "csv", "-j", "1", "-o", "out/rows.csv", "--evidence", "out/evidence.mrt", "in"],
        fetches: false,
    },
    Case {
        name: "report -o --svg",
        args: &["report", "-j", "1", "-o", "out/page.html", "--svg", "out/page.svg", "--origin", "131279", "in"],
        fetches: false,
    },
    Case {
        name: "--cache",
        args: &["timeline", "-f", "csv", "-j", "1", "-o", "out/rows.csv", "--cache", "cache", "in"],
        fetches: false,
    },
    Case { name: "explain", args: &["explain", RECORD], fetches: false },
    Case {
        name: "fetch",
        args: &[
            "fetch",
            "--from",
            "2017-10-01T08:00:00Z",
            "--to",
            "2017-10-01T08:10:00Z",
            "--collector",
            "rrc00",
            "-o",
            "mirror",
        ],
        fetches: true,
    },
    Case {
        name: "survey",
        args: &[
            "survey",
            "--from",
            "2017-10-01T07:00:00Z",
            "--to",
            "2017-10-01T17:00:00Z",
            "--every",
            "8h",
            "--collector",
            "rrc00",
            "-j",
            "1",
            "-f",
            "csv",
            "-o",
            "out/rows.csv",
            "--max-bytes",
            "20M",
            "--data-dir",
            "mirror",
        ],
        fetches: true,
    },
];

/// What a run left, by path: results, and files fetched.
pub type Left = BTreeMap<String, Vec<u8>>;

/// Where a case runs.
pub struct Place {
    folder: tempfile::TempDir,
    server: Option<Server>,
}

/// What stood in the place of each result before.
pub const YESTERDAY: &[u8] = b"yesterday's";

impl Place {
    pub fn new(case: &Case) -> Place {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let server = case.fetches.then(|| Server::start(Archive::sample_as("rrc00", "route-views2")));
        let place = Place { folder, server };
        if !case.fetches {
            let sample = root().join("sample-data");
            for path in [
                "rrc90/2017.10/bview.20171001.0800.gz",
                "rrc90/2017.10/updates.20171001.0900.gz",
                "rrc90/2017.10/updates.20171001.0905.gz",
                "route-views.sim/bgpdata/2017.10/UPDATES/updates.20171001.0900.bz2",
                "route-views.sim/bgpdata/2017.10/UPDATES/updates.20171001.1000.bz2",
                "route-views.sim/bgpdata/2017.10/RIBS/rib.20171001.0800.bz2",
            ] {
                let to = place.path("in").join(path);
                fs::create_dir_all(to.parent().expect("a folder")).expect("made");
                fs::copy(sample.join(path), to).expect("copied");
            }
        }
        place.clear();
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// As it was before any run.
    pub fn clear(&self) {
        for name in ["out", "cache", "mirror"] {
            let _ = fs::remove_dir_all(self.path(name));
        }
        fs::create_dir(self.path("out")).expect("made");
        for name in ["rows.csv", "evidence.mrt", "page.html", "page.svg"] {
            fs::write(self.path("out").join(name), YESTERDAY).expect("written");
        }
    }

    /// The command, behind the words of what runs it.
    pub fn command(&self, case: &Case, before: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_uplinks");
        let mut command = match before.split_first() {
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.args(case.args).current_dir(self.folder.path()).env("NO_PROXY", "*").stdin(Stdio::null());
        // A panic that tells its whole stack takes memory that is not there, and std may wait for it for ever.
        command.env_remove("RUST_BACKTRACE");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(server) = &self.server {
            command.args(["--base-url", server.url(), "--backoff-ms", "1", "--timeout", "2s"]);
        }
        command
    }

    pub fn run(&self, case: &Case, before: &[&str]) -> Ran {
        end(self.command(case, before), Duration::from_secs(60))
    }

    /// Everything in the folders of results, the hidden lock of a mirror apart.
    pub fn left(&self) -> Left {
        let mut all = Left::new();
        let mut folders = vec![self.path("out"), self.path("mirror")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.folder.path()).expect("below").display().to_string();
                    all.insert(name, fs::read(path).expect("a file"));
                }
            }
        }
        all
    }

    /// The names of temporary files anywhere.
    pub fn temporary(&self) -> Vec<String> {
        let cached = fs::read_dir(self.path("cache")).into_iter().flatten();
        let cached = cached.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        let name = |path: &String| Path::new(path).file_name().expect("a name").to_string_lossy().into_owned();
        let all = self.left().keys().map(name).chain(cached).collect::<Vec<_>>();
        all.into_iter()
            .filter(|name| name.starts_with(".uplinks-") && Path::new(name).extension().is_some_and(|end| end == "tmp"))
            .collect()
    }
}

/// Waits for the end, which must come.
fn end(mut command: Command, within: Duration) -> Ran {
    let mut child = command.spawn().expect("it runs");
    let (mut out, mut err) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    let read = |pipe: &mut dyn std::io::Read| {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    };
    std::thread::scope(|threads| {
        let stdout = threads.spawn(|| read(&mut out));
        let stderr = threads.spawn(|| read(&mut err));
        let begun = Instant::now();
        let status = loop {
            match child.try_wait().expect("a state") {
                // As a shell has it.
                Some(status) => break status.code().or(status.signal().map(|signal| 128 + signal)),
                None if begun.elapsed() > within => {
                    child.kill().and_then(|()| child.wait()).expect("ended");
                    break Some(124);
                }
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        Ran { code: status, stdout: stdout.join().expect("text"), stderr: stderr.join().expect("text") }
    })
}

/// A run to which nothing happened.
pub struct Good {
    /// Whether it fetches: what it says of that depends on what is there already.
    fetches: bool,
    pub ran: Ran,
    pub left: Left,
}

impl Good {
    pub fn of(place: &Place, case: &Case) -> Good {
        place.clear();
        let ran = place.run(case, &[]);
        assert_eq!(ran.code, Some(0), "{}: {}", case.name, ran.stderr);
        Good { fetches: case.fetches, ran, left: steady(place.left()) }
    }

    /// Whether a run to which nothing happened, after one to which something did, is right.
    pub fn is_reached(&self, ran: &Ran, place: &Place) -> bool {
        let is_same = self.fetches || ran.stdout == self.ran.stdout && ran.stderr == self.ran.stderr;
        ran.code == Some(0) && is_same && steady(place.left()) == self.left
    }

    /// How a run to which something happened ended; `Err` if anything is wrong in silence, or left half done.
    pub fn judge(&self, ran: &Ran, place: &Place) -> Result<&'static str, String> {
        let wrong = |what: &str| Err(format!("{what}: status {:?}\n{}", ran.code, ran.stderr));
        let (left, code) = (steady(place.left()), ran.code.unwrap_or(-1));
        let library = LIBRARIES.iter().any(|said| ran.stderr.contains(said));
        if ran.stderr.contains("panicked") && !library {
            return wrong("a panic");
        }
        let is_told = ran.stderr.lines().any(|line| !self.ran.stderr.lines().any(|known| known == line));
        let is_same = left == self.left && (self.fetches || ran.stdout == self.ran.stdout);
        // A file in its place is whole: the right one, or what was there.
        let whole = |(name, bytes): (&String, &Vec<u8>)| {
            name.starts_with("out/") || is_unfinished(name) || self.left.get(name) == Some(bytes)
        };
        if let Some((name, _)) = left.iter().find(|file| !whole(*file)) {
            return wrong(&format!("{name} is not what it should be"));
        }
        match code {
            0 if is_same => Ok(if is_told { "right, with a word" } else { "right" }),
            0 | 1 | 3 if is_told => {
                let half = left.iter().find(|(name, bytes)| name.starts_with("out/") && !is_whole(name, bytes));
                half.map_or(Ok("another result, and says why"), |(name, _)| wrong(&format!("{name} is not whole")))
            }
            2 if is_told => {
                let changed = left.iter().find(|(name, bytes)| {
                    name.starts_with("out/") && *bytes != YESTERDAY && self.left.get(*name) != Some(*bytes)
                });
                changed.map_or(Ok("refused, and says why"), |(name, _)| wrong(&format!("{name} is something else")))
            }
            134 if ran.stderr.contains("memory allocation of") => Ok("out of memory, and says so"),
            134 if ran.stderr.contains("fatal runtime error") => Ok("does not start, and says so"),
            101 | 134 if library => Ok("no thread or no memory for a library, and it says so"),
            124 => wrong("no end"),
            _ => wrong("wrong in silence"),
        }
    }
}

/// What libraries say that end a thread where the system gives them nothing: the one that waits for signals, the runtime's own where it
/// has no memory for a thread or a folder does not close, the thread in which a host's name is looked up, and the decoder of gzip, which has
/// no other way to say that there is no memory for its window. No result of ours comes of it.
const LIBRARIES: [&str; 5] = [
    "signal-hook",
    "failed to allocate an alternative stack",
    "failed to spawn thread",
    "unexpected error during closedir",
    "left: MemError",
];

/// What does not depend on the moment: a manifest has times, and hidden files are nobody's result.
fn steady(left: Left) -> Left {
    left.into_iter().filter(|(name, _)| !name.ends_with("manifest.json") && !name.contains("/.uplinks")).collect()
}

/// A download that goes on some day.
fn is_unfinished(name: &str) -> bool {
    name.contains(".partial")
}

fn is_whole(name: &str, bytes: &[u8]) -> bool {
    let text = || String::from_utf8_lossy(bytes);
    bytes == YESTERDAY
        || match name.rsplit_once('.').map(|(_, end)| end) {
            Some("csv") => bytes.ends_with(b"\n") && text().lines().all(|line| line.matches(',').count() >= 24),
            Some("html") => text().trim_end().ends_with("</html>"),
            Some("svg") => text().trim_end().ends_with("</svg>"),
            _ => true,
        }
}
