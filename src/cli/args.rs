//! What was typed. Nothing here is checked beyond its own form; `plan` does that.

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::filters::{Filters, the_upstream};
use super::inputs::FilesFrom;
use super::values::{TypedPrefix, parse_bin, parse_country, parse_duration, parse_octets, parse_share, parse_time_format};
use crate::model::{Asn, Flag, Time};
use crate::report::{Format, TimeFormat, columns_in_words};

/// Who carried this network's traffic, since when, and how do we know?
///
/// Reads archives of BGP routing data (MRT files of RouteViews, RIPE RIS, PCH or your own router) and reconstructs an origin network's
/// upstream providers, prefix by prefix and second by second. The built-in target is North Korea (AS131279, 175.45.176.0/22).
#[derive(Debug, Parser)]
#[command(
    name = "uplinks",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  uplinks timeline sample-data                       North Korea's upstreams in the sample archive
  uplinks first --upstream 20485 sample-data         when TransTeleCom appeared, and who saw it
  uplinks timeline --origin 17557 --prefix 208.65.153.0/24 archive/ -f csv -o rows.csv

Exit status: 0 answered; 1 nothing found; 2 usage or fatal error; 3 data missing or damaged, under --strict; 130 on Ctrl-C."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Episodes per prefix and upstream: the main job
    #[command(after_help = "Examples:
  uplinks timeline sample-data
  uplinks timeline --at 2017-10-01T09:30:00Z sample-data
  uplinks timeline --from 2017-10-01 --to 2017-10-02 -f csv rrc00/2017.10 > rows.csv
  uplinks timeline --origin AS17557 --prefix 208.65.153.0/24 archive.routeviews.org/")]
    Timeline(Rows),
    /// One row an upstream (or an origin): how many prefixes it carries, since when, for how long, seen by how many
    #[command(after_help = "Examples:
  uplinks summary sample-data
  uplinks summary --origin AS17557 -f csv rib.20080224.0600.bz2
  uplinks summary --by origin --country CU --delegated delegated-lacnic-extended-latest archive/")]
    Summary(Rows),
    /// The transition log: time, prefix, what changed, by whom seen
    #[command(after_help = "Examples:
  uplinks changes sample-data
  uplinks changes --by target -f jsonl sample-data")]
    Changes(Common),
    /// A first look: writes the sample archive that the program carries with it, and shows its timeline
    #[command(after_help = super::demo::EXAMPLES)]
    Demo(super::demo::Demo),
    /// The onset of an upstream: its corroborated first appearance; exit 1 if there is none
    #[command(
        mut_arg("upstream", the_upstream),
        after_help = "Examples:
  uplinks first --upstream 20485 sample-data"
    )]
    First(First),
    /// Per-peer route intervals with full paths: the raw material
    #[command(after_help = "Examples:
  uplinks routes -f csv sample-data > routes.csv
  uplinks routes --collector rrc90 --peer-asn 3356 sample-data")]
    Routes(Rows),
    /// A time series for charts: peers per upstream and prefix
    #[command(after_help = "Examples:
  uplinks visibility --bin 5m -f csv sample-data > visibility.csv
  uplinks visibility --by target --bin 1h sample-data")]
    Visibility(Visibility),
    /// Hold published claims against the data: pass, fail, not decidable; exit 1 if one fails
    #[command(after_help = super::check::EXAMPLES)]
    Check(super::check::CheckArgs),
    /// A self-contained HTML page, and its drawings as SVG
    #[command(
        mut_arg("format", super::report::only_html),
        after_help = "Examples:
  uplinks report sample-data -o report.html
  uplinks report sample-data -o report.html --svg report.svg"
    )]
    Report(Report),
    /// What the inputs are: collectors, kinds, times, peers, holes, damage
    #[command(after_help = "Examples:
  uplinks inventory sample-data
  uplinks inventory --full -f csv archive/")]
    Inventory(Inventory),
    /// What files say of a target, packed: the step that many machines can do at once; packs are inputs of the other commands
    #[command(after_help = super::extract::EXAMPLES)]
    Extract(super::extract::ExtractArgs),
    /// The record behind a row, decoded: who said what, and what it proves
    #[command(after_help = "Examples:
  uplinks explain sample-data/rrc90/2017.10/updates.20171001.0905.gz#54c8c87e681b
  uplinks explain 54c8c87e681b sample-data
  uplinks timeline -f csv -o rows.csv sample-data && uplinks explain rows.csv:3")]
    Explain(Explain),
    /// What every column of every result means: type, unit, meaning, example
    #[command(after_help = columns_in_words(), after_long_help = columns_in_words())]
    Columns(super::about::ColumnsArgs),
    /// Completions for a shell, to standard output
    #[command(after_help = super::about::COMPLETIONS)]
    Completions(super::about::CompletionsArgs),
    /// Man pages: one for each command into a folder, or the main one to standard output
    #[command(after_help = super::about::MAN)]
    Man(super::about::ManArgs),
    /// Get the archive files that a window needs, whole and checked, from RIS and RouteViews
    #[command(after_help = super::fetch::EXAMPLES)]
    Fetch(super::fetch::FetchArgs),
    /// Find and sharpen the transitions of years: RIB dumps at intervals, and updates only where something changed
    #[command(after_help = super::survey::EXAMPLES)]
    Survey(super::survey::SurveyArgs),
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A record as results name it, FILE#DIGEST, or a line of a CSV result, RESULT.csv:LINE (line 1 is the header); or a digest alone
    #[arg(value_name = "FILE#DIGEST|RESULT.csv:LINE|DIGEST", allow_hyphen_values = true)]
    pub reference: std::ffi::OsString,
    /// For a digest alone: where to look for its record, as of the other commands
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<std::ffi::OsString>,
    /// And a list of such.
    #[command(flatten)]
    pub listed: FilesFrom,
    /// The folder given to --cache when the result was made
    #[arg(long, value_name = "DIR")]
    pub cache: Option<std::path::PathBuf>,
}

