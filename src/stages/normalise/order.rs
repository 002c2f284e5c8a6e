//! Puts records into canonical order: code, newest file, receipt, furthest status, content, place, row.
//!
//! Codes are compared by their first 32 bytes as two numbers; only equal prefixes are compared as text.

use polars::prelude::{DataFrame, IdxSize, PolarsResult};
use rayon::prelude::*;

use crate::engine::frame::{self, Ints, Texts};

/// The columns that decide the order.
const KEYS: [&str; 7] = ["code", "received_at", "status", "content", "night", "place", "row"];

/// The frame, its rows in canonical order.
///
/// # Errors
/// When a column of the order is missing.
pub fn canonical(frame: DataFrame) -> PolarsResult<DataFrame> {
    let keys = frame::part(&frame, &KEYS)?;
    let codes = Texts::of(&keys, "code")?;
    let received = Ints::of(&keys, "received_at")?;
    let status = Ints::of(&keys, "status").ok();
    let content = Ints::of(&keys, "content")?;
    let nights = Ints::of(&keys, "night")?;
    let (places, rows) = (Ints::of(&keys, "place")?, Ints::of(&keys, "row")?);
    let mut order: Vec<([u128; 2], IdxSize)> =
        (0..frame.height()).map(|row| (prefix(codes.get(row).unwrap_or_default()), row as IdxSize)).collect();
    let code = |row: IdxSize| codes.get(row as usize);
    let rest = |row: IdxSize| {
        let row = row as usize;
        let furthest = status.and_then(|status| status.get(row)).map_or(0, |status| -status);
        (nights.get(row), received.get(row), furthest, content.get(row), places.get(row), rows.get(row))
    };
    order.par_sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| code(a.1).cmp(&code(b.1))).then_with(|| rest(a.1).cmp(&rest(b.1)))
    });
    let order: Vec<IdxSize> = order.into_iter().map(|(_, row)| row).collect();
    // Many an export is in order already.
    if order.iter().zip(0..).all(|(row, place)| *row == place) {
        return Ok(frame::whole(frame));
    }
    frame::reorder(frame, &order)
}

/// The first 32 bytes as numbers that sort as the text does.
fn prefix(text: &str) -> [u128; 2] {
    let mut bytes = [0; 32];
    let length = text.len().min(32);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    let (high, low) = bytes.split_at(16);
    [high, low].map(|half| half.iter().fold(0, |number, byte| number << 8 | u128::from(*byte)))
}
