//! Puts records into canonical order: code, newest file, receipt, furthest status, content, place, row.

use std::cmp::Ordering;

use polars::prelude::{DataFrame, PolarsResult};

use super::normalise::Place;
use crate::engine::frame::{self, Ints, Texts};
use crate::engine::text_order;

/// The frame, its rows in canonical order; column `place` counts along `places`.
///
/// # Errors
/// When a column of the order is missing.
pub fn canonical(frame: DataFrame, places: &[Place]) -> PolarsResult<DataFrame> {
    let frame = frame::whole(frame);
    let codes = Texts::of(&frame, "code")?;
    let received = Ints::of(&frame, "received_at")?;
    let status = Ints::of(&frame, "status").ok();
    let (place, rows) = (Ints::of(&frame, "place")?, Ints::of(&frame, "row")?);
    let content = Content::of(&frame);
    let first = |row: usize| {
        let furthest = status.and_then(|status| status.get(row)).map_or(0, |status| -status);
        (night_of(places, place.get(row)), received.get(row), furthest)
    };
    let last = |row: usize| (place.get(row), rows.get(row));
    let order = text_order::sorted(&codes, |a, b| {
        let by_content = || content.compare(a, b);
        first(a).cmp(&first(b)).then_with(by_content).then_with(|| last(a).cmp(&last(b)))
    });
    frame::reorder(frame, &order)
}

/// What the records of one system say, without where they stand.
pub struct Content<'a> {
    ints: Vec<Ints<'a>>,
    texts: Vec<Texts<'a>>,
}

impl<'a> Content<'a> {
    /// Of a frame whose columns are of one chunk.
    pub fn of(frame: &'a DataFrame) -> Self {
        let says = |name: &&str| !["place", "row"].contains(name);
        let names: Vec<&str> =
            frame.get_column_names().into_iter().map(|name| name.as_str()).filter(says).collect();
        Self {
            ints: names.iter().filter_map(|name| Ints::of(frame, name).ok()).collect(),
            texts: names.iter().filter_map(|name| Texts::of(frame, name).ok()).collect(),
        }
    }

    /// Equal when two records say the same in every column, what was repaired or lost in reading them included.
    pub fn compare(&self, a: usize, b: usize) -> Ordering {
        let by_int = self.ints.iter().map(|column| column.get(a).cmp(&column.get(b)));
        let by_text = self.texts.iter().map(|column| column.get(a).cmp(&column.get(b)));
        by_int.chain(by_text).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// Nights between the file of a place and the run.
pub fn night_of(places: &[Place], place: Option<i64>) -> Option<u32> {
    Some(places.get(usize::try_from(place?).ok()?)?.night)
}
