//! What a router prints on `show ip bgp` (and `show bgp ipv6`), as `RouteViews` kept it from 1997 on and PCH does daily:
//!
//! ```text
//!    Network          Next Hop            Metric LocPrf Weight Path
//! *> 3.0.0.0          193.0.0.56                             0 3333 9057 3356 701 80 i
//! *                   198.32.8.252            30             0 11537 10578 i
//! ```
//!
//! Columns stand where the head has them. A row without a network is of the one above, a network without a mask has that of its class, and
//! a row may go on in lines that have no status. The next hop stands for the peer, with the first AS of the path; a row without an AS to
//! name its peer by is the router's own and left out.

use std::borrow::Cow;
use std::io::Read;

use ipnet::IpNet;

use super::damage::Teller;
use super::fields::{number, read_classful, read_ip, read_path};
use super::lines::{Lines, RawLine};
use super::{Ended, Go, Malformed, Route, Sink, Statement, What};
use crate::archive::{is_remark, is_table_head};
use crate::event::file::FilePeer;
use crate::model::{Asn, Segment, Time};

/// What may stand before a network.
const STATUS: &str = "*>sdhirSRmbfxacNVI= ";

/// No row goes on over more lines.
const LONGEST_ROW: usize = 4;

pub(super) fn read<R: Read>(input: R, taken_at: Option<Time>, sink: &mut dyn Sink) -> Ended {
    let mut lines = Lines::new(input);
    let mut teller = Teller::new(sink);
    let Some(time) = taken_at else {
        teller.cut(0, "it is a table that does not say when it was taken, nor does its name".to_owned());
        return teller.finish();
    };
    let mut table = Table { time, columns: None, network: None, row: None };
    while let Some(line) = lines.next_line() {
        if table.add(&line, &mut teller) == Go::Enough {
            return teller.finish();
        }
    }
    table.lose_row(&mut teller);
    if let Some((from, reason)) = lines.into_error() {
        teller.cut(from, reason);
    }
    teller.finish()
}

/// Where the columns begin.
#[derive(Debug, Clone, Copy)]
struct Columns {
    network: usize,
    path: usize,
}

impl Columns {
    fn of(head: &str) -> Option<Self> {
        Some(Columns { network: head.find("Network")?, path: head.find("Path")? })
    }
}

/// A row that may go on.
struct Row {
    number: u64,
    offset: u64,
    until: u64,
    lines: Vec<String>,
}

struct Table {
    time: Time,
    columns: Option<Columns>,
    /// Of the last row that has one; none if it could not be read.
    network: Option<IpNet>,
    row: Option<Row>,
}

impl Table {
    fn add(&mut self, line: &RawLine<'_>, teller: &mut Teller<'_>) -> Go {
        let text = line.text().filter(|_| !line.is_too_long);
        if let Some(head) = text.filter(|text| is_table_head(text)) {
            self.lose_row(teller);
            self.columns = Columns::of(head);
            return Go::On;
        }
        // A banner, or what was typed.
        let Some(columns) = self.columns else { return Go::On };
        let Some(text) = text else {
            self.lose_row(teller);
            self.network = None;
            teller.lose_line(line, Malformed("it is no text"));
            return Go::On;
        };
        if is_remark(text) || is_aside(text) {
            self.lose_row(teller);
            return Go::On;
        }
        let status = text.get(..columns.network).filter(|status| status.chars().all(|c| STATUS.contains(c)));
        match (status.map(|status| status.trim().is_empty()), &mut self.row) {
            (Some(true), Some(row)) if row.lines.len() < LONGEST_ROW => {
                row.lines.push(text.to_owned());
                row.until = line.until;
            }
            (Some(false), _) => {
                self.lose_row(teller);
                let lines = vec![text.to_owned()];
                self.row = Some(Row { number: line.number, offset: line.offset, until: line.until, lines });
            }
            (Some(true) | None, _) => {
                self.lose_row(teller);
                self.network = None;
                teller.lose_line(line, Malformed("it is no row of the table"));
            }
        }
        let is_whole = |row: &mut Row| {
            row.lines.last().is_some_and(|last| last.get(columns.path..).is_some_and(|path| !path.trim().is_empty()))
        };
        match self.row.take_if(is_whole) {
            Some(row) => self.say(&row, columns, teller),
            None => Go::On,
        }
    }

