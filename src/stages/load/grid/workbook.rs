//! Workbooks: XLSX cell by cell as they stream past, XLS and ODS sheet by sheet.

use std::fmt::Write as _;
use std::io::{BufReader, Read};

use calamine::{Data, DataRef, DataType as _, Ods, Range, Reader, Xls, Xlsx};
use quick_xml::events::Event;

use super::super::source::bytes::{Bytes, BytesReader};
use super::super::source::limits;
use super::super::{LoadError, OpenError};
use super::row::Row;
use super::sheet::{ReadSheet, Sheet, Sheets};
use crate::config::file_kind::FileKind as Kind;
use crate::config::plan::SystemPlan;
use crate::domain::date::from_excel_serial;

type Source = BufReader<BytesReader>;

/// Opens a workbook and takes its sheets in order; with no `sheet` named in the pipeline, every sheet
/// that has the mapped columns is read.
///
/// # Errors
/// When the workbook is damaged or too large, the named sheet is not there, or no sheet has the mapped
/// columns.
pub fn open(bytes: &Bytes, kind: Kind, name: &str, system: &SystemPlan) -> Result<Vec<ReadSheet>, OpenError> {
    let mut book = Book::open(bytes, kind)?;
    let mut sheets = Sheets::default();
    for sheet in chosen(book.sheet_names(), name, system)? {
        let mut reading = Sheet::begin(system, format!("{name} sheet `{sheet}`"), Some(&sheet));
        let mut refused = None;
        let has_cells = book.rows(&sheet, &mut |row| {
            refused = reading.row(row).err();
            refused.is_none()
        })?;
        if has_cells {
            sheets.add(refused.map_or_else(|| reading.finish(), Err))?;
        }
    }
    sheets.finish()
}

fn unreadable(error: &dyn std::fmt::Display) -> OpenError {
    OpenError::Unreadable(format!("not a readable workbook: {error}"))
}

fn chosen(names: Vec<String>, place: &str, system: &SystemPlan) -> Result<Vec<String>, OpenError> {
    match &system.sheet {
        Some(sheet) if names.contains(&sheet.value) => Ok(vec![sheet.value.clone()]),
        Some(sheet) => Err(OpenError::Mapping(vec![LoadError::Header {
            place: place.to_owned(),
            line: sheet.line,
            text: format!("has no sheet `{}`", sheet.value),
            hint: Some(format!("sheets there: {}", names.join(", "))),
        }])),
        None => Ok(names),
    }
}

/// An open workbook.
pub enum Book {
    Xlsx(Box<Xlsx<Source>>),
    Xls(Box<Xls<Source>>),
    Ods(Box<Ods<Source>>),
}

/// Takes a row; false when no more are wanted.
type Take<'t> = dyn FnMut(&Row) -> bool + 't;

impl Book {
    /// # Errors
    /// When the workbook is damaged, or would lay out more cells than the limits allow.
    pub fn open(bytes: &Bytes, kind: Kind) -> Result<Self, OpenError> {
        let source = BufReader::with_capacity(1 << 18, bytes.reader()?);
        Ok(match kind {
            Kind::Xls => Self::Xls(Box::new(Xls::new(source).map_err(|error| unreadable(&error))?)),
            Kind::Ods => {
                check_repeats(bytes)?;
                Self::Ods(Box::new(Ods::new(source).map_err(|error| unreadable(&error))?))
            }
            _ => Self::Xlsx(Box::new(Xlsx::new(source).map_err(|error| unreadable(&error))?)),
        })
    }

    pub fn sheet_names(&self) -> Vec<String> {
        match self {
            Self::Xlsx(book) => book.sheet_names(),
            Self::Xls(book) => book.sheet_names(),
            Self::Ods(book) => book.sheet_names(),
        }
    }

    /// Gives the rows of a sheet that hold anything; false for a sheet without cells, such as a chart.
    ///
    /// # Errors
    /// When the sheet is damaged or too wide.
    pub fn rows(&mut self, sheet: &str, take: &mut Take<'_>) -> Result<bool, OpenError> {
        match self {
            Self::Xlsx(book) => stream(book, sheet, take),
            Self::Xls(book) => {
                let range = book.worksheet_range(sheet).map_err(|error| unreadable(&error))?;
                Ok(lay_out(&range, take))
            }
            Self::Ods(book) => {
                let range = book.worksheet_range(sheet).map_err(|error| unreadable(&error))?;
                Ok(lay_out(&range, take))
            }
        }
    }
}

