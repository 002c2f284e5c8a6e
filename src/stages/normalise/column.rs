//! Types one column of one piece, and notes what had to be repaired, row by row.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate};
use polars::prelude::{Column, PolarsError};

use super::quarantine;
use crate::config::plan::{CodeOrigin, ColumnPlan, SystemPlan};
use crate::domain::date::DatePattern;
use crate::domain::dossier::{FieldKind, FieldName};
use crate::domain::dossier_code::{self, DossierCode};
use crate::domain::issue::{Issues, ParseIssue, Parsed};
use crate::domain::{
    channel, count, date, file_list, flag, money, personal_id, phone, procedure_code, sex, text,
};
use crate::engine::frame::{self, IntBuilder, TextBuilder};
use crate::stages::load::cells::Cells;

/// What is noted of the rows of one piece while its columns are typed.
pub struct Sheet {
    pub issues: Vec<Issues>,
    pub rejected: Vec<bool>,
    /// Cells whose value was lost: row, column, why.
    pub lost: Vec<(usize, FieldName, Issues)>,
    /// Cells that were repaired or lost: row, field, as it may be shown.
    pub repaired: Vec<(usize, FieldName, String)>,
}

impl Sheet {
    pub fn new(rows: usize) -> Self {
        Self {
            issues: vec![Issues::NONE; rows],
            rejected: vec![false; rows],
            lost: Vec::new(),
            repaired: Vec::new(),
        }
    }

    /// The repaired cells of each row as a JSON object, as a column. Personal numbers are masked.
    pub fn kept_cells(&mut self) -> Column {
        if self.repaired.is_empty() {
            return frame::null_texts("raw", self.issues.len());
        }
        self.repaired.sort_unstable_by_key(|(row, field, _)| (*row, field.name()));
        let mut builder = TextBuilder::with_capacity(self.issues.len());
        let mut repaired = self.repaired.as_slice();
        let mut json = String::new();
        for row in 0..self.issues.len() {
            if repaired.first().is_none_or(|(of, ..)| *of != row) {
                builder.push(None);
                continue;
            }
            let (here, rest) = repaired.split_at(repaired.partition_point(|(of, ..)| *of == row));
            repaired = rest;
            json.clear();
            for (at, (_, field, cell)) in here.iter().enumerate() {
                json.push_str(if at == 0 { "{\"" } else { ",\"" });
                json.push_str(field.name());
                json.push_str("\":");
                json.push_str(&serde_json::Value::from(cell.as_str()).to_string());
            }
            json.push('}');
            builder.push(Some(&json));
        }
        builder.finish("raw")
    }

    /// Notes what became of a cell. `unchanged`: whether the value is the cell as written.
    #[inline]
    fn note<T>(
        &mut self,
        row: usize,
        field: FieldName,
        cell: &str,
        parsed: &Parsed<T>,
        unchanged: impl FnOnce() -> bool,
    ) {
        let is_lost = parsed.value.is_none();
        if !parsed.issues.is_empty() {
            self.issues[row] = self.issues[row].union(parsed.issues);
            // A value that was only found doubtful stands in its own column.
            if is_lost || !unchanged() {
                self.keep(row, field, cell, is_lost, parsed.issues);
            }
        } else if is_lost && field.is_vital() {
            self.rejected[row] = true;
            self.lost.push((row, field, Issues::NONE));
        }
    }

    #[cold]
    fn keep(&mut self, row: usize, field: FieldName, cell: &str, is_lost: bool, issues: Issues) {
        let kept = match is_lost && !field.is_sensitive() {
            false => shown(field, cell).into_owned(),
            true => quarantine::masked(field, cell),
        };
        self.repaired.push((row, field, kept));
        if is_lost && !issues.contains(ParseIssue::PlaceholderId) {
            self.rejected[row] |= field.is_vital();
            self.lost.push((row, field, issues));
        }
    }
}

/// A cell as it may be shown: personal numbers are masked.
pub fn shown(field: FieldName, cell: &str) -> Cow<'_, str> {
    match field.kind() {
        FieldKind::PersonalId => Cow::Owned(personal_id::mask(cell)),
        FieldKind::Phone => Cow::Owned(phone::mask(cell)),
        _ => Cow::Borrowed(cell),
    }
}

/// Types the cells of one field.
pub struct ColumnBuilder<'p> {
    system: &'p SystemPlan,
    field: FieldName,
    dates: &'p [DatePattern],
}

impl<'p> ColumnBuilder<'p> {
    /// `dates`: the patterns of the file the cells come from.
    pub fn new(system: &'p SystemPlan, plan: &ColumnPlan, dates: &'p [DatePattern]) -> Self {
        Self { system, field: plan.field, dates }
    }

