//! One piece of an export: its records with a column for each field, and what was refused.
//!
//! What a number is can be told only when every piece has shown how its column writes them, so numbers come last.

use polars::prelude::{Column, DataFrame, PolarsError};

use super::Refused;
use crate::config::tables::{DecimalSign, FieldColumn, TablesPlan, ValueKind};
use crate::domain::date::DatePattern;
use crate::engine::frame::{self, Ints, TextBuilder, Texts};
use crate::stages::load::Feed;
use crate::stages::load::cells::RawBatch;
use crate::stages::normalise::Place;
use crate::stages::normalise::quarantine::shape;
use crate::tables::number::{Reading, Signs};
use crate::tables::value;

/// One piece, read.
pub struct Piece {
    pub feed: usize,
    pub place: Place,
    pub frame: DataFrame,
    pub refused: Vec<Refused>,
    pub rows: u64,
    pub set_aside: u64,
    pub damage: Option<String>,
    /// One per mapped column of the table.
    pub cells: Vec<Cells>,
}

/// What the cells of one column are like.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cells {
    /// Cells that cannot be read.
    pub lost: u64,
    pub signs: Signs,
}

impl Cells {
    pub fn add(&mut self, other: Self) {
        self.lost += other.lost;
        self.signs.add(other.signs);
    }
}

/// Reads pieces of one table; a plain function of the piece and the plan.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub plan: &'a TablesPlan,
    /// Position in [`TablesPlan::tables`].
    pub table: usize,
}

impl Reader<'_> {
    /// Reads a piece of the feed at a position, all but its numbers.
    ///
    /// # Errors
    /// When its columns make no frame, which is a defect.
    pub fn read(self, (feed, of): (usize, &Feed), batch: RawBatch) -> Result<Piece, PolarsError> {
        let table = &self.plan.tables[self.table];
        let sheet = batch.sheet.as_ref().map(|sheet| sheet.to_string());
        let place = Place { file: of.file.clone(), sheet, night: of.nights_back };
        let bad = |row, reason, detail| self.refused(&place, (row, None), reason, detail);
        let mut refused: Vec<Refused> =
            batch.bad.iter().map(|own| bad(own.row, own.reason.code(), own.detail.clone())).collect();
        let rows = batch.rows.len();
        let ids = table.id.map(|at| (&batch.columns[at], self.header(at)));
        let mut names = TextBuilder::with_capacity(rows);
        let (mut kept, mut numbers) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        for row in 0..rows {
            let id = ids.map(|(ids, _)| value::squeeze(ids.get(row)));
            if id.as_deref().is_some_and(str::is_empty) {
                let nameless = bad(batch.rows[row], "empty_value", "the record has no id".to_owned());
                refused.push(Refused { column: ids.map(|(_, header)| header.to_owned()), ..nameless });
                continue;
            }
            names.push(id.as_deref());
            kept.push(row);
            numbers.push(batch.rows[row] as i64);
        }
        let mut columns: Vec<Column> = Vec::with_capacity(table.columns.len() + 2);
        let mut cells = vec![Cells::default(); table.columns.len()];
        for ((at, column), tally) in table.columns.iter().enumerate().zip(&mut cells) {
            let values = kept.iter().map(|row| (batch.rows[*row], batch.columns[at].get(*row)));
            if self.kind(column) == ValueKind::Number {
                let mut raw = TextBuilder::with_capacity(kept.len());
                for (_, cell) in values {
                    tally.signs.look(cell);
                    raw.push(Some(cell.trim()));
                }
                columns.push(raw.finish(self.field(column)));
                continue;
            }
            let dates = column.dates.as_deref().unwrap_or(&batch.dates);
            let (column, lost) = self.column(at, values, &place, (dates, DecimalSign::Point));
            tally.lost = lost.len() as u64;
            columns.push(column);
            refused.extend(lost);
        }
        columns.extend([names.finish("record_id"), frame::ints("row", numbers)]);
        Ok(Piece {
            feed,
            frame: DataFrame::new(kept.len(), columns)?,
            place,
            refused,
            rows: (rows + batch.bad.len()) as u64,
            set_aside: batch.set_aside,
            damage: batch.damage,
            cells,
        })
    }

    /// Reads the numbers of a piece: one reading per mapped column.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_numbers(self, piece: &mut Piece, readings: &[Reading]) -> Result<(), PolarsError> {
        for (at, column) in self.plan.tables[self.table].columns.iter().enumerate() {
            if self.kind(column) != ValueKind::Number {
                continue;
            }
            let (raw, rows) = (Texts::of(&piece.frame, self.field(column))?, Ints::of(&piece.frame, "row")?);
            let cells =
                (0..raw.len()).map(|at| (rows.get(at).unwrap_or(0) as u64, raw.get(at).unwrap_or_default()));
            let (column, lost) = self.column(at, cells, &piece.place, (&[], readings[at].sign));
            piece.cells[at].lost = lost.len() as u64;
            piece.refused.extend(lost);
            piece.frame.with_column(column)?;
        }
        Ok(())
    }

    /// The column of a field, and the cells that cannot be read. `cells`: each with the row of the export.
    fn column<'c>(
        self,
        at: usize,
        cells: impl Iterator<Item = (u64, &'c str)>,
        place: &Place,
        (dates, sign): (&[DatePattern], DecimalSign),
    ) -> (Column, Vec<Refused>) {
        let column = &self.plan.tables[self.table].columns[at];
        let (kind, field) = (self.kind(column), self.field(column));
        let (mut out, mut refused) = (TextBuilder::with_capacity(cells.size_hint().0), Vec::new());
        for (row, cell) in cells {
            match value::normalise(kind, cell, dates, sign) {
                Ok(value) => out.push(value.as_deref()),
                Err(reason) => {
                    out.push(None);
                    let column = Some(self.header(at));
                    let lost = self.refused(place, (row, column), reason, format!("field {field}"));
                    refused.push(Refused { masked: Some(shape(cell)), ..lost });
                }
            }
        }
        (out.finish(field), refused)
    }

    fn refused(
        self,
        place: &Place,
        (row, column): (u64, Option<&str>),
        reason: &'static str,
        detail: String,
    ) -> Refused {
        Refused {
            table: self.table,
            file: place.file.clone(),
            sheet: place.sheet.clone(),
            row,
            column: column.map(str::to_owned),
            is_row: column.is_none(),
            reason,
            detail,
            masked: None,
        }
    }

    /// A mapped column as the export names it.
    fn header(&self, at: usize) -> &str {
        &self.plan.sources[self.table].columns[at].source
    }

    fn kind(&self, column: &FieldColumn) -> ValueKind {
        self.plan.fields[column.field].kind
    }

    fn field(&self, column: &FieldColumn) -> &str {
        &self.plan.fields[column.field].name
    }
}
