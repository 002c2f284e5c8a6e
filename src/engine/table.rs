//! A table: a frame and what its columns mean.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta};
use polars::prelude::DataFrame;

use super::frame::{Ints, Texts};

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
        let columns = columns
            .iter()
            .map(|(name, kind)| ColumnSpec { name: (*name).to_owned(), kind: kind.clone() })
            .collect();
        Self { name, columns }
    }
}

/// A frame whose columns are exactly those of its schema.
#[derive(Debug, Clone)]
pub struct Table {
    pub schema: TableSchema,
    pub frame: DataFrame,
}

impl Table {
    pub fn height(&self) -> usize {
        self.frame.height()
    }

    /// A cell as a person reads it; `None` when it is null or there is no such column.
    pub fn show(&self, column: &str, row: usize) -> Option<Cow<'_, str>> {
        let spec = self.schema.columns.iter().find(|spec| spec.name == column)?;
        match &spec.kind {
            Kind::Id | Kind::Text | Kind::Label => {
                Texts::of(&self.frame, column).ok()?.get(row).map(Cow::Borrowed)
            }
            Kind::Coded(labels) => {
                let code = self.int(column, row)?;
                labels.get(code as usize).map(|label| Cow::Borrowed(label.as_str()))
            }
            Kind::Int => self.int(column, row).map(|value| Cow::Owned(value.to_string())),
            Kind::Float => self.float(column, row).map(|value| Cow::Owned(value.to_string())),
            Kind::Date => {
                let date =
                    NaiveDate::default().checked_add_signed(TimeDelta::days(self.int(column, row)?))?;
                Some(Cow::Owned(date.to_string()))
            }
            Kind::Timestamp => {
                let moment = DateTime::from_timestamp_millis(self.int(column, row)?)?;
                Some(Cow::Owned(moment.format("%Y-%m-%d %H:%M:%S").to_string()))
            }
            Kind::Flag => {
                self.int(column, row).map(|flag| Cow::Borrowed(if flag != 0 { "true" } else { "false" }))
            }
        }
    }

    /// The integer behind a cell.
    pub fn int(&self, column: &str, row: usize) -> Option<i64> {
        Ints::of(&self.frame, column).ok()?.get(row)
    }

    pub fn float(&self, column: &str, row: usize) -> Option<f64> {
        self.frame.column(column).ok()?.f64().ok()?.get(row)
    }
}

/// The tables of one run, in the order they are written.
#[derive(Debug, Default)]
pub struct Tables {
    pub list: Vec<Table>,
}

impl Tables {
    pub fn get(&self, name: &str) -> Option<&Table> {
        self.list.iter().find(|table| table.schema.name == name)
    }
}
