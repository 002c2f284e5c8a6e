//! Table columns read once, and cells put on a sheet.
//!
//! It must not know what a column is about. Text is always written as text: a value that begins like
//! a formula stays what the system wrote.

use std::borrow::Cow;

use arrow::array::{ArrayAccessor, Float64Array, Int64Array, StringArray};
use chrono::DateTime;
use rust_xlsxwriter::{Color, Format, FormatAlign, Worksheet, XlsxError};

use super::labels::{Label, Lang};
use super::{WorkbookError, fitted};
use crate::engine::table::{Kind, Table, Tables};

/// Excel's limit on the length of a text.
const TEXT_LENGTH: usize = 32_767;
/// Day 0 of the Unix clock as Excel counts days.
const EPOCH: f64 = 25_569.0;
/// 1900-03-01: before it Excel's calendar has a day too many.
const FIRST_DAY: f64 = 61.0;
/// 10000-01-01.
const PAST_LAST_DAY: f64 = 2_958_466.0;
const DAY_MS: f64 = 86_400_000.0;

/// A cell about to be written.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    Empty,
    Text(Cow<'a, str>),
    Int(i64),
    Float(f64),
    /// Days since 1970-01-01.
    Date(i64),
    /// Milliseconds since 1970-01-01 of the local clock.
    Moment(i64),
}

impl<'a> Cell<'a> {
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    pub fn count(count: usize) -> Self {
        Self::Int(count as i64)
    }

    pub fn maybe<T: Into<Cow<'a, str>>>(text: Option<T>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }
}

