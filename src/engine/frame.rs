//! Typed builders and readers for the columns of a Polars frame.
//!
//! A frame of this project holds two physical types only: text, and 64-bit integers (numbers, days,
//! milliseconds, label positions). What an integer means is said by the table schema, so that the
//! kernels stay small and Polars is compiled with few features.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, StringArray};
use arrow::datatypes::Int64Type as ArrowInt;
use polars::prelude::{
    ChunkedArray, Column, DataFrame, DataType, Int64Chunked, Int64Type, IntoColumn, PlSmallStr, PolarsResult,
    StringChunked,
};
use polars_arrow::array::{Array, MutablePlString, PrimitiveArray, Utf8ViewArray, View};
use polars_arrow::bitmap::MutableBitmap;
use polars_arrow::datatypes::ArrowDataType;
use rayon::prelude::*;

use super::table::{Batch, height};

/// Builds one nullable text column.
pub struct TextBuilder(MutablePlString);

impl TextBuilder {
    pub fn with_capacity(rows: usize) -> Self {
        Self(MutablePlString::with_capacity(rows))
    }

    pub fn push(&mut self, value: Option<&str>) {
        self.0.push(value);
    }

    pub fn finish(self, name: &str) -> Column {
        StringChunked::with_chunk(PlSmallStr::from_str(name), self.0.freeze()).into_column()
    }
}

/// Values one behind the other, some of them empty.
struct Cells<T> {
    values: Vec<T>,
    /// From the first null on.
    validity: Option<MutableBitmap>,
}

impl<T: Copy + Default> Cells<T> {
    fn with_capacity(rows: usize) -> Self {
        Self { values: Vec::with_capacity(rows), validity: None }
    }

    #[inline]
    fn push(&mut self, value: Option<T>) {
        match (&mut self.validity, value) {
            (None, Some(_)) => {}
            (None, None) => {
                let mut validity = MutableBitmap::with_capacity(self.values.capacity());
                validity.extend_constant(self.values.len(), true);
                validity.push(false);
                self.validity = Some(validity);
            }
            (Some(validity), value) => validity.push(value.is_some()),
        }
        self.values.push(value.unwrap_or_default());
    }
}

/// Builds one nullable integer column.
pub struct IntBuilder(Cells<i64>);

impl IntBuilder {
    pub fn with_capacity(rows: usize) -> Self {
        Self(Cells::with_capacity(rows))
    }

    #[inline]
    pub fn push(&mut self, value: Option<i64>) {
        self.0.push(value);
    }

    pub fn finish(self, name: &str) -> Column {
        let Cells { values, validity } = self.0;
        let validity = validity.map(Into::into);
        Int64Chunked::from_vec_validity(PlSmallStr::from_str(name), values, validity).into_column()
    }
}

/// A text of at most twelve bytes, which stands where it is named.
pub(super) type ShortText = View;

/// Builds one nullable column of short texts.
pub(super) struct ShortTextBuilder(Cells<ShortText>);

impl ShortTextBuilder {
    pub fn with_capacity(rows: usize) -> Self {
        Self(Cells::with_capacity(rows))
    }

    #[inline]
    pub fn push(&mut self, text: Option<ShortText>) {
        self.0.push(text);
    }

    /// # Errors
    /// When one of them is not short.
    pub fn finish(self, name: &str) -> PolarsResult<Column> {
        let Cells { values, validity } = self.0;
        let no_letters = Default::default();
        let texts = Utf8ViewArray::try_new(
            ArrowDataType::Utf8View,
            values.into(),
            no_letters,
            validity.map(Into::into),
        )?;
        Ok(StringChunked::with_chunk(PlSmallStr::from_str(name), texts).into_column())
    }
}

/// A text column without values; takes no memory of its own.
pub fn null_texts(name: &str, rows: usize) -> Column {
    Column::full_null(PlSmallStr::from_str(name), rows, &DataType::String)
}

/// Random access to a text column of one chunk.
#[derive(Clone, Copy)]
pub struct Texts<'a>(&'a Utf8ViewArray);

impl<'a> Texts<'a> {
    /// # Errors
    /// When the frame has no such text column.
    pub fn of(frame: &'a DataFrame, name: &str) -> PolarsResult<Self> {
        Self::of_column(frame.column(name)?)
    }

    /// # Errors
    /// When it holds no text.
    pub(super) fn of_column(column: &'a Column) -> PolarsResult<Self> {
        Ok(Self(column.str()?.downcast_as_array()))
    }

    #[inline]
    pub fn get(&self, row: usize) -> Option<&'a str> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = Option<&'a str>> + use<'a> {
        self.0.iter()
    }

    /// The texts as short ones; `None` where there may be a longer one.
    pub(super) fn short(&self) -> Option<impl Iterator<Item = Option<ShortText>> + use<'a>> {
        let views = self.0.views().iter().zip(self.0.iter());
        let is_short = self.0.data_buffers().is_empty();
        is_short.then(|| views.map(|(view, text)| text.is_some().then_some(*view)))
    }
}

