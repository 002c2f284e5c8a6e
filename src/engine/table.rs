//! A table: what its columns mean, and how its rows are made.
//!
//! What is as long as the inputs is made a few thousand rows at a time, written and let go; only short tables, and the
//! rows that a report looks at, are held.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryBuilder, Float64Array, Int64Array, StringArray, UInt64Array,
};
use arrow::compute::{concat, take};
use arrow::datatypes::{Float64Type, Int64Type};
use arrow::error::ArrowError;
use chrono::{DateTime, NaiveDate, TimeDelta};
use rayon::prelude::*;
use thiserror::Error;

use super::rows::Rows;

/// Rows that one thread makes at a time: their columns stay in its caches.
pub const MADE_ROWS: usize = 16 * 1024;

/// What a column holds, and so how it is written.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Nearly unique text, looked up by value: bloom filter, no dictionary.
    Id,
    Text,
    /// As [`Kind::Id`], a number of a person: no least and greatest of it stand in the footer.
    Personal,
    /// Text of few values: a dictionary.
    Label,
    /// Positions in a list of labels: a dictionary.
    Coded(Arc<Vec<String>>),
    Int,
    Float,
    /// Days since 1970-01-01.
    Date,
    /// Milliseconds since 1970-01-01 00:00 of the local clock; written as an instant with its zone.
    Timestamp,
    /// 0 or 1.
    Flag,
}

impl Kind {
    /// The word used in docs/data-formats.md.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Id | Self::Personal => "id",
            Self::Text => "text",
            Self::Label | Self::Coded(_) => "label",
            Self::Int => "int",
            Self::Float => "float",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Flag => "flag",
        }
    }
}

/// One column of a table.
#[derive(Debug, Clone)]
pub struct ColumnSpec {
    pub name: String,
    pub kind: Kind,
}

/// The columns of a table, in order. The first column is the sort key of the rows.
#[derive(Debug, Clone)]
pub struct TableSchema {
    pub name: &'static str,
    pub columns: Vec<ColumnSpec>,
}

impl TableSchema {
    pub fn new(name: &'static str, columns: &[(&str, Kind)]) -> Self {
        let columns = columns
            .iter()
            .map(|(name, kind)| ColumnSpec { name: (*name).to_owned(), kind: kind.clone() })
            .collect();
        Self { name, columns }
    }
}

/// A table does not have the columns it declares.
#[derive(Debug, Error)]
#[error("table {table}: {reason}\n  this is a defect of doisoat")]
pub struct Misfit {
    pub table: &'static str,
    pub reason: String,
}

impl Misfit {
    pub(super) fn of(table: &'static str, error: &ArrowError) -> Self {
        Self { table, reason: error.to_string() }
    }
}

/// Some rows of a table: one array per column, of text, 64-bit integers or floats.
pub type Batch = Vec<ArrayRef>;

/// Adds some rows of a table, by their positions.
type Make<'n> = Box<dyn Fn(&[usize], &mut Rows) + Send + Sync + 'n>;

/// Writes the key of a row, by its position.
type Key<'n> = Box<dyn Fn(usize, &mut Vec<u8>) + Send + Sync + 'n>;

enum Content<'n> {
    Made { rows: usize, make: Make<'n> },
    Held(Vec<Batch>),
}

/// A table that can be written or looked at.
pub struct TableSource<'n> {
    pub schema: TableSchema,
    content: Content<'n>,
    key: Option<Key<'n>>,
    in_stretches: bool,
}

impl<'n> TableSource<'n> {
    /// A table of so many rows, each pushed by `make` when it is asked for.
    pub fn made(
        schema: TableSchema,
        rows: usize,
        make: impl Fn(usize, &mut Rows) + Send + Sync + 'n,
    ) -> Self {
        let each = move |wanted: &[usize], rows: &mut Rows| wanted.iter().for_each(|row| make(*row, rows));
        Self::made_by_column(schema, rows, each)
    }

    /// A table of so many rows; `make` adds rows column by column, which is quicker where there are many columns.
    pub fn made_by_column(
        schema: TableSchema,
        rows: usize,
        make: impl Fn(&[usize], &mut Rows) + Send + Sync + 'n,
    ) -> Self {
        Self { schema, content: Content::Made { rows, make: Box::new(make) }, key: None, in_stretches: false }
    }

    /// A table whose rows are there already.
    pub fn held(schema: TableSchema, batches: Vec<Batch>) -> Self {
        Self { schema, content: Content::Held(batches), key: None, in_stretches: false }
    }

    /// Says where a row stands among those of other parts of the same table. Keys rise with the rows; rows of two
    /// parts never have the same one.
    #[must_use]
    pub fn ordered_by(self, key: impl Fn(usize, &mut Vec<u8>) + Send + Sync + 'n) -> Self {
        Self { key: Some(Box::new(key)), ..self }
    }