/// One column of a table, found once.
#[derive(Clone, Copy)]
pub enum Column<'a> {
    Absent,
    Text(&'a StringArray),
    Coded(&'a Int64Array, &'a [String]),
    Int(&'a Int64Array),
    Float(&'a Float64Array),
    Date(&'a Int64Array),
    Moment(&'a Int64Array),
    Flag(&'a Int64Array),
}

impl<'a> Column<'a> {
    /// The column `name` of `table`.
    pub fn of(table: &'a Table, name: &str) -> Result<Self, WorkbookError> {
        match Self::if_any(table, name)? {
            Self::Absent => Err(WorkbookError::column(table.schema.name, name, "not in its schema")),
            column => Ok(column),
        }
    }

    /// The column `name`, or [`Column::Absent`]: a pipeline that knows no dossiers has no such field.
    pub fn if_any(table: &'a Table, name: &str) -> Result<Self, WorkbookError> {
        let Some(spec) = table.schema.columns.iter().find(|spec| spec.name == name) else {
            return Ok(Self::Absent);
        };
        let other = || WorkbookError::column(table.schema.name, name, "it is of another kind");
        let ints = || table.ints(name).ok_or_else(other);
        Ok(match &spec.kind {
            Kind::Id | Kind::Personal | Kind::Text | Kind::Label => {
                Self::Text(table.texts(name).ok_or_else(other)?)
            }
            Kind::Coded(labels) => Self::Coded(ints()?, labels),
            Kind::Int => Self::Int(ints()?),
            Kind::Float => Self::Float(table.floats(name).ok_or_else(other)?),
            Kind::Date => Self::Date(ints()?),
            Kind::Timestamp => Self::Moment(ints()?),
            Kind::Flag => Self::Flag(ints()?),
        })
    }

    /// A text or label.
    #[inline]
    pub fn text(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Text(texts) => get(*texts, row),
            Self::Coded(codes, labels) => {
                let code = usize::try_from(get(*codes, row)?).ok()?;
                labels.get(code).map(String::as_str)
            }
            _ => None,
        }
    }

    pub fn int(&self, row: usize) -> Option<i64> {
        match self {
            Self::Int(ints) => get(*ints, row),
            _ => None,
        }
    }

    pub fn float(&self, row: usize) -> Option<f64> {
        match self {
            Self::Float(floats) => get(*floats, row),
            _ => None,
        }
    }

    pub fn cell(&self, row: usize) -> Cell<'a> {
        let cell = match self {
            Self::Absent => None,
            Self::Text(_) | Self::Coded(..) => self.text(row).map(Cell::text),
            Self::Int(ints) | Self::Flag(ints) => get(*ints, row).map(Cell::Int),
            Self::Float(floats) => get(*floats, row).map(Cell::Float),
            Self::Date(days) => get(*days, row).map(Cell::Date),
            Self::Moment(moments) => get(*moments, row).map(Cell::Moment),
        };
        cell.unwrap_or(Cell::Empty)
    }
}

fn get<A: ArrayAccessor>(array: A, row: usize) -> Option<A::Item> {
    array.is_valid(row).then(|| array.value(row))
}

/// The table `name` of the run.
pub fn table<'a>(tables: &'a Tables, name: &'static str) -> Result<&'a Table, WorkbookError> {
    tables.get(name).ok_or(WorkbookError::Table(name))
}

/// Language and formats of a workbook.
pub struct Ink {
    pub lang: Lang,
    pub title: Format,
    pub heading: Format,
    pub header: Format,
    /// Header of the side held against, and of the side where the fault shows.
    pub header_a: Format,
    pub header_b: Format,
    pub good: Format,
    pub bad: Format,
    pub note: Format,
    literal: Format,
    date: Format,
    moment: Format,
}

impl Ink {
    pub fn new(lang: Lang) -> Self {
        let header = |rgb: u32| {
            Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Top)
                .set_background_color(Color::RGB(rgb))
        };
        Self {
            lang,
            title: Format::new().set_bold().set_font_size(16),
            heading: Format::new().set_bold().set_font_size(13),
            header: header(0xE7E6E6),
            header_a: header(0xDDEBF7),
            header_b: header(0xFCE4D6),
            good: Format::new().set_font_color(Color::RGB(0x00_6100)),
            bad: Format::new().set_bold().set_font_color(Color::RGB(0x9C_0006)),
            note: Format::new().set_italic(),
            literal: Format::new().set_quote_prefix(),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm"),
        }
    }

    pub fn say(&self, label: Label) -> &'static str {
        self.lang.say(label)
    }

    /// Writes one cell.
    pub fn put(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        cell: &Cell<'_>,
    ) -> Result<(), XlsxError> {
        match cell {
            Cell::Empty => {}
            Cell::Text(text) if text.starts_with(['=', '+', '-', '@']) => {
                sheet.write_string_with_format(row, column, clipped(text), &self.literal)?;
            }
            Cell::Text(text) => {
                sheet.write_string(row, column, clipped(text))?;
            }
            Cell::Int(value) => {
                sheet.write_number(row, column, *value as f64)?;
            }
            Cell::Float(value) => {
                sheet.write_number(row, column, *value)?;
            }
            Cell::Date(days) => {
                self.put_serial(sheet, row, column, *days as f64 + EPOCH, &self.date)?;
            }
            Cell::Moment(ms) => {
                self.put_serial(sheet, row, column, *ms as f64 / DAY_MS + EPOCH, &self.moment)?;
            }
        }
        Ok(())
    }

    /// A date Excel knows as such; one outside its calendar becomes text.
    fn put_serial(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        serial: f64,
        format: &Format,
    ) -> Result<(), XlsxError> {
        if (FIRST_DAY..PAST_LAST_DAY).contains(&serial) {
            sheet.write_number_with_format(row, column, serial, format)?;
            return Ok(());
        }
        let moment = DateTime::from_timestamp_millis(((serial - EPOCH) * DAY_MS) as i64);
        let text = moment.map(|moment| moment.format("%Y-%m-%d %H:%M").to_string());
        sheet.write_string(row, column, text.unwrap_or_default())?;
        Ok(())
    }
}

fn clipped(text: &str) -> Cow<'_, str> {
    // A text has at least as many bytes as UTF-16 units.
    if text.len() <= TEXT_LENGTH { Cow::Borrowed(text) } else { Cow::Owned(fitted(text, TEXT_LENGTH)) }
}
