//! Reads words: numbers, times, prefixes and labels at a place in a text, each of which must be understood to the last letter.

use crate::facts::{Facts, Told, When};

/// A place in a text. What does not fit is an error that says what stands there.
pub struct Cursor<'a> {
    rest: &'a str,
    /// The date that was said last.
    date: String,
    pub facts: &'a Facts,
}

/// What is wrong.
pub type Wrong = String;

/// The number must be this.
pub fn is(what: &str, said: usize, rows: usize) -> Result<(), Wrong> {
    same(what, &said, &rows)
}

/// What is said must be this.
pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, said: &T, rows: &T) -> Result<(), Wrong> {
    if said == rows { Ok(()) } else { Err(format!("{what}: {said:?} is said, the rows have {rows:?}")) }
}

/// Prefixes as they are told: by name, or how many.
#[derive(Debug, PartialEq, Eq)]
pub enum On {
    Named(Vec<String>),
    Count(usize),
}

const WORDS: [&str; 11] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str, facts: &'a Facts) -> Self {
        Cursor { rest: text, date: String::new(), facts }
    }

    pub fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn wrong<T>(&self, expected: &str) -> Result<T, Wrong> {
        let here: String = self.rest.chars().take(120).collect();
        Err(format!("expected {expected} at {here:?}"))
    }

    /// Whether these letters stand here; goes behind them.
    pub fn eat(&mut self, letters: &str) -> bool {
        match self.rest.strip_prefix(letters) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    pub fn sees(&self, letters: &str) -> bool {
        self.rest.starts_with(letters)
    }

    pub fn must(&mut self, letters: &str) -> Result<(), Wrong> {
        if self.eat(letters) { Ok(()) } else { self.wrong(&format!("{letters:?}")) }
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Whether something can be read here; if not, the place stays.
    pub fn maybe<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Wrong>) -> Option<T> {
        let (rest, date) = (self.rest, self.date.clone());
        let found = read(self).ok();
        if found.is_none() {
            (self.rest, self.date) = (rest, date);
        }
        found
    }

    pub fn number(&mut self) -> Result<usize, Wrong> {
        let digits = self.maybe(|c| c.take(|c| c.is_ascii_digit()).parse().map_err(|_| String::new()));
        digits.map_or_else(|| self.wrong("a number"), Ok)
    }

    /// In digits, or as a word up to ten.
    pub fn numeral(&mut self) -> Result<usize, Wrong> {
        for (count, word) in WORDS.iter().enumerate() {
            let capital = word[..1].to_uppercase() + &word[1..];
            if self.eat(&format!("{word} ")) || self.eat(&format!("{capital} ")) {
                return Ok(count);
            }
        }
        let number = self.number()?;
        self.must(" ")?;
        Ok(number)
    }

    /// `1 peer`, `2 peers`, `3 prefixes`.
    pub fn count(&mut self, noun: &str) -> Result<usize, Wrong> {
        let number = self.number()?;
        self.must(" ")?;
        self.must(&plural(number, noun))?;
        Ok(number)
    }

    fn date(&mut self) -> Result<(), Wrong> {
        let date = self.maybe(|c| {
            let date = c.take(|c| c.is_ascii_digit() || c == '-');
            if date.len() == 10 { Ok(date.to_owned()) } else { Err(String::new()) }
        });
        match date {
            Some(date) => self.date = date,
            None => return self.wrong("a date"),
        }
        Ok(())
    }

    fn clock(&mut self) -> Result<String, Wrong> {
        let clock = self.take(|c| c.is_ascii_digit() || c == ':');
        match clock.len() {
            8 => Ok(format!("{} {clock}", self.date)),
            5 => Ok(format!("{} {clock}:00", self.date)),
            _ => self.wrong("a time"),
        }
    }

    /// `2017-10-01 09:07:51 UTC`, or the time alone of the date that was said last.
    pub fn bare(&mut self) -> Result<String, Wrong> {
        if self.maybe(Self::date).is_none() {
            return self.clock();
        }
        self.must(" ")?;
        let clock = self.clock()?;
        self.must(" UTC")?;
        Ok(clock)
    }

    /// With the date and without the zone.
    pub fn full(&mut self) -> Result<String, Wrong> {
        self.date()?;
        self.must(" ")?;
        self.clock()
    }

    /// `on 2017-10-01 at 09:07:51 UTC`, `at 09:07:51`.
    pub fn at(&mut self) -> Result<String, Wrong> {
        if self.eat("on ") || self.eat("On ") {
            self.date()?;
            self.must(" at ")?;
            let clock = self.clock()?;
            self.must(" UTC")?;
            return Ok(clock);
        }
        if self.eat("at ") || self.eat("At ") { self.clock() } else { self.wrong("a moment") }
    }

    /// Any of the ways of telling a moment or its bounds.
    pub fn when(&mut self) -> Result<When, Wrong> {
        if self.eat("between ") || self.eat("Between ") {
            let from = self.bare()?;
            self.must(" and ")?;
            return Ok(When::Between(from, self.bare()?));
        }
        if self.eat("no later than ") || self.eat("No later than ") {
            return Ok(When::By(self.bare()?));
        }
        if self.eat("some time after ") {
            return Ok(When::After(self.bare()?));
        }
        Ok(When::At(self.at()?))
    }

    /// The moment must be this.
    pub fn at_is(&mut self, what: &str, rows: &str) -> Result<(), Wrong> {
        let said = self.at()?;
        same(what, &said.as_str(), &rows)
    }

    /// `1h 06m 54s`.
    pub fn duration(&mut self) -> Result<String, Wrong> {
        let mut parts: Vec<String> = Vec::new();
        while let Some(part) = self.maybe(|c| {
            if !parts.is_empty() {
                c.must(" ")?;
            }
            let digits = c.take(|c| c.is_ascii_digit());
            let unit = c.take(|c| "dhms".contains(c));
            if digits.is_empty() || unit.len() != 1 { Err(String::new()) } else { Ok(format!("{digits}{unit}")) }
        }) {
            parts.push(part);
        }
        if parts.is_empty() { self.wrong("a duration") } else { Ok(parts.join(" ")) }
    }

    pub fn prefix(&mut self) -> Result<String, Wrong> {
        if self.eat("the target as a whole") || self.eat("All prefixes") {
            return Ok("*".to_owned());
        }
        let found = self.maybe(|c| {
            let address = c.take(|c| c.is_ascii_hexdigit() || c == '.' || c == ':');
            c.must("/")?;
            Ok(format!("{address}/{}", c.number()?))
        });
        found.map_or_else(|| self.wrong("a prefix"), Ok)
    }

    /// `a, b and c`, by name or how many.
    pub fn prefixes(&mut self) -> Result<On, Wrong> {
        if let Some(count) = self.maybe(|c| c.count("prefix")) {
            return Ok(On::Count(count));
        }
        let mut all = vec![self.prefix()?];
        while let Some(next) = self.maybe(|c| {
            if !c.eat(", ") {
                c.must(" and ")?;
            }
            c.prefix()
        }) {
            all.push(next);
        }
        Ok(On::Named(all))
    }

    /// One of the upstreams that are told of.
    pub fn told(&mut self) -> Result<&'a Told, Wrong> {
        let facts = self.facts;
        let fits = facts.told.iter().filter(|told| self.sees(&told.label)).max_by_key(|told| told.label.len());
        match fits {
            Some(told) => self.must(&told.label).map(|()| told),
            None => self.wrong("an upstream of the rows"),
        }
    }

    /// Things one after another, as `a, b and c`.
    pub fn list<T>(&mut self, read: impl Fn(&mut Self) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
        let mut all = vec![read(self)?];
        while let Some(next) = self.maybe(|c| {
            if !c.eat(", ") {
                c.must(" and ")?;
            }
            read(c)
        }) {
            all.push(next);
        }
        Ok(all)
    }
}

pub fn plural(number: usize, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if number == 1 => noun.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None if noun.ends_with(['x', 's']) => format!("{noun}es"),
        None => format!("{noun}s"),
    }
}
