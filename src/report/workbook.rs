//! The auditor's mismatch workbook: a cover whose totals tie, one sheet per kind of finding with
//! what both systems said, the rows that were refused, form II.06a and the overdue dossiers.
//!
//! It is made from the tables alone and must not judge anything: whoever distrusts it finds every
//! number again in Parquet. Owner names are masked; personal numbers are not printed, or masked where
//! they are the disagreement itself.

mod cells;
mod cover_sheet;
mod evidence;
mod finding_sheet;
mod findings;
mod labels;
mod privacy;
mod table_sheet;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use chrono::{NaiveDate, NaiveDateTime};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use thiserror::Error;

use crate::engine::table::Tables;
use crate::guard;
use cells::Ink;
use evidence::Evidence;
use findings::{Findings, Group};
use labels::Label;

pub use findings::Class;
pub use labels::Lang;

/// Excel's limit on the length of a sheet name.
const NAME_LENGTH: usize = 31;

/// What the cover says of the run.
#[derive(Debug, Clone)]
pub struct Cover {
    pub title: String,
    pub run_id: String,
    pub as_of: NaiveDateTime,
    /// First and last day of the reporting period.
    pub period: Option<(NaiveDate, NaiveDate)>,
    pub pipeline: String,
    pub pipeline_sha256: String,
    /// Of doisoat.
    pub version: String,
    pub lang: Lang,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct WorkbookReport {
    /// The cover included.
    pub sheets: usize,
    /// Findings and quarantine rows on the sheets.
    pub rows: u64,
    /// Findings and quarantine rows that stand in Parquet only.
    pub left_out: u64,
}

#[derive(Debug, Error)]
pub enum WorkbookError {
    #[error("write {path}: {source}\n  is the disk full?")]
    Io { path: String, source: io::Error },
    #[error("write workbook {path}: {source}\n  is the disk full?")]
    Save { path: String, source: XlsxError },
    #[error(
        "write workbook {path}: its writer gave up\n  is the disk full? else this is a defect of doisoat"
    )]
    GaveUp { path: String },
    #[error("lay out the workbook: {0}")]
    Sheet(#[from] XlsxError),
    #[error("the workbook needs table {0}, which this run did not make\n  this is a defect of doisoat")]
    Table(&'static str),
    #[error("table {table} has no column {column} of its kind: {reason}\n  this is a defect of doisoat")]
    Column { table: &'static str, column: String, reason: String },
}

impl WorkbookError {
    fn column(table: &'static str, column: &str, reason: &str) -> Self {
        Self::Column { table, column: column.to_owned(), reason: reason.to_owned() }
    }
}

/// As Excel's own: a little larger than by the usual 6, and sooner done.
const ZIP_LEVEL: u8 = 3;

/// Rows written to one sheet, and rows that were too many for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Written {
    rows: usize,
    left_out: usize,
}

/// One kind of finding, its sheet and what came to stand on it.
struct Chapter<'a> {
    group: Group<'a>,
    sheet: String,
    written: Written,
}

/// Writes the workbook to `path`, with at most `cap` rows of findings on a sheet. Same tables and cover, same bytes.
///
/// # Errors
/// When the disk refuses, or a table lacks a declared column.
pub fn write(
    path: &Path,
    tables: &Tables,
    cover: &Cover,
    cap: usize,
) -> Result<WorkbookReport, WorkbookError> {
    // Rows go to the disk as they come, and the library panics where it is full.
    let gave_up = || Err(WorkbookError::GaveUp { path: path.display().to_string() });
    guard::around(|| filled(path, tables, cover, cap)).unwrap_or_else(gave_up)
}

