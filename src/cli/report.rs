//! `report`: the page and the drawings, and the command that makes them again.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, IsTerminal};

use clap::Arg;

use super::answer::Answer;
use super::args::{Analysis, By, Common, Report};
use super::output::Results;
use super::plan::{Plan, PlanError};
use super::{Exit, Fatal, facts, warn, with_answer};
use crate::escape;
use crate::event::Assembled;
use crate::model::RecordId;
use crate::report::Format;
use crate::report::page::{Covered, Page, html, svg};
use crate::timeline::{Collector, Options, View};

/// `--format` of a report: it is a page and nothing else, so a format of rows is refused and not left unheeded.
pub fn only_html(format: Arg) -> Arg {
    let page = |typed: &str| match typed {
        "html" => Ok(Format::default()),
        _ => Err("a report is an HTML page; leave the option out, or take the rows from timeline, changes or routes"),
    };
    format.hide(true).default_value("html").value_parser(page)
}

/// Reads, replays, and writes the page and, where asked for, the drawings.
pub fn run(typed: Report) -> Result<Exit, Fatal> {
    let (command, drawings) = (canonical(&typed.common), typed.svg);
    let named = typed.common.analysis.output.output.clone();
    let plan = Plan::new(typed.common)?.without_evidence()?;
    // A terminal that was named as one is meant.
    if named.is_none() && io::stdout().is_terminal() {
        return Err(PlanError::PageToTerminal.into());
    }
    let plan =
        plan.with_all_rows("report", "it draws all upstreams beside each other; take the rows from timeline, changes or routes")?;
    plan.tell_notes();
    let results = Results::open(plan.output.as_deref(), drawings.as_deref())?;
    with_answer(&plan, &results.places(), |answer| {
        warn::warn(answer);
        plan.filters.note_strangers(answer);
        let evidence = |record: RecordId| answer.evidence(record);
        let context = facts::context(&plan, answer, &evidence);
        let timeline = answer.timeline(&plan, &plan.options);
        // The share chart adds up prefixes, whatever the rows are about.
        let by_prefix =
            (plan.options.view == View::Target).then(|| answer.timeline(&plan, &Options { view: View::Prefix, ..plan.options }));
        let prefixes = by_prefix.as_ref().unwrap_or(&timeline);
        let page = Page { context: &context, timeline: &timeline, prefixes, coverage: &covered(answer), command };
        if let Some(output) = results.other {
            output.write(|out| out.write_all(svg(&page).as_bytes()))?;
        }
        results.main.write(|out| out.write_all(html(&page).as_bytes()))?;
        Ok(match timeline.rows.is_empty() {
            _ if plan.strict && answer.is_incomplete() => Exit::Incomplete,
            true => Exit::NothingFound,
            false => Exit::Answered,
        })
    })
}

fn covered(answer: &Answer) -> Vec<Covered> {
    let of = |(collector, assembled): (&Collector, &Assembled)| Covered {
        coverage: assembled.data.as_ref().map(|_| collector.coverage.clone()),
        dumps: assembled.data.iter().flat_map(|d| d.dumps.iter().map(|dump| dump.begin)).collect(),
    };
    answer.observed.collectors.iter().zip(&answer.assembly.collectors).map(of).collect()
}

