//! Puts records into canonical order: code, newest file, receipt, furthest status, content, place, row.
//!
//! Codes are compared by the 16 bytes behind what all of them begin with, as numbers; only codes that
//! are equal in those are compared as text.

use polars::prelude::{DataFrame, IdxSize, PolarsResult};
use rayon::prelude::*;

use super::normalise::Place;
use crate::engine::frame::{self, Ints, Texts};

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
    let common = common_start(&codes);
    let mut order: Vec<([u64; 2], IdxSize)> = (0..frame.height())
        .into_par_iter()
        .map(|row| (number(&codes.get(row).unwrap_or_default().as_bytes()[common..]), row as IdxSize))
        .collect();
    let code = |row: IdxSize| codes.get(row as usize);
    let rest = |row: IdxSize| {
        let row = row as usize;
        let furthest = status.and_then(|status| status.get(row)).map_or(0, |status| -status);
        let (place, night) = (place.get(row), night_of(places, place.get(row)));
        (night, received.get(row), furthest, content.get(row), place, rows.get(row))
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

/// Nights between the file of a place and the run.
pub fn night_of(places: &[Place], place: Option<i64>) -> Option<u32> {
    Some(places.get(usize::try_from(place?).ok()?)?.night)
}

/// How many bytes all codes begin with; none where a row has no code.
fn common_start(codes: &Texts<'_>) -> usize {
    let first = codes.iter().next().flatten().unwrap_or_default().as_bytes();
    codes.iter().fold(first.len(), |common, code| {
        let code = code.unwrap_or_default().as_bytes();
        if code.len() >= common && code[..common] == first[..common] {
            return common;
        }
        first.iter().zip(code).take_while(|(a, b)| a == b).count()
    })
}

/// The first 16 bytes as numbers that sort as the text does.
fn number(text: &[u8]) -> [u64; 2] {
    let mut bytes = [0; 16];
    let length = text.len().min(16);
    bytes[..length].copy_from_slice(&text[..length]);
    let half = |half: &[u8]| half.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    [half(&bytes[..8]), half(&bytes[8..])]
}