    fn say(&mut self, row: &Row, columns: Columns, teller: &mut Teller<'_>) -> Go {
        let text = row.lines.join("\n");
        match self.route(row, columns) {
            Ok(Some((peer, route))) => {
                let (bytes, what) = (text.as_bytes(), What::Entry(route));
                let said = Statement { number: row.number, offset: row.offset, bytes, time: self.time, peer, what };
                teller.say(&said, row.until)
            }
            Ok(None) => Go::On,
            Err(malformed) => {
                teller.lose((row.offset, Some(row.until)), row.number, malformed);
                Go::On
            }
        }
    }

    /// A row that does not go on to a path.
    fn lose_row(&mut self, teller: &mut Teller<'_>) {
        if let Some(row) = self.row.take() {
            self.network = None;
            teller.lose((row.offset, Some(row.until)), row.number, Malformed("the row has no path"));
        }
    }

    /// Whose route a row tells, and which; `None` if no peer has it.
    fn route(&mut self, row: &Row, columns: Columns) -> Result<Option<(FilePeer, Route<'static>)>, Malformed> {
        let misplaced = Malformed("its columns are not where the head has them");
        let first = row.lines.first().ok_or(misplaced)?;
        let (status, own) = first.split_at_checked(columns.network).ok_or(misplaced)?;
        let has_network = own.starts_with(|c: char| c != ' ');
        let (before, path) = row.lines.last().and_then(|last| last.split_at_checked(columns.path)).ok_or(misplaced)?;
        // The head of the first line, all between, and the last one's without the path.
        let between = row.lines.iter().skip(1).take(row.lines.len().saturating_sub(2)).map(String::as_str);
        let head = if row.lines.len() > 1 { own } else { before.get(columns.network..).unwrap_or_default() };
        let tail = if row.lines.len() > 1 { before } else { "" };
        let mut words = std::iter::once(head).chain(between).chain([tail]).flat_map(str::split_whitespace);
        if has_network {
            self.network = words.next().and_then(read_classful);
        }
        let prefix = self.network.ok_or(Malformed("its network is none"))?;
        let hop = words.next().map(|word| word.split('(').next().unwrap_or(word));
        let ip = hop.and_then(read_ip).ok_or(Malformed("its next hop is none"))?;
        // Metric, local preference and weight, of which the last is always there and stands right before the path.
        let weight_ends = before.strip_suffix(' ').is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()));
        if !weight_ends || words.clone().next().is_none() || !words.all(|word| number(word).is_some()) {
            return Err(misplaced);
        }
        let path = path.trim_end();
        let (path, origin) = path.rsplit_once(' ').unwrap_or(("", path));
        if !matches!(origin, "i" | "e" | "?") {
            return Err(Malformed("its origin code is none"));
        }
        // History, or removed: the route is gone.
        if status.contains(['h', 'R']) {
            return Ok(None);
        }
        let Some(asn) = first_as(path)? else { return Ok(None) };
        let path = Cow::Owned(path.trim().to_owned());
        Ok(Some((FilePeer { ip, asn }, Route { prefix, path_id: 0, path })))
    }
}

fn first_as(path: &str) -> Result<Option<Asn>, Malformed> {
    let word = path.split_whitespace().next().unwrap_or_default();
    if let Some(asn) = number(word) {
        return Ok(Some(Asn(asn)));
    }
    let path = read_path(path).ok_or(Malformed("its path is none"))?;
    Ok(match path.segments.first() {
        Some(Segment::Sequence(ases)) => ases.first().copied(),
        Some(Segment::Set(_)) | None => None,
    })
}