    /// The field's column, and its companion where it has one.
    ///
    /// `births`: the birth dates of the same rows, which tell a tax code from an identity number that
    /// lost its zeros.
    pub fn build(&self, cells: &Cells, births: Option<&Cells>, sheet: &mut Sheet) -> Vec<Column> {
        match self.field.kind() {
            FieldKind::DossierCode => self.texts(cells, sheet, dossier_code::spelled),
            FieldKind::ProcedureCode => self.texts(cells, sheet, procedure_code::normalise),
            FieldKind::Text | FieldKind::Name => self.texts(cells, sheet, text::clean),
            FieldKind::PersonalId => self.numbers(cells, births, sheet),
            FieldKind::Phone => self.texts(cells, sheet, phone::normalise),
            FieldKind::Level => self.listed(cells, sheet, |cell| self.level(cell)),
            FieldKind::Channel => self.listed(cells, sheet, |cell| {
                let Parsed { value, issues } = channel::normalise(cell);
                Parsed { value: value.map(|channel| channel.code()), issues }
            }),
            FieldKind::Sex => self.listed(cells, sheet, |cell| {
                let Parsed { value, issues } = sex::normalise(cell);
                Parsed { value: value.map(|sex| sex.code()), issues }
            }),
            FieldKind::List => self.texts(cells, sheet, file_list::normalise),
            FieldKind::Money => self.ints(cells, sheet, money::normalise),
            FieldKind::Count => self.ints(cells, sheet, count::normalise),
            FieldKind::Flag if self.field == FieldName::PaidOnline => {
                self.ints(cells, sheet, flag::paid_online)
            }
            FieldKind::Flag => self.ints(cells, sheet, flag::normalise),
            FieldKind::Timestamp => self.ints(cells, sheet, |cell| date::timestamp(cell, self.dates)),
            FieldKind::PartialDate => self.birth_dates(cells, sheet),
            FieldKind::Status => self.statuses(cells, sheet),
        }
    }

    fn texts<'c>(
        &self,
        cells: &'c Cells,
        sheet: &mut Sheet,
        parse: impl Fn(&'c str) -> Parsed<Cow<'c, str>>,
    ) -> Vec<Column> {
        let mut builder = TextBuilder::with_capacity(cells.len());
        for (row, cell) in cells.iter().enumerate() {
            let parsed = unmarked(cell, &parse);
            sheet.note(row, self.field, cell, &parsed, || parsed.value.as_deref() == Some(cell));
            builder.push(parsed.value.as_deref());
        }
        vec![builder.finish(self.field.name())]
    }

    fn numbers(&self, cells: &Cells, births: Option<&Cells>, sheet: &mut Sheet) -> Vec<Column> {
        let mut builder = TextBuilder::with_capacity(cells.len());
        for (row, cell) in cells.iter().enumerate() {
            let mut parsed = unmarked(cell, personal_id::normalise);
            if let (Some(id), Some(births)) = (parsed.value.as_deref(), births)
                && personal_id::kind(id) == personal_id::IdKind::Tax
                && let Some(born) = date::partial(births.get(row), self.dates).value
                && let Some(restored) = personal_id::restore_by_birth(id, born.date.year())
            {
                let issues = parsed.issues.with(ParseIssue::LeadingZeroRestored);
                parsed = Parsed { value: Some(Cow::Owned(restored)), issues };
            }
            sheet.note(row, self.field, cell, &parsed, || parsed.value.as_deref() == Some(cell));
            builder.push(parsed.value.as_deref());
        }
        vec![builder.finish(self.field.name())]
    }

    fn ints(&self, cells: &Cells, sheet: &mut Sheet, parse: impl Fn(&str) -> Parsed<i64>) -> Vec<Column> {
        let mut builder = IntBuilder::with_capacity(cells.len());
        for (row, cell) in cells.iter().enumerate() {
            let parsed = unmarked(cell, &parse);
            sheet.note(row, self.field, cell, &parsed, || false);
            builder.push(parsed.value);
        }
        vec![builder.finish(self.field.name())]
    }

    fn level(&self, cell: &str) -> Parsed<&str> {
        let Parsed { value, issues } = text::clean(cell);
        let Some(value) = value else { return Parsed { value: None, issues } };
        match self.system.levels.get(&text::fold(&value)) {
            Some(level) => Parsed { value: Some(level.as_str()), issues },
            None => Parsed { value: None, issues: issues.with(ParseIssue::LevelUnknown) },
        }
    }

