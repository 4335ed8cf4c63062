//! What is watched (rule 4): prefixes decide, origins classify. Names are decoration.

mod profile;
mod watch;

pub use profile::{Profile, ProfileError, read_names, read_prefixes};
pub use watch::{Keep, Watch};
