//! Opens archive files as plain bytes, whatever their compression, and never passes a broken file off as a short one.

use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};

use flate2::{Decompress as Gunzip, FlushDecompress};
use xz4rust::{XzDecoder, XzNextBlockResult};

use super::bounded::{Bounded, Counted, LIMIT, Limit};
use super::bzip2::reader::Reader as Bunzip2;
use super::compression::{self, Compression};
use super::found::ArchiveFile;
use super::zstd::ZstdReader;

/// xz streams may ask for a dictionary of up to 4 GiB; `xz -9` makes them of 64 MiB.
const LARGEST_XZ_DICTIONARY: usize = 128 << 20;

/// Bytes that the xz decoder is given, and may give, in one call: it does not say what it decoded in a call that fails, so no more than
/// this is lost before damage.
const XZ_PIECE: usize = 4096;

/// The file's uncompressed bytes. All members or streams of it are read. What ends early, has a wrong checksum or bytes
/// after its end that belong to nothing gives an error, after all that could be decompressed before it; so does what expands as no archive
/// does ([`Bounded`]).
pub fn open(file: &ArchiveFile) -> io::Result<Box<dyn Read + Send>> {
    decompress(file.source.open_raw()?)
}

/// As [`open`], of any stream.
pub fn decompress<R: Read + Send + 'static>(raw: BufReader<R>) -> io::Result<Box<dyn Read + Send>> {
    decompress_within(raw, LIMIT)
}

fn decompress_within<R: Read + Send + 'static>(mut raw: BufReader<R>, limit: Limit) -> io::Result<Box<dyn Read + Send>> {
    let mut head = Vec::with_capacity(compression::HEAD);
    raw.by_ref().take(compression::HEAD as u64).read_to_end(&mut head)?;
    let compression = Compression::of(&head);
    let raw = Cursor::new(head).chain(raw);
    if compression == Compression::Plain {
        return Ok(Box::new(raw));
    }
    let (raw, taken) = Counted::new(raw);
    Ok(match compression {
        Compression::Plain => Box::new(raw),
        Compression::Gzip => Box::new(Bounded::new(Members::new(raw, Gzip(Gunzip::new_gzip(15))), taken, limit)),
        Compression::Bzip2 => Box::new(Bounded::new(Bunzip2::new(raw), taken, limit)),
        Compression::Xz => Box::new(Bounded::new(Members::new(raw, Xz::new()), taken, limit)),
        Compression::Zstd => Box::new(Bounded::new(ZstdReader::new(raw), taken, limit)),
    })
}

/// What one call of a decoder did.
struct Step {
    consumed: usize,
    produced: usize,
    outcome: io::Result<Progress>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Within,
    MemberEnds,
}

/// A decoder of one member (gzip) or stream (xz) at a time.
trait Decoder {
    const NAME: &'static str;
    const ZEROS: Zeros;
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step;
    fn restart(&mut self);
}

/// What zero bytes after a member mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zeros {
    /// Padding, if nothing else follows: gzip files that were on tape.
    PadTheEnd,
    /// Padding, whatever follows: xz, section 2.2 of its format.
    Pad,
}

/// Reads member after member. The libraries' own readers drop the bytes decoded in the call that meets an error; this
/// one hands them out first (of xz, all but the last [`XZ_PIECE`]), so that what precedes damage does not depend on anybody's buffer size.
struct Members<R, D> {
    raw: R,
    decoder: D,
    state: State,
}

enum State {
    Within,
    /// After a whole member.
    Between,
    Failed(ErrorKind, String),
    Ended,
}

impl<R: BufRead, D: Decoder> Members<R, D> {
    fn new(raw: R, decoder: D) -> Self {
        Self { raw, decoder, state: State::Within }
    }

    fn next_member(&mut self) -> io::Result<State> {
        let next = self.raw.fill_buf()?.first().copied();
        match next {
            None => Ok(State::Ended),
            Some(0) => self.skip_padding(),
            Some(_) => {
                self.decoder.restart();
                Ok(State::Within)
            }
        }
    }

