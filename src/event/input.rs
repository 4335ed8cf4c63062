//! A file's uncompressed bytes, be they records or text: their first ones tell.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use super::count::{RecordCounts, count_records};
use super::discover::{Gathered, Gathering};
use super::file::{FileEvents, FilePeer};
use super::find::{Search, Wanted, find_records};
use super::read::{peers_with_routes, read_events};
use super::text::{self, Text};
use crate::archive::{TEXT_HEAD, TextForm, begins_as_mrt};
use crate::model::Time;
use crate::target::Watch;

/// A stream of uncompressed bytes, told by the first of them.
pub struct Input<R> {
    stream: Again<R>,
    text: Option<Text>,
}

/// A stream whose first bytes have been looked at, once more from its beginning.
struct Again<R> {
    head: Cursor<Vec<u8>>,
    /// What the look met behind them.
    error: Option<io::Error>,
    rest: R,
}

impl<R: Read> Read for Again<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buffer)? {
            0 => self.error.take().map_or_else(|| self.rest.read(buffer), Err),
            read => Ok(read),
        }
    }
}

impl<R: Read> Input<R> {
    /// Looks at a stream; `taken_at` is the time in its name, for texts that say none.
    pub fn new(mut rest: R, taken_at: Option<Time>) -> Self {
        let mut head = Vec::new();
        let error = rest.by_ref().take(TEXT_HEAD as u64).read_to_end(&mut head).err();
        let form = if begins_as_mrt(&head) { None } else { TextForm::of(&head) };
        let stream = Again { head: Cursor::new(head), error, rest };
        Input { stream, text: form.map(|form| Text { form, taken_at }) }
    }

    /// Whether it is text.
    pub fn is_text(&self) -> bool {
        self.text.is_some()
    }

    /// [`read_events`].
    pub fn events(self, watch: &Watch) -> FileEvents {
        match self.text {
            Some(text) => text::read_events(self.stream, text, watch),
            None => read_events(self.stream, watch),
        }
    }

    /// [`Gathering::read`]; a text is read once more when the prefixes are known.
    pub fn gathered(self, gathering: &Gathering) -> Gathered {
        match self.text {
            Some(text) => gathering.only_prefixes(text::discover(self.stream, text, gathering.origins())),
            None => gathering.read(self.stream),
        }
    }

    /// [`peers_with_routes`].
    pub fn peers_with_routes(self, which: usize) -> BTreeMap<FilePeer, [bool; 2]> {
        match self.text {
            Some(text) => text::holders(self.stream, text, which),
            None => peers_with_routes(self.stream, which),
        }
    }

    /// [`count_records`].
    pub fn count(self) -> RecordCounts {
        match self.text {
            Some(text) => text::count(self.stream, text),
            None => count_records(self.stream),
        }
    }

    /// [`find_records`].
    pub fn find(self, wanted: &Wanted) -> Search {
        match self.text {
            Some(text) => text::find(self.stream, text, wanted),
            None => find_records(self.stream, wanted),
        }
    }
}
