//! Writes results: one sheet a command, one file a format. Nothing here reads a clock, a locale or the terminal: what decides the
//! bytes comes in through [`Context`] and [`Style`].

mod columns;
mod context;
pub mod explain;
mod formats;
pub mod page;
mod remark;
mod sheet;
pub mod sheets;
pub(crate) mod text;
mod walk;
pub mod words;

pub use columns::columns_in_words;
pub use context::{Context, GapFact, PeerFacts, RunFacts, Source};
pub use formats::{Bars, Colour, Format, ParseFormatError, Style, TimeFormat, Writer, write};
pub use sheet::{Align, Cell, Chart, Column, Digits, Group, Grouped, Heading, Kind, Line, Room, Sheet, View};
pub use walk::{Sink, Walk};