    fn skip_padding(&mut self) -> io::Result<State> {
        loop {
            let bytes = self.raw.fill_buf()?;
            if bytes.is_empty() {
                return Ok(State::Ended);
            }
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            let more = zeros < bytes.len();
            self.raw.consume(zeros);
            if more && D::ZEROS == Zeros::Pad {
                self.decoder.restart();
                return Ok(State::Within);
            } else if more {
                return Err(io::Error::new(ErrorKind::InvalidData, format!("{}: trailing garbage after its end", D::NAME)));
            }
        }
    }

    fn decode(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let input = self.raw.fill_buf()?;
        let at_end = input.is_empty();
        let step = self.decoder.step(input, output);
        self.raw.consume(step.consumed);
        let stalled = at_end && step.produced == 0;
        match step.outcome {
            Ok(Progress::MemberEnds) => self.state = State::Between,
            Ok(Progress::Within) if stalled => {
                self.state = State::Failed(ErrorKind::UnexpectedEof, format!("{}: the file is cut short", D::NAME));
            }
            Ok(Progress::Within) => {}
            Err(error) => self.state = State::Failed(error.kind(), format!("{}: {error}", D::NAME)),
        }
        Ok(step.produced)
    }
}

impl<R: BufRead, D: Decoder> Read for Members<R, D> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if output.is_empty() {
            return Ok(0);
        }
        loop {
            match &self.state {
                State::Within => match self.decode(output)? {
                    0 => {}
                    produced => return Ok(produced),
                },
                State::Between => match self.next_member() {
                    Ok(state) => self.state = state,
                    Err(error) if error.kind() == ErrorKind::Interrupted => return Err(error),
                    Err(error) => self.state = State::Failed(error.kind(), error.to_string()),
                },
                State::Failed(kind, text) => return Err(io::Error::new(*kind, text.clone())),
                State::Ended => return Ok(0),
            }
        }
    }
}

struct Gzip(Gunzip);

impl Decoder for Gzip {
    const NAME: &'static str = "gzip";
    const ZEROS: Zeros = Zeros::PadTheEnd;

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let before = (self.0.total_in(), self.0.total_out());
        let status = self.0.decompress(input, output, FlushDecompress::None);
        Step {
            consumed: moved(self.0.total_in(), before.0),
            produced: moved(self.0.total_out(), before.1),
            outcome: match status {
                Ok(flate2::Status::StreamEnd) => Ok(Progress::MemberEnds),
                Ok(flate2::Status::Ok | flate2::Status::BufError) => Ok(Progress::Within),
                Err(error) => Err(io::Error::new(ErrorKind::InvalidData, error)),
            },
        }
    }

    fn restart(&mut self) {
        self.0 = Gunzip::new_gzip(15);
    }
}

struct Xz(Box<XzDecoder<'static>>);

impl Xz {
    fn new() -> Self {
        Self(XzDecoder::in_heap_with_alloc_dict_size(0, LARGEST_XZ_DICTIONARY))
    }
}

impl Decoder for Xz {
    const NAME: &'static str = "xz";
    const ZEROS: Zeros = Zeros::Pad;

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        // This decoder takes an empty input for a call without progress, and says so with an error.
        if input.is_empty() {
            return Step { consumed: 0, produced: 0, outcome: Ok(Progress::Within) };
        }
        let room = output.len().min(XZ_PIECE);
        match self.0.decode(input.get(..XZ_PIECE).unwrap_or(input), output.get_mut(..room).unwrap_or_default()) {
            Ok(done) => Step {
                consumed: done.input_consumed(),
                produced: done.output_produced(),
                outcome: Ok(match done {
                    XzNextBlockResult::EndOfStream(..) => Progress::MemberEnds,
                    XzNextBlockResult::NeedMoreData(..) => Progress::Within,
                }),
            },
            Err(error) => Step { consumed: 0, produced: 0, outcome: Err(io::Error::new(ErrorKind::InvalidData, error)) },
        }
    }

    fn restart(&mut self) {
        self.0.reset();
    }
}

/// What a call moved cannot exceed the buffers that it was given.
fn moved(after: u64, before: u64) -> usize {
    usize::try_from(after.saturating_sub(before)).unwrap_or(usize::MAX)
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;
