//! Writes an archive to a directory, runs the program's stages over it, and tells what they saw in lines that a test can quote.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process;

use clap::Parser;
use ipnet::IpNet;
use uplinks::cli::answer::Answer;
use uplinks::cli::args::{Cli, Command};
use uplinks::cli::plan::Plan;
use uplinks::cli::read::read;
use uplinks::event::FileCounts;
use uplinks::model::{Hop, Origin, Time, Upstream};
use uplinks::replay::{Basis, End, Quality, Start};
use uplinks::timeline::{ChangeKind, Row, Timeline};

use crate::archive::{Archive, File, Moment, O, Packing, Peer, U1, U2, X, Y, ZERO};

/// What the program saw in an archive.
pub struct Seen {
    pub plan: Plan,
    pub answer: Answer,
    pub timeline: Timeline,
    /// The archive's directory, gone with this.
    dir: tempfile::TempDir,
}

impl Archive {
    /// Reads the archive with the built-in target.
    pub fn seen(&self) -> Seen {
        self.seen_with(&[])
    }

    /// Reads the archive with these options of `timeline`.
    pub fn seen_with(&self, options: &[&str]) -> Seen {
        look(&self.files(), options)
    }
}

/// Reads files with options; they are given as one directory.
pub fn look(files: &[File], options: &[&str]) -> Seen {
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), files);
    let plan = plan([dir.path().as_os_str().to_owned()], options);
    run(dir, plan)
}

/// Reads files that are named one by one, in this order.
pub fn look_at_each(files: &[File], options: &[&str]) -> Seen {
    let dir = tempfile::tempdir().expect("a directory");
    let names = write(dir.path(), files);
    let plan = plan(names, options);
    run(dir, plan)
}

fn run(dir: tempfile::TempDir, plan: Plan) -> Seen {
    let jobs = plan.jobs.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build().expect("threads");
    let answer = pool.install(|| Answer::new(&plan, read(&plan).expect("a readable archive")));
    let timeline = answer.timeline(&plan, &plan.options);
    Seen { plan, answer, timeline, dir }
}

/// What the command line comes to.
pub fn plan(inputs: impl IntoIterator<Item = OsString>, options: &[&str]) -> Plan {
    let head = ["uplinks", "timeline", "--progress", "never"].iter().chain(options).map(OsString::from);
    match Cli::parse_from(head.chain(inputs)).command {
        Command::Timeline(rows) => Plan::of_rows(rows).expect("a plan"),
        _ => unreachable!("timeline was asked for"),
    }
}

fn write(dir: &Path, files: &[File]) -> Vec<OsString> {
    let mut written = Vec::new();
    for file in files {
        let ending = match file.packing {
            Packing::Plain => "",
            Packing::Gzip => ".gz",
            Packing::Bzip2(_) => ".bz2",
        };
        let path = dir.join(format!("{}{ending}", file.name));
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        let packed = pack(file.packing, &file.plain);
        let packed = file.spoil.map_or(packed.clone(), |spoil| spoil(packed));
        std::fs::write(&path, packed).expect("a file");
        written.push(path.into_os_string());
    }
    written
}

/// Compresses as one member or stream.
pub fn pack(packing: Packing, plain: &[u8]) -> Vec<u8> {
    match packing {
        Packing::Plain => plain.to_vec(),
        Packing::Gzip => {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            out.write_all(plain).expect("memory");
            out.finish().expect("memory")
        }
        Packing::Bzip2(level) => {
            let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(level));
            out.write_all(plain).expect("memory");
            out.finish().expect("memory")
        }
    }
}

impl Seen {
    /// Every row as a line: see [`line`].
    pub fn rows(&self) -> Vec<String> {
        self.timeline.rows.iter().map(line).collect()
    }

    /// The rows in a comparison that shows all of them when it fails.
    #[track_caller]
    pub fn shows(&self, expected: &[&str]) -> &Self {
        assert_eq!(self.rows(), expected, "rows; changes are {:#?}", self.changes());
        self
    }

