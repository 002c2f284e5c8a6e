//! Puts records into canonical order: code, newest file, receipt, furthest status, content, place, row.
//!
//! Records of a code that tells nobody apart have no more than where they stand: place and row.

use polars::prelude::{DataFrame, PolarsResult};

use super::normalise::Place;
use crate::engine::blunt::Blunt;
use crate::engine::frame::WholeRows;
use crate::engine::key;
use crate::engine::pieces::{Pieces, Spot};
use crate::engine::text_order;

/// The frame, its rows in canonical order; column `place` counts along `places`.
///
/// # Errors
/// When a column of the order is missing.
pub fn canonical(frame: DataFrame, places: &[Place], blunt: &Blunt) -> PolarsResult<DataFrame> {
    let pieces = Pieces::of(frame);
    let codes = pieces.texts("code")?;
    let received = pieces.ints("received_at")?;
    let status = pieces.ints("status").ok();
    let (place, rows) = (pieces.ints("place")?, pieces.ints("row")?);
    let content = pieces.rows_without(&ORIGIN);
    let first = |row: Spot| {
        let furthest = status.as_ref().and_then(|status| status.get(row)).map_or(0, |status| -status);
        (night_of(places, place.get(row)), received.get(row), furthest)
    };
    let last = |row: Spot| (place.get(row), rows.get(row));
    let is_blunt =
        |row: Spot| !blunt.is_empty() && codes.get(row).is_some_and(|code| blunt.has(key::of(code)));
    let order = text_order::sorted(&codes, |a, b| {
        if is_blunt(a) {
            return last(a).cmp(&last(b));
        }
        let by_content = || content.compare(a, b);
        first(a).cmp(&first(b)).then_with(by_content).then_with(|| last(a).cmp(&last(b)))
    });
    pieces.in_order(&order)
}

/// Where a record stands.
const ORIGIN: [&str; 2] = ["place", "row"];

/// What records say, without where they stand; what was repaired or lost in reading them included.
pub fn content(frame: &DataFrame) -> WholeRows<'_> {
    WholeRows::without(frame, &ORIGIN)
}

/// Nights between the file of a place and the run.
pub fn night_of(places: &[Place], place: Option<i64>) -> Option<u32> {
    Some(places.get(usize::try_from(place?).ok()?)?.night)
}