fn filled(path: &Path, tables: &Tables, cover: &Cover, cap: usize) -> Result<WorkbookReport, WorkbookError> {
    let ink = Ink::new(cover.lang);
    let findings = Findings::of(tables)?;
    let groups = findings.groups();
    let evidence = Evidence::of(tables, cover.lang)?;

    let mut book = start(path, cover)?;
    let cover_name = cover.lang.say(Label::CoverSheet);
    let mut names = BTreeSet::new();
    book.add_worksheet().set_name(sheet_name(&mut names, cover_name))?;

    let mut chapters = Vec::with_capacity(groups.len());
    for group in groups {
        let sheet = sheet_name(&mut names, &format!("{} {}", group.rule, group.kind));
        let page = book.add_worksheet_with_constant_memory()?.set_name(&sheet)?;
        let written = finding_sheet::write(page, &ink, &findings, &evidence, &group, cap)?;
        chapters.push(Chapter { group, sheet, written });
    }
    let quarantine_name = sheet_name(&mut names, cover.lang.say(Label::QuarantineSheet));
    let page = book.add_worksheet_with_constant_memory()?.set_name(&quarantine_name)?;
    let quarantine = table_sheet::write(page, &ink, tables, &table_sheet::QUARANTINE, cap)?;
    let lists = [&table_sheet::FORM_06A, &table_sheet::OVERDUE];
    for layout in lists {
        let name = sheet_name(&mut names, cover.lang.say(layout.name));
        let page = book.add_worksheet_with_constant_memory()?.set_name(&name)?;
        let _ = table_sheet::write(page, &ink, tables, layout, cap)?;
    }

    let first = book.worksheet_from_index(0)?;
    cover_sheet::write(first, &ink, tables, cover, &chapters, &quarantine_name, quarantine)?;
    save(path, &mut book)?;

    let all = chapters.iter().map(|chapter| chapter.written).chain([quarantine]);
    let (rows, left_out) = all.fold((0, 0), |(rows, left_out), written| {
        (rows + written.rows as u64, left_out + written.left_out as u64)
    });
    Ok(WorkbookReport { sheets: chapters.len() + 2 + lists.len(), rows, left_out })
}

/// An empty workbook that holds no clock time. Rows wait beside the output, not in the system's
/// temporary folder: they are the province's data.
fn start(path: &Path, cover: &Cover) -> Result<Workbook, WorkbookError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(cover.as_of.and_utc().timestamp())?;
    let properties = DocProperties::new()
        .set_title(&cover.title)
        .set_author(format!("doisoat {}", cover.version))
        .set_creation_datetime(&made);
    book.set_properties(&properties);
    book.set_zip_compression_level(ZIP_LEVEL);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    book.set_tempdir(folder)
        .map_err(|source| WorkbookError::Save { path: path.display().to_string(), source })?;
    Ok(book)
}

fn save(path: &Path, book: &mut Workbook) -> Result<(), WorkbookError> {
    let shown = path.display().to_string();
    let io_error = |source| WorkbookError::Io { path: shown.clone(), source };
    let mut sink = BufWriter::with_capacity(1 << 20, File::create(path).map_err(io_error)?);
    book.save_to_writer(&mut sink).map_err(|source| WorkbookError::Save { path: shown.clone(), source })?;
    let file = sink.into_inner().map_err(|error| io_error(error.into_error()))?;
    file.sync_all().map_err(io_error)
}

/// A name Excel accepts, which no sheet has yet (Excel is blind to case there).
fn sheet_name(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let allowed = |c: char| !matches!(c, '*' | '?' | ':' | '[' | ']' | '\\' | '/' | '\'') && !c.is_control();
    let clean: String = wanted.trim().chars().filter(|c| allowed(*c)).collect();
    let clean = if clean.is_empty() { "-".to_owned() } else { clean };
    let mut name = fitted(&clean, NAME_LENGTH);
    let mut copy = 2;
    while !taken.insert(name.to_lowercase()) {
        let suffix = format!(" {copy}");
        name = fitted(&clean, NAME_LENGTH - suffix.len()) + &suffix;
        copy += 1;
    }
    name
}

/// The text, cut to a number of UTF-16 units, which is how Excel counts.
fn fitted(text: &str, units: usize) -> String {
    let mut left = units;
    text.chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= left;
            left = left.saturating_sub(c.len_utf16());
            fits
        })
        .collect()
}
