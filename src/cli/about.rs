//! What the program tells of itself: shell completions, man pages, and the meaning of columns. All from the same definitions.

use std::io;
use std::path::Path;

use clap::CommandFactory;

use super::args::{Cli, Columns, Completions, Man};
use super::output::{self, WriteError};
use super::plan::refuse_terminal;
use super::{Exit, Fatal};
use crate::report::{self, Format, Style, columns_in_words, sheets};

/// Writes completions for a shell to standard output.
pub fn completions(typed: &Completions) -> Result<Exit, Fatal> {
    let mut script = Vec::new();
    clap_complete::generate(typed.shell, &mut Cli::command(), "uplinks", &mut script);
    output::write(None, |out| out.write_all(&script))?;
    Ok(Exit::Answered)
}

/// Writes a page for each command to a folder, or the first page to standard output.
pub fn man(typed: &Man) -> Result<Exit, Fatal> {
    let Some(folder) = &typed.folder else {
        output::write(None, |out| clap_mangen::Man::new(Cli::command()).render(&mut { out }))?;
        return Ok(Exit::Answered);
    };
    let failed = |error: io::Error| WriteError::File { path: folder.clone(), error };
    std::fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), Path::new(folder)).map_err(failed)?;
    Ok(Exit::Answered)
}

/// Tells what the columns mean: in words for people, as rows for programs.
pub fn columns(typed: &Columns) -> Result<Exit, Fatal> {
    refuse_terminal(typed.format, typed.output.as_deref())?;
    output::write(typed.output.as_deref(), |out| match typed.format {
        Format::Table if typed.of.is_none() => out.write_all(columns_in_words().as_bytes()),
        format => report::write(&sheets::columns(typed.of.as_deref()), format, out, &Style::default()),
    })?;
    Ok(Exit::Answered)
}