/// Options of `timeline`, `summary` and `routes`: rows that stood at one time, or in the window.
#[derive(Debug, Args)]
pub struct Rows {
    /// Print only what stood at this instant, with all its times; instead of --from and --to
    #[arg(long, value_name = "TIME", conflicts_with_all = ["from", "to"], help_heading = "Selection")]
    pub at: Option<Time>,
    /// See the other commands.
    #[command(flatten)]
    pub common: Common,
}

/// Options of `first`.
#[derive(Debug, Args)]
pub struct First {
    /// Also under 1, 2, 5 and 10 peers, and without and from each collector alone
    #[arg(long)]
    pub sensitivity: bool,
    /// See the other commands.
    #[command(flatten)]
    pub common: Common,
}

/// Options of `visibility`.
#[derive(Debug, Args)]
pub struct Visibility {
    /// Means over bins of this length, as 5m or 1h [default: a value at every change]
    #[arg(long, value_name = "DURATION", value_parser = parse_bin)]
    pub bin: Option<i64>,
    /// A column an upstream, and one for nobody: what a spreadsheet stacks
    #[arg(long)]
    pub wide: bool,
    /// See the other commands.
    #[command(flatten)]
    pub common: Common,
}

/// Options of `inventory`.
#[derive(Debug, Args)]
pub struct Inventory {
    /// Count every record and every peer's, not only the watched ones
    #[arg(long)]
    pub full: bool,
    /// See the other commands.
    #[command(flatten)]
    pub common: Common,
}

/// Options of `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// Write the drawings as an SVG file as well
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub svg: Option<String>,
    /// See the other commands.
    #[command(flatten)]
    pub common: Common,
}

/// Options that every command of analysis takes.
#[derive(Debug, Args)]
pub struct Common {
    /// Archive files, directories (walked), globs, or `-` for standard input
    #[arg(value_name = "INPUT", required_unless_present_any = ["fetch", "files_from"])]
    pub inputs: Vec<std::ffi::OsString>,
    /// A list of such.
    #[command(flatten)]
    pub listed: FilesFrom,
    /// What to make of them.
    #[command(flatten)]
    pub analysis: Analysis,
    /// What to fetch first.
    #[command(flatten)]
    pub fetching: super::fetch::Fetching,
}

/// What to make of files, wherever they come from.
#[derive(Debug, Args)]
pub struct Analysis {
    /// Whom to watch.
    #[command(flatten)]
    pub target: Target,
    /// How paths are read.
    #[command(flatten)]
    pub paths: super::paths::Paths,
    /// What to select.
    #[command(flatten)]
    pub selection: Selection,
    /// What to write.
    #[command(flatten)]
    pub output: Output,
    /// How to work.
    #[command(flatten)]
    pub work: Work,
}

