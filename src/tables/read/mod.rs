//! Exports of tables to one frame per table, and what was refused.
//!
//! Files are found, opened and cut as those of dossiers are. Rows stand in the order of their ids, so that
//! nothing that follows goes by the order of an export.

mod piece;
mod names;

use polars::prelude::{DataFrame, PolarsError};
use rayon::prelude::*;
use thiserror::Error;

use self::piece::{Cells, Piece, Reader};
use super::number::Reading;
use crate::config::plan::SystemPlan;
use crate::config::tables::{FieldColumn, TablesPlan};
use crate::engine::accounting::RowAccount;
use crate::engine::frame::{self, Ints, Texts};
use crate::progress::Progress;
use crate::stages::load::{self, Exports, FeedState, LoadError, LoadedSystem};
use crate::stages::normalise::Place;
use crate::stages::normalise::feed::FeedAccount;
use crate::stages::normalise::quarantine::Scope;

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
    /// One per mapped column.
    pub fields: Vec<FieldStanding>,
    /// Records whose id an earlier one has as well.
    pub repeated_ids: u64,
}

/// What became of the cells of one field.
#[derive(Debug, Clone)]
pub struct FieldStanding {
    pub field: String,
    /// As the export names it.
    pub column: String,
    /// Records that have a value.
    pub filled: u64,
    /// Cells that cannot be read.
    pub lost: u64,
    /// Numbers that could be read with either decimal sign, and how they were.
    pub either_way: u64,
    pub reading: Reading,
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
        errors.extend(rows.feeds.iter().filter_map(|feed| unfit(feed, &plan.sources[index], &refused)));
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
fn unfit(feed: &FeedAccount, source: &SystemPlan, refused: &[Refused]) -> Option<LoadError> {
    let share = feed.quarantined as f64 / feed.rows.max(1) as f64;
    let most = source.expect.reject_above;
    let reason = if feed.rows == 0 {
        "the file has a header but no rows".to_owned()
    } else if share > most {
        let first = refused.iter().filter(|entry| entry.is_row && entry.file == feed.file).min();
        let first = first.map_or_else(String::new, |Refused { row, column, reason, .. }| {
            let column = column.as_ref().map_or_else(String::new, |column| format!(", column `{column}`"));
            format!("; the first: row {row}{column}: {reason}")
        });
        let (refused, all) = (feed.quarantined, feed.rows);
        let (is, most) = (100.0 * share, 100.0 * most);
        format!(
            "{refused} of {all} rows cannot be read ({is:.1} %, `reject_above` allows {most:.1} %){first}"
        )
    } else {
        return None;
    };
    Some(LoadError::NotWhole { file: feed.file.clone(), reason })
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
    let reader = Reader { plan, table: index };
    let read: Vec<Option<Piece>> = pieces
        .into_par_iter()
        .map(|(at, piece)| {
            let feed = &loaded.feeds[at];
            let FeedState::Open(opened) = &feed.state else { return Ok(None) };
            let batch = opened.piece(piece).map_err(|error| ReadError::Inputs(vec![error]))?;
            let read = reader.read((at, feed), batch).map_err(frame_error)?;
            progress.advance(1);
            Ok(Some(read))
        })
        .collect::<Result<_, ReadError>>()?;
    let mut read: Vec<Piece> = read.into_iter().flatten().collect();
    let shown = totals(table.columns.len(), &read);
    let reading = |(column, cells): (&FieldColumn, &Cells)| cells.signs.reading(column.decimal);
    let readings: Vec<Reading> = table.columns.iter().zip(&shown).map(reading).collect();
    read.par_iter_mut().try_for_each(|piece| reader.read_numbers(piece, &readings)).map_err(frame_error)?;
    let cells = totals(table.columns.len(), &read);

    let mut feeds: Vec<FeedAccount> =
        loaded.feeds.iter().map(|feed| FeedAccount::begin(feed, &plan.sources[index])).collect();
    let (mut places, mut frames, mut refused): (Vec<Place>, _, _) = (Vec::new(), Vec::new(), Vec::new());
    let mut cut = Vec::new();
    for mut piece in read {
        let place = places.iter().position(|known| *known == piece.place).unwrap_or_else(|| {
            places.push(piece.place.clone());
            places.len() - 1
        });
        let account = &mut feeds[piece.feed];
        account.rows += piece.rows;
        account.set_aside += piece.set_aside;
        account.quarantined += piece.refused.iter().filter(|entry| entry.is_row).count() as u64;
        if let Some(reason) = piece.damage {
            cut.push(LoadError::NotWhole { file: account.file.clone(), reason });
        }
        let column = frame::ints(PLACE, vec![place as i64; piece.frame.height()]);
        piece.frame.with_column(column).map_err(frame_error)?;
        frames.push(piece.frame);
        refused.append(&mut piece.refused);
    }
    if frames.is_empty() {
        cut.extend(feeds.iter().filter_map(|feed| unfit(feed, &plan.sources[index], &refused)));
    }
    if !cut.is_empty() {
        return Err(ReadError::Inputs(cut));
    }
    let frame = frame::stack(frames).map_err(frame_error)?;
    let (frame, repeated_ids) = names::named(frame, table, &places).map_err(frame_error)?;
    let fields = table.columns.iter().enumerate().zip(cells.iter().zip(readings));
    let standing = |((at, column), (cells, reading)): ((usize, &FieldColumn), (&Cells, Reading))| {
        let field = &plan.fields[column.field];
        let empty = frame.column(&field.name).map_err(frame_error)?.null_count() as u64;
        Ok(FieldStanding {
            field: field.name.clone(),
            column: plan.sources[index].columns[at].source.clone(),
            filled: frame.height() as u64 - empty,
            lost: cells.lost,
            either_way: cells.signs.open(),
            reading,
        })
    };
    let fields = fields.map(standing).collect::<Result<_, ReadError>>()?;
    Ok((TableRows { name: table.name.clone(), frame, places, feeds, fields, repeated_ids }, refused))
}

/// What the cells of all pieces are like, per mapped column.
fn totals(columns: usize, pieces: &[Piece]) -> Vec<Cells> {
    let mut totals = vec![Cells::default(); columns];
    for piece in pieces {
        totals.iter_mut().zip(&piece.cells).for_each(|(total, cells)| total.add(*cells));
    }
    totals
}
