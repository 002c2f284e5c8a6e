//! Raw cells of one piece of an export: only the mapped columns, as written.

use std::sync::Arc;

use crate::domain::date::DatePattern;
use crate::domain::dossier::FieldName;

/// The text cells of one column, end to end in one buffer.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    text: String,
    ends: Vec<u32>,
}

impl Cells {
    pub fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len() as u32);
    }

    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.text[start..self.ends[row] as usize]
    }

    /// Takes cells off the end.
    pub fn truncate(&mut self, rows: usize) {
        let end =
            if rows == 0 { 0 } else { self.ends.get(rows - 1).map_or(self.text.len(), |end| *end as usize) };
        self.text.truncate(end);
        self.ends.truncate(rows);
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|row| self.get(row))
    }
}

/// A row that could not be cut into its cells.
#[derive(Debug, Clone)]
pub struct BadRow {
    pub row: u64,
    pub reason: RowReason,
    pub detail: String,
    /// The dossier code, where it could still be read.
    pub code: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowReason {
    RaggedRow,
    UnclosedQuote,
    /// A cell holds bytes that are no text in the encoding of its column.
    NotUtf8,
    BrokenJson,
    NotARecord,
    TooLong,
}

impl RowReason {
    pub fn code(self) -> &'static str {
        match self {
            Self::RaggedRow => "ragged_row",
            Self::UnclosedQuote => "unclosed_quote",
            Self::NotUtf8 => "not_utf8",
            Self::BrokenJson => "broken_json",
            Self::NotARecord => "not_a_record",
            Self::TooLong => "too_long",
        }
    }
}

/// A row that adds up the ones above it.
#[derive(Debug, Clone)]
pub struct TotalsRow {
    pub row: u64,
    /// What stands in the mapped columns.
    pub columns: Vec<(FieldName, String)>,
    pub cells: Vec<String>,
}

/// One piece of an export.
#[derive(Debug, Clone, Default)]
pub struct RawBatch {
    pub sheet: Option<Arc<str>>,
    /// Row of each record in the file or sheet, 1-based, as a person sees it.
    pub rows: Vec<u64>,
    /// One per mapped column, in the order of the system's columns.
    pub columns: Vec<Cells>,
    pub bad: Vec<BadRow>,
    /// Blank rows, repeated headers and totals.
    pub set_aside: u64,
    pub totals: Vec<TotalsRow>,
    pub dates: Arc<[DatePattern]>,
    /// The file ends in the middle of this piece's last record.
    pub breaks_off: bool,
}

impl RawBatch {
    /// An empty piece that has room for so many bytes of text, evenly over its columns.
    pub fn with_room(columns: usize, bytes: usize) -> Self {
        let mut batch = Self::new(columns, None);
        for column in &mut batch.columns {
            column.text.reserve(bytes / columns.max(1));
        }
        batch
    }

    pub fn new(columns: usize, sheet: Option<Arc<str>>) -> Self {
        Self { sheet, columns: vec![Cells::default(); columns], ..Self::default() }
    }
}
