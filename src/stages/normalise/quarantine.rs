//! What was refused, and why, in words that name no person.

use super::Place;
use super::column::Sheet;
use crate::config::plan::SystemPlan;
use crate::domain::dossier::{FieldKind, FieldName};
use crate::domain::issue::{Issues, ParseIssue};
use crate::domain::status::NationalStatus;
use crate::domain::{dossier_code, personal_id, procedure_code};
use crate::stages::load::cells::{BadRow, RawBatch};

/// One refused row or cell.
#[derive(Debug, Clone)]
pub struct Quarantined {
    pub system: usize,
    pub file: String,
    pub sheet: Option<String>,
    pub row: u64,
    /// The column as the export names it; `None` when the row could not be cut into cells.
    pub column: Option<String>,
    pub scope: Scope,
    pub reason: &'static str,
    pub detail: String,
    /// The code under which the hub knows the row, where it could be read.
    pub code: Option<String>,
    /// Identity number and procedure of the row, where they could be read. Never written out.
    pub person: Option<(String, String)>,
    pub masked: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Row,
    Cell,
}

impl Scope {
    pub fn code(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::Cell => "cell",
        }
    }
}

impl Quarantined {
    pub fn is_row(&self) -> bool {
        self.scope == Scope::Row
    }
}

/// Rows that could not be cut into cells.
pub fn bad_rows(index: usize, place: &Place, bad: &[BadRow]) -> Vec<Quarantined> {
    bad.iter()
        .map(|row| Quarantined {
            system: index,
            file: place.file.clone(),
            sheet: place.sheet.clone(),
            row: row.row,
            column: None,
            scope: Scope::Row,
            reason: row.reason.code(),
            detail: row.detail.clone(),
            code: row.code.as_deref().and_then(national_code),
            person: None,
            masked: None,
        })
        .collect()
}

/// A cell of a row whose cells may have moved: taken for a code only when it has a code's form, so
/// that no name or number passes for one.
fn national_code(cell: &str) -> Option<String> {
    let code = dossier_code::spelled(cell).value?;
    (dossier_code::form(&code) != dossier_code::CodeForm::Foreign).then(|| code.into_owned())
}

/// A code of any system; what holds no digit is none, and may be a signature.
fn code_of(cell: &str) -> Option<String> {
    let code = dossier_code::spelled(cell).value?;
    code.bytes().any(|byte| byte.is_ascii_digit()).then(|| code.into_owned())
}

/// Cells whose value was lost. A row rejected for several cells is one refused row, named by the
/// first of them.
pub fn lost_cells(
    system: &SystemPlan,
    index: usize,
    place: &Place,
    batch: &RawBatch,
    sheet: &Sheet,
) -> Vec<Quarantined> {
    let cell_of = |field: FieldName, row: usize| {
        let position = system.columns.iter().position(|column| column.field == field)?;
        Some(batch.columns[position].get(row))
    };
    let mut entries = Vec::new();
    let mut lost: Vec<&(usize, FieldName, Issues)> = sheet.lost.iter().collect();
    lost.sort_by_key(|(row, field, _)| (*row, *field));
    let mut refused_row = None;
    for (row, field, issues) in lost {
        if sheet.rejected[*row] && (!field.is_vital() || refused_row == Some(*row)) {
            continue;
        }
        let scope = if field.is_vital() { Scope::Row } else { Scope::Cell };
        if field.is_vital() {
            refused_row = Some(*row);
        }
        let position = system.columns.iter().position(|column| column.field == *field);
        let cell = position.map_or("", |position| batch.columns[position].get(*row));
        let code = system.hub_key_column().and_then(|at| code_of(batch.columns[at].get(*row)));
        let number = cell_of(FieldName::IdNumber, *row).and_then(|cell| personal_id::normalise(cell).value);
        let procedure =
            cell_of(FieldName::Procedure, *row).and_then(|cell| procedure_code::normalise(cell).value);
        let person =
            number.zip(procedure).map(|(number, procedure)| (number.into_owned(), procedure.into_owned()));
        entries.push(Quarantined {
            system: index,
            file: place.file.clone(),
            sheet: place.sheet.clone(),
            row: batch.rows[*row],
            column: position.map(|position| system.columns[position].source.clone()),
            scope,
            reason: issues.iter().find(|issue| is_loss(*issue)).map_or("empty_value", ParseIssue::code),
            detail: format!("field {}", field.name()),
            code,
            person,
            masked: (!cell.is_empty()).then(|| masked(*field, cell)),
        });
    }
    entries
}