/// Whom to watch.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Target")]
pub struct Target {
    /// A built-in target, or a TOML file with origins, prefixes and names [default: north-korea]
    #[arg(long, value_name = "NAME|FILE")]
    pub profile: Option<String>,
    /// An origin AS: 131279, AS131279 or 2.207 (repeatable)
    #[arg(long, value_name = "ASN")]
    pub origin: Vec<Asn>,
    /// A prefix or an address; its more-specifics are watched too (repeatable)
    #[arg(long, value_name = "CIDR", value_parser = TypedPrefix::parse)]
    pub prefix: Vec<TypedPrefix>,
    /// Watch the prefixes that cover those as well, up to /8 (IPv6: /16)
    #[arg(long)]
    pub covering: bool,
    /// A file with one prefix a line
    #[arg(long, value_name = "FILE")]
    pub prefix_file: Option<String>,
    /// A file with one AS number a line, or a CSV with a column asn or origin
    #[arg(long, value_name = "FILE")]
    pub origin_file: Option<String>,
    /// The AS numbers and prefixes that the registries delegated to a country, as KP (repeatable)
    #[arg(long, value_name = "CC", value_parser = parse_country, requires = "delegated")]
    pub country: Vec<String>,
    /// A registry's statistics for --country, delegated or delegated-extended (repeatable)
    #[arg(long, value_name = "FILE", requires = "country")]
    pub delegated: Vec<String>,
    /// Look first for all prefixes that the origins announce, and watch those as well
    #[arg(long)]
    pub discover: bool,
    /// A file with an AS number and its name a line
    #[arg(long, value_name = "FILE")]
    pub names: Option<String>,
}

/// What to select.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub struct Selection {
    /// Print what overlaps the time from here on; earlier records build state (RFC 3339 or YYYY-MM-DD, UTC)
    #[arg(long, value_name = "TIME")]
    pub from: Option<Time>,
    /// Ignore records from here on
    #[arg(long, value_name = "TIME")]
    pub to: Option<Time>,
    /// Only this collector (repeatable)
    #[arg(long, value_name = "NAME")]
    pub collector: Vec<String>,
    /// The collector of files whose path does not say
    #[arg(long, value_name = "NAME")]
    pub collector_name: Option<String>,
    /// Only peers of this AS (repeatable)
    #[arg(long, value_name = "ASN")]
    pub peer_asn: Vec<Asn>,
    /// Whom and what else to leave out.
    #[command(flatten)]
    pub filters: Filters,
    /// Peers that make an episode
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub min_peers: u16,
    /// Leave out shorter episodes, as 90s, 5m, 1h30m
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub min_duration: Option<i64>,
    /// Read episodes at most this far apart as one
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub merge_within: Option<i64>,
    /// One row for each prefix, for the target as a whole, or (timeline only) for each upstream
    #[arg(long, value_enum, default_value_t)]
    pub by: By,
    /// The share of peers, 0 to 1, to which routes must fall for an outage
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = parse_share)]
    pub outage_share: f64,
    /// Leave out rows with this flag (repeatable)
    #[arg(long, value_name = "FLAG")]
    pub exclude_flag: Vec<Flag>,
    /// Only rows with this flag (repeatable: any of them)
    #[arg(long, value_name = "FLAG")]
    pub only_flag: Vec<Flag>,
}

/// What rows are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum By {
    /// A row for each prefix
    #[default]
    Prefix,
    /// The prefixes together, as `*`
    Target,
    /// A row for each upstream, whatever the prefix: the command `summary`
    Upstream,
    /// A row for each origin, whatever the prefix and the upstream: `summary --by origin`
    Origin,
}

/// What to write.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// How to write the result
    #[arg(short, long, value_enum, default_value_t)]
    pub format: Format,
    /// Write to a file, which appears only when complete; - is standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<String>,
    /// How CSV and JSON write times, all of them UTC
    #[arg(long, value_name = "HOW", default_value = "rfc3339", value_parser = parse_time_format)]
    pub time_format: TimeFormat,
    /// Write the original bytes of all records behind the result, for any MRT tool (timeline, changes, first, routes, check)
    #[arg(long, value_name = "FILE.mrt")]
    pub evidence: Option<String>,
    /// Exit with 3 if data were missing or damaged
    #[arg(long)]
    pub strict: bool,
}

/// How to work.
#[derive(Debug, Args)]
#[command(next_help_heading = "Work")]
pub struct Work {
    /// Threads [default: one a core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Whether to trust the order of table dumps, which is many times faster, or to search all of them
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub seek: SeekWhen,
    /// Read everything and compare every checksum, without shortcuts
    #[arg(long)]
    pub verify: bool,
    /// Keep what each file says of the target in this folder, and read no archive again that has not changed
    #[arg(long, value_name = "DIR", conflicts_with = "verify")]
    pub cache: Option<std::path::PathBuf>,
    /// End the run where it needs more memory, as 4G or 512M [default: three quarters of what there is]
    #[arg(long, value_name = "SIZE", value_parser = parse_octets)]
    pub max_memory: Option<u64>,
    /// Show progress on standard error
    #[arg(long, value_enum, default_value_t)]
    pub progress: When,
}

/// When to seek in table dumps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum SeekWhen {
    /// Wherever the order holds at the places looked at: what lies between them is assumed
    Always,
    /// Never assume what lies between two places
    #[default]
    #[value(alias = "auto")]
    Never,
}

/// When to show progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum When {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
