//! Progress on standard error: files, bytes, rate, time left. Only on a terminal, unless asked for.

use std::io::{self, BufReader, IsTerminal, Read};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::When;

/// What a bar is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Files come.
    Fetching,
    /// The first pass: which prefixes do the origins announce?
    Looking,
    /// Files are read.
    Reading,
}

/// A bar over the compressed bytes of all files.
pub struct Progress {
    bar: ProgressBar,
    doing: Doing,
    files: usize,
}

impl Doing {
    const fn text(self) -> &'static str {
        match self {
            Self::Fetching => "fetching",
            Self::Looking => "looking for prefixes in",
            Self::Reading => "reading",
        }
    }
}

impl Progress {
    /// For that many files and bytes.
    pub fn new(doing: Doing, when: When, files: usize, bytes: u64) -> Self {
        let target = match when {
            When::Never => ProgressDrawTarget::hidden(),
            When::Auto if !io::stderr().is_terminal() => ProgressDrawTarget::hidden(),
            When::Auto | When::Always => ProgressDrawTarget::stderr(),
        };
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        let style = "{msg} {bytes}/{total_bytes} [{wide_bar}] {binary_bytes_per_sec} {eta} left";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style.progress_chars("=> "));
        }
        let progress = Progress { bar, doing, files };
        progress.done(0);
        progress
    }

    /// That many files are done.
    pub fn done(&self, files: usize) {
        self.bar.set_message(format!("{} {files}/{} files", self.doing.text(), self.files));
    }

    /// That many files are done, and so many of them read as well.
    pub fn done_and_read(&self, files: usize, read: usize) {
        self.bar.set_message(format!("{} {files}/{} files, {read} read", self.doing.text(), self.files));
    }

    /// So many octets more are done; or, if negative, have to be done again.
    pub fn moved(&self, octets: i64) {
        if octets < 0 { self.bar.dec(octets.unsigned_abs()) } else { self.bar.inc(octets.unsigned_abs()) }
    }

    /// That many bytes need not be read.
    pub fn skip(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// Counts what is read.
    pub fn count<R: Read>(&self, inner: BufReader<R>) -> BufReader<Counting<R>> {
        BufReader::new(Counting { inner, bar: self.bar.clone() })
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A reader that tells the bar how far it is.
pub struct Counting<R> {
    inner: BufReader<R>,
    bar: ProgressBar,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bar.inc(read as u64);
        Ok(read)
    }
}
