//! Exports whose values are reached by name: JSON documents and lines, Parquet, Arrow.

pub mod arrow_check;
pub mod columnar;
pub mod json;

use std::sync::Arc;

use super::cells::{BadRow, Cells, RawBatch, RowReason};
use super::source::bytes::Bytes;
use super::{Layout, LoadError, OpenError, evidence};
use crate::config::file_kind::FileKind;
use crate::config::plan::SystemPlan;
use crate::domain::date::DatePattern;
use crate::domain::encoding::{ColumnEncoding, Encoding};
use columnar::ColumnarFile;
use json::JsonFile;

/// An open export whose values are reached by name.
#[derive(Debug)]
pub struct KeyedFile {
    rows: Rows,
    /// One per mapped column.
    decoders: Vec<ColumnEncoding>,
    dates: Arc<[DatePattern]>,
}

#[derive(Debug)]
enum Rows {
    Json(JsonFile),
    Columnar(ColumnarFile),
}

impl Rows {
    fn pieces(&self) -> usize {
        match self {
            Self::Json(file) => file.pieces(),
            Self::Columnar(file) => file.pieces(),
        }
    }

    fn piece(&self, index: usize) -> Result<RawBatch, LoadError> {
        match self {
            Self::Json(file) => file.piece(index),
            Self::Columnar(file) => file.piece(index),
        }
    }
}

/// Opens a keyed export; what was wrong with its end comes last.
///
/// # Errors
/// When a mapped key is not there, or the file cannot be read.
pub fn open(
    bytes: &Bytes,
    kind: FileKind,
    name: &str,
    system: &SystemPlan,
) -> Result<(KeyedFile, Layout, Option<String>), OpenError> {
    let (rows, titles, damage) = match kind {
        FileKind::Parquet | FileKind::Arrow => {
            let file = columnar::open(bytes, kind, name, system)?;
            let titles = file.titles();
            (Rows::Columnar(file), titles, None)
        }
        _ => {
            let opened = json::open(bytes, kind, name, system)?;
            (Rows::Json(opened.file), opened.keys, opened.damage)
        }
    };
    // Text inside keeps the damage of the system it comes from, whatever the file around it is.
    let sample = match rows.pieces() {
        0 => RawBatch::new(system.columns.len(), None),
        _ => rows.piece(0).map_err(|error| OpenError::Unreadable(error.to_string()))?,
    };
    if let Some(damage) = sample.damage {
        return Err(OpenError::Unreadable(damage));
    }
    let cells: Vec<Vec<&[u8]>> =
        sample.columns.iter().map(|column| column.iter().map(str::as_bytes).collect()).collect();
    let judged = evidence::encodings(&cells, system.encoding);
    let texts: Vec<Vec<String>> =
        sample.columns.iter().map(|column| column.iter().take(300).map(str::to_owned).collect()).collect();
    let (dates, dates_undecided) = evidence::dates(system, texts.len(), &|at| texts[at].iter());
    let decoders = judged.iter().map(|judgement| judgement.encoding).collect();
    let position = |column: &crate::config::plan::ColumnPlan| {
        titles.iter().position(|title| {
            *title == column.source
                || column.source.starts_with(&format!("{title}."))
                || column.source.starts_with(&format!("{title}["))
        })
    };
    let layout = Layout {
        sheet: None,
        header_row: None,
        columns: system.columns.iter().map(position).zip(judged).collect(),
        titles,
        repaired: None,
        dates_undecided,
    };
    Ok((KeyedFile { rows, decoders, dates }, layout, damage))
}

impl KeyedFile {
    pub fn pieces(&self) -> usize {
        self.rows.pieces()
    }

    /// # Errors
    /// When the file can no longer be read.
    pub fn piece(&self, index: usize) -> Result<RawBatch, LoadError> {
        let mut batch = self.rows.piece(index)?;
        batch.dates = Arc::clone(&self.dates);
        if self.decoders.iter().any(|decoder| decoder.encoding != Encoding::Utf8) {
            decode(&mut batch, &self.decoders);
        }
        Ok(batch)
    }
}

/// Turns every column into its letters; a row with a cell that is none of them is refused.
fn decode(batch: &mut RawBatch, decoders: &[ColumnEncoding]) {
    let rows = std::mem::take(&mut batch.rows);
    let raw = std::mem::replace(&mut batch.columns, vec![Cells::default(); decoders.len()]);
    for (at, row) in rows.into_iter().enumerate() {
        let cells: Option<Vec<_>> = raw
            .iter()
            .zip(decoders)
            .map(|(cells, decoder)| decoder.decode(cells.get(at).as_bytes()))
            .collect();
        match cells {
            Some(cells) => {
                batch.rows.push(row);
                batch.columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(&cell));
            }
            None => {
                let detail = "not text in the encoding of its column".to_owned();
                batch.bad.push(BadRow { row, reason: RowReason::NotUtf8, detail, code: None });
            }
        }
    }
}
