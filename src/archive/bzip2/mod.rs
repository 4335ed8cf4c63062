//! bzip2 in stages: what a block holds can be asked before the costly half of its decompression.
//!
//! bzip2 compresses blocks of up to 900 kB alone: runs of four or more equal bytes get a count ([`rle`]), the text
//! becomes the last column of its sorted rotations, which is coded by move-to-front, run digits and Huffman codes.
//! Undoing the latter ([`huffman`], [`block`]) takes a fourth of the time, inverting the transform ([`invert`]) the
//! rest. But the last column can already be searched ([`search`]): it tells whether a [`pattern`] occurs in the
//! block. What lies across two blocks is seen from their ends ([`edges`], [`border`]), which a few steps in the
//! matrix of rotations ([`rank`]) spell out. So a block in which nothing is looked for is never inverted.
//!
//! | to | use |
//! |---|---|
//! | decode, search and invert one block | [`decoder::BlockDecoder`] |
//! | go through a file block by block | [`stream::Walk`] |
//! | read all of a file's bytes | [`reader::Reader`] |
//! | find a block near a place, to bisect | [`scan::Scanner::first`], then [`stream::after`] what it decodes to |
//! | do all that without the file in memory | [`octets::Octets`] |
//!
//! Why not a crate (as of 2026): `libbz2-rs-sys` and `bzip2` have no stages; `parallel_bzip2_decoder` wraps whole
//! blocks into streams for `bzip2`; `lbzip2` never has the last column as bytes, refuses randomised blocks, uses
//! unchecked accesses and brings its own thread pool.

pub mod ahead;
pub mod bits;
pub mod block;
pub mod border;
pub mod crc;
pub mod decoder;
pub mod edges;
pub mod error;
pub mod header;
pub mod huffman;
pub mod invert;
pub mod octets;
pub mod pattern;
mod random;
pub mod rank;
pub mod reader;
pub mod rle;
pub mod scan;
pub mod search;
pub mod stream;
