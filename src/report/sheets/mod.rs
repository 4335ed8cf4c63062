//! The sheets: one file a command. Column names and their order are a contract (docs/output-formats.md); new ones go to the end.

mod cells;
mod changes;
mod check;
mod columns;
mod first;
mod inventory;
mod marks;
mod routes;
mod summary;
mod timeline;
mod visibility;

#[cfg(test)]
pub(crate) mod fixture;

use super::context::Context;
use super::remark;
use super::sheet::Kind;
use crate::model::Flags;

pub use changes::changes;
pub use check::check;
pub use columns::columns;
pub use first::{first, never};
pub use inventory::{InventoryKind, InventoryRow, inventory};
pub use routes::{Intervals, RouteSink, RouteTotals, route_flags, routes};
pub use summary::summary;
pub use timeline::timeline;
pub use visibility::{visibility, wide};

/// The columns of every command's rows, in order: what `help columns` and docs/output-formats.md explain.
pub const ALL: &[(&str, &[(&str, Kind)])] = &[
    ("timeline", timeline::COLUMNS),
    ("summary", summary::COLUMNS),
    ("summary-by-origin", summary::COLUMNS_BY_ORIGIN),
    ("changes", changes::COLUMNS),
    ("first", first::COLUMNS),
    ("visibility", visibility::COLUMNS),
    ("routes", routes::COLUMNS),
    ("inventory", inventory::COLUMNS),
    ("check", check::COLUMNS),
    ("columns", columns::COLUMNS),
];

/// Ends every result's caveats.
const PATHS_ONLY: &str = "BGP shows announced paths, not cables and not traffic shares.";

/// What a result cannot say: missing data, then each flag that occurs, then what no routing data can show.
fn caveats(context: &Context, flags: Flags) -> Vec<String> {
    let mut all = context.missing();
    all.extend(remark::explained(flags));
    all.push(PATHS_ONLY.to_owned());
    all
}
