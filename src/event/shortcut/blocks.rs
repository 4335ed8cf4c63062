//! How a file begins: its first block, its first record.

use super::GaveUp;
use crate::archive::bzip2::decoder::Lent;
use crate::archive::bzip2::stream::{Place, Walk};
use crate::model::Time;
use crate::mrt::{Header, Kind, RawRecord};

/// Bytes that certainly hold a first record's header.
const HEAD: usize = 512;

/// The first block of a file, decoded, with the walk that goes on behind it.
pub(super) struct Opening<'a> {
    pub walk: Walk<'a>,
    pub decoder: Lent,
    /// Offset of the first block in bits.
    pub first: usize,
    /// Of the first record.
    pub kind: Kind,
    /// Of the first record.
    pub time: Time,
    /// The same in seconds, as its header has them.
    pub secs: u32,
}

impl<'a> Opening<'a> {
    pub fn read(mut walk: Walk<'a>) -> Result<Self, GaveUp> {
        let Place::Block { bit: first, .. } = walk.place() else { return Err(GaveUp) };
        let mut decoder = Lent::new();
        walk.decode_next(&mut decoder)?.ok_or(GaveUp)?;
        let mut head = Vec::new();
        decoder.invert_head_into(HEAD, &mut head);
        let header = Header::read(&head).filter(Header::is_convincing).ok_or(GaveUp)?;
        // Only its time and type are of interest; whether it is whole is seen where it is read.
        let record = RawRecord::read(&head, 0).ok_or(GaveUp)?;
        Ok(Opening { walk, decoder, first, kind: record.kind(), time: record.time, secs: header.secs })
    }
}
