//! `columns`: what every column of every command means.

use super::{ALL, cells};
use crate::report::columns::{meaning, type_name};
use crate::report::sheet::{Cell, Kind, Sheet};

pub(super) const COLUMNS: &[(&str, Kind)] = &[
    ("result", Kind::Text),
    ("column", Kind::Text),
    ("type", Kind::Text),
    ("unit", Kind::Text),
    ("meaning", Kind::Text),
    ("example", Kind::Text),
];

/// The sheet of `columns`: all of them, or those of one command.
pub fn columns(of: Option<&str>) -> Sheet<'static> {
    let wanted = ALL.iter().filter(|(sheet, _)| of.is_none_or(|of| of == *sheet));
    let row = |sheet: &str, name: &str, kind: Kind| {
        let told = meaning(sheet, name).map_or([""; 3], |m| [m.unit, m.meaning, m.example]);
        let cells = [sheet, name, type_name(kind)].into_iter().chain(told);
        cells.map(|text| if text.is_empty() { Cell::Empty } else { cells::text(text) }).collect()
    };
    let rows = wanted.flat_map(|(sheet, list)| list.iter().map(|(name, kind)| row(sheet, name, *kind)));
    Sheet { name: "columns", columns: cells::columns(COLUMNS), rows: rows.collect::<Vec<_>>().into(), ..Sheet::default() }
}
