//! Exports of tables to one frame per table, and what was refused.
//!
//! Files are found, opened and cut as those of dossiers are. Rows stand in the order of their ids, so that
//! nothing that follows goes by the order of an export.

use std::collections::BTreeSet;

use polars::prelude::{Column, DataFrame, PolarsError};
use rayon::prelude::*;
use thiserror::Error;

use super::value;
use crate::config::plan::SystemPlan;
use crate::config::tables::{TablePlan, TablesPlan};
use crate::engine::accounting::RowAccount;
use crate::engine::frame::{self, Ints, TextBuilder, Texts};
use crate::engine::pieces::{InPieces, Pieces, Spot};
use crate::engine::text_order;
use crate::progress::Progress;
use crate::stages::load::cells::RawBatch;
use crate::stages::load::{self, Exports, Feed, FeedState, LoadError, LoadedSystem};
use crate::stages::normalise::Place;
use crate::stages::normalise::feed::FeedAccount;
use crate::stages::normalise::quarantine::{Scope, shape};

#[derive(Debug, Error)]
pub enum ReadError {
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Inputs(Vec<LoadError>),
    #[error("type the columns of table {table}: {source}\n  this is a defect of doisoat")]
    Frame { table: String, source: PolarsError },
}

/// A column of the reader's own; no field can have such a name.
pub const PLACE: &str = "#place";

/// Every table, read.
#[derive(Debug)]
pub struct Read {
    /// In the order of the pipeline.
    pub tables: Vec<TableRows>,
    pub quarantine: Vec<Refused>,
    pub account: RowAccount,
}

/// The accepted records of one table, in the order of their ids.
///
/// Columns of `frame`: `record_id`, `place`, `row`, and one text column per field it maps, under the field's name.
#[derive(Debug)]
pub struct TableRows {
    pub name: String,
    pub frame: DataFrame,
    pub places: Vec<Place>,
    pub feeds: Vec<FeedAccount>,
}

/// One refused row or cell, in words that show no value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refused {
    /// Position in [`Read::tables`].
    pub table: usize,
    pub file: String,
    pub sheet: Option<String>,
    pub row: u64,
    /// As the export names it; `None` for a row that could not be cut into cells.
    pub column: Option<String>,
    pub is_row: bool,
    pub reason: &'static str,
    pub detail: String,
    /// The shape of the cell.
    pub masked: Option<String>,
}

impl Refused {
    pub fn scope(&self) -> Scope {
        if self.is_row { Scope::Row } else { Scope::Cell }
    }
}

impl TableRows {
    pub fn len(&self) -> usize {
        self.frame.height()
    }

    pub fn is_empty(&self) -> bool {
        self.frame.height() == 0
    }

    /// A text column by its name; `None` for a field that this table does not map.
    pub fn texts(&self, column: &str) -> Option<Texts<'_>> {
        Texts::of(&self.frame, column).ok()
    }

    /// Gives a column away, as a frame of its own; `None` for a field that this table does not map.
    pub fn take(&mut self, column: &str) -> Option<DataFrame> {
        let taken = self.frame.drop_in_place(column).ok()?;
        DataFrame::new(taken.len(), vec![taken]).ok()
    }

    /// The name of a record.
    pub fn id(&self, row: u32) -> &str {
        self.texts("record_id").and_then(|ids| ids.get(row as usize)).unwrap_or_default()
    }

    /// Where a record stands.
    pub fn place(&self, row: u32) -> Option<(&Place, u64)> {
        let place = Ints::of(&self.frame, PLACE).ok()?.get(row as usize)?;
        let row = Ints::of(&self.frame, "row").ok()?.get(row as usize)?;
        Some((self.places.get(place as usize)?, row as u64))
    }

    /// The row of a record id.
    pub fn find(&self, id: &str) -> Option<u32> {
        let ids = self.texts("record_id")?;
        (0..ids.len()).find(|row| ids.get(*row) == Some(id)).map(|row| row as u32)
    }
}

