//! Builds rows of a table one by one, column types taken from its declaration.

use std::sync::{Arc, LazyLock};

use arrow::array::{
    ArrayRef, ArrowPrimitiveType, NullBufferBuilder, PrimitiveArray, StringArray, new_null_array,
};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer};
use arrow::datatypes::{ArrowNativeType, DataType, Float64Type, Int64Type};
use arrow::error::ArrowError;

use super::id::{self, Id};
use super::table::{Batch, Kind, MADE_ROWS, Misfit, TableSchema, TableSource, height};

/// One cell of a row; it must fit the declared kind of its column.
#[derive(Debug, Clone)]
pub enum Cell<'a> {
    Text(Option<&'a str>),
    Id(Option<Id>),
    Int(Option<i64>),
    Float(Option<f64>),
}

/// Which cells are empty.
#[derive(Debug)]
struct Held {
    cells: NullBufferBuilder,
    /// Cells that hold something, behind those that are noted.
    run: usize,
}

impl Held {
    fn with_capacity(rows: usize) -> Self {
        Self { cells: NullBufferBuilder::new(rows), run: 0 }
    }

    #[inline]
    fn push(&mut self, is_held: bool) {
        if is_held {
            self.run += 1;
        } else {
            self.push_nulls(1);
        }
    }

    fn push_nulls(&mut self, count: usize) {
        if count == 0 {
            // Without an empty cell there are no bits.
            return;
        }
        self.cells.append_n_non_nulls(std::mem::take(&mut self.run));
        self.cells.append_n_nulls(count);
    }

    fn finish(mut self) -> Option<NullBuffer> {
        self.cells.append_n_non_nulls(self.run);
        self.cells.finish()
    }
}

/// Texts one behind the other.
#[derive(Debug)]
struct Texts {
    letters: Vec<u8>,
    /// Where each begins, and the last ends.
    ends: Vec<i32>,
    held: Held,
}

impl Texts {
    fn with_capacity(rows: usize, letters: usize) -> Self {
        let mut ends = Vec::with_capacity(rows + 1);
        ends.push(0);
        Self { letters: Vec::with_capacity(letters), ends, held: Held::with_capacity(rows) }
    }

    #[inline]
    fn push(&mut self, text: Option<&str>) {
        self.letters.extend_from_slice(text.unwrap_or_default().as_bytes());
        self.end(text.is_some());
    }

    /// As many letters every time, which are copied without a call.
    #[inline]
    fn push_id(&mut self, id: Option<Id>) {
        if let Some(id) = id {
            self.letters.extend_from_slice(&id.letters());
        }
        self.end(id.is_some());
    }

    #[inline]
    fn end(&mut self, is_held: bool) {
        // Too many letters are refused at the end.
        self.ends.push(self.letters.len() as i32);
        self.held.push(is_held);
    }

    fn push_nulls(&mut self, count: usize) {
        self.ends.resize(self.ends.len() + count, self.letters.len() as i32);
        self.held.push_nulls(count);
    }

    fn finish(self) -> Result<StringArray, ArrowError> {
        if i32::try_from(self.letters.len()).is_err() {
            return Err(ArrowError::OffsetOverflowError(self.letters.len()));
        }
        let ends = OffsetBuffer::new(self.ends.into());
        StringArray::try_new(ends, Buffer::from_vec(self.letters), self.held.finish())
    }
}

/// Numbers one behind the other.
#[derive(Debug)]
struct Numbers<T> {
    values: Vec<T>,
    held: Held,
}

impl<T: Copy + Default + ArrowNativeType> Numbers<T> {
    fn with_capacity(rows: usize) -> Self {
        Self { values: Vec::with_capacity(rows), held: Held::with_capacity(rows) }
    }

    #[inline]
    fn push(&mut self, value: Option<T>) {
        self.values.push(value.unwrap_or_default());
        self.held.push(value.is_some());
    }

