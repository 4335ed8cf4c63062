//! Reads big-endian fields off a byte slice; every read says `None` when the bytes are not there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{AsLen, Family};
use crate::model::Asn;

/// What is left of a byte slice.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    /// Starts at the first byte.
    #[inline]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Cursor(bytes)
    }

    /// The bytes not read yet.
    #[inline]
    pub const fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// Whether all is read.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next `count` bytes.
    #[inline]
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }

    /// The next byte.
    #[inline]
    pub fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// The next 2 bytes.
    #[inline]
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// The next 4 bytes.
    #[inline]
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// The next 4 bytes as an address.
    #[inline]
    pub fn ipv4(&mut self) -> Option<IpAddr> {
        self.array::<4>().map(|octets| IpAddr::V4(Ipv4Addr::from(octets)))
    }

    /// The next 16 bytes as an address.
    #[inline]
    pub fn ipv6(&mut self) -> Option<IpAddr> {
        self.array::<16>().map(|octets| IpAddr::V6(Ipv6Addr::from(octets)))
    }

    /// The next address of a family.
    #[inline]
    pub fn ip(&mut self, family: Family) -> Option<IpAddr> {
        match family {
            Family::V4 => self.ipv4(),
            Family::V6 => self.ipv6(),
        }
    }

    /// The next AS number.
    #[inline]
    pub fn asn(&mut self, len: AsLen) -> Option<Asn> {
        match len {
            AsLen::Two => self.u16().map(|asn| Asn(asn.into())),
            AsLen::Four => self.u32().map(Asn),
        }
    }
}
