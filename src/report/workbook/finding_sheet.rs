//! One sheet: the findings of one kind, with what both systems say side by side.

use rust_xlsxwriter::{Format, Url, Worksheet};

use super::cells::{Cell, Ink};
use super::evidence::{Evidence, SIDE_CELLS};
use super::findings::{Findings, Group};
use super::labels::Label;
use super::{WorkbookError, Written};

/// Rows above the first finding: the title, and the column headers.
const HEADER_ROWS: u32 = 2;

/// The columns of the finding itself, and their widths.
const OWN: [(Label, f64); 10] = [
    (Label::FindingId, 19.0),
    (Label::Severity, 11.0),
    (Label::State, 13.0),
    (Label::ExplainedBy, 20.0),
    (Label::Since, 16.0),
    (Label::AgeWorkingDays, 10.0),
    (Label::CaseCode, 27.0),
    (Label::Procedure, 13.0),
    (Label::Unit, 16.0),
    (Label::Field, 20.0),
];

/// The columns of one side.
const SIDE: [(Label, f64); SIDE_CELLS] = [
    (Label::System, 11.0),
    (Label::Code, 27.0),
    (Label::Owner, 22.0),
    (Label::ReceivedAt, 16.0),
    (Label::Status, 22.0),
    (Label::Value, 24.0),
    (Label::RawValue, 24.0),
    (Label::File, 26.0),
    (Label::Sheet, 12.0),
    (Label::Row, 9.0),
];

const LAST: [(Label, f64); 2] = [(Label::Detail, 44.0), (Label::Decision, 30.0)];

/// Writes the first `cap` findings of a group, and says how many more there are.
pub fn write(
    sheet: &mut Worksheet,
    ink: &Ink,
    findings: &Findings<'_>,
    evidence: &Evidence<'_>,
    group: &Group<'_>,
    cap: usize,
) -> Result<Written, WorkbookError> {
    let columns = lay_out(sheet, ink, group)?;
    let shown = &group.rows[..group.rows.len().min(cap)];
    let mut line = HEADER_ROWS;
    for row in shown {
        let own = own_cells(ink, findings, *row);
        let (a, b) = evidence.sides(findings, *row);
        let detail = Cell::maybe(findings.detail.text(*row).map(|detail| ink.lang.word(detail)));
        let last = [detail, findings.decision.cell(*row)];
        let cells = own.iter().chain(&a).chain(&b).chain(&last);
        for (column, cell) in (0..).zip(cells) {
            ink.put(sheet, line, column, cell)?;
        }
        line += 1;
    }
    sheet.autofilter(HEADER_ROWS - 1, 0, (line - 1).max(HEADER_ROWS - 1), columns - 1)?;
    let left_out = group.total() - shown.len();
    if left_out > 0 {
        let note = ink.lang.left_out(left_out, "findings");
        sheet.write_string_with_format(line, 0, note, &ink.bad)?;
    }
    Ok(Written { rows: (line - HEADER_ROWS) as usize, left_out })
}

fn own_cells<'a>(ink: &Ink, findings: &Findings<'a>, row: usize) -> [Cell<'a>; OWN.len()] {
    let word = |code: Option<&'a str>| Cell::maybe(code.map(|code| ink.lang.word(code)));
    [
        findings.finding_id.cell(row),
        word(findings.severity.text(row)),
        word(findings.state.text(row)),
        findings.explained_by.cell(row),
        findings.since.cell(row),
        findings.age_working_days.cell(row),
        findings.case_code.cell(row),
        findings.procedure.cell(row),
        findings.unit.cell(row),
        word(findings.field.text(row)),
    ]
}

/// Title, headers, widths and what holds them on paper; the number of columns.
fn lay_out(sheet: &mut Worksheet, ink: &Ink, group: &Group<'_>) -> Result<u16, WorkbookError> {
    let back =
        Url::new(format!("internal:'{}'!A1", ink.say(Label::CoverSheet))).set_text(ink.say(Label::Back));
    sheet.write_url(0, 0, &back)?;
    let known = group.known();
    let title = known.map_or(group.kind, |kind| ink.lang.title(kind));
    sheet.write_string_with_format(0, 1, format!("{} · {title}", group.rule), &ink.heading)?;
    if let Some(kind) = known {
        sheet.write_string_with_format(0, OWN.len() as u16, ink.lang.meaning_not(kind), &ink.note)?;
    }

    let plain = |parts: &[(Label, f64)]| -> Vec<(String, f64)> {
        parts.iter().map(|(label, width)| (ink.say(*label).to_owned(), *width)).collect()
    };
    let side = |name: &str| -> Vec<(String, f64)> {
        SIDE.iter().map(|(label, width)| (format!("{name} · {}", ink.say(*label)), *width)).collect()
    };
    let blocks: [(Vec<(String, f64)>, &Format); 4] = [
        (plain(&OWN), &ink.header),
        (side("A"), &ink.header_a),
        (side("B"), &ink.header_b),
        (plain(&LAST), &ink.header),
    ];
    let mut column = 0;
    for (headers, format) in &blocks {
        for (header, width) in headers {
            sheet.write_string_with_format(HEADER_ROWS - 1, column, header, format)?;
            sheet.set_column_width(column, *width)?;
            column += 1;
        }
    }
    sheet.set_freeze_panes(HEADER_ROWS, 1)?;
    sheet.set_landscape().set_repeat_rows(0, HEADER_ROWS - 1)?;
    sheet.set_print_fit_to_pages(1, 0);
    Ok(column)
}
