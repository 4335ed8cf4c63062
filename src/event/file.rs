//! What one archive file says of the target, before collectors are put together.

use std::fmt;
use std::net::IpAddr;
use std::ops::AddAssign;
use std::str::FromStr;
use std::sync::Arc;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::model::{AsPath, Asn, Few, SessionState, Time};
use crate::mrt::{Damage, RawRecord};
use crate::target::Keep;

/// Names a record by content (rule 19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Digest(pub [u8; 6]);

impl Digest {
    /// Of a whole record, header included: the first 6 bytes of its SHA-256.
    pub fn of(record: &[u8]) -> Self {
        let mut first = [0; 6];
        for (to, from) in first.iter_mut().zip(Sha256::digest(record)) {
            *to = from;
        }
        Digest(first)
    }
}

impl fmt::Display for Digest {
    /// Twelve hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The text is no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a record's digest has twelve hexadecimal digits")]
pub struct ParseDigestError;

impl FromStr for Digest {
    type Err = ParseDigestError;

    /// Twelve hexadecimal digits of either case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ParseDigestError);
        }
        let all = u64::from_str_radix(text, 16).map_err(|_| ParseDigestError)?;
        let [_, _, digest @ ..] = all.to_be_bytes();
        Ok(Digest(digest))
    }
}

/// A peer as a file names it: address and AS number, which may be 0 or 23456 (rule 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FilePeer {
    /// The peer's address.
    pub ip: IpAddr,
    /// The peer's AS number as written.
    pub asn: Asn,
}

/// A watched record of an update file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// The record's time, with microseconds where the record has them.
    pub time: Time,
    /// The session.
    pub peer: FilePeer,
    /// What it says.
    pub message: Message,
    /// Its content's name.
    pub digest: Digest,
}

/// What a watched record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// Watched routes only; withdrawals overridden by an announcement of the same message are left out (rule 5).
    Update {
        /// Prefix, path id (0 without add-path), normalised path.
        announced: Few<(IpNet, u32, Arc<AsPath>)>,
        /// Prefix and path id.
        withdrawn: Few<(IpNet, u32)>,
        /// The announcements were malformed and read as withdrawals (RFC 7606).
        treated_as_withdrawn: bool,
        /// There are path ids, or none, against what the record's type says: it cannot be read otherwise.
        guessed_path_ids: bool,
    },
    /// Something that cannot be read and may concern any watched route of the peer: what is known of them ends here (rule 20). It may
    /// follow what could be read of the same record.
    Unreadable,
    /// A session state change, whoever the peer.
    State {
        /// The state left, 1 to 8.
        old: u16,
        /// The state entered.
        new: SessionState,
    },
}

/// One table dump: the RIB records of a file, or some of them if the file holds several dumps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDump {
    /// Time of the first RIB or peer-index record.
    pub begin: Time,
    /// Time of the last RIB record.
    pub end: Time,
    /// The first of them (the peer index where there is one).
    pub first: Digest,
    /// RIB records in the dump (for `TABLE_DUMP` v1: prefixes): its size, by which neighbours are compared.
    pub size: u64,
    /// Whether any IPv4 and any IPv6 record was there.
    pub families: [bool; 2],
    /// Why the dump cannot be trusted as a whole (rule 8), if it cannot.
    pub broken: Option<String>,
    /// By their numbers RIB records are missing, or a watched one names a peer that the index lacks: the dump proves what it shows,
    /// never what it lacks.
    pub excerpt: bool,
    /// The highest IPv4 and the highest IPv6 prefix of any record: where the order is that of prefixes, the last one.
    pub last: [Option<IpNet>; 2],
    /// Every peer of the peer index (v1: of the records), used or not.
    pub peers: Vec<FilePeer>,
    /// Peers with entries in the sample of rule 15: sampled IPv4 and IPv6 prefixes that each holds. Sorted by peer.
    pub sample: Vec<(FilePeer, [u32; 2])>,
    /// Records of watched prefixes, in file order.
    pub records: Vec<DumpRecord>,
}

/// One watched prefix in a dump (v1: one peer's entry).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DumpRecord {
    /// The record's time.
    pub time: Time,
    /// The prefix.
    pub prefix: IpNet,
    /// Its content's name.
    pub digest: Digest,
    /// Peer, path id, normalised path. Where the record has no path ids, the routes of a peer that has several are numbered from 0.
    pub entries: Vec<(FilePeer, u32, Arc<AsPath>)>,
    /// Peers with several routes, though the record has no path ids. Sorted.
    pub repeated: Vec<FilePeer>,
}