    /// Every change as `09:07:51 X gained U2 (update), 0 to 1 of 3`.
    pub fn changes(&self) -> Vec<String> {
        let of = |c: &uplinks::timeline::Change| {
            let kind = c.kind.text().trim_start_matches("upstream-");
            let what = match (c.kind, c.upstream, c.origin) {
                (ChangeKind::OriginConflictStart | ChangeKind::OriginConflictEnd, _, Some(origin)) => format!(" {origin}"),
                (_, Some(upstream), _) => format!(" {}", upstream_text(upstream)),
                _ => String::new(),
            };
            let prefix = prefix_text(c.prefix);
            let (time, basis) = (clock(c.time), c.basis.text());
            format!("{time} {prefix} {kind}{what} ({basis}), {} to {} of {}", c.peers_before, c.peers_after, c.peers_total)
        };
        self.timeline.changes.iter().map(of).collect()
    }

    /// As [`Seen::shows`].
    #[track_caller]
    pub fn reports(&self, expected: &[&str]) -> &Self {
        assert_eq!(self.changes(), expected, "changes; rows are {:#?}", self.rows());
        self
    }

    /// The replay's quality figures of a peer, over all collectors.
    pub fn quality(&self, peer: Peer) -> Quality {
        let mut all = Quality::default();
        for collector in &self.answer.observed.collectors {
            let own = collector.replay.quality.iter().filter(|(key, _)| key.ip.to_string() == peer.ip && key.asn.0 == peer.asn);
            own.for_each(|(_, quality)| all += *quality);
        }
        all
    }

    /// Peers able to see X at a moment (rule 15).
    pub fn able(&self, at: impl Into<Moment>) -> usize {
        let prefix = X.parse().expect("a prefix");
        self.timeline.denominator.at(Some(prefix), Time::from_micros(at.into().0))
    }

    /// Rejected dumps: name and reason.
    pub fn rejected(&self) -> Vec<(String, String)> {
        let name = |at: usize| self.answer.read.files[at].0.shown.rsplit('/').next().unwrap_or_default().to_owned();
        self.answer.assembly.rejected.iter().map(|r| (name(r.file), r.reason.clone())).collect()
    }

    /// Gaps of the first collector, as `09:10:00-09:15:00`.
    pub fn gaps(&self) -> Vec<String> {
        let collector = self.answer.observed.collectors.first().expect("a collector");
        collector.coverage.gaps.iter().map(|g| format!("{}-{}", clock(g.from), clock(g.until))).collect()
    }

    /// Rule 20's counts over all files: treated as withdrawn, quarantined.
    pub fn damaged_records(&self) -> (u64, u64) {
        let FileCounts { treated_as_withdrawn, quarantined, .. } = self.counts();
        (treated_as_withdrawn, quarantined)
    }

    /// What could not be read as it stands, over all files.
    pub fn counts(&self) -> FileCounts {
        let mut all = FileCounts::default();
        self.answer.read.files.iter().for_each(|(_, said)| all += said.counts);
        all
    }

    /// The exit status of the program itself over the same files.
    pub fn exit_status(&self, options: &[&str]) -> Option<i32> {
        let mut program = process::Command::new(env!("CARGO_BIN_EXE_uplinks"));
        program.args(["timeline", "--progress", "never"]).args(options).arg(self.dir.path());
        program.output().expect("the program runs").status.code()
    }