    fn push_nulls(&mut self, count: usize) {
        self.values.resize(self.values.len() + count, T::default());
        self.held.push_nulls(count);
    }

    fn finish<A: ArrowPrimitiveType<Native = T>>(self) -> Result<PrimitiveArray<A>, ArrowError> {
        PrimitiveArray::try_new(self.values.into(), self.held.finish())
    }
}

/// What the cells of a column are, and the letters of a text, about.
#[derive(Debug, Clone, Copy)]
enum Of {
    Texts(usize),
    Ints,
    Floats,
}

#[derive(Debug)]
enum Builder {
    /// So many empty cells and nothing else: columns that nobody fills take no memory.
    Empty(Of, usize),
    Text(Texts),
    Int(Numbers<i64>),
    Float(Numbers<f64>),
}

impl Builder {
    /// Ready for cells, of about so many rows.
    fn filled(&mut self, rows: usize) -> &mut Self {
        if let Self::Empty(of, count) = *self {
            *self = match of {
                Of::Texts(letters) => {
                    let mut texts = Texts::with_capacity(rows, rows * letters);
                    texts.push_nulls(count);
                    Self::Text(texts)
                }
                Of::Ints => {
                    let mut ints = Numbers::with_capacity(rows);
                    ints.push_nulls(count);
                    Self::Int(ints)
                }
                Of::Floats => {
                    let mut floats = Numbers::with_capacity(rows);
                    floats.push_nulls(count);
                    Self::Float(floats)
                }
            };
        }
        self
    }
}

/// Empty columns of [`MADE_ROWS`] rows: texts, integers, floats.
static EMPTY: LazyLock<[ArrayRef; 3]> = LazyLock::new(|| {
    [DataType::Utf8, DataType::Int64, DataType::Float64].map(|kind| new_null_array(&kind, MADE_ROWS))
});

fn empty(of: Of, count: usize) -> ArrayRef {
    let (at, kind) = match of {
        Of::Texts(_) => (0, DataType::Utf8),
        Of::Ints => (1, DataType::Int64),
        Of::Floats => (2, DataType::Float64),
    };
    if count <= MADE_ROWS { EMPTY[at].slice(0, count) } else { new_null_array(&kind, count) }
}

/// Rows under construction.
#[derive(Debug)]
pub struct Rows {
    table: &'static str,
    builders: Vec<Builder>,
    /// How many are to come, about.
    rows: usize,
    fits: bool,
}

impl Rows {
    pub fn new(schema: &TableSchema, rows: usize) -> Self {
        let of = |kind: &Kind| match kind {
            Kind::Id | Kind::Personal | Kind::Text => Of::Texts(id::LENGTH),
            Kind::Label => Of::Texts(8),
            Kind::Float => Of::Floats,
            Kind::Coded(_) | Kind::Int | Kind::Date | Kind::Timestamp | Kind::Flag => Of::Ints,
        };
        let builders = schema.columns.iter().map(|column| Builder::Empty(of(&column.kind), 0)).collect();
        Self { table: schema.name, builders, rows, fits: true }
    }