/// What a terminal has about a table: counts at its end, a pager, a prompt.
fn is_aside(text: &str) -> bool {
    let text = text.trim();
    let is_prompt = || {
        let name = text.split(['>', '#']).next().unwrap_or_default();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "-._@()".contains(c));
        is_name && name.len() < text.len()
    };
    ["Total number of", "Displayed ", "--More--", "Processed "].iter().any(|begin| text.starts_with(begin)) || is_prompt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "   Network          Next Hop            Metric LocPrf Weight Path\n";

    #[derive(Default)]
    struct Told(Vec<String>);

    impl Sink for Told {
        fn take(&mut self, said: &Statement<'_>) -> Result<Go, Malformed> {
            let What::Entry(route) = &said.what else { return Err(Malformed("no entry")) };
            self.0.push(format!("{} {} {} AS{} {}", said.number, route.prefix, said.peer.ip, said.peer.asn, route.path));
            Ok(Go::On)
        }
    }

    fn read_all(rows: &str) -> (Vec<String>, Vec<String>) {
        let mut told = Told::default();
        let text = format!("BGP table version is 0\n{HEAD}{rows}");
        let ended = read(text.as_bytes(), Some(Time::from_secs(1)), &mut told);
        (told.0, ended.damage.into_iter().map(|damage| damage.reason).collect())
    }

    #[test]
    fn rows_continuations_and_wraps() {
        let (told, damage) = read_all(
            "*> 3.0.0.0          193.0.0.56                             0 3333 9057 3356 701 80 i\n\
             *                   198.32.8.252            30             0 11537 10578 i\n\
             * d                 203.62.252.26                          0 1221 {1,2} ?\n \
             h                  203.62.252.27                          0 1221 80 i\n\
             *>i4.17.225.0/24    204.42.253.253  4294967295    100      0 267 2914 6496 6496 e\n\
             *> 192.168.100.128/28\n                    10.0.0.1                               0 65000 i\n\
             *> 10.0.0.0         0.0.0.0                  0         32768 i\n\
             *> 2001:200::/32    2001:504:13::210:62\n                                             0             0 2497 2500 i\n\
             \nTotal number of prefixes 5\nroute-views.oregon-ix.net>exit\n",
        );
        assert_eq!(damage, Vec::<String>::new());
        let expected = [
            "3 3.0.0.0/8 193.0.0.56 AS3333 3333 9057 3356 701 80",
            "4 3.0.0.0/8 198.32.8.252 AS11537 11537 10578",
            "5 3.0.0.0/8 203.62.252.26 AS1221 1221 {1,2}",
            "7 4.17.225.0/24 204.42.253.253 AS267 267 2914 6496 6496",
            "8 192.168.100.128/28 10.0.0.1 AS65000 65000",
            "11 2001:200::/32 2001:504:13::210:62 AS2497 2497 2500",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_row_that_cannot_be_read_takes_those_of_its_network_with_it() {
        let (told, damage) = read_all(
            "*> 300.0.0.0        193.0.0.56                             0 3333 80 i\n\
             *                   198.32.8.252            30             0 11537 80 i\n\
             *> 4.0.0.0          193.0.0.56                             0 3333 1 i\n\
             *> 5.0.0.0          193.0.0.56                             0 3333 3356 7\n\
             *> 6.0.0.0          193.0.0.56                            0 3333 3356 i\n\
             *> 7.0.0.0          193.0.0.56\n\
             *                   198.32.8.252                           0 11537 80 i\n\
             %> 8.0.0.0          193.0.0.56                             0 3333 1 i\n\
             *> 9.0.0.0          193.0.0.56                             0 3333 1 i\n\
             *> 10.0.0.0         193.0.0.56                               0 3333 1 i\n",
        );
        assert_eq!(told, ["5 4.0.0.0/8 193.0.0.56 AS3333 3333 1", "11 9.0.0.0/8 193.0.0.56 AS3333 3333 1"]);
        // Where columns are shifted, a weight would pass for an AS.
        let reasons = [
            "line 3: its network is none",
            "line 6: its origin code is none",
            "line 12: its columns are not where the head has them",
        ];
        assert_eq!(damage, reasons);
    }
}
