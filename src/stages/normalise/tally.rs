//! Counts what a column held: empty cells, unreadable ones, repaired ones, the values of a code list.

use std::collections::BTreeMap;

use polars::prelude::{Column, PolarsError};

use super::column::Sheet;
use super::feed::{MOST_VALUES, Tally};
use super::quarantine;
use crate::config::plan::SystemPlan;
use crate::domain::channel;
use crate::domain::date::Moments;
use crate::domain::dossier::{FieldKind, FieldName};
use crate::domain::text::fold;
use crate::stages::load::cells::Cells;

/// Counts one typed column; the first of `built` holds the values.
pub fn of(system: &SystemPlan, field: FieldName, cells: &Cells, built: &[Column], sheet: &Sheet) -> Tally {
    let lost = sheet.lost.iter().filter(|(_, of, issues)| *of == field && !issues.is_empty()).count();
    let noted = sheet.repaired.iter().filter(|(_, of, _)| *of == field).count();
    let nulls = built.first().map_or(0, Column::null_count);
    let is_list = matches!(field.kind(), FieldKind::Status | FieldKind::Channel | FieldKind::Level);
    let moments = match built.first().map(|column| column.i64()) {
        Some(Ok(moments)) if field.kind() == FieldKind::Timestamp => Moments::of(moments.iter().flatten()),
        _ => Moments::default(),
    };
    Tally {
        moments,
        cells: cells.len() as u64,
        empty: nulls.saturating_sub(lost) as u64,
        unreadable: lost as u64,
        repaired: noted.saturating_sub(lost) as u64,
        values: if is_list { values(field, cells, system) } else { BTreeMap::new() },
    }
}

/// The values of a code list. What is in no list and hardly ever stands there may have slipped in from another column, and a
/// person with it: it is kept by its form.
fn values(field: FieldName, cells: &Cells, system: &SystemPlan) -> BTreeMap<String, u64> {
    // A list has few values, and neighbours often share one: looking along them beats a map.
    let mut counts: Vec<(&str, u64)> = Vec::new();
    for cell in cells.iter().map(str::trim).filter(|cell| !cell.is_empty()) {
        match counts.iter().position(|(value, _)| *value == cell) {
            Some(at) => counts[at].1 += 1,
            None if counts.len() < MOST_VALUES => counts.push((cell, 1)),
            None => {}
        }
    }
    let mut shown = BTreeMap::new();
    for (cell, count) in counts {
        let is_word = is_listed(field, cell, system) || count > 2;
        let value = if is_word { cell.chars().take(60).collect() } else { quarantine::masked(field, cell) };
        *shown.entry(value).or_default() += count;
    }
    shown
}

/// The value is one the pipeline, or the law, knows.
fn is_listed(field: FieldName, cell: &str, system: &SystemPlan) -> bool {
    match field.kind() {
        FieldKind::Status => system.status.contains_key(&fold(cell)),
        FieldKind::Level => system.levels.contains_key(&fold(cell)),
        _ => channel::normalise(cell).value.is_some(),
    }
}

/// The sum of a column of amounts.
///
/// # Errors
/// When the column holds no integers.
pub fn sum(built: &[Column]) -> Result<i64, PolarsError> {
    let Some(column) = built.first() else { return Ok(0) };
    Ok(column.i64()?.iter().flatten().fold(0i64, i64::saturating_add))
}
