//! The first run-length stage of bzip2: four equal bytes are followed by a byte that says how many more there are.

use super::error::Bz2Error;

/// Equal bytes after which a count follows.
pub const RUN: usize = 4;

/// Appends to `output` what `text`, which begins at a block's start or behind a whole run, stands for.
///
/// It may be a part of a block's text, so a run's four bytes at the very end may lack their count.
pub fn decode_into(text: &[u8], output: &mut Vec<u8>) {
    // What there is of it is there, counted or not.
    let _ = decode_within(text, usize::MAX, output);
}

/// Whether all of something was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// All.
    Whole,
    /// A part: it is longer than asked for.
    TooLong,
}

/// As [`decode_into`], of all of a block's text, in which every run has its count; stops where `output` becomes longer than `most`.
pub fn decode_within(text: &[u8], most: usize, output: &mut Vec<u8>) -> Result<Fit, Bz2Error> {
    output.reserve(text.len());
    let mut rest = text;
    while let Some(at) = find_run(rest) {
        if output.len() > most {
            return Ok(Fit::TooLong);
        }
        let (plain, behind) = rest.split_at(at + RUN);
        output.extend_from_slice(plain);
        let (Some(byte), Some((count, behind))) = (plain.last(), behind.split_first()) else { return Err(Bz2Error::Uncounted) };
        output.resize(output.len() + usize::from(*count), *byte);
        rest = behind;
    }
    output.extend_from_slice(rest);
    Ok(if output.len() > most { Fit::TooLong } else { Fit::Whole })
}

/// Where the first four equal bytes begin.
fn find_run(text: &[u8]) -> Option<usize> {
    const LANES: usize = 32;
    let mut from = 0;
    while let Some(window) = text.get(from..).and_then(<[u8]>::first_chunk::<{ LANES + RUN - 1 }>) {
        let run_here = |at: usize| window[at] == window[at + 1] && window[at] == window[at + 2] && window[at] == window[at + 3];
        // Without short-circuits, so that the compiler looks at all lanes at once.
        let any = (0..LANES).fold(0u8, |any, at| {
            let differ = (window[at] ^ window[at + 1]) | (window[at] ^ window[at + 2]) | (window[at] ^ window[at + 3]);
            any | u8::from(differ == 0)
        });
        if any != 0 {
            return (0..LANES).find(|at| run_here(*at)).map(|at| from + at);
        }
        from += LANES;
    }
    text.get(from..)?.windows(RUN).position(|run| run.iter().all(|byte| *byte == run[0])).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &[u8]) -> Vec<u8> {
        let mut output = Vec::new();
        decode_into(text, &mut output);
        output
    }

    #[test]
    fn counts_stand_for_bytes() {
        let cases: [(&[u8], &[u8]); 7] = [
            (b"", b""),
            (b"abc", b"abc"),
            (b"aaa", b"aaa"),
            (b"aaaa\0b", b"aaaab"),
            (b"aaaa\x02aaaa\0", b"aaaaaaaaaa"),
            (b"xaaaa\x01", b"xaaaaa"),
            (b"aaaa", b"aaaa"),
        ];
        for (text, plain) in cases {
            assert_eq!(decoded(text), plain, "{text:?}");
        }
    }

    #[test]
    fn long_runs_are_told_before_they_fill_memory() {
        let text = b"aaaa\xff".repeat(1000);
        let mut output = Vec::new();
        assert_eq!(decode_within(&text, 1000, &mut output), Ok(Fit::TooLong));
        assert!(output.len() < 2000);
        output.clear();
        assert_eq!(decode_within(&text, 259_000, &mut output), Ok(Fit::Whole));
        assert_eq!(output.len(), 259_000);
    }

    /// As libbz2 sees it.
    #[test]
    fn a_block_that_ends_without_a_runs_count_is_damaged() {
        for (text, plain) in [(&b"aaaa"[..], &b"aaaa"[..]), (b"baaaa", b"baaaa"), (b"aaaa\0bbbb", b"aaaabbbb")] {
            assert_eq!(decode_within(text, usize::MAX, &mut Vec::new()), Err(Bz2Error::Uncounted));
            assert_eq!(decoded(text), plain);
        }
    }

    #[test]
    fn a_count_does_not_begin_a_run() {
        assert_eq!(decoded(b"\x02\x02\x02\x02\x02\x02\x02\x02!"), [[2; 9].as_slice(), b"!"].concat());
    }

    #[test]
    fn runs_are_found_at_every_place() {
        for before in 0..80u8 {
            let mut text: Vec<u8> = (0..before).collect();
            text.extend([200; 4]);
            text.extend([3, 1, 2]);
            let mut plain: Vec<u8> = (0..before).collect();
            plain.extend([200; 7]);
            plain.extend([1, 2]);
            assert_eq!(decoded(&text), plain);
        }
    }
}
