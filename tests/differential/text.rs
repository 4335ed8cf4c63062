//! Debian's `bgpdump -m`, one line for each thing that a record says: the only thing that the naive replay reads.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

use ipnet::IpNet;

/// Whose table: a session's address and AS number.
pub type Peer = (IpAddr, u32);

/// A prefix of a table, with its path id (0 without).
pub type Net = (IpNet, u32);

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// `A`, and `B` of a table dump.
    Announce(Net, String),
    /// `W`.
    Withdraw(Net),
    /// `STATE`: the state entered.
    State(u32),
    /// A prefix that cannot be, as `10.0.0.0/117`: bytes that are no prefix, printed as one.
    NoPrefix,
}

/// A line.
#[derive(Debug, Clone)]
pub struct Line {
    /// Microseconds since the epoch.
    pub micros: i64,
    /// Whose.
    pub peer: Peer,
    /// What.
    pub said: Said,
}

/// Whether the program is installed.
pub fn is_installed() -> bool {
    Command::new("bgpdump").arg("-T").output().is_ok()
}

/// All lines of an archive file, in its order.
pub fn lines(file: &Path) -> Vec<Line> {
    let ran = Command::new("bgpdump").args(["-m", "-q"]).arg(file).output().expect("bgpdump runs");
    let text = String::from_utf8(ran.stdout).expect("bgpdump writes ASCII");
    text.lines().map(|line| read(line).unwrap_or_else(|| panic!("bgpdump wrote {line:?}"))).collect()
}

/// The prefixes of all messages with multicast routes (SAFI 2), which only the long form tells from unicast ones.
pub fn multicast_prefixes(file: &Path) -> BTreeSet<IpNet> {
    let ran = Command::new("bgpdump").args(["-H", "-q"]).arg(file).output().expect("bgpdump runs");
    let text = String::from_utf8_lossy(&ran.stdout);
    let messages = text.split("\n\n").filter(|message| message.contains(" Multicast)"));
    messages.flat_map(str::lines).filter_map(|line| line.trim().parse::<IpNet>().ok()).map(|net| net.trunc()).collect()
}

/// `TYPE|time|A|peer|asn|prefix|path|...`; in add-path types the path id stands behind the prefix.
fn read(line: &str) -> Option<Line> {
    let fields: Vec<&str> = line.split('|').collect();
    let peer = (fields.get(3)?.parse().ok()?, fields.get(4)?.parse().ok()?);
    let has_ids = fields[0].ends_with("_AP");
    let id = if has_ids { fields.get(6)?.parse().ok()? } else { 0 };
    let net = fields.get(5)?.parse().map(|net: IpNet| (net.trunc(), id));
    let said = match (*fields.get(2)?, net) {
        ("A" | "B", Ok(net)) => Said::Announce(net, (*fields.get(if has_ids { 7 } else { 6 })?).to_owned()),
        ("W", Ok(net)) => Said::Withdraw(net),
        ("A" | "B" | "W", Err(_)) => Said::NoPrefix,
        ("STATE", _) => Said::State(fields.get(6)?.parse().ok()?),
        _ => return None,
    };
    Some(Line { micros: micros(fields[1])?, peer, said })
}

fn micros(text: &str) -> Option<i64> {
    let (secs, parts) = text.split_once('.').unwrap_or((text, "0"));
    Some(secs.parse::<i64>().ok()? * 1_000_000 + parts.parse::<i64>().ok()?)
}
