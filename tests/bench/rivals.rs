//! The rivals that are installed: how to ask them the benchmark's question, and what they answer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const NET: &str = "175.45.176.0/22";

/// A route that an answer names: prefix, peer's address, AS path.
pub type Route = (String, String, String);

/// A program that reads MRT files.
pub struct Rival {
    pub name: &'static str,
    program: &'static str,
    arguments: &'static str,
    takes: Takes,
    /// The route of an announcement or RIB entry that a line of its output tells; none of other lines.
    routes: fn(&str) -> Vec<Route>,
}

/// How many files it takes at a time.
#[derive(PartialEq, Eq)]
enum Takes {
    One,
    Many,
}

/// All of them.
pub const ALL: [Rival; 3] = [
    // Knows no prefixes: prints everything.
    Rival { name: "bgpdump -m (no filter)", program: "bgpdump", arguments: "-m", takes: Takes::One, routes: bgpdump_routes },
    Rival { name: "bgpgrep", program: "bgpgrep", arguments: "", takes: Takes::Many, routes: bgpgrep_routes },
    Rival {
        name: "bgpkit-parser",
        program: "bgpkit-parser",
        arguments: "-p 175.45.176.0/22 --include-sub",
        takes: Takes::One,
        routes: bgpkit_routes,
    },
];

impl Rival {
    pub fn is_installed(&self) -> bool {
        Command::new(self.program).arg("--help").output().is_ok()
    }

    /// The command that reads `files`, for a shell: a program for each file where it takes but one.
    pub fn line(&self, files: &[PathBuf]) -> String {
        let all = quoted(files);
        match (&self.takes, files) {
            (Takes::Many, _) => format!("{} {all} -subnet {NET}", self.program),
            (Takes::One, [_]) => format!("{} {} {all}", self.program, self.arguments),
            (Takes::One, _) => {
                format!("sh -c 'for f in \"$@\"; do {} {} \"$f\" || exit 2; done' sh {all}", self.program, self.arguments)
            }
        }
    }

    /// The watched routes that it finds in `files`.
    pub fn answer(&self, files: &[PathBuf]) -> BTreeSet<Route> {
        let out = Command::new("bash").args(["-c", &self.line(files)]).output().expect("bash runs");
        assert!(out.status.success(), "{} fails", self.name);
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        text.lines().flat_map(self.routes).filter(|(prefix, ..)| is_watched(prefix)).collect()
    }
}

/// Paths for a shell.
pub fn quoted(files: &[PathBuf]) -> String {
    let quoted = |file: &Path| format!("'{}'", file.display().to_string().replace('\'', r"'\''"));
    files.iter().map(|file| quoted(file)).collect::<Vec<_>>().join(" ")
}

fn is_watched(prefix: &str) -> bool {
    let net: ipnet::IpNet = NET.parse().expect("a prefix");
    prefix.parse::<ipnet::IpNet>().is_ok_and(|prefix| net.contains(&prefix))
}

fn fields(line: &str) -> Vec<&str> {
    line.split('|').collect()
}

/// `BGP4MP|time|A|peer|asn|prefix|path|…`, of dumps `TABLE_DUMP2|time|B|…`.
fn bgpdump_routes(line: &str) -> Vec<Route> {
    match fields(line).as_slice() {
        [_, _, "A" | "B", peer, _, prefix, path, ..] => vec![route(prefix, peer, path)],
        _ => vec![],
    }
}

/// `+|prefix prefix …|path|next hop|…|…|…|…|peer asn|time|…`, of dumps `=|…`.
fn bgpgrep_routes(line: &str) -> Vec<Route> {
    match fields(line).as_slice() {
        ["+" | "=", prefixes, path, _, _, _, _, _, peer, ..] => {
            let peer = peer.split(' ').next().unwrap_or_default();
            prefixes.split(' ').map(|prefix| route(prefix, peer, path)).collect()
        }
        _ => vec![],
    }
}

/// `A|time|peer|asn|prefix|path|…`.
fn bgpkit_routes(line: &str) -> Vec<Route> {
    match fields(line).as_slice() {
        ["A", _, peer, _, prefix, path, ..] => vec![route(prefix, peer, path)],
        _ => vec![],
    }
}

fn route(prefix: &str, peer: &str, path: &str) -> Route {
    (prefix.to_owned(), peer.to_owned(), path.to_owned())
}
