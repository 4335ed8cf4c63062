//! What is watched (rule 4): prefixes decide, origins classify. Names are decoration.

mod delegated;
pub mod names;
mod origin_file;
mod profile;
mod settings;
mod watch;

pub use delegated::{Delegated, delegated_of, read_delegated};
pub use names::{Names, names_of, read_names};
pub use origin_file::{origins_of, read_origins};
pub use profile::{Profile, prefixes_of, read_prefixes};
pub use settings::{SettingsError, Shelf, asn_of};
pub use watch::{Keep, Watch, covering};