/// Issues that mean the value could not be kept, rather than that it was repaired.
fn is_loss(issue: ParseIssue) -> bool {
    matches!(
        issue,
        ParseIssue::DateUnreadable
            | ParseIssue::DateBeforeEra
            | ParseIssue::StatusUnknown
            | ParseIssue::SexUnknown
            | ParseIssue::CountUnreadable
            | ParseIssue::FlagUnknown
            | ParseIssue::MoneyUnreadable
            | ParseIssue::ChannelUnknown
            | ParseIssue::PhoneMalformed
            | ParseIssue::IdMalformed
            | ParseIssue::ProcedureMalformed
            | ParseIssue::CodeMalformed
            | ParseIssue::LevelUnknown
    )
}

/// What of a refused cell may be shown: the cell itself where it can only be what its column says,
/// else its shape. In a shifted row a person stands under any header.
pub fn masked(field: FieldName, cell: &str) -> String {
    let longest_number = cell.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    let plain = match field.kind() {
        // 14 digits are a full timestamp; 9 to 12 are how people are numbered.
        FieldKind::Timestamp => {
            cell.len() <= 30
                && !(9..=13).contains(&longest_number)
                && cell.chars().all(|c| c.is_ascii_digit() || " /-.:TZ+".contains(c))
        }
        FieldKind::Money => {
            cell.len() <= 20
                && longest_number < 9
                && cell.chars().all(|c| c.is_ascii_digit() || "., đ-".contains(c))
        }
        FieldKind::Status => {
            NationalStatus::from_label(cell).is_some() || (longest_number < 3 && cell.len() < 3)
        }
        _ => false,
    };
    if plain { cell.chars().take(SHOWN).collect() } else { shape(cell) }
}

/// Letters and digits of a refused cell that are shown, as they are or as their shape.
const SHOWN: usize = 60;

/// The shape of a cell: `Aaa Aaa`, `99/99/9999`.
pub fn shape(cell: &str) -> String {
    let shaped = cell.chars().take(SHOWN).map(|c| match c {
        c if c.is_numeric() => '9',
        c if c.is_uppercase() => 'A',
        c if c.is_alphabetic() => 'a',
        c => c,
    });
    shaped.collect()
}

#[cfg(test)]
mod tests {
    use super::masked;
    use crate::domain::dossier::FieldName;

    #[test]
    fn a_refused_cell_shows_itself_only_where_it_cannot_be_a_person() {
        assert_eq!(masked(FieldName::ReceivedAt, "31/02/2024 25:61:00"), "31/02/2024 25:61:00");
        assert_eq!(masked(FieldName::ReceivedAt, "20240231256100"), "20240231256100");
        assert_eq!(masked(FieldName::ReceivedAt, "017090900001"), "999999999999");
        assert_eq!(masked(FieldName::DueAt, "Lê Văn Mật"), "Aa Aaa Aaa");
        assert_eq!(masked(FieldName::Fee, "50.000.00"), "50.000.00");
        assert_eq!(masked(FieldName::Fee, "017090900001x"), "999999999999a");
        assert_eq!(masked(FieldName::Status, "Đã xử lý xong"), "Đã xử lý xong");
        assert_eq!(masked(FieldName::Status, "Trần Thị Bí"), "Aaaa Aaa Aa");
    }
}
