//! Puts records into canonical order: code, newest file, receipt, furthest status, content, place, row.

use polars::prelude::{DataFrame, PolarsResult};

use super::normalise::Place;
use crate::engine::frame::{self, Ints, Texts};
use crate::engine::text_order;

/// The columns that decide the order.
const KEYS: [&str; 6] = ["code", "received_at", "status", "content", "place", "row"];

/// The frame, its rows in canonical order; column `place` counts along `places`.
///
/// # Errors
/// When a column of the order is missing.
pub fn canonical(frame: DataFrame, places: &[Place]) -> PolarsResult<DataFrame> {
    let keys = frame::part(&frame, &KEYS)?;
    let codes = Texts::of(&keys, "code")?;
    let received = Ints::of(&keys, "received_at")?;
    let status = Ints::of(&keys, "status").ok();
    let content = Ints::of(&keys, "content")?;
    let (place, rows) = (Ints::of(&keys, "place")?, Ints::of(&keys, "row")?);
    let rest = |row: usize| {
        let furthest = status.and_then(|status| status.get(row)).map_or(0, |status| -status);
        let (place, night) = (place.get(row), night_of(places, place.get(row)));
        (night, received.get(row), furthest, content.get(row), place, rows.get(row))
    };
    let order = text_order::sorted(&codes, |a, b| rest(a).cmp(&rest(b)));
    frame::reorder(frame, &order)
}

/// Nights between the file of a place and the run.
pub fn night_of(places: &[Place], place: Option<i64>) -> Option<u32> {
    Some(places.get(usize::try_from(place?).ok()?)?.night)
}
