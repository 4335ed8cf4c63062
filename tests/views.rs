//! Other shapes of the same rows: wide series, workbooks, times for spreadsheets, pictures for programs that are no browser.

#[path = "support/run.rs"]
mod run;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::process::Command;

use run::{Rows, binary, sample, uplinks};

fn rows(args: &[&str]) -> Rows {
    let ran = uplinks(&[args, &[&sample()]].concat());
    assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.stderr);
    Rows::read(&ran.stdout)
}

/// Peers by time and upstream, as the long table has them: shares of those able to see the prefix.
#[test]
fn wide_values_are_those_of_the_long_table() {
    let ask = ["visibility", "--bin", "1h", "--by", "target", "-f", "csv"];
    let mut long: BTreeMap<(String, String), f64> = BTreeMap::new();
    let mut totals: BTreeMap<String, f64> = BTreeMap::new();
    for row in rows(&ask).columns(&["time", "upstream_asn", "share", "peers_total"]) {
        let total: f64 = row[3].parse().expect("a number");
        *long.entry((row[0].to_owned(), row[1].to_owned())).or_default() += row[2].parse::<f64>().expect("a share") * total;
        totals.insert(row[0].to_owned(), total);
    }
    let wide = rows(&[&ask[..], &["--wide"]].concat());
    let table = wide.columns(&["time", "prefix", "4837 China Unicom", "20485 TransTeleCom", "none"]);
    assert!(table.len() > 30 && table.len() == totals.len());
    for row in table {
        let number = |at: usize| row[at].parse::<f64>().expect("a number");
        let near = |one: f64, other: f64| (one - other).abs() < 0.01;
        for (at, upstream) in [(2, "4837"), (3, "20485")] {
            let expected = long.get(&(row[0].to_owned(), upstream.to_owned())).copied().unwrap_or_default();
            assert!(near(number(at), expected), "{row:?}: {expected}");
        }
        assert!(near(number(2) + number(3) + number(4), totals[row[0]]), "{row:?}: {}", totals[row[0]]);
    }
}

/// At each change the other upstreams stand as they did.
#[test]
fn wide_rows_carry_what_did_not_change() {
    let wide = rows(&["visibility", "--by", "target", "--wide", "-f", "csv"]);
    let table = wide.columns(&["time", "4837 China Unicom", "20485 TransTeleCom"]);
    let first = table.iter().find(|row| row[2] != "0").expect("TransTeleCom comes");
    assert_eq!(first[0], "2017-10-01T09:07:51Z");
    assert!(first[1].parse::<f64>().expect("a number") > 15.0, "{first:?}");
}

#[test]
fn times_are_written_as_asked_for() {
    let of = |how: &str| rows(&["timeline", "-f", "csv", "--time-format", how]).columns(&["first_seen"])[1][0].to_owned();
    assert_eq!([of("rfc3339"), of("spreadsheet"), of("unix")], ["2017-10-01T09:07:51Z", "2017-10-01 09:07:51", "1506848871"]);
    let json = uplinks(&["timeline", "-f", "jsonl", "--time-format", "unix", &sample()]).stdout;
    assert!(json.lines().nth(1).expect("a row").contains("\"first_seen\":1506848871,"), "{json}");
    let wrong = uplinks(&["timeline", "--time-format", "julian", &sample()]);
    assert_eq!(wrong.code, Some(2));
}

fn has(program: &str) -> bool {
    let is_there = Command::new(program).arg("--version").output().is_ok_and(|ran| ran.status.success());
    if !is_there {
        // Past the capture of a passing test: it must be seen.
        let _ = writeln!(io::stderr(), "NOT RUN: what needs {program}, which is not here");
    }
    is_there
}