/// Reads every table of the pipeline whole.
///
/// # Errors
/// When a file is not there, damaged, cut off or refused in too many rows, or its mapping does not fit.
pub fn read(plan: &TablesPlan, progress: &dyn Progress) -> Result<Read, ReadError> {
    progress.begin("open and hash the exports", 1);
    let loaded = load::load_whole(&exports(plan)).map_err(ReadError::Inputs)?;
    let (mut tables, mut quarantine, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for (index, loaded) in loaded.systems.into_iter().enumerate() {
        let (rows, mut refused) = read_table(plan, index, &loaded, progress)?;
        errors.extend(rows.feeds.iter().filter_map(|feed| unfit(feed, &plan.sources[index])));
        tables.push(rows);
        quarantine.append(&mut refused);
    }
    if !errors.is_empty() {
        return Err(ReadError::Inputs(errors));
    }
    quarantine.sort();
    let account = RowAccount {
        rows_in: tables.iter().flat_map(|table| &table.feeds).map(|feed| feed.rows).sum(),
        rows_out: tables.iter().map(|table| table.len() as u64).sum(),
        merged: 0,
        quarantined: quarantine.iter().filter(|entry| entry.is_row).count() as u64,
    };
    Ok(Read { tables, quarantine, account })
}

/// What a pipeline of tables opens.
pub fn exports(plan: &TablesPlan) -> Exports<'_> {
    Exports {
        systems: &plan.sources,
        input_dir: &plan.input_dir,
        as_of: plan.as_of,
        utc_offset: plan.utc_offset,
    }
}

/// A file that was read and cannot be trusted.
fn unfit(feed: &FeedAccount, source: &SystemPlan) -> Option<LoadError> {
    let share = feed.quarantined as f64 / feed.rows.max(1) as f64;
    let most = source.expect.reject_above;
    let reason = if feed.rows == 0 {
        "the file has a header but no rows".to_owned()
    } else if share > most {
        let (refused, all) = (feed.quarantined, feed.rows);
        let (is, most) = (100.0 * share, 100.0 * most);
        format!("{refused} of {all} rows cannot be read ({is:.1} %, `reject_above` allows {most:.1} %)")
    } else {
        return None;
    };
    Some(LoadError::NotWhole { file: feed.file.clone(), reason })
}

/// One piece, read.
struct Piece {
    feed: usize,
    place: Place,
    frame: DataFrame,
    refused: Vec<Refused>,
    rows: u64,
    set_aside: u64,
    breaks_off: bool,
}

fn read_table(
    plan: &TablesPlan,
    index: usize,
    loaded: &LoadedSystem,
    progress: &dyn Progress,
) -> Result<(TableRows, Vec<Refused>), ReadError> {
    let table = &plan.tables[index];
    let frame_error = |source| ReadError::Frame { table: table.name.clone(), source };
    let pieces: Vec<(usize, usize)> = (0..loaded.feeds.len())
        .flat_map(|feed| match &loaded.feeds[feed].state {
            FeedState::Open(opened) => (0..opened.pieces()).map(|piece| (feed, piece)).collect(),
            _ => Vec::new(),
        })
        .collect();
    progress.begin(&format!("{}: read", table.name), pieces.len() as u64);
    let read: Vec<Option<Piece>> = pieces
        .into_par_iter()
        .map(|(feed, piece)| {
            let FeedState::Open(opened) = &loaded.feeds[feed].state else { return Ok(None) };
            let batch = opened.piece(piece).map_err(|error| ReadError::Inputs(vec![error]))?;
            let read = read_piece(plan, index, feed, &loaded.feeds[feed], batch).map_err(frame_error)?;
            progress.advance(1);
            Ok(Some(read))
        })
        .collect::<Result<_, ReadError>>()?;

    let mut feeds: Vec<FeedAccount> =
        loaded.feeds.iter().map(|feed| FeedAccount::begin(feed, &plan.sources[index])).collect();
    let (mut places, mut frames, mut refused): (Vec<Place>, _, _) = (Vec::new(), Vec::new(), Vec::new());
    let mut cut = Vec::new();
    for mut piece in read.into_iter().flatten() {
        let place = places.iter().position(|known| *known == piece.place).unwrap_or_else(|| {
            places.push(piece.place.clone());
            places.len() - 1
        });
        let account = &mut feeds[piece.feed];
        account.rows += piece.rows;
        account.set_aside += piece.set_aside;
        account.quarantined += piece.refused.iter().filter(|entry| entry.is_row).count() as u64;
        if piece.breaks_off {
            let reason = "the last record breaks off".to_owned();
            cut.push(LoadError::NotWhole { file: account.file.clone(), reason });
        }
        let column = frame::ints(PLACE, vec![place as i64; piece.frame.height()]);
        piece.frame.with_column(column).map_err(frame_error)?;
        frames.push(piece.frame);
        refused.append(&mut piece.refused);
    }
    if frames.is_empty() {
        cut.extend(feeds.iter().filter_map(|feed| unfit(feed, &plan.sources[index])));
    }
    if !cut.is_empty() {
        return Err(ReadError::Inputs(cut));
    }
    let frame = frame::stack(frames).map_err(frame_error)?;
    let frame = named(frame, table, &places).map_err(frame_error)?;
    Ok((TableRows { name: table.name.clone(), frame, places, feeds }, refused))
}

