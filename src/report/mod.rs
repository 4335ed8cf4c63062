//! Writes results: one sheet a command, one file a format.

mod sheet;

pub use sheet::{Cell, Column, Kind, Sheet};
