//! HTML pages, most often named `.xls`: every table that has the mapped columns is read.

use std::io::Read;

use super::super::OpenError;
use super::super::html;
use super::super::source::bytes::Bytes;
use super::super::source::limits;
use super::row::Row;
use super::sheet::{ReadSheet, Sheet, Sheets};
use crate::config::plan::SystemPlan;

/// A page that was read, and whether it breaks off.
pub struct Page {
    pub sheets: Vec<ReadSheet>,
    pub truncated: bool,
}

/// A page is held whole; beyond this it is no report.
const PAGE_BYTES: u64 = 256 << 20;

/// Opens a page.
///
/// # Errors
/// When it holds no table, or none with the mapped columns.
pub fn open(bytes: &Bytes, name: &str, system: &SystemPlan) -> Result<Page, OpenError> {
    let tables = tables(bytes)?;
    let several = tables.list.len() > 1;
    let mut sheets = Sheets::default();
    for (number, rows) in (1..).zip(&tables.list) {
        let name_of = format!("table {number}");
        if system.sheet.as_ref().is_some_and(|wanted| wanted.value != name_of) {
            continue;
        }
        let place = if several { format!("{name} {name_of}") } else { name.to_owned() };
        let mut reading = Sheet::begin(system, place, several.then_some(name_of.as_str()));
        let refused = rows.iter().filter(|row| !row.is_empty()).find_map(|row| reading.row(row).err());
        sheets.add(refused.map_or_else(|| reading.finish(), Err))?;
    }
    Ok(Page { sheets: sheets.finish()?, truncated: tables.truncated })
}

/// The tables of a page, in the order of the document.
pub struct Tables {
    pub list: Vec<Vec<Row>>,
    pub truncated: bool,
}

/// # Errors
/// When the page holds no table, or one beyond the limits.
pub fn tables(bytes: &Bytes) -> Result<Tables, OpenError> {
    if bytes.len() > PAGE_BYTES {
        return Err(OpenError::Unreadable(format!("an HTML page of more than {} MiB", PAGE_BYTES >> 20)));
    }
    let mut raw = Vec::new();
    bytes.reader()?.read_to_end(&mut raw)?;
    let (text, is_utf8) = text_of(raw);
    let limits = html::Limits { columns: limits::COLUMNS, cells: limits::SHEET_CELLS as usize };
    let tables = html::tables(&text, &limits).map_err(|error| OpenError::Unreadable(error.to_string()))?;
    let truncated = tables.iter().any(|table| table.truncated);
    let row_of = |line: &html::HtmlRow| {
        let mut row = Row::default();
        row.begin(line.number);
        line.cells.iter().for_each(|cell| match is_utf8 {
            true => row.push(cell.as_bytes()),
            false => row.push(&narrow(cell)),
        });
        row
    };
    let list = tables.iter().map(|table| table.rows.iter().map(row_of).collect()).collect();
    Ok(Tables { list, truncated })
}

/// The page as text; bytes that are no UTF-8 as one character each.
fn text_of(raw: Vec<u8>) -> (String, bool) {
    match String::from_utf8(raw) {
        Ok(text) => (text, true),
        Err(error) => (error.into_bytes().into_iter().map(char::from).collect(), false),
    }
}

/// Back to the bytes a cell was written in; entities of a character stay UTF-8.
fn narrow(cell: &str) -> Vec<u8> {
    cell.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}
