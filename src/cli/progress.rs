//! Progress on standard error: files, bytes, rate, time left. Only on a terminal, unless asked for.

use std::io::{self, BufReader, IsTerminal, Read};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::When;

/// A bar over the compressed bytes of all files.
pub struct Progress {
    bar: ProgressBar,
    files: u64,
}

impl Progress {
    /// For that many files and bytes.
    pub fn new(when: When, files: usize, bytes: u64) -> Self {
        let target = match when {
            When::Never => ProgressDrawTarget::hidden(),
            When::Auto if !io::stderr().is_terminal() => ProgressDrawTarget::hidden(),
            When::Auto | When::Always => ProgressDrawTarget::stderr(),
        };
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        let style = "{msg} files  {bytes}/{total_bytes}  [{bar:30}]  {binary_bytes_per_sec}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style.progress_chars("=> "));
        }
        let progress = Progress { bar, files: files as u64 };
        progress.say(0);
        progress
    }

    fn say(&self, done: u64) {
        self.bar.set_message(format!("{done}/{}", self.files));
    }

    /// That many files are done.
    pub fn done(&self, files: usize) {
        self.say(files as u64);
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