/// What a workbook's parts say, by a reader of zip files that is not ours.
#[test]
fn a_workbook_has_dates_numbers_a_filter_and_a_chart() {
    let folder = tempfile::tempdir().expect("a folder");
    let book = |name: &str, args: &[&str]| {
        let path = folder.path().join(name).display().to_string();
        let ran = uplinks(&[args, &["-f", "xlsx", "-o", &path, &sample()]].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        path
    };
    let series = book("series.xlsx", &["visibility", "--by", "target"]);
    assert_eq!(
        fs::read(&series).expect("a file"),
        fs::read(book("again.xlsx", &["visibility", "--by", "target", "-j1"])).expect("a file")
    );
    let rows = book("rows.xlsx", &["timeline"]);
    if !has("python3") {
        return;
    }
    let parts = |path: &str| {
        let program = "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nfor n in z.namelist(): print('##',n); print(z.read(n).decode('utf-8','replace'))";
        let ran = Command::new("python3").args(["-c", program, path]).output().expect("python3 runs");
        String::from_utf8(ran.stdout).expect("text")
    };
    let rows = parts(&rows);
    // 2017-10-01 09:07:51 as days since Excel's epoch, in a cell whose look is that of a date.
    assert!(rows.contains("<v>43009.380451388889</v>") || rows.contains("<v>43009.38045138889</v>"), "the serial number");
    assert!(rows.contains("yyyy\\-mm\\-dd") || rows.contains("yyyy-mm-dd hh:mm:ss"), "the look");
    assert!(rows.contains("<autoFilter") && rows.contains("state=\"frozen\"") && !rows.contains("<f>"));
    assert!(rows.contains("SIMULATED DATA"));
    let series = parts(&series);
    assert!(series.contains("<c:areaChart>") && series.contains("<c:grouping val=\"stacked\"/>"));
}

/// Everything that a drawing shows is drawn by a program that knows no custom properties: no black rectangle.
#[test]
fn pictures_have_their_colours_outside_of_browsers() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name).display().to_string();
    let (svg, html, png) = (place("a.svg"), place("a.html"), place("a.png"));
    let ran = binary().args(["report", "--svg", &svg, "-o", &html, &sample()]).output().expect("the binary runs");
    assert_eq!(ran.status.code(), Some(0));
    let text = fs::read_to_string(&svg).expect("a drawing");
    assert!(!text.contains("var(") && text.contains("SIMULATED DATA") && text.contains("Please cite"));
    if !has("rsvg-convert") || !has("python3") {
        return;
    }
    assert!(Command::new("rsvg-convert").args(["-o", &png, &svg]).status().is_ok_and(|status| status.success()));
    let program = "
import sys,zlib,struct
data=open(sys.argv[1],'rb').read();at=8;idat=b''
while at<len(data):
    n,kind=struct.unpack('>I4s',data[at:at+8]);body=data[at+8:at+8+n];at+=12+n
    if kind==b'IHDR': w,h,depth,colour=struct.unpack('>IIBB',body[:10])
    if kind==b'IDAT': idat+=body
assert depth==8 and colour in (2,6)
p=4 if colour==6 else 3;raw=zlib.decompress(idat);prev=bytearray(w*p);seen={}
for y in range(h):
    f=raw[y*(w*p+1)];line=bytearray(raw[y*(w*p+1)+1:(y+1)*(w*p+1)])
    for x in range(w*p):
        a=line[x-p] if x>=p else 0;b=prev[x];c=prev[x-p] if x>=p else 0
        q=a+b-c;pa,pb,pc=abs(q-a),abs(q-b),abs(q-c)
        line[x]=(line[x]+[0,a,b,(a+b)//2,a if pa<=pb and pa<=pc else b if pb<=pc else c][f])&255
    prev=line
    for x in range(0,w*p,p):
        k=bytes(line[x:x+3]);seen[k]=seen.get(k,0)+1
for k,n in seen.items(): print(k.hex(),n)
";
    let ran = Command::new("python3").args(["-c", program, &png]).output().expect("python3 runs");
    let said = String::from_utf8_lossy(&ran.stdout);
    let counts: BTreeMap<&str, u64> =
        said.lines().filter_map(|line| line.split_once(' ')).map(|(colour, n)| (colour, n.parse().expect("a count"))).collect();
    let of = |colour: &str| counts.get(colour).copied().unwrap_or_default();
    let all: u64 = counts.values().sum();
    assert!(of("ffffff") > all / 3, "paper is white: {} of {all}", of("ffffff"));
    assert!(of("0072b2") > 1000 && of("e69f00") > 1000, "two upstreams have their colours: {said}");
    assert!(of("000000") < all / 50, "it is not black: {}", of("000000"));
}
