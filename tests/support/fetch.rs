//! Runs `uplinks fetch` against a server of the tests.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::run::{Ran, binary};
use crate::server::Server;

/// The binary, that goes straight to the server and is soon out of patience.
pub fn fetch(server: &Server, folder: &Path, args: &[&str]) -> Command {
    let mut command = binary();
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "UPLINKS_DATA_DIR"] {
        command.env_remove(name);
    }
    command.args(["fetch", "--base-url", server.url(), "--backoff-ms", "20", "--timeout", "1s", "-o"]);
    command.arg(folder).args(args);
    command
}

/// Runs it to its end.
pub fn ran(mut command: Command) -> Ran {
    command.output().expect("the binary runs").into()
}

/// Every file below a folder, by its path with `/`; the hidden ones (the lock) apart.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_str().expect("plain").to_owned();
                all.insert(name, std::fs::read(path).expect("a file"));
            }
        }
    }
    all
}
