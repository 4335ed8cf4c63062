//! Flags in words: the letter that a table shows, and the sentence below it that explains it.

use crate::model::{Flag, Flags};

/// The letter in a table's `notes` column.
const fn letter(flag: Flag) -> char {
    match flag {
        Flag::Ambiguous => 'a',
        Flag::AsTrans => 't',
        Flag::Clock => 'c',
        Flag::Direct => 'd',
        Flag::Excerpt => 'e',
        Flag::Gap => 'g',
        Flag::GuessedPathIds => 'i',
        Flag::NoBaseline => 'n',
        Flag::OriginConflict => 'o',
        Flag::PeerLike => 'y',
        Flag::Poisoned => 'p',
        Flag::PrivateNeighbour => 'v',
        Flag::ReservedNeighbour => 'r',
        Flag::RouteServer => 's',
        Flag::SamePeerTwice => '2',
        Flag::Sampled => 'm',
        Flag::SinglePeer => '1',
        Flag::Skipped => 'x',
        Flag::Stuck => 'k',
        Flag::WiderBounds => 'w',
    }
}

/// What the flag tells the reader of a result.
const fn meaning(flag: Flag) -> &'static str {
    match flag {
        Flag::Ambiguous => "the path ends in a set of several ASes, so origin and upstream are unknown",
        Flag::AsTrans => "AS23456 stands for an AS number that the session could not carry",
        Flag::Clock => "a record of this boundary lies more than 5 minutes outside the time of its file",
        Flag::Direct => "the origin itself is the collector's peer, or nothing stands before it in the path",
        Flag::Excerpt => "a RIB dump behind it lacks records or peers, so it proves what it shows and nothing of what it lacks",
        Flag::Gap => "part of the data behind the row is missing or damaged; routes are assumed to stand until contradicted",
        Flag::GuessedPathIds => {
            "a record has path ids (add-path), or none, against what its type says; it cannot be read otherwise"
        }
        Flag::NoBaseline => "no RIB dump of the collector comes before, so presence is proven and the beginning is not",
        Flag::OriginConflict => "another origin announces the prefix at the same time",
        Flag::PeerLike => {
            "only the upstream's own sessions show it, so nothing tells a provider from a peer that keeps it to itself"
        }
        Flag::Poisoned => "the origin also stands further left in the path",
        Flag::PrivateNeighbour => "the upstream is a private AS number",
        Flag::ReservedNeighbour => "the upstream is a reserved AS number",
        Flag::RouteServer => "the path does not begin with its peer's AS number, as with a route server",
        Flag::SamePeerTwice => "a RIB record holds several routes of one peer without path ids; all are kept",
        Flag::Sampled => "a collector has RIB dumps only, and nothing is known between them",
        Flag::SinglePeer => "no more than one peer saw it at a time",
        Flag::Skipped => "an AS that was to be passed over stands between origin and upstream",
        Flag::Stuck => "few peers kept the route long after all others withdrew it",
        Flag::WiderBounds => "another peer may have started earlier or left later than the times shown",
    }
}

/// The flags as letters, in the order of their words.
pub fn letters(flags: Flags) -> String {
    flags.iter().map(letter).collect()
}

/// `Notes: g gap, w wider-bounds.`; nothing without flags.
pub fn legend(flags: Flags) -> Option<String> {
    let all: Vec<String> = flags.iter().map(|f| format!("{} {}", letter(f), f.text())).collect();
    (!all.is_empty()).then(|| format!("Notes: {}.", all.join(", ")))
}

/// One sentence a flag.
pub fn explained(flags: Flags) -> impl Iterator<Item = String> {
    flags.iter().map(|f| format!("{}: {}.", f.text(), meaning(f)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_flag_has_its_own_letter() {
        let letters: BTreeSet<char> = Flag::ALL.iter().copied().map(letter).collect();
        assert_eq!(letters.len(), Flag::ALL.len());
    }
}
