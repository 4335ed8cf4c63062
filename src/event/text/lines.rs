//! Lines of a text, none of them longer than is borne.

use std::io::{BufRead, BufReader, Read};

/// No line is longer, in bytes: a path of thousands of ASes with their communities is not.
pub(super) const LONGEST_LINE: usize = 1 << 20;

/// A line as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RawLine<'a> {
    /// Counted from 1.
    pub number: u64,
    /// Of its first byte.
    pub offset: u64,
    /// Without its end; empty if it is too long.
    pub bytes: &'a [u8],
    /// Offset after it.
    pub until: u64,
    pub is_too_long: bool,
}

impl RawLine<'_> {
    /// Its text.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.bytes).ok()
    }
}

/// Reads line by line.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    number: u64,
    offset: u64,
    /// Why it ended, if not by itself, and the offset of the line that is lost.
    error: Option<(u64, String)>,
}

impl<R: Read> Lines<R> {
    pub fn new(input: R) -> Self {
        Lines { input: BufReader::with_capacity(128 << 10, input), line: Vec::new(), number: 0, offset: 0, error: None }
    }

    /// The next line; what an error cuts off is none.
    pub fn next_line(&mut self) -> Option<RawLine<'_>> {
        self.line.clear();
        let offset = self.offset;
        let mut is_too_long = false;
        let has_end = loop {
            let read = match self.input.fill_buf() {
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.error = Some((offset, error.to_string()));
                    return None;
                }
            };
            if read.is_empty() {
                break false;
            }
            let end = memchr::memchr(b'\n', read);
            let part = read.get(..end.unwrap_or(read.len())).unwrap_or_default();
            let taken = part.len() + usize::from(end.is_some());
            if self.line.len() + part.len() > LONGEST_LINE {
                is_too_long = true;
                self.line.clear();
            } else if !is_too_long {
                self.line.extend_from_slice(part);
            }
            self.offset += taken as u64;
            self.input.consume(taken);
            if end.is_some() {
                break true;
            }
        };
        if self.offset == offset {
            return None;
        }
        self.number += 1;
        if has_end && self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        let bytes: &[u8] = if is_too_long { &[] } else { &self.line };
        Some(RawLine { number: self.number, offset, bytes, until: self.offset, is_too_long })
    }

    /// Where and why reading ended before the end.
    pub fn into_error(self) -> Option<(u64, String)> {
        self.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &[u8]) -> Vec<(u64, u64, usize, u64, bool)> {
        let mut lines = Lines::new(text);
        let mut told = Vec::new();
        while let Some(line) = lines.next_line() {
            told.push((line.number, line.offset, line.bytes.len(), line.until, line.is_too_long));
        }
        assert_eq!(lines.into_error(), None);
        told
    }

    #[test]
    fn lines_are_bounded_and_counted() {
        assert_eq!(told(b"ab\r\n\nc"), [(1, 0, 2, 4, false), (2, 4, 0, 5, false), (3, 5, 1, 6, false)]);
        assert_eq!(told(b""), []);
        let longest = [vec![b'x'; LONGEST_LINE], b"\ny\n".to_vec()].concat();
        let end = LONGEST_LINE as u64 + 1;
        assert_eq!(told(&longest), [(1, 0, LONGEST_LINE, end, false), (2, end, 1, end + 2, false)]);
        let too_long = [vec![b'x'; LONGEST_LINE + 1], b"\ny".to_vec()].concat();
        assert_eq!(told(&too_long), [(1, 0, 0, end + 1, true), (2, end + 1, 1, end + 2, false)]);
    }

    #[test]
    fn what_an_error_cuts_off_is_no_line() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("gone"))
            }
        }
        let mut lines = Lines::new(b"one\ntwo".chain(Failing));
        assert_eq!(lines.next_line().map(|line| line.until), Some(4));
        assert_eq!(lines.next_line(), None);
        assert_eq!(lines.into_error(), Some((4, "gone".to_owned())));
    }
}
