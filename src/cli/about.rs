//! What the program tells of itself: shell completions, man pages, and the meaning of columns. All from the same definitions.

use std::io;
use std::path::Path;

use clap::{Args, CommandFactory};

use super::args::Cli;
use super::output::{self, STDOUT, WriteError};
use super::plan::refuse_terminal;
use super::{Exit, Fatal};
use crate::report::{self, Format, Style, columns_in_words, sheets};

/// Below the help of `completions`.
pub const COMPLETIONS: &str = "\
Examples:
  uplinks completions bash > ~/.local/share/bash-completion/completions/uplinks
  uplinks completions zsh > \"${fpath[1]}/_uplinks\"
  uplinks completions fish > ~/.config/fish/completions/uplinks.fish";

/// Below the help of `man`.
pub const MAN: &str = "\
Examples:
  uplinks man ~/.local/share/man/man1
  uplinks man | man -l -";

/// Options of `columns`.
#[derive(Debug, Args)]
pub struct ColumnsArgs {
    /// Only those of this command's result
    #[arg(value_name = "COMMAND", value_parser = clap::builder::PossibleValuesParser::new(sheets::ALL.iter().map(|(name, _)| *name)))]
    pub of: Option<String>,
    /// How to write them
    #[arg(short, long, value_enum, default_value_t)]
    pub format: Format,
    /// Write to a file, which appears only when complete
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<String>,
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// For which shell
    pub shell: clap_complete::Shell,
}

/// Options of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The folder, which is made if need be
    #[arg(value_name = "DIR")]
    pub folder: Option<String>,
}

/// Writes completions for a shell to standard output.
pub fn completions(typed: &CompletionsArgs) -> Result<Exit, Fatal> {
    let mut script = Vec::new();
    clap_complete::generate(typed.shell, &mut Cli::command(), "uplinks", &mut script);
    output::write(None, |out| out.write_all(&script))?;
    Ok(Exit::Answered)
}

/// Writes a page for each command to a folder, or the first page to standard output.
pub fn man(typed: &ManArgs) -> Result<Exit, Fatal> {
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
pub fn columns(typed: &ColumnsArgs) -> Result<Exit, Fatal> {
    let output = typed.output.as_deref().filter(|path| *path != STDOUT);
    refuse_terminal(typed.format, output)?;
    output::write(output, |out| match typed.format {
        Format::Table if typed.of.is_none() => out.write_all(columns_in_words().as_bytes()),
        format => report::write(&sheets::columns(typed.of.as_deref()), format, out, &Style::default()),
    })?;
    Ok(Exit::Answered)
}
