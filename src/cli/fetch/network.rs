//! How to fetch: options of every command that talks to an archive, and what ends such a command.

use std::time::Duration;

use clap::Args;

use crate::cli::values::parse_duration;
use crate::fetch::{BaseUrl, LookError, MOST_CONNECTIONS, ManifestError, MirrorError, Policy, RefineError, SelectError};
use crate::model::Time;

/// How to fetch.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Fetching")]
pub struct Network {
    /// A mirror of the archives' layout, instead of the archives
    #[arg(long, value_name = "URL", hide_short_help = true)]
    pub base_url: Option<BaseUrl>,
    /// Connections to one host
    #[arg(long, value_name = "N", hide_short_help = true, default_value_t = MOST_CONNECTIONS as u8, value_parser = clap::value_parser!(u8).range(1..=MOST_CONNECTIONS as i64))]
    pub connections: u8,
    /// Give up a connection that brings nothing for so long, as 30s
    #[arg(long, value_name = "DURATION", hide_short_help = true, default_value = "30s", value_parser = parse_duration)]
    pub timeout: i64,
    /// Tries of a request that brings nothing
    #[arg(long, value_name = "N", hide_short_help = true, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    pub tries: u8,
    /// The wait before the second try, in milliseconds; doubled for each further one
    #[arg(long, value_name = "MS", default_value_t = 1000, hide = true)]
    pub backoff_ms: u64,
}

/// What ends a fetch with status 2.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// An empty window.
    #[error("--from {from} is not before --to {to}; swap them")]
    Window {
        /// `--from`.
        from: Time,
        /// `--to`.
        to: Time,
    },
    /// No folder.
    #[error("where to put the files? Name a folder (-o of fetch, --data-dir of the others), or set UPLINKS_DATA_DIR")]
    NoFolder,
    /// `--fetch` or `survey` without saying of whom or when.
    #[error("--collector, --from and --to are needed, to know what to fetch")]
    NoQuestion,
    /// `--fetch` beside inputs.
    #[error("--fetch takes its own files as input; leave out {0}, or --fetch")]
    Inputs(String),
    /// `--max-bytes` is less than a survey's samples.
    #[error("the samples alone are more than --max-bytes; raise it, or take fewer with --every")]
    TooMuch,
    /// The archive has nothing for this.
    #[error("the archive has nothing of these collectors for this window")]
    Nothing,
    /// A result that cannot be read.
    #[error("{path}: {error}; name the JSON result of `uplinks timeline`")]
    Unread {
        /// As typed.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// A result that cannot be refined.
    #[error("{path}: {error}")]
    Result {
        /// As typed.
        path: String,
        /// Why.
        error: RefineError,
    },
    /// Collectors.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// No collector's archive can be asked.
    #[error(transparent)]
    Look(LookError),
    /// The mirror.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    /// The mirror's manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl Network {
    /// The manners that these options ask for.
    pub fn policy(&self) -> Policy {
        let timeout = Duration::from_micros(self.timeout.max(1).unsigned_abs());
        let usual = Policy::default();
        Policy {
            connect: usual.connect.min(timeout),
            idle: timeout,
            tries: self.tries.into(),
            backoff: Duration::from_millis(self.backoff_ms),
            connections: self.connections.into(),
            ..usual
        }
    }
}