/// Reads one sheet cell by cell, holding one row.
fn stream(book: &mut Xlsx<Source>, sheet: &str, take: &mut Take<'_>) -> Result<bool, OpenError> {
    let mut cells = match book.worksheet_cells_reader(sheet) {
        Ok(cells) => cells,
        Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok(false),
        Err(error) => return Err(unreadable(&error)),
    };
    let (mut row, mut buffer) = (Row::default(), String::new());
    let mut any = false;
    while let Some(cell) = cells.next_cell().map_err(|error| unreadable(&error))? {
        let (at, column) = cell.get_position();
        let (number, column) = (u64::from(at) + 1, column as usize);
        if number != row.number {
            if !row.is_empty() {
                any = true;
                if !take(&row) {
                    return Ok(true);
                }
            }
            row.begin(number);
        }
        if column >= limits::COLUMNS || row.size() > limits::RECORD_BYTES {
            return Err(OpenError::Unreadable(too_wide(sheet, number)));
        }
        match cell.get_value() {
            DataRef::SharedString(text) => row.set(column, text.as_bytes()),
            DataRef::String(text) => row.set(column, text.as_bytes()),
            value => {
                write_cell(&Data::from(value.clone()), &mut buffer);
                row.set(column, buffer.as_bytes());
            }
        }
    }
    if !row.is_empty() {
        any = true;
        take(&row);
    }
    Ok(any)
}

fn lay_out(range: &Range<Data>, take: &mut Take<'_>) -> bool {
    let (top, left) = range.start().unwrap_or_default();
    let (mut row, mut buffer) = (Row::default(), String::new());
    for (number, cells) in (u64::from(top) + 1..).zip(range.rows()) {
        row.begin(number);
        for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            write_cell(cell, &mut buffer);
            row.set(left as usize + at, buffer.as_bytes());
        }
        if !row.is_empty() && !take(&row) {
            break;
        }
    }
    !range.is_empty()
}

fn too_wide(sheet: &str, row: u64) -> String {
    format!(
        "sheet `{sheet}`, row {row}: more than {} columns or {} MiB",
        limits::COLUMNS,
        limits::RECORD_BYTES >> 20
    )
}

/// A cell as text. A whole number has no decimals, a date cell reads `yyyy-MM-dd HH:mm:ss`.
fn write_cell(cell: &Data, text: &mut String) {
    text.clear();
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
}

/// An ODS sheet may say of one cell that it stands a billion times. What stands repeated is counted
/// before the sheet is laid out in memory.
fn check_repeats(bytes: &Bytes) -> Result<(), OpenError> {
    let mut archive =
        zip::ZipArchive::new(BufReader::new(bytes.reader()?)).map_err(|error| unreadable(&error))?;
    let content = archive.by_name("content.xml").map_err(|error| unreadable(&error))?;
    let limited = content.take(limits::UNPACKED_BYTES);
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(limited));
    let mut buffer = Vec::new();
    let (mut rows, mut columns, mut widest, mut cells) = (1u64, 0u64, 0u64, 0u64);
    let mut holds = false;
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Eof) => return Ok(()),
            Ok(Event::Start(tag)) => match tag.local_name().as_ref() {
                "table" => widest = 0,
                "table-row" => (rows, columns, holds) = (repeat(&tag, "number-rows-repeated"), 0, false),
                "table-cell" | "covered-table-cell" => {
                    columns = columns.saturating_add(repeat(&tag, "number-columns-repeated"));
                    // Trailing repeats without a value are not laid out.
                    if tag.attributes().flatten().any(|a| a.key.local_name().as_ref() == "value-type") {
                        holds = true;
                        widest = widest.max(columns);
                    }
                }
                _ => {}
            },
            Ok(Event::End(tag)) if tag.local_name().as_ref() == "table-row" => {
                let laid_out = if holds { rows.saturating_mul(widest) } else { rows.min(1 << 20) };
                cells = cells.saturating_add(laid_out);
                if cells > limits::SHEET_CELLS || widest > limits::COLUMNS as u64 {
                    let most = limits::SHEET_CELLS;
                    return Err(OpenError::Unreadable(format!(
                        "a sheet that lays out more than {most} cells or {} columns",
                        limits::COLUMNS
                    )));
                }
            }
            Ok(_) => {}
            Err(error) => return Err(unreadable(&error)),
        }
    }
}

fn repeat(tag: &quick_xml::events::BytesStart<'_>, name: &str) -> u64 {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name);
    found.and_then(|attribute| attribute.value.parse().ok()).unwrap_or(1)
}
