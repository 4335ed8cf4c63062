//! Reads Zstandard files of any number of frames. Decoded blocks younger than the frame's window are only handed out
//! with the frame's end, so damage in a frame may hide up to one window of good bytes before it; never silently.

use std::io::{self, BufRead, ErrorKind, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

pub(super) struct ZstdReader<R> {
    raw: R,
    frame: FrameDecoder,
    state: State,
}

enum State {
    Between,
    Within,
    Failed(ErrorKind, String),
}

impl<R: BufRead> ZstdReader<R> {
    pub(super) fn new(raw: R) -> Self {
        Self { raw, frame: FrameDecoder::new(), state: State::Between }
    }

    /// Starts the next frame or skips one without data.
    fn next_frame(&mut self) -> io::Result<Next> {
        if self.raw.fill_buf()?.is_empty() {
            return Ok(Next::Ended);
        }
        match self.frame.reset(&mut self.raw) {
            Ok(()) => self.state = State::Within,
            Err(error) => match skippable(&error) {
                Some(length) => self.skip(length)?,
                None => return Err(broken(error)),
            },
        }
        Ok(Next::Started)
    }

    fn skip(&mut self, length: u32) -> io::Result<()> {
        let skipped = io::copy(&mut self.raw.by_ref().take(u64::from(length)), &mut io::sink())?;
        if skipped < u64::from(length) { Err(broken(io::Error::from(ErrorKind::UnexpectedEof))) } else { Ok(()) }
    }

    fn decode(&mut self, output: &mut [u8]) -> io::Result<usize> {
        while self.frame.can_collect() == 0 {
            if self.frame.is_finished() {
                return self.end_frame();
            }
            self.frame.decode_blocks(&mut self.raw, BlockDecodingStrategy::UptoBlocks(1)).map_err(broken)?;
        }
        self.frame.read(output)
    }

    /// The library computes the checksum and leaves comparing it to its caller.
    fn end_frame(&mut self) -> io::Result<usize> {
        let stored = self.frame.get_checksum_from_data();
        if stored.is_some() && stored != self.frame.get_calculated_checksum() {
            return Err(broken(io::Error::new(ErrorKind::InvalidData, "checksum mismatch")));
        }
        self.state = State::Between;
        Ok(0)
    }
}

enum Next {
    Started,
    Ended,
}

impl<R: BufRead> Read for ZstdReader<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if output.is_empty() {
            return Ok(0);
        }
        loop {
            let done = match &self.state {
                State::Failed(kind, text) => return Err(io::Error::new(*kind, text.clone())),
                State::Within => self.decode(output),
                State::Between => match self.next_frame() {
                    Ok(Next::Ended) => return Ok(0),
                    Ok(Next::Started) => Ok(0),
                    Err(error) => Err(error),
                },
            };
            match done {
                Ok(0) => {}
                Ok(read) => return Ok(read),
                Err(error) => self.state = State::Failed(error.kind(), error.to_string()),
            }
        }
    }
}

fn skippable(error: &FrameDecoderError) -> Option<u32> {
    match error {
        FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. }) => Some(*length),
        _ => None,
    }
}

fn broken(error: impl std::error::Error + 'static) -> io::Error {
    let kind = if ends_early(&error) { ErrorKind::UnexpectedEof } else { ErrorKind::InvalidData };
    io::Error::new(kind, format!("zstd: {error}"))
}

/// Whether somewhere below lies the end of the input.
fn ends_early(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::UnexpectedEof) {
            return true;
        }
        cause = error.source();
    }
    false
}
