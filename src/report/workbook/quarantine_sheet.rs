//! One sheet: the rows and cells that were refused, and why.

use rust_xlsxwriter::{Url, Worksheet};

use super::cells::{Cell, Column, Ink, table};
use super::labels::Label;
use super::{WorkbookError, Written};
use crate::engine::table::Tables;

const HEADER_ROWS: u32 = 2;

const COLUMNS: [(Label, &str, f64); 10] = [
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
];

/// Writes the first `cap` refused rows, and says how many more there are.
pub fn write(
    sheet: &mut Worksheet,
    ink: &Ink,
    tables: &Tables,
    cap: usize,
) -> Result<Written, WorkbookError> {
    let back =
        Url::new(format!("internal:'{}'!A1", ink.say(Label::CoverSheet))).set_text(ink.say(Label::Back));
    sheet.write_url(0, 0, &back)?;
    sheet.write_string_with_format(0, 1, ink.say(Label::QuarantineTitle), &ink.heading)?;

    let table = table(tables, "quarantine")?;
    let mut columns = Vec::with_capacity(COLUMNS.len());
    for (at, (label, name, width)) in (0..).zip(COLUMNS) {
        sheet.write_string_with_format(HEADER_ROWS - 1, at, ink.say(label), &ink.header)?;
        sheet.set_column_width(at, width)?;
        columns.push((at, Column::of(table, name)?, matches!(name, "scope" | "reason")));
    }
    sheet.set_freeze_panes(HEADER_ROWS, 0)?;
    sheet.set_landscape().set_repeat_rows(0, HEADER_ROWS - 1)?;
    sheet.set_print_fit_to_pages(1, 0);

    let shown = table.height().min(cap);
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
    sheet.autofilter(HEADER_ROWS - 1, 0, (line - 1).max(HEADER_ROWS - 1), COLUMNS.len() as u16 - 1)?;
    let left_out = table.height() - shown;
    if left_out > 0 {
        sheet.write_string_with_format(line, 0, ink.lang.left_out(left_out, "quarantine"), &ink.bad)?;
    }
    Ok(Written { rows: (line - HEADER_ROWS) as usize, left_out })
}
