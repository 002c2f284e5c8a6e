//! Builds a table row by row, column types taken from its declaration.

use polars::prelude::{Column, DataFrame, Float64Chunked, IntoColumn, NewChunkedArray, PlSmallStr};

use super::TableError;
use crate::engine::frame::{IntBuilder, TextBuilder};
use crate::engine::table::{Kind, Table, TableSchema};

/// One cell of a row; it must fit the declared kind of its column.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'a> {
    Text(Option<&'a str>),
    Int(Option<i64>),
    Float(Option<f64>),
}

enum Builder {
    Text(TextBuilder),
    Int(IntBuilder),
    Float(Vec<Option<f64>>),
}

/// A table under construction.
pub struct Rows {
    schema: TableSchema,
    builders: Vec<Builder>,
    height: usize,
}

impl Rows {
    pub fn new(schema: TableSchema, rows: usize) -> Self {
        let builders = schema
            .columns
            .iter()
            .map(|column| match column.kind {
                Kind::Id | Kind::Text | Kind::Label => Builder::Text(TextBuilder::with_capacity(rows)),
                Kind::Float => Builder::Float(Vec::with_capacity(rows)),
                _ => Builder::Int(IntBuilder::with_capacity(rows)),
            })
            .collect();
        Self { schema, builders, height: 0 }
    }

    /// Adds a row: one cell per column, in order. A cell that does not fit becomes null, and
    /// [`Self::finish`] refuses a row of another width.
    pub fn push<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            match (builder, cell) {
                (Builder::Text(builder), Cell::Text(value)) => builder.push(value),
                (Builder::Int(builder), Cell::Int(value)) => builder.push(value),
                (Builder::Float(builder), Cell::Float(value)) => builder.push(value),
                (Builder::Text(builder), _) => builder.push(None),
                (Builder::Int(builder), _) => builder.push(None),
                (Builder::Float(builder), _) => builder.push(None),
            }
        }
        self.height += 1;
    }

    /// # Errors
    /// When a row did not have as many cells as the table has columns.
    pub fn finish(self) -> Result<Table, TableError> {
        let Self { schema, builders, height } = self;
        let columns: Vec<Column> = builders
            .into_iter()
            .zip(&schema.columns)
            .map(|(builder, spec)| match builder {
                Builder::Text(builder) => builder.finish(&spec.name),
                Builder::Int(builder) => builder.finish(&spec.name),
                Builder::Float(values) => {
                    Float64Chunked::from_iter_options(PlSmallStr::from_str(&spec.name), values.into_iter())
                        .into_column()
                }
            })
            .collect();
        let frame = DataFrame::new(height, columns)
            .map_err(|source| TableError::Frame { table: schema.name, source })?;
        Ok(Table { schema, frame })
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
