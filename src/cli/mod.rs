//! The command line.

pub mod answer;
pub mod args;
pub mod output;
pub mod plan;
pub mod progress;
pub mod read;
pub mod values;
