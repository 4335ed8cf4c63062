//! Why a pack is not used.

use std::io;

use crate::escape::printable;

/// A question may name thousands of prefixes.
const MOST: usize = 120;

/// A pack that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The system refuses.
    #[error("{}: {error}; it is a pack of uplinks extract that cannot be read", printable(.pack))]
    Unreadable {
        /// The pack.
        pack: String,
        /// What the system says.
        error: io::Error,
    },
    /// It is not what was written.
    #[error("{}: this pack is damaged: {what}; copy it again, or extract it again", printable(.pack))]
    Broken {
        /// The pack.
        pack: String,
        /// Where.
        what: String,
    },
    /// Written by another program.
    #[error(
        "{}: this pack was made by uplinks {}, which may read files otherwise than this program, {ours}; extract it again with this one",
        printable(.pack),
        printable(.theirs)
    )]
    Program {
        /// The pack.
        pack: String,
        /// Its maker.
        theirs: String,
        /// This program.
        ours: &'static str,
    },
    /// Made for another target.
    #[error(
        "{}: this pack is of another target: it has {}, and asked is for {}; give the options that it was extracted with (--profile, --origin, --prefix, --covering, --seek), or extract it again",
        printable(.pack),
        short(.theirs),
        short(.asked)
    )]
    Question {
        /// The pack.
        pack: String,
        /// What it answers.
        theirs: String,
        /// What is asked.
        asked: String,
    },
    /// A file that another input has as well, and otherwise.
    #[error("{}: {} of collector {} is {other} as well; name only one of them", printable(.pack), printable(.file), printable(.collector))]
    Twice {
        /// The pack.
        pack: String,
        /// The archive file.
        file: String,
        /// Its collector.
        collector: String,
        /// Where else.
        other: String,
    },
}

fn short(question: &str) -> String {
    let all = printable(question);
    if all.chars().count() <= MOST { all.into_owned() } else { all.chars().take(MOST).chain(['.', '.', '.']).collect() }
}
