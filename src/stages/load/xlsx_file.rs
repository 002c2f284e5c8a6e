//! XLSX: title rows above the header, one or several sheets, real dates and numbers.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use calamine::{Data, Range, Reader, Xlsx, open_workbook};

use super::cells::RawBatch;
use super::header::{self, Header, SEARCH_ROWS};
use super::{LoadError, OpenError};
use crate::config::plan::SystemPlan;
use crate::domain::date::from_excel_serial;

/// Rows per batch, so that typing runs in parallel.
const BATCH_ROWS: usize = 16 * 1024;

/// Opens a workbook and takes its sheets in order; with no `sheet` named, every sheet that has the
/// header of the first is read.
///
/// # Errors
/// When the workbook is damaged, the named sheet is not there, or no sheet has the mapped columns.
pub fn open(
    path: &Path,
    name: &str,
    sheet: Option<&str>,
    system: &SystemPlan,
) -> Result<Vec<RawBatch>, OpenError> {
    let mut book: Xlsx<_> = open_workbook(path).map_err(|error| OpenError::Unreadable(unreadable(&error)))?;
    let names = book.sheet_names();
    let chosen: Vec<String> = match sheet {
        Some(sheet) if names.iter().any(|name| name == sheet) => vec![sheet.to_owned()],
        Some(sheet) => {
            return Err(OpenError::Mapping(vec![LoadError::Header {
                place: name.to_owned(),
                line: system.columns.first().map_or(0, |column| column.line),
                text: format!("has no sheet `{sheet}`"),
                hint: Some(format!("sheets there: {}", names.join(", "))),
            }]));
        }
        None => names,
    };
    let mut batches = Vec::new();
    let mut no_header = None;
    for sheet in &chosen {
        let range = book.worksheet_range(sheet).map_err(|error| OpenError::Unreadable(unreadable(&error)))?;
        match header_of(&range, &format!("{name} sheet `{sheet}`"), system) {
            Ok((row, header)) => take(&range, row, &header, sheet, &mut batches),
            // A sheet of notes is passed over; one as wide as the table, or with some of its columns,
            // would lose rows in silence and stops the run.
            Err(OpenError::NoHeader(error)) if is_narrow(&range, system) => {
                no_header = no_header.or(Some(error));
            }
            Err(error) => return Err(error),
        }
    }
    match no_header {
        Some(error) if batches.is_empty() => Err(OpenError::NoHeader(error)),
        _ => Ok(batches),
    }
}

/// No row of the sheet has as many cells as columns are mapped.
fn is_narrow(range: &Range<Data>, system: &SystemPlan) -> bool {
    let cells = |row: &[Data]| row.iter().filter(|cell| !matches!(cell, Data::Empty)).count();
    range.rows().all(|row| cells(row) < system.columns.len())
}

fn unreadable(error: &calamine::XlsxError) -> String {
    format!("not a readable workbook: {error}")
}

fn header_of(range: &Range<Data>, place: &str, system: &SystemPlan) -> Result<(usize, Header), OpenError> {
    let rows: Vec<Vec<String>> =
        range.rows().take(SEARCH_ROWS).map(|row| row.iter().map(text).collect()).collect();
    header::find(&rows, place, system)
}

fn take(range: &Range<Data>, header_row: usize, header: &Header, sheet: &str, batches: &mut Vec<RawBatch>) {
    let sheet: Arc<str> = sheet.into();
    let top = range.start().map_or(0, |(row, _)| u64::from(row));
    let mut batch = RawBatch::new(header.positions.len(), Some(Arc::clone(&sheet)));
    for (index, row) in range.rows().enumerate().skip(header_row + 1) {
        if row.iter().all(|cell| matches!(cell, Data::Empty)) {
            continue;
        }
        batch.rows.push(top + index as u64 + 1);
        for (cells, position) in batch.columns.iter_mut().zip(&header.positions) {
            match row.get(*position) {
                Some(Data::String(cell)) => cells.push(cell),
                Some(cell) => cells.push(&text(cell)),
                None => cells.push(""),
            }
        }
        if batch.rows.len() == BATCH_ROWS {
            let full = std::mem::replace(
                &mut batch,
                RawBatch::new(header.positions.len(), Some(Arc::clone(&sheet))),
            );
            batches.push(full);
        }
    }
    batches.push(batch);
}

/// A cell as text. A whole number has no decimals, a date cell reads `yyyy-MM-dd HH:mm:ss`.
fn text(cell: &Data) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = match cell {
        Data::Empty => Ok(()),
        Data::String(value) | Data::DateTimeIso(value) | Data::DurationIso(value) => write!(text, "{value}"),
        Data::Int(value) => write!(text, "{value}"),
        Data::Float(value) => write!(text, "{value}"),
        Data::Bool(value) => write!(text, "{value}"),
        Data::Error(error) => write!(text, "{error}"),
        Data::DateTime(value) => match from_excel_serial(value.as_f64()) {
            Some(moment) => write!(text, "{}", moment.format("%Y-%m-%d %H:%M:%S")),
            None => write!(text, "{}", value.as_f64()),
        },
    };
    text
}
