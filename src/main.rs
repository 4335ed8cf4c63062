//! Parses, runs, and maps the outcome to an exit status.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use uplinks::cli::args::Cli;
use uplinks::cli::output::WriteError;
use uplinks::cli::{Fatal, run};
use uplinks::escape::printable_lines;
use uplinks::temporary;

fn main() -> ExitCode {
    end_on_signals();
    match run(Cli::try_parse().unwrap_or_else(|error| refuse(&error))) {
        Ok(exit) => ExitCode::from(exit.code()),
        // Whoever read our output has seen enough.
        Err(Fatal::Write(WriteError::Closed)) => ExitCode::SUCCESS,
        Err(error) => {
            // A standard error that takes nothing must not hide the status.
            // A line of somebody else's file is not taken for one of ours.
            let said = printable_lines(&error.to_string()).replace('\n', "\n  ");
            let _ = writeln!(std::io::stderr(), "uplinks: {said}");
            ExitCode::from(2)
        }
    }
}

/// Ends with what clap has to say, in its colours, unless it quotes what could steer a terminal.
fn refuse(error: &clap::Error) -> ! {
    let plain = error.render().to_string();
    let safe = printable_lines(&plain);
    if safe == plain.trim_end() {
        error.exit();
    }
    let _ = writeln!(std::io::stderr(), "{safe}");
    std::process::exit(error.exit_code())
}

/// Ends as shells have it, with 128 + the signal's number, and leaves nothing half done. Without a handler the signal itself would end us:
/// the same in a shell, but not for a caller that reads the status.
#[cfg(unix)]
fn end_on_signals() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let mut wanted = vec![SIGINT, SIGTERM];
    // `nohup` has the signal ignored, and must be obeyed.
    if is_ignored(SIGHUP) == Some(false) {
        wanted.push(SIGHUP);
    }
    let Ok(mut signals) = signal_hook::iterator::Signals::new(wanted) else { return };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            temporary::take_all_away();
            std::process::exit(128 + signal);
        }
    });
}

/// Whether the signal was ignored from the start; `None` if the system does not tell.
#[cfg(unix)]
fn is_ignored(signal: i32) -> Option<bool> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    let mask = u64::from_str_radix(ignored.trim(), 16).ok()?;
    Some(mask & (1 << (signal - 1)) != 0)
}

#[cfg(not(unix))]
fn end_on_signals() {
    let _ = ctrlc::set_handler(|| {
        temporary::take_all_away();
        std::process::exit(130);
    });
}
