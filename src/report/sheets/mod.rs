//! The sheets: one file a command. Column names and their order are a contract (docs/output-formats.md); new ones go to the end.

mod cells;
mod changes;
mod check;
mod first;
mod inventory;
mod marks;
mod routes;
mod timeline;
mod visibility;

#[cfg(test)]
pub(crate) mod fixture;

pub use changes::changes;
pub use check::check;
pub use first::{first, never};
pub use inventory::{InventoryKind, InventoryRow, inventory};
pub use routes::routes;
pub use timeline::timeline;
pub use visibility::visibility;

/// Ends every result's caveats.
const PATHS_ONLY: &str = "BGP shows announced paths, not cables and not traffic shares.";
