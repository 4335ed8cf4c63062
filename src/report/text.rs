//! Texts for people: times, durations and counts in words, and what it takes to show text from the data on a terminal.

use std::borrow::Cow;

use super::sheet::{Cell, Digits};
use crate::model::Time;

const MICROS: i64 = 1_000_000;

/// `2017-10-01 09:07:51`, cut to whole seconds.
pub fn second(time: Time) -> String {
    spaced(Time::from_secs(time.secs()))
}

/// As [`second`], without seconds where they are 0.
pub fn minute(time: Time) -> String {
    let text = second(time);
    match text.strip_suffix(":00") {
        Some(short) => short.to_owned(),
        None => text,
    }
}

/// `2017-10-01 09:07:51`, with microseconds where there are any.
pub fn exact(time: Time) -> String {
    spaced(time)
}

fn spaced(time: Time) -> String {
    time.to_string().trim_end_matches('Z').replacen('T', " ", 1)
}

/// `1h 06m 54s`, cut to whole seconds.
pub fn duration(micros: i64) -> String {
    let secs = micros / MICROS;
    let (days, hours, minutes, rest) = (secs / 86_400, secs / 3600 % 24, secs / 60 % 60, secs % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{rest}s"),
        (0, 0, _) => format!("{minutes}m {rest:02}s"),
        (0, ..) => format!("{hours}h {minutes:02}m {rest:02}s"),
        _ => format!("{days}d {hours:02}h {minutes:02}m {rest:02}s"),
    }
}

/// Seconds as data formats write them: `4014` or `4014.250000`.
pub fn seconds(micros: i64, digits: Digits) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let (whole, rest) = (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
    match digits {
        Digits::Seconds => format!("{sign}{whole}"),
        Digits::Micros => format!("{sign}{whole}.{rest:06}"),
    }
}

/// `1 peer`, `2 peers`, `3 RIB entries or absences`.
pub fn plural(count: usize, noun: &str) -> String {
    plural_u64(count as u64, noun)
}

/// See [`plural`].
pub fn plural_u64(count: u64, noun: &str) -> String {
    if count == 1 {
        return format!("1 {noun}");
    }
    let all = |one: &str| match one.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if one.ends_with(['x', 's']) => format!("{one}es"),
        None => format!("{one}s"),
    };
    let words: Vec<String> = noun.split(" or ").map(all).collect();
    format!("{count} {}", words.join(" or "))
}

/// `1st`, `2nd`, `5th`.
pub fn ordinal(n: usize) -> String {
    let suffix = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{n}{suffix}")
}

/// A cell in full, as CSV and a table without a view write it; nothing is escaped.
pub fn cell(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(text) | Cell::Path(text) => Cow::Borrowed(text),
        Cell::Int(number) => Cow::Owned(number.to_string()),
        Cell::Real(number) => Cow::Owned(number.to_string()),
        Cell::Time(time) => Cow::Owned(time.to_string()),
        Cell::Duration(micros, digits) => Cow::Owned(seconds(*micros, *digits)),
    }
}

/// How many terminal cells a text takes: East Asian wide characters take two, combining marks none.
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x1ab0..=0x1aff | 0x20d0..=0x20ff | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// The text without its end, at most `room` cells wide.
pub fn cut_end(text: &str, room: usize) -> Cow<'_, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    Cow::Owned(taken(text.chars(), room).into_iter().chain("..".chars()).collect())
}

/// The text without its beginning, at most `room` cells wide; whole words, for half an AS number is another one.
pub fn cut_start(text: &str, room: usize) -> Cow<'_, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    let kept: String = taken(text.chars().rev(), room).into_iter().rev().collect();
    let begins_a_word = text.strip_suffix(kept.as_str()).is_some_and(|cut| cut.ends_with(' '));
    let words = if begins_a_word { kept.as_str() } else { kept.split_once(' ').map_or("", |(_, whole)| whole) };
    Cow::Owned(format!("..{words}"))
}

/// As many characters as leave two cells of the room.
fn taken(chars: impl Iterator<Item = char>, room: usize) -> Vec<char> {
    let mut left = room.saturating_sub(2);
    let fits = |c: &char| {
        let fits = char_width(*c) <= left;
        left = left.saturating_sub(char_width(*c));
        fits
    };
    chars.take_while(fits).collect()
}

/// Breaks a sentence at spaces into lines of at most `room` cells; a longer word keeps a line of its own.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_durations_read_short() {
        let time = Time::from_micros(1_445_565_708_372_152);
        assert_eq!(second(time), "2015-10-23 02:01:48");
        assert_eq!(exact(time), "2015-10-23 02:01:48.372152");
        assert_eq!(minute(Time::from_secs(1_506_859_200)), "2017-10-01 12:00");
        for (secs, text) in [(0, "0s"), (59, "59s"), (60, "1m 00s"), (4014, "1h 06m 54s"), (266_706, "3d 02h 05m 06s")] {
            assert_eq!(duration(secs * MICROS), text);
        }
        assert_eq!(seconds(4_014_250_000, Digits::Micros), "4014.250000");
        assert_eq!(seconds(-500_000, Digits::Micros), "-0.500000");
    }

    #[test]
    fn counts_agree_with_their_nouns() {
        for (count, noun, text) in [
            (1, "peer", "1 peer"),
            (0, "peer", "0 peers"),
            (4, "prefix", "4 prefixes"),
            (2, "RIB entry or absence", "2 RIB entries or absences"),
        ] {
            assert_eq!(plural(count, noun), text);
        }
        let all: Vec<String> = [1, 2, 3, 5, 11, 12, 13, 21, 111].into_iter().map(ordinal).collect();
        assert_eq!(all.join(" "), "1st 2nd 3rd 5th 11th 12th 13th 21st 111th");
    }

    #[test]
    fn cuts_by_terminal_cells() {
        assert_eq!(width("中国 a"), 6);
        assert_eq!(cut_end("TransTeleCom", 8), "TransT..");
        assert_eq!(cut_end("中国联通", 7), "中国..");
        for (room, text) in [(14, "..20485 131279"), (13, "..131279"), (16, "..20485 131279"), (7, "..")] {
            assert_eq!(cut_start("3356 20485 131279", room), text);
        }
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
    }
}