    /// What a command of the program itself prints of the same files.
    pub fn prints(&self, command: &[&str]) -> String {
        let mut program = process::Command::new(env!("CARGO_BIN_EXE_uplinks"));
        let ran = program.args(command).args(["--progress", "never"]).arg(self.dir.path()).output().expect("the program runs");
        String::from_utf8(ran.stdout).expect("text").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The verdicts on claims of X, each as `what = '..'` and the rest of its lines.
    pub fn verdicts(&self, claims: &[&str], options: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("claims.toml");
        let claims = claims.iter().map(|claim| format!("[[claim]]\ntext = 'x'\nsource = 'y'\nprefix = '{X}'\n{claim}\n"));
        let text = format!("origin = {O}\nprefixes = ['{X}']\n{}", claims.collect::<String>());
        std::fs::write(&path, text).expect("a file");
        let printed = self.prints(&[&["check", &path.display().to_string(), "-f", "jsonl"], options].concat());
        printed.split("\"verdict\":\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    }

    /// Digests of the records behind starts and ends, row by row: evidence without its path.
    pub fn digests(&self) -> Vec<String> {
        let digest = |record| self.answer.evidence(record).rsplit('#').next().unwrap_or_default().to_owned();
        let of = |row: &Row| format!("{} {}", digest(row.start.record), row.end.record.map_or(String::new(), digest));
        self.timeline.rows.iter().map(of).collect()
    }

    /// Whole evidence of every row's start: path below the archive's directory, `#`, digest.
    pub fn evidence(&self) -> Vec<String> {
        let dir = format!("{}/", self.dir.path().display());
        self.timeline.rows.iter().map(|r| self.answer.evidence(r.start.record).replace(&dir, "")).collect()
    }
}

/// A row as `X via U2: update 09:07:51 .. data-end 10:00:00 | 2 of 3 peers | flags`.
///
/// Bounds follow a first or last proof where they differ from it: `rib 08:00:00 in (07:50:00, 08:00:00]`; `?` is unknown.
pub fn line(row: &Row) -> String {
    let mut out = format!(
        "{} via {}: {} .. {} | {} of {} peers",
        prefix_text(row.subject.prefix),
        upstream_text(row.subject.upstream),
        start_text(&row.start),
        end_text(&row.end),
        row.peak_peers,
        row.peers_total
    );
    if row.subject.origin != Origin::As(uplinks::model::Asn(O)) {
        out = format!("{out} | origin {}", row.subject.origin);
    }
    if row.unobserved_micros > 0 {
        out = format!("{out} | {} s unobserved", row.unobserved_micros / 1_000_000);
    }
    let flags = row.flags.to_string();
    if flags.is_empty() { out } else { format!("{out} | {flags}") }
}

fn start_text(start: &Start) -> String {
    let head = format!("{} {}", start.basis.text(), clock(start.first_seen));
    let exact = start.after == Some(start.first_seen) && start.by == start.first_seen;
    let plain = start.basis == Basis::DataStart && start.after.is_none() && start.by == start.first_seen;
    if exact || plain { head } else { format!("{head} in ({}, {}]", maybe(start.after), clock(start.by)) }
}

fn end_text(end: &End) -> String {
    let head = format!("{} {}", end.basis.text(), clock(end.last_seen));
    let exact = end.after == Some(end.last_seen) && end.before == Some(end.last_seen);
    let plain = end.basis == Basis::DataEnd && end.after.is_none() && end.before.is_none();
    if exact || plain { head } else { format!("{head} in [{}, {}]", maybe(end.after), maybe(end.before)) }
}

fn maybe(time: Option<Time>) -> String {
    time.map_or("?".to_owned(), clock)
}

/// The time of day; on other days than the usual one with the date.
pub fn clock(time: Time) -> String {
    let text = time.to_string();
    let text = text.trim_end_matches('Z').replace('T', " ");
    text.strip_prefix("2017-10-01 ").map_or(text.clone(), str::to_owned)
}

fn prefix_text(prefix: Option<IpNet>) -> String {
    match prefix.map(|p| p.to_string()).as_deref() {
        None => "*".to_owned(),
        Some(X) => "X".to_owned(),
        Some(Y) => "Y".to_owned(),
        Some(other) => other.to_owned(),
    }
}

fn upstream_text(upstream: Upstream) -> String {
    match upstream {
        Upstream { hop: Hop::As(asn), .. } if asn.0 == U1 => "U1".to_owned(),
        Upstream { hop: Hop::As(asn), .. } if asn.0 == U2 => "U2".to_owned(),
        other => other.to_string(),
    }
}

/// `t` seconds after 08:00 as a time of day, for lines that count in seconds.
pub fn t(seconds: i64) -> String {
    clock(Time::from_secs(ZERO + seconds))
}
