//! How paths are read: at which hop the upstream is looked for, and which ASes are not it.

use std::path::Path;

use clap::Args;

use crate::model::{Asn, PathReader};
use crate::target::{SettingsError, read_names};

/// How paths are read.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Paths")]
pub struct Paths {
    /// Which AS left of the origin is the upstream: 1 the next, 2 the one behind it, and so on
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub hop: u8,
    /// An AS that belongs to the target: never its upstream, which is the first AS outside (repeatable)
    #[arg(long, value_name = "ASN")]
    pub sibling: Vec<Asn>,
    /// An AS that is passed over, as a route server, or a file with one a line (repeatable)
    #[arg(long, value_name = "ASN|FILE")]
    pub skip_as: Vec<String>,
}

impl Paths {
    /// For a target with these origins and siblings of its own.
    pub fn reader(&self, origins: &[Asn], siblings: &[Asn]) -> Result<PathReader, SettingsError> {
        let mut skipped: Vec<Asn> = Vec::new();
        for typed in &self.skip_as {
            match typed.parse() {
                Ok(asn) => skipped.push(asn),
                Err(_) if Path::new(typed).exists() => skipped.extend(read_names(typed)?.into_keys()),
                Err(error) => {
                    let reason = format!("{error}, and there is no such file");
                    return Err(SettingsError::Text { path: "--skip-as".to_owned(), reason });
                }
            }
        }
        let siblings = siblings.iter().chain(&self.sibling).copied();
        Ok(PathReader::new(origins.iter().copied()).with_siblings(siblings).passing_over(skipped).at_hop(self.hop.into()))
    }
}