/// Random access to an integer column of one chunk.
#[derive(Clone, Copy)]
pub struct Ints<'a>(&'a PrimitiveArray<i64>);

impl<'a> Ints<'a> {
    /// # Errors
    /// When the frame has no such integer column.
    pub fn of(frame: &'a DataFrame, name: &str) -> PolarsResult<Self> {
        Self::of_column(frame.column(name)?)
    }

    /// # Errors
    /// When it holds no integers.
    pub(super) fn of_column(column: &'a Column) -> PolarsResult<Self> {
        Ok(Self(column.i64()?.downcast_as_array()))
    }

    #[inline]
    pub fn get(&self, row: usize) -> Option<i64> {
        self.0.is_valid(row).then(|| self.0.values()[row])
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }
}

/// Whole rows of a frame whose columns are of one chunk.
pub struct WholeRows<'a> {
    ints: Vec<Ints<'a>>,
    texts: Vec<Texts<'a>>,
}

impl<'a> WholeRows<'a> {
    /// By all columns but the named ones.
    pub fn without(frame: &'a DataFrame, left_out: &[&str]) -> Self {
        let names = frame.get_column_names().into_iter().map(PlSmallStr::as_str);
        let names: Vec<&str> = names.filter(|name| !left_out.contains(name)).collect();
        Self {
            ints: names.iter().filter_map(|name| Ints::of(frame, name).ok()).collect(),
            texts: names.iter().filter_map(|name| Texts::of(frame, name).ok()).collect(),
        }
    }

    /// By the first column in which two rows differ, integers before texts; equal when there is none.
    pub fn compare(&self, a: usize, b: usize) -> Ordering {
        self.against(a, self, b)
    }

    /// A row against one of another frame with the same columns.
    pub(super) fn against(&self, a: usize, other: &Self, b: usize) -> Ordering {
        let ints = self.ints.iter().zip(&other.ints).map(|(own, other)| own.get(a).cmp(&other.get(b)));
        let texts = self.texts.iter().zip(&other.texts).map(|(own, other)| own.get(a).cmp(&other.get(b)));
        ints.chain(texts).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// Stacks frames of one schema; the chunks stay where they are.
///
/// # Errors
/// When the schemas differ.
pub fn stack(frames: Vec<DataFrame>) -> PolarsResult<DataFrame> {
    let mut frames = frames.into_iter();
    let mut all = frames.next().unwrap_or_default();
    for frame in frames {
        all.vstack_mut_owned(frame)?;
    }
    Ok(all)
}

/// The frame with every column in a single chunk.
pub fn whole(mut frame: DataFrame) -> DataFrame {
    frame.rechunk_mut_par();
    frame
}

/// The columns of a frame as arrays that can wait on disk.
///
/// # Errors
/// When a column is neither text nor integers.
pub fn to_batch(frame: &DataFrame) -> PolarsResult<Batch> {
    let array = |column: &Column| -> PolarsResult<ArrayRef> {
        if let Ok(texts) = column.str() {
            return Ok(Arc::new(texts.iter().collect::<StringArray>()));
        }
        Ok(Arc::new(column.i64()?.iter().collect::<Int64Array>()))
    };
    frame.columns().iter().map(array).collect()
}

/// Puts the arrays of [`to_batch`] back into one frame.
pub struct FrameBuilder {
    columns: Vec<(String, Building)>,
    rows: usize,
}

enum Building {
    Texts(TextBuilder),
    Ints(IntBuilder),
}

impl FrameBuilder {
    /// Of so many rows, with the columns of `like`.
    pub fn new(like: &DataFrame, rows: usize) -> Self {
        let column = |column: &Column| {
            let building = match column.str() {
                Ok(_) => Building::Texts(TextBuilder::with_capacity(rows)),
                Err(_) => Building::Ints(IntBuilder::with_capacity(rows)),
            };
            (column.name().to_string(), building)
        };
        Self { columns: like.columns().iter().map(column).collect(), rows: 0 }
    }

    /// Adds rows behind those that are there; of a column of another kind, nothing.
    pub fn push(&mut self, batch: &Batch) {
        self.rows += height(batch);
        self.columns.par_iter_mut().zip(batch).for_each(|((_, building), array)| match building {
            Building::Texts(texts) => {
                array.as_string_opt::<i32>().into_iter().flatten().for_each(|text| texts.push(text));
            }
            Building::Ints(ints) => {
                array.as_primitive_opt::<ArrowInt>().into_iter().flatten().for_each(|int| ints.push(int));
            }
        });
    }

    /// # Errors
    /// When a chunk was of other columns.
    pub fn finish(self) -> PolarsResult<DataFrame> {
        let columns = self.columns.into_iter().map(|(name, building)| match building {
            Building::Texts(texts) => texts.finish(&name),
            Building::Ints(ints) => ints.finish(&name),
        });
        DataFrame::new(self.rows, columns.collect())
    }
}

/// An integer column from plain values.
pub fn ints(name: &str, values: Vec<i64>) -> Column {
    ChunkedArray::<Int64Type>::from_vec(PlSmallStr::from_str(name), values).into_column()
}