/// Reads one piece; a plain function of the piece and the plan.
fn read_piece(
    plan: &TablesPlan,
    index: usize,
    feed: usize,
    of: &Feed,
    batch: RawBatch,
) -> Result<Piece, PolarsError> {
    let (table, source) = (&plan.tables[index], &plan.sources[index]);
    let sheet = batch.sheet.as_ref().map(|sheet| sheet.to_string());
    let place = Place { file: of.file.clone(), sheet, night: of.nights_back };
    let entry = |row: u64, column: Option<&str>, reason: &'static str, detail: String| Refused {
        table: index,
        file: place.file.clone(),
        sheet: place.sheet.clone(),
        row,
        column: column.map(str::to_owned),
        is_row: column.is_none(),
        reason,
        detail,
        masked: None,
    };
    let mut refused: Vec<Refused> =
        batch.bad.iter().map(|bad| entry(bad.row, None, bad.reason.code(), bad.detail.clone())).collect();
    let rows = batch.rows.len();
    let ids = table.id.map(|at| &batch.columns[at]);
    let id_of = |row: usize| ids.map(|ids| value::squeeze(ids.get(row)));
    let mut names = TextBuilder::with_capacity(rows);
    let (mut kept, mut numbers) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    for row in 0..rows {
        let id = id_of(row);
        if id.as_deref().is_some_and(str::is_empty) {
            let column = table.id.map(|at| source.columns[at].source.clone());
            let nameless = entry(batch.rows[row], None, "empty_value", "the record has no id".to_owned());
            refused.push(Refused { column, ..nameless });
            continue;
        }
        names.push(id.as_deref());
        kept.push(row);
        numbers.push(batch.rows[row] as i64);
    }
    let mut columns: Vec<Column> = Vec::with_capacity(table.columns.len() + 3);
    for (at, column) in table.columns.iter().enumerate() {
        let field = &plan.fields[column.field];
        let dates = column.dates.as_deref().unwrap_or(&batch.dates);
        let mut builder = TextBuilder::with_capacity(kept.len());
        for row in &kept {
            let cell = batch.columns[at].get(*row);
            match value::normalise(field.kind, cell, dates) {
                Ok(value) => builder.push(value.as_deref()),
                Err(reason) => {
                    builder.push(None);
                    let name = source.columns[at].source.as_str();
                    let lost = entry(batch.rows[*row], Some(name), reason, format!("field {}", field.name));
                    refused.push(Refused { masked: Some(shape(cell)), ..lost });
                }
            }
        }
        columns.push(builder.finish(&field.name));
    }
    columns.extend([names.finish("record_id"), frame::ints("row", numbers)]);
    Ok(Piece {
        feed,
        frame: DataFrame::new(kept.len(), columns)?,
        place,
        refused,
        rows: (rows + batch.bad.len()) as u64,
        set_aside: batch.set_aside,
        breaks_off: batch.breaks_off,
    })
}

/// Puts records in the order of their ids and tells apart those that share one: `7`, `7#2`, `7#3`, in the order
/// of their content. Without a column of ids, a record is named by its row, and by its file where there are
/// several.
fn named(frame: DataFrame, table: &TablePlan, places: &[Place]) -> Result<DataFrame, PolarsError> {
    let pieces = Pieces::of(frame);
    let (places_of, numbers) = (pieces.ints(PLACE)?, pieces.ints("row")?);
    let origin = |row: Spot| (places_of.get(row).unwrap_or(0), numbers.get(row).unwrap_or(0));
    let (order, names) = if table.id.is_none() {
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
        (order, Some(names))
    } else {
        let (ids, content) = (pieces.texts("record_id")?, pieces.rows_without(&[PLACE, "row"]));
        let order =
            text_order::sorted(&ids, |a, b| content.compare(a, b).then_with(|| origin(a).cmp(&origin(b))));
        let id = |at: usize| ids.get(order[at]);
        let is_shared = (1..order.len()).into_par_iter().any(|at| id(at - 1) == id(at));
        let names = is_shared.then(|| told_apart(&ids, &order));
        (order, names)
    };
    let mut frame = pieces.in_order(&order)?;
    if let Some(names) = names {
        frame.with_column(names.finish("record_id"))?;
    }
    Ok(frame)
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