    /// Says that rows whose keys begin with the same two bytes are a stretch of the table: of one side, say. Stretches are
    /// written one behind the other, and no row group holds rows of two.
    #[must_use]
    pub fn in_stretches(self) -> Self {
        Self { in_stretches: true, ..self }
    }

    /// Whether [`TableSource::in_stretches`] was said.
    pub fn is_in_stretches(&self) -> bool {
        self.in_stretches
    }

    /// The stretches that have rows, with what their keys begin with; a table that has none is one.
    pub fn stretches(&self) -> Vec<(u16, Range<usize>)> {
        let mut stretches = Vec::new();
        let (mut start, mut key) = (0, Vec::new());
        while start < self.len() {
            let of = self.begins(start, &mut key);
            let end = if self.in_stretches {
                first_not(start..self.len(), |row| self.begins(row, &mut key) == of)
            } else {
                self.len()
            };
            stretches.push((of, start..end));
            start = end;
        }
        stretches
    }

    /// What the key of a row begins with.
    fn begins(&self, row: usize, key: &mut Vec<u8>) -> u16 {
        self.key_of(row, key);
        if let [first, second, ..] = key[..] { u16::from_be_bytes([first, second]) } else { 0 }
    }

    /// Writes the key of a row anew; it is empty where a table has none.
    pub fn key_of(&self, row: usize, bytes: &mut Vec<u8>) {
        bytes.clear();
        if let Some(key) = &self.key {
            key(row, bytes);
        }
    }

    /// The first of these rows that does not stand before a key.
    pub fn first_from(&self, rows: Range<usize>, bound: &[u8]) -> usize {
        let mut key = Vec::new();
        first_not(rows, |row| {
            self.key_of(row, &mut key);
            key.as_slice() < bound
        })
    }

    /// The rows of a range as one batch, their keys behind them; `None` for a table that has no parts.
    ///
    /// # Errors
    /// When a row does not have as many cells as the table has columns.
    pub fn keyed(&self, range: Range<usize>) -> Result<Option<Batch>, Misfit> {
        let mut rows = self.rows(range.clone())?;
        Ok(self.keys(range).map(|keys| {
            rows.push(keys);
            rows
        }))
    }

    /// Some rows as one batch, their keys behind them; `None` for a table that has no parts.
    ///
    /// # Errors
    /// When a row does not have as many cells as the table has columns.
    pub fn pick_keyed(&self, rows: &[usize]) -> Result<Option<Batch>, Misfit> {
        let mut batch = self.pick(rows)?.columns;
        Ok(self.keys(rows.iter().copied()).map(|keys| {
            batch.push(keys);
            batch
        }))
    }

    fn keys(&self, rows: impl ExactSizeIterator<Item = usize>) -> Option<ArrayRef> {
        let key = self.key.as_ref()?;
        let mut keys = BinaryBuilder::with_capacity(rows.len(), rows.len() * 24);
        let mut bytes = Vec::new();
        for row in rows {
            bytes.clear();
            key(row, &mut bytes);
            keys.append_value(&bytes);
        }
        Some(Arc::new(keys.finish()))
    }

    /// The rows of a range as one batch.
    ///
    /// # Errors
    /// When a row does not have as many cells as the table has columns.
    pub fn rows(&self, range: Range<usize>) -> Result<Batch, Misfit> {
        Ok(self.of(self.batches(range)?)?.columns)
    }

