//! What is claimed: who published it, of which route, and when.

use ipnet::IpNet;

use crate::model::{Asn, Span, Time};

/// A file of claims.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// What they are about, in words.
    pub title: String,
    /// What is watched (rule 4): the prefixes of the claims and those that `*` stands for.
    pub prefixes: Vec<IpNet>,
    /// ASes of the same house as the origins: never their upstreams.
    pub siblings: Vec<Asn>,
    /// In the order of the file; a claim of several prefixes is one for each, of the same number.
    pub claims: Vec<Claim>,
}

/// One claim of one prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its place in the file, from 1.
    pub number: usize,
    /// As published, in words.
    pub text: String,
    /// Who says so.
    pub source: String,
    /// What is said to have happened.
    pub what: Claimed,
    /// `None`: the target as a whole.
    pub prefix: Option<IpNet>,
    /// Whose routes.
    pub origin: Asn,
    /// Through whom; `None`: anyone.
    pub upstream: Option<Asn>,
    /// Of [`Claimed::Only`]: all that may be there, sorted; else none.
    pub upstreams: Vec<Asn>,
    /// At which hop: 1 is next to the origin.
    pub hop: usize,
    /// When.
    pub when: When,
}

/// What a claim can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// The upstream appeared: an episode began.
    Gained,
    /// The upstream went: an episode ended.
    Lost,
    /// A route was there.
    Present,
    /// No route was there.
    Absent,
    /// In a whole span no upstream was there but these.
    Only,
    /// The last route went.
    OutageBegins,
    /// The first route came back.
    OutageEnds,
    /// A message announced the route where none had before; no baseline is needed.
    Announced,
    /// A message announced a path that repeats the origin where none had before; no baseline is needed.
    Prepended,
}

impl Claimed {
    /// All of them.
    pub const ALL: [Claimed; 9] = [
        Claimed::Gained,
        Claimed::Lost,
        Claimed::Present,
        Claimed::Absent,
        Claimed::Only,
        Claimed::OutageBegins,
        Claimed::OutageEnds,
        Claimed::Announced,
        Claimed::Prepended,
    ];

    /// The word in a claim and in the `what` column.
    pub const fn text(self) -> &'static str {
        match self {
            Claimed::Gained => "gained",
            Claimed::Lost => "lost",
            Claimed::Present => "present",
            Claimed::Absent => "absent",
            Claimed::Only => "only",
            Claimed::OutageBegins => "outage-begins",
            Claimed::OutageEnds => "outage-ends",
            Claimed::Announced => "announced",
            Claimed::Prepended => "prepended",
        }
    }

    /// Whether it speaks of a state and not of a moment.
    pub const fn is_state(self) -> bool {
        matches!(self, Claimed::Present | Claimed::Absent)
    }
}

/// When it is said to have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Once, at this time, give or take so many microseconds.
    At {
        /// The published time.
        time: Time,
        /// Microseconds to either side that still agree.
        tolerance: i64,
    },
    /// So many times within a span.
    Within {
        /// The published span; its end counts too.
        span: Span,
        /// How often.
        count: usize,
    },
    /// All the time.
    Throughout {
        /// The span; its end counts too.
        span: Span,
    },
}

impl When {
    /// The span in which the data must speak: half-open, one microsecond longer than what agrees.
    pub fn window(self) -> Span {
        match self {
            When::At { time, tolerance } => {
                Span { from: time.plus_micros(-tolerance), until: time.plus_micros(tolerance.saturating_add(1)) }
            }
            When::Within { span, .. } | When::Throughout { span } => Span { from: span.from, until: span.until.plus_micros(1) },
        }
    }

    /// The published time, or the beginning of the published span.
    pub fn time(self) -> Time {
        match self {
            When::At { time, .. } => time,
            When::Within { span, .. } | When::Throughout { span } => span.from,
        }
    }
}
