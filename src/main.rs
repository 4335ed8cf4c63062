//! Parses, runs, and maps the outcome to an exit status.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use uplinks::cli::args::Cli;
use uplinks::cli::output::WriteError;
use uplinks::cli::{Fatal, run};

/// The status of a run that the user broke off, as shells have it (128 + SIGINT).
const INTERRUPTED: i32 = 130;

fn main() -> ExitCode {
    // Without a handler the signal itself would end us: the same in a shell, but not for a caller that reads the status.
    let _ = ctrlc::set_handler(|| std::process::exit(INTERRUPTED));
    match run(Cli::parse()) {
        Ok(exit) => ExitCode::from(exit.code()),
        // Whoever read our output has seen enough.
        Err(Fatal::Write(WriteError::Closed)) => ExitCode::SUCCESS,
        Err(error) => {
            // A standard error that takes nothing must not hide the status.
            let _ = writeln!(std::io::stderr(), "uplinks: {error}");
            ExitCode::from(2)
        }
    }
}
