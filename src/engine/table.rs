//! A table: a frame and what its columns mean.

use std::sync::Arc;

use polars::prelude::DataFrame;

/// What a column holds, and so how it is written.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Nearly unique text, looked up by value: bloom filter, no dictionary.
    Id,
    Text,
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
            Self::Id => "id",
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
        let columns =
            columns.iter().map(|(name, kind)| ColumnSpec { name: (*name).to_owned(), kind: kind.clone() }).collect();
        Self { name, columns }
    }
}

/// A frame whose columns are exactly those of its schema.
#[derive(Debug, Clone)]
pub struct Table {
    pub schema: TableSchema,
    pub frame: DataFrame,
}