    fn birth_dates(&self, cells: &Cells, sheet: &mut Sheet) -> Vec<Column> {
        let mut days = IntBuilder::with_capacity(cells.len());
        let mut precision = TextBuilder::with_capacity(cells.len());
        for (row, cell) in cells.iter().enumerate() {
            let parsed = unmarked(cell, |cell| date::partial(cell, self.dates));
            sheet.note(row, self.field, cell, &parsed, || false);
            days.push(parsed.value.map(|partial| days_of(partial.date)));
            precision.push(parsed.value.map(|partial| partial.precision.code()));
        }
        vec![days.finish(self.field.name()), precision.finish("birth_precision")]
    }

    /// A system writes few different statuses: each spelling is looked up once.
    fn statuses(&self, cells: &Cells, sheet: &mut Sheet) -> Vec<Column> {
        let mut national = IntBuilder::with_capacity(cells.len());
        let mut written = IntBuilder::with_capacity(cells.len());
        let mut read = Remembered::new(|cell| {
            let label = self.system.status.get(&text::fold(cell));
            let unknown = label.is_none() && !text::is_null_token(cell.trim());
            let issues = if unknown { Issues::NONE.with(ParseIssue::StatusUnknown) } else { Issues::NONE };
            Parsed { value: label, issues }
        });
        for (row, cell) in cells.iter().enumerate() {
            let parsed = read.of(cell);
            sheet.note(row, self.field, cell, &parsed, || false);
            national.push(parsed.value.map(|label| i64::from(label.national.code())));
            written.push(parsed.value.map(|label| label.position as i64));
        }
        vec![national.finish(self.field.name()), written.finish("status_raw")]
    }

    /// The cells of a code list: few spellings, each read once.
    fn listed<'c>(
        &self,
        cells: &'c Cells,
        sheet: &mut Sheet,
        parse: impl Fn(&'c str) -> Parsed<&'c str>,
    ) -> Vec<Column> {
        let mut builder = TextBuilder::with_capacity(cells.len());
        let mut read = Remembered::new(parse);
        for (row, cell) in cells.iter().enumerate() {
            let parsed = read.of(cell);
            sheet.note(row, self.field, cell, &parsed, || false);
            builder.push(parsed.value);
        }
        vec![builder.finish(self.field.name())]
    }
}

/// Reads a cell without the sign for text that it may carry.
#[inline]
fn unmarked<'c, T>(cell: &'c str, parse: impl FnOnce(&'c str) -> Parsed<T>) -> Parsed<T> {
    let Some(inside) = text::unmarked(cell) else { return parse(cell) };
    let Parsed { value, issues } = parse(inside);
    // What is lost is lost for another reason.
    let issues = if value.is_some() { issues.with(ParseIssue::TextMark) } else { issues };
    Parsed { value, issues }
}

/// Remembers what the first spellings of a column were read as.
struct Remembered<'c, T, F> {
    read: F,
    seen: Vec<(&'c str, Parsed<T>)>,
}

impl<'c, T: Copy, F: Fn(&'c str) -> Parsed<T>> Remembered<'c, T, F> {
    const MOST: usize = 32;

    fn new(read: F) -> Self {
        Self { read, seen: Vec::new() }
    }

    fn of(&mut self, cell: &'c str) -> Parsed<T> {
        if let Some((_, parsed)) = self.seen.iter().find(|(spelling, _)| *spelling == cell) {
            return *parsed;
        }
        let parsed = unmarked(cell, &self.read);
        if self.seen.len() < Self::MOST {
            self.seen.push((cell, parsed));
        }
        parsed
    }
}

/// Holds each code against its own grammar: a malformed code, or one whose date is not the receipt's.
///
/// Only where the system writes the hub's codes; a ministry's own codes have their own grammar.
///
/// # Errors
/// When the columns are not of the declared types.
pub fn judge_codes(system: &SystemPlan, columns: &[Column], sheet: &mut Sheet) -> Result<(), PolarsError> {
    if system.sync.codes == CodeOrigin::Own {
        return Ok(());
    }
    let find = |field: FieldName| columns.iter().find(|column| column.name() == field.name());
    let (Some(codes), Some(received)) = (find(FieldName::Code), find(FieldName::ReceivedAt)) else {
        return Ok(());
    };
    let (codes, received) = (codes.str()?, received.i64()?);
    for ((code, received), issues) in codes.iter().zip(received.iter()).zip(&mut sheet.issues) {
        let Some(code) = code else { continue };
        let parts = DossierCode::parse(code);
        if !parts.is_some_and(|parts| parts.is_sound()) {
            issues.add(ParseIssue::CodeMalformed);
        }
        let received = received.and_then(DateTime::from_timestamp_millis);
        if let (Some(parts), Some(received)) = (parts, received)
            && !parts.agrees(received.date_naive())
        {
            issues.add(ParseIssue::CodeDateMismatch);
        }
    }
    Ok(())
}

/// Days since 1970-01-01.
pub fn days_of(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}
