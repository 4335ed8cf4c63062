//! From a block's symbols to the last column of its Burrows-Wheeler matrix: runs and move-to-front undone in one pass.
//!
//! Almost every symbol is a run digit or names one of the eight most recent byte values. Both are handled by the same
//! straight line of code, because a mispredicted branch costs more than all of it: the eight values live in one word,
//! a run digit is a move of the front value to the front, and each symbol writes a whole splat of the front value, of
//! which only `count` bytes are kept.

use super::bits::Bits;
use super::error::Bz2Error;
use super::header::Codes;
use super::huffman::{END, GROUP, Group, INVALID, RUN_B};

/// Bytes written per symbol, whether kept or not.
pub const SPLAT: usize = 32;
/// Values that the front word holds.
const FRONT: usize = 8;
/// Values behind the front that are moved without a call.
const CLOSE: usize = 32;
/// Last symbol that names one of them: two run digits come first, which both stand for the front.
const NEAR: u16 = 8;

/// The move-to-front list: the most recent values in a word (most recent lowest), the others behind.
struct Recent {
    front: u64,
    /// Indexed like the whole list; the first eight are unused.
    rest: [u8; 256],
}

impl Recent {
    fn new(values: &[u8]) -> Self {
        let mut rest = [0; 256];
        for (to, from) in rest.iter_mut().zip(values) {
            *to = *from;
        }
        let mut front = [0; FRONT];
        front.copy_from_slice(&rest[..FRONT]);
        Self { front: u64::from_le_bytes(front), rest }
    }
}

/// Moves the value at `index`, below eight, to the front.
#[inline]
fn to_front(front: u64, index: u32) -> u64 {
    let shift = index * 8;
    let moved = (0x100u64 << shift).wrapping_sub(1);
    (front & !moved) | ((front << 8) & moved) | (front >> shift & 0xFF)
}

#[inline]
fn chunk<const N: usize>(list: &[u8; 256], from: usize) -> [u8; N] {
    list.get(from..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
}

#[inline]
fn put<const N: usize>(list: &mut [u8; 256], at: usize, bytes: [u8; N]) {
    if let Some(place) = list.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *place = bytes;
    }
}

/// Moves the value at `index`, eight or above, to the front.
#[inline]
fn to_front_from_afar(front: u64, rest: &mut [u8; 256], index: usize) -> u64 {
    let index = index & 255;
    let value = rest[index];
    let [.., pushed_out] = front.to_le_bytes();
    if index < FRONT + CLOSE {
        // A move of fixed size needs no call, but goes too far: what it overwrites behind the index is put back.
        let behind: [u8; CLOSE] = chunk(rest, index + 1);
        let moved: [u8; CLOSE] = chunk(rest, FRONT);
        put(rest, FRONT + 1, moved);
        put(rest, index + 1, behind);
    } else {
        // From the far end; the nearest, which overlaps with others, last.
        let nearest: [u8; CLOSE] = chunk(rest, FRONT);
        let mut end = index;
        while end > FRONT + CLOSE {
            let moved: [u8; CLOSE] = chunk(rest, end - CLOSE);
            put(rest, end - CLOSE + 1, moved);
            end -= CLOSE;
        }
        put(rest, FRONT + 1, nearest);
    }
    rest[FRONT] = pushed_out;
    front << 8 | u64::from(value)
}

/// What decoding a block's symbols yields, beside the column itself.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// Offset of the bit behind the block.
    pub end_bit: usize,
    /// Length of the last column, which is the number of rows of the matrix.
    pub rows: usize,
    /// How often each byte value occurs.
    pub counts: [u32; 256],
}

/// Where a group of symbols leaves a block.
enum Progress {
    /// The block goes on.
    More,
    /// The symbol at this place of the group ended the block.
    Ended(usize),
}

/// A last column in the making.
struct Column<'a> {
    /// The block's bytes so far, then room; the last [`SPLAT`] bytes are never kept.
    room: &'a mut [u8],
    length: usize,
    counts: [u32; 256],
    recent: Recent,
    /// Digits of the run under way.
    digits: u32,
}