/// The command in one form, however it was typed: target, window, selection and inputs, each sorted; not what cannot change the result.
pub fn canonical(typed: &Common) -> String {
    let Common { inputs, listed, analysis: Analysis { target, paths, selection, .. }, fetching } = typed;
    let mut words = vec!["uplinks report".to_owned()];
    let mut option = |name: &str, values: Vec<String>| {
        let mut values = values;
        values.sort_unstable();
        values.dedup();
        words.extend(values.into_iter().map(|value| format!("--{name} {}", quoted(&value))));
    };
    option("profile", target.profile.iter().cloned().collect());
    option("origin", all(&target.origin));
    option("prefix", target.prefix.iter().map(|p| p.net.trunc().to_string()).collect());
    option("prefix-file", target.prefix_file.iter().cloned().collect());
    option("origin-file", target.origin_file.iter().cloned().collect());
    option("country", target.country.clone());
    option("delegated", target.delegated.clone());
    option("names", target.names.iter().cloned().collect());
    option("hop", all((paths.hop > 1).then_some(&paths.hop)));
    option("sibling", all(&paths.sibling));
    option("skip-as", paths.skip_as.clone());
    option("from", all(&selection.from));
    option("to", all(&selection.to));
    option("collector", selection.collector.clone());
    option("collector-name", selection.collector_name.iter().cloned().collect());
    option("peer-asn", all(&selection.peer_asn));
    option("exclude-peer", all(&selection.filters.exclude_peer));
    option("family", selection.filters.family.iter().map(|family| family.text().to_owned()).collect());
    option("min-peers", all((selection.min_peers > 1).then_some(&selection.min_peers)));
    option("min-duration", all(&selection.min_duration.map(seconds)));
    option("merge-within", all(&selection.merge_within.map(seconds)));
    option("by", if selection.by == By::Target { vec!["target".to_owned()] } else { Vec::new() });
    option("outage-share", all((selection.outage_share > 0.0).then_some(&selection.outage_share)));
    option("exclude-flag", selection.exclude_flag.iter().map(|f| f.text().to_owned()).collect());
    option("only-flag", selection.only_flag.iter().map(|f| f.text().to_owned()).collect());
    option("files-from", listed.files_from.iter().map(|list| escape::path(list.as_ref())).collect());
    if listed.null {
        words.push("--null".to_owned());
    }
    if target.covering {
        words.push("--covering".to_owned());
    }
    if target.discover {
        words.push("--discover".to_owned());
    }
    if fetching.fetch {
        words.push("--fetch".to_owned());
    }
    let mut inputs: Vec<&OsString> = inputs.iter().collect();
    inputs.sort_unstable();
    inputs.dedup();
    words.extend(inputs.into_iter().map(|i| quoted(&escape::path(i.as_ref()))));
    words.join(" ")
}

fn all<'a, T: Display + 'a>(values: impl IntoIterator<Item = &'a T>) -> Vec<String> {
    values.into_iter().map(ToString::to_string).collect()
}

/// Microseconds as the options take them.
fn seconds(micros: i64) -> String {
    format!("{}s", micros / 1_000_000)
}

/// Safe for a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:,+@%=".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Command};

    fn said(line: &[&str]) -> String {
        let cli = Cli::try_parse_from(["uplinks", "report"].iter().chain(line)).expect("a command");
        let Command::Report(report) = cli.command else { panic!("another command") };
        canonical(&report.common)
    }

    #[test]
    fn the_command_is_the_same_however_it_was_typed() {
        let expected =
            "uplinks report --origin 131279 --prefix 175.45.176.0/22 --from 2017-10-01T00:00:00Z --min-peers 2 'a b' c";
        for line in [
            &[
                "--origin",
                "AS131279",
                "--prefix",
                "175.45.176.0/22",
                "--from",
                "2017-10-01",
                "--min-peers",
                "2",
                "c",
                "a b",
                "-j",
                "1",
            ][..],
            &[
                "a b",
                "c",
                "c",
                "-o",
                "x.html",
                "--prefix",
                "175.45.177.0/22",
                "--origin",
                "2.207",
                "--from",
                "2017-10-01",
                "--min-peers=2",
            ],
        ] {
            assert_eq!(said(line), expected);
        }
        assert_eq!(said(&["it's"]), r"uplinks report 'it'\''s'");
        let asked = [
            "--country",
            "cu",
            "--delegated",
            "b",
            "--delegated",
            "a",
            "--family",
            "4",
            "--exclude-peer",
            "AS1",
            "--hop",
            "2",
            "x",
        ];
        let expected = "uplinks report --country CU --delegated a --delegated b --hop 2 --exclude-peer 1 --family 4 x";
        assert_eq!(said(&asked), expected);
    }
}
