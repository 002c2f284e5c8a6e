//! Counts what a column held: empty cells, unreadable ones, repaired ones, the values of a code list.

use std::collections::BTreeMap;

use polars::prelude::{Column, PolarsError};

use super::column::Sheet;
use super::feed::{MOST_VALUES, Tally};
use super::quarantine;
use crate::domain::dossier::{FieldKind, FieldName};
use crate::stages::load::cells::Cells;

/// Counts one typed column; the first of `built` holds the values.
pub fn of(field: FieldName, cells: &Cells, built: &[Column], sheet: &Sheet) -> Tally {
    let lost = sheet.lost.iter().filter(|(_, of, issues)| *of == field && !issues.is_empty()).count();
    let noted = sheet.repaired.iter().filter(|(_, of, _)| *of == field).count();
    let nulls = built.first().map_or(0, Column::null_count);
    let is_list = matches!(field.kind(), FieldKind::Status | FieldKind::Channel | FieldKind::Level);
    Tally {
        cells: cells.len() as u64,
        empty: nulls.saturating_sub(lost) as u64,
        unreadable: lost as u64,
        repaired: noted.saturating_sub(lost) as u64,
        values: if is_list { values(field, cells) } else { BTreeMap::new() },
    }
}

/// The values of a code list. What stands there once may have slipped in from another column, and a
/// person with it: it is kept by its form.
fn values(field: FieldName, cells: &Cells) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for cell in cells.iter().map(str::trim).filter(|cell| !cell.is_empty()) {
        if counts.len() < MOST_VALUES || counts.contains_key(cell) {
            *counts.entry(cell).or_default() += 1;
        }
    }
    let mut shown = BTreeMap::new();
    for (cell, count) in counts {
        let value = if count > 2 { cell.chars().take(60).collect() } else { quarantine::masked(field, cell) };
        *shown.entry(value).or_default() += count;
    }
    shown
}

/// The sum of a column of amounts.
///
/// # Errors
/// When the column holds no integers.
pub fn sum(built: &[Column]) -> Result<i64, PolarsError> {
    let Some(column) = built.first() else { return Ok(0) };
    Ok(column.i64()?.iter().flatten().fold(0i64, i64::saturating_add))
}
