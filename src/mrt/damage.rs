//! Stretches of a file that could not be read (rule 20).

use crate::model::Time;

/// A stretch of a file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Damage {
    /// Offset of its first byte in the uncompressed stream.
    pub from: u64,
    /// Offset after it; `None`: to the end, whatever that is.
    pub until: Option<u64>,
    /// Time of the last whole record before it, if any: the gap begins there.
    pub after: Option<Time>,
    /// Time of the first whole record after it, if any: the gap ends there.
    pub before: Option<Time>,
    /// What is wrong, in one clause.
    pub reason: String,
}

impl Damage {
    /// Of all of a file.
    pub fn throughout(reason: String) -> Self {
        Self { from: 0, until: None, after: None, before: None, reason }
    }
}