/// Counts of what was met and could not be used as it stood (rule 20). Only watched records count, so that the way of reading does not
/// matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCounts {
    /// Watched records read as withdrawals because an attribute was malformed.
    pub treated_as_withdrawn: u64,
    /// Records of watched bytes that could not be decoded at all and were left out, and messages whose end is missing.
    pub quarantined: u64,
    /// Entries of watched RIB records that name a peer which the peer index lacks.
    pub unknown_peers: u64,
    /// Watched RIB records without path ids in which a peer has several routes.
    pub repeated_peers: u64,
    /// Watched messages that have path ids, or none, against what their record's type says.
    pub guessed_path_ids: u64,
}

impl AddAssign for FileCounts {
    fn add_assign(&mut self, more: Self) {
        self.treated_as_withdrawn += more.treated_as_withdrawn;
        self.quarantined += more.quarantined;
        self.unknown_peers += more.unknown_peers;
        self.repeated_peers += more.repeated_peers;
        self.guessed_path_ids += more.guessed_path_ids;
    }
}

impl FileEvents {
    /// Every peer that a watched record, a state record or the peer index names.
    pub fn peers(&self) -> impl Iterator<Item = FilePeer> + '_ {
        let in_dumps = self.dumps.iter().flat_map(|d| &d.peers);
        self.records.iter().map(|r| &r.peer).chain(in_dumps).copied()
    }

    /// The file did not stay as it was: what could be read of it stands, and nothing is known of what it lacks.
    pub fn distrust(&mut self, reason: &str) {
        for dump in &mut self.dumps {
            dump.broken.get_or_insert_with(|| reason.to_owned());
        }
        self.damage = vec![Damage::throughout(reason.to_owned())];
    }

    /// Every prefix that a watched record announces.
    pub fn prefixes(&self) -> impl Iterator<Item = IpNet> + '_ {
        let announced = self.records.iter().flat_map(|record| match &record.message {
            Message::Update { announced, .. } => &announced[..],
            Message::Unreadable | Message::State { .. } => &[],
        });
        let in_dumps = self.dumps.iter().flat_map(|dump| &dump.records).filter(|record| !record.entries.is_empty());
        announced.map(|(prefix, ..)| *prefix).chain(in_dumps.map(|record| record.prefix))
    }
}

/// Records of a known type that are not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unread {
    /// The MRT type.
    pub kind: u16,
    /// The MRT subtype.
    pub subtype: u16,
    /// How many.
    pub count: u64,
}

/// All that one file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEvents {
    /// Time of the first record of any kind in file order.
    pub first: Option<Time>,
    /// Time of the last whole record in file order.
    pub last: Option<Time>,
    /// From when to when a text speaks, if its name does not tell; of MRT files what they cover follows from their names and records.
    pub covers: Option<(Time, Time)>,
    /// Whether the file holds BGP messages or state changes (watched or not).
    pub has_updates: bool,
    /// Watched records, in file order.
    pub records: Vec<FileRecord>,
    /// The table dumps, in file order.
    pub dumps: Vec<FileDump>,
    /// Times of unreadable records that may concern a watched route of some peer: not even the peer can be read.
    pub unreadable: Vec<Time>,
    /// Damaged stretches, in order.
    pub damage: Vec<Damage>,
    /// Rule 20.
    pub counts: FileCounts,
    /// What is known and not read, by type; as far as the way of reading meets it.
    pub unread: Vec<Unread>,
    /// The original bytes of the records behind all this, in file order, if the watch asks for them.
    #[serde(skip)]
    pub kept: Vec<KeptRecord>,
}

/// The original bytes of a record, header included, and where they stood in the uncompressed stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRecord {
    /// Offset of the first byte (within what was inverted, where a shortcut was taken).
    pub offset: u64,
    /// The record.
    pub bytes: Vec<u8>,
}

impl KeptRecord {
    /// A copy of a record, if the watch asks for it.
    pub fn of(record: &RawRecord<'_>, keep: Keep) -> Option<KeptRecord> {
        (keep == Keep::Bytes).then(|| KeptRecord { offset: record.offset, bytes: record.bytes.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn millions_of_records_are_small() {
        assert_eq!([size_of::<FileRecord>(), size_of::<crate::model::Event>()], [104, 80]);
    }

    #[test]
    fn digests_are_read_as_they_are_written() {
        let digest = Digest::of(b"record");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert_eq!(digest.to_string().to_uppercase().parse(), Ok(digest));
        for text in ["", "54c8c87e681", "54c8c87e681bb", "54c8c87e681g", "+4c8c87e681b"] {
            assert_eq!(text.parse::<Digest>(), Err(ParseDigestError), "{text}");
        }
    }
}
