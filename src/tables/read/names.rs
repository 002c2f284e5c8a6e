//! The order of records and what each is called.

use std::collections::BTreeSet;

use polars::prelude::{DataFrame, PolarsError};
use rayon::prelude::*;

use super::PLACE;
use crate::config::tables::TablePlan;
use crate::engine::frame::{TextBuilder, Texts};
use crate::engine::pieces::{InPieces, Pieces, Spot};
use crate::engine::text_order;
use crate::stages::normalise::Place;

/// Puts records in the order of their ids and tells apart those that share one: `7`, `7#2`, `7#3`, in the order
/// of their content. Without a column of ids, a record is named by its row, and by its file where there are
/// several. Says beside how many share the id of another.
pub fn named(frame: DataFrame, table: &TablePlan, places: &[Place]) -> Result<(DataFrame, u64), PolarsError> {
    let pieces = Pieces::of(frame);
    let (places_of, numbers) = (pieces.ints(PLACE)?, pieces.ints("row")?);
    let origin = |row: Spot| (places_of.get(row).unwrap_or(0), numbers.get(row).unwrap_or(0));
    let (order, names, repeated_ids) = if table.id.is_none() {
        let mut order = pieces.spots();
        order.par_sort_unstable_by_key(|row| origin(*row));
        let name = |row: &Spot| {
            let (place, number) = origin(*row);
            match places.get(place as usize).filter(|_| places.len() > 1) {
                None => number.to_string(),
                Some(Place { file, sheet: None, .. }) => format!("{file}:{number}"),
                Some(Place { file, sheet: Some(sheet), .. }) => format!("{file}/{sheet}:{number}"),
            }
        };
        let mut names = TextBuilder::with_capacity(order.len());
        order.iter().for_each(|row| names.push(Some(&name(row))));
        (order, Some(names), 0)
    } else {
        let (ids, content) = (pieces.texts("record_id")?, pieces.rows_without(&[PLACE, "row"]));
        let order =
            text_order::sorted(&ids, |a, b| content.compare(a, b).then_with(|| origin(a).cmp(&origin(b))));
        let id = |at: usize| ids.get(order[at]);
        let shared = (1..order.len()).into_par_iter().filter(|at| id(at - 1) == id(*at)).count();
        let names = (shared > 0).then(|| told_apart(&ids, &order));
        (order, names, shared as u64)
    };
    let mut frame = pieces.in_order(&order)?;
    if let Some(names) = names {
        frame.with_column(names.finish("record_id"))?;
    }
    Ok((frame, repeated_ids))
}

/// Names for records of which some share an id.
fn told_apart(ids: &InPieces<Texts<'_>>, order: &[Spot]) -> TextBuilder {
    // An export may write `7#2` itself.
    let written: BTreeSet<&str> = ids.iter().filter_map(|(_, id)| id).filter(|id| id.contains('#')).collect();
    let (mut last, mut copies) = (None, 0);
    let mut names = TextBuilder::with_capacity(order.len());
    for row in order {
        let id = ids.get(*row);
        copies = if id == last { copies + 1 } else { 1 };
        last = id;
        let id = id.unwrap_or_default();
        if copies == 1 {
            names.push(Some(id));
            continue;
        }
        let mut name = id.to_owned();
        while name == id || written.contains(name.as_str()) {
            name = format!("{id}#{copies}");
            copies += u64::from(written.contains(name.as_str()));
        }
        names.push(Some(&name));
    }
    names
}
