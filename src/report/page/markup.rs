//! Text and numbers as HTML and XML take them alike.

use std::fmt::Write as _;

pub use crate::escape::markup as text;

/// A length in drawing units, at most one decimal.
pub fn n(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    // No `-0`.
    format!("{}", rounded + 0.0)
}

/// Adds formatted text; a string takes all.
macro_rules! push {
    ($out:expr, $($arg:tt)*) => {{ let _ = ::std::fmt::Write::write_fmt($out, format_args!($($arg)*)); }};
}
pub(super) use push;

/// The mean width of a glyph of the drawings' fonts, semi-bold digits included, in parts of its size.
const GLYPH: f64 = 0.6;

/// Roughly how wide a text of that size in pixels is drawn.
pub fn drawn_width(text: &str, size: f64) -> f64 {
    crate::report::text::width(text) as f64 * size * GLYPH
}

/// A text cut to so many units.
pub fn fitted(text: &str, size: f64, room: f64) -> String {
    let cells = (3..1000_usize).take_while(|cells| *cells as f64 * size * GLYPH <= room).last().unwrap_or(3);
    crate::report::text::cut_end(text, cells).into_owned()
}

/// Bytes in base64 (RFC 4648), for the script's hash in the page's content policy.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |all, b| all << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let letter = char::from(LETTERS[(word >> (18 - 6 * at) & 63) as usize]);
            let _ = write!(out, "{}", if at <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, short) in [(12.0, "12"), (12.345, "12.3"), (-0.01, "0"), (1e3, "1000")] {
            assert_eq!(n(value), short);
        }
        for (bytes, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(base64(bytes.as_bytes()), encoded);
        }
    }
}
