//! One sheet straight from a table: refused rows, form II.06a, the list of overdue dossiers.
//!
//! It must not compute: every cell is one of the table's.

use rust_xlsxwriter::{Url, Worksheet};

use super::cells::{Cell, Column, Ink, table};
use super::labels::Label;
use super::{WorkbookError, Written};
use crate::engine::table::Tables;

const HEADER_ROWS: u32 = 2;

/// Which columns of a table make a sheet.
pub struct Layout {
    pub table: &'static str,
    pub name: Label,
    pub title: Label,
    /// Header, column of the table, width.
    pub columns: &'static [(Label, &'static str, f64)],
    /// Columns that hold codes, which are shown as words.
    pub words: &'static [&'static str],
}

pub const QUARANTINE: Layout = Layout {
    table: "quarantine",
    name: Label::QuarantineSheet,
    title: Label::QuarantineTitle,
    columns: &[
        (Label::System, "system", 11.0),
        (Label::File, "file", 26.0),
        (Label::Sheet, "sheet", 14.0),
        (Label::Row, "row", 10.0),
        (Label::Column, "column", 26.0),
        (Label::Scope, "scope", 13.0),
        (Label::Reason, "reason", 34.0),
        (Label::Detail, "detail", 36.0),
        (Label::Code, "code", 27.0),
        (Label::MaskedValue, "masked_value", 36.0),
    ],
    words: &["scope", "reason"],
};

pub const FORM_06A: Layout = Layout {
    table: "form_06a",
    name: Label::FormSheet,
    title: Label::FormTitle,
    columns: &[
        (Label::Dimension, "dimension", 12.0),
        (Label::Key, "key", 22.0),
        (Label::Name, "name", 40.0),
        (Label::C3, "c3_received", 11.0),
        (Label::C4, "c4_new_online", 11.0),
        (Label::C5, "c5_new_direct_post", 11.0),
        (Label::C6, "c6_carried_over", 11.0),
        (Label::C7, "c7_resolved", 11.0),
        (Label::C8, "c8_early", 11.0),
        (Label::C9, "c9_on_time", 11.0),
        (Label::C10, "c10_late", 11.0),
        (Label::C11, "c11_in_process", 11.0),
        (Label::C12, "c12_in_process_in_time", 11.0),
        (Label::C13, "c13_in_process_overdue", 11.0),
        (Label::Withdrawn, "withdrawn", 11.0),
        (Label::MeanDays, "mean_days", 11.0),
        (Label::WithApology, "late_with_apology", 12.0),
        (Label::WithoutApology, "late_without_apology", 12.0),
    ],
    words: &["dimension"],
};

pub const OVERDUE: Layout = Layout {
    table: "overdue",
    name: Label::OverdueSheet,
    title: Label::OverdueTitle,
    columns: &[
        (Label::Unit, "unit", 16.0),
        (Label::UnitName, "unit_name", 30.0),
        (Label::FieldOfWork, "field", 18.0),
        (Label::Procedure, "procedure", 12.0),
        (Label::ProcedureName, "procedure_name", 44.0),
        (Label::Code, "code", 27.0),
        (Label::StatusCode, "status", 10.0),
        (Label::ReceivedAt, "received_at", 16.0),
        (Label::DueAt, "due_at", 16.0),
        (Label::EndedAt, "ended_at", 16.0),
        (Label::OverdueDays, "overdue_days", 11.0),
        (Label::Apology, "apology", 16.0),
        (Label::ApologyAt, "apology_at", 16.0),
        (Label::Extensions, "extensions", 10.0),
    ],
    words: &["apology"],
};

/// Writes the first `cap` rows, and says how many more there are.
pub fn write(
    sheet: &mut Worksheet,
    ink: &Ink,
    tables: &Tables,
    layout: &Layout,
    cap: usize,
) -> Result<Written, WorkbookError> {
    let back =
        Url::new(format!("internal:'{}'!A1", ink.say(Label::CoverSheet))).set_text(ink.say(Label::Back));
    sheet.write_url(0, 0, &back)?;
    sheet.write_string_with_format(0, 1, ink.say(layout.title), &ink.heading)?;

    let table = table(tables, layout.table)?;
    let mut columns = Vec::with_capacity(layout.columns.len());
    for (at, (label, name, width)) in (0..).zip(layout.columns) {
        sheet.write_string_with_format(HEADER_ROWS - 1, at, ink.say(*label), &ink.header)?;
        sheet.set_column_width(at, *width)?;
        columns.push((at, Column::of(table, name)?, layout.words.contains(name)));
    }
    sheet.set_freeze_panes(HEADER_ROWS, 0)?;
    sheet.set_landscape().set_repeat_rows(0, HEADER_ROWS - 1)?;
    sheet.set_print_fit_to_pages(1, 0);

    let shown = table.len().min(cap);
    let mut line = HEADER_ROWS;
    for row in 0..shown {
        for (at, column, is_word) in &columns {
            let cell = match column.text(row) {
                Some(code) if *is_word => Cell::text(ink.lang.word(code)),
                _ => column.cell(row),
            };
            ink.put(sheet, line, *at, &cell)?;
        }
        line += 1;
    }
    let last = layout.columns.len() as u16 - 1;
    sheet.autofilter(HEADER_ROWS - 1, 0, (line - 1).max(HEADER_ROWS - 1), last)?;
    let left_out = table.total - shown;
    if left_out > 0 {
        sheet.write_string_with_format(line, 0, ink.lang.left_out(left_out, layout.table), &ink.bad)?;
    }
    Ok(Written { rows: (line - HEADER_ROWS) as usize, left_out })
}