    /// Adds a row: one cell per column, in order. A row that does not fit is told by [`Self::finish`].
    pub fn push<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        let mut cells = cells.into_iter();
        for builder in &mut self.builders {
            match (builder.filled(self.rows), cells.next()) {
                (Builder::Text(texts), Some(Cell::Text(value))) => texts.push(value),
                (Builder::Text(texts), Some(Cell::Id(id))) => texts.push_id(id),
                (Builder::Int(builder), Some(Cell::Int(value))) => builder.push(value),
                (Builder::Float(builder), Some(Cell::Float(value))) => builder.push(value),
                _ => self.fits = false,
            }
        }
        self.fits &= cells.next().is_none();
    }

    /// Adds texts to one column; whoever adds by column adds as many to every one.
    pub fn texts<T: AsRef<str>>(&mut self, column: usize, cells: impl Iterator<Item = Option<T>>) {
        match self.filled(column) {
            Some(Builder::Text(texts)) => cells.for_each(|cell| texts.push(cell.as_ref().map(T::as_ref))),
            _ => self.fits = false,
        }
    }

    /// Adds ids to one column.
    pub fn ids(&mut self, column: usize, cells: impl Iterator<Item = Option<Id>>) {
        match self.filled(column) {
            Some(Builder::Text(texts)) => cells.for_each(|cell| texts.push_id(cell)),
            _ => self.fits = false,
        }
    }

    /// Adds integers to one column.
    pub fn ints(&mut self, column: usize, cells: impl Iterator<Item = Option<i64>>) {
        match self.filled(column) {
            Some(Builder::Int(builder)) => cells.for_each(|cell| builder.push(cell)),
            _ => self.fits = false,
        }
    }

    /// Adds floats to one column.
    pub fn floats(&mut self, column: usize, cells: impl Iterator<Item = Option<f64>>) {
        match self.filled(column) {
            Some(Builder::Float(builder)) => cells.for_each(|cell| builder.push(cell)),
            _ => self.fits = false,
        }
    }

    /// Adds so many empty cells to one column.
    pub fn nulls(&mut self, column: usize, count: usize) {
        match self.builders.get_mut(column) {
            Some(Builder::Empty(_, empty)) => *empty += count,
            Some(Builder::Text(texts)) => texts.push_nulls(count),
            Some(Builder::Int(builder)) => builder.push_nulls(count),
            Some(Builder::Float(builder)) => builder.push_nulls(count),
            None => self.fits = false,
        }
    }

    fn filled(&mut self, column: usize) -> Option<&mut Builder> {
        Some(self.builders.get_mut(column)?.filled(self.rows))
    }

    /// # Errors
    /// When a row did not have the cells that the table has columns.
    pub fn finish(self) -> Result<Batch, Misfit> {
        if !self.fits {
            return Err(Misfit { table: self.table, reason: "a row does not fit its columns".to_owned() });
        }
        let column = |builder| -> Result<ArrayRef, Misfit> {
            let array: Result<ArrayRef, ArrowError> = match builder {
                Builder::Empty(of, count) => Ok(empty(of, count)),
                Builder::Text(texts) => texts.finish().map(|array| Arc::new(array) as ArrayRef),
                Builder::Int(ints) => ints.finish::<Int64Type>().map(|array| Arc::new(array) as ArrayRef),
                Builder::Float(floats) => {
                    floats.finish::<Float64Type>().map(|array| Arc::new(array) as ArrayRef)
                }
            };
            array.map_err(|error| Misfit::of(self.table, &error))
        };
        let batch: Batch = self.builders.into_iter().map(column).collect::<Result<_, Misfit>>()?;
        if batch.iter().any(|column| column.len() != height(&batch)) {
            return Err(Misfit { table: self.table, reason: "its columns differ in length".to_owned() });
        }
        Ok(batch)
    }

    /// These rows as a whole table.
    ///
    /// # Errors
    /// When a row did not have the cells that the table has columns.
    pub fn table<'n>(self, schema: TableSchema) -> Result<TableSource<'n>, Misfit> {
        let batch = self.finish()?;
        Ok(TableSource::held(schema, vec![batch]))
    }
}

pub fn text(value: &str) -> Cell<'_> {
    Cell::Text(Some(value))
}

pub fn maybe(value: Option<&str>) -> Cell<'_> {
    Cell::Text(value)
}

pub fn int<'a>(value: impl Into<i64>) -> Cell<'a> {
    Cell::Int(Some(value.into()))
}

pub fn count<'a>(value: u64) -> Cell<'a> {
    Cell::Int(i64::try_from(value).ok())
}

/// Rounded, so that the last bits of a logarithm do not stand in a table; without the sign of -0.
pub fn to_places(value: f64, places: i32) -> f64 {
    let scale = 10f64.powi(places);
    (value * scale).round() / scale + 0.0
}