/// Decodes the symbols at bit `offset` into `room`: as many bytes as the block's level allows and [`SPLAT`] more.
pub fn decode_symbols(bits: Bits<'_>, codes: &Codes, mut offset: usize, room: &mut [u8]) -> Result<Decoded, Bz2Error> {
    let mut column = Column { room, length: 0, counts: [0; 256], recent: Recent::new(&codes.values), digits: 0 };
    let mut group: Group = [0; 64];
    for selector in &codes.selectors {
        let table = codes.tables.get(usize::from(*selector)).ok_or(Bz2Error::Selector)?;
        let next = table.decode(bits, offset, &mut group);
        // Zeros are decoded behind the end of the data, and may be wrong in any way.
        let progress = column.apply(&group).map_err(|damage| if next > bits.len() { Bz2Error::Truncated } else { damage });
        match progress? {
            Progress::More => offset = next,
            Progress::Ended(at) => {
                let end_bit = table.skip(bits, offset, at + 1);
                if end_bit > bits.len() {
                    return Err(Bz2Error::Truncated);
                }
                return Ok(Decoded { end_bit, rows: column.length, counts: column.counts });
            }
        }
        if offset > bits.len() {
            return Err(Bz2Error::Truncated);
        }
    }
    Err(Bz2Error::NoEnd)
}

impl Column<'_> {
    /// Adds what a group of symbols says. What changes with every symbol is kept in local variables, which is faster.
    fn apply(&mut self, group: &Group) -> Result<Progress, Bz2Error> {
        let overflow = Bz2Error::Overflow(self.limit());
        let (mut front, mut length, mut digits) = (self.recent.front, self.length, self.digits);
        for (at, &symbol) in group[..GROUP].iter().enumerate() {
            let count = if symbol > NEAR {
                if symbol >= INVALID {
                    self.length = length;
                    return self.leave(symbol, at);
                }
                front = to_front_from_afar(front, &mut self.recent.rest, usize::from(symbol) - 1);
                digits = 0;
                *self.room.get_mut(length).ok_or(overflow)? = front.to_le_bytes()[0];
                1
            } else {
                let symbol = u32::from(symbol);
                front = to_front(front, symbol.saturating_sub(1));
                let splat = self.room.get_mut(length..).and_then(<[u8]>::first_chunk_mut::<SPLAT>).ok_or(overflow)?;
                *splat = [front.to_le_bytes()[0]; SPLAT];
                let is_digit = symbol <= u32::from(RUN_B);
                let count = if is_digit { (symbol + 1) << digits } else { 1 };
                digits = if is_digit { digits + 1 } else { 0 };
                if count as usize > SPLAT {
                    let run = self.room.get_mut(length..length + count as usize).ok_or(overflow)?;
                    run.fill(front.to_le_bytes()[0]);
                }
                count
            };
            self.counts[usize::from(front.to_le_bytes()[0])] += count;
            length += count as usize;
        }
        (self.recent.front, self.length, self.digits) = (front, length, digits);
        Ok(Progress::More)
    }

    #[cold]
    fn leave(&self, symbol: u16, at: usize) -> Result<Progress, Bz2Error> {
        match symbol {
            END if self.length > self.limit() => Err(Bz2Error::Overflow(self.limit())),
            END => Ok(Progress::Ended(at)),
            _ => Err(Bz2Error::Code),
        }
    }

    fn limit(&self) -> usize {
        self.room.len().saturating_sub(SPLAT)
    }
}

#[cfg(test)]
mod tests {
    use super::super::huffman::RUN_A;
    use super::*;

    #[test]
    fn values_move_to_the_front_from_every_place() {
        let values: Vec<u8> = (0..=255).rev().collect();
        let Recent { mut front, mut rest } = Recent::new(&values);
        let mut plain = values;
        for step in 0..5000usize {
            let index = step * step % 256;
            front = if index < FRONT {
                to_front(front, u32::try_from(index).unwrap())
            } else {
                to_front_from_afar(front, &mut rest, index)
            };
            plain[..=index].rotate_right(1);
            assert_eq!(front.to_le_bytes(), plain[..FRONT]);
        }
    }

    #[test]
    fn run_digits_add_up_and_a_full_block_is_told() {
        let mut room = vec![0; 100 + SPLAT];
        let mut column = Column { room: &mut room, length: 0, counts: [0; 256], recent: Recent::new(b"xyz"), digits: 0 };
        let mut group: Group = [0; 64];
        // 1 + 2*2 + 1*4 + 2*8 = 25 of x; y; z; 1 of z; then the end.
        group[..8].copy_from_slice(&[RUN_A, RUN_B, RUN_A, RUN_B, 2, 3, RUN_A, END]);
        assert!(matches!(column.apply(&group), Ok(Progress::Ended(7))));
        assert_eq!(column.length, 28);
        assert_eq!(&column.room[..28], [[b'x'; 25].as_slice(), b"yzz"].concat());
        assert_eq!((column.counts[120], column.counts[121], column.counts[122]), (25, 1, 2));
        assert_eq!(column.apply(&[RUN_B; 64]).err(), Some(Bz2Error::Overflow(100)));
    }
}