    pub fn len(&self) -> usize {
        match &self.content {
            Content::Made { rows, .. } => *rows,
            Content::Held(batches) => batches.iter().map(height).sum(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether its rows are there already.
    pub fn is_held(&self) -> bool {
        matches!(self.content, Content::Held(_))
    }

    /// The rows of a range, in order; made in parallel.
    ///
    /// # Errors
    /// When a row does not have as many cells as the table has columns.
    pub fn batches(&self, range: Range<usize>) -> Result<Vec<Batch>, Misfit> {
        match &self.content {
            Content::Made { make, .. } => {
                let starts: Vec<usize> = range.clone().step_by(MADE_ROWS).collect();
                let made = starts.into_par_iter().map(|start| {
                    let wanted: Vec<usize> = (start..range.end.min(start + MADE_ROWS)).collect();
                    self.make(make, &wanted)
                });
                made.collect()
            }
            Content::Held(batches) => {
                let mut start = 0;
                let mut within = Vec::new();
                for batch in batches {
                    let end = start + height(batch);
                    let (from, to) = (range.start.max(start), range.end.min(end));
                    if from < to {
                        within
                            .push(batch.iter().map(|column| column.slice(from - start, to - from)).collect());
                    }
                    start = end;
                }
                Ok(within)
            }
        }
    }

    /// The whole table, held.
    ///
    /// # Errors
    /// When a row does not have as many cells as the table has columns.
    pub fn whole(&self) -> Result<Table, Misfit> {
        self.first(self.len())
    }

    /// The first rows of the table, held.
    ///
    /// # Errors
    /// When a row does not have as many cells as the table has columns.
    pub fn first(&self, most: usize) -> Result<Table, Misfit> {
        let batches = self.batches(0..most.min(self.len()))?;
        self.of(batches)
    }

    /// Some rows of the table, held; each must be there.
    ///
    /// # Errors
    /// When a row does not have as many cells as the table has columns.
    pub fn pick(&self, rows: &[usize]) -> Result<Table, Misfit> {
        match &self.content {
            Content::Made { make, .. } => {
                let made = rows.par_chunks(MADE_ROWS).map(|wanted| self.make(make, wanted));
                self.of(made.collect::<Result<_, Misfit>>()?)
            }
            Content::Held(_) => {
                let mut table = self.whole()?;
                let rows: UInt64Array = rows.iter().map(|row| *row as u64).collect();
                for column in &mut table.columns {
                    *column =
                        take(column, &rows, None).map_err(|error| Misfit::of(self.schema.name, &error))?;
                }
                Ok(table)
            }
        }
    }

    fn make(&self, make: &Make<'n>, wanted: &[usize]) -> Result<Batch, Misfit> {
        let mut rows = Rows::new(&self.schema, wanted.len());
        make(wanted, &mut rows);
        let batch = rows.finish()?;
        if height(&batch) != wanted.len() {
            let reason = format!("{} of {} rows were made", height(&batch), wanted.len());
            return Err(Misfit { table: self.schema.name, reason });
        }
        Ok(batch)
    }

    fn of(&self, batches: Vec<Batch>) -> Result<Table, Misfit> {
        let whole = one_behind_the_other(&batches).map_err(|error| Misfit::of(self.schema.name, &error))?;
        let columns = whole.map_or_else(|| Rows::new(&self.schema, 0).finish(), Ok)?;
        Ok(Table { schema: self.schema.clone(), columns, total: self.len() })
    }
}

/// The first of these rows that something is not true of, where it is true of all before and of none behind. Quickest
/// where that is near the start.
pub fn first_not(rows: Range<usize>, mut is_true: impl FnMut(usize) -> bool) -> usize {
    let (mut start, mut step) = (rows.start, 1);
    while start + step <= rows.end && is_true(start + step - 1) {
        start += step;
        step *= 2;
    }
    let mut end = rows.end.min(start + step - 1);
    while start < end {
        let middle = start + (end - start) / 2;
        if is_true(middle) { start = middle + 1 } else { end = middle }
    }
    start
}

/// One batch out of several; `None` of none.
///
/// # Errors
/// When their columns differ.
pub fn one_behind_the_other(batches: &[Batch]) -> Result<Option<Batch>, ArrowError> {
    let first = match batches {
        [] => return Ok(None),
        [one] => return Ok(Some(one.clone())),
        [first, ..] => first,
    };
    let column =
        |at: usize| concat(&batches.iter().map(|batch| batch[at].as_ref()).collect::<Vec<&dyn Array>>());
    (0..first.len()).map(column).collect::<Result<_, _>>().map(Some)
}

/// How many rows a batch has.
pub fn height(batch: &Batch) -> usize {
    batch.first().map_or(0, |column| column.len())
}

/// A table, or the rows of it that somebody looks at.
#[derive(Debug, Clone)]
pub struct Table {
    pub schema: TableSchema,
    pub columns: Batch,
    /// Rows of the whole table.
    pub total: usize,
}

impl Table {
    /// Rows that are held.
    pub fn len(&self) -> usize {
        height(&self.columns)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A column of text.
    pub fn texts(&self, column: &str) -> Option<&StringArray> {
        self.column(column)?.as_string_opt()
    }

    /// A column of integers: numbers, days, milliseconds, positions.
    pub fn ints(&self, column: &str) -> Option<&Int64Array> {
        self.column(column)?.as_primitive_opt::<Int64Type>()
    }

    pub fn floats(&self, column: &str) -> Option<&Float64Array> {
        self.column(column)?.as_primitive_opt::<Float64Type>()
    }

    fn column(&self, name: &str) -> Option<&ArrayRef> {
        let at = self.schema.columns.iter().position(|spec| spec.name == name)?;
        self.columns.get(at)
    }

    /// A cell as a person reads it; `None` when it is null or there is no such column.
    pub fn show(&self, column: &str, row: usize) -> Option<Cow<'_, str>> {
        let spec = self.schema.columns.iter().find(|spec| spec.name == column)?;
        let int = || {
            let ints = self.ints(column)?;
            ints.is_valid(row).then(|| ints.value(row))
        };
        match &spec.kind {
            Kind::Id | Kind::Personal | Kind::Text | Kind::Label => {
                let texts = self.texts(column)?;
                texts.is_valid(row).then(|| Cow::Borrowed(texts.value(row)))
            }
            Kind::Coded(labels) => {
                labels.get(usize::try_from(int()?).ok()?).map(|label| Cow::Borrowed(label.as_str()))
            }
            Kind::Int => Some(Cow::Owned(int()?.to_string())),
            Kind::Float => {
                let floats = self.floats(column)?;
                floats.is_valid(row).then(|| Cow::Owned(floats.value(row).to_string()))
            }
            Kind::Date => {
                let date = NaiveDate::default().checked_add_signed(TimeDelta::days(int()?))?;
                Some(Cow::Owned(date.to_string()))
            }
            Kind::Timestamp => {
                let moment = DateTime::from_timestamp_millis(int()?)?;
                Some(Cow::Owned(moment.format("%Y-%m-%d %H:%M:%S").to_string()))
            }
            Kind::Flag => Some(Cow::Borrowed(if int()? != 0 { "true" } else { "false" })),
        }
    }
}

/// The tables that a report looks at.
#[derive(Debug, Default)]
pub struct Tables {
    pub list: Vec<Table>,
    /// Rows of the longest of them that are counted and not held: by group, how many of each of three classes.
    pub unheld: BTreeMap<String, [usize; 3]>,
}

impl Tables {
    pub fn get(&self, name: &str) -> Option<&Table> {
        self.list.iter().find(|table| table.schema.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::rows::{Cell, text};

    fn schema() -> TableSchema {
        TableSchema::new("t", &[("word", Kind::Text), ("number", Kind::Int)])
    }

    fn numbers(table: &Table) -> Vec<i64> {
        table.ints("number").expect("integers").values().to_vec()
    }

    fn made(rows: usize) -> TableSource<'static> {
        TableSource::made(schema(), rows, |row, rows| {
            rows.push([text(if row % 2 == 0 { "even" } else { "odd" }), Cell::Int(Some(row as i64))]);
        })
    }

    #[test]
    fn rows_are_the_same_made_or_held() {
        let count = 2 * MADE_ROWS + 3;
        let made = made(count);
        assert_eq!(made.len(), count);
        let batches = made.batches(0..count).expect("rows");
        assert_eq!(batches.iter().map(height).collect::<Vec<_>>(), [MADE_ROWS, MADE_ROWS, 3]);
        let held = TableSource::held(schema(), batches);
        let rows = [count - 1, 5, MADE_ROWS, 5];
        for source in [&made, &held] {
            let first = source.first(MADE_ROWS + 2).expect("rows");
            assert_eq!((first.len(), first.total), (MADE_ROWS + 2, count));
            assert_eq!(numbers(&source.pick(&rows).expect("rows")), rows.map(|row| row as i64));
            let across: Vec<Batch> = source.batches(MADE_ROWS - 1..MADE_ROWS + 2).expect("rows");
            assert_eq!(across.iter().map(height).sum::<usize>(), 3);
        }
        let whole = made.whole().expect("rows");
        assert_eq!(whole.show("word", MADE_ROWS + 1).as_deref(), Some("odd"));
        assert_eq!(whole.show("missing", 0), None);
        assert_eq!(numbers(&whole), (0..count as i64).collect::<Vec<_>>());
    }

    #[test]
    fn the_first_row_that_is_not_is_found() {
        for (start, end) in [(0, 0), (0, 1), (3, 4), (2, 40), (5, 21)] {
            for first in start..=end {
                assert_eq!(first_not(start..end, |row| row < first), first, "{start}..{end}");
            }
        }
    }

    #[test]
    fn a_row_that_does_not_fit_is_told() {
        let one_cell = TableSource::made(schema(), 1, |_, rows| rows.push([text("a")]));
        assert!(one_cell.whole().is_err());
        let of_another_kind = TableSource::made(schema(), 1, |_, rows| rows.push([text("a"), text("b")]));
        assert!(of_another_kind.whole().is_err());
        let none = TableSource::made(schema(), 2, |row, rows| {
            if row == 0 {
                rows.push([text("a"), Cell::Int(None)]);
            }
        });
        assert!(none.whole().is_err_and(|error| error.to_string().contains("1 of 2 rows")));
        let uneven = TableSource::made_by_column(schema(), 2, |wanted, rows| {
            rows.nulls(0, wanted.len());
            rows.ints(1, [Some(1)].into_iter());
        });
        assert!(uneven.whole().is_err());
    }
}
