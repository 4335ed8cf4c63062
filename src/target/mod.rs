//! What is watched (rule 4): prefixes decide, origins classify.

mod watch;

pub use watch::Watch;
