//! What the judge has to say of an answer.

use crate::ask::Answer;
use crate::rows::shown;
use crate::world::Micros;

/// Something that the program said and that is not so, or that it left out.
#[derive(Debug, Clone)]
pub struct Violation {
    /// Which check.
    pub kind: String,
    /// What was typed.
    pub command: String,
    /// The row, or what is missing.
    pub row: String,
    /// What is true.
    pub truth: String,
}

/// All violations of a world.
#[derive(Debug, Default)]
pub struct Verdict {
    /// In order of the checks.
    pub violations: Vec<Violation>,
}

impl Verdict {
    /// Adds one.
    pub fn add(&mut self, kind: impl Into<String>, answer: &Answer, row: impl Into<String>, truth: impl Into<String>) {
        let (kind, command, row, truth) = (kind.into(), answer.command.clone(), row.into(), truth.into());
        self.violations.push(Violation { kind, command, row, truth });
    }
}

/// A time for people; no date where it is the world's own.
pub fn when(at: Micros) -> String {
    match at {
        Micros::MIN => "ever".to_owned(),
        Micros::MAX => "never".to_owned(),
        at => shown(at).replace("2017-10-01T", ""),
    }
}
