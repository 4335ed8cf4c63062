//! Frames records in place in one reused buffer, gives every whole record before it speaks of damage, and finds its way back into the
//! stream after torn bytes (rule 20).

use std::io::{ErrorKind, Read};

use super::whole::{Steps, Wholeness, wholeness};
use super::{Damage, HEADER_LEN, Header, RawRecord};
use crate::model::Time;

/// The longest record, header included, in bytes; a header that asks for more is damage.
pub const MAX_RECORD: usize = 16 << 20;

/// What the buffer starts with, in bytes. It grows with the records, not with what their headers claim.
const FIRST_BUFFER: usize = 256 << 10;

/// Times further apart than this (seconds) are no neighbours: one of the two headers may be none.
const NEIGHBOURS: u32 = 3 * 86_400;

/// So many headers in a row are no accident.
const CHAIN: usize = 3;

/// Reads records one after the other from uncompressed bytes.
#[derive(Debug)]
pub struct RecordReader<R> {
    input: R,
    buffer: Vec<u8>,
    /// The unread bytes are `buffer[start..end]`.
    start: usize,
    end: usize,
    /// Offset of `buffer[0]` in the stream.
    base: u64,
    /// The input gave its last byte.
    ended: bool,
    /// Why it ended, if not by itself.
    error: Option<String>,
    last: Option<Time>,
    /// Steps gone to weigh records.
    spent: u64,
    told_short_lengths: bool,
    damage: Vec<Damage>,
}

impl<R: Read> RecordReader<R> {
    /// Reads `input` from its current position, which counts as offset 0.
    pub fn new(input: R) -> Self {
        RecordReader {
            input,
            buffer: vec![0; FIRST_BUFFER],
            start: 0,
            end: 0,
            base: 0,
            ended: false,
            error: None,
            last: None,
            spent: 0,
            told_short_lengths: false,
            damage: Vec::new(),
        }
    }

