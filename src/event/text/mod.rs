//! Texts that say what MRT files do: printed by other programs, or answers of others' services. Each form is taken apart into the same
//! statements, and what is made of statements knows no form.
//!
//! - `bgpdump`, `table`, `ripestat`: the forms; `fields`: times, prefixes and paths as people print them.
//! - `lines`, `damage`: what is no line, or none that can be read, and where.
//! - `events`, `dumps`: what a file says of what is watched. `others`: the rest of what is asked of files.
//!
//! A text lacks what no line tells: docs/methodology.md, "Text".

mod bgpdump;
mod damage;
mod dumps;
mod events;
mod fields;
mod found;
mod lines;
mod others;
mod ripestat;
mod table;

use std::borrow::Cow;
use std::io::Read;

use ipnet::IpNet;

use super::file::FilePeer;
use crate::archive::TextForm;
use crate::model::{AsPath, Time};
use crate::mrt::Damage;

pub(super) use events::read_events;
pub(super) use fields::read_path;
pub use found::Line;
pub(super) use others::{count, discover, find, holders};

/// A text to be read: how, and when it was taken if it does not say so itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    pub form: TextForm,
    pub taken_at: Option<Time>,
}

/// One thing that a text says.
#[derive(Debug, Clone)]
pub(super) struct Statement<'a> {
    /// Counted from 1; of JSON, the place in its list.
    pub number: u64,
    /// Of the first byte, in the uncompressed text.
    pub offset: u64,
    /// What says it, without the end of the line: its digest is the evidence.
    pub bytes: &'a [u8],
    pub time: Time,
    pub peer: FilePeer,
    pub what: What<'a>,
}

#[derive(Debug, Clone)]
pub(super) enum What<'a> {
    Announced(Route<'a>),
    Withdrawn {
        prefix: IpNet,
        path_id: u32,
    },
    State {
        old: u16,
        new: u16,
    },
    /// A route of a table.
    Entry(Route<'a>),
}

/// A route, its path as printed: of most nobody wants to know it.
#[derive(Debug, Clone)]
pub(super) struct Route<'a> {
    pub prefix: IpNet,
    pub path_id: u32,
    pub path: Cow<'a, str>,
}

impl Route<'_> {
    fn path(&self) -> Result<AsPath, Malformed> {
        read_path(&self.path).ok_or(Malformed("its path is none"))
    }
}

/// A line that says nothing that can be read; why, in a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed(pub &'static str);

/// Whether more is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Go {
    On,
    Enough,
}

/// What is made of statements.
pub(super) trait Sink {
    /// The next one, in the order of the text.
    fn take(&mut self, said: &Statement<'_>) -> Result<Go, Malformed>;

    /// Something before the next statement could not be read.
    fn torn(&mut self) {}
}

/// What is to be known of a text as a whole.
#[derive(Debug, Default)]
pub(super) struct Ended {
    pub damage: Vec<Damage>,
    /// From when to when it speaks, if it says so itself.
    pub window: Option<(Time, Time)>,
    /// The times of its first and last statement.
    pub first: Option<Time>,
    pub last: Option<Time>,
    /// The earliest and the latest time: lines may be sorted by something else.
    pub reach: Option<(Time, Time)>,
    /// It could not be read to its end.
    pub is_cut: bool,
}

/// Reads a text to its end, or as far as `sink` wants it.
pub(super) fn read<R: Read>(input: R, text: Text, sink: &mut dyn Sink) -> Ended {
    match text.form {
        TextForm::Bgpdump => bgpdump::read(input, sink),
        TextForm::Table => table::read(input, text.taken_at, sink),
        TextForm::RipeStat => ripestat::read(input, sink),
    }
}
