//! Raw cells of one piece of an export: only the mapped columns, as written.

use std::sync::Arc;

use polars_arrow::array::{PrimitiveArray, Utf8Array};
use polars_arrow::datatypes::ArrowDataType;
use polars_arrow::offset::OffsetsBuffer;

use crate::domain::date::DatePattern;
use crate::domain::dossier::FieldName;

/// The text of a piece of a file, shared by the columns whose cells lie in it.
///
/// An array of one text: the standard library takes three times as long to see that bytes are UTF-8.
#[derive(Debug, Clone)]
pub struct PieceText(Utf8Array<i64>);

impl PieceText {
    /// # Errors
    /// Gives the bytes back when they are not UTF-8 throughout.
    pub fn of(bytes: Vec<u8>) -> Result<Self, Vec<u8>> {
        let whole = OffsetsBuffer::try_from(vec![0, bytes.len() as i64]);
        let bytes = PrimitiveArray::from_vec(bytes).values().clone();
        let text =
            whole.and_then(|whole| Utf8Array::try_new(ArrowDataType::LargeUtf8, whole, bytes.clone(), None));
        text.map(Self).map_err(|_| bytes.to_vec())
    }

    pub fn as_str(&self) -> &str {
        self.0.values_iter().next().unwrap_or_default()
    }
}

impl Default for PieceText {
    fn default() -> Self {
        Self(Utf8Array::new_empty(ArrowDataType::LargeUtf8))
    }
}

/// The text cells of one column: each is a place in the piece of the file that was read, or, where it
/// had to be decoded or lost its quotes, in a buffer of the column's own.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    piece: Arc<PieceText>,
    own: String,
    /// Start and end; [`OWN`] in the start says in which text.
    places: Vec<(u32, u32)>,
}

/// Marks a place in the column's own buffer. No piece is as long as this.
const OWN: u32 = 1 << 31;

impl Cells {
    /// A column whose cells may lie in `piece`, with room for so many.
    pub fn over(piece: Arc<PieceText>, rows: usize) -> Self {
        Self { piece, own: String::new(), places: Vec::with_capacity(rows) }
    }

    /// Copies a cell into the column's own buffer.
    pub fn push(&mut self, cell: &str) {
        let start = self.own.len() as u32;
        self.own.push_str(cell);
        self.places.push((start | OWN, self.own.len() as u32));
    }

    /// Adds a cell that lies in the piece.
    pub fn push_place(&mut self, (start, end): (u32, u32)) {
        self.places.push((start, end));
    }

    pub fn get(&self, row: usize) -> &str {
        cell(self.piece.as_str(), &self.own, self.places[row])
    }

    /// Takes cells off the end.
    pub fn truncate(&mut self, rows: usize) {
        self.places.truncate(rows);
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let piece = self.piece.as_str();
        self.places.iter().map(move |place| cell(piece, &self.own, *place))
    }
}

#[inline]
fn cell<'t>(piece: &'t str, own: &'t str, (start, end): (u32, u32)) -> &'t str {
    let text = if start & OWN == 0 { piece } else { own };
    &text[(start & !OWN) as usize..end as usize]
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
    /// What of this piece could not be read, in words: the file ends in the middle of a record, or is damaged here.
    pub damage: Option<String>,
}

impl RawBatch {
    /// An empty batch whose cells may lie in `piece`, with room for so many rows.
    pub fn over(piece: &Arc<PieceText>, columns: usize, rows: usize) -> Self {
        let columns = (0..columns).map(|_| Cells::over(Arc::clone(piece), rows)).collect();
        Self { columns, rows: Vec::with_capacity(rows), ..Self::default() }
    }

    pub fn new(columns: usize, sheet: Option<Arc<str>>) -> Self {
        Self { sheet, columns: vec![Cells::default(); columns], ..Self::default() }
    }
}