    /// The next whole record. `None` is the end of what can be read: [`RecordReader::damage`] then tells whether it was the end.
    pub fn next_record(&mut self) -> Option<RawRecord<'_>> {
        let length = self.frame()?;
        let from = self.start;
        self.start += length;
        let record = RawRecord::read(self.buffer.get(from..from + length)?, self.base + from as u64)?;
        self.last = Some(record.time);
        Some(record)
    }

    /// Damaged stretches so far, in order; complete once [`RecordReader::next_record`] has returned `None`.
    pub fn damage(&self) -> &[Damage] {
        &self.damage
    }

    /// Ends reading.
    pub fn into_damage(self) -> Vec<Damage> {
        self.damage
    }

    /// Length of the record at `start`, which is whole and followed by nothing that speaks against it.
    fn frame(&mut self) -> Option<usize> {
        loop {
            if !self.fill(HEADER_LEN) {
                return self.finish();
            }
            let length = self.header_at(0).filter(|h| self.accepts(h, 0)).map(|h| HEADER_LEN + h.length as usize);
            let Some(length) = length.filter(|length| *length <= MAX_RECORD) else {
                self.resynchronise("no MRT header where one is due")?;
                continue;
            };
            if !self.fill(length) {
                let reason = self.error.clone().unwrap_or_else(|| "the last record is cut".to_owned());
                self.resynchronise(&reason)?;
                continue;
            }
            // A record whose own length was hit swallows what follows it. What stands after it and what it holds tell.
            if self.is_followed_well(length) || matches!(self.wholeness_of(length), Wholeness::Whole | Wholeness::Unknown) {
                return Some(length);
            }
            if let Some(length) = self.length_without_microseconds(length).or_else(|| self.length_without_view(length)) {
                return Some(length);
            }
            self.resynchronise("a record's length is wrong")?;
        }
    }

    /// Some writers of extended types leave the microseconds out of the length, against RFC 6396 3: PCH did in 2015. Believed only if
    /// the record then adds up and what follows it does not speak against it.
    fn length_without_microseconds(&mut self, length: usize) -> Option<usize> {
        let extended = self.header_at(0).is_some_and(|header| header.has_microseconds());
        let length = length + 4;
        let adds_up = extended && self.fill(length) && self.wholeness_of(length) == Wholeness::Whole;
        if !adds_up || !self.is_followed_well(length) {
            return None;
        }
        // Told once: nothing is lost by it.
        if !self.told_short_lengths {
            self.told_short_lengths = true;
            let until = self.offset() + length as u64;
            let before = self.buffer.get(self.start..self.start + length).and_then(|bytes| RawRecord::read(bytes, 0));
            let reason = "record lengths leave out the microseconds (read all the same)".to_owned();
            self.push_damage(until - 4, Some(until), before.map(|record| record.time), reason);
        }
        Some(length)
    }

    /// The writer of `TABLE_DUMP` in 1999 and 2000 (RIS) left view and sequence number, 4 bytes, out of the length: RFC 6396 was not yet
    /// written. Believed only if the record does not add up as it says, adds up so, and another or the end of the input follows. Nothing
    /// is lost by it.
    fn length_without_view(&mut self, length: usize) -> Option<usize> {
        const TABLE_DUMP: u16 = 12;
        let is_one = |header: Header| header.kind == TABLE_DUMP && header.is_convincing();
        let length = length + 4;
        let adds_up = self.header_at(0).is_some_and(is_one) && self.fill(length) && self.wholeness_of(length) == Wholeness::Whole;
        if !adds_up || !self.is_followed_well(length) {
            return None;
        }
        let is_last = !self.fill(length + HEADER_LEN);
        (is_last || self.header_at(length).is_some_and(is_one)).then_some(length)
    }

    /// At the end of the input: remains of a record, or a read error, are damage.
    fn finish(&mut self) -> Option<usize> {
        let left = self.end - self.start;
        if left > 0 || self.error.is_some() {
            let reason = self.error.take().unwrap_or_else(|| "the last record is cut in its header".to_owned());
            let from = self.offset();
            self.push_damage(from, None, None, reason);
            self.start = self.end;
        }
        None
    }

    /// Moves on to the next place that looks like a record, and notes the stretch between; `None` if there is no such place.
    fn resynchronise(&mut self, reason: &str) -> Option<()> {
        let from = self.offset();
        loop {
            self.start += 1;
            if !self.fill(HEADER_LEN) {
                self.start = self.end;
                let reason = self.error.take().unwrap_or_else(|| reason.to_owned());
                self.push_damage(from, None, None, reason);
                return None;
            }
            if let Some(before) = self.convincing_time() {
                self.push_damage(from, Some(self.offset()), Some(before), reason.to_owned());
                return Some(());
            }
        }
    }

    fn push_damage(&mut self, from: u64, until: Option<u64>, before: Option<Time>, reason: String) {
        self.damage.push(Damage { from, until, after: self.last, before, reason });
    }

    /// The time of the record at `start` if it convinces: near in time, and whole in itself, or followed by more of its kind, or by the
    /// end of the input.
    fn convincing_time(&mut self) -> Option<Time> {
        let first = self.header_at(0).filter(|h| h.is_convincing() && self.is_near_the_last(h))?;
        let length = HEADER_LEN + first.length as usize;
        if !self.fill(length) {
            return None;
        }
        let whole = match self.wholeness_of(length) {
            Wholeness::Whole => true,
            Wholeness::Torn => false,
            // What is too much to add up has to be followed by more as well.
            Wholeness::Unknown | Wholeness::Unweighed => self.is_chain(&first),
        };
        let bytes = self.buffer.get(self.start..self.start + length)?;
        RawRecord::read(bytes, 0).filter(|_| whole).map(|record| record.time)
    }

    /// Whether [`CHAIN`] headers follow one another from `start`, or fewer up to the end of the input.
    fn is_chain(&mut self, first: &Header) -> bool {
        let mut at = 0;
        for _ in 0..CHAIN {
            if !self.fill(at + HEADER_LEN) {
                return at > 0 && self.end - self.start == at;
            }
            let Some(header) = self.header_at(at).filter(|h| h.is_convincing() && h.secs.abs_diff(first.secs) <= NEIGHBOURS)
            else {
                return false;
            };
            at += HEADER_LEN + header.length as usize;
        }
        self.fill(at)
    }

    /// Whether a header may stand at `at` bytes after `start`: a known type and a possible length; and if its time is far from the last
    /// record's, the header after it must be possible too.
    fn accepts(&mut self, header: &Header, at: usize) -> bool {
        let possible = |h: &Header| h.is_known_type() && h.length as usize <= MAX_RECORD - HEADER_LEN;
        if !possible(header) {
            return false;
        }
        if self.last.is_none() || self.is_near_the_last(header) {
            return true;
        }
        let next = at + HEADER_LEN + header.length as usize;
        if !self.fill(next + HEADER_LEN) {
            return self.end - self.start == next;
        }
        self.header_at(next)
            .is_some_and(|h| possible(&h) && (h.secs.abs_diff(header.secs) <= NEIGHBOURS || self.is_near_the_last(&h)))
    }

    fn is_followed_well(&mut self, length: usize) -> bool {
        if !self.fill(length + HEADER_LEN) {
            return self.end - self.start == length;
        }
        // The record's own time is the better neighbour, but it is not yet certain to be one.
        self.header_at(length).is_some_and(|next| {
            let close = self.header_at(0).is_some_and(|h| h.secs.abs_diff(next.secs) <= NEIGHBOURS);
            (close && next.is_known_type() && next.length as usize <= MAX_RECORD - HEADER_LEN) || self.accepts(&next, length)
        })
    }

    /// Before any record is read, every time since MRT exists is near.
    fn is_near_the_last(&self, header: &Header) -> bool {
        match self.last {
            Some(last) => i64::from(header.secs).abs_diff(last.secs()) <= u64::from(NEIGHBOURS),
            None => header.secs >= 852_076_800,
        }
    }

    fn wholeness_of(&mut self, length: usize) -> Wholeness {
        let mut steps = Steps::of_bytes(self.offset(), self.spent);
        let left = steps.left();
        let bytes = self.buffer.get(self.start..self.start + length).unwrap_or_default();
        let weighed = RawRecord::read(bytes, 0).map_or(Wholeness::Torn, |record| wholeness(&record, &mut steps));
        self.spent += left - steps.left();
        weighed
    }

    fn header_at(&self, at: usize) -> Option<Header> {
        Header::read(self.buffer.get(self.start + at..self.end)?)
    }

    fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    /// Sees to it that `count` bytes from `start` on are in the buffer; `false` if the input ends before.
    fn fill(&mut self, count: usize) -> bool {
        while self.end - self.start < count {
            if self.ended {
                return false;
            }
            if self.end == self.buffer.len() {
                self.make_room();
            }
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.error = Some(error.to_string());
                }
            }
        }
        true
    }

    /// Moves the unread bytes to the front, or, where that gains little, doubles the buffer.
    fn make_room(&mut self) {
        if self.start >= self.buffer.len() / 2 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.base += self.start as u64;
            self.end -= self.start;
            self.start = 0;
        } else {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }
}

/// Whether a file that begins so, uncompressed, may be an MRT file. At least [`HEADER_LEN`] bytes are needed.
pub fn looks_like_mrt(start: &[u8]) -> bool {
    Header::read(start).is_some_and(|h| h.is_known_type() && h.length as usize <= MAX_RECORD - HEADER_LEN)
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
